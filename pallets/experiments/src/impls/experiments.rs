//! Creating, describing and archiving.

use crate::{
    types::{BalanceOf, ExperimentOf, GenesisExperiment},
    Config, Deposits, Error, Event, Experiments, ExperimentsOf, NextExperiment, Pallet,
    PendingTransfers,
};
use alloc::string::{String, ToString};
use frame_support::ensure;
use nocknock_primitives::{
    experiment::{Description, Experiment},
    ids::{ContentHash, ExperimentId},
    traits::CurriculumExperiments,
};
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Panics if the chain specification contains an experiment that cannot be created: a chain
    /// must not start from a broken specification.
    pub(crate) fn create_at_genesis(given: &GenesisExperiment<T::AccountId>) {
        let created = Description::try_from(&given.description)
            .map_err(|error| error.to_string())
            .and_then(|description| Self::create_free(given.owner.clone(), description));
        if let Err(error) = created {
            panic!("experiments: {:?}: {error}", given.description.name);
        }
    }

    fn create_free(owner: T::AccountId, description: Description) -> Result<(), String> {
        Self::insert_experiment(owner, description, None, Zero::zero())
            .map_err(|error| <&str>::from(error).to_string())
    }

    pub(crate) fn do_create_experiment(
        owner: T::AccountId,
        description: Description,
        encoding: Option<ContentHash>,
    ) -> DispatchResult {
        description.check().map_err(Error::<T>::from)?;
        let deposit = Self::deposit_for(&description, encoding.as_ref());
        Self::insert_experiment(owner, description, encoding, deposit)
    }

    fn insert_experiment(
        owner: T::AccountId,
        description: Description,
        encoding: Option<ContentHash>,
        deposit: BalanceOf<T>,
    ) -> DispatchResult {
        let id = NextExperiment::<T>::get();
        let next = id.checked_add(1).ok_or(Error::<T>::TooManyExperiments)?;
        Self::hold(&owner, deposit)?;
        NextExperiment::<T>::put(next);
        Deposits::<T>::insert(id, deposit);
        ExperimentsOf::<T>::insert(&owner, id, ());
        let experiment = Self::new_experiment(owner.clone(), description, encoding);
        Experiments::<T>::insert(id, experiment);
        Self::deposit_event(Event::ExperimentCreated { experiment: id, owner, deposit });
        Ok(())
    }

    fn new_experiment(
        owner: T::AccountId,
        description: Description,
        encoding: Option<ContentHash>,
    ) -> ExperimentOf<T> {
        Experiment {
            owner,
            description,
            encoding,
            created_at: Self::now(),
            archived: false,
            champion: None,
            versions: 0,
        }
    }

    pub(crate) fn do_describe_experiment(
        who: &T::AccountId,
        id: ExperimentId,
        description: Description,
    ) -> DispatchResult {
        description.check().map_err(Error::<T>::from)?;
        let mut experiment = Self::active_of(id, who)?;
        let deposit = Self::deposit_for(&description, experiment.encoding.as_ref());
        Self::adjust_deposit(id, who, deposit)?;
        experiment.description = description;
        Experiments::<T>::insert(id, experiment);
        Self::deposit_event(Event::ExperimentDescribed { experiment: id, deposit });
        Ok(())
    }

    /// The deposit never grows here, whatever prices have become, so nobody is too poor to archive.
    pub(crate) fn do_archive_experiment(who: &T::AccountId, id: ExperimentId) -> DispatchResult {
        let mut experiment = Self::active_of(id, who)?;
        ensure!(!T::Curriculum::is_in_curriculum(id), Error::<T>::InCurriculum);
        experiment.archived = true;
        experiment.description =
            Description { name: experiment.description.name, ..Description::default() };
        let left = Self::deposit_for(&experiment.description, experiment.encoding.as_ref());
        let deposit = left.min(Deposits::<T>::get(id));
        Self::adjust_deposit(id, who, deposit)?;
        PendingTransfers::<T>::remove(id);
        Experiments::<T>::insert(id, experiment);
        Self::deposit_event(Event::ExperimentArchived { experiment: id, deposit });
        Ok(())
    }
}
