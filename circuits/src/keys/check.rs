//! Whether the points of a proving key belong to its verifying key.
//!
//! `docs/circuits.md` proves what each check is worth, and says what no check of a key alone shows.

use super::Reduction;
use crate::r1cs::Matrices;
use ark_bn254::{Bn254, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::{pairing::Pairing, AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Zero};
use ark_groth16::ProvingKey;
use ark_std::rand::{rngs::OsRng, RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

/// Bits of the coefficients of a random combination. They are drawn anew for each check, so nobody
/// can search for a key that passes: a wrong one passes with probability `2^-48`.
const COEFFICIENT_BITS: u32 = WINDOWS * WINDOW_BITS;
/// Bits of a coefficient that one pass over the points takes.
const WINDOW_BITS: u32 = 12;
/// Passes over the points.
const WINDOWS: u32 = 4;

/// Why the points of a proving key must not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A list of points has the wrong length.
    #[error("the key has {found} points {list} where {expected} are needed: do not use it")]
    Count {
        /// The list.
        list: &'static str,
        /// Points that belong to the circuit.
        expected: usize,
        /// Points of the key.
        found: usize,
    },
    /// The points that proofs are blinded with do not belong to the verifying key.
    #[error(
        "beta and delta in G1 do not belong to the verifying key: do not use this key, \
         its proofs may give the model away"
    )]
    Blinding,
    /// The points B in the two groups differ.
    #[error("the points B differ between G1 and G2: do not use this key")]
    Twins,
    /// The points L do not follow from A and B.
    #[error("the points L do not follow from A and B: do not use this key")]
    Derived,
    /// The operating system gave no randomness, without which points cannot be compared.
    #[error("the operating system gave no randomness to check the key with: {0}")]
    Randomness(String),
}

/// Checks that the points which blind a proof, beta and delta in G1, belong to the verifying key:
/// delta is not at infinity, and beta is to delta in G1 what it is in G2. Takes a few milliseconds.
pub(super) fn check_blinding(points: &ProvingKey<Bn254>) -> Result<(), KeyFault> {
    let blinds = !points.delta_g1.is_zero();
    let equal = blinds && are_twins(points, points.beta_g1, points.vk.beta_g2);
    equal.then_some(()).ok_or(KeyFault::Blinding)
}

/// Checks that each point of B is to delta in G1 what it is in G2, by a random combination of all
/// of them.
pub(super) fn check_twins(points: &ProvingKey<Bn254>) -> Result<(), KeyFault> {
    let (in_g1, in_g2) = (&points.b_g1_query, &points.b_g2_query);
    check_count("B in G1", points.a_query.len(), in_g1)?;
    check_count("B in G2", points.a_query.len(), in_g2)?;
    let coefficients = coefficients(in_g1.len())?;
    let (in_g1, in_g2): (G1Projective, G2Projective) =
        rayon::join(|| combination(in_g1, &coefficients), || combination(in_g2, &coefficients));
    let (in_g1, in_g2) = (in_g1.into_affine(), in_g2.into_affine());
    let equal = in_g2.is_in_correct_subgroup_assuming_on_curve() && are_twins(points, in_g1, in_g2);
    equal.then_some(()).ok_or(KeyFault::Twins)
}

/// Checks `delta·l = beta·a + alpha·b` for all private wires that the matrix C does not name, by a
/// random combination. Where C names a wire, the powers of tau would be needed as well.
pub(super) fn check_derived(
    points: &ProvingKey<Bn254>,
    matrices: &Matrices,
) -> Result<(), KeyFault> {
    let [_, _, c] = matrices.abc();
    let mut coefficients = coefficients(matrices.wires())?;
    let public = matrices.public() + 1;
    let named = c.iter().flatten().map(|(_, wire)| *wire);
    for wire in (0..public).chain(named) {
        if let Some(coefficient) = coefficients.get_mut(wire) {
            *coefficient = 0;
        }
    }
    let private = coefficients.get(public..).unwrap_or_default();
    let a: G1Projective = combination(&points.a_query, &coefficients);
    let l: G1Projective = combination(&points.l_query, private);
    let b: G2Projective = combination(&points.b_g2_query, &coefficients);
    let in_g1 = [a.into_affine(), points.vk.alpha_g1, (-l).into_affine()];
    let in_g2 = [points.vk.beta_g2, b.into_affine(), points.vk.delta_g2];
    let equal = Bn254::multi_pairing(in_g1, in_g2).is_zero();
    equal.then_some(()).ok_or(KeyFault::Derived)
}

