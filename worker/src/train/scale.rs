//! Between the real numbers that are trained and the integers that are proved.
//!
//! A layer keeps real parameters; the model uses `round(parameter * unit)`. The unit of the weights
//! follows from the data: first weights have the standard deviation of He et al. (2015) for inputs
//! of the measured mean square, and `weight_range` such deviations are the largest integer. The
//! units of the biases and of the outputs follow from it, so that trained numbers have the size
//! that they have in a network without integers, and learning rates mean what they mean there.

use super::{config::TrainConfig, data::TrainingSet};
use nocknock_primitives::model::{shape::Dimensions, MlpShape};

/// Adding and subtracting `1.5 * 2^23` rounds an `f32` below `2^22` to the nearest integer, ties to
/// even, on every device.
pub(super) const ROUNDING: f32 = 12_582_912.0;

/// Largest sum for which `f32` holds each partial sum exactly.
const EXACT: i128 = 1 << 24;

/// Bits of a bias for which [`ROUNDING`] is exact.
const EXACT_BIAS_BITS: u8 = 23;

/// How real parameters of one kind become integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// Integers per real number.
    pub(super) unit: f32,
    /// Smallest real parameter.
    pub(super) low: f32,
    /// Largest real parameter.
    pub(super) high: f32,
    /// Share of the learning rate that pulls a parameter towards zero.
    pub(super) decay: f32,
}

/// The scales of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LayerScale {
    pub(super) weight: Scale,
    pub(super) bias: Scale,
    /// The first weights are even in `[-spread, spread]`.
    pub(super) spread: f32,
}

/// The scales of a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ModelScale {
    pub(super) hidden: LayerScale,
    pub(super) output: LayerScale,
    /// Real output per integer output: what the softmax takes.
    pub(super) logit: f32,
}

impl Scale {
    fn new(unit: f64, bits: u8, decay: f64) -> Self {
        let bound = |integer: i64| (integer as f64 / unit) as f32;
        Self {
            unit: unit as f32,
            low: bound(Dimensions::min_signed(bits)),
            high: bound(Dimensions::max_signed(bits)),
            decay: decay as f32,
        }
    }

    /// The integer of a parameter within the bounds.
    pub(super) fn round(&self, parameter: f32) -> f32 {
        (parameter * self.unit + ROUNDING) - ROUNDING
    }
}

impl ModelScale {
    /// The scales for a data set.
    pub(super) fn calibrate(data: &TrainingSet, config: &TrainConfig) -> Self {
        let shape = &data.shape;
        let largest = shape.max_input() as f64;
        // A data set of zeros has nothing to calibrate by and nothing to learn from.
        let mean = (data.root_mean_square() / largest).max(1e-3);
        let hidden_deviation = deviation(shape.inputs, mean);
        let output_deviation = deviation(shape.hidden, 1.0);
        let unit = |deviation: f64| {
            Dimensions::max_signed(shape.weight_bits) as f64 / (config.weight_range * deviation)
        };
        let [hidden_unit, output_unit] = [unit(hidden_deviation), unit(output_deviation)];
        let activation_unit = hidden_unit * largest / f64::from(shape.shift).exp2();
        let layer = |unit, bias_unit, bias_bits, deviation: f64| LayerScale {
            weight: Scale::new(unit, shape.weight_bits, config.weight_decay),
            bias: Scale::new(bias_unit, bias_bits, 0.0),
            // An even distribution of this half width has the wanted deviation.
            spread: (deviation * 3f64.sqrt()) as f32,
        };
        Self {
            hidden: layer(
                hidden_unit,
                hidden_unit * largest,
                shape.hidden_bias_bits,
                hidden_deviation,
            ),
            output: layer(
                output_unit,
                output_unit * activation_unit,
                shape.output_bias_bits,
                output_deviation,
            ),
            logit: (1.0 / (output_unit * activation_unit)) as f32,
        }
    }
}

/// Standard deviation that keeps the size of values through a rectified layer.
fn deviation(inputs: u16, root_mean_square: f64) -> f64 {
    (2.0 / f64::from(inputs)).sqrt() / root_mean_square
}

/// Whether `f32` computes the integer model of a shape exactly.
pub(super) fn is_exact(shape: &MlpShape) -> bool {
    let widest = -i128::from(Dimensions::min_signed(shape.weight_bits));
    let hidden = i128::from(shape.inputs) * i128::from(shape.max_input()) * widest
        - i128::from(Dimensions::min_signed(shape.hidden_bias_bits));
    let output = i128::from(shape.hidden) * i128::from(shape.max_activation()) * widest
        - i128::from(Dimensions::min_signed(shape.output_bias_bits));
    let biases = shape.hidden_bias_bits.max(shape.output_bias_bits);
    hidden <= EXACT && output <= EXACT && biases <= EXACT_BIAS_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::shape::{DIGITS_64X32X10, SHAPES, TEST_SHAPES};

    fn calibrated() -> ModelScale {
        let data = TrainingSet {
            shape: DIGITS_64X32X10,
            inputs: (0..6400).map(|value| value % 16).collect(),
            labels: vec![0; 100],
        };
        ModelScale::calibrate(&data, &TrainConfig::default())
    }

    #[test]
    fn every_offered_shape_is_exact() {
        assert!(SHAPES.iter().chain(&TEST_SHAPES).all(is_exact));
    }

    #[test]
    fn a_shape_with_wide_sums_is_not_exact() {
        let dimensions = Dimensions {
            input_bits: 16,
            preactivation_bits: 32,
            gap_bits: 40,
            block_rows: 8,
            ..*DIGITS_64X32X10.dimensions()
        };
        let name = nocknock_primitives::model::shape::ShapeName::new("wide").unwrap();
        assert!(!is_exact(&MlpShape::new(name, dimensions).unwrap()));
    }

    #[test]
    fn the_bounds_round_to_the_bounds_of_the_integers() {
        let weight = calibrated().hidden.weight;
        assert_eq!(weight.round(weight.low), -32.0);
        assert_eq!(weight.round(weight.high), 31.0);
        let bias = calibrated().output.bias;
        assert_eq!(bias.round(bias.low), -8192.0);
        assert_eq!(bias.round(bias.high), 8191.0);
    }

    #[test]
    fn rounding_is_to_the_nearest_integer_with_ties_to_even() {
        let scale = Scale { unit: 1.0, low: -9.0, high: 9.0, decay: 0.0 };
        let rounded = [0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -1.4].map(|value| scale.round(value));
        assert_eq!(rounded, [0.0, 0.0, 1.0, 2.0, 2.0, 0.0, -2.0, -1.0]);
    }
}
