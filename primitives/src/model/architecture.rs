//! Sizes and widths of models, and what follows from them.
//!
//! Each layer has two widths for its sums. `sum_bits` is what the model that is committed to may
//! reach; those bits are paid for with every sample, and
//! [`Weights::is_safe`](super::Weights::is_safe) shows that they hold. [`Layer::wide_bits`] is what
//! *any* model of the architecture may reach. It costs next to nothing, but soundness rests on it:
//! sums of several samples share a field element, [`Layer::wide_bits`] apart, and no choice of
//! weights may carry from one into the next.

use crate::{
    limits,
    model::{field::from_digest, sealed::CHUNK_ELEMENTS},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, Error, Input, MaxEncodedLen};
use core::ops::{Deref, RangeInclusive};
use nocknock_poseidon::{packing::PACKED_BITS, Fr};
use scale_info::TypeInfo;
use sha3::{Digest, Keccak256};

#[allow(
    clippy::cast_possible_truncation,
    reason = "SCALE's derive casts the index of an enum's variant"
)]
mod description;

use description::Format;
pub use description::{Dense, Description, Goal, Head};

/// The most hidden layers.
pub const MAX_HIDDEN_LAYERS: u32 = 4;
/// The most inputs.
pub const MAX_INPUTS: u16 = 4096;
/// The most units of a hidden layer.
pub const MAX_UNITS: u16 = 4096;
/// The most samples of a block.
pub const MAX_SAMPLES: u16 = 4096;
/// The most classes or labels.
pub const MAX_OUTPUTS: u16 = 256;
/// The most weights and biases of a model.
pub const MAX_PARAMETERS: usize = 1 << 20;
/// The most bytes of a block's wire form.
pub const MAX_BLOCK_BYTES: usize = limits::MAX_BLOCK_BYTES as usize;
/// Bits of an element that sums may use: every number of so many bits is below the order.
pub const USABLE_BITS: u32 = 253;
/// Bits of the target of a sample whose label is a number, unsigned.
pub const TARGET_BITS: u32 = 16;

const INPUT_BITS: RangeInclusive<u8> = 1..=16;
const WEIGHT_BITS: RangeInclusive<u8> = 2..=16;
const BIAS_BITS: RangeInclusive<u8> = 2..=32;
const SUM_BITS: RangeInclusive<u8> = 2..=56;

/// Distances of two outputs. A model is safe with `b` bits if its outputs are at most `2^b − 2`
/// apart, so with one bit they are all the same, and no sample counts.
const CLASS_DISTANCE_BITS: RangeInclusive<u8> = 2..=56;

/// Twice the distance from a target. The best that a safe model can do is to stay within `2^15` of
/// both 0 and `2^16 − 1`, and twice that has 17 bits.
const TARGET_DISTANCE_BITS: RangeInclusive<u8> = 17..=56;

/// Why a description does not make a usable architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchitectureError {
    /// There are no inputs, units or samples, or more than [`MAX_INPUTS`], [`MAX_UNITS`] or
    /// [`MAX_SAMPLES`].
    #[error("inputs, units of a hidden layer and samples of a block must be 1 to 4096 each")]
    Size,
    /// The number of outputs is out of range, or every output is among the best.
    #[error("there must be 2 to 256 classes, more than the best that count, or 1 to 256 labels")]
    Outputs,
    /// A width is outside what the integers here can hold.
    #[error(
        "inputs must have 1 to 16 bits, weights 2 to 16, biases 2 to 32, sums 2 to 56, distances \
         of two outputs 2 to 56, twice the distance from a target 17 to 56"
    )]
    Width,
    /// The shift drops every bit of a positive sum.
    #[error("the shift leaves nothing of a hidden layer's sums: choose a smaller one")]
    Shift,
    /// A cap or a tolerance is not among the distances of targets.
    #[error("a cap must be 1 to 65535, a tolerance at most 65535")]
    Goal,
    /// There are more than [`MAX_PARAMETERS`] weights and biases.
    #[error("a model may have 1048576 weights and biases: choose fewer inputs or units")]
    Parameters,
    /// A block's byte form can be longer than [`MAX_BLOCK_BYTES`].
    #[error("the samples of a block take more than 256 KiB: declare fewer samples")]
    BlockTooLong,
}

