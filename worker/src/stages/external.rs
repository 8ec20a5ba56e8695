//! Training by a program that the owner of the worker names.
//!
//! It runs in a folder of its own, without a shell, and finds in files what there is to learn;
//! environment variables name them, and `docs/worker.md` has the list. It leads a process group, so
//! that what it starts ends with it. The model that it leaves is believed as little as any other
//! file: shapes, ranges and safety are checked, and the worker scores it on the training data.

mod files;
mod group;
mod log;

use super::learn::{begin, LearnError, Trainer, TrainingJob};
use crate::state::{ModelFact, StateError};
use files::Files;
pub use files::ModelFault;
use log::Log;
use nocknock_durable as durable;
use nocknock_primitives::{ids::ContentHash, model::Weights};
use nocknock_training::{evaluate, TrainError};
use serde::Serialize;
use std::{
    env,
    fs::File,
    io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// How often a program is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a program gets of the worker's environment. The rest may hold keys and passwords.
const INHERITED: [&str; 2] = ["PATH", "HOME"];

/// Trains by running a program.
#[derive(Clone, Debug)]
pub struct ExternalTrainer {
    command: Vec<String>,
    grace: Duration,
}

/// Why there is no model of a program.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// The worker was asked to end.
    #[error("the training program was stopped, because the worker ends")]
    Stopped,
    /// A file that the program needs, or that belongs to it.
    #[error(transparent)]
    State(#[from] StateError),
    /// It cannot be run.
    #[error("the training program {program} (training.command) cannot be run: {reason}")]
    Run {
        /// The program.
        program: String,
        /// What the system says.
        reason: io::Error,
    },
    /// What an earlier start has left.
    #[error(
        "the training program of an earlier start is still at work in {}: wait until it has ended, \
         or end it",
        folder.display()
    )]
    AtWork {
        /// Its folder.
        folder: PathBuf,
    },
    /// It says itself that it did not work.
    #[error("the training program ended with {status}; {printed}; all it printed is in {}", log.display())]
    Failed {
        /// What it ended with.
        status: ExitStatus,
        /// The last lines of what it has printed.
        printed: String,
        /// Where the others are.
        log: PathBuf,
    },
    /// Its model is none of the task.
    #[error("the model {} of the training program cannot be used: {fault}; {printed}", path.display())]
    Model {
        /// Where it should be.
        path: PathBuf,
        /// What is wrong with it.
        fault: ModelFault,
        /// The last lines of what the program has printed.
        printed: String,
    },
}

/// What is attested about a model of a program.
#[derive(Serialize)]
struct Settings<'a> {
    command: &'a [String],
}

/// Why a program has to end before it does so by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The worker ends.
    Stop,
    /// The time is over, and the model that is there counts.
    TimeUp,
}

/// When a program has to end.
#[derive(Clone, Copy, Debug)]
struct Schedule {
    /// When it is asked to.
    end: Instant,
    /// How long it may take to.
    grace: Duration,
}

/// A program at work. Dropping it ends it.
struct Program {
    child: Child,
    reaped: bool,
}

impl ExternalTrainer {
    /// Runs this program with these arguments.
    pub fn new(command: Vec<String>) -> Self {
        Self { command, grace: GRACE }
    }

    /// Trains until the program ends or has to.
    fn train_until(
        &self,
        job: &TrainingJob,
        schedule: Schedule,
        must_end: &dyn Fn() -> Option<Cause>,
    ) -> Result<ModelFact, LearnError> {
        job.data.check().map_err(TrainError::from)?;
        let (hyperparameters, folder) = begin(job, &Settings { command: &self.command })?;
        let folder = folder.canonicalize();
        let folder = folder.map_err(|reason| StateError::io("find", &job.folder, reason))?;
        let lock = occupy(&folder)?;
        let files = Files::prepare(&folder, job)?;
        let (mut program, log) = self.start(job, &files, &lock, schedule)?;
        let waited = program.run(schedule.grace, self.grace, must_end);
        let (cause, status) = waited.map_err(|reason| self.not_run(reason))?;
        let printed = log.last_lines();
        match cause {
            Some(Cause::Stop) => return Err(ExternalError::Stopped.into()),
            None if !status.success() => {
                return Err(ExternalError::Failed { status, printed, log: files.log }.into())
            }
            Some(Cause::TimeUp) | None => {}
        }
        match files.read_weights(&job.data.architecture) {
            Ok(weights) => Ok(judged(job, weights, hyperparameters)),
            Err(fault) => Err(ExternalError::Model { path: files.weights, fault, printed }.into()),
        }
    }

