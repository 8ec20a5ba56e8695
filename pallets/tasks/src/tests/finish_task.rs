use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::reward::CurriculumEnd;

#[test]
fn what_nobody_earned_returns_to_the_requester() {
    build_and_execute(|| {
        let spec = spec_with_shares(vec![6_000, 4_000]);
        let id = settled(spec, &[(bob(), 25)]);
        deliver(id, &bob());
        assert_ok!(Tasks::finish_task(RuntimeOrigin::signed(eve()), id));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT - 6_000, 0));
        System::assert_last_event(Event::TaskFinished { task: id, returned: 4_000 }.into());
    });
}

#[test]
fn the_whole_reward_returns_when_nobody_delivers() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
        go_to(end_of(id).turn_began + 19);
        assert_noop!(Tasks::do_finish_task(id), Error::<Test>::NotFinishable);
        go_to(end_of(id).turn_began + 20);
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
    });
}

#[test]
fn of_a_small_payment_the_validators_get_the_fee_for_its_records() {
    build_and_execute(|| {
        let mut spec = spec();
        spec.terms.reward = 100;
        let id = settled(spec, &[(bob(), 25)]);
        deliver(id, &bob());
        assert_eq!(pot(), 20);
        assert_eq!(free(&bob()), ENDOWMENT + 80);
    });
}

#[test]
fn rounding_of_shares_returns_too() {
    build_and_execute(|| {
        let mut spec = spec_with_shares(vec![3_334, 3_333, 3_333]);
        spec.terms.reward = 101;
        let id = settled(spec, &[(bob(), 25), (dave(), 24), (eve(), 23)]);
        for worker in [bob(), dave(), eve()] {
            deliver(id, &worker);
        }
        let left = held(&alice());
        assert_eq!(left, 2);
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!(held(&alice()), 0);
    });
}

#[test]
fn a_task_is_finished_once_and_not_early() {
    build_and_execute(|| {
        let id = settled(spec(), &[(bob(), 25)]);
        assert_noop!(Tasks::do_finish_task(id), Error::<Test>::NotFinishable);
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        assert_noop!(Tasks::do_finish_task(id), Error::<Test>::NotFinishable);
        let without_winner = proving(spec(), &[bob()]);
        end_round(without_winner);
        settle(without_winner);
        assert_noop!(Tasks::do_finish_task(without_winner), Error::<Test>::NotFinishable);
        assert_noop!(Tasks::do_finish_task(99), Error::<Test>::UnknownTask);
    });
}

#[test]
fn a_finished_curriculum_task_frees_its_budget() {
    build_and_execute(|| {
        let id = settled_curriculum(&[(bob(), 25)]);
        assert!(book(|book| book.closed.is_empty()));
        deliver(id, &bob());
        assert_ok!(Tasks::do_finish_task(id));
        assert_eq!(book(|book| book.closed.clone()), vec![(id, CurriculumEnd::Regular)]);
    });
}
