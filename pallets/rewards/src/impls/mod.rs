//! What the calls, hooks and traits do, by subject.

mod bonds;
mod candidates;
mod config_check;
mod curriculum;
mod curriculum_experiments;
mod curriculum_tasks;
mod emission;
mod equal_rows;
mod finality;
mod genesis;
mod life;
mod payout;
mod points;
mod practice;
mod registration;
mod silent_validators;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
mod sweep;
mod vesting;
mod views;

use crate::{Config, Pallet};
use frame_system::Pallet as System;

impl<T: Config> Pallet<T> {
    /// Gives an account a reason to exist that does not depend on what it owns.
    fn hold_reference(who: &T::AccountId) {
        System::<T>::inc_sufficients(who);
    }

    /// Removes one such reason. An account that has no other ceases to exist.
    fn release_reference(who: &T::AccountId) {
        System::<T>::dec_sufficients(who);
    }
}
