//! What the calls do, by subject.

mod config_check;
mod deposits;
mod experiments;
mod leaderboard;
mod models;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod task_experiments;
mod transfer;
mod views;

use crate::{types::ExperimentOf, Config, Error, Experiments, Pallet};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{experiment::DescriptionError, ids::ExperimentId};

impl<T: Config> Pallet<T> {
    fn now() -> BlockNumberFor<T> {
        frame_system::Pallet::<T>::block_number()
    }

    fn active(id: ExperimentId) -> Result<ExperimentOf<T>, Error<T>> {
        let experiment = Experiments::<T>::get(id).ok_or(Error::<T>::UnknownExperiment)?;
        ensure!(!experiment.archived, Error::<T>::Archived);
        Ok(experiment)
    }

    fn active_of(id: ExperimentId, who: &T::AccountId) -> Result<ExperimentOf<T>, Error<T>> {
        let experiment = Self::active(id)?;
        ensure!(experiment.owner == *who, Error::<T>::NotOwner);
        Ok(experiment)
    }
}

impl<T> From<DescriptionError> for Error<T> {
    fn from(error: DescriptionError) -> Self {
        match error {
            DescriptionError::NotUtf8 => Self::NotUtf8,
            DescriptionError::BlankName => Self::BlankName,
            DescriptionError::ControlCharacter => Self::ControlCharacter,
            DescriptionError::BadTag => Self::BadTag,
            DescriptionError::DuplicateTag => Self::DuplicateTag,
        }
    }
}
