//! Where predictions go, and what is printed at the end.

use super::{
    classifier::{Classifier, Known, Prediction},
    rows::{Columns, Form, Line, Rows, Target},
    tally::Tally,
};
use crate::{
    failure::Failure,
    output::{number, table, text, Output, Shown},
};
use serde_json::{json, Map, Value};
use std::path::PathBuf;

/// Rows that a table shows; JSON has all of them.
const SHOWN: usize = 20;

/// Most that is kept for JSON: a class for each row, scores, and columns with strange values.
const KEPT: usize = 1_000_000;

/// Where predictions go.
#[derive(Debug)]
pub(super) enum Results {
    /// Into the answer.
    Kept(Kept),
    /// Each into a line of its own.
    Written(Box<Rows>),
}

/// Predictions that are shown at the end.
#[derive(Debug)]
pub(super) struct Kept {
    columns: Columns,
    rows: Vec<Prediction>,
    /// How much more is kept.
    left: usize,
    /// Whether there was more.
    is_cut: bool,
}

impl Kept {
    fn new(columns: Columns) -> Self {
        Self { columns, rows: Vec::new(), left: KEPT, is_cut: false }
    }

    fn add(&mut self, mut prediction: Prediction) {
        if self.is_cut {
            return;
        }
        if !self.columns.outside {
            prediction.strange = Vec::new();
        }
        let size = 1 + prediction.scores.len() + prediction.strange.len();
        if let Some(left) = self.left.checked_sub(size) {
            self.left = left;
            self.rows.push(prediction);
        } else {
            self.is_cut = true;
            self.rows.truncate(SHOWN);
        }
    }
}

impl Results {
    pub(super) fn new(target: Option<(Target, Form)>, columns: Columns) -> Result<Self, Failure> {
        Ok(match target {
            Some((target, form)) => Self::Written(Box::new(Rows::create(target, form, columns)?)),
            None => Self::Kept(Kept::new(columns)),
        })
    }

    /// Adds a row.
    pub(super) fn add(&mut self, prediction: Prediction, of: &Classifier) -> Result<(), Failure> {
        match self {
            Self::Kept(kept) => {
                kept.add(prediction);
                Ok(())
            }
            Self::Written(rows) => rows.add(&Line {
                answer: of.word(prediction.said),
                known: of.true_word(prediction.known),
                outside: &of.names_of(&prediction.strange),
                scores: &prediction.scores,
            }),
        }
    }

    /// Whether nobody reads the rows any more.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::Kept(_) => false,
            Self::Written(rows) => rows.is_closed(),
        }
    }

    /// Ends what was written.
    pub(super) fn finish(self) -> Result<Answer, Failure> {
        Ok(match self {
            Self::Kept(kept) => Answer::Rows(kept),
            Self::Written(rows) => rows.finish()?.map_or(Answer::Printed, Answer::File),
        })
    }
}

/// What is printed.
#[derive(Debug)]
pub(super) enum Answer {
    /// Rows.
    Rows(Kept),
    /// Where all rows are.
    File(PathBuf),
    /// The rows were printed already.
    Printed,
}

impl Answer {
    /// Prints it.
    pub(super) fn show(
        &self,
        output: Output,
        of: &Classifier,
        tally: &Tally,
    ) -> Result<(), Failure> {
        let shown = match self {
            Self::Rows(kept) => kept.text(of, tally),
            Self::File(path) => {
                format!("{} rows are answered; {} has them.", tally.rows, path.display())
            }
            // The rows are the result, so all else is a message.
            Self::Printed => {
                output.say(format!("{} rows are answered.", tally.rows));
                accuracy(of, tally).iter().for_each(|told| output.say(told));
                return Ok(());
            }
        };
        output.show(&self.json(of, tally), || match accuracy(of, tally) {
            Some(told) => format!("{shown}\n\n{told}"),
            None => shown,
        })
    }

