//! `table.toml`: what a person says about a table where a guess from its cells is not wanted.

use crate::{
    names::shown,
    table::{Header, ReadOptions},
    value::moment::DateForm,
};
use nocknock_primitives::text::printable;
use serde::{de::Error as _, Deserialize, Deserializer, Serialize};
use std::{
    collections::{BTreeMap, HashSet},
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The only version of the file.
const VERSION: u32 = 1;

/// Longest file in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// What a file says about a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Schema {
    /// The column that holds the classes, or the numbers that models learn to answer with.
    pub label: Option<String>,
    /// What that column holds.
    pub target: Option<TargetRule>,
    /// How far an answer may be off, if it is a number.
    pub tolerance: Option<f64>,
    /// How a text is read.
    pub read: ReadRules,
    /// What is said about columns, by their names.
    pub columns: BTreeMap<String, ColumnRule>,
}

/// What models learn to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetRule {
    /// The class of a row, numbers too.
    Class,
    /// A number.
    Number,
}

/// How a text is read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadRules {
    /// Whether the first line names the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<Header>,
    /// What separates the cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// What stands in front of the fraction of a number: a point or a comma.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<char>,
    /// Words that stand for a missing value, beside the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// What is said about one column. At most one of order, date and range is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnRule {
    /// What the column holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindRule>,
    /// Its categories in ascending order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// How its dates are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<DateForm>,
    /// Lowest and highest number that a model tells apart.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "pair")]
    pub range: Option<[f64; 2]>,
}

/// What a column is said to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KindRule {
    /// Numbers.
    Number,
    /// Categories, numbers too.
    Category,
    /// Dates.
    Date,
    /// Nothing to learn from.
    Ignore,
}

/// Why a file says nothing about a table.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}; see that it is there and yours to read")]
    Io(#[from] io::Error),
    /// The file is too long.
    #[error("is longer than {MAX_BYTES} bytes: name the file that describes the table")]
    TooLong,
    /// The text is not of the form that is known.
    #[error("{0}; correct it there")]
    Form(String),
    /// The version is another one.
    #[error("has version {0}, but this program reads version {VERSION}: write `version = 1`")]
    Version(u32),
    /// The separator separates nothing.
    #[error(
        "the separator is to be one character of ASCII, but no quotation mark and no line end: \
         write `separator = \";\"`"
    )]
    Separator,
    /// The decimal mark is neither a point nor a comma.
    #[error("numbers are written with a point or a comma: write `decimal = \",\"`")]
    Decimal,
    /// No answer is off by so little, or none by more.
    #[error("a tolerance is a number above 0: write `tolerance = 0.5`")]
    Tolerance,
    /// Classes are right or wrong.
    #[error("a tolerance is for numbers: write `target = \"number\"`, or leave the tolerance out")]
    NoNumber,
    /// What is said about a column contradicts itself.
    #[error("column `{column}`: {what}")]
    Column {
        /// The column, shortened.
        column: String,
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// Something is wrong with a file that was named.
    #[error("{}: {error}", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        error: Box<SchemaError>,
    },
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<TargetRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerance: Option<f64>,
    #[serde(default, skip_serializing_if = "ReadRules::say_nothing")]
    read: ReadRules,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    columns: BTreeMap<String, ColumnRule>,
}

impl Schema {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, SchemaError> {
        let schema = text_of(path).and_then(|text| Self::parse(&text));
        schema.map_err(|error| SchemaError::File { file: path.to_owned(), error: Box::new(error) })
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let form: Form = toml::from_str(text).map_err(|error| form_error(text, &error))?;
        Self::try_from(form)
    }

    /// Changes how a file is read to what is said about it. What is not said stays as it is, and
    /// words for missing values are added.
    pub fn apply(&self, options: &mut ReadOptions) {
        let rules = &self.read;
        options.header = rules.header.unwrap_or(options.header);
        options.separator = rules.separator().or(options.separator);
        if let Some(mark) = rules.decimal {
            options.text.decimal_comma = mark == ',';
            options.decimal_told = true;
        }
        options.text.missing.extend(rules.missing.iter().cloned());
    }
}

impl TryFrom<Form> for Schema {
    type Error = SchemaError;

    fn try_from(form: Form) -> Result<Self, SchemaError> {
        if form.version != VERSION {
            return Err(SchemaError::Version(form.version));
        }
        check_target(form.target, form.tolerance)?;
        form.read.check()?;
        for (column, rule) in &form.columns {
            let fault = |what| SchemaError::Column { column: shown(column), what };
            rule.check().map_err(fault)?;
        }
        let Form { label, target, tolerance, read, columns, .. } = form;
        Ok(Self { label, target, tolerance, read, columns })
    }
}

