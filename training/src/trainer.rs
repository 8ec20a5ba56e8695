//! The loop over epochs and steps.

use super::{
    batch::{order_of_epoch, Batches},
    checkpoint::{BestEpoch, CheckpointFile, Progress},
    config::{Keep, TrainConfig},
    data::TrainingSet,
    device::{device_name, DeviceChoice},
    error::TrainError,
    evaluate::{evaluate, evaluate_with_loss, Evaluation},
    learner::Learner,
    loss::Loss,
    observer::{EpochMetrics, StepProgress, TrainObserver, TrainPlan},
    optim::Update,
    report::{title, StopReason, TrainReport, TrainedModel},
    safe::bounds_of,
    scale::ModelScale,
    schedule::Position,
    split::Split,
    strategy::{Alone, Strategy},
    teacher::Lesson,
};
use candle_core::Device;
use nocknock_primitives::model::weights::Weights;
use std::{path::Path, time::Instant};

/// Version of the trainer's arithmetic, to which every checkpoint belongs.
///
/// Raise it with each change after which the same samples, settings and device give other bits:
/// another order of samples, other first weights, scales, losses, gradients, roundings, updates or
/// bounds, another choice of the epoch that is kept, another meaning of a checkpoint's arrays, or a
/// version of candle that multiplies otherwise. What is only faster, or told differently, needs no
/// other number.
pub(crate) const TRAINER_VERSION: u32 = 2;

/// Trains a model, or goes on with the checkpoint in the folder.
///
/// On one machine the same data, settings and kind of device give the same bits, wherever the
/// training was stopped in between. A folder whose training is complete gives its model again
/// without a step. Only one training at a time may write into a folder; nothing here locks it.
/// Blocks the thread; run it where that does no harm.
///
/// # Errors
///
/// Bad data and settings are refused before the first step, and so is a checkpoint of another
/// training, which stays as it is: [`CheckpointError::OtherTraining`](super::CheckpointError). A
/// stop asked for by the observer ends in [`TrainError::Interrupted`] with the checkpoint on disk.
pub fn train(
    data: &TrainingSet,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    train_with(&mut Alone, data, config, device, checkpoints, observer)
}

/// Trains as [`train`] does, with a strategy between the gradients of a step and the next step.
///
/// # Errors
///
/// As for [`train`], and what the strategy says, as [`TrainError::Strategy`].
pub fn train_with(
    strategy: &mut dyn Strategy,
    data: &TrainingSet,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    let lesson = Lesson::of(data);
    train_lesson_with(strategy, lesson, config, device, checkpoints, observer)
}

/// Trains as [`train`] does, with a teacher beside the labels.
///
/// # Errors
///
/// As for [`train`]; a lesson that does not fit the samples or the settings is refused as
/// [`TrainError::Lesson`].
pub fn train_lesson(
    lesson: Lesson<'_>,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    train_lesson_with(&mut Alone, lesson, config, device, checkpoints, observer)
}

/// Trains with a strategy as [`train_with`] does, and with a teacher as [`train_lesson`] does.
///
/// # Errors
///
/// As for both.
pub fn train_lesson_with(
    strategy: &mut dyn Strategy,
    lesson: Lesson<'_>,
    config: &TrainConfig,
    device: DeviceChoice,
    checkpoints: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    let data = lesson.data;
    config.check_for(data.architecture.inputs.into())?;
    data.check()?;
    lesson.check(config)?;
    bounds_of(&data.architecture)?;
    let device = device.open()?;
    let pool = thread_pool(config)?;
    pool.install(|| Trainer::new(strategy, lesson, config, device, checkpoints)?.run(observer))
}

/// The threads of the settings.
pub(crate) fn thread_pool(config: &TrainConfig) -> Result<rayon::ThreadPool, TrainError> {
    let threads = config.threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|source| TrainError::Threads { threads, source })
}

struct Trainer<'a> {
    strategy: &'a mut dyn Strategy,
    data: &'a TrainingSet,
    config: &'a TrainConfig,
    device: Device,
    split: Split,
    batches: Batches<'a>,
    learner: Learner,
    /// That of the settings, for judging. What is learned may have a teacher beside it.
    loss: Loss,
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
    learned_samples: u64,
}

