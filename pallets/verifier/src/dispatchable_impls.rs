//! Registration, replacement and disabling of circuits.

use crate::{
    Candidate, Circuits, Config, Error, Event, GenesisCircuit, Pallet, PreparedKeys, VerifyingKeys,
    MAX_PREPARED_BYTES,
};
use alloc::{format, string::String};
use frame_support::{ensure, traits::Contains};
use nocknock_groth16::{PreparedVerifyingKey, VerifyingKey};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, CircuitRecord, CircuitStatus, KeyOrigin},
    ids::{CircuitId, KeyId},
    limits::List,
    model::names,
};
use sp_runtime::{traits::Get, DispatchError, DispatchResult};

impl<T: Config> Pallet<T> {
    /// Panics if the chain specification contains a circuit that cannot be registered: a chain must
    /// not start from a broken specification.
    pub(crate) fn register_at_genesis(circuit: &GenesisCircuit) {
        let registered = Candidate::try_from(circuit.clone())
            .map_err(|_| Error::<T>::MalformedKey.into())
            .and_then(Self::do_register_circuit);
        if let Err(error) = registered {
            panic!("verifier.circuits: {}: {error:?}", described(&circuit.info.kind));
        }
    }

    /// Registers a circuit and returns its id.
    pub fn do_register_circuit(candidate: Candidate) -> Result<CircuitId, DispatchError> {
        let Candidate { info, origin, key } = candidate;
        let id = info.id();
        ensure!(!Circuits::<T>::contains_key(id), Error::<T>::AlreadyRegistered);
        ensure!(Circuits::<T>::count() < T::MaxCircuits::get(), Error::<T>::TooManyCircuits);
        Self::check_network(&info, origin)?;
        let prepared = Self::prepare(&info, &key)?.to_trusted_bytes();
        let prepared: List<u8, MAX_PREPARED_BYTES> =
            prepared.try_into().map_err(|_| Error::<T>::KeyTooLarge)?;
        PreparedKeys::<T>::insert(id, prepared);
        VerifyingKeys::<T>::insert(id, key);
        let kind = info.kind.clone();
        let registered_at = frame_system::Pallet::<T>::block_number();
        let status = CircuitStatus::Active;
        Circuits::<T>::insert(id, CircuitRecord { info, origin, status, registered_at });
        Self::deposit_event(Event::CircuitRegistered { circuit: id, kind, origin });
        Ok(id)
    }

    pub(crate) fn do_replace_circuit(old: CircuitId, candidate: Candidate) -> DispatchResult {
        let mut record = Circuits::<T>::get(old).ok_or(Error::<T>::UnknownCircuit)?;
        ensure!(record.is_active(), Error::<T>::NotActive);
        ensure!(record.info.kind == candidate.info.kind, Error::<T>::NotASuccessor);
        let successor = Self::do_register_circuit(candidate)?;
        record.status = CircuitStatus::Retired { successor };
        Circuits::<T>::insert(old, record);
        Self::deposit_event(Event::CircuitReplaced { circuit: old, successor });
        Ok(())
    }

    pub(crate) fn do_disable_circuit(id: CircuitId) -> DispatchResult {
        let mut record = Circuits::<T>::get(id).ok_or(Error::<T>::UnknownCircuit)?;
        ensure!(record.is_usable(), Error::<T>::AlreadyDisabled);
        record.status = CircuitStatus::Disabled;
        Circuits::<T>::insert(id, record);
        PreparedKeys::<T>::remove(id);
        Self::deposit_event(Event::CircuitDisabled { circuit: id });
        Ok(())
    }

    /// Refuses development keys and architectures for tests, except on networks where nothing is at
    /// stake.
    fn check_network(info: &CircuitInfo, origin: KeyOrigin) -> Result<(), Error<T>> {
        let published = T::DevelopmentKeys::contains(&info.key);
        let labelled = origin == KeyOrigin::Development;
        ensure!(labelled || !published, Error::<T>::MislabelledKey);
        let allowed = T::AllowsDevelopmentKeys::get();
        ensure!(allowed || !labelled, Error::<T>::DevelopmentKeyRefused);
        ensure!(allowed || !is_for_tests(info), Error::<T>::TestShapeRefused);
        Ok(())
    }

    /// Decodes, validates and prepares a key.
    pub(crate) fn prepare(
        info: &CircuitInfo,
        key: &[u8],
    ) -> Result<PreparedVerifyingKey, Error<T>> {
        let key = VerifyingKey::from_bytes(key).map_err(|_| Error::<T>::MalformedKey)?;
        ensure!(KeyId(key.id().0) == info.key, Error::<T>::KeyMismatch);
        let inputs = usize::try_from(info.kind.public_inputs()).unwrap_or(0);
        key.prepare(inputs).map_err(|_| Error::<T>::UnsafeKey)
    }
}

/// Whether a circuit is about one of the architectures that are made for tests.
pub(crate) fn is_for_tests(info: &CircuitInfo) -> bool {
    info.kind.architecture().is_some_and(names::is_for_tests)
}

/// What a circuit states, for a person who wrote a chain specification.
fn described(kind: &CircuitKind) -> String {
    match kind {
        CircuitKind::Score(architecture) => match names::name_of(architecture) {
            Some(name) => format!("score circuit of {name}"),
            None => format!("score circuit of {architecture:?}"),
        },
        CircuitKind::Delivery => "delivery circuit".into(),
    }
}
