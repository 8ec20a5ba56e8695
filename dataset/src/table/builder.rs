//! What all formats share: values become a table, piece by piece.

use super::{words, Column, Layout, Place, Table, TableFault, Tag, MAX_COLUMNS};
use crate::{
    names,
    value::{trim, TextRules, Value},
};
use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::Arc,
};

/// Notes about changed names before the rest is only counted.
const LISTED: usize = 8;

/// Bytes that a cell takes.
const CELL_BYTES: u64 = 9;

/// Bytes, about, that a text takes beside its own.
const TEXT_BYTES: u64 = 96;

/// A file that is being read.
pub(crate) trait Reader: Send {
    /// Finds out the columns. The builder is given to each [`read`](Self::read).
    fn start(&mut self, memory: u64) -> Result<Builder, TableFault>;

    /// Adds rows until the builder has so many, which is `usize::MAX` if all are wanted at once.
    /// Says whether more may come.
    fn read(&mut self, builder: &mut Builder, rows: usize) -> Result<bool, TableFault>;
}

/// A table that is being read.
#[derive(Debug)]
pub(crate) struct Builder {
    columns: Vec<Growing>,
    named: bool,
    rows: usize,
    /// Columns that have a value in the row that is not complete yet.
    filled: usize,
    /// Values given for that row.
    found: usize,
    /// Bytes taken so far, about.
    used: u64,
    memory: u64,
    layout: Option<Layout>,
    /// Words for missing values, as the table tells them.
    words: Vec<String>,
    notes: Vec<String>,
}

/// A column and where its texts are.
#[derive(Debug)]
struct Growing {
    column: Column,
    places: HashMap<Arc<str>, u64>,
}

impl Builder {
    /// Starts a table. Without names the columns are `c0`, `c1`, …. Names that are empty, repeated
    /// or cannot be published become `unnamed1`, where 1 is the column's number, `a_2`, and what
    /// they are [published](names::published) as. A note says so, such as "column 1 has no name:
    /// …".
    pub(crate) fn new(
        names: Option<Vec<String>>,
        columns: usize,
        memory: u64,
    ) -> Result<Self, TableFault> {
        match columns {
            0 => return Err(TableFault::NoColumns),
            1..=MAX_COLUMNS => (),
            _ => return Err(TableFault::TooManyColumns { found: count(columns) }),
        }
        let named = names.is_some();
        let (names, notes) = match names {
            Some(names) => usable(names, columns),
            None => ((0..columns).map(|number| format!("c{number}")).collect(), Vec::new()),
        };
        let columns = names.into_iter().map(Growing::new).collect();
        Ok(Self {
            columns,
            named,
            rows: 0,
            filled: 0,
            found: 0,
            used: 0,
            memory,
            layout: None,
            words: Vec::new(),
            notes,
        })
    }

    /// Adds the value of a column, counted from 0, to the row that is not complete yet.
    pub(crate) fn push(&mut self, column: usize, value: Value<'_>) -> Result<(), TableFault> {
        let rows = self.rows;
        self.found = self.found.saturating_add(1);
        let open = self.columns.get_mut(column).filter(|open| open.column.len() == rows);
        if let Some(open) = open {
            self.filled += 1;
            self.used = self.used.saturating_add(open.push(value));
        }
        if self.used > self.memory {
            return Err(TableFault::OutOfMemory { limit: self.memory });
        }
        Ok(())
    }

    /// Completes a row, which must have got one value for each column.
    pub(crate) fn end_row(&mut self, place: Place) -> Result<(), TableFault> {
        let (filled, found) = (mem::take(&mut self.filled), mem::take(&mut self.found));
        let expected = self.columns.len();
        if filled != expected || found != expected {
            return Err(TableFault::Ragged { place, expected, found });
        }
        self.rows += 1;
        Ok(())
    }

    /// Complete rows since the table was last taken.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Says how the text is laid out that the table is read from.
    pub(crate) fn lay_out(&mut self, layout: Layout) {
        self.layout = Some(layout);
    }

