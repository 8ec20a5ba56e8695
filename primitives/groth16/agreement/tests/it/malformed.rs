//! Points that no proof has, and too few or too many bytes or inputs.

use crate::Verifiers;
use ark_bn254::{Fq, Fq2, Fr, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{PrimeField, Zero};
use nocknock_groth16::Proof;
use nocknock_groth16_agreement::statement::Item;

/// The EVM reads zeros as infinity, a point like any other, with which the equation does not hold.
/// The others refuse the bytes.
#[test]
fn all_refuse_infinity_in_each_place() {
    let mut verifiers = Verifiers::new(5, 9);
    let item = verifiers.circuit.prove(3).unwrap();
    for place in [0..64, 64..192, 192..256, 0..256] {
        let mut infinite = item.clone();
        infinite.proof[place.clone()].fill(0);
        assert_eq!(verifiers.answers(&infinite), [false; 4], "{place:?}");
    }
}

/// One point has nothing to do with the proof, the other is the proof's own, moved by a point whose
/// order divides the cofactor.
#[test]
fn all_refuse_a_second_point_outside_the_subgroup() {
    let mut verifiers = Verifiers::new(5, 10);
    let item = verifiers.circuit.prove(4).unwrap();
    let proof = Proof::from_evm_bytes(&item.proof).unwrap();
    let stray = point_of_the_twist();
    let of_cofactor_order = stray.mul_bigint(Fr::MODULUS);
    assert!(!of_cofactor_order.is_zero());
    for b in [stray, (of_cofactor_order + proof.b).into_affine()] {
        assert!(b.is_on_curve());
        let bytes = Proof { b, ..proof }.to_evm_bytes();
        let outside = Item { proof: bytes.to_vec(), ..item.clone() };
        assert_eq!(verifiers.answers(&outside), [false; 4], "{b}");
    }
}

fn point_of_the_twist() -> G2Affine {
    (1u64..)
        .map(|x| Fq2::new(Fq::from(x), Fq::from(0u64)))
        .find_map(|x| G2Affine::get_point_from_x_unchecked(x, false))
        .unwrap()
}

#[test]
fn all_refuse_missing_and_trailing_bytes() {
    let mut verifiers = Verifiers::new(5, 11);
    let item = verifiers.circuit.prove(5).unwrap();
    for bytes in [0, 64, 192, 224, 255, 257, 288, 512] {
        let mut resized = item.clone();
        resized.proof.resize(bytes, 0);
        assert_eq!(verifiers.answers(&resized), [false; 4], "{bytes} bytes");
    }
}

/// The last input is 0, so that it can be left out or repeated without a change of the statement's
/// point. What ark-groth16 answers is not compared: its release 0.6 does not count the inputs,
/// which is why the chain does not use it.
#[test]
fn all_but_ark_groth16_refuse_a_wrong_number_of_inputs() {
    let mut verifiers = Verifiers::new(5, 12);
    let roots = [1u64, 2, 3, 4, 0].map(Fr::from);
    let item = verifiers.circuit.prove_roots(&roots, 6).unwrap();
    assert_eq!(verifiers.answers(&item), [true; 4]);
    for inputs in [0, 1, 4, 6, 7] {
        let mut resized = item.clone();
        resized.inputs.resize(inputs, [0; 32]);
        let [wasm, native, _, evm] = verifiers.answers(&resized);
        assert_eq!([wasm, native, evm], [false; 3], "{inputs} inputs");
    }
}
