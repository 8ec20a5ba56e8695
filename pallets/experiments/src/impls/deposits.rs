//! Deposits. Amounts of zero touch no account, so owners at genesis need not exist.

use crate::{types::BalanceOf, Config, Deposits, HoldReason, Pallet};
use codec::Encode;
use frame_support::{
    defensive,
    traits::{
        fungible::{InspectHold, MutateHold},
        tokens::Precision,
    },
};
use nocknock_primitives::{
    experiment::Description,
    ids::{ContentHash, ExperimentId},
};
use sp_runtime::{
    traits::{Get, Saturating, Zero},
    DispatchResult,
};

impl<T: Config> Pallet<T> {
    /// The deposit for an experiment with this description and encoding, by their stored size.
    pub(crate) fn deposit_for(
        description: &Description,
        encoding: Option<&ContentHash>,
    ) -> BalanceOf<T> {
        let named = encoding.map_or(0, Encode::encoded_size);
        let bytes = description.encoded_size().saturating_add(named);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let for_bytes = T::ByteDeposit::get().saturating_mul(bytes.into());
        T::BaseDeposit::get().saturating_add(for_bytes)
    }

    /// Adjusts what is held in the account of the owner for an experiment to `wanted`.
    pub(crate) fn adjust_deposit(
        id: ExperimentId,
        owner: &T::AccountId,
        wanted: BalanceOf<T>,
    ) -> DispatchResult {
        let held = Deposits::<T>::get(id);
        Self::hold(owner, wanted.saturating_sub(held))?;
        Self::release(owner, held.saturating_sub(wanted));
        Deposits::<T>::insert(id, wanted);
        Ok(())
    }

    pub(crate) fn hold(who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
        if amount.is_zero() {
            return Ok(());
        }
        T::Currency::hold(&HoldReason::Experiment.into(), who, amount)
    }

    pub(crate) fn release(who: &T::AccountId, amount: BalanceOf<T>) {
        if amount.is_zero() {
            return;
        }
        let reason = HoldReason::Experiment.into();
        let released = T::Currency::release(&reason, who, amount, Precision::BestEffort);
        if released != Ok(amount) {
            defensive!("every recorded deposit is held");
        }
    }

    /// How much is held in this account for its experiments.
    pub fn held(who: &T::AccountId) -> BalanceOf<T> {
        T::Currency::balance_on_hold(&HoldReason::Experiment.into(), who)
    }
}
