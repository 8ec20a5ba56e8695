//! What a training tells while it runs.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is about to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainPlan {
    /// Device in use: `cpu`, `cuda` or `metal`.
    pub device: String,
    /// Samples to learn from.
    pub training_samples: usize,
    /// Samples kept to judge by.
    pub validation_samples: usize,
    /// Most epochs.
    pub epochs: u32,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// Steps that a checkpoint had done before.
    pub done_steps: u64,
    /// Epochs that a checkpoint had done before.
    pub history: Vec<EpochMetrics>,
}

/// A step that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepProgress {
    /// Number of the epoch, from 0.
    pub epoch: u32,
    /// Steps done in all epochs.
    pub step: u64,
    /// Steps of all epochs.
    pub steps: u64,
}

/// What an epoch came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// Number of the epoch, from 0.
    pub epoch: u32,
    /// Steps done at its end, in all epochs.
    pub step: u64,
    /// Mean loss of the samples while they were learned.
    pub loss: f64,
    /// [Accuracy](super::Evaluation::accuracy) of the integers at its end on the training samples,
    /// or on 2,048 of them, always the same, if there are more.
    pub training_accuracy: f64,
    /// Accuracy of the integers on the validation samples, if there are any.
    pub validation_accuracy: Option<f64>,
    /// Mean loss of the integers on the validation samples, if there are any, by the labels alone.
    /// Epochs of earlier versions have none.
    #[serde(default)]
    pub validation_loss: Option<f64>,
    /// Learning rate of its last step.
    pub learning_rate: f64,
    /// Seconds of learning, without judging. Only the part since the last start is counted.
    pub seconds: f64,
}

/// Follows a training. Every method has a default that does nothing.
pub trait TrainObserver: Send {
    /// Once, before the first step.
    fn started(&mut self, _plan: &TrainPlan) {}

    /// After each step.
    fn stepped(&mut self, _progress: StepProgress) {}

    /// After each epoch.
    fn epoch_ended(&mut self, _metrics: &EpochMetrics) {}

    /// After a checkpoint is safe on disk.
    fn saved(&mut self, _file: &Path, _step: u64) {}

    /// Asked after each step: `true` saves a checkpoint and ends the training with
    /// [`TrainError::Interrupted`](super::TrainError::Interrupted).
    fn stop_requested(&self) -> bool {
        false
    }

    /// Asked before each step but the first of a training: `true` ends it with the best model so
    /// far. An epoch that has begun is left out of it; if no epoch is complete, it is the model of
    /// the last step. The checkpoint holds that step, so a start with more time goes on from there
    /// as if nobody had asked.
    fn finish_requested(&self) -> bool {
        false
    }
}

/// Observes nothing.
impl TrainObserver for () {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checkpoints and records of earlier versions are read.
    #[test]
    fn an_epoch_needs_no_validation_loss() {
        let line = r#"{"epoch":1,"step":20,"loss":0.5,"training_accuracy":0.9,
            "validation_accuracy":0.75,"learning_rate":0.01,"seconds":0.5}"#;
        let epoch: EpochMetrics = serde_json::from_str(line).unwrap();
        assert_eq!((epoch.validation_accuracy, epoch.validation_loss), (Some(0.75), None));
    }
}
