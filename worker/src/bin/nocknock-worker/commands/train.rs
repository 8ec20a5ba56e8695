//! `train`: a model from a file.

use crate::{
    arguments::{known_shapes, Common, Output, Train},
    exit::UsageError,
    print,
    session::{stop_on_signal, Session},
};
use anyhow::{bail, Context, Result};
use nocknock_dataset::{
    class_of, shape_name, Encoder, Encoding, LabelColumn, Profile, Range, ReadOptions, Schema,
    Table, TrainBlob, Wanted,
};
use nocknock_primitives::model::{Architecture, Head};
use nocknock_training::{evaluate, Labels, TrainingSet};
use nocknock_worker::{
    config::Search,
    stages::{columns_of, samples_of, trainer_for, TrainingJob},
    state::{Disk, DurableDisk, FolderLock, ModelFact, StateError},
};
use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Samples, and how the columns of their table have become inputs.
type Learnable = (TrainingSet, Encoding);

/// How a model does on rows that it has not learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Judged {
    correct: u64,
    rows: u64,
}

/// First bytes of published training data.
const MAGIC: &[u8] = b"nntrain\0";

pub(crate) async fn train(common: &Common, options: &Train) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let (data, encoding) = read(options, &|note| warn(common, note))?;
    let test = match &options.test {
        Some(file) => Some(read_test(options, file, &data.architecture, &encoding)?),
        None => None,
    };
    let folder = options.out.clone();
    let _lock = occupy(&folder)?;
    let limit = options.seconds.unwrap_or(session.config.limits.training_seconds);
    let job = TrainingJob {
        task: 0,
        data,
        columns: columns_of(&encoding),
        encoding: Some(encoding),
        folder: folder.clone(),
        until: Instant::now() + Duration::from_secs(limit),
        stop: stop_on_signal(),
        notices: session.notices(Vec::new()),
    };
    let mut training = session.config.training;
    if options.no_search {
        training.search = Search::Off;
    }
    let trainer = trainer_for(&training);
    let learnt = tokio::task::spawn_blocking(move || trainer.train(&job)).await?;
    let model = learnt.map_err(nocknock_worker::stages::StepError::from)?;
    let path = folder.join("model.json");
    model.write(&path)?;
    tell(common, &path, &model, test.map(|test| judge(&model, &test)))?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder and keeps other trainings out of it.
fn occupy(folder: &Path) -> Result<FolderLock, StateError> {
    let path = folder.to_owned();
    match DurableDisk.make_folder(folder) {
        Ok(()) => FolderLock::take(folder)?.ok_or(StateError::TrainingInUse { path }),
        Err(reason) => Err(StateError::Io { doing: "make the folder", path, reason }),
    }
}

/// Tells what was guessed of a table, or left out.
fn warn(common: &Common, note: &str) {
    if !common.quiet {
        print::message(&format!("warning: {note}"));
    }
}

fn read(options: &Train, warn: &dyn Fn(&str)) -> Result<Learnable> {
    let path = &options.data;
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.starts_with(MAGIC) {
        let blob = TrainBlob::decode(&bytes)?;
        let own = blob.architecture();
        if options.shape.as_ref().is_some_and(|shape| shape != own) {
            bail!("{} is of shape {}", path.display(), shape_name(own));
        }
        return Ok((samples_of(&blob)?, blob.encoding().clone()));
    }
    let shape = options.shape.as_ref().ok_or_else(no_shape)?;
    read_table(options, shape, warn)
}

fn no_shape() -> UsageError {
    UsageError(format!(
        "name the shape of the model with --shape; known shapes are {}",
        known_shapes()
    ))
}

fn read_table(options: &Train, shape: &Architecture, warn: &dyn Fn(&str)) -> Result<Learnable> {
    let path = &options.data;
    let place = || path.display().to_string();
    let (reading, wanted) = wanted(options)?;
    let table = Table::read(path, &reading)?;
    table.notes().iter().for_each(|note| warn(note));
    let profile = Profile::of(&table, &wanted).with_context(place)?;
    profile.notes.iter().cloned().chain(left_out(&profile)).for_each(|note| warn(&note));
    if let Some(labels) = &profile.labels {
        check_classes(&labels.column, labels.classes.len(), shape).with_context(place)?;
    }
    let fitted = Encoding::fit(&table, &profile, shape, Range::Auto).with_context(place)?;
    let encoder = fitted.encoding.for_table(&table).with_context(place)?;
    let (inputs, labels) = known_rows(&profile, &encoder)?;
    let data = TrainingSet { architecture: shape.clone(), inputs: inputs.concat(), labels };
    Ok((data, fitted.encoding.clone()))
}

