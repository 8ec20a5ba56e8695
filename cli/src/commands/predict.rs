//! `nocknock predict`.

mod rows;
mod tally;

use crate::{
    data::DataArgs,
    failure::{usage, Failure},
    output::{number, table, text, Output},
};
use clap::Args;
use nocknock_circuits::reference::{is_among, outputs};
use nocknock_dataset::{
    class_of, encoding::Counts, Column, Encoding, Pieces, Table, Value as Cell, PIECE_ROWS,
};
use nocknock_primitives::model::Head;
use nocknock_requester::UsableModel;
use rows::Rows;
use serde_json::{json, Value};
use std::{
    fmt::Display,
    path::{Path, PathBuf},
};
use tally::Tally;

/// Rows that a table shows; JSON has all of them.
const SHOWN: usize = 20;

/// The first version of model files that says how the column of the labels was called.
const FIRST_WITH_LABEL: u32 = 3;

/// Classify the rows of a file with a fetched model.
///
/// The rows are read as they are, as `propose-task` reads them: the model file says which columns
/// it needs, by name, and how their values become integers. The arithmetic is exactly that of the
/// proofs: integers throughout, and a class wins only if its output is strictly the largest. If the
/// file has the classes too, the accuracy is printed, as the proofs count it: for some shapes the
/// true class need only be among the best few.
///
/// Model files of earlier releases are read too. Nothing of them is compared with a chain: that is
/// what `verify` does, with files of this release.
#[derive(Debug, Args)]
pub(crate) struct Predict {
    /// The model that `fetch-model` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// File with the rows: CSV or TSV, JSON lines, NPY, NPZ, Parquet or Arrow. It may be larger
    /// than the memory.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,

    /// Column with the true classes [default: that of the training data, if the file has it].
    #[arg(long, value_name = "COLUMN", conflicts_with = "no_label")]
    label: Option<String>,

    /// The file has no column with true classes.
    #[arg(long)]
    no_label: bool,

    /// Write the class of every row to this file, .csv or .jsonl.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    #[command(flatten)]
    reading: DataArgs,
}

/// Where a file has its true classes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Truth {
    /// Where the training data had them.
    Usual,
    /// In this column.
    Column(String),
    /// Nowhere.
    Nowhere,
}

/// What a file says about the class of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Nothing.
    Nothing,
    /// A label that is no class of the model.
    NoClass,
    /// A class, and whether the answer counts as right.
    Class { class: u16, is_right: bool },
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Prediction {
    /// The class with the strictly largest output; none if two share it.
    class: Option<u16>,
    known: Known,
}

/// Rows as the model takes them.
#[derive(Debug, Default)]
struct Piece<'a> {
    inputs: Vec<Vec<u16>>,
    /// None if the file has no labels.
    labels: Option<Vec<Cell<'a>>>,
    cells: Counts,
    notes: Vec<String>,
}

/// A model at work.
#[derive(Debug)]
struct Classifier {
    model: UsableModel,
    /// Names of the classes, in the order of the outputs.
    classes: Vec<String>,
    truth: Truth,
}

impl Predict {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let model = UsableModel::read(&self.model).map_err(|error| about(&self.model, error))?;
        let classifier = Classifier::new(model, self.truth())?;
        let mut results = Results::new(self.to.as_deref())?;
        let tally = self.classify(&classifier, &mut results)?;
        for warning in tally.warnings() {
            output.say(format!("warning: {warning}"));
        }
        results.finish()?.show(output, &classifier, &tally)
    }

    fn truth(&self) -> Truth {
        match (&self.label, self.no_label) {
            (Some(name), _) => Truth::Column(name.clone()),
            (None, true) => Truth::Nowhere,
            (None, false) => Truth::Usual,
        }
    }

    fn classify(&self, classifier: &Classifier, results: &mut Results) -> Result<Tally, Failure> {
        let (options, _) = self.reading.options()?;
        let mut tally = Tally::default();
        for table in Pieces::open(&self.data, &options, PIECE_ROWS).map_err(usage)? {
            let table = table.map_err(usage)?;
            let piece = classifier.read(&table).map_err(|error| about(&self.data, error))?;
            table.notes().iter().chain(&piece.notes).for_each(|note| tally.note(note));
            for prediction in classifier.predictions(&piece) {
                tally.add(&prediction);
                results.add(prediction, classifier)?;
            }
            tally.add_cells(piece.cells);
        }
        Ok(tally)
    }
}

/// What is wrong with a file.
fn about(path: &Path, error: impl Display) -> Failure {
    usage(format!("{}: {error}", path.display()))
}

impl Classifier {
    fn new(model: UsableModel, truth: Truth) -> Result<Self, Failure> {
        ensure_classes(&model.architecture.head)?;
        let classes = match &model.encoding {
            Some(encoding) => encoding.classes().to_vec(),
            None => {
                (0..model.architecture.outputs()).map(|class| model.class_name(class)).collect()
            }
        };
        Ok(Self { model, classes, truth })
    }

