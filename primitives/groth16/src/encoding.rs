//! Field elements and points as the EVM's precompiled contracts read them, decoded strictly.

use crate::subgroup;
use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField};

/// Bytes of a field element.
pub(crate) const FIELD_BYTES: usize = 32;

/// Bytes of a point of G1: x, y.
pub const G1_BYTES: usize = 2 * FIELD_BYTES;

/// Bytes of a point of G2: x.c1, x.c0, y.c1, y.c0.
pub const G2_BYTES: usize = 4 * FIELD_BYTES;

/// Why bytes are not a point that a proof or a key may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A coordinate is not reduced, so the same point would have several encodings.
    #[error("a coordinate is not below the field's modulus")]
    CoordinateTooLarge,
    /// The point at infinity, which the EVM writes as zeros.
    #[error("the point at infinity is not allowed")]
    Infinity,
    /// The coordinates do not satisfy the curve's equation.
    #[error("the point is not on the curve")]
    NotOnCurve,
    /// A point of the twist outside the group of prime order.
    #[error("the point is not in the subgroup of prime order")]
    NotInSubgroup,
}

/// A big-endian number below the modulus of its field.
pub(crate) fn field_from_be_bytes<F: PrimeField<BigInt = BigInt<4>>>(
    bytes: &[u8; FIELD_BYTES],
) -> Option<F> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    F::from_bigint(BigInt::new(limbs))
}

/// The inverse of [`field_from_be_bytes`].
pub(crate) fn field_to_be_bytes<F: PrimeField<BigInt = BigInt<4>>>(
    element: &F,
) -> [u8; FIELD_BYTES] {
    let mut bytes = [0; FIELD_BYTES];
    for (chunk, limb) in bytes.rchunks_exact_mut(8).zip(element.into_bigint().0) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}

/// Decodes x, y: reduced, on the curve, not infinity. G1 has prime order, so it needs no check of
/// the subgroup.
pub(crate) fn g1_from_bytes(
    x: &[u8; FIELD_BYTES],
    y: &[u8; FIELD_BYTES],
) -> Result<G1Affine, PointError> {
    let point = G1Affine::new_unchecked(coordinate(x)?, coordinate(y)?);
    check_g1(&point)?;
    Ok(point)
}

/// Decodes x.c1, x.c0, y.c1, y.c0: reduced, on the curve, in the subgroup, not infinity.
pub(crate) fn g2_from_bytes(words: [&[u8; FIELD_BYTES]; 4]) -> Result<G2Affine, PointError> {
    let [x1, x0, y1, y0] = words;
    let x = Fq2::new(coordinate(x0)?, coordinate(x1)?);
    let y = Fq2::new(coordinate(y0)?, coordinate(y1)?);
    let point = G2Affine::new_unchecked(x, y);
    check_g2(&point)?;
    Ok(point)
}

/// Infinity is written as zeros, which no decoder here accepts.
pub(crate) fn g1_words(point: &G1Affine) -> [[u8; FIELD_BYTES]; 2] {
    match point.xy() {
        Some((x, y)) => [field_to_be_bytes(&x), field_to_be_bytes(&y)],
        None => [[0; FIELD_BYTES]; 2],
    }
}

/// Infinity is written as zeros, which no decoder here accepts.
pub(crate) fn g2_words(point: &G2Affine) -> [[u8; FIELD_BYTES]; 4] {
    match point.xy() {
        Some((x, y)) => [x.c1, x.c0, y.c1, y.c0].map(|coordinate| field_to_be_bytes(&coordinate)),
        None => [[0; FIELD_BYTES]; 4],
    }
}

pub(crate) fn check_g1(point: &G1Affine) -> Result<(), PointError> {
    if point.is_zero() {
        return Err(PointError::Infinity);
    }
    if point.is_on_curve() {
        Ok(())
    } else {
        Err(PointError::NotOnCurve)
    }
}

pub(crate) fn check_g2(point: &G2Affine) -> Result<(), PointError> {
    if point.is_zero() {
        return Err(PointError::Infinity);
    }
    if !point.is_on_curve() {
        return Err(PointError::NotOnCurve);
    }
    if subgroup::contains(point) {
        Ok(())
    } else {
        Err(PointError::NotInSubgroup)
    }
}

fn coordinate(bytes: &[u8; FIELD_BYTES]) -> Result<Fq, PointError> {
    field_from_be_bytes(bytes).ok_or(PointError::CoordinateTooLarge)
}