    fn json(&self, of: &Classifier, tally: &Tally) -> Value {
        let counts = is_right_or_wrong(of);
        let mut value = json!({
            "rows": tally.rows,
            "predictions": null,
            "file": null,
            "correct": (counts && tally.labelled > 0).then_some(tally.right),
            "labelled": tally.labelled,
            "accuracy": tally.accuracy().filter(|_| counts),
            "balanced_accuracy": tally.balanced_accuracy(),
            "mean_absolute_error": tally.mean_error(),
            "ties": tally.ties(),
            "outside": tally.outside(),
            "warnings": tally.warnings(),
        });
        match self {
            Self::Rows(kept) => kept.extend(&mut value, of),
            Self::File(path) => value["file"] = json!(path.display().to_string()),
            Self::Printed => {}
        }
        value
    }
}

impl Kept {
    /// Adds the rows to the value for programs, unless there were too many.
    fn extend(&self, value: &mut Value, of: &Classifier) {
        if self.is_cut {
            return;
        }
        let answers = self.rows.iter().map(|row| of.word(row.said));
        value["predictions"] = answers.collect::<Vec<_>>().into();
        if !self.columns.scores.is_empty() {
            let scores = self.rows.iter().map(|row| by_name(of.classes(), &row.scores));
            value["scores"] = scores.collect::<Vec<_>>().into();
        }
        if self.columns.outside {
            let outside = self.rows.iter().map(|row| of.names_of(&row.strange));
            value["columns_outside"] = outside.collect::<Vec<_>>().into();
        }
    }

    fn text(&self, of: &Classifier, tally: &Tally) -> String {
        let rows = (1..).zip(&self.rows).take(SHOWN).map(|(row, found)| self.cells(of, row, found));
        let outside = self.columns.outside.then_some("outside");
        let scores = self.columns.scores.iter().map(String::as_str);
        let known = format!("true {}", self.columns.answer());
        let first = ["row", self.columns.answer(), &known];
        let titles: Vec<&str> = first.into_iter().chain(outside).chain(scores).collect();
        let shown = table(&titles, rows);
        match tally.rows.checked_sub(SHOWN) {
            Some(more @ 1..) => {
                format!(
                    "{shown}\n… and {more} rows more; --format csv prints all, --to writes them"
                )
            }
            _ => shown,
        }
    }

    fn cells(&self, of: &Classifier, row: usize, found: &Prediction) -> Vec<Shown> {
        let answer = of.word(found.said).map_or("undecided".to_owned(), |word| word.to_string());
        let known = of.true_word(found.known).map(|word| word.to_string());
        let known = match (known, found.known) {
            (None, Known::NoAnswer) => format!("no {} of the model", self.columns.answer()),
            (known, _) => known.unwrap_or_default(),
        };
        let outside = self.columns.outside.then(|| text(of.names_of(&found.strange).join(", ")));
        let scores = found.scores.iter().map(|score| number(format!("{score:.3}")));
        let cell = |word: String| if self.columns.numbers { number(word) } else { text(word) };
        let first = [number(row), cell(answer), cell(known)];
        first.into_iter().chain(outside).chain(scores).collect()
    }
}

/// Scores under the names of their classes.
pub(super) fn by_name(classes: &[String], scores: &[f64]) -> Map<String, Value> {
    let pairs = classes.iter().zip(scores);
    pairs.map(|(class, score)| (class.clone(), (*score).into())).collect()
}

/// Whether an answer is right or wrong, and not only more or less far off.
fn is_right_or_wrong(of: &Classifier) -> bool {
    !of.says_numbers() || of.tolerance().is_some()
}

