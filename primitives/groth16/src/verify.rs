//! Verification of one proof.

use crate::{multiples::fixed_sum, PreparedVerifyingKey, Proof};
use alloc::vec::Vec;
use ark_bn254::{Bn254, Fr};
use ark_ec::{bn::G2Prepared, pairing::Pairing, CurveGroup};
use ark_ff::Field;

/// Why a proof is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The circuit has another number of public inputs.
    #[error("{actual} public inputs were given, the key is for {expected}")]
    InputCount {
        /// The number that the key is for.
        expected: usize,
        /// The number that was given.
        actual: usize,
    },
    /// The proof does not prove this statement.
    #[error("the proof does not hold for these public inputs under this key")]
    Refused,
}

/// Accepts exactly when `e(A, B) = e(alpha, beta) · e(L, gamma) · e(C, delta)`, where `L` is the
/// sum of `ic[0]` and `inputs[i] · ic[i + 1]`.
pub fn verify(key: &PreparedVerifyingKey, inputs: &[Fr], proof: &Proof) -> Result<(), VerifyError> {
    check_count(key, inputs)?;
    let scalars: Vec<Fr> = core::iter::once(Fr::ONE).chain(inputs.iter().copied()).collect();
    let statement = fixed_sum(&key.ic, &scalars).into_affine();
    let left = [proof.a, statement, proof.c];
    let right = [G2Prepared::from(proof.b), key.gamma.clone(), key.delta.clone()];
    if Bn254::multi_pairing(left, right).0 == key.alpha_beta {
        Ok(())
    } else {
        Err(VerifyError::Refused)
    }
}

pub(crate) fn check_count(key: &PreparedVerifyingKey, inputs: &[Fr]) -> Result<(), VerifyError> {
    let (expected, actual) = (key.input_count(), inputs.len());
    if expected == actual {
        Ok(())
    } else {
        Err(VerifyError::InputCount { expected, actual })
    }
}
