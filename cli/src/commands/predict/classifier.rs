//! A model at work: from the rows of a table to classes or numbers.

use super::scores::Scores;
use crate::failure::{usage, Failure};
use nocknock_circuits::reference::{is_among, outputs};
use nocknock_dataset::{
    class_of,
    encoding::{Finding, NumberScale},
    Column, Encoder, Encoding, Table, Value as Cell,
};
use nocknock_primitives::model::{Goal, Head};
use nocknock_requester::UsableModel;
use serde_json::Value;
use std::fmt;

/// The first version of model files that says how the column of the labels was called.
const FIRST_WITH_LABEL: u32 = 3;

/// Where a file has its true classes or numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// Where the training data had them.
    Usual,
    /// In this column.
    Column(String),
    /// Nowhere.
    Nowhere,
}

/// What a file says about the true answer of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Known {
    /// Nothing.
    Nothing,
    /// A label that is no class of the model, or no number.
    NoAnswer,
    /// A class, and whether the answer counts as right.
    Class { class: u16, is_right: bool },
    /// A number, how far the answer is from it, and whether that counts as right.
    Number { number: f64, error: f64, is_right: bool },
}

/// What a model says of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    /// The class with the strictly largest output; none if two outputs share it, or if it belongs
    /// to no class.
    Class(Option<u16>),
    /// A number in the units of its column.
    Number(f64),
}

/// An answer as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word<'a> {
    /// The name of a class.
    Class(&'a str),
    /// A number.
    Number(f64),
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(name) => f.write_str(name),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

impl From<Word<'_>> for Value {
    fn from(word: Word<'_>) -> Self {
        match word {
            Word::Class(name) => name.into(),
            Word::Number(number) => number.into(),
        }
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prediction {
    pub(super) said: Said,
    pub(super) known: Known,
    /// A score for each class, or none if they are not asked for.
    pub(super) scores: Vec<f64>,
    /// Values that are unlike the training data.
    pub(super) strange: Vec<Finding>,
}

/// What the outputs of a model mean.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answers {
    /// The largest one is the class.
    Classes,
    /// The only one stands for a number.
    Numbers { scale: NumberScale, goal: Goal },
}

/// Rows as the model takes them.
#[derive(Debug, Default)]
pub(super) struct Piece<'a> {
    inputs: Vec<Vec<u16>>,
    /// None if the file has no labels.
    labels: Option<Vec<Cell<'a>>>,
    /// None if the rows are inputs already.
    encoder: Option<Encoder<'a>>,
    /// What to tell about the columns.
    pub(super) notes: Vec<String>,
}

impl Piece<'_> {
    /// What of a row is unlike the training data.
    fn strange(&self, row: usize) -> Vec<Finding> {
        self.encoder.as_ref().map(|encoder| encoder.strange(row)).unwrap_or_default()
    }
}

/// A model at work.
#[derive(Debug)]
pub(super) struct Classifier {
    model: UsableModel,
    /// What the classes are called, in the order of their outputs. Outputs behind those belong to
    /// no class.
    classes: Vec<String>,
    /// Names of the columns that the encoding uses.
    columns: Vec<String>,
    truth: Truth,
    answers: Answers,
    scores: Option<Scores>,
}

impl Classifier {
    /// Puts a model to work, with scores for each class if they are wanted.
    pub(super) fn new(
        model: UsableModel,
        truth: Truth,
        wants_scores: bool,
    ) -> Result<Self, Failure> {
        let answers = Answers::of(&model)?;
        if wants_scores && answers != Answers::Classes {
            return Err(usage("this model answers with a number, and only classes have scores"));
        }
        let encoding = model.encoding.as_ref();
        let outputs = model.architecture.outputs();
        let classes = encoding.map_or(outputs, |encoding| encoding.classes().len());
        let classes: Vec<String> = (0..classes).map(|class| model.class_name(class)).collect();
        let columns = encoding.map(Encoding::columns).unwrap_or_default();
        let columns = columns.iter().map(|column| column.name.clone()).collect();
        let scores =
            wants_scores.then(|| Scores::new(&model.architecture, encoding, classes.len()));
        Ok(Self { model, classes, columns, truth, answers, scores })
    }

    /// The model.
    pub(super) fn model(&self) -> &UsableModel {
        &self.model
    }

    /// Names of the classes, in the order of the outputs.
    pub(super) fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Names of the columns that the encoding uses, in its order.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether there is a score for each class.
    pub(super) fn has_scores(&self) -> bool {
        self.scores.is_some()
    }

