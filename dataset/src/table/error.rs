//! What can be wrong with a data file.

use crate::names::NameError;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// Why a file is not a table.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .file.display())]
pub struct TableError {
    /// The file.
    pub file: PathBuf,
    /// What is wrong with it.
    pub fault: TableFault,
}

impl TableError {
    pub(super) fn new(file: &Path, fault: TableFault) -> Self {
        Self { file: file.to_owned(), fault }
    }
}

/// What is wrong with a file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The extension is not that of a known format.
    #[error("has an unknown format: its name must end in .csv, .tsv, .npy or .parquet")]
    UnknownFormat,
    /// This program was built without Parquet.
    #[error("is a Parquet file, which this program was built without: convert it to CSV")]
    NoParquet,
    /// Bytes that are not text, or text in another encoding such as UTF-16 or Latin-1.
    #[error("{place} is not text in UTF-8: save the file as UTF-8")]
    NotUtf8 {
        /// Where.
        place: Place,
    },
    /// The text is not CSV.
    #[error("is not valid CSV: {0}")]
    Csv(#[from] ::csv::Error),
    /// The bytes are not NPY, or the array is not a table.
    #[error("is not a usable NPY file: {0}")]
    Npy(String),
    /// The bytes are not Parquet, or do not hold a table.
    #[error("is not a usable Parquet file: {0}")]
    Parquet(String),
    /// No row.
    #[error("holds no rows")]
    Empty,
    /// Nothing besides the label.
    #[error(
        "has no column to learn from: it needs at least one besides the label; in text files, commas, \
         semicolons or tabs separate the columns"
    )]
    NoFeatures,
    /// A column's name cannot be published.
    #[error("column {number}: {error}")]
    ColumnName {
        /// Number of the column in the file, from 1.
        number: usize,
        /// What is wrong with the name.
        error: NameError,
    },
    /// Two columns with the same name.
    #[error("has more than one column `{column}`: rename one of them")]
    RepeatedColumn {
        /// The name.
        column: String,
    },
    /// The label column does not exist.
    #[error("has no column {column:?} to take the classes from; its columns are {known}")]
    NoSuchColumn {
        /// The name that was asked for.
        column: String,
        /// Columns that exist.
        known: String,
    },
    /// A row with more or fewer cells than the others.
    #[error("{place} has {found} cells, but the first line has {expected}")]
    Ragged {
        /// Where.
        place: Place,
        /// Cells of the first line.
        expected: usize,
        /// Cells of this row.
        found: usize,
    },
    /// A cell without a value.
    #[error(
        "{place}, column `{column}`: the value is missing; fill it in or remove the row or column"
    )]
    Missing {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
    },
    /// A cell that holds no number.
    #[error(
        "{place}, column `{column}`: {text:?} is not a number; write decimals with a point, replace \
         texts by numbers, remove the column, or make it the label"
    )]
    NotANumber {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
        /// The cell, shortened.
        text: String,
    },
    /// An infinite number.
    #[error("{place}, column `{column}`: the number is infinite; replace it or remove the row")]
    Infinite {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
    },
    /// A class whose name cannot be published.
    #[error("{place}, column `{column}`: {error}")]
    ClassName {
        /// Where.
        place: Place,
        /// Name of the column.
        column: String,
        /// What is wrong with the name.
        error: NameError,
    },
    /// More classes than any task may have.
    #[error(
        "column `{column}` holds more than {limit} different values, which is more classes than a \
         task may have; if it is not the label, say which column is"
    )]
    TooManyClasses {
        /// Name of the column.
        column: String,
        /// Most classes.
        limit: usize,
    },
    /// All rows are of one class.
    #[error(
        "all rows have the same value in the label column `{column}`: there is nothing to learn"
    )]
    OneClass {
        /// Name of the column.
        column: String,
    },
}

/// Where in a file a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a text, from 1, the header included.
    Line(u64),
    /// A row of a binary file, from 1.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(number) => write!(f, "row {number}"),
        }
    }
}
