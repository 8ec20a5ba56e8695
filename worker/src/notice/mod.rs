//! What the worker tells whoever watches: people, programs, metrics.

mod bars;
mod lines;

pub use bars::Bars;
pub use lines::{escaped_json, JsonLines, PlainLines};

use crate::config::Tokens;
use nocknock_client::{AccountId, BlockNumber, Hash};
use nocknock_primitives::ids::{BlockIndex, ExperimentId, TaskId};
use serde::Serialize;
use std::{fmt, sync::Arc};

/// Something that happened. In JSON, one line with the key `event`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Notice {
    /// The worker is connected.
    Started {
        /// The account that works.
        account: AccountId,
        /// The chain.
        genesis: Hash,
    },
    /// The registration of the account goes on.
    Registering {
        /// What is done.
        text: String,
    },
    /// The puzzle of the registration is being solved.
    Solving {
        /// Numbers that were tried.
        tried: u64,
        /// Numbers that have to be tried on average.
        expected: u64,
    },
    /// A new best block.
    Block {
        /// Its number.
        number: BlockNumber,
    },
    /// No node answers.
    NodeLost {
        /// What was said.
        error: String,
    },
    /// A node answers again.
    NodeBack,
    /// A task was chosen.
    Chosen {
        /// The task.
        task: TaskId,
        /// Its experiment.
        experiment: ExperimentId,
        /// Its shape.
        shape: String,
        /// What is paid in all, in NNK.
        reward: Tokens,
        /// What will be held, in NNK.
        stake: Tokens,
    },
    /// A task was left alone.
    Declined {
        /// The task.
        task: TaskId,
        /// Why.
        reason: String,
        /// The owner can do something about it.
        actionable: bool,
    },
    /// A step began.
    Began {
        /// The task.
        task: TaskId,
        /// The step.
        step: &'static str,
    },
    /// Training data on its way.
    Downloading {
        /// The task.
        task: TaskId,
        /// Bytes that are here.
        done: u64,
        /// Bytes in all, if known.
        total: Option<u64>,
    },
    /// A training step.
    Training {
        /// The task.
        task: TaskId,
        /// Steps done.
        step: u64,
        /// Steps of all epochs.
        steps: u64,
    },
    /// A training epoch.
    Epoch {
        /// The task.
        task: TaskId,
        /// Number of the epoch, from 0.
        epoch: u32,
        /// Mean loss.
        loss: f64,
        /// Strict accuracy of the integers on the training rows, or on 2,048 of them.
        training_accuracy: f64,
        /// Strict accuracy of the integers on the validation rows.
        validation_accuracy: Option<f64>,
    },
    /// A trial of a search for better settings.
    Trial {
        /// The task.
        task: TaskId,
        /// Its number, from 1, those of earlier starts included.
        trial: u32,
        /// Share of the best score on samples that it had not learned from.
        score: f64,
        /// The same of the best trial so far.
        best: f64,
        /// Seconds until everything is expected to end, the training with what was found included.
        seconds_left: u64,
    },
    /// A search for better settings is over.
    Searched {
        /// The task.
        task: TaskId,
        /// Trials in all.
        trials: u32,
        /// Share of the best score that the model is expected to reach, by its settings' result on
        /// samples that were not learned from.
        expected: f64,
        /// The same of the teacher that it has learned from, if it had one.
        #[serde(skip_serializing_if = "Option::is_none")]
        teacher: Option<f64>,
    },
    /// The revealed test blocks are scored.
    Scored {
        /// The task.
        task: TaskId,
        /// Points of the model on all of them together.
        points: u32,
        /// Points of a model that is always right.
        most: u32,
        /// Points of the champion of the experiment, in the curriculum, if there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        champion: Option<u32>,
    },
    /// No score is claimed, and the commitment is taken back.
    Conceded {
        /// The task.
        task: TaskId,
        /// Why.
        reason: String,
    },
    /// A proof goes on.
    Proving {
        /// The task.
        task: TaskId,
        /// The test block.
        block: BlockIndex,
        /// What the prover does.
        stage: String,
    },
    /// A test block's score is proved.
    Proved {
        /// The task.
        task: TaskId,
        /// The test block.
        block: BlockIndex,
        /// Points: one for each row that is classified correctly.
        score: u32,
        /// Samples in the block.
        rows: u32,
        /// It is the score of the champion of the experiment, not that of the own model.
        champion: bool,
        /// How long it took.
        seconds: f64,
    },
    /// A step is done.
    Done {
        /// The task.
        task: TaskId,
        /// The step.
        step: &'static str,
        /// How long it took.
        seconds: f64,
    },
    /// Nothing to do for a task at the moment.
    Waiting {
        /// The task.
        task: TaskId,
        /// For what.
        what: String,
    },
    /// A step failed and will be tried again.
    Failed {
        /// The task.
        task: TaskId,
        /// The step.
        step: &'static str,
        /// Why, and what to do.
        error: String,
        /// Seconds until the next try.
        again_in: u64,
    },
    /// Something that the owner should know.
    Warning {
        /// What.
        text: String,
    },
    /// A task is over for this worker.
    Ended {
        /// The task.
        task: TaskId,
        /// A word for it.
        ending: &'static str,
        /// How it ended.
        text: String,
        /// A stake was lost.
        stake_lost: bool,
        /// What was paid, in NNK, if it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        earned: Option<Tokens>,
    },
    /// The worker ends.
    Stopping,
}

