use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{reward::MintSplit, traits::Curriculum};
use sp_runtime::{traits::BadOrigin, Permill};

fn set(experiment: u32, custodian: Option<AccountId>) -> sp_runtime::DispatchResult {
    Rewards::set_curriculum(RuntimeOrigin::root(), experiment, custodian, SHARE, 1)
}

#[test]
fn the_council_adds_an_experiment() {
    build_and_execute(|| {
        assert_ok!(set(7, Some(dave())));
        System::assert_last_event(
            Event::CurriculumSet {
                experiment: 7,
                custodian: Some(dave()),
                task_share: SHARE,
                max_open: 1,
            }
            .into(),
        );
        assert!(Rewards::contains(7) && Rewards::is_custodian(7, &dave()));
        assert!(exists(&dave()));
    });
}

#[test]
fn nobody_else_may() {
    build_and_execute(|| {
        let call = Rewards::set_curriculum(
            RuntimeOrigin::signed(carol()),
            EXPERIMENT,
            Some(carol()),
            Permill::one(),
            99,
        );
        assert_noop!(call, BadOrigin);
    });
}

#[test]
fn the_curriculum_is_bounded() {
    build_and_execute(|| {
        assert_ok!(set(7, None));
        assert_ok!(set(8, None));
        assert_noop!(set(9, None), Error::<Test>::CurriculumFull);
        assert_ok!(set(8, Some(dave())));
    });
}

#[test]
fn an_experiment_that_is_unknown_or_archived_is_refused() {
    build_and_execute(|| {
        let refused = sp_runtime::DispatchError::Other("no active experiment");
        assert_noop!(set(FIRST_UNKNOWN, None), refused);
        neighbours(|neighbours| neighbours.archived = vec![7, EXPERIMENT]);
        assert_noop!(set(7, None), refused);
        assert_noop!(set(EXPERIMENT, Some(dave())), refused);
        assert_ok!(Rewards::do_remove_curriculum(EXPERIMENT));
    });
}

#[test]
fn open_tasks_are_bounded() {
    let with = |max_open| Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), SHARE, max_open);
    build_and_execute(|| {
        assert_ok!(with(5));
        assert_noop!(with(6), Error::<Test>::MaxOpenTooHigh);
    });
}

#[test]
fn the_role_moves_with_its_reference() {
    build_and_execute(|| {
        assert!(exists(&carol()));
        assert_ok!(set(EXPERIMENT, Some(dave())));
        System::assert_has_event(
            Event::CustodianDismissed { experiment: EXPERIMENT, custodian: carol() }.into(),
        );
        assert!(exists(&dave()) && !exists(&carol()));
        assert_ok!(set(EXPERIMENT, None));
        assert!(!exists(&dave()));
        assert!(Rewards::contains(EXPERIMENT));
    });
}

#[test]
fn one_account_may_hold_several_roles() {
    build_and_execute(|| {
        assert_ok!(set(7, Some(carol())));
        assert_eq!(System::sufficients(&carol()), 2);
        assert_ok!(set(7, Some(carol())));
        assert_eq!(System::sufficients(&carol()), 2);
        assert_ok!(set(7, None));
        assert_eq!(System::sufficients(&carol()), 1);
    });
}

#[test]
fn open_tasks_keep_their_budget_and_custodian() {
    build_and_execute(|| {
        let budget = open(1);
        assert_ok!(set(EXPERIMENT, Some(dave())));
        assert!(exists(&carol()), "it still has blocks to reveal");
        assert_eq!(pay(1, &bob(), percent(100)), MintSplit::of(budget).winner);
        close(1);
        assert!(!exists(&carol()));
    });
}
