//! What commands print: tables for people, JSON for programs.
//!
//! Results go to the standard output, everything else to the standard error, so that the output of
//! a command can be redirected without its messages.
//!
//! Names, notes and errors may come from the chain, the network or a file. Nothing in them may
//! steer a terminal or pass for something else, so everything that is printed goes through the
//! filter of [`nocknock_primitives::text`] here: cells in one line, messages and texts with their
//! lines. JSON keeps every character, the deceptive ones as escapes.

use crate::failure::{other, Failure};
use clap::ValueEnum;
use comfy_table::{presets, Cell, CellAlignment, ContentArrangement, Table};
use nocknock_primitives::text::{is_deceptive, printable, printable_lines};
use serde::Serialize;
use serde_json::{json, Value};
use std::io::{self, Write};

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
        print(self.shown(value, text)?.trim_end())
    }

    fn shown(
        &self,
        value: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> Result<String, Failure> {
        match self.format {
            Format::Table => Ok(printable_lines(&text()).into_owned()),
            Format::Json => serde_json::to_string_pretty(value).map(escaped).map_err(other),
        }
    }

    /// Prints bytes as they are, whatever the form: only such as this program has made itself.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Result<(), Failure> {
        match io::stdout().lock().write_all(bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(other(error)),
            _ => Ok(()),
        }
    }

    /// Tells what is going on.
    pub(crate) fn say(&self, line: impl AsRef<str>) {
        tell(self.message(line.as_ref()));
    }

    fn message(&self, line: &str) -> String {
        match self.format {
            Format::Table => set_in(line),
            Format::Json => escaped(json!({ "message": line }).to_string()),
        }
    }

    /// Tells why a command failed.
    pub(crate) fn error(&self, failure: &Failure) {
        tell(self.reason(failure));
    }

    fn reason(&self, failure: &Failure) -> String {
        match self.format {
            Format::Table => set_in(&format!("error: {failure}")),
            Format::Json => {
                let error = json!({ "error": {
                    "kind": failure.kind(),
                    "code": failure.code(),
                    "message": failure.to_string(),
                }});
                escaped(error.to_string())
            }
        }
    }
}

/// A message. Further lines of it are set in, so that none of them passes for another message.
fn set_in(message: &str) -> String {
    printable_lines(message).trim_end().replace('\n', "\n  ")
}

/// JSON with its deceptive characters as escapes. Only strings can hold any, and whoever parses it
/// gets the same value.
pub(crate) fn escaped(json: String) -> String {
    let is_hidden = |c: char| c != '\n' && is_deceptive(c);
    if !json.contains(is_hidden) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            let mut buffer = [0; 2];
            for unit in c.encode_utf16(&mut buffer) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// Prints a line on the standard error. Nobody may be reading any more, and a command that follows
/// a task with a bond must not end for that.
fn tell(line: String) {
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
        table.add_row([name.to_string(), value.to_string()].map(|cell| in_one_line(&cell)));
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
    text(value).aligned(CellAlignment::Right)
}

/// A cell.
pub(crate) fn text(value: impl ToString) -> Shown {
    Shown(Cell::new(in_one_line(&value.to_string())))
}

impl Shown {
    fn aligned(self, alignment: CellAlignment) -> Self {
        Self(self.0.set_alignment(alignment))
    }
}

/// A line break in a cell would look like another row.
fn in_one_line(cell: &str) -> String {
    printable(cell).into_owned()
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

    /// What a name on the chain may hold at worst: it clears the screen, turns the text around it,
    /// begins another line, and hides something.
    const HOSTILE: &str =
        "a\u{1b}[2J\u{9b}31m\u{202e}b\u{2066}c\nerror: d\r\te\u{200b}\u{e0041}\u{7f}f";

    const FORMATS: [Output; 2] =
        [Output { format: Format::Table }, Output { format: Format::Json }];

    #[track_caller]
    fn is_harmless(shown: &str) {
        let hidden = shown.chars().find(|c| *c != '\n' && is_deceptive(*c));
        assert_eq!(hidden, None, "{shown:?}");
    }

    #[test]
    fn nothing_deceptive_gets_through_a_table_or_its_rows() {
        let rows = vec![vec![text(HOSTILE), number(HOSTILE)]];
        let tables = [
            table(&["name", "count"], rows),
            pairs([("name", "count"), (HOSTILE, HOSTILE)]),
            fields(&json!({ "a": HOSTILE, HOSTILE: { "b": [HOSTILE] } })),
        ];
        for shown in tables {
            is_harmless(&shown);
            assert_eq!(shown.lines().count(), 2, "{shown}");
        }
    }

    #[test]
    fn nothing_deceptive_gets_through_a_result_a_message_or_an_error() {
        let failure = Failure::Other(HOSTILE.to_owned());
        for output in FORMATS {
            let shown = output.shown(&json!({ "name": HOSTILE }), || HOSTILE.to_owned());
            is_harmless(&shown.unwrap());
            is_harmless(&output.message(HOSTILE));
            is_harmless(&output.reason(&failure));
        }
    }

    #[test]
    fn a_line_within_a_message_does_not_pass_for_another_one() {
        let text = "first\nerror: second\n";
        let output = Output { format: Format::Table };
        assert_eq!(output.message(text), "first\n  error: second");
        let failure = Failure::Other(text.to_owned());
        assert_eq!(output.reason(&failure), "error: first\n  error: second");
    }

    #[test]
    fn json_keeps_every_character() {
        let output = Output { format: Format::Json };
        let value = json!({ "name": HOSTILE, "größe": "数字 👩\u{200d}🔬" });
        let shown = output.shown(&value, String::new).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), value);
        assert!(shown.contains("größe") && shown.contains("数字"), "{shown}");
        assert!(shown.contains(r"\u202e") && shown.contains(r"\udb40\udc41"), "{shown}");
        let message: Value = serde_json::from_str(&output.message(HOSTILE)).unwrap();
        assert_eq!(message["message"], HOSTILE);
        let failure = Failure::Other(HOSTILE.to_owned());
        let error: Value = serde_json::from_str(&output.reason(&failure)).unwrap();
        assert_eq!(error["error"]["message"], HOSTILE);
    }
}
