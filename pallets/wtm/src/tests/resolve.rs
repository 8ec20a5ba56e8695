use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::FactStatus;

fn resolve(id: u64) -> sp_runtime::DispatchResult {
    Wtm::resolve(RuntimeOrigin::signed(NOBODY), id)
}

#[test]
fn an_undisputed_fact_is_accepted_after_its_window_and_its_bonds_stay_on_hold() {
    build_and_execute(|| {
        let id = proposed();
        wait(WINDOW - 1);
        assert_noop!(resolve(id), Error::<Test>::NotDue);
        wait(1);
        assert_ok!(resolve(id));
        assert_eq!(fact(id).status, FactStatus::Accepted);
        assert_eq!(fact(id).decided_at, Some(1 + WINDOW));
        assert_eq!(bonded(ALICE), PROPOSAL_BOND - RECORD_FEE);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE);
        assert_eq!(fees(), RECORD_FEE);
        assert_eq!(case(id).support_bonds, PROPOSAL_BOND - RECORD_FEE);
        System::assert_has_event(
            Event::FactDecided { fact: id, status: FactStatus::Accepted, fee: RECORD_FEE }.into(),
        );
    });
}

#[test]
fn a_fact_is_decided_once() {
    build_and_execute(|| {
        let id = accepted();
        assert_noop!(resolve(id), Error::<Test>::AlreadyDecided);
        assert_noop!(resolve(7), Error::<Test>::UnknownFact);
    });
}

#[test]
fn a_disputed_fact_waits_for_the_votes() {
    build_and_execute(|| {
        let id = in_vote();
        wait(VOTING - 1);
        assert_noop!(resolve(id), Error::<Test>::NotDue);
        wait(1);
        assert_ok!(resolve(id));
    });
}

#[test]
fn the_side_with_more_points_wins() {
    build_and_execute(|| {
        assert_eq!(fact(voted(true, false)).status, FactStatus::Accepted);
        assert_eq!(fact(voted(false, true)).status, FactStatus::Rejected);
    });
}

#[test]
fn both_verdicts_cost_the_fee_of_the_record() {
    build_and_execute(|| {
        voted(true, true);
        assert_eq!(fees(), RECORD_FEE);
        voted(false, false);
        assert_eq!(fees(), 2 * RECORD_FEE);
    });
}

#[test]
fn without_a_quorum_nothing_is_decided_and_everybody_is_paid_back() {
    build_and_execute(|| {
        set_points(CAROL, 1_000);
        let id = voted(true, true);
        assert_eq!(fact(id).status, FactStatus::Lapsed);
        assert_eq!(bonded(ALICE), 0);
        claim_all(id, &[BOB, VIC, VERA, VAL]);
        assert_eq!(Wtm::fact(id), None);
        assert!(EVERYBODY.iter().all(|who| wealth(*who) == ENDOWMENT));
    });
}

#[test]
fn exactly_the_quorum_is_enough_and_a_point_less_is_not() {
    // Of 150 points, 30 must vote, and each vote counts for 10 at most.
    for (least, status) in [(10, FactStatus::Accepted), (9, FactStatus::Lapsed)] {
        build_and_execute(|| {
            for (who, points) in [(VERA, 11), (VIC, 10), (VAL, least), (DAVE, 129 - least)] {
                set_points(who, points);
            }
            let id = in_vote();
            decide(id, true);
            assert_eq!(case(id).electorate, 150);
            assert_eq!(fact(id).status, status);
        });
    }
}

#[test]
fn a_tie_decides_nothing() {
    build_and_execute(|| {
        set_points(VERA, 40);
        let id = voted(true, false);
        assert_eq!((fact(id).tally.support, fact(id).tally.against), (40, 40));
        assert_eq!(fact(id).status, FactStatus::Lapsed);
    });
}

#[test]
fn nobody_votes_and_nothing_is_decided() {
    build_and_execute(|| {
        let id = in_vote();
        wait(VOTING);
        assert_ok!(resolve(id));
        assert_eq!(fact(id).status, FactStatus::Lapsed);
    });
}

#[test]
fn waiting_until_points_are_halved_does_not_lower_the_quorum() {
    build_and_execute(|| {
        set_points(CAROL, 1_000);
        let id = in_vote();
        all_vote(id, true);
        wait(VOTING);
        set_points(CAROL, 0);
        assert_ok!(resolve(id));
        assert_eq!(fact(id).status, FactStatus::Lapsed);
    });
}
