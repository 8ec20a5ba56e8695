//! The samples of a data block, the rules that make them well formed, and what the chain folds of
//! their labels.
//!
//! A block holds at most as many samples as its architecture says. What is missing is padding:
//! inputs and labels of zero behind the last sample. Padding is never written down, so a block has
//! one form only.

mod wire;

pub use wire::WireError;

use super::architecture::{Architecture, Head};
use alloc::{vec, vec::Vec};
use nocknock_poseidon::{
    packing::{Packer, PackingError},
    Fr,
};

/// What is known of a sample. Its kind is that of the architecture's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Label {
    /// The class, counted from 0.
    Class(u8),
    /// Which of the labels hold, in the order of the outputs.
    Labels(Vec<bool>),
    /// The number that the output is compared with.
    Number(u16),
}

/// One sample.
///
/// The fields are free, so that a broken sample can be written down and refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// One unsigned value for each input of the architecture.
    pub inputs: Vec<u16>,
    /// What is known of it.
    pub label: Label,
}

/// What is wrong with a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleFault {
    /// Not one value for each input.
    #[error("has {found} inputs, but the architecture has {expected}")]
    InputCount {
        /// Inputs of the architecture.
        expected: usize,
        /// Inputs that were given.
        found: usize,
    },
    /// An input needs more than the architecture's bits.
    #[error("has an input that is too large for the architecture's input bits")]
    InputRange,
    /// The label belongs to another head.
    #[error("has a label of another kind than the architecture's head takes")]
    LabelKind,
    /// The class is not one of the architecture's.
    #[error("names a class that the architecture does not have")]
    Class,
    /// Not one value for each label.
    #[error("has {found} labels, but the architecture has {expected}")]
    LabelCount {
        /// Labels of the architecture.
        expected: usize,
        /// Labels that were given.
        found: usize,
    },
}

/// Why samples are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// More samples than a block holds.
    #[error("a block of this architecture holds {capacity} samples, not {found}")]
    TooMany {
        /// Samples that a block holds.
        capacity: usize,
        /// Samples that were given.
        found: usize,
    },
    /// A sample breaks a rule.
    #[error("sample {sample} {fault}")]
    Sample {
        /// Number of the sample, from 0.
        sample: usize,
        /// The rule that it breaks.
        fault: SampleFault,
    },
}

/// Well-formed samples of one architecture, which the methods are to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    samples: Vec<Sample>,
}

impl Sample {
    /// Checks this sample alone.
    pub fn check(&self, architecture: &Architecture) -> Result<(), SampleFault> {
        let (expected, found) = (usize::from(architecture.inputs), self.inputs.len());
        if found != expected {
            return Err(SampleFault::InputCount { expected, found });
        }
        let largest = architecture.max_input();
        if self.inputs.iter().any(|input| i64::from(*input) > largest) {
            return Err(SampleFault::InputRange);
        }
        self.label.check(&architecture.head)
    }
}

impl Label {
    fn check(&self, head: &Head) -> Result<(), SampleFault> {
        match (head, self) {
            (Head::Classes { classes, .. }, Self::Class(class)) => {
                (u16::from(*class) < *classes).then_some(()).ok_or(SampleFault::Class)
            }
            (Head::Labels { labels, .. }, Self::Labels(given)) => {
                let (expected, found) = (usize::from(*labels), given.len());
                let fault = SampleFault::LabelCount { expected, found };
                (found == expected).then_some(()).ok_or(fault)
            }
            (Head::Number { .. }, Self::Number(_)) => Ok(()),
            _ => Err(SampleFault::LabelKind),
        }
    }
}

impl Block {
    /// A block of these samples, if they are well formed and not too many. There may be none.
    pub fn new(architecture: &Architecture, samples: Vec<Sample>) -> Result<Self, SampleError> {
        let capacity = usize::from(architecture.samples);
        if samples.len() > capacity {
            return Err(SampleError::TooMany { capacity, found: samples.len() });
        }
        for (number, sample) in samples.iter().enumerate() {
            let checked = sample.check(architecture);
            checked.map_err(|fault| SampleError::Sample { sample: number, fault })?;
        }
        Ok(Self { samples })
    }

    /// The samples, without padding.
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Number of samples, padding not counted.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Whether there is nothing but padding.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// `Λ`, the labels of the whole block as field elements, padding included.
    ///
    /// They are a stream of values of known widths, sample by sample, packed greedily: the first
    /// value lowest, as many whole values as fit into 252 bits.
    ///
    /// | head | values of a sample |
    /// |---|---|
    /// | classes | one of 1 bit for each class: 1 at the sample's class |
    /// | labels | 1 bit that says "no padding", then one of 1 bit for each label |
    /// | number | 1 bit that says "no padding", then one of 16 bits |
    ///
    /// All values of padding are zero.
    pub fn label_elements(&self, architecture: &Architecture) -> Vec<Fr> {
        let capacity = usize::from(architecture.samples);
        match architecture.head {
            Head::Classes { .. } | Head::Labels { .. } => {
                self.packed_marks(capacity, architecture.label_bits())
            }
            Head::Number { .. } => self.packed_numbers(capacity),
        }
    }

    /// Packs `width` bits for each sample, at least 2.
    fn packed_marks(&self, capacity: usize, width: usize) -> Vec<Fr> {
        let mut bits = vec![false; capacity.saturating_mul(width)];
        for (places, sample) in bits.chunks_exact_mut(width).zip(&self.samples) {
            mark(places, &sample.label);
        }
        // Four chunks fill an element exactly. So the stream is that of single bits, at a small
        // part of the cost.
        let chunks = bits.chunks(CHUNK_BITS.into());
        packed(chunks.map(|chunk| (number(chunk), u32::from(CHUNK_BITS))))
    }

    fn packed_numbers(&self, capacity: usize) -> Vec<Fr> {
        let padding: [(u64, u32); 2] = [(0, 1), (0, 16)];
        let real = self.samples.iter().map(|sample| match sample.label {
            Label::Number(number) => [(1, 1), (u64::from(number), 16)],
            _ => padding,
        });
        packed(real.chain(core::iter::repeat(padding)).take(capacity).flatten())
    }
}

/// Bits that are packed as one value: a quarter of an element.
const CHUNK_BITS: u8 = 63;

/// Sets the bits of one sample.
fn mark(places: &mut [bool], label: &Label) {
    match label {
        Label::Class(class) => {
            if let Some(place) = places.get_mut(usize::from(*class)) {
                *place = true;
            }
        }
        Label::Labels(labels) => {
            let real_and_labels = core::iter::once(&true).chain(labels);
            places.iter_mut().zip(real_and_labels).for_each(|(place, bit)| *place = *bit);
        }
        Label::Number(_) => {}
    }
}

/// The number with these bits, the lowest first.
fn number(bits: &[bool]) -> u64 {
    bits.iter().rev().fold(0, |number, bit| (number << 1) | u64::from(*bit))
}

/// Packs values, each with its width.
fn packed(values: impl Iterator<Item = (u64, u32)>) -> Vec<Fr> {
    // No value is refused: all fit their widths, which are 1, 16 or 63 bits.
    try_packed(values).unwrap_or_default()
}

fn try_packed(mut values: impl Iterator<Item = (u64, u32)>) -> Result<Vec<Fr>, PackingError> {
    let mut packer = Packer::new();
    values.try_for_each(|(value, bits)| packer.push(value, bits))?;
    Ok(packer.finish())
}

#[cfg(test)]
pub(in crate::model) mod generate;
#[cfg(test)]
mod tests;
