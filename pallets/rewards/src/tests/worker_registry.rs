use super::builders::*;
use crate::{mock::*, Event};
use frame_support::assert_ok;
use nocknock_primitives::reward::Standing;

#[test]
fn an_abandoned_task_suspends_the_worker_until_it_registers_anew() {
    build_and_execute(|| {
        register(&[bob()]);
        abandon(&bob(), 7);
        System::assert_last_event(Event::WorkerSuspended { worker: bob(), task: 7 }.into());
        assert!(!may_work(&bob()) && exists(&bob()));
        assert_eq!(Rewards::worker(bob()).unwrap().standing, Standing::Suspended(7));
        assert_eq!(Rewards::registration_round(bob()), 1);
        assert_ok!(apply_bare(registration(&bob())));
        assert!(may_work(&bob()));
        assert_eq!(System::sufficients(&bob()), 1);
    });
}

#[test]
fn a_second_abandoned_task_changes_nothing() {
    build_and_execute(|| {
        register(&[bob()]);
        abandon(&bob(), 7);
        abandon(&bob(), 8);
        assert_eq!(Rewards::worker(bob()).unwrap().standing, Standing::Suspended(7));
    });
}

#[test]
fn whoever_is_not_registered_cannot_be_suspended() {
    build_and_execute(|| {
        abandon(&bob(), 7);
        assert_eq!(Rewards::worker(bob()), None);
        register(&[bob()]);
        assert_ok!(Rewards::do_unregister(&bob()));
        abandon(&bob(), 7);
        assert_eq!(Rewards::worker(bob()).unwrap().standing, Standing::Left);
    });
}

#[test]
fn a_suspended_worker_keeps_its_points() {
    build_and_execute(|| {
        register(&[bob()]);
        earn(1, &bob(), percent(100));
        abandon(&bob(), 2);
        assert_eq!(Rewards::work_points(bob()), FIRST_PRIZE);
    });
}

#[test]
fn earning_lengthens_a_registration() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        go_to_session(5);
        earn(1, &bob(), percent(100));
        assert_eq!(Rewards::worker(bob()).unwrap().expires, 11);
        go_to_session(6);
        assert!(may_work(&bob()) && !may_work(&dave()));
    });
}

#[test]
fn earning_does_not_revive_a_registration() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        abandon(&bob(), 9);
        go_to_session(6);
        for (task, who) in [(1, bob()), (2, dave())] {
            earn(task, &who, percent(100));
            assert!(!may_work(&who));
            assert_eq!(Rewards::worker(who).unwrap().expires, 6);
        }
    });
}

#[test]
fn a_worker_is_known_once_it_has_proved_a_claim() {
    build_and_execute(|| {
        register(&[bob(), dave()]);
        assert!(!is_known(&bob()));
        prove(&bob());
        assert!(is_known(&bob()) && !is_known(&dave()));
        assert!(Rewards::worker(bob()).unwrap().known);
    });
}

#[test]
fn whoever_is_not_registered_is_not_known() {
    build_and_execute(|| {
        prove(&bob());
        assert!(!is_known(&bob()));
        assert_eq!(Rewards::worker(bob()), None);
        register(&[bob()]);
        assert!(!is_known(&bob()), "it has proved nothing since");
    });
}

#[test]
fn a_worker_that_may_not_work_is_not_known() {
    build_and_execute(|| {
        let workers = [bob(), dave(), eve(), account(6)];
        register(&workers);
        workers.iter().for_each(prove);
        abandon(&bob(), 1);
        assert_ok!(Rewards::do_unregister(&dave()));
        Rewards::bar(&eve());
        assert!(!is_known(&bob()) && !is_known(&dave()) && !is_known(&eve()));
        assert!(is_known(&account(6)));
        go_to_session(6);
        assert!(!is_known(&account(6)), "its registration has expired");
    });
}

#[test]
fn whoever_registers_again_is_new() {
    build_and_execute(|| {
        register(&[bob()]);
        prove(&bob());
        abandon(&bob(), 1);
        register(&[bob()]);
        assert!(may_work(&bob()) && !is_known(&bob()));
    });
}

#[test]
fn earning_keeps_a_worker_known() {
    build_and_execute(|| {
        register(&[bob()]);
        prove(&bob());
        earn(1, &bob(), percent(100));
        assert!(is_known(&bob()));
    });
}
