//! A line of text for each row.

use super::{Columns, Line, Sink, Word};
use serde::{ser::SerializeMap, Serialize, Serializer};
use std::{
    borrow::Cow,
    io::{self, BufWriter, Write},
};

/// Between the names of two columns in one cell.
const BETWEEN: &str = "; ";

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Cells, below a line with their names.
    Cells { separator: char },
    /// A JSON object.
    Objects,
}

/// Lines of text.
#[derive(Debug)]
pub(super) struct Text {
    out: BufWriter<Sink>,
    style: Style,
    columns: Columns,
}

/// A row as JSON.
struct Object<'a> {
    columns: &'a Columns,
    row: usize,
    line: &'a Line<'a>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { columns, row, line } = self;
        let (answer, known) = (line.answer.map(Cell), line.known.map(Cell));
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("row", row)?;
        map.serialize_entry(columns.answer(), &answer)?;
        map.serialize_entry(&format!("true_{}", columns.answer()), &known)?;
        if columns.outside {
            map.serialize_entry("outside", line.outside)?;
        }
        if !columns.scores.is_empty() {
            map.serialize_entry("scores", &Scores(&columns.scores, line.scores))?;
        }
        map.end()
    }
}

/// An answer as JSON.
struct Cell<'a>(Word<'a>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Word::Class(name) => serializer.serialize_str(name),
            Word::Number(number) => serializer.serialize_f64(number),
        }
    }
}

/// Classes and their scores.
struct Scores<'a>(&'a [String], &'a [f64]);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// What stands in the cell of several names.
pub(super) fn joined(names: &[&str]) -> String {
    names.join(BETWEEN)
}

/// What the column of a class's score is called.
pub(super) fn score_name(class: &str) -> String {
    format!("score of {class}")
}

impl Text {
    /// Begins with the line of the names, if there is one.
    pub(super) fn create(out: BufWriter<Sink>, style: Style, columns: Columns) -> io::Result<Self> {
        let mut text = Self { out, style, columns };
        if let Style::Cells { separator } = style {
            let outside = text.columns.outside.then(|| "outside".to_owned());
            let scores = text.columns.scores.iter().map(|class| score_name(class));
            let answer = text.columns.answer();
            let first = ["row".to_owned(), answer.to_owned(), format!("true {answer}")];
            let names: Vec<String> = first.into_iter().chain(outside).chain(scores).collect();
            text.write_cells(separator, &names)?;
        }
        Ok(text)
    }

    pub(super) fn add(&mut self, row: usize, line: &Line<'_>) -> io::Result<()> {
        match self.style {
            Style::Cells { separator } => {
                let cells = self.cells(row, line);
                self.write_cells(separator, &cells)
            }
            Style::Objects => {
                let object = Object { columns: &self.columns, row, line };
                serde_json::to_writer(&mut self.out, &object)?;
                self.out.write_all(b"\n")
            }
        }
    }

    /// What is to be flushed.
    pub(super) fn finish(self) -> BufWriter<Sink> {
        self.out
    }

    fn cells(&self, row: usize, line: &Line<'_>) -> Vec<String> {
        let word = |word: Option<Word<'_>>| word.map(|word| word.to_string()).unwrap_or_default();
        let first = [row.to_string(), word(line.answer), word(line.known)];
        let outside = self.columns.outside.then(|| joined(line.outside));
        let scores = line.scores.iter().map(f64::to_string);
        first.into_iter().chain(outside).chain(scores).collect()
    }

    fn write_cells(&mut self, separator: char, cells: &[String]) -> io::Result<()> {
        for (place, text) in cells.iter().enumerate() {
            if place > 0 {
                write!(self.out, "{separator}")?;
            }
            self.out.write_all(cell(text, separator).as_bytes())?;
        }
        self.out.write_all(b"\n")
    }
}

/// A cell, in quotation marks if it would end too early without them.
fn cell(text: &str, separator: char) -> Cow<'_, str> {
    if text.contains([separator, '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
