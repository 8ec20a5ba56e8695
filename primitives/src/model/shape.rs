//! Named architectures and the widths of their integers.

use codec::{Decode, DecodeWithMemTracking, Encode, Error, Input, MaxEncodedLen};
use core::{fmt, ops::Deref};
use scale_info::TypeInfo;

/// Bits of a field element that packed outputs may fill: `2^253` is below the order of the field.
pub const USABLE_BITS: u32 = 253;

/// The longest name of a shape. With one byte in front of it, it makes the domain tag of a hash.
pub const MAX_SHAPE_NAME: usize = 15;

/// Longest byte form of a block's rows, so that a revealed block fits into an extrinsic.
pub const MAX_WIRE_BYTES: usize = 64 * 1024;

/// The shapes that a chain offers.
pub const SHAPES: [MlpShape; 2] = [DIGITS_64X32X10, TABULAR_32X16X2];

/// Shapes for the tests of this project only: their blocks are too small to mean anything.
pub const TEST_SHAPES: [MlpShape; 1] = [TINY_4X3X2];

/// Images of 8 x 8 pixels with 16 grey levels in ten classes, such as the UCI handwritten digits.
pub const DIGITS_64X32X10: MlpShape = MlpShape::declare(
    "digits-64x32x10",
    Dimensions {
        inputs: 64,
        hidden: 32,
        classes: 10,
        input_bits: 4,
        weight_bits: 6,
        hidden_bias_bits: 12,
        output_bias_bits: 14,
        shift: 6,
        preactivation_bits: 16,
        gap_bits: 20,
        block_rows: 195,
    },
);

/// Tables of 32 columns scaled to one byte each, in two classes.
pub const TABULAR_32X16X2: MlpShape = MlpShape::declare(
    "tabular-32x16x2",
    Dimensions {
        inputs: 32,
        hidden: 16,
        classes: 2,
        input_bits: 8,
        weight_bits: 8,
        hidden_bias_bits: 17,
        output_bias_bits: 20,
        shift: 10,
        preactivation_bits: 22,
        gap_bits: 23,
        block_rows: 160,
    },
);

/// For tests only: small enough to change every witness of a circuit in turn, with two groups of
/// packed rows in each layer, the last of them partly filled.
pub const TINY_4X3X2: MlpShape = MlpShape::declare(
    "tiny-4x3x2",
    Dimensions {
        inputs: 4,
        hidden: 3,
        classes: 2,
        input_bits: 2,
        weight_bits: 3,
        hidden_bias_bits: 4,
        output_bias_bits: 4,
        shift: 1,
        preactivation_bits: 7,
        gap_bits: 9,
        block_rows: 40,
    },
);

/// Sizes and widths of a perceptron with one hidden layer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dimensions {
    /// `D`, values of a row.
    pub inputs: u16,
    /// `H`, units of the hidden layer.
    pub hidden: u16,
    /// `C`, classes; at most 256.
    pub classes: u16,
    /// Bits of an input, unsigned.
    pub input_bits: u8,
    /// Bits of a weight, signed.
    pub weight_bits: u8,
    /// Bits of a bias of the hidden layer, signed.
    pub hidden_bias_bits: u8,
    /// Bits of a bias of the output layer, signed.
    pub output_bias_bits: u8,
    /// Bits that the activation drops.
    pub shift: u8,
    /// Bits of a value of the hidden layer before activation, signed.
    pub preactivation_bits: u8,
    /// Bits of the distance between two outputs of a row, unsigned.
    pub gap_bits: u8,
    /// Rows of a data block, padding included.
    pub block_rows: u16,
}

/// Why dimensions do not make a usable shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A name is not 1 to 15 of the characters a-z, 0-9 and hyphen.
    #[error("a shape's name must have 1 to 15 characters out of a-z, 0-9 and hyphen")]
    Name,
    /// A size is zero, or there are fewer than 2 or more than 256 classes.
    #[error(
        "a shape needs at least one input, one hidden unit, one row a block and 2 to 256 classes"
    )]
    Size,
    /// A width is outside what the integers here can hold.
    #[error("inputs must have 1 to 16 bits, weights 2 to 16, biases 2 to 32, sums at most 56")]
    Width,
    /// A value of the hidden layer can leave its declared width.
    #[error("the sums of the hidden layer overflow preactivation_bits: declare more bits")]
    PreactivationOverflow,
    /// The shift drops every bit of a positive value.
    #[error("the shift leaves nothing of a hidden value: choose a smaller one")]
    Shift,
    /// The distance between two outputs can leave its declared width.
    #[error("the distance between two outputs overflows gap_bits: declare more bits")]
    GapOverflow,
    /// A block's byte form can be longer than an extrinsic may carry.
    #[error("a block's rows take more than 64 KiB: declare fewer rows")]
    BlockTooLong,
}

