//! Proofs from end to end, by `Prover`.

use crate::{
    fold::{named, sample},
    support::rng,
};
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{Field, UniformRand};
use ark_groth16::Groth16;
use ark_std::rand::{Rng, SeedableRng};
use nocknock_circuits::{
    fold::{self, FoldedScore},
    keys::{ark_verifying_key, generate, KeyFault, KeyStore, ProvingKey, Reduction},
    reduction::CircomReduction,
    seal, FoldProver, OnChain, ProveError, Prover, ProverError, PublicInputs, SealProver, Stage,
};
use nocknock_primitives::{
    circuit::KeyOrigin,
    model::{recipient::Scalar, Architecture, RecipientSecret},
};
use rand_chacha::ChaCha20Rng;

/// The architecture of most tests.
fn tiny() -> Architecture {
    named("tiny-4x3x2")
}

fn prover<S: OnChain>(shape: &S::Shape) -> Prover<S> {
    let circuit = nocknock_circuits::Circuit::<S>::compile(shape);
    let key = generate(&circuit).unwrap();
    Prover::new(circuit, key).unwrap()
}

fn score_inputs(architecture: &Architecture, seed: u64) -> (fold::Public, fold::Private) {
    let mut rng = rng(seed);
    let private = sample::any_private(architecture, &mut rng);
    (sample::public(architecture, &private, &mut rng), private)
}

fn delivery_inputs(seed: u64) -> (seal::Public, seal::Private) {
    let mut rng = rng(seed);
    let recipient = RecipientSecret::from_bytes(rng.gen()).key();
    let private = seal::Private::new(Fr::rand(&mut rng), &Scalar::from_uniform_bytes(rng.gen()));
    (private.public_inputs(&recipient, Fr::rand(&mut rng)).unwrap(), private)
}

#[test]
fn a_score_is_proved_and_verified() {
    let prover: FoldProver = prover(&tiny());
    let (public, private) = score_inputs(&tiny(), 30);
    let mut stages = Vec::new();
    let proof = prover.prove(&public, &private, |stage| stages.push(stage)).unwrap();
    assert_eq!(stages, [Stage::Check, Stage::Assign, Stage::Prove, Stage::Verify]);
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    assert_eq!(fold::Proof::from_bytes(&proof.to_bytes()), Ok(proof));
}

#[test]
fn a_delivery_is_proved_and_verified() {
    let prover: SealProver = prover(&());
    let (public, private) = delivery_inputs(32);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    assert_eq!(seal::Proof::from_bytes(&proof.to_bytes()), Ok(proof));
    let other = seal::Public { context: public.context + Fr::ONE, ..public };
    assert!(proof.verify(prover.verifying_key(), &other).is_err());
}

#[test]
fn every_head_and_depth_is_proved() {
    for (name, architecture) in nocknock_primitives::model::names::for_tests() {
        let prover: FoldProver = prover(&architecture);
        let (public, private) = score_inputs(&architecture, 31);
        let proof = prover.prove(&public, &private, |_| ()).unwrap();
        assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()), "{name}");
    }
}

#[test]
fn a_false_statement_is_refused_before_proving() {
    let prover: FoldProver = prover(&tiny());
    let (mut public, private) = score_inputs(&tiny(), 33);
    public.score += 1;
    let mut stages = Vec::new();
    let refused = prover.prove(&public, &private, |stage| stages.push(stage)).unwrap_err();
    assert!(matches!(refused, ProveError::Refused(fold::Refusal::Score { .. })));
    assert_eq!(stages, [Stage::Check]);
}

#[test]
fn proofs_of_the_same_inputs_differ_unless_the_randomness_is_the_same() {
    let prover: FoldProver = prover(&tiny());
    let (public, private) = score_inputs(&tiny(), 34);
    let [first, second] = [0, 1].map(|_| prover.prove(&public, &private, |_| ()).unwrap());
    assert_ne!(first, second);
    let fixed = || ChaCha20Rng::from_seed([7; 32]);
    let prove = || prover.prove_with(&public, &private, &mut fixed(), |_| ()).unwrap();
    assert_eq!(prove(), prove());
}

#[test]
fn ark_groth16_accepts_the_proof_too() {
    let prover: FoldProver = prover(&tiny());
    let (public, private) = score_inputs(&tiny(), 35);
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
    let circuit = fold::Circuit::compile(&tiny());
    let points = Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(
        circuit.matrices(),
        &mut rng(36),
    );
    let key = ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Circom, points.unwrap());
    let prover = FoldProver::new(circuit, key).unwrap();
    let (public, private) = score_inputs(&tiny(), 37);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
}

