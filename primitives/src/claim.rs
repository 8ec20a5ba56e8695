//! Claims: what workers say about their scores before they prove them, and how the best of them are
//! asked for their proofs.

use crate::limits::{MAX_ASKED, SPARES};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Where a claim stands among the claims of a task.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct ClaimKey {
    /// The points that are claimed.
    pub points: u32,
    /// The place of the worker's commitment in the order of commitments.
    pub sequence: u32,
}

impl ClaimKey {
    /// The key of a claim of so many points, by the commitment with this place.
    pub const fn new(points: u32, sequence: u32) -> Self {
        Self { points, sequence }
    }

    /// Whether this claim stands before the other: more points, or as many and an earlier
    /// commitment.
    pub fn precedes(&self, other: &Self) -> bool {
        self.points > other.points
            || (self.points == other.points && self.sequence < other.sequence)
    }

    /// `u32::MAX` less the points and then the place, both big endian: in ascending order of their
    /// bytes, the best claim is the first one.
    pub fn to_bytes(self) -> [u8; 8] {
        let missing = u64::from(u32::MAX.saturating_sub(self.points));
        ((missing << 32) | u64::from(self.sequence)).to_be_bytes()
    }

    /// The key with these [bytes](Self::to_bytes).
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = bytes;
        let missing = u32::from_be_bytes([a, b, c, d]);
        Self {
            points: u32::MAX.saturating_sub(missing),
            sequence: u32::from_be_bytes([e, f, g, h]),
        }
    }
}

/// What a worker has said about the score of its committed model, and what came of it.
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
pub enum ClaimState {
    /// It has said nothing.
    #[default]
    Silent,
    /// It has claimed so many points and waits to be asked for the proof.
    Claimed(
        /// The points.
        u32,
    ),
    /// It has claimed so many points and is asked for the proof.
    Asked(
        /// The points.
        u32,
    ),
    /// It has proved its claim.
    Proved,
    /// It was asked for the proof and has not given it in time.
    Failed,
}

impl ClaimState {
    /// The points that are claimed and not proved yet.
    pub const fn points(&self) -> Option<u32> {
        match *self {
            Self::Claimed(points) | Self::Asked(points) => Some(points),
            Self::Silent | Self::Proved | Self::Failed => None,
        }
    }

    /// Whether the worker was asked for the proof of its claim and has not failed.
    pub const fn is_at_work(&self) -> bool {
        matches!(self, Self::Asked(_) | Self::Proved)
    }
}

/// The class of a claim. In the curriculum the two take the places of a round in turn, so that
/// claims of newcomers cannot lock out the workers that are known.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ClaimClass {
    /// The worker has proved a claim since it registered. All claims of sponsored tasks are of this
    /// class.
    Known,
    /// It has not.
    Other,
}

impl ClaimClass {
    /// The class as the byte by which claims are stored.
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Known => 0,
            Self::Other => 1,
        }
    }
}

/// How many claims a round asks for their proofs: one for each share that nobody has proved a claim
/// for, and [`SPARES`] more, but one at least; twice as many in each further round, and at most
/// [`MAX_ASKED`]. Rounds are counted from 1.
pub fn places(shares: u32, proved: u32, round: u8) -> u32 {
    let missing = shares.saturating_add(SPARES).saturating_sub(proved).max(1);
    let factor = 1u32.checked_shl(u32::from(round).saturating_sub(1)).unwrap_or(u32::MAX);
    missing.saturating_mul(factor).min(MAX_ASKED)
}

/// The round of proofs of a task, as the task carries it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct RoundClock<BlockNumber> {
    /// Its number, from 1.
    pub number: u8,
    /// When its claims were asked.
    pub began: BlockNumber,
    /// How many of the asked claims are not proved yet.
    pub open: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::MAX_ROUNDS;

    const EDGES: [u32; 6] = [0, 1, 255, 256, u32::MAX - 1, u32::MAX];

    fn keys() -> impl Iterator<Item = ClaimKey> {
        EDGES.into_iter().flat_map(|points| EDGES.map(|place| ClaimKey::new(points, place)))
    }

    #[test]
    fn more_points_and_then_earlier_commitments_precede() {
        let key = ClaimKey::new;
        assert!(key(2, 9).precedes(&key(1, 0)));
        assert!(key(2, 1).precedes(&key(2, 2)));
        assert!(!key(2, 1).precedes(&key(2, 1)));
        assert!(!key(1, 0).precedes(&key(2, 9)));
    }

    #[test]
    fn ascending_bytes_are_the_best_claim_first() {
        for one in keys() {
            for other in keys() {
                let first = one.to_bytes() < other.to_bytes();
                assert_eq!(first, one.precedes(&other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_key_survives_its_bytes() {
        for key in keys() {
            assert_eq!(ClaimKey::from_bytes(key.to_bytes()), key);
        }
        let bytes = [0xff, 0xff, 0xff, 0xfd, 0, 0, 1, 2];
        assert_eq!(ClaimKey::new(2, 258).to_bytes(), bytes);
    }

    #[test]
    fn only_a_claim_that_is_not_proved_has_points() {
        assert_eq!(ClaimState::default(), ClaimState::Silent);
        assert_eq!(ClaimState::Claimed(3).points(), Some(3));
        assert_eq!(ClaimState::Asked(4).points(), Some(4));
        for state in [ClaimState::Silent, ClaimState::Proved, ClaimState::Failed] {
            assert_eq!(state.points(), None, "{state:?}");
        }
    }

    #[test]
    fn a_worker_is_at_work_from_being_asked_until_it_fails() {
        assert!(ClaimState::Asked(4).is_at_work() && ClaimState::Proved.is_at_work());
        for state in [ClaimState::Silent, ClaimState::Claimed(4), ClaimState::Failed] {
            assert!(!state.is_at_work(), "{state:?}");
        }
    }

    #[test]
    fn known_workers_come_before_others() {
        assert_eq!([ClaimClass::Known, ClaimClass::Other].map(ClaimClass::to_byte), [0, 1]);
    }

    #[test]
    fn rounds_double_and_254_liars_are_worked_off() {
        let rounds: alloc::vec::Vec<_> = (1..=MAX_ROUNDS).map(|at| places(1, 0, at)).collect();
        assert_eq!(rounds, [2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!(rounds.iter().sum::<u32>(), 254);
    }

    #[test]
    fn what_is_proved_takes_places_away_but_not_the_last_one() {
        assert_eq!([0, 1, 2, 3, 4, 9].map(|proved| places(3, proved, 1)), [4, 3, 2, 1, 1, 1]);
        assert_eq!(places(3, 4, 3), 4);
    }

    #[test]
    fn no_round_asks_more_than_the_limit() {
        assert_eq!(places(u32::MAX, 0, 1), MAX_ASKED);
        assert_eq!(places(1, 0, u8::MAX), MAX_ASKED);
        assert_eq!(places(16, 0, 3), MAX_ASKED);
    }
}
