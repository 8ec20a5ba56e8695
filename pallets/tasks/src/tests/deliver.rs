use super::builders::*;
use crate::{mock::*, Deliveries, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{ids::KeyCommitment, task::Attestation};

#[test]
fn the_worker_in_turn_delivers() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let Parcel { ciphertext, key_commitment, proof } = parcel(id, &bob());
        assert_ok!(Tasks::deliver(
            RuntimeOrigin::signed(bob()),
            id,
            ciphertext.clone(),
            key_commitment,
            Box::new(proof),
            Attestation::default(),
        ));
        let delivery = Deliveries::<Test>::get(id, bob()).unwrap();
        assert_eq!((delivery.ciphertext, delivery.key), (ciphertext, None));
        System::assert_last_event(
            Event::ModelDelivered { task: id, worker: bob(), key_commitment }.into(),
        );
    });
}

#[test]
fn nobody_else_delivers() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        for other in [dave(), eve(), alice()] {
            let parcel = parcel(id, &other);
            assert_noop!(try_deliver(id, &other, parcel), Error::<Test>::NotYourTurn);
        }
    });
}

#[test]
fn the_turn_passes_on_when_it_is_not_used() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 10);
        let parcel_of_bob = parcel(id, &bob());
        assert_noop!(try_deliver(id, &bob(), parcel_of_bob), Error::<Test>::NotYourTurn);
        deliver(id, &dave());
        reveal_key(id, &dave());
        assert_eq!(free(&dave()), ENDOWMENT + 9_500);
    });
}

#[test]
fn a_model_is_delivered_once() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        deliver(id, &bob());
        let again = parcel(id, &bob());
        assert_noop!(try_deliver(id, &bob(), again), Error::<Test>::AlreadyDelivered);
    });
}

#[test]
fn a_ciphertext_of_another_length_or_beyond_the_field_is_refused() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let mut short = parcel(id, &bob());
        short.ciphertext.pop();
        assert_noop!(try_deliver(id, &bob(), short), Error::<Test>::BadCiphertext);
        let mut beyond = parcel(id, &bob());
        beyond.ciphertext[0] = [0xff; 32];
        assert_noop!(try_deliver(id, &bob(), beyond), Error::<Test>::BadCiphertext);
    });
}

#[test]
fn the_proof_binds_ciphertext_and_key() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        let mut other_text = parcel(id, &bob());
        other_text.ciphertext[0][31] ^= 1;
        assert_noop!(try_deliver(id, &bob(), other_text), Error::<Test>::ProofRefused);
        let mut other_key = parcel(id, &bob());
        other_key.key_commitment = KeyCommitment([1; 32]);
        assert_noop!(try_deliver(id, &bob(), other_key), Error::<Test>::ProofRefused);
    });
}

#[test]
fn nothing_is_delivered_before_settlement_or_after_the_end() {
    build_and_execute(|| {
        let id = proving(spec(), &[bob()]);
        submit(id, &bob(), 25);
        let early = parcel(id, &bob());
        assert_noop!(try_deliver(id, &bob(), early), Error::<Test>::WrongPhase);
        settle(id);
        go_to(end_of(id).turn_began + 10);
        let late = parcel(id, &bob());
        assert_noop!(try_deliver(id, &bob(), late), Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_disabled_circuit_accepts_no_delivery() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        book(|book| book.disabled.push(DELIVERY));
        let refused = parcel(id, &bob());
        assert_noop!(try_deliver(id, &bob(), refused), Error::<Test>::CircuitDisabled);
    });
}
