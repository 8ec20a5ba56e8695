//! What test rows cost their provider that were known before.

use super::builders::*;
use crate::{mock::*, Event, Liable};
use nocknock_primitives::traits::Curriculum;

fn dismissed() -> Event<Test> {
    Event::CustodianDismissed { experiment: EXPERIMENT, custodian: carol() }
}

/// The provider of task 1 lost this part because of what Eve showed, who was paid so much for it.
fn liable(amount: u128, reward: u128) -> Event<Test> {
    Event::ProviderLiable { task: 1, provider: carol(), amount, shown_by: eve(), reward }
}

#[test]
fn rows_shown_before_cost_the_provider_its_part_and_its_role() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let before = Rewards::emission();
        assert!(show_equal_rows(1, 3, &eve()));
        System::assert_has_event(liable(10_000, 2_000).into());
        System::assert_has_event(dismissed().into());
        assert_eq!(Rewards::vesting(1), None);
        assert!(!Rewards::is_custodian(EXPERIMENT, &carol()));
        let after = Rewards::emission();
        assert_eq!((after.minted, after.reserved), (before.minted + 2_000, 0));
        assert_eq!(after.free_pot, before.free_pot + 8_000);
        assert_eq!(Balances::free_balance(eve()), 2_000);
        assert_eq!(Rewards::work_points(eve()), 0);
        assert_eq!(Balances::free_balance(bob()), 75_000, "winners keep what they have");
        go_to_session(VESTING);
        idle();
        assert_eq!(Balances::free_balance(carol()), 0);
    });
}

#[test]
fn few_equal_rows_are_chance() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let shown = |rows, test_rows| Rewards::equal_rows_shown(1, rows, test_rows, &eve());
        assert!(!shown(2, 2));
        assert!(!shown(2, 100));
        assert!(!shown(15, 1_501));
        assert!(!shown(0, 0));
        assert!(Rewards::vesting(1).is_some());
        assert!(shown(16, 1_501));
    });
}

#[test]
fn a_provider_is_liable_once() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        assert!(show_equal_rows(1, 3, &eve()));
        assert!(!show_equal_rows(1, 4, &dave()));
        assert_eq!(Balances::free_balance(dave()), 0);
    });
}

#[test]
fn equal_rows_shown_before_the_payment_count_as_well() {
    build_and_execute(|| {
        open(1);
        assert!(show_equal_rows(1, 3, &eve()));
        assert!(!show_equal_rows(1, 4, &dave()), "it is liable already");
        System::assert_has_event(dismissed().into());
        assert_eq!(pay(1, &bob(), percent(100)), FIRST_PRIZE);
        let (winner, amount) = (bob(), FIRST_PRIZE);
        let minted = Event::Minted { task: 1, winner, amount, validators: 15_000, provider: 0 };
        System::assert_has_event(minted.into());
        System::assert_last_event(liable(10_000, 2_000).into());
        assert_eq!(Rewards::vesting(1), None);
        assert_eq!(Balances::free_balance(eve()), 2_000);
        close(1);
        let emission = Rewards::emission();
        assert_eq!((emission.minted, emission.reserved), (92_000, 0));
    });
}

#[test]
fn a_task_that_is_never_paid_has_nothing_to_lose_but_the_role() {
    build_and_execute(|| {
        open(1);
        assert!(show_equal_rows(1, 3, &eve()));
        close(1);
        assert_eq!(Liable::<Test>::iter().count(), 0);
        assert_eq!(Balances::free_balance(eve()), 0);
        assert!(!show_equal_rows(1, 3, &eve()), "it is closed");
        assert!(!Rewards::is_custodian(EXPERIMENT, &carol()));
    });
}

#[test]
fn what_has_vested_is_kept() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        go_to_session(VESTING);
        idle();
        assert!(!show_equal_rows(1, 100, &eve()));
        assert_eq!(Balances::free_balance(carol()), 10_000);
        assert!(Rewards::is_custodian(EXPERIMENT, &carol()));
    });
}

#[test]
fn a_custodian_appointed_later_is_not_liable() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let set = Rewards::do_set_curriculum(EXPERIMENT, Some(dave()), WEIGHT, rules(), MAX_OPEN);
        frame_support::assert_ok!(set);
        assert!(show_equal_rows(1, 3, &eve()));
        assert!(Rewards::is_custodian(EXPERIMENT, &dave()));
    });
}

#[test]
fn a_reward_that_its_owner_cannot_hold_goes_to_the_pot() {
    build_and_execute(|| {
        earn(1, &bob(), minting(100));
        // A part of 10, of which a fifth is less than an account can hold.
        assert!(show_equal_rows(1, 3, &eve()));
        System::assert_has_event(liable(10, 0).into());
        let emission = Rewards::emission();
        assert_eq!((emission.minted, emission.reserved), (90, 0));
    });
}
