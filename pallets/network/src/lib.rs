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

pub use pallet::*;
pub use types::NetworkKind;
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

use sp_runtime::traits::Get;

/// The shortest slot that leaves enough time to author, send and import a block, in milliseconds.
pub const MINIMUM_SLOT_MILLIS: u64 = 200;

/// The shortest epoch, in slots: BABE announces the next epoch in the first block of the current
/// one.
pub const MINIMUM_EPOCH_SLOTS: u64 = 4;

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
        /// Who may authorise a new runtime.
        type UpgradeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// The weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The length of a slot in milliseconds. Written at genesis, never changed or removed.
    #[pallet::storage]
    pub type SlotDuration<T> = StorageValue<_, u64, ValueQuery, DefaultSlotDuration>;

    /// The length of an epoch in slots. Written at genesis, never changed or removed.
    #[pallet::storage]
    pub type EpochLength<T> = StorageValue<_, u64, ValueQuery, DefaultEpochLength>;

    /// What the network is for. Written at genesis, never changed or removed.
    #[pallet::storage]
    pub type Kind<T> = StorageValue<_, NetworkKind, ValueQuery>;

    /// The default slot: 2 s.
    #[derive(Debug)]
    pub struct DefaultSlotDuration;
    impl Get<u64> for DefaultSlotDuration {
        fn get() -> u64 {
            2_000
        }
    }

    /// The default epoch: 1,200 slots, 40 minutes at 2 s.
    #[derive(Debug)]
    pub struct DefaultEpochLength;
    impl Get<u64> for DefaultEpochLength {
        fn get() -> u64 {
            1_200
        }
    }

    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// The length of a slot in milliseconds.
        pub slot_duration_millis: u64,
        /// The length of an epoch in slots.
        pub epoch_length_slots: u64,
        /// What the network is for.
        pub kind: NetworkKind,
        #[serde(skip)]
        pub _phantom: core::marker::PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                slot_duration_millis: DefaultSlotDuration::get(),
                epoch_length_slots: DefaultEpochLength::get(),
                kind: NetworkKind::default(),
                _phantom: core::marker::PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                is_valid_slot_duration(self.slot_duration_millis),
                "network.slotDurationMillis is {}; it must be even and at least {MINIMUM_SLOT_MILLIS}",
                self.slot_duration_millis
            );
            assert!(
                is_valid_epoch_length(self.epoch_length_slots),
                "network.epochLengthSlots is {}; it must be at least {MINIMUM_EPOCH_SLOTS}",
                self.epoch_length_slots
            );
            SlotDuration::<T>::put(self.slot_duration_millis);
            EpochLength::<T>::put(self.epoch_length_slots);
            Kind::<T>::put(self.kind);
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A new runtime was authorised: anybody may now apply it by sending its code.
        UpgradeApproved {
            /// The hash of the authorised code.
            code_hash: T::Hash,
        },
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Authorises the runtime whose code has this hash, in place of any earlier authorisation.
        ///
        /// Anybody may then send the code with `system.applyAuthorizedUpgrade`. It is applied only
        /// if its spec name is the same and its spec version is higher.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::authorize_upgrade())]
        pub fn authorize_upgrade(origin: OriginFor<T>, code_hash: T::Hash) -> DispatchResult {
            T::UpgradeOrigin::ensure_origin(origin)?;
            Self::do_authorize_upgrade(code_hash);
            Ok(())
        }
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
        /// The length of a slot in milliseconds.
        pub fn slot_duration() -> u64 {
            SlotDuration::<T>::get()
        }

        /// The length of an epoch in slots.
        pub fn epoch_length() -> u64 {
            EpochLength::<T>::get()
        }

        /// What the network is for.
        pub fn kind() -> NetworkKind {
            Kind::<T>::get()
        }
    }
}

impl<T: Config> Pallet<T> {
    /// Authorises `code_hash` with the checks of spec name and version.
    pub fn do_authorize_upgrade(code_hash: T::Hash) {
        frame_system::Pallet::<T>::do_authorize_upgrade(code_hash, true);
        Self::deposit_event(Event::UpgradeApproved { code_hash });
    }

    /// Checks the invariants that the README numbers.
    #[cfg(any(feature = "try-runtime", feature = "std"))]
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        frame_support::ensure!(
            is_valid_slot_duration(SlotDuration::<T>::get()),
            "1: the slot duration is odd or too short"
        );
        frame_support::ensure!(
            is_valid_epoch_length(EpochLength::<T>::get()),
            "2: the epoch is too short"
        );
        Ok(())
    }
}

/// Whether a slot can have this length. It must be even, because half of it is the minimum time
/// between blocks.
const fn is_valid_slot_duration(millis: u64) -> bool {
    millis >= MINIMUM_SLOT_MILLIS && millis.is_multiple_of(2)
}

/// Whether an epoch can have this many slots.
const fn is_valid_epoch_length(slots: u64) -> bool {
    slots >= MINIMUM_EPOCH_SLOTS
}

/// Reads the slot length in milliseconds from the state, for the configuration of other pallets.
#[derive(Debug)]
pub struct SlotMillis<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<u64> for SlotMillis<T> {
    fn get() -> u64 {
        SlotDuration::<T>::get()
    }
}

/// Half a slot in milliseconds: the minimum time between two blocks.
#[derive(Debug)]
pub struct MinimumPeriod<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<u64> for MinimumPeriod<T> {
    fn get() -> u64 {
        SlotDuration::<T>::get().saturating_div(2)
    }
}

/// Reads the epoch length in slots from the state, for the configuration of other pallets.
#[derive(Debug)]
pub struct EpochSlots<T>(core::marker::PhantomData<T>);

impl<T: Config> Get<u64> for EpochSlots<T> {
    fn get() -> u64 {
        EpochLength::<T>::get()
    }
}