    /// Whether the answers are numbers.
    pub(super) fn says_numbers(&self) -> bool {
        self.answers != Answers::Classes
    }

    /// How far an answer may be off and count as right, if it is a number that is scored so.
    pub(super) fn tolerance(&self) -> Option<f64> {
        match self.answers {
            Answers::Numbers { scale, goal: Goal::Within { tolerance } } => {
                Some(scale.distance(tolerance.into()))
            }
            Answers::Numbers { goal: Goal::AbsoluteError { .. }, .. } | Answers::Classes => None,
        }
    }

    /// An answer as it is written, if there is one.
    pub(super) fn word(&self, said: Said) -> Option<Word<'_>> {
        match said {
            Said::Class(class) => {
                self.classes.get(usize::from(class?)).map(|name| Word::Class(name))
            }
            Said::Number(number) => Some(Word::Number(number)),
        }
    }

    /// The true answer of a row as it is written, if it is one that the model may give.
    pub(super) fn true_word(&self, known: Known) -> Option<Word<'_>> {
        match known {
            Known::Class { class, .. } => self.word(Said::Class(Some(class))),
            Known::Number { number, .. } => Some(Word::Number(number)),
            Known::Nothing | Known::NoAnswer => None,
        }
    }

    /// Names of the columns in which something was found.
    pub(super) fn names_of(&self, found: &[Finding]) -> Vec<&str> {
        let names = found.iter().filter_map(|finding| self.columns.get(finding.column));
        names.map(String::as_str).collect()
    }

    /// Reads the rows of a table.
    pub(super) fn read<'a>(&'a self, table: &'a Table) -> Result<Piece<'a>, String> {
        match &self.model.encoding {
            Some(encoding) => self.encoded(encoding, table),
            None => self.integers(table),
        }
    }

    /// Rows of values, which the encoding turns into inputs.
    fn encoded<'a>(&self, encoding: &'a Encoding, table: &'a Table) -> Result<Piece<'a>, String> {
        let named = self.named_label(table)?;
        if named.is_some_and(|column| is_misplaced(encoding, table, column)) {
            return Err(
                "columns are found by their places, so the true answers must stand where the \
                        training data had them: move that column there, or leave it out and give \
                        --no-label"
                    .to_owned(),
            );
        }
        let encoder = encoding.for_table(table).map_err(|error| error.to_string())?;
        let inputs = (0..table.len()).map(|row| encoder.row(row)).collect();
        let by_encoding = self.truth == Truth::Usual && encoder.has_label();
        let other = named.or_else(|| self.last_column(encoding, table).filter(|_| !by_encoding));
        let labels = if by_encoding {
            Some((0..table.len()).map(|row| encoder.label(row)).collect())
        } else {
            other.map(|column| (0..table.len()).map(|row| encoder.value(column, row)).collect())
        };
        // A column of labels that the encoding does not know is none that is left out.
        let others = table.columns().len().saturating_sub(encoding.columns().len());
        let notes = if other.is_some() && others == 1 { Vec::new() } else { encoder.notes() };
        Ok(Piece { inputs, labels, encoder: Some(encoder), notes })
    }

    /// The last column, if it holds the labels: a model file of an earlier release does not say how
    /// their column was called.
    fn last_column<'a>(&self, encoding: &Encoding, table: &'a Table) -> Option<&'a Column> {
        let last = table.columns().last()?;
        let is_free = encoding.columns().iter().all(|column| column.name != last.name());
        let one_more = table.columns().len() == encoding.columns().len().saturating_add(1);
        let is_earlier = self.model.version < FIRST_WITH_LABEL;
        (self.truth == Truth::Usual && is_earlier && is_free && one_more).then_some(last)
    }

    /// Rows that are inputs already, for a model whose encoding is not known. The last column is
    /// the label if there is one more than the model takes.
    fn integers<'a>(&self, table: &'a Table) -> Result<Piece<'a>, String> {
        let inputs = usize::from(self.model.architecture.inputs);
        let columns = table.columns();
        let label = match (self.named_label(table)?, &self.truth) {
            (None, Truth::Usual) if columns.len() == inputs.saturating_add(1) => columns.last(),
            (named, _) => named,
        };
        let is_label = |column: &Column| label.is_some_and(|label| label.name() == column.name());
        let used: Vec<&Column> = columns.iter().filter(|column| !is_label(column)).collect();
        if used.len() != inputs {
            return Err(format!(
                "the model was fetched without its encoding, so the data must have {inputs} columns"
            ));
        }
        let largest = self.model.architecture.max_input();
        let row = |row: usize| -> Result<Vec<u16>, String> {
            used.iter().map(|column| integer(&column.get(row), largest)).collect()
        };
        let inputs = (0..table.len()).map(row).collect::<Result<Vec<_>, _>>()?;
        let labels = label.map(|label| label.values().collect());
        Ok(Piece { inputs, labels, ..Piece::default() })
    }

    /// The column that the user names.
    fn named_label<'a>(&self, table: &'a Table) -> Result<Option<&'a Column>, String> {
        let Truth::Column(name) = &self.truth else {
            return Ok(None);
        };
        match table.column(name) {
            Some((_, column)) => Ok(Some(column)),
            None => Err(format!(
                "there is no column `{name}` with true classes: give --label another name, or \
                 --no-label"
            )),
        }
    }

    /// What becomes of each row.
    pub(super) fn predictions<'a>(
        &'a self,
        piece: &'a Piece<'a>,
    ) -> impl Iterator<Item = Prediction> + 'a {
        piece.inputs.iter().enumerate().map(move |(row, inputs)| {
            let outputs = outputs(&self.model.architecture, &self.model.weights, inputs);
            let label = piece.labels.as_ref().and_then(|labels| labels.get(row));
            Prediction {
                said: self.said(&outputs),
                known: label.map_or(Known::Nothing, |label| self.compare(&outputs, label)),
                scores: self.scores.map(|scores| scores.of(&outputs)).unwrap_or_default(),
                strange: piece.strange(row),
            }
        })
    }

    fn said(&self, outputs: &[i128]) -> Said {
        match self.answers {
            Answers::Classes => {
                let is_class = |place: &u16| usize::from(*place) < self.classes.len();
                Said::Class(winner(outputs).filter(is_class))
            }
            Answers::Numbers { scale, .. } => Said::Number(number_of(scale, output(outputs))),
        }
    }

    /// What a label says about outputs.
    fn compare(&self, outputs: &[i128], label: &Cell<'_>) -> Known {
        if label.is_missing() {
            return Known::Nothing;
        }
        match self.answers {
            Answers::Classes => self.compare_class(outputs, label),
            Answers::Numbers { scale, goal } => compare_number(scale, goal, outputs, label),
        }
    }

    fn compare_class(&self, outputs: &[i128], label: &Cell<'_>) -> Known {
        let class = class_of(label, self.classes());
        match class.and_then(|class| Some((class, u16::try_from(class).ok()?))) {
            Some((place, class)) => {
                Known::Class { class, is_right: is_right(&self.model, outputs, place) }
            }
            None => Known::NoAnswer,
        }
    }
}

