//! The bytes in which a block's rows are revealed on the chain.
//!
//! ```text
//! n        2 bytes, little endian: number of samples; the rest of the block is padding
//! n times  1 byte class, then the inputs as one string of bits, lowest bit of the first input
//!          first, filled up with zero bits to whole bytes
//! ```
//!
//! A block has exactly one byte form, and every byte form that decodes is a well-formed block.

use super::{
    rows::{check_rows, count_real, fill_block, Row, RowError},
    shape::MlpShape,
};
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
    /// The class of a sample is outside the shape.
    #[error("sample {row} names a class that the shape does not have")]
    Class {
        /// Number of the sample, from 0.
        row: usize,
    },
    /// The bits after the last input are not zero.
    #[error("sample {row} has bits set after its last input")]
    LooseBits {
        /// Number of the sample, from 0.
        row: usize,
    },
    /// The samples are not a block.
    #[error(transparent)]
    Rows(#[from] RowError),
}

/// The byte form of a well-formed block.
pub fn encode_rows(shape: &MlpShape, rows: &[Row]) -> Result<Vec<u8>, RowError> {
    check_rows(shape, rows)?;
    let samples = count_real(rows);
    let mut bytes = Vec::with_capacity(shape.max_wire_bytes());
    bytes.extend(samples.to_le_bytes().iter().take(2));
    for row in rows.iter().filter(|row| row.real) {
        bytes.extend(row.class().and_then(|class| u8::try_from(class).ok()));
        push_inputs(&mut bytes, &row.inputs, shape.input_bits);
    }
    Ok(bytes)
}

/// The block of a byte form, padding included.
pub fn decode_rows(shape: &MlpShape, bytes: &[u8]) -> Result<Vec<Row>, WireError> {
    let (samples, body) = match bytes {
        [low, high, body @ ..] => (usize::from(u16::from_le_bytes([*low, *high])), body),
        _ => return Err(WireError::Length { expected: 2, found: bytes.len() }),
    };
    let row_bytes = shape.input_bytes().saturating_add(1);
    let body_bytes = samples.saturating_mul(row_bytes);
    if body.len() != body_bytes {
        return Err(WireError::Length {
            expected: body_bytes.saturating_add(2),
            found: bytes.len(),
        });
    }
    let rows = body.chunks_exact(row_bytes).enumerate();
    let rows = rows.map(|(row, bytes)| decode_row(shape, row, bytes)).collect::<Result<_, _>>()?;
    Ok(fill_block(shape, rows)?)
}

fn decode_row(shape: &MlpShape, row: usize, bytes: &[u8]) -> Result<Row, WireError> {
    let Some((class, packed)) = bytes.split_first() else {
        return Err(WireError::Length { expected: 1, found: 0 });
    };
    if u16::from(*class) >= shape.classes {
        return Err(WireError::Class { row });
    }
    let mut bits = Bits { bytes: packed, buffer: 0, filled: 0 };
    let inputs = (0..shape.inputs).map(|_| bits.take(shape.input_bits)).collect();
    if bits.rest_is_set() {
        return Err(WireError::LooseBits { row });
    }
    Ok(Row::sample(shape, inputs, *class))
}

fn push_inputs(bytes: &mut Vec<u8>, inputs: &[u16], width: u8) {
    let (mut buffer, mut filled) = (0u32, 0u8);
    for input in inputs {
        buffer |= u32::from(*input).unbounded_shl(filled.into());
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

/// A string of bits, lowest bit of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    buffer: u32,
    filled: u8,
}

impl Bits<'_> {
    /// The next `width` bits, 16 at most.
    fn take(&mut self, width: u8) -> u16 {
        while self.filled < width {
            let (byte, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
            self.buffer |= u32::from(*byte).unbounded_shl(self.filled.into());
            self.filled = self.filled.saturating_add(8);
            self.bytes = rest;
        }
        let mask = 1u32.unbounded_shl(width.into()).saturating_sub(1);
        let value = self.buffer & mask;
        self.buffer = self.buffer.unbounded_shr(width.into());
        self.filled = self.filled.saturating_sub(width);
        u16::try_from(value).unwrap_or_default()
    }

    fn rest_is_set(&self) -> bool {
        self.buffer != 0 || self.bytes.iter().any(|byte| *byte != 0)
    }
}

#[cfg(test)]
mod tests;
