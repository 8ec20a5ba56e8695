//! What is counted while rows are classified, and what a user should know of it.

use super::classifier::{Classifier, Known, Prediction, Said};
use nocknock_dataset::encoding::{Finding, Strange};
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// Columns that a sentence lists.
const LISTED: usize = 8;

/// How often each kind of strange value was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    far: u64,
    unknown: u64,
    not_numbers: u64,
    missing: u64,
}

/// Counts of all rows so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows.
    pub(super) rows: usize,
    /// Rows that have a true answer and are right.
    pub(super) right: usize,
    /// Rows that have a true answer, also one that the model does not know.
    pub(super) labelled: usize,
    /// Rows of each class, and how many of them are right.
    by_class: BTreeMap<u16, (usize, usize)>,
    /// Rows whose true answer is a number.
    numbers: usize,
    /// How far their answers are off, all together.
    errors: f64,
    /// Whether the model answers with numbers.
    says_numbers: bool,
    /// Rows whose true answer is none that the model may give.
    strange: usize,
    /// The first of them, counted from 1.
    first_strange: usize,
    /// Rows that no class has won.
    ties: usize,
    /// Rows with something that the training data has nothing like.
    outside: u64,
    /// The same for each kind of it.
    outside_by_kind: Counts,
    /// The same for each column of the model, with its name.
    columns: Vec<(String, Counts)>,
    /// What was guessed or left out.
    notes: Vec<String>,
}

impl Counts {
    fn of(&self, what: Strange) -> u64 {
        match what {
            Strange::Far => self.far,
            Strange::Unknown => self.unknown,
            Strange::NotNumber => self.not_numbers,
            Strange::Missing => self.missing,
        }
    }

    fn add(&mut self, what: Strange) {
        let count = match what {
            Strange::Far => &mut self.far,
            Strange::Unknown => &mut self.unknown,
            Strange::NotNumber => &mut self.not_numbers,
            Strange::Missing => &mut self.missing,
        };
        *count += 1;
    }

    fn json(&self) -> Value {
        json!({
            "far": self.far,
            "unknown": self.unknown,
            "not_numbers": self.not_numbers,
            "missing": self.missing,
        })
    }
}

impl Tally {
    /// Counts for a model.
    pub(super) fn new(of: &Classifier) -> Self {
        Self { says_numbers: of.says_numbers(), ..Self::of_columns(of.columns()) }
    }

    fn of_columns(columns: &[String]) -> Self {
        let columns = columns.iter().map(|name| (name.clone(), Counts::default())).collect();
        Self { columns, ..Self::default() }
    }

    /// Counts a row.
    pub(super) fn add(&mut self, prediction: &Prediction) {
        self.rows += 1;
        self.ties += usize::from(prediction.said == Said::Class(None));
        self.add_strange(&prediction.strange);
        match prediction.known {
            Known::Nothing => return,
            Known::Class { class, is_right } => {
                let (rows, right) = self.by_class.entry(class).or_default();
                *rows += 1;
                *right += usize::from(is_right);
                self.right += usize::from(is_right);
            }
            Known::Number { error, is_right, .. } => {
                self.numbers += 1;
                self.errors += error;
                self.right += usize::from(is_right);
            }
            Known::NoAnswer => {
                self.strange += 1;
                if self.strange == 1 {
                    self.first_strange = self.rows;
                }
            }
        }
        self.labelled += 1;
    }

    /// Counts what is strange about the values of a row, at most once for each kind.
    fn add_strange(&mut self, found: &[Finding]) {
        self.outside += u64::from(!found.is_empty());
        for what in Strange::ALL {
            if found.iter().any(|finding| finding.what == what) {
                self.outside_by_kind.add(what);
            }
        }
        for finding in found {
            if let Some((_, counts)) = self.columns.get_mut(finding.column) {
                counts.add(finding.what);
            }
        }
    }

