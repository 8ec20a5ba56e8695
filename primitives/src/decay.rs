//! How work points fade: in each session by the same factor.
//!
//! A factor is a whole number of units of 2^−62. Its powers are computed by squaring, once rounded
//! down and once rounded up in each step. So the true power, and with it what is truly left of an
//! amount, lies between the two: [`Decay::at_least`] and [`Decay::at_most`]. Amounts that fade
//! apart, in whatever steps, and are rounded down never add up to more than their sum that fades as
//! one and is rounded up.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// The binary places of a factor.
const PLACES: u32 = 62;
/// The number 1.
const ONE: u64 = 1 << PLACES;
/// All binary places.
const MASK: u128 = (1 << PLACES) - 1;

/// A factor by which amounts shrink in each session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Decay(u64);

impl Decay {
    /// Amounts halve in 720 sessions: 2^(−1/720), rounded down.
    pub const HALF_IN_720: Self = Self(4_607_248_464_294_791_492);

    /// A factor of so many units of 2^−62, at most 1.
    pub const fn by(units: u64) -> Self {
        Self(if units < ONE { units } else { ONE })
    }

    /// What is left of an amount after so many sessions, rounded down.
    pub fn at_least(self, amount: u128, sessions: u32) -> u128 {
        let (whole, rest) = products(amount, self.power(sessions).low);
        whole.saturating_add(rest >> PLACES)
    }

    /// What is left of an amount after so many sessions, rounded up.
    pub fn at_most(self, amount: u128, sessions: u32) -> u128 {
        let (whole, rest) = products(amount, self.power(sessions).high);
        whole.saturating_add(rest.saturating_add(MASK) >> PLACES)
    }

    /// The factor of so many sessions.
    ///
    /// Both bounds are 0 as soon as a square that was rounded up is no more than one unit: then
    /// less than 2^−62 is left. As soon as that holds for a number of sessions it holds for every
    /// larger one, so a sum that was written later than its parts is never forgotten before them.
    fn power(self, sessions: u32) -> Bounds {
        let mut power = Bounds { low: ONE, high: ONE };
        let mut square = Bounds { low: self.0, high: self.0 };
        let mut left = sessions;
        while left > 0 {
            if square.high <= 1 {
                return Bounds { low: 0, high: 0 };
            }
            if left & 1 == 1 {
                power = power.times(square);
            }
            square = square.times(square);
            left >>= 1;
        }
        power
    }
}

/// A factor rounded down, and the same factor rounded up.
#[derive(Clone, Copy)]
struct Bounds {
    low: u64,
    high: u64,
}

impl Bounds {
    fn times(self, other: Self) -> Self {
        let low = u128::from(self.low).saturating_mul(other.low.into());
        let high = u128::from(self.high).saturating_mul(other.high.into());
        Self { low: places(low >> PLACES), high: places(high.saturating_add(MASK) >> PLACES) }
    }
}

/// A factor that is known to be at most 1.
fn places(factor: u128) -> u64 {
    u64::try_from(factor).unwrap_or(ONE)
}

/// `amount × factor` in two parts: whole units, and units of 2^−62. With
/// `amount = above × 2^62 + below` and a factor of at most 2^62, neither product exceeds 128 bits,
/// and the first one is at most `amount`.
fn products(amount: u128, factor: u64) -> (u128, u128) {
    let factor = u128::from(factor);
    let (above, below) = (amount >> PLACES, amount & MASK);
    (above.saturating_mul(factor), below.saturating_mul(factor))
}

#[cfg(test)]
mod tests;
