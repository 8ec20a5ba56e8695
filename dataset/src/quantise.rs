//! From numbers to the unsigned integers that a model takes.
//!
//! Each column has a range `low..=high`. A number is moved into it, scaled to `0..=2^bits − 1` and
//! rounded to the nearest integer, halves upwards. All of it is IEEE arithmetic on 64 bits, so
//! every machine gets the same integers.

use crate::{
    names::{self, NameError},
    number_as_text,
    shape::shape_name,
    table::Table,
};
use nocknock_primitives::model::Architecture;
use serde::{Deserialize, Serialize};

/// How the range of each column is chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// From its smallest to its largest number.
    MinMax,
    /// Without the given share of its numbers at either end, for data with outliers. A column that
    /// is constant without them gets the range from smallest to largest.
    Quantiles {
        /// Share at either end, from 0 to below 0.5.
        tail: f64,
    },
    /// The same for all columns, for data whose scale is known. `0..=15` keeps whole numbers as
    /// they are where inputs have 4 bits.
    Fixed {
        /// Becomes 0.
        low: f64,
        /// Becomes the largest input.
        high: f64,
    },
}

/// A column of the data and its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnRange {
    /// Name of the column.
    pub name: String,
    /// Numbers up to here become 0.
    #[serde(with = "number_as_text")]
    pub low: f64,
    /// Numbers from here on become the largest input. In a constant column it equals `low`, and
    /// everything becomes 0.
    #[serde(with = "number_as_text")]
    pub high: f64,
}

/// Turns rows of numbers into inputs of an architecture.
///
/// Its JSON form travels with the training data and with the model, so that whoever predicts scales
/// as the data was scaled. Its bounds are texts there, which come back bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Form")]
pub struct Quantiser {
    inputs: u16,
    input_bits: u8,
    named: bool,
    columns: Vec<ColumnRange>,
}

/// A quantiser of foreign origin.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Form {
    inputs: u16,
    input_bits: u8,
    named: bool,
    columns: Vec<ColumnRange>,
}

/// Why numbers cannot be quantised.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum QuantiseError {
    /// More columns than the architecture has inputs.
    #[error(
        "the data has {found} columns, but the shape takes {inputs}: leave some out or choose another \
         shape"
    )]
    TooManyColumns {
        /// Columns of the data.
        found: usize,
        /// Inputs of the architecture.
        inputs: u16,
    },
    /// Not the columns that the quantiser was made for.
    #[error("the quantiser was made for {expected} columns, but there are {found}")]
    Columns {
        /// Columns of the quantiser.
        expected: usize,
        /// Columns given.
        found: usize,
    },
    /// Another column than the quantiser was made for at this place.
    #[error(
        "column {number} is `{found}`, but the quantiser was made for `{expected}` there: put the \
         columns in the same order"
    )]
    ColumnName {
        /// Number of the column, from 1.
        number: usize,
        /// Its name in the quantiser.
        expected: String,
        /// Its name in the data.
        found: String,
    },
    /// A range with infinite bounds or width, or with the higher bound first.
    #[error(
        "the range of column `{column}` is not usable: its ends must be finite, the lower one first"
    )]
    Range {
        /// Name of the column.
        column: String,
    },
    /// Numbers whose range is wider than the numbers themselves can be.
    #[error(
        "the values of column `{column}` are too large: the largest minus the smallest exceeds \
         1.7e308; scale the column down or leave it out"
    )]
    TooLarge {
        /// Name of the column.
        column: String,
    },
    /// A tail that leaves nothing.
    #[error("the share cut off at either end must be at least 0 and less than 0.5")]
    Tail,
    /// Inputs of a width that no architecture has.
    #[error("inputs must have 1 to 16 bits, and a quantiser at least one column")]
    Sizes,
    /// The quantiser is for inputs of another number or width.
    #[error("the quantiser is for {inputs} inputs of {input_bits} bits, not for shape {shape}")]
    Shape {
        /// Inputs of the quantiser.
        inputs: u16,
        /// Their bits.
        input_bits: u8,
        /// What the architecture is called.
        shape: String,
    },
    /// A number that is not finite.
    #[error("the number in column `{column}` is not finite")]
    NotFinite {
        /// Name of the column.
        column: String,
    },
    /// A column's name cannot be published.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Quantiser {
    /// Chooses the range of every column of a table.
    pub fn fit(
        table: &Table,
        architecture: &Architecture,
        range: Range,
    ) -> Result<Self, QuantiseError> {
        let names = table.columns().iter().enumerate();
        let columns = names.map(|(number, name)| {
            let (low, high) = ends(table, number, range)?;
            let name = name.clone();
            // A fixed range is the caller's own and is checked below.
            let is_own = matches!(range, Range::Fixed { .. });
            if is_own || (high - low).is_finite() {
                Ok(ColumnRange { name, low, high })
            } else {
                Err(QuantiseError::TooLarge { column: name })
            }
        });
        let form = Form {
            inputs: architecture.inputs,
            input_bits: architecture.input_bits,
            named: table.has_names(),
            columns: columns.collect::<Result<_, QuantiseError>>()?,
        };
        form.try_into()
    }

    /// The columns and their ranges.
    pub fn columns(&self) -> &[ColumnRange] {
        &self.columns
    }

    /// Checks that it makes inputs of this architecture.
    pub fn check_architecture(&self, architecture: &Architecture) -> Result<(), QuantiseError> {
        if self.inputs == architecture.inputs && self.input_bits == architecture.input_bits {
            Ok(())
        } else {
            Err(QuantiseError::Shape {
                inputs: self.inputs,
                input_bits: self.input_bits,
                shape: shape_name(architecture),
            })
        }
    }

    /// The inputs of one row. Inputs for which the data has no column are 0.
    pub fn row(&self, values: &[f64]) -> Result<Vec<u16>, QuantiseError> {
        self.check_count(values.len())?;
        let pairs = self.columns.iter().zip(values);
        let mut inputs = pairs
            .map(|(column, value)| column.quantise(*value, self.largest()))
            .collect::<Result<Vec<u16>, _>>()?;
        inputs.resize(usize::from(self.inputs), 0);
        Ok(inputs)
    }

    /// The inputs of every row of a table with the same columns in the same order. Names are
    /// compared if both sides have them.
    pub fn table(&self, table: &Table) -> Result<Vec<Vec<u16>>, QuantiseError> {
        self.check_count(table.columns().len())?;
        if self.named && table.has_names() {
            self.check_names(table.columns())?;
        }
        table.rows().map(|row| self.row(row)).collect()
    }

    fn check_count(&self, found: usize) -> Result<(), QuantiseError> {
        if self.columns.len() == found {
            Ok(())
        } else {
            Err(QuantiseError::Columns { expected: self.columns.len(), found })
        }
    }

    fn check_names(&self, found: &[String]) -> Result<(), QuantiseError> {
        let mut pairs = (1..).zip(self.columns.iter().zip(found));
        match pairs.find(|(_, (column, found))| column.name != **found) {
            None => Ok(()),
            Some((number, (column, found))) => Err(QuantiseError::ColumnName {
                number,
                expected: column.name.clone(),
                found: found.clone(),
            }),
        }
    }

    fn largest(&self) -> u16 {
        u16::MAX >> (16 - self.input_bits)
    }
}

