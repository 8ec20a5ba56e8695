//! A training that was stopped goes on to the same bits.

use super::samples::{
    digits_as_labels, first, prices, some_digits, some_narrow_digits, FinishAfter, StopAfter,
};
use nocknock_training::{
    rng::{below, stream, Purpose},
    train, CheckpointError, ClassWeights, DeviceChoice, Dropout, EpochMetrics, Fold, ImageShift,
    Keep, Optimiser, StopReason, TrainConfig, TrainError, TrainObserver, TrainedModel, TrainingSet,
    CHECKPOINT_FILE,
};
use std::{fs, path::Path};

fn config(optimiser: Optimiser) -> TrainConfig {
    TrainConfig {
        epochs: 5,
        optimiser,
        learning_rate: 0.01,
        image_shift: Some(ImageShift { width: 8, height: 8, chance: 0.5 }),
        checkpoint_every: Some(7),
        ..TrainConfig::default()
    }
}

fn run(
    data: &TrainingSet,
    config: &TrainConfig,
    folder: Option<&Path>,
    observer: &mut dyn TrainObserver,
) -> Result<TrainedModel, TrainError> {
    train(data, config, DeviceChoice::Cpu, folder, observer)
}

/// Everything in the history but the times, to 12 digits: JSON does not promise the last of 17.
fn without_times(history: &[EpochMetrics]) -> Vec<EpochMetrics> {
    let timeless = |epoch: &EpochMetrics| EpochMetrics {
        seconds: 0.0,
        loss: rounded(epoch.loss),
        training_accuracy: rounded(epoch.training_accuracy),
        validation_accuracy: epoch.validation_accuracy.map(rounded),
        validation_loss: epoch.validation_loss.map(rounded),
        learning_rate: rounded(epoch.learning_rate),
        ..epoch.clone()
    };
    history.iter().map(timeless).collect()
}

fn rounded(value: f64) -> f64 {
    (value * 1e12).round()
}

fn assert_same(left: &TrainedModel, right: &TrainedModel) {
    assert!(left.weights == right.weights, "the weights differ");
    let [left, right] = [left, right].map(|model| without_times(&model.report.history));
    assert_eq!(left, right);
}

#[test]
fn stops_at_random_steps_change_no_bit() {
    let data = some_digits(330);
    let adam = Optimiser::default();
    let momentum = Optimiser::SgdMomentum { momentum: 0.9 };
    for (seed, optimiser) in (0..).zip([adam, momentum, adam, momentum]) {
        pieces_are_the_whole(&data, &config(optimiser), seed);
    }
}

#[test]
fn stops_change_no_bit_where_units_are_held_back_and_for_no_head() {
    let images = config(Optimiser::default());
    let plain = TrainConfig { image_shift: None, ..images.clone() };
    pieces_are_the_whole(&some_narrow_digits(330), &images, 4);
    pieces_are_the_whole(&first(digits_as_labels(1), 330), &images, 5);
    pieces_are_the_whole(&prices(330, 1), &plain, 6);
}

#[test]
fn stops_change_no_bit_of_what_is_left_out_weighed_and_averaged() {
    let config = TrainConfig {
        dropout: Dropout { inputs: 0.1, hidden: 0.3 },
        average: Some(0.95),
        class_weights: ClassWeights::Balanced,
        ..config(Optimiser::default())
    };
    pieces_are_the_whole(&some_digits(330), &config, 7);
    let fold = Some(Fold { number: 2, of: 5 });
    let config = TrainConfig { fold, keep: Keep::Last, ..config };
    pieces_are_the_whole(&some_narrow_digits(330), &config, 8);
}

/// Stops a training again and again, and compares it with one that was not stopped.
fn pieces_are_the_whole(data: &TrainingSet, config: &TrainConfig, seed: u64) {
    let mut rng = stream(seed, Purpose::Split);
    let whole = run(data, config, None, &mut ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut stops = 0;
    let pieced = loop {
        let mut stop = StopAfter(u64::from(below(&mut rng, 20)) + 1);
        match run(data, config, Some(folder.path()), &mut stop) {
            Ok(model) => break model,
            Err(TrainError::Interrupted { saved, .. }) => assert!(saved),
            Err(error) => panic!("{error}"),
        }
        stops += 1;
    };
    assert!(stops >= 2);
    assert_same(&whole, &pieced);
}

/// Keeps a copy of the checkpoint that is written first after some steps.
struct CopyAt<'a> {
    step: u64,
    to: &'a Path,
    done: bool,
}

impl TrainObserver for CopyAt<'_> {
    fn saved(&mut self, file: &Path, step: u64) {
        if step >= self.step && !self.done {
            fs::copy(file, self.to.join(CHECKPOINT_FILE)).unwrap();
            self.done = true;
        }
    }
}

#[test]
fn work_lost_since_the_last_checkpoint_is_done_again_alike() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    for step in [1, 20, 30] {
        let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let mut copy = CopyAt { step, to: second.path(), done: false };
        let whole = run(&data, &config, Some(first.path()), &mut copy).unwrap();
        assert!(copy.done);
        let resumed = run(&data, &config, Some(second.path()), &mut ()).unwrap();
        assert_same(&whole, &resumed);
    }
}

