//! The loop over epochs and steps.

use super::{
    batch::{order_of_epoch, shifts_of_step, Batch},
    checkpoint::{BestEpoch, CheckpointFile, Progress},
    config::TrainConfig,
    data::TrainingSet,
    device::{device_name, DeviceChoice},
    error::TrainError,
    evaluate::{evaluate, Evaluation},
    network::Network,
    observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan},
    ops::Update,
    scale::{is_exact, ModelScale},
    schedule::Position,
    split::Split,
};
use candle_core::Device;
use nocknock_primitives::model::Weights;
use serde::{Deserialize, Serialize};
use std::{path::Path, time::Instant};

/// A model and how it came about.
#[derive(Clone, Debug)]
pub struct TrainedModel {
    /// The integers, within the ranges of the shape.
    pub weights: Weights,
    /// How they came about.
    pub report: TrainReport,
}

/// How a model came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainReport {
    /// Name of the shape.
    pub shape: String,
    /// The settings.
    pub config: TrainConfig,
    /// Where tensors were computed: `cpu`, `cuda` or `metal`.
    pub device: String,
    /// Steps that were done.
    pub steps: u64,
    /// Why there were no more.
    pub stopped: StopReason,
    /// The epoch whose integers were kept, from 0.
    pub best_epoch: u32,
    /// Each epoch.
    pub history: Vec<EpochMetrics>,
    /// The kept integers on the training rows.
    pub training: Evaluation,
    /// The kept integers on the validation rows, if there are any.
    pub validation: Option<Evaluation>,
    /// Seconds since the last start, everything included.
    pub seconds: f64,
    /// Rows learned per second, over the epochs since the last start; 0 if there were none.
    pub samples_per_second: f64,
}

impl TrainReport {
    /// The rows by which the model is judged, and the result: the validation rows if there are any,
    /// else the rows that the model was trained on.
    pub fn judged(&self) -> (&'static str, &Evaluation) {
        match &self.validation {
            Some(validation) => ("validation", validation),
            None => ("training", &self.training),
        }
    }
}

/// Why a training ended with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// All epochs are done.
    AllEpochs,
    /// The validation result did not grow for as many epochs as `patience` says.
    NoProgress,
    /// The observer had no more time.
    TimeUp,
}

/// Trains a model, or goes on with the checkpoint in the folder.
///
/// The same data, settings and kind of device give the same bits, wherever the training was
/// stopped in between. A folder whose training is complete gives its model again without a step.
/// Only one training at a time may write into a folder; nothing here locks it.
/// Blocks the thread; run it where that does no harm.
///
/// # Errors
///
/// Bad data and settings are refused before the first step. A stop asked for by the observer ends
/// in [`TrainError::Interrupted`] with the checkpoint on disk.
pub fn train(
    data: &TrainingSet,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    config.check(&data.shape)?;
    data.check()?;
    if !is_exact(&data.shape) {
        let shape = data.shape.name().to_owned();
        return Err(TrainError::ShapeTooWide { shape });
    }
    let device = device.open()?;
    let threads = config.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| TrainError::Threads { threads, source })?;
    pool.install(|| Trainer::new(data, config, device, checkpoints)?.run(observer))
}

struct Trainer<'a> {
    data: &'a TrainingSet,
    config: &'a TrainConfig,
    device: Device,
    split: Split,
    network: Network,
    progress: Progress,
    best: Weights,
    checkpoints: Option<CheckpointFile>,
    clock: Clock,
}

/// What was measured since the last start.
struct Clock {
    started: Instant,
    epoch_seconds: f64,
    learning_seconds: f64,
    learned_rows: u64,
}

impl<'a> Trainer<'a> {
    fn new(
        data: &'a TrainingSet,
        config: &'a TrainConfig,
        device: Device,
        checkpoints: Option<&Path>,
    ) -> Result<Self, TrainError> {
        let scale = ModelScale::calibrate(data, config);
        let mut trainer = Self {
            data,
            config,
            split: Split::new(data, config.validation_share, config.seed),
            network: Network::new(&data.shape, &scale, config, &device)?,
            progress: Progress {
                training: training_digest(data, config, &device),
                ..Progress::default()
            },
            best: Weights::zero(&data.shape),
            checkpoints: checkpoints.map(CheckpointFile::in_folder).transpose()?,
            clock: Clock::new(),
            device,
        };
        trainer.resume()?;
        Ok(trainer)
    }

