//! Rank-one constraint systems: how a circuit is written down, and what it is in the end.
//!
//! A circuit is a function that allocates wires and writes rows through a [`Synthesizer`]. The same
//! function is run in two ways: once for each shape to record the matrices, and once for each proof
//! to compute the assignment alone. Rows are passed as iterators, which the second way never
//! consumes, so a proof costs no re-synthesis and both ways allocate the same wires in the same
//! order.

mod matrices;
mod synthesizer;

pub use matrices::{Matrices, Section};
pub(crate) use synthesizer::{input, one, wire};
pub use synthesizer::{Synthesizer, ONE};

use ark_bn254::Fr;

/// A coefficient and the wire that it multiplies; the form of a matrix entry in arkworks.
pub type Term = (Fr, usize);

#[cfg(test)]
mod tests;
