use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};

fn remove(id: u64) -> sp_runtime::DispatchResult {
    Wtm::remove(RuntimeOrigin::signed(NOBODY), id)
}

#[test]
fn a_rejected_fact_is_removed_after_the_retention() {
    build_and_execute(|| {
        let id = voted(false, false);
        claim_all(id, &[ALICE, BOB, VERA, VIC, VAL]);
        wait(RETENTION - 1);
        assert_noop!(remove(id), Error::<Test>::NotRemovable);
        wait(1);
        assert_ok!(remove(id));
        assert_eq!(Wtm::fact(id), None);
        System::assert_last_event(Event::FactRemoved { fact: id }.into());
    });
}

#[test]
fn a_fact_stays_as_long_as_somebody_has_money_in_it() {
    build_and_execute(|| {
        let id = voted(false, false);
        wait(RETENTION);
        assert_noop!(remove(id), Error::<Test>::NotRemovable);
        claim_all(id, &[ALICE, BOB, VERA, VAL]);
        assert_noop!(remove(id), Error::<Test>::NotRemovable);
        claim_all(id, &[VIC]);
        assert_ok!(remove(id));
    });
}

#[test]
fn accepted_facts_stay_for_ever() {
    build_and_execute(|| {
        let id = accepted();
        wait(1_000_000);
        assert_noop!(remove(id), Error::<Test>::NotRemovable);
        assert_noop!(remove(id + 1), Error::<Test>::UnknownFact);
    });
}

#[test]
fn undecided_facts_are_not_removed() {
    build_and_execute(|| {
        let id = in_vote();
        wait(1_000_000);
        assert_noop!(remove(id), Error::<Test>::NotRemovable);
    });
}
