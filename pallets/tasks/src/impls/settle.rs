//! Settlement.

use crate::{
    types::TaskOf, Config, Error, Event, HoldReason, Pallet, Rankings, RevealedBlocks, Tasks,
    WeightInfo,
};
use frame_support::{ensure, weights::Weight};
use nocknock_primitives::{
    ids::TaskId,
    phase::Phase,
    task::{Funding, Outcome, Settlement},
    traits::Curriculum,
};
use sp_runtime::DispatchResult;

impl<T: Config> Pallet<T> {
    /// Weight of `settle`.
    pub(crate) fn settle_weight() -> Weight {
        T::WeightInfo::settle().saturating_add(T::Curriculum::weight())
    }

    pub(crate) fn do_settle(id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        ensure!(task.settlement.is_none(), Error::<T>::AlreadySettled);
        let (outcome, ranked) = Self::outcome(id, &task)?;
        Self::end(id, &mut task, outcome, ranked);
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    /// How a task that has not been settled yet ends, and how many submissions are ranked.
    fn outcome(id: TaskId, task: &TaskOf<T>) -> Result<(Outcome, u32), Error<T>> {
        if Self::is_void(task) {
            return Ok((Outcome::Voided, 0));
        }
        ensure!(task.phase(Self::now()) == Phase::Settle, Error::<T>::WrongPhase);
        let ranked = u32::try_from(Rankings::<T>::decode_len(id).unwrap_or(0)).unwrap_or(0);
        Ok(match task.revealed_at {
            _ if task.opened_at.is_none() => (Outcome::Lapsed, 0),
            _ if task.committed == 0 => (Outcome::NoCommitments, 0),
            None => (Outcome::RevealFailed, 0),
            Some(_) if task.reveal_failed() => (Outcome::RevealFailed, 0),
            Some(_) if ranked == 0 => (Outcome::NoWinner, 0),
            Some(_) => (Outcome::Ranked, ranked),
        })
    }

    /// Ends a task: returns to the requester what this outcome returns, and removes the revealed
    /// rows.
    pub(crate) fn end(id: TaskId, task: &mut TaskOf<T>, outcome: Outcome, ranked: u32) {
        let now = Self::now();
        if outcome != Outcome::RevealFailed {
            Self::release(HoldReason::Bond, &task.requester, core::mem::take(&mut task.held.bond));
        }
        for test in &task.tests {
            RevealedBlocks::<T>::remove(id, test.index);
        }
        if outcome != Outcome::Ranked {
            Rankings::<T>::remove(id);
        }
        task.settlement = Some(Settlement {
            outcome,
            at: now,
            ranked,
            turn: 0,
            turn_began: now,
            paid: 0,
            finished_at: None,
        });
        Self::deposit_event(Event::TaskSettled { task: id, outcome, ranked });
        if outcome != Outcome::Ranked {
            Self::finish(id, task, outcome);
        }
    }

    /// Returns the rest of the escrow, or of the budget, and marks the task as over.
    pub(crate) fn finish(id: TaskId, task: &mut TaskOf<T>, outcome: Outcome) {
        let returned = core::mem::take(&mut task.held.escrow);
        Self::release(HoldReason::Escrow, &task.requester, returned);
        if task.funding == Funding::Curriculum {
            T::Curriculum::close(id, Self::curriculum_end(task, outcome));
        }
        if let Some(settlement) = &mut task.settlement {
            settlement.finished_at = Some(Self::now());
        }
        Self::deposit_event(Event::TaskFinished { task: id, returned });
    }
}
