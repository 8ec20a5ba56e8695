//! The parts that circuits are made of. Each allocates its wires and writes its rows in one pass.

mod assigned;
mod bits;
mod distances;
mod edwards;
mod fold;
mod one_hot;
mod pack;
mod poseidon;
mod product;
mod relu;

pub(crate) use assigned::{Integer, Wire};
pub(crate) use bits::{Bits, Signed};
pub(crate) use distances::{Distances, Exceptions};
pub(crate) use edwards::Point;
pub(crate) use fold::{Fold, Powers, Unit};
pub(crate) use one_hot::OneHot;
pub(crate) use pack::Stream;
pub(crate) use poseidon::{sponge, Sponge};
pub(crate) use product::Accumulator;
pub(crate) use relu::relu_shift;

use crate::r1cs::Term;
use ark_bn254::Fr;

/// The terms of a combination, each multiplied by `scale`.
pub(crate) fn scaled(
    terms: impl IntoIterator<Item = Term>,
    scale: Fr,
) -> impl Iterator<Item = Term> {
    terms.into_iter().map(move |(coefficient, wire)| (coefficient * scale, wire))
}

/// The powers `1, 2^bits, 2^(2·bits), ...`; `bits` is below 128.
pub(crate) fn powers(bits: u32) -> impl Iterator<Item = Fr> + Clone {
    let base = Fr::from(1u128 << bits);
    std::iter::successors(Some(Fr::from(1u64)), move |power| Some(*power * base))
}

#[cfg(test)]
mod tests;
