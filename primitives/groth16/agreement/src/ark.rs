//! ark-groth16, with a decoder that shares nothing with the project's own.

use crate::statement::Item;
use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{PrimeField, Zero};
use ark_groth16::{Groth16, VerifyingKey};
use ark_snark::SNARK;
use num_bigint::BigUint;

/// Whether the bytes are points of the right groups and ark-groth16 accepts them.
pub fn accepts(key: &VerifyingKey<Bn254>, item: &Item) -> bool {
    let inputs: Option<Vec<Fr>> = item.inputs.iter().map(|word| number(word)).collect();
    match (inputs, proof(&item.proof)) {
        (Some(inputs), Some(proof)) => {
            Groth16::<Bn254>::verify(key, &inputs, &proof).unwrap_or(false)
        }
        _ => false,
    }
}

fn proof(bytes: &[u8]) -> Option<ark_groth16::Proof<Bn254>> {
    let words: Vec<Fq> = bytes.chunks(32).map(number).collect::<Option<_>>()?;
    let [ax, ay, bx1, bx0, by1, by0, cx, cy] = words.try_into().ok()?;
    let a = G1Affine::new_unchecked(ax, ay);
    let b = G2Affine::new_unchecked(Fq2::new(bx0, bx1), Fq2::new(by0, by1));
    let c = G1Affine::new_unchecked(cx, cy);
    let valid = a.is_on_curve() && b.is_on_curve() && c.is_on_curve() && has_prime_order(&b);
    valid.then_some(ark_groth16::Proof { a, b, c })
}

/// By definition, without the endomorphism.
fn has_prime_order(point: &G2Affine) -> bool {
    point.mul_bigint(Fr::MODULUS).is_zero()
}

fn number<F: PrimeField>(bytes: &[u8]) -> Option<F> {
    let number = BigUint::from_bytes_be(bytes);
    (number < F::MODULUS.into()).then(|| F::from(number))
}
