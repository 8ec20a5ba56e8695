//! Experiments that name the encoding of their tasks.

use crate::{mock::*, Error};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{ids::ContentHash, traits::TaskExperiments};

const OURS: ContentHash = ContentHash([1; 32]);
const OTHER: ContentHash = ContentHash([2; 32]);

#[test]
fn an_experiment_that_names_an_encoding_takes_no_other() {
    build_and_execute(|| {
        let id = created_for(ALICE, OURS);
        assert_eq!(experiment(id).encoding, Some(OURS));
        assert_ok!(Experiments::ensure_encoding(id, &OURS));
        assert_noop!(Experiments::ensure_encoding(id, &OTHER), Error::<Test>::OtherEncoding);
    });
}

#[test]
fn an_experiment_that_names_none_takes_any() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::ensure_encoding(id, &OURS));
        assert_ok!(Experiments::ensure_encoding(id, &OTHER));
    });
}

#[test]
fn no_encoding_fits_an_experiment_that_does_not_exist() {
    build_and_execute(|| {
        assert_noop!(Experiments::ensure_encoding(0, &OURS), Error::<Test>::UnknownExperiment);
    });
}

#[test]
fn the_encoding_stays_whatever_else_changes() {
    build_and_execute(|| {
        let id = created_for(ALICE, OURS);
        assert_ok!(Experiments::describe_experiment(by(ALICE), id, short()));
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::accept_transfer(by(BOB), id));
        assert_ok!(Experiments::archive_experiment(by(BOB), id));
        assert_eq!(experiment(id).encoding, Some(OURS));
        assert_noop!(Experiments::ensure_encoding(id, &OTHER), Error::<Test>::OtherEncoding);
    });
}

#[test]
fn the_bytes_of_the_hash_are_paid_for_as_long_as_it_is_stored() {
    build_and_execute(|| {
        let id = created_for(ALICE, OURS);
        assert_eq!(Experiments::held(&ALICE), BASE + (27 + 32) * BYTE);
        assert_ok!(Experiments::describe_experiment(by(ALICE), id, short()));
        assert_eq!(Experiments::held(&ALICE), BASE + (5 + 32) * BYTE);
        assert_ok!(Experiments::offer_transfer(by(ALICE), id, BOB));
        assert_ok!(Experiments::accept_transfer(by(BOB), id));
        assert_eq!(Experiments::held(&BOB), BASE + (5 + 32) * BYTE);
        assert_ok!(Experiments::archive_experiment(by(BOB), id));
        assert_eq!(Experiments::held(&BOB), BASE + (5 + 32) * BYTE);
    });
}
