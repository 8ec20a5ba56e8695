use crate::{mock::*, Circuits, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    circuit::{CircuitStatus, Claim},
    traits::ProofVerifier,
};
use sp_runtime::traits::BadOrigin;

#[test]
fn the_successor_is_active_and_the_old_circuit_still_verifies() {
    build_and_execute(|| {
        let old = registered(SCORE);
        let candidate = OTHER.candidate(TINY);
        let successor = candidate.info.id();
        assert_ok!(Verifier::replace_circuit(RuntimeOrigin::root(), old, Box::new(candidate)));
        let record = Circuits::<Test>::get(old).unwrap();
        assert_eq!(record.status, CircuitStatus::Retired { successor });
        assert!(record.is_usable() && !record.is_active());
        assert!(Circuits::<Test>::get(successor).unwrap().is_active());
        System::assert_last_event(Event::CircuitReplaced { circuit: old, successor }.into());
        let inputs = [[1; 32]; 5];
        let proof = SCORE.prove(&inputs, 0);
        assert_ok!(Verifier::verify(&old, Claim { inputs: &inputs, proof: &proof }));
    });
}

#[test]
fn only_the_council_replaces_circuits() {
    build_and_execute(|| {
        let old = registered(SCORE);
        let candidate = Box::new(OTHER.candidate(TINY));
        assert_noop!(
            Verifier::replace_circuit(RuntimeOrigin::signed(1), old, candidate),
            BadOrigin
        );
    });
}

#[test]
fn an_unknown_or_inactive_circuit_cannot_be_replaced() {
    build_and_execute(|| {
        let candidate = OTHER.candidate(TINY);
        let unknown = DELIVERY.candidate(TINY).info.id();
        assert_noop!(
            Verifier::do_replace_circuit(unknown, candidate.clone()),
            Error::<Test>::UnknownCircuit
        );
        let old = registered(SCORE);
        assert_ok!(Verifier::do_disable_circuit(old));
        assert_noop!(Verifier::do_replace_circuit(old, candidate), Error::<Test>::NotActive);
    });
}

#[test]
fn a_successor_has_the_same_kind_and_shape() {
    build_and_execute(|| {
        let old = registered(SCORE);
        for candidate in [DELIVERY.candidate(TINY), OTHER.candidate(DIGITS)] {
            assert_noop!(
                Verifier::do_replace_circuit(old, candidate),
                Error::<Test>::NotASuccessor
            );
        }
    });
}
