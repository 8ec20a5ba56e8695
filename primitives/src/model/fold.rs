//! The fold of a data block: the one number by which a proof of a score sees a whole block.
//!
//! The chain knows the block when it verifies, so the circuit need not hold it. A challenge `ρ`
//! folds the samples, a challenge `θ` what is left of them:
//!
//! ```text
//! κ(n) = ρ^⌊n/p⌋ · 2^(B'·(n mod p))             B' wide bits and p pack of the first layer
//! u_d  = Σ_n κ(n)·x(n, d)                       for each of the D inputs
//! E    = Σ_(d<D) θ^d·u_(d+1) + θ^D·Σ_j θ^j·Λ_j  Λ the elements of the labels
//! ```
//!
//! Padding has inputs of zero and adds nothing to `u`.
//!
//! The chain, workers and tests all compute this here. Since the chain does so in WebAssembly,
//! where a product in the field is slow, the sums over samples are sums of integers: `κ(n)` is cut
//! into eight limbs of 32 bits and each limb has its own sum.

use super::{
    architecture::{Architecture, MAX_SAMPLES},
    samples::Block,
};
use crate::model::field;
use alloc::{vec, vec::Vec};
use nocknock_poseidon::{sponge_hash, DomainTag, Fr};

/// Tag of `C_u`.
pub const INPUTS_TAG: DomainTag = DomainTag::new(b"nn/fold/inputs/1");

/// Eight numbers that stand for `Σ_i number_i · 2^(32 i)`.
type Limbs = [u64; 8];

// No sum of one limb over a block overflows. A limb of κ has 32 bits, an input at most 16, and a
// block of any architecture at most 2^12 samples: the sum is below 2^32 · 2^16 · 2^12 = 2^60, and
// below 2^61 with a carry of 32 bits.
const _: () = assert!(MAX_SAMPLES <= 1 << 12);

/// `u_1 … u_D`, the inputs of a block folded at `ρ`, one for each input of the architecture.
pub fn fold_inputs(architecture: &Architecture, block: &Block, rho: Fr) -> Vec<Fr> {
    let mut sums = vec![Limbs::default(); architecture.inputs.into()];
    for (sample, coefficient) in block.samples().iter().zip(coefficients(architecture, rho)) {
        let coefficient = limbs(&coefficient);
        for (sum, input) in sums.iter_mut().zip(&sample.inputs) {
            add_product(sum, &coefficient, u64::from(*input));
        }
    }
    let place = place_252();
    sums.iter().map(|sum| element(sum, place)).collect()
}

/// `E`, the folded inputs and the elements of the labels evaluated at `θ`.
pub fn evaluate(theta: Fr, inputs: &[Fr], labels: &[Fr]) -> Fr {
    let coefficients = inputs.iter().chain(labels).rev();
    coefficients.fold(Fr::default(), |value, element| sum(product(value, theta), *element))
}

/// `C_u`, the hash of the folded inputs, which a prover sends with its proof.
pub fn inputs_hash(architecture: &Architecture, inputs: &[Fr]) -> Fr {
    let elements: Vec<Fr> =
        core::iter::once(architecture.digest()).chain(inputs.iter().copied()).collect();
    sponge_hash(INPUTS_TAG, &elements)
}

/// `κ(0), κ(1), …` without an end.
fn coefficients(architecture: &Architecture, rho: Fr) -> impl Iterator<Item = Fr> {
    let first = architecture.layers().next();
    // There always is a layer, at least the head, and its pack is never zero.
    let (wide_bits, pack) = first.map_or((0, 1), |layer| (layer.wide_bits, layer.pack.max(1)));
    let place = Fr::from(1u128.unbounded_shl(wide_bits));
    powers(Fr::from(1u8), rho).flat_map(move |group| powers(group, place).take(pack))
}

/// `first, first·ratio, first·ratio², …` without an end.
fn powers(first: Fr, ratio: Fr) -> impl Iterator<Item = Fr> {
    core::iter::successors(Some(first), move |power| Some(product(*power, ratio)))
}

/// The limbs of an element, each below `2^32`.
fn limbs(element: &Fr) -> Limbs {
    let bytes = field::to_bytes(element);
    let (words, _) = bytes.as_chunks::<4>();
    let mut limbs = Limbs::default();
    for (limb, word) in limbs.iter_mut().rev().zip(words) {
        *limb = u32::from_be_bytes(*word).into();
    }
    limbs
}

/// Adds `limbs · factor`. Nothing wraps, see above: the wrapping operations only say so without a
/// check in the innermost loop.
fn add_product(sums: &mut Limbs, limbs: &Limbs, factor: u64) {
    for (sum, limb) in sums.iter_mut().zip(limbs) {
        *sum = sum.wrapping_add(limb.wrapping_mul(factor));
    }
}

/// The element that sums of limbs stand for.
///
/// With the carries resolved, the number is one of 252 bits and a small one above it. So the field
/// sees one product and not one for each limb.
fn element(sums: &Limbs, place_252: Fr) -> Fr {
    let mut bytes = [0u8; 32];
    let mut carry = 0u64;
    for (word, sum) in bytes.as_chunks_mut::<4>().0.iter_mut().rev().zip(sums) {
        let total = sum.wrapping_add(carry);
        let [_, _, _, _, low @ ..] = total.to_be_bytes();
        *word = low;
        carry = total >> 32;
    }
    let [top, ..] = &mut bytes;
    let above = (carry << 4) | u64::from(*top >> 4);
    *top &= 0x0f;
    // Never refused: `2^252` is below the order.
    let below = field::from_bytes(&bytes).unwrap_or_default();
    sum(below, product(Fr::from(above), place_252))
}

/// `2^252`.
fn place_252() -> Fr {
    let half = Fr::from(1u128 << 126);
    product(half, half)
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn product(left: Fr, right: Fr) -> Fr {
    left * right
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn sum(left: Fr, right: Fr) -> Fr {
    left + right
}

#[cfg(test)]
mod tests;
