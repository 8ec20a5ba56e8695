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

    /// Whether this call asks so much of a block that only an account which is known sends it
    /// without a fee.
    fn is_for_the_known(_: &Call) -> bool {
        false
    }

    /// Whether an account is known once this call of it has succeeded without a fee.
    fn makes_known(_: &Call) -> bool {
        false
    }

    /// What an account is known by. As soon as this is another number it is not known any more.
    fn identity(_: &AccountId) -> u64 {
        0
    }

    /// What [`quota`](Self::quota) costs at most for this call. Looking up how much has been used,
    /// and whether the account is known, is counted separately.
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

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(2);

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

        /// The weight of the extension.
        type WeightInfo: WeightInfo;
    }

    /// For each account, the last period in which it sent free transactions, and how much of its
    /// quota they used up. After one that failed that is `MaxPerPeriod`.
    ///
    /// No deposit pays for it, because only accounts that the policy names have an entry. Removed
    /// with the account.
    #[pallet::storage]
    pub type Used<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, (u32, u32), ValueQuery>;

    /// The accounts of which a free call that makes known has succeeded, and what they were known
    /// by then.
    ///
    /// No deposit pays for it, because only accounts that the policy names have an entry. Removed
    /// with the account.
    #[pallet::storage]
    pub type Known<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u64>;

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
        /// A free transaction failed. Until the next period, its sender pays for all others.
        FreeCallFailed {
            /// The account that sent it.
            who: T::AccountId,
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
        /// 1. After a free transaction that failed, that is as much as any quota can be.
        pub fn used(who: T::AccountId) -> u32 {
            Self::used_in_period(&who)
        }

        /// Whether `who` has no free transaction left in the current period, whatever its quota:
        /// one of them failed, or it used up the most that there may be.
        pub fn has_ended(who: T::AccountId) -> bool {
            Self::used_in_period(&who) >= T::MaxPerPeriod::get()
        }

        /// Whether `who` may send without a fee what is for known accounts only.
        pub fn is_known(who: T::AccountId) -> bool {
            Self::knows(&who)
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

    /// Ends the free transactions of `who` in this period, because one of them failed.
    pub(crate) fn note_failure(who: &T::AccountId) {
        Used::<T>::insert(who, (T::Period::get(), T::MaxPerPeriod::get()));
        Self::deposit_event(Event::FreeCallFailed { who: who.clone() });
    }

    /// Notes that a free transaction of `who` succeeded that makes known.
    pub(crate) fn note_known(who: &T::AccountId) {
        if !Self::knows(who) {
            Known::<T>::insert(who, T::Policy::identity(who));
        }
    }

    /// Whether the account is known, and by what it is now.
    pub(crate) fn knows(who: &T::AccountId) -> bool {
        Known::<T>::get(who).is_some_and(|known| known == T::Policy::identity(who))
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
        Known::<T>::remove(who);
    }
}
