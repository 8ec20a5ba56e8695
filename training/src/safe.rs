//! Keeping models safe.
//!
//! A sum that leaves its width cannot be proved, and it is the requester who chooses the samples.
//! So a model must be *safe*: for each unit, and whatever comes in, its sum stays within bounds.
//! With `I` the largest value that comes in, `w` the weights of the unit and `b` its bias:
//!
//! ```text
//! Σ max(w, 0)·I + b <= high        Σ min(w, 0)·I + b >= low
//! ```
//!
//! | | `low` | `high` |
//! |---|---|---|
//! | hidden layer, head of labels | `−2^(B−1)` | `2^(B−1) − 1` |
//! | head of classes, distances of `w` bits | `1 − 2^(w−1)` | `2^(w−1) − 1` |
//! | number, distances of `w` bits | `2^16 − 2^(w−1)` | `2^(w−1) − 1` |
//!
//! With these bounds on each class, no two of them are further apart than `2^w − 2`. That asks for
//! more than [`Weights::is_safe`](nocknock_primitives::model::Weights::is_safe), which
//! looks at the classes two by two, but it asks it of each unit alone.
//!
//! After each update a unit that breaks its bounds is scaled down about its *centre*, the bias in
//! the middle of the bounds, and rounded again. For a hidden layer the centre is 0, and the unit
//! says the same as before in a lower voice.
//!
//! The bounds also make `f32` exact: as long as they have at most 24 bits, each partial sum of a
//! safe unit is a whole number of at most `2^24`, in whatever order a device adds up. Architectures
//! of which that cannot be said are refused.

use super::scale::{parameter_range, LayerScale};
use nocknock_primitives::model::architecture::{Architecture, Head, Layer, TARGET_BITS};

/// The widest sums and distances whose partial sums `f32` holds exactly.
const EXACT_BITS: u32 = 24;

/// How often a unit is scaled and rounded before it is cut off.
pub(crate) const ROUNDS: usize = 8;

/// A little more than needed, so that rounding does not undo it.
pub(crate) const MARGIN: f32 = 0.99;

/// Less than 1 by more than the errors of a few operations on `f32`.
pub(crate) const BELOW_ONE: f32 = 1.0 - 1e-6;

/// Why no model of an architecture can be trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrainable {
    /// Sums or distances are too wide for exact training.
    #[error(
        "the sums of layer {layer} may have {bits} bits, but f32 is exact up to {EXACT_BITS}: this \
         trainer cannot train such a model"
    )]
    TooWide {
        /// Number of the layer, from 0. The head is the last.
        layer: usize,
        /// Bits of its sums or distances.
        bits: u32,
    },
    /// The bounds leave a unit nothing to say.
    #[error("layer {layer} has so few bits that no model with a weight in it is safe")]
    TooNarrow {
        /// Number of the layer, from 0. The head is the last.
        layer: usize,
    },
}

/// Where the sums of a layer's units may lie, for every sample that can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Largest value that comes in.
    pub(crate) max_input: i64,
    /// The bias about which a unit is scaled.
    pub(crate) centre: i64,
    /// How far above the centre a sum may lie, at least 1.
    pub(crate) above: i64,
    /// How far below the centre a sum may lie, at least 1.
    pub(crate) below: i64,
}

/// The bounds of each layer; nothing where no model can break them.
pub(crate) fn bounds_of(architecture: &Architecture) -> Result<Vec<Option<Bounds>>, Untrainable> {
    let layers = architecture.layers().enumerate();
    layers.map(|(place, layer)| Bounds::of(place, &layer, &architecture.head)).collect()
}

