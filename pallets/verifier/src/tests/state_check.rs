//! Each invariant is seen to be checked: the state is broken by hand, and the check says what is
//! wrong.

use crate::{mock::*, Candidate, Circuits, PreparedKeys, VerifyingKeys};
use frame_support::assert_ok;
use nocknock_primitives::{
    circuit::{CircuitKind, CircuitRecord, CircuitStatus, KeyOrigin},
    ids::CircuitId,
};
use sp_runtime::TryRuntimeError;

/// A circuit that nobody has registered.
const STRANGER: CircuitId = CircuitId([9; 32]);

/// Breaks a sound state with this one circuit and returns what the check says then.
fn found_after(candidate: Candidate, damage: impl FnOnce(CircuitId)) -> &'static str {
    new_test_ext().execute_with(|| {
        let id = Verifier::do_register_circuit(candidate).expect("the circuit is acceptable");
        assert_ok!(Verifier::do_try_state());
        damage(id);
        match Verifier::do_try_state() {
            Err(TryRuntimeError::Other(message)) => message,
            other => panic!("the broken state is not found: {other:?}"),
        }
    })
}

/// The same for a score circuit of the tiny architecture.
fn found_in_tiny(damage: impl FnOnce(CircuitId)) -> &'static str {
    found_after(SCORE.candidate(tiny()), damage)
}

/// The same on a network that allows no development keys from then on.
fn found_where_value_is_at_stake(
    candidate: Candidate,
    damage: impl FnOnce(CircuitId),
) -> &'static str {
    let found = found_after(candidate, |id| {
        Development::set(false);
        damage(id);
    });
    Development::set(true);
    Published::set(Vec::new());
    found
}

fn change(id: CircuitId, damage: impl FnOnce(&mut CircuitRecord<u64>)) {
    let mut record = Circuits::<Test>::get(id).expect("the circuit is registered");
    damage(&mut record);
    Circuits::<Test>::insert(id, record);
}

#[test]
fn a_circuit_under_a_wrong_id_is_found() {
    let found = found_in_tiny(|id| change(id, |record| record.info.constraints += 1));
    assert_eq!(found, "1: a circuit has a wrong id");
}

#[test]
fn a_wrong_verifying_key_is_found() {
    let missing = found_in_tiny(VerifyingKeys::<Test>::remove);
    assert_eq!(missing, "2: a verifying key is missing");
    let another = found_in_tiny(|id| {
        VerifyingKeys::<Test>::insert(id, OTHER.candidate(tiny()).key);
    });
    assert_eq!(another, "2: a verifying key is not valid");
    let of_nothing = found_in_tiny(|_| {
        VerifyingKeys::<Test>::insert(STRANGER, OTHER.candidate(tiny()).key);
    });
    assert_eq!(of_nothing, "2: a verifying key without a circuit");
}

#[test]
fn a_wrong_prepared_key_is_found() {
    let missing = found_in_tiny(PreparedKeys::<Test>::remove);
    assert_eq!(missing, "3: a prepared key is missing or left over");
    let left_over =
        found_in_tiny(|id| change(id, |record| record.status = CircuitStatus::Disabled));
    assert_eq!(left_over, "3: a prepared key is missing or left over");
    let another = found_in_tiny(|id| {
        let prepared = PreparedKeys::<Test>::get(registered(OTHER)).unwrap();
        PreparedKeys::<Test>::insert(id, prepared);
    });
    assert_eq!(another, "3: a prepared key belongs to another key");
    let of_nothing = found_in_tiny(|id| {
        let prepared = PreparedKeys::<Test>::get(id).unwrap();
        PreparedKeys::<Test>::insert(STRANGER, prepared);
    });
    assert_eq!(of_nothing, "3: a prepared key without a circuit");
}

#[test]
fn what_is_for_development_is_found_where_value_is_at_stake() {
    let labelled = found_where_value_is_at_stake(from_ceremony(SCORE, digits()), |id| {
        change(id, |record| record.origin = KeyOrigin::Development);
    });
    let published = found_where_value_is_at_stake(from_ceremony(SCORE, digits()), |id| {
        change(id, |record| {
            Published::set(vec![record.info.key]);
        });
    });
    let for_tests = found_where_value_is_at_stake(from_ceremony(SCORE, tiny()), |_| ());
    for found in [labelled, published, for_tests] {
        assert_eq!(found, "4: a circuit for development is registered");
    }
}

fn retire(id: CircuitId, successor: CircuitId) {
    change(id, |record| record.status = CircuitStatus::Retired { successor });
}

#[test]
fn a_wrong_successor_is_found() {
    let unknown = found_in_tiny(|id| retire(id, STRANGER));
    assert_eq!(unknown, "5: a successor is unknown");
    let another = found_in_tiny(|id| {
        let delivery = DELIVERY.candidate(CircuitKind::Delivery);
        retire(id, Verifier::do_register_circuit(delivery).unwrap());
    });
    assert_eq!(another, "5: a successor states something else");
}
