//! From the body of a request to a table.
//!
//! JSON becomes a text with separated cells first, so that its values are read by the same rules as
//! those of a file. The text of each number is kept as it is.

use super::problem::Problem;
use axum::http::{header::CONTENT_TYPE, HeaderMap, StatusCode};
use nocknock_dataset::{
    names::shown, table::TableFault, Header, ReadOptions, Table, TableError, TextRules,
};
use serde::{
    de::{MapAccess, Visitor},
    Deserialize, Deserializer,
};
use serde_json::{error::Category, value::RawValue};
use std::{collections::HashMap, fmt, path::Path};

/// Most bytes of values, about, that a request may have.
const MEMORY: u64 = 64 << 20;

/// Most cells of a request. Objects that leave out what others have get cells for it.
const MAX_CELLS: usize = 1 << 20;

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Json,
    Csv,
    Tsv,
}

impl Kind {
    /// What the headers of a request say.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = told.and_then(|told| told.split(';').next()).map(str::trim);
        match kind.map(str::to_ascii_lowercase).as_deref() {
            Some("application/json") => Ok(Self::Json),
            Some("text/csv") => Ok(Self::Csv),
            Some("text/tab-separated-values") => Ok(Self::Tsv),
            _ => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send rows with the Content-Type application/json, text/csv or \
                 text/tab-separated-values",
            )),
        }
    }
}

/// Reads a body.
pub(super) fn table(kind: Kind, bytes: &[u8], options: &ReadOptions) -> Result<Table, Problem> {
    let bounded = ReadOptions { memory: MEMORY, ..options.clone() };
    let read = match kind {
        Kind::Csv => Table::read_csv(bytes, Path::new("body.csv"), &bounded),
        Kind::Tsv => Table::read_csv(bytes, Path::new("body.tsv"), &bounded),
        Kind::Json => {
            let text = rows(bytes)?.text()?;
            Table::read_csv(text.as_bytes(), Path::new("body.csv"), &of_json(bounded))
        }
    };
    read.map_err(problem)
}

/// How the text that JSON becomes is read.
fn of_json(options: ReadOptions) -> ReadOptions {
    ReadOptions {
        header: Header::Present,
        separator: Some(b','),
        text: TextRules { decimal_comma: false, ..options.text },
        decimal_told: true,
        ..options
    }
}

fn problem(error: TableError) -> Problem {
    let fault = error.fault;
    let told = format!("the body cannot be used: {fault}");
    match fault {
        TableFault::Io(_) => Problem::failed(),
        TableFault::OutOfMemory { .. } => Problem::too_long(),
        TableFault::Empty
        | TableFault::NoColumns
        | TableFault::TooManyColumns { .. }
        | TableFault::Ragged { .. } => Problem::unusable(told),
        TableFault::UnknownFormat
        | TableFault::NotUtf8 { .. }
        | TableFault::NotUtf16 { .. }
        | TableFault::Csv(_)
        | TableFault::Json { .. }
        | TableFault::Npy(_)
        | TableFault::Parquet(_)
        | TableFault::Feather(_)
        | TableFault::Archive(_)
        | TableFault::Broken => Problem::malformed(told),
    }
}

/// Rows of JSON, which may leave out fields.
#[derive(Debug, Default)]
struct Rows<'a> {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// For each row the places and texts of its cells.
    rows: Vec<Vec<(usize, &'a RawValue)>>,
}

/// The fields of an object, in their order.
#[derive(Debug)]
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a field for each column")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry::<String, &'de RawValue>()? {
            fields.push(field);
        }
        Ok(Fields(fields))
    }
}

/// The rows of one object, a list of objects, or an object of lists.
fn rows(bytes: &[u8]) -> Result<Rows<'_>, Problem> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| Problem::malformed("the body is not UTF-8"))?;
    let mut rows = Rows::default();
    if text.trim_start().starts_with('[') {
        let list: Vec<Fields<'_>> = parse(text)?;
        list.into_iter().try_for_each(|fields| rows.push(fields))?;
        return Ok(rows);
    }
    let fields: Fields<'_> = parse(text)?;
    if !fields.0.is_empty() && fields.0.iter().all(|(_, value)| value.get().starts_with('[')) {
        rows.push_columns(fields)?;
    } else {
        rows.push(fields)?;
    }
    Ok(rows)
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let told = format!("the body cannot be read as rows: {error}");
        match error.classify() {
            Category::Data => Problem::unusable(told),
            Category::Io | Category::Syntax | Category::Eof => Problem::malformed(told),
        }
    })
}

