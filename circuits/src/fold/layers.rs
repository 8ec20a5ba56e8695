//! The layers, folded over all samples.
//!
//! For each unit `k` of a hidden layer
//!
//! ```text
//! Σ_d w_kd·u_d + b_k·Σ_n κ(n)  =  Σ_n κ(n)·y_(n,k)
//! ```
//!
//! with `u_d` the fold of the unit's `d`-th input over all samples. If `u` is the fold of the real
//! inputs, the difference of both sides is `Σ_n κ(n)·t_n` with `t_n = w·x_n + b − y_n`, integers
//! that are fixed before `ρ`. By the wide bits of the layer `|t_n| <= 2^B' − 1` and `B'·p <= 253`,
//! so the lemma of `gadgets::fold` gives `t_n = 0` for every sample, but for `⌈N/p⌉ − 1` values of
//! `ρ`.
//!
//! Activations follow from the bits of their sums, so they are right too; they are folded in the
//! circuit with the base of the layer that takes them in, which gives that layer's `u`.
//!
//! The fold runs over padding as well: a sample of zeros has sums of its own.

use super::{circuit::RHO, parameters::Model, sums::Hidden};
use crate::{
    gadgets::{Fold, Powers, Wire},
    r1cs::Synthesizer,
};
use nocknock_primitives::model::architecture::{Architecture, Layer};

/// The least number of powers. With `ρ²` among them `ρ` stands in a row, and so cannot be dropped
/// from the system, even where one element holds all samples.
const LEAST_POWERS: usize = 3;

/// The powers of `ρ`, as many as the layer with the fewest samples in an element needs.
pub(super) fn powers(cs: &mut Synthesizer, architecture: &Architecture) -> Powers {
    cs.section("powers");
    let samples = usize::from(architecture.samples);
    let groups = architecture.layers().map(|layer| samples.div_ceil(layer.pack));
    let count = groups.fold(LEAST_POWERS, usize::max);
    Powers::allocate(cs, RHO, count)
}

/// How a layer folds.
pub(super) fn fold<'a>(architecture: &Architecture, layer: &Layer, powers: &'a Powers) -> Fold<'a> {
    Fold::new(powers, layer.wide_bits, layer.pack, architecture.samples.into())
}

/// Demands that the sums of all hidden layers are right, given the folded inputs of the first;
/// gives the folded inputs of the head.
pub(super) fn enforce(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    powers: &Powers,
    model: &Model,
    hidden: &[Hidden],
    inputs: Vec<Wire>,
) -> Vec<Wire> {
    let folds: Vec<Fold<'_>> =
        architecture.layers().map(|layer| fold(architecture, &layer, powers)).collect();
    let mut folded = inputs;
    for ((folds, parameters), layer) in folds.windows(2).zip(&model.layers).zip(hidden) {
        let [fold, next] = folds else { continue };
        cs.section("layer");
        for (unit, sums) in parameters.units().zip(&layer.sums) {
            let elements = fold.pack(sums.iter().map(|sum| sum.terms()));
            fold.enforce_unit(cs, &folded, unit, &elements, []);
        }
        cs.section("folded activations");
        let fold_unit = |unit: &Vec<Wire>| {
            let elements = next.pack(unit.iter().map(|activation| activation.terms()));
            next.sum(cs, &elements)
        };
        folded = layer.activations.iter().map(fold_unit).collect();
    }
    folded
}
