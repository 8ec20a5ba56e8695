use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::experiment::{Champion, Stage};

/// An experiment of Bob's with a champion and a candidate, both asked for by Alice.
fn with_candidate() -> (u32, u32, u32) {
    let id = created(BOB);
    (id, registered(id, 60), registered(id, 50))
}

#[test]
fn the_owner_of_a_model_puts_it_aside_and_takes_it_up_again() {
    build_and_execute(|| {
        let (id, _, version) = with_candidate();
        for stage in [Stage::Archived, Stage::Candidate] {
            assert_ok!(Experiments::set_stage(by(ALICE), id, version, stage));
            assert_eq!(model(id, version).stage, stage);
            assert_last(Event::ModelStageChanged { experiment: id, version, stage });
        }
    });
}

#[test]
fn nobody_makes_a_champion() {
    build_and_execute(|| {
        let (id, _, version) = with_candidate();
        for who in [ALICE, BOB] {
            assert_noop!(
                Experiments::set_stage(by(who), id, version, Stage::Champion),
                Error::<Test>::ChampionIsProved
            );
        }
    });
}

#[test]
fn the_champion_cannot_be_put_aside() {
    build_and_execute(|| {
        let (id, champion, _) = with_candidate();
        for stage in [Stage::Archived, Stage::Candidate] {
            assert_noop!(
                Experiments::set_stage(by(ALICE), id, champion, stage),
                Error::<Test>::IsChampion
            );
        }
    });
}

#[test]
fn a_dethroned_champion_can_be_put_aside() {
    build_and_execute(|| {
        let (id, old, _) = with_candidate();
        let new = registered(id, 70);
        assert_ok!(Experiments::set_stage(by(ALICE), id, old, Stage::Archived));
        let version = Experiments::champion(id).map(|Champion { version, .. }| version);
        assert_eq!(version, Some(new));
    });
}

#[test]
fn only_the_owner_of_the_model_sets_its_stage() {
    build_and_execute(|| {
        let (id, _, version) = with_candidate();
        for who in [BOB, WORKER] {
            assert_noop!(
                Experiments::set_stage(by(who), id, version, Stage::Archived),
                Error::<Test>::NotModelOwner
            );
        }
        for (id, version) in [(id, 0), (id, 3), (id + 1, 1)] {
            assert_noop!(
                Experiments::set_stage(by(ALICE), id, version, Stage::Archived),
                Error::<Test>::UnknownModel
            );
        }
    });
}
