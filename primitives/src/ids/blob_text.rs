//! The text of a blob id, as Walrus writes it: base64url without padding, 43 characters.

use super::BlobId;
use base64::{
    engine::general_purpose::URL_SAFE_NO_PAD, DecodeError, DecodeSliceError, Engine as _,
};
use core::{fmt, str::FromStr};

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

impl BlobId {
    /// Bytes of an id.
    pub const LEN: usize = 32;

    /// Characters of the text.
    pub const TEXT_LEN: usize = 43;
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; Self::TEXT_LEN];
        URL_SAFE_NO_PAD.encode_slice(self.0, &mut text).map_err(|_| fmt::Error)?;
        f.pad(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Accepts exactly what `Display` writes, so that an id has one text.
impl FromStr for BlobId {
    type Err = ParseBlobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_alphabet(text)?;
        let length = ParseBlobIdError::Length(text.len());
        let mut bytes = [0; Self::LEN];
        match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
            Ok(Self::LEN) => Ok(Self(bytes)),
            Err(DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol(..))) => {
                Err(ParseBlobIdError::TrailingBits)
            }
            _ => Err(length),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};
    use codec::{Decode, Encode, MaxEncodedLen};

    const TEXT: &str = "MLmg-XjRbksCtNo63_AoaVrlezO27Rb9Zns8EUOn3E8";

    #[test]
    fn text_survives_a_round_trip() {
        let id: BlobId = TEXT.parse().unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(format!("{id:?}"), TEXT);
        assert_eq!(format!("{id:45}|"), format!("{TEXT}  |"));
        assert_eq!(id.as_bytes()[..4], [0x30, 0xb9, 0xa0, 0xf9]);
        assert_eq!(BlobId::default().to_string(), "A".repeat(43));
        assert_eq!(BlobId([0xff; 32]).to_string().parse(), Ok(BlobId([0xff; 32])));
    }

    #[test]
    fn scale_is_the_bytes() {
        let id: BlobId = TEXT.parse().unwrap();
        assert_eq!(id.encode(), id.as_bytes());
        assert_eq!(BlobId::decode(&mut &id.encode()[..]), Ok(id));
        assert_eq!(BlobId::max_encoded_len(), BlobId::LEN);
    }

    #[cfg(feature = "std")]
    #[test]
    fn the_chain_knows_it_as_32_bytes_under_the_same_path() {
        let info = <BlobId as scale_info::TypeInfo>::type_info();
        assert_eq!(info.path.segments, ["nocknock_primitives", "ids", "BlobId"]);
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
