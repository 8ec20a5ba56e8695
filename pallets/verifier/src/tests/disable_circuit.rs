use crate::{mock::*, Circuits, Error, Event, PreparedKeys, VerifyingKeys};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    circuit::{CircuitStatus, Claim},
    traits::{ProofVerifier, VerifyFailure},
};
use sp_runtime::traits::BadOrigin;

#[test]
fn no_proof_of_a_disabled_circuit_is_accepted() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let inputs = [[1; 32]; 8];
        let proof = SCORE.prove(&inputs, 0);
        let claim = Claim { inputs: &inputs, proof: &proof };
        assert_ok!(Verifier::verify(&id, claim));
        assert_ok!(Verifier::disable_circuit(RuntimeOrigin::root(), id));
        assert_eq!(Verifier::verify(&id, claim), Err(VerifyFailure::Disabled));
        assert_eq!(Verifier::verify_batch(&id, &[claim]), Err(VerifyFailure::Disabled));
        assert_eq!(Circuits::<Test>::get(id).unwrap().status, CircuitStatus::Disabled);
        System::assert_last_event(Event::CircuitDisabled { circuit: id }.into());
    });
}

#[test]
fn a_disabled_circuit_keeps_its_key_but_not_the_prepared_one() {
    build_and_execute(|| {
        let id = registered(SCORE);
        assert_ok!(Verifier::do_disable_circuit(id));
        assert!(VerifyingKeys::<Test>::contains_key(id));
        assert!(!PreparedKeys::<Test>::contains_key(id));
    });
}

#[test]
fn a_disabled_circuit_never_comes_back() {
    build_and_execute(|| {
        let id = registered(SCORE);
        assert_ok!(Verifier::do_disable_circuit(id));
        assert_noop!(Verifier::do_disable_circuit(id), Error::<Test>::AlreadyDisabled);
        assert_noop!(
            Verifier::do_register_circuit(SCORE.candidate(tiny())),
            Error::<Test>::AlreadyRegistered
        );
    });
}

#[test]
fn a_retired_circuit_can_be_disabled() {
    build_and_execute(|| {
        let old = registered(SCORE);
        assert_ok!(Verifier::do_replace_circuit(old, OTHER.candidate(tiny())));
        assert_ok!(Verifier::do_disable_circuit(old));
    });
}

#[test]
fn only_the_council_disables_circuits_and_only_known_ones() {
    build_and_execute(|| {
        let id = SCORE.candidate(tiny()).info.id();
        assert_noop!(Verifier::disable_circuit(RuntimeOrigin::signed(1), id), BadOrigin);
        assert_noop!(
            Verifier::disable_circuit(RuntimeOrigin::root(), id),
            Error::<Test>::UnknownCircuit
        );
    });
}

#[test]
fn disabling_has_an_origin_of_its_own_which_registers_nothing() {
    build_and_execute(|| {
        let at_once = || RuntimeOrigin::signed(AtOnce::get());
        let candidate = || Box::new(SCORE.candidate(tiny()));
        assert_noop!(Verifier::register_circuit(at_once(), candidate()), BadOrigin);
        let id = registered(OTHER);
        assert_noop!(Verifier::replace_circuit(at_once(), id, candidate()), BadOrigin);
        assert_ok!(Verifier::disable_circuit(at_once(), id));
    });
}
