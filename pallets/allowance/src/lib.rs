#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

pub use extension::WaiveOrCharge;
pub use pallet::*;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod extension;
#[cfg(test)]
#[allow(unreachable_pub, reason = "the runtime macros need public types")]
mod mock;
#[cfg(test)]
mod tests;
pub mod weights;

use frame_support::{traits::OnKilledAccount, weights::Weight};
use sp_runtime::{traits::Get, transaction_validity::TransactionPriority};

/// Who may send which calls without a fee, and how often.
pub trait WaiverPolicy<AccountId, Call> {
    /// How many transactions `who` may send without a fee in a period if this is one of them; zero
    /// if this call is never free.
    ///
    /// Called for every signed transaction, so it must cost next to nothing for calls that are
    /// never free.
    fn quota(who: &AccountId, call: &Call) -> u32;

    /// How many transactions of the quota this call uses up, at least 1. If fewer are left, it is
    /// not free.
    fn price(_: &Call) -> u32 {
        1
    }

    /// The priority of this call among the transactions that wait for a block, if it is free. At
    /// zero, every paying transaction goes first. A call with a higher priority must be one that
    /// only few accounts can send.
    fn priority(_: &Call) -> TransactionPriority {
        0
    }

    /// What [`quota`](Self::quota) costs at most for this call. Looking up how much has been used
    /// is counted separately.
    fn weight(_: &Call) -> Weight {
        Weight::zero()
    }
}

/// Nothing is free.
impl<AccountId, Call> WaiverPolicy<AccountId, Call> for () {
    fn quota(_: &AccountId, _: &Call) -> u32 {
        0
    }
}

#[frame_support::pallet]
#[allow(
    missing_docs,
    missing_debug_implementations,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    reason = "the pallet macros generate such code; the pallet's own logic lies outside this module"
)]
pub mod pallet {
    use super::*;
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who may send which calls without a fee.
        type Policy: WaiverPolicy<Self::AccountId, Self::RuntimeCall>;

        /// The number of the current period, for example the session index.
        type Period: Get<u32>;

        /// The most free transactions of one account in a period, whatever the policy says.
        #[pallet::constant]
        type MaxPerPeriod: Get<u32>;

        /// How many transactions of the quota a free call uses up *in addition to* its price if it
        /// fails. An honest sender may lose a race now and then, but nobody shall fill blocks with
        /// calls that fail.
        #[pallet::constant]
        type FailurePrice: Get<u32>;

        /// The weight of the extension.
        type WeightInfo: WeightInfo;
    }

    /// For each account, the last period in which it sent free transactions, and how much of its
    /// quota they used up.
    ///
    /// No deposit pays for it, because only accounts that the policy names have an entry. Removed
    /// with the account.
    #[pallet::storage]
    pub type Used<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, (u32, u32), ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A transaction was accepted without a fee.
        FeeWaived {
            /// The account that sent it.
            who: T::AccountId,
            /// How many free transactions of price 1 the account has left in this period, by the
            /// quota of this call.
            left: u32,
        },
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// How much of its quota `who` has used up in the current period, in transactions of price
        /// 1.
        pub fn used(who: T::AccountId) -> u32 {
            Self::used_in_period(&who)
        }
    }
}

impl<T: Config> Pallet<T> {
    /// How many free transactions `who` has left for this call in the current period.
    pub fn left(who: &T::AccountId, call: &T::RuntimeCall) -> u32 {
        let quota = T::Policy::quota(who, call).min(T::MaxPerPeriod::get());
        if quota == 0 {
            return 0;
        }
        quota.saturating_sub(Self::used_in_period(who))
    }

    /// Charges a free transaction of `who` to its quota; `left` of the quota remains.
    pub(crate) fn consume(who: &T::AccountId, price: u32, left: u32) {
        Self::use_up(who, price);
        Self::deposit_event(Event::FeeWaived { who: who.clone(), left });
    }

    /// Charges the failure of a free transaction of `who` to its quota.
    pub(crate) fn note_failure(who: &T::AccountId) {
        Self::use_up(who, T::FailurePrice::get());
    }

    fn use_up(who: &T::AccountId, price: u32) {
        let used = Self::used_in_period(who).saturating_add(price);
        Used::<T>::insert(who, (T::Period::get(), used.min(T::MaxPerPeriod::get())));
    }

    fn used_in_period(who: &T::AccountId) -> u32 {
        let (period, used) = Used::<T>::get(who);
        if period == T::Period::get() {
            used
        } else {
            0
        }
    }

    /// Checks the invariant that the README numbers.
    #[cfg(any(feature = "try-runtime", feature = "std"))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        let max = T::MaxPerPeriod::get();
        frame_support::ensure!(
            Used::<T>::iter_values().all(|(_, used)| used <= max),
            "1: an account sent more free transactions than the limit"
        );
        Ok(())
    }
}

/// A removed account leaves nothing behind.
impl<T: Config> OnKilledAccount<T::AccountId> for Pallet<T> {
    fn on_killed_account(who: &T::AccountId) {
        Used::<T>::remove(who);
    }
}
