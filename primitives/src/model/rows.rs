//! The samples of a data block and the rules that make them well formed.

use super::shape::MlpShape;
use alloc::{vec, vec::Vec};
use nocknock_poseidon::packing::PackingError;

/// One sample, or padding that fills up a block.
///
/// The fields are as free as those of the circuit before its rules, so that a broken row can be
/// written down and refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `D` unsigned values.
    pub inputs: Vec<u16>,
    /// `C` values: 1 at the place of the sample's class, 0 elsewhere. All zero in padding.
    pub one_hot: Vec<u8>,
    /// A sample, not padding.
    pub real: bool,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// Not `D` inputs or not `C` label values.
    #[error("has the wrong number of inputs or label values")]
    Length,
    /// An input needs more than the shape's bits.
    #[error("has an input that is too large for the shape's input bits")]
    InputRange,
    /// A label value is neither 0 nor 1.
    #[error("has a label value other than 0 and 1")]
    LabelRange,
    /// Not exactly one label value is 1 in a sample.
    #[error("is a sample whose label does not name exactly one class")]
    NotOneHot,
    /// Padding with an input or label value other than zero.
    #[error("is padding, but has an input or label value other than 0")]
    PaddingNotZero,
    /// A sample after padding.
    #[error("is a sample after padding: padding may stand only at the end of a block")]
    RealAfterPadding,
}

/// Why rows are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The number of rows differs from that of the shape.
    #[error("a block of this shape has {expected} rows, padding included, not {found}")]
    Count {
        /// Rows of the shape.
        expected: usize,
        /// Rows that were given.
        found: usize,
    },
    /// More samples than a block holds.
    #[error("a block of this shape holds {capacity} samples, not {found}")]
    TooMany {
        /// Rows of the shape.
        capacity: usize,
        /// Samples that were given.
        found: usize,
    },
    /// A row breaks a rule.
    #[error("row {row} {fault}")]
    Row {
        /// Number of the row, from 0.
        row: usize,
        /// The rule that it breaks.
        fault: RowFault,
    },
    /// A value does not fit its place among the packed elements.
    #[error(transparent)]
    Packing(#[from] PackingError),
}

impl Row {
    /// A sample of a class. A class outside the shape gives a row that no check accepts.
    pub fn sample(shape: &MlpShape, inputs: Vec<u16>, class: u8) -> Self {
        let mut one_hot = vec![0; usize::from(shape.classes)];
        if let Some(value) = one_hot.get_mut(usize::from(class)) {
            *value = 1;
        }
        Self { inputs, one_hot, real: true }
    }

    /// Padding.
    pub fn padding(shape: &MlpShape) -> Self {
        Self {
            inputs: vec![0; usize::from(shape.inputs)],
            one_hot: vec![0; usize::from(shape.classes)],
            real: false,
        }
    }

    /// The class of a well-formed sample, `None` for padding.
    pub fn class(&self) -> Option<usize> {
        self.one_hot.iter().position(|value| *value == 1)
    }

    /// Checks this row alone.
    pub fn check(&self, shape: &MlpShape) -> Result<(), RowFault> {
        if self.inputs.len() != usize::from(shape.inputs)
            || self.one_hot.len() != usize::from(shape.classes)
        {
            return Err(RowFault::Length);
        }
        let largest = shape.max_input();
        if self.inputs.iter().any(|input| i64::from(*input) > largest) {
            return Err(RowFault::InputRange);
        }
        if self.one_hot.iter().any(|value| *value > 1) {
            return Err(RowFault::LabelRange);
        }
        let marks = self.one_hot.iter().filter(|value| **value == 1).count();
        if self.real && marks != 1 {
            return Err(RowFault::NotOneHot);
        }
        if !self.real && (marks != 0 || self.inputs.iter().any(|input| *input != 0)) {
            return Err(RowFault::PaddingNotZero);
        }
        Ok(())
    }
}

/// Checks that these rows are a well-formed block of the shape.
pub fn check_rows(shape: &MlpShape, rows: &[Row]) -> Result<(), RowError> {
    let expected = usize::from(shape.block_rows);
    if rows.len() != expected {
        return Err(RowError::Count { expected, found: rows.len() });
    }
    for (number, row) in rows.iter().enumerate() {
        row.check(shape).map_err(|fault| RowError::Row { row: number, fault })?;
    }
    let behind_padding =
        rows.windows(2).position(|pair| matches!(pair, [a, b] if !a.real && b.real));
    match behind_padding {
        Some(before) => {
            Err(RowError::Row { row: before.saturating_add(1), fault: RowFault::RealAfterPadding })
        }
        None => Ok(()),
    }
}

/// Fills samples up with padding to a whole block and checks it.
pub fn fill_block(shape: &MlpShape, mut samples: Vec<Row>) -> Result<Vec<Row>, RowError> {
    let capacity = usize::from(shape.block_rows);
    if samples.len() > capacity {
        return Err(RowError::TooMany { capacity, found: samples.len() });
    }
    samples.resize(capacity, Row::padding(shape));
    check_rows(shape, &samples)?;
    Ok(samples)
}

/// Number of samples among rows.
pub fn count_real(rows: &[Row]) -> u32 {
    rows.iter().fold(0u32, |count, row| count.saturating_add(row.real.into()))
}

#[cfg(test)]
mod tests;
