//! The bonds of candidates.
//!
//! A bond stays on hold for as long as its owner can be punished for what it did as a validator.
//! While the account is a candidate it has no date; then it has one, `BondPeriod` sessions ahead,
//! and the date moves on for as long as the account has a seat.

use crate::{
    types::{BalanceOf, SeatBondState},
    BondCursor, Bonds, Config, CurrentSession, Error, Event, HoldReason, Liveness, Pallet,
};
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::{Fortitude, Precision},
    },
};
use nocknock_primitives::{reward::Session, traits::BurnLog};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    Permill,
};

/// The part of a bond that silence costs.
const SILENCE: Permill = Permill::from_percent(5);

impl<T: Config> Pallet<T> {
    /// Holds the bond of an account that becomes a candidate, or what is missing from the one that
    /// it still has.
    pub(super) fn hold_bond(who: &T::AccountId) -> Result<(), Error<T>> {
        let held = Bonds::<T>::get(who).map_or_else(Zero::zero, |bond| bond.amount);
        let missing = T::SeatBond::get().saturating_sub(held);
        if !missing.is_zero() {
            let reason = HoldReason::SeatBond.into();
            T::Currency::hold(&reason, who, missing).map_err(|_| Error::<T>::NoBond)?;
        }
        let amount = held.saturating_add(missing);
        Bonds::<T>::insert(who, SeatBondState { amount, due: None });
        Ok(())
    }

    /// The account is no candidate any more.
    pub(super) fn let_bond_go(who: &T::AccountId) {
        Bonds::<T>::mutate_extant(who, |bond| bond.due = Some(Self::bond_due()));
    }

    /// The account loses its seat, and validates for the last time in this session.
    pub(super) fn keep_bond(who: &T::AccountId) {
        Bonds::<T>::mutate_extant(who, |bond| {
            bond.due = bond.due.map(|due| due.max(Self::bond_due()));
        });
    }

    /// When a bond is returned that is let go now.
    fn bond_due() -> Session {
        CurrentSession::<T>::get().saturating_add(T::BondPeriod::get())
    }

    /// Burns all of a bond, and returns how much it was.
    pub(super) fn burn_bond(who: &T::AccountId) -> BalanceOf<T> {
        let amount = Bonds::<T>::take(who).map_or_else(Zero::zero, |bond| bond.amount);
        Self::burn_of_bond(who, amount)
    }

    /// Burns the part of a bond that silence costs, and returns how much it was.
    pub(super) fn burn_for_silence(who: &T::AccountId) -> BalanceOf<T> {
        Bonds::<T>::mutate_extant(who, |bond| {
            let burnt = Self::burn_of_bond(who, SILENCE.mul_floor(bond.amount));
            bond.amount = bond.amount.saturating_sub(burnt);
            burnt
        })
    }

    fn burn_of_bond(who: &T::AccountId, amount: BalanceOf<T>) -> BalanceOf<T> {
        if amount.is_zero() {
            return amount;
        }
        let reason = HoldReason::SeatBond.into();
        let effort = Precision::BestEffort;
        let burnt = T::Currency::burn_held(&reason, who, amount, effort, Fortitude::Force);
        let burnt = burnt.unwrap_or_else(|_| {
            defensive!("every bond is held");
            Zero::zero()
        });
        Self::burnt(burnt);
        burnt
    }

    /// Looks at the bond after the cursor, and starts over at the end. Returns nothing if there is
    /// no bond.
    pub(crate) fn visit_bond() -> Option<()> {
        let who = Self::bond_after(BondCursor::<T>::get()).or_else(|| Self::bond_after(None))?;
        BondCursor::<T>::put(&who);
        let bond = Bonds::<T>::get(&who)?;
        let session = CurrentSession::<T>::get();
        if bond.due.is_none_or(|due| due > session) {
            return Some(());
        }
        if Liveness::<T>::get(&who).is_some_and(|life| life.entered.is_some()) {
            Self::let_bond_go(&who);
        } else {
            Self::return_bond(who, bond.amount);
        }
        Some(())
    }

    fn bond_after(cursor: Option<T::AccountId>) -> Option<T::AccountId> {
        match cursor {
            Some(who) => Bonds::<T>::iter_keys_from(Bonds::<T>::hashed_key_for(who)).next(),
            None => Bonds::<T>::iter_keys().next(),
        }
    }

    fn return_bond(who: T::AccountId, amount: BalanceOf<T>) {
        Bonds::<T>::remove(&who);
        let reason = HoldReason::SeatBond.into();
        if T::Currency::release(&reason, &who, amount, Precision::BestEffort) != Ok(amount) {
            defensive!("every bond is held");
        }
        Self::deposit_event(Event::BondReturned { who, amount });
    }

    /// What an account has on hold for a reason of this pallet.
    pub fn held(reason: HoldReason, who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&reason.into(), who)
    }
}
