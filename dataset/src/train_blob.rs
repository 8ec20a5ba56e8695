//! The published training data of a task: every block that was not drawn as a test block, with its
//! salt, so that each worker can compare it with the roots on the chain before it joins.
//!
//! ```text
//! magic     8 bytes  "nntrain" and a zero byte
//! version   2 bytes  little endian, 1
//! length    4 bytes  little endian, of the header
//! header    JSON: shape, classes, quantiser, and for each block its index, salt and byte count
//! blocks    the rows of each block in the header's order, as on the chain
//! ```
//!
//! Inputs are unsigned integers of the shape's width. The quantiser says from which numbers they
//! were made; workers need it only to tell buyers of a model how to scale their own data.

use crate::{blocks::Block, quantise::Quantiser};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot},
    limits::{MAX_BLOCKS, MAX_BLOCK_BYTES},
    model::{wire::WireError, MlpShape},
};
use std::collections::BTreeSet;

mod format;
mod samples;

pub use format::{EncodeError, TrainBlobError};
pub use samples::Samples;

/// Longest header in bytes.
pub const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// Longest training blob in bytes: nothing longer needs to be downloaded.
pub const MAX_TRAIN_BLOB_BYTES: usize =
    format::PREFIX_BYTES + MAX_HEADER_BYTES + MAX_BLOCKS as usize * MAX_BLOCK_BYTES as usize;

/// The training data of a task.
///
/// One that was decoded is well formed: a known shape, usable names, blocks in ascending order of
/// their indices, rows that could be revealed. Whether they are the blocks of the task is what
/// [`Self::check_against_roots`] and [`Self::check_complete`] tell.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainBlob {
    shape: MlpShape,
    classes: Vec<String>,
    quantiser: Quantiser,
    blocks: Vec<Block>,
}

/// Why training data is not that of a task.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MismatchError {
    /// An index that the task does not have.
    #[error("the training data holds block {index}, but the task has only {blocks} blocks")]
    Unknown {
        /// Index of the block.
        index: BlockIndex,
        /// Blocks of the task.
        blocks: usize,
    },
    /// Salt and rows do not give the root that the chain stores.
    #[error(
        "block {index} of the training data is not the one the requester committed to: its root \
         differs from that on the chain. Do not join this task"
    )]
    Root {
        /// Index of the block.
        index: BlockIndex,
    },
    /// The rows are not well formed.
    #[error("block {index} of the training data: {error}")]
    Rows {
        /// Index of the block.
        index: BlockIndex,
        /// What is wrong with the rows.
        error: WireError,
    },
    /// A block that was not drawn is missing.
    #[error("block {index} was not drawn as a test block, but is missing from the training data")]
    Missing {
        /// Index of the block.
        index: BlockIndex,
    },
    /// A test block is published.
    #[error("block {index} was drawn as a test block, but is published with the training data")]
    Drawn {
        /// Index of the block.
        index: BlockIndex,
    },
}

impl TrainBlob {
    pub(crate) fn new(
        shape: MlpShape,
        classes: Vec<String>,
        quantiser: Quantiser,
        blocks: Vec<Block>,
    ) -> Self {
        Self { shape, classes, quantiser, blocks }
    }

    /// Its bytes.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        format::encode(self)
    }

    /// Reads bytes that somebody else may have made.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrainBlobError> {
        format::decode(bytes)
    }

    /// The shape of the task's models.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What the rows were quantised with.
    pub fn quantiser(&self) -> &Quantiser {
        &self.quantiser
    }

    /// The blocks in ascending order of their indices.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Recomputes every root and compares it with that of the task; names the first block that is
    /// wrong. `roots` are those of all blocks of the task, in order.
    pub fn check_against_roots(&self, roots: &[BlockRoot]) -> Result<(), MismatchError> {
        for block in &self.blocks {
            let index = block.index();
            let expected = roots
                .get(usize::from(index))
                .ok_or(MismatchError::Unknown { index, blocks: roots.len() })?;
            let found = block.root(&self.shape);
            let found = found.map_err(|error| MismatchError::Rows { index, error })?;
            if found != *expected {
                return Err(MismatchError::Root { index });
            }
        }
        Ok(())
    }

    /// Checks that of a task's `blocks` blocks exactly those are published that were not drawn.
    pub fn check_complete(&self, blocks: u16, drawn: &[BlockIndex]) -> Result<(), MismatchError> {
        let held: BTreeSet<BlockIndex> = self.blocks.iter().map(Block::index).collect();
        for index in 0..blocks {
            match (held.contains(&index), drawn.contains(&index)) {
                (true, true) => return Err(MismatchError::Drawn { index }),
                (false, false) => return Err(MismatchError::Missing { index }),
                _ => {}
            }
        }
        match held.into_iter().find(|index| *index >= blocks) {
            None => Ok(()),
            Some(index) => Err(MismatchError::Unknown { index, blocks: usize::from(blocks) }),
        }
    }

    /// All samples, to train with.
    pub fn samples(&self) -> Result<Samples, WireError> {
        Samples::of(&self.shape, &self.blocks)
    }
}

#[cfg(test)]
mod tests;
