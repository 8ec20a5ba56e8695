use super::*;
use ark_ec::AffineRepr;
use ark_ff::{BigInt, BigInteger, PrimeField, UniformRand};
use ark_std::rand::{rngs::StdRng, Rng, SeedableRng};

/// Runs a gadget, expects this many rows, all of them satisfied, and gives the point.
fn compute(rows: usize, gadget: impl Fn(&mut Synthesizer) -> Point) -> EdwardsAffine {
    let mut cs = Synthesizer::recording(&[]);
    gadget(&mut cs);
    let matrices = cs.into_matrices().unwrap();
    assert_eq!(matrices.constraints(), rows);
    let mut cs = Synthesizer::assigning(&[], 0);
    let Point { x, y } = gadget(&mut cs);
    let point = EdwardsAffine::new_unchecked(cs.evaluate(x), cs.evaluate(y));
    assert!(matrices.is_satisfied_by(&cs.into_assignment()));
    point
}

fn allocate(cs: &mut Synthesizer, point: &EdwardsAffine) -> Point {
    let (x, y) = (cs.witness(point.x), cs.witness(point.y));
    Point::from_wires(x, y)
}

fn allocate_bits(cs: &mut Synthesizer, bits: &[bool]) -> Vec<usize> {
    bits.iter().map(|bit| cs.witness(Fr::from(*bit))).collect()
}

/// The identity, the other points of order 2 and 4, points of the subgroup of prime order with
/// their negatives, and sums of both kinds.
fn points() -> Vec<EdwardsAffine> {
    let mut rng = StdRng::seed_from_u64(1);
    let (zero, one) = (Fr::ZERO, Fr::ONE);
    let small = [(zero, one), (zero, -one), (one, zero), (-one, zero)];
    let small = small.map(|(x, y)| EdwardsAffine::new_unchecked(x, y));
    let mut points = small.to_vec();
    for _ in 0..3 {
        let point = EdwardsAffine::rand(&mut rng);
        points.extend([point, -point]);
        points.extend(small.iter().skip(1).map(|small| EdwardsAffine::from(point + small)));
    }
    points.push(EdwardsAffine::generator());
    assert!(points.iter().all(EdwardsAffine::is_on_curve));
    points
}

fn random_bits(count: usize, rng: &mut StdRng) -> Vec<bool> {
    (0..count).map(|_| rng.gen()).collect()
}

/// The multiple as ark-ed-on-bn254 computes it.
fn native_multiple(point: &EdwardsAffine, bits: &[bool]) -> EdwardsAffine {
    point.mul_bigint(BigInt::<4>::from_bits_le(bits)).into()
}

#[test]
fn the_law_is_complete_because_d_is_not_a_square() {
    let d = EdwardsConfig::COEFF_D;
    assert_eq!(d.pow(Fr::MODULUS_MINUS_ONE_DIV_TWO), -Fr::ONE);
    assert_eq!(EdwardsConfig::COEFF_A, Fr::ONE);
    assert_eq!(d * Fr::from(168_700u32), Fr::from(168_696u32));
}

#[test]
fn sums_of_any_two_points_are_the_native_ones() {
    for left in points() {
        for right in points() {
            let sum = compute(6, |cs| {
                let (left, right) = (allocate(cs, &left), allocate(cs, &right));
                left.plus(cs, &right)
            });
            assert_eq!(sum, EdwardsAffine::from(left + right), "{left} + {right}");
        }
    }
}

#[test]
fn doubles_are_the_native_ones() {
    for point in points() {
        let double = compute(5, |cs| allocate(cs, &point).doubled(cs));
        assert_eq!(double, EdwardsAffine::from(point + point), "{point}");
    }
}

#[test]
fn a_bit_chooses_between_a_point_and_the_identity() {
    for point in points() {
        for (bit, expected) in [(false, EdwardsAffine::zero()), (true, point)] {
            let chosen = compute(2, |cs| {
                let bit = cs.witness(Fr::from(bit));
                allocate(cs, &point).if_set(cs, bit)
            });
            assert_eq!(chosen, expected, "{point}");
        }
    }
}

