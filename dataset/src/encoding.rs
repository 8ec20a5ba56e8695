//! How the columns of a table become the inputs of a model: a published list of comparisons and
//! lookups, which every machine and every language evaluates alike.
//!
//! An encoding travels as JSON without spaces, its fields in this order. Fields that it does not
//! know are refused.
//!
//! ```text
//! {"version":1,"inputs":128,"inputBits":8,"named":true,"width":4,
//!  "columns":[{"name":"age","place":0,"how":HOW},…],
//!  "target":TARGET}
//! TARGET: {"kind":"classes","column":"income","place":3,"names":["a","b"]}
//!         {"kind":"number","column":"price","place":3,"low":"-20","step":"0.25"}
//! HOW: {"kind":"steps","at":["17.5","40"],"missing":{"level":128,"flag":true}}
//!      {"kind":"choices","values":[["red"],["blé","ble\u0301"]],"other":true,"missing":true}
//!      {"kind":"ranks","values":[["low"],["high"]],"other":0,"missing":0}
//!      {"kind":"buckets","inputs":16,"missing":false}
//!      {"kind":"date","form":"iso","parts":[{"part":"year","levels":{"steps":["2001"]}},
//!                                           {"part":"month","levels":{"table":[128,191,…]}}],
//!       "missing":true}
//! ```
//!
//! `width` counts the columns of the file with that of the classes. Words that stand for missing
//! values in all columns, beside the usual ones, follow it in ascending order:
//! `"missing":["-999"]`. A value is missing if a word [is read](crate::Value::from_text) as it, or
//! if it is the word as a text. Without such words the field is not there. The inputs of a row are
//! those of its columns one after another, and zeros up to `inputs`. With `max = 2^inputBits − 1`:
//!
//! - *steps*: with `k` thresholds, `i` of which are at most the value's
//!   [number](crate::Value::number), the input is `⌊(2·i·max + k)/(2·k)⌋`, or 0 without thresholds.
//!   What is missing or no number has `missing.level`. With `flag`, a second input is `max` for
//!   those and 0 for numbers.
//! - *choices*: an input for each list of texts, then one for `other`, then one for `missing`,
//!   where these are true. The input of the list that has the value's [key](crate::Value::key) is
//!   `max`; else that of `other`. What is missing has the input for it, else that of `other`. All
//!   else is 0.
//! - *ranks*: one input. The `j`-th of `n` lists, from 0, has
//!   `⌊(2·j·max + n − 1)/(2·(n − 1))⌋`, or `max` if there is one list; other keys have `other`, and
//!   what is missing has `missing`.
//! - *buckets*: the first 8 bytes of SHA3-256 over `nn/bucket/v1` and the key, big endian, modulo
//!   `inputs` are the place of the input that is `max`. With `missing`, one more input is `max` for
//!   what is missing.
//! - *date*: an input for each part of a [moment](crate::value::moment), 0 for what is none.
//!   `steps` are as above; a `table` has a level for each value of the part. With `missing`, one
//!   more input is `max` for what is no moment.
//!
//! The target of a row is the place of its class among `names`, or for a *number* how many of the
//! thresholds `low + (k − ½)·step`, with `k` from 1 to 65,535, are at most the number. A product
//! and a sum make each of them, both rounded to the nearest number of 64 bits, ties to even. So the
//! answer `a` of a model stands for the number `low + a·step`. Rows without a class or with a
//! number that is not finite have no target.
//!
//! Where copies of rows make each class count the same, `"metric":"balanced-accuracy"` follows the
//! target; it changes no input.
//!
//! Thresholds are the shortest decimals of finite numbers of 64 bits and never fall; equal ones are
//! how a level is skipped. There are at most `max` of them. The chain stores the
//! [hash](Encoding::hash), and the commitment to a model binds it: whoever gives a model other
//! classes, categories or thresholds is found out.