impl Notice {
    /// One of many about the same thing: for progress bars, not for logs.
    pub fn is_progress(&self) -> bool {
        matches!(
            self,
            Self::Block { .. }
                | Self::Solving { .. }
                | Self::Downloading { .. }
                | Self::Training { .. }
                | Self::Epoch { .. }
                | Self::Trial { .. }
                | Self::Proving { .. }
        )
    }

    /// Something is wrong.
    pub fn is_warning(&self) -> bool {
        match self {
            Self::NodeLost { .. } | Self::Failed { .. } | Self::Warning { .. } => true,
            Self::Declined { actionable, .. } => *actionable,
            Self::Ended { stake_lost, .. } => *stake_lost,
            _ => false,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { account, genesis } => {
                write!(f, "working as {account} on the chain with genesis {genesis:?}")
            }
            Self::Registering { text } => f.write_str(text),
            Self::Solving { tried, expected } => {
                write!(f, "{tried} numbers tried; about {expected} are needed on average")
            }
            Self::Block { number } => write!(f, "block {number}"),
            Self::NodeLost { error } => f.write_str(error),
            Self::NodeBack => f.write_str("a node answers again"),
            Self::Chosen { task, experiment, shape, reward, stake } => write!(
                f,
                "task {task}: chosen (experiment {experiment}, shape {shape}, reward {reward} NNK, \
                 stake {stake} NNK)"
            ),
            Self::Declined { task, reason, .. } => write!(f, "task {task}: left alone: {reason}"),
            Self::Began { task, step } => write!(f, "task {task}: {step}"),
            Self::Downloading { task, done, .. } => write!(f, "task {task}: {done} bytes fetched"),
            Self::Training { task, step, steps } => {
                write!(f, "task {task}: training step {step} of {steps}")
            }
            Self::Epoch { task, epoch, loss, training_accuracy, validation_accuracy } => {
                let (rows, accuracy) = match validation_accuracy {
                    Some(accuracy) => ("validation", accuracy),
                    None => ("training", training_accuracy),
                };
                write!(f, "task {task}: epoch {epoch}, loss {loss:.4}, {rows} {accuracy:.4}")
            }
            Self::Trial { task, trial, score, best, seconds_left } => write!(
                f,
                "task {task}: trial {trial}: {score:.4}, the best so far {best:.4}, ends in about \
                 {seconds_left} s"
            ),
            Self::Searched { task, trials, expected, teacher } => {
                write!(f, "task {task}: {trials} trials, {expected:.4} expected")?;
                match teacher {
                    Some(teacher) => write!(f, ", the teacher has {teacher:.4}"),
                    None => Ok(()),
                }
            }
            Self::Scored { task, points, most, champion } => {
                write!(f, "task {task}: the model has {points} of {most} points")?;
                match champion {
                    Some(champion) => write!(f, ", the champion {champion}"),
                    None => Ok(()),
                }
            }
            Self::Conceded { task, reason } => {
                write!(f, "task {task}: the commitment is taken back: {reason}")
            }
            Self::Proving { task, block, stage } => {
                write!(f, "task {task}: block {block}: {stage}")
            }
            Self::Proved { task, block, score, rows, champion, seconds } => {
                let whose = if *champion { " of the champion" } else { "" };
                write!(
                    f,
                    "task {task}: block {block}: {score} of {rows}{whose} proved in {seconds:.1} s"
                )
            }
            Self::Done { task, step, seconds } => {
                write!(f, "task {task}: {step} done in {seconds:.1} s")
            }
            Self::Waiting { task, what } => write!(f, "task {task}: {what}"),
            Self::Failed { task, step, error, again_in } => {
                write!(f, "task {task}: {step}: {error} (again in {again_in} s)")
            }
            Self::Warning { text } => f.write_str(text),
            Self::Ended { task, text, .. } => write!(f, "task {task}: {text}"),
            Self::Stopping => f.write_str("finishing the current step, then ending"),
        }
    }
}

