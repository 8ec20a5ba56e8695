//! How facts are decided, retracted and removed.

use crate::{
    types::{BalanceOf, CaseOf, FactOf},
    Cases, Config, Error, Event, Facts, Pallet, Stakes,
};
use frame_support::ensure;
use nocknock_primitives::{fact::FactStatus, ids::FactId};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_resolve(id: FactId) -> DispatchResult {
        let (fact, case) = Self::undecided(id)?;
        let due = case.is_due(fact.was_disputed(), Self::now());
        ensure!(due, Error::<T>::NotDue);
        let status = Self::verdict(&fact, &case);
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
        Self::erase_fact(id, &fact);
        Ok(())
    }

    /// What the votes decide; a fact that nobody disputed is accepted. If another fact has already
    /// taken the place, only an acceptance lapses: whoever is voted down loses its bond, no matter
    /// what has become of the old fact.
    fn verdict(fact: &FactOf<T>, case: &CaseOf<T>) -> FactStatus {
        let quorum = T::Quorum::get().mul_ceil(case.electorate);
        let status =
            if fact.was_disputed() { fact.tally.verdict(quorum) } else { FactStatus::Accepted };
        if status == FactStatus::Accepted && Self::is_overtaken(fact) {
            FactStatus::Lapsed
        } else {
            status
        }
    }

    /// Whether the fact that this one was to supersede has already been superseded by another.
    fn is_overtaken(fact: &FactOf<T>) -> bool {
        fact.supersedes
            .and_then(Facts::<T>::get)
            .is_some_and(|old| old.status != FactStatus::Accepted)
    }

    fn decide(
        id: FactId,
        mut fact: FactOf<T>,
        mut case: CaseOf<T>,
        status: FactStatus,
    ) -> DispatchResult {
        fact.status = status;
        fact.decided_at = Some(Self::now());
        let fee = if status.is_withdrawn() {
            Zero::zero()
        } else {
            Self::charge_fee(id, &fact, &mut case)
        };
        Self::deposit_event(Event::FactDecided { fact: id, status, fee });
        if status == FactStatus::Accepted {
            Self::take_place(id, &fact);
        }
        if fact.losers().is_none() {
            Self::settle_stake(id, &fact, &mut case, &fact.author)?;
        }
        Facts::<T>::insert(id, &fact);
        Self::keep_case(id, &fact, case);
        Ok(())
    }

    /// Burns the price of the record out of the proposer's bond.
    fn charge_fee(id: FactId, fact: &FactOf<T>, case: &mut CaseOf<T>) -> BalanceOf<T> {
        Stakes::<T>::mutate(id, &fact.author, |stake| {
            let Some(stake) = stake else {
                return Zero::zero();
            };
            let fee = T::RecordFee::get().min(stake.bond);
            let burnt = Self::burn_bond(&fact.author, fee);
            stake.bond = stake.bond.saturating_sub(burnt);
            case.support_bonds = case.support_bonds.saturating_sub(burnt);
            burnt
        })
    }

    fn take_place(id: FactId, fact: &FactOf<T>) {
        let Some(old) = fact.supersedes else { return };
        Facts::<T>::mutate(old, |replaced| {
            if let Some(replaced) = replaced {
                replaced.status = FactStatus::Superseded { by: id };
            }
        });
        Self::deposit_event(Event::FactSuperseded { fact: old, by: id });
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
