//! Opening, paying and closing tasks.

use super::builders::*;
use crate::{mock::*, Error, Event};
use frame_support::{assert_noop, assert_ok};
use nocknock_primitives::{
    ids::ContentHash,
    model::{names::named, Architecture, Description},
    reward::{CurriculumEnd, CurriculumTask},
    traits::Curriculum,
};

fn books() -> nocknock_primitives::reward::Books {
    crate::CurrencyBooks::<Test>::get()
}

fn try_open(task: u64, who: &AccountId) -> Result<Balance, sp_runtime::DispatchError> {
    Offered::least().open(EXPERIMENT, task, who)
}

#[test]
fn a_task_that_could_mint_nothing_is_not_opened() {
    build_and_execute(|| {
        MaxSupply::set(1_999);
        assert_noop!(try_open(1, &carol()), Error::<Test>::NothingToMint);
        MaxSupply::set(25_000_000);
    });
}

#[test]
fn a_task_sets_aside_what_its_halvings_can_mint() {
    build_and_execute(|| {
        assert_eq!(open(1), FIRST_PRIZE);
        System::assert_last_event(
            Event::BudgetReserved { task: 1, experiment: EXPERIMENT, budget: FIRST_BUDGET }.into(),
        );
        assert_eq!(open(2), FIRST_PRIZE);
        assert_eq!((books().reserved, books().free_pot()), (200_000, 800_000));
        let expected = CurriculumTask {
            experiment: EXPERIMENT,
            custodian: carol(),
            unit: FIRST_UNIT,
            budget: FIRST_BUDGET,
            taken: 0,
            paid: false,
        };
        assert_eq!(Rewards::curriculum_task(2), Some(expected));
    });
}

#[test]
fn a_task_for_which_the_pot_is_too_small_is_not_opened() {
    build_and_execute(|| {
        let reserve = |amount| crate::CurrencyBooks::<Test>::mutate(|books| books.reserve(amount));
        reserve(900_001);
        assert_noop!(try_open(1, &carol()), Error::<Test>::PotTooSmall);
        crate::CurrencyBooks::<Test>::mutate(|books| books.unreserve(1));
        assert_ok!(try_open(1, &carol()));
        assert_eq!(books().free_pot(), 0);
        crate::CurrencyBooks::<Test>::mutate(|books| books.unreserve(900_000));
    });
}

/// What the task mints for a halving.
fn unit(task: u64) -> u128 {
    Rewards::curriculum_task(task).expect("it is open").unit
}

/// Under the old rule a task minted a part of the free pot, which grows: whoever waited was paid
/// more for the same model.
#[test]
fn a_unit_falls_with_what_is_minted_and_not_with_waiting() {
    build_and_execute(|| {
        open(1);
        go_to_session(9);
        open(2);
        assert_eq!((unit(1), unit(2)), (FIRST_UNIT, FIRST_UNIT));
        close(1);
        assert_eq!(pay(2, &bob(), percent(100)), FIRST_PRIZE);
        open(3);
        // 90,000 are minted, and 10,000 not yet.
        assert_eq!(unit(3), (25_000_000 - 90_000) / 2_000);
        go_to_session(9 + VESTING);
        idle();
        open(4);
        assert_eq!(unit(4), (25_000_000 - 100_000) / 2_000);
    });
}

#[test]
fn a_unit_is_in_proportion_to_the_weight() {
    build_and_execute(|| {
        let set = |weight| {
            Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), weight, rules(), MAX_OPEN)
        };
        assert_ok!(set(10));
        open(1);
        assert_ok!(set(1));
        open(2);
        assert_eq!((unit(1), unit(2)), (125, 12));
    });
}

/// Another architecture than the tiny one, but for this change.
fn changed(change: impl FnOnce(&mut Description)) -> Architecture {
    let mut description = Description::clone(&tiny());
    change(&mut description);
    Architecture::new(description).expect("its bounds hold")
}

