//! Keys, salts and the numbers of sealings: what nobody else may see.

use nocknock_primitives::{
    ids::FieldBytes,
    model::{field, recipient::Scalar, Fr},
};
use rand::{rngs::OsRng, TryRngCore};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness, without which nothing stays secret: {0}")]
pub struct RandomnessError(String);

/// A fresh number for the sealing of a key.
pub fn draw_scalar() -> Result<Scalar, RandomnessError> {
    Ok(Scalar::from_uniform_bytes(*draw_bytes()?))
}

fn draw_bytes() -> Result<Zeroizing<[u8; 32]>, RandomnessError> {
    let mut bytes = Zeroizing::new([0; 32]);
    let filled = OsRng.try_fill_bytes(&mut bytes[..]);
    filled.map_err(|error| RandomnessError(error.to_string()))?;
    Ok(bytes)
}

/// A secret field element. It is wiped on drop, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret(FieldBytes);

impl Secret {
    /// A fresh uniform element.
    pub fn draw() -> Result<Self, RandomnessError> {
        loop {
            let mut bytes = draw_bytes()?;
            // The field's order has 254 bits. Numbers above it are drawn anew, not reduced, so
            // that every element is as likely as any other.
            let [top, ..] = &mut *bytes;
            *top &= 0x3f;
            if field::from_bytes(&bytes).is_ok() {
                return Ok(Self(*bytes));
            }
        }
    }

    /// The element. The caller keeps it out of logs and files.
    pub fn expose(&self) -> Fr {
        // Nothing else is let in when it is drawn, read or made.
        field::from_bytes(&self.0).unwrap_or_default()
    }

    /// The element's bytes. The caller keeps them out of logs and files.
    pub fn expose_bytes(&self) -> FieldBytes {
        self.0
    }
}

impl From<Fr> for Secret {
    fn from(element: Fr) -> Self {
        Self(field::to_bytes(&element))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(hex::encode(self.0));
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let mut bytes = Zeroizing::new([0; 32]);
        // The texts of these errors never repeat what was read.
        hex::decode_to_slice(text.as_bytes(), &mut bytes[..])
            .map_err(|_| D::Error::custom("a secret is not 64 hexadecimal digits"))?;
        field::from_bytes(&bytes).map_err(D::Error::custom)?;
        Ok(Self(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_neither_is_printed() {
        let [first, second] = [Secret::draw().unwrap(), Secret::draw().unwrap()];
        assert_ne!(first, second);
        assert_eq!(format!("{first:?}"), "Secret(hidden)");
        let [first, second] = [draw_scalar().unwrap(), draw_scalar().unwrap()];
        assert_ne!(first.element(), second.element());
        assert_eq!(format!("{first:?}"), "Scalar(hidden)");
    }

    #[test]
    fn a_secret_survives_its_file() {
        let secret = Secret::draw().unwrap();
        let text = serde_json::to_string(&secret).unwrap();
        let read: Secret = serde_json::from_str(&text).unwrap();
        assert_eq!(read, secret);
        assert_eq!(field::to_bytes(&read.expose()), read.expose_bytes());
    }

    #[test]
    fn a_damaged_secret_is_refused_without_being_repeated() {
        let large = "f".repeat(64);
        for text in ["", "beef", &large, &"z".repeat(64)] {
            let error = serde_json::from_str::<Secret>(&format!("\"{text}\"")).unwrap_err();
            assert!(text.is_empty() || !error.to_string().contains(text), "{error}");
        }
    }
}
