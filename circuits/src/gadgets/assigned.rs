//! Wires together with their values.
//!
//! Values are read back from the wires and never carried past them, so what a circuit computes
//! from them follows a wire that an audit overrides.

use super::Signed;
use crate::r1cs::{wire, Synthesizer, Term};
use ark_bn254::Fr;

/// A wire and its value.
#[derive(Clone, Copy)]
pub(crate) struct Wire {
    pub(crate) index: usize,
    pub(crate) value: Fr,
}

/// A range-checked signed integer and its value.
#[derive(Clone, Copy)]
pub(crate) struct Integer {
    bits: Signed,
    value: Fr,
}

impl Wire {
    /// Allocates a private wire.
    pub(crate) fn allocate(cs: &mut Synthesizer, value: Fr) -> Self {
        let index = cs.witness(value);
        Self::at(cs, index)
    }

    /// A wire that is there.
    pub(crate) fn at(cs: &Synthesizer, index: usize) -> Self {
        Self { index, value: cs.value(index) }
    }

    /// The wire as a combination.
    pub(crate) fn terms(self) -> [Term; 1] {
        wire(self.index)
    }
}

impl Integer {
    /// Allocates a value and demands that it fits its width.
    ///
    /// A value that no valid input reaches is cut off, so that forged inputs cannot overflow. It
    /// stays outside its range, so its row is violated all the same.
    pub(crate) fn allocate(cs: &mut Synthesizer, value: i64, width: u32) -> Self {
        let limit = 1 << width;
        let bits = Signed::allocate(cs, value.clamp(-limit, limit), width);
        Self { bits, value: cs.evaluate(bits.terms()) }
    }

    /// The value as a combination.
    pub(crate) fn terms(self) -> impl Iterator<Item = Term> + Clone {
        self.bits.terms()
    }

    /// The bits.
    pub(crate) fn bits(self) -> Signed {
        self.bits
    }

    /// Combination and value, to multiply with.
    pub(crate) fn factor(self) -> (impl Iterator<Item = Term>, Fr) {
        (self.terms(), self.value)
    }
}
