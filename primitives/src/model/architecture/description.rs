//! What an architecture consists of, as plain data.

use super::MAX_HIDDEN_LAYERS;
use crate::limits::List;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A hidden layer: `y = W·x + b`, then `h = max(y, 0) >> shift`.
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
pub struct Dense {
    /// Units, each with one weight for each value that comes in, and a bias.
    pub units: u16,
    /// Bits of a weight, signed.
    pub weight_bits: u8,
    /// Bits of a bias, signed.
    pub bias_bits: u8,
    /// Bits of a unit's sum `y`, signed: what the model that is committed to may reach.
    pub sum_bits: u8,
    /// Bits that the activation drops.
    pub shift: u8,
}

/// What the outputs of a model mean, and how they are scored.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Head {
    /// One of some classes, with an output for each. A sample counts if the output of its class is
    /// strictly above all others but at most `best − 1`.
    Classes {
        /// Classes, and so outputs.
        classes: u16,
        /// Among how many of the largest outputs the right one has to be; 1 for the largest.
        best: u8,
        /// Bits of a weight, signed.
        weight_bits: u8,
        /// Bits of a bias, signed.
        bias_bits: u8,
        /// Bits of the distance between two outputs of a sample, unsigned. With one bit, the
        /// outputs of a safe model are all the same and no sample counts.
        distance_bits: u8,
    },
    /// Any of some labels at once, with an output for each: one of at least 0 names its label.
    /// Each right answer counts, whether it is yes or no.
    Labels {
        /// Labels, and so outputs.
        labels: u16,
        /// Bits of a weight, signed.
        weight_bits: u8,
        /// Bits of a bias, signed.
        bias_bits: u8,
        /// Bits of an output, signed: what the model that is committed to may reach.
        sum_bits: u8,
    },
    /// A number. The one output is compared with a target of 16 bits, unsigned.
    Number {
        /// Bits of a weight, signed.
        weight_bits: u8,
        /// Bits of the bias, signed.
        bias_bits: u8,
        /// Bits of twice the distance between output and target, unsigned. Targets have 16 bits,
        /// so no model is safe with fewer than 17.
        distance_bits: u8,
        /// What counts.
        goal: Goal,
    },
}

/// How the distance between an output and its target is scored.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Goal {
    /// Each sample counts `cap` less its distance, or nothing if that is negative.
    AbsoluteError {
        /// The distance from which on a sample counts nothing.
        cap: u32,
    },
    /// A sample counts if its distance is at most the tolerance.
    Within {
        /// The largest distance that counts.
        tolerance: u32,
    },
}

/// Sizes and widths of a model, not yet checked: an [`Architecture`](super::Architecture) is.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Description {
    /// Values of a sample.
    pub inputs: u16,
    /// Bits of an input, unsigned.
    pub input_bits: u8,
    /// The hidden layers, in the order in which values pass through them. There may be none.
    pub hidden: List<Dense, MAX_HIDDEN_LAYERS>,
    /// The last layer.
    pub head: Head,
    /// Samples of a data block, padding included.
    pub samples: u16,
}

/// The byte form of a description, with the version of the format in its first byte.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub(super) enum Format {
    /// The only version.
    #[codec(index = 1)]
    V1(Description),
}
