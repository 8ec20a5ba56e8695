#![doc = include_str!("../README.md")]

mod batch;
mod boost;
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
mod search;
mod split;
mod strategy;
mod targets;
mod teacher;
#[cfg(test)]
mod testing;
mod trainer;

pub use batch::Batch;
pub use boost::{cross_fit, mixed_rows, BoostConfig, BoostError, Boosted, CrossFit};
pub use candle_core::{Device, Tensor};
pub use checkpoint::{CheckpointError, CHECKPOINT_FILE};
pub use config::{
    ClassWeights, ConfigError, Dropout, Fold, ImageShift, Keep, Optimiser, TrainConfig,
};
pub use data::{DataError, Known, Labels, TrainingSet};
pub use device::{set_compute_threads, DeviceChoice, DeviceError};
pub use error::TrainError;
pub use evaluate::{
    constant_score, evaluate, evaluate_each, importance, importance_each, judged_samples, measure,
    measure_each, outputs, predict, CalibrationBin, ClassCounts, Confusion, Distances, Errors,
    Evaluation, Importance, Judge, LabelCounts, Measures, Prediction, MEASURED_SAMPLES,
};
pub use layers::DenseLayer;
pub use learner::{Gradients, Learner};
pub use observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan};
pub use optim::{Rule, Update};
pub use report::{StopReason, TrainReport, TrainedModel};
pub use safe::Untrainable;
pub use schedule::Schedule;
pub use search::{
    search, search_by, Clock, Found, Halving, Metric, Plan, Search, SearchError, SearchJob,
    SearchObserver, SearchProgress, SearchStrategy, SystemClock, Tally, TrialRecord, TRIALS_FILE,
};
pub use split::equal_rows;
pub use strategy::{Alone, Strategy, StrategyError};
pub use teacher::{Lesson, LessonError, SoftLabels, Synthetic};
pub use trainer::{train, train_lesson, train_lesson_with, train_with};
