//! The parameters of a model.

use super::shape::{Dimensions, MlpShape};
use alloc::{vec, vec::Vec};
use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Integer weights and biases of a perceptron with one hidden layer.
///
/// They are what a worker sells, so they are wiped on drop and `Debug` does not show them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Weights {
    /// `W1`, `H x D`, row by row.
    pub hidden: Vec<i32>,
    /// `b1`, `H` values.
    pub hidden_bias: Vec<i32>,
    /// `W2`, `C x H`, row by row.
    pub output: Vec<i32>,
    /// `b2`, `C` values.
    pub output_bias: Vec<i32>,
}

/// Why weights do not belong to a shape. The texts never show a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// A part has the wrong number of values.
    #[error("{part} must have {expected} values in this shape, not {found}")]
    Length {
        /// The part.
        part: &'static str,
        /// Values that the shape asks for.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// A value is outside its width.
    #[error("value {index} of {part} does not fit into {bits} signed bits: clip it first")]
    Range {
        /// The part.
        part: &'static str,
        /// Position of the value, from 0.
        index: usize,
        /// The declared width.
        bits: u8,
    },
}

/// One of the four lists of a model, with its place in a shape.
#[derive(Clone, Copy)]
pub struct WeightPart<'a> {
    /// What it is called in messages.
    pub name: &'static str,
    /// The values.
    pub values: &'a [i32],
    /// How many the shape asks for.
    pub expected: usize,
    /// Bits of a value, signed.
    pub bits: u8,
}

impl Weights {
    /// The model whose parameters are all zero.
    pub fn zero(shape: &MlpShape) -> Self {
        let [hidden, hidden_bias, output, output_bias] = Self::lengths(shape);
        Self {
            hidden: vec![0; hidden],
            hidden_bias: vec![0; hidden_bias],
            output: vec![0; output],
            output_bias: vec![0; output_bias],
        }
    }

    /// The four parts in the order in which they are packed and hashed.
    pub fn parts(&self, shape: &MlpShape) -> [WeightPart<'_>; 4] {
        let [hidden, hidden_bias, output, output_bias] = Self::lengths(shape);
        let part = |name, values, expected, bits| WeightPart { name, values, expected, bits };
        [
            part("the hidden weights", &self.hidden[..], hidden, shape.weight_bits),
            part("the hidden biases", &self.hidden_bias[..], hidden_bias, shape.hidden_bias_bits),
            part("the output weights", &self.output[..], output, shape.weight_bits),
            part("the output biases", &self.output_bias[..], output_bias, shape.output_bias_bits),
        ]
    }

    /// Checks the number of values and their ranges.
    pub fn check(&self, shape: &MlpShape) -> Result<(), WeightError> {
        self.parts(shape).iter().try_for_each(WeightPart::check)
    }

    /// Values of `W1`, `b1`, `W2` and `b2`.
    pub(super) fn lengths(shape: &MlpShape) -> [usize; 4] {
        let [inputs, hidden, classes] =
            [shape.inputs, shape.hidden, shape.classes].map(usize::from);
        [hidden.saturating_mul(inputs), hidden, classes.saturating_mul(hidden), classes]
    }
}

impl WeightPart<'_> {
    fn check(&self) -> Result<(), WeightError> {
        let Self { name: part, values, expected, bits } = *self;
        if values.len() != expected {
            return Err(WeightError::Length { part, expected, found: values.len() });
        }
        let range = Dimensions::min_signed(bits)..=Dimensions::max_signed(bits);
        match values.iter().position(|value| !range.contains(&i64::from(*value))) {
            Some(index) => Err(WeightError::Range { part, index, bits }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weights(hidden)")
    }
}

impl fmt::Debug for WeightPart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeightPart({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::shape::TINY_4X3X2;

    #[test]
    fn the_bounds_of_each_part_are_its_own() {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.hidden[0] = -4;
        weights.hidden_bias[2] = 7;
        weights.output_bias[1] = -8;
        assert_eq!(weights.check(&TINY_4X3X2), Ok(()));
        weights.hidden[11] = 4;
        let refused = WeightError::Range { part: "the hidden weights", index: 11, bits: 3 };
        assert_eq!(weights.check(&TINY_4X3X2), Err(refused));
    }

    #[test]
    fn a_missing_value_is_refused() {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.output.pop();
        let refused = WeightError::Length { part: "the output weights", expected: 6, found: 5 };
        assert_eq!(weights.check(&TINY_4X3X2), Err(refused));
    }

    #[test]
    fn neither_debug_output_nor_errors_show_values() {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.hidden[0] = 4242;
        let error = weights.check(&TINY_4X3X2);
        assert!(!alloc::format!("{weights:?} {error:?}").contains("4242"));
    }
}
