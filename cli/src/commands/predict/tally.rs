//! What is counted while rows are classified, and what a user should know of it.

use super::{Known, Prediction};
use nocknock_dataset::encoding::Counts;

/// Counts of all rows so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows.
    pub(super) rows: usize,
    /// Rows that have a true class and are right.
    pub(super) right: usize,
    /// Rows that have a true class, also one that the model does not know.
    pub(super) labelled: usize,
    /// Rows whose true class is none of the model's.
    strange: usize,
    /// The first of them, counted from 1.
    first_strange: usize,
    /// Rows that no class has won.
    ties: usize,
    /// Rows with something that the training data has nothing like.
    cells: Counts,
    /// What was guessed or left out.
    notes: Vec<String>,
}

impl Tally {
    /// Counts a row.
    pub(super) fn add(&mut self, prediction: &Prediction) {
        self.rows += 1;
        self.ties += usize::from(prediction.class.is_none());
        match prediction.known {
            Known::Nothing => return,
            Known::Class { is_right, .. } => self.right += usize::from(is_right),
            Known::NoClass => {
                self.strange += 1;
                if self.strange == 1 {
                    self.first_strange = self.rows;
                }
            }
        }
        self.labelled += 1;
    }

    /// Counts what was strange about the cells of some rows.
    pub(super) fn add_cells(&mut self, cells: Counts) {
        self.cells += cells;
    }

    /// Keeps what should be told, once.
    pub(super) fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|told| told == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Share of the rows with a true class that are right.
    pub(super) fn accuracy(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.right as f64 / self.labelled as f64)
    }

    /// What a user should know, in sentences. They never show a label: a file may hold anything
    /// where its labels are said to be.
    pub(super) fn warnings(&self) -> Vec<String> {
        let told = [self.labels(), self.outside(), self.unknown(), self.texts(), self.undecided()];
        self.notes.iter().cloned().chain(told.into_iter().flatten()).collect()
    }

    fn labels(&self) -> Option<String> {
        let (have, first) = (have(self.strange as u64)?, self.first_strange);
        Some(format!(
            "{have} a label that names no class of the model, the first is row {first}: that counts \
             as wrong. If another column holds the true classes, name it with --label; if none does, \
             give --no-label."
        ))
    }

    fn outside(&self) -> Option<String> {
        let have = have(self.cells.outside)?;
        Some(format!(
            "{have} a number far outside of those of the training data, about which the model knows \
             nothing: check the units of the columns."
        ))
    }

    fn unknown(&self) -> Option<String> {
        let have = have(self.cells.unknown)?;
        Some(format!(
            "{have} a category that the training data does not have: check how categories are \
             spelled."
        ))
    }

    fn texts(&self) -> Option<String> {
        let have = have(self.cells.not_numbers)?;
        Some(format!(
            "{have} a text where the training data has a number or a date, which counts as missing: \
             if a word stands for missing values, name it with --missing."
        ))
    }

    fn undecided(&self) -> Option<String> {
        let have = have(self.ties as u64)?;
        Some(format!(
            "{have} no class, because two share the largest output; proofs count that as wrong."
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
        Prediction { class, known }
    }

    #[test]
    fn labels_that_name_no_class_are_told_with_the_first_row() {
        let mut tally = Tally::default();
        let right = Known::Class { class: 0, is_right: true };
        for known in [right, Known::NoClass, Known::Nothing, Known::NoClass] {
            tally.add(&prediction(Some(0), known));
        }
        assert_eq!((tally.rows, tally.right, tally.labelled), (4, 1, 3));
        let warnings = tally.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        let told = warnings[0].starts_with("2 rows have a label that names no class");
        assert!(told && warnings[0].contains("row 2"), "{warnings:?}");
    }

    #[test]
    fn strange_cells_and_ties_are_told() {
        let mut tally = Tally::default();
        tally.add(&prediction(None, Known::Nothing));
        tally.add_cells(Counts { outside: 1, unknown: 2, not_numbers: 3 });
        tally.add_cells(Counts { outside: 1, unknown: 0, not_numbers: 0 });
        let warnings = tally.warnings().join("\n");
        let all = [
            "2 rows have a number",
            "2 rows have a category",
            "3 rows have a text",
            "1 row has no class",
        ];
        for words in all {
            assert!(warnings.contains(words), "{words}\n{warnings}");
        }
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