/// A description whose bounds hold.
///
/// Reads like its [`Description`]. Its SCALE form is one byte 1, the version of the format, and
/// then the description; what decodes has been checked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Description", into = "Description")
)]
pub struct Architecture(Format);

impl Architecture {
    /// An architecture, if its description keeps every bound of [`ArchitectureError`].
    pub fn new(description: Description) -> Result<Self, ArchitectureError> {
        let architecture = Self(Format::V1(description));
        architecture.check()?;
        Ok(architecture)
    }

    /// `keccak256("nn/architecture/" ‖ SCALE(self))` as a field element, its top three bits
    /// cleared.
    ///
    /// It is the first element of every hash about a model, so commitments to models of different
    /// architectures never collide.
    pub fn digest(&self) -> Fr {
        let mut hash = Keccak256::new_with_prefix(b"nn/architecture/");
        hash.update(self.encode());
        from_digest(hash.finalize().into())
    }

    /// The hidden layers and then the head, each with what follows from its place.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = Layer> + ExactSizeIterator {
        let mut layers = Vec::new();
        let (mut inputs, mut max_input) = (usize::from(self.inputs), self.max_input());
        for dense in &self.hidden {
            layers.push(Layer::hidden(inputs, max_input, dense));
            (inputs, max_input) = (dense.units.into(), dense.max_activation());
        }
        layers.push(Layer::head(inputs, max_input, &self.head));
        layers.into_iter()
    }

    /// Outputs of a model: classes, labels or 1.
    pub fn outputs(&self) -> usize {
        self.head.outputs().into()
    }

    /// Weights and biases of a model.
    pub fn parameters(&self) -> usize {
        self.units().fold(0usize, |sum, (inputs, units)| {
            let weights = inputs.saturating_mul(units);
            sum.saturating_add(weights).saturating_add(units)
        })
    }

    /// Largest value of an input, `2^input_bits − 1`.
    pub fn max_input(&self) -> i64 {
        largest_unsigned(self.input_bits)
    }

    /// Bits of a sample's label where labels are hashed and folded: one for each class, or one that
    /// says that the sample is no padding, followed by one for each label or by the 16 of a target.
    pub fn label_bits(&self) -> usize {
        let outputs = self.outputs();
        match self.head {
            Head::Classes { .. } => outputs,
            Head::Labels { .. } => outputs.saturating_add(1),
            Head::Number { .. } => 17,
        }
    }

    /// The score of a model that is always right on this many samples.
    pub fn max_score(&self, samples: u32) -> u64 {
        let each: u64 = match self.head {
            Head::Classes { .. } | Head::Number { goal: Goal::Within { .. }, .. } => 1,
            Head::Labels { labels, .. } => labels.into(),
            Head::Number { goal: Goal::AbsoluteError { cap }, .. } => cap.into(),
        };
        u64::from(samples).saturating_mul(each)
    }

    /// Bytes of a sample's inputs in its wire form.
    pub fn input_bytes(&self) -> usize {
        usize::from(self.inputs).saturating_mul(self.input_bits.into()).div_ceil(8)
    }

    /// Bytes of a sample's label in its wire form.
    pub fn label_bytes(&self) -> usize {
        match self.head {
            Head::Classes { .. } => 1,
            Head::Labels { .. } => self.outputs().div_ceil(8),
            Head::Number { .. } => 2,
        }
    }

    /// Bytes of the wire form of a block of this many samples, padding not counted.
    pub fn wire_bytes(&self, samples: usize) -> usize {
        let sample = self.label_bytes().saturating_add(self.input_bytes());
        samples.saturating_mul(sample).saturating_add(2)
    }

    /// Field elements of a packed model: see [`Weights::pack`](super::Weights::pack).
    pub fn weight_elements(&self) -> usize {
        packed_elements(self.layers().flat_map(|layer| {
            [(layer.weight_count(), layer.weight_bits), (layer.units, layer.bias_bits)]
        }))
    }

    /// Chunks of the ciphertext of a model: see [`sealed`](super::sealed).
    pub fn chunks(&self) -> u32 {
        let chunks = self.weight_elements().div_ceil(CHUNK_ELEMENTS);
        u32::try_from(chunks).unwrap_or(u32::MAX)
    }

    /// Inputs and units of each layer.
    fn units(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let hidden = self.hidden.iter().map(|layer| usize::from(layer.units));
        let units = hidden.clone().chain([self.outputs()]);
        core::iter::once(usize::from(self.inputs)).chain(hidden).zip(units)
    }

    /// The first bound that does not hold. None of the parts overflows, whatever the description.
    fn check(&self) -> Result<(), ArchitectureError> {
        let bounds = [
            (self.sizes_are_usable(), ArchitectureError::Size),
            (self.head.outputs_are_usable(), ArchitectureError::Outputs),
            (self.widths_are_usable(), ArchitectureError::Width),
            (self.hidden.iter().all(Dense::shift_is_usable), ArchitectureError::Shift),
            (self.head.goal_is_usable(), ArchitectureError::Goal),
            (self.parameters() <= MAX_PARAMETERS, ArchitectureError::Parameters),
            (
                self.wire_bytes(self.samples.into()) <= MAX_BLOCK_BYTES,
                ArchitectureError::BlockTooLong,
            ),
        ];
        match bounds.into_iter().find(|(holds, _)| !holds) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn sizes_are_usable(&self) -> bool {
        (1..=MAX_INPUTS).contains(&self.inputs)
            && self.hidden.iter().all(|layer| (1..=MAX_UNITS).contains(&layer.units))
            && (1..=MAX_SAMPLES).contains(&self.samples)
    }

    fn widths_are_usable(&self) -> bool {
        INPUT_BITS.contains(&self.input_bits)
            && self.hidden.iter().all(Dense::widths_are_usable)
            && self.head.widths_are_usable()
    }
}

