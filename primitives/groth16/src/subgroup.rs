//! Membership in the subgroup of prime order of the twist.

use ark_bn254::{Config, Fq2, G2Affine, G2Projective};
use ark_ec::{bn::BnConfig, AdditiveGroup, AffineRepr};
use ark_ff::Field;

/// Whether a point of the twist has order r (or is infinity).
///
/// Checks `[x + 1] P + psi([x] P) + psi^2([x] P) = psi^3([2 x] P)` for the curve's parameter x, as
/// section 3 of eprint 2022/348 has it for this family of curves: one multiplication by 63 bits,
/// where arkworks takes 127. The tests show for each prime factor of the cofactor that no point of
/// that order passes.
pub(crate) fn contains(point: &G2Affine) -> bool {
    let multiple = point.mul_bigint(Config::X);
    let first = endomorphism(multiple);
    let second = endomorphism(first);
    let third = endomorphism(second);
    multiple + point + first + second == third.double()
}

/// psi: untwist, Frobenius, twist.
fn endomorphism(point: G2Projective) -> G2Projective {
    let conjugate = |coordinate: Fq2| coordinate.frobenius_map(1);
    let x = conjugate(point.x) * Config::TWIST_MUL_BY_Q_X;
    let y = conjugate(point.y) * Config::TWIST_MUL_BY_Q_Y;
    G2Projective::new_unchecked(x, y, conjugate(point.z))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Fq, Fr};
    use ark_ec::{CurveGroup, PrimeGroup};
    use ark_ff::PrimeField;

    /// The prime factors of the cofactor, little-endian limbs.
    const FACTORS: [&[u64]; 4] = [
        &[10069],
        &[5_864_401],
        &[1_875_725_156_269],
        &[0x9b6e_0b35_8e0d_894d, 0xe9da_b924_0f0c_6ab8, 0x2_1031_5729_f570],
    ];

    /// Points of the twist, nearly all of them outside the subgroup.
    fn points() -> impl Iterator<Item = G2Affine> {
        let candidates = (1u64..).map(|x| Fq2::new(Fq::from(x), Fq::from(x + 1)));
        candidates.filter_map(|x| {
            G2Affine::get_point_from_x_unchecked(x, x.c0.into_bigint().0[0] % 2 == 0)
        })
    }

    fn has_order_r(point: &G2Affine) -> bool {
        point.mul_bigint(Fr::MODULUS) == G2Projective::ZERO
    }

    #[test]
    fn points_of_the_subgroup_pass() {
        for multiple in 1u64..50 {
            let point = (G2Projective::generator() * Fr::from(multiple).square()).into_affine();
            assert!(contains(&point));
        }
        assert!(points().take(10).all(|point| contains(&point.clear_cofactor())));
    }

    #[test]
    fn the_answer_is_that_of_the_definition() {
        for point in points().take(100) {
            assert_eq!(contains(&point), has_order_r(&point));
            assert_eq!(contains(&point), point.is_in_correct_subgroup_assuming_on_curve());
        }
    }

    /// The cofactor has no square factor, so psi multiplies all points of one prime order by one
    /// number: if one of them is refused, all are, and so is every point that has such a part. This
    /// makes the check complete.
    #[test]
    fn points_of_each_prime_order_of_the_cofactor_are_refused() {
        for factor in FACTORS {
            let others = FACTORS.iter().filter(|other| **other != factor);
            let of_order = |point: G2Affine| {
                let point = point.mul_bigint(Fr::MODULUS);
                others.clone().fold(point, |point, other| point.mul_bigint(other)).into_affine()
            };
            let point = points().map(of_order).find(|point| !point.is_zero()).unwrap();
            assert_eq!(point.mul_bigint(factor), G2Projective::ZERO, "the order is the factor");
            assert!(!contains(&point), "order {factor:?}");
        }
    }
}
