//! Holds, prices and shares. Amounts of zero touch no account, so curriculum tasks do not require
//! one to exist.

use crate::{
    types::{BalanceOf, TaskOf},
    Config, HoldReason, Pallet,
};
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
    },
};
use nocknock_primitives::{deposits::Footprint, limits::ALL_SHARES, traits::BurnLog};
use sp_runtime::{
    traits::{Get, SaturatedConversion, Saturating, Zero},
    DispatchResult, Perbill,
};

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

    /// Burns held tokens, and books that.
    pub(crate) fn burn(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let effort = Precision::BestEffort;
        let burnt = T::Currency::burn_held(&reason.into(), who, amount, effort, Fortitude::Force);
        let burnt = burnt.unwrap_or_else(|_| {
            defensive!("everything that a task says it holds is held");
            Zero::zero()
        });
        T::Burns::burnt(burnt);
    }

    /// What this account has on hold for a reason of this pallet.
    pub fn held(reason: HoldReason, who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&reason.into(), who)
    }

    /// What so much storage costs.
    pub(crate) fn price(footprint: Footprint) -> BalanceOf<T> {
        let per_item = T::DepositPerItem::get().saturated_into();
        let per_byte = T::DepositPerByte::get().saturated_into();
        footprint.price(per_item, per_byte).saturated_into()
    }

    /// The amount of a share of a reward, rounded down.
    pub(crate) fn share_of(reward: BalanceOf<T>, share: u16) -> BalanceOf<T> {
        Perbill::from_rational(u32::from(share), u32::from(ALL_SHARES)).mul_floor(reward)
    }

    /// How much of a payment from an escrow goes to the validators.
    pub(crate) fn fee_of(amount: BalanceOf<T>) -> BalanceOf<T> {
        T::ValidatorShare::get().mul_floor(amount).max(T::RecordFee::get()).min(amount)
    }

    /// What a worker gets of a share of the task's reward, after the validators' part.
    pub(crate) fn net_share(task: &TaskOf<T>, share: u16) -> BalanceOf<T> {
        let amount = Self::share_of(task.terms.reward, share);
        amount.saturating_sub(Self::fee_of(amount))
    }
}