/// Checks that a key has as many points as a circuit needs.
pub(super) fn check_counts(
    points: &ProvingKey<Bn254>,
    reduction: Reduction,
    matrices: &Matrices,
) -> Result<(), KeyFault> {
    let (wires, public) = (matrices.wires(), matrices.public());
    check_count("A", wires, &points.a_query)?;
    check_count("B in G1", wires, &points.b_g1_query)?;
    check_count("B in G2", wires, &points.b_g2_query)?;
    check_count("L", wires.saturating_sub(public + 1), &points.l_query)?;
    let quotient = match reduction {
        Reduction::Libsnark => matrices.domain_size() - 1,
        Reduction::Circom => matrices.domain_size(),
    };
    check_count("H", quotient, &points.h_query)
}

fn check_count<P>(list: &'static str, expected: usize, points: &[P]) -> Result<(), KeyFault> {
    let found = points.len();
    if found == expected {
        Ok(())
    } else {
        Err(KeyFault::Count { list, expected, found })
    }
}

/// Whether two points have the same ratio to delta, each in its group. Both must be in the groups
/// of prime order. Delta and not a generator, because whoever makes a key may choose those.
fn are_twins(points: &ProvingKey<Bn254>, in_g1: G1Affine, in_g2: G2Affine) -> bool {
    let left = [in_g1, -points.delta_g1];
    Bn254::multi_pairing(left, [points.vk.delta_g2, in_g2]).is_zero()
}

fn coefficients(count: usize) -> Result<Vec<u64>, KeyFault> {
    let mut seed = [0; 32];
    let filled = OsRng.try_fill_bytes(&mut seed);
    filled.map_err(|error| KeyFault::Randomness(error.to_string()))?;
    let mut rng = ChaCha20Rng::from_seed(seed);
    Ok((0..count).map(|_| rng.next_u64() >> (u64::BITS - COEFFICIENT_BITS)).collect())
}

/// The sum of all points, each times its coefficient.
fn combination<P: AffineRepr>(points: &[P], coefficients: &[u64]) -> P::Group {
    let chunk = points.len().div_ceil(rayon::current_num_threads()).max(1);
    let chunks = points.par_chunks(chunk).zip(coefficients.par_chunks(chunk));
    chunks.map(|(points, coefficients)| chunk_sum(points, coefficients)).sum()
}

/// The bucket method: a pass for each window of the coefficients, the highest first.
fn chunk_sum<P: AffineRepr>(points: &[P], coefficients: &[u64]) -> P::Group {
    (0..WINDOWS).rev().fold(P::Group::zero(), |sum, window| {
        let raised = (0..WINDOW_BITS).fold(sum, |sum, _| sum.double());
        raised + window_sum(points, coefficients, window * WINDOW_BITS)
    })
}

fn window_sum<P: AffineRepr>(points: &[P], coefficients: &[u64], shift: u32) -> P::Group {
    // On the heap: in G2 they are most of a megabyte.
    let mut buckets: Vec<P::Group> =
        std::iter::repeat_n(P::Group::zero(), 1 << WINDOW_BITS).collect();
    let mask = (1 << WINDOW_BITS) - 1;
    for (point, coefficient) in points.iter().zip(coefficients) {
        let number = (coefficient >> shift) & mask;
        let bucket = buckets.get_mut(number as usize);
        if let Some(bucket) = bucket.filter(|_| number > 0 && !point.is_zero()) {
            *bucket += *point;
        }
    }
    // Each bucket times its number: the sum of the sums of all buckets from each one upwards.
    let mut above = P::Group::zero();
    buckets.iter().skip(1).rev().fold(P::Group::zero(), |sum, bucket| {
        above += bucket;
        sum + above
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::Fr;
    use ark_ff::UniformRand;
    use ark_std::rand::rngs::StdRng;

    #[test]
    fn a_combination_is_the_sum_of_all_products() {
        let mut rng = StdRng::seed_from_u64(1);
        for count in [0, 1, 2, 3, 50] {
            let mut points: Vec<G1Affine> = (0..count).map(|_| G1Affine::rand(&mut rng)).collect();
            if let Some(last) = points.last_mut() {
                *last = G1Affine::zero();
            }
            let coefficients = coefficients(count).unwrap();
            let products =
                points.iter().zip(&coefficients).map(|(point, factor)| *point * Fr::from(*factor));
            let expected: G1Projective = products.sum();
            assert_eq!(combination(&points, &coefficients), expected, "{count} points");
        }
    }

    #[test]
    fn coefficients_use_all_their_bits() {
        let coefficients = coefficients(1000).unwrap();
        let seen = coefficients.iter().fold(0, |seen, coefficient| seen | coefficient);
        assert_eq!(seen, (1 << COEFFICIENT_BITS) - 1);
    }
}
