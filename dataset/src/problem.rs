//! What is wrong with a table, all of it at once.

use crate::names;
use serde::Serialize;
use std::{error::Error, fmt};

/// Most names that a list shows.
pub(crate) const LISTED: usize = 8;

/// How bad a problem is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No task can be made of the table.
    Refuses,
    /// The model or its score will be worse than people believe.
    Harms,
    /// Worth knowing.
    Informs,
}

/// One thing that is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// Where it is: a column, a row or the whole table.
    pub place: String,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do, without a full stop.
    pub remedy: String,
}

impl Problem {
    /// A problem that makes the table useless.
    pub(crate) fn refuses(
        place: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Refuses,
            place: place.into(),
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.place, self.what, self.remedy)
    }
}

/// All problems that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problems(
    /// The problems, in the order in which they were found.
    pub Vec<Problem>,
);

impl Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted: Vec<&Problem> = self.0.iter().collect();
        sorted.sort_by_key(|problem| problem.severity);
        for (number, problem) in sorted.into_iter().enumerate() {
            let line_break = if number == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

/// A text of a file between quotation marks, as a terminal may show it, shortened.
pub(crate) fn shown(text: &str) -> String {
    format!("\"{}\"", names::shown(text))
}

/// The first few of many names, and how many more there are.
pub(crate) fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let first: Vec<&str> = names.take(LISTED).collect();
    match more {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(severity: Severity, place: &str) -> Problem {
        Problem { severity, ..Problem::refuses(place, "is wrong", "mend it") }
    }

    #[test]
    fn the_worst_problem_stands_first_and_each_has_a_line_of_its_own() {
        let problems = Problems(vec![
            problem(Severity::Informs, "row 1"),
            problem(Severity::Refuses, "column `b`"),
            problem(Severity::Harms, "the table"),
            problem(Severity::Refuses, "column `a`"),
        ]);
        assert_eq!(
            problems.to_string(),
            "column `b`: is wrong; mend it\ncolumn `a`: is wrong; mend it\nthe table: is wrong; \
             mend it\nrow 1: is wrong; mend it"
        );
        assert_eq!(Problems::default().to_string(), "");
    }

    #[test]
    fn texts_of_a_file_are_shortened_and_cannot_steer_a_terminal() {
        assert_eq!(shown("a\u{1b}[31m"), "\"a\u{fffd}[31m\"");
        assert_eq!(shown(&"ä".repeat(32)), format!("\"{}\"", "ä".repeat(32)));
        assert_eq!(shown(&"ä".repeat(33)), format!("\"{}…\"", "ä".repeat(32)));
    }

    #[test]
    fn long_lists_of_names_say_how_many_more_there_are() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        assert_eq!(list(names.iter().take(3).copied()), "a, b, c");
        assert_eq!(list(names.into_iter()), "a, b, c, d, e, f, g, h and 2 more");
    }
}
