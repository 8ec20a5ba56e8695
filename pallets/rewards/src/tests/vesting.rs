//! The part of whoever provided the data of a paid task.

use super::builders::*;
use crate::{mock::*, Event, Vesting};
use nocknock_primitives::reward::{CurriculumEnd, VestingPart};

fn vested() -> usize {
    let is_vested =
        |event: &RuntimeEvent| matches!(event, RuntimeEvent::Rewards(Event::Vested { .. }));
    System::events().iter().filter(|record| is_vested(&record.event)).count()
}

#[test]
fn the_part_of_the_provider_is_minted_when_it_has_vested() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let part = VestingPart { provider: carol(), amount: 10_000, due: VESTING };
        assert_eq!(Rewards::vesting(1), Some(part));
        go_to_session(VESTING - 1);
        idle();
        assert_eq!((Balances::free_balance(carol()), Rewards::emission().reserved), (0, 10_000));
        go_to_session(VESTING);
        idle();
        let paid = Event::Vested { task: 1, provider: carol(), amount: 10_000 };
        System::assert_last_event(paid.into());
        assert_eq!(Balances::free_balance(carol()), 10_000);
        let emission = Rewards::emission();
        assert_eq!((emission.minted, emission.reserved), (100_000, 0));
        assert_eq!(Rewards::vesting(1), None);
    });
}

/// Work points are for work alone: under the old rule all of a mint made some.
#[test]
fn neither_the_provider_nor_the_validators_gain_points() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        go_to_session(VESTING);
        idle();
        assert_eq!(Rewards::work_points(carol()), 0);
        assert_eq!(Rewards::work_points(Rewards::pot_account()), 0);
        let left = PointsDecay::get().at_most(FIRST_PRIZE, VESTING);
        assert_eq!(Rewards::total_work_points(), left);
    });
}

#[test]
fn a_failed_reveal_leaves_nothing_to_vest() {
    build_and_execute(|| {
        open(1);
        close_as(1, CurriculumEnd::CustodianFailed);
        assert_eq!(Rewards::vesting(1), None);
    });
}

#[test]
fn a_provider_that_loses_the_role_keeps_what_it_has_earned() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        open(2);
        close_as(2, CurriculumEnd::CustodianFailed);
        go_to_session(VESTING);
        idle();
        assert_eq!(Balances::free_balance(carol()), 10_000);
    });
}

#[test]
fn what_the_provider_cannot_hold_goes_back_to_the_pot() {
    build_and_execute(|| {
        open(1);
        pay(1, &bob(), minting(60));
        close(1);
        Rewards::do_set_curriculum(EXPERIMENT, None, WEIGHT, rules(), MAX_OPEN).unwrap();
        assert!(!exists(&carol()));
        go_to_session(VESTING);
        let before = Rewards::emission().free_pot;
        idle();
        System::assert_last_event(Event::Vested { task: 1, provider: carol(), amount: 0 }.into());
        assert_eq!(Rewards::emission().free_pot, before + 6);
    });
}

#[test]
fn four_parts_are_looked_at_in_a_block_and_none_is_forgotten() {
    build_and_execute(|| {
        for task in 1..=10 {
            earn(task, &bob(), percent(100));
        }
        go_to_session(VESTING);
        for minted in [4, 8, 10, 10] {
            idle();
            assert_eq!(vested(), minted);
        }
        assert_eq!(Vesting::<Test>::iter().count(), 0);
        check_state();
    });
}