#[test]
fn a_complete_training_gives_its_model_again_without_a_step() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    let folder = tempfile::tempdir().unwrap();
    let first = run(&data, &config, Some(folder.path()), &mut ()).unwrap();
    let again = run(&data, &config, Some(folder.path()), &mut StopAfter(1)).unwrap();
    assert_same(&first, &again);
    assert_eq!(again.report.samples_per_second, 0.0);
}

/// With 10 steps an epoch, in the middle of the first, after the second, and in the middle of the
/// fourth.
#[test]
fn a_training_that_had_no_more_time_goes_on_to_the_same_bits() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    let whole = run(&data, &config, None, &mut ()).unwrap();
    assert_eq!(whole.report.steps, 50);
    let folder = tempfile::tempdir().unwrap();
    for (more, steps, epochs) in [(4, 4, 0), (16, 20, 2), (15, 35, 3)] {
        let mut observer = FinishAfter(more);
        let trained = run(&data, &config, Some(folder.path()), &mut observer).unwrap();
        let report = trained.report;
        assert_eq!((report.steps, report.stopped), (steps, StopReason::TimeUp));
        let done = without_times(&whole.report.history)[..epochs].to_vec();
        assert_eq!(without_times(&report.history), done);
    }
    let resumed = run(&data, &config, Some(folder.path()), &mut ()).unwrap();
    assert_same(&whole, &resumed);
}

#[test]
fn a_start_without_any_time_gives_the_model_that_there_is_without_a_step() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    for steps in [4, 24] {
        let folder = tempfile::tempdir().unwrap();
        let first = run(&data, &config, Some(folder.path()), &mut FinishAfter(steps)).unwrap();
        let again = run(&data, &config, Some(folder.path()), &mut FinishAfter(0)).unwrap();
        assert_eq!(again.report.steps, steps);
        assert_same(&first, &again);
    }
}

fn checkpoint_error(error: TrainError) -> CheckpointError {
    match error {
        TrainError::Checkpoint(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_checkpoint_of_other_settings_or_data_is_refused_and_stays_as_it_is() {
    let data = some_digits(330);
    let mut config = config(Optimiser::default());
    let folder = tempfile::tempdir().unwrap();
    run(&data, &config, Some(folder.path()), &mut ()).unwrap();
    let file = folder.path().join(CHECKPOINT_FILE);
    let before = fs::read(&file).unwrap();
    let mut other = data.clone();
    other.inputs[0] ^= 1;
    let refused = run(&other, &config, Some(folder.path()), &mut ()).unwrap_err();
    let refused = checkpoint_error(refused);
    assert!(matches!(refused, CheckpointError::OtherTraining { .. }));
    config.seed += 1;
    let refused = run(&data, &config, Some(folder.path()), &mut ()).unwrap_err();
    assert!(refused.to_string().contains("another folder"));
    assert!(fs::read(&file).unwrap() == before, "the checkpoint has changed");
}

#[test]
fn settings_that_change_no_bit_may_change_between_starts() {
    let data = some_digits(330);
    let mut config = config(Optimiser::default());
    let whole = run(&data, &config, None, &mut ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    run(&data, &config, Some(folder.path()), &mut StopAfter(9)).unwrap_err();
    config.threads = Some(1);
    config.checkpoint_every = None;
    let resumed = run(&data, &config, Some(folder.path()), &mut ()).unwrap();
    assert_same(&whole, &resumed);
}

#[test]
fn a_damaged_checkpoint_is_refused_wherever_it_is_cut() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    let folder = tempfile::tempdir().unwrap();
    run(&data, &config, Some(folder.path()), &mut StopAfter(9)).unwrap_err();
    let file = folder.path().join(CHECKPOINT_FILE);
    let whole = fs::read(&file).unwrap();
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        let refused = run(&data, &config, Some(folder.path()), &mut ()).unwrap_err();
        let refused = checkpoint_error(refused);
        assert!(matches!(refused, CheckpointError::Damaged { .. }), "{refused}");
    }
}

/// A number of which one bit has changed is still a number, and would give another model.
#[test]
fn a_damaged_checkpoint_is_refused_whichever_byte_has_changed() {
    let data = some_digits(330);
    let config = config(Optimiser::default());
    let folder = tempfile::tempdir().unwrap();
    run(&data, &config, Some(folder.path()), &mut StopAfter(9)).unwrap_err();
    let file = folder.path().join(CHECKPOINT_FILE);
    let whole = fs::read(&file).unwrap();
    let places = (0..whole.len()).step_by(whole.len() / 60).chain([whole.len() - 1]);
    for at in places {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        fs::write(&file, damaged).unwrap();
        let refused = run(&data, &config, Some(folder.path()), &mut ()).unwrap_err();
        let refused = checkpoint_error(refused);
        assert!(matches!(refused, CheckpointError::Damaged { .. }), "byte {at}: {refused}");
    }
    fs::write(&file, whole).unwrap();
    run(&data, &config, Some(folder.path()), &mut ()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_checkpoint_is_for_its_owner_alone_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let config = config(Optimiser::default());
    run(&some_digits(330), &config, Some(folder.path()), &mut ()).unwrap();
    let entries: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(entries.len(), 1);
    let metadata = fs::metadata(folder.path().join(CHECKPOINT_FILE)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}
