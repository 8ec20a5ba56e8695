//! Sums of points, each times a scalar.
//!
//! Most wires of a circuit are bits and small numbers, whose products with points cost next to
//! nothing if they are kept apart from the others. The scalars of an assignment are therefore
//! sorted once for all sums over it. Points of 1 and -1 are added and subtracted. Scalars of less
//! than 64 bits on either side of zero go into buckets, window by window, as far as they reach;
//! arkworks does the same in ten classes, copies the points of each, and looks at all 64 bits of
//! it. The dense rest is left to TACEO's multiplication, which keeps its buckets in affine
//! coordinates.
//!
//! None of this takes the same time whatever the scalars are; nor does arkworks' way.

use ark_bn254::Fr;
use ark_ec::{
    short_weierstrass::{Affine, Projective, SWCurveConfig},
    AffineRepr, VariableBaseMSM,
};
use ark_ff::{AdditiveGroup, BigInt, BigInteger, PrimeField};
use rayon::prelude::*;
use taceo_ark_algebra::msm::msm_bigint;
use zeroize::{Zeroize, Zeroizing};

/// A sum of points that more points are added to.
type Bucket<C> = <Projective<C> as VariableBaseMSM>::Bucket;

/// The scalars of sums, sorted by what their products cost. They are secret and wiped on drop.
pub(super) struct Scalars {
    /// Those that are 1 or -1.
    units: Zeroizing<Vec<Small>>,
    /// Other ones of less than 64 bits on either side of zero.
    small: Zeroizing<Vec<Small>>,
    /// All others except zero.
    dense: Zeroizing<Vec<Dense>>,
}

/// A scalar of less than 64 bits and its sign.
#[derive(Clone, Copy, Zeroize)]
struct Small {
    /// Number of the scalar among all.
    place: usize,
    value: i64,
}

/// A scalar of any size, as an integer below the order.
#[derive(Clone, Copy, Zeroize)]
struct Dense {
    /// Number of the scalar among all.
    place: usize,
    value: BigInt<4>,
}

impl Scalars {
    /// Sorts scalars; within a class they keep their order.
    pub(super) fn sorted(scalars: &[Fr]) -> Self {
        let integers = integers(scalars);
        let mut sorted = Self::with_room_for(&integers);
        for (place, integer) in integers.iter().enumerate() {
            match small_value(*integer) {
                Some(0) => {}
                Some(value @ (-1 | 1)) => sorted.units.push(Small { place, value }),
                Some(value) => sorted.small.push(Small { place, value }),
                None => sorted.dense.push(Dense { place, value: *integer }),
            }
        }
        sorted
    }

    /// Exactly as much room as is needed: a list that grows leaves a copy behind that nobody wipes.
    fn with_room_for(integers: &[BigInt<4>]) -> Self {
        let (mut units, mut small, mut dense) = (0, 0, 0);
        for integer in integers {
            match small_value(*integer) {
                Some(0) => {}
                Some(-1 | 1) => units += 1,
                Some(_) => small += 1,
                None => dense += 1,
            }
        }
        Self {
            units: Zeroizing::new(Vec::with_capacity(units)),
            small: Zeroizing::new(Vec::with_capacity(small)),
            dense: Zeroizing::new(Vec::with_capacity(dense)),
        }
    }

    /// The sum of all points, each times its scalar; the first point belongs to scalar number
    /// `first`. Scalars before it, and those behind the last point, are left out.
    pub(super) fn sum<C>(&self, points: &[Affine<C>], first: usize) -> Projective<C>
    where
        C: SWCurveConfig<ScalarField = Fr>,
    {
        let points = Points { points, first };
        let dense = || dense_part(&points, &self.dense);
        let units = || in_chunks(&self.units, |units| unit_sum(&points, units));
        let small = || in_chunks(&self.small, |small| small_sum(&points, small));
        let (dense, (units, small)) = rayon::join(dense, || rayon::join(units, small));
        dense + units + small
    }
}

/// The sum of all points, each times its scalar, where nearly all scalars are large. The longer
/// list is cut to the length of the shorter. The elements are wiped before the work begins, their
/// integers after it.
pub(super) fn dense_sum<C>(scalars: Zeroizing<Vec<Fr>>, points: &[Affine<C>]) -> Projective<C>
where
    C: SWCurveConfig<ScalarField = Fr>,
{
    let integers = integers(&scalars);
    drop(scalars);
    msm_bigint::<C>(points, &integers)
}

/// Points with the number of the scalar that the first one belongs to.
struct Points<'a, C: SWCurveConfig> {
    points: &'a [Affine<C>],
    first: usize,
}

