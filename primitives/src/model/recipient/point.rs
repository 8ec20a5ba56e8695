//! Points of Baby Jubjub.

use super::Scalar;
use crate::model::field;
use ark_ec::AffineRepr;
use ark_ed_on_bn254::EdwardsAffine;
use core::{fmt, str::FromStr};
use nocknock_poseidon::Fr;

/// Bytes of a point: `x`, then `y`, 32 bytes each, big endian.
pub const POINT_BYTES: usize = 64;

/// A point of the subgroup of prime order, not its identity, on the curve
///
/// ```text
/// x² + y² = 1 + d·x²·y²        d = 168696/168700
/// ```
///
/// Its order is the prime `l` between `2^250` and `2^251`, so no multiple by a [`Scalar`] is the
/// identity. As text it is the digits of its bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Point(EdwardsAffine);

/// Why two numbers are not a point that anything may be sealed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// The text does not have the form of 64 bytes.
    #[error("expected 128 hexadecimal digits, with or without a leading 0x")]
    Text,
    /// A coordinate is not below the order of the field; reduced, it would have a second name.
    #[error("coordinate {coordinate} is not below the order of the BN254 scalar field")]
    NotReduced {
        /// `x` or `y`.
        coordinate: char,
    },
    /// The coordinates do not satisfy the equation of the curve.
    #[error("the point is not on the curve Baby Jubjub (with a = 1, as in arkworks)")]
    OffCurve,
    /// The point is the identity, under which everybody could open what is sealed.
    #[error("the point is the identity of the curve")]
    Identity,
    /// The point is not in the subgroup of prime order. With the answers to such points one could
    /// learn about a secret.
    #[error("the point is not in the subgroup of prime order of Baby Jubjub")]
    OutsideSubgroup,
}

impl Point {
    /// The point with these coordinates. Costs a multiplication by a number of 251 bits.
    pub fn new(x: Fr, y: Fr) -> Result<Self, PointError> {
        let point = EdwardsAffine::new_unchecked(x, y);
        if !point.is_on_curve() {
            return Err(PointError::OffCurve);
        }
        if point.is_zero() {
            return Err(PointError::Identity);
        }
        if !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(PointError::OutsideSubgroup);
        }
        Ok(Self(point))
    }

    /// Reads the one byte form of a point.
    pub fn from_bytes(bytes: &[u8; POINT_BYTES]) -> Result<Self, PointError> {
        let (halves, _) = bytes.as_chunks::<32>();
        let [x, y] = halves else {
            return Err(PointError::Text);
        };
        let read = |bytes, coordinate| {
            field::from_bytes(bytes).map_err(|_| PointError::NotReduced { coordinate })
        };
        Self::new(read(x, 'x')?, read(y, 'y')?)
    }

    /// The one byte form.
    pub fn to_bytes(&self) -> [u8; POINT_BYTES] {
        let mut bytes = [0; POINT_BYTES];
        let halves = bytes.as_chunks_mut::<32>().0.iter_mut();
        halves.zip([self.0.x, self.0.y]).for_each(|(half, value)| *half = field::to_bytes(&value));
        bytes
    }

    /// `B`, the generator that all keys are multiples of.
    pub fn generator() -> Self {
        Self(EdwardsAffine::generator())
    }

    /// `x` and `y`.
    pub fn coordinates(&self) -> (Fr, Fr) {
        (self.0.x, self.0.y)
    }

    /// The multiple by a number.
    pub fn times(&self, number: &Scalar) -> Self {
        Self(number.multiply(&self.0))
    }

    pub(super) fn affine(&self) -> &EdwardsAffine {
        &self.0
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0x")?;
        self.to_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Point {
    type Err = PointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = [0; POINT_BYTES];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| PointError::Text)?;
        Self::from_bytes(&bytes)
    }
}
