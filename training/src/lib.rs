#![doc = include_str!("../README.md")]

mod batch;
mod checkpoint;
mod config;
mod config_format;
mod data;
mod device;
mod error;
mod evaluate;
mod layers;
mod learner;
mod loss;
mod observer;
mod ops;
mod optim;
mod report;
pub mod rng;
mod safe;
mod scale;
mod schedule;
mod split;
mod strategy;
#[cfg(test)]
mod testing;
mod trainer;

pub use batch::Batch;
pub use candle_core::{Device, Tensor};
pub use checkpoint::{CheckpointError, CHECKPOINT_FILE};
pub use config::{ConfigError, ImageShift, Optimiser, TrainConfig};
pub use data::{DataError, Known, Labels, TrainingSet};
pub use device::{set_compute_threads, DeviceChoice, DeviceError};
pub use error::TrainError;
pub use evaluate::{
    evaluate, outputs, predict, Confusion, Distances, Errors, Evaluation, LabelCounts, Prediction,
};
pub use layers::DenseLayer;
pub use learner::{Gradients, Learner};
pub use observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan};
pub use optim::{Rule, Update};
pub use report::{StopReason, TrainReport, TrainedModel};
pub use safe::Untrainable;
pub use schedule::Schedule;
pub use strategy::{Alone, Strategy, StrategyError};
pub use trainer::{train, train_with};
