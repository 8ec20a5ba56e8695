//! Sums of multiples of points of G1: signed digits, all terms sharing one chain of doublings.

use alloc::vec::Vec;
use ark_bn254::{g1, Fr, G1Affine, G1Projective};
use ark_ec::{scalar_mul::glv::GLVConfig, AdditiveGroup, CurveGroup};
use ark_ff::{BigInt, BigInteger, PrimeField};

/// Window of the digits of a fixed point: they are odd and between -7 and 7, or zero.
const FIXED_WINDOW: usize = 4;

/// Odd multiples of a fixed point in a table: 1, 3, 5 and 7 times.
pub(crate) const ODD_MULTIPLES: usize = 4;

/// Parts of a scalar that get a table of their own: its limbs.
pub(crate) const LIMBS: usize = 4;

/// Window of the digits of other points: -1, 0 or 1.
const PLAIN_WINDOW: usize = 2;

/// Odd multiples of 2^(64 k) times a point, for each limb k of a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FixedPoint(pub(crate) [[G1Affine; ODD_MULTIPLES]; LIMBS]);

impl FixedPoint {
    pub(crate) fn new(point: &G1Affine) -> Self {
        let mut base = G1Projective::from(*point);
        Self([(); LIMBS].map(|()| {
            let limb_base = base;
            (0..u64::BITS).for_each(|_| _ = base.double_in_place());
            odd_multiples(limb_base)
        }))
    }
}

fn odd_multiples(point: G1Projective) -> [G1Affine; ODD_MULTIPLES] {
    let twice = point.double();
    let mut multiple = point;
    [(); ODD_MULTIPLES].map(|()| {
        let current = multiple;
        multiple += twice;
        current.into_affine()
    })
}

/// The sum of `scalars[i] · points[i]`.
pub(crate) fn fixed_sum(points: &[FixedPoint], scalars: &[Fr]) -> G1Projective {
    let terms = points.iter().zip(scalars).flat_map(|(point, scalar)| {
        let limbs = scalar.into_bigint().0;
        point.0.iter().zip(limbs).map(|(multiples, limb)| Term::new(multiples, limb, FIXED_WINDOW))
    });
    sum(&terms.collect::<Vec<_>>())
}

/// A scalar `low + high · lambda`, lambda being the eigenvalue of the endomorphism: as good as 128
/// random bits, and half as many doublings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Coefficient {
    pub(crate) low: u64,
    pub(crate) high: u64,
}

impl Coefficient {
    pub(crate) fn value(self) -> Fr {
        Fr::from(self.low) + Fr::from(self.high) * g1::Config::LAMBDA
    }
}

/// The sum of `coefficients[i] · points[i]`.
pub(crate) fn endomorphism_sum(points: &[G1Affine], coefficients: &[Coefficient]) -> G1Projective {
    let images: Vec<_> =
        points.iter().map(|point| [*point, g1::Config::endomorphism_affine(point)]).collect();
    let terms = images.iter().zip(coefficients).flat_map(|(pair, coefficient)| {
        let scalars = [coefficient.low, coefficient.high];
        pair.iter()
            .zip(scalars)
            .map(|(point, scalar)| Term::new(core::slice::from_ref(point), scalar, PLAIN_WINDOW))
    });
    sum(&terms.collect::<Vec<_>>())
}

/// Signed digits of a scalar, lowest first, and the odd multiples of the point that they choose
/// from.
struct Term<'a> {
    multiples: &'a [G1Affine],
    digits: Vec<i64>,
}

impl<'a> Term<'a> {
    fn new(multiples: &'a [G1Affine], scalar: u64, window: usize) -> Self {
        // The second limb takes the carry of the highest digit.
        let digits = BigInt::<2>::from(scalar).find_wnaf(window).unwrap_or_default();
        Self { multiples, digits }
    }

    /// What this term adds at a position.
    fn at(&self, position: usize) -> Option<G1Affine> {
        let digit = *self.digits.get(position)?;
        let multiple = *self.multiples.get(usize::try_from(digit.unsigned_abs() >> 1).ok()?)?;
        match digit.signum() {
            0 => None,
            1 => Some(multiple),
            _ => Some(-multiple),
        }
    }
}

fn sum(terms: &[Term<'_>]) -> G1Projective {
    let length = terms.iter().map(|term| term.digits.len()).max().unwrap_or(0);
    let mut total = G1Projective::ZERO;
    for position in (0..length).rev() {
        total.double_in_place();
        terms.iter().filter_map(|term| term.at(position)).for_each(|point| total += point);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::{AffineRepr, PrimeGroup};
    use ark_ff::Field;

    fn points(count: u64) -> Vec<G1Affine> {
        (1..=count)
            .map(|i| (G1Projective::generator() * Fr::from(i * i + 7)).into_affine())
            .collect()
    }

    fn naive(points: &[G1Affine], scalars: &[Fr]) -> G1Projective {
        points
            .iter()
            .zip(scalars)
            .map(|(point, scalar)| point.mul_bigint(scalar.into_bigint()))
            .sum()
    }

    #[test]
    fn fixed_points_equal_double_and_add() {
        let points = points(6);
        let fixed: Vec<_> = points.iter().map(FixedPoint::new).collect();
        let edges =
            [Fr::ZERO, Fr::ONE, -Fr::ONE, Fr::from(u64::MAX), Fr::from(u128::MAX), Fr::from(8u32)];
        assert_eq!(fixed_sum(&fixed, &edges), naive(&points, &edges));
        let spread = edges.map(|edge| (edge + Fr::from(5u32)).pow([0xdead_beef]));
        assert_eq!(fixed_sum(&fixed, &spread), naive(&points, &spread));
    }

    #[test]
    fn the_endomorphism_equals_double_and_add() {
        let points = points(5);
        let pairs = [(0, 0), (1, 0), (0, 1), (u64::MAX, u64::MAX), (0x1234_5678_9abc_def0, 3)];
        let coefficients = pairs.map(|(low, high)| Coefficient { low, high });
        let scalars = coefficients.map(Coefficient::value);
        assert_eq!(endomorphism_sum(&points, &coefficients), naive(&points, &scalars));
    }

    #[test]
    fn nothing_sums_to_zero() {
        assert_eq!(fixed_sum(&[], &[]), G1Projective::ZERO);
        assert_eq!(endomorphism_sum(&[], &[]), G1Projective::ZERO);
    }
}
