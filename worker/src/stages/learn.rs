//! Training, with everything that people expect to find afterwards.

use super::{
    error::Refusal,
    external::{ExternalError, ExternalTrainer},
    search::{expected_of, search_in, strategy_of, Beginning},
    StepContext, StepError,
};
use crate::{
    attest::hash_of_settings,
    chain::Depth,
    config::{self, Config, TrainingTime},
    machine,
    notice::{Notice, Notices},
    policy::time_until,
    report::{ReportError, Run, RunFolder},
    state::{ModelFact, StateError},
};
use nocknock_dataset::{Encoding, TrainBlob};
use nocknock_primitives::{
    ids::{ContentHash, TaskId},
    model::WireError,
};
use nocknock_training::{
    CheckpointError, DataError, EpochMetrics, Evaluation, Judge, SearchError, SearchStrategy,
    StepProgress, TrainError, TrainObserver, TrainPlan, TrainedModel, TrainingSet,
};
use serde::Serialize;
use std::{
    fmt, fs,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Slots that are kept for the commitment after the training.
const SLOTS_TO_COMMIT: u32 = 4;

/// Other settings have a folder of their own.
const OTHER_TRAINING: &str =
    "is of a training with other data, on another kind of device or by another version";

/// A training to be done.
#[derive(Debug)]
pub struct TrainingJob {
    /// The task, for notices; 0 outside of tasks.
    pub task: TaskId,
    /// The samples.
    pub data: TrainingSet,
    /// Which of their inputs a column has become, for each column. Those that none names are by
    /// themselves.
    pub columns: Vec<ColumnInputs>,
    /// How the rows of a table have become the samples, if that is known.
    pub encoding: Option<Encoding>,
    /// Where checkpoints and reports go.
    pub folder: PathBuf,
    /// When to make do with the best model so far.
    pub until: Instant,
    /// When to save and end without a model.
    pub stop: CancellationToken,
    /// Where notices go.
    pub notices: Notices,
}

/// The inputs that a column of a table has become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnInputs {
    /// Name of the column.
    pub name: String,
    /// Their places among the inputs of a sample.
    pub inputs: Range<usize>,
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
    /// A program that trains.
    #[error(transparent)]
    External(#[from] ExternalError),
    /// A search for settings, beside its trainings.
    #[error(transparent)]
    Search(SearchError),
}

impl From<SearchError> for LearnError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Train(error) => Self::Train(error),
            other => Self::Search(other),
        }
    }
}

/// What trains as the configuration says.
pub fn trainer_for(training: &config::Training) -> Arc<dyn Trainer> {
    if training.command.is_empty() {
        Arc::new(CandleTrainer { training: training.clone() })
    } else {
        Arc::new(ExternalTrainer::new(training.command.clone()))
    }
}

/// Why training data has no samples to learn from. What was decoded as a whole always has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SamplesError {
    /// The bytes of a block.
    #[error(transparent)]
    Block(#[from] WireError),
    /// A sample.
    #[error(transparent)]
    Sample(#[from] DataError),
}

/// Trains with candle.
#[derive(Clone, Debug)]
pub struct CandleTrainer {
    /// Device and settings.
    pub training: config::Training,
}

impl Trainer for CandleTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        match strategy_of(self.training.search) {
            Some(strategy) => self.search(job, &*strategy),
            None => self.train_once(job),
        }
    }
}

impl CandleTrainer {
    /// Trains with the settings of the configuration.
    fn train_once(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        let (hyperparameters, folder) = begin(job, &self.training.settings)?;
        let trained = anew_if_unusable(job, || self.train_in(&folder, job))?;
        Ok(ModelFact {
            training_accuracy: trained.report.training.accuracy(),
            validation_accuracy: trained.report.validation.as_ref().map(Evaluation::accuracy),
            weights: trained.weights,
            hyperparameters,
        })
    }

