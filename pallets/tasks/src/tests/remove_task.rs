use super::builders::*;
use crate::{mock::*, Chunks, Deliveries, Error, Event, Rankings, Roots, WeightInfo};
use frame_support::{assert_noop, assert_ok};

fn finished() -> u64 {
    let id = settled(spec(), &[(bob(), 25), (dave(), 24)]);
    deliver(id, &bob());
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
        assert_eq!(Chunks::<Test>::iter_keys().count(), 0);
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
        assert!(delivery.sealed.is_some());
        assert!(Chunks::<Test>::contains_key((id, bob(), 0u32)));
    });
}

/// Bob uploads two of three chunks and lets his turn pass, then Dave delivers.
#[test]
fn no_chunk_is_left_of_a_removed_task_and_only_those_that_were_stored_are_paid_for() {
    build_and_execute(|| {
        let kept = settled(spec_of(&wide()), &[(bob(), 25)]);
        upload(kept, &bob());
        let id = settled(spec_of(&wide()), &[(bob(), 25), (dave(), 24)]);
        let of_bob = parcel(id, &bob());
        for index in [0, 2] {
            assert_ok!(try_upload(id, &bob(), index, &of_bob));
        }
        go_to(end_of(id).turn_began + 10);
        deliver(id, &dave());
        assert_ok!(Tasks::do_finish_task(id));
        assert_ok!(Tasks::do_close_commitment(id, &bob()));
        go_to(System::block_number() + 20);
        assert_eq!(Chunks::<Test>::iter_prefix((id,)).count(), 5);
        let paid = Tasks::do_remove_task(id).unwrap().actual_weight;
        assert_eq!(paid, Some(<() as WeightInfo>::remove_task(5)));
        assert_eq!(Chunks::<Test>::iter_prefix((id,)).count(), 0);
        assert_eq!(Deliveries::<Test>::iter_prefix(id).count(), 0);
        assert_eq!(Chunks::<Test>::iter_prefix((kept,)).count(), 3);
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
