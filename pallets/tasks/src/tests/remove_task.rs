use super::builders::*;
use crate::{mock::*, Chunks, ComparedWith, Deliveries, Error, Event, PastRoots, Rankings, Roots};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::task::PastBlocks;
use sp_io::hashing::blake2_256;

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
        assert_eq!(paid, Some(Tasks::removal_weight(5)));
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

/// A task of the curriculum in which Bob has delivered the champion, long ago.
fn with_the_champion() -> u64 {
    let id = settled_curriculum(&[(bob(), 25)]);
    deliver(id, &bob());
    assert_ok!(Tasks::do_finish_task(id));
    go_to(System::block_number() + 100);
    id
}

#[test]
fn a_task_of_the_curriculum_stays_as_long_as_it_holds_the_champion() {
    build_and_execute(|| {
        let id = with_the_champion();
        assert_noop!(Tasks::do_remove_task(id), Error::<Test>::NotRemovable);
        set_champion(&dave(), SCORE);
        assert_ok!(Tasks::do_remove_task(id));
    });
}

#[test]
fn a_task_stays_while_models_of_open_tasks_are_compared_with_its_own() {
    build_and_execute(|| {
        let first = with_the_champion();
        let second = claiming_curriculum(&[eve()]);
        assert_eq!(reference(second).task, first);
        set_champion(&dave(), SCORE);
        assert_noop!(Tasks::do_remove_task(first), Error::<Test>::NotRemovable);
        end_claims(second);
        settle(second);
        assert_ok!(Tasks::do_remove_task(first));
    });
}

/// Of two tasks the first ends without a winner, and the second is void.
#[test]
fn a_task_stays_until_the_last_comparison_with_its_model_ends() {
    build_and_execute(|| {
        let champions = with_the_champion();
        let (first, second) = (claiming_curriculum(&[eve()]), claiming_curriculum(&[eve()]));
        assert_eq!(ComparedWith::<Test>::get(champions), 2);
        set_champion(&dave(), SCORE);
        settle(first);
        assert_eq!(ComparedWith::<Test>::get(champions), 1);
        assert_noop!(Tasks::do_remove_task(champions), Error::<Test>::NotRemovable);
        book(|book| book.disabled.push(SCORE));
        settle(second);
        assert!(!ComparedWith::<Test>::contains_key(champions));
        assert_ok!(Tasks::do_remove_task(champions));
    });
}

#[test]
fn a_task_of_the_curriculum_stays_until_its_provider_has_its_part() {
    build_and_execute(|| {
        let id = with_the_champion();
        set_champion(&dave(), SCORE);
        book(|book| book.kept.push(id));
        assert_noop!(Tasks::do_remove_task(id), Error::<Test>::NotRemovable);
        book(|book| book.kept.clear());
        assert_ok!(Tasks::do_remove_task(id));
    });
}

#[test]
fn a_sponsored_task_goes_with_the_champion_of_its_experiment() {
    build_and_execute(|| {
        let id = finished();
        assert_ok!(Tasks::do_close_commitment(id, &dave()));
        go_to(System::block_number() + 20);
        book(|book| book.kept.push(id));
        assert_eq!(book(|book| book.champions[0].1.task), id);
        assert_ok!(Tasks::do_remove_task(id));
        assert!(!PastRoots::<Test>::contains_key(id));
    });
}

#[test]
fn of_a_removed_task_of_the_curriculum_the_hash_of_its_roots_stays() {
    build_and_execute(|| {
        let id = with_the_champion();
        set_champion(&dave(), SCORE);
        let roots = Roots::<Test>::get(id);
        let past = PastBlocks { architecture: tiny(), encoding: ENCODING, roots };
        let hash = blake2_256(&past.encode());
        assert!(!PastRoots::<Test>::contains_key(id));
        assert_ok!(Tasks::do_remove_task(id));
        assert_eq!(PastRoots::<Test>::get(id), Some((CURRICULUM, hash)));
    });
}
