use crate::{mock::*, trapdoor::Trapdoor};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::circuit::ProofBytes;

#[test]
fn pages_of_circuits_cover_each_circuit_once() {
    build_and_execute(|| {
        for seed in 0..4 {
            registered(Trapdoor::new(seed));
        }
        let first = Verifier::circuits(None, 3);
        let second = Verifier::circuits(first.last().map(|(id, _)| *id), 3);
        let mut ids: Vec<_> = first.into_iter().chain(second).map(|(id, _)| id).collect();
        assert!(ids.is_sorted());
        ids.dedup();
        assert_eq!(ids.len(), 4);
        assert!(Verifier::circuits(None, 0).is_empty());
    });
}

#[test]
fn anybody_can_read_the_key_and_check_a_proof() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let key = SCORE.verifying_key(&tiny()).to_bytes();
        assert_eq!(Verifier::verifying_key(id), Some(key));
        let inputs = [[1; 32]; 8];
        let inputs_list = BoundedVec::truncate_from(inputs.to_vec());
        let proof = SCORE.prove(&inputs, 0);
        assert!(Verifier::is_proved(id, inputs_list.clone(), proof));
        assert!(!Verifier::is_proved(id, inputs_list.clone(), ProofBytes([1; 256])));
        assert_ok!(Verifier::do_disable_circuit(id));
        assert!(!Verifier::is_proved(id, inputs_list, proof));
    });
}
