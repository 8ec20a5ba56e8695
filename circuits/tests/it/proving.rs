//! Proofs from end to end.

use crate::support::{random_private, random_weights, rng, TINY};
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{Field, UniformRand};
use ark_groth16::Groth16;
use ark_std::rand::SeedableRng;
use nocknock_circuits::{
    delivery,
    keys::{ark_verifying_key, generate, KeyFault, KeyStore, ProvingKey, Reduction},
    reduction::CircomReduction,
    score, D1Prover, OnChain, ProveError, Prover, ProverError, PublicInputs, S1Prover, Stage,
};
use nocknock_primitives::{
    circuit::KeyOrigin,
    model::{shape::DIGITS_64X32X10, MlpShape},
};
use rand_chacha::ChaCha20Rng;

fn prover<S: OnChain>(shape: &MlpShape) -> Prover<S> {
    let circuit = nocknock_circuits::Circuit::compile(shape);
    let key = generate(&circuit).unwrap();
    Prover::new(circuit, key).unwrap()
}

fn score_inputs(shape: &MlpShape, seed: u64) -> (score::Public, score::Private) {
    let mut rng = rng(seed);
    let private = random_private(shape, &mut rng);
    (private.public_inputs(shape, Fr::rand(&mut rng)).unwrap(), private)
}

fn delivery_inputs(shape: &MlpShape, seed: u64) -> (delivery::Public, delivery::Private) {
    let mut rng = rng(seed);
    let weights = random_weights(shape, &mut rng);
    let [key, salt, context] = [0; 3].map(|_| Fr::rand(&mut rng));
    let private = delivery::Private::new(shape, key, salt, &weights).unwrap();
    (private.public_inputs(shape, context), private)
}

#[test]
fn a_score_is_proved_and_verified() {
    let prover: S1Prover = prover(TINY);
    let (public, private) = score_inputs(TINY, 30);
    let mut stages = Vec::new();
    let proof = prover.prove(&public, &private, |stage| stages.push(stage)).unwrap();
    assert_eq!(stages, [Stage::Check, Stage::Assign, Stage::Prove, Stage::Verify]);
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    assert_eq!(score::Proof::from_bytes(&proof.to_bytes()), Ok(proof));
}

#[test]
fn every_public_input_of_a_score_is_bound_by_the_proof() {
    let prover: S1Prover = prover(TINY);
    let (public, private) = score_inputs(TINY, 31);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    let one = Fr::ONE;
    let changed = [
        score::Public { context: public.context + one, ..public },
        score::Public { commitment: public.commitment + one, ..public },
        score::Public { block_root: public.block_root + one, ..public },
        score::Public { score: public.score + 1, ..public },
        score::Public { n_real: public.n_real + 1, ..public },
    ];
    for public in changed {
        assert!(proof.verify(prover.verifying_key(), &public).is_err(), "{public:?}");
    }
}

#[test]
fn every_public_input_of_a_delivery_is_bound_by_the_proof() {
    let prover: D1Prover = prover(TINY);
    let (public, private) = delivery_inputs(TINY, 32);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    let one = Fr::ONE;
    let changed = [
        delivery::Public { context: public.context + one, ..public },
        delivery::Public { commitment: public.commitment + one, ..public },
        delivery::Public { ciphertext_hash: public.ciphertext_hash + one, ..public },
        delivery::Public { key_hash: public.key_hash + one, ..public },
    ];
    for public in changed {
        assert!(proof.verify(prover.verifying_key(), &public).is_err(), "{public:?}");
    }
}

#[test]
fn a_false_statement_is_refused_before_proving() {
    let prover: S1Prover = prover(TINY);
    let (mut public, private) = score_inputs(TINY, 33);
    public.score += 1;
    let mut stages = Vec::new();
    let refused = prover.prove(&public, &private, |stage| stages.push(stage)).unwrap_err();
    assert!(matches!(refused, ProveError::Refused(score::Refusal::Score { .. })));
    assert_eq!(stages, [Stage::Check]);
}

#[test]
fn proofs_of_the_same_inputs_differ_unless_the_randomness_is_the_same() {
    let prover: S1Prover = prover(TINY);
    let (public, private) = score_inputs(TINY, 34);
    let [first, second] = [0, 1].map(|_| prover.prove(&public, &private, |_| ()).unwrap());
    assert_ne!(first, second);
    let fixed = || ChaCha20Rng::from_seed([7; 32]);
    let prove = || prover.prove_with(&public, &private, &mut fixed(), |_| ()).unwrap();
    assert_eq!(prove(), prove());
}

