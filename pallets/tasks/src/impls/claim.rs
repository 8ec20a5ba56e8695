//! Claims: what workers say about their scores before they prove them, and the queue of those that
//! wait to be asked.

use crate::{
    types::{CommitmentOf, TaskOf},
    Claims, Commitments, Config, Error, Event, Pallet, Tasks, WeightInfo,
};
use core::{
    iter::{from_fn, Peekable},
    mem::swap,
};
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, weights::Weight};
use nocknock_primitives::{
    claim::{ClaimClass, ClaimKey, ClaimState},
    ids::TaskId,
    phase::Phase,
    task::Funding,
    traits::WorkerRegistry,
};

const CLASSES: [ClaimClass; 2] = [ClaimClass::Known, ClaimClass::Other];

/// A claim that waits to be asked for its proof.
pub(super) struct Waiting<AccountId> {
    /// Its class.
    pub(super) class: ClaimClass,
    /// Where it stands.
    pub(super) key: ClaimKey,
    /// Who made it.
    pub(super) worker: AccountId,
}

impl<T: Config> Pallet<T> {
    /// Weight of `claim` by the last worker that could, which begins the first round of proofs.
    pub(crate) fn last_claim_weight() -> Weight {
        Self::claim_weight().saturating_add(T::WeightInfo::ask())
    }

    fn claim_weight() -> Weight {
        T::WeightInfo::claim().saturating_add(T::Workers::weight())
    }

    pub(crate) fn do_claim(
        who: T::AccountId,
        id: TaskId,
        points: u32,
    ) -> DispatchResultWithPostInfo {
        let mut task = Self::task_in(id, Phase::Claim)?;
        let mut commitment = Commitments::<T>::get(id, &who).ok_or(Error::<T>::NotCommitted)?;
        Self::ensure_may_claim(&task, &commitment, points)?;
        commitment.claim = ClaimState::Claimed(points);
        Commitments::<T>::insert(id, &who, commitment);
        Self::add_claim(id, &mut task, &who, ClaimKey::new(points, commitment.sequence));
        Self::deposit_event(Event::Claimed { task: id, worker: who, points });
        let mut weight = Self::claim_weight();
        if task.phase(Self::now()) == Phase::Ask {
            Self::ask_best(id, &mut task);
            weight = Self::last_claim_weight();
        }
        Tasks::<T>::insert(id, task);
        Ok(Some(weight).into())
    }

    /// Checks that the worker has claimed nothing yet, and that a model can reach so many points
    /// and would be paid for them.
    pub(crate) fn ensure_may_claim(
        task: &TaskOf<T>,
        commitment: &CommitmentOf<T>,
        points: u32,
    ) -> Result<(), Error<T>> {
        ensure!(commitment.claim == ClaimState::Silent, Error::<T>::AlreadyClaimed);
        ensure!(points <= task.max_points(), Error::<T>::ScoreTooHigh);
        ensure!(task.is_eligible(&task.score(points)), Error::<T>::NotEligible);
        Ok(())
    }

    fn add_claim(id: TaskId, task: &mut TaskOf<T>, who: &T::AccountId, key: ClaimKey) {
        let class = Self::claim_class(task, who);
        Claims::<T>::insert((id, class.to_byte(), key.to_bytes()), who);
        task.claimed = task.claimed.saturating_add(1);
        task.waiting = task.waiting.saturating_add(1);
        if task.next_claim.is_none_or(|best| key.precedes(&best)) {
            task.next_claim = Some(key);
        }
    }

    /// All claims of a sponsored task are of one class, because each has a stake.
    fn claim_class(task: &TaskOf<T>, who: &T::AccountId) -> ClaimClass {
        if task.funding == Funding::Sponsored || T::Workers::is_known(who) {
            ClaimClass::Known
        } else {
            ClaimClass::Other
        }
    }

    /// Removes the claim of a commitment that was never asked for its proof.
    pub(crate) fn forget_claim(id: TaskId, commitment: &CommitmentOf<T>, worker: &T::AccountId) {
        let ClaimState::Claimed(points) = commitment.claim else {
            return;
        };
        let key = ClaimKey::new(points, commitment.sequence).to_bytes();
        for class in CLASSES.map(ClaimClass::to_byte) {
            if Claims::<T>::get((id, class, key)).as_ref() == Some(worker) {
                Claims::<T>::remove((id, class, key));
            }
        }
    }

    /// The claims that wait and stand before `last`, from each class in turn, each best first. The
    /// class that has the best one begins, and if one class has no more, all are of the other one.
    pub(super) fn claims_in_turn(
        id: TaskId,
        last: Option<ClaimKey>,
    ) -> impl Iterator<Item = Waiting<T::AccountId>> {
        let displaces = move |claim: &Waiting<_>| last.is_none_or(|last| claim.key.precedes(&last));
        let [mut next, mut other] =
            CLASSES.map(|class| Self::waiting(id, class).take_while(displaces).peekable());
        if begins_better(&mut other, &mut next) {
            swap(&mut next, &mut other);
        }
        from_fn(move || {
            let claim = next.next().or_else(|| other.next());
            swap(&mut next, &mut other);
            claim
        })
    }

    /// All claims that wait, best first.
    pub(super) fn claims_in_order(id: TaskId) -> impl Iterator<Item = Waiting<T::AccountId>> {
        let [mut known, mut other] = CLASSES.map(|class| Self::waiting(id, class).peekable());
        from_fn(move || {
            let best = if begins_better(&mut other, &mut known) { &mut other } else { &mut known };
            best.next()
        })
    }

    /// The claims of a class that wait, best first.
    fn waiting(id: TaskId, class: ClaimClass) -> impl Iterator<Item = Waiting<T::AccountId>> {
        Claims::<T>::iter_prefix((id, class.to_byte())).map(move |(key, worker)| Waiting {
            class,
            key: ClaimKey::from_bytes(key),
            worker,
        })
    }
}

/// Whether the first claim of one list stands before that of the other, or the other has none.
fn begins_better<AccountId>(
    one: &mut Peekable<impl Iterator<Item = Waiting<AccountId>>>,
    other: &mut Peekable<impl Iterator<Item = Waiting<AccountId>>>,
) -> bool {
    match (one.peek(), other.peek()) {
        (Some(one), Some(other)) => one.key.precedes(&other.key),
        (one, _) => one.is_some(),
    }
}