impl Answers {
    fn of(model: &UsableModel) -> Result<Self, Failure> {
        let scale = model.encoding.as_ref().and_then(Encoding::scale);
        match (&model.architecture.head, scale) {
            (Head::Classes { .. }, _) => Ok(Self::Classes),
            (Head::Number { goal, .. }, Some(scale)) => Ok(Self::Numbers { scale, goal: *goal }),
            (Head::Number { .. }, None) => Err(usage(
                "the model was fetched without its encoding, which says what numbers its outputs \
                 stand for: fetch it again",
            )),
            (Head::Labels { .. }, _) => Err(usage(
                "this model answers with several labels at a time, which this command does not show",
            )),
        }
    }
}

/// The only output.
fn output(outputs: &[i128]) -> i128 {
    outputs.first().copied().unwrap_or_default()
}

/// What an output stands for, with as few digits as tell it apart.
fn number_of(scale: NumberScale, output: i128) -> f64 {
    scale.text(output).parse().unwrap_or_else(|_| scale.number(output))
}

/// What a label says about an output. What counts as right is decided in integers, as in the
/// proofs.
fn compare_number(scale: NumberScale, goal: Goal, outputs: &[i128], label: &Cell<'_>) -> Known {
    let Some(number) = label.number().filter(|number| number.is_finite()) else {
        return Known::NoAnswer;
    };
    let output = output(outputs);
    let distance = (output - i128::from(scale.target(number))).unsigned_abs();
    let is_right = match goal {
        Goal::Within { tolerance } => distance <= u128::from(tolerance),
        Goal::AbsoluteError { .. } => false,
    };
    Known::Number { number, error: (number_of(scale, output) - number).abs(), is_right }
}

