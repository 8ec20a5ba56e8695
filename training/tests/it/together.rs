//! What may happen between gradients and update.

use super::samples::{some_digits, some_narrow_digits, StopAfter};
use nocknock_training::{
    train, train_with, Batch, CheckpointError, Device, DeviceChoice, Gradients, Learner, Strategy,
    StrategyError, TrainConfig, TrainError, TrainedModel, TrainingSet, Update,
};
use std::path::Path;

fn short() -> TrainConfig {
    TrainConfig { epochs: 3, ..TrainConfig::default() }
}

fn run_with(
    strategy: &mut dyn Strategy,
    data: &TrainingSet,
    folder: Option<&Path>,
) -> Result<TrainedModel, TrainError> {
    train_with(strategy, data, &short(), DeviceChoice::Cpu, folder, &mut ())
}

/// Takes everything apart, sends it around and puts it together again.
#[derive(Debug)]
struct Courier;

impl Strategy for Courier {
    fn name(&self) -> &str {
        "courier"
    }

    fn agree(&mut self, _step: u64, own: Gradients) -> Result<Gradients, StrategyError> {
        Ok(own.replaced(&own.to_vec()?)?)
    }

    fn merge(&mut self, _step: u64, learner: &mut Learner) -> Result<(), StrategyError> {
        let parameters = learner.parameters()?;
        Ok(learner.set_parameters(&parameters)?)
    }
}

#[test]
fn what_travels_unchanged_changes_nothing() {
    for data in [some_digits(300), some_narrow_digits(300)] {
        let alone = train(&data, &short(), DeviceChoice::Cpu, None, &mut ()).unwrap();
        let travelled = run_with(&mut Courier, &data, None).unwrap();
        assert!(alone.weights == travelled.weights);
    }
}

/// Sends nonsense.
#[derive(Debug)]
struct Vandal;

impl Strategy for Vandal {
    fn name(&self) -> &str {
        "vandal"
    }

    fn agree(&mut self, step: u64, own: Gradients) -> Result<Gradients, StrategyError> {
        let size = [1e-9, 1e9, -1e9][step as usize % 3];
        let values: Vec<f32> = own.to_vec()?.iter().map(|value| value * size + size).collect();
        Ok(own.replaced(&values)?)
    }

    fn merge(&mut self, step: u64, learner: &mut Learner) -> Result<(), StrategyError> {
        let strange = [f32::MAX, 1e-40, f32::MIN][step as usize % 3];
        let mut parameters = learner.parameters()?;
        parameters.iter_mut().step_by(3).for_each(|value| *value = strange);
        Ok(learner.set_parameters(&parameters)?)
    }
}

#[test]
fn a_model_is_safe_whatever_others_send() {
    let data = some_narrow_digits(200);
    let model = run_with(&mut Vandal, &data, None).unwrap();
    assert_eq!(model.weights.is_safe(&data.architecture), Ok(()));
}

/// Sends what is no number.
#[derive(Debug)]
struct Broken;

impl Strategy for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn agree(&mut self, _step: u64, own: Gradients) -> Result<Gradients, StrategyError> {
        let values = vec![f32::NAN; own.to_vec()?.len()];
        Ok(own.replaced(&values)?)
    }
}

#[test]
fn what_is_no_number_is_refused() {
    let refused = run_with(&mut Broken, &some_digits(300), None).unwrap_err();
    assert!(refused.to_string().contains("not finite"), "{refused}");
}

/// Fails at a step.
#[derive(Debug)]
struct Lonely(u64);

impl Strategy for Lonely {
    fn name(&self) -> &str {
        "lonely"
    }

    fn merge(&mut self, step: u64, _learner: &mut Learner) -> Result<(), StrategyError> {
        if step == self.0 {
            Err("nobody answers".into())
        } else {
            Ok(())
        }
    }
}

#[test]
fn a_strategy_that_fails_ends_the_training_and_says_why() {
    let failed = run_with(&mut Lonely(5), &some_digits(300), None).unwrap_err();
    assert!(failed.to_string().contains("nobody answers"), "{failed}");
}

#[test]
fn a_checkpoint_of_another_strategy_is_refused() {
    let data = some_digits(300);
    let folder = tempfile::tempdir().unwrap();
    let mut stop = StopAfter(4);
    let stopped =
        train(&data, &short(), DeviceChoice::Cpu, Some(folder.path()), &mut stop).unwrap_err();
    assert!(matches!(stopped, TrainError::Interrupted { .. }));
    let refused = run_with(&mut Courier, &data, Some(folder.path())).unwrap_err();
    assert!(matches!(refused, TrainError::Checkpoint(CheckpointError::OtherTraining { .. })));
    train(&data, &short(), DeviceChoice::Cpu, Some(folder.path()), &mut ()).unwrap();
}

/// Trains alone, without rounding.
#[derive(Debug)]
struct Real;

impl Strategy for Real {
    fn name(&self) -> &str {
        "alone"
    }

    fn in_real_numbers(&self) -> bool {
        true
    }
}

#[test]
fn a_training_in_real_numbers_is_another_one_that_resumes_like_any() {
    for data in [some_digits(300), some_narrow_digits(300)] {
        let whole = run_with(&mut Real, &data, None).unwrap();
        assert_eq!(whole.weights.is_safe(&data.architecture), Ok(()));
        let alone = train(&data, &short(), DeviceChoice::Cpu, None, &mut ()).unwrap();
        assert!(alone.weights != whole.weights);
        let folder = tempfile::tempdir().unwrap();
        let (cpu, checkpoints) = (DeviceChoice::Cpu, Some(folder.path()));
        let mut stop = StopAfter(7);
        let stopped = train_with(&mut Real, &data, &short(), cpu, checkpoints, &mut stop);
        assert!(matches!(stopped, Err(TrainError::Interrupted { .. })));
        // Not even one of the same name goes on with its checkpoint.
        let refused = train(&data, &short(), cpu, checkpoints, &mut ()).unwrap_err();
        assert!(matches!(refused, TrainError::Checkpoint(CheckpointError::OtherTraining { .. })));
        let resumed = run_with(&mut Real, &data, checkpoints).unwrap();
        assert!(resumed.weights == whole.weights);
    }
}

/// Two learners with half of a batch each, who apply the mean of their gradients, stay equal.
#[test]
fn learners_who_share_their_gradients_stay_equal() {
    let data = some_narrow_digits(64);
    let config = short();
    let [mut one, mut other] =
        [(); 2].map(|()| Learner::new(&data, &config, &Device::Cpu).unwrap());
    let half = |from: u32| -> Vec<u32> { (from..from + 32).collect() };
    let [first, second] = [0, 32].map(|from| Batch::new(&data, &half(from), &Device::Cpu).unwrap());
    for step in 0..20 {
        let [own, others] = [one.gradients(&first).unwrap(), other.gradients(&second).unwrap()];
        let pairs = own.to_vec().unwrap().into_iter().zip(others.to_vec().unwrap());
        let mean: Vec<f32> = pairs.map(|(own, others)| (own + others) / 2.0).collect();
        let update = Update::of_step(&config, step, 1.0);
        one.apply(&own.replaced(&mean).unwrap(), update).unwrap();
        other.apply(&others.replaced(&mean).unwrap(), update).unwrap();
        assert_eq!(one.parameters().unwrap(), other.parameters().unwrap());
    }
    assert!(one.weights().unwrap() == other.weights().unwrap());
}