impl Deref for Architecture {
    type Target = Description;

    fn deref(&self) -> &Description {
        let Format::V1(description) = &self.0;
        description
    }
}

impl Decode for Architecture {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let Format::V1(description) = Format::decode(input)?;
        Self::new(description).map_err(|_| "a bound of an architecture does not hold".into())
    }
}

impl DecodeWithMemTracking for Architecture {}

impl TryFrom<Description> for Architecture {
    type Error = ArchitectureError;

    fn try_from(description: Description) -> Result<Self, ArchitectureError> {
        Self::new(description)
    }
}

impl From<Architecture> for Description {
    fn from(architecture: Architecture) -> Self {
        let Format::V1(description) = architecture.0;
        description
    }
}

impl Dense {
    /// Largest value after the activation, `(2^(sum_bits − 1) − 1) >> shift`.
    pub fn max_activation(&self) -> i64 {
        largest_unsigned(self.sum_bits.saturating_sub(1)).unbounded_shr(self.shift.into())
    }

    fn widths_are_usable(&self) -> bool {
        WEIGHT_BITS.contains(&self.weight_bits)
            && BIAS_BITS.contains(&self.bias_bits)
            && SUM_BITS.contains(&self.sum_bits)
    }

    fn shift_is_usable(&self) -> bool {
        self.shift.saturating_add(1) < self.sum_bits
    }
}

impl Head {
    /// Outputs: classes, labels or 1.
    pub const fn outputs(&self) -> u16 {
        match *self {
            Self::Classes { classes, .. } => classes,
            Self::Labels { labels, .. } => labels,
            Self::Number { .. } => 1,
        }
    }

    /// Whether a proof states the exact score of a model. Where one of the best few classes will
    /// do, it states a score that the model reaches or exceeds.
    pub const fn is_scored_exactly(&self) -> bool {
        !matches!(self, Self::Classes { best: 2.., .. })
    }

