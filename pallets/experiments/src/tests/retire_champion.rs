use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{experiment::Stage, score::Score};
use sp_runtime::traits::BadOrigin;

fn retire(id: u32) -> sp_runtime::DispatchResult {
    Experiments::retire_champion(RuntimeOrigin::root(), id)
}

#[test]
fn a_retired_champion_is_a_model_like_others() {
    build_and_execute(|| {
        let id = created(BOB);
        registered(id, 50);
        registered(id, 60);
        assert_ok!(retire(id));
        assert_last(Event::ChampionRetired { experiment: id, version: 2 });
        assert_eq!(champion_of(id), None);
        assert_eq!(experiment(id).versions, 2);
        assert_eq!(model(id, 2).stage, Stage::Candidate);
        assert_ok!(Experiments::set_stage(by(ALICE), id, 2, Stage::Archived));
    });
}

#[test]
fn the_next_model_that_is_paid_for_is_the_champion() {
    build_and_execute(|| {
        let id = created(BOB);
        InCurriculum::set(vec![id]);
        minted_for(id, 60);
        assert_ok!(retire(id));
        minted_for(id, 40);
        assert_eq!(champion_of(id), Some((2, Score::new(40, 100))));
    });
}

#[test]
fn the_next_sponsored_model_with_a_correct_row_is_the_champion() {
    build_and_execute(|| {
        let id = created(BOB);
        registered(id, 60);
        assert_ok!(retire(id));
        registered(id, 0);
        assert_eq!(champion_of(id), None);
        registered(id, 40);
        assert_eq!(champion_of(id), Some((3, Score::new(40, 100))));
    });
}

#[test]
fn an_experiment_without_a_champion_has_nothing_to_retire() {
    build_and_execute(|| {
        let id = created(BOB);
        assert_noop!(retire(id), Error::<Test>::NoChampion);
        assert_noop!(retire(id + 1), Error::<Test>::UnknownExperiment);
        registered(id, 60);
        assert_ok!(retire(id));
        assert_noop!(retire(id), Error::<Test>::NoChampion);
    });
}

#[test]
fn nobody_but_the_council_retires_a_champion() {
    build_and_execute(|| {
        let id = created(ALICE);
        registered(id, 60);
        assert_noop!(Experiments::retire_champion(by(ALICE), id), BadOrigin);
        assert_eq!(champion_of(id), Some((1, Score::new(60, 100))));
    });
}
