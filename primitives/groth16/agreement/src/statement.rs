//! Statements, keys and proofs to compare verifiers with, made by ark-groth16.

use anyhow::Result;
use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::{Groth16, ProvingKey};
use ark_relations::{
    gr1cs::{
        ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable,
    },
    lc,
};
use ark_snark::SNARK;
use nocknock_groth16::{encode_input, Proof, VerifyingKey};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};

/// "I know a root of each public input."
#[derive(Clone, Debug)]
struct Roots(Vec<Fr>);

impl ConstraintSynthesizer<Fr> for Roots {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        for root in self.0 {
            let square = cs.new_input_variable(|| Ok(root.square()))?;
            let root = cs.new_witness_variable(|| Ok(root))?;
            let term = |variable: Variable| move || -> LinearCombination<Fr> { lc!() + variable };
            cs.enforce_r1cs_constraint(term(root), term(root), term(square))?;
        }
        Ok(())
    }
}

/// A statement with its proof, in the bytes that all verifiers read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Public inputs, 32 big-endian bytes each.
    pub inputs: Vec<[u8; 32]>,
    /// The proof in the EVM form.
    pub proof: Vec<u8>,
}

/// A circuit with its keys.
#[derive(Clone, Debug)]
pub struct Circuit {
    key: ProvingKey<Bn254>,
    inputs: usize,
}

impl Circuit {
    /// A circuit with a number of public inputs. Keys come from the seed, so every run sees the
    /// same bytes.
    pub fn new(inputs: usize, seed: u64) -> Result<Self> {
        let circuit = Roots(vec![Fr::ONE; inputs]);
        let (key, _) = Groth16::<Bn254>::circuit_specific_setup(
            circuit,
            &mut ChaCha20Rng::seed_from_u64(seed),
        )?;
        Ok(Self { key, inputs })
    }

    /// The verifying key as ark-groth16 has it.
    pub fn ark_key(&self) -> &ark_groth16::VerifyingKey<Bn254> {
        &self.key.vk
    }

    /// The verifying key.
    pub fn key(&self) -> VerifyingKey {
        let key = self.ark_key();
        VerifyingKey {
            alpha_g1: key.alpha_g1,
            beta_g2: key.beta_g2,
            gamma_g2: key.gamma_g2,
            delta_g2: key.delta_g2,
            ic: key.gamma_abc_g1.clone(),
        }
    }

    /// Proves a statement that the seed chooses; the public inputs fill the whole field.
    pub fn prove(&self, seed: u64) -> Result<Item> {
        let start = Fr::from(seed) + Fr::from(2u32);
        let roots: Vec<Fr> =
            (1..=self.inputs as u64).map(|i| start.pow([0x1234_5678_9abc_def1, i])).collect();
        self.prove_roots(&roots, seed)
    }

    /// Proves that these are roots of their squares, which are the public inputs; as many as the
    /// circuit has.
    pub fn prove_roots(&self, roots: &[Fr], seed: u64) -> Result<Item> {
        let inputs = roots.iter().map(|root| encode_input(&root.square())).collect();
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let proof = Groth16::<Bn254>::prove(&self.key, Roots(roots.to_vec()), &mut rng)?;
        let proof = Proof { a: proof.a, b: proof.b, c: proof.c }.to_evm_bytes().to_vec();
        Ok(Item { inputs, proof })
    }
}

impl Item {
    /// The same statement with one bit of the proof flipped, bits counted from the lowest of the
    /// first byte.
    pub fn with_flipped_bit(&self, bit: usize) -> Self {
        let mut flipped = self.clone();
        if let Some(byte) = flipped.proof.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        flipped
    }
}
