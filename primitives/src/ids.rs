//! Identifiers and the 32-byte values that name things on the chain.

mod blob_text;

pub use blob_text::ParseBlobIdError;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Number of an experiment, counted from 0 and never reused.
pub type ExperimentId = u32;
/// Number of a task, counted from 0 over all experiments and never reused.
pub type TaskId = u64;
/// Number of a data block inside its task, counted from 0.
pub type BlockIndex = u16;
/// Number of a fact in the World Truth Model, counted from 0 and never reused.
pub type FactId = u64;
/// Number of a provenance record, counted from 0; also its position in the anchors.
pub type RecordId = u64;
/// Version of a model inside its experiment, counted from 1.
pub type ModelVersionNumber = u32;
/// 32 bytes that hold a number below the order of BN254's scalar field, big endian.
pub type FieldBytes = [u8; 32];

/// A text that is not 64 hexadecimal digits with an optional `0x`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits, with or without a leading 0x")]
pub struct ParseBytes32Error;

/// 32 bytes under a name of their own.
macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The bytes themselves.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl From<[u8; 32]> for $name {
            fn from(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        /// The text, in JSON as elsewhere.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::string::String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// The text of such bytes as hexadecimal digits after `0x`.
macro_rules! hexadecimal {
    ($($name:ident),+ $(,)?) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseBytes32Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                read_hex(text).map(Self)
            }
        }
    )+};
}

bytes32!(
    /// Name of a circuit: [`crate::circuit::CircuitInfo::id`].
    CircuitId
);
bytes32!(
    /// Name of a verifying key: the hash of its canonical bytes.
    KeyId
);
bytes32!(
    /// `C_W`, the hiding commitment to a model: a field element, big endian.
    ModelCommitment
);
bytes32!(
    /// `R_i`, the salted root of a data block: a field element, big endian.
    BlockRoot
);
bytes32!(
    /// `h_k`, the hash of a model's key: a field element, big endian.
    KeyCommitment
);
bytes32!(
    /// `q`, the hash of a model's ciphertext: a field element, big endian.
    CiphertextHash
);
bytes32!(
    /// A Walrus blob id: the address of data or a model outside the chain.
    BlobId
);
bytes32!(
    /// Hash of something that stays outside the chain (an image, a program, a document).
    ContentHash
);

/// A point of Baby Jubjub: `x`, then `y`, 32 bytes each, big endian. Any 64 bytes can be written
/// here; [`Point`](crate::model::recipient::Point) is what was checked.
#[derive(
    Clone, Copy, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PointBytes(pub [u8; 64]);

impl PointBytes {
    /// The bytes of `x`, and those of `y`.
    pub fn coordinates(&self) -> [FieldBytes; 2] {
        let mut coordinates = [[0; 32]; 2];
        let (halves, _) = self.0.as_chunks::<32>();
        coordinates.iter_mut().zip(halves).for_each(|(coordinate, half)| *coordinate = *half);
        coordinates
    }
}

impl fmt::Display for PointBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for PointBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

hexadecimal!(
    CircuitId,
    KeyId,
    ModelCommitment,
    BlockRoot,
    KeyCommitment,
    CiphertextHash,
    ContentHash,
);

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("0x")?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn read_hex(text: &str) -> Result<[u8; 32], ParseBytes32Error> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).map_err(|_| ParseBytes32Error)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn prints_and_parses_hexadecimal() {
        let id = CircuitId([0xab; 32]);
        let text = format!("{id}");
        assert_eq!(text.len(), 66);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.trim_start_matches("0x").parse(), Ok(id));
    }

    #[test]
    fn refuses_a_text_of_the_wrong_length_or_alphabet() {
        for text in ["", "0x", "ab", &"g".repeat(64), &"a".repeat(66)] {
            assert_eq!(text.parse::<CircuitId>(), Err(ParseBytes32Error), "{text}");
        }
    }
}
