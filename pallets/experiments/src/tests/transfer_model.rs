use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::experiment::Stage;

#[test]
fn the_new_owner_has_the_rights_and_history_stays() {
    build_and_execute(|| {
        let id = created(BOB);
        registered(id, 60);
        let version = registered(id, 50);
        let before = model(id, version);
        assert_ok!(Experiments::transfer_model(by(ALICE), id, version, CAROL));
        assert_last(Event::ModelTransferred { experiment: id, version, from: ALICE, to: CAROL });
        assert_eq!(model(id, version).owner, CAROL);
        assert_eq!(model(id, version).delivered, before.delivered);
        assert_ok!(Experiments::set_stage(by(CAROL), id, version, Stage::Archived));
        assert_noop!(
            Experiments::set_stage(by(ALICE), id, version, Stage::Candidate),
            Error::<Test>::NotModelOwner
        );
    });
}

#[test]
fn a_champion_changes_hands_and_stays_champion() {
    build_and_execute(|| {
        let id = created(BOB);
        let version = registered(id, 60);
        assert_ok!(Experiments::transfer_model(by(ALICE), id, version, BOB));
        assert_eq!(model(id, version).stage, Stage::Champion);
    });
}

#[test]
fn only_the_owner_of_the_model_gives_it_away() {
    build_and_execute(|| {
        let id = created(BOB);
        let version = registered(id, 60);
        assert_noop!(
            Experiments::transfer_model(by(BOB), id, version, BOB),
            Error::<Test>::NotModelOwner
        );
        assert_noop!(
            Experiments::transfer_model(by(ALICE), id, version + 1, BOB),
            Error::<Test>::UnknownModel
        );
    });
}
