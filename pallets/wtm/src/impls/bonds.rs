//! Who takes part in a fact: attesters, disputers, voters.

use crate::{
    types::{BalanceOf, CaseOf, FactOf},
    Cases, Config, Error, Event, Facts, Pallet, Stakes,
};
use frame_support::ensure;
use nocknock_primitives::{
    fact::{FactStatus, Role, Stake},
    ids::FactId,
    traits::WorkPoints,
};
use sp_runtime::{
    traits::{Get, Saturating},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_attest(who: T::AccountId, id: FactId) -> DispatchResult {
        let (mut fact, mut case) = Self::in_window(id)?;
        let bond = T::AttestBond::get();
        Self::take_stake(id, &who, Role::Attester, bond)?;
        fact.tally.attesters = fact.tally.attesters.saturating_add(1);
        case.open_support = case.open_support.saturating_add(1);
        case.support_bonds = case.support_bonds.saturating_add(bond);
        Facts::<T>::insert(id, fact);
        Cases::<T>::insert(id, case);
        Self::deposit_event(Event::FactAttested { fact: id, attester: who });
        Ok(())
    }

    pub(crate) fn do_dispute(who: T::AccountId, id: FactId) -> DispatchResult {
        let (mut fact, mut case) = Self::disputable(id)?;
        let bond = T::DisputeBond::get();
        Self::take_stake(id, &who, Role::Disputer, bond)?;
        fact.status = FactStatus::Disputed;
        fact.tally.disputers = fact.tally.disputers.saturating_add(1);
        case.disputer = case.disputer.or_else(|| Some(who.clone()));
        case.open_against = case.open_against.saturating_add(1);
        case.against_bonds = case.against_bonds.saturating_add(bond);
        Facts::<T>::insert(id, fact);
        Cases::<T>::insert(id, case);
        Self::deposit_event(Event::FactDisputed { fact: id, disputer: who });
        Ok(())
    }

    pub(crate) fn do_vote(who: T::AccountId, id: FactId, support: bool) -> DispatchResult {
        let (mut fact, mut case) = Self::undecided(id)?;
        let open = fact.was_disputed() && case.takes_votes(Self::now());
        ensure!(open, Error::<T>::NotVoting);
        let points = T::Points::points(&who);
        ensure!(points > 0, Error::<T>::NoPoints);
        let role = Role::Voter { support, points };
        Self::take_stake(id, &who, role, T::VoteDeposit::get())?;
        let counted = if support { &mut fact.tally.support } else { &mut fact.tally.against };
        *counted = counted.saturating_add(points);
        case.count_vote(points, T::Points::total());
        Facts::<T>::insert(id, fact);
        Cases::<T>::insert(id, case);
        Self::deposit_event(Event::VoteCast { fact: id, voter: who, support, points });
        Ok(())
    }

    /// A fact that can be disputed now, and its case.
    fn disputable(id: FactId) -> Result<(FactOf<T>, CaseOf<T>), Error<T>> {
        let fact = Self::known(id)?;
        if fact.is_standing() {
            Self::reopened(id, fact)
        } else {
            Self::in_window(id)
        }
    }

    /// An accepted fact and its case, with a new dispute window: for those who support it, too. The
    /// record has been paid for, and is not paid for again.
    fn reopened(id: FactId, mut fact: FactOf<T>) -> Result<(FactOf<T>, CaseOf<T>), Error<T>> {
        let mut case = Cases::<T>::get(id)
            .filter(|case| case.open_support > 0)
            .ok_or(Error::<T>::NoBondsLeft)?;
        let settled = case.open_against == 0 && case.open_votes == 0;
        ensure!(settled, Error::<T>::UnclaimedDispute);
        case.supporter = Self::any_supporter(id, &fact).ok_or(Error::<T>::NoBondsLeft)?;
        case.window_end = Self::now().saturating_add(T::DisputeWindow::get());
        case.vote_end = case.window_end.saturating_add(T::VotePeriod::get());
        case.reopened = true;
        fact.decided_at = None;
        Ok((fact, case))
    }

    /// The proposer if it still has a bond for the fact, or else another account that has one. All
    /// stakes of a fact without disputers and voters are such bonds.
    fn any_supporter(id: FactId, fact: &FactOf<T>) -> Option<T::AccountId> {
        if Stakes::<T>::contains_key(id, &fact.author) {
            Some(fact.author.clone())
        } else {
            Stakes::<T>::iter_key_prefix(id).next()
        }
    }

    /// Puts a bond or deposit on hold. An account takes part in a fact only once.
    pub(crate) fn take_stake(
        id: FactId,
        who: &T::AccountId,
        role: Role,
        bond: BalanceOf<T>,
    ) -> DispatchResult {
        let is_new = !Stakes::<T>::contains_key(id, who);
        ensure!(is_new, Error::<T>::AlreadyTakesPart);
        Self::hold(Self::reason(&role), who, bond)?;
        Stakes::<T>::insert(id, who, Stake { role, bond, since: Self::now() });
        Ok(())
    }
}
