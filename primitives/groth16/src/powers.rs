//! Powers in the target group of the pairing.

use alloc::vec::Vec;
use ark_bn254::Fq12;
use ark_ff::{BigInt, BigInteger, CyclotomicMultSubgroup, Field};

/// `a^x · b^y` for elements of the cyclotomic subgroup, where inverting is free: signed digits, one
/// chain of squarings.
pub(crate) fn power_of_pair(a: &Fq12, x: u128, b: &Fq12, y: u128) -> Fq12 {
    let factors = [Factor::new(a, x), Factor::new(b, y)];
    let length = factors.iter().map(|factor| factor.digits.len()).max().unwrap_or(0);
    let mut power = Fq12::ONE;
    for position in (0..length).rev() {
        power.cyclotomic_square_in_place();
        factors.iter().filter_map(|factor| factor.at(position)).for_each(|factor| power *= factor);
    }
    power
}

struct Factor<'a> {
    base: &'a Fq12,
    inverse: Fq12,
    digits: Vec<i64>,
}

impl<'a> Factor<'a> {
    fn new(base: &'a Fq12, exponent: u128) -> Self {
        let [low, high] = [exponent as u64, (exponent >> u64::BITS) as u64];
        // The third limb takes the carry of the highest digit.
        let digits = BigInt::new([low, high, 0]).find_wnaf(2).unwrap_or_default();
        let mut inverse = *base;
        inverse.conjugate_in_place();
        Self { base, inverse, digits }
    }

    fn at(&self, position: usize) -> Option<&Fq12> {
        match self.digits.get(position)? {
            1 => Some(self.base),
            -1 => Some(&self.inverse),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_bn254::{Bn254, G1Affine, G2Affine};
    use ark_ec::{pairing::Pairing, AffineRepr};

    #[test]
    fn signed_digits_equal_square_and_multiply() {
        let a = Bn254::pairing(G1Affine::generator(), G2Affine::generator()).0;
        let b = a.pow([7]);
        for (x, y) in [(0, 0), (1, 0), (0, 1), (3, 7), (u128::MAX, u128::MAX), (1 << 127, 12345)] {
            let limbs = |value: u128| [value as u64, (value >> 64) as u64];
            assert_eq!(power_of_pair(&a, x, &b, y), a.pow(limbs(x)) * b.pow(limbs(y)));
        }
    }
}