impl Dimensions {
    /// Largest value of an input.
    pub const fn max_input(&self) -> i64 {
        power_of_two(self.input_bits).saturating_sub(1)
    }

    /// Smallest value of a signed integer of this many bits, which are at least 1 and at most 63.
    pub const fn min_signed(bits: u8) -> i64 {
        power_of_two(bits.saturating_sub(1)).saturating_neg()
    }

    /// Largest value of a signed integer of this many bits.
    pub const fn max_signed(bits: u8) -> i64 {
        power_of_two(bits.saturating_sub(1)).saturating_sub(1)
    }

    /// Smallest value of the hidden layer before activation: `D·(2^i − 1)·min w + min b`.
    pub const fn min_preactivation(&self) -> i64 {
        self.largest_inputs_times(Self::min_signed(self.weight_bits))
            .saturating_add(Self::min_signed(self.hidden_bias_bits))
    }

    /// Largest value of the hidden layer before activation: `D·(2^i − 1)·max w + max b`.
    pub const fn max_preactivation(&self) -> i64 {
        self.largest_inputs_times(Self::max_signed(self.weight_bits))
            .saturating_add(Self::max_signed(self.hidden_bias_bits))
    }

    const fn largest_inputs_times(&self, weight: i64) -> i64 {
        (self.inputs as i64).saturating_mul(self.max_input()).saturating_mul(weight)
    }

    /// Largest value of the hidden layer after activation.
    pub const fn max_activation(&self) -> i64 {
        self.max_preactivation().unbounded_shr(self.shift as u32)
    }

    /// Largest distance between two outputs of a row: `H·(2^w − 1)·max h + 2^b − 1`.
    pub const fn max_gap(&self) -> i128 {
        let weight_range = power_of_two(self.weight_bits).saturating_sub(1);
        let bias_range = power_of_two(self.output_bias_bits).saturating_sub(1);
        (self.hidden as i128)
            .saturating_mul(weight_range as i128)
            .saturating_mul(self.max_activation() as i128)
            .saturating_add(bias_range as i128)
    }

    /// Rows whose values of one hidden unit share a field element: `floor(253 / B)`.
    pub const fn hidden_pack(&self) -> usize {
        values_per_element(self.preactivation_bits as u32)
    }

    /// Bits that one row takes in a field element of packed outputs: one more than a distance.
    pub const fn output_base_bits(&self) -> u32 {
        (self.gap_bits as u32).saturating_add(1)
    }

    /// Rows whose outputs of one class share a field element: `floor(253 / B)`.
    pub const fn output_pack(&self) -> usize {
        values_per_element(self.output_base_bits())
    }

    /// Number of weights of both layers, biases left out.
    pub const fn weight_count(&self) -> usize {
        (self.inputs as usize)
            .saturating_add(self.classes as usize)
            .saturating_mul(self.hidden as usize)
    }

    /// Bytes of the inputs of one row in its wire form.
    pub const fn input_bytes(&self) -> usize {
        (self.inputs as usize).saturating_mul(self.input_bits as usize).div_ceil(8)
    }

    /// Longest wire form of a block's rows in bytes, `usize::MAX` if it is longer than that.
    pub const fn max_wire_bytes(&self) -> usize {
        self.input_bytes()
            .saturating_add(1)
            .saturating_mul(self.block_rows as usize)
            .saturating_add(2)
    }

    /// Checks every bound. A shape that passes cannot overflow, whatever its weights and inputs.
    pub const fn check(&self) -> Result<(), ShapeError> {
        if !self.sizes_are_usable() {
            return Err(ShapeError::Size);
        }
        if !self.widths_are_usable() {
            return Err(ShapeError::Width);
        }
        if self.min_preactivation() < Self::min_signed(self.preactivation_bits)
            || self.max_preactivation() > Self::max_signed(self.preactivation_bits)
        {
            return Err(ShapeError::PreactivationOverflow);
        }
        if self.shift.saturating_add(1) >= self.preactivation_bits {
            return Err(ShapeError::Shift);
        }
        // The distance that the circuit ranges over may exceed the true one by one.
        let largest_gap = power_of_two(self.gap_bits).saturating_sub(1);
        if self.max_gap().saturating_add(1) > largest_gap as i128 {
            return Err(ShapeError::GapOverflow);
        }
        if self.max_wire_bytes() > MAX_WIRE_BYTES {
            return Err(ShapeError::BlockTooLong);
        }
        Ok(())
    }

    const fn sizes_are_usable(&self) -> bool {
        self.inputs > 0
            && self.hidden > 0
            && self.block_rows > 0
            && self.classes >= 2
            && self.classes <= 256
    }