/// The inputs of the rows that have a class or a number, and these.
fn known_rows(profile: &Profile, encoder: &Encoder<'_>) -> Result<(Vec<Vec<u16>>, Labels)> {
    match (&profile.labels, &profile.numbers) {
        (Some(labels), _) => {
            let known = labels.of_row.iter().enumerate();
            let known = known.filter_map(|(row, class)| Some((encoder.row(row), (*class)?)));
            let (inputs, classes) = known.unzip();
            Ok((inputs, Labels::Classes(classes)))
        }
        (None, Some(numbers)) => {
            let known = numbers.known_rows().into_iter();
            let known = known.filter_map(|row| Some((encoder.row(row), encoder.target(row)?)));
            let (inputs, targets) = known.unzip();
            Ok((inputs, Labels::Numbers(targets)))
        }
        (None, None) => bail!("the table has no column with classes"),
    }
}

/// Rows that a model is judged by. Those without a class are left out.
fn read_test(
    options: &Train,
    file: &Path,
    shape: &Architecture,
    encoding: &Encoding,
) -> Result<TrainingSet> {
    let place = || file.display().to_string();
    let (reading, _) = wanted(options)?;
    let table = Table::read(file, &reading)?;
    if encoding.scale().is_some() {
        bail!(UsageError("--test is for classes, and these models answer with a number".into()));
    }
    let encoder = encoding.for_table(&table).with_context(place)?;
    if !encoder.has_label() {
        let column = encoding.label();
        bail!(UsageError(format!("{}: there is no column `{column}` with classes", place())));
    }
    let (mut inputs, mut classes) = (Vec::new(), Vec::new());
    for row in 0..table.len() {
        let label = encoder.label(row);
        if label.is_missing() {
            continue;
        }
        let class = class_of(&label, encoding.classes());
        let class = class.and_then(|class| u8::try_from(class).ok());
        classes.push(class.with_context(|| {
            format!("{}: row {} is of a class that the training data has not", place(), row + 1)
        })?);
        inputs.extend(encoder.row(row));
    }
    Ok(TrainingSet { architecture: shape.clone(), inputs, labels: Labels::Classes(classes) })
}

fn judge(model: &ModelFact, test: &TrainingSet) -> Judged {
    let rows: Vec<u32> = (0..).take(test.samples()).collect();
    let evaluation = evaluate(&model.weights, test, &rows);
    Judged { correct: evaluation.score, rows: evaluation.samples }
}

/// The columns that a model cannot learn from.
fn left_out(profile: &Profile) -> Option<String> {
    let unused = profile.columns.iter().filter(|column| !column.used);
    let names: Vec<&str> = unused.map(|column| column.name.as_str()).collect();
    let first = names.iter().take(8).copied().collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => None,
        1..=8 => Some(format!("these columns are left out: {first}")),
        all => Some(format!("{all} columns are left out: {first} and others")),
    }
}

/// How the table is read, and what its columns are.
fn wanted(options: &Train) -> Result<(ReadOptions, Wanted)> {
    let schema = match &options.table {
        Some(path) => Schema::read(path)?,
        None => Schema::default(),
    };
    let mut reading = ReadOptions::default();
    schema.apply(&mut reading);
    reading.header = options.header.unwrap_or(reading.header);
    let label = options.label.clone().map_or(LabelColumn::Last, LabelColumn::Named);
    Ok((reading, Wanted { label, schema }))
}

fn check_classes(column: &str, found: usize, shape: &Architecture) -> Result<(), UsageError> {
    let name = shape_name(shape);
    let fault = match shape.head {
        Head::Classes { classes, .. } if found <= usize::from(classes) => return Ok(()),
        Head::Classes { classes, .. } => {
            format!("holds {found} classes, but shape {name} tells {classes} apart")
        }
        Head::Labels { .. } | Head::Number { .. } => {
            format!("holds classes, but models of shape {name} name none")
        }
    };
    Err(UsageError(format!(
        "column `{column}` {fault}: choose another shape, or name the column of the classes with \
         --label; known shapes are {}",
        known_shapes()
    )))
}

