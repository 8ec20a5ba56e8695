use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    reward::MintSplit,
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
        let budget = open(1);
        assert_ok!(remove(EXPERIMENT));
        assert!(Rewards::contains(EXPERIMENT), "nobody may sponsor in it yet");
        assert!(Rewards::is_in_curriculum(EXPERIMENT), "its owner cannot archive it yet");
        assert!(!Rewards::is_custodian(EXPERIMENT, &carol()));
        assert!(exists(&carol()));
        assert_noop!(remove(EXPERIMENT), Error::<Test>::NotInCurriculum);
        assert_eq!(pay(1, &bob(), percent(100)), MintSplit::of(budget).winner);
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
        assert_ok!(Rewards::do_set_curriculum(EXPERIMENT, Some(dave()), SHARE, 2));
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
