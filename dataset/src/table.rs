//! Reading a data file: rows of typed values in named columns.

use crate::{
    names,
    value::{TextRules, Value},
};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, path::Path, sync::Arc};

mod arrow;
mod builder;
mod dialect;
mod error;
mod feather;
mod ipc;
mod json;
mod numpy;
mod open;
mod parquet;
mod text;
mod unicode;
mod unpack;
mod words;

pub use error::{Place, TableError, TableFault};
pub use open::Pieces;
pub(crate) use words::Words;

/// How many bytes of values a table may have unless said otherwise.
pub const DEFAULT_MEMORY: u64 = 1 << 30;

/// Most columns of a table.
pub const MAX_COLUMNS: usize = 65_536;

/// Rows of a piece that are quickly read and take little memory.
pub const PIECE_ROWS: usize = 4_096;

/// Whether the first line of a text names the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Header {
    /// What the first lines look like decides.
    #[default]
    Detect,
    /// It does.
    Present,
    /// It is the first row.
    Absent,
}

/// How a file is read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// Whether a text has a header.
    pub header: Header,
    /// What separates the cells of a text, if it is not to be found out.
    pub separator: Option<u8>,
    /// How texts are understood.
    pub text: TextRules,
    /// Whether `text.decimal_comma` was told. Else a text with comma decimals is seen as one.
    pub decimal_told: bool,
    /// Most bytes of values, about, that a table or a piece may have.
    pub memory: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            header: Header::default(),
            separator: None,
            text: TextRules::default(),
            decimal_told: false,
            memory: DEFAULT_MEMORY,
        }
    }
}

/// How a text is laid out, as it was told or found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What separates the cells.
    pub separator: u8,
    /// Whether a comma stands in front of the fraction of a number.
    pub decimal_comma: bool,
}

/// Rows of values in named columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    named: bool,
    rows: usize,
    layout: Option<Layout>,
    words: Vec<String>,
    notes: Vec<String>,
}

impl Table {
    /// Reads a file in the format that its first bytes tell, or else the end of its name.
    pub fn read(path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        open::all(path, options)
    }

    /// Reads a text with separated cells. `name` stands for the file in errors, and its end may
    /// tell the separator.
    pub fn read_csv(source: &[u8], name: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        open::all_of_text(source, name, options)
    }

    /// The columns, in the order of the file.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of this name and its place, from 0. A name that cannot be published is that of
    /// the column that is [known](names::published) by another one.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        let name = names::published(name);
        self.columns.iter().enumerate().find(|(_, column)| column.name == *name)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows. A table that was read has some.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether the file named its columns. Else they are `c0`, `c1` and so on.
    pub fn has_names(&self) -> bool {
        self.named
    }

    /// How the text is laid out that the table was read from. Other formats have no layout.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// The words beside the usual ones that stood for missing values when the table was read, in
    /// ascending order. They are written as the keys of values, so numbers have a point.
    pub fn missing_words(&self) -> &[String] {
        &self.words
    }

    /// What was guessed or changed while the file was read, in sentences.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The values of one column: nine bytes each, and each different text once.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    name: String,
    tags: Vec<Tag>,
    bits: Vec<u64>,
    texts: Vec<Arc<str>>,
}

/// What the bits of a cell are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    /// Nothing.
    Missing,
    /// 0 or 1.
    Truth,
    /// A signed number.
    Integer,
    /// A float.
    Number,
    /// The place of a text.
    Decimal,
    /// A signed number.
    Moment,
    /// The place of a text.
    Text,
}

impl Column {
    fn new(name: String) -> Self {
        Self { name, tags: Vec::new(), bits: Vec::new(), texts: Vec::new() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of values, the missing ones included.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// The value in a row, counted from 0. Beyond the last row all are missing.
    pub fn get(&self, row: usize) -> Value<'_> {
        let cell = self.tags.get(row).zip(self.bits.get(row));
        cell.map_or(Value::Missing, |(tag, bits)| self.value(*tag, *bits))
    }

    /// All values, from the first row to the last.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Value<'_>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    fn value(&self, tag: Tag, bits: u64) -> Value<'_> {
        match tag {
            Tag::Missing => Value::Missing,
            Tag::Truth => Value::Truth(bits != 0),
            Tag::Integer => Value::Integer(bits.cast_signed()),
            Tag::Number => Value::Number(f64::from_bits(bits)),
            Tag::Decimal => Value::Decimal(Cow::Borrowed(self.text(bits))),
            Tag::Moment => Value::Moment(bits.cast_signed()),
            Tag::Text => Value::Text(Cow::Borrowed(self.text(bits))),
        }
    }

    fn text(&self, place: u64) -> &str {
        let place = usize::try_from(place).ok();
        place.and_then(|place| self.texts.get(place)).map_or("", |text| text.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Table {
        Table::read_csv(text.as_bytes(), Path::new("data.csv"), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn columns_have_names_places_and_typed_values() {
        let table = read("a, b ,kind\n1,2.5,dog\n-3e2,true,\n");
        let names: Vec<_> = table.columns().iter().map(Column::name).collect();
        assert_eq!(names, ["a", "b", "kind"]);
        assert!(table.has_names() && !table.is_empty());
        assert_eq!(table.len(), 2);
        let (place, kind) = table.column("kind").unwrap();
        assert_eq!((place, kind.len(), kind.is_empty()), (2, 2, false));
        assert_eq!(kind.get(0), Value::Text("dog".into()));
        assert_eq!(kind.get(1), Value::Missing);
        assert_eq!(kind.get(2), Value::Missing);
        let (_, b) = table.column("b").unwrap();
        assert_eq!(b.values().collect::<Vec<_>>(), [Value::Number(2.5), Value::Truth(true)]);
        assert_eq!(table.column("c"), None);
    }

    #[test]
    fn without_names_columns_are_numbered() {
        let table = read("1,2\n3,4\n");
        let names: Vec<_> = table.columns().iter().map(Column::name).collect();
        assert_eq!(names, ["c0", "c1"]);
        assert!(!table.has_names());
    }

    #[test]
    fn words_for_missing_values_hold_by_value_and_are_told() {
        let missing = vec!["-999,5".to_owned(), "none".to_owned()];
        let text = TextRules { missing, ..TextRules::default() };
        let options = ReadOptions { text, separator: Some(b';'), ..ReadOptions::default() };
        let source = b"a;b\n-999,50;1,5\nnone;2,5\n";
        let table = Table::read_csv(source, Path::new("data.csv"), &options).unwrap();
        assert_eq!(table.layout().map(|layout| layout.decimal_comma), Some(true));
        assert!(table.columns()[0].values().all(|value| value.is_missing()), "{table:?}");
        assert_eq!(table.missing_words(), ["-999.5", "none"]);
        assert!(read("a,b\n1,2\n").missing_words().is_empty());
    }

    proptest! {
        #[test]
        fn numbers_written_as_csv_are_read_back_exactly(
            rows in proptest::collection::vec((-1e300..1e300f64, any::<i64>()), 1..20),
        ) {
            let lines = rows.iter().map(|(a, b)| format!("{a},{b}\n"));
            let table = read(&format!("a,b\n{}", lines.collect::<String>()));
            for (number, (a, b)) in rows.iter().enumerate() {
                let row: Vec<_> = table.columns().iter().map(|column| column.get(number)).collect();
                prop_assert_eq!(row, [Value::from(*a), Value::Integer(*b)]);
            }
        }
    }
}
