use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::reward::Standing;

#[test]
fn a_worker_may_leave_and_keeps_its_account() {
    build_and_execute(|| {
        register(&[bob()]);
        assert_ok!(Rewards::unregister(RuntimeOrigin::signed(bob())));
        System::assert_last_event(Event::WorkerUnregistered { worker: bob() }.into());
        assert!(!may_work(&bob()) && exists(&bob()));
        assert_eq!(Rewards::worker(bob()).unwrap().standing, Standing::Left);
    });
}

#[test]
fn who_is_not_registered_or_left_before_is_refused() {
    build_and_execute(|| {
        assert_noop!(Rewards::do_unregister(&bob()), Error::<Test>::NotRegistered);
        register(&[bob()]);
        assert_ok!(Rewards::do_unregister(&bob()));
        assert_noop!(Rewards::do_unregister(&bob()), Error::<Test>::NotRegistered);
    });
}

#[test]
fn who_left_comes_back_with_a_new_proof_only() {
    build_and_execute(|| {
        let first = registration(&bob());
        assert_ok!(apply_bare(first.clone()));
        assert_ok!(Rewards::do_unregister(&bob()));
        assert_noop!(dispatch_bare(first), Error::<Test>::ProofRefused);
        assert_ok!(apply_bare(registration(&bob())));
        assert!(may_work(&bob()));
    });
}
