//! Blocks as a matrix to train with.

use crate::blocks::Block;
use nocknock_primitives::model::{Architecture, Label, WireError};

/// Samples of several blocks, in the order of the blocks.
#[derive(Clone, PartialEq, Eq)]
pub struct Samples {
    /// The architecture that they are made for.
    pub architecture: Architecture,
    /// The integers of all samples, one sample after the other.
    pub inputs: Vec<u16>,
    /// The class of each sample, counted from 0.
    pub classes: Vec<u8>,
}

impl Samples {
    /// The samples of blocks of an architecture whose models tell classes apart. What has another
    /// label is left out.
    pub fn of(architecture: &Architecture, blocks: &[Block]) -> Result<Self, WireError> {
        let (mut inputs, mut classes) = (Vec::new(), Vec::new());
        for block in blocks {
            for sample in block.decode(architecture)?.samples() {
                if let Label::Class(class) = sample.label {
                    inputs.extend_from_slice(&sample.inputs);
                    classes.push(class);
                }
            }
        }
        Ok(Self { architecture: architecture.clone(), inputs, classes })
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}

impl std::fmt::Debug for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Samples").field("samples", &self.len()).finish_non_exhaustive()
    }
}
