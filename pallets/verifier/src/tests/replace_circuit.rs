use crate::{mock::*, Circuits, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    circuit::{CircuitKind, CircuitStatus, Claim},
    traits::ProofVerifier,
};
use sp_runtime::traits::BadOrigin;

#[test]
fn the_successor_is_active_and_the_old_circuit_still_verifies() {
    build_and_execute(|| {
        let old = registered(SCORE);
        let candidate = OTHER.candidate(tiny());
        let successor = candidate.info.id();
        assert_ok!(Verifier::replace_circuit(RuntimeOrigin::root(), old, Box::new(candidate)));
        let record = Circuits::<Test>::get(old).unwrap();
        assert_eq!(record.status, CircuitStatus::Retired { successor });
        assert!(record.is_usable() && !record.is_active());
        assert!(Circuits::<Test>::get(successor).unwrap().is_active());
        System::assert_last_event(Event::CircuitReplaced { circuit: old, successor }.into());
        let inputs = [[1; 32]; 8];
        let proof = SCORE.prove(&inputs, 0);
        assert_ok!(Verifier::verify(&old, Claim { inputs: &inputs, proof: &proof }));
    });
}

#[test]
fn only_the_council_replaces_circuits() {
    build_and_execute(|| {
        let old = registered(SCORE);
        let candidate = Box::new(OTHER.candidate(tiny()));
        assert_noop!(
            Verifier::replace_circuit(RuntimeOrigin::signed(1), old, candidate),
            BadOrigin
        );
    });
}

#[test]
fn an_unknown_or_inactive_circuit_cannot_be_replaced() {
    build_and_execute(|| {
        let candidate = OTHER.candidate(tiny());
        let unknown = DELIVERY.candidate(CircuitKind::Delivery).info.id();
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
fn a_successor_states_the_same() {
    build_and_execute(|| {
        let old = registered(SCORE);
        for kind in [CircuitKind::Delivery, digits()] {
            assert_noop!(
                Verifier::do_replace_circuit(old, OTHER.candidate(kind)),
                Error::<Test>::NotASuccessor
            );
        }
    });
}

#[test]
fn a_delivery_circuit_is_replaced_by_another_one() {
    build_and_execute(|| {
        let candidate = DELIVERY.candidate(CircuitKind::Delivery);
        let old = Verifier::do_register_circuit(candidate).unwrap();
        let successor = OTHER.candidate(CircuitKind::Delivery);
        assert_ok!(Verifier::do_replace_circuit(old, successor));
    });
}
