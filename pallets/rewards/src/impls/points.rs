//! Work points, and accounts that are barred.
//!
//! The points of each account are halved in whole generations and rounded down, and so is the
//! total. A sum of numbers rounded down is at most the sum rounded down, and halving twice is the
//! same as quartering, so the points of all accounts never add up to more than the total, no matter
//! when each was last written. The total never exceeds what was minted, because it grows only by
//! what is minted.

use crate::{Barred, Config, CurrentSession, Event, Pallet, TotalPoints, WorkersPoints};
use nocknock_primitives::traits::WorkPoints;
use sp_runtime::traits::Get;

impl<T: Config> Pallet<T> {
    /// The number of halvings that have passed.
    pub(crate) fn generation() -> u32 {
        CurrentSession::<T>::get().checked_div(T::PointsHalving::get()).unwrap_or(0)
    }

    pub(crate) fn points_of(who: &T::AccountId) -> u128 {
        WorkersPoints::<T>::get(who).at(Self::generation())
    }

    pub(crate) fn points_of_all() -> u128 {
        TotalPoints::<T>::get().at(Self::generation())
    }

    /// Adds points for tokens that have just been minted to an account. A barred account gets none.
    pub(super) fn add_points(who: &T::AccountId, amount: u128) {
        if amount == 0 || Barred::<T>::contains_key(who) {
            return;
        }
        let generation = Self::generation();
        WorkersPoints::<T>::mutate(who, |points| *points = points.plus(amount, generation));
        TotalPoints::<T>::mutate(|total| *total = total.plus(amount, generation));
    }

    /// Removes the points of an account and returns how many there were.
    pub(super) fn wipe_points(who: &T::AccountId) -> u128 {
        let generation = Self::generation();
        let points = WorkersPoints::<T>::take(who).at(generation);
        TotalPoints::<T>::mutate(|total| *total = total.minus(points, generation));
        points
    }

    /// Bars an account for an offence: it loses its points and its candidacy, and may never again
    /// register, work or stand for validation. Called by the runtime's handler of offences, which
    /// adds the weight `WeightInfo::bar`. Barring an account again changes nothing.
    ///
    /// It keeps what it owns. Its registration, if any, can be removed once it has expired.
    pub fn bar(who: &T::AccountId) {
        if Barred::<T>::contains_key(who) {
            return;
        }
        Barred::<T>::insert(who, ());
        Self::end_candidacy(who);
        let points = Self::wipe_points(who);
        Self::deposit_event(Event::AccountBarred { who: who.clone(), points });
    }
}

impl<T: Config> WorkPoints<T::AccountId> for Pallet<T> {
    fn points(who: &T::AccountId) -> u128 {
        Self::points_of(who)
    }

    fn total() -> u128 {
        Self::points_of_all()
    }
}
