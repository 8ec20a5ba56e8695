//! Why a step was not taken.

use super::external::ExternalError;
use crate::{blobs::BlobError, chain::ChainError, machine::Shortage, state::StateError};
use nocknock_training::TrainError;
use std::path::PathBuf;

/// Why a step was not taken. Every text says what to do; none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The journal.
    #[error(transparent)]
    State(#[from] StateError),
    /// A file of the journal was damaged and is put aside. The next plan makes it again.
    #[error("{} was damaged ({reason}): it was put aside, and is made again", .path.display())]
    PutAside {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        reason: String,
    },
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store of data and models.
    #[error("the training data could not be fetched: {0}")]
    Store(String),
    /// Something about the task makes it unacceptable.
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// The machine is short of something.
    #[error(transparent)]
    Shortage(#[from] Shortage),
    /// Training failed.
    #[error("the training failed: {0}")]
    Train(Box<TrainError>),
    /// The search for settings failed.
    #[error("the search for settings failed: {0}")]
    Search(String),
    /// A program that trains gave no model.
    #[error(transparent)]
    External(ExternalError),
    /// The report of a training could not be written.
    #[error("the report of the training could not be written: {0}")]
    Report(String),
    /// A proof could not be made.
    #[error("a proof could not be made: {0}")]
    Prove(String),
    /// The champion of the experiment could not be read.
    #[error(
        "the champion of the experiment cannot be read from the chain: {0}. The node is likely to \
         be lying: ask another (chain.urls)"
    )]
    Champion(String),
    /// A proof of the champion may take too long while the own proofs are not sent yet.
    #[error(
        "a proof of the champion may take as long as the round of proofs lasts, so it is left to \
         others until the own proofs are sent"
    )]
    OwnFirst,
    /// What the chain says changed under the step. The next look tells more.
    #[error("the chain has moved on: {0}")]
    MovedOn(&'static str),
    /// The step was asked to end.
    #[error("stopped; the next start goes on from here")]
    Stopped,
    /// A part of the step panicked.
    #[error("this is a bug in the program, please report it (tokio's {0})")]
    Thread(#[from] tokio::task::JoinError),
}

/// Why a task must not be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The chain has abandoned the block in which the task was created.
    #[error(
        "the chain gave the number of this task to another one when it abandoned a block: nothing \
         more is sent for it"
    )]
    OtherTask,
    /// The training data is not the task's.
    #[error("{0}")]
    Data(String),
    /// A circuit is not registered, or proofs of it are refused.
    #[error("the chain does not accept proofs of circuit {0}, which the task needs")]
    Circuit(String),
    /// The proving key is for another circuit.
    #[error("no proving key for a circuit that the task needs: {0}")]
    Key(String),
    /// Nothing could be proved about the model on some data.
    #[error("the model must not be committed to: {0}")]
    Model(String),
    /// This program trains no models of the task's architecture.
    #[error("no model of the task's shape can be trained: {0}")]
    Untrainable(String),
    /// The trainer's settings do not fit the task.
    #[error("training.settings do not fit the task: {0}")]
    Settings(String),
}

/// What to do about a step that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Look at the chain again in the next block.
    Look,
    /// Try again after a pause.
    Again,
    /// Give the task up, if nothing is at stake; else try again after a pause.
    GiveUp,
    /// The worker is ending.
    End,
}

impl From<BlobError> for StepError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Store(text) => Self::Store(text),
            BlobError::Disk(error) => Self::State(error),
        }
    }
}

impl StepError {
    /// What to do.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Stopped => Remedy::End,
            Self::MovedOn(_)
            | Self::OwnFirst
            | Self::PutAside { .. }
            | Self::Chain(
                ChainError::Rejected { .. } | ChainError::TooLate(_) | ChainError::Unsure(_),
            ) => Remedy::Look,
            Self::Refusal(_) => Remedy::GiveUp,
            Self::State(error) if !error.may_pass() => Remedy::GiveUp,
            Self::Chain(error) if !error.may_pass() => Remedy::GiveUp,
            Self::Train(error) if is_lasting(error) => Remedy::GiveUp,
            _ => Remedy::Again,
        }
    }
}

/// Another try of the same training would fail in the same way.
fn is_lasting(error: &TrainError) -> bool {
    !matches!(
        error,
        TrainError::Checkpoint(_) | TrainError::OutOfMemory(_) | TrainError::Threads { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_look_at_the_chain_tells_what_became_of_a_call() {
        for error in [ChainError::Unsure("lost".into()), ChainError::TooLate("late".into())] {
            assert_eq!(StepError::from(error).remedy(), Remedy::Look);
        }
        let unreachable = ChainError::Unreachable("gone".into());
        assert_eq!(StepError::from(unreachable).remedy(), Remedy::Again);
    }
}
