//! What a model of the curriculum is worth: by how many halvings of the error it is better than
//! what the experiment has paid for, as far as that is no luck.
//!
//! Exact, in whole numbers. Roundings are such that never too much is paid.

use crate::limits::{MAX_HALVINGS, UNIT_DIVISOR};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Units of [`Lost`] in a row.
const ROW: u64 = 256;

/// Binary places of [`Bits`].
const PLACES: u32 = 16;

/// Errors in units of 1/256 of a row. A row loses at most 1, whatever the head.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Lost(u64);

impl Lost {
    /// What a model loses that gets `points` of `max_points`, rounded down. A row has `per_row`
    /// points; more points than there are count as none lost.
    pub fn rounded_down(max_points: u32, points: u32, per_row: u64) -> Self {
        let units = missing(max_points, points).checked_div(per_row.max(1));
        Self(units.unwrap_or_default())
    }

    /// The same, rounded up.
    pub fn rounded_up(max_points: u32, points: u32, per_row: u64) -> Self {
        Self(missing(max_points, points).div_ceil(per_row.max(1)))
    }

    /// The number of units.
    pub const fn units(self) -> u64 {
        self.0
    }
}

/// The points that are missing, times [`ROW`].
fn missing(max_points: u32, points: u32) -> u64 {
    u64::from(max_points.saturating_sub(points)).saturating_mul(ROW)
}

/// Halvings of the error, in 2^−16.
pub type Bits = u32;

/// One halving.
pub const ONE_BIT: Bits = 1 << PLACES;

/// The most bits that one task pays for.
const MAX_BITS: Bits = MAX_HALVINGS << PLACES;

/// Whether the winner is better than the champion by more than luck: in rows, the square of the
/// difference of their errors is more than 20 times the sum.
pub fn passes_gate(champion: Lost, winner: Lost) -> bool {
    let (champion, winner) = (u128::from(champion.0), u128::from(winner.0));
    let (better, sum) = (champion.saturating_sub(winner), champion.saturating_add(winner));
    let limit = sum.saturating_mul(u128::from(20u64.saturating_mul(ROW)));
    better > 0 && better.saturating_mul(better) > limit
}

/// The halvings that a winner is paid for in an experiment that has paid for `level` of them.
/// Without a champion it is compared with the constant answer, whose errors are `base`.
///
/// Nothing if it does not [pass](passes_gate). Otherwise the smallest of
///
/// * `log2(base / U(winner)) − level`, where `U(e) = (√(e + 2) + 2)²` are the errors that a model
///   with `e` of them may stand for, at four standard errors;
/// * `log2((champion + 1) / (winner + 1))`;
/// * [`MAX_HALVINGS`].
///
/// So whatever the path of an experiment, about `log2(base / U(last winner))` is paid in all.
pub fn bits(base: Lost, champion: Option<Lost>, winner: Lost, level: Bits) -> Bits {
    let champion = champion.unwrap_or(base);
    if !passes_gate(champion, winner) {
        return 0;
    }
    let bound = log2_down(base.0).saturating_sub(log2_up(upper(winner))).saturating_sub(level);
    let gain = log2_down(champion.0.saturating_add(ROW));
    let gain = gain.saturating_sub(log2_up(winner.0.saturating_add(ROW)));
    bound.min(gain).min(MAX_BITS)
}

/// The weight of an experiment whose tasks mint in full. Weights count in parts of it.
pub const FULL_WEIGHT: u16 = 1_000;

/// What a halving mints in a new task of an experiment with this weight, as long as `left` can
/// still be minted.
pub fn unit_of(left: u128, weight: u16) -> u128 {
    let full = left.checked_div(UNIT_DIVISOR).unwrap_or(0);
    full.saturating_mul(weight.into()).checked_div(FULL_WEIGHT.into()).unwrap_or(0)
}

/// What so many halvings mint: `unit` for each, rounded down.
pub fn mint_of(unit: u128, bits: Bits) -> u128 {
    unit.saturating_mul(u128::from(bits)) >> PLACES
}

/// `(√(e + 2) + 2)²` rows, in units, rounded up.
fn upper(errors: Lost) -> u64 {
    let shifted = errors.0.saturating_add(ROW.saturating_mul(2));
    let root = shifted.saturating_mul(ROW).isqrt().saturating_add(1);
    errors.0.saturating_add(ROW.saturating_mul(6)).saturating_add(root.saturating_mul(4))
}

/// The logarithm to base 2, by little more than 2^−16 too small at most; 0 counts as 1.
///
/// The number is brought into the upper half of 64 bits. Each squaring then yields a binary place:
/// it is 1 if the square has to be halved to stay there.
fn log2_down(number: u64) -> Bits {
    let whole = number.max(1).ilog2();
    let mut part = u128::from(number.max(1)) << 63u32.saturating_sub(whole);
    let mut log = whole;
    for _ in 0..PLACES {
        part = part.saturating_mul(part) >> 63;
        log = log.saturating_mul(2);
        if part >> 64 > 0 {
            log = log.saturating_add(1);
            part >>= 1;
        }
    }
    log
}

/// At least the logarithm to base 2.
fn log2_up(number: u64) -> Bits {
    log2_down(number).saturating_add(1)
}

#[cfg(test)]
mod tests;
