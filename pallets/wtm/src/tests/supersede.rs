use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    fact::{FactStatus, Source},
    ids::FactId,
    traits::FactWriter,
};
use sp_runtime::DispatchResult;

fn supersede(who: AccountId, old: FactId, object: &str) -> DispatchResult {
    Wtm::supersede(RuntimeOrigin::signed(who), old, text(object), Source::Attested)
}

#[test]
fn a_newer_fact_takes_the_place_when_it_is_accepted() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(supersede(BOB, old, "Bonn"));
        let new = newest();
        assert_eq!(fact(new).statement, capital("Bonn"));
        assert_eq!(fact(new).supersedes, Some(old));
        assert_eq!(bonded(BOB), PROPOSAL_BOND);
        assert_eq!(fact(old).status, FactStatus::Accepted);
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(new));
        assert_eq!(fact(new).status, FactStatus::Accepted);
        assert_eq!(fact(old).status, FactStatus::Superseded { by: new });
        System::assert_has_event(Event::FactSuperseded { fact: old, by: new }.into());
    });
}

#[test]
fn a_successor_that_is_voted_down_leaves_the_old_fact_in_its_place() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(supersede(CAROL, old, "Bonn"));
        let new = newest();
        assert_ok!(Wtm::do_dispute(DAVE, new));
        wait(WINDOW);
        decide(new, false);
        assert_eq!(fact(new).status, FactStatus::Rejected);
        assert_eq!(fact(old).status, FactStatus::Accepted);
    });
}

#[test]
fn the_second_of_two_successors_lapses_and_nobody_loses() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(supersede(BOB, old, "Bonn"));
        assert_ok!(supersede(CAROL, old, "Potsdam"));
        let (first, second) = (newest() - 1, newest());
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(first));
        assert_ok!(Wtm::do_resolve(second));
        assert_eq!(fact(old).status, FactStatus::Superseded { by: first });
        assert_eq!(Wtm::fact(second), None);
        assert_eq!(wealth(CAROL), ENDOWMENT);
    });
}

#[test]
fn a_successor_that_is_upheld_after_another_took_the_place_lapses_and_nobody_loses() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(supersede(BOB, old, "Bonn"));
        assert_ok!(supersede(CAROL, old, "Potsdam"));
        let (late, first) = (newest() - 1, newest());
        assert_ok!(Wtm::do_dispute(DAVE, late));
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(first));
        decide(late, true);
        assert_eq!(fact(late).status, FactStatus::Lapsed);
        claim_all(late, &[DAVE, VERA, VIC, VAL]);
        assert_eq!(Wtm::fact(late), None);
        assert!([BOB, DAVE, VERA, VIC, VAL].iter().all(|who| wealth(*who) == ENDOWMENT));
    });
}

#[test]
fn a_superseded_fact_has_one_successor_which_can_be_superseded_in_turn() {
    build_and_execute(|| {
        let old = accepted();
        assert_ok!(supersede(BOB, old, "Bonn"));
        let new = newest();
        assert_noop!(supersede(CAROL, new, "Potsdam"), Error::<Test>::NotAccepted);
        wait(WINDOW);
        assert_ok!(Wtm::do_resolve(new));
        assert_noop!(supersede(CAROL, old, "Potsdam"), Error::<Test>::NotAccepted);
        assert_ok!(supersede(CAROL, new, "Potsdam"));
    });
}

#[test]
fn what_somebody_says_does_not_supersede_what_is_proven() {
    build_and_execute(|| {
        let id = Wtm::write_score(score(1)).expect("it is written");
        assert_noop!(supersede(ALICE, id, "0x00 180/180"), Error::<Test>::ProvenIsFinal);
        assert_noop!(supersede(ALICE, 77, "x"), Error::<Test>::UnknownFact);
    });
}

#[test]
fn the_new_object_is_checked() {
    build_and_execute(|| {
        let old = accepted();
        assert_noop!(supersede(BOB, old, ""), Error::<Test>::BadObject);
    });
}
