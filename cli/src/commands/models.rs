//! `nocknock models`.

use crate::{
    commands::leaderboard::known_experiment,
    failure::Failure,
    node::Node,
    output::{number, table, text},
    views::{self, percent, short, who},
};
use clap::Args;
use nocknock_client::{ModelVersion, Snapshot};
use nocknock_primitives::{
    ids::{ExperimentId, ModelVersionNumber},
    limits::MAX_PAGE,
};
use serde_json::Value;

/// List the models of an experiment.
#[derive(Debug, Args)]
pub(crate) struct ListModels {
    /// The experiment.
    experiment: ExperimentId,
}

impl ListModels {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        known_experiment(&best, self.experiment).await?;
        let models = all_models(&best, self.experiment).await?;
        let value: Vec<Value> = models
            .iter()
            .map(|(version, model)| views::experiment::model(*version, model))
            .collect();
        node.output.show(&value, || {
            let rows = models.iter().map(|(version, model)| {
                let delivered = &model.delivered;
                vec![
                    number(version),
                    text(views::experiment::stage(model.stage)),
                    number(percent(&delivered.score)),
                    number(delivered.task),
                    text(who(&delivered.worker)),
                    text(short(delivered.model)),
                    number(model.at),
                ]
            });
            table(&["version", "stage", "score", "task", "worker", "model", "block"], rows)
        })
    }
}

/// All models of an experiment.
pub(crate) async fn all_models(
    snapshot: &Snapshot,
    experiment: ExperimentId,
) -> Result<Vec<(ModelVersionNumber, ModelVersion)>, Failure> {
    let mut models = Vec::new();
    let mut start = 1;
    loop {
        let page = snapshot.models(experiment, start, MAX_PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(models);
        };
        start = last.saturating_add(1);
        models.extend(page);
    }
}

/// Fails if there is no such model version.
pub(crate) async fn check_model(
    snapshot: &Snapshot,
    experiment: ExperimentId,
    version: ModelVersionNumber,
) -> Result<(), Failure> {
    known_experiment(snapshot, experiment).await?;
    match snapshot.model(experiment, version).await? {
        Some(_) => Ok(()),
        None => Err(Failure::NotFound(format!(
            "experiment {experiment} has no model of version {version}; `nocknock models {experiment}` lists them"
        ))),
    }
}
