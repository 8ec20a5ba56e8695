use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    fact::{Case, FactStatus, Source},
    ids::FactId,
};

/// A fact of Alice's that was accepted and that Bob disputes then, in its vote period.
fn reopened() -> FactId {
    let id = accepted();
    assert_ok!(Wtm::do_dispute(BOB, id));
    wait(WINDOW);
    id
}

/// Before, an accepted fact could not be disputed any more.
#[test]
fn an_accepted_fact_can_be_disputed_as_long_as_there_are_bonds_for_it() {
    build_and_execute(|| {
        let id = accepted();
        wait(1_000);
        assert_ok!(Wtm::dispute(RuntimeOrigin::signed(BOB), id));
        System::assert_last_event(Event::FactDisputed { fact: id, disputer: BOB }.into());
        assert_eq!((fact(id).status, fact(id).decided_at), (FactStatus::Disputed, None));
        let now = System::block_number();
        assert_eq!(case(id).window_end, now + WINDOW);
        assert_eq!(case(id).vote_end, now + WINDOW + VOTING);
        assert_ok!(Wtm::do_attest(CAROL, id));
        assert_ok!(Wtm::do_dispute(DAVE, id));
        assert_noop!(Wtm::do_vote(VERA, id, true), Error::<Test>::NotVoting);
        wait(WINDOW);
        assert_noop!(Wtm::do_attest(VAL, id), Error::<Test>::WindowClosed);
        assert_ok!(Wtm::do_vote(VERA, id, true));
    });
}

#[test]
fn without_bonds_there_is_nothing_to_win_and_no_dispute() {
    build_and_execute(|| {
        let id = accepted();
        claim_all(id, &[ALICE]);
        assert_noop!(Wtm::do_dispute(BOB, id), Error::<Test>::NoBondsLeft);
        assert_eq!(fact(id).status, FactStatus::Accepted);
    });
}

#[test]
fn a_fact_that_is_voted_down_after_all_costs_its_supporters_their_bonds_and_no_second_fee() {
    build_and_execute(|| {
        let id = reopened();
        decide(id, false);
        assert_eq!(fact(id).status, FactStatus::Rejected);
        System::assert_last_event(
            Event::FactDecided { fact: id, status: FactStatus::Rejected, fee: 0 }.into(),
        );
        assert_eq!(fees(), RECORD_FEE);
        claim_all(id, &[ALICE, BOB, VERA, VIC, VAL]);
        assert_eq!(wealth(ALICE), ENDOWMENT - PROPOSAL_BOND);
        assert_eq!(wealth(BOB), ENDOWMENT + 720);
    });
}

#[test]
fn a_fact_that_is_upheld_is_not_disputed_again() {
    build_and_execute(|| {
        let id = reopened();
        decide(id, true);
        assert_eq!(fact(id).status, FactStatus::Accepted);
        assert_eq!(fees(), RECORD_FEE);
        assert_noop!(Wtm::do_dispute(CAROL, id), Error::<Test>::AlreadyDecided);
        claim_all(id, &[BOB, ALICE, VERA, VIC, VAL]);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 560);
        assert_eq!(wealth(BOB), ENDOWMENT - DISPUTE_BOND);
    });
}

#[test]
fn without_a_verdict_the_fact_is_accepted_as_before_and_nobody_loses() {
    build_and_execute(|| {
        let id = reopened();
        assert_ok!(Wtm::do_vote(VERA, id, false));
        wait(VOTING);
        assert_ok!(Wtm::do_resolve(id));
        assert!(fact(id).is_standing());
        assert_eq!(fact(id).tally.against, 0);
        assert_eq!(bonded(ALICE), PROPOSAL_BOND - RECORD_FEE);
        check_state();
        assert_noop!(Wtm::do_claim(&CAROL, id, &ALICE), Error::<Test>::NotOwner);
        assert_ok!(Wtm::do_claim(&CAROL, id, &BOB));
        assert_noop!(Wtm::do_dispute(CAROL, id), Error::<Test>::UnclaimedDispute);
        assert_ok!(Wtm::do_claim(&CAROL, id, &VERA));
        assert_eq!([BOB, VERA].map(wealth), [ENDOWMENT; 2]);

        // The next dispute begins with nothing of the last one.
        assert_ok!(Wtm::do_dispute(CAROL, id));
        let Case { disputer, against_bonds, electorate, largest, .. } = case(id);
        assert_eq!((disputer, against_bonds), (Some(CAROL), DISPUTE_BOND));
        assert_eq!((electorate, largest), (0, [0; 2]));
        check_state();
        wait(WINDOW);
        decide(id, false);
        assert_eq!(fact(id).tally.against, 100);
        claim_all(id, &[ALICE, CAROL, VERA, VIC, VAL]);
        assert_eq!(wealth(CAROL), ENDOWMENT + 720);
    });
}

