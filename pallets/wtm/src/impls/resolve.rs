//! How facts are decided, retracted and removed.

use super::propose::in_order;
use crate::{
    types::{BalanceOf, CaseOf, FactOf},
    Cases, Config, Error, Event, Facts, Pallet, Rejected, Stakes,
};
use frame_support::ensure;
use nocknock_primitives::{
    fact::{FactStatus, Tally, LARGEST_VOTES},
    ids::FactId,
};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_resolve(id: FactId) -> DispatchResult {
        let (mut fact, mut case) = Self::undecided(id)?;
        let due = case.is_due(fact.was_disputed(), Self::now());
        ensure!(due, Error::<T>::NotDue);
        let mut status = Self::verdict(&fact, &case);
        if case.reopened && status == FactStatus::Lapsed {
            forget_dispute::<T>(&mut fact, &mut case);
            status = FactStatus::Accepted;
        }
        Self::decide(id, fact, case, status)
    }

    pub(crate) fn do_retract(who: &T::AccountId, id: FactId) -> DispatchResult {
        let (fact, case) = Self::in_window(id)?;
        ensure!(fact.author == *who, Error::<T>::NotProposer);
        ensure!(!fact.was_disputed(), Error::<T>::Disputed);
        Self::decide(id, fact, case, FactStatus::Retracted)
    }

    pub(crate) fn do_remove(id: FactId) -> DispatchResult {
        let fact = Self::known(id)?;
        let over = fact.decided_at.map(|at| at.saturating_add(T::Retention::get()));
        let removable = fact.status == FactStatus::Rejected
            && !Cases::<T>::contains_key(id)
            && over.is_some_and(|over| over <= Self::now());
        ensure!(removable, Error::<T>::NotRemovable);
        Rejected::<T>::remove(in_order(id));
        Self::erase_fact(id, &fact);
        Ok(())
    }

    /// What the votes decide; a fact that nobody disputed is accepted. If another fact has already
    /// taken the place, only an acceptance lapses: whoever is voted down loses its bond, no matter
    /// what has become of the old fact.
    fn verdict(fact: &FactOf<T>, case: &CaseOf<T>) -> FactStatus {
        let quorum = T::Quorum::get().mul_ceil(case.electorate);
        let status = if !fact.was_disputed() {
            FactStatus::Accepted
        } else if case.has_quorum(fact.tally.turnout(), quorum) {
            fact.tally.majority()
        } else {
            FactStatus::Lapsed
        };
        if status == FactStatus::Accepted && !case.reopened && Self::is_overtaken(fact) {
            FactStatus::Lapsed
        } else {
            status
        }
    }

    /// Whether the fact that this one was to supersede has been superseded by another or voted down
    /// in the meantime. A dispute about it does not keep its place.
    fn is_overtaken(fact: &FactOf<T>) -> bool {
        fact.supersedes.is_some_and(|old| {
            let status = Facts::<T>::get(old).map(|old| old.status);
            !matches!(status, Some(FactStatus::Accepted | FactStatus::Disputed))
        })
    }

    fn decide(
        id: FactId,
        mut fact: FactOf<T>,
        mut case: CaseOf<T>,
        status: FactStatus,
    ) -> DispatchResult {
        fact.status = status;
        fact.decided_at = Some(Self::now());
        let fee = if status.is_withdrawn() || case.reopened {
            Zero::zero()
        } else {
            Self::charge_fee(id, &fact, &mut case)
        };
        Self::deposit_event(Event::FactDecided { fact: id, status, fee });
        match status {
            FactStatus::Accepted if !case.reopened => Self::take_place(id, &fact),
            FactStatus::Rejected => Self::reject(id, &fact),
            _ => {}
        }
        if status.is_withdrawn() {
            let stake = Stakes::<T>::get(id, &fact.author).ok_or(Error::<T>::NothingToClaim)?;
            Self::settle_stake(id, &fact, &mut case, &fact.author, &stake)?;
        }
        Facts::<T>::insert(id, &fact);
        Self::keep_case(id, &fact, case);
        Ok(())
    }

    /// Takes the price of the record out of the proposer's bond.
    fn charge_fee(id: FactId, fact: &FactOf<T>, case: &mut CaseOf<T>) -> BalanceOf<T> {
        Stakes::<T>::mutate(id, &fact.author, |stake| {
            let Some(stake) = stake else {
                return Zero::zero();
            };
            let fee = T::RecordFee::get().min(stake.bond);
            let taken = Self::take_fee(&fact.author, fee);
            stake.bond = stake.bond.saturating_sub(taken);
            case.support_bonds = case.support_bonds.saturating_sub(taken);
            taken
        })
    }

    /// Takes the place of the fact that this one supersedes. If that is disputed at the moment, the
    /// dispute ends without a verdict: it is about something that is no longer believed.
    fn take_place(id: FactId, fact: &FactOf<T>) {
        let Some(old) = fact.supersedes else { return };
        let Some(mut replaced) = Facts::<T>::get(old) else { return };
        if replaced.status == FactStatus::Disputed {
            Cases::<T>::mutate(old, |case| {
                if let Some(case) = case {
                    forget_dispute::<T>(&mut replaced, case);
                }
            });
            replaced.decided_at = Some(Self::now());
        }
        replaced.status = FactStatus::Superseded { by: id };
        Facts::<T>::insert(old, replaced);
        Self::deposit_event(Event::FactSuperseded { fact: old, by: id });
    }

    /// Notes that a fact was voted down. If it had been accepted before in the place of another
    /// fact, that one is believed again.
    fn reject(id: FactId, fact: &FactOf<T>) {
        Rejected::<T>::insert(in_order(id), ());
        let Some(old) = fact.supersedes else { return };
        let Some(mut replaced) = Facts::<T>::get(old) else { return };
        if replaced.status == (FactStatus::Superseded { by: id }) {
            replaced.status = FactStatus::Accepted;
            Facts::<T>::insert(old, replaced);
            Self::deposit_event(Event::FactRestored { fact: old, rejected: id });
        }
    }

    /// Stores a case, or removes it once everything has been claimed, together with a fact on which
    /// nothing was decided.
    pub(crate) fn keep_case(id: FactId, fact: &FactOf<T>, case: CaseOf<T>) {
        if !case.is_closed() {
            Cases::<T>::insert(id, case);
            return;
        }
        Cases::<T>::remove(id);
        if fact.status.is_withdrawn() {
            Self::erase_fact(id, fact);
        }
    }
}

/// Takes a dispute that ended without a verdict out of the fact and its case, so that everybody
/// gets their bonds and deposits back. Those of the dispute have to be claimed before the next one.
fn forget_dispute<T: Config>(fact: &mut FactOf<T>, case: &mut CaseOf<T>) {
    fact.tally = Tally { attesters: fact.tally.attesters, ..Tally::default() };
    case.disputer = None;
    case.against_bonds = Zero::zero();
    case.electorate = 0;
    case.largest = [0; LARGEST_VOTES];
}
