//! What a training does and refuses.

use super::samples::{prices_within, some_digits, FinishAfter, StopAfter};
use nocknock_primitives::model::weights::Weights;
use nocknock_training::{
    train, train_with, DeviceChoice, EpochMetrics, Learner, StepProgress, StopReason, Strategy,
    StrategyError, TrainConfig, TrainError, TrainObserver, TrainPlan, TrainedModel, TrainingSet,
};

fn short() -> TrainConfig {
    TrainConfig { epochs: 4, ..TrainConfig::default() }
}

fn run(data: &TrainingSet, config: &TrainConfig) -> Result<TrainedModel, TrainError> {
    train(data, config, DeviceChoice::Cpu, None, &mut ())
}

#[test]
fn the_seed_decides_every_bit_and_threads_none() {
    let data = some_digits(400);
    let weights = |seed, threads, batch_size| {
        let config = TrainConfig { seed, threads: Some(threads), batch_size, ..short() };
        run(&data, &config).unwrap().weights
    };
    assert!(weights(1, 1, 32) == weights(1, 2, 32));
    assert!(weights(1, 1, 360) == weights(1, 2, 360));
    assert!(weights(1, 1, 32) != weights(2, 1, 32));
}

#[test]
fn the_kept_weights_are_those_of_the_best_epoch() {
    let report = run(&some_digits(400), &short()).unwrap().report;
    let accuracy = |epoch: &EpochMetrics| epoch.validation_accuracy.unwrap();
    let best = report.history.iter().map(accuracy).fold(0.0, f64::max);
    assert_eq!(report.validation.as_ref().unwrap().accuracy(), best);
    let kept = &report.history[report.best_epoch as usize];
    assert_eq!(accuracy(kept), best);
    assert_eq!(report.training.accuracy(), kept.training_accuracy);
    assert_eq!(report.stopped, StopReason::AllEpochs);
}

#[test]
fn patience_ends_a_training_that_no_longer_gains() {
    let config = TrainConfig { epochs: 1000, patience: Some(3), ..TrainConfig::default() };
    let report = run(&some_digits(400), &config).unwrap().report;
    assert_eq!(report.stopped, StopReason::NoProgress);
    assert!(report.history.len() < 200);
    let best = |epochs: &[EpochMetrics]| {
        let accuracies = epochs.iter().filter_map(|epoch| epoch.validation_accuracy);
        accuracies.fold(0.0, f64::max)
    };
    let (before, last) = report.history.split_at(report.history.len() - 3);
    assert!(best(last) <= best(before));
}

#[test]
fn patience_ends_nothing_where_no_sample_is_kept_for_validation() {
    let config = TrainConfig { patience: Some(1), validation_share: 0.01, ..short() };
    let report = run(&some_digits(100), &config).unwrap().report;
    assert_eq!(report.validation, None);
    assert_eq!((report.stopped, report.history.len()), (StopReason::AllEpochs, 4));
}

#[test]
fn without_validation_samples_the_last_epoch_is_kept() {
    let config = TrainConfig { validation_share: 0.0, ..short() };
    let report = run(&some_digits(400), &config).unwrap().report;
    assert_eq!(report.best_epoch, 3);
    assert_eq!(report.validation, None);
    assert_eq!(report.training.samples, 400);
}

/// Keeps the integers of each step.
#[derive(Debug, Default)]
struct Diary(Vec<Weights>);

impl Strategy for Diary {
    fn name(&self) -> &str {
        "diary"
    }

    fn merge(&mut self, _step: u64, learner: &mut Learner) -> Result<(), StrategyError> {
        self.0.push(learner.weights()?);
        Ok(())
    }
}

/// A training that has no more time after some steps, and the integers of each step.
fn finish_after(steps: u64) -> (TrainedModel, Vec<Weights>) {
    let (data, mut diary) = (some_digits(400), Diary::default());
    let (cpu, mut observer) = (DeviceChoice::Cpu, FinishAfter(steps));
    let trained = train_with(&mut diary, &data, &short(), cpu, None, &mut observer);
    (trained.unwrap(), diary.0)
}