    fn resume(&mut self) -> Result<(), TrainError> {
        let Some(file) = &self.checkpoints else {
            return Ok(());
        };
        let (training, shape) = (&self.progress.training, &self.data.shape);
        let found = file.load(training, shape, &mut self.network, &self.device)?;
        if let Some((progress, best)) = found {
            self.progress = progress;
            self.best = best;
        }
        Ok(())
    }

    fn run(mut self, observer: &mut dyn TrainObserver) -> Result<TrainedModel, TrainError> {
        observer.started(&self.plan());
        let stopped = loop {
            if let Some(reason) = self.finished() {
                break reason;
            }
            self.epoch(observer)?;
            if observer.finish_requested() && self.finished().is_none() {
                break StopReason::TimeUp;
            }
        };
        self.save(observer)?;
        self.into_model(stopped)
    }

    fn plan(&self) -> TrainPlan {
        TrainPlan {
            device: device_name(&self.device).to_owned(),
            training_rows: self.split.training.len(),
            validation_rows: self.split.validation.len(),
            epochs: self.config.epochs,
            steps_per_epoch: self.steps_per_epoch(),
            done_steps: self.progress.step,
            history: self.progress.history.clone(),
        }
    }

    fn finished(&self) -> Option<StopReason> {
        let patience = self.config.patience.unwrap_or(u32::MAX);
        if self.progress.stale_epochs >= patience {
            Some(StopReason::NoProgress)
        } else if self.epoch_number() >= self.config.epochs {
            Some(StopReason::AllEpochs)
        } else {
            None
        }
    }

    /// Epochs that are done, which is the number of the current one.
    fn epoch_number(&self) -> u32 {
        u32::try_from(self.progress.history.len()).unwrap_or(u32::MAX)
    }

    fn steps_per_epoch(&self) -> u64 {
        self.split.training.len().div_ceil(self.config.batch_size) as u64
    }

    fn steps(&self) -> u64 {
        self.steps_per_epoch() * u64::from(self.config.epochs)
    }

