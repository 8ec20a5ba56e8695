//! A key with known secrets. Whoever knows them can prove any statement, which is why production
//! keys come from a ceremony; tests use it as a fast source of proofs.

use ark_bn254::{G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use nocknock_groth16::{Fr, G1Affine, G2Affine, PreparedVerifyingKey, Proof, VerifyingKey};

/// The secrets behind a key.
#[derive(Clone, Debug)]
pub(crate) struct Trapdoor {
    pub(crate) alpha: Fr,
    pub(crate) beta: Fr,
    pub(crate) gamma: Fr,
    pub(crate) delta: Fr,
    pub(crate) ic: Vec<Fr>,
}

/// A statement with its proof.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) inputs: Vec<Fr>,
    pub(crate) proof: Proof,
}

/// A scalar that looks random and is the same in every run.
pub(crate) fn scalar(seed: u64) -> Fr {
    (Fr::from(seed) + Fr::from(3u32)).pow([0x1234_5678_9abc_def1, seed, 7])
}

pub(crate) fn g1(scalar: Fr) -> G1Affine {
    (G1Projective::generator() * scalar).into_affine()
}

pub(crate) fn g2(scalar: Fr) -> G2Affine {
    (G2Projective::generator() * scalar).into_affine()
}

impl Trapdoor {
    pub(crate) fn new(inputs: usize, seed: u64) -> Self {
        let secret = |place: u64| scalar(1000 * seed + place);
        let ic = (0..=inputs as u64).map(|i| secret(10 + i)).collect();
        Self { alpha: secret(1), beta: secret(2), gamma: secret(3), delta: secret(4), ic }
    }

    pub(crate) fn key(&self) -> VerifyingKey {
        VerifyingKey {
            alpha_g1: g1(self.alpha),
            beta_g2: g2(self.beta),
            gamma_g2: g2(self.gamma),
            delta_g2: g2(self.delta),
            ic: self.ic.iter().copied().map(g1).collect(),
        }
    }

    pub(crate) fn prepared(&self) -> PreparedVerifyingKey {
        self.key().prepare(self.ic.len() - 1).unwrap()
    }

    /// A proof for these inputs: any A and B, and the C that fits them.
    pub(crate) fn prove(&self, inputs: &[Fr], seed: u64) -> Proof {
        let (a, b) = (scalar(seed), scalar(seed + 1));
        let statement: Fr =
            self.ic[0] + self.ic[1..].iter().zip(inputs).map(|(ic, x)| *ic * x).sum::<Fr>();
        let rest = a * b - self.alpha * self.beta - statement * self.gamma;
        Proof { a: g1(a), b: g2(b), c: g1(rest / self.delta) }
    }

    /// Some statement with its proof.
    pub(crate) fn statement(&self, seed: u64) -> Statement {
        let inputs: Vec<Fr> =
            (1..self.ic.len() as u64).map(|i| scalar(7000 + 100 * seed + i)).collect();
        let proof = self.prove(&inputs, seed);
        Statement { inputs, proof }
    }
}
