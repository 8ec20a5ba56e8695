use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::FactStatus;

fn dispute(who: AccountId, id: u64) -> sp_runtime::DispatchResult {
    Wtm::dispute(RuntimeOrigin::signed(who), id)
}

#[test]
fn a_dispute_holds_a_bond_and_opens_the_vote_after_the_window() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(dispute(BOB, id));
        assert_eq!(fact(id).status, FactStatus::Disputed);
        assert_eq!(bonded(BOB), DISPUTE_BOND);
        assert_eq!(case(id).disputer, Some(BOB));
        System::assert_last_event(Event::FactDisputed { fact: id, disputer: BOB }.into());
        assert_noop!(Wtm::do_vote(VERA, id, true), Error::<Test>::NotVoting);
        wait(WINDOW);
        assert_ok!(Wtm::do_vote(VERA, id, true));
    });
}

#[test]
fn others_join_a_dispute_and_the_first_stays_first() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(dispute(BOB, id));
        assert_ok!(dispute(CAROL, id));
        assert_eq!(case(id).disputer, Some(BOB));
        assert_eq!(case(id).against_bonds, 2 * DISPUTE_BOND);
        assert_eq!(fact(id).tally.disputers, 2);
    });
}

#[test]
fn the_last_block_of_the_window_takes_a_dispute_and_the_next_does_not() {
    build_and_execute(|| {
        let id = proposed();
        wait(WINDOW - 1);
        assert_ok!(dispute(BOB, id));
        wait(1);
        assert_noop!(dispute(CAROL, id), Error::<Test>::WindowClosed);
    });
}

#[test]
fn an_attester_does_not_dispute_what_it_attests() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(BOB, id));
        assert_noop!(dispute(BOB, id), Error::<Test>::AlreadyTakesPart);
    });
}
