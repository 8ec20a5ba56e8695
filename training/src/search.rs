//! The search for the settings with which an architecture holds the best model.
//!
//! A [`SearchStrategy`] says which settings are tried; a [`Search`] runs its trials. Each trial is
//! a training that leaves out a fold of the samples and is judged by it. What has been tried is
//! written down, so that a search that was stopped or killed goes on from there. In the end one
//! model is trained on all samples, and time is kept for that.

mod committee;
mod halving;
mod judges;
mod last;
mod log;
mod neighbours;
mod pace;
mod plans;
mod tally;
mod teachers;
#[cfg(test)]
mod tests;

pub use halving::Halving;
pub use log::TRIALS_FILE;
pub use pace::{Clock, SystemClock};
pub use tally::{Metric, Tally};

use super::{
    boost::BoostError,
    checkpoint::CheckpointError,
    config::{Fold, Keep, TrainConfig},
    data::{Labels, TrainingSet},
    device::{device_name, DeviceChoice},
    error::TrainError,
    evaluate::Judge,
    observer::{StepProgress, TrainObserver, TrainPlan},
    report::{StopReason, TrainedModel},
    split::Split,
    teacher::{hash_columns, Lesson},
    trainer::{train_lesson, TRAINER_VERSION},
};
use committee::Advice;
use log::TrialLog;
use nocknock_primitives::model::weights::Weights;
use pace::{rows_of, Pace};
use serde::{Deserialize, Serialize};
use std::{
    fmt, fs, io,
    ops::Range,
    path::Path,
    time::{Duration, Instant},
};
use teachers::Teachers;

/// Raise it with each change after which the same trial has another result, or a plan of the same
/// number other settings.
const SEARCH_VERSION: u32 = 2;

/// Parts into which the samples are dealt. A trial leaves out one of them.
const FOLDS: u8 = 5;

/// With fewer samples, only all folds together say enough.
const FEW_SAMPLES: usize = 2_000;

/// From this many samples on, one fold says enough. Below, it takes several.
const MANY_SAMPLES: usize = 20_000;
const SEVERAL_FOLDS: u8 = 3;

/// Rows that a training on all folds learns from, at least, whatever the settings say.
const LEAST_ROWS: u64 = 64_000;

/// The same at most, and its epochs at most, so that many plans can be judged. The last training
/// may have more.
const MOST_ROWS: u64 = 2_560_000;
const MOST_EPOCHS: u64 = 1_000;

/// Folder of the running trial within that of the search.
const TRIAL_FOLDER: &str = "trial";

/// A way to search for good settings. Plug-in.
pub trait SearchStrategy: Send + Sync + fmt::Debug {
    /// What it is, for people. A search that was stopped goes on only with a strategy whose name
    /// and `Debug` form are the same.
    fn name(&self) -> &str;

    /// Searches, and trains a last model with [`Search::finish`] or [`Search::plain`]. The same
    /// results of trials must lead to the same trials.
    ///
    /// # Errors
    ///
    /// What the trials and the last training say.
    fn search(&self, search: &mut Search<'_>) -> Result<Found, SearchError>;
}

/// What a search is about.
#[derive(Clone, Debug)]
pub struct SearchJob<'a> {
    /// The samples.
    pub data: &'a TrainingSet,
    /// The inputs of each column of the table, in rising order. May be empty.
    pub columns: Vec<Range<usize>>,
    /// The settings to begin with.
    pub base: &'a TrainConfig,
    /// Where to compute.
    pub device: DeviceChoice,
    /// Where trials and checkpoints are kept. One search at a time may write into it.
    pub folder: &'a Path,
    /// When to be done.
    pub until: Instant,
    /// By what models are compared.
    pub metric: Metric,
    /// Everything random.
    pub seed: u64,
}

/// Settings that are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its number in the search, from 0.
    pub number: u32,
    /// The settings.
    pub settings: TrainConfig,
}

