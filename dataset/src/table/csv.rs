//! Text with commas, semicolons or tabs between its cells.

use super::{
    builder::{Builder, Cell},
    Header, Place, ReadOptions, Table, TableFault,
};
use ::csv::{Reader, ReaderBuilder, StringRecord, Trim};
use std::{borrow::Cow, io::Read};

/// What may separate the cells of a text.
const SEPARATORS: [u8; 3] = *b",;\t";

/// Reads a text whose name tells this separator.
pub(super) fn read(
    mut source: impl Read,
    told: u8,
    options: &ReadOptions,
) -> Result<Table, TableFault> {
    let mut text = Vec::new();
    source.read_to_end(&mut text)?;
    check_encoding(&text)?;
    let mut lines = Lines::of(&text);
    let mut reader = parser(&text, separator(&text, told));
    let mut record = StringRecord::new();
    if !reader.read_record(&mut record)? {
        return Err(TableFault::Empty);
    }
    let mut builder = start(&record, &mut lines, options)?;
    while reader.read_record(&mut record)? {
        push(&mut builder, lines.place(&record), &record)?;
    }
    builder.finish()
}

fn check_encoding(text: &[u8]) -> Result<(), TableFault> {
    let Err(error) = std::str::from_utf8(text) else {
        return Ok(());
    };
    let valid = text.get(..error.valid_up_to()).unwrap_or_default();
    let ends = valid.iter().map(|byte| u64::from(*byte == b'\n'));
    let place = Place::Line(1 + ends.sum::<u64>());
    Err(TableFault::NotUtf8 { place })
}

fn parser(text: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        // Rows of another length are reported by the builder, with what to do.
        .flexible(true)
        .trim(Trim::All)
        .delimiter(separator)
        .from_reader(text)
}

/// The separator that the file name implies. If that leaves the first record in one piece, it is
/// another one that gives the first two records equally many cells: a name may contain a semicolon
/// that separates nothing in its column.
fn separator(text: &[u8], told: u8) -> u8 {
    if widths(text, told).first() != Some(&1) {
        return told;
    }
    let separates = |other: &u8| {
        let widths = widths(text, *other);
        let first = widths.first().filter(|first| **first > 1);
        first.is_some_and(|first| widths.iter().all(|width| width == first))
    };
    SEPARATORS.into_iter().find(separates).unwrap_or(told)
}

/// Cells of the first two records.
fn widths(text: &[u8], separator: u8) -> Vec<usize> {
    let records = parser(text, separator).into_records().take(2);
    records.filter_map(|record| record.ok()).map(|record| record.len()).collect()
}

/// Counts lines. The parser's own count is that in front of the blank lines before a record, and
/// with `\r\n` one behind.
struct Lines<'a> {
    text: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { text, counted: 0, line: 1 }
    }

    /// The line on which a record begins, which follows the one asked for before.
    fn place(&mut self, record: &StringRecord) -> Place {
        let offset = record.position().map_or(0, |position| position.byte());
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.text.get(offset..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| b"\r\n".contains(byte));
        let start = offset.saturating_add(blank.count());
        let passed = self.text.get(self.counted..start).unwrap_or_default();
        for byte in passed {
            self.line += u64::from(*byte == b'\n');
        }
        self.counted = start;
        Place::Line(self.line)
    }
}

/// Takes the first line as header or as row.
fn start(
    first: &StringRecord,
    lines: &mut Lines<'_>,
    options: &ReadOptions,
) -> Result<Builder, TableFault> {
    let is_header = match options.header {
        Header::Present => true,
        Header::Absent => false,
        Header::Detect => first.iter().all(|cell| cell.parse::<f64>().is_err()),
    };
    if is_header {
        let names = first.iter().map(str::to_owned).collect();
        return Builder::named(names, &options.label);
    }
    let mut builder = Builder::unnamed(first.len(), &options.label)?;
    push(&mut builder, lines.place(first), first)?;
    Ok(builder)
}

fn push(builder: &mut Builder, place: Place, record: &StringRecord) -> Result<(), TableFault> {
    let cells: Vec<Cell<'_>> = record.iter().map(|cell| Cell::Text(Cow::Borrowed(cell))).collect();
    builder.push(place, cells.into_iter())
}
