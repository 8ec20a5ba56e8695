use super::builders::*;
use crate::{mock::*, Deliveries, Error, Event, Rankings, Roots};
use frame_support::{assert_noop, assert_ok};

fn finished() -> u64 {
    let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
    deliver(id, &bob());
    reveal_key(id, &bob());
    assert_ok!(Tasks::do_finish_task(id));
    id
}

#[test]
fn nothing_is_left_of_a_removed_task() {
    build_and_execute(|| {
        let id = finished();
        assert_ok!(Tasks::do_close_commitment(id, &dave()));
        go_to(System::block_number() + 20);
        assert_ok!(Tasks::remove_task(RuntimeOrigin::signed(eve()), id));
        assert!(Tasks::task(id).is_none());
        assert!(!Roots::<Test>::contains_key(id) && !Rankings::<Test>::contains_key(id));
        assert_eq!(Deliveries::<Test>::iter_prefix(id).count(), 0);
        System::assert_last_event(Event::TaskRemoved { task: id }.into());
    });
}

#[test]
fn the_requester_has_time_to_fetch_the_model() {
    build_and_execute(|| {
        let id = finished();
        assert_ok!(Tasks::do_close_commitment(id, &dave()));
        go_to(System::block_number() + 19);
        assert_noop!(Tasks::do_remove_task(id), Error::<Test>::NotRemovable);
        let delivery = Deliveries::<Test>::get(id, bob()).unwrap();
        assert!(delivery.key.is_some());
    });
}

#[test]
fn a_task_with_commitments_stays() {
    build_and_execute(|| {
        let id = finished();
        go_to(500);
        assert_noop!(Tasks::do_remove_task(id), Error::<Test>::NotRemovable);
    });
}

#[test]
fn an_unfinished_task_stays() {
    build_and_execute(|| {
        let id = create(spec());
        go_to(900);
        assert_noop!(Tasks::do_remove_task(id), Error::<Test>::NotRemovable);
    });
}

#[test]
fn a_number_is_not_used_again() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        assert_ok!(Tasks::do_cancel_task(&alice(), id));
        go_to(21);
        assert_ok!(Tasks::do_remove_task(id));
        assert_eq!(create(spec()), id + 1);
    });
}
