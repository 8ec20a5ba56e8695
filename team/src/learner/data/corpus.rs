//! A text in segments, and batches from it.

use super::{Batch, DataError};
use crate::random::stream;
use nocknock_training::rng::below;
use std::num::NonZeroU32;

/// Bytes of a segment. The last one of a text also takes what is left over, so it has less than
/// twice as many; it is the only one that may have fewer.
pub const SEGMENT: usize = 4_096;

/// Texts one after the other, cut into segments.
#[derive(Clone, Debug)]
pub struct Corpus {
    text: Vec<u8>,
    segments: NonZeroU32,
}

/// Which step of which member a batch is for. All of its bytes follow from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Seed of the run.
    pub seed: u64,
    /// Number of the round.
    pub round: u32,
    /// Slot of the member.
    pub slot: u32,
    /// Number of the step in the round.
    pub step: u32,
}

impl Corpus {
    /// Puts texts one behind the other, in the order that they are given.
    ///
    /// # Errors
    ///
    /// If there is no byte, or there are 2^32 segments or more.
    pub fn new<T: AsRef<[u8]>>(texts: &[T]) -> Result<Self, DataError> {
        let mut text = Vec::new();
        for part in texts {
            text.extend_from_slice(part.as_ref());
        }
        if text.is_empty() {
            return Err(DataError::Empty);
        }
        let segments = u32::try_from((text.len() / SEGMENT).max(1)).ok();
        let segments = segments.and_then(NonZeroU32::new).ok_or(DataError::TooLong)?;
        Ok(Self { text, segments })
    }

    /// How many bytes there are.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// How many segments there are.
    pub fn segments(&self) -> NonZeroU32 {
        self.segments
    }

    /// The bytes of a segment.
    ///
    /// # Errors
    ///
    /// If there is no segment of that number.
    pub fn segment(&self, number: u32) -> Result<&[u8], DataError> {
        let segments = self.segments.get();
        let none = DataError::NoSegment { number, segments };
        if number >= segments {
            return Err(none);
        }
        // The text holds all segments, so their places can be counted.
        let start = number as usize * SEGMENT;
        let is_last = number + 1 == segments;
        let end = if is_last { self.text.len() } else { start + SEGMENT };
        self.text.get(start..end).ok_or(none)
    }

    /// The batch of a step: `rows` texts of `length` bytes out of some segments.
    ///
    /// # Errors
    ///
    /// If there are no segments, a segment does not exist or is too short, or a batch would be
    /// empty.
    pub fn batch(
        &self,
        segments: &[u32],
        draw: &Draw,
        rows: usize,
        length: usize,
    ) -> Result<Batch, DataError> {
        let Draw { seed, round, slot, step } = *draw;
        let numbers = [round, slot, step].map(u64::from);
        let mut random = stream(seed, "batch", &numbers);
        let count = u32::try_from(segments.len()).unwrap_or(u32::MAX);
        if count == 0 {
            return Err(DataError::Nothing);
        }
        let mut windows = Vec::with_capacity(rows);
        for _ in 0..rows {
            let chosen = segments.get(below(&mut random, count) as usize);
            let segment = self.segment(*chosen.ok_or(DataError::Nothing)?)?;
            let starts = starts(segment.len(), length)?;
            let start = below(&mut random, starts.get()) as usize;
            windows.push(segment.get(start..start + length + 1).ok_or(DataError::Windows)?);
        }
        Batch::new(&windows)
    }

    /// Batches to measure by: up to `count` texts of `length` bytes, evenly spread over everything,
    /// `rows` of them in a batch.
    ///
    /// # Errors
    ///
    /// If the whole text is too short for one, or a batch would be empty.
    pub fn held_out(
        &self,
        count: usize,
        rows: usize,
        length: usize,
    ) -> Result<Vec<Batch>, DataError> {
        let starts = starts(self.text.len(), length)?.get() as usize;
        if count == 0 || rows == 0 {
            return Err(DataError::Nothing);
        }
        let places = (0..starts).step_by(starts.div_ceil(count));
        let windows = places.filter_map(|start| self.text.get(start..start + length + 1));
        windows.collect::<Vec<_>>().chunks(rows).map(Batch::new).collect()
    }
}

