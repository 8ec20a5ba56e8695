//! The parameters of a model.

use super::architecture::{half_range, power_of_two, Architecture, Head, Layer, TARGET_BITS};
use alloc::{vec, vec::Vec};
use core::{fmt, ops::RangeInclusive};
use nocknock_poseidon::{
    packing::{Packer, PackingError, Unpacker},
    Fr,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Integer weights and biases of a model.
///
/// They are what a worker sells, so they are wiped on drop and `Debug` does not show them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Weights {
    /// The hidden layers, then the head.
    pub layers: Vec<LayerWeights>,
}

/// Integer weights and biases of one layer.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct LayerWeights {
    /// One weight for each unit and input, unit by unit.
    pub weights: Vec<i32>,
    /// One bias for each unit.
    pub biases: Vec<i32>,
}

/// Why weights do not belong to an architecture. The texts never show a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// There is not one list of weights for each layer.
    #[error("a model of this architecture has {expected} layers, not {found}")]
    Layers {
        /// Layers that the architecture asks for, the head included.
        expected: usize,
        /// Layers that were given.
        found: usize,
    },
    /// A part of a layer has the wrong number of values.
    #[error("layer {layer} must have {expected} {part} in this architecture, not {found}")]
    Length {
        /// Number of the layer, from 0. The head is the last.
        layer: usize,
        /// The part: weights or biases.
        part: &'static str,
        /// Values that the architecture asks for.
        expected: usize,
        /// Values that were given.
        found: usize,
    },
    /// A value is outside its width.
    #[error("number {index} of the {part} of layer {layer} needs more than {bits} bits: clip it")]
    Range {
        /// Number of the layer, from 0. The head is the last.
        layer: usize,
        /// The part: weights or biases.
        part: &'static str,
        /// Position of the value, from 0.
        index: usize,
        /// The declared width, signed.
        bits: u32,
    },
}

/// Why a model may fail on a sample. The texts never show a value.
///
/// Nothing can be proved about a model on a block with a sample on which a value leaves its width,
/// and it is the requester who chooses the samples. So whoever commits to such a model can be made
/// to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeModel {
    /// The weights do not belong to the architecture.
    #[error(transparent)]
    Weights(#[from] WeightError),
    /// The sum of a unit can leave its width.
    #[error("some input takes unit {unit} of layer {layer} out of {bits} bits: scale it down")]
    Sum {
        /// Number of the layer, from 0. The head is the last.
        layer: usize,
        /// Number of the unit, from 0.
        unit: usize,
        /// The declared width, signed.
        bits: u32,
    },
    /// The distance of two outputs can leave its width.
    #[error(
        "some input takes outputs {first} and {second} too far apart for {bits} bits: scale the \
         head down"
    )]
    Distance {
        /// Number of an output, from 0.
        first: usize,
        /// Number of another, larger than that.
        second: usize,
        /// The declared width.
        bits: u32,
    },
    /// The output can be too far from a target.
    #[error("some input takes the output too far from a target for {bits} bits: scale it down")]
    TargetDistance {
        /// The declared width of twice the distance.
        bits: u32,
    },
}

impl Weights {
    /// The model whose parameters are all zero.
    pub fn zero(architecture: &Architecture) -> Self {
        let layers = architecture.layers().map(|layer| LayerWeights {
            weights: vec![0; layer.weight_count()],
            biases: vec![0; layer.units],
        });
        Self { layers: layers.collect() }
    }

    /// Checks the number of values and their ranges.
    pub fn check(&self, architecture: &Architecture) -> Result<(), WeightError> {
        let (expected, found) = (architecture.layers().len(), self.layers.len());
        if found != expected {
            return Err(WeightError::Layers { expected, found });
        }
        self.parts(architecture).iter().try_for_each(Part::check)
    }

    /// Checks that no sample can take a value out of its width, and so that something can be proved
    /// about the model on every block.
    ///
    /// * Hidden layers, and a head of labels: the [sums](LayerWeights::sums) of each unit have
    ///   `sum_bits`, signed.
    /// * A head of classes: with one more for the label, the
    ///   [distance](LayerWeights::largest_distance) of any two outputs has `distance_bits`.
    /// * A number: twice its distance from any target has `distance_bits`.
    ///
    /// Each layer is taken by itself: whatever is in range may come in. So the trainer can keep to
    /// the bound by scaling one unit at a time. It is not proved to anybody, since an unsafe model
    /// hurts its owner alone.
    pub fn is_safe(&self, architecture: &Architecture) -> Result<(), UnsafeModel> {
        self.check(architecture)?;
        for (place, (layer, weights)) in architecture.layers().zip(&self.layers).enumerate() {
            match (layer.activation, architecture.head) {
                (Some(activation), _) => weights.check_sums(place, &layer, activation.sum_bits)?,
                (None, Head::Labels { sum_bits, .. }) => {
                    weights.check_sums(place, &layer, sum_bits.into())?;
                }
                (None, Head::Classes { distance_bits, .. }) => {
                    weights.check_distances(&layer, distance_bits.into())?;
                }
                (None, Head::Number { distance_bits, .. }) => {
                    weights.check_target_distance(&layer, distance_bits.into())?;
                }
            }
        }
        Ok(())
    }

