//! Who learns from which segments. Everything follows from the seed and the log of the run.

use crate::random::stream;
use nocknock_training::rng::shuffle;
use std::num::NonZeroU32;

/// How segments are given out: epoch after epoch, each in an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Seed of the run.
    pub seed: u64,
    /// How many segments there are.
    pub segments: NonZeroU32,
    /// How many of them a member gets in a round.
    pub each: NonZeroU32,
}

/// How many segments the closed rounds have used up, from how many members were expected in each
/// and how many segments a member gets.
pub fn cursor(expected: impl IntoIterator<Item = u32>, each: NonZeroU32) -> u64 {
    expected
        .into_iter()
        .fold(0u64, |sum, members| sum.saturating_add(u64::from(members) * u64::from(each.get())))
}

impl Assignment {
    /// The segments of the member of a rank among those that are expected, the lowest slot having
    /// rank 0, in a round before which `cursor` segments were used up.
    ///
    /// At the end of an epoch they go on in the next one. A member that dies loses its segments of
    /// the round for this epoch.
    pub fn of_member(&self, cursor: u64, rank: u32) -> Vec<u32> {
        let each = u64::from(self.each.get());
        let mut place = cursor.saturating_add(u64::from(rank) * each);
        let mut missing = self.each.get() as usize;
        let mut segments = Vec::with_capacity(missing);
        while missing > 0 {
            let before = segments.len();
            let (epoch, number) = self.place(place);
            segments.extend(self.order(epoch).into_iter().skip(number).take(missing));
            let taken = segments.len() - before;
            place = place.saturating_add(taken as u64);
            missing -= taken;
        }
        segments
    }

    /// The epoch of a place in the order of all epochs, and the place in it.
    fn place(&self, place: u64) -> (u64, usize) {
        let segments = u64::from(self.segments.get());
        // Smaller than a number of 32 bits.
        (place / segments, (place % segments) as usize)
    }

    fn order(&self, epoch: u64) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.segments.get()).collect();
        shuffle(&mut stream(self.seed, "epoch", &[epoch]), &mut order);
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(segments: u32, each: u32) -> Assignment {
        let [segments, each] = [segments, each].map(|number| NonZeroU32::new(number).unwrap());
        Assignment { seed: 5, segments, each }
    }

    #[test]
    fn every_segment_of_an_epoch_is_given_to_one_member() {
        let assignment = assignment(24, 2);
        let rounds = [3, 4, 1, 4, 5, 2, 3, 2];
        let mut given = Vec::new();
        for (round, members) in rounds.iter().enumerate() {
            let cursor = cursor(rounds[..round].iter().copied(), assignment.each);
            assert_eq!(cursor, given.len() as u64);
            for rank in 0..*members {
                given.extend(assignment.of_member(cursor, rank));
            }
        }
        let mut epochs = given.chunks_exact(24).map(<[u32]>::to_vec);
        let [mut first, mut second] = [epochs.next().unwrap(), epochs.next().unwrap()];
        assert_ne!(first, second, "each epoch has an order of its own");
        first.sort_unstable();
        second.sort_unstable();
        assert!(first.iter().copied().eq(0..24) && second.iter().copied().eq(0..24));
    }

    #[test]
    fn a_member_that_gets_more_than_an_epoch_has_gets_all_of_it() {
        let given = assignment(3, 7).of_member(2, 0);
        assert_eq!(given.len(), 7);
        let mut whole = given[1..4].to_vec();
        whole.sort_unstable();
        assert_eq!(whole, [0, 1, 2]);
    }

    #[test]
    fn another_seed_gives_another_order() {
        let one = assignment(100, 10);
        let other = Assignment { seed: 6, ..one };
        assert_eq!(one.of_member(0, 3), one.of_member(30, 0));
        assert_ne!(one.of_member(0, 0), other.of_member(0, 0));
    }
}