#[test]
fn circuits_whose_models_cannot_be_judged_on_all_data_are_refused() {
    build_and_execute(|| {
        let others = [
            changed(|other| other.inputs = 5),
            changed(|other| other.input_bits = 3),
            changed(|other| other.samples = 39),
            named("tiny-4x3-error").expect("the architecture has this name"),
        ];
        for architecture in others {
            let offered = Offered { architecture, ..Offered::least() };
            let opened = offered.open(EXPERIMENT, 1, &carol());
            assert_noop!(opened, Error::<Test>::FormatMismatch);
        }
        let larger = changed(|other| other.samples = 41);
        let offered = Offered { architecture: larger, ..Offered::least() };
        assert_ok!(offered.open(EXPERIMENT, 1, &carol()));
    });
}

#[test]
fn circuits_that_do_not_score_exactly_are_refused() {
    build_and_execute(|| {
        let architecture = named("tiny-4x3x4-best2").expect("the architecture has this name");
        let mut rules = rules();
        rules.format = nocknock_primitives::format::DataFormat::of(&architecture);
        let set = Rewards::do_set_curriculum(EXPERIMENT, Some(carol()), WEIGHT, rules, MAX_OPEN);
        assert_ok!(set);
        let offered = Offered { architecture, ..Offered::least() };
        let opened = offered.open(EXPERIMENT, 1, &carol());
        assert_noop!(opened, Error::<Test>::FormatMismatch);
    });
}

#[test]
fn another_encoding_is_refused() {
    build_and_execute(|| {
        let offered = Offered { encoding: ContentHash([7; 32]), ..Offered::least() };
        let opened = offered.open(EXPERIMENT, 1, &carol());
        assert_noop!(opened, Error::<Test>::EncodingMismatch);
    });
}

#[test]
fn fewer_rows_and_shorter_periods_than_the_rules_demand_are_refused_one_by_one() {
    let refused = |change: fn(&mut Offered)| {
        let mut offered = Offered::least();
        change(&mut offered);
        let opened = offered.open(EXPERIMENT, 1, &carol());
        assert_noop!(opened, Error::<Test>::TermsBelowRules);
    };
    build_and_execute(|| {
        refused(|offered| offered.min_test_rows -= 1);
        refused(|offered| offered.periods.publish -= 1);
        refused(|offered| offered.periods.commit -= 1);
        refused(|offered| offered.periods.reveal -= 1);
        refused(|offered| offered.periods.claim -= 1);
        refused(|offered| offered.periods.prove -= 1);
        refused(|offered| offered.periods.deliver -= 1);
        assert_ok!(try_open(1, &carol()));
    });
}

#[test]
fn only_the_custodian_opens_tasks() {
    build_and_execute(|| {
        assert_noop!(try_open(1, &bob()), Error::<Test>::NotCustodian);
        let elsewhere = Offered::least().open(9, 1, &carol());
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
fn halvings_mint_their_part_of_the_budget() {
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
        // 33,333 in all, of which 4,999 and 3,333 are not the winner's.
        assert_eq!(pay(1, &bob(), minting(33_333)), 25_001);
    });
}

#[test]
fn what_an_account_cannot_hold_goes_back_to_the_pot() {
    build_and_execute(|| {
        open(1);
        assert_eq!(pay(1, &bob(), minting(11)), 0);
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
        assert_eq!(pay(1, &bob(), minting(60)), 45);
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
        assert_ok!(Rewards::do_set_curriculum(EXPERIMENT, Some(dave()), WEIGHT, rules(), 1));
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

#[test]
fn a_task_stays_readable_until_its_part_has_vested() {
    build_and_execute(|| {
        open(1);
        open(2);
        assert!(!Rewards::may_forget(1));
        pay(1, &bob(), percent(100));
        close(1);
        close(2);
        assert!(!Rewards::may_forget(1), "its provider waits for a part");
        assert!(Rewards::may_forget(2), "it was not paid");
        go_to_session(VESTING);
        idle();
        assert!(Rewards::may_forget(1));
    });
}
