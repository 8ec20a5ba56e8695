//! What happens to stakes, and the end of a task.

use crate::{
    types::{CommitmentOf, RankingOf, TaskOf, MAX_STORED_CHUNKS},
    Chunks, Commitments, ComparedWith, Config, Deliveries, EqualRowCount, EqualRowsShown, Error,
    Event, HoldReason, Pallet, PastRoots, Rankings, Roots, Tasks, WeightInfo,
};
use codec::Encode;
use frame_support::{defensive, dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use nocknock_primitives::{
    claim::ClaimState,
    ids::TaskId,
    limits::{MAX_RANKED, MAX_TEST_BLOCKS},
    phase::{BlockTime, Phase},
    task::{Fate, Funding, Outcome, PastBlocks},
    traits::{Curriculum, TaskExperiments, WorkerRegistry},
};
use sp_io::hashing::blake2_256;
use sp_runtime::{
    traits::{CheckedDiv, Get, Saturating},
    DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Weight of `close_commitment`, including the calls to other pallets.
    pub(crate) fn close_weight() -> Weight {
        T::WeightInfo::close_commitment().saturating_add(T::Workers::weight())
    }

    /// Weight of `remove_task` with so many chunks, including the calls to other pallets.
    pub(crate) fn removal_weight(chunks: u32) -> Weight {
        T::WeightInfo::remove_task(chunks)
            .saturating_add(T::Experiments::weight())
            .saturating_add(T::Curriculum::weight())
    }

    pub(crate) fn do_close_commitment(id: TaskId, worker: &T::AccountId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        let commitment = Commitments::<T>::get(id, worker).ok_or(Error::<T>::NotCommitted)?;
        let fate = Self::fate(id, &task, worker, &commitment).ok_or(Error::<T>::FateUndecided)?;
        Self::carry_out(id, &mut task, worker, fate);
        Self::forget_claim(id, &commitment, worker);
        Commitments::<T>::remove(id, worker);
        task.open_commitments = task.open_commitments.saturating_sub(1);
        Tasks::<T>::insert(id, task);
        Self::deposit_event(Event::CommitmentClosed { task: id, worker: worker.clone(), fate });
        Ok(())
    }

    pub(crate) fn do_finish_task(id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        ensure!(Self::is_finishable(&task), Error::<T>::NotFinishable);
        Self::finish(id, &mut task, Outcome::Ranked);
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    pub(crate) fn do_remove_task(id: TaskId) -> DispatchResultWithPostInfo {
        let chunks = Self::remove(id)?;
        Ok(Some(Self::removal_weight(chunks)).into())
    }

    /// Removes everything that is stored about a task, and says how many chunks of ciphertexts that
    /// were.
    pub(crate) fn remove(id: TaskId) -> Result<u32, DispatchError> {
        let task = Self::known_task(id)?;
        ensure!(Self::is_removable(id, &task), Error::<T>::NotRemovable);
        let chunks = Self::remove_deliveries(id);
        Self::remove_equal_rows(id);
        Rankings::<T>::remove(id);
        let roots = Roots::<T>::take(id);
        if task.funding == Funding::Curriculum && task.opened_at.is_some() {
            let (architecture, encoding) = (task.architecture, task.encoding);
            let past = PastBlocks { architecture, encoding, roots };
            PastRoots::<T>::insert(id, (task.experiment, past.using_encoded(blake2_256)));
        }
        Self::release(HoldReason::Record, &task.requester, task.held.record);
        Tasks::<T>::remove(id);
        Self::deposit_event(Event::TaskRemoved { task: id });
        Ok(chunks)
    }

    /// There is one delivery for each paid share, and an unpaid one for each rank that let its turn
    /// pass after it had begun.
    fn remove_deliveries(id: TaskId) -> u32 {
        let deliveries = Deliveries::<T>::iter_prefix_values(id);
        let chunks = deliveries.map(|delivery| delivery.chunks).fold(0, u32::saturating_add);
        let left = [
            Deliveries::<T>::clear_prefix(id, MAX_RANKED, None),
            Chunks::<T>::clear_prefix((id,), MAX_STORED_CHUNKS, None),
        ];
        if left.iter().any(|left| left.maybe_cursor.is_some()) {
            defensive!("a task holds no more deliveries than ranks, each with all its chunks");
        }
        chunks
    }

    fn remove_equal_rows(id: TaskId) {
        let left = EqualRowsShown::<T>::clear_prefix(id, MAX_TEST_BLOCKS, None);
        if left.maybe_cursor.is_some() {
            defensive!("equal rows are those of test blocks");
        }
        EqualRowCount::<T>::remove(id);
    }

    /// Whether the task is over but still holds the rest of its reward.
    pub(crate) fn is_finishable(task: &TaskOf<T>) -> bool {
        let unfinished = task.settlement.as_ref().is_some_and(|end| end.finished_at.is_none());
        unfinished && task.phase(Self::now()) == Phase::Done
    }

    /// Whether the task is finished, has no commitments left and has been readable for long enough.
    pub(crate) fn is_removable(id: TaskId, task: &TaskOf<T>) -> bool {
        let finished_at = task.settlement.as_ref().and_then(|end| end.finished_at);
        let readable_until = finished_at.map(|block| block.after(T::Retention::get()));
        let is_due = readable_until.is_some_and(|end| end <= Self::now());
        task.open_commitments == 0 && is_due && !Self::is_needed(id, task)
    }

    /// Whether a curriculum task has to stay readable: it holds the champion, or another model that
    /// those of open tasks are compared with, or equal rows of it still matter.
    fn is_needed(id: TaskId, task: &TaskOf<T>) -> bool {
        let holds_champion =
            || T::Experiments::champion(task.experiment).is_some_and(|model| model.task == id);
        let is_curriculum = task.funding == Funding::Curriculum;
        is_curriculum
            && (!T::Curriculum::may_forget(id)
                || ComparedWith::<T>::contains_key(id)
                || holds_champion())
    }

    /// What has been decided about a commitment, if anything.
    fn fate(
        id: TaskId,
        task: &TaskOf<T>,
        worker: &T::AccountId,
        commitment: &CommitmentOf<T>,
    ) -> Option<Fate> {
        let Some(settlement) = &task.settlement else {
            return Self::fate_before_settlement(task, commitment);
        };
        let fate = match (settlement.outcome, commitment.claim) {
            (Outcome::RevealFailed, _) => Fate::Compensated,
            (Outcome::NoWinner | Outcome::Ranked, ClaimState::Asked(_) | ClaimState::Failed) => {
                Fate::NotProved
            }
            (Outcome::Ranked, ClaimState::Proved) => Self::fate_by_rank(id, task, worker)?,
            _ => Fate::Returned,
        };
        if fate.is_abandonment() && Self::is_void(task) {
            Some(Fate::Returned)
        } else {
            Some(fate)
        }
    }

    /// Whoever has claimed nothing when claims are asked for proofs is not needed any more.
    fn fate_before_settlement(task: &TaskOf<T>, commitment: &CommitmentOf<T>) -> Option<Fate> {
        let is_too_late = matches!(task.phase(Self::now()), Phase::Ask | Phase::Prove);
        let is_silent = commitment.claim == ClaimState::Silent;
        (is_too_late && is_silent).then_some(Fate::Returned)
    }

    /// The fate of a proved claim: it has had its turn, may still get it, or never will.
    fn fate_by_rank(id: TaskId, task: &TaskOf<T>, worker: &T::AccountId) -> Option<Fate> {
        let now = Self::now();
        let ranking = Rankings::<T>::get(id);
        let Some(place) = ranking.iter().position(|entry| entry.worker == *worker) else {
            return Some(Fate::Returned);
        };
        let rank = u32::try_from(place).unwrap_or(u32::MAX);
        match task.phase(now) {
            _ if task.turn_is_over(rank, now) => Some(Self::fate_after_turn(task, &ranking, place)),
            Phase::Done => Some(Fate::Returned),
            _ => None,
        }
    }

    /// Nobody has to deliver for less than it asked for.
    fn fate_after_turn(task: &TaskOf<T>, ranking: &RankingOf<T>, place: usize) -> Fate {
        let paid = ranking.iter().take(place).filter(|entry| entry.delivered).count();
        let share = task.terms.shares.get(paid).copied().unwrap_or(0);
        let amount = Self::net_share(task, share);
        if ranking.get(place).is_some_and(|entry| entry.least > amount) {
            Fate::Returned
        } else {
            Fate::NotDelivered
        }
    }

    fn carry_out(id: TaskId, task: &mut TaskOf<T>, worker: &T::AccountId, fate: Fate) {
        let stake = task.terms.stake;
        match fate {
            Fate::Returned => Self::release(HoldReason::Stake, worker, stake),
            Fate::Compensated => {
                Self::release(HoldReason::Stake, worker, stake);
                Self::compensate(task, worker);
            }
            Fate::NotProved | Fate::NotDelivered => {
                Self::burn(HoldReason::Stake, worker, stake);
                if task.funding == Funding::Curriculum {
                    T::Workers::abandoned(worker, id);
                }
            }
        }
    }

    /// An equal share of what is left of the bond; the last worker gets the rest.
    fn compensate(task: &mut TaskOf<T>, worker: &T::AccountId) {
        let bond = task.held.bond;
        let share = bond.checked_div(&task.open_commitments.into()).unwrap_or(bond);
        task.held.bond = bond.saturating_sub(share);
        Self::transfer_held(HoldReason::Bond, &task.requester, worker, share);
    }
}
