//! Verifying keys and their canonical bytes.

use crate::encoding::{
    g1_from_bytes, g1_words, g2_from_bytes, g2_words, PointError, FIELD_BYTES, G1_BYTES, G2_BYTES,
};
use alloc::vec::Vec;
use ark_bn254::{G1Affine, G2Affine};
use blake2::{digest::consts::U32, Blake2b, Digest};
use core::fmt;

/// Most public inputs that a key may have.
pub const MAX_INPUTS: usize = 256;

/// Precedes the canonical bytes when a key's id is computed.
const ID_TAG: &[u8] = b"nocknock/groth16/verifying-key/1";

/// The points that decide whether a proof is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    /// alpha in G1.
    pub alpha_g1: G1Affine,
    /// beta in G2.
    pub beta_g2: G2Affine,
    /// gamma in G2.
    pub gamma_g2: G2Affine,
    /// delta in G2.
    pub delta_g2: G2Affine,
    /// A constant point and one point for each public input.
    pub ic: Vec<G1Affine>,
}

/// The hash that names a verifying key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

/// The points of a verifying key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPart {
    /// alpha in G1.
    Alpha,
    /// beta in G2.
    Beta,
    /// gamma in G2.
    Gamma,
    /// delta in G2.
    Delta,
    /// An input point: 0 is the constant one, i the one of public input i, counted from 1.
    Ic(usize),
}

/// Why bytes are not a verifying key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyDecodeError {
    /// The length does not follow from the number of input points.
    #[error("the key has {actual} bytes; its points need {expected}")]
    Length {
        /// The length that the number of input points asks for; 452 when not even that number is
        /// there.
        expected: usize,
        /// The number of bytes that was given.
        actual: usize,
    },
    /// A key has the constant input point and at most 256 more.
    #[error("the key claims {count} input points; 1 to 257 are possible")]
    Count {
        /// The number that the bytes claim.
        count: u32,
    },
    /// A point is not acceptable.
    #[error("point {part} of the key: {source}")]
    Point {
        /// Which of the points.
        part: KeyPart,
        /// What is wrong with it.
        source: PointError,
    },
}

/// Bytes before the input points: alpha, beta, gamma, delta and the number of input points.
const HEAD_BYTES: usize = G1_BYTES + 3 * G2_BYTES + 4;

impl VerifyingKey {
    /// Decodes canonical bytes: alpha, beta, gamma, delta, the number of input points as four
    /// big-endian bytes, the input points; points are in the EVM form.
    ///
    /// Strict in the same way as [`Proof::from_evm_bytes`](crate::Proof::from_evm_bytes), so a key
    /// has one encoding. Whether the key is safe to use is the question that
    /// [`VerifyingKey::validate`] answers.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyDecodeError> {
        let short = KeyDecodeError::Length { expected: HEAD_BYTES, actual: bytes.len() };
        let (head, ic) = bytes.split_first_chunk::<HEAD_BYTES>().ok_or(short)?;
        let (words, count) = head.as_chunks::<FIELD_BYTES>();
        let [ax, ay, points @ ..] = words else {
            return Err(short);
        };
        let ([beta, gamma, delta], []) = points.as_chunks::<4>() else {
            return Err(short);
        };
        let count = u32::from_be_bytes(count.try_into().map_err(|_| short)?);
        Ok(Self {
            alpha_g1: g1_from_bytes(ax, ay).map_err(at(KeyPart::Alpha))?,
            beta_g2: g2_from_bytes(beta.each_ref()).map_err(at(KeyPart::Beta))?,
            gamma_g2: g2_from_bytes(gamma.each_ref()).map_err(at(KeyPart::Gamma))?,
            delta_g2: g2_from_bytes(delta.each_ref()).map_err(at(KeyPart::Delta))?,
            ic: input_points(ic, count)?,
        })
    }

    /// Encodes the canonical bytes that [`VerifyingKey::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = g1_words(&self.alpha_g1).as_flattened().to_vec();
        for point in [&self.beta_g2, &self.gamma_g2, &self.delta_g2] {
            bytes.extend_from_slice(g2_words(point).as_flattened());
        }
        // A key with more points than u32 can count does not fit into memory.
        let count = u32::try_from(self.ic.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&count.to_be_bytes());
        for point in &self.ic {
            bytes.extend_from_slice(g1_words(point).as_flattened());
        }
        bytes
    }

    /// Number of public inputs.
    pub fn input_count(&self) -> usize {
        self.ic.len().saturating_sub(1)
    }

    /// BLAKE2b-256 of a tag and the canonical bytes.
    pub fn id(&self) -> KeyId {
        let mut hasher = Blake2b::<U32>::new();
        hasher.update(ID_TAG);
        hasher.update(self.to_bytes());
        KeyId(hasher.finalize().into())
    }
}

fn input_points(bytes: &[u8], count: u32) -> Result<Vec<G1Affine>, KeyDecodeError> {
    let points = usize::try_from(count)
        .ok()
        .filter(|points| (1..=MAX_INPUTS.saturating_add(1)).contains(points));
    let points = points.ok_or(KeyDecodeError::Count { count })?;
    let expected = points.saturating_mul(G1_BYTES);
    if bytes.len() != expected {
        let total = |length: usize| length.saturating_add(HEAD_BYTES);
        return Err(KeyDecodeError::Length {
            expected: total(expected),
            actual: total(bytes.len()),
        });
    }
    let words = bytes.as_chunks::<FIELD_BYTES>().0.as_chunks::<2>().0;
    let decode = |(i, [x, y]): (usize, &[_; 2])| g1_from_bytes(x, y).map_err(at(KeyPart::Ic(i)));
    words.iter().enumerate().map(decode).collect()
}

fn at(part: KeyPart) -> impl Fn(PointError) -> KeyDecodeError {
    move |source| KeyDecodeError::Point { part, source }
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alpha => f.write_str("alpha"),
            Self::Beta => f.write_str("beta"),
            Self::Gamma => f.write_str("gamma"),
            Self::Delta => f.write_str("delta"),
            Self::Ic(index) => write!(f, "ic[{index}]"),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}
