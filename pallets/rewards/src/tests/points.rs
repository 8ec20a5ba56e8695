use super::builders::*;
use crate::{mock::*, Event, WorkersPoints};
use nocknock_primitives::{reward::Origin, traits::WorkPoints};

fn points(who: &AccountId) -> u128 {
    <Rewards as WorkPoints<AccountId>>::points(who)
}

fn total() -> u128 {
    <Rewards as WorkPoints<AccountId>>::total()
}

#[test]
fn points_are_the_tokens_minted_to_an_account() {
    build_and_execute(|| {
        let of_bob = earn(1, &bob(), percent(30));
        let of_dave = earn(2, &dave(), percent(70));
        assert_eq!((points(&bob()), points(&dave())), (of_bob, of_dave));
        assert_eq!(total(), of_bob + of_dave);
        assert_eq!(points(&eve()), 0);
    });
}

/// Under the old rule they stayed for five sessions, and then everybody lost half of them at once.
#[test]
fn points_fade_a_little_in_each_session_and_new_ones_count_in_full() {
    build_and_execute(|| {
        give_points(&bob(), 1_001);
        let after: Vec<_> = (0..6)
            .map(|session| {
                go_to_session(session);
                points(&bob())
            })
            .collect();
        assert_eq!(after, [1_001, 871, 758, 660, 574, 500]);
        give_points(&bob(), 100);
        assert_eq!(points(&bob()), 600);
        go_to_session(10);
        assert_eq!((points(&bob()), total()), (299, 301));
        go_to_session(1_000_000);
        assert_eq!((points(&bob()), total()), (0, 0));
    });
}

#[test]
fn what_rounding_takes_from_accounts_stays_in_the_total() {
    build_and_execute(|| {
        for number in 10..20 {
            give_points(&account(number), 11);
        }
        go_to_session(5);
        let sum: u128 = (10..20).map(|number| points(&account(number))).sum();
        assert_eq!((sum, total()), (50, 55));
    });
}

#[test]
fn points_name_the_experiment_in_which_they_were_earned() {
    build_and_execute(|| {
        give_points(&dave(), 100);
        let amount = 100 + earn(1, &dave(), percent(1));
        let stored = WorkersPoints::<Test>::get(dave());
        let origin = Origin { experiment: EXPERIMENT, amount };
        assert_eq!((stored.amount, stored.origins.into_inner()), (amount, vec![origin]));
    });
}

#[test]
fn transferred_tokens_carry_no_points() {
    build_and_execute(|| {
        earn(1, &bob(), percent(100));
        let transfer = Balances::transfer_allow_death(RuntimeOrigin::signed(bob()), dave(), 50_000);
        frame_support::assert_ok!(transfer);
        assert_eq!((points(&bob()), points(&dave())), (FIRST_PRIZE, 0));
    });
}

#[test]
fn an_offence_wipes_points_and_candidacy_for_good() {
    build_and_execute(|| {
        register(&[bob()]);
        candidate(&bob(), 500);
        candidate(&dave(), 300);
        Rewards::bar(&bob());
        let barred = Event::AccountBarred { who: bob(), points: 500, bond: SEAT_BOND };
        System::assert_last_event(barred.into());
        assert_eq!((points(&bob()), total()), (0, 300));
        assert!(!may_work(&bob()) && Rewards::is_barred(bob()));
        assert_eq!(Rewards::candidates(0, 64), vec![(dave(), 300)]);
        let balance = Balances::free_balance(bob());
        assert_eq!(balance, 500 - SEAT_BOND, "what it owns beside the bond stays its own");
        let events = System::event_count();
        Rewards::bar(&bob());
        assert_eq!(System::event_count(), events);
    });
}

#[test]
fn a_barred_winner_is_paid_but_gains_no_points() {
    build_and_execute(|| {
        open(1);
        Rewards::bar(&bob());
        assert_eq!(pay(1, &bob(), percent(100)), FIRST_PRIZE);
        assert_eq!((points(&bob()), total()), (0, 0));
    });
}

#[test]
fn points_wiped_late_leave_the_others_whole() {
    build_and_execute(|| {
        give_points(&bob(), 21);
        give_points(&dave(), 21);
        go_to_session(5);
        Rewards::bar(&bob());
        assert_eq!((points(&dave()), total()), (10, 11));
    });
}
