//! The invariants of this pallet's state.

use crate::{
    dispatchable_impls::is_for_tests, Circuits, Config, Pallet, PreparedKeys, VerifyingKeys,
};
use frame_support::{ensure, traits::Contains};
use nocknock_groth16::PreparedVerifyingKey;
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitRecord, CircuitStatus, KeyOrigin},
    ids::{CircuitId, KeyId},
};
use sp_runtime::{traits::Get, TryRuntimeError};

impl<T: Config> Pallet<T> {
    /// Checks the invariants, numbered as in the README:
    ///
    /// 1. A circuit's id is the hash of its description.
    /// 2. Each circuit's verifying key is stored, hashes to the key id in the description, and is
    ///    valid. No other verifying key is stored.
    /// 3. Each circuit that is not disabled has a prepared key, which belongs to its verifying key.
    ///    No other prepared key is stored.
    /// 4. On a network that does not allow them, no circuit has a development key or an
    ///    architecture that is made for tests.
    /// 5. The successor of a retired circuit is registered and states the same.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        for (id, record) in Circuits::<T>::iter() {
            ensure!(record.info.id() == id, "1: a circuit has a wrong id");
            Self::check_keys(&id, &record.info, record.is_usable())?;
            Self::check_origin(&record)?;
            Self::check_successor(&record)?;
        }
        Self::check_owners()
    }

    /// Checks that every key belongs to a circuit.
    fn check_owners() -> Result<(), TryRuntimeError> {
        let known = Circuits::<T>::contains_key::<CircuitId>;
        ensure!(VerifyingKeys::<T>::iter_keys().all(known), "2: a verifying key without a circuit");
        ensure!(PreparedKeys::<T>::iter_keys().all(known), "3: a prepared key without a circuit");
        Ok(())
    }

    fn check_keys(id: &CircuitId, info: &CircuitInfo, usable: bool) -> Result<(), TryRuntimeError> {
        let key = VerifyingKeys::<T>::get(id).ok_or("2: a verifying key is missing")?;
        Self::prepare(info, &key).map_err(|_| "2: a verifying key is not valid")?;
        let prepared = PreparedKeys::<T>::get(id);
        ensure!(prepared.is_some() == usable, "3: a prepared key is missing or left over");
        let of_key = prepared.is_none_or(|bytes| {
            PreparedVerifyingKey::from_trusted_bytes(&bytes)
                .is_ok_and(|key| KeyId(key.id().0) == info.key)
        });
        ensure!(of_key, "3: a prepared key belongs to another key");
        Ok(())
    }

    fn check_origin<BlockNumber>(
        record: &CircuitRecord<BlockNumber>,
    ) -> Result<(), TryRuntimeError> {
        let development = record.origin == KeyOrigin::Development
            || T::DevelopmentKeys::contains(&record.info.key)
            || is_for_tests(&record.info);
        ensure!(
            T::AllowsDevelopmentKeys::get() || !development,
            "4: a circuit for development is registered"
        );
        Ok(())
    }

    fn check_successor<BlockNumber>(
        record: &CircuitRecord<BlockNumber>,
    ) -> Result<(), TryRuntimeError> {
        let CircuitStatus::Retired { successor } = record.status else {
            return Ok(());
        };
        let successor = Circuits::<T>::get(successor).ok_or("5: a successor is unknown")?;
        ensure!(successor.info.kind == record.info.kind, "5: a successor states something else");
        Ok(())
    }
}