    /// Bits of a weight and of a bias.
    const fn parameter_bits(&self) -> (u8, u8) {
        match *self {
            Self::Classes { weight_bits, bias_bits, .. }
            | Self::Labels { weight_bits, bias_bits, .. }
            | Self::Number { weight_bits, bias_bits, .. } => (weight_bits, bias_bits),
        }
    }

    fn outputs_are_usable(&self) -> bool {
        match *self {
            Self::Classes { classes, best, .. } => {
                (2..=MAX_OUTPUTS).contains(&classes) && (1..classes).contains(&u16::from(best))
            }
            Self::Labels { labels, .. } => (1..=MAX_OUTPUTS).contains(&labels),
            Self::Number { .. } => true,
        }
    }

    fn widths_are_usable(&self) -> bool {
        let (weight_bits, bias_bits) = self.parameter_bits();
        let range_is_usable = match *self {
            Self::Labels { sum_bits, .. } => SUM_BITS.contains(&sum_bits),
            Self::Classes { distance_bits, .. } => CLASS_DISTANCE_BITS.contains(&distance_bits),
            Self::Number { distance_bits, .. } => TARGET_DISTANCE_BITS.contains(&distance_bits),
        };
        WEIGHT_BITS.contains(&weight_bits) && BIAS_BITS.contains(&bias_bits) && range_is_usable
    }

    fn goal_is_usable(&self) -> bool {
        let Self::Number { goal, .. } = *self else {
            return true;
        };
        let largest = u32::from(u16::MAX);
        match goal {
            Goal::AbsoluteError { cap } => (1..=largest).contains(&cap),
            Goal::Within { tolerance } => tolerance <= largest,
        }
    }

    /// Largest number, in absolute value, that the circuit says is zero for each sample and output.
    /// A sum over samples is zero only if each of these numbers is, so it needs their width.
    fn reach(&self, layer: &Layer) -> i128 {
        let (sum, distance) = (layer.largest_sum(), layer.largest_distance());
        match *self {
            // Two outputs with what lifts both to the same height: a distance and a bit, less
            // 2^distance_bits for an output that may stand above the label's.
            Self::Classes { best, distance_bits, .. } => {
                let heights = u32::from(distance_bits).saturating_add(u32::from(best > 1));
                distance.saturating_add(power_of_two(heights))
            }
            // An output less the one that is committed to.
            Self::Labels { sum_bits, .. } => sum.saturating_add(half_range(sum_bits.into())),
            // Twice the output less twice the target, less two distances one from the other.
            Self::Number { distance_bits, .. } => {
                let target = power_of_two(TARGET_BITS).saturating_sub(1);
                let half = sum.saturating_add(target);
                half.saturating_add(power_of_two(distance_bits.into())).saturating_mul(2)
            }
        }
    }
}

/// A hidden layer or the head, with everything that follows from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Values that come in.
    pub inputs: usize,
    /// Values that go out.
    pub units: usize,
    /// Bits of a weight, signed.
    pub weight_bits: u32,
    /// Bits of a bias, signed.
    pub bias_bits: u32,
    /// Largest value that comes in; the smallest is 0.
    pub max_input: i64,
    /// What is done with the sums. The head passes them on as they are.
    pub activation: Option<Activation>,
    /// Bits that one sample takes in a field element of folded sums: 84 at most.
    pub wide_bits: u32,
    /// Samples whose sums of one unit share a field element: `floor(253 / wide_bits)`, so 3 at
    /// least.
    pub pack: usize,
}

/// What follows the sums of a hidden layer: `max(y, 0) >> shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Bits of a sum of the model that is committed to, signed.
    pub sum_bits: u32,
    /// Bits that are dropped.
    pub shift: u32,
}

impl Layer {
    /// Weights, biases left out.
    pub fn weight_count(&self) -> usize {
        self.inputs.saturating_mul(self.units)
    }

    /// Largest sum of any model, in absolute value:
    /// `inputs·max_input·2^(weight_bits − 1) + 2^(bias_bits − 1)`.
    pub fn largest_sum(&self) -> i128 {
        let weight = half_range(self.weight_bits);
        self.largest_inputs().saturating_mul(weight).saturating_add(half_range(self.bias_bits))
    }