impl<'a> Rows<'a> {
    fn push(&mut self, Fields(fields): Fields<'a>) -> Result<(), Problem> {
        let mut row = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            row.push((self.place(name), value));
        }
        row.sort_unstable_by_key(|(place, _)| *place);
        let twice = row.windows(2).find(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
        if let Some([(place, _), ..]) = twice {
            let name = self.names.get(*place).map(|name| shown(name)).unwrap_or_default();
            return Err(Problem::unusable(format!("an object has the field `{name}` twice")));
        }
        self.rows.push(row);
        Ok(())
    }

    fn push_columns(&mut self, Fields(fields): Fields<'a>) -> Result<(), Problem> {
        for (name, value) in fields {
            let values: Vec<&'a RawValue> = parse(value.get())?;
            let place = self.place(name);
            if place == 0 && self.rows.is_empty() {
                self.rows = vec![Vec::new(); values.len()];
            }
            let is_next = self.rows.iter().all(|row| row.len() == place);
            if values.len() != self.rows.len() || !is_next {
                return Err(Problem::unusable(
                    "the columns must have different names and equally many values",
                ));
            }
            for (row, value) in self.rows.iter_mut().zip(values) {
                row.push((place, value));
            }
        }
        Ok(())
    }

    /// The place of a column, which is a new one if no object had it yet.
    fn place(&mut self, name: String) -> usize {
        if let Some(place) = self.places.get(&name) {
            return *place;
        }
        let place = self.names.len();
        self.names.push(name.clone());
        self.places.insert(name, place);
        place
    }

    /// The rows as lines of cells in quotation marks, below one with the names.
    fn text(&self) -> Result<String, Problem> {
        if self.names.is_empty() || self.rows.is_empty() {
            return Err(Problem::unusable("there are no rows: send an object for each of them"));
        }
        if self.rows.len().saturating_mul(self.names.len()) > MAX_CELLS {
            return Err(Problem::unusable(
                "the objects have too many different fields: give all of them the same ones",
            ));
        }
        let mut text = String::new();
        push_line(&mut text, self.names.iter().map(String::as_str));
        for row in &self.rows {
            let mut cells = vec![String::new(); self.names.len()];
            for (place, value) in row {
                let Some((cell, name)) = cells.get_mut(*place).zip(self.names.get(*place)) else {
                    continue;
                };
                *cell = cell_text(name, value)?;
            }
            push_line(&mut text, cells.iter().map(String::as_str));
        }
        Ok(text)
    }
}

/// Quotation marks also keep a line of one empty cell from being none.
fn push_line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push('"');
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    }
    text.push('\n');
}