    /// What a class is called.
    fn name(&self, class: Option<u16>) -> Option<String> {
        class.map(|class| self.model.class_name(class.into()))
    }

    /// What the true class of a row is called, if it is a class of the model.
    fn known_name(&self, known: Known) -> Option<String> {
        match known {
            Known::Class { class, .. } => self.name(Some(class)),
            Known::Nothing | Known::NoClass => None,
        }
    }

    fn read<'a>(&'a self, table: &'a Table) -> Result<Piece<'a>, String> {
        match &self.model.encoding {
            Some(encoding) => self.encoded(encoding, table),
            None => self.integers(table),
        }
    }

    /// Rows of values, which the encoding turns into inputs.
    fn encoded<'a>(&self, encoding: &'a Encoding, table: &'a Table) -> Result<Piece<'a>, String> {
        let named = self.named_label(table)?;
        if named.is_some_and(|column| is_misplaced(encoding, table, column)) {
            return Err("columns are found by their places, so the classes must stand where the \
                        training data had them: move that column there, or leave it out and give \
                        --no-label"
                .to_owned());
        }
        let mut encoder = encoding.for_table(table).map_err(|error| error.to_string())?;
        let inputs = (0..table.len()).map(|row| encoder.row(row)).collect();
        let by_encoding = self.truth == Truth::Usual && encoder.has_label();
        let other = named.or_else(|| self.last_column(encoding, table).filter(|_| !by_encoding));
        let labels = if by_encoding {
            Some((0..table.len()).map(|row| encoder.label(row)).collect())
        } else {
            other.map(|column| column.values().collect())
        };
        // A column of labels that the encoding does not know is none that is left out.
        let others = table.columns().len().saturating_sub(encoding.columns().len());
        let notes = if other.is_some() && others == 1 { Vec::new() } else { encoder.notes() };
        Ok(Piece { inputs, labels, cells: encoder.counts(), notes })
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

    fn predictions<'a>(&'a self, piece: &'a Piece<'a>) -> impl Iterator<Item = Prediction> + 'a {
        piece.inputs.iter().enumerate().map(move |(row, inputs)| {
            let outputs = outputs(&self.model.architecture, &self.model.weights, inputs);
            let label = piece.labels.as_ref().and_then(|labels| labels.get(row));
            let known = label.map_or(Known::Nothing, |label| self.compare(&outputs, label));
            Prediction { class: winner(&outputs), known }
        })
    }

    /// What a label says about outputs.
    fn compare(&self, outputs: &[i128], label: &Cell<'_>) -> Known {
        if label.is_missing() {
            return Known::Nothing;
        }
        let class = class_of(label, &self.classes);
        match class.and_then(|class| Some((class, u16::try_from(class).ok()?))) {
            Some((place, class)) => {
                Known::Class { class, is_right: is_right(&self.model, outputs, place) }
            }
            None => Known::NoClass,
        }
    }
}