/// What a trial came to: one line of `trials.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialRecord {
    /// Number of the plan.
    pub plan: u32,
    /// The fold that was left out and judged.
    pub fold: u8,
    /// Epochs.
    pub epochs: u32,
    /// The settings.
    pub settings: TrainConfig,
    /// The result by the metric of the search, 0 to 1; 0 if the loss ceased to be a number.
    pub score: f64,
    /// The result, to be added to those of other folds.
    pub tally: Tally,
    /// Seconds that it took, without those of a committee before it.
    pub seconds: f64,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchProgress {
    /// Trials that are done, those of earlier starts included.
    pub trials: u32,
    /// The best result of a plan so far, among the plans with the most epochs and folds.
    pub best: f64,
    /// Seconds that are left.
    pub seconds_left: f64,
    /// When the search is expected to end, the last training included.
    pub expected_end: Instant,
}

/// Follows a search. Of the trainings only the last one is told as a [`TrainObserver`] hears it;
/// of the trials nothing but their results. Where a student of a committee has no time to the end,
/// the training that takes its place is told from its start, so `started` may come twice.
///
/// To ask for a stop saves everything and ends with [`TrainError::Interrupted`]; to ask for a
/// finish ends the last training, or the trials.
pub trait SearchObserver: TrainObserver {
    /// After each trial.
    fn trial_ended(&mut self, _trial: &TrialRecord, _progress: &SearchProgress) {}
}

/// Observes nothing.
impl SearchObserver for () {}

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Found {
    /// The model, trained on all samples.
    pub model: TrainedModel,
    /// The settings with which it was trained.
    pub plan: Plan,
    /// Whether that was a plain training with the settings of the job as they are, because too few
    /// trials were possible.
    pub plain: bool,
    /// Trials in all.
    pub trials: u32,
    /// The result of these settings on samples that were left out, by the metric of the search. It
    /// is the best of several, and so a little too high. Of a plain training it is the validation
    /// result of the model, or without validation samples that of the samples it has learned from.
    pub expected: f64,
    /// The accuracy of a teacher on samples that it has not seen, if one could be made.
    pub teacher: Option<f64>,
    /// Models with these settings that each left out a fold: those of the trials with the most
    /// epochs, which may be fewer or more than those of the model. A fold has none if its loss
    /// ceased to be a number, or if the file of its model is lost or damaged. Of a plain training
    /// there are none.
    pub judges: Vec<Judge>,
}

/// Why a search ended without a model. No text shows a weight.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A training, or a file.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A teacher.
    #[error("no teacher can be made: {0}")]
    Teacher(#[from] BoostError),
}

impl From<CheckpointError> for SearchError {
    fn from(error: CheckpointError) -> Self {
        Self::Train(error.into())
    }
}

/// Searches for good settings and trains a model with them, or goes on with the search in the
/// folder.
///
/// How many trials there are depends on the time that they take; each trial by itself has the same
/// result whenever it is run on the same machine. With too little time for any, the model is that
/// of a plain training with the settings of the job. Blocks the thread.
///
/// # Errors
///
/// As for [`train`](super::train). A folder of another search is refused as a checkpoint of another
/// training is, and stays as it is.
pub fn search(
    strategy: &dyn SearchStrategy,
    job: &SearchJob<'_>,
    observer: &mut dyn SearchObserver,
) -> Result<Found, SearchError> {
    search_by(strategy, job, &SystemClock, observer)
}

/// Searches as [`search`] does, by another clock.
///
/// # Errors
///
/// As for [`search`].
pub fn search_by(
    strategy: &dyn SearchStrategy,
    job: &SearchJob<'_>,
    clock: &dyn Clock,
    observer: &mut dyn SearchObserver,
) -> Result<Found, SearchError> {
    let data = job.data;
    job.base.check_for(data.architecture.inputs.into()).map_err(TrainError::from)?;
    data.check().map_err(TrainError::from)?;
    let columns = Lesson { columns: &job.columns, ..Lesson::of(data) };
    columns.check(job.base).map_err(TrainError::from)?;
    let log = TrialLog::open(job.folder, &digest(strategy, job)?)?;
    let last = log.last().cloned();
    let pace = Pace::of(log.records(), without_fold(data.samples()));
    let teachers = Teachers::default();
    let (ahead, teaching) = (0.0, Duration::ZERO);
    let kept = Kept::EpochsOfTrial;
    let mut search = Search { job, clock, observer, log, pace, teachers, ahead, teaching, kept };
    match last {
        Some(last) => search.train_last(last),
        None => strategy.search(&mut search),
    }
}

