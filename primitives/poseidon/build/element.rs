//! Arithmetic in the BN254 scalar field, for the few thousand operations of the build script.

use num_bigint::BigUint;
use std::{
    iter::Sum,
    ops::{Add, Mul, Neg},
    sync::LazyLock,
};

static MODULUS: LazyLock<BigUint> = LazyLock::new(|| {
    "21888242871839275222246405745257275088548364400416034343698204186575808495617"
        .parse()
        .expect("a decimal number")
});

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element(BigUint);

impl Element {
    pub(crate) fn from_limbs(limbs: [u64; 4]) -> Self {
        let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
        Self(BigUint::from_bytes_le(&bytes) % &*MODULUS)
    }

    pub(crate) fn from_small(value: usize) -> Self {
        Self(BigUint::from(value))
    }

    pub(crate) fn zero() -> Self {
        Self::from_small(0)
    }

    pub(crate) fn one() -> Self {
        Self::from_small(1)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self == &Self::zero()
    }

    /// The inverse, by Fermat's little theorem.
    pub(crate) fn inverse(&self) -> Self {
        assert!(!self.is_zero(), "zero has no inverse");
        Self(self.0.modpow(&(&*MODULUS - 2u32), &MODULUS))
    }

    /// The limbs of the Montgomery form, as arkworks keeps an element.
    pub(crate) fn montgomery_limbs(&self) -> [u64; 4] {
        let mut limbs = [0; 4];
        let shifted: BigUint = &self.0 << 256u32;
        limbs
            .iter_mut()
            .zip((shifted % &*MODULUS).to_u64_digits())
            .for_each(|(limb, digit)| *limb = digit);
        limbs
    }
}

impl Add for &Element {
    type Output = Element;

    fn add(self, other: &Element) -> Element {
        Element((&self.0 + &other.0) % &*MODULUS)
    }
}

impl Mul for &Element {
    type Output = Element;

    fn mul(self, other: &Element) -> Element {
        Element((&self.0 * &other.0) % &*MODULUS)
    }
}

impl Neg for &Element {
    type Output = Element;

    fn neg(self) -> Element {
        Element((&*MODULUS - &self.0) % &*MODULUS)
    }
}

impl Sum for Element {
    fn sum<I: Iterator<Item = Element>>(terms: I) -> Element {
        terms.fold(Element::zero(), |sum, term| &sum + &term)
    }
}