impl<C: SWCurveConfig> Points<'_, C> {
    /// The point of a scalar, if it has one that adds something.
    fn get(&self, place: usize) -> Option<Affine<C>> {
        let point = self.points.get(place.checked_sub(self.first)?)?;
        (!point.is_zero()).then_some(*point)
    }
}

/// The sum for dense scalars. Their points are copied, without those at infinity: few wires stand
/// in every matrix.
fn dense_part<C>(points: &Points<'_, C>, dense: &[Dense]) -> Projective<C>
where
    C: SWCurveConfig<ScalarField = Fr>,
{
    let count = dense.iter().filter(|scalar| points.get(scalar.place).is_some()).count();
    let mut bases = Vec::with_capacity(count);
    let mut values = Zeroizing::new(Vec::with_capacity(count));
    for Dense { place, value } in dense {
        if let Some(point) = points.get(*place) {
            bases.push(point);
            values.push(*value);
        }
    }
    msm_bigint::<C>(&bases, &values)
}

/// The sum of what `sum` gives for one part of the scalars for each thread.
fn in_chunks<C: SWCurveConfig>(
    scalars: &[Small],
    sum: impl Fn(&[Small]) -> Projective<C> + Send + Sync,
) -> Projective<C> {
    let chunk = scalars.len().div_ceil(rayon::current_num_threads()).max(1);
    scalars.par_chunks(chunk).map(sum).sum()
}

/// The sum for scalars that are 1 or -1.
fn unit_sum<C: SWCurveConfig>(points: &Points<'_, C>, units: &[Small]) -> Projective<C> {
    let mut sum = Projective::<C>::ZERO_BUCKET;
    for Small { place, value } in units {
        if let Some(point) = points.get(*place) {
            add_signed(&mut sum, point, *value);
        }
    }
    sum.into()
}

/// The sum for scalars of less than 64 bits, by windows from the lowest bits upwards, until no
/// scalar reaches a window.
fn small_sum<C: SWCurveConfig>(points: &Points<'_, C>, small: &[Small]) -> Projective<C> {
    let mut windows = Vec::new();
    let mut shift = 0;
    while let Some(bits) = window_bits(small, shift) {
        windows.push((window_sum(points, small, shift, bits), bits));
        shift += bits;
    }
    windows.into_iter().rev().fold(Projective::<C>::ZERO, |above, (sum, bits)| {
        (0..bits).fold(above, |raised, _| raised.double()) + sum
    })
}

/// How many bits the window from bit `shift` on takes: arkworks' choice for as many scalars as
/// reach it, or none if none does.
fn window_bits(small: &[Small], shift: u32) -> Option<u32> {
    match small.iter().filter(|scalar| scalar.bits_from(shift) > 0).count() {
        0 => None,
        1..=31 => Some(3),
        // 0.69 makes a natural logarithm of a binary one.
        count => Some(count.ilog2() * 69 / 100 + 2),
    }
}

/// The sum for the numbers that stand in the bits of one window.
fn window_sum<C: SWCurveConfig>(
    points: &Points<'_, C>,
    small: &[Small],
    shift: u32,
    bits: u32,
) -> Projective<C> {
    let mut buckets = vec![Projective::<C>::ZERO_BUCKET; 1 << bits];
    let mask = (1u64 << bits) - 1;
    for scalar in small {
        let number = scalar.bits_from(shift) & mask;
        let Some(bucket) = buckets.get_mut(number as usize).filter(|_| number > 0) else {
            continue;
        };
        if let Some(point) = points.get(scalar.place) {
            add_signed(bucket, point, scalar.value);
        }
    }
    weighted_sum::<C>(&buckets)
}

/// Each bucket times its number: the sum of the sums of all buckets from each one upwards.
fn weighted_sum<C: SWCurveConfig>(buckets: &[Bucket<C>]) -> Projective<C> {
    let mut above = Projective::<C>::ZERO_BUCKET;
    let mut sum = Projective::<C>::ZERO_BUCKET;
    for bucket in buckets.iter().skip(1).rev() {
        above += bucket;
        sum += &above;
    }
    sum.into()
}

/// Adds a point, or subtracts it if its scalar is negative.
fn add_signed<C: SWCurveConfig>(sum: &mut Bucket<C>, point: Affine<C>, scalar: i64) {
    *sum += if scalar < 0 { -point } else { point };
}

impl Small {
    /// The scalar without its sign and its lowest bits.
    fn bits_from(&self, shift: u32) -> u64 {
        self.value.unsigned_abs().checked_shr(shift).unwrap_or(0)
    }
}

fn integers(scalars: &[Fr]) -> Zeroizing<Vec<BigInt<4>>> {
    Zeroizing::new(scalars.par_iter().map(|scalar| scalar.into_bigint()).collect())
}

/// The number that a scalar stands for if it has less than 64 bits, to either side of zero.
fn small_value(integer: BigInt<4>) -> Option<i64> {
    let mut opposite = Fr::MODULUS;
    opposite.sub_with_borrow(&integer);
    as_small(integer).or_else(|| as_small(opposite).map(|value| -value))
}

fn as_small(BigInt([lowest, higher @ ..]): BigInt<4>) -> Option<i64> {
    i64::try_from(lowest).ok().filter(|_| higher == [0; 3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{g1, g2};
    use ark_ec::{PrimeGroup, ScalarMul};
    use ark_ff::{Field, UniformRand, Zero};
    use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};

    fn random_scalar(rng: &mut StdRng) -> Fr {
        let size = match rng.gen_range(0..12) {
            0 => return Fr::ZERO,
            1..=2 => Fr::ONE,
            3 => Fr::from(rng.gen::<u8>()),
            4 => Fr::from(rng.gen::<u16>()),
            5 => Fr::from(rng.gen::<u32>()),
            6 => Fr::from(rng.gen::<u64>()),
            _ => return Fr::rand(rng),
        };
        [size, -size][rng.gen_range(0..2usize)]
    }

    /// What a point is times the generator: often the same as that of another point or its
    /// opposite, now and then zero, the point at infinity.
    fn random_logarithm(rng: &mut StdRng) -> Fr {
        match rng.gen_range(0..4) {
            0 => Fr::from(rng.gen_range(-3i64..=3)),
            _ => Fr::rand(rng),
        }
    }

    fn many<T>(count: usize, rng: &mut StdRng, one: fn(&mut StdRng) -> T) -> Vec<T> {
        (0..count).map(|_| one(rng)).collect()
    }

    /// Compares with the sum of the logarithms of all products.
    fn assert_sum<C>(logarithms: &[Fr], scalars: &[Fr], first: usize)
    where
        C: SWCurveConfig<ScalarField = Fr>,
    {
        let generator = Projective::<C>::generator();
        let points = generator.batch_mul(logarithms);
        let products = logarithms.iter().zip(&scalars[first..]);
        let expected: Fr = products.map(|(logarithm, scalar)| *logarithm * scalar).sum();
        let found = Scalars::sorted(scalars).sum(&points, first);
        assert_eq!(found, generator * expected, "{} points from {first}", points.len());
    }

    fn assert_sums(logarithms: &[Fr], scalars: &[Fr]) {
        assert_sum::<g1::Config>(logarithms, scalars, 0);
        assert_sum::<g2::Config>(logarithms, scalars, 0);
    }

    /// The same without the help of logarithms.
    fn assert_naive<C>(count: usize, rng: &mut StdRng)
    where
        C: SWCurveConfig<ScalarField = Fr>,
    {
        let points = Projective::<C>::generator().batch_mul(&many(count, rng, random_logarithm));
        let scalars = many(count, rng, random_scalar);
        let products = points.iter().zip(&scalars).map(|(point, scalar)| *point * scalar);
        let expected = products.fold(Projective::<C>::ZERO, |sum, product| sum + product);
        assert_eq!(Scalars::sorted(&scalars).sum(&points, 0), expected, "{count} points");
        assert_eq!(dense_sum(Zeroizing::new(scalars), &points), expected, "{count} points");
    }

    #[test]
    fn a_sum_is_the_naive_one() {
        let mut rng = StdRng::seed_from_u64(1);
        for count in [0, 1, 2, 3, 31, 32, 33, 100, 257] {
            assert_naive::<g1::Config>(count, &mut rng);
            assert_naive::<g2::Config>(count, &mut rng);
        }
    }

    /// Enough dense scalars that their buckets are affine, which begins at 2,049.
    #[test]
    fn a_long_sum_is_that_of_the_logarithms() {
        let mut rng = StdRng::seed_from_u64(2);
        for count in [5_003, 8_192] {
            let logarithms = many(count, &mut rng, random_logarithm);
            let scalars = many(count, &mut rng, random_scalar);
            assert!(Scalars::sorted(&scalars).dense.len() > 2_048);
            assert_sums(&logarithms, &scalars);
        }
    }

    #[test]
    fn equal_scalars_and_equal_points_collide_without_harm() {
        let mut rng = StdRng::seed_from_u64(3);
        let values = [0, 1, -1, 2, -2, 255, -256, 65_536, -65_537, i64::MAX, -i64::MAX];
        let dense = [Fr::from(u64::MAX), -Fr::from(u64::MAX), Fr::rand(&mut rng)];
        for scalar in values.map(Fr::from).into_iter().chain(dense) {
            for logarithm in [Fr::ZERO, Fr::ONE, Fr::rand(&mut rng)] {
                assert_sums(&[logarithm; 70], &[scalar; 70]);
                let alternating: Vec<Fr> =
                    (0..71usize).map(|place| [logarithm, -logarithm][place % 2]).collect();
                assert_sums(&alternating, &[scalar; 71]);
            }
        }
        assert_sums(&[Fr::ONE; 3_000], &[dense[2]; 3_000]);
    }

    #[test]
    fn one_long_scalar_among_many_short_ones_reaches_all_windows() {
        let mut rng = StdRng::seed_from_u64(4);
        let mut scalars = vec![Fr::from(200u8); 500];
        scalars[123] = Fr::from(-0x7edc_ba98_7654_3210_i64);
        assert_eq!(Scalars::sorted(&scalars).small.len(), 500);
        assert_sums(&many(500, &mut rng, random_logarithm), &scalars);
    }

    #[test]
    fn a_sum_may_begin_behind_the_first_scalar_and_end_before_the_last() {
        let mut rng = StdRng::seed_from_u64(5);
        let scalars = many(300, &mut rng, random_scalar);
        for (first, count) in [(0, 300), (6, 294), (6, 100), (0, 0), (300, 0), (299, 1)] {
            let logarithms = many(count, &mut rng, random_logarithm);
            assert_sum::<g1::Config>(&logarithms, &scalars, first);
            assert_sum::<g2::Config>(&logarithms, &scalars, first);
        }
    }

    #[test]
    fn points_without_a_scalar_are_left_out() {
        let mut rng = StdRng::seed_from_u64(6);
        let scalars = many(50, &mut rng, random_scalar);
        let points =
            Projective::<g1::Config>::generator().batch_mul(&many(60, &mut rng, random_logarithm));
        let expected = Scalars::sorted(&scalars).sum(&points[..50], 0);
        assert_eq!(Scalars::sorted(&scalars).sum(&points, 0), expected);
        assert_eq!(dense_sum(Zeroizing::new(scalars), &points), expected);
    }

    #[test]
    fn a_sum_is_the_same_with_any_number_of_threads() {
        let mut rng = StdRng::seed_from_u64(7);
        let logarithms = many(401, &mut rng, random_logarithm);
        let scalars = many(401, &mut rng, random_scalar);
        for threads in [1, 2, 3, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| assert_sums(&logarithms, &scalars));
        }
    }

    #[test]
    fn scalars_are_sorted_by_size() {
        let power = Fr::from(1u64 << 63);
        let small = [2, -2, 255, i64::MAX, -i64::MAX];
        let dense = [power, -power, Fr::from(u64::MAX), power.square()];
        let scalars: Vec<Fr> =
            [0, 1, -1, 0].into_iter().chain(small).map(Fr::from).chain(dense).collect();
        let sorted = Scalars::sorted(&scalars);
        let found = |class: &[Small]| -> Vec<(usize, i64)> {
            class.iter().map(|scalar| (scalar.place, scalar.value)).collect()
        };
        assert_eq!(found(&sorted.units), [(1, 1), (2, -1)]);
        assert_eq!(found(&sorted.small), (4usize..9).zip(small).collect::<Vec<_>>());
        let integers = dense.map(Fr::into_bigint);
        let found: Vec<_> =
            sorted.dense.iter().map(|scalar| (scalar.place, scalar.value)).collect();
        assert_eq!(found, (9usize..13).zip(integers).collect::<Vec<_>>());
    }

    /// Otherwise the lists grow, and leave secrets behind where they were.
    #[test]
    fn room_is_made_once() {
        let scalars = many(1_000, &mut StdRng::seed_from_u64(8), random_scalar);
        let Scalars { units, small, dense } = Scalars::sorted(&scalars);
        assert_eq!(units.capacity(), units.len());
        assert_eq!(small.capacity(), small.len());
        assert_eq!(dense.capacity(), dense.len());
        let zeros = scalars.iter().filter(|scalar| scalar.is_zero()).count();
        assert_eq!(units.len() + small.len() + dense.len() + zeros, 1_000);
    }

    #[test]
    fn a_window_is_as_wide_as_its_scalars_are_many() {
        let small = |count, value| vec![Small { place: 0, value }; count];
        assert_eq!(window_bits(&[], 0), None);
        assert_eq!(window_bits(&small(31, 8), 0), Some(3));
        assert_eq!(window_bits(&small(32, 8), 0), Some(5));
        assert_eq!(window_bits(&small(1_024, -8), 3), Some(8));
        assert_eq!(window_bits(&small(1_024, -8), 4), None);
        assert_eq!(window_bits(&small(1, i64::MAX), 62), Some(3));
        assert_eq!(window_bits(&small(1, i64::MAX), 63), None);
        assert_eq!(window_bits(&small(1, i64::MAX), 65), None);
    }
}
