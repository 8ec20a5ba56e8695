use super::builders::*;
use crate::{mock::*, Event, Facts, WeightInfo};
use frame_support::{traits::Hooks, weights::Weight};
use nocknock_primitives::ids::FactId;

/// A fact that was voted down, with everything claimed.
fn rejected() -> FactId {
    let id = voted(false, false);
    claim_all(id, &[ALICE, BOB, VERA, VIC, VAL]);
    id
}

/// Ends a block that has this weight left over.
fn idle(limit: Weight) -> Weight {
    Wtm::on_idle(System::block_number(), limit)
}

fn stored() -> usize {
    Facts::<Test>::iter_keys().count()
}

/// Before, somebody had to call `remove`.
#[test]
fn what_was_voted_down_goes_by_itself_after_its_retention() {
    build_and_execute(|| {
        let id = rejected();
        wait(RETENTION - 1);
        idle(Weight::MAX);
        assert!(Wtm::fact(id).is_some());
        wait(1);
        idle(Weight::MAX);
        assert_eq!(Wtm::fact(id), None);
        System::assert_last_event(Event::FactRemoved { fact: id }.into());
    });
}

#[test]
fn a_block_removes_four_facts_at_most_and_the_next_one_goes_on() {
    build_and_execute(|| {
        for _ in 0..6 {
            rejected();
        }
        wait(RETENTION);
        assert_eq!(idle(Weight::MAX), <() as WeightInfo>::sweep_look().saturating_mul(4));
        assert_eq!(stored(), 2);
        check_state();
        idle(Weight::MAX);
        assert_eq!(stored(), 0);
    });
}

#[test]
fn what_has_to_wait_does_not_hold_up_the_rest() {
    build_and_execute(|| {
        let unclaimed: Vec<FactId> = (0..4).map(|_| voted(false, false)).collect();
        rejected();
        wait(RETENTION);
        idle(Weight::MAX);
        assert_eq!(stored(), 5);
        idle(Weight::MAX);
        assert_eq!(stored(), 4);
        for id in unclaimed {
            claim_all(id, &[ALICE, BOB, VERA, VIC, VAL]);
        }
        idle(Weight::MAX);
        idle(Weight::MAX);
        assert_eq!(stored(), 0);
    });
}

#[test]
fn without_weight_or_work_nothing_is_done() {
    build_and_execute(|| {
        let look = <() as WeightInfo>::sweep_look();
        assert_eq!(idle(Weight::MAX), look);
        rejected();
        let other = accepted();
        wait(RETENTION);
        assert_eq!(idle(Weight::zero()), Weight::zero());
        assert_eq!(stored(), 2);
        idle(Weight::MAX);
        assert!(Wtm::fact(other).is_some());
        assert_eq!(stored(), 1);
    });
}
