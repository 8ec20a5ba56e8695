//! The head of labels: an output that is not negative names its label, each right answer counts.
//!
//! The outputs are numbers of `sum_bits` bits that `C_Y` commits to, and the sums of a layer like
//! those of hidden layers, so they are the model's by the same argument. The top bit `s` of a
//! raised output is 1 exactly if the output is at least 0.
//!
//! An answer is right if `s` is the label's bit `L`, so `1 − s − L + 2·s·L` is 1 for a right answer
//! and 0 for a wrong one. A sample counts the sum over its answers, times the bit that says that it
//! is no padding. All of it follows from the outputs and the labels: nothing is left to choose, and
//! the score is the sum over all samples.

use super::{
    head::{enforce_score, worth, Head, HeadLayer},
    labels::Label,
    sums,
};
use crate::{
    gadgets::{Signed, Wire},
    r1cs::{wire, Synthesizer, Term, ONE},
};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// The outputs: label by label, sample by sample.
pub(super) struct Labels {
    outputs: Vec<Vec<Signed>>,
}

impl Labels {
    pub(super) fn allocate(cs: &mut Synthesizer, sum_bits: u32, outputs: &[Vec<i64>]) -> Self {
        cs.section("output bits");
        let outputs = outputs.iter().map(|output| sums::allocate_unit(cs, output, sum_bits));
        Self { outputs: outputs.collect() }
    }

    /// The number of right answers about a sample.
    fn points(&self, cs: &mut Synthesizer, sample: usize, label: &Label) -> Vec<Term> {
        cs.section("named labels");
        let mut points = Vec::with_capacity(4 * self.outputs.len());
        for (number, outputs) in self.outputs.iter().enumerate() {
            let named = outputs[sample].raised().top();
            points.extend(right_answer(cs, named, label.answer(number)));
        }
        points
    }
}

/// Whether two bits are the same, `1 − s − L + 2·s·L`: one row.
fn right_answer(cs: &mut Synthesizer, named: usize, holds: usize) -> [Term; 4] {
    let value = cs.value(named) * cs.value(holds);
    let both = Wire::allocate(cs, value);
    cs.enforce(wire(named), wire(holds), both.terms());
    [(Fr::ONE, ONE), (-Fr::ONE, named), (-Fr::ONE, holds), (Fr::ONE.double(), both.index)]
}

impl Head for Labels {
    fn bits(&self) -> Vec<usize> {
        sums::bits(&self.outputs).collect()
    }

    fn enforce(&self, cs: &mut Synthesizer, layer: &HeadLayer<'_>, _: &[Label]) {
        cs.section("head");
        for (unit, outputs) in layer.units().zip(&self.outputs) {
            layer.enforce_unit(cs, unit, outputs.iter().map(|output| output.terms()), []);
        }
    }

    fn score(&self, cs: &mut Synthesizer, labels: &[Label]) {
        let mut counted = Vec::with_capacity(labels.len());
        for (sample, label) in labels.iter().enumerate() {
            let points = self.points(cs, sample, label);
            counted.push(worth(cs, label.real(), &points));
        }
        enforce_score(cs, counted, 1);
    }
}