/// At how many places of a text a window begins that is one byte longer than `length`.
fn starts(found: usize, length: usize) -> Result<NonZeroU32, DataError> {
    let needed = length.saturating_add(1);
    let starts = found.checked_sub(length).map(|starts| u32::try_from(starts).unwrap_or(u32::MAX));
    starts.and_then(NonZeroU32::new).ok_or(DataError::TooShort { found, needed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const DRAW: Draw = Draw { seed: 7, round: 1, slot: 2, step: 3 };

    fn corpus(bytes: usize) -> Corpus {
        let text: Vec<u8> = (0..bytes).map(|place| (place / SEGMENT) as u8).collect();
        Corpus::new(&[&text[..bytes / 3], &text[bytes / 3..]]).unwrap()
    }

    #[test]
    fn every_byte_is_in_one_segment_and_the_last_takes_the_rest() {
        for (bytes, segments) in [(1, 1), (SEGMENT, 1), (2 * SEGMENT - 1, 1), (2 * SEGMENT, 2)] {
            let corpus = corpus(bytes);
            assert_eq!(corpus.segments().get(), segments);
            let together: Vec<u8> =
                (0..segments).flat_map(|number| corpus.segment(number).unwrap().to_vec()).collect();
            assert_eq!(together, corpus.text);
            let none = DataError::NoSegment { number: segments, segments };
            assert_eq!(corpus.segment(segments), Err(none));
        }
    }

    #[test]
    fn batches_follow_from_their_step_and_stay_in_their_segments() {
        let corpus = corpus(5 * SEGMENT);
        let batch = corpus.batch(&[1, 3], &DRAW, 64, 16).unwrap();
        assert_eq!((batch.rows(), batch.length()), (64, 16));
        let seen: BTreeSet<u8> = batch.inputs().iter().chain(batch.targets()).copied().collect();
        assert_eq!(seen, BTreeSet::from([1, 3]));
        assert_eq!(corpus.batch(&[1, 3], &DRAW, 64, 16), Ok(batch));
    }

    #[test]
    fn steps_members_and_rounds_have_batches_of_their_own() {
        let text: Vec<u8> = (0..SEGMENT).map(|place| (place * place / 7) as u8).collect();
        let corpus = Corpus::new(&[text]).unwrap();
        let batch = |draw: Draw| corpus.batch(&[0], &draw, 4, 32).unwrap();
        let others = [
            Draw { seed: 8, ..DRAW },
            Draw { round: 2, ..DRAW },
            Draw { slot: 3, ..DRAW },
            Draw { step: 4, ..DRAW },
        ];
        assert!(others.into_iter().all(|other| batch(other) != batch(DRAW)));
    }

    #[test]
    fn a_segment_gives_every_window_it_has_and_no_longer_one() {
        let corpus = corpus(9);
        assert_eq!(corpus.batch(&[0], &DRAW, 1, 8).unwrap().length(), 8);
        let short = DataError::TooShort { found: 9, needed: 10 };
        assert_eq!(corpus.batch(&[0], &DRAW, 1, 9), Err(short));
        assert_eq!(corpus.batch(&[], &DRAW, 1, 8), Err(DataError::Nothing));
        assert_eq!(corpus.batch(&[0], &DRAW, 0, 8), Err(DataError::Nothing));
        assert_eq!(corpus.batch(&[0], &DRAW, 1, 0), Err(DataError::Windows));
    }

    #[test]
    fn texts_to_measure_by_are_spread_over_everything() {
        let corpus = corpus(8 * SEGMENT);
        let batches = corpus.held_out(8, 3, 16).unwrap();
        let rows: Vec<usize> = batches.iter().map(Batch::rows).collect();
        assert_eq!(rows, [3, 3, 2]);
        let seen: BTreeSet<u8> = batches.iter().flat_map(Batch::inputs).copied().collect();
        assert_eq!(seen, (0..8).collect::<BTreeSet<u8>>());
        assert_eq!(corpus.held_out(0, 3, 16), Err(DataError::Nothing));
    }

    #[test]
    fn no_text_is_refused() {
        assert_eq!(Corpus::new(&[b"", b""]).unwrap_err(), DataError::Empty);
    }
}
