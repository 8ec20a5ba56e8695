//! What pallet-tasks asks for and reports.

use crate::{types::EntryOf, Config, Experiments, Pallet, WeightInfo};
use frame_support::weights::Weight;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    experiment::DeliveredModel,
    ids::{ExperimentId, ModelVersionNumber},
    score::Score,
    traits::TaskExperiments,
};
use sp_runtime::DispatchResult;

impl<T: Config> TaskExperiments<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    fn ensure_active(experiment: ExperimentId) -> DispatchResult {
        Self::active(experiment)?;
        Ok(())
    }

    fn ensure_may_sponsor(experiment: ExperimentId, who: &T::AccountId) -> DispatchResult {
        Self::active_of(experiment, who)?;
        Ok(())
    }

    fn champion_score(experiment: ExperimentId) -> Option<Score> {
        let champion = Experiments::<T>::get(experiment)?.champion?;
        Some(champion.score)
    }

    fn record_score(experiment: ExperimentId, entry: EntryOf<T>) {
        Self::enter_leaderboard(experiment, entry);
    }

    fn register_model(delivered: DeliveredModel<T::AccountId>) -> ModelVersionNumber {
        Self::register_delivered(delivered)
    }

    /// The other functions read one experiment, as these two do.
    fn weight() -> Weight {
        T::WeightInfo::record_score().max(T::WeightInfo::register_model())
    }
}
