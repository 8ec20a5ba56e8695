//! Rounds of proofs: the best claims are asked, and those that are not proved in time have failed.

use crate::{
    types::{BoundLen, TaskOf},
    Asked, Claims, Commitments, Config, Error, Event, Pallet, Tasks,
};
use alloc::vec::Vec;
use nocknock_primitives::{
    claim::{places, ClaimState, RoundClock},
    ids::TaskId,
    limits::{List, MAX_ASKED},
    phase::{BlockTime, Phase},
};
use sp_runtime::DispatchResult;

type AskedWorkers<T> = List<<T as frame_system::Config>::AccountId, MAX_ASKED>;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_ask(id: TaskId) -> DispatchResult {
        let mut task = Self::known_task(id)?;
        match task.phase(Self::now()) {
            Phase::Ask => Self::ask_best(id, &mut task),
            Phase::Settle => return Err(Error::<T>::NothingToAsk.into()),
            _ => return Err(Error::<T>::WrongPhase.into()),
        }
        Tasks::<T>::insert(id, task);
        Ok(())
    }

    /// Begins the next round with the best claims that wait.
    pub(super) fn ask_best(id: TaskId, task: &mut TaskOf<T>) {
        Self::fail_obliged(id, task);
        let last = task.round.as_ref().map_or(0, |round| round.number);
        let (number, began) = (last.saturating_add(1), Self::now());
        let asked = Self::take_claims(id, task, places(task.shares(), task.proved, number));
        task.round = Some(RoundClock { number, began, open: asked.bound_len() });
        Self::deposit_event(Event::Asked {
            task: id,
            round: number,
            workers: asked.to_vec(),
            until: began.after(task.terms.periods.prove),
        });
        Asked::<T>::insert(id, asked);
    }

    /// Takes the best claims out of those that wait, and obliges their workers. Those that could
    /// not be paid any more are not among them.
    fn take_claims(id: TaskId, task: &mut TaskOf<T>, places: u32) -> AskedWorkers<T> {
        let places = usize::try_from(places).unwrap_or(usize::MAX);
        let claims: Vec<_> = Self::claims_in_turn(id, task.last_paid).take(places).collect();
        for claim in &claims {
            Claims::<T>::remove((id, claim.class.to_byte(), claim.key.to_bytes()));
            Self::set_claim(id, &claim.worker, ClaimState::Asked(claim.key.points));
        }
        // Never cut off: a round has no more places.
        let asked: AskedWorkers<T> =
            List::truncate_from(claims.into_iter().map(|claim| claim.worker).collect());
        task.waiting = task.waiting.saturating_sub(asked.bound_len());
        task.next_claim = Self::claims_in_order(id).next().map(|claim| claim.key);
        asked
    }

    /// Ends the present round: whoever was asked in it and has not proved has failed.
    pub(crate) fn fail_obliged(id: TaskId, task: &mut TaskOf<T>) {
        for worker in Asked::<T>::take(id) {
            let commitment = Commitments::<T>::get(id, &worker);
            if commitment.is_some_and(|known| matches!(known.claim, ClaimState::Asked(_))) {
                Self::set_claim(id, &worker, ClaimState::Failed);
                Self::deposit_event(Event::ClaimFailed { task: id, worker });
            }
        }
        if let Some(round) = &mut task.round {
            round.open = 0;
        }
    }

    fn set_claim(id: TaskId, worker: &T::AccountId, claim: ClaimState) {
        Commitments::<T>::mutate(id, worker, |stored| {
            if let Some(commitment) = stored {
                commitment.claim = claim;
            }
        });
    }
}
