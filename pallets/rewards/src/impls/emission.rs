//! The pot, minting, and the books of the currency.

use crate::{
    types::{BalanceOf, EmissionState},
    Config, CurrencyBooks, CurrentSession, Event, Pallet, WeightInfo,
};
use frame_support::{traits::fungible::Mutate, weights::Weight};
use nocknock_primitives::{
    reward::{Schedule, Session},
    traits::BurnLog,
};
use sp_runtime::traits::{Get, SaturatedConversion, UniqueSaturatedInto};

impl<T: Config> Pallet<T> {
    /// Notifies the pallet that session `index` has begun, and returns the weight of that.
    ///
    /// The pot grows by what all sessions since the last reported one release, so skipped sessions
    /// are made up for. Reporting a session twice, or an earlier one, changes nothing.
    pub fn on_new_session(index: Session) -> Weight {
        let last = CurrentSession::<T>::get();
        if index > last {
            CurrentSession::<T>::put(index);
            Self::grow_pot(index, Self::schedule().released_between(last, index));
        }
        T::WeightInfo::on_new_session()
    }

    /// Adds to the pot what session `session` releases, up to the cap.
    pub(super) fn grow_pot(session: Session, amount: u128) {
        let mut books = CurrencyBooks::<T>::get();
        let added = books.release(amount, Self::max_supply());
        CurrencyBooks::<T>::put(books);
        Self::deposit_event(Event::PotGrew { session, added, free_pot: books.free_pot() });
    }

    /// How much is released, and when.
    pub(crate) fn schedule() -> Schedule {
        Schedule {
            initial: to_u128(T::InitialRelease::get()),
            halving_sessions: T::HalvingSessions::get(),
            cap: Self::max_supply(),
        }
    }

    pub(crate) fn max_supply() -> u128 {
        to_u128(T::MaxSupply::get())
    }

    /// Mints what was set aside to an account, and returns how much: all of it, or nothing if the
    /// account cannot hold it. Nothing is minted anywhere else.
    pub(crate) fn mint_reserved(who: &T::AccountId, amount: u128) -> u128 {
        let balance: BalanceOf<T> = amount.saturated_into();
        let minted = T::Currency::mint_into(who, balance).map_or(0, to_u128);
        CurrencyBooks::<T>::mutate(|books| books.mint(minted));
        minted
    }

    pub(crate) fn emission_state() -> EmissionState {
        let books = CurrencyBooks::<T>::get();
        let session = CurrentSession::<T>::get();
        let next = Self::schedule().released_between(session, session.saturating_add(1));
        let max_supply = Self::max_supply();
        EmissionState {
            session,
            released: books.released,
            reserved: books.reserved,
            minted: books.minted,
            burnt: books.burnt,
            free_pot: books.free_pot(),
            next_release: next.min(max_supply.saturating_sub(books.released)),
            max_supply,
        }
    }
}

impl<T: Config> BurnLog<BalanceOf<T>> for Pallet<T> {
    fn burnt(amount: BalanceOf<T>) {
        CurrencyBooks::<T>::mutate(|books| {
            books.burnt = books.burnt.saturating_add(to_u128(amount));
        });
    }
}

/// An amount as the books hold it.
pub(crate) fn to_u128(amount: impl UniqueSaturatedInto<u128>) -> u128 {
    amount.unique_saturated_into()
}
