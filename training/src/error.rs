//! Why a training ended without a model.

use super::{CheckpointError, ConfigError, DataError, DeviceError, LessonError, Untrainable};
use nocknock_primitives::model::weights::UnsafeModel;

/// Why a training ended without a model. No text shows a weight.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The samples cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The teacher does not fit the samples or the settings.
    #[error(transparent)]
    Lesson(#[from] LessonError),
    /// The device cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// A checkpoint cannot be read or written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// No model of the architecture can be trained.
    #[error(transparent)]
    Untrainable(#[from] Untrainable),
    /// The loss is no longer a number.
    #[error("the loss is not finite in epoch {epoch}: choose a smaller learning rate")]
    Diverged {
        /// The epoch, from 0.
        epoch: u32,
    },
    /// The observer asked to stop. The checkpoint, if there is a folder for it, holds this step.
    #[error("stopped on request after step {step}{}", saved_text(.saved))]
    Interrupted {
        /// Steps that were done.
        step: u64,
        /// Whether a checkpoint was written.
        saved: bool,
    },
    /// What happens between gradients and update has failed.
    #[error("what was agreed on with others cannot be used: {0}")]
    Strategy(Box<dyn std::error::Error + Send + Sync>),
    /// Numbers of another model were to be taken over.
    #[error("these are {what} of another model: this one has {expected}")]
    Foreign {
        /// How many this model has.
        expected: usize,
        /// Of what.
        what: &'static str,
    },
    /// Infinite numbers, or what is no number, were to be taken over.
    #[error("there are {what} among these that are not finite")]
    NotFinite {
        /// Of what.
        what: &'static str,
    },
    /// The device has no memory left.
    #[error("the device has no memory left: choose a smaller batch or another device ({0})")]
    OutOfMemory(String),
    /// No threads could be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// How many were asked for.
        threads: usize,
        /// What the system says.
        source: rayon::ThreadPoolBuildError,
    },
    /// The tensor library failed.
    #[error("the tensor library failed: {0}")]
    Tensor(candle_core::Error),
    /// The trained integers do not belong to the architecture, or are not safe: a defect of the
    /// trainer.
    #[error("the trained model cannot be used: {0}")]
    Unsafe(#[from] UnsafeModel),
}

fn saved_text(saved: &bool) -> &'static str {
    if *saved {
        "; start again to continue from the checkpoint"
    } else {
        ""
    }
}

impl From<candle_core::Error> for TrainError {
    fn from(error: candle_core::Error) -> Self {
        let text = error.to_string();
        if text.to_ascii_lowercase().replace('_', " ").contains("out of memory") {
            let first_line = text.lines().next().unwrap_or_default();
            Self::OutOfMemory(first_line.to_owned())
        } else {
            Self::Tensor(error)
        }
    }
}
