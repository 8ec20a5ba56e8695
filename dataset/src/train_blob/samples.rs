//! Blocks as a matrix to train with.

use crate::blocks::Block;
use nocknock_primitives::model::{wire::WireError, MlpShape};

/// Samples of several blocks, padding left out, in the order of the blocks.
#[derive(Clone, PartialEq, Eq)]
pub struct Samples {
    inputs: usize,
    features: Vec<u16>,
    labels: Vec<u8>,
}

impl Samples {
    /// The samples of blocks of a shape.
    pub fn of(shape: &MlpShape, blocks: &[Block]) -> Result<Self, WireError> {
        let mut samples =
            Self { inputs: usize::from(shape.inputs), features: Vec::new(), labels: Vec::new() };
        for block in blocks {
            for row in block.decode(shape)?.iter().filter(|row| row.real) {
                let class = row.class().and_then(|class| u8::try_from(class).ok());
                samples.labels.extend(class);
                samples.features.extend_from_slice(&row.inputs);
            }
        }
        Ok(samples)
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Values of one sample.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The integers of all samples, one sample after the other.
    pub fn features(&self) -> &[u16] {
        &self.features
    }

    /// The same integers, which 32-bit floats hold exactly.
    pub fn features_f32(&self) -> Vec<f32> {
        self.features.iter().copied().map(f32::from).collect()
    }

    /// The class of each sample.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }
}

impl std::fmt::Debug for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Samples")
            .field("inputs", &self.inputs)
            .field("samples", &self.labels.len())
            .finish_non_exhaustive()
    }
}