impl Bounds {
    fn of(place: usize, layer: &Layer, head: &Head) -> Result<Option<Self>, Untrainable> {
        let bits = width(layer, head);
        if bits > EXACT_BITS {
            return Err(Untrainable::TooWide { layer: place, bits });
        }
        let (low, high) = range(layer, head, bits);
        if always_hold(layer, head, (low, high)) {
            return Ok(None);
        }
        let (least, most) = parameter_range(layer.bias_bits);
        let centre = ((low + high) / 2).clamp(least, most);
        let (above, below) = (high - centre, centre - low);
        if above < 1 || below < 1 || layer.max_input > above + below {
            return Err(Untrainable::TooNarrow { layer: place });
        }
        Ok(Some(Self { max_input: layer.max_input, centre, above, below }))
    }

    /// Makes each unit safe. Both lists hold `columns` numbers for a unit, the last is the bias.
    pub(crate) fn project(
        &self,
        parameters: &mut [f32],
        integers: &mut [f32],
        columns: usize,
        scale: &LayerScale,
    ) {
        let parameters = parameters.chunks_exact_mut(columns);
        for (parameters, integers) in parameters.zip(integers.chunks_exact_mut(columns)) {
            self.project_unit(&mut Unit { parameters, integers }, scale);
        }
    }

    fn project_unit(&self, unit: &mut Unit<'_>, scale: &LayerScale) {
        for _ in 0..ROUNDS {
            let Some(factor) = self.factor(unit.integers) else {
                return;
            };
            unit.scale(factor * MARGIN, self.centre as f32, scale);
        }
        if let Some(factor) = self.factor(unit.integers) {
            unit.cut(factor * BELOW_ONE, self.centre as f32, scale);
        }
        if self.factor(unit.integers).is_some() {
            unit.cut(0.0, self.centre as f32, scale);
        }
    }

    /// By what a unit has to be scaled about its centre; nothing if it is safe.
    fn factor(&self, integers: &[f32]) -> Option<f32> {
        let (positive, negative, bias) = sums_by_sign(integers);
        let offset = bias - self.centre;
        let above = positive * self.max_input + offset;
        let below = -(negative * self.max_input + offset);
        let needed = |room: i64, reach: i64| room as f32 / reach.max(room) as f32;
        let safe = above <= self.above && below <= self.below;
        (!safe).then(|| needed(self.above, above).min(needed(self.below, below)))
    }
}

/// Parameters and integers of a unit, its weights and then its bias.
struct Unit<'a> {
    parameters: &'a mut [f32],
    integers: &'a mut [f32],
}

impl Unit<'_> {
    /// Scales the parameters about a centre, and rounds them.
    fn scale(&mut self, factor: f32, centre: f32, scale: &LayerScale) {
        let Some((bias, weights)) = self.parameters.split_last_mut() else {
            return;
        };
        let middle = centre / scale.bias.unit;
        weights.iter_mut().for_each(|weight| *weight *= factor);
        *bias = (*bias - middle) * factor + middle;
        for (integer, weight) in self.integers.iter_mut().zip(weights) {
            *integer = scale.weight.round(*weight);
        }
        if let Some(integer) = self.integers.last_mut() {
            *integer = scale.bias.round(*bias);
        }
    }

    /// Scales the integers about a centre, and rounds them towards it. The parameters follow.
    fn cut(&mut self, factor: f32, centre: f32, scale: &LayerScale) {
        let Some((bias, weights)) = self.integers.split_last_mut() else {
            return;
        };
        weights.iter_mut().for_each(|weight| *weight = (*weight * factor).trunc());
        *bias = ((*bias - centre) * factor).trunc() + centre;
        for (parameter, weight) in self.parameters.iter_mut().zip(weights) {
            *parameter = *weight / scale.weight.unit;
        }
        if let Some(parameter) = self.parameters.last_mut() {
            *parameter = *bias / scale.bias.unit;
        }
    }
}