    /// The elements of a model: layer by layer its weights, unit by unit, and then its biases. Each
    /// value `v` of `b` bits is packed as `v + 2^(b−1)`, greedily: the first value lowest, as many
    /// whole values as fit into 252 bits.
    pub fn pack(&self, architecture: &Architecture) -> Result<Vec<Fr>, WeightError> {
        self.check(architecture)?;
        let mut packer = Packer::with_capacity(architecture.weight_elements());
        for part in self.parts(architecture) {
            for (index, value) in part.values.iter().enumerate() {
                let pushed = packer.push(raised(*value, part.bits), part.bits);
                pushed.map_err(|_| part.out_of_range(index))?;
            }
        }
        Ok(packer.finish())
    }

    /// Reads the elements of a model back. Only what [`pack`](Self::pack) wrote is accepted.
    pub fn unpack(architecture: &Architecture, elements: &[Fr]) -> Result<Self, PackingError> {
        let mut weights = Self::zero(architecture);
        let mut unpacker = Unpacker::new(elements);
        for (layer, values) in architecture.layers().zip(&mut weights.layers) {
            pull(&mut unpacker, &mut values.weights, layer.weight_bits)?;
            pull(&mut unpacker, &mut values.biases, layer.bias_bits)?;
        }
        unpacker.finish()?;
        Ok(weights)
    }

    /// The lists of all layers in the order in which they are packed.
    fn parts(&self, architecture: &Architecture) -> Vec<Part<'_>> {
        let layers = architecture.layers().zip(&self.layers).enumerate();
        let parts = layers.flat_map(|(place, (layer, values))| values.parts(place, &layer));
        parts.collect()
    }
}

impl LayerWeights {
    /// The smallest and the largest sum of each unit, over all inputs in range.
    ///
    /// The weights must belong to the layer.
    pub fn sums(&self, layer: &Layer) -> Vec<RangeInclusive<i128>> {
        let sums = self.units(layer).map(|(weights, bias)| {
            let (negative, positive) = sums_by_sign(weights.iter().copied().map(i64::from));
            let end = |weights| affine(weights, layer.max_input, bias.into());
            end(negative)..=end(positive)
        });
        sums.collect()
    }

    /// The largest distance between the sums of two units, over all inputs in range; 0 if there is
    /// only one.
    ///
    /// The weights must belong to the layer. This goes over all pairs of units, so it takes a while
    /// for hundreds of units with thousands of inputs.
    pub fn largest_distance(&self, layer: &Layer) -> i128 {
        self.distances(layer).map(|(_, _, distance)| distance).max().unwrap_or_default()
    }

    /// All pairs of units, each with the largest distance between their sums.
    fn distances<'a>(
        &'a self,
        layer: &'a Layer,
    ) -> impl Iterator<Item = (usize, usize, i128)> + 'a {
        self.units(layer).enumerate().flat_map(move |(first, unit)| {
            let later = self.units(layer).enumerate().skip(first.saturating_add(1));
            let apart = move |other| distance(layer.max_input, unit, other);
            later.map(move |(second, other)| (first, second, apart(other)))
        })
    }

    /// Weights and bias of each unit.
    fn units(&self, layer: &Layer) -> impl Iterator<Item = Unit<'_>> + '_ {
        self.weights.chunks_exact(layer.inputs.max(1)).zip(self.biases.iter().copied())
    }

    fn parts(&self, place: usize, layer: &Layer) -> [Part<'_>; 2] {
        [
            Part {
                layer: place,
                name: "weights",
                values: &self.weights,
                expected: layer.weight_count(),
                bits: layer.weight_bits,
            },
            Part {
                layer: place,
                name: "biases",
                values: &self.biases,
                expected: layer.units,
                bits: layer.bias_bits,
            },
        ]
    }

    fn check_sums(&self, place: usize, layer: &Layer, bits: u32) -> Result<(), UnsafeModel> {
        let range = signed(bits);
        let fits = |sums: &RangeInclusive<i128>| {
            range.contains(sums.start()) && range.contains(sums.end())
        };
        match self.sums(layer).iter().position(|sums| !fits(sums)) {
            Some(unit) => Err(UnsafeModel::Sum { layer: place, unit, bits }),
            None => Ok(()),
        }
    }

    /// The circuit ranges over how far an output, one more if it is not the label's, lies below the
    /// largest such number, or below the label's. Both are at most the distance of two outputs
    /// and 1. Where an output may stand above the label's, `2^bits` less their distance is ranged
    /// over, which asks for less.
    fn check_distances(&self, layer: &Layer, bits: u32) -> Result<(), UnsafeModel> {
        let largest = power_of_two(bits).saturating_sub(2);
        match self.distances(layer).find(|(_, _, distance)| *distance > largest) {
            Some((first, second, _)) => Err(UnsafeModel::Distance { first, second, bits }),
            None => Ok(()),
        }
    }

    fn check_target_distance(&self, layer: &Layer, bits: u32) -> Result<(), UnsafeModel> {
        let target = power_of_two(TARGET_BITS).saturating_sub(1);
        let largest = power_of_two(bits).saturating_sub(1);
        // Farthest above the smallest target, which is 0, or below the largest.
        let farthest =
            |sums: &RangeInclusive<i128>| target.saturating_sub(*sums.start()).max(*sums.end());
        if self.sums(layer).iter().any(|sums| farthest(sums).saturating_mul(2) > largest) {
            return Err(UnsafeModel::TargetDistance { bits });
        }
        Ok(())
    }
}

