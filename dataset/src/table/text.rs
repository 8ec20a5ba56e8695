//! Text with one record a line, whose cells a separator keeps apart.

use super::{
    builder::{Builder, Reader},
    dialect::{self, Dialect, Sample},
    unicode::{self, NotUtf16},
    words::Words,
    Layout, Place, ReadOptions, TableFault,
};
use crate::value::trim;
use csv::{ByteRecord, ErrorKind};
use std::{
    io::{self, Chain, Cursor, Read},
    mem,
};

/// Longest record that is read with little memory as well, in bytes.
const SMALL_RECORD: usize = 64 * 1024;

/// So many bytes of memory are allowed for a byte of a record.
const MEMORY_OF_BYTE: u64 = 16;

/// A text whose beginning was looked at.
type Source = Chain<Cursor<Vec<u8>>, unicode::Source>;

/// Opens a text. `told` is the separator that the file's name implies.
pub(super) fn open(
    source: unicode::Source,
    options: &ReadOptions,
    told: Option<u8>,
) -> Result<Box<dyn Reader>, TableFault> {
    let (mut source, note) = unicode::open(source)?;
    let sample = Sample::take(&mut source)?;
    refuse_zeros(&sample.bytes)?;
    let mut dialect = Dialect::of(&sample, options, told);
    dialect.notes.extend(note);
    let source = Cursor::new(sample.bytes).chain(source);
    let records = Records::new(source, dialect.separator, options.memory);
    let words = Words::of(&dialect.text);
    Ok(Box::new(Text { dialect, words, records, columns: 0, first: None }))
}

/// No text in UTF-8 has a zero byte, but those in UTF-16 without a mark and other files do.
fn refuse_zeros(bytes: &[u8]) -> Result<(), TableFault> {
    match bytes.iter().position(|byte| *byte == 0) {
        Some(zero) => {
            let before = bytes.get(..zero).unwrap_or_default();
            let place = Place::Line(line_ends(before).saturating_add(1));
            Err(TableFault::NotUtf8 { place })
        }
        None => Ok(()),
    }
}

/// How many lines end in a text.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// A text that is being read.
struct Text {
    dialect: Dialect,
    words: Words,
    records: Records,
    columns: usize,
    /// Where the first record is, while it is a row that was not pushed yet.
    first: Option<Place>,
}

impl Reader for Text {
    fn start(&mut self, memory: u64) -> Result<Builder, TableFault> {
        let place = self.records.advance()?.ok_or(TableFault::Empty)?;
        self.columns = self.records.record.len();
        let names = self.dialect.has_names.then(|| self.records.names(place));
        let names = names.transpose()?;
        self.first = names.is_none().then_some(place);
        let mut builder = Builder::new(names, self.columns, memory)?;
        let decimal_comma = self.dialect.text.decimal_comma;
        builder.lay_out(Layout { separator: self.dialect.separator, decimal_comma });
        for note in mem::take(&mut self.dialect.notes) {
            builder.note(note);
        }
        Ok(builder)
    }

    fn read(&mut self, builder: &mut Builder, rows: usize) -> Result<bool, TableFault> {
        while builder.rows() < rows {
            let next = match self.first.take() {
                Some(first) => Some(first),
                None => self.records.advance()?,
            };
            let Some(place) = next else {
                return Ok(false);
            };
            self.push(builder, place)?;
        }
        Ok(true)
    }
}

impl Text {
    /// Adds the record that stands here as a row.
    fn push(&self, builder: &mut Builder, place: Place) -> Result<(), TableFault> {
        let (expected, found) = (self.columns, self.records.record.len());
        if found != expected {
            return Err(TableFault::Ragged { place, expected, found });
        }
        for column in 0..found {
            let cell = self.records.cell(column, place)?;
            builder.push(column, self.words.read(cell))?;
        }
        builder.end_row(place)
    }
}

/// The records of a text, one after the other.
struct Records {
    parser: csv::Reader<Passed>,
    record: ByteRecord,
    memory: u64,
}

