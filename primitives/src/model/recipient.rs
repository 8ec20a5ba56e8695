//! Delivery of a model's key to one recipient.
//!
//! The recipient has a pair of keys on Baby Jubjub, the twisted Edwards curve over BN254's scalar
//! field, so that a circuit can compute with its points: a secret number `x` and the public point
//! `PK = x·B`, where `B` generates the subgroup of prime order. To seal the key `k` of a model for
//! the holder of `PK` under a context `ctx`, a worker draws a number `r` and publishes `R` and `c`:
//!
//! ```text
//! R = r·B        S = r·PK        c = k + Poseidon("nn/seal/mask/v1_", S.x, S.y, ctx)
//! ```
//!
//! The recipient computes the same point `S = x·R` and takes the mask off. Nobody else can as long
//! as the Diffie-Hellman problem on the curve is hard. The chain accepts `R` and `c` with a proof
//! that they were computed in this way, for the `k` whose hash the model's commitment names; its
//! public inputs are [`SealInputs`].
//!
//! * [`Point`] and [`RecipientKey`]: checked points, and their 64 bytes.
//! * [`Scalar`]: `x` and `r`, numbers of 250 bits.
//!
//! Multiplication of points takes a time that depends on the number. Whoever opens keys for people
//! who can measure that time must not do it with these functions.

mod inputs;
mod point;
mod scalar;

pub use inputs::{places, SealInputs};
pub use point::{Point, PointError, POINT_BYTES};
pub use scalar::{Scalar, ScalarError, SCALAR_BITS};

use super::sealed::key_hash;
use crate::ids::ParseBytes32Error;
use alloc::string::String;
use ark_ed_on_bn254::EdwardsAffine;
use core::{
    fmt::{self, Write},
    str::FromStr,
};
use nocknock_poseidon::{sponge_hash, DomainTag, Fr};
use sha3::{Digest, Keccak256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Tag of the mask, for those who compute it inside a circuit.
pub const MASK_TAG: DomainTag = DomainTag::new(b"nn/seal/mask/v1_");

/// Hashed with the bytes of a secret into its number.
const SECRET: &[u8; 16] = b"nn/recipient/v1\0";

/// The secret of the curriculum's pair is the Keccak-256 hash of this text.
pub const CURRICULUM_TEXT: &str =
    "nocknock curriculum, version 1: everybody knows this secret and may read these models";

/// A checked public key of a recipient.
///
/// As text it is the digits of its [bytes](Point::to_bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecipientKey(pub Point);

/// What a recipient keeps: 32 bytes, drawn at random. Any bytes will do.
///
/// They are wiped on drop and never printed; [`to_text`](Self::to_text) writes them down.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecipientSecret([u8; 32]);

/// A key, sealed for one recipient under one context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// `R`.
    pub ephemeral: Point,
    /// `c`.
    pub masked_key: Fr,
}

/// A sealed key did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret does not open this sealed key: it was sealed for somebody else, or elsewhere")]
pub struct WrongSecret;

impl RecipientKey {
    /// The public key with these coordinates.
    pub fn new(x: Fr, y: Fr) -> Result<Self, PointError> {
        Point::new(x, y).map(Self)
    }

    /// Reads the 64 bytes of a point.
    pub fn from_bytes(bytes: &[u8; POINT_BYTES]) -> Result<Self, PointError> {
        Point::from_bytes(bytes).map(Self)
    }

    /// The 64 bytes of the point.
    pub fn to_bytes(&self) -> [u8; POINT_BYTES] {
        self.0.to_bytes()
    }
}

impl RecipientSecret {
    /// The secret of these bytes, which must come from a good source of randomness.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0)
    }

    /// The bytes as 64 hexadecimal digits, for the recipient to store.
    pub fn to_text(&self) -> Zeroizing<String> {
        // Never grows, so that no copy is left behind.
        let mut text = Zeroizing::new(String::with_capacity(64));
        for byte in &self.0 {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// `PK`, for everybody to see.
    pub fn key(&self) -> RecipientKey {
        RecipientKey(Point::generator().times(&self.number()))
    }

    /// The secret behind the key of models that everybody may read.
    ///
    /// **It is no secret**: everybody can compute it, see [`CURRICULUM_TEXT`]. A model that is
    /// sealed for it is published.
    pub fn curriculum() -> Self {
        Self(Keccak256::digest(CURRICULUM_TEXT).into())
    }

    /// `x`: the Keccak-256 hash of a tag and the bytes, of which 250 bits are kept.
    fn number(&self) -> Scalar {
        let hash = Keccak256::new_with_prefix(SECRET).chain_update(self.0);
        Scalar::from_uniform_bytes(hash.finalize().into())
    }
}

/// Seals a key. The number `r` must be drawn anew for each sealing and kept secret.
pub fn seal_key(recipient: &RecipientKey, context: Fr, key: Fr, r: &Scalar) -> SealedKey {
    let shared = Zeroizing::new(r.multiply(recipient.0.affine()));
    SealedKey {
        ephemeral: Point::generator().times(r),
        masked_key: masked(key, mask(&shared, context)),
    }
}

/// Opens a sealed key, given its hash `h_k`.
pub fn open_key(
    secret: &RecipientSecret,
    context: Fr,
    hash: Fr,
    sealed: &SealedKey,
) -> Result<Fr, WrongSecret> {
    let shared = Zeroizing::new(secret.number().multiply(sealed.ephemeral.affine()));
    let key = unmasked(sealed.masked_key, mask(&shared, context));
    if key_hash(key) == hash {
        Ok(key)
    } else {
        Err(WrongSecret)
    }
}

/// What is added to the key.
fn mask(shared: &EdwardsAffine, context: Fr) -> Fr {
    sponge_hash(MASK_TAG, &[shared.x, shared.y, context])
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn masked(key: Fr, mask: Fr) -> Fr {
    key + mask
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "arithmetic of the field is modular: it neither overflows nor panics"
)]
fn unmasked(masked: Fr, mask: Fr) -> Fr {
    masked - mask
}

impl fmt::Display for RecipientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for RecipientKey {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// The text, in JSON as elsewhere.
#[cfg(feature = "serde")]
impl serde::Serialize for RecipientKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for RecipientKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads 64 hexadecimal digits, with or without a leading `0x`.
impl FromStr for RecipientSecret {
    type Err = ParseBytes32Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut secret = Self([0; 32]);
        hex::decode_to_slice(digits, &mut secret.0).map_err(|_| ParseBytes32Error)?;
        Ok(secret)
    }
}

impl fmt::Debug for RecipientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecipientSecret(hidden)")
    }
}

#[cfg(test)]
mod tests;