use crate::{metric::Metric, problem::list, profile::Profile, shape::shape_name, table::Table};
use nocknock_primitives::{
    ids::ContentHash,
    model::{Architecture, Head},
};
use serde::{Deserialize, Serialize};
use sha3::{Digest, Keccak256};

mod evaluate;
mod fit;
mod form;
mod levels;
mod number;
mod old;
mod share;

pub use evaluate::{Encoder, Finding, Strange};
pub use form::{DatePart, EncodedColumn, How, Levels, MissingLevel, Part};
use form::{Form, Target};
pub(crate) use number::usual_tolerance;
pub use number::NumberScale;

const TAG: &[u8; 16] = b"nn/encoding/v2\0\0";

/// How numbers become levels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Range {
    /// Even steps from the smallest to the largest number, unless they lose much more than steps
    /// with equally many rows.
    #[default]
    Auto,
    /// Steps with equally many rows.
    Levels,
    /// Even steps from the smallest to the largest number.
    MinMax,
    /// Even steps without the given share of the numbers at either end, for data with outliers. A
    /// column that is constant without them gets those from its smallest to its largest number.
    Quantiles {
        /// Share at either end, from 0 to below 0.5.
        tail: f64,
    },
    /// Even steps that are the same for all columns, constant ones too, and do not depend on the
    /// data. `0..=15` keeps whole numbers as they are where inputs have 4 bits.
    Fixed {
        /// Becomes 0.
        low: f64,
        /// Becomes the largest input.
        high: f64,
    },
}

/// How the columns of a table become inputs, and what its classes are called or which numbers its
/// targets stand for.
///
/// Its JSON form travels with the training data and with the model. What decodes has been checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Form")]
pub struct Encoding(Form);

/// An encoding, and what it keeps of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The encoding.
    pub encoding: Encoding,
    /// What to tell about each of its columns, in their order.
    pub told: Vec<FittedColumn>,
}

/// What to tell about a column of an encoding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FittedColumn {
    /// Name of the column.
    pub name: String,
    /// Inputs that it takes.
    pub inputs: usize,
    /// How it becomes them, in words.
    pub how: String,
    /// Which share of the information in its values is lost, from 0 to 1.
    pub lost: f64,
}

/// What a table asks of an architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Inputs with which nothing is left out.
    pub inputs: usize,
    /// Inputs without which the columns do not fit.
    pub least_inputs: usize,
    /// Bits of an input, 4 or 8.
    pub bits: u8,
}

