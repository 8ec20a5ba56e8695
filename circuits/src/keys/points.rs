//! Points in key files: coordinates as 32 little-endian bytes each, infinity as zero bytes.
//!
//! The format is made for speed: uncompressed, read in parallel. Coordinates must be reduced and
//! points on their curve, which in G1 means in the group. Whether each point of G2 is in the
//! subgroup takes seconds to find out for a large key, and `nocknock-circuits keys check` does so.
//! A prover looks at the points of each proof that it has made.

use ark_bn254::{g1, g2, Fq, Fq2};
use ark_ec::{short_weierstrass::Affine, AffineRepr};
use ark_ff::{BigInt, PrimeField};

/// A point of a key file.
pub(super) trait KeyPoint: AffineRepr {
    /// Bytes of a point.
    const BYTES: usize;

    /// Appends the bytes of a point.
    fn write(&self, bytes: &mut Vec<u8>);

    /// Reads a point from exactly [`Self::BYTES`] bytes.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl KeyPoint for Affine<g1::Config> {
    const BYTES: usize = 64;

    fn write(&self, bytes: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        write_numbers(bytes, [x, y]);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let [x, y] = read_numbers(bytes)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::zero());
        }
        Some(Self::new_unchecked(x, y)).filter(Self::is_on_curve)
    }
}

impl KeyPoint for Affine<g2::Config> {
    const BYTES: usize = 128;

    fn write(&self, bytes: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        write_numbers(bytes, [x.c0, x.c1, y.c0, y.c1]);
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let [x0, x1, y0, y1] = read_numbers(bytes)?;
        if bytes.iter().all(|byte| *byte == 0) {
            return Some(Self::zero());
        }
        Some(Self::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1))).filter(Self::is_on_curve)
    }
}

fn write_numbers<const N: usize>(bytes: &mut Vec<u8>, numbers: [Fq; N]) {
    let limbs = numbers.into_iter().flat_map(|number| number.into_bigint().0);
    bytes.extend(limbs.flat_map(u64::to_le_bytes));
}

/// `N` reduced numbers from exactly `32·N` bytes.
fn read_numbers<const N: usize>(bytes: &[u8]) -> Option<[Fq; N]> {
    let (chunks, []) = bytes.as_chunks::<32>() else {
        return None;
    };
    let chunks: &[[u8; 32]; N] = chunks.try_into().ok()?;
    let mut numbers = [Fq::default(); N];
    for (number, chunk) in numbers.iter_mut().zip(chunks) {
        *number = Fq::from_bigint(limbs(chunk))?;
    }
    Some(numbers)
}

fn limbs(bytes: &[u8; 32]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.as_chunks().0) {
        *limb = u64::from_le_bytes(*chunk);
    }
    BigInt::new(limbs)
}
