//! `nocknock predict`.

use crate::{
    failure::{usage, Failure},
    output::{number, table, text, Output},
};
use clap::Args;
use nocknock_circuits::reference::{is_among, outputs};
use nocknock_dataset::{LabelColumn, ReadOptions, Table};
use nocknock_primitives::model::Head;
use nocknock_requester::ModelFile;
use serde_json::{json, Value};
use std::path::PathBuf;

/// Rows that a table shows; JSON has all of them.
const SHOWN: usize = 20;

/// Classify the rows of a file with a fetched model.
///
/// The arithmetic is exactly that of the proofs: integers throughout, and a class wins only if its
/// output is strictly the largest. If the file has the classes too, the accuracy is printed, as the
/// proofs count it: for some shapes the true class need only be among the best few.
#[derive(Debug, Args)]
pub(crate) struct Predict {
    /// The model that `fetch-model` wrote.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// File with the rows: .csv, .tsv, .npy or .parquet, its columns in the order of the training
    /// data.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,

    /// Column with the true classes [default: the last one, if there is one column more than the
    /// model takes].
    #[arg(long, value_name = "COLUMN", conflicts_with = "no_label")]
    label: Option<String>,

    /// The file has no column with true classes.
    #[arg(long)]
    no_label: bool,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Prediction {
    /// The class with the strictly largest output; none if two share it.
    class: Option<usize>,
    /// The true class by name, if the file has it.
    label: Option<String>,
    /// The answer counts as right, if the file has the true class.
    is_right: Option<bool>,
}

impl Predict {
    pub(crate) fn run(self, output: Output) -> Result<(), Failure> {
        let model = ModelFile::read(&self.model)
            .map_err(|error| usage(format!("{}: {error}", self.model.display())))?;
        ensure_classes(&model)?;
        let data = self.read(&model)?;
        let predictions = predict(&model, &data)?;
        let value = summary(&model, &predictions);
        output.show(&value, || shown(&model, &predictions))
    }

