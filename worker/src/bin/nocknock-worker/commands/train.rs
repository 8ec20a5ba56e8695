//! `train`: a model from a file.

use crate::{
    arguments::{known_shapes, Common, Output, Train},
    exit::UsageError,
    print,
    session::{stop_on_signal, Session},
};
use anyhow::{bail, Context, Result};
use nocknock_dataset::{
    quantise::Range,
    table::{LabelColumn, Labels, ReadOptions},
    Quantiser, Table, TrainBlob,
};
use nocknock_primitives::model::MlpShape;
use nocknock_worker::{
    perceptron::Samples,
    stages::{samples_of, CandleTrainer, Trainer, TrainingJob},
    state::{Disk, DurableDisk, FolderLock, ModelFact, StateError},
};
use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

/// First bytes of published training data.
const MAGIC: &[u8] = b"nntrain\0";

pub(crate) async fn train(common: &Common, options: &Train) -> Result<ExitCode> {
    let session = Session::open(common)?;
    let data = read(options)?;
    let folder = options.out.clone();
    let _lock = occupy(&folder)?;
    let limit = Duration::from_secs(session.config.limits.training_seconds);
    let job = TrainingJob {
        task: 0,
        data,
        folder: folder.clone(),
        until: Instant::now() + limit,
        stop: stop_on_signal(),
        notices: session.notices(Vec::new()),
    };
    let trainer = CandleTrainer { training: session.config.training.clone() };
    let learnt = tokio::task::spawn_blocking(move || trainer.train(&job)).await?;
    let model = learnt.map_err(nocknock_worker::stages::StepError::from)?;
    let path = folder.join("model.json");
    model.write(&path)?;
    tell(common, &path, &model)?;
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

fn read(options: &Train) -> Result<Samples> {
    let path = &options.data;
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.starts_with(MAGIC) {
        let blob = TrainBlob::decode(&bytes)?;
        if options.shape.is_some_and(|shape| shape != *blob.shape()) {
            bail!("{} is of shape {}", path.display(), blob.shape());
        }
        return Ok(samples_of(&blob)?);
    }
    let shape = options.shape.ok_or_else(no_shape)?;
    read_table(path, &shape, options.label.as_deref())
}

fn no_shape() -> UsageError {
    UsageError(format!(
        "name the shape of the model with --shape; known shapes are {}",
        known_shapes()
    ))
}

fn read_table(path: &Path, shape: &MlpShape, label: Option<&str>) -> Result<Samples> {
    let options = ReadOptions {
        label: match label {
            Some(name) => LabelColumn::Named(name.to_owned()),
            None => LabelColumn::Last,
        },
        ..ReadOptions::default()
    };
    let table = Table::read(path, &options)?;
    let labels = table.labels().context("the table has no column with classes")?;
    check_classes(labels, shape).with_context(|| path.display().to_string())?;
    let quantiser = Quantiser::fit(&table, shape, Range::MinMax)?;
    let inputs = quantiser.table(&table)?.concat();
    Ok(Samples::new(*shape, inputs, labels.of_row.clone())?)
}

fn check_classes(labels: &Labels, shape: &MlpShape) -> Result<(), UsageError> {
    let found = labels.classes.len();
    if found <= usize::from(shape.classes) {
        return Ok(());
    }
    Err(UsageError(format!(
        "column `{}` holds {found} classes, but shape {shape} tells {} apart: choose another \
         shape, or name the column with the classes by --label; known shapes are {}",
        labels.column,
        shape.classes,
        known_shapes()
    )))
}

fn tell(common: &Common, path: &Path, model: &ModelFact) -> Result<()> {
    match common.output {
        Output::Json => print::json(&serde_json::json!({
            "model": path,
            "training_accuracy": model.training_accuracy,
            "validation_accuracy": model.validation_accuracy,
            "hyperparameters": model.hyperparameters,
        })),
        Output::Text => print::result(&format!("{}: {}", path.display(), result_of(model))),
    }
}

/// What the training came to, as what it is: samples that the model has learned from say little
/// about others.
fn result_of(model: &ModelFact) -> String {
    let percent = |share: f64| format!("{:.2} %", share * 100.0);
    match (model.validation_accuracy, model.training_accuracy) {
        (Some(share), _) => format!(
            "{} of the validation samples are classified correctly by the integers",
            percent(share)
        ),
        (None, Some(share)) => format!(
            "{} of the samples that it was trained on are classified correctly by the integers; \
             none were kept for validation, so this says nothing about other samples",
            percent(share)
        ),
        (None, None) => "a model; its file does not tell what it scored".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::shape::TINY_4X3X2;

    fn refused(table: &str, shape: Option<MlpShape>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data.csv");
        fs::write(&data, table).unwrap();
        let options = Train { data, shape, label: None, out: folder.path().join("out") };
        match read(&options) {
            Ok(_) => panic!("the table was taken"),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn more_classes_than_the_shape_has_are_refused_with_the_shapes() {
        let error = refused("a,k\n1,x\n2,y\n3,z\n", Some(TINY_4X3X2));
        assert!(
            error.contains("data.csv: column `k` holds 3 classes, but shape tiny-4x3x2 tells 2"),
            "{error}"
        );
        assert!(error.contains("digits-64x32x10 (up to 64 columns, 10 classes)"));
    }

    fn model(training: Option<f64>, validation: Option<f64>) -> ModelFact {
        ModelFact {
            weights: nocknock_primitives::model::Weights::zero(&TINY_4X3X2),
            training_accuracy: training,
            validation_accuracy: validation,
            hyperparameters: nocknock_primitives::ids::ContentHash([4; 32]),
        }
    }

    #[test]
    fn a_result_on_training_samples_is_not_told_as_one_on_validation_samples() {
        let judged = result_of(&model(Some(1.0), Some(0.975)));
        assert!(judged.contains("97.50 % of the validation samples"), "{judged}");
        let learned = result_of(&model(Some(2.0 / 3.0), None));
        assert!(learned.contains("66.67 % of the samples that it was trained on"), "{learned}");
        assert!(!learned.contains("validation samples"), "{learned}");
    }

    #[test]
    fn without_a_shape_the_known_ones_are_listed() {
        let error = refused("a,k\n1,x\n2,y\n", None);
        assert!(error.contains("--shape"), "{error}");
        assert!(error.contains("tabular-32x16x2"), "{error}");
    }
}