/// Weights and bias of a unit.
type Unit<'a> = (&'a [i32], i32);

/// The largest distance between the sums of two units, over all inputs up to `max_input`.
fn distance(max_input: i64, (weights, bias): Unit<'_>, (others, other_bias): Unit<'_>) -> i128 {
    let pairs = weights.iter().zip(others);
    let differences = pairs.map(|(weight, other)| difference(*weight, *other));
    let (negative, positive) = sums_by_sign(differences);
    let bias = difference(bias, other_bias);
    let above = affine(positive, max_input, bias);
    let below = affine(negative, max_input, bias).saturating_neg();
    above.max(below)
}

fn difference(one: i32, other: i32) -> i64 {
    i64::from(one).saturating_sub(other.into())
}

/// The sum of the negative and that of the positive numbers.
fn sums_by_sign(numbers: impl Iterator<Item = i64>) -> (i64, i64) {
    numbers.fold((0i64, 0i64), |(negative, positive), number| {
        (negative.saturating_add(number.min(0)), positive.saturating_add(number.max(0)))
    })
}

/// The sum of a unit whose weights sum up to this, where all inputs that count are the same.
fn affine(weights: i64, input: i64, bias: i64) -> i128 {
    i128::from(weights).saturating_mul(input.into()).saturating_add(bias.into())
}

/// One of the lists of a layer, with its place in an architecture.
#[derive(Clone, Copy)]
struct Part<'a> {
    layer: usize,
    name: &'static str,
    values: &'a [i32],
    expected: usize,
    bits: u32,
}

impl Part<'_> {
    fn check(&self) -> Result<(), WeightError> {
        let Self { layer, name: part, values, expected, bits } = *self;
        if values.len() != expected {
            return Err(WeightError::Length { layer, part, expected, found: values.len() });
        }
        let range = signed(bits);
        match values.iter().position(|value| !range.contains(&i128::from(*value))) {
            Some(index) => Err(self.out_of_range(index)),
            None => Ok(()),
        }
    }

    fn out_of_range(&self, index: usize) -> WeightError {
        WeightError::Range { layer: self.layer, part: self.name, index, bits: self.bits }
    }
}

fn pull(unpacker: &mut Unpacker<'_>, values: &mut [i32], bits: u32) -> Result<(), PackingError> {
    for value in values {
        *value = lowered(unpacker.pull(bits)?, bits);
    }
    Ok(())
}

/// A signed value of `bits` bits as an unsigned one. Out of range it stays out of range.
fn raised(value: i32, bits: u32) -> u64 {
    u64::try_from(half_range(bits).saturating_add(value.into())).unwrap_or(u64::MAX)
}

/// The signed value behind an unsigned one of at most 32 bits.
fn lowered(value: u64, bits: u32) -> i32 {
    i32::try_from(i128::from(value).saturating_sub(half_range(bits))).unwrap_or(i32::MAX)
}

/// The integers of this many signed bits.
fn signed(bits: u32) -> RangeInclusive<i128> {
    let half = half_range(bits);
    half.saturating_neg()..=half.saturating_sub(1)
}

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Weights(hidden)")
    }
}

impl fmt::Debug for LayerWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LayerWeights(hidden)")
    }
}

#[cfg(test)]
mod tests;