/// What stands for a value: nothing for null, and texts without their quotation marks.
fn cell_text(name: &str, value: &RawValue) -> Result<String, Problem> {
    let text = value.get();
    match text.chars().next() {
        Some('"') => parse(text),
        Some('[' | '{') => Err(Problem::unusable(format!(
            "the field `{}` holds a list or an object: give each value a field of its own",
            shown(name)
        ))),
        _ if text == "null" => Ok(String::new()),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_dataset::{Column, Value};

    fn read(json: &str) -> Result<Table, Problem> {
        table(Kind::Json, json.as_bytes(), &ReadOptions::default())
    }

    /// Names and values of the only row.
    fn row(json: &str) -> Vec<(String, Value<'static>)> {
        let table = read(json).unwrap();
        assert_eq!(table.len(), 1);
        let cell = |column: &Column| (column.name().to_owned(), column.get(0).into_owned());
        table.columns().iter().map(cell).collect()
    }

    fn refused(json: &str) -> (u16, String) {
        let problem = read(json).unwrap_err();
        (problem.status().as_u16(), problem.detail().to_owned())
    }

    #[test]
    fn values_of_json_are_those_of_a_file() {
        let found = row(
            r#"{"text": "a, \"b\"\nc", "number": 1e2, "big": 9007199254740993, "yes": true, "none": null,
                "empty": "", "0": "2024-01-31"}"#,
        );
        let expected = [
            ("text", Value::Text("a, \"b\"\nc".into())),
            ("number", Value::Integer(100)),
            ("big", Value::Integer(9_007_199_254_740_993)),
            ("yes", Value::Truth(true)),
            ("none", Value::Missing),
            ("empty", Value::Missing),
            ("0", Value::Moment(1_706_659_200_000_000)),
        ];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
    }

    #[test]
    fn a_row_without_any_value_is_a_row() {
        assert_eq!(row(r#"{"a": null}"#), [("a".to_owned(), Value::Missing)]);
        assert_eq!(read(r#"{"a": [1, null, 2]}"#).unwrap().len(), 3);
    }

    #[test]
    fn fields_may_be_left_out_and_come_in_any_order() {
        let table = read(r#"[{"a": 1, "b": 2}, {}, {"c": 5, "b": 4}]"#).unwrap();
        let column = |name: &str| -> Vec<Value<'static>> {
            let (_, column) = table.column(name).unwrap();
            column.values().map(Value::into_owned).collect()
        };
        let number = Value::Integer;
        assert_eq!(column("a"), [number(1), Value::Missing, Value::Missing]);
        assert_eq!(column("b"), [number(2), Value::Missing, number(4)]);
        assert_eq!(column("c"), [Value::Missing, Value::Missing, number(5)]);
    }

    #[test]
    fn words_for_missing_values_hold_for_json_too() {
        let text = TextRules { decimal_comma: true, missing: vec!["none".to_owned()] };
        let options = ReadOptions { text, ..ReadOptions::default() };
        let table = table(Kind::Json, br#"{"a": "none", "b": "1.5"}"#, &options).unwrap();
        let values: Vec<Value<'_>> = table.columns().iter().map(|column| column.get(0)).collect();
        assert_eq!(values, [Value::Missing, Value::Number(1.5)]);
    }

    #[test]
    fn what_is_not_json_is_malformed_and_what_is_no_row_is_unusable() {
        for (json, status, words) in [
            ("{\"a\": 1", 400, "EOF"),
            ("a,b\n1,2\n", 400, "expected value"),
            ("", 400, "EOF"),
            ("7", 422, "an object with a field for each column"),
            ("[1]", 422, "an object with a field for each column"),
            ("[]", 422, "no rows"),
            ("{}", 422, "no rows"),
            ("[{}, {}]", 422, "no rows"),
            ("{\"a\": {\"b\": 1}}", 422, "the field `a` holds a list or an object"),
            ("[{\"a\": [1]}]", 422, "the field `a` holds a list or an object"),
            ("{\"a\": 1, \"b\": 2, \"a\": 3}", 422, "the field `a` twice"),
            ("{\"a\": [1, 2], \"b\": [3]}", 422, "equally many values"),
            ("{\"a\": [1], \"a\": [3]}", 422, "different names"),
        ] {
            let (found, told) = refused(json);
            assert_eq!(found, status, "{json}: {told}");
            assert!(told.contains(words), "{json}: {told}");
        }
        let bytes = table(Kind::Json, b"{\"a\": \"\xff\"}", &ReadOptions::default()).unwrap_err();
        assert_eq!(bytes.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn objects_that_share_no_fields_do_not_take_much_memory() {
        let objects: Vec<String> = (0..1_100).map(|row| format!("{{\"f{row}\":1}}")).collect();
        let (status, told) = refused(&format!("[{}]", objects.join(",")));
        assert_eq!(status, 422);
        assert!(told.contains("too many different fields"), "{told}");
    }

    #[test]
    fn faults_of_a_text_are_told_without_a_name_of_a_file() {
        let csv = |text: &str| {
            let problem = table(Kind::Csv, text.as_bytes(), &ReadOptions::default()).unwrap_err();
            assert!(!problem.detail().contains("body.csv"), "{problem:?}");
            problem.status().as_u16()
        };
        assert_eq!(csv("a,b\n1,2\n3\n"), 422);
        assert_eq!(csv(""), 422);
    }

    #[test]
    fn the_type_of_the_content_is_told_by_a_header() {
        let kind = |told: &'static str| {
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, told.parse().unwrap())]);
            Kind::of(&headers).map_err(|problem| problem.status().as_u16())
        };
        assert_eq!(kind("application/json"), Ok(Kind::Json));
        assert_eq!(kind("Text/CSV; charset=utf-8"), Ok(Kind::Csv));
        assert_eq!(kind("text/tab-separated-values"), Ok(Kind::Tsv));
        assert_eq!(kind("text/plain"), Err(415));
        assert!(Kind::of(&HeaderMap::new()).is_err());
    }
}
