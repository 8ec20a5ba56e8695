//! What all formats share: rows of cells become a table, or an error that says where.

use super::{
    classes::{self, Classes},
    LabelColumn, Place, Table, TableFault,
};
use crate::names;
use std::{borrow::Cow, collections::HashSet};

/// Texts that stand for a missing value, in lower case.
const MISSING: [&str; 6] = ["", "?", "na", "n/a", "nan", "null"];

/// Longest piece of a cell that an error shows, in characters.
const SHOWN: usize = 32;

/// Columns that an error lists.
const LISTED: usize = 8;

/// One value of a file.
#[derive(Debug)]
pub(super) enum Cell<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Missing,
}

/// A table that is being read.
pub(super) struct Builder {
    /// All columns of the file, the label's included.
    columns: Vec<String>,
    named: bool,
    label: Option<usize>,
    values: Vec<f64>,
    classes: Classes,
}

impl Builder {
    /// Starts a table with columns named by the file.
    pub(super) fn named(columns: Vec<String>, label: &LabelColumn) -> Result<Self, TableFault> {
        check_names(&columns)?;
        Self::start(columns, true, label)
    }

    /// Starts a table with columns that have no names.
    pub(super) fn unnamed(columns: usize, label: &LabelColumn) -> Result<Self, TableFault> {
        let columns = (0..columns).map(|number| format!("c{number}")).collect();
        Self::start(columns, false, label)
    }

    fn start(columns: Vec<String>, named: bool, label: &LabelColumn) -> Result<Self, TableFault> {
        let label = label_place(&columns, label)?;
        if columns.len() <= usize::from(label.is_some()) {
            return Err(TableFault::NoFeatures);
        }
        Ok(Self { columns, named, label, values: Vec::new(), classes: Classes::default() })
    }

    /// Adds a row with one cell for each column.
    pub(super) fn push<'a>(
        &mut self,
        place: Place,
        cells: impl ExactSizeIterator<Item = Cell<'a>>,
    ) -> Result<(), TableFault> {
        if cells.len() != self.columns.len() {
            return Err(TableFault::Ragged {
                place,
                expected: self.columns.len(),
                found: cells.len(),
            });
        }
        for (number, cell) in cells.enumerate() {
            if self.label == Some(number) {
                self.push_class(place, number, cell)?
            } else {
                let value = cell.number();
                let value = value.map_err(|fault| fault.at(place, self.name(number)))?;
                self.values.push(value);
            }
        }
        Ok(())
    }

    fn push_class(
        &mut self,
        place: Place,
        number: usize,
        cell: Cell<'_>,
    ) -> Result<(), TableFault> {
        let name = cell.class();
        let name = name.map_err(|fault| fault.at(place, self.name(number)))?;
        names::check(&name).map_err(|error| TableFault::ClassName {
            place,
            column: self.name(number),
            error,
        })?;
        if self.classes.push(&name) {
            Ok(())
        } else {
            Err(TableFault::TooManyClasses { column: self.name(number), limit: classes::limit() })
        }
    }

    fn name(&self, number: usize) -> String {
        self.columns.get(number).cloned().unwrap_or_default()
    }

    /// The table, if it has rows and something to tell apart.
    pub(super) fn finish(mut self) -> Result<Table, TableFault> {
        if self.values.is_empty() {
            return Err(TableFault::Empty);
        }
        let label = self.label.map(|number| self.columns.remove(number));
        if let (Some(column), 0 | 1) = (&label, self.classes.count()) {
            return Err(TableFault::OneClass { column: column.clone() });
        }
        let classes = self.classes;
        Ok(Table {
            columns: self.columns,
            named: self.named,
            values: self.values,
            labels: label.map(|column| classes.finish(column)),
        })
    }
}

fn check_names(columns: &[String]) -> Result<(), TableFault> {
    let mut seen = HashSet::new();
    for (number, column) in (1..).zip(columns) {
        names::check(column).map_err(|error| TableFault::ColumnName { number, error })?;
        if !seen.insert(column) {
            return Err(TableFault::RepeatedColumn { column: column.clone() });
        }
    }
    Ok(())
}

fn label_place(columns: &[String], label: &LabelColumn) -> Result<Option<usize>, TableFault> {
    let wanted = match label {
        LabelColumn::None => return Ok(None),
        LabelColumn::Last => return Ok(columns.len().checked_sub(1)),
        LabelColumn::Named(wanted) => wanted,
    };
    match columns.iter().position(|column| column == wanted) {
        Some(place) => Ok(Some(place)),
        None => Err(TableFault::NoSuchColumn { column: shorten(wanted), known: list(columns) }),
    }
}

fn list(columns: &[String]) -> String {
    let first: Vec<&str> = columns.iter().take(LISTED).map(String::as_str).collect();
    match columns.len().saturating_sub(LISTED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What is wrong with a cell, before it is known where the cell is.
#[derive(Debug)]
enum CellFault {
    Missing,
    Infinite,
    NotANumber(String),
}

impl CellFault {
    fn at(self, place: Place, column: String) -> TableFault {
        match self {
            Self::Missing => TableFault::Missing { place, column },
            Self::Infinite => TableFault::Infinite { place, column },
            Self::NotANumber(text) => TableFault::NotANumber { place, column, text },
        }
    }
}

impl Cell<'_> {
    fn number(self) -> Result<f64, CellFault> {
        let number = match self {
            Self::Number(number) => number,
            Self::Missing => return Err(CellFault::Missing),
            Self::Text(text) if is_missing(&text) => return Err(CellFault::Missing),
            Self::Text(text) => {
                text.trim().parse().map_err(|_| CellFault::NotANumber(shorten(&text)))?
            }
        };
        finite(number)
    }

    fn class(self) -> Result<String, CellFault> {
        match self {
            Self::Number(number) => finite(number).map(|number| number.to_string()),
            Self::Missing => Err(CellFault::Missing),
            Self::Text(text) if is_missing(&text) => Err(CellFault::Missing),
            Self::Text(text) => Ok(text.trim().to_owned()),
        }
    }
}

fn finite(number: f64) -> Result<f64, CellFault> {
    match number {
        number if number.is_nan() => Err(CellFault::Missing),
        number if number.is_infinite() => Err(CellFault::Infinite),
        number => Ok(number),
    }
}

fn is_missing(text: &str) -> bool {
    let text = text.trim();
    MISSING.iter().any(|word| text.eq_ignore_ascii_case(word))
}
