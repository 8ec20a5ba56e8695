//! How an experiment changes hands: by an offer that the other account accepts.

use crate::{Config, Deposits, Error, Event, Experiments, ExperimentsOf, Pallet, PendingTransfers};
use frame_support::ensure;
use nocknock_primitives::ids::ExperimentId;
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_offer_transfer(
        who: &T::AccountId,
        id: ExperimentId,
        to: T::AccountId,
    ) -> DispatchResult {
        Self::active_of(id, who)?;
        ensure!(to != *who, Error::<T>::AlreadyOwner);
        PendingTransfers::<T>::insert(id, &to);
        Self::deposit_event(Event::TransferOffered { experiment: id, to });
        Ok(())
    }

    pub(crate) fn do_accept_transfer(to: T::AccountId, id: ExperimentId) -> DispatchResult {
        let mut experiment = Self::active(id)?;
        let offered = PendingTransfers::<T>::get(id);
        ensure!(offered.as_ref() == Some(&to), Error::<T>::NotOffered);
        let deposit = Self::deposit_for(&experiment.description, experiment.encoding.as_ref());
        Self::hold(&to, deposit)?;
        let from = core::mem::replace(&mut experiment.owner, to.clone());
        Self::release(&from, Deposits::<T>::get(id));
        Deposits::<T>::insert(id, deposit);
        PendingTransfers::<T>::remove(id);
        ExperimentsOf::<T>::remove(&from, id);
        ExperimentsOf::<T>::insert(&to, id, ());
        Experiments::<T>::insert(id, experiment);
        Self::deposit_event(Event::ExperimentTransferred { experiment: id, from, to, deposit });
        Ok(())
    }

    pub(crate) fn do_cancel_transfer(who: &T::AccountId, id: ExperimentId) -> DispatchResult {
        Self::active_of(id, who)?;
        ensure!(PendingTransfers::<T>::contains_key(id), Error::<T>::NothingOffered);
        PendingTransfers::<T>::remove(id);
        Self::deposit_event(Event::TransferCancelled { experiment: id });
        Ok(())
    }
}
