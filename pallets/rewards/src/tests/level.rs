//! The level: what models are worth, and what counts as paid in an experiment.

use super::builders::*;
use crate::{mock::*, Event};
use nocknock_primitives::{
    level::{Bits, ONE_BIT},
    traits::{Appraisal, Curriculum},
};

/// What a model is paid for that is wrong on 2 of the rows, of which the constant answer is wrong
/// on 324, in an experiment without a champion.
const BEST: Bits = 284_323;
/// The same for one that is wrong on 72.
const GOOD: Bits = 100_077;
/// What one is paid for then that is wrong on 5.
const BETTER: Bits = 155_991;

#[test]
fn a_model_is_appraised_by_its_errors_and_the_level() {
    build_and_execute(|| {
        open(1);
        // It mints 54,230 in all, of which 8,134 and 5,423 are not the winner's.
        let expected = Appraisal { bits: BEST, amount: 40_673 };
        assert_eq!(appraise(1, 324, None, 2), expected);
        assert_eq!(appraise(1, 324, Some(324), 2), expected);
        assert_eq!(appraise(1, 324, None, 72).bits, GOOD);
        assert_eq!(appraise(1, 324, Some(2), 2), Appraisal::default());
        assert_eq!(level(), 0, "nothing has changed");
    });
}

#[test]
fn what_is_appraised_is_what_is_paid() {
    build_and_execute(|| {
        open(1);
        let worth = appraise(1, 324, None, 72);
        assert_eq!(pay(1, &bob(), worth.bits), worth.amount.into());
        assert_eq!(appraise(1, 324, None, 2), Appraisal::default(), "it has been paid");
        assert_eq!(appraise(2, 324, None, 2), Appraisal::default(), "it is not open");
    });
}

#[test]
fn what_a_settled_task_takes_is_gone_for_others_and_not_for_itself() {
    build_and_execute(|| {
        open(1);
        open(2);
        assert_eq!(settle(1, 324, None, 2), Some(BEST));
        let told =
            Event::LevelChanged { experiment: EXPERIMENT, task: 1, taken: BEST, level: BEST };
        System::assert_last_event(told.into());
        assert_eq!(appraise(2, 324, None, 2), Appraisal::default());
        assert_eq!(appraise(1, 324, None, 2).bits, BEST);
        // What others do afterwards changes nothing.
        assert_eq!(settle(2, 324, None, 2), None);
        assert!(pay(1, &bob(), BEST) > 0);
    });
}

#[test]
fn a_task_that_is_not_paid_gives_back_what_it_took() {
    build_and_execute(|| {
        open(1);
        open(2);
        settle(1, 324, None, 2);
        close(1);
        let told = Event::LevelChanged { experiment: EXPERIMENT, task: 1, taken: 0, level: 0 };
        System::assert_has_event(told.into());
        assert_eq!(level(), 0);
        assert_eq!(appraise(2, 324, None, 2).bits, BEST);
    });
}

#[test]
fn the_payment_of_a_later_rank_takes_the_place_of_what_was_taken() {
    build_and_execute(|| {
        open(1);
        settle(1, 324, None, 2);
        pay(1, &dave(), GOOD);
        assert_eq!(level(), GOOD);
        close(1);
        assert_eq!(level(), GOOD, "what was paid stays");
        open(2);
        assert_eq!(settle(2, 324, Some(72), 5), Some(BETTER));
        pay(2, &dave(), BETTER);
        assert_eq!(level(), GOOD + BETTER);
    });
}

#[test]
fn a_task_takes_once_and_in_place_of_what_it_took_before() {
    build_and_execute(|| {
        open(1);
        open(2);
        Rewards::take(1, 3 * ONE_BIT);
        Rewards::take(2, ONE_BIT);
        Rewards::take(1, 2 * ONE_BIT);
        assert_eq!(level(), 3 * ONE_BIT);
        let task = Rewards::curriculum_task(1).expect("it is open");
        assert_eq!((task.taken, task.paid), (2 * ONE_BIT, false));
    });
}

#[test]
fn a_paid_or_unknown_task_takes_nothing() {
    build_and_execute(|| {
        open(1);
        pay(1, &bob(), ONE_BIT);
        Rewards::take(1, 5 * ONE_BIT);
        Rewards::take(2, 5 * ONE_BIT);
        assert_eq!(level(), ONE_BIT);
    });
}

#[test]
fn a_winner_that_cannot_be_paid_leaves_no_level() {
    build_and_execute(|| {
        open(1);
        Rewards::take(1, minting(11));
        assert_eq!(pay(1, &bob(), minting(11)), 0);
        assert_eq!(level(), 0);
        close(1);
        assert_eq!(level(), 0);
    });
}

#[test]
fn a_task_mints_no_more_than_its_halvings() {
    build_and_execute(|| {
        open(1);
        // Without an error on ten million rows: more than eight halvings.
        let worth = appraise(1, 10_000_000, None, 0);
        assert_eq!(worth, Appraisal { bits: 8 * ONE_BIT, amount: 75_000 });
    });
}

#[test]
fn the_level_of_a_removed_experiment_still_counts_for_its_open_tasks() {
    build_and_execute(|| {
        open(1);
        open(2);
        settle(1, 324, None, 2);
        frame_support::assert_ok!(Rewards::do_remove_curriculum(EXPERIMENT));
        assert_eq!(appraise(2, 324, None, 2), Appraisal::default());
        pay(1, &bob(), BEST);
        close(1);
        close(2);
        let past = crate::PastCurriculum::<Test>::get(EXPERIMENT).expect("it has left");
        assert_eq!((past.weight, past.level), (WEIGHT, BEST));
    });
}