#[test]
fn multiples_are_the_native_ones() {
    let mut rng = StdRng::seed_from_u64(2);
    for point in points() {
        for count in [1, 2, 3, 8, 250] {
            let bits = random_bits(count, &mut rng);
            let multiple = compute(13 * count - 11, |cs| {
                let bits = allocate_bits(cs, &bits);
                allocate(cs, &point).times(cs, &bits)
            });
            assert_eq!(multiple, native_multiple(&point, &bits), "{count} bits of {point}");
        }
    }
}

#[test]
fn multiples_of_constants_are_the_native_ones() {
    let mut rng = StdRng::seed_from_u64(3);
    for point in points() {
        for count in [1usize, 2, 3, 8, 9, 250] {
            let bits = random_bits(count, &mut rng);
            let multiple = compute(7 * count.div_ceil(2) - 6, |cs| {
                let bits = allocate_bits(cs, &bits);
                Point::constant_times(cs, point, &bits)
            });
            assert_eq!(multiple, native_multiple(&point, &bits), "{count} bits of {point}");
        }
    }
}

#[test]
fn extreme_numbers_are_no_exception() {
    let base = EdwardsAffine::generator();
    for bits in [[false; 250], [true; 250]] {
        let expected = native_multiple(&base, &bits);
        let of_constant = compute(869, |cs| {
            let bits = allocate_bits(cs, &bits);
            Point::constant_times(cs, base, &bits)
        });
        let of_wires = compute(3239, |cs| {
            let bits = allocate_bits(cs, &bits);
            allocate(cs, &base).times(cs, &bits)
        });
        assert_eq!((of_constant, of_wires), (expected, expected));
    }
}

#[test]
fn a_number_without_bits_gives_the_identity() {
    let base = EdwardsAffine::generator();
    assert_eq!(compute(0, |cs| Point::constant_times(cs, base, &[])), EdwardsAffine::zero());
    assert_eq!(compute(0, |cs| allocate(cs, &base).times(cs, &[])), EdwardsAffine::zero());
}

#[test]
fn the_equation_holds_for_points_of_the_curve_alone() {
    let holds = |point: EdwardsAffine| {
        let gadget = |mut cs: Synthesizer| {
            allocate(&mut cs, &point).enforce_on_curve(&mut cs);
            cs
        };
        let matrices = gadget(Synthesizer::recording(&[])).into_matrices().unwrap();
        assert_eq!(matrices.constraints(), 3);
        let assignment = gadget(Synthesizer::assigning(&[], 0)).into_assignment();
        matrices.is_satisfied_by(&assignment)
    };
    for point in points() {
        assert!(holds(point), "{point}");
        // Next to a point of the curve there hardly ever is another one.
        let moved = EdwardsAffine::new_unchecked(point.x + Fr::ONE, point.y);
        assert_eq!(holds(moved), moved.is_on_curve());
        let other = EdwardsAffine::new_unchecked(point.x, point.y + point.y);
        assert_eq!(holds(other), other.is_on_curve());
    }
    assert!(!holds(EdwardsAffine::new_unchecked(Fr::ZERO, Fr::ZERO)));
}

#[test]
fn changing_any_wire_breaks_a_row() {
    let mut rng = StdRng::seed_from_u64(4);
    let [left, right] = [0; 2].map(|_| EdwardsAffine::rand(&mut rng));
    let bits = random_bits(6, &mut rng);
    let gadget = |cs: &mut Synthesizer| {
        let (left, right) = (allocate(cs, &left), allocate(cs, &right));
        let bits = allocate_bits(cs, &bits);
        let multiple = left.plus(cs, &right).times(cs, &bits);
        let of_constant = Point::constant_times(cs, EdwardsAffine::generator(), &bits);
        multiple.plus(cs, &of_constant).doubled(cs)
    };
    let mut cs = Synthesizer::recording(&[]);
    gadget(&mut cs);
    let matrices = cs.into_matrices().unwrap();
    let mut cs = Synthesizer::assigning(&[], 0);
    gadget(&mut cs);
    let assignment = cs.into_assignment();
    for wire in 1..matrices.wires() {
        let mut changed = assignment.clone();
        changed[wire] += Fr::ONE;
        assert!(!matrices.is_satisfied_by(&changed), "wire {wire}");
    }
}
