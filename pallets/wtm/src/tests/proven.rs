use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::assert_noop;
use nocknock_primitives::{
    fact::{Evidence, FactStatus},
    traits::FactWriter,
};
use sp_runtime::Permill;

#[test]
fn a_score_becomes_an_accepted_fact_at_once_and_costs_nobody_anything() {
    build_and_execute(|| {
        let id = Wtm::write_score(score(4)).expect("it is written");
        let fact = fact(id);
        assert_eq!(fact.status, FactStatus::Accepted);
        assert_eq!((fact.author, fact.decided_at), (BOB, Some(1)));
        assert_eq!(fact.statement.domain, text::<64>("nocknock/score"));
        assert_eq!(fact.statement.subject, text::<128>("experiment/3"));
        assert_eq!(fact.statement.predicate, text::<64>("score/v4"));
        let object = format!("0x{} 173/180", "ab".repeat(32));
        assert_eq!(fact.statement.object, text::<512>(&object));
        let Evidence::Proven { task, model, .. } = fact.evidence else {
            panic!("the evidence is a proof")
        };
        assert_eq!((task, model), (9, score(4).model));
        assert_eq!(Wtm::confidence(id), Some(Permill::one()));
        assert_eq!(wealth(BOB), ENDOWMENT);
        let event = Event::ScoreProven { fact: id, experiment: 3, task: 9, version: 4 };
        System::assert_last_event(event.into());
    });
}

#[test]
fn a_proven_fact_takes_no_bond_vote_decision_or_claim() {
    build_and_execute(|| {
        let id = Wtm::write_score(score(1)).expect("it is written");
        assert_noop!(Wtm::do_attest(ALICE, id), Error::<Test>::AlreadyDecided);
        assert_noop!(Wtm::do_dispute(ALICE, id), Error::<Test>::AlreadyDecided);
        assert_noop!(Wtm::do_vote(VERA, id, false), Error::<Test>::AlreadyDecided);
        assert_noop!(Wtm::do_retract(&BOB, id), Error::<Test>::AlreadyDecided);
        assert_noop!(Wtm::do_resolve(id), Error::<Test>::AlreadyDecided);
        assert_noop!(Wtm::do_claim(&BOB, id, &BOB), Error::<Test>::NothingToClaim);
        assert_noop!(Wtm::do_remove(id), Error::<Test>::NotRemovable);
    });
}

#[test]
fn scores_of_versions_stand_beside_each_other() {
    build_and_execute(|| {
        assert_eq!(Wtm::write_score(score(1)), Some(0));
        assert_eq!(Wtm::write_score(score(2)), Some(1));
        let page = Wtm::facts_by_subject(text("nocknock/score"), text("experiment/3"), None, 9);
        assert_eq!(page.len(), 2);
        assert!(page.iter().all(|(_, fact)| fact.status == FactStatus::Accepted));
    });
}

#[test]
fn a_score_that_cannot_be_numbered_is_not_written_and_does_not_fail() {
    build_and_execute(|| {
        crate::NextFact::<Test>::put(u64::MAX);
        assert_eq!(Wtm::write_score(score(1)), None);
        assert_noop!(try_propose(ALICE, capital("Berlin")), Error::<Test>::TooManyFacts);
    });
}