    /// Trains with checkpoints in a folder, and leaves a report there.
    fn train_in(&self, folder: &Path, job: &TrainingJob) -> Result<TrainedModel, LearnError> {
        let config::Training { device, settings, .. } = &self.training;
        let mut watch = Watch::new(job, folder);
        let data = &job.data;
        let trained = nocknock_training::train(data, settings, *device, Some(folder), &mut watch)?;
        watch.finish(&trained, None, &[]);
        Ok(trained)
    }

    /// Trains with the best settings that are found. It is these that are attested.
    fn search(
        &self,
        job: &TrainingJob,
        strategy: &dyn SearchStrategy,
    ) -> Result<ModelFact, LearnError> {
        let training = &self.training;
        let (_, folder) = begin(job, &Beginning::of(training))?;
        let search = || search_in(&folder, job, training, strategy);
        let found = anew_if_unusable(job, search)?;
        let report = &found.model.report;
        Ok(ModelFact {
            training_accuracy: report.training.accuracy(),
            validation_accuracy: expected_of(&found),
            hyperparameters: write_settings(&folder, &found.plan.settings)?,
            weights: found.model.weights,
        })
    }
}

/// Tries once more where a checkpoint was of no use and is put aside.
fn anew_if_unusable<T>(
    job: &TrainingJob,
    train: impl Fn() -> Result<T, LearnError>,
) -> Result<T, LearnError> {
    match train() {
        Err(LearnError::Train(TrainError::Checkpoint(error))) => {
            put_checkpoint_aside(job, error)?;
            train()
        }
        trained => trained,
    }
}

/// A training whose checkpoint is damaged, or belongs to another one, begins anew. The file is kept
/// under a name that no other file has. Whatever else is wrong with a checkpoint stays an error.
fn put_checkpoint_aside(job: &TrainingJob, error: CheckpointError) -> Result<(), LearnError> {
    let (path, kind, fault) = match error {
        CheckpointError::Damaged { path, reason } => {
            (path, "damaged", format!("is damaged ({reason})"))
        }
        CheckpointError::OtherTraining { path } => (path, "other", OTHER_TRAINING.to_owned()),
        error => return Err(TrainError::from(error).into()),
    };
    let aside = unused_name(&path, kind);
    let moved = fs::rename(&path, &aside);
    moved.map_err(|error| StateError::io("put aside", &path, error))?;
    job.notices.tell(Notice::Warning {
        text: format!(
            "the checkpoint {} {fault}: it was put aside as {}, and the training begins anew",
            path.display(),
            aside.display()
        ),
    });
    Ok(())
}

/// A name for a file beside its own, with another extension.
fn unused_name(file: &Path, extension: &str) -> PathBuf {
    let (mut name, mut number) = (file.with_extension(extension), 0);
    while name.exists() {
        number += 1;
        name = file.with_extension(format!("{extension}-{number}"));
    }
    name
}

/// The hash of settings, and the folder for trainings with them, where they are written down: other
/// settings are another training.
pub(super) fn begin(
    job: &TrainingJob,
    settings: &impl Serialize,
) -> Result<(ContentHash, PathBuf), LearnError> {
    let hash = hash_of(settings)?;
    let name: String = hash.to_string().chars().skip(2).take(16).collect();
    let folder = job.folder.join(name);
    let made = fs::create_dir_all(&folder);
    made.map_err(|reason| StateError::io("make the folder", &folder, reason))?;
    Ok((write_settings(&folder, settings)?, folder))
}

/// Writes settings down, byte for byte as their hash is attested, and gives that.
fn write_settings(folder: &Path, settings: &impl Serialize) -> Result<ContentHash, LearnError> {
    let json = serde_json::to_vec(settings);
    let json = json.map_err(|error| LearnError::Settings(error.to_string()))?;
    let path = folder.join("settings.json");
    let written = fs::write(&path, json);
    written.map_err(|reason| StateError::io("write", &path, reason))?;
    hash_of(settings)
}

