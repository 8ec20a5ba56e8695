//! Between the real numbers that are trained and the integers that are proved.
//!
//! A layer keeps real parameters; the model uses `round(parameter * unit)`. The unit of the weights
//! follows from the data: first weights have the standard deviation of He et al. (2015) for inputs
//! of the measured mean square, and `weight_range` such deviations are the largest integer. The
//! units of the biases and of the outputs follow from it, layer by layer, so that trained numbers
//! have the size that they have in a network without integers, and learning rates mean what they
//! mean there.

use super::{
    config::TrainConfig,
    data::{Labels, TrainingSet},
    loss::Loss,
};
use nocknock_primitives::model::architecture::{Goal, Head, Layer};

/// Adding and subtracting `1.5 * 2^23` rounds an `f32` below `2^22` to the nearest integer, ties to
/// even, on every device.
pub(crate) const ROUNDING: f32 = 12_582_912.0;

/// Bits of a parameter for which [`ROUNDING`] is exact: with 23 the bounds, themselves rounded to
/// `f32`, may lie half an integer beyond its range. Biases of more are not used to the full.
const EXACT_PARAMETER_BITS: u32 = 22;

/// Bits of a weight from which on `weight_range` is used to the full.
const FULL_RANGE_BITS: u32 = 6;

/// How real parameters of one kind become integers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// Integers per real number.
    pub(crate) unit: f32,
    /// Smallest real parameter.
    pub(crate) low: f32,
    /// Largest real parameter.
    pub(crate) high: f32,
    /// Share of the learning rate that pulls a parameter towards zero.
    pub(crate) decay: f32,
    /// What rounds to integers when it is added and subtracted: [`ROUNDING`]; 0 leaves numbers as
    /// they are.
    pub(crate) rounding: f32,
}

/// The scales of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LayerScale {
    pub(crate) weight: Scale,
    pub(crate) bias: Scale,
    /// The first weights are even in `[-spread, spread]`.
    pub(crate) spread: f32,
    /// The first biases.
    pub(crate) start: f32,
}

/// The scales of a model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ModelScale {
    /// The hidden layers, then the head.
    pub(crate) layers: Vec<LayerScale>,
    /// What is made smaller.
    pub(crate) loss: Loss,
}

impl Scale {
    fn new(unit: f64, bits: u32, decay: f64) -> Self {
        let (lowest, highest) = parameter_range(bits);
        let bound = |integer: i64| (integer as f64 / unit) as f32;
        Self {
            unit: unit as f32,
            low: bound(lowest),
            high: bound(highest),
            decay: decay as f32,
            rounding: ROUNDING,
        }
    }

    /// The same unit without rounding and bounds.
    fn real(self) -> Self {
        Self { low: f32::NEG_INFINITY, high: f32::INFINITY, rounding: 0.0, ..self }
    }

    /// The integer of a parameter within the bounds.
    pub(crate) fn round(&self, parameter: f32) -> f32 {
        (parameter * self.unit + self.rounding) - self.rounding
    }
}

impl LayerScale {
    /// The same units without rounding and bounds.
    pub(crate) fn real(self) -> Self {
        Self { weight: self.weight.real(), bias: self.bias.real(), ..self }
    }
}

/// The smallest and the largest integer that a parameter of this many signed bits takes here.
pub(crate) fn parameter_range(bits: u32) -> (i64, i64) {
    let half = 1i64 << (bits.clamp(1, EXACT_PARAMETER_BITS) - 1);
    (-half, half - 1)
}

impl ModelScale {
    /// The scales for a data set.
    pub(crate) fn calibrate(data: &TrainingSet, config: &TrainConfig) -> Self {
        let mut incoming = Incoming::of_samples(data);
        let mut layers = Vec::new();
        for layer in data.architecture.layers() {
            let units = Units::calibrate(&layer, incoming, config);
            incoming = incoming.behind(&layer, &units);
            layers.push(units.to_scale(&layer, config));
        }
        // The head changes no scale: what is incoming behind it are its outputs.
        let outputs = incoming.unit;
        if let (Some(head), Labels::Numbers(targets)) = (layers.last_mut(), &data.labels) {
            let start = (median(targets) / outputs) as f32;
            head.start = start.clamp(head.bias.low, head.bias.high);
        }
        Self { layers, loss: loss_of(data, config, outputs) }
    }
}

