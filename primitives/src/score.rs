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

/// How much of the gap between a champion and a perfect score another score closes: a fraction in
/// (0, 1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Improvement {
    /// Numerator, positive and at most the denominator.
    pub numerator: u64,
    /// Denominator, positive.
    pub denominator: u64,
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

    /// `(self − champion) / (1 − champion)`, or nothing when this score does not beat the champion.
    pub fn improvement_over(&self, champion: &Self) -> Option<Improvement> {
        let (own, own_total) = self.parts();
        let (best, best_total) = champion.parts();
        let gain = own
            .saturating_mul(best_total)
            .checked_sub(best.saturating_mul(own_total))
            .filter(|gain| *gain > 0)?;
        let gap = best_total.checked_sub(best)?.saturating_mul(own_total);
        Some(Improvement { numerator: gain.min(gap), denominator: gap })
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

    #[test]
    fn improvement_is_the_share_of_the_gap_that_was_closed() {
        let champion = Score::new(50, 100);
        let gained = Score::new(75, 100).improvement_over(&champion);
        assert_eq!(gained, Some(Improvement { numerator: 2500, denominator: 5000 }));
        assert_eq!(champion.improvement_over(&champion), None);
        assert_eq!(Score::new(49, 100).improvement_over(&champion), None);
    }

    #[test]
    fn nothing_improves_on_a_perfect_champion() {
        assert_eq!(Score::new(9, 9).improvement_over(&Score::new(3, 3)), None);
    }

    #[test]
    fn a_perfect_score_closes_the_whole_gap() {
        let gained = Score::new(10, 10).improvement_over(&Score::new(3, 7));
        assert!(gained.is_some_and(|gain| gain.numerator == gain.denominator));
    }
}
