//! The model registry and the champion.

use crate::{
    types::{ExperimentOf, VersionOf},
    Config, Error, Event, Experiments, ModelVersions, Pallet,
};
use frame_support::{defensive, ensure};
use nocknock_primitives::{
    experiment::{Champion, DeliveredModel, ModelVersion, Stage},
    ids::{ExperimentId, ModelVersionNumber},
    score::Score,
    task::Funding,
    traits::CurriculumExperiments,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Registers a delivered model under the next version, and returns the version.
    ///
    /// It cannot fail, because the model has been paid for. If the experiment were missing, which
    /// cannot happen, nothing would be registered, and the result would be 0, which is not a
    /// version.
    pub(crate) fn register_delivered(
        delivered: DeliveredModel<T::AccountId>,
    ) -> ModelVersionNumber {
        let id = delivered.experiment;
        let Some((mut experiment, version)) = Self::with_next_version(id) else {
            defensive!("delivered models belong to experiments with versions left");
            return 0;
        };
        experiment.versions = version;
        let stage = if Self::becomes_champion(&experiment, &delivered) {
            let champion = Champion { version, score: delivered.score };
            Self::enthrone(id, &mut experiment, champion);
            Stage::Champion
        } else {
            Stage::Candidate
        };
        Experiments::<T>::insert(id, experiment);
        Self::store_version(id, version, stage, delivered);
        version
    }

    fn with_next_version(id: ExperimentId) -> Option<(ExperimentOf<T>, ModelVersionNumber)> {
        let experiment = Experiments::<T>::get(id)?;
        let version = experiment.versions.checked_add(1)?;
        Some((experiment, version))
    }

    /// Whether a model becomes the champion. One that the curriculum has paid for does, whatever
    /// its score: it has beaten the champion on the same rows. Another one has to be strictly
    /// better than the champion or, where there is none, than a score of zero. In the curriculum it
    /// never does, because it may be sealed for somebody, so that nobody could prove it.
    fn becomes_champion(
        experiment: &ExperimentOf<T>,
        delivered: &DeliveredModel<T::AccountId>,
    ) -> bool {
        match delivered.funding {
            Funding::Curriculum => true,
            Funding::Sponsored => {
                let best = experiment.champion.map_or(Score::ZERO, |champion| champion.score);
                delivered.score.beats(&best)
                    && !T::Curriculum::is_in_curriculum(delivered.experiment)
            }
        }
    }

    fn enthrone(id: ExperimentId, experiment: &mut ExperimentOf<T>, champion: Champion) {
        if let Some(old) = experiment.champion.replace(champion) {
            Self::dethrone(id, old.version);
        }
        Self::deposit_event(Event::ChampionChanged { experiment: id, champion });
    }

    pub(crate) fn do_retire_champion(id: ExperimentId) -> DispatchResult {
        let mut experiment = Experiments::<T>::get(id).ok_or(Error::<T>::UnknownExperiment)?;
        let Champion { version, .. } = experiment.champion.take().ok_or(Error::<T>::NoChampion)?;
        Self::dethrone(id, version);
        Experiments::<T>::insert(id, experiment);
        Self::deposit_event(Event::ChampionRetired { experiment: id, version });
        Ok(())
    }

    fn dethrone(id: ExperimentId, version: ModelVersionNumber) {
        ModelVersions::<T>::mutate(id, version, |model| match model {
            Some(model) => model.stage = Stage::Candidate,
            None => {
                defensive!("the champion is a stored version");
            }
        });
    }

    fn store_version(
        id: ExperimentId,
        version: ModelVersionNumber,
        stage: Stage,
        delivered: DeliveredModel<T::AccountId>,
    ) {
        Self::deposit_event(Event::ModelRegistered {
            experiment: id,
            version,
            task: delivered.task,
            worker: delivered.worker.clone(),
            score: delivered.score,
        });
        let model =
            ModelVersion { stage, owner: delivered.requester.clone(), at: Self::now(), delivered };
        ModelVersions::<T>::insert(id, version, model);
    }

    pub(crate) fn do_set_stage(
        who: &T::AccountId,
        id: ExperimentId,
        version: ModelVersionNumber,
        stage: Stage,
    ) -> DispatchResult {
        ensure!(stage != Stage::Champion, Error::<T>::ChampionIsProved);
        let mut model = Self::model_of(id, version, who)?;
        ensure!(model.stage != Stage::Champion, Error::<T>::IsChampion);
        model.stage = stage;
        ModelVersions::<T>::insert(id, version, model);
        Self::deposit_event(Event::ModelStageChanged { experiment: id, version, stage });
        Ok(())
    }

    pub(crate) fn do_transfer_model(
        from: T::AccountId,
        id: ExperimentId,
        version: ModelVersionNumber,
        to: T::AccountId,
    ) -> DispatchResult {
        let mut model = Self::model_of(id, version, &from)?;
        model.owner = to.clone();
        ModelVersions::<T>::insert(id, version, model);
        Self::deposit_event(Event::ModelTransferred { experiment: id, version, from, to });
        Ok(())
    }

    fn model_of(
        id: ExperimentId,
        version: ModelVersionNumber,
        who: &T::AccountId,
    ) -> Result<VersionOf<T>, Error<T>> {
        let model = ModelVersions::<T>::get(id, version).ok_or(Error::<T>::UnknownModel)?;
        ensure!(model.owner == *who, Error::<T>::NotModelOwner);
        Ok(model)
    }
}
