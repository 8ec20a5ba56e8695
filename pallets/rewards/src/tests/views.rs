use super::builders::*;
use crate::mock::*;
use frame_support::{assert_ok, traits::Hooks};

#[test]
fn the_configuration_is_sound() {
    new_test_ext().execute_with(<Rewards as Hooks<u64>>::integrity_test);
}

#[test]
fn the_practice_block_can_be_read_in_full() {
    build_and_execute(|| {
        let (terms, block) = Rewards::practice().unwrap();
        assert_eq!((terms.circuit, terms.rows), (SCORE, ROWS));
        assert_eq!(terms.min_score, MIN_SCORE);
        assert_eq!(block, practice_spec().block);
    });
}

#[test]
fn pages_of_the_curriculum_cover_each_experiment_once() {
    build_and_execute(|| {
        for experiment in [7, 8] {
            assert_ok!(Rewards::do_set_curriculum(experiment, None, SHARE, 1));
        }
        let first = Rewards::curriculum(None, 2);
        let after = first.last().map(|(experiment, _)| *experiment);
        let second = Rewards::curriculum(after, u32::MAX);
        assert_eq!((first.len(), second.len()), (2, 1));
        let mut all: Vec<_> = first.into_iter().chain(second).map(|(id, _)| id).collect();
        all.sort_unstable();
        assert_eq!(all, vec![EXPERIMENT, 7, 8]);
    });
}

#[test]
fn points_of_one_and_of_all_can_be_read() {
    build_and_execute(|| {
        give_points(&bob(), 30);
        give_points(&dave(), 12);
        assert_eq!(Rewards::work_points(bob()), 30);
        assert_eq!(Rewards::total_work_points(), 42);
    });
}
