//! Sums of products with one modular reduction.

use ark_bn254::Fr;
use ark_ff::{BigInt, BigInteger, PrimeField};

/// Most products that one sum may have: the upper half of the sum, below 27 · r² / 2^256, must fit
/// four limbs.
pub(crate) const MAX_TERMS: usize = 27;

/// r, 2r and 4r: what may have to be taken from the upper half of a sum.
const MULTIPLES: [BigInt<4>; 3] =
    [doubled(doubled(Fr::MODULUS)), doubled(Fr::MODULUS), Fr::MODULUS];

/// A sum of products of Montgomery forms, not reduced yet.
#[derive(Default)]
pub(crate) struct Sum {
    low: BigInt<4>,
    high: BigInt<4>,
}

impl Sum {
    /// Adds `left[0] * right[0] + left[1] * right[1] + ..`; at most [`MAX_TERMS`] products in all.
    pub(crate) fn add(mut self, left: &[Fr], right: &[Fr]) -> Self {
        for (left, right) in left.iter().zip(right) {
            let (low, mut high) = left.0.mul(&right.0);
            let carry = self.low.add_with_carry(&low);
            high.add_with_carry(&BigInt::from(u8::from(carry)));
            self.high.add_with_carry(&high);
        }
        self
    }

    /// The Montgomery form of the sum: `low / 2^256 + high`.
    pub(crate) fn reduce(mut self) -> Fr {
        for multiple in &MULTIPLES {
            if &self.high >= multiple {
                self.high.sub_with_borrow(multiple);
            }
        }
        let low = Fr::new_unchecked(self.low).into_bigint();
        Fr::new_unchecked(low) + Fr::new_unchecked(self.high)
    }
}

/// The sum of the products of two slices.
pub(crate) fn dot(left: &[Fr], right: &[Fr]) -> Fr {
    Sum::default().add(left, right).reduce()
}

const fn doubled(value: BigInt<4>) -> BigInt<4> {
    let [a, b, c, d] = value.0;
    BigInt::new([a << 1, b << 1 | a >> 63, c << 1 | b >> 63, d << 1 | c >> 63])
}