impl ColumnRange {
    fn quantise(&self, value: f64, largest: u16) -> Result<u16, QuantiseError> {
        if !value.is_finite() {
            return Err(QuantiseError::NotFinite { column: self.name.clone() });
        }
        if self.low >= self.high {
            return Ok(0);
        }
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        // The product lies between 0 and `largest`, so nothing is cut off.
        Ok((share * f64::from(largest)).round() as u16)
    }

    fn check(&self) -> Result<(), QuantiseError> {
        names::check(&self.name)?;
        let width = self.high - self.low;
        let usable = self.low.is_finite() && self.high.is_finite() && width.is_finite();
        if usable && width >= 0.0 {
            Ok(())
        } else {
            Err(QuantiseError::Range { column: self.name.clone() })
        }
    }
}

impl TryFrom<Form> for Quantiser {
    type Error = QuantiseError;

    fn try_from(form: Form) -> Result<Self, QuantiseError> {
        if !(1..=16).contains(&form.input_bits) || form.columns.is_empty() {
            return Err(QuantiseError::Sizes);
        }
        if form.columns.len() > usize::from(form.inputs) {
            return Err(QuantiseError::TooManyColumns {
                found: form.columns.len(),
                inputs: form.inputs,
            });
        }
        form.columns.iter().try_for_each(ColumnRange::check)?;
        Ok(Self {
            inputs: form.inputs,
            input_bits: form.input_bits,
            named: form.named,
            columns: form.columns,
        })
    }
}

fn ends(table: &Table, column: usize, range: Range) -> Result<(f64, f64), QuantiseError> {
    match range {
        Range::MinMax => Ok(extremes(table, column)),
        Range::Fixed { low, high } => Ok((low, high)),
        Range::Quantiles { tail } if (0.0..0.5).contains(&tail) => {
            let (low, high) = quantiles(table, column, tail);
            if low < high {
                Ok((low, high))
            } else {
                Ok(extremes(table, column))
            }
        }
        Range::Quantiles { .. } => Err(QuantiseError::Tail),
    }
}

/// The smallest and the largest number of a column, 0 twice if it has none.
fn extremes(table: &Table, column: usize) -> (f64, f64) {
    let low = table.column(column).reduce(f64::min);
    let high = table.column(column).reduce(f64::max);
    low.zip(high).unwrap_or_default()
}

/// The numbers that have at most this share of all others outside of them.
fn quantiles(table: &Table, column: usize, tail: f64) -> (f64, f64) {
    let mut values: Vec<f64> = table.column(column).collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    // A tail is below a half, so this is at most half of the number of rows.
    let cut = (last as f64 * tail).floor() as usize;
    let low = values.get(cut).copied();
    let high = values.get(last.saturating_sub(cut)).copied();
    low.zip(high).unwrap_or_default()
}

#[cfg(test)]
mod tests;
