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
    shape_name,
    table::{LabelColumn, ReadOptions},
    Quantiser, Table, TrainBlob,
};
use nocknock_primitives::model::{Architecture, Head};
use nocknock_training::{Labels, TrainingSet};
use nocknock_worker::{
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

fn read(options: &Train) -> Result<TrainingSet> {
    let path = &options.data;
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.starts_with(MAGIC) {
        let blob = TrainBlob::decode(&bytes)?;
        let own = blob.architecture();
        if options.shape.as_ref().is_some_and(|shape| shape != own) {
            bail!("{} is of shape {}", path.display(), shape_name(own));
        }
        return Ok(samples_of(&blob)?);
    }
    let shape = options.shape.as_ref().ok_or_else(no_shape)?;
    read_table(path, shape, options.label.as_deref())
}

fn no_shape() -> UsageError {
    UsageError(format!(
        "name the shape of the model with --shape; known shapes are {}",
        known_shapes()
    ))
}

fn read_table(path: &Path, shape: &Architecture, label: Option<&str>) -> Result<TrainingSet> {
    let options = ReadOptions {
        label: match label {
            Some(name) => LabelColumn::Named(name.to_owned()),
            None => LabelColumn::Last,
        },
        ..ReadOptions::default()
    };
    let table = Table::read(path, &options)?;
    let labels = table.labels().context("the table has no column with classes")?;
    let place = || path.display().to_string();
    check_classes(&labels.column, labels.classes.len(), shape).with_context(place)?;
    let quantiser = Quantiser::fit(&table, shape, Range::MinMax)?;
    Ok(TrainingSet {
        architecture: shape.clone(),
        inputs: quantiser.table(&table)?.concat(),
        labels: Labels::Classes(labels.of_row.clone()),
    })
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
    use nocknock_primitives::model::names::named;

    fn refused(table: &str, shape: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data.csv");
        fs::write(&data, table).unwrap();
        let shape = shape.map(|name| named(name).unwrap());
        let options = Train { data, shape, label: None, out: folder.path().join("out") };
        match read(&options) {
            Ok(_) => panic!("the table was taken"),
            Err(error) => format!("{error:#}"),
        }
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
    fn classes_are_not_learned_as_numbers_or_labels() {
        for shape in ["price-64x32", "tiny-4x3x3-labels"] {
            let error = refused("a,k\n1,x\n2,y\n", Some(shape));
            assert!(error.contains(&format!("models of shape {shape} name none")), "{error}");
        }
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
