//! How a text is laid out: what separates its cells, how it writes decimals, and whether its first
//! line names the columns. What is not told is found in the beginning of the text.

use super::{text::line_ends, Header, ReadOptions};
use crate::{
    names::shown,
    value::{trim, TextRules, Value},
};
use csv::{ByteRecord, ReaderBuilder};
use std::{
    cmp::Reverse,
    collections::HashSet,
    io::{self, Read},
};

/// What may separate the cells of a text, the most usual first.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// Bytes of the beginning. It is taken so many times until it holds enough lines, for wide tables.
const LENGTH: u64 = 64 * 1024;

/// Lines that are enough.
const LINES: u64 = 3;

/// Bytes that are enough whatever the lines.
const MOST: usize = 4 << 20;

/// Records whose cells are counted.
const COUNTED: usize = 100;

/// So many numbers that count up from 0 are names, whatever stands below them.
const SURE: usize = 8;

/// So many are names if none of them occurs again in its column. Fewer are a row.
const LEAST: usize = 3;

/// What is told of a first line that is a row, but may be the header.
const ROW: &str =
    "the first line is read as a row, because it has numbers; say `--header present` if it is the \
     header";

/// Numbers that a note lists.
const LISTED: usize = 8;

/// The beginning of a text.
#[derive(Debug)]
pub(super) struct Sample {
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether nothing follows.
    whole: bool,
}

/// How a text is laid out.
#[derive(Debug)]
pub(super) struct Dialect {
    /// What separates its cells.
    pub(super) separator: u8,
    /// How its cells are understood.
    pub(super) text: TextRules,
    /// Whether its first line names the columns.
    pub(super) has_names: bool,
    /// What was guessed, in sentences.
    pub(super) notes: Vec<String>,
}

/// A reader of records of any length.
pub(super) fn parser<R: Read>(source: R, separator: u8) -> csv::Reader<R> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator).from_reader(source)
}

impl Sample {
    /// Takes the beginning off the source.
    pub(super) fn take(source: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let whole = loop {
            let read = source.by_ref().take(LENGTH).read_to_end(&mut bytes)?;
            if (read as u64) < LENGTH {
                break true;
            }
            if line_ends(&bytes) >= LINES || bytes.len() >= MOST {
                break false;
            }
        };
        Ok(Self { bytes, whole })
    }

    /// Its records, without the last one if that may be cut.
    fn records(&self, separator: u8) -> Vec<ByteRecord> {
        let records = parser(self.bytes.as_slice(), separator).into_byte_records();
        let mut records: Vec<ByteRecord> = records.map_while(Result::ok).collect();
        if !self.whole && records.len() > 1 {
            records.pop();
        }
        records
    }
}

impl Dialect {
    /// Finds what is not told. `told` is the separator that the file's name implies.
    pub(super) fn of(sample: &Sample, options: &ReadOptions, told: Option<u8>) -> Self {
        let mut notes = Vec::new();
        let separator = options.separator.unwrap_or_else(|| {
            let found = separator(sample, told);
            notes.extend(separator_note(found, told));
            found
        });
        let records = sample.records(separator);
        let text = text_rules(&records, separator, options, &mut notes);
        let has_names = match options.header {
            Header::Present => true,
            Header::Absent => false,
            Header::Detect => has_names(&records, &text, &mut notes),
        };
        Self { separator, text, has_names, notes }
    }
}

/// How a separator cuts the first records.
struct Cut {
    separator: u8,
    /// Cells of the first record.
    cells: usize,
    /// Records that have another number of cells.
    odd: usize,
    /// Whether some cells are decimals with a comma.
    comma_decimals: bool,
}

impl Cut {
    /// `None` if the first record stays in one piece, or most of the others are cut differently.
    fn of(sample: &Sample, separator: u8) -> Option<Self> {
        let records = sample.records(separator);
        let widths: Vec<usize> = records.iter().take(COUNTED).map(ByteRecord::len).collect();
        let cells = widths.first().copied().filter(|first| *first > 1)?;
        let odd = widths.iter().filter(|width| **width != cells).count();
        if odd.saturating_mul(2) >= widths.len() {
            return None;
        }
        let comma_decimals = separator != b',' && comma_decimal(&records).is_some();
        Some(Self { separator, cells, odd, comma_decimals })
    }
}

fn separator(sample: &Sample, told: Option<u8>) -> u8 {
    if let Some(told) = told.filter(|told| cuts_first_record(sample, *told)) {
        return told;
    }
    best_separator(sample).or(told).unwrap_or(b',')
}