    /// Keeps what should be told, once.
    pub(super) fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|told| told == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Share of the rows with a true answer that are right.
    pub(super) fn accuracy(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.right as f64 / self.labelled as f64)
    }

    /// The mean of the shares of all classes that have rows, if several have.
    pub(super) fn balanced_accuracy(&self) -> Option<f64> {
        let shares = self.by_class.values().map(|(rows, right)| *right as f64 / *rows as f64);
        (self.by_class.len() > 1).then(|| shares.sum::<f64>() / self.by_class.len() as f64)
    }

    /// How far the numbers are off on average.
    pub(super) fn mean_error(&self) -> Option<f64> {
        (self.numbers > 0).then(|| self.errors / self.numbers as f64)
    }

    /// How many rows are unlike the training data, by kind and by column, for programs.
    pub(super) fn outside(&self) -> Value {
        let met = self.columns.iter().filter(|(_, counts)| *counts != Counts::default());
        let columns: Map<String, Value> =
            met.map(|(name, counts)| (name.clone(), counts.json())).collect();
        json!({ "rows": self.outside, "kinds": self.outside_by_kind.json(), "columns": columns })
    }

    /// Rows that no class has won.
    pub(super) fn ties(&self) -> usize {
        self.ties
    }

    /// What a user should know, in sentences. They never show a label: a file may hold anything
    /// where its labels are said to be.
    pub(super) fn warnings(&self) -> Vec<String> {
        let strange = Strange::ALL.into_iter().map(|what| self.unlike(what));
        let told = [self.labels()].into_iter().chain(strange).chain([self.undecided()]);
        self.notes.iter().cloned().chain(told.flatten()).collect()
    }

    fn labels(&self) -> Option<String> {
        let (have, first) = (have(self.strange as u64)?, self.first_strange);
        let (is, what) = if self.says_numbers {
            ("is no number", "numbers")
        } else {
            ("names no class of the model", "classes")
        };
        Some(format!(
            "{have} a label that {is}, the first is row {first}: that counts as wrong. If another \
             column holds the true {what}, name it with --label; if none does, give --no-label."
        ))
    }

    /// What is to be said about values of this kind.
    fn unlike(&self, what: Strange) -> Option<String> {
        let have = have(self.outside_by_kind.of(what))?;
        let columns = self.listed(what);
        let said = match what {
            Strange::Far => {
                "a number far outside of those of the training data, about which the model knows \
                 nothing: check the units of the columns"
            }
            Strange::Unknown => {
                "a category that the training data does not have: check how categories are spelled"
            }
            Strange::NotNumber => {
                "a text where the training data has a number or a date, which counts as missing: if \
                 a word stands for missing values, name it with --missing"
            }
            Strange::Missing => {
                "no value where the model has no input that says so, which counts as a usual value: \
                 see that the column is filled"
            }
        };
        Some(format!("{have} {said} ({columns})."))
    }

    /// In how many rows each column has a value of this kind, the first columns by name.
    fn listed(&self, what: Strange) -> String {
        let counts = self.columns.iter().map(|(name, counts)| (name, counts.of(what)));
        let met: Vec<String> = counts
            .filter(|(_, rows)| *rows > 0)
            .map(|(name, rows)| format!("`{name}`: {rows}"))
            .collect();
        let first = met.get(..LISTED.min(met.len())).unwrap_or_default().join(", ");
        match met.len().saturating_sub(LISTED) {
            0 => first,
            more => format!("{first} and {more} more columns"),
        }
    }

    fn undecided(&self) -> Option<String> {
        let have = have(self.ties as u64)?;
        Some(format!(
            "{have} no class, because no class has an output above all others; proofs count that as \
             wrong."
        ))
    }
}

