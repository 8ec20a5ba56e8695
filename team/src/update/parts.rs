//! The parts of an update, in the order in which they are written.

use super::{
    quant::{Codes, BLOCK, INT4, INT8, MAGNITUDE_BITS, PLAIN_BITS},
    rice,
    select::{is_large, kept, CHUNK},
    UpdateKind, ValueBits,
};
use crate::{Layout, TensorShape};
use std::ops::Range;

/// Neighbouring numbers of one tensor that are written together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Position of the first in the model.
    pub(super) start: usize,
    /// How many there are.
    pub(super) length: usize,
    /// How they are written.
    pub(super) form: Form,
}

/// How a part is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Its largest numbers.
    Chunk {
        /// How many.
        count: usize,
        /// What is said of each.
        value_bits: ValueBits,
    },
    /// A scale and integers.
    Block(Codes),
    /// The numbers.
    Plain,
}

impl Part {
    /// Positions of its numbers in the model.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.start + self.length
    }

    /// The most bits that it can take.
    pub(super) fn most_bits(&self) -> usize {
        match self.form {
            Form::Chunk { count, value_bits } => {
                let gaps = rice::most_bits(count, self.length.saturating_sub(count));
                gaps + (count + MAGNITUDE_BITS) * value_bits.count()
            }
            Form::Block(codes) => codes.block_bits(self.length),
            Form::Plain => self.length * PLAIN_BITS,
        }
    }
}

/// The parts of an update of this kind.
pub(super) fn parts(layout: &Layout, kind: UpdateKind) -> impl Iterator<Item = Part> + '_ {
    let mut next = 0;
    layout.tensors().iter().flat_map(move |tensor| {
        let start = next;
        next += tensor.parameters().unwrap_or_default();
        parts_of(tensor, start, kind)
    })
}

fn parts_of(tensor: &TensorShape, start: usize, kind: UpdateKind) -> impl Iterator<Item = Part> {
    let count = tensor.parameters().unwrap_or_default();
    let sparse = matches!(kind, UpdateKind::Sparse { .. }) && is_large(tensor);
    let most = if sparse { CHUNK } else { BLOCK };
    (0..count).step_by(most).map(move |offset| {
        let length = most.min(count - offset);
        Part { start: start + offset, length, form: form(kind, sparse, length) }
    })
}

fn form(kind: UpdateKind, sparse: bool, length: usize) -> Form {
    match kind {
        UpdateKind::Sparse { one_in, value_bits } if sparse => {
            Form::Chunk { count: kept(length, one_in), value_bits }
        }
        UpdateKind::Sparse { .. } | UpdateKind::Int4 => Form::Block(INT4),
        UpdateKind::Int8 => Form::Block(INT8),
        UpdateKind::F32 => Form::Plain,
    }
}
