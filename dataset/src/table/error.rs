//! What can be wrong with a data file.

use super::{unicode::NotUtf16, MAX_COLUMNS};
use ::parquet::errors::ParquetError;
use arrow_schema::ArrowError;
use nocknock_primitives::text::printable;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};
use zip::result::ZipError;

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
    #[error("cannot be read: {0}; see that it is there, complete, and yours to read")]
    Io(#[source] io::Error),
    /// Neither the first bytes nor the end of the name are those of a known format.
    #[error(
        "has an unknown format: let its name end in .csv, .tsv, .txt, .json, .jsonl, .parquet, \
         .arrow, .feather, .npy or .npz, and .gz or .zst behind that if it is packed"
    )]
    UnknownFormat,
    /// Bytes that are not text, or text in another encoding such as Latin-1 or, without a mark,
    /// UTF-16.
    #[error("{place} is not text in UTF-8: save the file as UTF-8")]
    NotUtf8 {
        /// Where.
        place: Place,
    },
    /// Half of a character, in a text whose mark is that of UTF-16.
    #[error("byte {byte} begins no character in UTF-16: save the file once more, as UTF-8")]
    NotUtf16 {
        /// Where, from 1, in what gzip or zstd had packed.
        byte: u64,
    },
    /// The text is not CSV.
    #[error("is not valid CSV: {0}; write it again with the program that made it")]
    Csv(#[from] ::csv::Error),
    /// The text is not JSON, or not flat objects.
    #[error("{place} is not usable JSON: {reason}")]
    Json {
        /// Where.
        place: Place,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The bytes are not NPY, or the array is not a table.
    #[error("is not a usable NPY file: {0}")]
    Npy(String),
    /// The bytes are not Parquet, or do not hold a table.
    #[error("is not a usable Parquet file: {0}")]
    Parquet(String),
    /// The bytes are not Arrow, or do not hold a table.
    #[error("is not a usable Feather or Arrow file: {0}")]
    Feather(String),
    /// The bytes are no archive, or do not hold arrays that make a table.
    #[error("is not a usable NPZ file: {0}")]
    Archive(String),
    /// No row.
    #[error("holds no rows: add at least one")]
    Empty,
    /// No column.
    #[error("holds no columns: add at least one")]
    NoColumns,
    /// More columns than any table may have.
    #[error("has {found} columns, but a table may have {MAX_COLUMNS}: leave some out")]
    TooManyColumns {
        /// Columns of the file.
        found: u64,
    },
    /// A row with more or fewer cells than the others.
    #[error(
        "{place} has {found} cells, but the first line has {expected}: give both equally many, and \
         put texts with separators in quotes"
    )]
    Ragged {
        /// Where.
        place: Place,
        /// Cells of the first line.
        expected: usize,
        /// Cells of this row.
        found: usize,
    },
    /// Values that take more memory than allowed.
    #[error(
        "takes more than the {} MiB of memory that a table may take: allow more, or leave out rows \
         or columns",
        .limit.div_ceil(1 << 20)
    )]
    OutOfMemory {
        /// The bytes allowed.
        limit: u64,
    },
    /// The reader of the format panicked.
    #[error(
        "breaks the reader of its format, so it is probably damaged: write it again, or convert it \
         to CSV"
    )]
    Broken,
}

/// What a library says about a file, which may show parts of the file, and what to do.
fn unreadable(error: impl fmt::Display) -> String {
    let reason = error.to_string();
    format!("{}; write it again with the program that made it", printable(&reason))
}

impl From<io::Error> for TableFault {
    fn from(error: io::Error) -> Self {
        match NotUtf16::of(&error) {
            Some(fault) => fault.into(),
            None => Self::Io(error),
        }
    }
}

impl From<ParquetError> for TableFault {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(unreadable(error))
    }
}

impl From<ArrowError> for TableFault {
    fn from(error: ArrowError) -> Self {
        Self::Feather(unreadable(error))
    }
}

impl From<ZipError> for TableFault {
    fn from(error: ZipError) -> Self {
        Self::Archive(unreadable(error))
    }
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