/// Why there is no encoding, or why it does not go with a table or an architecture.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncodingError {
    /// The table was read without classes.
    #[error("the table has no classes: say which column holds them")]
    NoLabels,
    /// No column is used.
    #[error("the table has no column to learn from: add one, or say of which kind a column is")]
    NoInputs,
    /// The columns do not fit the architecture, however little each of them takes.
    #[error(
        "the columns need {needed} inputs, but the shape takes {inputs}: leave some out or choose \
         another shape"
    )]
    TooManyInputs {
        /// Inputs that the columns need at least.
        needed: usize,
        /// Inputs of the architecture.
        inputs: u16,
    },
    /// A fixed range is for numbers alone.
    #[error(
        "column `{column}` holds something else than numbers, but a fixed range is for numbers \
         alone: leave the column out or choose another range"
    )]
    NotANumber {
        /// Name of the column.
        column: String,
    },
    /// A range with infinite ends or width, or with the higher end first.
    #[error(
        "the range of column `{column}` is not usable, since its ends must be finite, the lower \
         one first, and less than 1.7e308 apart: give another range or scale the column down"
    )]
    Range {
        /// Name of the column.
        column: String,
    },
    /// A tail that leaves nothing.
    #[error(
        "the share cut off at either end must be at least 0 and less than 0.5: choose such a share"
    )]
    Tail,
    /// Columns of the encoding that the table does not have.
    #[error(
        "the table does not have the columns {}: give a table with the columns that the encoding \
         was made for",
        list(.missing.iter().map(String::as_str))
    )]
    Columns {
        /// Their names.
        missing: Vec<String>,
    },
    /// Columns are found by their place, but there are more or fewer.
    #[error(
        "the encoding was made for a table of {expected} columns, that of the classes among them, \
         but this one has {found}: give the same columns in the same order"
    )]
    Width {
        /// Columns of the table that it was made for.
        expected: usize,
        /// Columns of this one.
        found: usize,
    },
    /// The encoding is for inputs of another number or width.
    #[error(
        "the encoding is for {inputs} inputs of {input_bits} bits, not for shape {shape}: choose \
         the shape that it was made for"
    )]
    Shape {
        /// Inputs of the encoding.
        inputs: u16,
        /// Their bits.
        input_bits: u8,
        /// What the architecture is called.
        shape: String,
    },
    /// More classes than the architecture tells apart.
    #[error(
        "the encoding has {found} classes, but the shape tells {classes} apart: choose another \
         shape"
    )]
    Classes {
        /// Classes of the encoding.
        found: usize,
        /// Classes of the architecture.
        classes: usize,
    },
    /// Models of the architecture answer with something else.
    #[error(
        "the encoding is for models that answer with {answer}, and those of shape {shape} do not: \
         choose another shape"
    )]
    Answer {
        /// What models are to say.
        answer: &'static str,
        /// What the architecture is called.
        shape: String,
    },
    /// A tolerance that is too large or too small for numbers of 64 bits.
    #[error(
        "the tolerance of column `{column}` leaves no targets that are finite and rise: give another \
         one with --tolerance"
    )]
    Tolerance {
        /// Name of the column.
        column: String,
    },
    /// A word for missing values that nobody should be shown.
    #[error(
        "the word `{word}` for missing values cannot be published: leave those cells empty, or \
         write another word of 1 to 64 bytes there"
    )]
    Word {
        /// The word, shortened.
        word: String,
    },
    /// More words for missing values than an encoding holds.
    #[error(
        "there are {found} words for missing values, but at most {most} are kept: leave those \
         cells empty"
    )]
    TooManyWords {
        /// Words that were told.
        found: usize,
        /// As many as are kept.
        most: usize,
    },
    /// The encoding itself breaks a rule.
    #[error("the encoding is not usable, because {0}: get it anew from whoever made it")]
    Form(String),
}

impl Encoding {
    /// Chooses how each column that the profile uses becomes inputs of an architecture.
    pub fn fit(
        table: &Table,
        profile: &Profile,
        architecture: &Architecture,
        range: Range,
    ) -> Result<Fitted, EncodingError> {
        fit::fit(table, profile, architecture, range)
    }

    /// The encoding of a model file of an earlier release, which has a linear range for each
    /// column. Each number becomes the very input that it became then.
    ///
    /// Such a file does not say which column held the classes; it counts as the last one.
    pub fn from_ranges(
        inputs: u16,
        input_bits: u8,
        named: bool,
        ranges: &[(String, f64, f64)],
        classes: Vec<String>,
    ) -> Result<Self, EncodingError> {
        old::form(inputs, input_bits, named, ranges, classes)?.try_into()
    }

    /// How many inputs of how many bits the columns that the profile uses ask for.
    pub fn needs(table: &Table, profile: &Profile, range: Range) -> Needs {
        fit::needs(table, profile, range)
    }

    /// Keccak-256 over 16 bytes, `nn/encoding/v2` and two zeros, and [the JSON](Self::to_json).
    pub fn hash(&self) -> ContentHash {
        let hash = Keccak256::new_with_prefix(TAG).chain_update(self.to_json());
        ContentHash(hash.finalize().into())
    }

    /// Its JSON form, without spaces.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Names of the classes. None if models answer with a number.
    pub fn classes(&self) -> &[String] {
        match &self.0.target {
            Target::Classes { names, .. } => names,
            Target::Number { .. } => &[],
        }
    }