/// Whether these outputs are right for a row of this class, as proofs count it.
fn is_right(model: &UsableModel, outputs: &[i128], class: usize) -> bool {
    match model.architecture.head {
        Head::Classes { best, .. } => is_among(best.into(), outputs, class),
        Head::Labels { .. } | Head::Number { .. } => false,
    }
}

/// A value as an input, for a model whose encoding is not known.
fn integer(value: &Cell<'_>, largest: i64) -> Result<u16, String> {
    let whole = value.number().filter(|number| number.fract() == 0.0);
    let fits = whole.filter(|number| (0.0..=largest as f64).contains(number));
    fits.map(|number| number as u16).ok_or_else(|| {
        format!(
            "the model was fetched without its encoding, so the data must be whole numbers from 0 to \
             {largest}"
        )
    })
}

/// The place of the strictly largest output.
fn winner(outputs: &[i128]) -> Option<u16> {
    let largest = outputs.iter().max()?;
    let mut places = (0..).zip(outputs).filter(|(_, output)| *output == largest);
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}

/// Whether columns are found by their places, and the labels are not where they were.
fn is_misplaced(encoding: &Encoding, table: &Table, label: &Column) -> bool {
    let by_name = encoding.is_named() && table.has_names();
    let place = table.column(label.name()).map(|(place, _)| place);
    !by_name && place != Some(encoding.label_place().into())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        commands::predict::tally::Tally,
        model_card::tests::{encoded, model},
    };
    use nocknock_dataset::{encoding::Strange, ReadOptions};
    use nocknock_primitives::model::{names::named, Weights};
    use nocknock_requester::ModelFile;
    use serde_json::json;
    use std::path::Path;

    /// A table from its text.
    fn rows(csv: &str) -> Table {
        Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &ReadOptions::default()).unwrap()
    }

    /// A model at work that gives scores, too.
    pub(in crate::commands::predict) fn classifier(model: ModelFile) -> Classifier {
        Classifier::new(model.into(), Truth::Usual, true).unwrap()
    }

    /// What becomes of the rows of a text, and what is told of them.
    pub(in crate::commands::predict) fn predict(
        of: &Classifier,
        csv: &str,
    ) -> (Vec<Prediction>, Tally) {
        let table = rows(csv);
        let piece = of.read(&table).unwrap();
        let predictions: Vec<_> = of.predictions(&piece).collect();
        let mut tally = Tally::new(of);
        predictions.iter().for_each(|prediction| tally.add(prediction));
        piece.notes.iter().for_each(|note| tally.note(note));
        (predictions, tally)
    }

    #[test]
    fn a_tie_names_no_class() {
        assert_eq!(winner(&[1, 3, 2]), Some(1));
        assert_eq!(winner(&[3, 3, 2]), None);
        assert_eq!(winner(&[]), None);
    }

    /// The name of a class may be the number of such an output.
    #[test]
    fn an_output_behind_the_classes_names_none() {
        let mut model = UsableModel::from(encoded());
        model.architecture = named("tiny-4x3x4-best2").unwrap();
        model.weights = Weights::zero(&model.architecture);
        model.weights.layers[1].biases = vec![0, 1, 2, 0];
        let of = Classifier::new(model, Truth::Usual, false).unwrap();
        let (predictions, tally) = predict(&of, "a,b\n1,2\n");
        assert_eq!(predictions[0].said, Said::Class(None));
        assert_eq!((tally.ties(), of.classes()), (1, ["no", "yes"].map(str::to_owned).as_slice()));
    }

    #[test]
    fn accuracy_compares_names_and_not_their_order_in_the_file() {
        // This model answers "yes" to everything.
        let (predictions, tally) =
            predict(&classifier(encoded()), "a,b,class\n1,2,yes\n0,0,no\n3,1,yes\n");
        assert!(predictions.iter().all(|row| row.said == Said::Class(Some(1))));
        assert_eq!((tally.right, tally.labelled), (2, 3));
        assert_eq!(tally.warnings(), Vec::<String>::new());
    }

    #[test]
    fn columns_are_found_by_name_and_others_are_told_once() {
        let (_, tally) = predict(&classifier(encoded()), "class,more,b,a\nyes,1,2,1\nno,2,0,0\n");
        assert_eq!((tally.right, tally.labelled), (1, 2));
        let warnings = tally.warnings();
        assert_eq!(warnings.iter().filter(|told| told.contains("more")).count(), 1, "{warnings:?}");
    }

    #[test]
    fn labels_that_name_no_class_are_told() {
        let (predictions, tally) =
            predict(&classifier(encoded()), "a,b,class\n1,2,secret\n0,0,no\n3,3,secret\n");
        assert_eq!(predictions[0].known, Known::NoAnswer);
        assert_eq!((tally.right, tally.labelled), (0, 3));
        let told = tally.warnings().join("\n");
        assert!(told.contains("2 rows have a label") && told.contains("row 1"), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }

    #[test]
    fn a_row_without_a_label_is_neither_right_nor_wrong() {
        let (_, tally) = predict(&classifier(encoded()), "a,b,class\n1,2,yes\n0,0,\n");
        assert_eq!((tally.rows, tally.right, tally.labelled), (2, 1, 1));
        assert_eq!(tally.warnings(), Vec::<String>::new());
    }

    #[test]
    fn the_column_with_true_classes_can_be_named() {
        let named = |name: &str| {
            let truth = Truth::Column(name.to_owned());
            Classifier::new(encoded().into(), truth, false).unwrap()
        };
        let csv = "a,b,other\n1,2,yes\n0,0,no\n";
        assert_eq!(predict(&named("other"), csv).1.labelled, 2);
        assert_eq!(predict(&classifier(encoded()), csv).1.labelled, 0);
        let missing = named("nowhere").read(&rows(csv)).unwrap_err();
        assert!(missing.contains("`nowhere`") && missing.contains("--no-label"), "{missing}");
    }

    #[test]
    fn a_model_of_an_earlier_release_takes_the_last_column_for_the_labels() {
        let mut model = UsableModel::from(encoded());
        model.version = 2;
        let earlier = Classifier::new(model, Truth::Usual, false).unwrap();
        let (_, tally) = predict(&earlier, "a,b,other\n1,2,yes\n0,0,no\n");
        assert_eq!((tally.right, tally.labelled), (1, 2));
        assert_eq!(tally.warnings(), Vec::<String>::new());
        assert_eq!(predict(&earlier, "a,b\n1,2\n0,0\n").1.labelled, 0);
    }

    #[test]
    fn where_the_best_two_count_the_accuracy_is_that_of_the_proofs() {
        // This model answers "1" to everything, and "2" after that.
        let mut model = model();
        model.architecture = named("tiny-4x3x4-best2").unwrap();
        model.weights = Weights::zero(&model.architecture);
        model.weights.layers[1].biases = vec![0, 2, 1, 0];
        let (predictions, tally) =
            predict(&classifier(model), "1,2,3,0,1\n0,0,0,0,2\n3,3,3,3,0\n0,1,0,1,other\n");
        assert!(predictions.iter().all(|row| row.said == Said::Class(Some(1))));
        let known = |class, is_right| Known::Class { class, is_right };
        let expected = [known(1, true), known(2, true), known(0, false), Known::NoAnswer];
        let found: Vec<_> = predictions.iter().map(|row| row.known).collect();
        assert_eq!(found, expected);
        assert_eq!((tally.right, tally.labelled), (2, 4));
    }

    /// A model of a shape whose weights are all zero, with an encoding whose target is a number:
    /// 0 stands for 10, and each one more for a quarter.
    fn of_numbers(shape: &str) -> UsableModel {
        let mut form = serde_json::to_value(encoded().about.encoding).unwrap();
        form["target"] =
            json!({ "kind": "number", "column": "price", "place": 2, "low": "10", "step": "0.25" });
        let mut model = UsableModel::from(encoded());
        model.architecture = named(shape).unwrap();
        model.weights = Weights::zero(&model.architecture);
        model.encoding = Some(serde_json::from_value(form).unwrap());
        model
    }

    #[test]
    fn models_whose_answers_cannot_be_shown_are_refused() {
        for name in ["tiny-4x3x3-labels", "tiny-4x3-error", "price-64x32"] {
            let mut model = UsableModel::from(model());
            model.architecture = named(name).unwrap();
            let refused = Classifier::new(model, Truth::Usual, false).unwrap_err();
            assert_eq!(refused.code(), 2, "{name}");
        }
        let refused = Classifier::new(of_numbers("tiny-4x3-error"), Truth::Usual, true);
        assert!(refused.unwrap_err().to_string().contains("scores"));
    }

    #[test]
    fn numbers_are_told_in_the_units_of_their_column() {
        let of = Classifier::new(of_numbers("tiny-4x3-within"), Truth::Usual, false).unwrap();
        // The output is 0, and 50 units count as right, which are 12.5.
        let (predictions, tally) =
            predict(&of, "price,a,b\n10,1,1\n22.5,1,1\n23,1,1\nx,1,1\n,1,1\n");
        assert!(predictions.iter().all(|row| row.said == Said::Number(10.0)), "{predictions:?}");
        assert_eq!((of.says_numbers(), of.tolerance()), (true, Some(12.5)));
        let right = |number, error, is_right| Known::Number { number, error, is_right };
        let expected = [
            right(10.0, 0.0, true),
            right(22.5, 12.5, true),
            right(23.0, 13.0, false),
            Known::NoAnswer,
            Known::Nothing,
        ];
        let found: Vec<_> = predictions.iter().map(|row| row.known).collect();
        assert_eq!(found, expected);
        assert_eq!((tally.right, tally.labelled, tally.ties()), (2, 4, 0));
        assert_eq!(tally.mean_error(), Some(8.5));
        let told = tally.warnings().join("\n");
        assert!(told.contains("1 row has a label that is no number"), "{told}");
    }

    #[test]
    fn where_errors_are_summed_no_number_is_right_or_wrong() {
        let of = Classifier::new(of_numbers("tiny-4x3-error"), Truth::Usual, false).unwrap();
        assert_eq!(of.tolerance(), None);
        let (_, tally) = predict(&of, "a,b,price\n1,1,11\n");
        assert_eq!((tally.right, tally.mean_error()), (0, Some(1.0)));
    }

    #[test]
    fn numbers_that_need_an_encoding_are_refused_without_it() {
        let classifier = classifier(model());
        let refused = classifier.read(&rows("1,2,3,0.5,yes\n0,0,0,0,no\n")).unwrap_err();
        assert!(refused.contains("whole numbers from 0 to 3"), "{refused}");
        let refused = classifier.read(&rows("1,2,3\n0,0,0\n")).unwrap_err();
        assert!(refused.contains("4 columns"), "{refused}");
        assert!(classifier.read(&rows("1,2,3,0\n0,0,0,0\n")).is_ok());
    }

    #[test]
    fn there_is_a_score_for_each_class_if_scores_are_wanted() {
        let of = classifier(encoded());
        let (predictions, _) = predict(&of, "a,b\n1,2\n0,0\n");
        for row in &predictions {
            let [no, yes] = row.scores[..] else {
                panic!("{:?}", row.scores);
            };
            assert!(yes > no && (no + yes - 1.0).abs() < 1e-5, "{:?}", row.scores);
        }
        assert_eq!(of.classes(), ["no", "yes"]);
        let without = Classifier::new(encoded().into(), Truth::Usual, false).unwrap();
        assert!(predict(&without, "a,b\n1,2\n").0[0].scores.is_empty());
    }

    #[test]
    fn words_for_missing_values_are_those_of_the_training_data() {
        let mut form = serde_json::to_value(encoded().about.encoding).unwrap();
        form["missing"] = json!(["-999"]);
        let mut model = UsableModel::from(encoded());
        model.encoding = Some(serde_json::from_value(form).unwrap());
        let truth = Truth::Column("other".to_owned());
        for (truth, name) in [(Truth::Usual, "class"), (truth, "other")] {
            let of = Classifier::new(model.clone(), truth, false).unwrap();
            let csv = format!("a,b,{name}\n-999,1,-999\n1,1,yes\n");
            let (predictions, tally) = predict(&of, &csv);
            assert_eq!(predictions[0].known, Known::Nothing, "{name}");
            assert_eq!(predictions[0].strange[0].what, Strange::Missing, "{name}");
            assert_eq!((tally.labelled, tally.right), (1, 1), "{name}");
        }
    }

    #[test]
    fn values_unlike_the_training_data_are_told_by_row_and_by_column() {
        let of = classifier(encoded());
        let (predictions, tally) = predict(&of, "a,b\n1,2\n1000,-1000\n,1\n");
        let found: Vec<Vec<&str>> =
            predictions.iter().map(|row| of.names_of(&row.strange)).collect();
        assert_eq!(found, [vec![], vec!["a", "b"], vec!["a"]]);
        assert_eq!(predictions[2].strange[0].what, Strange::Missing);
        let told = tally.warnings().join("\n");
        assert!(told.contains("1 row has a number") && told.contains("`a`: 1, `b`: 1"), "{told}");
        assert!(told.contains("1 row has no value"), "{told}");
    }
}
