//! Opening, paying and closing tasks.

use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::assert_noop;
use nocknock_primitives::{
    reward::{CurriculumEnd, CurriculumTask},
    score::Improvement,
    traits::Curriculum,
};

fn books() -> nocknock_primitives::reward::Books {
    crate::CurrencyBooks::<Test>::get()
}

fn try_open(task: u64, who: &AccountId) -> Result<Balance, sp_runtime::DispatchError> {
    <Rewards as Curriculum<_, Balance>>::open(EXPERIMENT, task, who)
}

#[test]
fn a_task_that_could_mint_nothing_is_not_opened() {
    build_and_execute(|| {
        let share = sp_runtime::Permill::zero();
        Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), share, MAX_OPEN).unwrap();
        assert_noop!(try_open(1, &carol()), Error::<Test>::NothingToMint);
    });
}

#[test]
fn a_task_sets_its_share_of_the_free_pot_aside() {
    build_and_execute(|| {
        assert_eq!(open(1), FIRST_BUDGET);
        System::assert_last_event(
            Event::BudgetReserved { task: 1, experiment: EXPERIMENT, budget: FIRST_BUDGET }.into(),
        );
        assert_eq!(open(2), 90_000);
        assert_eq!((books().reserved, books().free_pot()), (190_000, 810_000));
        let expected = CurriculumTask {
            experiment: EXPERIMENT,
            custodian: carol(),
            budget: 90_000,
            paid: false,
        };
        assert_eq!(Rewards::curriculum_task(2), Some(expected));
    });
}

#[test]
fn only_the_custodian_opens_tasks() {
    build_and_execute(|| {
        assert_noop!(try_open(1, &bob()), Error::<Test>::NotCustodian);
        let elsewhere = <Rewards as Curriculum<_, Balance>>::open(9, 1, &carol());
        assert_eq!(elsewhere, Err(Error::<Test>::NotCustodian.into()));
    });
}

#[test]
fn open_tasks_are_bounded_and_numbered_once() {
    build_and_execute(|| {
        open(1);
        assert_noop!(try_open(1, &carol()), Error::<Test>::AlreadyOpen);
        open(2);
        open(3);
        assert_noop!(try_open(4, &carol()), Error::<Test>::TooManyOpenTasks);
        close(2);
        open(4);
    });
}

#[test]
fn an_improvement_mints_its_part_of_the_budget() {
    build_and_execute(|| {
        open(1);
        assert_eq!(pay(1, &bob(), percent(25)), 18_750);
        let (amount, validators, provider) = (18_750, 3_750, 2_500);
        let minted = Event::Minted { task: 1, winner: bob(), amount, validators, provider };
        System::assert_last_event(minted.into());
        assert_eq!((Balances::free_balance(bob()), pot()), (18_750, 3_750));
        assert_eq!((books().minted, books().reserved), (22_500, 77_500));
        close(1);
        System::assert_last_event(Event::BudgetReturned { task: 1, amount: 75_000 }.into());
        assert_eq!((books().reserved, books().free_pot()), (2_500, 975_000));
    });
}

#[test]
fn fractions_are_rounded_down() {
    build_and_execute(|| {
        open(1);
        let third = Improvement { numerator: 1, denominator: 3 };
        // 33,333 in all, of which 4,999 and 3,333 are not the winner's.
        assert_eq!(pay(1, &bob(), third), 25_001);
    });
}

#[test]
fn what_an_account_cannot_hold_goes_back_to_the_pot() {
    build_and_execute(|| {
        open(1);
        let tiny = Improvement { numerator: 11, denominator: 100_000 };
        assert_eq!(pay(1, &bob(), tiny), 0);
        System::assert_last_event(Event::NotMinted { task: 1, winner: bob(), amount: 9 }.into());
        close(1);
        assert_eq!((books().minted, books().free_pot()), (0, 1_000_000));
        assert_eq!(Rewards::work_points(bob()), 0);
        assert_eq!(Rewards::vesting(1), None);
    });
}

#[test]
fn what_the_empty_pot_cannot_hold_is_not_minted() {
    build_and_execute(|| {
        open(1);
        let small = Improvement { numerator: 60, denominator: 100_000 };
        assert_eq!(pay(1, &bob(), small), 45);
        let (amount, validators, provider) = (45, 0, 6);
        let minted = Event::Minted { task: 1, winner: bob(), amount, validators, provider };
        System::assert_last_event(minted.into());
        close(1);
        assert_eq!((books().minted, books().reserved), (45, 6));
    });
}

#[test]
fn an_unknown_task_neither_pays_nor_returns_anything() {
    build_and_execute(|| {
        open(1);
        let before = books();
        assert_eq!(pay(2, &bob(), percent(100)), 0);
        close(2);
        assert_eq!(books(), before);
    });
}

#[test]
fn a_custodian_that_failed_loses_the_role() {
    build_and_execute(|| {
        open(1);
        close_as(1, CurriculumEnd::CustodianFailed);
        System::assert_has_event(
            Event::CustodianDismissed { experiment: EXPERIMENT, custodian: carol() }.into(),
        );
        assert!(Rewards::contains(EXPERIMENT));
        assert!(!Rewards::is_custodian(EXPERIMENT, &carol()));
        assert!(!exists(&carol()));
    });
}

#[test]
fn a_custodian_that_failed_can_still_reveal_its_other_tasks() {
    build_and_execute(|| {
        open(1);
        open(2);
        close_as(1, CurriculumEnd::CustodianFailed);
        assert!(exists(&carol()));
        close(2);
        assert!(!exists(&carol()));
    });
}

#[test]
fn a_new_custodian_does_not_answer_for_the_old_one() {
    build_and_execute(|| {
        open(1);
        frame_support::assert_ok!(Rewards::do_set_curriculum(EXPERIMENT, Some(dave()), SHARE, 1));
        close_as(1, CurriculumEnd::CustodianFailed);
        assert!(Rewards::is_custodian(EXPERIMENT, &dave()));
    });
}

#[test]
fn a_winner_that_owned_nothing_and_is_not_registered_is_paid() {
    build_and_execute(|| {
        assert!(!exists(&eve()));
        assert_eq!(earn(1, &eve(), percent(100)), FIRST_PRIZE);
        assert!(exists(&eve()));
        assert_eq!(System::sufficients(&eve()), 0);
    });
}