    /// Which numbers the answers of models stand for, if they are numbers.
    pub fn scale(&self) -> Option<NumberScale> {
        match &self.0.target {
            Target::Number { low, step, .. } => NumberScale::new(*low, *step),
            Target::Classes { .. } => None,
        }
    }

    /// Name of the column that holds the classes or numbers that models are to say.
    pub fn label(&self) -> &str {
        self.0.target.column()
    }

    /// The place of that column in the file, from 0.
    pub fn label_place(&self) -> u16 {
        self.0.target.place()
    }

    /// What the points of a model on such data say.
    pub const fn metric(&self) -> Metric {
        self.0.metric
    }

    /// The same for data whose points say this. The hash is another one for each metric.
    ///
    /// # Errors
    ///
    /// Classes alone can count the same.
    pub fn measured_by(mut self, metric: Metric) -> Result<Self, EncodingError> {
        self.0.metric = metric;
        self.0.try_into()
    }

    /// Words that stand for missing values, beside the usual ones.
    pub fn missing(&self) -> &[String] {
        &self.0.missing
    }

    /// Whether the columns of the file had names.
    pub const fn is_named(&self) -> bool {
        self.0.named
    }

    /// The columns that become inputs, in the order of these.
    pub fn columns(&self) -> &[EncodedColumn] {
        &self.0.columns
    }

    /// Inputs of the architecture that it is for.
    pub fn inputs(&self) -> u16 {
        self.0.inputs
    }

    /// Their bits.
    pub fn input_bits(&self) -> u8 {
        self.0.input_bits
    }

    /// How many inputs the columns take. The others are 0.
    pub fn used_inputs(&self) -> usize {
        self.0.used_inputs()
    }

    /// Checks that it makes inputs of this architecture, which tells all of its classes apart, or
    /// answers with a number as it does.
    pub fn check_architecture(&self, architecture: &Architecture) -> Result<(), EncodingError> {
        let (inputs, input_bits) = (self.inputs(), self.input_bits());
        if (inputs, input_bits) != (architecture.inputs, architecture.input_bits) {
            let shape = shape_name(architecture);
            return Err(EncodingError::Shape { inputs, input_bits, shape });
        }
        match (&self.0.target, &architecture.head) {
            (Target::Classes { names, .. }, Head::Classes { classes, .. }) => {
                check_classes(names.len(), usize::from(*classes))
            }
            (Target::Number { .. }, Head::Number { .. }) => Ok(()),
            (target, Head::Classes { .. } | Head::Labels { .. } | Head::Number { .. }) => {
                let shape = shape_name(architecture);
                Err(EncodingError::Answer { answer: target.answer(), shape })
            }
        }
    }

    /// What encodes the rows of a table. Columns are found by their names, or by their places where
    /// the table or the encoding has no names; then the table may lack the column of the classes.
    pub fn for_table<'a>(&'a self, table: &'a Table) -> Result<Encoder<'a>, EncodingError> {
        Encoder::new(self, table)
    }

    /// The inputs of every row of a table.
    pub fn rows(&self, table: &Table) -> Result<Vec<Vec<u16>>, EncodingError> {
        let encoder = self.for_table(table)?;
        Ok((0..table.len()).map(|row| encoder.row(row)).collect())
    }
}

impl TryFrom<Form> for Encoding {
    type Error = EncodingError;

    fn try_from(form: Form) -> Result<Self, EncodingError> {
        form.check()?;
        Ok(Self(form))
    }
}

fn check_classes(found: usize, classes: usize) -> Result<(), EncodingError> {
    if found <= classes {
        Ok(())
    } else {
        Err(EncodingError::Classes { found, classes })
    }
}

/// The largest input of so many bits, from 1 to 16.
fn largest(bits: u8) -> u16 {
    u16::MAX.checked_shr(16u32.saturating_sub(bits.into())).unwrap_or_default()
}

/// A place or a number of inputs, which 16 bits hold.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
