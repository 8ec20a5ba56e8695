use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::ContentHash,
    level::ONE_BIT,
    reward::{CurriculumEnd, CurriculumRules},
    traits::Curriculum,
};
use sp_runtime::traits::BadOrigin;

fn set(experiment: u32, custodian: Option<AccountId>) -> sp_runtime::DispatchResult {
    let rules = Box::new(rules());
    Rewards::set_curriculum(RuntimeOrigin::root(), experiment, custodian, WEIGHT, rules, 1)
}

fn set_weight(weight: u16) -> sp_runtime::DispatchResult {
    Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), weight, rules(), MAX_OPEN)
}

#[test]
fn the_council_adds_an_experiment() {
    build_and_execute(|| {
        assert_ok!(set(7, Some(dave())));
        System::assert_last_event(
            Event::CurriculumSet {
                experiment: 7,
                custodian: Some(dave()),
                weight: WEIGHT,
                max_open: 1,
            }
            .into(),
        );
        assert!(Rewards::contains(7) && Rewards::is_custodian(7, &dave()));
        assert!(exists(&dave()));
    });
}

#[test]
fn nobody_else_may() {
    build_and_execute(|| {
        let call = Rewards::set_curriculum(
            RuntimeOrigin::signed(carol()),
            EXPERIMENT,
            Some(carol()),
            1,
            Box::new(rules()),
            1,
        );
        assert_noop!(call, BadOrigin);
    });
}

#[test]
fn the_curriculum_is_bounded() {
    build_and_execute(|| {
        assert_ok!(set(7, None));
        assert_ok!(set(8, None));
        assert_noop!(set(9, None), Error::<Test>::CurriculumFull);
        assert_ok!(set(8, Some(dave())));
    });
}

#[test]
fn an_experiment_that_is_unknown_or_archived_is_refused() {
    build_and_execute(|| {
        let refused = sp_runtime::DispatchError::Other("no active experiment");
        assert_noop!(set(FIRST_UNKNOWN, None), refused);
        neighbours(|neighbours| neighbours.archived = vec![7, EXPERIMENT]);
        assert_noop!(set(7, None), refused);
        assert_noop!(set(EXPERIMENT, Some(dave())), refused);
        assert_ok!(Rewards::do_remove_curriculum(EXPERIMENT));
    });
}

#[test]
fn rules_with_another_encoding_than_the_experiment_names_are_refused() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.encoding = Some(ContentHash([99; 32])));
        assert_noop!(set(7, None), sp_runtime::DispatchError::Other("another encoding"));
        neighbours(|neighbours| neighbours.encoding = Some(ENCODING));
        assert_ok!(set(7, None));
    });
}

#[test]
fn open_tasks_are_bounded() {
    let with =
        |max_open| Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), WEIGHT, rules(), max_open);
    build_and_execute(|| {
        assert_ok!(with(5));
        assert_noop!(with(6), Error::<Test>::MaxOpenTooHigh);
    });
}

#[test]
fn the_role_moves_with_its_reference() {
    build_and_execute(|| {
        assert!(exists(&carol()));
        assert_ok!(set(EXPERIMENT, Some(dave())));
        System::assert_has_event(
            Event::CustodianDismissed { experiment: EXPERIMENT, custodian: carol() }.into(),
        );
        assert!(exists(&dave()) && !exists(&carol()));
        assert_ok!(set(EXPERIMENT, None));
        assert!(!exists(&dave()));
        assert!(Rewards::contains(EXPERIMENT));
    });
}

#[test]
fn one_account_may_hold_several_roles() {
    build_and_execute(|| {
        assert_ok!(set(7, Some(carol())));
        assert_eq!(System::sufficients(&carol()), 2);
        assert_ok!(set(7, Some(carol())));
        assert_eq!(System::sufficients(&carol()), 2);
        assert_ok!(set(7, None));
        assert_eq!(System::sufficients(&carol()), 1);
    });
}

#[test]
fn open_tasks_keep_their_budget_and_custodian() {
    build_and_execute(|| {
        let prize = open(1);
        assert_ok!(set(EXPERIMENT, Some(dave())));
        assert!(exists(&carol()), "it still has blocks to reveal");
        assert_eq!(pay(1, &bob(), percent(100)), prize);
        close(1);
        assert!(!exists(&carol()));
    });
}

#[test]
fn open_tasks_keep_their_unit() {
    build_and_execute(|| {
        open(1);
        assert_ok!(set_weight(10));
        assert_eq!(pay(1, &bob(), percent(100)), FIRST_PRIZE);
    });
}

#[test]
fn a_weight_may_fall_and_never_rises() {
    build_and_execute(|| {
        assert_ok!(set_weight(500));
        assert_noop!(set_weight(501), Error::<Test>::WeightRose);
        assert_ok!(set_weight(500));
        assert_ok!(set_weight(1));
        assert_noop!(set_weight(2), Error::<Test>::WeightRose);
    });
}

#[test]
fn a_weight_is_one_to_a_thousand_thousandths() {
    build_and_execute(|| {
        assert_noop!(set_weight(0), Error::<Test>::BadWeight);
        assert_noop!(set_weight(1_001), Error::<Test>::BadWeight);
        let new = Rewards::do_set_curriculum(7, None, 1_001, rules(), 1);
        assert_noop!(new, Error::<Test>::BadWeight);
    });
}

#[test]
fn rules_with_too_few_test_rows_are_refused() {
    build_and_execute(|| {
        let few = CurriculumRules { min_test_rows: MIN_TEST_ROWS - 1, ..rules() };
        let set = Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), WEIGHT, few, MAX_OPEN);
        assert_noop!(set, Error::<Test>::TooFewTestRows);
    });
}

/// Its champion may be sealed for somebody, so that nobody could prove it.
#[test]
fn an_experiment_that_has_a_champion_is_not_added() {
    build_and_execute(|| {
        neighbours(|neighbours| neighbours.with_champion = vec![7, EXPERIMENT]);
        assert_noop!(set(7, None), Error::<Test>::HasModels);
        // The champion of one that is here was paid for here.
        assert_ok!(set(EXPERIMENT, Some(dave())));
    });
}

#[test]
fn new_rules_hold_for_new_tasks_and_the_level_stays() {
    build_and_execute(|| {
        earn(1, &bob(), ONE_BIT);
        let longer = CurriculumRules { min_periods: periods(4), ..rules() };
        let set = Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), WEIGHT, longer, MAX_OPEN);
        assert_ok!(set);
        assert_eq!(level(), ONE_BIT);
        let short = Offered::least().open(EXPERIMENT, 2, &carol());
        assert_noop!(short, Error::<Test>::TermsBelowRules);
        let long = Offered { periods: periods(4), ..Offered::least() };
        assert_ok!(long.open(EXPERIMENT, 2, &carol()));
        assert_eq!(Rewards::most_rows(EXPERIMENT), Some(40));
        assert_eq!(Rewards::most_rows(7), None);
    });
}

/// A custodian may have committed to blocks that it could not reveal under another form.
#[test]
fn the_form_of_the_data_stays_while_tasks_are_open() {
    build_and_execute(|| {
        open(1);
        let mut changed = rules();
        changed.format.rows -= 1;
        let set =
            |rules| Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), WEIGHT, rules, MAX_OPEN);
        assert_noop!(set(changed), Error::<Test>::FormatInUse);
        assert_ok!(set(rules()));
        Rewards::close(1, CurriculumEnd::Regular);
        assert_ok!(set(changed));
    });
}
