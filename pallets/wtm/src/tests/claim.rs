use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

fn claim(id: u64, who: AccountId) -> sp_runtime::DispatchResult {
    Wtm::claim(RuntimeOrigin::signed(NOBODY), id, who)
}

#[test]
fn bonds_for_an_undisputed_fact_are_returned_when_their_owners_want_them() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(BOB, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        wait(1_000);
        assert_noop!(claim(id, BOB), Error::<Test>::NotOwner);
        assert_ok!(Wtm::claim(RuntimeOrigin::signed(BOB), id, BOB));
        assert_eq!((wealth(BOB), bonded(BOB)), (ENDOWMENT, 0));
        let event = Event::Claimed { fact: id, who: BOB, returned: ATTEST_BOND, lost: 0, won: 0 };
        System::assert_last_event(event.into());
        assert_eq!(case(id).support_bonds, PROPOSAL_BOND - RECORD_FEE);
        assert_ok!(Wtm::claim(RuntimeOrigin::signed(ALICE), id, ALICE));
        assert_eq!((wealth(ALICE), bonded(ALICE)), (ENDOWMENT - RECORD_FEE, 0));
        assert_eq!(Wtm::case(id), None);
        assert!(Wtm::fact(id).is_some());
    });
}

#[test]
fn nothing_is_claimed_before_the_decision_or_twice() {
    build_and_execute(|| {
        let id = in_vote();
        assert_noop!(claim(id, BOB), Error::<Test>::NotDecided);
        decide(id, true);
        assert_ok!(claim(id, BOB));
        assert_noop!(claim(id, BOB), Error::<Test>::NothingToClaim);
        assert_noop!(claim(id, DAVE), Error::<Test>::NothingToClaim);
        assert_noop!(claim(99, BOB), Error::<Test>::UnknownFact);
    });
}

/// Before, the voters got their deposits back and nothing else.
#[test]
fn a_disputer_that_loses_pays_the_proposer_and_those_who_voted_for_the_fact() {
    build_and_execute(|| {
        let id = voted(true, true);
        for who in [BOB, ALICE, VERA, VIC, VAL] {
            assert_ok!(claim(id, who));
        }
        assert_eq!(wealth(BOB), ENDOWMENT - DISPUTE_BOND);
        assert_eq!(wealth(ALICE), ENDOWMENT + 560 - RECORD_FEE);
        // A fifth of 700, by points.
        assert_eq!(VOTERS.map(wealth), [ENDOWMENT + 84, ENDOWMENT + 35, ENDOWMENT + 21]);
        assert_eq!(deposited(VERA), 0);
        assert_eq!(Wtm::case(id), None);
    });
}

#[test]
fn a_proposer_that_loses_pays_the_disputer_and_those_who_voted_against_the_fact() {
    build_and_execute(|| {
        let id = voted(false, false);
        claim_all(id, &[ALICE, VIC, BOB, VERA, VAL]);
        assert_eq!(wealth(ALICE), ENDOWMENT - PROPOSAL_BOND);
        assert_eq!(wealth(BOB), ENDOWMENT + 720);
        assert_eq!(VOTERS.map(wealth), [ENDOWMENT + 108, ENDOWMENT + 45, ENDOWMENT + 27]);
        assert_eq!(Wtm::case(id), None);
        assert!(Wtm::fact(id).is_some());
    });
}

#[test]
fn voters_of_the_losing_side_get_their_deposits_and_no_share() {
    build_and_execute(|| {
        let id = voted(true, false);
        claim_all(id, &[VIC, BOB, VERA, ALICE, VAL]);
        assert_eq!(VOTERS.map(wealth), [ENDOWMENT + 140, ENDOWMENT, ENDOWMENT]);
        assert_eq!(VOTERS.map(deposited), [0; 3]);
    });
}

#[test]
fn winners_wait_until_the_losers_are_collected() {
    build_and_execute(|| {
        let id = voted(true, true);
        assert_noop!(claim(id, ALICE), Error::<Test>::LosersFirst);
        assert_noop!(claim(id, VERA), Error::<Test>::LosersFirst);
        assert_ok!(claim(id, BOB));
        assert_eq!(case(id).pool, DISPUTE_BOND);
        assert_eq!(bonded(ALICE), PROPOSAL_BOND - RECORD_FEE + DISPUTE_BOND);
        assert_ok!(claim(id, ALICE));
        assert_eq!(bonded(ALICE), 140, "what the voters have not claimed");
        claim_all(id, &VOTERS);
        assert_eq!(bonded(ALICE), 0);
    });
}

/// Alice and Bob support the fact with 900 and 300, Carol and Dave dispute it with 700 each.
fn crowded(upheld: bool) -> u64 {
    let id = proposed();
    assert_ok!(Wtm::do_attest(BOB, id));
    assert_ok!(Wtm::do_dispute(CAROL, id));
    assert_ok!(Wtm::do_dispute(DAVE, id));
    wait(WINDOW);
    decide(id, upheld);
    id
}

#[test]
fn winners_share_in_proportion_to_their_bonds() {
    build_and_execute(|| {
        let id = crowded(true);
        claim_all(id, &[CAROL, DAVE, BOB, ALICE, VERA, VIC, VAL]);
        assert_eq!(wealth(BOB), ENDOWMENT + 1_120 * 300 / 1_200);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 1_120 * 900 / 1_200);
        assert_eq!(wealth(VERA), ENDOWMENT + 280 * 60 / 100);
    });
}

#[test]
fn the_first_disputer_may_claim_before_the_others() {
    build_and_execute(|| {
        let id = crowded(false);
        claim_all(id, &[BOB, ALICE, CAROL, DAVE, VERA, VIC, VAL]);
        assert_eq!(wealth(CAROL), ENDOWMENT + 480);
        assert_eq!(wealth(DAVE), ENDOWMENT + 480);
    });
}

/// The voters share 140 by 61, 25 and 15 points of 101: 84, 34 and 20, and 2 are left over.
#[test]
fn what_rounding_leaves_over_goes_to_the_first_winner_with_the_last_claim() {
    for alice_first in [true, false] {
        build_and_execute(|| {
            set_points(VERA, 61);
            let id = voted(true, true);
            if alice_first {
                claim_all(id, &[BOB, ALICE, VERA, VIC]);
                assert_eq!(bonded(ALICE), 20 + 2);
                claim_all(id, &[VAL]);
            } else {
                claim_all(id, &[BOB, VERA, VIC, VAL]);
                assert_eq!(case(id).pool, 560 + 2);
                claim_all(id, &[ALICE]);
                let (returned, won) = (PROPOSAL_BOND - RECORD_FEE, 560 + 2);
                let event = Event::Claimed { fact: id, who: ALICE, returned, lost: 0, won };
                System::assert_last_event(event.into());
            }
            assert_eq!(VOTERS.map(wealth), [ENDOWMENT + 84, ENDOWMENT + 34, ENDOWMENT + 20]);
            assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 560 + 2);
            assert_eq!(bonded(ALICE), 0);
        });
    }
}

#[test]
fn claims_work_on_a_fact_that_was_superseded_in_between() {
    build_and_execute(|| {
        let old = voted(true, true);
        let origin = RuntimeOrigin::signed(CAROL);
        let source = nocknock_primitives::fact::Source::Attested;
        assert_ok!(Wtm::supersede(origin, old, text("Bonn"), source));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(newest()));
        claim_all(old, &[BOB, ALICE, VERA, VIC, VAL]);
        assert_eq!(wealth(ALICE), ENDOWMENT + 560 - RECORD_FEE);
    });
}
