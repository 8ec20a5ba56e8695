//! The head of labels: an output that is not negative names its label, each right answer counts.
//!
//! The outputs are numbers of `sum_bits` bits that `C_Y` commits to, and the sums of a layer like
//! those of hidden layers, so they are the model's by the same argument. The top bit `p` of a
//! raised output is 1 exactly if the output is at least 0.
//!
//! A claim `c` is a bit with `c·(p − L + 2·(1 − real)) = 0` for the label's bit `L`. The bracket is
//! `p − L` for a sample, zero exactly if the answer is right, and between 1 and 3 for padding. The
//! score is the sum of all claims.

use super::{
    head::{allocate_claims, enforce_score, Head, HeadLayer},
    labels::Label,
    sums,
};
use crate::{
    gadgets::Signed,
    r1cs::{wire, Synthesizer, ONE},
};
use ark_bn254::Fr;
use ark_ff::Field;

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

    fn claim(&self, cs: &mut Synthesizer, labels: &[Label], claims: &[bool]) {
        let claims = allocate_claims(cs, claims);
        cs.section("claims");
        let two = Fr::from(2u8);
        for ((sample, label), claims) in
            labels.iter().enumerate().zip(claims.chunks(self.outputs.len().max(1)))
        {
            for ((number, outputs), claim) in self.outputs.iter().enumerate().zip(claims) {
                let prediction = outputs[sample].raised().top();
                let fault = [
                    (Fr::ONE, prediction),
                    (-Fr::ONE, label.answer(number)),
                    (two, ONE),
                    (-two, label.real()),
                ];
                cs.enforce(fault, wire(*claim), []);
            }
        }
        enforce_score(cs, claims.iter().map(|claim| (Fr::ONE, *claim)), 1);
    }
}
