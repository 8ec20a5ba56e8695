//! Values packed into elements, as `nocknock_poseidon::packing` packs them.

use super::scaled;
use crate::r1cs::Term;
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_poseidon::packing::PACKED_BITS;

/// A stream of values of known widths. A value that does not fit whole into the current element
/// starts the next one. No rows are needed: an element is a combination of its values.
///
/// Packed values are below `2^252`, less than the order of the field, so an element has one reading
/// only, as long as every value is range-checked elsewhere.
#[derive(Debug)]
pub(crate) struct Stream {
    full: Vec<Vec<Term>>,
    current: Vec<Term>,
    scale: Fr,
    used: u32,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self { full: Vec::new(), current: Vec::new(), scale: Fr::ONE, used: 0 }
    }

    /// Appends a value of `bits` bits.
    pub(crate) fn push(&mut self, value: impl IntoIterator<Item = Term>, bits: u32) {
        if self.used + bits > PACKED_BITS {
            self.close();
        }
        self.current.extend(scaled(value, self.scale));
        self.scale *= Fr::from(1u64 << bits);
        self.used += bits;
    }

    /// The elements.
    pub(crate) fn finish(mut self) -> Vec<Vec<Term>> {
        if self.used > 0 {
            self.close();
        }
        self.full
    }

    fn close(&mut self) {
        self.full.push(std::mem::take(&mut self.current));
        self.scale = Fr::ONE;
        self.used = 0;
    }
}