/// An epoch has 12 steps.
#[test]
fn a_training_that_has_no_more_time_ends_after_the_present_step_with_the_best_complete_epoch() {
    for (steps, epochs) in [(12, 1), (17, 1), (24, 2), (35, 2)] {
        let (TrainedModel { weights, report }, diary) = finish_after(steps);
        assert_eq!((report.steps, report.stopped), (steps, StopReason::TimeUp));
        assert_eq!((diary.len() as u64, report.history.len()), (steps, epochs));
        let kept = &report.history[report.best_epoch as usize];
        assert!(weights == diary[kept.step as usize - 1]);
        assert_eq!(report.training.accuracy(), kept.training_accuracy);
    }
}

#[test]
fn without_a_complete_epoch_the_model_is_that_of_the_last_step() {
    // Without a step there is none, so one is taken in any case.
    for (time, steps) in [(0, 1), (1, 1), (5, 5), (11, 11)] {
        let (TrainedModel { weights, report }, diary) = finish_after(time);
        assert_eq!((report.steps, report.stopped), (steps, StopReason::TimeUp));
        assert_eq!((report.history.len(), report.best_epoch), (0, 0));
        assert!(Some(&weights) == diary.last());
        assert_eq!(report.training.samples + report.validation.unwrap().samples, 400);
    }
}

#[test]
fn a_training_whose_epochs_are_done_had_time_enough() {
    let report = finish_after(48).0.report;
    assert_eq!((report.stopped, report.history.len()), (StopReason::AllEpochs, 4));
}

#[test]
fn an_epoch_is_judged_by_some_training_samples_and_the_model_by_all() {
    let config = TrainConfig { epochs: 2, ..TrainConfig::default() };
    let report = run(&prices_within(3000, 5, 6_000), &config).unwrap().report;
    assert_eq!((report.training.samples, report.validation.unwrap().samples), (2700, 300));
    for EpochMetrics { training_accuracy, .. } in report.history {
        // Each counts 1, so this is how many were right.
        let right = training_accuracy * 2048.0;
        assert!(right > 0.0 && right < 2048.0 && right.fract() == 0.0, "{right}");
    }
}

#[test]
fn a_stop_without_a_folder_says_that_nothing_was_saved() {
    let data = some_digits(400);
    let stopped = train(&data, &short(), DeviceChoice::Cpu, None, &mut StopAfter(2));
    let text = stopped.unwrap_err().to_string();
    assert_eq!(text, "stopped on request after step 2");
}

#[test]
fn bad_settings_and_data_are_refused_before_the_first_step() {
    let mut data = some_digits(400);
    let config = TrainConfig { batch_size: 0, ..short() };
    assert!(matches!(run(&data, &config), Err(TrainError::Config(_))));
    data.inputs[3] = 16;
    let refused = run(&data, &short()).unwrap_err().to_string();
    assert_eq!(refused, "input 3 of sample 0 is 16, but the largest of this model is 15");
}

#[derive(Default)]
struct Count {
    plan: Option<TrainPlan>,
    steps: u64,
    epochs: u32,
}

impl TrainObserver for Count {
    fn started(&mut self, plan: &TrainPlan) {
        self.plan = Some(plan.clone());
    }

    fn stepped(&mut self, progress: StepProgress) {
        self.steps += 1;
        assert_eq!(progress.step, self.steps);
    }

    fn epoch_ended(&mut self, metrics: &EpochMetrics) {
        assert_eq!(metrics.epoch, self.epochs);
        self.epochs += 1;
    }
}

#[test]
fn an_observer_sees_the_plan_each_step_and_each_epoch() {
    let mut count = Count::default();
    let data = some_digits(400);
    train(&data, &short(), DeviceChoice::Cpu, None, &mut count).unwrap();
    let plan = count.plan.unwrap();
    assert_eq!(plan.training_samples + plan.validation_samples, 400);
    assert_eq!(plan.steps_per_epoch, plan.training_samples.div_ceil(32) as u64);
    assert_eq!(count.steps, plan.steps_per_epoch * 4);
    assert_eq!(count.epochs, 4);
}