impl From<Schema> for Form {
    fn from(schema: Schema) -> Self {
        let Schema { label, target, tolerance, read, columns } = schema;
        Self { version: VERSION, label, target, tolerance, read, columns }
    }
}

impl ReadRules {
    fn say_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn separator(&self) -> Option<u8> {
        self.separator.and_then(|separator| u8::try_from(separator).ok())
    }

    fn check(&self) -> Result<(), SchemaError> {
        let cannot_separate = |c: char| !c.is_ascii() || matches!(c, '"' | '\n' | '\r' | '\0');
        if self.separator.is_some_and(cannot_separate) {
            return Err(SchemaError::Separator);
        }
        match self.decimal {
            None | Some('.' | ',') => Ok(()),
            Some(_) => Err(SchemaError::Decimal),
        }
    }
}

impl ColumnRule {
    fn check(&self) -> Result<(), &'static str> {
        self.check_kind()?;
        self.check_order()?;
        let rises = |[low, high]: [f64; 2]| low.is_finite() && high.is_finite() && low < high;
        if self.range.is_none_or(rises) {
            Ok(())
        } else {
            Err("the range is to end above where it begins: write `range = [0, 15]`")
        }
    }

    /// Each of order, date and range belongs to one kind.
    fn check_kind(&self) -> Result<(), &'static str> {
        let implied = [
            (!self.order.is_empty()).then_some(KindRule::Category),
            self.date.map(|_| KindRule::Date),
            self.range.map(|_| KindRule::Number),
        ];
        let mut kinds = self.kind.into_iter().chain(implied.into_iter().flatten());
        let first = kinds.next();
        if kinds.all(|kind| Some(kind) == first) {
            Ok(())
        } else {
            Err("an order is for categories, `date` for dates and a range for numbers: keep the \
                 one that fits the column")
        }
    }

    fn check_order(&self) -> Result<(), &'static str> {
        let different: HashSet<&String> = self.order.iter().collect();
        if different.len() == self.order.len() {
            Ok(())
        } else {
            Err("a category stands in the order more than once: keep one of them")
        }
    }
}

/// A tolerance belongs to numbers.
fn check_target(target: Option<TargetRule>, tolerance: Option<f64>) -> Result<(), SchemaError> {
    match (target, tolerance) {
        (_, None) => Ok(()),
        (Some(TargetRule::Class), Some(_)) => Err(SchemaError::NoNumber),
        (None | Some(TargetRule::Number), Some(tolerance)) => {
            let is_usable = tolerance.is_finite() && tolerance > 0.0;
            is_usable.then_some(()).ok_or(SchemaError::Tolerance)
        }
    }
}

/// Exactly two numbers.
fn pair<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[f64; 2]>, D::Error> {
    let ends = Vec::<f64>::deserialize(deserializer)?;
    let ends = <[f64; 2]>::try_from(ends);
    ends.map(Some).map_err(|_| D::Error::custom("a range is two numbers, such as [0, 15]"))
}

fn text_of(path: &Path) -> Result<String, SchemaError> {
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(SchemaError::TooLong);
    }
    Ok(text)
}