#[test]
fn ark_groth16_accepts_the_proof_too() {
    let prover: S1Prover = prover(TINY);
    let (public, private) = score_inputs(TINY, 35);
    let points = *prover.prove(&public, &private, |_| ()).unwrap().points();
    let proof = ark_groth16::Proof::<Bn254> { a: points.a, b: points.b, c: points.c };
    let key = ark_verifying_key(prover.key().verifying_key()).into();
    let accepted = |inputs: &[Fr]| Groth16::<Bn254>::verify_proof(&key, &proof, inputs).unwrap();
    let mut inputs = public.to_fields();
    assert!(accepted(&inputs));
    inputs[3] += Fr::ONE;
    assert!(!accepted(&inputs));
}

#[test]
fn a_key_made_for_snarkjs_reduction_proves_as_well() {
    let circuit = score::Circuit::compile(TINY);
    let points = Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(
        circuit.matrices(),
        &mut rng(36),
    );
    let key = ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Circom, points.unwrap());
    let prover = S1Prover::new(circuit, key).unwrap();
    let (public, private) = score_inputs(TINY, 37);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
}

#[test]
fn a_key_for_another_reduction_is_refused_and_gives_no_proof() {
    let circuit = score::Circuit::compile(TINY);
    let mut points = generate(&circuit).unwrap().points().clone();
    let key = |points| ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Circom, points);
    let refused = S1Prover::new(circuit.clone(), key(points.clone()));
    assert!(matches!(refused, Err(ProverError::Points(KeyFault::Count { list: "H", .. }))));
    points.h_query.push(points.h_query[0]);
    let prover = S1Prover::new(circuit.clone(), key(points)).unwrap();
    let (public, private) = score_inputs(TINY, 38);
    let withheld = prover.prove(&public, &private, |_| ());
    assert!(matches!(withheld, Err(ProveError::Withheld(_))));
}

/// A prover whose key has had its points changed, as long as they are as many as before.
fn with_points(change: impl FnOnce(&mut ark_groth16::ProvingKey<Bn254>)) -> S1Prover {
    let circuit = score::Circuit::compile(TINY);
    let mut points = generate(&circuit).unwrap().points().clone();
    change(&mut points);
    let key = ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Libsnark, points);
    S1Prover::new(circuit, key).unwrap()
}

/// What the check of blinding points on loading is for: nothing else notices this key.
#[test]
fn without_its_blinding_points_a_key_gives_proofs_that_hold_and_hide_nothing() {
    let prover = with_points(|points| {
        points.beta_g1 = G1Affine::zero();
        points.delta_g1 = G1Affine::zero();
        points.b_g1_query.fill(G1Affine::zero());
    });
    let (public, private) = score_inputs(TINY, 43);
    let [first, second] = [0, 1].map(|_| prover.prove(&public, &private, |_| ()).unwrap());
    assert_eq!(first.points().a, second.points().a);
    let refused = prover.key().check();
    assert_eq!(refused, Err(KeyFault::Blinding));
}

#[test]
fn a_proof_with_a_point_outside_its_group_is_withheld() {
    let prover = with_points(|points| points.b_g2_query[0] = outside_subgroup());
    let (public, private) = score_inputs(TINY, 44);
    let withheld = prover.prove(&public, &private, |_| ());
    assert!(matches!(withheld, Err(ProveError::Malformed(_))));
}

/// A point of the twist's curve that is not in the subgroup of prime order.
fn outside_subgroup() -> G2Affine {
    (1u64..)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), false))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap()
}

#[test]
fn the_key_of_another_circuit_is_refused() {
    let key = generate(&delivery::Circuit::compile(TINY)).unwrap();
    let refused = S1Prover::new(score::Circuit::compile(TINY), key);
    assert!(matches!(refused, Err(ProverError::OtherCircuit { .. })));
}

#[test]
fn a_full_digits_block_and_its_delivery_are_proved_from_stored_keys() {
    let store = KeyStore::at(env!("CARGO_TARGET_TMPDIR"));
    let shape = &DIGITS_64X32X10;
    let prover = S1Prover::development(shape, &store).unwrap();
    let (public, private) = score_inputs(shape, 39);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    let prover = D1Prover::development(shape, &store).unwrap();
    let (public, private) = delivery_inputs(shape, 40);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
}

#[test]
fn secrets_do_not_reach_debug_output() {
    let (_, private) = score_inputs(TINY, 41);
    assert_eq!(format!("{private:?}"), "Private(hidden)");
    let (_, private) = delivery_inputs(TINY, 42);
    assert_eq!(format!("{private:?}"), "Private(hidden)");
}
