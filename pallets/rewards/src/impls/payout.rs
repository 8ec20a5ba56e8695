//! The validators' pot, and what is paid out of it when a session ends.
//!
//! A 32nd of the pot goes to the validators of the session: half of it by the blocks that each has
//! authored, half in equal parts to those whose finality votes were seen. What goes to nobody, or
//! is less than an account can hold, stays in the pot.

use super::emission::to_u128;
use crate::{
    types::{BalanceOf, Work},
    Config, CurrentSession, Event, Pallet,
};
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        tokens::Preservation,
    },
    PalletId,
};
use nocknock_primitives::reward::fraction;
use sp_runtime::{
    traits::{AccountIdConversion, SaturatedConversion, Zero},
    Saturating,
};

/// The account that holds the pot. Nobody has a key for it.
const POT: PalletId = PalletId(*b"nn/valid");

impl<T: Config> Pallet<T> {
    /// The account of the validators' pot. Whoever has something for the validators sends it there.
    pub fn pot_account() -> T::AccountId {
        POT.into_account_truncating()
    }

    /// What is in the validators' pot.
    pub(crate) fn in_the_pot() -> u128 {
        to_u128(T::Currency::balance(&Self::pot_account()))
    }

    /// Pays the validators of a session that ends.
    pub(super) fn pay_validators(validators: &[(&T::AccountId, Work)]) {
        let half = Self::in_the_pot() / 64;
        let blocks = validators.iter().map(|(_, work)| u64::from(work.blocks));
        let blocks = blocks.fold(0, u64::saturating_add);
        let voters = validators.iter().map(|(_, work)| u64::from(work.voted));
        let voters = voters.fold(0, u64::saturating_add);
        let mut paid: BalanceOf<T> = Zero::zero();
        for (who, work) in validators {
            let for_blocks = fraction(half, work.blocks.into(), blocks);
            let for_votes = fraction(half, work.voted.into(), voters);
            let amount = for_blocks.saturating_add(for_votes).saturated_into();
            paid.saturating_accrue(Self::pay_from_pot(who, amount));
        }
        if !paid.is_zero() {
            let (session, amount) = (CurrentSession::<T>::get(), to_u128(paid));
            Self::deposit_event(Event::ValidatorsPaid { session, amount });
        }
    }

    /// Pays from the pot, unless that is too little for an account, and returns what was paid.
    fn pay_from_pot(who: &T::AccountId, amount: BalanceOf<T>) -> BalanceOf<T> {
        if amount < T::Currency::minimum_balance() {
            return Zero::zero();
        }
        let pot = Self::pot_account();
        T::Currency::transfer(&pot, who, amount, Preservation::Preserve).unwrap_or_default()
    }
}
