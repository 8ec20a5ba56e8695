//! Commitments of workers.

use crate::{
    types::{BalanceOf, TaskOf},
    Commitments, Config, Error, Event, HoldReason, Pallet, Tasks,
};
use frame_support::ensure;
use nocknock_primitives::{
    claim::ClaimState,
    ids::{CiphertextHash, FieldBytes, KeyCommitment, ModelCommitment, TaskId},
    model::{field, sealed, Fr, ModelOwner},
    phase::Phase,
    task::{Commitment, Funding},
    traits::WorkerRegistry,
};
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit_model(
        who: T::AccountId,
        id: TaskId,
        key: KeyCommitment,
        ciphertext: CiphertextHash,
        least: BalanceOf<T>,
    ) -> DispatchResult {
        let mut task = Self::task_in(id, Phase::Open)?;
        Self::ensure_may_compete(&task, &who)?;
        ensure!(least <= Self::most_paid(&task), Error::<T>::LeastTooHigh);
        let model = Self::model_commitment(id, &task, &who, key, ciphertext)?;
        if !Commitments::<T>::contains_key(id, &who) {
            Self::hold(HoldReason::Stake, &who, task.terms.stake)?;
            task.committed = task.committed.saturating_add(1);
            task.open_commitments = task.open_commitments.saturating_add(1);
        }
        let sequence = task.next_sequence;
        task.next_sequence = sequence.saturating_add(1);
        let commitment = Commitment {
            model,
            key,
            ciphertext,
            at: Self::now(),
            sequence,
            least,
            claim: ClaimState::Silent,
            proved: 0,
            correct: 0,
        };
        Commitments::<T>::insert(id, &who, commitment);
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::ModelCommitted { task: id, worker: who, model, sequence });
        Ok(())
    }

    pub(crate) fn do_withdraw_commitment(who: T::AccountId, id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        let phase = task.phase(Self::now());
        ensure!(may_withdraw(phase), Error::<T>::WrongPhase);
        let commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        ensure!(commitment.claim == ClaimState::Silent, Error::<T>::AlreadyClaimed);
        Commitments::<T>::remove(id, &who);
        if matches!(phase, Phase::Open | Phase::Claim) {
            task.committed = task.committed.saturating_sub(1);
        }
        task.open_commitments = task.open_commitments.saturating_sub(1);
        Self::release(HoldReason::Stake, &who, task.terms.stake);
        Tasks::<T>::insert(id, task);
        let conceded = phase != Phase::Open;
        Self::deposit_event(Event::CommitmentWithdrawn { task: id, worker: who, conceded });
        Ok(())
    }

    /// The most that a worker can be sure to get, as far as the terms say it.
    fn most_paid(task: &TaskOf<T>) -> BalanceOf<T> {
        match (task.funding, task.terms.shares.first()) {
            (Funding::Sponsored, Some(share)) => Self::net_share(task, *share),
            _ => Zero::zero(),
        }
    }

    fn ensure_may_compete(task: &TaskOf<T>, who: &T::AccountId) -> Result<(), Error<T>> {
        ensure!(task.requester != *who, Error::<T>::RequesterMayNotCompete);
        let registered = task.funding == Funding::Sponsored || T::Workers::may_work(who);
        ensure!(registered, Error::<T>::NotRegistered);
        Ok(())
    }

    /// `C_W`. It names chain, task, account and encoding, so that nobody gets the commitment of
    /// another account by repeating its hashes.
    fn model_commitment(
        id: TaskId,
        task: &TaskOf<T>,
        who: &T::AccountId,
        key: KeyCommitment,
        ciphertext: CiphertextHash,
    ) -> Result<ModelCommitment, Error<T>> {
        let key = Self::committed_element(key.as_bytes())?;
        let ciphertext = Self::committed_element(ciphertext.as_bytes())?;
        let owner = ModelOwner {
            genesis_hash: Self::genesis_hash(),
            task: id,
            worker: who.clone().into(),
            encoding: *task.encoding.as_bytes(),
        };
        let model = sealed::commitment(&task.architecture, owner.to_field(), key, ciphertext);
        Ok(ModelCommitment(field::to_bytes(&model)))
    }

    /// The field element of a commitment.
    pub(crate) fn committed_element(bytes: &FieldBytes) -> Result<Fr, Error<T>> {
        field::from_bytes(bytes).map_err(|_| Error::<T>::BadCommitment)
    }
}

/// Whether workers that have claimed nothing may withdraw: until the commit phase is over, and
/// again once they know what their models score.
const fn may_withdraw(phase: Phase) -> bool {
    matches!(phase, Phase::Open | Phase::Claim | Phase::Ask | Phase::Prove)
}
