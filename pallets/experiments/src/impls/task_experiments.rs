//! What pallet-tasks asks for and reports.

use crate::{types::EntryOf, Config, Error, Experiments, ModelVersions, Pallet, WeightInfo};
use frame_support::{ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    experiment::{ChampionModel, DeliveredModel},
    ids::{ContentHash, ExperimentId, ModelVersionNumber},
    traits::TaskExperiments,
};
use sp_runtime::DispatchResult;

impl<T: Config> TaskExperiments<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    fn ensure_active(experiment: ExperimentId) -> DispatchResult {
        Self::active(experiment)?;
        Ok(())
    }

    fn ensure_encoding(experiment: ExperimentId, encoding: &ContentHash) -> DispatchResult {
        let found = Experiments::<T>::get(experiment).ok_or(Error::<T>::UnknownExperiment)?;
        let is_named = found.encoding.is_none_or(|named| named == *encoding);
        ensure!(is_named, Error::<T>::OtherEncoding);
        Ok(())
    }

    fn ensure_may_sponsor(experiment: ExperimentId, who: &T::AccountId) -> DispatchResult {
        Self::active_of(experiment, who)?;
        Ok(())
    }

    fn champion(experiment: ExperimentId) -> Option<ChampionModel<T::AccountId>> {
        let version = Experiments::<T>::get(experiment)?.champion?.version;
        let delivered = ModelVersions::<T>::get(experiment, version)?.delivered;
        let DeliveredModel { task, worker, model, circuit, score, .. } = delivered;
        Some(ChampionModel { version, task, worker, model, circuit, score })
    }

    fn record_score(experiment: ExperimentId, entry: EntryOf<T>) {
        Self::enter_leaderboard(experiment, entry);
    }

    fn register_model(delivered: DeliveredModel<T::AccountId>) -> ModelVersionNumber {
        Self::register_delivered(delivered)
    }

    /// The other functions read one experiment and one version at most, as these two do.
    fn weight() -> Weight {
        T::WeightInfo::record_score().max(T::WeightInfo::register_model())
    }
}
