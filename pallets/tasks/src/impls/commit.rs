//! Commitments of workers.

use crate::{
    types::{CommitmentOf, TaskOf},
    Commitments, Config, Error, Event, HoldReason, Pallet, Tasks,
};
use frame_support::ensure;
use nocknock_primitives::{
    ids::{ModelCommitment, TaskId},
    model::field,
    phase::Phase,
    task::{Commitment, Funding},
    traits::WorkerRegistry,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit_model(
        who: T::AccountId,
        id: TaskId,
        model: ModelCommitment,
    ) -> DispatchResult {
        let mut task = Self::task_in(id, Phase::Open)?;
        Self::ensure_may_compete(&task, &who)?;
        ensure!(field::from_bytes(model.as_bytes()).is_ok(), Error::<T>::BadCommitment);
        if !Commitments::<T>::contains_key(id, &who) {
            Self::hold(HoldReason::Stake, &who, task.terms.stake)?;
            task.committed = task.committed.saturating_add(1);
            task.open_commitments = task.open_commitments.saturating_add(1);
        }
        let sequence = task.next_sequence;
        task.next_sequence = sequence.saturating_add(1);
        Commitments::<T>::insert(id, &who, Self::new_commitment(model, sequence));
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::ModelCommitted { task: id, worker: who, model, sequence });
        Ok(())
    }

    pub(crate) fn do_withdraw_commitment(who: T::AccountId, id: TaskId) -> DispatchResult {
        let mut task = Self::task_in(id, Phase::Open)?;
        ensure!(Commitments::<T>::contains_key(id, &who), Error::<T>::NotCommitted);
        Commitments::<T>::remove(id, &who);
        task.committed = task.committed.saturating_sub(1);
        task.open_commitments = task.open_commitments.saturating_sub(1);
        Self::release(HoldReason::Stake, &who, task.terms.stake);
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::CommitmentWithdrawn { task: id, worker: who });
        Ok(())
    }

    fn ensure_may_compete(task: &TaskOf<T>, who: &T::AccountId) -> Result<(), Error<T>> {
        ensure!(task.requester != *who, Error::<T>::RequesterMayNotCompete);
        let registered = task.funding == Funding::Sponsored || T::Workers::may_work(who);
        ensure!(registered, Error::<T>::NotRegistered);
        Ok(())
    }

    fn new_commitment(model: ModelCommitment, sequence: u32) -> CommitmentOf<T> {
        Commitment { model, at: Self::now(), sequence, proved: 0, correct: 0 }
    }
}
