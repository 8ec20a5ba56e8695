//! The salt of a data block: what keeps its rows from being guessed from its root.

use rand::{rngs::OsRng, TryRngCore};
use serde::{de::Error, Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 32 bytes that nobody can guess.
///
/// The salt of a test block is a secret until the block is revealed: whoever knows it can try out
/// which rows the block holds. Printing one shows nothing; dropping one clears its memory. In JSON
/// it is 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BlockSalt([u8; 32]);

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes for a salt")]
pub struct SaltError;

impl BlockSalt {
    /// A salt from the randomness of the operating system.
    pub fn random() -> Result<Self, SaltError> {
        let mut salt = Self([0; 32]);
        OsRng.try_fill_bytes(&mut salt.0).map_err(|_| SaltError)?;
        Ok(salt)
    }

    /// The salt of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes, for the call that reveals the block.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
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
        let mut salt = Self([0; 32]);
        hex::decode_to_slice(text.as_bytes(), &mut salt.0)
            .map_err(|_| D::Error::custom("a salt must be 64 hexadecimal digits"))?;
        Ok(salt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salts_differ_and_survive_json() {
        let salt = BlockSalt::random().unwrap();
        assert_ne!(salt, BlockSalt::random().unwrap());
        for salt in [salt, BlockSalt::from_bytes([0xff; 32])] {
            let text = serde_json::to_string(&salt).unwrap();
            assert_eq!(serde_json::from_str::<BlockSalt>(&text).unwrap(), salt);
        }
    }

    #[test]
    fn printing_a_salt_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", BlockSalt::from_bytes([7; 32])), "BlockSalt(..)");
    }

    #[test]
    fn texts_of_another_length_or_alphabet_are_refused() {
        let texts = ["ff".repeat(31), "ff".repeat(33), "zz".repeat(32), String::new()];
        let texts = texts.map(|text| format!("\"{text}\""));
        for text in texts.iter().map(String::as_str).chain(["7", "null"]) {
            assert!(serde_json::from_str::<BlockSalt>(text).is_err(), "{text}");
        }
    }
}
