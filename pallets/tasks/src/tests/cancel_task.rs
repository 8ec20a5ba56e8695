use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{reward::CurriculumEnd, task::Outcome};

#[test]
fn cancelling_before_the_draw_returns_everything() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        assert_ok!(Tasks::cancel_task(RuntimeOrigin::signed(alice()), id));
        assert_eq!((free(&alice()), held(&alice())), (ENDOWMENT, 0));
        assert_eq!(end_of(id).outcome, Outcome::Cancelled);
        System::assert_has_event(
            Event::TaskSettled {
                task: id,
                outcome: Outcome::Cancelled,
                ranked: 0,
                amounts: vec![],
            }
            .into(),
        );
        System::assert_last_event(Event::TaskFinished { task: id, returned: 10_000 }.into());
    });
}

#[test]
fn a_requester_who_could_know_the_draw_cannot_cancel() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH - 1);
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
        let id = create(drawn_spec());
        go_to(3 * EPOCH - 1);
        let seed = task(id).seed;
        assert!(!crate::Seeds::<Test>::contains_key(seed));
        go_to(3 * EPOCH);
        assert!(crate::Seeds::<Test>::contains_key(seed));
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::TooLateToCancel);
    });
}

#[test]
fn a_task_with_a_fixed_split_can_be_cancelled_until_somebody_commits() {
    build_and_execute(|| {
        let id = create(spec());
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
        let id = create(spec());
        commit(id, &[bob()]);
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::TooLateToCancel);
        assert_ok!(try_withdraw(id, &bob()));
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
    });
}

#[test]
fn a_drawn_and_opened_task_cannot_be_cancelled() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH);
        assert_ok!(Tasks::do_draw_split(id));
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::WrongPhase);
        assert_ok!(Tasks::do_publish_training_data(&alice(), id, TRAIN_DATA));
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::TooLateToCancel);
    });
}

#[test]
fn only_the_requester_cancels_and_only_once() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        assert_noop!(Tasks::do_cancel_task(&bob(), id), Error::<Test>::NotRequester);
        assert_noop!(Tasks::do_cancel_task(&alice(), 7), Error::<Test>::UnknownTask);
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_cancelled_curriculum_task_frees_its_budget_and_does_not_blame_the_custodian() {
    build_and_execute(|| {
        let id = create_curriculum();
        assert_ok!(Tasks::do_cancel_task(&carol(), id));
        assert_eq!(book(|book| book.closed.clone()), vec![(id, CurriculumEnd::Regular)]);
    });
}