    /// Says which words stand for missing values. A text may have told by itself that it has
    /// decimal commas.
    pub(crate) fn leave_out(&mut self, rules: &TextRules) {
        let decimal_comma = self.layout.map_or(rules.decimal_comma, |layout| layout.decimal_comma);
        self.words = words::keys(&TextRules { decimal_comma, ..rules.clone() });
    }

    /// Adds a sentence about what was guessed, unless it was said already.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// What was read so far. The builder goes on with the same columns and without rows.
    pub(crate) fn take(&mut self) -> Table {
        self.used = 0;
        Table {
            columns: self.columns.iter_mut().map(Growing::take).collect(),
            named: self.named,
            rows: mem::take(&mut self.rows),
            layout: self.layout,
            words: self.words.clone(),
            notes: mem::take(&mut self.notes),
        }
    }
}

impl Growing {
    fn new(name: String) -> Self {
        Self { column: Column::new(name), places: HashMap::new() }
    }

    fn take(&mut self) -> Column {
        self.places.clear();
        let empty = Column::new(self.column.name.clone());
        mem::replace(&mut self.column, empty)
    }

    /// Adds a value and says how many bytes it takes.
    fn push(&mut self, value: Value<'_>) -> u64 {
        let (tag, (bits, bytes)) = match value {
            Value::Missing => (Tag::Missing, (0, 0)),
            Value::Truth(truth) => (Tag::Truth, (u64::from(truth), 0)),
            Value::Integer(number) => (Tag::Integer, (number.cast_unsigned(), 0)),
            Value::Number(number) => (Tag::Number, (number.to_bits(), 0)),
            Value::Decimal(text) => (Tag::Decimal, self.text(&text)),
            Value::Moment(moment) => (Tag::Moment, (moment.cast_unsigned(), 0)),
            Value::Text(text) => (Tag::Text, self.text(&text)),
        };
        self.column.tags.push(tag);
        self.column.bits.push(bits);
        bytes + CELL_BYTES
    }

    /// The place of a text, and the bytes that it takes if it is a new one.
    fn text(&mut self, text: &str) -> (u64, u64) {
        if let Some(place) = self.places.get(text) {
            return (*place, 0);
        }
        let place = count(self.column.texts.len());
        let text: Arc<str> = Arc::from(text);
        let bytes = count(text.len()).saturating_add(TEXT_BYTES);
        self.column.texts.push(Arc::clone(&text));
        self.places.insert(text, place);
        (place, bytes)
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// As many different names that can be published as there are columns, and notes about those that
/// were changed.
fn usable(mut names: Vec<String>, columns: usize) -> (Vec<String>, Vec<String>) {
    names.resize(columns, String::new());
    let names: Vec<&str> = names.iter().map(|name| trim(name)).collect();
    let mut fresh = Fresh::beside(&names);
    let mut seen = HashSet::new();
    let mut notes = Vec::new();
    let mut usable = Vec::new();
    for (number, name) in (1usize..).zip(names) {
        let fault = NameFault::of(name, &mut seen);
        let new = fault.map_or_else(|| name.to_owned(), |fault| fresh.instead(fault, name, number));
        notes.extend(fault.map(|fault| fault.note(name, number, &new)));
        usable.push(new);
    }
    (usable, shortened(notes))
}

fn shortened(mut notes: Vec<String>) -> Vec<String> {
    let more = notes.len().saturating_sub(LISTED);
    notes.truncate(LISTED);
    if more > 0 {
        notes.push(format!(
            "{more} more columns have got another name: give each one a name of its own"
        ));
    }
    notes
}

/// What is wrong with a column's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameFault {
    Empty,
    Repeated,
    Unpublishable,
}

impl NameFault {
    fn of<'a>(name: &'a str, seen: &mut HashSet<&'a str>) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Empty);
        }
        if names::check(name).is_err() {
            return Some(Self::Unpublishable);
        }
        (!seen.insert(name)).then_some(Self::Repeated)
    }

    fn note(self, name: &str, number: usize, new: &str) -> String {
        match self {
            Self::Empty => format!(
                "column {number} has no name: it is called `{new}`, give it a name if it matters"
            ),
            Self::Repeated => format!(
                "column {number} is the second one called `{}`: it is called `{new}`, give each a \
                 name of its own",
                names::shown(name)
            ),
            Self::Unpublishable => format!(
                "the name of column {number}, \"{}\", cannot be published: it is called `{new}`, \
                 give it a name of 1 to {} bytes without control characters or invisible ones",
                names::shown(name),
                names::MAX_NAME_BYTES
            ),
        }
    }
}