    /// Starts the program. Its standard input is the lock, an empty file: so the lock lasts as long
    /// as the program does, whatever becomes of the worker.
    fn start(
        &self,
        job: &TrainingJob,
        files: &Files,
        lock: &File,
        schedule: Schedule,
    ) -> Result<(Program, Log), ExternalError> {
        let failed = |reason| self.not_run(reason);
        let (output, input) = io::pipe().map_err(failed)?;
        let mut words = self.command.iter();
        let mut command = Command::new(words.next().map_or("", String::as_str));
        command.args(words).current_dir(&files.folder).env_clear();
        command.envs(INHERITED.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        command.envs(files.named()).env("NOCKNOCK_TASK", job.task.to_string());
        command.env("NOCKNOCK_DEADLINE", schedule.unix_seconds().to_string());
        command.stdin(lock.try_clone().map_err(failed)?);
        command.stdout(input.try_clone().map_err(failed)?).stderr(input);
        group::set_apart(&mut command);
        let log = Log::follow(output, &files.log);
        let log = log.map_err(|reason| StateError::io("write", &files.log, reason))?;
        let child = command.spawn().map_err(failed)?;
        // With it goes the worker's own end of the pipe, so that the log ends with the program.
        drop(command);
        Ok((Program { child, reaped: false }, log))
    }

    fn not_run(&self, reason: io::Error) -> ExternalError {
        let program = self.command.first().cloned().unwrap_or_default();
        ExternalError::Run { program, reason }
    }
}

impl Trainer for ExternalTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        let schedule = Schedule::of(job.until, self.grace);
        self.train_until(job, schedule, &|| {
            if job.stop.is_cancelled() {
                Some(Cause::Stop)
            } else {
                (Instant::now() >= schedule.end).then_some(Cause::TimeUp)
            }
        })
    }
}

/// Keeps a second program out of a folder, also one of another start of the worker.
fn occupy(folder: &Path) -> Result<File, ExternalError> {
    let path = folder.join("program.lock");
    let taken = durable::try_lock(&path);
    let taken = taken.map_err(|reason| StateError::io("lock", &path, reason))?;
    taken.ok_or_else(|| ExternalError::AtWork { folder: folder.to_owned() })
}

/// What a model is worth on the training data. No sample is known to be kept for validation.
fn judged(job: &TrainingJob, weights: Weights, hyperparameters: ContentHash) -> ModelFact {
    let samples: Vec<u32> = (0..).take(job.data.samples()).collect();
    let training = evaluate(&weights, &job.data, &samples);
    ModelFact {
        weights,
        training_accuracy: training.accuracy(),
        validation_accuracy: None,
        hyperparameters,
    }
}

impl Schedule {
    /// A program that does not end when it is asked to is ended before `until`.
    fn of(until: Instant, longest: Duration) -> Self {
        let now = Instant::now();
        let left = until.saturating_duration_since(now);
        let grace = longest.min(left / 10);
        Self { end: now + left.saturating_sub(grace), grace }
    }

    /// Seconds between the beginning of 1970 and the end.
    fn unix_seconds(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let left = self.end.saturating_duration_since(Instant::now());
        now.saturating_add(left).as_secs()
    }
}

impl Program {
    /// Waits for its end, or brings it about. Gives why it had to end, unless it did so by itself,
    /// and what it ended with.
    fn run(
        &mut self,
        grace: Duration,
        grace_to_stop: Duration,
        must_end: &dyn Fn() -> Option<Cause>,
    ) -> io::Result<(Option<Cause>, ExitStatus)> {
        let cause = loop {
            if group::has_ended(&mut self.child) {
                break None;
            }
            if let Some(cause) = must_end() {
                break Some(cause);
            }
            thread::sleep(LOOK);
        };
        match cause {
            Some(Cause::Stop) => self.ask_to_end(grace_to_stop),
            Some(Cause::TimeUp) => self.ask_to_end(grace),
            None => {}
        }
        Ok((cause, self.end()?))
    }

    fn ask_to_end(&mut self, grace: Duration) {
        group::ask_to_end(&mut self.child);
        let asked = Instant::now();
        while asked.elapsed() < grace && !group::has_ended(&mut self.child) {
            thread::sleep(LOOK);
        }
    }

    /// Ends it at once, with everything that it has started.
    fn end(&mut self) -> io::Result<ExitStatus> {
        group::kill(&mut self.child);
        let status = self.child.wait();
        self.reaped = true;
        status
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.reaped {
            // There is nobody left to tell.
            let _ = self.end();
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
