//! Who takes part in a fact: attesters, disputers, voters.

use crate::{types::BalanceOf, Cases, Config, Error, Event, Facts, Pallet, Stakes};
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
        let (mut fact, mut case) = Self::in_window(id)?;
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
        case.open_votes = case.open_votes.saturating_add(1);
        case.electorate = case.electorate.max(T::Points::total());
        Facts::<T>::insert(id, fact);
        Cases::<T>::insert(id, case);
        Self::deposit_event(Event::VoteCast { fact: id, voter: who, support, points });
        Ok(())
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
        Stakes::<T>::insert(id, who, Stake { role, bond });
        Ok(())
    }
}
