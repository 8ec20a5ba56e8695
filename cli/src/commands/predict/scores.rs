//! A score for each class: the softmax of the outputs.
//!
//! Outputs are integers, and a model file does not say how many of them make a real number. That is
//! estimated from the architecture and the encoding, as the trainer of this project chooses it with
//! its usual settings. Whoever trains otherwise gets scores that are too bold or too timid, but in
//! the same order: scores are neither proved nor calibrated.

use nocknock_dataset::{
    encoding::{How, Levels},
    Encoding,
};
use nocknock_primitives::model::Architecture;

/// Standard deviations of a first weight that the largest weight stands for.
const RANGE: f64 = 4.0;

/// Bits of a weight from which on that range is used to the full.
const FULL_RANGE_BITS: f64 = 6.0;

/// Mean square of numbers that are spread evenly from 0 to 1.
const EVEN: f64 = 1.0 / 3.0;

/// Mean square of a sine that is moved and shrunk to 0 to 1.
const WAVE: f64 = 3.0 / 8.0;

/// A mean square that a column of zeros does not go below.
const LEAST: f64 = 1e-6;

/// A score has so many parts of one.
const PARTS: f64 = 1e6;

/// Turns outputs into scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scores {
    /// Outputs that belong to a class. Those behind them, which no row of the training data had,
    /// are left out.
    classes: usize,
    /// Integers that make a real output.
    unit: f64,
}

impl Scores {
    /// Scores of the first classes of an architecture.
    pub(super) fn new(
        architecture: &Architecture,
        encoding: Option<&Encoding>,
        classes: usize,
    ) -> Self {
        let mean_square = encoding.map_or(EVEN, mean_square);
        Self { classes, unit: unit(architecture, mean_square) }
    }

    /// A score for each class, which add up to one but for rounding.
    pub(super) fn of(&self, outputs: &[i128]) -> Vec<f64> {
        let outputs = outputs.get(..self.classes).unwrap_or(outputs);
        let highest = outputs.iter().copied().max().unwrap_or_default();
        let share = |output: &i128| ((*output - highest) as f64 / self.unit).exp();
        let shares: Vec<f64> = outputs.iter().map(share).collect();
        let total: f64 = shares.iter().sum();
        shares.into_iter().map(|share| (share / total * PARTS).round() / PARTS).collect()
    }
}

/// How many integers make a real output, where inputs between 0 and 1 have this mean square.
fn unit(architecture: &Architecture, mean_square: f64) -> f64 {
    let mut unit = architecture.max_input() as f64;
    let mut root = mean_square.max(LEAST).sqrt();
    for layer in architecture.layers() {
        let deviation = (2.0 / layer.inputs as f64).sqrt() / root;
        let largest = f64::from(layer.weight_bits.saturating_sub(1)).exp2() - 1.0;
        let range = RANGE * (f64::from(layer.weight_bits) / FULL_RANGE_BITS).min(1.0);
        let shift = layer.activation.map_or(0, |activation| activation.shift);
        unit *= largest / (range * deviation) / f64::from(shift).exp2();
        root = 1.0;
    }
    unit
}

/// The mean square of the inputs, about, as shares of the largest one.
fn mean_square(encoding: &Encoding) -> f64 {
    let squares = encoding.columns().iter().map(|column| squares(&column.how));
    squares.sum::<f64>() / f64::from(encoding.inputs())
}

/// The sum of the squares of a column's inputs, about.
fn squares(how: &How) -> f64 {
    match how {
        How::Steps { .. } | How::Ranks { .. } => EVEN,
        How::Choices { .. } | How::Buckets { .. } => 1.0,
        How::Date { parts, .. } => {
            let of_part = |levels: &Levels| match levels {
                Levels::Steps(_) => EVEN,
                Levels::Table(_) => WAVE,
            };
            parts.iter().map(|part| of_part(&part.levels)).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::{encoding_of, rows};
    use nocknock_primitives::model::names::named;

    fn scores(classes: usize) -> Scores {
        Scores { classes, unit: 100.0 }
    }

    #[test]
    fn scores_are_the_softmax_of_outputs_in_units() {
        let told = scores(2).of(&[100, 0]);
        // 1 / (1 + e^-1).
        assert_eq!(told, [0.731059, 0.268941]);
        assert_eq!(scores(2).of(&[5, 5]), [0.5, 0.5]);
    }

    #[test]
    fn outputs_of_any_size_have_scores() {
        let huge = 1i128 << 80;
        assert_eq!(scores(3).of(&[huge, -huge, 0]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn outputs_without_a_class_have_no_score() {
        assert_eq!(scores(2).of(&[0, 0, 1_000_000]), [0.5, 0.5]);
    }

    #[test]
    fn a_real_output_has_as_many_integers_as_in_the_trainer() {
        let architecture = named("digits-64x32x10").unwrap();
        // Largest input, weights of both layers over four deviations each, and the shift of 6.
        let hidden = 31.0 / (4.0 * (2.0f64 / 64.0).sqrt() / EVEN.sqrt());
        let head = 31.0 / (4.0 * (2.0f64 / 32.0).sqrt());
        let expected = 15.0 * hidden / 64.0 * head;
        let found = Scores::new(&architecture, None, 10).unit;
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn inputs_that_no_column_fills_make_the_mean_square_smaller() {
        // Two columns of numbers fill two of four inputs.
        let encoding = encoding_of(&rows());
        assert!((mean_square(&encoding) - EVEN / 2.0).abs() < 1e-12);
    }
}
