//! The size of a language model.

use crate::learner::{data::SEGMENT, require, LearnError};
use serde::{Deserialize, Serialize};

/// The size of a language model of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LmSettings {
    /// Blocks one after the other, 1 to 32.
    pub layers: usize,
    /// Numbers that stand for a byte, 8 to 4,096.
    pub width: usize,
    /// Heads of the attention, which divide the width.
    pub heads: usize,
    /// The most bytes that the model looks back on, 2 to 2,048.
    pub context: usize,
}

/// The tensor library walks through its graph by recursion, and a deeper one needs more stack than
/// a thread has.
const MOST_LAYERS: usize = 32;

/// Windows of a batch lie within a segment, at different places.
const MOST_CONTEXT: usize = SEGMENT / 2;

impl LmSettings {
    /// Refuses sizes that make no model.
    ///
    /// # Errors
    ///
    /// If a size is out of its range, or the heads do not divide the width.
    pub fn check(&self) -> Result<(), LearnError> {
        require("layers", "1 to 32", (1..=MOST_LAYERS).contains(&self.layers))?;
        require("width", "8 to 4,096", (8..=4_096).contains(&self.width))?;
        let divides = self.heads > 0 && self.width.is_multiple_of(self.heads);
        require("heads", "1 or more and divide the width", divides)?;
        require("context", "2 to 2,048", (2..=MOST_CONTEXT).contains(&self.context))
    }

    /// Units between the two matrices of a block.
    pub(super) fn inner_width(&self) -> usize {
        4 * self.width
    }
}
