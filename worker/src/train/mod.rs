//! Training of models to the integers that the circuits prove about.
//!
//! The flow of [`train`]:
//!
//! 1. [`TrainingSet::check`] and [`TrainConfig::check`] refuse unusable input by name.
//! 2. The rows are split into training and validation rows, class by class.
//! 3. Each step draws a mini-batch, computes the integer model exactly in `f32` tensors, the
//!    gradient through the roundings (straight-through estimator), and updates the parameters.
//! 4. After each epoch the integer reference of the circuits scores the rounded weights on the
//!    validation rows by the network's own rule: a tie is wrong. The best weights are kept.
//! 5. Checkpoints hold everything, so that a run that was stopped anywhere goes on to the same
//!    bits.
//!
//! Assumption: the sums of the shape stay below `2^24`, so that `f32` holds each of them exactly
//! whatever the order of summation. Shapes for which this fails are refused.

mod batch;
mod checkpoint;
mod config;
mod config_format;
mod data;
mod device;
mod error;
mod evaluate;
mod network;
mod observer;
mod ops;
mod rng;
mod scale;
mod schedule;
mod split;
mod trainer;

pub use checkpoint::{CheckpointError, CHECKPOINT_FILE};
pub use config::{ConfigError, ImageShift, Optimiser, TrainConfig};
pub use data::{DataError, TrainingSet};
pub use device::{set_compute_threads, DeviceChoice, DeviceError};
pub use error::TrainError;
pub use evaluate::{evaluate, predict, Confusion, Evaluation};
pub use observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan};
pub use schedule::Schedule;
pub use trainer::{train, StopReason, TrainReport, TrainedModel};
