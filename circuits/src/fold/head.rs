//! What all heads have in common.

use super::{
    circuit::SCORE,
    classes::Classes,
    labels::Label,
    labels_head::Labels,
    number::Number,
    parameters::Dense,
    witness::{Outputs, Witness},
};
use crate::{
    gadgets::{scaled, Bits, Fold, Unit, Wire},
    r1cs::{wire, Synthesizer, Term},
};
use ark_bn254::Fr;
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

    /// Demands that only right answers are claimed, and that the score is what they are worth.
    fn claim(&self, cs: &mut Synthesizer, labels: &[Label], claims: &[bool]);
}

/// The last layer: its fold, its folded inputs and its parameters.
pub(super) struct HeadLayer<'a> {
    pub(super) fold: Fold<'a>,
    pub(super) inputs: &'a [Wire],
    pub(super) parameters: &'a Dense,
}

/// Allocates what the head of an architecture commits to.
pub(super) fn allocate(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    witness: &Witness,
) -> Box<dyn Head> {
    match &witness.outputs {
        Outputs::Classes { distance_bits, exceptions, rankings } => {
            let tops = witness.tops(architecture);
            Box::new(Classes::allocate(cs, *distance_bits, *exceptions, rankings, &tops))
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

/// Allocates the claims.
pub(super) fn allocate_claims(cs: &mut Synthesizer, claims: &[bool]) -> Vec<usize> {
    cs.section("claim bits");
    claims.iter().map(|claim| Bits::allocate(cs, i64::from(*claim), 1).top()).collect()
}

/// Demands that a sum is the score, `times` over. Both are integers far below the order.
pub(super) fn enforce_score(cs: &mut Synthesizer, sum: impl IntoIterator<Item = Term>, times: u8) {
    cs.section("score");
    cs.enforce_equal(sum, scaled(wire(SCORE), Fr::from(times)));
}
