//! The labels of the block.
//!
//! They are bits, `C_Y` commits to them, and `E` says that they are the block's: see `transcript`.
//! So they are as well formed as the block, and its padding has labels of zero. That a label names
//! one class at most is demanded all the same; what the heads of classes show rests on it.

use super::witness::Witness;
use crate::{
    gadgets::{powers, Bits, Stream},
    r1cs::{wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_primitives::model::architecture::{Architecture, Head, TARGET_BITS};

/// The label of one sample: a wire for each of its bits in `Λ`.
pub(super) struct Label {
    pub(super) bits: Vec<usize>,
}

/// Allocates the labels of all samples, padding included.
pub(super) fn allocate(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    witness: &Witness,
) -> Vec<Label> {
    cs.section("label bits");
    let labels = witness.labels.iter().map(|bits| Label::allocate(cs, bits));
    let labels: Vec<Label> = labels.collect();
    if let Head::Classes { .. } = architecture.head {
        cs.section("one-hot labels");
        for label in &labels {
            cs.enforce_boolean(|| label.marks());
        }
    }
    labels
}

/// `Λ`, the labels as the chain packs them.
pub(super) fn elements(architecture: &Architecture, labels: &[Label]) -> Vec<Vec<Term>> {
    let mut stream = Stream::new();
    for label in labels {
        if let Head::Number { .. } = architecture.head {
            stream.push(wire(label.real()), 1);
            stream.push(label.target(), TARGET_BITS);
        } else {
            label.bits.iter().for_each(|bit| stream.push(wire(*bit), 1));
        }
    }
    stream.finish()
}

impl Label {
    fn allocate(cs: &mut Synthesizer, bits: &[bool]) -> Self {
        let bits = bits.iter().map(|bit| Bits::allocate(cs, i64::from(*bit), 1).top());
        Self { bits: bits.collect() }
    }

    /// The sum of the marks of all classes: 1 for a sample and 0 for padding.
    pub(super) fn marks(&self) -> impl Iterator<Item = Term> + '_ {
        self.bits.iter().map(|bit| (Fr::ONE, *bit))
    }

    /// The bit that says that a sample is no padding, where classes do not say it.
    pub(super) fn real(&self) -> usize {
        self.bits[0]
    }

    /// The bit of an answer, counted from 0.
    pub(super) fn answer(&self, label: usize) -> usize {
        self.bits[label + 1]
    }

    /// The target.
    pub(super) fn target(&self) -> impl Iterator<Item = Term> + '_ {
        powers(1).zip(self.bits.iter().skip(1).copied())
    }
}
