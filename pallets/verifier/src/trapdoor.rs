//! Keys whose trapdoor is known, and proofs of anything under them.
//!
//! Whoever knows the secret exponents of a Groth16 key can prove any statement without a witness.
//! Tests and benchmarks use this to obtain keys and proofs that verify without a circuit. Only
//! chains that accept development keys accept such a key.

#![allow(clippy::arithmetic_side_effects, reason = "arithmetic in a field has no overflow")]

use crate::Candidate;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use nocknock_groth16::{decode_input, Fr, G1Affine, G2Affine, Proof, VerifyingKey};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, KeyOrigin, ProofBytes},
    ids::{ContentHash, FieldBytes, KeyId},
};

/// The secret exponents of keys, one for each kind of circuit.
#[derive(Clone, Copy, Debug)]
pub struct Trapdoor {
    seed: u32,
}

impl Trapdoor {
    /// Exponents for each number. Different numbers give different keys.
    pub const fn new(seed: u32) -> Self {
        Self { seed }
    }

    fn alpha(&self) -> Fr {
        Fr::from(self.seed) + Fr::from(11u32)
    }

    fn beta(&self) -> Fr {
        Fr::from(13u32)
    }

    fn gamma(&self) -> Fr {
        Fr::from(17u32)
    }

    fn delta(&self) -> Fr {
        Fr::from(19u32)
    }

    /// Exponent of the input point at this place; the constant one is at 0.
    fn input_point(&self, place: u32) -> Fr {
        Fr::from(23u32) + Fr::from(place)
    }

    /// The verifying key of a circuit.
    pub fn verifying_key(&self, kind: &CircuitKind) -> VerifyingKey {
        VerifyingKey {
            alpha_g1: g1(self.alpha()),
            beta_g2: g2(self.beta()),
            gamma_g2: g2(self.gamma()),
            delta_g2: g2(self.delta()),
            ic: (0..=kind.public_inputs()).map(|place| g1(self.input_point(place))).collect(),
        }
    }

    /// A circuit with this key.
    pub fn candidate(&self, kind: CircuitKind) -> Candidate {
        let key = self.verifying_key(&kind);
        let info = CircuitInfo {
            kind,
            constraints: 1,
            matrix_hash: ContentHash([0; 32]),
            key: KeyId(key.id().0),
        };
        let key = frame_support::BoundedVec::truncate_from(key.to_bytes());
        Candidate { info, origin: KeyOrigin::Development, key }
    }

    /// A proof of these inputs, whatever they say and whatever kind of circuit takes them. Each
    /// `seed` gives another proof of the same inputs. Inputs that are not field elements count
    /// as 0.
    pub fn prove(&self, inputs: &[FieldBytes], seed: u32) -> ProofBytes {
        let (a, b) = (Fr::from(seed) + Fr::from(29u32), Fr::from(31u32));
        let weighted = inputs.iter().zip(1..).map(|(input, place)| {
            decode_input(input).unwrap_or_default() * self.input_point(place)
        });
        let statement = weighted.fold(self.input_point(0), |sum, term| sum + term);
        let rest = a * b - self.alpha() * self.beta() - self.gamma() * statement;
        let c = rest * self.delta().inverse().unwrap_or_default();
        let proof = Proof { a: g1(a), b: g2(b), c: g1(c) };
        ProofBytes(proof.to_evm_bytes())
    }
}

fn g1(exponent: Fr) -> G1Affine {
    (G1Affine::generator() * exponent).into_affine()
}

fn g2(exponent: Fr) -> G2Affine {
    (G2Affine::generator() * exponent).into_affine()
}