/// The sum of a unit's positive weights, that of its negative ones, and its bias.
fn sums_by_sign(integers: &[f32]) -> (i64, i64, i64) {
    let Some((bias, weights)) = integers.split_last() else {
        return (0, 0, 0);
    };
    // At most 2^12 weights of 2^15 each: a sum has 28 bits.
    let (positive, negative) = weights.iter().fold((0i32, 0i32), |(positive, negative), weight| {
        let weight = *weight as i32;
        (positive + weight.max(0), negative + weight.min(0))
    });
    (positive.into(), negative.into(), *bias as i64)
}

/// Bits of the sums of a layer, or of the distances of its outputs.
fn width(layer: &Layer, head: &Head) -> u32 {
    match (layer.activation, *head) {
        (Some(activation), _) => activation.sum_bits,
        (None, Head::Labels { sum_bits, .. }) => sum_bits.into(),
        (None, Head::Classes { distance_bits, .. } | Head::Number { distance_bits, .. }) => {
            distance_bits.into()
        }
    }
}

/// The smallest and the largest sum that a unit of the layer may have.
fn range(layer: &Layer, head: &Head, bits: u32) -> (i64, i64) {
    let half = 1i64 << (bits - 1);
    let largest_target = (1i64 << TARGET_BITS) - 1;
    match (layer.activation, head) {
        (Some(_), _) | (None, Head::Labels { .. }) => (-half, half - 1),
        (None, Head::Classes { .. }) => (1 - half, half - 1),
        (None, Head::Number { .. }) => (largest_target - (half - 1), half - 1),
    }
}

