use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

fn claim(id: u64, who: AccountId) -> sp_runtime::DispatchResult {
    Wtm::claim(RuntimeOrigin::signed(NOBODY), id, who)
}

#[test]
fn attesters_of_an_undisputed_fact_get_their_bonds_back() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(BOB, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        assert_ok!(claim(id, BOB));
        assert_eq!(wealth(BOB), ENDOWMENT);
        assert_eq!(bonded(BOB), 0);
        assert_eq!(Wtm::case(id), None);
        assert!(Wtm::fact(id).is_some());
        let event = Event::Claimed { fact: id, who: BOB, returned: ATTEST_BOND, lost: 0, won: 0 };
        System::assert_last_event(event.into());
    });
}

#[test]
fn nothing_is_claimed_before_the_decision_or_twice() {
    build_and_execute(|| {
        let id = in_vote();
        assert_noop!(claim(id, BOB), Error::<Test>::NotDecided);
        assert_ok!(Wtm::do_vote(VERA, id, true));
        assert_ok!(Wtm::do_vote(VIC, id, true));
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(id));
        assert_ok!(claim(id, BOB));
        assert_noop!(claim(id, BOB), Error::<Test>::NothingToClaim);
        assert_noop!(claim(id, DAVE), Error::<Test>::NothingToClaim);
        assert_noop!(claim(99, BOB), Error::<Test>::UnknownFact);
    });
}

#[test]
fn a_disputer_that_loses_pays_the_proposer() {
    build_and_execute(|| {
        let id = voted(true, true);
        claim_all(id, &[BOB, ALICE, VERA, VIC]);
        assert_eq!(wealth(BOB), ENDOWMENT - DISPUTE_BOND);
        assert_eq!(wealth(ALICE), ENDOWMENT + DISPUTE_BOND - RECORD_FEE);
        assert_eq!(wealth(VERA), ENDOWMENT);
        assert_eq!(deposited(VERA), 0);
        assert_eq!(Wtm::case(id), None);
    });
}

#[test]
fn a_proposer_that_loses_pays_the_disputer() {
    build_and_execute(|| {
        let id = voted(false, false);
        claim_all(id, &[VIC, ALICE, BOB, VERA]);
        assert_eq!(wealth(ALICE), ENDOWMENT - PROPOSAL_BOND);
        assert_eq!(wealth(BOB), ENDOWMENT + PROPOSAL_BOND - RECORD_FEE);
        assert_eq!(Wtm::case(id), None);
        assert!(Wtm::fact(id).is_some());
    });
}

#[test]
fn winners_wait_until_the_losers_are_collected() {
    build_and_execute(|| {
        let id = voted(true, true);
        assert_noop!(claim(id, ALICE), Error::<Test>::LosersFirst);
        assert_ok!(claim(id, VERA));
        assert_ok!(claim(id, BOB));
        assert_eq!(case(id).pool, DISPUTE_BOND);
        assert_eq!(bonded(ALICE), PROPOSAL_BOND - RECORD_FEE + DISPUTE_BOND);
        assert_ok!(claim(id, ALICE));
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
    assert_ok!(Wtm::do_vote(VERA, id, upheld));
    wait(VOTING);
    assert_ok!(Wtm::do_resolve(id));
    id
}

#[test]
fn winners_share_in_proportion_to_their_bonds() {
    build_and_execute(|| {
        let id = crowded(true);
        claim_all(id, &[CAROL, DAVE, BOB, ALICE, VERA]);
        assert_eq!(wealth(BOB), ENDOWMENT + 1_400 * 300 / 1_200);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 1_400 * 900 / 1_200);
    });
}

#[test]
fn the_first_disputer_may_claim_before_the_others() {
    build_and_execute(|| {
        let id = crowded(false);
        claim_all(id, &[BOB, ALICE, CAROL, DAVE, VERA]);
        assert_eq!(wealth(CAROL), ENDOWMENT + 600);
        assert_eq!(wealth(DAVE), ENDOWMENT + 600);
    });
}

#[test]
fn what_rounding_leaves_over_goes_to_the_first_winner() {
    build_and_execute(|| {
        let id = proposed();
        for who in [BOB, CAROL, DAVE] {
            assert_ok!(Wtm::do_attest(who, id));
        }
        assert_ok!(Wtm::do_dispute(VIC, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_vote(VERA, id, true));
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(id));
        // 700 × 300 / 1,800 is 116 and two thirds; 700 × 900 / 1,800 is 350.
        claim_all(id, &[VIC, ALICE, BOB, CAROL, DAVE, VERA]);
        for who in [BOB, CAROL, DAVE] {
            assert_eq!(wealth(who), ENDOWMENT + 116);
        }
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 350 + 2);
        assert_eq!(bonded(ALICE), 0);
    });
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
        claim_all(old, &[BOB, ALICE, VERA, VIC]);
        assert_eq!(wealth(ALICE), ENDOWMENT + DISPUTE_BOND - RECORD_FEE);
    });
}
