//! Verification of many proofs at once.
//!
//! Each equation is raised to a coefficient hashed from the whole batch, then all are multiplied.
//! Terms with the same second argument merge, so m proofs under k keys take m + 2 k Miller loops
//! and one final exponentiation.

use crate::{
    coefficients::coefficients,
    multiples::{endomorphism_sum, fixed_sum, Coefficient},
    powers::power_of_pair,
    verify::{check_count, VerifyError},
    KeyId, PreparedVerifyingKey, Proof,
};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use ark_bn254::{Bn254, Config, Fq12, Fr, G1Affine};
use ark_ec::{bn::G2Prepared, pairing::Pairing, CurveGroup};
use ark_ff::{AdditiveGroup, Field};

/// One statement and its proof.
#[derive(Clone, Copy, Debug)]
pub struct BatchItem<'a> {
    /// The key of the circuit.
    pub key: &'a PreparedVerifyingKey,
    /// The public inputs.
    pub inputs: &'a [Fr],
    /// The proof.
    pub proof: &'a Proof,
}

/// Why a batch is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// Nothing to verify; a caller that took this for success would accept nothing as something.
    #[error("the batch is empty")]
    Empty,
    /// An item has a wrong number of public inputs.
    #[error(
        "item {index} of the batch: {actual} public inputs were given, the key is for {expected}"
    )]
    InputCount {
        /// Position of the item, counted from 0.
        index: usize,
        /// The number that the key is for.
        expected: usize,
        /// The number that was given.
        actual: usize,
    },
    /// At least one proof does not hold; verifying one by one tells which.
    #[error("at least one proof of the batch does not hold: verify them one by one to find it")]
    Refused,
}

/// Accepts a batch in which every proof holds. A batch with a proof that does not hold is accepted
/// with a probability of about 2^-128 over the choice of the hash function.
///
/// Items may come under different keys; items under keys with the same id share work.
pub fn verify_batch(items: &[BatchItem<'_>]) -> Result<(), BatchError> {
    if items.is_empty() {
        return Err(BatchError::Empty);
    }
    for (index, item) in items.iter().enumerate() {
        check_count(item.key, item.inputs).map_err(|error| located(index, error))?;
    }
    let mut equation = Equation::default();
    for (item, coefficient) in items.iter().zip(coefficients(items)) {
        equation.add(item, coefficient);
    }
    if equation.holds() {
        Ok(())
    } else {
        Err(BatchError::Refused)
    }
}

fn located(index: usize, error: VerifyError) -> BatchError {
    match error {
        VerifyError::InputCount { expected, actual } => {
            BatchError::InputCount { index, expected, actual }
        }
        VerifyError::Refused => BatchError::Refused,
    }
}

/// The product of all equations so far.
#[derive(Default)]
struct Equation<'a> {
    left: Vec<G1Affine>,
    right: Vec<G2Prepared<Config>>,
    groups: BTreeMap<KeyId, Group<'a>>,
}

impl<'a> Equation<'a> {
    fn add(&mut self, item: &BatchItem<'a>, coefficient: Coefficient) {
        self.left.push(endomorphism_sum(&[item.proof.a], &[coefficient]).into_affine());
        self.right.push(item.proof.b.into());
        self.groups
            .entry(item.key.id())
            .or_insert_with(|| Group::new(item.key))
            .add(item, coefficient);
    }

    fn holds(mut self) -> bool {
        let mut expected = Fq12::ONE;
        for group in self.groups.values() {
            let points = [group.statements(), group.thirds()];
            self.left.extend(points);
            self.right.extend([group.key.gamma.clone(), group.key.delta.clone()]);
            expected *= group.alpha_beta();
        }
        Bn254::multi_pairing(self.left, self.right).0 == expected
    }
}

/// What the items under one key add up to.
struct Group<'a> {
    key: &'a PreparedVerifyingKey,
    coefficients: Vec<Coefficient>,
    /// Sums of coefficient times input, the constant input 1 first.
    inputs: Vec<Fr>,
    thirds: Vec<G1Affine>,
}

impl<'a> Group<'a> {
    fn new(key: &'a PreparedVerifyingKey) -> Self {
        Self {
            key,
            coefficients: Vec::new(),
            inputs: vec![Fr::ZERO; key.ic.len()],
            thirds: Vec::new(),
        }
    }

    fn add(&mut self, item: &BatchItem<'_>, coefficient: Coefficient) {
        let value = coefficient.value();
        let inputs = core::iter::once(&Fr::ONE).chain(item.inputs);
        self.inputs.iter_mut().zip(inputs).for_each(|(sum, input)| *sum += value * input);
        self.coefficients.push(coefficient);
        self.thirds.push(item.proof.c);
    }

    /// The first argument of the pairing with -gamma.
    fn statements(&self) -> G1Affine {
        fixed_sum(&self.key.ic, &self.inputs).into_affine()
    }

    /// The first argument of the pairing with -delta.
    fn thirds(&self) -> G1Affine {
        endomorphism_sum(&self.thirds, &self.coefficients).into_affine()
    }

    /// e(alpha, beta) to the sum of the coefficients.
    fn alpha_beta(&self) -> Fq12 {
        let sum = |part: fn(&Coefficient) -> u64| {
            self.coefficients.iter().map(|c| u128::from(part(c))).sum()
        };
        power_of_pair(
            &self.key.alpha_beta,
            sum(|c| c.low),
            &self.key.alpha_beta_lambda,
            sum(|c| c.high),
        )
    }
}
