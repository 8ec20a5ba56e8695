//! The 32-byte form of an element.

use ark_bn254::Fr;
use ark_ff::{BigInt, PrimeField};

/// The canonical 32 bytes of an element, big endian as the EVM has them.
pub fn to_be_bytes(element: &Fr) -> [u8; 32] {
    let mut bytes = [0; 32];
    let limbs = element.into_bigint().0;
    for (chunk, limb) in bytes.rchunks_exact_mut(8).zip(limbs) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}

/// The element of 32 big-endian bytes, `None` when the number is not below the modulus.
pub fn from_be_bytes(bytes: &[u8; 32]) -> Option<Fr> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().rev().zip(bytes.as_chunks().0) {
        *limb = u64::from_be_bytes(*chunk);
    }
    Fr::from_bigint(BigInt::new(limbs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::BigInteger;

    #[test]
    fn bytes_are_big_endian_and_come_back() {
        let bytes = to_be_bytes(&Fr::from(0x0102_0304u32));
        assert_eq!(bytes[28..], [1, 2, 3, 4]);
        assert_eq!(from_be_bytes(&bytes), Some(Fr::from(0x0102_0304u32)));
        let last = -Fr::from(1u32);
        assert_eq!(from_be_bytes(&to_be_bytes(&last)), Some(last));
    }

    #[test]
    fn the_modulus_and_more_are_refused() {
        let modulus: [u8; 32] = Fr::MODULUS.to_bytes_be().try_into().unwrap();
        assert_eq!(from_be_bytes(&modulus), None);
        assert_eq!(from_be_bytes(&[0xff; 32]), None);
    }
}
