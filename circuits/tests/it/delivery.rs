//! D1: the circuit against the predicate, rule by rule.

use crate::support::{random_weights, rng, TINY};
use ark_bn254::Fr;
use ark_ff::{Field, UniformRand};
use nocknock_circuits::{
    delivery::{Circuit, DeliverModel, Private, Public, Refusal},
    Statement,
};
use nocknock_primitives::model::{
    delivery::{decrypt, encrypt},
    model_commitment,
    shape::{SHAPES, TEST_SHAPES},
};

fn example() -> (Public, Private) {
    let mut rng = rng(20);
    let weights = random_weights(TINY, &mut rng);
    let private = Private::new(TINY, Fr::rand(&mut rng), Fr::rand(&mut rng), &weights).unwrap();
    (private.public_inputs(TINY, Fr::rand(&mut rng)), private)
}

/// The predicate's answer and the circuit's violated sections.
fn judge(public: &Public, private: &Private) -> (Result<(), Refusal>, Vec<&'static str>) {
    let circuit = Circuit::compile(TINY);
    let assignment = circuit.assign(public, private);
    let sections = circuit.matrices().violated_sections(&assignment);
    (DeliverModel::check(TINY, public, private), sections)
}

#[test]
fn random_deliveries_of_every_shape_satisfy_predicate_and_circuit() {
    let mut rng = rng(21);
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        let circuit = Circuit::compile(shape);
        for _ in 0..20 {
            let weights = random_weights(shape, &mut rng);
            let [key, salt, context] = [0; 3].map(|_| Fr::rand(&mut rng));
            let private = Private::new(shape, key, salt, &weights).unwrap();
            let public = private.public_inputs(shape, context);
            assert_eq!(DeliverModel::check(shape, &public, &private), Ok(()));
            assert!(circuit.matrices().is_satisfied_by(&circuit.assign(&public, &private)));
        }
    }
}

#[test]
fn the_ciphertext_is_the_one_that_the_buyer_decrypts() {
    let mut rng = rng(22);
    let weights = random_weights(TINY, &mut rng);
    let [key, salt, context] = [0; 3].map(|_| Fr::rand(&mut rng));
    let private = Private::new(TINY, key, salt, &weights).unwrap();
    let ciphertext = private.ciphertext(TINY, context);
    assert_eq!(encrypt(TINY, key, context, salt, &weights), Ok(ciphertext.clone()));
    let commitment = model_commitment(TINY, salt, &weights).unwrap();
    let opened = decrypt(TINY, key, context, commitment, &ciphertext).unwrap();
    assert!(opened.weights == weights && opened.salt == salt);
}

#[test]
fn rule_the_model_is_the_committed_one() {
    let (mut public, private) = example();
    public.commitment += Fr::ONE;
    assert_eq!(judge(&public, &private), (Err(Refusal::Commitment), vec!["model commitment"]));
}

#[test]
fn rule_the_ciphertext_is_the_hashed_one() {
    let (mut public, private) = example();
    public.ciphertext_hash += Fr::ONE;
    assert_eq!(judge(&public, &private), (Err(Refusal::Ciphertext), vec!["ciphertext"]));
}

#[test]
fn rule_the_key_is_the_hashed_one() {
    let (mut public, private) = example();
    public.key_hash += Fr::ONE;
    assert_eq!(judge(&public, &private), (Err(Refusal::Key), vec!["key"]));
}

#[test]
fn rule_the_context_is_part_of_the_keystream() {
    let (mut public, private) = example();
    public.context += Fr::ONE;
    assert_eq!(judge(&public, &private), (Err(Refusal::Ciphertext), vec!["ciphertext"]));
}

#[test]
fn another_key_model_or_salt_is_refused() {
    let (public, honest) = example();
    let changes: [fn(&mut Private); 3] = [
        |private| private.key += Fr::ONE,
        |private| private.salt += Fr::ONE,
        |private| private.packed[0] += Fr::ONE,
    ];
    for change in changes {
        let mut private = honest.clone();
        change(&mut private);
        let (refused, sections) = judge(&public, &private);
        assert!(refused.is_err() && !sections.is_empty());
    }
}

#[test]
fn a_model_of_another_length_is_refused() {
    let (public, mut private) = example();
    private.packed.pop();
    let (refused, sections) = judge(&public, &private);
    assert_eq!(refused, Err(Refusal::Length { expected: 1, found: 0 }));
    assert!(!sections.is_empty());
}
