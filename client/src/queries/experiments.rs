//! Experiments, their leaderboards and models.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, Balance, Experiment, Leaderboard, ModelVersion},
};
use nocknock_primitives::{
    experiment::Champion,
    ids::{ExperimentId, ModelVersionNumber},
    limits::MAX_PAGE,
};

const PALLET: &str = "Experiments";

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// An experiment.
    pub async fn experiment(
        &self,
        experiment: ExperimentId,
    ) -> Result<Option<Experiment>, QueryError> {
        self.view(PALLET, "experiment", experiment).await
    }

    /// Up to `limit`, but at most 64, experiments from number `start` upwards.
    pub async fn experiments(
        &self,
        start: ExperimentId,
        limit: u32,
    ) -> Result<Vec<(ExperimentId, Experiment)>, QueryError> {
        self.view(PALLET, "experiments", (start, limit)).await
    }

    /// All experiments.
    pub async fn all_experiments(&self) -> Result<Vec<(ExperimentId, Experiment)>, QueryError> {
        let page = |last: Option<ExperimentId>| {
            let start = last.map_or(0, |last| last.saturating_add(1));
            self.experiments(start, MAX_PAGE)
        };
        self.pages(page).await
    }

    /// Up to `limit`, but at most 64, experiments of an owner, from the one after `after`.
    pub async fn experiments_of(
        &self,
        owner: &AccountId,
        after: Option<ExperimentId>,
        limit: u32,
    ) -> Result<Vec<ExperimentId>, QueryError> {
        self.view(PALLET, "experiments_of", (owner, after, limit)).await
    }

    /// What is held from the owner for an experiment.
    pub async fn experiment_deposit(
        &self,
        experiment: ExperimentId,
    ) -> Result<Option<Balance>, QueryError> {
        self.view(PALLET, "deposit", experiment).await
    }

    /// To whom an experiment is offered.
    pub async fn pending_transfer(
        &self,
        experiment: ExperimentId,
    ) -> Result<Option<AccountId>, QueryError> {
        self.view(PALLET, "pending_transfer", experiment).await
    }

    /// The leaderboard of an experiment, best first.
    pub async fn leaderboard(&self, experiment: ExperimentId) -> Result<Leaderboard, QueryError> {
        self.view(PALLET, "leaderboard", (experiment, 0_u32, MAX_PAGE)).await
    }

    /// A model version.
    pub async fn model(
        &self,
        experiment: ExperimentId,
        version: ModelVersionNumber,
    ) -> Result<Option<ModelVersion>, QueryError> {
        self.view(PALLET, "model", (experiment, version)).await
    }

    /// Up to `limit`, but at most 64, model versions of an experiment from `start` upwards, the
    /// first being 1.
    pub async fn models(
        &self,
        experiment: ExperimentId,
        start: ModelVersionNumber,
        limit: u32,
    ) -> Result<Vec<(ModelVersionNumber, ModelVersion)>, QueryError> {
        self.view(PALLET, "models", (experiment, start, limit)).await
    }

    /// The best delivered model of an experiment.
    pub async fn champion(&self, experiment: ExperimentId) -> Result<Option<Champion>, QueryError> {
        self.view(PALLET, "champion", experiment).await
    }
}
