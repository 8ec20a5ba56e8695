//! The salt of a data block: what keeps its rows from being guessed from its root.

use nocknock_primitives::{
    ids::FieldBytes,
    model::{field, Fr},
};
use rand::{rngs::OsRng, TryRngCore};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A field element that nobody can guess, as 32 bytes, big endian.
///
/// The salt of a test block is a secret until the block is revealed: whoever knows it can try out
/// which rows the block holds. Printing one shows nothing; dropping one clears its memory. In JSON
/// it is 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BlockSalt(FieldBytes);

/// Why there is no salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaltError {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for a salt")]
    Randomness,
    /// The bytes are not the one form of a field element.
    #[error("a salt must be a number below the order of the BN254 scalar field")]
    NotInField,
}

impl BlockSalt {
    /// A salt drawn uniformly from the randomness of the operating system.
    pub fn random() -> Result<Self, SaltError> {
        loop {
            let mut bytes = Zeroizing::new([0u8; 32]);
            let filled = OsRng.try_fill_bytes(bytes.as_mut());
            filled.map_err(|_| SaltError::Randomness)?;
            if let Some(top) = bytes.first_mut() {
                // The order has 254 bits; of the numbers with as many, three of four are below it.
                *top &= 0x3f;
            }
            if let Ok(salt) = Self::from_bytes(&bytes) {
                return Ok(salt);
            }
        }
    }

    /// The salt of these bytes.
    pub fn from_bytes(bytes: &FieldBytes) -> Result<Self, SaltError> {
        field::from_bytes(bytes).map_err(|_| SaltError::NotInField)?;
        Ok(Self(*bytes))
    }

    /// Its bytes, for the call that reveals the block.
    pub fn as_bytes(&self) -> &FieldBytes {
        &self.0
    }

    /// The field element.
    pub fn to_field(&self) -> Fr {
        field::from_bytes(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for BlockSalt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BlockSalt(..)")
    }
}

impl Serialize for BlockSalt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(hex::encode(self.0));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for BlockSalt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut bytes = Zeroizing::new([0u8; 32]);
        hex::decode_to_slice(text.as_bytes(), bytes.as_mut())
            .map_err(|_| D::Error::custom("a salt must be 64 hexadecimal digits"))?;
        Self::from_bytes(&bytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_differ_and_survive_json() {
        let salt = BlockSalt::random().unwrap();
        assert_ne!(salt, BlockSalt::random().unwrap());
        let text = serde_json::to_string(&salt).unwrap();
        assert_eq!(serde_json::from_str::<BlockSalt>(&text).unwrap(), salt);
        assert_eq!(field::to_bytes(&salt.to_field()), *salt.as_bytes());
    }

    #[test]
    fn printing_a_salt_shows_nothing_of_it() {
        let salt = BlockSalt::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{salt:?}"), "BlockSalt(..)");
    }

    #[test]
    fn numbers_outside_the_field_and_other_lengths_are_refused() {
        assert_eq!(BlockSalt::from_bytes(&[0xff; 32]), Err(SaltError::NotInField));
        for text in [format!("\"{}\"", "ff".repeat(32)), "\"00\"".into(), "7".into()] {
            assert!(serde_json::from_str::<BlockSalt>(&text).is_err(), "{text}");
        }
    }
}
