//! The prover against that of ark-groth16, on real circuits.

use crate::support::{random_private, random_shape, random_weights, rng, TINY};
use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::{
    r1cs_to_qap::{LibsnarkReduction, R1CSToQAP},
    Groth16,
};
use nocknock_circuits::{
    delivery, groth16, keys::Reduction, r1cs::Matrices, reduction::CircomReduction, score,
};
use nocknock_groth16::Proof;
use nocknock_primitives::model::MlpShape;

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

fn assert_same_score<R: R1CSToQAP>(reduction: Reduction, shape: &MlpShape, seed: u64) {
    let mut rng = rng(seed);
    let circuit = score::Circuit::compile(shape);
    let private = random_private(shape, &mut rng);
    let public = private.public_inputs(shape, Fr::rand(&mut rng)).unwrap();
    assert_same::<R>(reduction, circuit.matrices(), &circuit.assign(&public, &private));
}

#[test]
fn proofs_of_a_score_are_those_of_ark_groth16() {
    assert_same_score::<LibsnarkReduction>(Reduction::Libsnark, TINY, 50);
    assert_same_score::<CircomReduction>(Reduction::Circom, TINY, 51);
    let mut rng = rng(52);
    for seed in 53..56 {
        let shape = random_shape(&mut rng);
        assert_same_score::<LibsnarkReduction>(Reduction::Libsnark, &shape, seed);
    }
}

#[test]
fn proofs_of_a_delivery_are_those_of_ark_groth16() {
    let mut rng = rng(56);
    let circuit = delivery::Circuit::compile(TINY);
    let [key, salt, context] = [0; 3].map(|_| Fr::rand(&mut rng));
    let weights = random_weights(TINY, &mut rng);
    let private = delivery::Private::new(TINY, key, salt, &weights).unwrap();
    let public = private.public_inputs(TINY, context);
    let assignment = circuit.assign(&public, &private);
    assert_same::<LibsnarkReduction>(Reduction::Libsnark, circuit.matrices(), &assignment);
}
