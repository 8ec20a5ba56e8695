//! Settlement: what each rank gets at most, and the end of a task.

use crate::{
    types::{RankedOf, RankingOf, TaskOf},
    Asked, Config, Error, Event, HoldReason, Pallet, Rankings, RevealedBlocks, Tasks, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::fungible::Inspect, weights::Weight};
use nocknock_primitives::{
    ids::TaskId,
    limits::MAX_RANKED,
    phase::Phase,
    task::{Funding, Outcome, Settlement},
    traits::{Appraisal, Curriculum},
};
use sp_runtime::{
    traits::{Get, Zero},
    DispatchResult,
};

/// How many entries of the storage an appraisal reads. The first one pays for finding them.
const APPRAISAL_READS: u64 = 3;

impl<T: Config> Pallet<T> {
    /// Weight of `settle`: besides its own, an appraisal of each rank, what is taken for the first
    /// one, and the closing if there is none.
    pub(crate) fn settle_weight() -> Weight {
        let reads = APPRAISAL_READS.saturating_mul(u64::from(MAX_RANKED));
        T::WeightInfo::settle()
            .saturating_add(T::Curriculum::weight().saturating_mul(3))
            .saturating_add(<T as frame_system::Config>::DbWeight::get().reads(reads))
    }

    pub(crate) fn do_settle(id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        ensure!(task.settlement.is_none(), Error::<T>::AlreadySettled);
        let outcome = Self::outcome(id, &mut task)?;
        Self::end(id, &mut task, outcome);
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    /// How a task that has not been settled yet ends.
    fn outcome(id: TaskId, task: &mut TaskOf<T>) -> Result<Outcome, Error<T>> {
        if Self::is_void(task) {
            return Ok(Outcome::Voided);
        }
        ensure!(task.phase(Self::now()) == Phase::Settle, Error::<T>::WrongPhase);
        Ok(match task.revealed_at {
            _ if task.opened_at.is_none() => Outcome::Lapsed,
            _ if task.committed == 0 => Outcome::NoCommitments,
            None => Outcome::RevealFailed,
            Some(_) if task.reveal_failed() => Outcome::RevealFailed,
            Some(_) => Self::judge(id, task),
        })
    }

    /// Confirms the ranking of the proved claims, unless nothing is left to pay any of them for.
    fn judge(id: TaskId, task: &mut TaskOf<T>) -> Outcome {
        Self::fail_obliged(id, task);
        if task.reference_is_open() && Self::reference_is_usable(task) {
            return Outcome::NoWinner;
        }
        let ranking = Self::worth_delivering(id, task);
        let Some(first) = ranking.first() else {
            return Outcome::NoWinner;
        };
        if task.funding == Funding::Curriculum {
            T::Curriculum::take(id, first.bits);
        }
        Rankings::<T>::insert(id, RankingOf::<T>::truncate_from(ranking));
        Outcome::Ranked
    }

    /// The ranks that are paid enough, with what each of them gets at most.
    fn worth_delivering(id: TaskId, task: &TaskOf<T>) -> Vec<RankedOf<T>> {
        let mut ranking = Rankings::<T>::get(id).into_inner();
        match task.funding {
            Funding::Sponsored => Self::offer_first_share(task, &mut ranking),
            Funding::Curriculum => Self::appraise(id, task, &mut ranking),
        }
        let (paid, unpaid): (Vec<_>, Vec<_>) =
            ranking.into_iter().partition(Self::is_worth_delivering);
        for rank in unpaid {
            Self::deposit_event(Event::RankSkipped { task: id, worker: rank.worker });
        }
        paid
    }

    /// Shares go in order to those who deliver, so no rank gets more than the first one.
    fn offer_first_share(task: &TaskOf<T>, ranking: &mut [RankedOf<T>]) {
        let share = task.terms.shares.first().copied().unwrap_or(0);
        let amount = Self::net_share(task, share);
        ranking.iter_mut().for_each(|rank| rank.amount = amount);
    }

    /// In the curriculum each rank gets what its own model is worth.
    fn appraise(id: TaskId, task: &TaskOf<T>, ranking: &mut [RankedOf<T>]) {
        let base = task.base_lost();
        let is_usable = Self::reference_is_usable(task);
        let champion = task.reference_lost().filter(|_| is_usable);
        for rank in ranking {
            let model = task.lost_of(rank.correct);
            let Appraisal { bits, amount } = T::Curriculum::appraise(id, base, champion, model);
            (rank.bits, rank.amount) = (bits, amount);
        }
    }

    /// Whether a rank gets something, which any account can take, and no less than it asked for.
    fn is_worth_delivering(rank: &RankedOf<T>) -> bool {
        let least = rank.least.max(T::Currency::minimum_balance());
        !rank.amount.is_zero() && rank.amount >= least
    }

    /// Ends a task: returns to the requester what this outcome returns, and removes the revealed
    /// rows.
    pub(crate) fn end(id: TaskId, task: &mut TaskOf<T>, outcome: Outcome) {
        let now = Self::now();
        if outcome != Outcome::RevealFailed {
            Self::release(HoldReason::Bond, &task.requester, core::mem::take(&mut task.held.bond));
        }
        for test in &task.tests {
            RevealedBlocks::<T>::remove(id, test.index);
        }
        Asked::<T>::remove(id);
        Self::leave_reference(task);
        if outcome != Outcome::Ranked {
            Rankings::<T>::remove(id);
        }
        let amounts: Vec<_> = Rankings::<T>::get(id).iter().map(|rank| rank.amount).collect();
        let ranked = u32::try_from(amounts.len()).unwrap_or(u32::MAX);
        task.settlement = Some(Settlement {
            outcome,
            at: now,
            ranked,
            turn: 0,
            turn_began: now,
            paid: 0,
            finished_at: None,
        });
        Self::deposit_event(Event::TaskSettled { task: id, outcome, ranked, amounts });
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