/// What the trials in a folder must agree with.
fn digest(strategy: &dyn SearchStrategy, job: &SearchJob<'_>) -> Result<String, TrainError> {
    let base = TrainConfig { checkpoint_every: None, threads: None, ..job.base.clone() };
    let device = job.device.open()?;
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 search for settings");
    hasher.update(&SEARCH_VERSION.to_le_bytes());
    hasher.update(&TRAINER_VERSION.to_le_bytes());
    hasher.update(&job.seed.to_le_bytes());
    hasher.update(job.data.digest().as_bytes());
    hash_columns(&job.columns, &mut hasher);
    let texts = [
        strategy.name().to_owned(),
        format!("{strategy:?}"),
        format!("{base:?}"),
        format!("{:?}", job.metric),
        device_name(&device).to_owned(),
    ];
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// A search that runs.
#[derive(Debug)]
pub struct Search<'a> {
    job: &'a SearchJob<'a>,
    clock: &'a dyn Clock,
    observer: &'a mut dyn SearchObserver,
    log: TrialLog,
    pace: Pace,
    teachers: Teachers,
    /// Rows of the trials that are still expected.
    ahead: f64,
    /// The longest time that a teacher took.
    teaching: Duration,
    kept: Kept,
}

/// The last training for which trials leave time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kept {
    /// One with the epochs of a whole trial.
    EpochsOfTrial,
    /// One with all the epochs that it is to have.
    AllEpochs,
    /// The same with a committee before it.
    Committee,
}

impl fmt::Debug for dyn SearchObserver + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SearchObserver")
    }
}

