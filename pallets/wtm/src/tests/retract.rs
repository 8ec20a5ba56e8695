use super::builders::*;
use crate::{mock::*, ByDomain, BySubject, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::fact::FactStatus;

fn retract(who: AccountId, id: u64) -> sp_runtime::DispatchResult {
    Wtm::retract(RuntimeOrigin::signed(who), id)
}

#[test]
fn a_retracted_fact_disappears_and_the_bond_comes_back() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(retract(ALICE, id));
        assert_eq!(wealth(ALICE), ENDOWMENT);
        assert_eq!(bonded(ALICE), 0);
        assert_eq!(Wtm::fact(id), None);
        assert_eq!(ByDomain::<Test>::iter_keys().count(), 0);
        assert_eq!(BySubject::<Test>::iter_keys().count(), 0);
        System::assert_last_event(Event::FactRemoved { fact: id }.into());
    });
}

#[test]
fn attesters_of_a_retracted_fact_claim_before_it_disappears() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(Wtm::do_attest(BOB, id));
        assert_ok!(retract(ALICE, id));
        assert_eq!(fact(id).status, FactStatus::Retracted);
        assert_ok!(Wtm::do_claim(&NOBODY, id, &BOB));
        assert_eq!(wealth(BOB), ENDOWMENT);
        assert_eq!(Wtm::fact(id), None);
    });
}

#[test]
fn only_the_proposer_retracts_and_only_in_the_window() {
    build_and_execute(|| {
        let id = proposed();
        assert_noop!(retract(BOB, id), Error::<Test>::NotProposer);
        wait(WINDOW);
        assert_noop!(retract(ALICE, id), Error::<Test>::WindowClosed);
        assert_ok!(Wtm::do_resolve(id));
        assert_noop!(retract(ALICE, id), Error::<Test>::AlreadyDecided);
    });
}

#[test]
fn numbers_of_removed_facts_are_not_used_again() {
    build_and_execute(|| {
        let id = proposed();
        assert_ok!(retract(ALICE, id));
        assert_eq!(proposed(), id + 1);
    });
}