/// Receives notices. Called from any thread; returns at once.
pub trait NoticeSink: Send + Sync + fmt::Debug {
    /// Receives a notice.
    fn receive(&self, notice: &Notice);
}

/// Passes notices on to everything that receives them.
#[derive(Clone, Debug, Default)]
pub struct Notices(Vec<Arc<dyn NoticeSink>>);

impl Notices {
    /// To these.
    pub fn to(sinks: Vec<Arc<dyn NoticeSink>>) -> Self {
        Self(sinks)
    }

    /// Passes a notice on.
    pub fn tell(&self, notice: Notice) {
        for sink in &self.0 {
            sink.receive(&notice);
        }
    }
}

/// The log, through `tracing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

impl NoticeSink for Log {
    fn receive(&self, notice: &Notice) {
        match notice {
            notice if notice.is_warning() => tracing::warn!("{notice}"),
            notice if notice.is_progress() => tracing::trace!("{notice}"),
            Notice::Declined { .. } => tracing::debug!("{notice}"),
            notice => tracing::info!("{notice}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_a_line_of_json_that_names_its_event() {
        let proved = |champion| Notice::Proved {
            task: 5,
            block: 2,
            score: 190,
            rows: 195,
            champion,
            seconds: 3.5,
        };
        let json = serde_json::to_value(proved(false)).unwrap();
        assert_eq!(json["event"], "proved");
        assert_eq!(json["score"], 190);
        assert_eq!(proved(false).to_string(), "task 5: block 2: 190 of 195 proved in 3.5 s");
        let champion = "task 5: block 2: 190 of 195 of the champion proved in 3.5 s";
        assert_eq!(proved(true).to_string(), champion);
    }

    #[test]
    fn a_search_tells_its_best_result_and_when_it_is_expected_to_end() {
        let trial = Notice::Trial { task: 5, trial: 3, score: 0.5, best: 0.75, seconds_left: 40 };
        let told = "task 5: trial 3: 0.5000, the best so far 0.7500, ends in about 40 s";
        assert_eq!(trial.to_string(), told);
        assert!(trial.is_progress());
        let searched = |teacher| Notice::Searched { task: 5, trials: 27, expected: 0.875, teacher };
        assert_eq!(searched(None).to_string(), "task 5: 27 trials, 0.8750 expected");
        assert!(searched(Some(0.9)).to_string().ends_with("expected, the teacher has 0.9000"));
        assert!(!searched(None).is_progress());
    }

    #[test]
    fn a_score_is_told_beside_that_of_the_champion() {
        let scored = |champion| Notice::Scored { task: 5, points: 380, most: 390, champion };
        assert_eq!(scored(None).to_string(), "task 5: the model has 380 of 390 points");
        let beside = "task 5: the model has 380 of 390 points, the champion 370";
        assert_eq!(scored(Some(370)).to_string(), beside);
        let json = serde_json::to_value(scored(None)).unwrap();
        assert_eq!(json["event"], "scored");
        assert!(json.get("champion").is_none());
    }

    #[test]
    fn a_lost_stake_is_a_warning_and_a_payment_is_none() {
        let ended = |stake_lost| Notice::Ended {
            task: 1,
            ending: "over",
            text: String::new(),
            stake_lost,
            earned: None,
        };
        assert!(ended(true).is_warning());
        assert!(!ended(false).is_warning());
    }
}