impl<'a> Trainer<'a> {
    fn new(
        strategy: &'a mut dyn Strategy,
        lesson: Lesson<'a>,
        config: &'a TrainConfig,
        device: Device,
        checkpoints: Option<&Path>,
    ) -> Result<Self, TrainError> {
        let data = lesson.data;
        let split = Split::new(data, config);
        let mut trainer = Self {
            data,
            config,
            batches: Batches::new(lesson, config, &split.training),
            split,
            learner: learner(strategy, data, config, &device)?,
            loss: ModelScale::calibrate(data, config).loss,
            progress: Progress {
                training: training_digest(TRAINER_VERSION, lesson, config, strategy, &device),
                ..Progress::default()
            },
            best: Weights::zero(&data.architecture),
            checkpoints: checkpoints.map(CheckpointFile::in_folder).transpose()?,
            clock: Clock::new(),
            strategy,
            device,
        };
        trainer.resume()?;
        Ok(trainer)
    }

    fn resume(&mut self) -> Result<(), TrainError> {
        let Some(file) = &self.checkpoints else {
            return Ok(());
        };
        let found = file.load(&self.progress.training, &mut self.learner, &self.device)?;
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
            if !self.epoch(observer)? {
                break StopReason::TimeUp;
            }
        };
        self.save(observer)?;
        self.into_model(stopped)
    }

    fn plan(&self) -> TrainPlan {
        TrainPlan {
            device: device_name(&self.device).to_owned(),
            training_samples: self.split.training.len(),
            validation_samples: self.split.validation.len(),
            epochs: self.config.epochs,
            steps_per_epoch: self.steps_per_epoch(),
            done_steps: self.progress.step,
            history: self.progress.history.clone(),
        }
    }

    fn finished(&self) -> Option<StopReason> {
        // Where no sample is kept for validation there is no result that could grow.
        let judged = !self.split.validation.is_empty();
        let patience = self.config.patience.filter(|_| judged).unwrap_or(u32::MAX);
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

    /// The rest of the current epoch, and whether there was time for it. If not, a later start goes
    /// on with the step that is next.
    fn epoch(&mut self, observer: &mut dyn TrainObserver) -> Result<bool, TrainError> {
        let epoch = self.epoch_number();
        let order = order_of_epoch(self.config.seed, epoch, &self.split.training);
        let before = u64::from(epoch) * self.steps_per_epoch();
        let done = self.progress.step.saturating_sub(before);
        let batches = order.chunks(self.config.batch_size);
        for samples in batches.skip(usize::try_from(done).unwrap_or(usize::MAX)) {
            // Without a step there is no model.
            if self.progress.step > 0 && observer.finish_requested() {
                return Ok(false);
            }
            self.step(samples)?;
            observer.stepped(StepProgress { epoch, step: self.progress.step, steps: self.steps() });
            self.pause(observer)?;
        }
        self.end_epoch(observer)?;
        Ok(true)
    }

    fn step(&mut self, samples: &[u32]) -> Result<(), TrainError> {
        let started = Instant::now();
        let step = self.progress.step;
        let batch = self.batches.of_step(step, samples, &self.device)?;
        let own = self.learner.gradients(&batch)?;
        let agreed = self.strategy.agree(step, own).map_err(TrainError::Strategy)?;
        let update = Update::of_step(self.config, step, self.schedule_factor(step));
        self.learner.apply(&agreed, update)?;
        self.strategy.merge(step, &mut self.learner).map_err(TrainError::Strategy)?;
        if let Some(memory) = self.config.average {
            self.learner.add_to_average(step, memory)?;
        }
        self.progress.step += 1;
        self.clock.add(started, batch.samples());
        Ok(())
    }

    fn schedule_factor(&self, step: u64) -> f64 {
        self.config.schedule.factor(Position {
            step,
            steps: self.steps(),
            epoch: self.epoch_number(),
        })
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
            file.save(&self.progress, &self.learner, &self.best)?;
            observer.saved(file.path(), self.progress.step);
        }
        Ok(())
    }

    fn end_epoch(&mut self, observer: &mut dyn TrainObserver) -> Result<(), TrainError> {
        let epoch = self.epoch_number();
        let loss = self.mean_loss()?;
        let weights = self.learner.averaged_weights()?;
        let training = evaluate(&weights, self.data, &self.split.judged);
        let (validation, validation_loss) = match self.config.keep {
            Keep::Best => self.validate_with_loss(&weights).unzip(),
            Keep::Last => (None, None),
        };
        let last_step = self.progress.step.saturating_sub(1);
        let metrics = EpochMetrics {
            epoch,
            step: self.progress.step,
            loss,
            training_accuracy: training.accuracy(),
            validation_accuracy: validation.as_ref().map(Evaluation::accuracy),
            validation_loss,
            learning_rate: self.config.learning_rate * self.schedule_factor(last_step),
            seconds: self.clock.end_epoch(),
        };
        self.keep_if_best(epoch, weights, validation.map_or(0, |found| found.score));
        observer.epoch_ended(&metrics);
        self.progress.history.push(metrics);
        Ok(())
    }

    /// A GPU computes behind the program, and is waited for here: that belongs to the epoch.
    fn mean_loss(&mut self) -> Result<f64, TrainError> {
        let started = Instant::now();
        let loss = f64::from(self.learner.take_loss()?);
        self.clock.add(started, 0);
        if loss.is_finite() {
            Ok(loss / self.rows_of_epoch() as f64)
        } else {
            Err(TrainError::Diverged { epoch: self.epoch_number() })
        }
    }

    /// Samples and synthetic rows that an epoch learns from.
    fn rows_of_epoch(&self) -> usize {
        let rows = |batch: &[u32]| batch.len() + self.batches.synthetic_rows(batch.len());
        self.split.training.chunks(self.config.batch_size).map(rows).sum()
    }

    fn validate(&self, weights: &Weights) -> Option<Evaluation> {
        let samples = &self.split.validation;
        (!samples.is_empty()).then(|| evaluate(weights, self.data, samples))
    }

    fn validate_with_loss(&self, weights: &Weights) -> Option<(Evaluation, f64)> {
        let samples = &self.split.validation;
        let judge = || evaluate_with_loss(weights, self.data, samples, self.loss);
        (!samples.is_empty()).then(judge)
    }

    /// Of equal results the later one is kept: its learning rate was usually smaller.
    fn keep_if_best(&mut self, epoch: u32, weights: Weights, score: u64) {
        let before = self.progress.best.map(|best| best.score);
        let grew = before < Some(score);
        self.progress.stale_epochs = if grew { 0 } else { self.progress.stale_epochs + 1 };
        if grew || before == Some(score) {
            self.progress.best = Some(BestEpoch { epoch, score });
            self.best = weights;
        }
    }

    /// The integers of the last step, for whoever has no time for a whole epoch.
    fn unfinished_weights(&mut self) -> Result<Weights, TrainError> {
        // Numbers that have left all bounds still round to something.
        self.mean_loss()?;
        self.learner.averaged_weights()
    }

    fn into_model(mut self, stopped: StopReason) -> Result<TrainedModel, TrainError> {
        if self.progress.best.is_none() {
            self.best = self.unfinished_weights()?;
        }
        // Also what a checkpoint has kept.
        self.best.is_safe(&self.data.architecture)?;
        let report = TrainReport {
            shape: title(&self.data.architecture),
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
        Self {
            started: Instant::now(),
            epoch_seconds: 0.0,
            learning_seconds: 0.0,
            learned_samples: 0,
        }
    }

    fn add(&mut self, started: Instant, samples: usize) {
        let seconds = started.elapsed().as_secs_f64();
        self.epoch_seconds += seconds;
        self.learning_seconds += seconds;
        self.learned_samples += samples as u64;
    }

    fn end_epoch(&mut self) -> f64 {
        std::mem::take(&mut self.epoch_seconds)
    }

    fn samples_per_second(&self) -> f64 {
        if self.learning_seconds > 0.0 {
            self.learned_samples as f64 / self.learning_seconds
        } else {
            0.0
        }
    }
}

