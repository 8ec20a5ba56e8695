use super::builders::*;
use crate::{mock::*, Error, Event, WorkersPoints};
use frame_support::{assert_noop, assert_ok};

/// First session in which a registration of session 0 can be removed.
const REMOVABLE: u32 = 12;

#[test]
fn an_expired_registration_is_removed_and_its_account_released() {
    build_and_execute(|| {
        register(&[bob()]);
        go_to_session(REMOVABLE);
        assert_ok!(Rewards::remove_worker(RuntimeOrigin::signed(dave()), bob()));
        System::assert_last_event(Event::WorkerRemoved { worker: bob() }.into());
        assert_eq!(Rewards::worker(bob()), None);
        assert!(!exists(&bob()));
    });
}

#[test]
fn a_registration_that_expired_lately_still_lets_its_account_sign() {
    build_and_execute(|| {
        register(&[bob()]);
        for session in [0, 5, 6, REMOVABLE - 1] {
            go_to_session(session);
            assert_noop!(Rewards::do_remove_worker(&bob()), Error::<Test>::NotRemovable);
        }
        assert!(exists(&bob()) && !may_work(&bob()));
    });
}

#[test]
fn an_account_that_owns_something_outlives_its_registration() {
    build_and_execute(|| {
        register(&[bob()]);
        assert_eq!(earn(1, &bob(), percent(50)), FIRST_PRIZE / 2);
        go_to_session(REMOVABLE);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert!(exists(&bob()));
        assert_eq!(Balances::free_balance(bob()), 37_500);
    });
}

#[test]
fn points_outlive_a_registration_until_they_are_spent() {
    build_and_execute(|| {
        register(&[bob()]);
        earn(1, &bob(), percent(100));
        go_to_session(REMOVABLE);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert!(Rewards::work_points(bob()) > 0);
        assert_noop!(Rewards::do_remove_worker(&bob()), Error::<Test>::NotRemovable);
        go_to_session(5 * 20);
        assert_eq!(Rewards::work_points(bob()), 0);
        System::reset_events();
        assert_ok!(Rewards::do_remove_worker(&bob()));
        let told: Vec<_> = System::events().into_iter().map(|of| of.event).collect();
        assert_eq!(told, [Event::SpentPointsRemoved { who: bob() }.into()]);
        assert!(!WorkersPoints::<Test>::contains_key(bob()));
        assert_noop!(Rewards::do_remove_worker(&bob()), Error::<Test>::NotRegistered);
    });
}

#[test]
fn suspended_and_departed_workers_are_removed_no_earlier() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        abandon(&bob(), 1);
        assert_ok!(Rewards::do_unregister(&dave()));
        for who in [bob(), dave()] {
            assert_noop!(Rewards::do_remove_worker(&who), Error::<Test>::NotRemovable);
        }
        go_to_session(REMOVABLE);
        for who in [bob(), dave()] {
            assert_ok!(Rewards::do_remove_worker(&who));
        }
    });
}

#[test]
fn the_round_of_newcomers_rises_above_that_of_removed_workers() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        abandon(&bob(), 1);
        register(&[bob()]);
        assert_eq!(Rewards::registration_round(eve()), 0);
        go_to_session(REMOVABLE);
        assert_ok!(Rewards::do_remove_worker(&bob()));
        assert_eq!(Rewards::registration_round(bob()), 2);
        assert_eq!(Rewards::registration_round(eve()), 2);
        assert_ok!(Rewards::do_remove_worker(&dave()));
        assert_eq!(Rewards::registration_round(dave()), 2);
        assert_ok!(apply_bare(registration(&bob())));
    });
}
