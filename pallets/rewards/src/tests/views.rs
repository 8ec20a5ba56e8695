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
            assert_ok!(Rewards::do_set_curriculum(experiment, None, WEIGHT, rules(), 1));
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

/// Lists 70 candidates, the worst first, and says who they are, the best first.
fn many_candidates() -> Vec<(AccountId, u128)> {
    MaxCandidates::set(70);
    let listed = (10..80).map(|number| (account(number), 100 + u128::from(number)));
    listed.clone().for_each(|(who, points)| candidate(&who, points));
    listed.rev().collect()
}

#[test]
fn pages_of_candidates_are_bounded_and_hold_each_once_best_first() {
    build_and_execute(|| {
        let all = many_candidates();
        assert_eq!(Rewards::candidates(0, u32::MAX), all[..64]);
        assert_eq!(Rewards::candidates(64, 64), all[64..]);
        let by_thirty: Vec<_> =
            [0, 30, 60].into_iter().flat_map(|start| Rewards::candidates(start, 30)).collect();
        assert_eq!(by_thirty, all);
    });
}

#[test]
fn pages_of_no_candidates_are_empty() {
    build_and_execute(|| {
        assert!(Rewards::candidates(0, 64).is_empty());
        many_candidates();
        assert!(Rewards::candidates(0, 0).is_empty());
        assert!(Rewards::candidates(70, 64).is_empty());
        assert!(Rewards::candidates(u32::MAX, u32::MAX).is_empty());
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