/// Names that no column has.
struct Fresh {
    taken: HashSet<String>,
    /// The number to try next behind a name.
    next: HashMap<String, usize>,
}

impl Fresh {
    fn beside(names: &[&str]) -> Self {
        let taken = names.iter().map(|name| (*name).to_owned()).collect();
        Self { taken, next: HashMap::new() }
    }

    fn instead(&mut self, fault: NameFault, name: &str, number: usize) -> String {
        match fault {
            NameFault::Empty => self.take(format!("unnamed{number}")),
            NameFault::Unpublishable => self.take(names::published(name).into_owned()),
            NameFault::Repeated => {
                let new = self.numbered(name);
                match names::check(&new) {
                    Ok(()) => new,
                    Err(_) => self.take(names::published(&new).into_owned()),
                }
            }
        }
    }

    /// The name itself, or with a number behind it if a column has it.
    fn take(&mut self, name: String) -> String {
        if self.taken.insert(name.clone()) {
            name
        } else {
            self.numbered(&name)
        }
    }

    fn numbered(&mut self, name: &str) -> String {
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let new = format!("{name}_{next}");
            *next = next.saturating_add(1);
            if self.taken.insert(new.clone()) {
                return new;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Builder {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let columns = names.len();
        Builder::new(Some(names), columns, 1 << 20).unwrap()
    }

    fn names_of(table: &Table) -> Vec<&str> {
        table.columns().iter().map(Column::name).collect()
    }

    /// Values of each kind, and texts that occur twice.
    fn values() -> Vec<Value<'static>> {
        vec![
            Value::Missing,
            Value::Truth(true),
            Value::Integer(i64::MIN),
            Value::Number(-0.5),
            Value::Decimal("1e400".into()),
            Value::Moment(-1),
            Value::Text("x".into()),
            Value::Text("".into()),
            Value::Text("x".into()),
            Value::Text("1e400".into()),
        ]
    }

    #[test]
    fn values_of_all_kinds_are_kept() {
        let mut builder = named(&["a"]);
        for (value, row) in values().into_iter().zip(1..) {
            builder.push(0, value).unwrap();
            builder.end_row(Place::Row(row)).unwrap();
        }
        let table = builder.take();
        let column = &table.columns()[0];
        assert_eq!(column.values().collect::<Vec<_>>(), values());
        assert_eq!(column.texts.len(), 3);
    }

    #[test]
    fn a_row_needs_one_value_for_each_column() {
        for pushed in [vec![0], vec![], vec![0, 1, 2], vec![0, 0], vec![0, 2]] {
            let mut builder = named(&["a", "b"]);
            for column in &pushed {
                builder.push(*column, Value::Missing).unwrap();
            }
            let fault = builder.end_row(Place::Line(2)).unwrap_err();
            assert!(
                matches!(fault, TableFault::Ragged { place: Place::Line(2), expected: 2, found }
                    if found == pushed.len()),
                "{pushed:?}"
            );
        }
        let mut builder = named(&["a", "b"]);
        for column in [1, 0] {
            builder.push(column, Value::Truth(false)).unwrap();
        }
        builder.end_row(Place::Line(2)).unwrap();
        assert_eq!(builder.rows(), 1);
    }

    #[test]
    fn what_was_read_can_be_taken_piece_by_piece() {
        let mut builder = named(&["a", ""]);
        builder.note("a guess".to_owned());
        builder.note("a guess".to_owned());
        let mut piece = |text: &str| {
            for column in 0..2 {
                builder.push(column, Value::Text(text.into())).unwrap();
            }
            builder.end_row(Place::Row(1)).unwrap();
            builder.take()
        };
        let (first, second) = (piece("x"), piece("y"));
        assert_eq!(first.notes().len(), 2);
        assert!(second.notes().is_empty());
        assert_eq!(names_of(&first), ["a", "unnamed2"]);
        assert_eq!(names_of(&second), ["a", "unnamed2"]);
        assert_eq!(second.columns()[1].get(0), Value::Text("y".into()));
        assert_eq!((first.len(), second.len()), (1, 1));
        assert!(builder.take().is_empty());
    }

    #[test]
    fn more_than_the_memory_allowed_is_refused() {
        let mut builder = Builder::new(None, 1, 100).unwrap();
        let mut fill = |value: Value<'static>| {
            let pushed = builder.push(0, value);
            pushed.and_then(|()| builder.end_row(Place::Row(1)))
        };
        for number in 0..11 {
            fill(Value::Integer(number)).unwrap();
        }
        let fault = fill(Value::Integer(0)).unwrap_err();
        assert!(matches!(fault, TableFault::OutOfMemory { limit: 100 }));
        let mut builder = Builder::new(None, 1, 1_000).unwrap();
        assert!(builder.push(0, Value::Text("x".repeat(1_000).into())).is_err());
    }