/// What a file with true answers tells of the model.
fn accuracy(of: &Classifier, tally: &Tally) -> Option<String> {
    let percent = 100.0 * tally.accuracy()?;
    let rows = format!("{} of {} rows are", tally.right, tally.labelled);
    let counted = match of.tolerance() {
        Some(tolerance) => {
            Some(format!("{rows} off by {} at most: {percent:.2} %", short(tolerance)))
        }
        None if of.says_numbers() => None,
        None => Some(format!("{rows} right: {percent:.2} %")),
    };
    let balanced = tally.balanced_accuracy().map(|share| {
        format!("{:.2} % where each class counts the same (balanced accuracy)", 100.0 * share)
    });
    let error = tally.mean_error().map(|error| format!("off by {} on average", short(error)));
    let told: Vec<String> = [counted, balanced, error].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// A number with a few digits.
fn short(number: f64) -> String {
    if number == 0.0 || (1e-3..1e9).contains(&number) {
        format!("{number:.4}")
    } else {
        format!("{number:.4e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        commands::predict::classifier::tests::{classifier, predict},
        model_card::tests::encoded,
    };

    fn kept(csv: &str, columns: Columns) -> (Kept, Classifier, Tally) {
        let of = classifier(encoded());
        let (predictions, tally) = predict(&of, csv);
        let mut kept = Kept::new(columns);
        predictions.into_iter().for_each(|prediction| kept.add(prediction));
        (kept, of, tally)
    }

    fn everything() -> Columns {
        Columns {
            scores: ["no", "yes"].map(str::to_owned).into(),
            outside: true,
            ..Columns::default()
        }
    }

    #[test]
    fn no_label_is_shown() {
        let (kept, of, tally) = kept("a,b,class\n1,2,secret\n0,0,no\n", Columns::default());
        let shown = kept.text(&of, &tally);
        assert!(shown.contains("no class of the model") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn right_rows_are_told_for_all_and_for_each_class() {
        let (_, of, tally) =
            kept("a,b,class\n1,2,yes\n1,2,yes\n1,2,yes\n0,0,no\n", Columns::default());
        let told = accuracy(&of, &tally).unwrap();
        assert!(told.starts_with("3 of 4 rows are right: 75.00 %\n50.00 %"), "{told}");
        let (_, of, tally) = kept("a,b\n1,2\n", Columns::default());
        assert_eq!(accuracy(&of, &tally), None);
    }

    #[test]
    fn numbers_are_told_with_a_few_digits() {
        let told = [0.0, 0.5, 12.34567, 2e9].map(short);
        assert_eq!(told, ["0.0000", "0.5000", "12.3457", "2.0000e9"]);
    }

    #[test]
    fn scores_and_strange_columns_are_shown_if_they_are_wanted() {
        let csv = "a,b\n1,2\n1000,0\n";
        let (some, of, tally) = kept(csv, everything());
        let shown = some.text(&of, &tally);
        let lines: Vec<&str> = shown.lines().collect();
        let titles: Vec<&str> = lines[0].split_whitespace().collect();
        assert_eq!(titles, ["row", "class", "true", "class", "outside", "no", "yes"]);
        assert!(lines[2].contains(" a "), "{shown}");
        let value = Answer::Rows(some).json(&of, &tally);
        assert_eq!(value["predictions"], json!(["yes", "yes"]));
        assert_eq!(value["columns_outside"], json!([[], ["a"]]));
        assert!(value["scores"][0]["yes"].as_f64() > value["scores"][0]["no"].as_f64(), "{value}");
        assert_eq!(value["outside"]["rows"], 1);
        let (none, of, tally) = kept(csv, Columns::default());
        assert!(!none.text(&of, &tally).contains("outside"));
        let value = Answer::Rows(none).json(&of, &tally);
        assert!(value.get("scores").is_none() && value.get("columns_outside").is_none(), "{value}");
    }

    #[test]
    fn more_rows_than_are_kept_leave_the_first_ones() {
        let rows: String = (0..30).map(|row| format!("{},0\n", row % 4)).collect();
        let of = classifier(encoded());
        let (predictions, tally) = predict(&of, &format!("a,b\n{rows}"));
        // A class and two scores for each of 25 rows.
        let mut kept = Kept { left: 25 * 3, ..Kept::new(Columns::default()) };
        predictions.into_iter().for_each(|prediction| kept.add(prediction));
        assert_eq!((kept.rows.len(), kept.is_cut), (SHOWN, true));
        assert!(kept.text(&of, &tally).contains("and 10 rows more"));
        assert_eq!(Answer::Rows(kept).json(&of, &tally)["predictions"], Value::Null);
    }

    #[test]
    fn strange_columns_are_kept_only_if_they_are_wanted() {
        let left = |columns: Columns| kept("a,b\n1000,1000\n", columns).0.left;
        assert_eq!(left(Columns::default()), KEPT - 3);
        assert_eq!(left(everything()), KEPT - 5);
    }
}
