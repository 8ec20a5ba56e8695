use super::*;
use crate::reward::{AccountPoints, Points};
use proptest::{collection::vec, prelude::*};

/// Halves in five sessions: 2^(−1/5).
const FAST: Decay = Decay::by(4_014_705_861_086_822_466);
const DECAY: Decay = Decay::HALF_IN_720;

/// Amount, sessions, and `amount × 2^(−sessions/720)` rounded down. The last was computed without
/// this module: as the whole 720th root of `amount^720 / 2^sessions`.
const ROOTS: [(u128, u32, u128); 9] = [
    (1_000_000_000_000_000, 0, 1_000_000_000_000_000),
    (1_000_000_000_000_000, 1, 999_037_758_833_783),
    (1_000_000_000_000_000, 2, 998_076_443_575_628),
    (1_000_000_000_000_000, 719, 500_481_583_983_041),
    (1_000_000_000_000_000, 720, 500_000_000_000_000),
    (1_000_000_000_000_000, 721, 499_518_879_416_891),
    (1_000_000_000_000_000, 1_440, 250_000_000_000_000),
    (1_000_000_000_000_000, 7_200, 976_562_500_000),
    (21_000_000_000_000_000_000, 719, 10_510_113_263_643_877_361),
];

#[test]
fn the_factor_is_the_720th_root_of_a_half() {
    for (amount, sessions, exact) in ROOTS {
        let (low, high) = (DECAY.at_least(amount, sessions), DECAY.at_most(amount, sessions));
        assert!(low <= exact && exact <= high + amount / 1_000_000_000_000_000, "{sessions}");
        assert!(high - low <= 1 + amount / 1_000_000_000_000_000, "{sessions}: {low} to {high}");
    }
}

/// Both bounds, as another implementation of the same steps computes them.
#[test]
fn the_rounding_is_pinned() {
    let most = u128::MAX;
    for (decay, amount, sessions, low, high) in [
        (DECAY, 1_000_000_000_000_000, 720, 499_999_999_999_999, 500_000_000_000_000),
        (
            DECAY,
            21_000_000_000_000_000_000,
            719,
            10_510_113_263_643_875_585,
            10_510_113_263_643_877_070,
        ),
        (
            DECAY,
            most,
            720,
            170_141_183_460_469_202_954_766_548_728_983_584_767,
            170_141_183_460_469_226_861_746_868_256_562_479_104,
        ),
        (DECAY, most, 65_535, 0, 73_786_976_294_838_206_464),
        (DECAY, most, 65_536, 0, 0),
        (DECAY, most, u32::MAX, 0, 0),
        (FAST, 1_001, 5, 500, 501),
        (FAST, 1_001, 6, 435, 436),
        (FAST, 1_001, 40, 3, 4),
        (FAST, 1_001, 511, 0, 1),
        (FAST, 1_001, 512, 0, 0),
    ] {
        let bounds = (decay.at_least(amount, sessions), decay.at_most(amount, sessions));
        assert_eq!(bounds, (low, high), "{amount} after {sessions}");
    }
}

#[test]
fn no_time_takes_nothing_and_the_ends_of_the_scale_are_exact() {
    for amount in [0, 1, u128::MAX] {
        assert_eq!((FAST.at_least(amount, 0), FAST.at_most(amount, 0)), (amount, amount));
        let all = Decay::by(u64::MAX);
        assert_eq!((all.at_least(amount, 9), all.at_most(amount, 9)), (amount, amount));
        let none = Decay::by(0);
        assert_eq!((none.at_least(amount, 1), none.at_most(amount, 1)), (0, 0));
    }
}

/// Under the old rule the points of everybody halved in the same moment.
#[test]
fn no_session_takes_more_than_a_thousandth() {
    let amount = 1_000_000_000_000_000;
    for sessions in 0..2_000 {
        let (before, after) =
            (DECAY.at_least(amount, sessions), DECAY.at_least(amount, sessions + 1));
        assert!(after <= before && before - after <= before / 1_000 + 1, "{sessions}");
    }
}

fn decay() -> impl Strategy<Value = Decay> {
    prop_oneof![Just(DECAY), Just(FAST), any::<u64>().prop_map(Decay::by)]
}

fn sessions() -> impl Strategy<Value = u32> {
    prop_oneof![0..40u32, 0..3_000u32, any::<u32>()]
}

/// What happens to accounts: after so many sessions one of four earns in an experiment, or loses
/// all that it has.
fn history() -> impl Strategy<Value = Vec<(u32, usize, Option<(u32, u128)>)>> {
    let earned = (0..7u32, prop_oneof![0..100u128, 0..u128::from(u64::MAX)]);
    vec((0..400u32, 0..4usize, prop::option::weighted(0.9, earned)), 1..60)
}

proptest! {
    #[test]
    fn the_bounds_enclose_and_never_grow(
        decay in decay(), amount in any::<u128>(), after in sessions(),
    ) {
        let (low, high) = (decay.at_least(amount, after), decay.at_most(amount, after));
        prop_assert!(low <= high && high <= amount);
    }

    /// What is true of a single step is true of several, for all amounts that there can be.
    #[test]
    fn the_bounds_hold_however_often_they_are_written(
        decay in decay(), amount in 0..(1u128 << 62), first in sessions(), more in sessions(),
    ) {
        let last = first.saturating_add(more);
        let low = decay.at_least(decay.at_least(amount, first), last - first);
        let high = decay.at_most(decay.at_most(amount, first), last - first);
        prop_assert!(low <= decay.at_most(amount, last));
        prop_assert!(decay.at_least(amount, last) <= high);
    }

    /// The total is never below the sum, whenever each account was written and whoever was wiped
    /// out, and the total never exceeds what was earned.
    #[test]
    fn the_total_is_never_below_the_sum(
        decay in decay(), history in history(), after in sessions(),
    ) {
        let (mut session, mut earned) = (0u32, 0u128);
        let mut accounts: [AccountPoints; 4] = Default::default();
        let mut total = Points::default();
        for (pass, who, what) in history {
            session += pass;
            match what {
                Some((experiment, amount)) => {
                    accounts[who] = accounts[who].plus(experiment, amount, session, decay);
                    total = total.plus(amount, session, decay);
                    earned += amount;
                }
                None => {
                    let lost = core::mem::take(&mut accounts[who]).at(session, decay);
                    total = total.minus(lost, session, decay);
                }
            }
            for at in [session, session.saturating_add(1), session.saturating_add(after)] {
                let sum: u128 = accounts.iter().map(|points| points.at(at, decay)).sum();
                prop_assert!(sum <= total.at(at, decay), "{sum} at {at}");
            }
            prop_assert!(total.at(session, decay) <= earned);
            for points in &accounts {
                let named: u128 = points.origins.iter().map(|origin| origin.amount).sum();
                prop_assert!(named <= points.amount);
            }
        }
    }
}