/// Whether the bounds hold for whatever weights are in range.
fn always_hold(layer: &Layer, head: &Head, (low, high): (i64, i64)) -> bool {
    if let (None, Head::Classes { distance_bits, .. }) = (layer.activation, head) {
        return layer.largest_distance() <= (1i128 << distance_bits) - 2;
    }
    let inputs = layer.inputs as i64 * layer.max_input;
    let [(least_weight, most_weight), (least_bias, most_bias)] =
        [layer.weight_bits, layer.bias_bits].map(parameter_range);
    inputs * least_weight + least_bias >= low && inputs * most_weight + most_bias <= high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::TrainConfig,
        rng::{below, stream, symmetric, Purpose},
        scale::ModelScale,
        testing::{
            architecture, classes_head, digits, narrow, narrow_heads, number_head, random_set, tiny,
        },
    };
    use nocknock_primitives::model::{architecture::Dense, weights::LayerWeights};
    use rand_chacha::ChaCha20Rng;

    /// Parameters of one layer that reach both ends of their ranges, with their integers.
    fn wild(layer: &Layer, scale: &LayerScale, rng: &mut ChaCha20Rng) -> (Vec<f32>, Vec<f32>) {
        let mut parameters = Vec::new();
        let mut integers = Vec::new();
        for place in 0..layer.units * (layer.inputs + 1) {
            let is_bias = place % (layer.inputs + 1) == layer.inputs;
            let scale = if is_bias { scale.bias } else { scale.weight };
            let parameter = match below(rng, 4) {
                0 => scale.low,
                1 => scale.high,
                _ => symmetric(rng) * scale.high,
            };
            parameters.push(parameter);
            integers.push(scale.round(parameter));
        }
        (parameters, integers)
    }

    fn layer_weights(integers: &[f32], columns: usize) -> LayerWeights {
        let units = integers.chunks_exact(columns);
        let (weights, biases): (Vec<_>, Vec<_>) =
            units.map(|unit| (unit[..columns - 1].to_vec(), unit[columns - 1])).unzip();
        let whole = |values: Vec<f32>| values.into_iter().map(|value| value as i32).collect();
        LayerWeights { weights: whole(weights.concat()), biases: whole(biases) }
    }

    #[test]
    fn whatever_a_unit_is_it_becomes_safe_and_keeps_its_integers_in_step() {
        let mut rng = stream(1, Purpose::Split);
        for head in narrow_heads() {
            let architecture = narrow(head);
            let data = random_set(&architecture, 20, &mut rng);
            let scale = ModelScale::calibrate(&data, &TrainConfig::default());
            let bounds = bounds_of(&architecture).unwrap();
            let places = architecture.layers().zip(&scale.layers).zip(bounds);
            for ((layer, scale), bounds) in places {
                let bounds = bounds.unwrap();
                let columns = layer.inputs + 1;
                for _ in 0..50 {
                    let (mut parameters, mut integers) = wild(&layer, scale, &mut rng);
                    bounds.project(&mut parameters, &mut integers, columns, scale);
                    let found = layer_weights(&integers, columns).sums(&layer);
                    let low = i128::from(bounds.centre - bounds.below);
                    let high = i128::from(bounds.centre + bounds.above);
                    for sums in found {
                        assert!(low <= *sums.start() && *sums.end() <= high, "{sums:?}");
                    }
                    let before = integers.clone();
                    bounds.project(&mut parameters, &mut integers, columns, scale);
                    assert_eq!(before, integers, "a safe unit was changed");
                }
            }
        }
    }

    #[test]
    fn a_scaled_unit_says_the_same_in_a_lower_voice() {
        let hidden = Dense { units: 1, weight_bits: 8, bias_bits: 10, sum_bits: 12, shift: 2 };
        let architecture = architecture((2, 4), &[hidden], classes_head(2, 14));
        let data = random_set(&architecture, 20, &mut stream(2, Purpose::Split));
        let scale = ModelScale::calibrate(&data, &TrainConfig::default()).layers[0];
        let bounds = bounds_of(&architecture).unwrap()[0].unwrap();
        let mut integers = [120.0, 60.0, 0.0];
        let mut parameters = integers.map(|weight| weight / scale.weight.unit);
        bounds.project(&mut parameters, &mut integers, 3, &scale);
        // 120 · 15 + 60 · 15 = 2700, and 2047 can be said.
        assert_eq!(integers, [90.0, 45.0, 0.0]);
    }

    #[test]
    fn where_every_model_is_safe_there_are_no_bounds() {
        for architecture in [tiny(), digits()] {
            assert!(bounds_of(&architecture).unwrap().iter().all(Option::is_none));
        }
        let narrower = architecture((4, 2), &[], classes_head(2, 6));
        assert!(bounds_of(&narrower).unwrap()[0].is_some());
    }

    #[test]
    fn sums_that_f32_does_not_hold_are_refused() {
        let hidden = Dense { units: 32, weight_bits: 6, bias_bits: 12, sum_bits: 25, shift: 6 };
        let refused = bounds_of(&architecture((64, 16), &[hidden], classes_head(10, 20)));
        assert_eq!(refused, Err(Untrainable::TooWide { layer: 0, bits: 25 }));
        let refused = bounds_of(&architecture((64, 16), &[], classes_head(10, 40)));
        assert_eq!(refused, Err(Untrainable::TooWide { layer: 0, bits: 40 }));
    }

    #[test]
    fn bounds_that_leave_no_room_are_refused() {
        // With eight bits an output is at most 127 away from 0, but a weight of 1 gives up to 255.
        for bits in [2, 8] {
            let refused = bounds_of(&architecture((4, 8), &[], classes_head(10, bits)));
            assert_eq!(refused, Err(Untrainable::TooNarrow { layer: 0 }));
        }
        assert!(bounds_of(&architecture((4, 8), &[], classes_head(10, 9))).is_ok());
        // Outputs of 0 to 65,535 are near enough to every target, but what comes in is up to
        // 131,071.
        let hidden = Dense { units: 3, weight_bits: 6, bias_bits: 12, sum_bits: 18, shift: 0 };
        let of = |distance_bits| architecture((4, 8), &[hidden], number_head(distance_bits));
        assert_eq!(bounds_of(&of(17)), Err(Untrainable::TooNarrow { layer: 1 }));
        assert!(bounds_of(&of(18)).is_ok());
        assert!(bounds_of(&architecture((4, 8), &[], number_head(17))).is_ok());
    }
}
