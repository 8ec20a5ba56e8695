//! The bytes in which a block's samples are revealed on the chain.
//!
//! ```text
//! n        2 bytes, little endian: number of samples; the rest of the block is padding
//! n times  the label:  a class as 1 byte,
//!                      or labels as a string of bits, one for each,
//!                      or a number as 2 bytes, little endian;
//!          the inputs: a string of bits, as many for each as the architecture says
//! ```
//!
//! A string of bits takes whole bytes: the lowest bit of the first value is the lowest bit of the
//! first byte, and zero bits fill up the last byte.
//!
//! A block has exactly one byte form, and every byte form that decodes is a well-formed block.

use super::{Block, Label, Sample};
use crate::model::architecture::{Architecture, Head};
use alloc::vec::Vec;

/// Why bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The length does not follow from the number of samples in the first two bytes.
    #[error("a block with this number of samples takes {expected} bytes, not {found}")]
    Length {
        /// Bytes that the first two bytes announce.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
    /// More samples than a block holds.
    #[error("a block of this architecture holds {capacity} samples, not {found}")]
    TooMany {
        /// Samples that a block holds.
        capacity: usize,
        /// Samples that the first two bytes announce.
        found: usize,
    },
    /// The class of a sample is outside the architecture.
    #[error("sample {sample} names a class that the architecture does not have")]
    Class {
        /// Number of the sample, from 0.
        sample: usize,
    },
    /// The bits after the last label are not zero.
    #[error("sample {sample} has bits set after its last label")]
    LooseLabelBits {
        /// Number of the sample, from 0.
        sample: usize,
    },
    /// The bits after the last input are not zero.
    #[error("sample {sample} has bits set after its last input")]
    LooseInputBits {
        /// Number of the sample, from 0.
        sample: usize,
    },
}

impl Block {
    /// The byte form.
    pub fn to_wire(&self, architecture: &Architecture) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(architecture.wire_bytes(self.len()));
        // A block never holds more samples than 16 bits can count.
        bytes.extend(u16::try_from(self.len()).unwrap_or(u16::MAX).to_le_bytes());
        for sample in &self.samples {
            push_label(&mut bytes, &sample.label);
            push_bits(&mut bytes, sample.inputs.iter().copied(), architecture.input_bits.into());
        }
        bytes
    }

    /// The block of a byte form.
    pub fn from_wire(architecture: &Architecture, bytes: &[u8]) -> Result<Self, WireError> {
        let Some((count, body)) = bytes.split_first_chunk::<2>() else {
            return Err(WireError::Length { expected: 2, found: bytes.len() });
        };
        let count = usize::from(u16::from_le_bytes(*count));
        let capacity = usize::from(architecture.samples);
        if count > capacity {
            return Err(WireError::TooMany { capacity, found: count });
        }
        let expected = architecture.wire_bytes(count);
        if bytes.len() != expected {
            return Err(WireError::Length { expected, found: bytes.len() });
        }
        let samples = body.chunks_exact(sample_bytes(architecture)).enumerate();
        let samples = samples.map(|(number, bytes)| read_sample(architecture, number, bytes));
        Ok(Self { samples: samples.collect::<Result<_, _>>()? })
    }
}

/// Bytes of a sample, at least 2.
fn sample_bytes(architecture: &Architecture) -> usize {
    architecture.label_bytes().saturating_add(architecture.input_bytes())
}

fn push_label(bytes: &mut Vec<u8>, label: &Label) {
    match label {
        Label::Class(class) => bytes.push(*class),
        Label::Labels(labels) => push_bits(bytes, labels.iter().copied().map(u16::from), 1),
        Label::Number(number) => bytes.extend(number.to_le_bytes()),
    }
}

fn read_sample(
    architecture: &Architecture,
    sample: usize,
    bytes: &[u8],
) -> Result<Sample, WireError> {
    let (label, inputs) = bytes.split_at_checked(architecture.label_bytes()).unwrap_or_default();
    let label = read_label(&architecture.head, sample, label)?;
    let inputs = read_bits(inputs, architecture.inputs, architecture.input_bits.into());
    Ok(Sample { inputs: inputs.ok_or(WireError::LooseInputBits { sample })?, label })
}

fn read_label(head: &Head, sample: usize, bytes: &[u8]) -> Result<Label, WireError> {
    match head {
        Head::Classes { classes, .. } => {
            let class = bytes.first().copied().unwrap_or_default();
            let known = u16::from(class) < *classes;
            known.then_some(Label::Class(class)).ok_or(WireError::Class { sample })
        }
        Head::Labels { labels, .. } => {
            let bits = read_bits(bytes, *labels, 1).ok_or(WireError::LooseLabelBits { sample })?;
            Ok(Label::Labels(bits.into_iter().map(|bit| bit == 1).collect()))
        }
        Head::Number { .. } => {
            let number = bytes.first_chunk::<2>().copied().unwrap_or_default();
            Ok(Label::Number(u16::from_le_bytes(number)))
        }
    }
}

/// Appends a string of bits. Each value takes `width` bits, 16 at most.
fn push_bits(bytes: &mut Vec<u8>, values: impl Iterator<Item = u16>, width: u32) {
    let (mut buffer, mut filled) = (0u32, 0u32);
    for value in values {
        buffer |= u32::from(value).unbounded_shl(filled);
        filled = filled.saturating_add(width);
        while filled >= 8 {
            bytes.push(low_byte(buffer));
            buffer >>= 8;
            filled = filled.saturating_sub(8);
        }
    }
    if filled > 0 {
        bytes.push(low_byte(buffer));
    }
}

fn low_byte(buffer: u32) -> u8 {
    let [low, ..] = buffer.to_le_bytes();
    low
}

/// Reads a string of `count` values of `width` bits each, 16 at most. `None` if bits are set after
/// the last.
fn read_bits(bytes: &[u8], count: u16, width: u32) -> Option<Vec<u16>> {
    let mut bits = Bits { bytes, buffer: 0, filled: 0 };
    let values = (0..count).map(|_| bits.take(width)).collect();
    bits.rest_is_clear().then_some(values)
}

/// A string of bits, lowest bit of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    buffer: u32,
    filled: u32,
}

impl Bits<'_> {
    /// The next `width` bits, 16 at most.
    fn take(&mut self, width: u32) -> u16 {
        while self.filled < width {
            let (byte, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
            self.buffer |= u32::from(*byte).unbounded_shl(self.filled);
            self.filled = self.filled.saturating_add(8);
            self.bytes = rest;
        }
        let mask = 1u32.unbounded_shl(width).saturating_sub(1);
        let value = self.buffer & mask;
        self.buffer = self.buffer.unbounded_shr(width);
        self.filled = self.filled.saturating_sub(width);
        u16::try_from(value).unwrap_or_default()
    }

    fn rest_is_clear(&self) -> bool {
        self.buffer == 0 && self.bytes.iter().all(|byte| *byte == 0)
    }
}

#[cfg(test)]
mod tests;
