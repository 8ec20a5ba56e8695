//! Registrations that the sweep removes.

use super::builders::*;
use crate::{mock::*, Error, Event, Registrations, WorkersPoints};
use frame_support::{assert_noop, assert_ok};

/// First session in which a registration of session 0 can be removed.
const REMOVABLE: u32 = 12;

#[test]
fn what_has_expired_goes_by_itself() {
    build_and_execute(|| {
        register(&[bob()]);
        go_to_session(REMOVABLE - 1);
        idle();
        assert!(Rewards::worker(bob()).is_some(), "its worker may still have to sign");
        go_to_session(REMOVABLE);
        idle();
        System::assert_last_event(Event::WorkerRemoved { worker: bob() }.into());
        assert_eq!(Rewards::worker(bob()), None);
        assert!(!exists(&bob()));
    });
}

#[test]
fn a_registration_that_was_lengthened_stays() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        go_to_session(5);
        earn(1, &bob(), percent(100));
        go_to_session(REMOVABLE);
        idle();
        assert!(Rewards::worker(bob()).is_some());
        assert_eq!(Rewards::worker(dave()), None);
    });
}

#[test]
fn suspended_and_departed_workers_go_as_well() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        abandon(&bob(), 1);
        assert_ok!(Rewards::do_unregister(&dave()));
        go_to_session(REMOVABLE);
        idle();
        assert_eq!(Registrations::<Test>::iter().count(), 0);
    });
}

#[test]
fn four_are_looked_at_in_a_block_and_none_is_forgotten() {
    build_and_execute(|| {
        register(&(10..18).map(account).collect::<Vec<_>>());
        go_to_session(1);
        register(&(18..20).map(account).collect::<Vec<_>>());
        go_to_session(REMOVABLE + 1);
        for left in [6, 2, 0, 0] {
            idle();
            assert_eq!(Registrations::<Test>::iter().count(), left);
        }
    });
}

#[test]
fn those_that_are_valid_do_not_hold_up_the_others() {
    build_and_execute(|| {
        register(&(10..18).map(account).collect::<Vec<_>>());
        go_to_session(REMOVABLE - 1);
        register(&(18..24).map(account).collect::<Vec<_>>());
        go_to_session(REMOVABLE);
        (0..4).for_each(|_| idle());
        assert_eq!(Registrations::<Test>::iter().count(), 6);
        assert!((18..24).all(|number| may_work(&account(number))));
    });
}

#[test]
fn swept_registrations_cannot_be_replayed() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        abandon(&bob(), 1);
        let second = registration(&bob());
        assert_ok!(apply_bare(second.clone()));
        go_to_session(REMOVABLE);
        idle();
        assert_eq!(Rewards::worker(bob()), None);
        for old in [first, second] {
            assert!(apply_bare(old.clone()).is_err());
            assert_noop!(dispatch_bare(old), Error::<Test>::ProofRefused);
        }
        assert_ok!(apply_bare(registration(&bob())));
    });
}

#[test]
fn points_that_are_worth_something_outlive_a_swept_registration() {
    build_and_execute(|| {
        register(&[bob()]);
        earn(1, &bob(), percent(100));
        go_to_session(REMOVABLE);
        idle();
        assert_eq!(Rewards::worker(bob()), None);
        assert!(Rewards::work_points(bob()) > 0);
    });
}

#[test]
fn points_that_are_worth_nothing_go_with_the_registration() {
    build_and_execute(|| {
        register(&[bob()]);
        give_points(&bob(), 20);
        go_to_session(100);
        idle();
        System::assert_last_event(Event::SpentPointsRemoved { who: bob() }.into());
        assert!(!WorkersPoints::<Test>::contains_key(bob()));
    });
}
