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

extern crate alloc;

pub use pallet::*;
pub use types::{Candidate, GenesisCircuit};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod dispatchable_impls;
#[cfg(test)]
mod mock;
#[cfg(any(feature = "try-runtime", feature = "std"))]
mod state_check;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "runtime-benchmarks", test))]
pub mod trapdoor;
mod types;
mod verifier_impls;
pub mod weights;

/// The most bytes of a prepared key, which is computed from a verifying key once, on registration.
pub const MAX_PREPARED_BYTES: u32 = 64 * 1024;

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
    use alloc::{boxed::Box, vec::Vec};
    use frame_support::{pallet_prelude::*, traits::Contains};
    use frame_system::pallet_prelude::*;
    use nocknock_primitives::{
        circuit::{CircuitKind, CircuitRecord, KeyOrigin, ProofBytes},
        ids::{CircuitId, FieldBytes, KeyId},
        limits::{List, MAX_KEY_BYTES, MAX_PUBLIC_INPUTS},
    };

    const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// Who may register and replace circuits.
        type RegisterOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Who may disable circuits. It should be able to act at once: under an unsound circuit
        /// anybody can forge proofs.
        type DisableOrigin: EnsureOrigin<Self::RuntimeOrigin>;

        /// Whether keys under which anybody can forge proofs, and architectures made for tests, may
        /// be registered. True on networks where nothing of value is at stake.
        type AllowsDevelopmentKeys: Get<bool>;

        /// The development keys that this project has published. They are recognised no matter what
        /// origin is stated on registration.
        type DevelopmentKeys: Contains<KeyId>;

        /// The most circuits that may ever be registered.
        #[pallet::constant]
        type MaxCircuits: Get<u32>;

        /// The weights of the calls and of verification.
        type WeightInfo: WeightInfo;
    }

    /// The registered circuits. Never removed, because facts and provenance records refer to them.
    #[pallet::storage]
    pub type Circuits<T: Config> =
        CountedStorageMap<_, Identity, CircuitId, CircuitRecord<BlockNumberFor<T>>>;

    /// The verifying keys in canonical form. Never removed, so that anybody can still verify later.
    #[pallet::storage]
    pub type VerifyingKeys<T> = StorageMap<_, Identity, CircuitId, List<u8, MAX_KEY_BYTES>>;

    /// What verification needs from each key, computed on registration. Removed when the circuit is
    /// disabled.
    #[pallet::storage]
    pub type PreparedKeys<T> = StorageMap<_, Identity, CircuitId, List<u8, MAX_PREPARED_BYTES>>;

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The circuits that are registered from the start.
        pub circuits: Vec<GenesisCircuit>,
        #[serde(skip)]
        pub _phantom: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for circuit in &self.circuits {
                Pallet::<T>::register_at_genesis(circuit);
            }
        }
    }

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A circuit was registered: its proofs are accepted from now on.
        CircuitRegistered {
            /// The circuit.
            circuit: CircuitId,
            /// What it states.
            kind: CircuitKind,
            /// Where its key comes from.
            origin: KeyOrigin,
        },
        /// A circuit was replaced: new tasks use its successor.
        CircuitReplaced {
            /// The circuit that was replaced.
            circuit: CircuitId,
            /// The circuit that replaces it.
            successor: CircuitId,
        },
        /// A circuit was disabled: its proofs are no longer accepted.
        CircuitDisabled {
            /// The circuit.
            circuit: CircuitId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The bytes are not a verifying key in canonical form.
        MalformedKey,
        /// The hash of the key is not the key id in the circuit's description.
        KeyMismatch,
        /// The key is not safe: a point is the identity, delta equals gamma or the generator, or
        /// the number of points does not fit the statement.
        UnsafeKey,
        /// The prepared key is too large for the chain to store.
        KeyTooLarge,
        /// Anybody can forge proofs under this key, so it can be registered only on development and
        /// test networks.
        DevelopmentKeyRefused,
        /// This is a published development key, but it is stated to come from a ceremony.
        MislabelledKey,
        /// The architecture is made for tests, so it can be registered only on development and test
        /// networks.
        TestShapeRefused,
        /// A circuit with this id is registered already, or was registered and has been disabled.
        AlreadyRegistered,
        /// No more circuits can be registered.
        TooManyCircuits,
        /// No circuit with this id is registered.
        UnknownCircuit,
        /// Only an active circuit can be replaced.
        NotActive,
        /// A successor must state the same as the circuit that it replaces: the score of a model of
        /// the same architecture, or the delivery of a model.
        NotASuccessor,
        /// The circuit has already been disabled.
        AlreadyDisabled,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers a circuit with its verifying key.
        ///
        /// The key is strictly decoded, validated and prepared once. The id of the circuit is the
        /// hash of its description, which binds what it states, its matrices and its key.
        ///
        /// Any architecture can be registered: its description is part of the circuit's.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register_circuit())]
        pub fn register_circuit(origin: OriginFor<T>, candidate: Box<Candidate>) -> DispatchResult {
            T::RegisterOrigin::ensure_origin(origin)?;
            Self::do_register_circuit(*candidate).map(|_| ())
        }

        /// Registers a circuit that replaces an active one which states the same.
        ///
        /// Tasks that use the old circuit continue with it; new tasks have to use the new one.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::replace_circuit())]
        pub fn replace_circuit(
            origin: OriginFor<T>,
            circuit: CircuitId,
            candidate: Box<Candidate>,
        ) -> DispatchResult {
            T::RegisterOrigin::ensure_origin(origin)?;
            Self::do_replace_circuit(circuit, *candidate)
        }

        /// Disables a circuit for ever: its proofs are no longer accepted.
        ///
        /// For circuits that turn out to be unsound. Tasks that rely on the circuit end without a
        /// winner, and nobody loses a stake.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::disable_circuit())]
        pub fn disable_circuit(origin: OriginFor<T>, circuit: CircuitId) -> DispatchResult {
            T::DisableOrigin::ensure_origin(origin)?;
            Self::do_disable_circuit(circuit)
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxCircuits::get() > 0, "MaxCircuits must be positive");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A registered circuit.
        pub fn circuit(circuit: CircuitId) -> Option<CircuitRecord<BlockNumberFor<T>>> {
            Circuits::<T>::get(circuit)
        }

        /// Up to `limit` circuits, at most 64, in the order of their ids, starting after the
        /// circuit `after`.
        pub fn circuits(
            after: Option<CircuitId>,
            limit: u32,
        ) -> Vec<(CircuitId, CircuitRecord<BlockNumberFor<T>>)> {
            Self::circuit_page(after, limit)
        }

        /// The verifying key of a circuit in canonical form.
        pub fn verifying_key(circuit: CircuitId) -> Option<Vec<u8>> {
            VerifyingKeys::<T>::get(circuit).map(|key| key.into_inner())
        }

        /// Whether this proof proves these public inputs under a circuit that is not disabled.
        pub fn is_proved(
            circuit: CircuitId,
            inputs: List<FieldBytes, MAX_PUBLIC_INPUTS>,
            proof: ProofBytes,
        ) -> bool {
            Self::verify_one(&circuit, &inputs, &proof).is_ok()
        }
    }
}
