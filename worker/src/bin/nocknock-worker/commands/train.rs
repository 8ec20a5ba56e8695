//! `train`: a model from a file.

use crate::{
    arguments::{Common, Output, Train},
    print,
    session::{stop_on_signal, Session},
};
use anyhow::{bail, Context, Result};
use nocknock_dataset::{
    quantise::Range,
    table::{LabelColumn, ReadOptions},
    Quantiser, Table, TrainBlob,
};
use nocknock_primitives::model::MlpShape;
use nocknock_worker::{
    stages::{training_set, CandleTrainer, Lesson, Trainer},
    state::{Disk, DurableDisk, FolderLock, ModelFact, StateError},
    train::TrainingSet,
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
    let lesson = Lesson {
        task: 0,
        data,
        folder: folder.clone(),
        until: Instant::now() + limit,
        stop: stop_on_signal(),
        notices: session.notices(Vec::new()),
    };
    let trainer = CandleTrainer {
        training: session.config.training.clone(),
    };
    let learnt = tokio::task::spawn_blocking(move || trainer.train(&lesson)).await?;
    let model = learnt.map_err(nocknock_worker::stages::StepError::from)?;
    let path = folder.join("model.json");
    write(&path, &model)?;
    tell(common, &path, &model)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder and keeps other trainings out of it.
fn occupy(folder: &Path) -> Result<FolderLock, StateError> {
    let path = folder.to_owned();
    match DurableDisk.make_folder(folder) {
        Ok(()) => FolderLock::take(folder)?.ok_or(StateError::TrainingInUse { path }),
        Err(reason) => Err(StateError::Io {
            doing: "make the folder",
            path,
            reason,
        }),
    }
}

fn read(options: &Train) -> Result<TrainingSet> {
    let path = &options.data;
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.starts_with(MAGIC) {
        let blob = TrainBlob::decode(&bytes)?;
        if options.shape.is_some_and(|shape| shape != *blob.shape()) {
            bail!("{} is of shape {}", path.display(), blob.shape());
        }
        return Ok(training_set(&blob)?);
    }
    let shape = options
        .shape
        .context("name the shape of the model with --shape")?;
    read_table(path, &shape, options.label.as_deref())
}

fn read_table(path: &Path, shape: &MlpShape, label: Option<&str>) -> Result<TrainingSet> {
    let options = ReadOptions {
        label: match label {
            Some(name) => LabelColumn::Named(name.to_owned()),
            None => LabelColumn::Last,
        },
        ..ReadOptions::default()
    };
    let table = Table::read(path, &options)?;
    let labels = table
        .labels()
        .context("the table has no column with classes")?;
    let quantiser = Quantiser::fit(&table, shape, Range::MinMax)?;
    Ok(TrainingSet {
        shape: *shape,
        inputs: quantiser.table(&table)?.concat(),
        labels: labels.of_row.clone(),
    })
}

/// The file holds the weights, so only its owner may read it.
fn write(path: &Path, model: &ModelFact) -> Result<()> {
    let json = serde_json::to_vec_pretty(model)?;
    let put = DurableDisk.put(path, &json);
    Ok(put.map_err(|reason| StateError::Io {
        doing: "write",
        path: path.to_owned(),
        reason,
    })?)
}

fn tell(common: &Common, path: &Path, model: &ModelFact) -> Result<()> {
    print::result(&match common.output {
        Output::Json => serde_json::json!({
            "model": path,
            "validation_accuracy": model.validation_accuracy,
            "hyperparameters": model.hyperparameters,
        })
        .to_string(),
        Output::Text => format!(
            "{}: {:.2} % of the validation samples are classified correctly by the integers",
            path.display(),
            model.validation_accuracy * 100.0
        ),
    })
}