impl Records {
    fn new(source: Source, separator: u8, memory: u64) -> Self {
        let most = usize::try_from(memory / MEMORY_OF_BYTE).unwrap_or(usize::MAX);
        let source = Passed::new(source, most.max(SMALL_RECORD));
        let parser = dialect::parser(source, separator);
        Self { parser, record: ByteRecord::new(), memory }
    }

    /// Reads the next record and says where it begins.
    fn advance(&mut self) -> Result<Option<Place>, TableFault> {
        match self.parser.read_byte_record(&mut self.record) {
            Ok(true) => Ok(Some(self.place())),
            Ok(false) => Ok(None),
            Err(error) => Err(self.fault(error)),
        }
    }

    fn place(&mut self) -> Place {
        let offset = self.record.position().map_or(0, csv::Position::byte);
        Place::Line(self.parser.get_mut().line(offset))
    }

    fn fault(&self, error: csv::Error) -> TableFault {
        let reason = reason(&error);
        if reason.is_some_and(|reason| reason.kind() == io::ErrorKind::OutOfMemory) {
            TableFault::OutOfMemory { limit: self.memory }
        } else if let Some(fault) = reason.and_then(NotUtf16::of) {
            fault.into()
        } else if error.is_io_error() {
            TableFault::Io(error.into())
        } else {
            TableFault::Csv(error)
        }
    }

    /// The text of a cell of the record at `place`.
    fn cell(&self, column: usize, place: Place) -> Result<&str, TableFault> {
        let bytes = self.record.get(column).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|error| {
            let start = self.record.range(column).map_or(0, |range| range.start);
            let valid = start.saturating_add(error.valid_up_to());
            let before = self.record.as_slice().get(..valid).unwrap_or_default();
            TableFault::NotUtf8 { place: below(place, line_ends(before)) }
        })
    }

    fn names(&self, place: Place) -> Result<Vec<String>, TableFault> {
        let columns = 0..self.record.len();
        columns.map(|column| self.cell(column, place).map(|name| trim(name).to_owned())).collect()
    }
}

/// Why nothing more could be read, if that is what is wrong.
fn reason(error: &csv::Error) -> Option<&io::Error> {
    match error.kind() {
        ErrorKind::Io(reason) => Some(reason),
        _ => None,
    }
}

/// The place so many lines further down.
fn below(place: Place, lines: u64) -> Place {
    match place {
        Place::Line(line) => Place::Line(line.saturating_add(lines)),
        Place::Row(row) => Place::Row(row),
    }
}

/// A source that counts lines, for which it keeps the bytes of the record that is being read. The
/// parser's own count is that in front of the blank lines before a record, and with `\r\n` one
/// behind.
struct Passed {
    source: Source,
    kept: Vec<u8>,
    /// Where in the text the first kept byte is.
    start: u64,
    /// Kept bytes whose line ends were counted.
    counted: usize,
    line: u64,
    /// Most bytes of a record.
    most: usize,
}

impl Passed {
    fn new(source: Source, most: usize) -> Self {
        Self { source, kept: Vec::new(), start: 0, counted: 0, line: 1, most }
    }

    /// The line of the record behind the blank lines that may be at `offset`. Bytes before it are
    /// not asked for again.
    fn line(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let rest = self.kept.get(offset..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let record = offset.saturating_add(blank);
        let passed = self.kept.get(self.counted..record).unwrap_or_default();
        self.line = self.line.saturating_add(line_ends(passed));
        self.counted = record.min(self.kept.len());
        self.line
    }

    fn forget_counted(&mut self) {
        self.kept.drain(..self.counted);
        self.start = self.start.saturating_add(self.counted as u64);
        self.counted = 0;
    }
}

impl Read for Passed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.forget_counted();
        if self.kept.len() > self.most {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        let count = self.source.read(buffer)?;
        self.kept.extend_from_slice(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