fn cuts_first_record(sample: &Sample, separator: u8) -> bool {
    let first = sample.records(separator).into_iter().next();
    first.is_some_and(|record| record.len() > 1)
}

/// The one that gives the most records as many cells as the first has, and then the most cells. But
/// where another one leaves decimals with a comma as cells, commas separate nothing.
fn best_separator(sample: &Sample) -> Option<u8> {
    let cuts = SEPARATORS.into_iter().filter_map(|separator| Cut::of(sample, separator));
    let cuts: Vec<Cut> = cuts.collect();
    let best = cuts.iter().min_by_key(|cut| (cut.odd, Reverse(cut.cells)))?;
    let others = cuts.iter().filter(|cut| best.separator == b',' && cut.odd == best.odd);
    let other = others.filter(|cut| cut.comma_decimals).min_by_key(|cut| Reverse(cut.cells));
    Some(other.unwrap_or(best).separator)
}

fn separator_note(found: u8, told: Option<u8>) -> Option<String> {
    let name = match found {
        b',' => "commas",
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "vertical bars",
    };
    let note = || format!("cells are separated by {name}; `--separator` tells another character");
    (found != told.unwrap_or(b',')).then(note)
}

/// What is told of numbers, or commas as decimal marks if the text has such numbers alone.
fn text_rules(
    records: &[ByteRecord],
    separator: u8,
    options: &ReadOptions,
    notes: &mut Vec<String>,
) -> TextRules {
    let mut rules = options.text.clone();
    if options.decimal_told || separator == b',' {
        return rules;
    }
    if let Some(example) = comma_decimal(records) {
        notes.push(format!(
            "numbers are written with a decimal comma: {example} is read as {}; say `--decimal \
             point` if that is wrong",
            example.replace(',', ".")
        ));
        rules.decimal_comma = true;
    }
    rules
}

/// The first cell with a decimal comma, if no cell has a decimal point.
fn comma_decimal(records: &[ByteRecord]) -> Option<String> {
    let mut cells = records.iter().flat_map(ByteRecord::iter);
    if cells.clone().any(|cell| is_decimal(cell, b'.')) {
        return None;
    }
    let found = cells.find(|cell| is_decimal(cell, b','))?;
    Some(shown(trim(&String::from_utf8_lossy(found))))
}

/// Whether a cell is two groups of digits with this mark between them.
fn is_decimal(cell: &[u8], mark: u8) -> bool {
    let cell = cell.trim_ascii();
    let digits = cell.strip_prefix(b"-").or_else(|| cell.strip_prefix(b"+")).unwrap_or(cell);
    let mut groups = digits.split(|byte| *byte == mark);
    let mut is_group = || {
        let digits = groups.next().filter(|group| !group.is_empty());
        digits.is_some_and(|group| group.iter().all(u8::is_ascii_digit))
    };
    is_group() && is_group() && groups.next().is_none()
}

fn has_names(records: &[ByteRecord], rules: &TextRules, notes: &mut Vec<String>) -> bool {
    let lines: Vec<Vec<String>> = records.iter().map(texts).collect();
    let Some((first, below)) = lines.split_first() else {
        return false;
    };
    let cells = first.iter().map(|cell| Value::from_text(cell, rules)).collect();
    let first = FirstLine { cells, below, rules };
    let names = first.names();
    notes.extend(first.note(names));
    names != Names::None
}

fn texts(record: &ByteRecord) -> Vec<String> {
    record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
}

/// Why a first line names the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// It has no numbers.
    Texts,
    /// It has no numbers, but some of its texts occur again below it or are dates.
    Doubtful,
    /// Its numbers are the places of the columns.
    Places,
    /// It has numbers, but also a text above nothing but numbers.
    Mixed,
    /// It does not.
    None,
}

/// The first line of a text, which may name the columns.
struct FirstLine<'a> {
    cells: Vec<Value<'a>>,
    below: &'a [Vec<String>],
    rules: &'a TextRules,
}

impl<'a> FirstLine<'a> {
    fn names(&self) -> Names {
        if !self.cells.iter().any(is_number) {
            return if self.is_doubtful() { Names::Doubtful } else { Names::Texts };
        }
        if self.has_places() && (self.has_own_names() || self.counts_up()) {
            return Names::Places;
        }
        if self.texts().any(|(place, _)| self.is_above_numbers(place)) {
            return Names::Mixed;
        }
        Names::None
    }