    fn read(&self, model: &ModelFile) -> Result<Table, Failure> {
        let label = match (&self.label, self.no_label) {
            (_, true) => LabelColumn::None,
            (Some(name), _) => LabelColumn::Named(name.clone()),
            (None, false) => LabelColumn::Last,
        };
        let guessed = label == LabelColumn::Last;
        let read = |label| {
            let options = ReadOptions { label, ..ReadOptions::default() };
            Table::read(&self.data, &options)
        };
        let columns = columns(model);
        match read(label) {
            Ok(data) if guessed && data.columns().len() < columns => read(LabelColumn::None),
            // A file without labels may look like one with more classes than there can be, or with
            // one class only.
            Err(error) if guessed => read(LabelColumn::None)
                .ok()
                .filter(|data| data.columns().len() == columns)
                .ok_or(error),
            read => read,
        }
        .map_err(usage)
    }
}

/// Rows are classified, and nothing else.
fn ensure_classes(model: &ModelFile) -> Result<(), Failure> {
    match model.architecture.head {
        Head::Classes { .. } => Ok(()),
        Head::Labels { .. } | Head::Number { .. } => Err(usage(
            "this model tells no classes apart: its answers are labels or a number, which this \
             command does not show",
        )),
    }
}

/// Columns that the model takes.
fn columns(model: &ModelFile) -> usize {
    let quantiser = model.about.quantiser.as_ref();
    quantiser.map_or(model.architecture.inputs.into(), |quantiser| quantiser.columns().len())
}

fn predict(model: &ModelFile, data: &Table) -> Result<Vec<Prediction>, Failure> {
    let rows = match &model.about.quantiser {
        Some(quantiser) => quantiser.table(data).map_err(usage)?,
        None => integers(model, data)?,
    };
    let labels = data.labels();
    let label_of = |row: usize| {
        let labels = labels?;
        let class = labels.of_row.get(row)?;
        labels.classes.get(usize::from(*class)).cloned()
    };
    let predictions = rows.iter().enumerate().map(|(row, inputs)| {
        let outputs = outputs(&model.architecture, &model.weights, inputs);
        let label = label_of(row);
        Prediction {
            class: winner(&outputs),
            is_right: label.as_ref().map(|label| is_right(model, &outputs, label)),
            label,
        }
    });
    Ok(predictions.collect())
}

/// Whether these outputs are right for a row of this class, as proofs count it.
fn is_right(model: &ModelFile, outputs: &[i128], label: &str) -> bool {
    let Head::Classes { best, .. } = model.architecture.head else {
        return false;
    };
    let class = (0..outputs.len()).find(|class| model.class_name(*class) == label);
    class.is_some_and(|class| is_among(best.into(), outputs, class))
}

/// The numbers of a table as they are, for a model whose scaling is not known.
fn integers(model: &ModelFile, data: &Table) -> Result<Vec<Vec<u16>>, Failure> {
    let largest = model.architecture.max_input() as f64;
    let inputs = usize::from(model.architecture.inputs);
    if data.columns().len() != inputs {
        return Err(usage(format!(
            "the model was fetched without its scaling, so the data must have {inputs} columns"
        )));
    }
    let input = |value: &f64| {
        if (0.0..=largest).contains(value) && value.fract() == 0.0 {
            Ok(*value as u16)
        } else {
            Err(usage(format!(
                "the model was fetched without its scaling, so the data must be whole numbers from \
                 0 to {largest}"
            )))
        }
    };
    data.rows().map(|row| row.iter().map(input).collect()).collect()
}

/// The place of the strictly largest output.
fn winner(outputs: &[i128]) -> Option<usize> {
    let largest = outputs.iter().max()?;
    let mut places = outputs.iter().enumerate().filter(|(_, output)| *output == largest);
    match (places.next(), places.next()) {
        (Some((place, _)), None) => Some(place),
        _ => None,
    }
}

fn name(model: &ModelFile, prediction: &Prediction) -> Option<String> {
    prediction.class.map(|class| model.class_name(class))
}

/// Rows that are right, and rows with a label.
fn accuracy(predictions: &[Prediction]) -> (usize, usize) {
    let labelled = predictions.iter().filter_map(|row| row.is_right);
    (labelled.clone().filter(|is_right| *is_right).count(), labelled.count())
}

fn summary(model: &ModelFile, predictions: &[Prediction]) -> Value {
    let (right, labelled) = accuracy(predictions);
    let names: Vec<Option<String>> = predictions.iter().map(|row| name(model, row)).collect();
    json!({
        "rows": predictions.len(),
        "predictions": names,
        "correct": (labelled > 0).then_some(right),
        "labelled": labelled,
        "accuracy": (labelled > 0).then(|| right as f64 / labelled as f64),
    })
}

fn shown(model: &ModelFile, predictions: &[Prediction]) -> String {
    let rows = predictions.iter().take(SHOWN).enumerate().map(|(row, prediction)| {
        vec![
            number(row + 1),
            text(name(model, prediction).unwrap_or_else(|| "undecided".to_owned())),
            text(prediction.label.clone().unwrap_or_default()),
        ]
    });
    let mut shown = table(&["row", "class", "true class"], rows);
    if predictions.len() > SHOWN {
        let more = predictions.len() - SHOWN;
        shown += &format!("\n… and {more} rows more; --output json prints all");
    }
    let (right, labelled) = accuracy(predictions);
    if labelled > 0 {
        let share = 100.0 * right as f64 / labelled as f64;
        shown += &format!("\n\n{right} of {labelled} rows are right: {share:.2} %");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::model;
    use nocknock_primitives::model::{names::named, Weights};
    use std::path::Path;

    #[test]
    fn a_tie_names_no_class() {
        assert_eq!(winner(&[1, 3, 2]), Some(1));
        assert_eq!(winner(&[3, 3, 2]), None);
        assert_eq!(winner(&[]), None);
    }

    #[test]
    fn accuracy_compares_names_and_not_their_order_in_the_file() {
        // This model answers "yes" to everything.
        let csv = "1,2,3,0,yes\n0,0,0,0,no\n3,3,3,3,yes\n";
        let options = ReadOptions::default();
        let data = Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let predictions = predict(&model(), &data).unwrap();
        assert!(predictions.iter().all(|row| row.class == Some(1)));
        assert_eq!(accuracy(&predictions), (2, 3));
    }

    #[test]
    fn where_the_best_two_count_the_accuracy_is_that_of_the_proofs() {
        // This model answers "b" to everything, and "c" after that.
        let mut model = model();
        model.architecture = named("tiny-4x3x4-best2").unwrap();
        model.weights = Weights::zero(&model.architecture);
        model.weights.layers[1].biases = vec![0, 2, 1, 0];
        model.about.classes = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let csv = "1,2,3,0,b\n0,0,0,0,c\n3,3,3,3,a\n0,1,0,1,other\n";
        let options = ReadOptions::default();
        let data = Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let predictions = predict(&model, &data).unwrap();
        assert!(predictions.iter().all(|row| row.class == Some(1)));
        let right: Vec<_> = predictions.iter().filter_map(|row| row.is_right).collect();
        assert_eq!(right, [true, true, false, false]);
        assert_eq!(accuracy(&predictions), (2, 4));
    }

    #[test]
    fn models_that_answer_with_labels_or_a_number_are_refused() {
        let mut model = model();
        assert!(ensure_classes(&model).is_ok());
        for name in ["tiny-4x3x3-labels", "tiny-4x3-error", "price-64x32"] {
            model.architecture = named(name).unwrap();
            assert_eq!(ensure_classes(&model).unwrap_err().code(), 2, "{name}");
        }
    }

    #[test]
    fn numbers_that_need_scaling_are_refused_without_it() {
        let csv = "1,2,3,0.5,yes\n0,0,0,0,no\n";
        let options = ReadOptions::default();
        let data = Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &options).unwrap();
        assert_eq!(predict(&model(), &data).unwrap_err().code(), 2);
    }
}
