//! Proved scores and their comparison, exact and without floating point.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{cmp::Ordering, fmt};
use scale_info::TypeInfo;

/// `correct` of `total` points. A sample whose class is right is one point; heads of other kinds
/// count in [their own way](crate::model).
///
/// Scores compare as ratios, so two scores on different test sets can be ranked; `==` compares the
/// counts.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Score {
    /// Points that were reached.
    pub correct: u32,
    /// Points of a model that is always right on the same samples.
    pub total: u32,
}

impl Score {
    /// No point. An experiment without a champion starts here.
    pub const ZERO: Self = Self { correct: 0, total: 1 };

    /// A score of `correct` among `total` points.
    pub const fn new(correct: u32, total: u32) -> Self {
        Self { correct, total }
    }

    /// Whether there is at least one point to reach, and no more are reached than there are.
    pub const fn is_valid(&self) -> bool {
        self.total > 0 && self.correct <= self.total
    }

    /// Compares the ratios. An invalid score of no points at all counts as zero.
    pub fn compare(&self, other: &Self) -> Ordering {
        let (own, own_total) = self.parts();
        let (others, others_total) = other.parts();
        // Each product of two 32-bit numbers fits 64 bits.
        own.saturating_mul(others_total).cmp(&others.saturating_mul(own_total))
    }

    /// Whether the ratio is at least that of `other`.
    pub fn at_least(&self, other: &Self) -> bool {
        self.compare(other) != Ordering::Less
    }

    /// Whether the ratio is above that of `other`.
    pub fn beats(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Greater
    }

    fn parts(&self) -> (u64, u64) {
        match self.total {
            0 => (0, 1),
            total => (u64::from(self.correct.min(total)), u64::from(total)),
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.correct, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_of_different_totals_compare_as_ratios() {
        assert!(Score::new(1, 2).beats(&Score::new(49, 100)));
        assert!(Score::new(1, 2).at_least(&Score::new(50, 100)));
        assert!(!Score::new(1, 2).beats(&Score::new(50, 100)));
        assert!(Score::new(u32::MAX, u32::MAX).at_least(&Score::new(u32::MAX - 1, u32::MAX)));
    }

    #[test]
    fn a_score_of_no_points_at_all_is_zero() {
        assert!(!Score::new(0, 0).is_valid());
        assert!(Score::new(1, 1000).beats(&Score::new(5, 0)));
        assert_eq!(Score::new(7, 0).compare(&Score::ZERO), Ordering::Equal);
    }
}