    fn note(&self, names: Names) -> Option<String> {
        let why = match names {
            Names::Texts => return None,
            Names::None => return self.has_own_text().then(|| ROW.to_owned()),
            Names::Doubtful => "although some of its texts occur again or are dates".to_owned(),
            Names::Places => "because its numbers are the places of the columns".to_owned(),
            Names::Mixed => format!("although it has numbers: {}", self.listed_numbers()),
        };
        Some(format!(
            "the first line is read as the header, {why}; say `--header absent` if it is a row"
        ))
    }

    fn numbers(&self) -> impl Iterator<Item = (usize, &Value<'a>)> {
        self.cells.iter().enumerate().filter(|(_, cell)| is_number(cell))
    }

    fn texts(&self) -> impl Iterator<Item = (usize, &Value<'a>)> {
        self.cells.iter().enumerate().filter(|(_, cell)| is_text(cell))
    }

    /// What stands below a cell and is not missing.
    fn below(&self, place: usize) -> impl Iterator<Item = Value<'a>> + 'a {
        let (below, rules) = (self.below, self.rules);
        let cells = below.iter().filter_map(move |line| line.get(place));
        let values = cells.map(move |cell| Value::from_text(cell, rules));
        values.filter(|value| !value.is_missing())
    }

    fn occurs_again(&self, place: usize, cell: &Value<'_>) -> bool {
        self.below(place).any(|value| value.key() == cell.key())
    }

    fn is_above_numbers(&self, place: usize) -> bool {
        let mut values = self.below(place).peekable();
        values.peek().is_some() && values.all(|value| is_number(&value))
    }

    /// Whether it may be a row, although it has no numbers.
    fn is_doubtful(&self) -> bool {
        let mut texts = self.texts();
        texts.any(|(place, cell)| is_date(cell) || self.occurs_again(place, cell))
    }

    /// Whether it may be the header, although it has numbers.
    fn has_own_text(&self) -> bool {
        let mut texts = self.texts().filter(|(_, cell)| !is_date(cell));
        !self.below.is_empty() && texts.any(|(place, cell)| !self.occurs_again(place, cell))
    }

    /// Whether the numbers are their places from 0, a column without a name in front left out.
    fn has_places(&self) -> bool {
        let index = usize::from(self.cells.first().is_some_and(Value::is_missing));
        let is_place = |(place, cell): (usize, &Value<'_>)| {
            cell.key().as_deref() == Some(place.saturating_sub(index).to_string().as_str())
        };
        self.numbers().all(is_place)
    }

    /// Whether there is a text, all cells differ and no text occurs again.
    fn has_own_names(&self) -> bool {
        let present = || self.cells.iter().filter_map(Value::key);
        let different: HashSet<_> = present().collect();
        let mut texts = self.texts().peekable();
        !self.below.is_empty()
            && different.len() == present().count()
            && texts.peek().is_some()
            && texts.all(|(place, cell)| !self.occurs_again(place, cell))
    }

    /// Whether numbers count up as no row of data does.
    fn counts_up(&self) -> bool {
        let numbers = self.numbers().count();
        let is_rare = || !self.numbers().any(|(place, cell)| self.occurs_again(place, cell));
        self.texts().next().is_none()
            && !self.next_line_counts_up()
            && (numbers >= SURE || numbers >= LEAST && is_rare())
    }

    /// Whether the second line counts up as well. One that does not exist does.
    fn next_line_counts_up(&self) -> bool {
        let line = self.below.first().map(Vec::as_slice).unwrap_or_default();
        let number = |cell: &String| Value::from_text(cell, self.rules).number();
        let numbers: Vec<Option<f64>> = line.iter().map(number).collect();
        let mut pairs = numbers.iter().zip(numbers.iter().skip(1));
        pairs.all(|pair| matches!(pair, (Some(a), Some(b)) if b - a == 1.0))
    }

    fn listed_numbers(&self) -> String {
        let numbers = self.numbers().filter_map(|(_, cell)| cell.key());
        let first: Vec<String> = numbers.take(LISTED).map(|number| shown(&number)).collect();
        match self.numbers().count().saturating_sub(LISTED) {
            0 => first.join(", "),
            more => format!("{} and {more} more", first.join(", ")),
        }
    }
}

fn is_number(value: &Value<'_>) -> bool {
    value.is_number() || matches!(value, Value::Truth(_))
}

fn is_date(value: &Value<'_>) -> bool {
    matches!(value, Value::Moment(_))
}

fn is_text(value: &Value<'_>) -> bool {
    matches!(value, Value::Text(_) | Value::Moment(_))
}

#[cfg(test)]
mod tests;
