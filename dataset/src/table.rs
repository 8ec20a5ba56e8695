//! Reading a data file: numbers in columns, and the class of each row.

use serde::Serialize;
use std::{fs::File, io::Read, path::Path};

mod builder;
mod classes;
mod csv;
mod describe;
mod error;
mod npy;
#[cfg(feature = "parquet")]
mod parquet;

pub use describe::{ClassCount, Description};
pub use error::{Place, TableError, TableFault};

/// Which column holds the class of each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LabelColumn {
    /// The last one.
    #[default]
    Last,
    /// The one of this name. Columns without names are `c0`, `c1` and so on.
    Named(String),
    /// None: the table holds samples to predict.
    None,
}

/// Whether the first line of a CSV file names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// It does if none of its cells is a number.
    #[default]
    Detect,
    /// It does.
    Present,
    /// It is the first row.
    Absent,
}

/// How a file is read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Which column holds the classes.
    pub label: LabelColumn,
    /// Whether a CSV file has a header.
    pub header: Header,
}

/// The classes of a table's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Labels {
    /// Name of the column.
    pub column: String,
    /// Names of the classes in ascending order, by number if all of them are numbers.
    pub classes: Vec<String>,
    /// For each row the place of its class among `classes`.
    pub of_row: Vec<u8>,
}

/// Rows of finite numbers in named columns, with the class of each row if the file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<String>,
    named: bool,
    values: Vec<f64>,
    labels: Option<Labels>,
}

impl Table {
    /// Reads a file in the format that its extension implies: `.csv`, `.tsv`, `.npy` or
    /// `.parquet`.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        let table = File::open(path)
            .map_err(TableFault::from)
            .and_then(|file| read_as(extension(path).as_deref(), file, options));
        table.map_err(|fault| TableError::new(path, fault))
    }

    /// Reads CSV from any source. `name` stands for the file in errors.
    ///
    /// If commas leave the first line in one piece, semicolons or tabs separate the cells, as long
    /// as they give the first two lines equally many.
    pub fn read_csv(
        source: impl Read,
        name: &Path,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        csv::read(source, b',', options).map_err(|fault| TableError::new(name, fault))
    }

    /// Reads NPY from any source. `name` stands for the file in errors.
    pub fn read_npy(
        source: impl Read,
        name: &Path,
        options: &ReadOptions,
    ) -> Result<Self, TableError> {
        npy::read(source, options).map_err(|fault| TableError::new(name, fault))
    }

    /// Names of the columns, without that of the label.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether the file named its columns. Else they are `c0`, `c1` and so on.
    pub fn has_names(&self) -> bool {
        self.named
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows().len()
    }

    /// Whether there are no rows. A table that was read has some.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The rows, one number for each column.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns.len().max(1))
    }

    /// The numbers of one column, counted from 0.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + '_ {
        self.rows().filter_map(move |row| row.get(column).copied())
    }

    /// The classes, if the file holds them.
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_ref()
    }

    /// Its size and how many rows each class has.
    pub fn describe(&self) -> Description {
        Description::of(self)
    }
}

fn extension(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?;
    Some(extension.to_ascii_lowercase())
}

fn read_as(
    extension: Option<&str>,
    file: File,
    options: &ReadOptions,
) -> Result<Table, TableFault> {
    match extension {
        Some("csv") => csv::read(file, b',', options),
        Some("tsv") => csv::read(file, b'\t', options),
        Some("npy") => npy::read(file, options),
        #[cfg(feature = "parquet")]
        Some("parquet") => parquet::read(file, options),
        #[cfg(not(feature = "parquet"))]
        Some("parquet") => Err(TableFault::NoParquet),
        _ => Err(TableFault::UnknownFormat),
    }
}

#[cfg(test)]
mod tests;
