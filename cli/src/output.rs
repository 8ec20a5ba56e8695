//! What commands print: tables for people, JSON for programs.
//!
//! Results go to the standard output, everything else to the standard error, so that the output of
//! a command can be redirected without its messages.

use crate::failure::{other, Failure};
use clap::ValueEnum;
use comfy_table::{presets, Cell, CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use serde_json::{json, Value};
use std::{
    fmt::Display,
    io::{self, Write},
};

/// The form of the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences for people.
    #[default]
    Table,
    /// One JSON value on the standard output.
    Json,
}

/// Prints in the form that the user asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self { format }
    }

    /// Prints a result: the value for programs, or the text for people.
    pub(crate) fn show(
        &self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let text = match self.format {
            Format::Table => text(),
            Format::Json => serde_json::to_string_pretty(value).map_err(other)?,
        };
        print(text.trim_end())
    }

    /// Prints bytes as they are, whatever the form.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        match io::stdout().lock().write_all(bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(other(error)),
            _ => Ok(()),
        }
    }

    /// Tells what is going on.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        let line = line.as_ref();
        match self.format {
            Format::Table => tell(line),
            Format::Json => tell(json!({ "message": line })),
        }
    }

    /// Tells why a command failed.
    pub(crate) fn error(&self, failure: &Failure) {
        match self.format {
            Format::Table => tell(format!("error: {failure}")),
            Format::Json => tell(json!({ "error": {
                "kind": failure.kind(),
                "code": failure.code(),
                "message": failure.to_string(),
            }})),
        }
    }
}

/// Prints a line on the standard error. Nobody may be reading any more, and a command that follows
/// a task with a bond must not end for that.
fn tell(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Prints a text. A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(other(error)),
        _ => Ok(()),
    }
}

/// A table with a line of titles, for people.
pub(crate) fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<Shown>>) -> String {
    let mut table = plain();
    table.set_header(titles);
    for row in rows {
        table.add_row(row.into_iter().map(|cell| cell.0));
    }
    trimmed(table)
}

/// Names and values below each other.
pub(crate) fn pairs<N: ToString, V: ToString>(pairs: impl IntoIterator<Item = (N, V)>) -> String {
    let mut table = plain();
    for (name, value) in pairs {
        table.add_row([name.to_string(), value.to_string()]);
    }
    trimmed(table)
}

/// The fields of a JSON object below each other. Those of an object within it go by both names.
pub(crate) fn fields(value: &Value) -> String {
    let mut found = Vec::new();
    collect("", value, &mut found);
    pairs(found)
}

fn collect(name: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let field = format!("{name} {}", field.replace('_', " "));
                collect(field.trim(), value, found);
            }
        }
        Value::Null => {}
        Value::String(text) => found.push((name.to_owned(), text.clone())),
        other => found.push((name.to_owned(), other.to_string())),
    }
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub(crate) struct Shown(Cell);

/// A cell whose text ends at the right, as numbers do.
pub(crate) fn number(value: impl ToString) -> Shown {
    Shown(Cell::new(value.to_string()).set_alignment(CellAlignment::Right))
}

/// A cell.
pub(crate) fn text(value: impl ToString) -> Shown {
    Shown(Cell::new(value.to_string()))
}

/// Nothing is wrapped: a script that cuts columns must not meet broken cells.
fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn trimmed(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_numbers_to_the_right() {
        let rows = [vec![text("a"), number(7)], vec![text("bb"), number(1234)]];
        let shown = table(&["name", "count"], rows);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 3, "{shown}");
        assert!(lines[1].ends_with("    7"), "{shown}");
        assert!(lines[2].ends_with(" 1234"), "{shown}");
    }

    #[test]
    fn fields_of_fields_go_by_both_names() {
        let shown =
            fields(&json!({ "periods": { "commit": 5 }, "min_score": "0.9", "none": null }));
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines: Vec<String> = shown.lines().map(words).collect();
        lines.sort_unstable();
        assert_eq!(lines, ["min score 0.9", "periods commit 5"]);
    }

    #[test]
    fn pairs_stand_below_each_other() {
        let shown = pairs([("one", "1"), ("three", "3")]);
        assert_eq!(shown.lines().count(), 2);
        assert!(shown.lines().all(|line| !line.ends_with(' ')));
    }
}
