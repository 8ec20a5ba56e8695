//! Deposits. Amounts of zero touch no account, so that genesis authorities need not own anything.

use crate::{types::BalanceOf, Config, HoldReason, Pallet};
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::{Fortitude, Precision},
    },
};
use nocknock_primitives::traits::BurnLog;
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn hold(who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        if amount.is_zero() {
            return Ok(());
        }
        T::Currency::hold(&HoldReason::Motion.into(), who, amount)
    }

    pub(crate) fn release(who: &T::AccountId, amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let reason = HoldReason::Motion.into();
        let released = T::Currency::release(&reason, who, amount, Precision::BestEffort);
        if released != Ok(amount) {
            defensive!("every deposit is held");
        }
    }

    /// Burns a deposit and returns what was burnt.
    pub(crate) fn burn(who: &T::AccountId, amount: BalanceOf<T>) -> BalanceOf<T> {
        if amount.is_zero() {
            return amount;
        }
        let reason = HoldReason::Motion.into();
        let effort = Precision::BestEffort;
        let burnt = T::Currency::burn_held(&reason, who, amount, effort, Fortitude::Force);
        let burnt = burnt.unwrap_or_else(|_| {
            defensive!("every deposit is held");
            Zero::zero()
        });
        T::Burns::burnt(burnt);
        burnt
    }

    /// How much is held in this account for its motion.
    pub fn held(who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&HoldReason::Motion.into(), who)
    }
}
