//! The numbers that points are multiplied by.

use ark_ec::AffineRepr;
use ark_ed_on_bn254::EdwardsAffine;
use ark_ff::{BigInteger, PrimeField};
use core::fmt;
use nocknock_poseidon::{from_be_bytes, Fr};
use zeroize::{Zeroize, Zeroizing};

/// Bits of a [`Scalar`]: so few that every such number is below the order of the points.
pub const SCALAR_BITS: u32 = 250;

/// A number from 1 to `2^250 − 1`: a recipient's `x` or a sealing's `r`. It is wiped on drop and
/// never printed.
#[derive(Clone)]
pub struct Scalar(Fr);

/// A number is not a [`Scalar`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number by which points are multiplied is at least 1 and has at most 250 bits")]
pub struct ScalarError;

impl Scalar {
    /// The number that an element stands for.
    pub fn new(element: Fr) -> Result<Self, ScalarError> {
        let bits = Zeroizing::new(element.into_bigint()).num_bits();
        if (1..=SCALAR_BITS).contains(&bits) {
            Ok(Self(element))
        } else {
            Err(ScalarError)
        }
    }

    /// The number of 32 uniform bytes: the top six bits are cleared, what is left is read as a
    /// big-endian number.
    pub fn from_uniform_bytes(bytes: [u8; 32]) -> Self {
        let mut bytes = Zeroizing::new(bytes);
        if let Some(top) = bytes.first_mut() {
            *top &= 0x03;
        }
        let number = from_be_bytes(&bytes).and_then(|element| Self::new(element).ok());
        // Zero alone is refused, and nobody will ever draw it.
        number.unwrap_or_else(|| Self(Fr::from(1u8)))
    }

    /// The number as an element, for a circuit.
    pub fn element(&self) -> Fr {
        self.0
    }

    /// The multiple of a point.
    pub(super) fn multiply(&self, point: &EdwardsAffine) -> EdwardsAffine {
        let number = Zeroizing::new(self.0.into_bigint());
        point.mul_bigint(*number).into()
    }
}

impl Drop for Scalar {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scalar(hidden)")
    }
}
