//! One proof at a time.

use crate::trapdoor::{g1, g2, scalar, Trapdoor};
use ark_bn254::Fq;
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use nocknock_groth16::{
    decode_input, encode_input, verify, Fr, G1Affine, InputError, Proof, VerifyError,
};

#[test]
fn proofs_hold_for_keys_of_every_size() {
    for inputs in [0, 1, 2, 5, 20] {
        let trapdoor = Trapdoor::new(inputs, 1);
        let statement = trapdoor.statement(3);
        assert_eq!(
            verify(&trapdoor.prepared(), &statement.inputs, &statement.proof),
            Ok(()),
            "{inputs} inputs"
        );
    }
}

#[test]
fn inputs_at_the_edges_of_the_field_are_handled() {
    let trapdoor = Trapdoor::new(4, 2);
    let inputs = [0u64.into(), 1u64.into(), -Fr::from(1u64), Fr::from(u64::MAX)];
    assert_eq!(verify(&trapdoor.prepared(), &inputs, &trapdoor.prove(&inputs, 5)), Ok(()));
}

/// `L` is infinity when the inputs cancel out; the equation holds all the same.
#[test]
fn a_statement_at_infinity_is_handled() {
    let trapdoor = Trapdoor::new(1, 3);
    let inputs = [-trapdoor.ic[0] / trapdoor.ic[1]];
    let proof = trapdoor.prove(&inputs, 6);
    assert_eq!(verify(&trapdoor.prepared(), &inputs, &proof), Ok(()));
    let other = [inputs[0] + Fr::from(1u64)];
    assert_eq!(verify(&trapdoor.prepared(), &other, &proof), Err(VerifyError::Refused));
}

#[test]
fn every_changed_input_is_refused() {
    let trapdoor = Trapdoor::new(5, 4);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(1));
    for i in 0..5 {
        for change in [Fr::from(1u64), -Fr::from(1u64), scalar(9)] {
            let mut inputs = statement.inputs.clone();
            inputs[i] += change;
            assert_eq!(
                verify(&key, &inputs, &statement.proof),
                Err(VerifyError::Refused),
                "input {i}"
            );
        }
    }
    let mut swapped = statement.inputs.clone();
    swapped.swap(0, 1);
    assert_eq!(verify(&key, &swapped, &statement.proof), Err(VerifyError::Refused));
}

#[test]
fn a_wrong_number_of_inputs_is_refused() {
    let trapdoor = Trapdoor::new(5, 5);
    let key = trapdoor.prepared();
    // Missing inputs must not count as zero.
    let padded = [scalar(1), scalar(2), scalar(3), Fr::from(0u64), Fr::from(0u64)];
    let proof = trapdoor.prove(&padded, 7);
    assert_eq!(verify(&key, &padded, &proof), Ok(()));
    for actual in [0, 3, 4] {
        let refused = Err(VerifyError::InputCount { expected: 5, actual });
        assert_eq!(verify(&key, &padded[..actual], &proof), refused);
    }
    let more = [padded.as_slice(), &[Fr::from(0u64)]].concat();
    assert_eq!(
        verify(&key, &more, &proof),
        Err(VerifyError::InputCount { expected: 5, actual: 6 })
    );
}

#[test]
fn a_proof_of_another_key_is_refused() {
    let (ours, theirs) = (Trapdoor::new(5, 6), Trapdoor::new(5, 7));
    let statement = theirs.statement(2);
    assert_eq!(verify(&theirs.prepared(), &statement.inputs, &statement.proof), Ok(()));
    assert_eq!(
        verify(&ours.prepared(), &statement.inputs, &statement.proof),
        Err(VerifyError::Refused)
    );
}

#[test]
fn replaced_points_are_refused() {
    let trapdoor = Trapdoor::new(2, 8);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(4));
    let proof = statement.proof;
    let swapped = Proof { a: proof.c, c: proof.a, ..proof };
    let changed = [
        swapped,
        Proof { a: g1(scalar(50)), ..proof },
        Proof { b: g2(scalar(51)), ..proof },
        Proof { c: g1(scalar(52)), ..proof },
        Proof { a: -proof.a, ..proof },
        Proof { b: -proof.b, ..proof },
        Proof { c: -proof.c, ..proof },
    ];
    for changed in changed {
        assert_eq!(verify(&key, &statement.inputs, &changed), Err(VerifyError::Refused));
    }
}

/// Not a weakness of the verifier but a fact that its users must know.
#[test]
fn a_proof_can_be_turned_into_another_one() {
    let trapdoor = Trapdoor::new(2, 9);
    let statement = trapdoor.statement(4);
    let proof = statement.proof;
    let negated = Proof { a: -proof.a, b: -proof.b, c: proof.c };
    assert_ne!(negated.to_evm_bytes(), proof.to_evm_bytes());
    assert_eq!(verify(&trapdoor.prepared(), &statement.inputs, &negated), Ok(()));
}

/// A proof built in memory may hold anything; it must be refused, not panic.
#[test]
fn points_that_no_decoder_lets_through_do_not_panic() {
    let trapdoor = Trapdoor::new(1, 10);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(4));
    let off_curve = G1Affine::new_unchecked(Fq::from(5u64), Fq::from(5u64));
    for a in [G1Affine::zero(), off_curve] {
        let proof = Proof { a, ..statement.proof };
        assert_eq!(verify(&key, &statement.inputs, &proof), Err(VerifyError::Refused));
    }
}

#[test]
fn inputs_of_r_and_more_are_refused() {
    let order: [u8; 32] = Fr::MODULUS.to_bytes_be().try_into().unwrap();
    let mut above = order;
    above[31] += 5;
    for bytes in [order, above, [0xff; 32]] {
        assert_eq!(decode_input(&bytes), Err(InputError::TooLarge));
    }
    for input in [Fr::from(0u64), Fr::from(0x0102u64), -Fr::from(1u64), scalar(1)] {
        assert_eq!(decode_input(&encode_input(&input)), Ok(input));
    }
    assert_eq!(encode_input(&Fr::from(0x0102u64))[30..], [1, 2]);
}
