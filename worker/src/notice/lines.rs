//! Notices as lines of text or JSON.

use super::{Notice, NoticeSink};
use nocknock_primitives::text::{is_deceptive, printable};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// One line of JSON for each notice, on standard output. Progress within a step is left out, but
/// for the epochs of a training and the trials of a search.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonLines;

/// One line of text for each notice, on standard error.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainLines;

impl NoticeSink for JsonLines {
    fn receive(&self, notice: &Notice) {
        if !has_a_line(notice) {
            return;
        }
        if let Ok(line) = serde_json::to_string(notice) {
            // Nobody may be reading any more; the work goes on all the same.
            let _ = writeln!(io::stdout().lock(), "{}", escaped_json(&line));
        }
    }
}

impl NoticeSink for PlainLines {
    fn receive(&self, notice: &Notice) {
        if let Some(line) = line_of(notice) {
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }
}

/// Whether programs are told.
fn has_a_line(notice: &Notice) -> bool {
    !notice.is_progress() || matches!(notice, Notice::Epoch { .. } | Notice::Trial { .. })
}

/// The line for people, if the notice is worth one.
fn line_of(notice: &Notice) -> Option<String> {
    let is_quiet = notice.is_progress()
        || matches!(notice, Notice::Declined { actionable, .. } if !actionable);
    let prefix = if notice.is_warning() { "warning: " } else { "" };
    let text = notice.to_string();
    (!is_quiet).then(|| format!("{prefix}{}", printable(&text)))
}

/// JSON in which no character is left that steers a terminal: such a one becomes an escape, which
/// programs read as the character.
///
/// JSON has such characters within texts alone, so what is given must be JSON.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| is_deceptive(c) && c != '\n';
    if !json.chars().any(is_escaped) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]).iter() {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_or_store_says_is_one_line_that_steers_no_terminal() {
        let error = "the store says \u{1b}[2J\u{202e}okay\nwarning: task 7: paid".to_owned();
        let notice = Notice::Failed { task: 7, step: "fetch", error, again_in: 2 };
        let expected = "warning: task 7: fetch: the store says \u{fffd}[2J\u{fffd}okay warning: \
                        task 7: paid (again in 2 s)";
        assert_eq!(line_of(&notice).as_deref(), Some(expected));
        assert_eq!(line_of(&Notice::Block { number: 7 }), None);
    }

    #[test]
    fn programs_are_told_of_trials_and_of_no_step() {
        let trial = Notice::Trial { task: 7, trial: 1, score: 0.5, best: 0.5, seconds_left: 9 };
        assert!(has_a_line(&trial));
        assert_eq!(line_of(&trial), None);
        assert!(!has_a_line(&Notice::Training { task: 7, step: 1, steps: 2 }));
    }

    #[test]
    fn json_steers_no_terminal_and_is_read_as_it_was() {
        let text = "safe\u{202e}txt.exe \u{1b}[31m\u{9b}2J \u{e0041} größe\n";
        let value = serde_json::json!({ "name": text, "numbers": [1, 2] });
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let escaped = escaped_json(&json);
            assert!(!escaped.chars().any(|c| is_deceptive(c) && c != '\n'), "{escaped}");
            assert!(escaped.contains("größe"), "{escaped}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
        }
    }

    #[test]
    fn json_without_such_characters_is_left_as_it_is() {
        let json = "{\n  \"name\": \"größe\"\n}";
        assert!(matches!(escaped_json(json), Cow::Borrowed(same) if same == json));
    }
}
