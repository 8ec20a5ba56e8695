//! Verification and reads.

use crate::{Circuits, Config, Pallet, PreparedKeys, VerifyingKeys, WeightInfo};
use alloc::vec::Vec;
use frame_support::{ensure, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_groth16::{
    decode_input, verify, verify_batch, BatchItem, Fr, PreparedVerifyingKey, Proof,
};
use nocknock_primitives::{
    circuit::{CircuitRecord, Claim, ProofBytes},
    ids::{CircuitId, FieldBytes},
    limits::MAX_PAGE,
    model::FoldSize,
    traits::{ProofVerifier, VerifyFailure},
};

/// How many bytes, values or bits count as one in the weights.
const UNIT: u32 = 1024;

impl<T: Config> ProofVerifier<BlockNumberFor<T>> for Pallet<T> {
    fn circuit(id: &CircuitId) -> Option<CircuitRecord<BlockNumberFor<T>>> {
        Circuits::<T>::get(id)
    }

    fn verify(id: &CircuitId, claim: Claim<'_>) -> Result<(), VerifyFailure> {
        Self::verify_one(id, claim.inputs, claim.proof)
    }

    fn verify_batch(id: &CircuitId, claims: &[Claim<'_>]) -> Result<(), VerifyFailure> {
        ensure!(!claims.is_empty(), VerifyFailure::BadInputs);
        let key = Self::prepared(id)?;
        let decoded = claims
            .iter()
            .map(|claim| decode(&key, claim.inputs, claim.proof))
            .collect::<Result<Vec<_>, _>>()?;
        let items: Vec<_> =
            decoded.iter().map(|(inputs, proof)| BatchItem { key: &key, inputs, proof }).collect();
        verify_batch(&items).map_err(|_| VerifyFailure::Refuted)
    }

    fn verify_weight(claims: u32) -> Weight {
        match claims {
            0 | 1 => T::WeightInfo::verify_one(),
            claims => T::WeightInfo::verify_batch(claims),
        }
    }

    fn fold_weight(size: &FoldSize) -> Weight {
        let FoldSize { bytes, rows, values, inputs, label_bits } = *size;
        T::WeightInfo::fold_bytes(bytes.div_ceil(UNIT))
            .saturating_add(T::WeightInfo::fold_rows(rows))
            .saturating_add(T::WeightInfo::fold_values(values.div_ceil(UNIT)))
            .saturating_add(T::WeightInfo::fold_inputs(inputs))
            .saturating_add(T::WeightInfo::fold_labels(label_bits.div_ceil(UNIT)))
    }
}

impl<T: Config> Pallet<T> {
    pub(crate) fn verify_one(
        id: &CircuitId,
        inputs: &[FieldBytes],
        proof: &ProofBytes,
    ) -> Result<(), VerifyFailure> {
        let key = Self::prepared(id)?;
        let (inputs, proof) = decode(&key, inputs, proof)?;
        verify(&key, &inputs, &proof).map_err(|_| VerifyFailure::Refuted)
    }

    /// The prepared key of a circuit whose proofs are accepted.
    ///
    /// Prepared keys are stored in a form that is quick to read, which a later version of the
    /// verifier may not know. Then the key is prepared again, so an upgrade without a migration is
    /// slow, not wrong.
    fn prepared(id: &CircuitId) -> Result<PreparedVerifyingKey, VerifyFailure> {
        let record = Circuits::<T>::get(id).ok_or(VerifyFailure::UnknownCircuit)?;
        ensure!(record.is_usable(), VerifyFailure::Disabled);
        let stored = PreparedKeys::<T>::get(id)
            .and_then(|bytes| PreparedVerifyingKey::from_trusted_bytes(&bytes).ok());
        match stored {
            Some(key) => Ok(key),
            None => VerifyingKeys::<T>::get(id)
                .and_then(|key| Self::prepare(&record.info, &key).ok())
                .ok_or(VerifyFailure::UnknownCircuit),
        }
    }

    pub(crate) fn circuit_page(
        after: Option<CircuitId>,
        limit: u32,
    ) -> Vec<(CircuitId, CircuitRecord<BlockNumberFor<T>>)> {
        let entries = match after {
            Some(id) => Circuits::<T>::iter_from(Circuits::<T>::hashed_key_for(id)),
            None => Circuits::<T>::iter(),
        };
        entries.take(usize::try_from(limit.min(MAX_PAGE)).unwrap_or(0)).collect()
    }
}

/// Strictly decodes the parts of a claim.
fn decode(
    key: &PreparedVerifyingKey,
    inputs: &[FieldBytes],
    proof: &ProofBytes,
) -> Result<(Vec<Fr>, Proof), VerifyFailure> {
    ensure!(inputs.len() == key.input_count(), VerifyFailure::BadInputs);
    let inputs = inputs
        .iter()
        .map(decode_input)
        .collect::<Result<_, _>>()
        .map_err(|_| VerifyFailure::BadInputs)?;
    let proof = Proof::from_evm_bytes(&proof.0).map_err(|_| VerifyFailure::MalformedProof)?;
    Ok((inputs, proof))
}
