//! What a language model learns from, and which member learns from which part of it.

mod assign;
mod batch;
mod corpus;

pub use assign::{cursor, Assignment};
pub use batch::Batch;
pub use corpus::{Corpus, Draw, SEGMENT};

/// Why no batch can be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// There is not a single byte.
    #[error("there is no text: all files are empty")]
    Empty,
    /// There are more segments than can be numbered.
    #[error("the text is too long: it may have 2^32 segments of 4,096 bytes")]
    TooLong,
    /// A text cannot give a window.
    #[error("a text of {found} bytes is too short: a window takes {needed}")]
    TooShort {
        /// Bytes of the text.
        found: usize,
        /// Bytes of a window.
        needed: usize,
    },
    /// There is no such segment.
    #[error("segment {number} does not exist: there are {segments}")]
    NoSegment {
        /// The segment that was asked for.
        number: u32,
        /// How many there are.
        segments: u32,
    },
    /// Nothing is there to learn from.
    #[error("a batch needs rows, and segments to take them from")]
    Nothing,
    /// Windows are not of one length, or of less than two bytes.
    #[error("windows of a batch need one length, of two bytes or more")]
    Windows,
}