fn hash_of(settings: &impl Serialize) -> Result<ContentHash, LearnError> {
    hash_of_settings(settings).map_err(|error| LearnError::Settings(error.to_string()))
}

/// Follows a training.
pub(super) struct Watch<'a> {
    job: &'a TrainingJob,
    folder: &'a Path,
    record: Option<RunFolder>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(job: &'a TrainingJob, folder: &'a Path) -> Self {
        Self { job, folder, record: None }
    }

    pub(super) fn task(&self) -> TaskId {
        self.job.task
    }

    pub(super) fn tell(&self, notice: Notice) {
        self.job.notices.tell(notice);
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

    /// Completes the record. `expected` is what models with these settings have come to on samples
    /// that were left out, if that is known, and `judges` are such models.
    pub(super) fn finish(mut self, model: &TrainedModel, expected: Option<f64>, judges: &[Judge]) {
        let TrainingJob { data, encoding, .. } = self.job;
        let run = Run { model, data, encoding: encoding.as_ref(), expected, judges };
        let finished = self.record.take().map(|record| record.finish(&run));
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
    let (data, encoding) = data_of(step)?;
    Ok(TrainingJob {
        task: step.task,
        data,
        columns: columns_of(&encoding),
        encoding: Some(encoding),
        folder: step.journal.training_folder(),
        until: Instant::now() + time_to_train(step).await?,
        stop: step.stop.clone(),
        notices: step.services.notices.clone(),
    })
}

/// The checked training data of the journal, and how its rows have become samples.
fn data_of(step: &StepContext<'_>) -> Result<(TrainingSet, Encoding), StateError> {
    let path = step.journal.data_file();
    let bytes = step.journal.data()?;
    let data = TrainBlob::decode(&bytes).map_err(|error| StateError::damaged(&path, error))?;
    let samples = samples_of(&data).map_err(|error| StateError::damaged(&path, error))?;
    Ok((samples, data.encoding().clone()))
}

/// All samples of training data.
pub fn samples_of(data: &TrainBlob) -> Result<TrainingSet, SamplesError> {
    let blocks = data.blocks().iter().map(|block| block.decode(data.architecture()));
    let blocks = blocks.collect::<Result<Vec<_>, _>>()?;
    let samples = blocks.iter().flat_map(|block| block.samples());
    Ok(TrainingSet::from_samples(data.architecture(), samples)?)
}

/// Which inputs each column of an encoding becomes.
pub fn columns_of(encoding: &Encoding) -> Vec<ColumnInputs> {
    let mut end = 0;
    let columns = encoding.columns().iter().map(|column| {
        let first = end;
        end += column.inputs();
        ColumnInputs { name: column.name.clone(), inputs: first..end }
    });
    columns.collect()
}

/// What the task leaves, as far as the configuration uses it.
async fn time_to_train(step: &StepContext<'_>) -> Result<Duration, StepError> {
    let services = step.services;
    let clock = services.chain.clock().await?;
    let view = services.chain.view(step.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.commit_end());
    let left = time_until(clock, end.unwrap_or(clock.best));
    let left = left.saturating_sub(clock.slot.saturating_mul(SLOTS_TO_COMMIT));
    Ok(time_used(left, &services.config))
}

fn time_used(left: Duration, config: &Config) -> Duration {
    match config.training.time {
        TrainingTime::Limits => left.min(Duration::from_secs(config.limits.training_seconds)),
        TrainingTime::CommitPeriod => left,
    }
}

impl From<LearnError> for StepError {
    fn from(error: LearnError) -> Self {
        match error {
            LearnError::Train(TrainError::Interrupted { .. }) => Self::Stopped,
            LearnError::Train(TrainError::Config(error)) => {
                Refusal::Settings(error.to_string()).into()
            }
            LearnError::Train(TrainError::Untrainable(error)) => {
                Refusal::Untrainable(error.to_string()).into()
            }
            LearnError::Train(error) => Self::Train(Box::new(error)),
            LearnError::Report(error) => Self::Report(error.to_string()),
            LearnError::Settings(text) => Self::Report(text),
            LearnError::Disk(error) => Self::State(error),
            LearnError::Search(error) => Self::Search(error.to_string()),
            LearnError::External(ExternalError::Stopped) => Self::Stopped,
            LearnError::External(ExternalError::State(error)) => Self::State(error),
            LearnError::External(error) => Self::External(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Search;
    use crate::stages::{test_services::Warnings, Remedy};
    use nocknock_dataset::{prepare, ReadOptions, SplitOptions, Table, Wanted};
    use nocknock_primitives::model::names::named;
    use nocknock_training::{DeviceChoice, Labels, TrainConfig, Untrainable, CHECKPOINT_FILE};

    #[test]
    fn numbers_in_training_data_are_learned_as_their_targets() {
        let rows: String = (0..100).map(|n| format!("{},{n}.5\n", n % 7)).collect();
        let (text, options) = (format!("a,price\n{rows}"), ReadOptions::default());
        let table = Table::read_csv(text.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let shape = named("tiny-4x3-within").unwrap();
        let (range, split) = (nocknock_dataset::Range::Auto, SplitOptions::random().unwrap());
        let task = prepare(&table, &Wanted::default(), &shape, range, &split).unwrap();
        let set = samples_of(&task.train_blob(&[0])).unwrap();
        assert!(set.check().is_ok());
        let Labels::Numbers(numbers) = &set.labels else { panic!("numbers are learned") };
        assert_eq!(numbers.len(), 80);
        assert!(numbers.iter().any(|number| *number != numbers[0]));
    }

    /// Trainings of a few steps that share a folder.
    struct Trainings {
        folder: tempfile::TempDir,
        warnings: Arc<Warnings>,
    }

    impl Trainings {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().unwrap(), warnings: Arc::default() }
        }

        /// Trains on data of which one number is given.
        fn train(&self, number: u16) -> Result<ModelFact, LearnError> {
            let settings = TrainConfig { epochs: 3, ..TrainConfig::default() };
            let training = config::Training {
                device: DeviceChoice::Cpu,
                search: Search::Off,
                settings,
                ..config::Training::default()
            };
            CandleTrainer { training }.train(&TrainingJob {
                task: 0,
                data: TrainingSet {
                    architecture: named("tiny-4x3x2").unwrap(),
                    inputs: [[number, 2, 0, 1], [0, 1, 3, 2]].repeat(10).concat(),
                    labels: Labels::Classes([0, 1].repeat(10)),
                },
                columns: Vec::new(),
                encoding: None,
                folder: self.folder.path().to_owned(),
                until: Instant::now() + Duration::from_secs(600),
                stop: CancellationToken::new(),
                notices: Notices::to(vec![self.warnings.clone()]),
            })
        }

        /// A file in the one folder of settings.
        fn file(&self, name: &str) -> PathBuf {
            let mut entries = fs::read_dir(self.folder.path()).unwrap();
            entries.next().unwrap().unwrap().path().join(name)
        }

        fn warnings(&self) -> Vec<String> {
            self.warnings.take()
        }
    }

    #[test]
    fn a_shape_that_cannot_be_trained_is_told_from_settings_that_do_not_fit() {
        let untrainable = TrainError::from(Untrainable::TooNarrow { layer: 1 });
        let refused = StepError::from(LearnError::from(untrainable));
        assert!(matches!(refused, StepError::Refusal(Refusal::Untrainable(_))), "{refused}");
        assert_eq!(refused.remedy(), Remedy::GiveUp);
        let settings = TrainConfig { epochs: 0, ..TrainConfig::default() };
        let wrong = TrainError::from(settings.check().unwrap_err());
        let refused = StepError::from(LearnError::from(wrong));
        assert!(matches!(refused, StepError::Refusal(Refusal::Settings(_))), "{refused}");
    }

    #[test]
    fn a_training_keeps_to_the_limits_unless_it_may_use_the_commit_period() {
        let mut config = Config::default();
        config.limits.training_seconds = 60;
        let [hour, minute, second] = [3600, 60, 1].map(Duration::from_secs);
        assert_eq!([hour, second].map(|left| time_used(left, &config)), [minute, second]);
        config.training.time = TrainingTime::CommitPeriod;
        assert_eq!([hour, second].map(|left| time_used(left, &config)), [hour, second]);
    }

    #[test]
    fn each_column_has_its_own_inputs_one_after_another() {
        let encoding = r#"{"version":1,"inputs":8,"inputBits":4,"named":true,"width":4,"columns":[
            {"name":"age","place":0,"how":{"kind":"steps","at":["1"],"missing":{"level":0,"flag":true}}},
            {"name":"town","place":1,"how":{"kind":"choices","values":[["a"],["b"]],"other":true,
             "missing":false}},
            {"name":"size","place":3,"how":{"kind":"ranks","values":[["s"],["l"]],"other":0,
             "missing":0}}],
            "target":{"kind":"classes","column":"kind","place":2,"names":["x","y"]}}"#;
        let columns = columns_of(&serde_json::from_str(encoding).unwrap());
        let expected = [("age", 0..2), ("town", 2..5), ("size", 5..6)];
        let expected =
            expected.map(|(name, inputs)| ColumnInputs { name: name.to_owned(), inputs });
        assert_eq!(columns, expected);
    }

    #[test]
    fn a_checkpoint_of_other_data_is_kept_under_a_name_of_its_own() {
        let trainings = Trainings::new();
        let mut checkpoints = Vec::new();
        let mut models = Vec::new();
        for number in [3, 1, 3] {
            models.push(trainings.train(number).unwrap().weights);
            checkpoints.push(fs::read(trainings.file(CHECKPOINT_FILE)).unwrap());
        }
        // The third training has begun anew, and comes to the model of the first.
        assert!(models[0] == models[2]);
        for (kept, name) in checkpoints.iter().zip(["checkpoint.other", "checkpoint.other-1"]) {
            assert!(fs::read(trainings.file(name)).unwrap() == *kept, "{name}");
        }
        let warnings = trainings.warnings();
        assert_eq!(warnings.len(), 2);
        for told in ["other data", "checkpoint.other-1", "begins anew"] {
            assert!(warnings[1].contains(told), "{}", warnings[1]);
        }
    }

    #[test]
    fn each_damaged_checkpoint_is_kept() {
        let trainings = Trainings::new();
        let model = trainings.train(3).unwrap().weights;
        for kept in ["checkpoint.damaged", "checkpoint.damaged-1"] {
            fs::write(trainings.file(CHECKPOINT_FILE), kept).unwrap();
            assert!(trainings.train(3).unwrap().weights == model);
            assert_eq!(fs::read_to_string(trainings.file(kept)).unwrap(), kept);
        }
        let warnings = trainings.warnings();
        assert!(warnings.len() == 2 && warnings[1].contains("is damaged"), "{warnings:?}");
    }

    #[test]
    fn a_checkpoint_that_cannot_be_read_stays_where_it_is() {
        let trainings = Trainings::new();
        trainings.train(3).unwrap();
        let file = trainings.file(CHECKPOINT_FILE);
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        let refused = trainings.train(3).unwrap_err();
        let is_about_the_file = matches!(
            &refused,
            LearnError::Train(TrainError::Checkpoint(CheckpointError::File { path, .. }))
                if *path == file
        );
        assert!(is_about_the_file, "{refused}");
        assert!(file.is_dir());
        assert!(trainings.warnings().is_empty());
    }
}
