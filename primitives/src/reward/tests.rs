use super::*;
use crate::level::{mint_of, ONE_BIT};

const SCHEDULE: Schedule = Schedule { initial: 100, halving_sessions: 3, cap: 1_000 };

/// The schedule session by session, as its documentation says it.
fn summed(schedule: &Schedule, session: Session) -> u128 {
    let releases = (0..=session).map(|at| schedule.initial >> (at / schedule.halving_sessions));
    releases.sum::<u128>().min(schedule.cap)
}

#[test]
fn the_release_halves_after_every_period() {
    let through: alloc::vec::Vec<_> = (0..8).map(|at| SCHEDULE.released_through(at)).collect();
    assert_eq!(through, [100, 200, 300, 350, 400, 450, 475, 500]);
}

#[test]
fn the_closed_form_is_the_sum_over_sessions() {
    for halving_sessions in 1..6 {
        for session in 0..60 {
            let schedule = Schedule { halving_sessions, ..SCHEDULE };
            let closed = schedule.released_through(session);
            assert_eq!(closed, summed(&schedule, session));
        }
    }
}

#[test]
fn the_cap_holds_for_the_largest_values() {
    let schedule = Schedule { initial: u128::MAX, halving_sessions: u32::MAX, cap: u128::MAX - 1 };
    assert_eq!(schedule.released_through(u32::MAX), u128::MAX - 1);
}

#[test]
fn a_schedule_without_halving_period_releases_nothing() {
    let schedule = Schedule { halving_sessions: 0, ..SCHEDULE };
    assert_eq!(schedule.released_through(u32::MAX), 0);
}

#[test]
fn skipped_sessions_release_what_they_would_have_released_one_by_one() {
    assert_eq!(SCHEDULE.released_between(1, 4), 100 + 50 + 50);
    assert_eq!(SCHEDULE.released_between(4, 4), 0);
    assert_eq!(SCHEDULE.released_between(4, 1), 0);
}

#[test]
fn no_more_is_reserved_than_is_free() {
    let mut books = Books::default();
    assert_eq!(books.release(100, 1_000), 100);
    assert_eq!(books.reserve(70), 70);
    assert_eq!(books.reserve(70), 30);
    books.mint(40);
    books.unreserve(60);
    assert_eq!((books.minted, books.reserved, books.free_pot()), (40, 0, 60));
}

#[test]
fn the_pot_does_not_grow_above_the_cap() {
    let mut books = Books::default();
    assert_eq!(books.release(900, 1_000), 900);
    assert_eq!(books.release(900, 1_000), 100);
    assert_eq!(books.release(1, 500), 0);
    assert_eq!(books.released, 1_000);
}

#[test]
fn a_fraction_of_the_largest_amount_is_exact() {
    let of = |numerator, denominator| fraction(u128::MAX, numerator, denominator);
    assert_eq!(of(1, 1), u128::MAX);
    assert_eq!(of(2, 1), u128::MAX);
    assert_eq!(of(1, 2), u128::MAX / 2);
    assert_eq!(of(u64::MAX, u64::MAX), u128::MAX);
    assert_eq!(of(1, 0), 0);
    // (2^128 − 1) / (2^64 − 1) = 2^64 + 1 without a rest.
    assert_eq!(of(1, u64::MAX), (1u128 << 64) + 1);
}

fn task(unit: u128) -> CurriculumTask<()> {
    CurriculumTask { experiment: 0, custodian: (), unit, budget: 0, taken: 0, paid: false }
}

#[test]
fn a_task_promises_its_winner_three_quarters_of_eight_halvings() {
    assert_eq!(task(100).prize(), 600);
    assert_eq!(task(u128::MAX).prize(), MintSplit::of(u128::MAX).winner);
}

#[test]
fn what_the_most_halvings_mint_is_what_is_set_aside() {
    let unit = 105_000_000_000_000;
    let mint = mint_of(unit, MAX_HALVINGS * ONE_BIT);
    assert_eq!(MintSplit::of(mint).winner, task(unit).prize());
}

/// Under the old rule the winner got all of it.
#[test]
fn a_mint_is_shared_out_whole() {
    for (amount, winner, validators, provider) in [
        (0, 0, 0, 0),
        (1, 1, 0, 0),
        (99, 76, 14, 9),
        (100, 75, 15, 10),
        (105_000_000_000_000, 78_750_000_000_000, 15_750_000_000_000, 10_500_000_000_000),
    ] {
        let expected = MintSplit { winner, validators, provider };
        assert_eq!(MintSplit::of(amount), expected, "{amount}");
    }
    let MintSplit { winner, validators, provider } = MintSplit::of(u128::MAX);
    assert_eq!(winner + validators + provider, u128::MAX);
    assert!(winner / 75 >= validators / 15 && validators / 15 == provider / 10);
}
