//! Work points, and accounts that are barred.
//!
//! The points of each account shrink by the same factor in each session, in which they are rounded
//! down, and the total, which is rounded up. So the points of all accounts never add up to more
//! than the total, no matter when each was last written: see [`nocknock_primitives::decay`]. The
//! total never exceeds what was minted, because it grows only by what is minted.

use crate::{Barred, Config, CurrentSession, Event, Pallet, TotalPoints, WorkersPoints};
use nocknock_primitives::{ids::ExperimentId, traits::WorkPoints};
use sp_runtime::traits::Get;

impl<T: Config> Pallet<T> {
    pub(crate) fn points_of(who: &T::AccountId) -> u128 {
        WorkersPoints::<T>::get(who).at(CurrentSession::<T>::get(), T::PointsDecay::get())
    }

    pub(crate) fn points_of_all() -> u128 {
        TotalPoints::<T>::get().at(CurrentSession::<T>::get(), T::PointsDecay::get())
    }

    /// Adds points for tokens that have just been minted to an account for a task of this
    /// experiment. A barred account gets none.
    pub(crate) fn add_points(who: &T::AccountId, experiment: ExperimentId, amount: u128) {
        if amount == 0 || Barred::<T>::contains_key(who) {
            return;
        }
        let (session, decay) = (CurrentSession::<T>::get(), T::PointsDecay::get());
        WorkersPoints::<T>::mutate(who, |points| {
            *points = points.plus(experiment, amount, session, decay);
        });
        TotalPoints::<T>::mutate(|total| *total = total.plus(amount, session, decay));
    }

    /// Removes the points of an account and returns how many there were.
    pub(super) fn wipe_points(who: &T::AccountId) -> u128 {
        let (session, decay) = (CurrentSession::<T>::get(), T::PointsDecay::get());
        let points = WorkersPoints::<T>::take(who).at(session, decay);
        TotalPoints::<T>::mutate(|total| *total = total.minus(points, session, decay));
        points
    }

    /// Bars an account for an offence: it loses its points, its candidacy and its bond, and may
    /// never again register, work or stand for validation. Called by the runtime's handler of
    /// offences, which adds the weight `WeightInfo::bar`. Barring an account again changes nothing.
    ///
    /// It keeps what else it owns. Its registration, if any, can be removed once it has expired,
    /// and its seat goes with the next election that can do without it.
    pub fn bar(who: &T::AccountId) {
        if Barred::<T>::contains_key(who) {
            return;
        }
        Barred::<T>::insert(who, ());
        Self::end_candidacy(who);
        let (points, bond) = (Self::wipe_points(who), Self::burn_bond(who));
        Self::deposit_event(Event::AccountBarred { who: who.clone(), points, bond });
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
