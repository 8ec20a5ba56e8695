//! Where a member's batches come from.

use crate::learner::data::{cursor, Assignment, Batch, Corpus, DataError, Draw};

/// Which batch a member asks for. It follows from the log, so anybody can name it afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Seed, round, slot and step.
    pub draw: Draw,
    /// How many members were expected in each of the rounds before.
    pub expected: &'a [u32],
    /// How many expected members have a lower slot. Whoever is not expected ranks behind all that
    /// are, and so borrows segments of the rounds to come.
    pub rank: u32,
}

/// What a member learns from.
pub trait Lessons<B> {
    /// The batch of a step.
    ///
    /// # Errors
    ///
    /// If there is no such batch.
    fn batch(&mut self, lesson: &Lesson<'_>) -> Result<B, DataError>;
}

/// Texts of one length, out of the segments of a corpus that belong to the member.
#[derive(Clone, Debug)]
pub struct TextLessons {
    corpus: Corpus,
    assignment: Assignment,
    rows: usize,
    length: usize,
    held: Option<(u64, u32, Vec<u32>)>,
}

impl TextLessons {
    /// Batches of `rows` texts of `length` bytes.
    pub fn new(corpus: Corpus, assignment: Assignment, rows: usize, length: usize) -> Self {
        Self { corpus, assignment, rows, length, held: None }
    }

    /// The member's segments, which are the same in all steps of a round.
    fn segments(&mut self, place: u64, rank: u32) -> &[u32] {
        let is_held = matches!(&self.held, Some((at, of, _)) if (*at, *of) == (place, rank));
        if !is_held {
            self.held = Some((place, rank, self.assignment.of_member(place, rank)));
        }
        self.held.as_ref().map(|(_, _, segments)| segments.as_slice()).unwrap_or_default()
    }
}

impl Lessons<Batch> for TextLessons {
    fn batch(&mut self, lesson: &Lesson<'_>) -> Result<Batch, DataError> {
        let place = cursor(lesson.expected.iter().copied(), self.assignment.each);
        let segments = self.segments(place, lesson.rank).to_vec();
        self.corpus.batch(&segments, &lesson.draw, self.rows, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::data::SEGMENT;
    use std::num::NonZeroU32;

    #[test]
    fn a_member_learns_from_the_segments_that_the_log_gives_it() {
        let text: Vec<u8> = (0..6 * SEGMENT).map(|place| (place / SEGMENT) as u8).collect();
        let corpus = Corpus::new(&[text]).unwrap();
        let each = NonZeroU32::new(1).unwrap();
        let assignment = Assignment { seed: 5, segments: corpus.segments(), each };
        let mut lessons = TextLessons::new(corpus.clone(), assignment, 4, 16);
        let draw = Draw { seed: 5, round: 2, slot: 1, step: 0 };
        for rank in [0, 1] {
            let batch = lessons.batch(&Lesson { draw, expected: &[2, 1], rank }).unwrap();
            let segments = assignment.of_member(3, rank);
            assert_eq!(corpus.batch(&segments, &draw, 4, 16), Ok(batch));
        }
    }
}
