//! `TaskExperiments::record_score`.

use crate::{mock::*, Event};
use nocknock_primitives::{
    ids::ExperimentId, limits::MAX_LEADERBOARD, score::Score, traits::TaskExperiments,
};

/// Workers and correct rows, best first.
fn standing(id: ExperimentId) -> Vec<(AccountId, u32)> {
    let board = Experiments::leaderboard(id, 0, 64);
    board.into_iter().map(|entry| (entry.worker, entry.score.correct)).collect()
}

#[test]
fn entries_are_sorted_and_of_equals_the_earlier_stands_first() {
    build_and_execute(|| {
        let id = created(ALICE);
        for (worker, correct) in [(1, 50), (2, 70), (3, 50), (4, 70), (5, 60)] {
            System::set_block_number(System::block_number() + 1);
            Experiments::record_score(id, entry(worker, 1, correct));
        }
        let expected = [(2, 70), (4, 70), (5, 60), (1, 50), (3, 50)];
        assert_eq!(standing(id), expected);
        assert_last(Event::LeaderboardEntered { experiment: id, worker: 5, task: 9, place: 2 });
    });
}

#[test]
fn scores_of_different_totals_stand_by_their_ratio() {
    build_and_execute(|| {
        let id = created(ALICE);
        Experiments::record_score(id, entry(1, 1, 60));
        let mut half = entry(2, 1, 0);
        half.score = Score::new(500, 1_000);
        Experiments::record_score(id, half.clone());
        half.worker = 3;
        half.score = Score::new(2, 3);
        Experiments::record_score(id, half);
        assert_eq!(standing(id), [(3, 2), (1, 60), (2, 500)]);
    });
}

#[test]
fn a_worker_has_one_entry_for_each_model_its_best() {
    build_and_execute(|| {
        let id = created(ALICE);
        Experiments::record_score(id, entry(1, 1, 50));
        Experiments::record_score(id, entry(2, 1, 55));
        Experiments::record_score(id, entry(1, 1, 40));
        assert_eq!(standing(id), [(2, 55), (1, 50)]);
        Experiments::record_score(id, entry(1, 1, 60));
        assert_eq!(standing(id), [(1, 60), (2, 55)]);
        Experiments::record_score(id, entry(1, 2, 58));
        assert_eq!(standing(id), [(1, 60), (1, 58), (2, 55)]);
    });
}

#[test]
fn an_equal_score_of_the_same_model_keeps_the_earlier_entry() {
    build_and_execute(|| {
        let id = created(ALICE);
        Experiments::record_score(id, entry(1, 1, 50));
        System::set_block_number(9);
        Experiments::record_score(id, entry(1, 1, 50));
        assert_eq!(Experiments::leaderboard(id, 0, 64)[0].at, 1);
    });
}

#[test]
fn a_full_leaderboard_keeps_the_best() {
    build_and_execute(|| {
        let id = created(ALICE);
        let full = u64::from(MAX_LEADERBOARD);
        (0..full).for_each(|worker| Experiments::record_score(id, entry(worker, 1, 50)));
        System::reset_events();
        Experiments::record_score(id, entry(full, 1, 50));
        Experiments::record_score(id, entry(full, 1, 49));
        assert!(System::events().is_empty());
        Experiments::record_score(id, entry(full, 1, 51));
        let standing = standing(id);
        assert_eq!(standing.first(), Some(&(full, 51)));
        assert_eq!(standing.last(), Some(&(full - 2, 50)));
        assert_eq!(standing.len(), 64);
    });
}

#[test]
fn a_model_on_a_full_leaderboard_can_still_rise() {
    build_and_execute(|| {
        let id = created(ALICE);
        let full = u64::from(MAX_LEADERBOARD);
        (0..full).for_each(|worker| Experiments::record_score(id, entry(worker, 1, 50)));
        Experiments::record_score(id, entry(full - 1, 1, 51));
        let standing = standing(id);
        assert_eq!(standing.first(), Some(&(full - 1, 51)));
        assert_eq!(standing.last(), Some(&(full - 2, 50)));
    });
}

#[test]
fn experiments_have_leaderboards_of_their_own() {
    build_and_execute(|| {
        let (first, second) = (created(ALICE), created(ALICE));
        Experiments::record_score(first, entry(1, 1, 50));
        assert!(standing(second).is_empty());
    });
}
