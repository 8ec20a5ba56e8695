//! Training, with everything that people expect to find afterwards.

use super::{error::Refusal, StepContext, StepError};
use crate::{
    attest::hash_of_settings,
    chain::Depth,
    config, machine,
    notice::{Notice, Notices},
    perceptron::{self, Samples, Trained},
    policy::time_until,
    report::{ReportError, RunFolder},
    state::{ModelFact, StateError},
};
use nocknock_dataset::TrainBlob;
use nocknock_primitives::{
    ids::TaskId,
    model::{layered::architecture::ArchitectureError, wire::WireError},
};
use nocknock_training::{
    CheckpointError, EpochMetrics, Evaluation, StepProgress, TrainConfig, TrainError,
    TrainObserver, TrainPlan, TrainReport,
};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Slots that are kept for the commitment after the training.
const SLOTS_TO_COMMIT: u32 = 4;

/// A training to be done.
#[derive(Debug)]
pub struct TrainingJob {
    /// The task, for notices; 0 outside of tasks.
    pub task: TaskId,
    /// The samples.
    pub data: Samples,
    /// Where checkpoints and reports go.
    pub folder: PathBuf,
    /// When to make do with the best model so far.
    pub until: Instant,
    /// When to save and end without a model.
    pub stop: CancellationToken,
    /// Where notices go.
    pub notices: Notices,
}

/// Makes models.
pub trait Trainer: Send + Sync + fmt::Debug {
    /// Trains, or goes on training. Blocks.
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError>;
}

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The training.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A file beside the model.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The settings could not be put into words.
    #[error("the settings of the training could not be written: {0}")]
    Settings(String),
    /// The settings could not be brought to the disk.
    #[error(transparent)]
    Disk(#[from] StateError),
}

/// Trains with candle.
#[derive(Clone, Debug)]
pub struct CandleTrainer {
    /// Device and settings.
    pub training: config::Training,
}

impl Trainer for CandleTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        let settings = &self.training.settings;
        let hash = hash_of_settings(settings);
        let hash = hash.map_err(|error| LearnError::Settings(error.to_string()))?;
        // Other settings are another training, with a folder of its own.
        let name: String = hash.to_string().chars().skip(2).take(16).collect();
        let folder = job.folder.join(name);
        write_settings(&folder, settings)?;
        let trained = match self.train_in(&folder, job) {
            Err(TrainError::Checkpoint(CheckpointError::Damaged { path, reason })) => {
                put_checkpoint_aside(job, &path, &reason)?;
                self.train_in(&folder, job)?
            }
            trained => trained?,
        };
        Ok(ModelFact {
            training_accuracy: Some(trained.report.training.accuracy()),
            validation_accuracy: trained.report.validation.as_ref().map(Evaluation::accuracy),
            weights: trained.weights,
            hyperparameters: hash,
        })
    }
}

impl CandleTrainer {
    /// Trains with checkpoints in a folder, and leaves a report there.
    fn train_in(&self, folder: &Path, job: &TrainingJob) -> Result<Trained, TrainError> {
        let config::Training { device, settings } = &self.training;
        let mut watch = Watch::new(job, folder);
        let trained = perceptron::train(&job.data, settings, *device, Some(folder), &mut watch)?;
        watch.finish(&trained.report);
        Ok(trained)
    }
}

/// A training whose checkpoint cannot be believed begins anew, and comes to the same model if there
/// is time for it.
fn put_checkpoint_aside(job: &TrainingJob, path: &Path, reason: &str) -> Result<(), LearnError> {
    let aside = path.with_extension("damaged");
    let moved = fs::rename(path, &aside);
    moved.map_err(|error| StateError::io("put aside", path, error))?;
    job.notices.tell(Notice::Warning {
        text: format!(
            "the checkpoint {} is damaged ({reason}): it was put aside as {}, and the training \
             begins anew",
            path.display(),
            aside.display()
        ),
    });
    Ok(())
}

/// The settings whose hash is attested, byte for byte.
fn write_settings(folder: &Path, settings: &TrainConfig) -> Result<(), LearnError> {
    let json = serde_json::to_vec(settings);
    let json = json.map_err(|error| LearnError::Settings(error.to_string()))?;
    let made = fs::create_dir_all(folder);
    made.map_err(|reason| StateError::io("make the folder", folder, reason))?;
    let path = folder.join("settings.json");
    let written = fs::write(&path, json);
    Ok(written.map_err(|reason| StateError::io("write", &path, reason))?)
}

/// Follows a training.
struct Watch<'a> {
    job: &'a TrainingJob,
    folder: &'a Path,
    record: Option<RunFolder>,
}

impl<'a> Watch<'a> {
    fn new(job: &'a TrainingJob, folder: &'a Path) -> Self {
        Self { job, folder, record: None }
    }

