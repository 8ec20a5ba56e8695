//! Proofs from end to end, under keys that are made for the test.

use super::{named, sample};
use crate::support::rng;
use ark_bn254::{Bn254, Fr};
use ark_ff::Field;
use ark_groth16::Groth16;
use ark_std::rand::rngs::StdRng;
use nocknock_circuits::{
    fold::{Circuit, Private, Proof, Public},
    groth16,
    keys::{verifying_key, Reduction},
};
use nocknock_groth16::PreparedVerifyingKey;

/// A proof, whether it holds or not, and the key to verify it with.
fn prove(
    circuit: &Circuit,
    public: &Public,
    private: &Private,
    rng: &mut StdRng,
) -> (Proof, PreparedVerifyingKey) {
    let matrices = circuit.matrices();
    let key = Groth16::<Bn254>::generate_random_parameters_with_reduction(matrices, rng).unwrap();
    let assignment = circuit.assign(public, private);
    let points = groth16::prove(&key, Reduction::Libsnark, matrices, &assignment, rng).unwrap();
    let proof = Proof::from_bytes(&points.to_evm_bytes()).unwrap();
    (proof, verifying_key(&key.vk).prepare(matrices.public()).unwrap())
}

fn example(rng: &mut StdRng) -> (Circuit, Public, Private) {
    let architecture = named("tiny-5x4x3x3");
    let private = sample::private(&architecture, 30, rng);
    let public = sample::public(&architecture, &private, rng);
    (Circuit::compile(&architecture), public, private)
}

#[test]
fn a_score_is_proved_and_every_public_input_is_bound_by_the_proof() {
    let rng = &mut rng(121);
    let (circuit, public, private) = example(rng);
    let (proof, key) = prove(&circuit, &public, &private, rng);
    assert_eq!(proof.verify(&key, &public), Ok(()));
    let one = Fr::ONE;
    let changed = [
        Public { context: public.context + one, ..public },
        Public { commitment: public.commitment + one, ..public },
        Public { sums: public.sums + one, ..public },
        Public { inputs: public.inputs + one, ..public },
        Public { rho: public.rho + one, ..public },
        Public { theta: public.theta + one, ..public },
        Public { evaluation: public.evaluation + one, ..public },
        Public { score: public.score + 1, ..public },
    ];
    for other in changed {
        assert!(proof.verify(&key, &other).is_err(), "{other:?}");
    }
}

#[test]
fn the_proof_of_a_score_that_is_too_high_or_too_low_does_not_hold() {
    let rng = &mut rng(122);
    let (circuit, public, private) = example(rng);
    assert!(public.score > 0);
    for score in [public.score + 1, public.score - 1] {
        let stated = Public { score, ..public };
        let (proof, key) = prove(&circuit, &stated, &private, rng);
        assert!(proof.verify(&key, &stated).is_err(), "{score}");
    }
}

#[test]
fn secrets_do_not_reach_debug_output() {
    let (_, _, private) = example(&mut rng(123));
    assert_eq!(format!("{private:?}"), "Private(hidden)");
}
