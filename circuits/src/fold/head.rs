//! What all heads have in common.

use super::{
    best_classes::BestClasses,
    circuit::SCORE,
    classes::Classes,
    labels::Label,
    labels_head::Labels,
    number::Number,
    parameters::Dense,
    witness::{Outputs, Witness},
};
use crate::{
    gadgets::{scaled, Fold, Unit, Wire},
    r1cs::{wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_primitives::model::architecture::Architecture;

/// A head's part of the circuit.
pub(super) trait Head {
    /// The bits that `C_Y` commits to.
    fn bits(&self) -> Vec<usize>;

    /// The free elements that `C_Y` commits to.
    fn elements(&self) -> &[Wire] {
        &[]
    }

    /// Ties the bits to the outputs of the model.
    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, labels: &[Label]);

    /// Demands that the score is what the answers are worth.
    fn score(&self, cs: &mut Synthesizer, labels: &[Label]);
}

/// The last layer: its fold, its folded inputs and its parameters.
pub(super) struct HeadLayer<'a> {
    pub(super) fold: Fold<'a>,
    pub(super) inputs: &'a [Wire],
    pub(super) parameters: &'a Dense,
}

/// Allocates what the head of an architecture says of all samples, and demands what can be demanded
/// without a challenge.
pub(super) fn allocate(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    witness: &Witness,
    labels: &[Label],
) -> Box<dyn Head> {
    let tops = witness.tops(architecture);
    match &witness.outputs {
        Outputs::Classes { distance_bits, answers } => {
            Box::new(Classes::allocate(cs, *distance_bits, answers, labels, &tops))
        }
        Outputs::BestClasses { distance_bits, exceptions, rankings, claims } => {
            let bits = *distance_bits;
            Box::new(BestClasses::allocate(cs, bits, *exceptions, rankings, &tops, claims))
        }
        Outputs::Labels { sum_bits, outputs } => Box::new(Labels::allocate(cs, *sum_bits, outputs)),
        Outputs::Number { distance_bits, goal, errors } => {
            Box::new(Number::allocate(cs, *distance_bits, *goal, errors))
        }
    }
}

impl HeadLayer<'_> {
    /// The units, one for each output.
    pub(super) fn units(&self) -> impl Iterator<Item = Unit<'_>> {
        self.parameters.units()
    }

    /// Demands that the output of a unit is, for each sample, the number given here, less a number
    /// of each sample that all units share: its fold is `level`.
    pub(super) fn enforce_unit<T: IntoIterator<Item = Term>>(
        &self,
        cs: &mut Synthesizer,
        unit: Unit<'_>,
        numbers: impl IntoIterator<Item = T>,
        level: impl IntoIterator<Item = Term>,
    ) {
        let elements = self.fold.pack(numbers);
        self.fold.enforce_unit(cs, self.inputs, unit, &elements, level);
    }
}

/// Demands that the outputs of all classes, each with its distance, are the same for a sample. For
/// each class `j`, with the distances `e_j` that `distances` gives sample by sample,
///
/// ```text
/// Σ_k w_jk·u_k + b_j·Σ_n κ(n)  =  Σ_g ρ^g·M_g  −  Σ_n κ(n)·e_(n,j)
/// ```
///
/// `M_g`, the top, is a free element of a group of samples, which `C_Y` commits to as it is. All
/// classes share it, so the difference of the equations of two is `Σ_n κ(n)·t_n = 0` with
/// `t = (z_i + e_i) − (z_j + e_j)`. The wide bits of the head make room for the largest distance of
/// two outputs of any model and for that of two `e`: `2^w` without exceptions, else `2^(w+1)`. By
/// the lemma `z_j + e_j` is the same for all classes of a sample.
pub(super) fn enforce_tops<N, T>(
    cs: &mut Synthesizer,
    layer: &HeadLayer<'_>,
    tops: &[Wire],
    distances: impl Fn(usize) -> N,
) where
    N: Iterator<Item = T>,
    T: IntoIterator<Item = Term>,
{
    cs.section("head");
    let tops: Vec<Vec<Term>> = tops.iter().map(|top| top.terms().to_vec()).collect();
    let level = layer.fold.sum(cs, &tops);
    for (class, unit) in layer.units().enumerate() {
        let lowered = distances(class).map(|distance| scaled(distance, -Fr::ONE));
        layer.enforce_unit(cs, unit, lowered, level.terms());
    }
}

/// What a sample counts: these points if it is real, and nothing if it is padding. One row.
pub(super) fn worth(cs: &mut Synthesizer, real: usize, points: &[Term]) -> Term {
    cs.section("worth");
    let value = cs.evaluate(points.iter().copied()) * cs.value(real);
    let product = Wire::allocate(cs, value);
    cs.enforce(points.iter().copied(), wire(real), product.terms());
    (Fr::ONE, product.index)
}

/// Demands that a sum is the score, `times` over. Both are integers far below the order.
pub(super) fn enforce_score(cs: &mut Synthesizer, sum: impl IntoIterator<Item = Term>, times: u8) {
    cs.section("score");
    cs.enforce_equal(sum, scaled(wire(SCORE), Fr::from(times)));
}
