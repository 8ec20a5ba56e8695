use super::builders::*;
use crate::{mock::*, Error, Event, NextSeed, Seeds};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    draw::draw_test_blocks, limits::SEED_HISTORY, phase::Phase, traits::DrawSeeds,
};

#[test]
fn the_draw_uses_the_epoch_after_the_one_of_creation() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH - 1);
        assert_noop!(Tasks::do_draw_split(id), Error::<Test>::SeedNotKnown);
        go_to(2 * EPOCH);
        assert_ok!(Tasks::draw_split(RuntimeOrigin::signed(eve()), id));
        let seed = Seeds::<Test>::get(2).unwrap();
        let expected = draw_test_blocks(&seed, id, BLOCKS, 2).unwrap();
        let drawn: Vec<_> = task(id).tests.iter().map(|test| test.index).collect();
        assert_eq!(drawn, expected.to_vec());
        assert_eq!(phase(id), Phase::Drawn);
        System::assert_last_event(Event::SplitDrawn { task: id, test_blocks: drawn }.into());
    });
}

#[test]
fn waiting_does_not_change_the_draw() {
    let drawn_at = |block| {
        let mut drawn = Vec::new();
        build_and_execute(|| {
            let id = create(drawn_spec());
            go_to(block);
            assert_ok!(Tasks::do_draw_split(id));
            drawn = task(id).tests.to_vec();
        });
        drawn
    };
    assert_eq!(drawn_at(2 * EPOCH), drawn_at(4 * EPOCH));
}

#[test]
fn a_task_is_drawn_once() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH);
        assert_ok!(Tasks::do_draw_split(id));
        assert_noop!(Tasks::do_draw_split(id), Error::<Test>::WrongPhase);
        let fixed = create(spec());
        assert_noop!(Tasks::do_draw_split(fixed), Error::<Test>::WrongPhase);
    });
}

#[test]
fn a_task_cannot_be_drawn_after_its_deadline() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(51);
        assert_noop!(Tasks::do_draw_split(id), Error::<Test>::WrongPhase);
        assert_eq!(phase(id), Phase::Settle);
    });
}

#[test]
fn a_forgotten_seed_draws_nothing() {
    build_and_execute(|| {
        let id = create(drawn_spec());
        go_to(2 * EPOCH);
        Seeds::<Test>::remove(task(id).seed);
        assert_noop!(Tasks::do_draw_split(id), Error::<Test>::SeedForgotten);
        assert_noop!(Tasks::do_cancel_task(&alice(), id), Error::<Test>::TooLateToCancel);
    });
}

/// The seed of a task that is created in the first epoch, if one block contributes something else.
fn seed_with_another_contribution_before(block: u64) -> [u8; 32] {
    let mut seed = None;
    build_and_execute(|| {
        go_to(block - 1);
        CONTRIBUTION.set(1);
        go_to(block);
        CONTRIBUTION.set(0);
        go_to(2 * EPOCH + 2);
        seed = Seeds::<Test>::get(2);
    });
    seed.unwrap()
}

#[test]
fn every_block_until_the_end_of_the_epoch_after_creation_decides_about_the_draw() {
    let usual = seed_with_another_contribution_before(2 * EPOCH + 2);
    let mut seeds = vec![usual];
    for block in 2..=2 * EPOCH {
        seeds.push(seed_with_another_contribution_before(block));
    }
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(u64::try_from(seeds.len()), Ok(2 * EPOCH));
    assert_eq!(seed_with_another_contribution_before(2 * EPOCH + 1), usual);
}

#[test]
fn a_seed_is_stored_once_for_each_epoch_and_old_ones_are_forgotten() {
    build_and_execute(|| {
        let epochs = SEED_HISTORY + 5;
        go_to(epochs * EPOCH + 3);
        assert_eq!(NextSeed::<Test>::get(), epochs + 1);
        assert_eq!(u64::try_from(Seeds::<Test>::iter().count()), Ok(SEED_HISTORY));
        assert!(!Seeds::<Test>::contains_key(5) && Seeds::<Test>::contains_key(6));
    });
}

/// A newcomer of the first epoch does not wait for its end.
#[test]
fn the_genesis_hash_is_the_seed_before_the_first_stored_one() {
    build_and_execute(|| {
        let genesis = System::block_hash(0u64).0;
        assert_eq!((Tasks::newest(), Tasks::seed(0)), (0, Some(genesis)));
        assert_eq!(Tasks::seed(1), None);
        go_to(EPOCH);
        assert_eq!((Tasks::newest(), Tasks::seed(1)), (1, Seeds::<Test>::get(1)));
        assert_eq!(Tasks::seed(0), Some(genesis));
        assert_eq!(Tasks::seed(2), None);
    });
}
