//! `TaskExperiments` but for the leaderboard: versions, champion and who may sponsor.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    experiment::{Champion, ChampionModel, ModelVersion, Stage},
    ids::{CircuitId, ModelCommitment},
    score::Score,
    traits::TaskExperiments,
};

#[test]
fn a_delivered_model_is_registered_for_its_requester() {
    build_and_execute(|| {
        let id = created(BOB);
        System::set_block_number(8);
        assert_eq!(registered(id, 60), 1);
        let expected = ModelVersion {
            delivered: delivery(id, 60),
            stage: Stage::Champion,
            owner: ALICE,
            at: 8,
        };
        assert_eq!(model(id, 1), expected);
        assert_eq!(experiment(id).versions, 1);
        System::assert_has_event(
            Event::ChampionChanged {
                experiment: id,
                champion: Champion { version: 1, score: Score::new(60, 100) },
            }
            .into(),
        );
        assert_last(Event::ModelRegistered {
            experiment: id,
            version: 1,
            task: 9,
            worker: WORKER,
            score: Score::new(60, 100),
        });
    });
}

#[test]
fn a_strictly_better_model_takes_the_champions_place() {
    build_and_execute(|| {
        let id = created(BOB);
        assert_eq!(champion_of(id), None);
        registered(id, 60);
        registered(id, 61);
        assert_eq!(champion_of(id), Some((2, Score::new(61, 100))));
        assert_eq!(model(id, 1).stage, Stage::Candidate);
        assert_eq!(model(id, 2).stage, Stage::Champion);
    });
}

#[test]
fn an_equal_or_worse_model_is_a_candidate() {
    build_and_execute(|| {
        let id = created(BOB);
        registered(id, 60);
        let mut equal = delivery(id, 60);
        equal.score = Score::new(6, 10);
        Experiments::register_model(equal);
        registered(id, 59);
        assert_eq!(Experiments::champion(id).map(|best| best.version), Some(1));
        assert_eq!(model(id, 2).stage, Stage::Candidate);
        assert_eq!(model(id, 3).stage, Stage::Candidate);
    });
}

#[test]
fn a_model_without_a_correct_row_is_no_champion() {
    build_and_execute(|| {
        let id = created(BOB);
        assert_eq!(registered(id, 0), 1);
        assert_eq!(champion_of(id), None);
        assert_eq!(model(id, 1).stage, Stage::Candidate);
    });
}

#[test]
fn versions_of_experiments_are_numbered_apart() {
    build_and_execute(|| {
        let (first, second) = (created(ALICE), created(BOB));
        assert_eq!([registered(first, 10), registered(first, 5)], [1, 2]);
        assert_eq!(registered(second, 7), 1);
        assert_eq!(champion_of(second), Some((1, Score::new(7, 100))));
    });
}

#[test]
fn the_owner_alone_may_sponsor() {
    build_and_execute(|| {
        let id = created(ALICE);
        assert_ok!(Experiments::ensure_active(id));
        assert_ok!(Experiments::ensure_may_sponsor(id, &ALICE));
        assert_noop!(Experiments::ensure_may_sponsor(id, &BOB), Error::<Test>::NotOwner);
        assert_noop!(Experiments::ensure_active(id + 1), Error::<Test>::UnknownExperiment);
        assert_eq!(champion_of(id + 1), None);
    });
}

#[test]
fn tasks_are_told_all_that_a_proof_of_the_champion_needs() {
    build_and_execute(|| {
        let id = created(BOB);
        registered(id, 40);
        registered(id, 60);
        let expected = ChampionModel {
            version: 2,
            task: 9,
            worker: WORKER,
            model: ModelCommitment([1; 32]),
            circuit: CircuitId([2; 32]),
            score: Score::new(60, 100),
        };
        let champion = <Experiments as TaskExperiments<_, _>>::champion(id);
        assert_eq!(champion, Some(expected));
    });
}

/// Scores of different tasks are of different rows: a model that beat the champion on the same rows
/// is better, even if those rows were harder than the ones on which the champion won.
#[test]
fn what_was_paid_in_the_curriculum_is_always_the_champion() {
    build_and_execute(|| {
        let id = created(BOB);
        InCurriculum::set(vec![id]);
        for (version, correct) in [(1, 60), (2, 50), (3, 50), (4, 0), (5, 70)] {
            assert_eq!(minted_for(id, correct), version);
            assert_eq!(champion_of(id), Some((version, Score::new(correct, 100))));
            let champion = Champion { version, score: Score::new(correct, 100) };
            System::assert_has_event(Event::ChampionChanged { experiment: id, champion }.into());
            check_state();
        }
        assert_eq!(model(id, 4).stage, Stage::Candidate);
    });
}

/// It may be sealed for its sponsor, so that nobody could prove it on the rows of a task.
#[test]
fn what_a_sponsor_paid_for_is_no_champion_of_the_curriculum() {
    build_and_execute(|| {
        let id = created(BOB);
        InCurriculum::set(vec![id]);
        registered(id, 90);
        assert_eq!(champion_of(id), None);
        minted_for(id, 60);
        registered(id, 99);
        assert_eq!(champion_of(id), Some((2, Score::new(60, 100))));
        assert_eq!(model(id, 3).stage, Stage::Candidate);
    });
}