fn learner(
    strategy: &dyn Strategy,
    data: &TrainingSet,
    config: &TrainConfig,
    device: &Device,
) -> Result<Learner, TrainError> {
    let learner = Learner::new(data, config, device)?;
    if strategy.in_real_numbers() {
        learner.real()
    } else {
        Ok(learner)
    }
}

/// What a checkpoint must agree with: everything that the bits depend on.
fn training_digest(
    version: u32,
    lesson: Lesson<'_>,
    config: &TrainConfig,
    strategy: &dyn Strategy,
    device: &Device,
) -> String {
    let relevant = TrainConfig { checkpoint_every: None, threads: None, ..config.clone() };
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 training of a checkpoint");
    hasher.update(&version.to_le_bytes());
    hasher.update(lesson.data.digest().as_bytes());
    lesson.hash_into(&mut hasher);
    // Each with its length, so that nothing moves from one to the next. `Debug` of plain numbers
    // is exact and names each field.
    let settings = format!("{relevant:?}");
    let texts = [device_name(device), strategy.name(), settings.as_str()];
    for text in texts.into_iter().chain(strategy.in_real_numbers().then_some("real")) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        rng::{stream, Purpose},
        testing::{labels_head, narrow, random_set, tiny},
    };
    use candle_core::Tensor;

    /// Samples of an architecture on which not every model is safe.
    fn data() -> TrainingSet {
        random_set(&narrow(labels_head(4)), 40, &mut stream(1, Purpose::Split))
    }

    /// Parameters that have left all bounds still round to some model.
    #[test]
    fn a_loss_that_is_no_number_gives_no_model() {
        let (data, config) = (data(), TrainConfig::default());
        for loss in [f32::NAN, f32::INFINITY] {
            let mut alone = Alone;
            let lesson = Lesson::of(&data);
            let mut trainer = Trainer::new(&mut alone, lesson, &config, Device::Cpu, None).unwrap();
            let broken = || Tensor::new(loss, &Device::Cpu).unwrap();
            trainer.learner.restore(Vec::new(), Vec::new(), broken()).unwrap();
            let ended = trainer.end_epoch(&mut ());
            assert!(matches!(ended, Err(TrainError::Diverged { epoch: 0 })), "{loss}");
            // Without a complete epoch the model would be that of the last step.
            trainer.learner.restore(Vec::new(), Vec::new(), broken()).unwrap();
            let ended = trainer.into_model(StopReason::TimeUp);
            assert!(matches!(ended, Err(TrainError::Diverged { epoch: 0 })), "{loss}");
        }
    }

    #[test]
    fn the_loss_of_validation_samples_is_told_where_they_judge_an_epoch() {
        let data = random_set(&tiny(), 40, &mut stream(1, Purpose::Split));
        let losses = |keep| {
            let config = TrainConfig { epochs: 2, keep, ..TrainConfig::default() };
            let trained = train(&data, &config, DeviceChoice::Cpu, None, &mut ()).unwrap();
            let losses = trained.report.history.iter().map(|epoch| epoch.validation_loss);
            losses.collect::<Vec<_>>()
        };
        let judged = losses(Keep::Best);
        assert!(judged.iter().all(|loss| loss.is_some_and(|loss| loss > 0.0)), "{judged:?}");
        assert_eq!(losses(Keep::Last), [None, None]);
    }

    #[test]
    fn a_model_that_is_not_safe_is_not_given_even_if_a_checkpoint_has_it() {
        let (data, config) = (data(), TrainConfig::default());
        let mut alone = Alone;
        let lesson = Lesson::of(&data);
        let mut trainer = Trainer::new(&mut alone, lesson, &config, Device::Cpu, None).unwrap();
        trainer.progress.best = Some(BestEpoch { epoch: 0, score: 0 });
        trainer.best.layers[0].weights.fill(15);
        assert_eq!(trainer.best.check(&data.architecture), Ok(()));
        let ended = trainer.into_model(StopReason::AllEpochs);
        assert!(matches!(ended, Err(TrainError::Unsafe(_))));
    }

    #[test]
    fn a_checkpoint_belongs_to_everything_that_the_bits_depend_on_and_to_nothing_else() {
        let data = random_set(&tiny(), 8, &mut stream(1, Purpose::Split));
        let config = TrainConfig::default();
        let digest = |version, data: &TrainingSet, config: &TrainConfig| {
            training_digest(version, Lesson::of(data), config, &Alone, &Device::Cpu)
        };
        let own = digest(TRAINER_VERSION, &data, &config);
        assert_ne!(digest(TRAINER_VERSION + 1, &data, &config), own);
        let mut samples = data.clone();
        samples.inputs[0] ^= 1;
        assert_ne!(digest(TRAINER_VERSION, &samples, &config), own);
        let seed = TrainConfig { seed: 1, ..config.clone() };
        assert_ne!(digest(TRAINER_VERSION, &data, &seed), own);
        let columns = [0..2, 2..4];
        let lesson = Lesson { columns: &columns, ..Lesson::of(&data) };
        let taught = training_digest(TRAINER_VERSION, lesson, &config, &Alone, &Device::Cpu);
        assert_ne!(taught, own);
        let pace = TrainConfig { checkpoint_every: None, threads: Some(3), ..config.clone() };
        assert_eq!(digest(TRAINER_VERSION, &data, &pace), own);
    }
}
