//! From the values of a table's rows to inputs.

use super::{
    form::{DatePart, How, Levels},
    largest, Encoding, EncodingError,
};
use crate::{
    names::shown,
    problem::list,
    table::{Column, Table, Words},
    value::{
        moment::{self, DateForm, Fields},
        Value,
    },
};
use sha3::{Digest, Sha3_256};
use std::collections::HashMap;

mod strange;

pub use strange::{Finding, Strange};

/// What a key is hashed with.
const BUCKET: &[u8] = b"nn/bucket/v1";

/// Encodes the rows of one table.
#[derive(Debug)]
pub struct Encoder<'a> {
    encoding: &'a Encoding,
    sources: Vec<Source<'a>>,
    label: Option<&'a Column>,
    words: Words,
    notes: Vec<String>,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(encoding: &'a Encoding, table: &'a Table) -> Result<Self, EncodingError> {
        let found = if encoding.0.named && table.has_names() {
            by_name(encoding, table)?
        } else {
            by_place(encoding, table)?
        };
        let pairs = encoding.columns().iter().zip(found.columns);
        let sources = pairs.map(|(column, values)| Source::new(values, &column.how)).collect();
        let (label, notes) = (found.label, found.notes);
        Ok(Self { encoding, sources, label, words: Words::of_keys(encoding.missing()), notes })
    }

    /// The inputs of a row, counted from 0. All that is beyond the last row is missing.
    pub fn row(&self, row: usize) -> Vec<u16> {
        let max = largest(self.encoding.input_bits());
        let size = usize::from(self.encoding.inputs());
        let mut inputs = Vec::with_capacity(size);
        for source in &self.sources {
            source.push(&self.value(source.column, row), max, &mut inputs);
        }
        inputs.resize(size, 0);
        inputs
    }

    /// The value of a row in a column of the table, missing if a word of the encoding says so.
    pub fn value<'b>(&self, column: &'b Column, row: usize) -> Value<'b> {
        self.words.apply(column.get(row))
    }

    /// The value of a row in the column of the classes, missing if the table does not have it.
    pub fn label(&self, row: usize) -> Value<'a> {
        self.label.map_or(Value::Missing, |column| self.value(column, row))
    }

    /// The target of a row, if models answer with a number and the row has one that is finite.
    pub fn target(&self, row: usize) -> Option<u16> {
        let number = self.label(row).number().filter(|number| number.is_finite())?;
        Some(self.encoding.scale()?.target(number))
    }

    /// Whether the table has the column of the classes.
    pub fn has_label(&self) -> bool {
        self.label.is_some()
    }

    /// How the columns were found, if that is worth a sentence.
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}

/// The columns of a table that an encoding is about.
struct Matched<'a> {
    columns: Vec<&'a Column>,
    label: Option<&'a Column>,
    notes: Vec<String>,
}

fn by_name<'a>(encoding: &Encoding, table: &'a Table) -> Result<Matched<'a>, EncodingError> {
    let mut others: HashMap<&str, &Column> =
        table.columns().iter().map(|column| (column.name(), column)).collect();
    let label = others.remove(encoding.label());
    let (mut columns, mut missing) = (Vec::new(), Vec::new());
    for column in encoding.columns() {
        match others.remove(column.name.as_str()) {
            Some(found) => columns.push(found),
            None => missing.push(column.name.clone()),
        }
    }
    if !missing.is_empty() {
        return Err(EncodingError::Columns { missing });
    }
    let extra = table.columns().iter().map(Column::name).filter(|name| others.contains_key(name));
    let notes = extra_note(&extra.collect::<Vec<_>>()).into_iter().collect();
    Ok(Matched { columns, label, notes })
}

fn extra_note(names: &[&str]) -> Option<String> {
    if names.is_empty() {
        return None;
    }
    let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
    let names = list(names.iter().map(String::as_str));
    Some(format!("the model does not use all columns, these are left out: {names}"))
}

fn by_place<'a>(encoding: &Encoding, table: &'a Table) -> Result<Matched<'a>, EncodingError> {
    let label = encoding.label_place();
    let (expected, found) = (size(encoding.0.width), table.columns().len());
    let has_label = found == expected;
    if !has_label && found.checked_add(1) != Some(expected) {
        return Err(EncodingError::Width { expected, found });
    }
    let places = encoding
        .columns()
        .iter()
        .map(|column| usize::from(column.place) - usize::from(!has_label && column.place > label));
    let columns = places.filter_map(|place| table.columns().get(place)).collect();
    let label = table.columns().get(usize::from(label)).filter(|_| has_label);
    let notes = place_note(encoding, table).into_iter().collect();
    Ok(Matched { columns, label, notes })
}

