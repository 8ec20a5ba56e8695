//! What happens to stakes, and the end of a task.

use crate::{
    types::{CommitmentOf, TaskOf, MAX_STORED_CHUNKS},
    Chunks, Commitments, Config, Deliveries, Error, Event, HoldReason, Pallet, Rankings, Roots,
    Tasks, WeightInfo,
};
use frame_support::{defensive, dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use nocknock_primitives::{
    ids::TaskId,
    limits::MAX_RANKED,
    phase::{BlockTime, Phase},
    task::{Fate, Funding, Outcome},
    traits::{TaskExperiments, WorkerRegistry},
};
use sp_runtime::{
    traits::{CheckedDiv, Get, Saturating},
    DispatchError, DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// Weight of `close_commitment`, including the calls to other pallets.
    pub(crate) fn close_weight() -> Weight {
        T::WeightInfo::close_commitment()
            .saturating_add(T::Workers::weight())
            .saturating_add(T::Experiments::weight())
    }

    pub(crate) fn do_close_commitment(id: TaskId, worker: &T::AccountId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        let commitment = Commitments::<T>::get(id, worker).ok_or(Error::<T>::NotCommitted)?;
        let fate = Self::fate(id, &task, worker, &commitment).ok_or(Error::<T>::FateUndecided)?;
        Self::carry_out(id, &mut task, worker, fate);
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
        Ok(Some(T::WeightInfo::remove_task(chunks)).into())
    }

    /// Removes everything that is stored about a task, and says how many chunks of ciphertexts that
    /// were.
    pub(crate) fn remove(id: TaskId) -> Result<u32, DispatchError> {
        let task = Self::known_task(id)?;
        ensure!(Self::is_removable(&task), Error::<T>::NotRemovable);
        let chunks = Self::remove_deliveries(id);
        Rankings::<T>::remove(id);
        Roots::<T>::remove(id);
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

    /// Whether the task is over but still holds the rest of its reward.
    pub(crate) fn is_finishable(task: &TaskOf<T>) -> bool {
        let unfinished = task.settlement.as_ref().is_some_and(|end| end.finished_at.is_none());
        unfinished && task.phase(Self::now()) == Phase::Done
    }

    /// Whether the task is finished, has no commitments left and has been readable for long enough.
    pub(crate) fn is_removable(task: &TaskOf<T>) -> bool {
        let finished_at = task.settlement.as_ref().and_then(|end| end.finished_at);
        let readable_until = finished_at.map(|block| block.after(T::Retention::get()));
        task.open_commitments == 0 && readable_until.is_some_and(|end| end <= Self::now())
    }

    /// What has been decided about a commitment, if anything.
    fn fate(
        id: TaskId,
        task: &TaskOf<T>,
        worker: &T::AccountId,
        commitment: &CommitmentOf<T>,
    ) -> Option<Fate> {
        let outcome = task.settlement.as_ref()?.outcome;
        let fate = match outcome {
            Outcome::RevealFailed => Fate::Compensated,
            Outcome::NoWinner | Outcome::Ranked if !Self::is_complete(task, commitment) => {
                Fate::NotProved
            }
            Outcome::Ranked => Self::fate_by_rank(id, task, worker)?,
            _ => Fate::Returned,
        };
        let is_excused = || {
            let is_undelivered = fate == Fate::NotDelivered;
            Self::is_void(task) || (is_undelivered && Self::is_overtaken(task, commitment))
        };
        if fate.is_abandonment() && is_excused() {
            Some(Fate::Returned)
        } else {
            Some(fate)
        }
    }

    /// Whether another task has raised the curriculum's champion so far that this submission would
    /// no longer mint anything. Nobody has to give a model away for nothing.
    fn is_overtaken(task: &TaskOf<T>, commitment: &CommitmentOf<T>) -> bool {
        let (score, champion) = (Self::final_score(task, commitment), Self::champion(task));
        // Once this task has paid, a champion with the same score may come from a later rank of
        // this very task.
        let has_paid = task.settlement.as_ref().is_some_and(|end| end.paid > 0);
        let is_gone = if has_paid { champion.beats(&score) } else { champion.at_least(&score) };
        task.funding == Funding::Curriculum && is_gone
    }

    /// The fate of a complete submission: it has had its turn, may still get it, or never will.
    fn fate_by_rank(id: TaskId, task: &TaskOf<T>, worker: &T::AccountId) -> Option<Fate> {
        let now = Self::now();
        let ranking = Rankings::<T>::get(id);
        let Some(place) = ranking.iter().position(|entry| entry.worker == *worker) else {
            return Some(Fate::Returned);
        };
        let rank = u32::try_from(place).unwrap_or(u32::MAX);
        match task.phase(now) {
            _ if task.turn_is_over(rank, now) => Some(Fate::NotDelivered),
            Phase::Done => Some(Fate::Returned),
            _ => None,
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
                Self::transfer_held(HoldReason::Stake, worker, &task.requester, stake);
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