    #[test]
    fn a_piece_may_take_the_whole_memory_again() {
        let mut builder = Builder::new(None, 1, 20).unwrap();
        for _ in 0..5 {
            for row in 1..=2 {
                builder.push(0, Value::Integer(0)).unwrap();
                builder.end_row(Place::Row(row)).unwrap();
            }
            assert_eq!(builder.take().len(), 2);
        }
    }

    #[test]
    fn names_that_are_empty_repeated_or_cannot_be_published_are_replaced_and_told() {
        let long = "x".repeat(64);
        let table =
            named(&["", "a", "a_2", " a ", "b\u{1b}[31m", &long, &long, "unnamed1", ""]).take();
        let again = format!("{}_50c132d3", &long[..48]);
        let expected = ["unnamed1_2", "a", "a_2", "a_3", "b[31m_0c7e982d", &long, &again];
        assert_eq!(names_of(&table)[..7], expected);
        assert_eq!(names_of(&table)[7..], ["unnamed1", "unnamed9"]);
        let [nameless, repeated, steering, too_long, last] = table.notes() else {
            panic!("{:?}", table.notes());
        };
        assert!(nameless.starts_with("column 1 has no name: it is called `unnamed1_2`"));
        assert!(repeated.starts_with("column 4 is the second one called `a`"), "{repeated}");
        assert!(steering.contains("\"b\u{fffd}[31m\", cannot be published"), "{steering}");
        assert!(too_long.contains(&format!("it is called `{again}`")), "{too_long}");
        assert!(last.starts_with("column 9 has no name"), "{last}");
    }

    #[test]
    fn names_that_cannot_be_published_do_not_hang_on_the_place() {
        let (one, other) = ("x".repeat(65), "x".repeat(66));
        let first = named(&["a", &one, &other, &one]).take();
        let [_, one_is, other_is, again] = names_of(&first)[..] else {
            panic!("{:?}", names_of(&first));
        };
        assert!(one_is != other_is && again == format!("{one_is}_2"), "{:?}", names_of(&first));
        let second = named(&[&other, "b", "c", &one]).take();
        assert_eq!(names_of(&second), [other_is, "b", "c", one_is]);
        assert_eq!(second.column(&one).map(|(place, _)| place), Some(3));
        assert_eq!(second.column(other_is).map(|(place, _)| place), Some(0));
    }

    #[test]
    fn many_replaced_names_take_nine_notes_and_little_time() {
        let table = named(&vec!["a"; MAX_COLUMNS]).take();
        let different: HashSet<&str> = names_of(&table).into_iter().collect();
        assert_eq!(different.len(), MAX_COLUMNS);
        assert_eq!(table.notes().len(), 9);
        assert!(table.notes()[8].starts_with("65527 more columns"), "{}", table.notes()[8]);
    }

    #[test]
    fn tables_have_columns_and_not_too_many() {
        assert!(matches!(Builder::new(None, 0, 100), Err(TableFault::NoColumns)));
        assert!(matches!(
            Builder::new(None, MAX_COLUMNS + 1, 100),
            Err(TableFault::TooManyColumns { found: 65_537 })
        ));
        assert_eq!(names_of(&Builder::new(None, 2, 100).unwrap().take()), ["c0", "c1"]);
    }
}
