use crate::{mock::*, trapdoor::Trapdoor, Circuits, Error, Event, PreparedKeys, VerifyingKeys};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::{CircuitKind, CircuitStatus, KeyOrigin},
    ids::KeyId,
    model::{names::name_of, Architecture, Description},
};
use sp_runtime::traits::BadOrigin;

#[test]
fn an_acceptable_circuit_is_registered_under_the_hash_of_its_description() {
    build_and_execute(|| {
        let candidate = SCORE.candidate(tiny());
        let id = candidate.info.id();
        assert_ok!(Verifier::register_circuit(RuntimeOrigin::root(), Box::new(candidate.clone())));
        let record = Circuits::<Test>::get(id).unwrap();
        assert_eq!(record.info, candidate.info);
        assert_eq!(record.status, CircuitStatus::Active);
        assert_eq!(VerifyingKeys::<Test>::get(id), Some(candidate.key));
        System::assert_last_event(
            Event::CircuitRegistered { circuit: id, kind: tiny(), origin: KeyOrigin::Development }
                .into(),
        );
    });
}

#[test]
fn only_the_council_registers_circuits() {
    build_and_execute(|| {
        let candidate = Box::new(SCORE.candidate(tiny()));
        let call = Verifier::register_circuit(RuntimeOrigin::signed(1), candidate.clone());
        assert_noop!(call, BadOrigin);
        assert_noop!(Verifier::register_circuit(RuntimeOrigin::none(), candidate), BadOrigin);
    });
}

#[test]
fn a_circuit_is_registered_once() {
    build_and_execute(|| {
        registered(SCORE);
        assert_noop!(
            Verifier::do_register_circuit(SCORE.candidate(tiny())),
            Error::<Test>::AlreadyRegistered
        );
    });
}

#[test]
fn every_changed_byte_of_a_key_is_refused() {
    build_and_execute(|| {
        let candidate = SCORE.candidate(tiny());
        for place in (0..candidate.key.len()).step_by(7) {
            let mut changed = candidate.clone();
            changed.key[place] ^= 1;
            let refused = Verifier::do_register_circuit(changed).unwrap_err();
            let expected = [Error::<Test>::MalformedKey, Error::KeyMismatch].map(Into::into);
            assert!(expected.contains(&refused), "byte {place}: {refused:?}");
        }
        assert_eq!(Circuits::<Test>::count(), 0);
    });
}

#[test]
fn a_key_with_trailing_bytes_is_refused() {
    build_and_execute(|| {
        let mut candidate = SCORE.candidate(tiny());
        candidate.key.try_push(0).unwrap();
        assert_noop!(Verifier::do_register_circuit(candidate), Error::<Test>::MalformedKey);
    });
}

#[test]
fn a_key_with_delta_equal_to_gamma_is_refused() {
    build_and_execute(|| {
        let mut key = SCORE.verifying_key(&tiny());
        key.delta_g2 = key.gamma_g2;
        let mut candidate = SCORE.candidate(tiny());
        candidate.info.key = KeyId(key.id().0);
        candidate.key = BoundedVec::truncate_from(key.to_bytes());
        assert_noop!(Verifier::do_register_circuit(candidate), Error::<Test>::UnsafeKey);
    });
}

#[test]
fn a_key_for_another_statement_is_refused() {
    build_and_execute(|| {
        let mut candidate = DELIVERY.candidate(CircuitKind::Delivery);
        candidate.info.kind = tiny();
        assert_noop!(Verifier::do_register_circuit(candidate), Error::<Test>::UnsafeKey);
    });
}

#[test]
fn a_description_with_another_key_id_is_refused() {
    build_and_execute(|| {
        let mut candidate = SCORE.candidate(tiny());
        candidate.info.key = OTHER.candidate(tiny()).info.key;
        assert_noop!(Verifier::do_register_circuit(candidate), Error::<Test>::KeyMismatch);
    });
}

#[test]
fn a_development_key_is_refused_where_value_is_at_stake() {
    Development::set(false);
    build_and_execute(|| {
        assert_noop!(
            Verifier::do_register_circuit(SCORE.candidate(digits())),
            Error::<Test>::DevelopmentKeyRefused
        );
    });
}

#[test]
fn a_published_development_key_cannot_pass_for_one_of_a_ceremony() {
    Published::set(vec![SCORE.candidate(digits()).info.key]);
    for development in [true, false] {
        Development::set(development);
        build_and_execute(|| {
            assert_noop!(
                Verifier::do_register_circuit(from_ceremony(SCORE, digits())),
                Error::<Test>::MislabelledKey
            );
        });
    }
}

#[test]
fn an_architecture_for_tests_is_refused_where_value_is_at_stake() {
    Development::set(false);
    build_and_execute(|| {
        assert_noop!(
            Verifier::do_register_circuit(from_ceremony(SCORE, tiny())),
            Error::<Test>::TestShapeRefused
        );
        assert_ok!(Verifier::do_register_circuit(from_ceremony(SCORE, digits())));
    });
}

#[test]
fn any_architecture_can_be_registered() {
    Development::set(false);
    build_and_execute(|| {
        let mut description = Description::clone(&architecture("digits-64x32x10"));
        description.samples -= 1;
        let unnamed = Architecture::new(description).unwrap();
        assert_eq!(name_of(&unnamed), None);
        let candidate = from_ceremony(SCORE, CircuitKind::Score(unnamed));
        assert_ok!(Verifier::do_register_circuit(candidate));
    });
}

#[test]
fn the_number_of_circuits_is_bounded() {
    build_and_execute(|| {
        for seed in 0..MaxCircuits::get() {
            registered(Trapdoor::new(seed));
        }
        let one_more = Trapdoor::new(9).candidate(tiny());
        assert_noop!(Verifier::do_register_circuit(one_more), Error::<Test>::TooManyCircuits);
    });
}

#[test]
fn the_prepared_key_fits_with_room_to_spare() {
    build_and_execute(|| {
        let id = registered(SCORE);
        let bytes = PreparedKeys::<Test>::get(id).unwrap().len();
        assert!(bytes < 60 * 1024, "{bytes} bytes");
    });
}
