//! Each invariant is seen to be checked: the state is broken by hand, and the check names the
//! number.

use super::builders::*;
use crate::{
    impls::in_order, mock::*, ByDomain, BySubject, Cases, Facts, HoldReason, NextFact, Rejected,
    Stakes,
};
use frame_support::assert_ok;
use nocknock_primitives::{fact::FactStatus, ids::FactId, traits::FactWriter};
use sp_runtime::TryRuntimeError;

/// Breaks the state and returns the number of the invariant that is said to be broken.
fn broken(damage: impl FnOnce()) -> char {
    new_test_ext().execute_with(|| {
        damage();
        let TryRuntimeError::Other(message) = Wtm::do_try_state().expect_err("it is broken") else {
            panic!("an invariant is named")
        };
        message.chars().next().expect("the message has a number")
    })
}

fn set_status(id: FactId, status: FactStatus) {
    Facts::<Test>::mutate(id, |fact| fact.as_mut().expect("it exists").status = status);
}

#[test]
fn keys_are_checked() {
    assert_eq!(broken(|| NextFact::<Test>::put(proposed())), '1');
    assert_eq!(broken(|| Cases::<Test>::remove(proposed())), '1');
    assert_eq!(broken(|| Facts::<Test>::remove(proposed())), '2');
}

#[test]
fn indexes_are_checked() {
    let missing = || ByDomain::<Test>::remove(text::<64>("geography"), in_order(proposed()));
    assert_eq!(broken(missing), '2');
    let other = (text::<64>("geography"), text::<128>("country/fr"));
    assert_eq!(broken(|| BySubject::<Test>::insert(other, in_order(proposed()), ())), '2');
}

#[test]
fn holds_are_checked() {
    let forgotten = || {
        Stakes::<Test>::mutate(proposed(), ALICE, |stake| {
            stake.as_mut().expect("it exists").bond += 1;
        });
    };
    assert_eq!(broken(forgotten), '3');
    let vote = || {
        let id = in_vote();
        assert_ok!(Wtm::do_vote(VERA, id, true));
        Stakes::<Test>::mutate(id, VERA, |stake| stake.as_mut().expect("it exists").bond = 0);
    };
    assert_eq!(broken(vote), '3');
}

#[test]
fn counters_and_sums_are_checked() {
    let count = || {
        Cases::<Test>::mutate(proposed(), |case| {
            case.as_mut().expect("it exists").open_votes = 1;
        });
    };
    assert_eq!(broken(count), '4');
    let points = || {
        Facts::<Test>::mutate(in_vote(), |fact| {
            fact.as_mut().expect("it exists").tally.against = 1;
        });
    };
    assert_eq!(broken(points), '4');
    let largest = || {
        let id = in_vote();
        assert_ok!(Wtm::do_vote(VERA, id, true));
        Cases::<Test>::mutate(id, |case| case.as_mut().expect("it exists").largest = [0; 2]);
    };
    assert_eq!(broken(largest), '4');
    let standing = || {
        Cases::<Test>::mutate(accepted(), |case| {
            case.as_mut().expect("it exists").support_bonds += 1;
        });
    };
    assert_eq!(broken(standing), '4');
}

#[test]
fn successors_are_checked() {
    let unknown = || set_status(accepted(), FactStatus::Superseded { by: 99 });
    assert_eq!(broken(unknown), '5');
    let stranger = || {
        let other = accepted();
        set_status(accepted(), FactStatus::Superseded { by: other });
    };
    assert_eq!(broken(stranger), '5');
}

#[test]
fn statuses_are_checked() {
    assert_eq!(broken(|| set_status(accepted(), FactStatus::Proposed)), '6');
    let lapsed = || {
        let id = accepted();
        claim_all(id, &[ALICE]);
        set_status(id, FactStatus::Lapsed);
    };
    assert_eq!(broken(lapsed), '6');
    let left = || {
        Cases::<Test>::mutate(proposed(), |case| {
            case.as_mut().expect("it exists").supporter = BOB;
        });
    };
    assert_eq!(broken(left), '6');
    assert_eq!(broken(|| set_status(proposed(), FactStatus::Disputed)), '6');
    assert_eq!(broken(|| set_status(proposed(), FactStatus::Accepted)), '6');
}

#[test]
fn pools_are_checked() {
    let too_early = || {
        let id = proposed();
        assert_ok!(Wtm::hold(HoldReason::Bond, &ALICE, 1));
        Cases::<Test>::mutate(id, |case| case.as_mut().expect("it exists").pool = 1);
    };
    assert_eq!(broken(too_early), '7');
}

#[test]
fn proven_facts_are_checked() {
    let lapsed = || {
        let id = Wtm::write_score(score(1)).expect("it is written");
        set_status(id, FactStatus::Rejected);
        Rejected::<Test>::insert(in_order(id), ());
    };
    assert_eq!(broken(lapsed), '8');
}

#[test]
fn the_list_of_what_was_voted_down_is_checked() {
    let lost = || Rejected::<Test>::remove(in_order(voted(false, false)));
    assert_eq!(broken(lost), '9');
    let foreign = || Rejected::<Test>::insert(in_order(accepted()), ());
    assert_eq!(broken(foreign), '9');
}
