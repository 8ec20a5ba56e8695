use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    level::ONE_BIT,
    traits::{Curriculum, CurriculumExperiments},
};
use sp_runtime::traits::BadOrigin;

fn remove(experiment: u32) -> sp_runtime::DispatchResult {
    Rewards::remove_curriculum(RuntimeOrigin::root(), experiment)
}

#[test]
fn an_experiment_without_open_tasks_is_gone_at_once() {
    build_and_execute(|| {
        assert_ok!(remove(EXPERIMENT));
        System::assert_last_event(
            Event::CurriculumRemoved { experiment: EXPERIMENT, open: 0 }.into(),
        );
        assert!(!Rewards::contains(EXPERIMENT) && !exists(&carol()));
        assert_noop!(remove(EXPERIMENT), Error::<Test>::NotInCurriculum);
    });
}

#[test]
fn open_tasks_are_paid_before_it_is_gone() {
    build_and_execute(|| {
        let prize = open(1);
        assert_ok!(remove(EXPERIMENT));
        assert!(Rewards::contains(EXPERIMENT), "nobody may sponsor in it yet");
        assert!(Rewards::is_in_curriculum(EXPERIMENT), "its owner cannot archive it yet");
        assert!(!Rewards::is_custodian(EXPERIMENT, &carol()));
        assert!(exists(&carol()));
        assert_noop!(remove(EXPERIMENT), Error::<Test>::NotInCurriculum);
        assert_eq!(pay(1, &bob(), percent(100)), prize);
        close(1);
        assert!(!Rewards::contains(EXPERIMENT) && !exists(&carol()));
        assert!(!Rewards::is_in_curriculum(EXPERIMENT));
    });
}

#[test]
fn it_can_be_set_again_while_tasks_are_open() {
    build_and_execute(|| {
        open(1);
        assert_ok!(remove(EXPERIMENT));
        assert_ok!(Rewards::do_set_curriculum(EXPERIMENT, Some(dave()), WEIGHT, rules(), 2));
        close(1);
        assert!(Rewards::is_custodian(EXPERIMENT, &dave()));
    });
}

#[test]
fn nobody_but_the_council_may() {
    build_and_execute(|| {
        let call = Rewards::remove_curriculum(RuntimeOrigin::signed(carol()), EXPERIMENT);
        assert_noop!(call, BadOrigin);
    });
}

/// Otherwise it could be removed and added to be paid for the same halvings once more.
#[test]
fn an_experiment_that_comes_back_has_its_level_and_no_more_than_its_weight() {
    build_and_execute(|| {
        assert_ok!(Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), 600, rules(), MAX_OPEN));
        earn(1, &bob(), ONE_BIT);
        assert_ok!(remove(EXPERIMENT));
        let again = |weight| {
            Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), weight, rules(), MAX_OPEN)
        };
        assert_noop!(again(601), Error::<Test>::WeightRose);
        assert_ok!(again(600));
        assert_eq!(level(), ONE_BIT);
    });
}

#[test]
fn an_experiment_does_not_come_back_with_a_champion() {
    build_and_execute(|| {
        assert_ok!(remove(EXPERIMENT));
        neighbours(|neighbours| neighbours.with_champion.push(EXPERIMENT));
        let again = Rewards::do_set_curriculum(EXPERIMENT, None, WEIGHT, rules(), MAX_OPEN);
        assert_noop!(again, Error::<Test>::HasModels);
    });
}