/// So many rows as the beginning of a sentence, if there are any.
fn have(rows: u64) -> Option<String> {
    match rows {
        0 => None,
        1 => Some("1 row has".to_owned()),
        rows => Some(format!("{rows} rows have")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(class: Option<u16>, known: Known) -> Prediction {
        Prediction { said: Said::Class(class), known, scores: Vec::new(), strange: Vec::new() }
    }

    fn strange(found: &[(usize, Strange)]) -> Prediction {
        let strange = found.iter().map(|(column, what)| Finding { column: *column, what: *what });
        Prediction { strange: strange.collect(), ..prediction(Some(0), Known::Nothing) }
    }

    #[test]
    fn labels_that_name_no_class_are_told_with_the_first_row() {
        let mut tally = Tally::default();
        let right = Known::Class { class: 0, is_right: true };
        for known in [right, Known::NoAnswer, Known::Nothing, Known::NoAnswer] {
            tally.add(&prediction(Some(0), known));
        }
        assert_eq!((tally.rows, tally.right, tally.labelled), (4, 1, 3));
        let warnings = tally.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let told = warnings[0].starts_with("2 rows have a label that names no class");
        assert!(told && warnings[0].contains("row 2"), "{warnings:?}");
    }

    #[test]
    fn strange_values_are_told_by_kind_and_by_column() {
        let mut tally = Tally::of_columns(&["a", "b"].map(str::to_owned));
        tally.add(&strange(&[(0, Strange::Far), (1, Strange::Far)]));
        tally.add(&strange(&[(1, Strange::Far), (0, Strange::Unknown)]));
        tally.add(&strange(&[(0, Strange::NotNumber), (1, Strange::Missing)]));
        tally.add(&strange(&[]));
        let warnings = tally.warnings().join("\n");
        for words in [
            "2 rows have a number",
            "(`a`: 1, `b`: 2).",
            "1 row has a category",
            "1 row has a text",
            "1 row has no value",
        ] {
            assert!(warnings.contains(words), "{words}\n{warnings}");
        }
        let expected = json!({
            "rows": 3,
            "kinds": { "far": 2, "unknown": 1, "not_numbers": 1, "missing": 1 },
            "columns": {
                "a": { "far": 1, "unknown": 1, "not_numbers": 1, "missing": 0 },
                "b": { "far": 2, "unknown": 0, "not_numbers": 0, "missing": 1 },
            },
        });
        assert_eq!(tally.outside(), expected);
    }

    #[test]
    fn columns_without_strange_values_are_not_listed() {
        let mut tally = Tally::of_columns(&["a", "b"].map(str::to_owned));
        tally.add(&strange(&[(1, Strange::Unknown)]));
        assert!(tally.warnings()[0].ends_with("(`b`: 1)."), "{:?}", tally.warnings());
        assert_eq!(tally.outside()["columns"].as_object().map(Map::len), Some(1));
    }

    #[test]
    fn many_columns_end_with_a_number() {
        let names: Vec<String> = (0..10).map(|column| format!("c{column}")).collect();
        let mut tally = Tally::of_columns(&names);
        let all: Vec<_> = (0..10).map(|column| (column, Strange::Missing)).collect();
        tally.add(&strange(&all));
        let warning = &tally.warnings()[0];
        assert!(warning.ends_with("`c7`: 1 and 2 more columns)."), "{warning}");
    }

    #[test]
    fn each_class_counts_the_same_in_the_balanced_accuracy() {
        let mut tally = Tally::default();
        let mut add = |class, is_right| {
            tally.add(&prediction(Some(0), Known::Class { class, is_right }));
        };
        (0..3).for_each(|_| add(0, true));
        add(1, false);
        assert_eq!((tally.accuracy(), tally.balanced_accuracy()), (Some(0.75), Some(0.5)));
        let mut one = Tally::default();
        one.add(&prediction(Some(0), Known::Class { class: 0, is_right: true }));
        assert_eq!(one.balanced_accuracy(), None);
    }

    #[test]
    fn ties_are_told() {
        let mut tally = Tally::default();
        tally.add(&prediction(None, Known::Nothing));
        assert_eq!(tally.ties(), 1);
        assert!(tally.warnings()[0].starts_with("1 row has no class"), "{:?}", tally.warnings());
    }

    #[test]
    fn a_note_is_told_once() {
        let mut tally = Tally::default();
        tally.note("one");
        tally.note("two");
        tally.note("one");
        assert_eq!(tally.warnings(), ["one", "two"]);
    }
}
