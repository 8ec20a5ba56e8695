//! Proofs.

use crate::encoding::{g1_from_bytes, g1_words, g2_from_bytes, g2_words, PointError, FIELD_BYTES};
use ark_bn254::{G1Affine, G2Affine};
use core::fmt;

/// Bytes of a proof: A, B, C.
pub const PROOF_BYTES: usize = 256;

/// A Groth16 proof.
///
/// Anyone can turn a proof into another proof of the same statement, so its bytes identify nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The first point.
    pub a: G1Affine,
    /// The second point.
    pub b: G2Affine,
    /// The third point.
    pub c: G1Affine,
}

/// Why bytes are not a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofDecodeError {
    /// A proof has exactly 256 bytes.
    #[error("a proof has 256 bytes, not {actual}")]
    Length {
        /// The number of bytes that was given.
        actual: usize,
    },
    /// One of the points is not acceptable.
    #[error("point {part} of the proof: {source}")]
    Point {
        /// Which of the points.
        part: ProofPart,
        /// What is wrong with it.
        source: PointError,
    },
}

/// The points of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofPart {
    /// The first point, in G1.
    A,
    /// The second point, in G2.
    B,
    /// The third point, in G1.
    C,
}

impl fmt::Display for ProofPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Proof {
    /// Decodes the EVM form: a.x, a.y, b.x.c1, b.x.c0, b.y.c1, b.y.c0, c.x, c.y, each 32 big-endian
    /// bytes.
    ///
    /// Refused are another length, coordinates that are not reduced, points that are not on their
    /// curve or not in the subgroup, and infinity: a proof has one encoding, and every accepted
    /// encoding is a proof.
    pub fn from_evm_bytes(bytes: &[u8]) -> Result<Self, ProofDecodeError> {
        let length = ProofDecodeError::Length { actual: bytes.len() };
        let (words, []) = bytes.as_chunks::<FIELD_BYTES>() else {
            return Err(length);
        };
        let [ax, ay, bx1, bx0, by1, by0, cx, cy] = words else {
            return Err(length);
        };
        let point = |part| move |source| ProofDecodeError::Point { part, source };
        Ok(Self {
            a: g1_from_bytes(ax, ay).map_err(point(ProofPart::A))?,
            c: g1_from_bytes(cx, cy).map_err(point(ProofPart::C))?,
            b: g2_from_bytes([bx1, bx0, by1, by0]).map_err(point(ProofPart::B))?,
        })
    }

    /// Encodes the EVM form that [`Proof::from_evm_bytes`] reads.
    pub fn to_evm_bytes(&self) -> [u8; PROOF_BYTES] {
        let [ax, ay] = g1_words(&self.a);
        let [bx1, bx0, by1, by0] = g2_words(&self.b);
        let [cx, cy] = g1_words(&self.c);
        let mut bytes = [0; PROOF_BYTES];
        let words = [ax, ay, bx1, bx0, by1, by0, cx, cy];
        for (chunk, word) in bytes.chunks_exact_mut(FIELD_BYTES).zip(words) {
            chunk.copy_from_slice(&word);
        }
        bytes
    }
}