    /// The rest of the current epoch.
    fn epoch(&mut self, observer: &mut dyn TrainObserver) -> Result<(), TrainError> {
        let epoch = self.epoch_number();
        let order = order_of_epoch(self.config.seed, epoch, &self.split.training);
        let before = u64::from(epoch) * self.steps_per_epoch();
        let done = self.progress.step.saturating_sub(before);
        let batches = order.chunks(self.config.batch_size);
        for rows in batches.skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            self.step(rows)?;
            observer.stepped(StepProgress { epoch, step: self.progress.step, steps: self.steps() });
            self.pause(observer)?;
        }
        self.end_epoch(observer)
    }

    fn step(&mut self, rows: &[u32]) -> Result<(), TrainError> {
        let started = Instant::now();
        let shifts = shifts_of_step(self.config.seed, self.progress.step, self.config.image_shift);
        let batch = Batch::gather(self.data, rows, shifts, &self.device)?;
        let update = Update {
            rate: self.learning_rate(self.progress.step) as f32,
            rule: self.config.optimiser.rule(self.progress.step),
        };
        self.network.step(&batch, update)?;
        self.progress.step += 1;
        self.clock.add(started, batch.rows());
        Ok(())
    }

    fn learning_rate(&self, step: u64) -> f64 {
        let factor = self.config.schedule.factor(Position {
            step,
            steps: self.steps(),
            epoch: self.epoch_number(),
        });
        self.config.learning_rate * factor
    }

    /// Saves a checkpoint if one is due, and ends the training if that is wished.
    fn pause(&mut self, observer: &mut dyn TrainObserver) -> Result<(), TrainError> {
        let step = self.progress.step;
        let stop = observer.stop_requested();
        let due = self.config.checkpoint_every.is_some_and(|every| step.is_multiple_of(every));
        if stop || due {
            self.save(observer)?;
        }
        if stop {
            let saved = self.checkpoints.is_some();
            return Err(TrainError::Interrupted { step, saved });
        }
        Ok(())
    }

    fn save(&self, observer: &mut dyn TrainObserver) -> Result<(), TrainError> {
        if let Some(file) = &self.checkpoints {
            file.save(&self.progress, &self.network, &self.best)?;
            observer.saved(file.path(), self.progress.step);
        }
        Ok(())
    }

    fn end_epoch(&mut self, observer: &mut dyn TrainObserver) -> Result<(), TrainError> {
        let epoch = self.epoch_number();
        let loss = f64::from(self.network.take_loss()?) / self.split.training.len() as f64;
        if !loss.is_finite() {
            return Err(TrainError::Diverged { epoch });
        }
        let weights = self.network.weights()?;
        weights.check(&self.data.shape)?;
        let training = evaluate(&weights, self.data, &self.split.training);
        let validation = self.validate(&weights);
        let metrics = EpochMetrics {
            epoch,
            step: self.progress.step,
            loss,
            training_accuracy: training.accuracy(),
            validation_accuracy: validation.as_ref().map(Evaluation::accuracy),
            learning_rate: self.learning_rate(self.progress.step.saturating_sub(1)),
            seconds: self.clock.end_epoch(),
        };
        self.keep_if_best(epoch, weights, validation.map_or(0, |found| found.correct));
        observer.epoch_ended(&metrics);
        self.progress.history.push(metrics);
        Ok(())
    }

    fn validate(&self, weights: &Weights) -> Option<Evaluation> {
        let rows = &self.split.validation;
        (!rows.is_empty()).then(|| evaluate(weights, self.data, rows))
    }

    /// Of equal results the later one is kept: its learning rate was usually smaller.
    fn keep_if_best(&mut self, epoch: u32, weights: Weights, correct: u64) {
        let before = self.progress.best.map(|best| best.correct);
        let grew = before < Some(correct);
        self.progress.stale_epochs = if grew { 0 } else { self.progress.stale_epochs + 1 };
        if grew || before == Some(correct) {
            self.progress.best = Some(BestEpoch { epoch, correct });
            self.best = weights;
        }
    }

    fn into_model(self, stopped: StopReason) -> Result<TrainedModel, TrainError> {
        let report = TrainReport {
            shape: self.data.shape.name().to_owned(),
            config: self.config.clone(),
            device: device_name(&self.device).to_owned(),
            steps: self.progress.step,
            stopped,
            best_epoch: self.progress.best.map_or(0, |best| best.epoch),
            training: evaluate(&self.best, self.data, &self.split.training),
            validation: self.validate(&self.best),
            seconds: self.clock.started.elapsed().as_secs_f64(),
            samples_per_second: self.clock.samples_per_second(),
            history: self.progress.history,
        };
        Ok(TrainedModel { weights: self.best, report })
    }
}

impl Clock {
    fn new() -> Self {
        Self { started: Instant::now(), epoch_seconds: 0.0, learning_seconds: 0.0, learned_rows: 0 }
    }

    fn add(&mut self, started: Instant, rows: usize) {
        let seconds = started.elapsed().as_secs_f64();
        self.epoch_seconds += seconds;
        self.learning_seconds += seconds;
        self.learned_rows += rows as u64;
    }

    fn end_epoch(&mut self) -> f64 {
        std::mem::take(&mut self.epoch_seconds)
    }

    fn samples_per_second(&self) -> f64 {
        if self.learning_seconds > 0.0 {
            self.learned_rows as f64 / self.learning_seconds
        } else {
            0.0
        }
    }
}

/// What a checkpoint must agree with: everything that the bits depend on.
fn training_digest(data: &TrainingSet, config: &TrainConfig, device: &Device) -> String {
    let relevant = TrainConfig { checkpoint_every: None, threads: None, ..config.clone() };
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 training of a checkpoint");
    hasher.update(data.digest().as_bytes());
    hasher.update(device_name(device).as_bytes());
    // `Debug` of plain numbers is exact and names each field.
    hasher.update(format!("{relevant:?}").as_bytes());
    hasher.finalize().to_hex().to_string()
}
