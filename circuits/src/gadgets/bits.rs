//! Range checks by bits.

use crate::r1cs::{Synthesizer, Term, ONE};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};

/// An unsigned integer of a fixed width: that many boolean wires in a row, lowest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits {
    first: usize,
    len: u32,
}

impl Bits {
    /// Allocates the bits of a value and demands that each is 0 or 1.
    ///
    /// A value outside `0..2^len` leaves its excess in the last wire, so that the combination of
    /// the wires is the value all the same, and the last wire's row alone is violated.
    pub(crate) fn allocate(cs: &mut Synthesizer, value: i64, len: u32) -> Self {
        let bits = Self { first: cs.wires(), len };
        let top = len - 1;
        for bit in 0..len {
            let part = if bit == top { value >> top } else { value >> bit & 1 };
            let wire = cs.witness(small(part));
            cs.enforce_boolean(|| [(Fr::ONE, wire)]);
        }
        bits
    }

    /// The value as a combination.
    pub(crate) fn terms(self) -> impl Iterator<Item = Term> + Clone {
        self.above(0)
    }

    /// The value of the bits from `low` upwards, `value >> low`, as a combination.
    pub(crate) fn above(self, low: u32) -> impl Iterator<Item = Term> + Clone {
        let wires = self.first + low as usize..self.first + self.len as usize;
        let powers = std::iter::successors(Some(Fr::ONE), |power| Some(power.double()));
        powers.zip(wires)
    }

    /// The wires.
    pub(crate) fn wires(self) -> std::ops::Range<usize> {
        self.first..self.first + self.len as usize
    }

    /// The lowest `len` bits alone.
    pub(crate) fn lowest(self, len: u32) -> Self {
        Self { len, ..self }
    }

    /// The wire of the highest bit.
    pub(crate) fn top(self) -> usize {
        self.first + self.len as usize - 1
    }

    /// Number of bits.
    pub(crate) fn len(self) -> u32 {
        self.len
    }
}

/// A signed integer of a fixed width: the bits of `value + 2^(width − 1)`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed {
    bits: Bits,
}

impl Signed {
    /// Allocates a value and demands that it fits its width.
    pub(crate) fn allocate(cs: &mut Synthesizer, value: i64, width: u32) -> Self {
        Self { bits: Bits::allocate(cs, value + (1 << (width - 1)), width) }
    }

    /// The value as a combination.
    pub(crate) fn terms(self) -> impl Iterator<Item = Term> + Clone {
        let offset = -Fr::from(1u64 << (self.bits.len - 1));
        self.bits.terms().chain([(offset, ONE)])
    }

    /// The raised, unsigned value.
    pub(crate) fn raised(self) -> Bits {
        self.bits
    }
}

/// The element of a small integer.
fn small(value: i64) -> Fr {
    match value {
        0 => Fr::ZERO,
        1 => Fr::ONE,
        value => Fr::from(value),
    }
}