impl<'a> Search<'a> {
    /// What the search is about.
    pub fn job(&self) -> &SearchJob<'a> {
        self.job
    }

    /// Folds that trials can leave out: the more, the fewer samples there are.
    pub fn folds(&self) -> u8 {
        match self.job.data.samples() {
            ..FEW_SAMPLES => FOLDS,
            FEW_SAMPLES..MANY_SAMPLES => SEVERAL_FOLDS,
            MANY_SAMPLES.. => 1,
        }
    }

    /// Epochs of a whole trial: those of the settings, more where there are few samples, fewer
    /// where there are many.
    pub fn epochs(&self) -> u32 {
        let samples = self.job.data.samples().max(1) as u64;
        let wanted = u64::from(self.job.base.epochs).max(LEAST_ROWS.div_ceil(samples));
        let most = (MOST_ROWS / samples).clamp(1, MOST_EPOCHS);
        u32::try_from(wanted.min(most)).unwrap_or(1)
    }

    /// Epochs of the last training, if there is time for them: those of a whole trial, and no fewer
    /// than the settings ask for.
    fn last_epochs(&self) -> u32 {
        self.epochs().max(self.job.base.epochs)
    }

    /// From here on trials leave time for another last training.
    fn keep_time_for(&mut self, kept: Kept) {
        self.kept = kept;
    }

    /// Tells how many rows the trials that are wanted learn from, so that the end can be foreseen.
    pub fn foresee(&mut self, trials: impl IntoIterator<Item = (Plan, u32)>) {
        let rows = |(plan, epochs): (Plan, u32)| {
            rows_of(&plan.settings, self.samples_without_fold(), epochs)
        };
        self.ahead = trials.into_iter().map(rows).sum();
    }

    /// Trains by a plan on all folds but one, which judges. A trial that is already written down is
    /// not run again. Nothing if there is no time for it: what is left is needed for the last
    /// training.
    ///
    /// # Errors
    ///
    /// What the training says, but a loss that is no number is a result: the worst.
    pub fn trial(
        &mut self,
        plan: &Plan,
        fold: u8,
        epochs: u32,
    ) -> Result<Option<TrialRecord>, SearchError> {
        self.trial_with(plan, None, fold, epochs)
    }

    /// A trial of a plan that learns from a committee, if there is one. Its members learn by
    /// another plan, and need time as well.
    fn trial_with(
        &mut self,
        plan: &Plan,
        members: Option<&Plan>,
        fold: u8,
        epochs: u32,
    ) -> Result<Option<TrialRecord>, SearchError> {
        let trainings = committee::trainings(members);
        let rows = rows_of(&plan.settings, self.samples_without_fold(), epochs);
        self.ahead -= rows * f64::from(trainings);
        if let Some(known) = self.log.trial(plan.number, fold, epochs) {
            return Ok(Some(known.clone()));
        }
        let settings = self.trial_settings(plan, fold, epochs);
        if !self.has_time_for(&settings, trainings) {
            return Ok(None);
        }
        let is_taught = is_taught(&members.unwrap_or(plan).settings);
        if is_taught && !self.make_teacher(Some(fold), self.last_moment())? {
            return Ok(None);
        }
        let advice = match members {
            Some(members) => self.advice(members, fold, epochs)?,
            None => None,
        };
        if members.is_some() && advice.is_none() {
            return Ok(None);
        }
        let started = self.clock.now();
        let Some((tally, weights)) = self.run(&settings, fold, advice.as_ref())? else {
            return Ok(None);
        };
        let record = TrialRecord {
            plan: plan.number,
            fold,
            epochs,
            settings,
            score: tally.score(self.job.metric),
            tally,
            seconds: self.clock.now().saturating_duration_since(started).as_secs_f64(),
        };
        self.write_down(&record, weights.as_ref())?;
        Ok(Some(record))
    }

    /// Keeps what a trial came to, and tells it.
    fn write_down(
        &mut self,
        record: &TrialRecord,
        weights: Option<&Weights>,
    ) -> Result<(), CheckpointError> {
        if let Some(weights) = weights {
            judges::keep(self.job.folder, record, weights)?;
        }
        self.log.add_trial(record)?;
        self.remove_folder(TRIAL_FOLDER)?;
        let progress = self.progress();
        self.observer.trial_ended(record, &progress);
        Ok(())
    }

    /// Makes a teacher for the first fold, and says how well it does on samples that it has not
    /// seen. Nothing where there are no classes, or where teachers take too much of the time; then
    /// no plan can have a share of one. What was found out once stays.
    ///
    /// # Errors
    ///
    /// If the samples cannot be used, or a stop is asked for.
    pub fn teacher(&mut self) -> Result<Option<f64>, SearchError> {
        if let Some(known) = self.log.teacher() {
            return Ok(known);
        }
        let accuracy = match self.job.data.labels {
            Labels::Classes(_) => self.first_teacher()?,
            Labels::Sets(_) | Labels::Numbers(_) => None,
        };
        self.log.add_teacher(accuracy)?;
        Ok(accuracy)
    }

    /// The first teacher, if all of them can be afforded. If not, no time is kept for any.
    fn first_teacher(&mut self) -> Result<Option<f64>, SearchError> {
        let accuracy = self.affordable_teacher()?;
        if accuracy.is_none() {
            self.teaching = Duration::ZERO;
        }
        Ok(accuracy)
    }

    /// A teacher may take a quarter of the time that is left, and all of them a third.
    fn affordable_teacher(&mut self) -> Result<Option<f64>, SearchError> {
        let started = self.clock.now();
        let left = self.last_moment().saturating_duration_since(started);
        if !self.make_teacher(Some(0), started + left / 4)? {
            return Ok(None);
        }
        // One for each fold, and one for all samples.
        let all = self.teaching * (u32::from(self.folds()) + 1);
        let accuracy = self.teachers.get(Some(0)).map(|taught| taught.accuracy);
        Ok(accuracy.filter(|_| all <= left / 3))
    }

    fn make_teacher(&mut self, fold: Option<u8>, deadline: Instant) -> Result<bool, SearchError> {
        if self.teachers.get(fold).is_some() {
            return Ok(true);
        }
        let training = match fold {
            Some(fold) => Split::new(self.job.data, &self.with_fold(fold)).training,
            None => (0..).take(self.job.data.samples()).collect(),
        };
        let started = self.clock.now();
        let Self { job, clock, observer, teachers, .. } = self;
        let mut stop = teachers::Stop { clock: *clock, deadline, observer: &mut **observer };
        let is_made = teachers.make(job, fold, &training, &mut stop)?;
        let took = self.clock.now().saturating_duration_since(started);
        self.teaching = self.teaching.max(took);
        Ok(is_made)
    }

    fn trial_settings(&self, plan: &Plan, fold: u8, epochs: u32) -> TrainConfig {
        let TrainConfig { seed, fold, keep, patience, .. } = self.with_fold(fold);
        TrainConfig { seed, fold, keep, patience, epochs, ..plan.settings.clone() }
    }

    fn with_fold(&self, fold: u8) -> TrainConfig {
        TrainConfig {
            seed: self.job.seed,
            fold: Some(Fold { number: fold, of: FOLDS }),
            keep: Keep::Last,
            patience: None,
            ..TrainConfig::default()
        }
    }

    fn samples_without_fold(&self) -> usize {
        without_fold(self.job.data.samples())
    }

    /// Whether a trial of some trainings can be done before the last training must begin.
    fn has_time_for(&self, settings: &TrainConfig, trainings: u32) -> bool {
        let rows = rows_of(settings, self.samples_without_fold(), settings.epochs);
        let needed = self.pace.time_for(settings, rows * f64::from(trainings));
        !self.observer.finish_requested() && self.clock.now() + needed <= self.last_moment()
    }

    /// When the last training must begin.
    fn last_moment(&self) -> Instant {
        self.reserve().last_moment(&self.pace)
    }

    /// The time that trials must leave.
    fn reserve(&self) -> pace::Reserve {
        match self.kept {
            Kept::EpochsOfTrial => self.reserve_of(self.epochs(), 1),
            Kept::AllEpochs => self.reserve_of(self.last_epochs(), 1),
            Kept::Committee => self.reserve_of(self.last_epochs(), committee::TRAININGS),
        }
    }

    /// The last training is one with the settings of the job, or with the best so far; or several
    /// of these.
    fn reserve_of(&self, epochs: u32, trainings: u32) -> pace::Reserve {
        let best = self.log.best(self.job.metric).map(|(settings, _)| settings);
        let training = |settings: &TrainConfig| {
            let rows = rows_of(settings, self.job.data.samples(), epochs);
            (settings.clone(), rows * f64::from(trainings))
        };
        pace::Reserve {
            until: self.job.until,
            now: self.clock.now(),
            trainings: [self.job.base].into_iter().chain(best).map(training).collect(),
            teaching: self.teaching,
        }
    }

    /// The result of a training on the fold that it leaves out, and the model if there is one.
    /// Nothing if it had no time.
    fn run(
        &mut self,
        settings: &TrainConfig,
        fold: u8,
        advice: Option<&Advice>,
    ) -> Result<Option<(Tally, Option<Weights>)>, SearchError> {
        let (job, reserve) = (self.job, self.reserve());
        let folder = job.folder.join(TRIAL_FOLDER);
        let Self { clock, observer, pace, teachers, .. } = self;
        let lesson = match advice {
            Some(advice) => advice.lesson(job),
            None => teachers.lesson(job, Some(fold), settings),
        };
        let mut watch = TrialWatch::new(&mut **observer, *clock, pace, reserve, settings);
        let trained = again_if_foreign(&folder, || {
            train_lesson(lesson, settings, job.device, Some(folder.as_path()), &mut watch)
        });
        match trained {
            Ok(trained) if trained.report.stopped == StopReason::TimeUp => Ok(None),
            Ok(TrainedModel { weights, report }) => {
                Ok(Some((Tally::of(report.validation.as_ref()), Some(weights))))
            }
            Err(TrainError::Diverged { .. }) => {
                let Split { validation, .. } = Split::new(job.data, settings);
                Ok(Some((Tally::missed(job.data, &validation), None)))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn progress(&self) -> SearchProgress {
        let now = self.clock.now();
        let last = self.reserve_of(self.last_epochs(), 1).needed(&self.pace);
        let needed = self.pace.mean_time_for(self.ahead.max(0.0)) + last;
        SearchProgress {
            trials: self.log.trials(),
            best: self.log.best(self.job.metric).map_or(0.0, |(_, score)| score),
            seconds_left: self.job.until.saturating_duration_since(now).as_secs_f64(),
            expected_end: (now + needed).min(self.job.until),
        }
    }

    fn remove_folder(&self, name: &str) -> Result<(), CheckpointError> {
        remove_folder(&self.job.folder.join(name))
    }
}

/// How many samples are left without a fold, about.
fn without_fold(samples: usize) -> usize {
    samples - samples / usize::from(FOLDS)
}

/// Whether settings ask for a teacher.
fn is_taught(settings: &TrainConfig) -> bool {
    settings.teacher_share > 0.0 || settings.synthetic_share > 0.0
}

/// The same settings without a teacher.
fn untaught(settings: TrainConfig) -> TrainConfig {
    TrainConfig { teacher_share: 0.0, synthetic_share: 0.0, ..settings }
}

/// Trains again from the start where a checkpoint is of another training of this search, or
/// damaged: what is in the folder is worth no more than its time.
fn again_if_foreign(
    folder: &Path,
    mut train: impl FnMut() -> Result<TrainedModel, TrainError>,
) -> Result<TrainedModel, TrainError> {
    match train() {
        Err(TrainError::Checkpoint(
            CheckpointError::OtherTraining { .. } | CheckpointError::Damaged { .. },
        )) => {
            remove_folder(folder)?;
            train()
        }
        trained => trained,
    }
}

/// It is no error if there is none.
fn remove_folder(folder: &Path) -> Result<(), CheckpointError> {
    match fs::remove_dir_all(folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(CheckpointError::File { action: "remove", path: folder.to_owned(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Follows a trial: measures the pace, and ends it when the last training must begin.
struct TrialWatch<'a> {
    observer: &'a mut dyn SearchObserver,
    clock: &'a dyn Clock,
    pace: &'a mut Pace,
    reserve: pace::Reserve,
    settings: &'a TrainConfig,
    rows_of_step: f64,
    /// Rows for each sample, with the synthetic ones.
    rows_of_sample: f64,
    last: Instant,
}

impl<'a> TrialWatch<'a> {
    fn new(
        observer: &'a mut dyn SearchObserver,
        clock: &'a dyn Clock,
        pace: &'a mut Pace,
        reserve: pace::Reserve,
        settings: &'a TrainConfig,
    ) -> Self {
        let (rows_of_step, rows_of_sample) = (0.0, rows_of(settings, 1, 1));
        let last = clock.now();
        Self { observer, clock, pace, reserve, settings, rows_of_step, rows_of_sample, last }
    }
}

impl TrainObserver for TrialWatch<'_> {
    fn started(&mut self, plan: &TrainPlan) {
        let samples = plan.training_samples as f64 / plan.steps_per_epoch.max(1) as f64;
        self.rows_of_step = samples * self.rows_of_sample;
        self.last = self.clock.now();
    }

    fn stepped(&mut self, _progress: StepProgress) {
        let now = self.clock.now();
        let took = now.saturating_duration_since(self.last);
        self.pace.add(self.settings, self.rows_of_step, took);
        self.last = now;
    }

    fn stop_requested(&self) -> bool {
        self.observer.stop_requested()
    }

    fn finish_requested(&self) -> bool {
        self.observer.finish_requested() || self.clock.now() >= self.reserve.last_moment(self.pace)
    }
}

/// A time that is no longer than any search.
fn bounded(seconds: f64) -> Duration {
    const LONGEST: f64 = 1e9;
    Duration::from_secs_f64(seconds.clamp(0.0, LONGEST))
}