#[test]
fn a_key_for_another_reduction_is_refused_and_gives_no_proof() {
    let circuit = fold::Circuit::compile(&tiny());
    let mut points = generate(&circuit).unwrap().points().clone();
    let key = |points| ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Circom, points);
    let refused = FoldProver::new(circuit.clone(), key(points.clone()));
    assert!(matches!(refused, Err(ProverError::Points(KeyFault::Count { list: "H", .. }))));
    points.h_query.push(points.h_query[0]);
    let prover = FoldProver::new(circuit.clone(), key(points)).unwrap();
    let (public, private) = score_inputs(&tiny(), 38);
    let withheld = prover.prove(&public, &private, |_| ());
    assert!(matches!(withheld, Err(ProveError::Withheld(_))));
}

/// A prover whose key has had its points changed, as long as they are as many as before.
fn with_points(change: impl FnOnce(&mut ark_groth16::ProvingKey<Bn254>)) -> FoldProver {
    let circuit = fold::Circuit::compile(&tiny());
    let mut points = generate(&circuit).unwrap().points().clone();
    change(&mut points);
    let key = ProvingKey::new(&circuit, KeyOrigin::Development, Reduction::Libsnark, points);
    FoldProver::new(circuit, key).unwrap()
}

/// What the check of blinding points on loading is for: nothing else notices this key.
#[test]
fn without_its_blinding_points_a_key_gives_proofs_that_hold_and_hide_nothing() {
    let prover = with_points(|points| {
        points.beta_g1 = G1Affine::zero();
        points.delta_g1 = G1Affine::zero();
        points.b_g1_query.fill(G1Affine::zero());
    });
    let (public, private) = score_inputs(&tiny(), 43);
    let [first, second] = [0, 1].map(|_| prover.prove(&public, &private, |_| ()).unwrap());
    assert_eq!(first.points().a, second.points().a);
    assert_eq!(prover.check_points(), Err(KeyFault::Blinding));
}

/// The points L of bits of weights: proofs under such a key hold where these bits are zero.
#[test]
fn the_points_of_a_prover_are_compared_with_each_other() {
    let circuit = fold::Circuit::compile(&tiny());
    let bit = circuit.matrices().wires_of("weight bits")[0];
    let place = bit - circuit.matrices().public() - 1;
    let shift = |point: &mut G1Affine| *point = (*point + G1Affine::generator()).into();
    assert_eq!(with_points(|_| ()).check_points(), Ok(()));
    let twins = with_points(|points| shift(&mut points.b_g1_query[bit]));
    assert_eq!(twins.check_points(), Err(KeyFault::Twins));
    let derived = with_points(|points| shift(&mut points.l_query[place]));
    assert_eq!(derived.check_points(), Err(KeyFault::Derived));
}

#[test]
fn a_proof_with_a_point_outside_its_group_is_withheld() {
    let prover = with_points(|points| points.b_g2_query[0] = outside_subgroup());
    let (public, private) = score_inputs(&tiny(), 44);
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
    let keys = [
        generate(&seal::Circuit::compile(&())).unwrap(),
        generate(&fold::Circuit::compile(&named("tiny-6x3"))).unwrap(),
    ];
    for key in keys {
        let refused = FoldProver::new(fold::Circuit::compile(&tiny()), key);
        assert!(matches!(refused, Err(ProverError::OtherCircuit { .. })));
    }
}

#[test]
fn a_full_digits_block_and_its_delivery_are_proved_from_stored_keys() {
    let store = KeyStore::at(env!("CARGO_TARGET_TMPDIR"));
    let digits = named("digits-64x32x10");
    let prover = FoldProver::development(&digits, &store).unwrap();
    let mut rng = rng(39);
    let private = sample::private(&digits, 195, &mut rng);
    let public = sample::public(&digits, &private, &mut rng);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
    let prover = SealProver::development(&(), &store).unwrap();
    let (public, private) = delivery_inputs(40);
    let proof = prover.prove(&public, &private, |_| ()).unwrap();
    assert_eq!(proof.verify(prover.verifying_key(), &public), Ok(()));
}

#[test]
fn a_prover_is_loaded_under_the_id_that_a_chain_knows() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let made = generate(&fold::Circuit::compile(&tiny())).unwrap();
    let path = store.store(&made).unwrap();
    let id = made.info().id();
    assert_eq!(path, store.path::<FoldedScore>(&tiny(), &id));
    let prover = FoldProver::load(&tiny(), &store, &id).unwrap();
    assert_eq!(prover.info(), made.info());
    let (public, private) = score_inputs(&tiny(), 45);
    assert!(prover.prove(&public, &private, |_| ()).is_ok());
}

#[test]
fn secrets_do_not_reach_debug_output() {
    let (_, private) = score_inputs(&tiny(), 41);
    assert_eq!(format!("{private:?}"), "Private(hidden)");
    let (_, private) = delivery_inputs(42);
    assert_eq!(format!("{private:?}"), "Private(hidden)");
}
