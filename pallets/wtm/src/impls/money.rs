//! Holds.

use crate::{types::BalanceOf, Config, HoldReason, Pallet};
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
    },
};
use nocknock_primitives::fact::Role;
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The reason for which the stake of a role is held.
    pub(crate) const fn reason(role: &Role) -> HoldReason {
        match role {
            Role::Voter { .. } => HoldReason::Vote,
            Role::Proposer | Role::Attester | Role::Disputer => HoldReason::Bond,
        }
    }

    pub(crate) fn hold(
        reason: HoldReason,
        who: &T::AccountId,
        amount: BalanceOf<T>,
    ) -> DispatchResult {
        T::Currency::hold(&reason.into(), who, amount)
    }

    /// Releases held tokens to their owner.
    pub(crate) fn release(reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let released = T::Currency::release(&reason.into(), who, amount, Precision::BestEffort);
        if released != Ok(amount) {
            defensive!("every stake is held");
        }
    }

    /// Moves a fee from a bond to the validators' pot, and returns what was moved.
    pub(crate) fn take_fee(from: &T::AccountId, fee: BalanceOf<T>) -> BalanceOf<T> {
        Self::move_bond(from, &T::ValidatorsPot::get(), fee, Restriction::Free)
    }

    /// Moves a loser's bond to the account that holds the pool, where it stays on hold, and returns
    /// how much was moved. What cannot be moved is released to its owner: money never stays on hold
    /// without a stake.
    pub(crate) fn collect(
        from: &T::AccountId,
        to: &T::AccountId,
        bond: BalanceOf<T>,
    ) -> BalanceOf<T> {
        let moved = Self::move_bond(from, to, bond, Restriction::OnHold);
        Self::release(HoldReason::Bond, from, bond.saturating_sub(moved));
        moved
    }

    /// Pays from the pool into the free balance of a winner, and returns what was paid.
    pub(crate) fn pay_from_pool(
        holder: &T::AccountId,
        to: &T::AccountId,
        amount: BalanceOf<T>,
    ) -> BalanceOf<T> {
        if holder == to {
            Self::release(HoldReason::Bond, holder, amount);
            return amount;
        }
        Self::move_bond(holder, to, amount, Restriction::Free)
    }

    fn move_bond(
        from: &T::AccountId,
        to: &T::AccountId,
        amount: BalanceOf<T>,
        mode: Restriction,
    ) -> BalanceOf<T> {
        if amount.is_zero() {
            return amount;
        }
        let moved = T::Currency::transfer_on_hold(
            &HoldReason::Bond.into(),
            from,
            to,
            amount,
            Precision::BestEffort,
            mode,
            Fortitude::Force,
        );
        moved.unwrap_or_else(|_| {
            defensive!("who has a bond can take tokens, and the pot can take a fee");
            Zero::zero()
        })
    }

    /// What this account has on hold for a reason of this pallet.
    pub fn held(reason: HoldReason, who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&reason.into(), who)
    }
}