/// Somebody who has given names may believe that they matter.
fn place_note(encoding: &Encoding, table: &Table) -> Option<String> {
    let who = match (encoding.0.named, table.has_names()) {
        (true, false) => "the table",
        (false, true) => "the data that the model was made from",
        (true, true) | (false, false) => return None,
    };
    Some(format!("columns are found by their places, because {who} has no names of columns"))
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A column of the table and how it becomes inputs.
#[derive(Debug)]
pub(super) struct Source<'a> {
    column: &'a Column,
    how: &'a How,
    /// The place of each text's category.
    places: HashMap<&'a str, usize>,
}

impl<'a> Source<'a> {
    pub(super) fn new(column: &'a Column, how: &'a How) -> Self {
        let categories = how.values().iter().enumerate();
        let places = categories
            .flat_map(|(place, texts)| texts.iter().map(move |text| (text.as_str(), place)));
        Self { column, how, places: places.collect() }
    }

    /// Adds the inputs of a value.
    pub(super) fn push(&self, value: &Value<'_>, max: u16, inputs: &mut Vec<u16>) {
        match self.how {
            How::Steps { at, missing } => {
                let number = value.number();
                inputs.push(number.map_or(missing.level, |number| step(at, number, max)));
                push_flag(inputs, missing.flag, number.is_none(), max);
            }
            How::Choices { other, missing, .. } => {
                let choice = self.choice(value, *other, *missing);
                one_hot(inputs, self.how.inputs(), choice, max);
            }
            How::Ranks { values, other, missing } => {
                inputs.push(match self.place(value) {
                    Some(Some(place)) => rank(place, values.len(), max),
                    Some(None) => *other,
                    None => *missing,
                });
            }
            How::Buckets { inputs: size, missing } => {
                let place = match value.key() {
                    Some(key) => bucket(&key, *size),
                    None => missing.then_some(usize::from(*size)),
                };
                one_hot(inputs, self.how.inputs(), place, max);
            }
            How::Date { form, parts, missing } => {
                let fields = moment_of(value, *form).map(moment::fields);
                inputs.extend(parts.iter().map(|part| date_level(part, fields.as_ref(), max)));
                push_flag(inputs, *missing, fields.is_none(), max);
            }
        }
    }

    /// The place of a value's category, if there is a value and a category.
    fn place(&self, value: &Value<'_>) -> Option<Option<usize>> {
        let key = value.key()?;
        Some(self.places.get(&*key).copied())
    }

    fn choice(&self, value: &Value<'_>, other: bool, missing: bool) -> Option<usize> {
        let count = self.how.values().len();
        if value.is_missing() && missing {
            return Some(count + usize::from(other));
        }
        self.place(value).flatten().or(other.then_some(count))
    }
}

fn push_flag(inputs: &mut Vec<u16>, flag: bool, is_set: bool, max: u16) {
    if flag {
        inputs.push(if is_set { max } else { 0 });
    }
}

/// Adds inputs, one of which is the largest.
fn one_hot(inputs: &mut Vec<u16>, count: usize, place: Option<usize>, max: u16) {
    inputs.extend((0..count).map(|input| if place == Some(input) { max } else { 0 }));
}

/// The level of a number that reaches some thresholds.
pub(super) fn step(at: &[f64], number: f64, max: u16) -> u16 {
    level(at.partition_point(|threshold| *threshold <= number), at.len(), max)
}

/// `⌊(2·i·max + k)/(2·k)⌋`: a share of the largest input, halves upwards. Both counts are those of
/// thresholds or categories, so nothing overflows.
pub(super) fn level(count: usize, all: usize, max: u16) -> u16 {
    let (count, all) = (count as u64, all as u64);
    let level = (2 * count * u64::from(max) + all).checked_div(2 * all);
    level.and_then(|level| u16::try_from(level).ok()).unwrap_or_default()
}

/// The level of a category in an order of so many.
pub(super) fn rank(place: usize, all: usize, max: u16) -> u16 {
    match all {
        1 => max,
        _ => level(place, all.saturating_sub(1), max),
    }
}

/// The place that a key is hashed to.
fn bucket(key: &str, buckets: u16) -> Option<usize> {
    let hash = Sha3_256::new_with_prefix(BUCKET).chain_update(key).finalize();
    let first = u64::from_be_bytes(*hash.first_chunk::<8>()?);
    usize::try_from(first.checked_rem(buckets.into())?).ok()
}

/// The moment that a value is or that its text names.
pub(super) fn moment_of(value: &Value<'_>, form: DateForm) -> Option<i64> {
    match value {
        Value::Moment(moment) => Some(*moment),
        Value::Text(text) => moment::parse(text, form),
        _ => None,
    }
}

fn date_level(part: &DatePart, fields: Option<&Fields>, max: u16) -> u16 {
    let Some(value) = fields.map(|fields| part.part.of(fields)) else {
        return 0;
    };
    match &part.levels {
        Levels::Steps(at) => step(at, value as f64, max),
        Levels::Table(table) => {
            let level = usize::try_from(value).ok().and_then(|value| table.get(value));
            level.copied().unwrap_or_default()
        }
    }
}