#[test]
fn an_attester_holds_the_pool_if_the_proposer_has_left() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(DAVE, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        claim_all(id, &[ALICE]);
        assert_ok!(Wtm::do_dispute(BOB, id));
        assert_eq!((case(id).supporter, case(id).support_bonds), (DAVE, ATTEST_BOND));
        wait(WINDOW);
        decide(id, true);
        claim_all(id, &[BOB]);
        assert_eq!(bonded(DAVE), ATTEST_BOND + DISPUTE_BOND);
        claim_all(id, &[DAVE, VERA, VIC, VAL]);
        assert_eq!((wealth(DAVE), bonded(DAVE)), (ENDOWMENT + 560, 0));
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE);
    });
}

#[test]
fn the_proposer_may_dispute_its_own_fact_once_it_has_taken_its_bond_back() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(DAVE, id));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(id));
        assert_noop!(Wtm::do_dispute(ALICE, id), Error::<Test>::AlreadyTakesPart);
        claim_all(id, &[ALICE]);
        assert_ok!(Wtm::do_dispute(ALICE, id));
        wait(WINDOW);
        decide(id, false);
        claim_all(id, &[DAVE, ALICE, VERA, VIC, VAL]);
        assert_eq!(wealth(DAVE), ENDOWMENT - ATTEST_BOND);
        assert_eq!(wealth(ALICE), ENDOWMENT - RECORD_FEE + 240);
    });
}

/// Bob's accepted successor of Alice's fact, which is disputed then.
fn disputed_successor() -> (FactId, FactId) {
    let old = accepted();
    assert_ok!(Wtm::do_supersede(BOB, old, text("Bonn"), Source::Attested));
    let new = newest();
    wait(WINDOW);
    assert_ok!(Wtm::do_resolve(new));
    assert_ok!(Wtm::do_dispute(CAROL, new));
    wait(WINDOW);
    (old, new)
}

#[test]
fn a_successor_that_is_voted_down_after_all_gives_the_place_back() {
    build_and_execute(|| {
        let (old, new) = disputed_successor();
        assert_eq!(fact(old).status, FactStatus::Superseded { by: new });
        check_state();
        decide(new, false);
        assert_eq!(fact(new).status, FactStatus::Rejected);
        assert_eq!(fact(old).status, FactStatus::Accepted);
        System::assert_last_event(Event::FactRestored { fact: old, rejected: new }.into());
        claim_all(new, &[BOB, CAROL, VERA, VIC, VAL]);
        wait(RETENTION);
        assert_ok!(Wtm::do_remove(new));
        check_state();
        assert_ok!(Wtm::do_supersede(DAVE, old, text("Potsdam"), Source::Attested));
    });
}

#[test]
fn what_has_been_superseded_is_not_disputed() {
    build_and_execute(|| {
        let (old, new) = disputed_successor();
        assert_noop!(Wtm::do_dispute(DAVE, old), Error::<Test>::AlreadyDecided);
        decide(new, false);
        assert_ok!(Wtm::do_dispute(DAVE, old));
    });
}

/// The dispute of the old fact ends without a verdict when Bob's takes its place. What is on hold
/// from it has to be claimed before the next one, even if the old fact is back in its place by
/// then.
#[test]
fn a_dispute_that_a_successor_has_ended_is_claimed_before_the_next_one() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(Wtm::do_supersede(BOB, old, text("Bonn"), Source::Attested));
        let new = newest();
        assert_ok!(Wtm::do_dispute(DAVE, old));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(new));
        assert_ok!(Wtm::do_dispute(CAROL, new));
        wait(WINDOW);
        decide(new, false);
        assert!(fact(old).is_standing());
        check_state();
        assert_noop!(Wtm::do_dispute(CAROL, old), Error::<Test>::UnclaimedDispute);
        assert_noop!(Wtm::do_claim(&CAROL, old, &ALICE), Error::<Test>::NotOwner);
        assert_ok!(Wtm::do_claim(&CAROL, old, &DAVE));
        assert_eq!(wealth(DAVE), ENDOWMENT);
        assert_ok!(Wtm::do_dispute(CAROL, old));
    });
}

#[test]
fn a_successor_that_is_upheld_keeps_the_place() {
    build_and_execute(|| {
        let (old, new) = disputed_successor();
        decide(new, true);
        assert_eq!(fact(new).status, FactStatus::Accepted);
        assert_eq!(fact(old).status, FactStatus::Superseded { by: new });
    });
}

#[test]
fn a_successor_of_a_fact_that_is_voted_down_meanwhile_lapses() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(Wtm::do_supersede(BOB, old, text("Bonn"), Source::Attested));
        let new = newest();
        assert_ok!(Wtm::do_dispute(CAROL, old));
        wait(WINDOW);
        decide(old, false);
        assert_ok!(Wtm::do_resolve(new));
        assert_eq!(Wtm::fact(new), None);
        assert_eq!(wealth(BOB), ENDOWMENT);
    });
}

#[test]
fn a_disputed_fact_is_not_superseded_until_it_is_decided() {
    build_and_execute(|| {
        let id = reopened();
        let again = Wtm::do_supersede(CAROL, id, text("Bonn"), Source::Attested);
        assert_noop!(again, Error::<Test>::NotAccepted);
        assert_noop!(Wtm::do_retract(&ALICE, id), Error::<Test>::WindowClosed);
    });
}