    const fn widths_are_usable(&self) -> bool {
        within(self.input_bits, 1, 16)
            && within(self.weight_bits, 2, 16)
            && within(self.hidden_bias_bits, 2, 32)
            && within(self.output_bias_bits, 2, 32)
            && within(self.preactivation_bits, 2, 56)
            && within(self.gap_bits, 1, 56)
    }
}

const fn within(value: u8, low: u8, high: u8) -> bool {
    low <= value && value <= high
}

/// `2^bits` for at most 62 bits, the largest number there is for more.
const fn power_of_two(bits: u8) -> i64 {
    match bits {
        0..=62 => 1i64.unbounded_shl(bits as u32),
        _ => i64::MAX,
    }
}

/// Values of this many bits that fit into the usable bits of a field element.
const fn values_per_element(bits: u32) -> usize {
    match USABLE_BITS.checked_div(bits) {
        Some(count) => count as usize,
        None => 0,
    }
}

/// A named perceptron whose sums are known to fit their widths.
///
/// Reads like its [`Dimensions`]. The name is part of every domain tag, so commitments to models
/// and blocks of different shapes never collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked")
)]
pub struct MlpShape {
    name: ShapeName,
    dimensions: Dimensions,
}

impl MlpShape {
    /// A shape, if its dimensions pass every bound of [`Dimensions::check`].
    pub const fn new(name: ShapeName, dimensions: Dimensions) -> Result<Self, ShapeError> {
        match dimensions.check() {
            Ok(()) => Ok(Self { name, dimensions }),
            Err(error) => Err(error),
        }
    }

    /// A shape for the tables above: a wrong entry does not compile.
    const fn declare(name: &str, dimensions: Dimensions) -> Self {
        let Ok(name) = ShapeName::new(name) else {
            panic!("the name of this shape is not usable");
        };
        match Self::new(name, dimensions) {
            Ok(shape) => shape,
            Err(_) => panic!("the dimensions of this shape overflow a declared width"),
        }
    }

    /// The shape with this name, test shapes included.
    pub fn named(name: &str) -> Option<Self> {
        let known = SHAPES.iter().chain(&TEST_SHAPES);
        known.copied().find(|shape| shape.name() == name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Sizes and widths.
    pub const fn dimensions(&self) -> &Dimensions {
        &self.dimensions
    }

    /// Whether it is for the tests of this project only.
    pub fn is_for_tests(&self) -> bool {
        TEST_SHAPES.contains(self)
    }
}

impl Deref for MlpShape {
    type Target = Dimensions;

    fn deref(&self) -> &Dimensions {
        &self.dimensions
    }
}

impl fmt::Display for MlpShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Decode for MlpShape {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        Unchecked::decode(input)?
            .try_into()
            .map_err(|_| "dimensions of a shape overflow a declared width".into())
    }
}

impl DecodeWithMemTracking for MlpShape {}

/// The same bytes as a shape, before its bounds are checked.
#[derive(Decode)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
struct Unchecked {
    name: ShapeName,
    dimensions: Dimensions,
}

impl TryFrom<Unchecked> for MlpShape {
    type Error = ShapeError;

    fn try_from(unchecked: Unchecked) -> Result<Self, ShapeError> {
        Self::new(unchecked.name, unchecked.dimensions)
    }
}

/// A shape's name: up to 15 of the characters a-z, 0-9 and hyphen, padded with zero bytes.
#[derive(Clone, Copy, PartialEq, Eq, Encode, MaxEncodedLen, TypeInfo)]
pub struct ShapeName([u8; MAX_SHAPE_NAME]);

impl ShapeName {
    /// A name from a text.
    pub const fn new(name: &str) -> Result<Self, ShapeError> {
        if name.is_empty() {
            return Err(ShapeError::Name);
        }
        let mut padded = [0; MAX_SHAPE_NAME];
        let mut places: &mut [u8] = &mut padded;
        let mut text = name.as_bytes();
        while let Some((byte, later)) = text.split_first() {
            let Some((place, free)) = places.split_first_mut() else {
                return Err(ShapeError::Name);
            };
            if !is_name_byte(*byte) {
                return Err(ShapeError::Name);
            }
            *place = *byte;
            places = free;
            text = later;
        }
        Ok(Self(padded))
    }

    /// The name without its padding.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default().trim_end_matches('\0')
    }
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

impl fmt::Debug for ShapeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Decode for ShapeName {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let padded = Self(Decode::decode(input)?);
        match Self::new(padded.as_str()) {
            Ok(name) if name == padded => Ok(name),
            _ => Err("a shape's name must have 1 to 15 characters out of a-z, 0-9, hyphen".into()),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ShapeName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for ShapeName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::string::String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
