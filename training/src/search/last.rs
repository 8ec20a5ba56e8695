//! The training after the trials.

use super::{
    again_if_foreign, is_taught, judges, pace::rows_of, untaught, Clock, Found, Plan, Search,
    SearchError, SearchObserver,
};
use crate::{
    config::{Keep, TrainConfig},
    observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan},
    trainer::{train, train_lesson},
};
use serde::{Deserialize, Serialize};
use std::{path::Path, time::Instant};

/// Folder of the last training within that of the search.
pub(super) const LAST_FOLDER: &str = "last";

/// Share of the time that is left which the last training is meant to take.
const USED: f64 = 0.9;

/// What is trained after the trials.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Last {
    /// The settings.
    pub(super) plan: Plan,
    /// Whether it is the training of the job's settings as they are, because no trial was possible.
    pub(super) plain: bool,
    pub(super) trials: u32,
    pub(super) expected: f64,
    pub(super) teacher: Option<f64>,
    /// The plan of the committee from which the model learns, and the result of that plan alone;
    /// nothing if there is no committee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) members: Option<(Plan, f64)>,
}

impl Search<'_> {
    /// Trains on all samples by a plan whose result on samples that were left out is `expected`.
    /// It has as many epochs as a whole trial, and no fewer than the settings of the job ask for;
    /// with less time it has fewer.
    ///
    /// # Errors
    ///
    /// What the training says.
    pub fn finish(&mut self, plan: &Plan, expected: f64) -> Result<Found, SearchError> {
        let settings = self.last_settings(plan)?;
        let plan = Plan { number: plan.number, settings };
        self.end_trials(Last {
            plan,
            plain: false,
            trials: self.log.trials(),
            expected,
            teacher: self.log.teacher().flatten(),
            members: None,
        })
    }

    /// Trains with the settings of the job as they are, as if there were no search: for whoever has
    /// no time for a trial, or too few samples.
    ///
    /// # Errors
    ///
    /// What the training says.
    pub fn plain(&mut self) -> Result<Found, SearchError> {
        let settings = self.job.base.clone();
        self.end_trials(Last {
            plan: Plan { number: 0, settings },
            plain: true,
            trials: self.log.trials(),
            expected: 0.0,
            teacher: self.log.teacher().flatten(),
            members: None,
        })
    }

    /// From here on, a later start goes on with the last training.
    pub(super) fn end_trials(&mut self, last: Last) -> Result<Found, SearchError> {
        self.remove_folder(super::TRIAL_FOLDER)?;
        self.log.add_last(last.clone())?;
        // As a later start will read it.
        let last = self.log.last().cloned().unwrap_or(last);
        self.train_last(last)
    }

    /// The settings for all samples, with as many epochs as there is time for.
    pub(super) fn last_settings(&mut self, plan: &Plan) -> Result<TrainConfig, SearchError> {
        let settings = TrainConfig {
            seed: self.job.seed,
            fold: None,
            validation_share: 0.0,
            keep: Keep::Last,
            patience: None,
            epochs: self.last_epochs(),
            ..plan.settings.clone()
        };
        let settings = self.with_teacher(settings)?;
        Ok(self.in_time(settings, 1))
    }

    /// The settings with as many epochs as there is time for in each of some trainings.
    pub(super) fn in_time(&self, settings: TrainConfig, trainings: u32) -> TrainConfig {
        let left = self.job.until.saturating_duration_since(self.clock.now()).mul_f64(USED);
        let of_epoch = rows_of(&settings, self.job.data.samples(), trainings);
        let rows = self.pace.rows_in(&settings, left);
        let possible = rows.map_or(f64::MAX, |rows| rows / of_epoch);
        let epochs = possible.clamp(1.0, f64::from(settings.epochs)) as u32;
        TrainConfig { epochs, ..settings }
    }

    /// The settings, if there is a teacher of all samples or none is needed. Without the time for
    /// one, the model learns from the labels alone.
    pub(super) fn with_teacher(
        &mut self,
        settings: TrainConfig,
    ) -> Result<TrainConfig, SearchError> {
        if !is_taught(&settings) || self.make_teacher(None, self.end_of_teaching(&settings))? {
            Ok(settings)
        } else {
            Ok(untaught(settings))
        }
    }

    /// The teacher may take what the training leaves of the time: half of it at least, and three
    /// quarters at most.
    fn end_of_teaching(&self, settings: &TrainConfig) -> Instant {
        let now = self.clock.now();
        let left = self.job.until.saturating_duration_since(now);
        let rows = rows_of(settings, self.job.data.samples(), settings.epochs);
        let spare = left.saturating_sub(self.pace.time_for(settings, rows));
        now + spare.clamp(left / 2, left - left / 4)
    }

    /// Trains what is written down, or goes on with it.
    pub(super) fn train_last(&mut self, last: Last) -> Result<Found, SearchError> {
        if let Some(members) = last.members.clone() {
            return self.train_student(last, members);
        }
        let judges = judges::of_last(self.job, &self.log, &last)?;
        if last.plain {
            return self.train_plain(last);
        }
        let Last { plan: Plan { number, settings }, trials, expected, teacher, .. } = last;
        let settings = self.taught_again(settings)?;
        let folder = self.job.folder.join(LAST_FOLDER);
        let Self { job, clock, observer, teachers, .. } = self;
        let lesson = teachers.lesson(job, None, &settings);
        let until = job.until;
        let mut watch = LastWatch { observer: &mut **observer, clock: *clock, until };
        let model = again_if_foreign(&folder, || {
            train_lesson(lesson, &settings, job.device, Some(folder.as_path()), &mut watch)
        })?;
        let plan = Plan { number, settings };
        Ok(Found { model, plan, plain: false, trials, expected, teacher, judges })
    }

    /// A later start has to make the teacher again. If there is no time for that any more, it is
    /// another training, which must be done in what is left.
    fn taught_again(&mut self, settings: TrainConfig) -> Result<TrainConfig, SearchError> {
        let was_taught = is_taught(&settings);
        let settings = self.with_teacher(settings)?;
        Ok(if was_taught && !is_taught(&settings) { self.in_time(settings, 1) } else { settings })
    }

    fn train_plain(&mut self, last: Last) -> Result<Found, SearchError> {
        let Self { job, clock, observer, .. } = self;
        let until = job.until;
        let mut watch = LastWatch { observer: &mut **observer, clock: *clock, until };
        let folder = Some(job.folder);
        let model = train(job.data, job.base, job.device, folder, &mut watch)?;
        let expected = model.report.judged().1.accuracy();
        let Last { plan, trials, teacher, .. } = last;
        let judges = Vec::new();
        Ok(Found { model, plan, plain: true, trials, expected, teacher, judges })
    }
}

/// Tells everything, and ends in time.
pub(super) struct LastWatch<'a> {
    pub(super) observer: &'a mut dyn SearchObserver,
    pub(super) clock: &'a dyn Clock,
    pub(super) until: Instant,
}

impl TrainObserver for LastWatch<'_> {
    fn started(&mut self, plan: &TrainPlan) {
        self.observer.started(plan);
    }

    fn stepped(&mut self, progress: StepProgress) {
        self.observer.stepped(progress);
    }

    fn epoch_ended(&mut self, metrics: &EpochMetrics) {
        self.observer.epoch_ended(metrics);
    }

    fn saved(&mut self, file: &Path, step: u64) {
        self.observer.saved(file, step);
    }

    fn stop_requested(&self) -> bool {
        self.observer.stop_requested()
    }

    fn finish_requested(&self) -> bool {
        self.observer.finish_requested() || self.clock.now() >= self.until
    }
}
