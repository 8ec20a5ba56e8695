//! The blob id itself: 32 bytes with one text form.

use std::{fmt, str::FromStr};

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, DecodeError, Engine as _};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

/// The name of a blob: 32 bytes computed from the blob's content and length.
///
/// The text form is base64url without padding (43 characters), the form that Walrus uses in URLs
/// and JSON. `FromStr` accepts exactly what `Display` writes. In SCALE it is the 32 bytes.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct BlobId([u8; BlobId::LEN]);

impl BlobId {
    /// Bytes of an id.
    pub const LEN: usize = 32;

    /// Characters of the text form.
    pub const TEXT_LEN: usize = 43;

    /// An id from its bytes.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// The id's bytes, by value.
    pub const fn into_bytes(self) -> [u8; Self::LEN] {
        self.0
    }
}

impl From<[u8; BlobId::LEN]> for BlobId {
    fn from(bytes: [u8; BlobId::LEN]) -> Self {
        Self(bytes)
    }
}

impl From<BlobId> for [u8; BlobId::LEN] {
    fn from(id: BlobId) -> Self {
        id.0
    }
}

impl AsRef<[u8]> for BlobId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

/// Why a text is not a blob id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseBlobIdError {
    /// The text has another length than an id's.
    #[error("a blob id has 43 characters of base64url, this text has {0}")]
    Length(usize),
    /// A character outside the base64url alphabet.
    #[error(
        "character {character:?} at position {position} is not base64url (A-Z a-z 0-9 - _, no padding)"
    )]
    Character {
        /// Characters before it.
        position: usize,
        /// The character.
        character: char,
    },
    /// The last character carries bits that no id has, so the text is not what Walrus would write.
    #[error(
        "the last character sets bits beyond the 32 bytes of an id: the text is damaged or not canonical"
    )]
    TrailingBits,
}

impl FromStr for BlobId {
    type Err = ParseBlobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_alphabet(text)?;
        let length = ParseBlobIdError::Length(text.len());
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| match error {
            DecodeError::InvalidLastSymbol(..) => ParseBlobIdError::TrailingBits,
            _ => length.clone(),
        })?;
        bytes.try_into().map(Self).map_err(|_| length)
    }
}

/// Names the first character that is not base64url; a wrong character explains more than a wrong
/// length, except for a text that is one alphabet but too long or too short.
fn check_alphabet(text: &str) -> Result<(), ParseBlobIdError> {
    let outside = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if let Some((position, character)) = text.chars().enumerate().find(|(_, c)| outside(*c)) {
        return Err(ParseBlobIdError::Character { position, character });
    }
    if text.len() != BlobId::TEXT_LEN {
        return Err(ParseBlobIdError::Length(text.len()));
    }
    Ok(())
}

impl Serialize for BlobId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = BlobId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a blob id as 43 characters of base64url")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<BlobId, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "MLmg-XjRbksCtNo63_AoaVrlezO27Rb9Zns8EUOn3E8";

    #[test]
    fn text_survives_a_round_trip() {
        let id: BlobId = TEXT.parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(id.as_bytes()[..4], [0x30, 0xb9, 0xa0, 0xf9]);
    }

    #[test]
    fn json_is_the_text() {
        let id: BlobId = TEXT.parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<BlobId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<BlobId>("\"short\"").is_err());
    }

    #[test]
    fn scale_is_the_bytes() {
        let id: BlobId = TEXT.parse().unwrap();
        assert_eq!(id.encode(), id.as_bytes());
        assert_eq!(BlobId::decode(&mut &id.encode()[..]), Ok(id));
        assert_eq!(BlobId::max_encoded_len(), BlobId::LEN);
    }

    #[test]
    fn wrong_length_is_named() {
        for text in ["", "MLmg", &TEXT[1..], &format!("{TEXT}A")] {
            assert_eq!(text.parse::<BlobId>(), Err(ParseBlobIdError::Length(text.len())));
        }
    }

    #[test]
    fn wrong_character_is_named() {
        let padded = format!("{TEXT}=");
        assert_eq!(
            padded.parse::<BlobId>(),
            Err(ParseBlobIdError::Character { position: 43, character: '=' })
        );
        let standard = TEXT.replace('-', "+");
        assert_eq!(
            standard.parse::<BlobId>(),
            Err(ParseBlobIdError::Character { position: 4, character: '+' })
        );
    }

    #[test]
    fn text_that_nobody_would_write_is_refused() {
        let other_tail = format!("{}9", &TEXT[..42]);
        assert_eq!(other_tail.parse::<BlobId>(), Err(ParseBlobIdError::TrailingBits));
    }
}