fn tell(common: &Common, path: &Path, model: &ModelFact, judged: Option<Judged>) -> Result<()> {
    match common.output {
        Output::Json => print::json(&serde_json::json!({
            "model": path,
            "training_accuracy": model.training_accuracy,
            "validation_accuracy": model.validation_accuracy,
            "hyperparameters": model.hyperparameters,
            "test": judged.map(|judged| serde_json::json!({
                "correct": judged.correct,
                "rows": judged.rows,
            })),
        })),
        Output::Text => {
            let result = format!("{}: {}", path.display(), result_of(model));
            print::result(&match judged {
                Some(Judged { correct, rows }) => format!(
                    "{result}; {correct} of {rows} rows of the test file are classified correctly"
                ),
                None => result,
            })
        }
    }
}

/// What the training came to, as what it is: samples that the model has learned from say little
/// about others.
fn result_of(model: &ModelFact) -> String {
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    match model.validation_accuracy {
        Some(share) => format!(
            "{} of the validation samples are classified correctly by the integers",
            percent(share)
        ),
        None => format!(
            "{} of the samples that it was trained on are classified correctly by the integers; \
             none were kept for validation, so this says nothing about other samples",
            percent(model.training_accuracy)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_dataset::Header;
    use nocknock_primitives::model::names::named;
    use std::cell::RefCell;

    fn read_text(
        table: &str,
        shape: Option<&str>,
        header: Option<Header>,
    ) -> (Result<TrainingSet>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data.csv");
        fs::write(&data, table).unwrap();
        let shape = shape.map(|name| named(name).unwrap());
        let out = folder.path().join("out");
        let (no_search, seconds) = (true, None);
        let (label, test, table) = (None, None, None);
        let options = Train { data, shape, label, test, header, table, no_search, seconds, out };
        let told = RefCell::new(Vec::new());
        let read = read(&options, &|note| told.borrow_mut().push(note.to_owned()));
        let read = read.map(|(data, encoding)| {
            let columns = columns_of(&encoding);
            let inputs: usize = columns.iter().map(|column| column.inputs.len()).sum();
            assert!(inputs <= usize::from(data.architecture.inputs));
            data
        });
        (read, told.into_inner())
    }

    fn refused(table: &str, shape: Option<&str>) -> String {
        match read_text(table, shape, None).0 {
            Ok(_) => panic!("the table was taken"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn tables_are_taken_as_they_are_and_rows_without_a_class_left_out() {
        let table = "age,town,kind\n1.5,a,x\n,b,y\n2,a,\n4,b,y\n";
        let (read, told) = read_text(table, Some("tiny-4x3x2"), None);
        let read = read.unwrap();
        assert_eq!(read.labels, Labels::Classes(vec![0, 1, 1]));
        assert_eq!(read.inputs.len(), 12);
        assert!(told.iter().any(|note| note.contains("without a class")), "{told:?}");
    }

    #[test]
    fn columns_that_tell_nothing_are_left_out_with_a_word() {
        let table = "a,same,kind\n1,7,x\n2,7,y\n";
        let (read, told) = read_text(table, Some("tiny-4x3x2"), None);
        assert!(read.is_ok());
        assert!(told.iter().any(|note| note == "these columns are left out: same"), "{told:?}");
    }

    #[test]
    fn a_guess_about_the_header_is_told_and_can_be_overruled() {
        let table = "age,2019,kind\n1,2,x\n3,4,y\n";
        let (read, told) = read_text(table, Some("tiny-4x3x2"), None);
        assert_eq!(read.unwrap().samples(), 2);
        assert!(told.iter().any(|note| note.contains("header")), "{told:?}");
        let (_, told) = read_text(table, Some("tiny-4x3x2"), Some(Header::Present));
        assert!(!told.iter().any(|note| note.contains("header")), "{told:?}");
    }

    #[test]
    fn more_classes_than_the_shape_has_are_refused_with_the_shapes() {
        let error = refused("a,k\n1,x\n2,y\n3,z\n", Some("tiny-4x3x2"));
        assert!(
            error.contains("data.csv: column `k` holds 3 classes, but shape tiny-4x3x2 tells 2"),
            "{error}"
        );
        assert!(error.contains("digits-64x32x10 (up to 64 columns, 10 classes)"));
    }

    #[test]
    fn many_different_numbers_are_learned_as_numbers() {
        let rows: String = (0..50).map(|n| format!("{},{n}.5\n", n % 7)).collect();
        let table = format!("a,price\n{rows}7,\n");
        let read = read_text(&table, Some("tiny-4x3-within"), None).0.unwrap();
        assert!(matches!(&read.labels, Labels::Numbers(numbers) if numbers.len() == 50));
        assert_eq!(read.inputs.len(), 200);
        let error = refused(&table, Some("tiny-4x3x2"));
        assert!(error.contains("answer with a number"), "{error}");
    }

    #[test]
    fn classes_are_not_learned_as_numbers_or_labels() {
        for shape in ["price-64x32", "tiny-4x3x3-labels"] {
            let error = refused("a,k\n1,x\n2,y\n", Some(shape));
            assert!(error.contains(&format!("models of shape {shape} name none")), "{error}");
        }
    }

    /// Rows of a test file, after a table with the columns `a`, `b` and `kind`.
    fn test_rows(text: &str) -> Result<TrainingSet> {
        let folder = tempfile::tempdir().unwrap();
        let (data, file) = (folder.path().join("data.csv"), folder.path().join("test.csv"));
        fs::write(&data, "a,b,kind\n1,5,x\n2,4,y\n3,1,x\n4,3,y\n").unwrap();
        fs::write(&file, text).unwrap();
        let options = Train {
            data,
            shape: named("tiny-4x3x2"),
            label: Some("kind".into()),
            test: None,
            header: None,
            table: None,
            no_search: true,
            seconds: None,
            out: folder.path().join("out"),
        };
        let (data, encoding) = read(&options, &|_| ()).unwrap();
        read_test(&options, &file, &data.architecture, &encoding)
    }

    #[test]
    fn columns_of_a_test_file_are_found_by_name_in_any_order() {
        let same = test_rows("a,b,kind\n1,4,x\n4,1,y\n").unwrap();
        let turned = test_rows("kind,b,a\nx,4,1\ny,1,4\n").unwrap();
        assert_eq!(same, turned);
        assert_eq!(same.labels, Labels::Classes(vec![0, 1]));
    }

    #[test]
    fn rows_of_a_test_file_without_a_class_are_not_counted() {
        assert_eq!(test_rows("a,b,kind\n1,4,x\n4,1,\n").unwrap().samples(), 1);
    }

    #[test]
    fn a_class_that_was_never_learned_is_refused_with_its_row() {
        let error = format!("{:#}", test_rows("a,b,kind\n1,4,x\n4,1,z\n").unwrap_err());
        assert!(error.contains("row 2 is of a class"), "{error}");
    }

    #[test]
    fn a_test_file_needs_the_column_of_the_classes() {
        let error = format!("{:#}", test_rows("a,b\n1,4\n4,1\n").unwrap_err());
        assert!(error.contains("there is no column `kind`"), "{error}");
    }

    fn model(training_accuracy: f64, validation_accuracy: Option<f64>) -> ModelFact {
        ModelFact {
            weights: nocknock_primitives::model::Weights::zero(&named("tiny-4x3x2").unwrap()),
            training_accuracy,
            validation_accuracy,
            hyperparameters: nocknock_primitives::ids::ContentHash([4; 32]),
        }
    }

    #[test]
    fn a_result_on_training_samples_is_not_told_as_one_on_validation_samples() {
        let judged = result_of(&model(1.0, Some(0.975)));
        assert!(judged.contains("97.50 % of the validation samples"), "{judged}");
        let learned = result_of(&model(2.0 / 3.0, None));
        assert!(learned.contains("66.67 % of the samples that it was trained on"), "{learned}");
        assert!(!learned.contains("validation samples"), "{learned}");
    }

    #[test]
    fn without_a_shape_the_known_ones_are_listed() {
        let error = refused("a,k\n1,x\n2,y\n", None);
        assert!(error.contains("--shape"), "{error}");
        assert!(error.contains("table-128x64x2"), "{error}");
    }
}