/// What comes into a layer.
#[derive(Clone, Copy)]
struct Incoming {
    /// Integers per real number.
    unit: f64,
    /// Root of the mean square of the real numbers.
    root_mean_square: f64,
}

/// The units of a layer before they become `f32`.
struct Units {
    weight: f64,
    bias: f64,
    deviation: f64,
}

impl Incoming {
    fn of_samples(data: &TrainingSet) -> Self {
        let largest = data.architecture.max_input() as f64;
        // A data set of zeros has nothing to calibrate by and nothing to learn from.
        let root_mean_square = (data.root_mean_square() / largest).max(1e-3);
        Self { unit: largest, root_mean_square }
    }

    fn behind(self, layer: &Layer, units: &Units) -> Self {
        let shift = layer.activation.map_or(0, |activation| activation.shift);
        Self { unit: units.bias / f64::from(shift).exp2(), root_mean_square: 1.0 }
    }
}

impl Units {
    fn calibrate(layer: &Layer, incoming: Incoming, config: &TrainConfig) -> Self {
        let deviation = deviation(layer.inputs, incoming.root_mean_square);
        let (_, largest) = parameter_range(layer.weight_bits);
        let range = config.weight_range * share_of_range(layer.weight_bits);
        let weight = largest as f64 / (range * deviation);
        Self { weight, bias: weight * incoming.unit, deviation }
    }

    fn to_scale(&self, layer: &Layer, config: &TrainConfig) -> LayerScale {
        LayerScale {
            weight: Scale::new(self.weight, layer.weight_bits, config.weight_decay),
            bias: Scale::new(self.bias, layer.bias_bits, 0.0),
            // An even distribution of this half width has the wanted deviation.
            spread: (self.deviation * 3f64.sqrt()) as f32,
            start: 0.0,
        }
    }
}

/// What is left of the range of the weights where they have few bits: with a wide one nearly all of
/// them would be 0, 1 or -1.
fn share_of_range(weight_bits: u32) -> f64 {
    (f64::from(weight_bits) / f64::from(FULL_RANGE_BITS)).min(1.0)
}

/// Standard deviation that keeps the size of values through a rectified layer.
fn deviation(inputs: usize, root_mean_square: f64) -> f64 {
    (2.0 / inputs as f64).sqrt() / root_mean_square
}

/// What is made smaller, if a real output is `outputs` integer ones.
fn loss_of(data: &TrainingSet, config: &TrainConfig, outputs: f64) -> Loss {
    let (logit, smoothing) = ((1.0 / outputs) as f32, config.label_smoothing as f32);
    match (&data.architecture.head, &data.labels) {
        (Head::Number { goal, .. }, Labels::Numbers(targets)) => {
            let spread = spread(targets);
            Loss::Number { error: (1.0 / spread) as f32, bend: bend(*goal, spread) as f32 }
        }
        (Head::Labels { .. }, _) => Loss::Labels { logit, smoothing },
        _ => Loss::Classes { logit, smoothing },
    }
}

/// The error from which on it counts in proportion; below, its square counts.
fn bend(goal: Goal, spread: f64) -> f64 {
    match goal {
        // Small enough for what counts, the distance, and wide enough for a smooth end.
        Goal::AbsoluteError { .. } => (spread / 4.0).max(1.0),
        Goal::Within { tolerance } => f64::from(tolerance).max(1.0),
    }
}

/// The target in the middle.
fn median(targets: &[u16]) -> f64 {
    let mut sorted = targets.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().map_or(0.0, f64::from)
}