    /// A report that cannot be written does not stop a training: the model counts.
    fn keep_record(&mut self, add: impl FnOnce(&mut RunFolder) -> Result<(), ReportError>) {
        if let Some(Err(error)) = self.record.as_mut().map(add) {
            self.give_record_up(&error);
        }
    }

    fn give_record_up(&mut self, error: &ReportError) {
        self.record = None;
        self.job.notices.tell(Notice::Warning {
            text: format!("the training goes on without a report: {error}"),
        });
    }

    fn finish(mut self, report: &TrainReport) {
        let finished = self.record.take().map(|record| record.finish(report));
        if let Some(Err(error)) = finished {
            self.give_record_up(&error);
        }
    }
}

impl TrainObserver for Watch<'_> {
    fn started(&mut self, plan: &TrainPlan) {
        match RunFolder::start(self.folder, &plan.history) {
            Ok(record) => self.record = Some(record),
            Err(error) => self.give_record_up(&error),
        }
    }

    fn stepped(&mut self, progress: StepProgress) {
        self.job.notices.tell(Notice::Training {
            task: self.job.task,
            step: progress.step,
            steps: progress.steps,
        });
    }

    fn epoch_ended(&mut self, metrics: &EpochMetrics) {
        self.keep_record(|record| record.add(metrics));
        self.job.notices.tell(Notice::Epoch {
            task: self.job.task,
            epoch: metrics.epoch,
            loss: metrics.loss,
            training_accuracy: metrics.training_accuracy,
            validation_accuracy: metrics.validation_accuracy,
        });
    }

    fn stop_requested(&self) -> bool {
        self.job.stop.is_cancelled()
    }

    fn finish_requested(&self) -> bool {
        Instant::now() >= self.job.until
    }
}

/// Trains for a task and keeps the model.
pub(super) async fn learn(step: &StepContext<'_>) -> Result<(), StepError> {
    let services = step.services;
    let _permit = step.permit(&services.permits.trainings).await?;
    machine::need_memory(services.config.limits.free_memory_mib)?;
    let job = training_job(step).await?;
    let trainer = services.trainer.clone();
    let learnt = tokio::task::spawn_blocking(move || trainer.train(&job)).await?;
    Ok(step.journal.save_model(&learnt?)?)
}

async fn training_job(step: &StepContext<'_>) -> Result<TrainingJob, StepError> {
    Ok(TrainingJob {
        task: step.task,
        data: data_of(step)?,
        folder: step.journal.training_folder(),
        until: Instant::now() + time_to_train(step).await?,
        stop: step.stop.clone(),
        notices: step.services.notices.clone(),
    })
}

/// Why training data has no samples to learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SamplesError {
    /// The data is no data of its shape.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The shape is too large.
    #[error("models of this shape cannot be trained: {0}")]
    Shape(#[from] ArchitectureError),
}

/// The checked training data of the journal.
fn data_of(step: &StepContext<'_>) -> Result<Samples, StepError> {
    let path = step.journal.data_file();
    let bytes = step.journal.data()?;
    let data = TrainBlob::decode(&bytes).map_err(|error| StateError::damaged(&path, error))?;
    match samples_of(&data) {
        Ok(samples) => Ok(samples),
        Err(SamplesError::Wire(error)) => Err(StateError::damaged(&path, error).into()),
        Err(error @ SamplesError::Shape(_)) => Err(Refusal::Data(error.to_string()).into()),
    }
}

/// All samples of training data.
pub fn samples_of(data: &TrainBlob) -> Result<Samples, SamplesError> {
    let samples = data.samples()?;
    let (inputs, classes) = (samples.features().to_vec(), samples.labels().to_vec());
    Ok(Samples::new(*data.shape(), inputs, classes)?)
}

/// What the policy allows, or what the task leaves if that is less.
async fn time_to_train(step: &StepContext<'_>) -> Result<Duration, StepError> {
    let services = step.services;
    let clock = services.chain.clock().await?;
    let view = services.chain.view(step.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.commit_end());
    let left = time_until(clock, end.unwrap_or(clock.best));
    let left = left.saturating_sub(clock.slot.saturating_mul(SLOTS_TO_COMMIT));
    Ok(left.min(Duration::from_secs(services.config.limits.training_seconds)))
}

impl From<LearnError> for StepError {
    fn from(error: LearnError) -> Self {
        match error {
            LearnError::Train(TrainError::Interrupted { .. }) => Self::Stopped,
            LearnError::Train(error @ (TrainError::Config(_) | TrainError::Untrainable(_))) => {
                Refusal::Settings(error.to_string()).into()
            }
            LearnError::Train(error) => Self::Train(Box::new(error)),
            LearnError::Report(error) => Self::Report(error.to_string()),
            LearnError::Settings(text) => Self::Report(text),
            LearnError::Disk(error) => Self::State(error),
        }
    }
}