/// Rows are classified, and nothing else.
fn ensure_classes(head: &Head) -> Result<(), Failure> {
    match head {
        Head::Classes { .. } => Ok(()),
        Head::Labels { .. } | Head::Number { .. } => Err(usage(
            "this model tells no classes apart: its answers are labels or a number, which this \
             command does not show",
        )),
    }
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

/// Where predictions go.
#[derive(Debug)]
enum Results {
    /// Into the answer: the first rows as they are, and the class of each.
    Kept { first: Vec<Prediction>, classes: Vec<Option<u16>> },
    /// Into a file.
    Written(Box<Rows>),
}

impl Results {
    fn new(file: Option<&Path>) -> Result<Self, Failure> {
        Ok(match file {
            Some(path) => Self::Written(Box::new(Rows::create(path)?)),
            None => Self::Kept { first: Vec::new(), classes: Vec::new() },
        })
    }

    fn add(&mut self, prediction: Prediction, classifier: &Classifier) -> Result<(), Failure> {
        match self {
            Self::Kept { first, classes } => {
                classes.push(prediction.class);
                if first.len() < SHOWN {
                    first.push(prediction);
                }
                Ok(())
            }
            Self::Written(rows) => {
                let class = classifier.name(prediction.class);
                let known = classifier.known_name(prediction.known);
                rows.add(class.as_deref(), known.as_deref())
            }
        }
    }

    fn finish(self) -> Result<Answer, Failure> {
        Ok(match self {
            Self::Kept { first, classes } => Answer::Rows { first, classes },
            Self::Written(rows) => {
                let path = rows.path().to_owned();
                rows.finish()?;
                Answer::File(path)
            }
        })
    }
}

/// What is printed.
#[derive(Debug)]
enum Answer {
    Rows { first: Vec<Prediction>, classes: Vec<Option<u16>> },
    File(PathBuf),
}

impl Answer {
    fn show(&self, output: Output, of: &Classifier, tally: &Tally) -> Result<(), Failure> {
        output.show(&self.json(of, tally), || {
            let shown = match self {
                Self::Rows { first, .. } => shown(of, first, tally),
                Self::File(path) => {
                    format!("{} rows are classified; {} has them.", tally.rows, path.display())
                }
            };
            shown + &accuracy(tally)
        })
    }

    fn json(&self, of: &Classifier, tally: &Tally) -> Value {
        let (predictions, file) = match self {
            Self::Rows { classes, .. } => {
                let names = classes.iter().map(|class| of.name(*class));
                (Some(names.collect::<Vec<_>>()), None)
            }
            Self::File(path) => (None, Some(path.display().to_string())),
        };
        json!({
            "rows": tally.rows,
            "predictions": predictions,
            "file": file,
            "correct": (tally.labelled > 0).then_some(tally.right),
            "labelled": tally.labelled,
            "accuracy": tally.accuracy(),
            "warnings": tally.warnings(),
        })
    }
}

fn shown(of: &Classifier, first: &[Prediction], tally: &Tally) -> String {
    let rows = (1..).zip(first).map(|(row, prediction): (usize, _)| {
        let class = of.name(prediction.class).unwrap_or_else(|| "undecided".to_owned());
        let known = match prediction.known {
            Known::NoClass => Some("no class of the model".to_owned()),
            known => of.known_name(known),
        };
        vec![number(row), text(class), text(known.unwrap_or_default())]
    });
    let shown = table(&["row", "class", "true class"], rows);
    match tally.rows.checked_sub(SHOWN) {
        Some(more @ 1..) => {
            format!("{shown}\n… and {more} rows more; --output json prints all, --to writes them")
        }
        _ => shown,
    }
}

fn accuracy(tally: &Tally) -> String {
    let Some(share) = tally.accuracy() else {
        return String::new();
    };
    let share = 100.0 * share;
    format!("\n\n{} of {} rows are right: {share:.2} %", tally.right, tally.labelled)
}

/// Whether columns are found by their places, and the labels are not where they were.
fn is_misplaced(encoding: &Encoding, table: &Table, label: &Column) -> bool {
    let by_name = encoding.is_named() && table.has_names();
    let place = table.column(label.name()).map(|(place, _)| place);
    !by_name && place != Some(encoding.label_place().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::{encoded, model};
    use nocknock_dataset::ReadOptions;
    use nocknock_primitives::model::{names::named, Weights};
    use nocknock_requester::ModelFile;

    fn rows(csv: &str) -> Table {
        Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &ReadOptions::default()).unwrap()
    }

    fn classifier(model: ModelFile) -> Classifier {
        Classifier::new(model.into(), Truth::Usual).unwrap()
    }

    fn predict(of: &Classifier, csv: &str) -> (Vec<Prediction>, Tally) {
        let table = rows(csv);
        let piece = of.read(&table).unwrap();
        let predictions: Vec<_> = of.predictions(&piece).collect();
        let mut tally = Tally::default();
        predictions.iter().for_each(|prediction| tally.add(prediction));
        tally.add_cells(piece.cells);
        piece.notes.iter().for_each(|note| tally.note(note));
        (predictions, tally)
    }

    #[test]
    fn a_tie_names_no_class() {
        assert_eq!(winner(&[1, 3, 2]), Some(1));
        assert_eq!(winner(&[3, 3, 2]), None);
        assert_eq!(winner(&[]), None);
    }

    #[test]
    fn accuracy_compares_names_and_not_their_order_in_the_file() {
        // This model answers "yes" to everything.
        let (predictions, tally) =
            predict(&classifier(encoded()), "a,b,class\n1,2,yes\n0,0,no\n3,1,yes\n");
        assert!(predictions.iter().all(|row| row.class == Some(1)));
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
        assert_eq!(predictions[0].known, Known::NoClass);
        assert_eq!((tally.right, tally.labelled), (0, 3));
        let told = tally.warnings().join("\n");
        assert!(told.contains("2 rows have a label") && told.contains("row 1"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert!(!shown(&classifier(encoded()), &predictions, &tally).contains("secret"));
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
            Classifier::new(encoded().into(), truth).unwrap()
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
        let earlier = Classifier::new(model, Truth::Usual).unwrap();
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
        assert!(predictions.iter().all(|row| row.class == Some(1)));
        let known = |class, is_right| Known::Class { class, is_right };
        let expected = [known(1, true), known(2, true), known(0, false), Known::NoClass];
        let found: Vec<_> = predictions.iter().map(|row| row.known).collect();
        assert_eq!(found, expected);
        assert_eq!((tally.right, tally.labelled), (2, 4));
    }

    #[test]
    fn models_that_answer_with_labels_or_a_number_are_refused() {
        assert!(ensure_classes(&model().architecture.head).is_ok());
        for name in ["tiny-4x3x3-labels", "tiny-4x3-error", "price-64x32"] {
            let refused = ensure_classes(&named(name).unwrap().head).unwrap_err();
            assert_eq!(refused.code(), 2, "{name}");
        }
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
}