/// Mean distance of the targets from the one in the middle, at least 1.
fn spread(targets: &[u16]) -> f64 {
    let middle = median(targets);
    let distance = |target: &u16| (f64::from(*target) - middle).abs();
    let mean = targets.iter().map(distance).sum::<f64>() / targets.len().max(1) as f64;
    mean.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{architecture, digits, labels_head, number_head, tiny_with};
    use nocknock_primitives::model::architecture::Dense;

    fn calibrated() -> ModelScale {
        let data = TrainingSet {
            architecture: digits(),
            inputs: (0..6400).map(|value| value % 16).collect(),
            labels: Labels::Classes(vec![0; 100]),
        };
        ModelScale::calibrate(&data, &TrainConfig::default())
    }

    #[test]
    fn the_bounds_round_to_the_bounds_of_the_integers() {
        let ModelScale { layers, .. } = calibrated();
        let weight = layers[0].weight;
        assert_eq!(weight.round(weight.low), -32.0);
        assert_eq!(weight.round(weight.high), 31.0);
        let bias = layers[1].bias;
        assert_eq!(bias.round(bias.low), -8192.0);
        assert_eq!(bias.round(bias.high), 8191.0);
    }

    #[test]
    fn rounding_is_to_the_nearest_integer_with_ties_to_even() {
        let scale = Scale { unit: 1.0, low: -9.0, high: 9.0, decay: 0.0, rounding: ROUNDING };
        let rounded = [0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, -1.4].map(|value| scale.round(value));
        assert_eq!(rounded, [0.0, 0.0, 1.0, 2.0, 2.0, 0.0, -2.0, -1.0]);
        for unit in 1..2000u32 {
            let scale = Scale::new(f64::from(unit) * 7.7, 32, 0.0);
            assert_eq!(scale.round(scale.low), -2_097_152.0);
            assert_eq!(scale.round(scale.high), 2_097_151.0);
        }
    }

    #[test]
    fn a_real_scale_keeps_its_unit_and_nothing_else() {
        let scale = calibrated().layers[0].weight;
        let real = scale.real();
        assert_eq!(real.round(0.3), 0.3 * scale.unit);
        assert_eq!(1e9f32.clamp(real.low, real.high), 1e9);
    }

    #[test]
    fn outputs_have_the_size_that_they_have_without_integers() {
        let Loss::Classes { logit, .. } = calibrated().loss else {
            panic!("the digits have classes");
        };
        let [hidden, head] = [0, 1].map(|layer| calibrated().layers[layer]);
        // A real weight of each layer, the largest input, and what the shift takes.
        let one = f64::from(hidden.weight.unit) * 15.0 / 64.0 * f64::from(head.weight.unit);
        assert!((one * f64::from(logit) - 1.0).abs() < 1e-5);
        assert!((f64::from(head.bias.unit) * f64::from(logit) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn weights_of_few_bits_have_a_smaller_range() {
        let largest = |weight_bits| {
            let hidden = Dense { units: 4, weight_bits, bias_bits: 8, sum_bits: 20, shift: 2 };
            let architecture = architecture((8, 4), &[hidden], labels_head(2));
            let (inputs, labels) = (vec![15; 16], Labels::Sets(vec![true; 4]));
            let data = TrainingSet { architecture, inputs, labels };
            let scale = ModelScale::calibrate(&data, &TrainConfig::default()).layers[0];
            // In standard deviations of the first weights.
            scale.weight.high / (scale.spread / 3f32.sqrt())
        };
        for (bits, range) in [(2, 4.0 / 3.0), (3, 2.0), (6, 4.0), (8, 4.0)] {
            assert!((largest(bits) - range).abs() < 1e-4, "{bits}: {}", largest(bits));
        }
    }

    #[test]
    fn numbers_are_learned_from_their_median_and_in_units_of_their_spread() {
        let data = TrainingSet {
            architecture: tiny_with(number_head(20)),
            inputs: vec![1; 20],
            labels: Labels::Numbers(vec![900, 1000, 1100, 400, 60_000]),
        };
        let scale = ModelScale::calibrate(&data, &TrainConfig::default());
        let head = scale.layers[1];
        assert_eq!(head.bias.round(head.start), 1000.0);
        // Distances of 100, 0, 100, 600 and 59,000 from the median.
        let spread = 59_800.0 / 5.0;
        let expected = Loss::Number { error: 1.0 / spread, bend: spread / 4.0 };
        assert_eq!(scale.loss, expected);
    }
}