    /// Largest distance between the sums of two units of any model:
    /// `inputs·max_input·(2^weight_bits − 1) + 2^bias_bits − 1`.
    pub fn largest_distance(&self) -> i128 {
        let weights = power_of_two(self.weight_bits).saturating_sub(1);
        let biases = power_of_two(self.bias_bits).saturating_sub(1);
        self.largest_inputs().saturating_mul(weights).saturating_add(biases)
    }

    /// The sum of all inputs at their largest.
    fn largest_inputs(&self) -> i128 {
        let inputs = i128::try_from(self.inputs).unwrap_or(i128::MAX);
        inputs.saturating_mul(self.max_input.into())
    }

    fn hidden(inputs: usize, max_input: i64, dense: &Dense) -> Self {
        let activation = Activation { sum_bits: dense.sum_bits.into(), shift: dense.shift.into() };
        let parameter_bits = (dense.weight_bits, dense.bias_bits);
        let layer = Self::narrow(inputs, dense.units, parameter_bits, max_input);
        // A sum less the one that is committed to.
        let reach = layer.largest_sum().saturating_add(half_range(activation.sum_bits));
        Self { activation: Some(activation), ..layer.widened(reach) }
    }

    fn head(inputs: usize, max_input: i64, head: &Head) -> Self {
        let layer = Self::narrow(inputs, head.outputs(), head.parameter_bits(), max_input);
        layer.widened(head.reach(&layer))
    }

    /// A layer without activation and wide bits.
    fn narrow(
        inputs: usize,
        units: u16,
        (weight_bits, bias_bits): (u8, u8),
        max_input: i64,
    ) -> Self {
        Self {
            inputs,
            units: units.into(),
            weight_bits: weight_bits.into(),
            bias_bits: bias_bits.into(),
            max_input,
            activation: None,
            wide_bits: 0,
            pack: 0,
        }
    }

    /// The layer with wide bits for numbers up to `reach`: `reach <= 2^wide_bits − 1`.
    fn widened(self, reach: i128) -> Self {
        let wide_bits = i128::BITS.saturating_sub(reach.leading_zeros());
        Self { wide_bits, pack: whole_values(USABLE_BITS, wide_bits).max(1), ..self }
    }
}

/// Elements that values take when packed greedily: runs of equal widths, each with the number of
/// its values and their bits.
fn packed_elements(runs: impl Iterator<Item = (usize, u32)>) -> usize {
    let start = (0usize, PACKED_BITS);
    let (elements, _) = runs.fold(start, |(elements, used), (count, bits)| {
        let room = whole_values(PACKED_BITS.saturating_sub(used), bits);
        if count <= room {
            return (elements, used.saturating_add(bits_of(count, bits)));
        }
        let (beyond, each) = (count.saturating_sub(room), whole_values(PACKED_BITS, bits).max(1));
        let full = beyond.saturating_sub(1).checked_div(each).unwrap_or_default();
        let last = beyond.saturating_sub(full.saturating_mul(each));
        (elements.saturating_add(full).saturating_add(1), bits_of(last, bits))
    });
    elements
}

/// Values of `bits` bits that fit into this many bits.
fn whole_values(room: u32, bits: u32) -> usize {
    room.checked_div(bits).unwrap_or_default() as usize
}

/// Bits that values take which fit into one element.
fn bits_of(count: usize, bits: u32) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(bits)
}

/// `2^bits`, for at most 126 bits.
pub(super) fn power_of_two(bits: u32) -> i128 {
    1i128.unbounded_shl(bits)
}

/// Half as many numbers as there are of this many bits, `2^(bits − 1)`: the absolute value of the
/// smallest integer of as many signed bits.
pub(super) fn half_range(bits: u32) -> i128 {
    power_of_two(bits.saturating_sub(1))
}

/// `2^bits − 1`. More than 62 bits, which no architecture has, count as 62.
fn largest_unsigned(bits: u8) -> i64 {
    1i64.unbounded_shl(bits.min(62).into()).saturating_sub(1)
}

#[cfg(test)]
mod tests;