/// What the parser says, in one line and with the number of the line.
fn form_error(text: &str, error: &toml::de::Error) -> SchemaError {
    let message = printable(error.message()).into_owned();
    let before = error.span().and_then(|span| text.get(..span.start));
    SchemaError::Form(match before {
        Some(before) => {
            let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
            format!("line {line}: {message}")
        }
        None => message,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = r#"
version = 1
label = "income"
[read]
header = "present"
separator = ";"
decimal = ","
missing = ["-999"]
[columns.education]
order = ["HS-grad", "Bachelors", "Masters"]
[columns.zip]
kind = "category"
[columns.joined]
date = "day-first"
[columns."pixel 0"]
range = [0, 15]
"#;

    fn refused(text: &str) -> String {
        Schema::parse(&format!("version = 1\n{text}")).unwrap_err().to_string()
    }

    #[test]
    fn what_a_file_says_is_read() {
        let schema = Schema::parse(EXAMPLE).unwrap();
        assert_eq!(schema.label.as_deref(), Some("income"));
        assert_eq!(schema.read.header, Some(Header::Present));
        assert_eq!((schema.read.separator, schema.read.decimal), (Some(';'), Some(',')));
        assert_eq!(schema.columns["education"].order, ["HS-grad", "Bachelors", "Masters"]);
        assert_eq!(schema.columns["zip"].kind, Some(KindRule::Category));
        assert_eq!(schema.columns["joined"].date, Some(DateForm::DayFirst));
        assert_eq!(schema.columns["pixel 0"].range, Some([0.0, 15.0]));
        assert_eq!(Schema::parse("version = 1").unwrap(), Schema::default());
    }

    #[test]
    fn a_label_may_be_said_to_hold_numbers_with_a_tolerance() {
        let schema = Schema::parse("version = 1\ntarget = \"number\"\ntolerance = 2").unwrap();
        assert_eq!((schema.target, schema.tolerance), (Some(TargetRule::Number), Some(2.0)));
        let schema = Schema::parse("version = 1\ntarget = \"class\"").unwrap();
        assert_eq!((schema.target, schema.tolerance), (Some(TargetRule::Class), None));
        assert!(refused("target = \"class\"\ntolerance = 2").contains("for numbers"));
        for tolerance in ["0.0", "-1", "nan", "inf"] {
            let refused = refused(&format!("tolerance = {tolerance}"));
            assert!(refused.contains("above 0"), "{tolerance}: {refused}");
        }
        assert!(refused("target = \"text\"").contains("unknown variant `text`"));
    }

    #[test]
    fn a_file_that_is_written_says_the_same() {
        let numbers = Schema::parse("version = 1\ntarget = \"number\"\ntolerance = 0.5").unwrap();
        for schema in [Schema::parse(EXAMPLE).unwrap(), Schema::default(), numbers] {
            let written = toml::to_string(&schema).unwrap();
            assert_eq!(Schema::parse(&written).unwrap(), schema, "{written}");
        }
    }

    #[test]
    fn only_what_is_said_changes_how_a_file_is_read() {
        let mut options = ReadOptions { separator: Some(b'|'), ..ReadOptions::default() };
        Schema::default().apply(&mut options);
        assert_eq!(options, ReadOptions { separator: Some(b'|'), ..ReadOptions::default() });
        Schema::parse(EXAMPLE).unwrap().apply(&mut options);
        assert_eq!((options.header, options.separator), (Header::Present, Some(b';')));
        assert!(options.decimal_told && options.text.decimal_comma);
        assert_eq!(options.text.missing, ["-999"]);
    }

    #[test]
    fn a_point_can_be_told_as_well() {
        let mut options = ReadOptions::default();
        Schema::parse("version = 1\nread.decimal = \".\"").unwrap().apply(&mut options);
        assert!(options.decimal_told && !options.text.decimal_comma);
    }

    #[test]
    fn unknown_words_and_versions_are_refused_with_their_line() {
        assert!(refused("title = \"x\"").contains("line 2: unknown field `title`"));
        assert!(refused("read.quote = \"x\"").contains("unknown field `quote`"));
        assert!(refused("columns.a.scale = 1").contains("unknown field `scale`"));
        assert!(refused("columns.a.kind = \"prose\"").contains("unknown variant `prose`"));
        assert!(Schema::parse("label = \"x\"").is_err());
        let error = Schema::parse("version = 2").unwrap_err().to_string();
        assert!(error.contains("reads version 1: write `version = 1`"), "{error}");
    }

    #[test]
    fn texts_of_a_file_do_not_steer_the_terminal() {
        assert!(!refused("\"a\\u001b[31m\" = 1").contains('\u{1b}'));
        assert!(!refused("[columns.\"\\u001b[31m\"]\nrange = [1, 0]").contains('\u{1b}'));
    }

    #[test]
    fn marks_that_mark_nothing_are_refused() {
        assert!(refused("read.separator = \"\\\"\"").contains("write `separator"));
        assert!(refused("read.separator = \"§\"").contains("write `separator"));
        assert!(refused("read.separator = \"::\"").contains("line 2"));
        assert!(refused("read.decimal = \";\"").contains("write `decimal"));
    }

    #[test]
    fn columns_that_contradict_themselves_are_refused() {
        for text in ["kind = \"number\"\norder = [\"a\"]", "date = \"iso\"\nrange = [0, 1]"] {
            let error = refused(&format!("[columns.a]\n{text}"));
            assert!(error.starts_with("column `a`: an order is for categories"), "{error}");
        }
        assert!(refused("columns.a.order = [\"x\", \"x\"]").contains("more than once"));
        for range in ["[1, 1]", "[0, nan]", "[0, inf]"] {
            assert!(refused(&format!("columns.a.range = {range}")).contains("end above"));
        }
        for range in ["[0, 1, 2]", "[0]", "[]"] {
            assert!(refused(&format!("columns.a.range = {range}")).contains("two numbers"));
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table.toml");
        assert!(Schema::read(&file).unwrap_err().to_string().contains("table.toml: cannot be"));
        std::fs::write(&file, "version = 1\nlabel = \"k\"\n").unwrap();
        assert_eq!(Schema::read(&file).unwrap().label.as_deref(), Some("k"));
        std::fs::write(&file, "#".repeat((1 << 20) + 1)).unwrap();
        assert!(Schema::read(&file).unwrap_err().to_string().contains("longer than"));
    }
}
