//! The prover against that of ark-groth16, on real circuits.

use crate::{
    fold::{named, sample},
    support::rng,
};
use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::{
    r1cs_to_qap::{LibsnarkReduction, R1CSToQAP},
    Groth16,
};
use ark_std::rand::Rng;
use nocknock_circuits::{
    fold, groth16, keys::Reduction, r1cs::Matrices, reduction::CircomReduction, seal,
};
use nocknock_groth16::Proof;
use nocknock_primitives::model::{recipient::Scalar, Architecture, RecipientSecret};

/// Proves twice with the same random numbers, under a key made for the occasion.
fn assert_same<R: R1CSToQAP>(reduction: Reduction, matrices: &Matrices, assignment: &[Fr]) {
    assert!(matrices.is_satisfied_by(assignment));
    let key = Groth16::<Bn254, R>::generate_random_parameters_with_reduction(matrices, &mut rng(1));
    let key = key.unwrap();
    let found = groth16::prove(&key, reduction, matrices, assignment, &mut rng(2)).unwrap();
    let mut random = rng(2);
    let expected = Groth16::<Bn254, R>::create_proof_with_reduction_and_matrices(
        &key,
        Fr::rand(&mut random),
        Fr::rand(&mut random),
        matrices.abc(),
        matrices.public() + 1,
        matrices.constraints(),
        assignment,
    );
    let ark_groth16::Proof { a, b, c } = expected.unwrap();
    assert_eq!(found, Proof { a, b, c });
}

fn assert_same_score<R: R1CSToQAP>(
    reduction: Reduction,
    architecture: &Architecture,
    samples: usize,
    seed: u64,
) {
    let mut rng = rng(seed);
    let circuit = fold::Circuit::compile(architecture);
    let private = sample::private(architecture, samples, &mut rng);
    let public = sample::public(architecture, &private, &mut rng);
    assert_same::<R>(reduction, circuit.matrices(), &circuit.assign(&public, &private));
}

#[test]
fn proofs_of_a_score_are_those_of_ark_groth16() {
    let tiny = named("tiny-4x3x2");
    assert_same_score::<LibsnarkReduction>(Reduction::Libsnark, &tiny, 30, 50);
    assert_same_score::<CircomReduction>(Reduction::Circom, &tiny, 40, 51);
    let mut rng = rng(52);
    for (kind, seed) in (0..sample::HEADS).zip(53..) {
        let architecture = sample::architecture(kind, &mut rng);
        let samples = usize::from(architecture.samples);
        assert_same_score::<LibsnarkReduction>(Reduction::Libsnark, &architecture, samples, seed);
    }
}

#[test]
fn proofs_of_a_sealing_are_those_of_ark_groth16() {
    let mut rng = rng(58);
    let circuit = seal::Circuit::compile(&());
    let recipient = RecipientSecret::from_bytes(rng.gen()).key();
    let private = seal::Private::new(Fr::rand(&mut rng), &Scalar::from_uniform_bytes(rng.gen()));
    let public = private.public_inputs(&recipient, Fr::rand(&mut rng)).unwrap();
    let assignment = circuit.assign(&public, &private);
    assert_same::<LibsnarkReduction>(Reduction::Libsnark, circuit.matrices(), &assignment);
}
