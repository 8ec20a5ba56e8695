//! Holds. Amounts of zero touch no account, so curriculum tasks do not require one to exist.

use crate::{types::BalanceOf, Config, HoldReason, Pallet};
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
    },
};
use sp_runtime::{traits::Zero, DispatchResult};

impl<T: Config> Pallet<T> {
    pub(crate) fn hold(
        reason: HoldReason,
        who: &T::AccountId,
        amount: BalanceOf<T>,
    ) -> DispatchResult {
        if amount.is_zero() {
            return Ok(());
        }
        T::Currency::hold(&reason.into(), who, amount)
    }

    /// Releases held tokens to their owner.
    pub(crate) fn release(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let released = T::Currency::release(&reason.into(), who, amount, Precision::BestEffort);
        if released != Ok(amount) {
            defensive!("everything that a task says it holds is held");
        }
    }

    /// Moves held tokens to another account. If that account cannot take them, they are released to
    /// their owner: money never stays on hold without a task.
    pub(crate) fn transfer_held(
        reason: HoldReason,
        from: &T::AccountId,
        to: &T::AccountId,
        amount: BalanceOf<T>,
    ) {
        if amount.is_zero() {
            return;
        }
        let moved = T::Currency::transfer_on_hold(
            &reason.into(),
            from,
            to,
            amount,
            Precision::BestEffort,
            Restriction::Free,
            Fortitude::Force,
        );
        if moved.is_err() {
            defensive!("an account that takes part in a task can take tokens");
            Self::release(reason, from, amount);
        }
    }

    /// What this account has on hold for a reason of this pallet.
    pub fn held(reason: HoldReason, who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&reason.into(), who)
    }
}
