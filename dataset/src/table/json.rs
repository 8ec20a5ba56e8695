//! JSON: a flat object for each row, one below the other or in a list.
//!
//! Numbers are taken by their text, so that none of their digits is lost.

use super::{
    builder::{Builder, Reader},
    unicode,
    words::Words,
    Place, ReadOptions, TableFault, MAX_COLUMNS,
};
use crate::{names::shown, value::Value};
use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

mod fields;
mod objects;

use fields::{fields, Cell};
use objects::{Object, Objects};

/// Objects whose fields become columns.
const NAMING: usize = 10_000;

/// So many bytes of memory are allowed for a byte of the objects that are looked at in advance.
const MEMORY_OF_BYTE: u64 = 4;

/// Opens a text.
pub(super) fn open(
    source: unicode::Source,
    options: &ReadOptions,
) -> Result<Box<dyn Reader>, TableFault> {
    let (source, note) = unicode::open(source)?;
    let objects = Objects::new(source, options.memory);
    let words = Words::of(&options.text);
    Ok(Box::new(Json { objects, words, note, columns: HashMap::new(), ahead: VecDeque::new() }))
}

/// A text that is being read.
struct Json {
    objects: Objects,
    words: Words,
    /// What is to be told about the text.
    note: Option<String>,
    /// Places of the fields.
    columns: HashMap<String, usize>,
    /// Objects that were looked at for their fields.
    ahead: VecDeque<Object>,
}

impl Reader for Json {
    fn start(&mut self, memory: u64) -> Result<Builder, TableFault> {
        let most = usize::try_from(memory / MEMORY_OF_BYTE).unwrap_or(usize::MAX);
        let names = self.look_ahead(most)?;
        if self.ahead.is_empty() {
            return Err(TableFault::Empty);
        }
        let columns = names.len();
        let mut builder = Builder::new(Some(names), columns, memory)?;
        if let Some(note) = self.note.take() {
            builder.note(note);
        }
        Ok(builder)
    }

    fn read(&mut self, builder: &mut Builder, rows: usize) -> Result<bool, TableFault> {
        while builder.rows() < rows {
            let next = match self.ahead.pop_front() {
                Some(object) => Some(object),
                None => self.objects.advance()?,
            };
            let Some(object) = next else {
                return Ok(false);
            };
            self.push(builder, &object)?;
        }
        Ok(true)
    }
}

impl Json {
    /// Reads the first objects, of so many bytes, for the names of their fields.
    fn look_ahead(&mut self, most: usize) -> Result<Vec<String>, TableFault> {
        let mut names = Vec::new();
        let mut bytes = 0usize;
        while self.ahead.len() < NAMING && bytes < most {
            let Some(object) = self.objects.advance()? else {
                break;
            };
            for (name, _) in fields(&object.text).map_err(|reason| object.fault(reason))? {
                self.name(&name, &mut names)?;
            }
            bytes = bytes.saturating_add(object.text.len());
            self.ahead.push_back(object);
        }
        Ok(names)
    }

    fn name(&mut self, name: &str, names: &mut Vec<String>) -> Result<(), TableFault> {
        if !self.columns.contains_key(name) {
            self.columns.insert(name.to_owned(), names.len());
            names.push(name.to_owned());
        }
        if names.len() > MAX_COLUMNS {
            return Err(TableFault::TooManyColumns { found: names.len() as u64 });
        }
        Ok(())
    }

    fn push(&self, builder: &mut Builder, object: &Object) -> Result<(), TableFault> {
        let cells = self.cells(object).map_err(|reason| object.fault(reason))?;
        for (column, cell) in cells.iter().enumerate() {
            let value = match cell {
                Some((name, cell)) => self.value(name, cell).map_err(|r| object.fault(r))?,
                None => Value::Missing,
            };
            builder.push(column, value)?;
        }
        builder.end_row(Place::Line(object.line))
    }

    /// The fields of an object in the order of the columns.
    fn cells<'a>(&self, object: &'a Object) -> Result<Vec<Option<Field<'a>>>, String> {
        let mut cells = vec![None; self.columns.len()];
        for (name, cell) in fields(&object.text)? {
            let column = self.columns.get(&*name);
            let place = column.and_then(|column| cells.get_mut(*column));
            let place = place.ok_or_else(|| new_field(&name))?;
            if place.is_some() {
                return Err(format!(
                    "the object has the field \"{}\" twice: keep one of them",
                    shown(&name)
                ));
            }
            *place = Some((name, cell));
        }
        Ok(cells)
    }

    fn value<'a>(&self, name: &str, cell: &'a Cell<'_>) -> Result<Value<'a>, String> {
        match cell {
            Cell::Text(text) => Ok(self.words.read(text)),
            Cell::Word(word) => {
                let value = value_of_word(word).ok_or_else(|| no_value(name, word))?;
                Ok(self.words.apply(value))
            }
        }
    }
}

/// A field's name and what it holds.
type Field<'a> = (Cow<'a, str>, Cell<'a>);

/// What is written without quotation marks, if it is a value. Programs also write the three words
/// for numbers that JSON has no form for.
fn value_of_word(word: &str) -> Option<Value<'static>> {
    match word {
        "null" | "NaN" => Some(Value::Missing),
        "true" => Some(Value::Truth(true)),
        "false" => Some(Value::Truth(false)),
        "Infinity" => Some(Value::Number(f64::INFINITY)),
        "-Infinity" => Some(Value::Number(f64::NEG_INFINITY)),
        number => value_of_number(number),
    }
}

fn value_of_number(text: &str) -> Option<Value<'static>> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let belongs = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let is_like_number = digits.starts_with(|c: char| c.is_ascii_digit());
    let is_number = is_like_number && digits.chars().all(belongs);
    is_number.then(|| Value::from_decimal(text)).filter(Value::is_number)
}

fn no_value(name: &str, word: &str) -> String {
    format!(
        "the field \"{}\" holds {}, which is no value or has too many digits: write it in \
         quotation marks",
        shown(name),
        shown(word)
    )
}

fn new_field(name: &str) -> String {
    format!(
        "the field \"{}\" is in none of the objects at the beginning: give it to the first one, as \
         null if it has no value",
        shown(name)
    )
}

#[cfg(test)]
mod tests;
