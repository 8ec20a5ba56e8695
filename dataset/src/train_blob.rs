//! The published training data of a task: every block that was not drawn as a test block, with its
//! salt, so that each worker can compare it with the roots on the chain before it joins.
//!
//! ```text
//! magic     8 bytes  "nntrain" and a zero byte
//! version   2 bytes  little endian, 3
//! length    4 bytes  little endian, of the header
//! header    JSON: architecture, encoding, and for each block its index, salt and byte count
//! blocks    the rows of each block in the header's order, as on the chain
//! ```
//!
//! The architecture is the [description](nocknock_primitives::model::Description) that its digest
//! stands for; a name is not needed. Inputs are unsigned integers of its width. The
//! [encoding](TrainBlob::encoding) says which values the integers were made from and what the
//! classes are called, and the chain knows its hash.

use crate::{blocks::Block, encoding::Encoding};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, ContentHash},
    limits::{MAX_BLOCKS, MAX_BLOCK_BYTES},
    model::{Architecture, WireError},
};
use std::collections::BTreeSet;

mod format;

pub use format::{EncodeError, TrainBlobError};

/// Longest header in bytes: room for 512 columns of 255 thresholds with all their digits.
pub const MAX_HEADER_BYTES: usize = 4 * 1024 * 1024;

/// Longest encoding in bytes. The rest of a header is for the architecture, and for indices and
/// salts of 256 blocks.
pub const MAX_ENCODING_BYTES: usize = MAX_HEADER_BYTES - 64 * 1024;

/// Longest training blob in bytes: nothing longer needs to be downloaded.
pub const MAX_TRAIN_BLOB_BYTES: usize =
    format::PREFIX_BYTES + MAX_HEADER_BYTES + MAX_BLOCKS as usize * MAX_BLOCK_BYTES as usize;

/// The training data of a task.
///
/// One that was decoded is well formed: a usable architecture, usable names, blocks in ascending
/// order of their indices, rows that could be revealed. Whether they are the blocks of the task is
/// what [`Self::check_against_roots`] and [`Self::check_complete`] tell, and whether the columns
/// and classes are its own what [`Self::check_encoding`] tells.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainBlob {
    architecture: Architecture,
    encoding: Encoding,
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
    /// Columns and classes are written as numbers in another way than the chain knows.
    #[error(
        "columns and classes of the training data are written as numbers in another way than the \
         requester committed to: its encoding has the hash {found}, and that on the chain is \
         {expected}. Do not join this task"
    )]
    Encoding {
        /// Hash of the encoding in the training data.
        found: ContentHash,
        /// Hash that the chain stores.
        expected: ContentHash,
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
    pub(crate) fn new(architecture: Architecture, encoding: Encoding, blocks: Vec<Block>) -> Self {
        Self { architecture, encoding, blocks }
    }

    /// Its bytes.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        format::encode(self)
    }

    /// Reads bytes that somebody else may have made.
    pub fn decode(bytes: &[u8]) -> Result<Self, TrainBlobError> {
        format::decode(bytes)
    }

    /// The architecture of the task's models.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        self.encoding.classes()
    }

    /// How columns and classes are written as numbers.
    pub fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// The hash of the encoding.
    pub fn encoding_hash(&self) -> ContentHash {
        self.encoding.hash()
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
            if block.root(&self.architecture) != *expected {
                return Err(MismatchError::Root { index });
            }
        }
        Ok(())
    }

    /// Compares the encoding with that of the task.
    pub fn check_encoding(&self, expected: ContentHash) -> Result<(), MismatchError> {
        let found = self.encoding_hash();
        if found == expected {
            Ok(())
        } else {
            Err(MismatchError::Encoding { found, expected })
        }
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

    /// How many samples all blocks hold, whatever is known of them.
    pub fn count(&self) -> Result<usize, WireError> {
        let blocks = self.blocks.iter().map(|block| block.decode(&self.architecture));
        blocks.map(|block| block.map(|block| block.len())).sum()
    }
}

#[cfg(test)]
mod tests;
