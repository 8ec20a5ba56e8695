//! What a member sends after a round: how far its numbers have moved, in few bytes.
//!
//! The format has one form for each content: what a member would not have written itself is
//! refused. So all members agree on which updates there are, and equal moves are equal bytes. No
//! length is in the bytes; all follow from the layout of the model and from the header.

mod chunk;
mod decode;
mod encode;
mod error;
mod feedback;
mod header;
mod parts;
mod quant;
mod rice;
mod select;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use decode::{decode, Update};
pub use encode::{encode, largest_size};
pub use error::{Rule, UpdateError};
pub use feedback::{Feedback, Sent};
pub use header::Header;
pub(crate) use quant::flushed;

/// How the numbers of an update are made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateKind {
    /// Of each large tensor only the largest numbers. Small tensors are as in [`UpdateKind::Int4`].
    Sparse {
        /// One number in how many is kept; at least 1.
        one_in: u16,
        /// How much is said of each.
        value_bits: ValueBits,
    },
    /// A number is one of 255 steps; 256 neighbours share the size of a step.
    Int8,
    /// A number is one of 15 steps; 256 neighbours share the size of a step.
    Int4,
    /// All numbers as they are.
    F32,
}

/// What is said of a number that is kept, beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueBits {
    /// Its sign. All that are kept of a chunk have one magnitude.
    One,
    /// Its sign, and which of two magnitudes it has.
    Two,
}

impl ValueBits {
    /// How many bits a number takes, and how many magnitudes a chunk has.
    fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
        }
    }
}
