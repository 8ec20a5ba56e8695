use crate::{mock::*, trapdoor::Trapdoor, PreparedKeys, WeightInfo};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::{Claim, ProofBytes},
    ids::{CircuitId, FieldBytes},
    model::FoldSize,
    traits::{ProofVerifier, VerifyFailure},
};

type Inputs = [FieldBytes; 8];

const INPUTS: Inputs = [[1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32], [8; 32]];

/// The order of the scalar field, big endian: the first number that is not a field element.
const ORDER: FieldBytes = [
    0x30, 0x64, 0x4e, 0x72, 0xe1, 0x31, 0xa0, 0x29, 0xb8, 0x50, 0x45, 0xb6, 0x81, 0x81, 0x58, 0x5d,
    0x28, 0x33, 0xe8, 0x48, 0x79, 0xb9, 0x70, 0x91, 0x43, 0xe1, 0xf5, 0x93, 0xf0, 0x00, 0x00, 0x01,
];

fn verify(id: &CircuitId, inputs: &[FieldBytes], proof: &ProofBytes) -> Result<(), VerifyFailure> {
    Verifier::verify(id, Claim { inputs, proof })
}

fn verify_all(id: &CircuitId, proved: &[(Inputs, ProofBytes)]) -> Result<(), VerifyFailure> {
    let claims: Vec<_> = proved.iter().map(|(inputs, proof)| Claim { inputs, proof }).collect();
    Verifier::verify_batch(id, &claims)
}

fn proved(count: u8) -> Vec<(Inputs, ProofBytes)> {
    (0..count)
        .map(|number| {
            let mut inputs = INPUTS;
            inputs[0] = [number; 32];
            (inputs, SCORE.prove(&inputs, number.into()))
        })
        .collect()
}

#[test]
fn a_proof_is_accepted_for_its_inputs_only() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let proof = SCORE.prove(&INPUTS, 0);
        assert_ok!(verify(&id, &INPUTS, &proof));
        for place in 0..8 {
            let mut changed = INPUTS;
            changed[place][31] ^= 1;
            assert_eq!(verify(&id, &changed, &proof), Err(VerifyFailure::Refuted));
        }
    });
}

#[test]
fn a_proof_under_another_key_is_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        assert_eq!(verify(&id, &INPUTS, &OTHER.prove(&INPUTS, 0)), Err(VerifyFailure::Refuted));
    });
}

#[test]
fn an_unknown_circuit_accepts_nothing() {
    build_and_execute(|| {
        let id = SCORE.candidate(tiny()).info.id();
        let proof = SCORE.prove(&INPUTS, 0);
        assert_eq!(verify(&id, &INPUTS, &proof), Err(VerifyFailure::UnknownCircuit));
        assert_eq!(verify_all(&id, &proved(2)), Err(VerifyFailure::UnknownCircuit));
    });
}

#[test]
fn missing_and_additional_inputs_are_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let proof = SCORE.prove(&INPUTS, 0);
        let longer = [INPUTS.as_slice(), &[[0; 32]]].concat();
        for inputs in [&INPUTS[..7], &[], &longer] {
            assert_eq!(verify(&id, inputs, &proof), Err(VerifyFailure::BadInputs));
        }
    });
}

#[test]
fn an_input_plus_the_order_is_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let mut inputs = INPUTS;
        inputs[7] = [0; 32];
        let proof = SCORE.prove(&inputs, 0);
        assert_ok!(verify(&id, &inputs, &proof));
        inputs[7] = ORDER;
        assert_eq!(verify(&id, &inputs, &proof), Err(VerifyFailure::BadInputs));
    });
}

#[test]
fn every_changed_byte_of_a_proof_is_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let proof = SCORE.prove(&INPUTS, 0);
        for place in 0..256 {
            let mut changed = proof;
            changed.0[place] ^= 0x80;
            assert!(verify(&id, &INPUTS, &changed).is_err(), "byte {place}");
        }
        assert_eq!(verify(&id, &INPUTS, &ProofBytes([0; 256])), Err(VerifyFailure::MalformedProof));
    });
}

#[test]
fn a_batch_holds_only_if_every_claim_holds() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let good = proved(8);
        assert_ok!(verify_all(&id, &good));
        for place in 0..8 {
            let mut bad = good.clone();
            bad[place].0[3][31] ^= 1;
            assert_eq!(verify_all(&id, &bad), Err(VerifyFailure::Refuted), "claim {place}");
        }
    });
}

#[test]
fn two_swapped_proofs_of_a_batch_are_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let mut swapped = proved(2);
        (swapped[0].1, swapped[1].1) = (swapped[1].1, swapped[0].1);
        assert_eq!(verify_all(&id, &swapped), Err(VerifyFailure::Refuted));
    });
}

#[test]
fn an_empty_batch_is_refused() {
    build_and_execute(|| {
        let id = registered(SCORE);
        assert_eq!(Verifier::verify_batch(&id, &[]), Err(VerifyFailure::BadInputs));
    });
}

#[test]
fn a_prepared_key_of_an_unknown_format_is_prepared_anew() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let stored = PreparedKeys::<Test>::get(id).unwrap();
        let mut foreign = stored.clone().into_inner();
        foreign[0] = 0xff;
        PreparedKeys::<Test>::insert(id, BoundedVec::truncate_from(foreign));
        assert_ok!(verify(&id, &INPUTS, &SCORE.prove(&INPUTS, 0)));
        PreparedKeys::<Test>::insert(id, stored);
    });
}

#[test]
fn a_batch_costs_less_than_its_proofs_one_by_one() {
    let verify_weight = <Verifier as ProofVerifier<u64>>::verify_weight;
    assert!(verify_weight(64).ref_time() < verify_weight(1).ref_time() * 64);
    assert!(verify_weight(2).ref_time() > verify_weight(1).ref_time());
}

/// The weights of the mock.
type Weights = ();

#[test]
fn each_part_of_a_fold_is_charged_and_begun_units_count_as_whole_ones() {
    let size = FoldSize { bytes: 1025, rows: 7, values: 1024, inputs: 5, label_bits: 2049 };
    let expected = Weights::fold_bytes(2)
        .saturating_add(Weights::fold_rows(7))
        .saturating_add(Weights::fold_values(1))
        .saturating_add(Weights::fold_inputs(5))
        .saturating_add(Weights::fold_labels(3));
    assert_eq!(<Verifier as ProofVerifier<u64>>::fold_weight(&size), expected);
}

#[test]
fn different_trapdoors_make_different_circuits() {
    let ids: Vec<_> = (0..3).map(|seed| Trapdoor::new(seed).candidate(tiny()).info.id()).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2]);
}
