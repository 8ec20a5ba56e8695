//! Points as a `.zkey` stores them: affine, each coordinate 32 bytes little endian in Montgomery
//! form, the point at infinity as zeros.

use std::io::Read;

use ark_bn254::{Fq, Fq2};
use ark_ec::{
    short_weierstrass::{Affine, SWCurveConfig},
    AffineRepr,
};
use ark_ff::{BigInt, Field, PrimeField, Zero};
use rayon::prelude::*;

use super::ZkeyError;
use crate::binfile::{self, BinFileError, FIELD_BYTES};

/// Points that are read before the threads check them.
const CHUNK: usize = 1 << 14;

/// The field that a point's coordinates are in.
pub(super) trait Coordinate: Field {
    /// Bytes of a stored element.
    const BYTES: usize;

    /// Takes an element off the front of `bytes`; `None` unless it is below the modulus.
    fn decode(bytes: &mut &[u8]) -> Option<Self>;
}

impl Coordinate for Fq {
    const BYTES: usize = FIELD_BYTES;

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        let integer: BigInt<4> = binfile::read_bigint(bytes).ok()?;
        (integer < Fq::MODULUS).then(|| Fq::new_unchecked(integer))
    }
}

impl Coordinate for Fq2 {
    const BYTES: usize = 2 * FIELD_BYTES;

    fn decode(bytes: &mut &[u8]) -> Option<Self> {
        Some(Fq2::new(Fq::decode(bytes)?, Fq::decode(bytes)?))
    }
}

/// Bytes of a stored point.
pub(super) const fn point_bytes<F: Coordinate>() -> usize {
    2 * F::BYTES
}

/// Decodes a point on the curve and in the subgroup of prime order, or the point at infinity;
/// `None` if the bytes encode no such point.
fn decode<P>(mut bytes: &[u8]) -> Option<Affine<P>>
where
    P: SWCurveConfig<BaseField: Coordinate>,
{
    let x = P::BaseField::decode(&mut bytes)?;
    let y = P::BaseField::decode(&mut bytes)?;
    if x.is_zero() && y.is_zero() {
        return Some(Affine::identity());
    }
    Some(Affine::new_unchecked(x, y))
        .filter(Affine::is_on_curve)
        .filter(Affine::is_in_correct_subgroup_assuming_on_curve)
}

/// Reads a finite point.
pub(super) fn read_finite<P>(
    reader: &mut impl Read,
    name: &'static str,
) -> Result<Affine<P>, ZkeyError>
where
    P: SWCurveConfig<BaseField: Coordinate>,
{
    let mut bytes = vec![0; point_bytes::<P::BaseField>()];
    reader.read_exact(&mut bytes).map_err(BinFileError::from)?;
    decode(&bytes).filter(|point| !point.is_zero()).ok_or(ZkeyError::Header { name })
}

/// Reads `count` points of a section and checks them on all threads.
pub(super) fn read_points<P>(
    reader: &mut impl Read,
    section: u32,
    count: usize,
) -> Result<Vec<Affine<P>>, ZkeyError>
where
    P: SWCurveConfig<BaseField: Coordinate>,
{
    let size = point_bytes::<P::BaseField>();
    let mut points = Vec::with_capacity(count);
    let mut bytes = vec![0; count.min(CHUNK) * size];
    while points.len() < count {
        let first = points.len();
        bytes.truncate((count - first).min(CHUNK) * size);
        reader.read_exact(&mut bytes).map_err(BinFileError::from)?;
        let decoded = bytes.par_chunks_exact(size).enumerate().map(|(offset, chunk)| {
            let index = first + offset;
            decode(chunk).ok_or(ZkeyError::Point { section, index })
        });
        points.extend(decoded.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(points)
}
