//! `TaskExperiments` but for the leaderboard: versions, champion and who may sponsor.

use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    experiment::{Champion, ModelVersion, Stage},
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
        assert_eq!(Experiments::champion_score(id), None);
        registered(id, 60);
        registered(id, 61);
        assert_eq!(Experiments::champion_score(id), Some(Score::new(61, 100)));
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
        assert_eq!(Experiments::champion_score(id), None);
        assert_eq!(model(id, 1).stage, Stage::Candidate);
    });
}

#[test]
fn versions_of_experiments_are_numbered_apart() {
    build_and_execute(|| {
        let (first, second) = (created(ALICE), created(BOB));
        assert_eq!([registered(first, 10), registered(first, 5)], [1, 2]);
        assert_eq!(registered(second, 7), 1);
        assert_eq!(Experiments::champion_score(second), Some(Score::new(7, 100)));
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
        assert_eq!(Experiments::champion_score(id + 1), None);
    });
}
