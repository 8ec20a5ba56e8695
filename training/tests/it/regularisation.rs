//! What keeps a model from learning by heart, and what a teacher adds.

use super::samples::{
    digits, digits_64x32x10, some_digits, some_narrow_digits, split_off, StopAfter,
};
use nocknock_training::{
    evaluate, train, train_lesson, CheckpointError, ClassWeights, DeviceChoice, Dropout, Errors,
    Fold, Keep, Labels, Lesson, LessonError, SoftLabels, Synthetic, TrainConfig, TrainError,
    TrainedModel, TrainingSet,
};

fn short() -> TrainConfig {
    TrainConfig { epochs: 4, ..TrainConfig::default() }
}

fn run(data: &TrainingSet, config: &TrainConfig) -> TrainedModel {
    train(data, config, DeviceChoice::Cpu, None, &mut ()).unwrap()
}

#[test]
fn each_setting_changes_the_model_and_keeps_it_safe() {
    let data = some_narrow_digits(300);
    let plain = run(&data, &short()).weights;
    let changes: [fn(&mut TrainConfig); 4] = [
        |config| config.dropout = Dropout { inputs: 0.2, hidden: 0.0 },
        |config| config.dropout = Dropout { inputs: 0.0, hidden: 0.2 },
        |config| config.average = Some(0.9),
        |config| config.class_weights = ClassWeights::Balanced,
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut config = short();
        change(&mut config);
        let model = run(&data, &config).weights;
        assert!(model != plain, "{place}");
        assert!(model == run(&data, &config).weights, "{place}");
        assert_eq!(model.is_safe(&data.architecture), Ok(()));
    }
}

/// The memory of a mean may be as long or as short as it likes, and the rate as wild.
#[test]
fn the_integers_of_a_mean_are_safe_whatever_the_rate_is() {
    let data = some_narrow_digits(200);
    for (memory, learning_rate) in [(0.5, 1.0), (0.999, 1.0), (0.5, 1000.0), (0.999, 0.02)] {
        let config = TrainConfig { average: Some(memory), learning_rate, ..short() };
        let model = run(&data, &config);
        assert_eq!(model.weights.is_safe(&data.architecture), Ok(()));
    }
}

#[test]
fn a_mean_is_judged_as_the_model_is() {
    let config = TrainConfig { average: Some(0.9), ..short() };
    let report = run(&some_digits(400), &config).report;
    let kept = &report.history[report.best_epoch as usize];
    assert_eq!(report.training.accuracy(), kept.training_accuracy);
    assert_eq!(report.validation.as_ref().map(|found| found.accuracy()), kept.validation_accuracy);
}

#[test]
fn the_last_epoch_is_kept_and_a_fold_judges_it_alone() {
    let fold = Some(Fold { number: 1, of: 4 });
    let config = TrainConfig { fold, keep: Keep::Last, ..short() };
    let report = run(&some_digits(400), &config).report;
    assert_eq!(report.best_epoch, 3);
    assert!(report.history.iter().all(|epoch| epoch.validation_accuracy.is_none()));
    let judged = report.validation.unwrap().samples;
    assert_eq!((judged + report.training.samples, judged.abs_diff(100) < 10), (400, true));
}

#[test]
fn balanced_classes_find_more_of_a_rare_one() {
    // One of each ten samples of class 1 stays.
    let all = some_digits(1000);
    let Labels::Classes(classes) = &all.labels else {
        panic!("the digits have classes");
    };
    let mut rare = 0;
    let mut data = TrainingSet {
        architecture: all.architecture.clone(),
        inputs: Vec::new(),
        labels: Labels::Classes(Vec::new()),
    };
    for (row, class) in all.inputs.chunks(64).zip(classes) {
        let class = u8::from([8, 9].contains(class));
        rare += class;
        if class == 0 || rare.is_multiple_of(8) {
            data.inputs.extend(row);
            if let Labels::Classes(kept) = &mut data.labels {
                kept.push(class);
            }
        }
    }
    let found = |class_weights| {
        let config = TrainConfig { class_weights, validation_share: 0.0, ..short() };
        let config = TrainConfig { epochs: 2, learning_rate: 0.004, ..config };
        match run(&data, &config).report.training.errors {
            Errors::Classes(confusion) => confusion.counts[1][1],
            Errors::Labels(_) | Errors::Number(_) => panic!("the digits have classes"),
        }
    };
    let [equal, balanced] = [ClassWeights::Equal, ClassWeights::Balanced].map(found);
    assert!(balanced > equal, "{balanced} and {equal}");
}

/// Few samples, many rows with a teacher's labels, and samples to judge by.
fn lesson() -> (TrainingSet, Synthetic, SoftLabels, TrainingSet) {
    let mut data = digits(digits_64x32x10(), 3);
    let judged = split_off(&mut data, 1_400);
    let taught = split_off(&mut data, 60);
    let more = Synthetic { soft: shares(&taught), inputs: taught.inputs };
    let soft = shares(&data);
    (data, more, soft, judged)
}

/// Of a teacher that is right, and nearly sure.
fn shares(data: &TrainingSet) -> SoftLabels {
    let Labels::Classes(classes) = &data.labels else {
        panic!("the digits have classes");
    };
    let share = |class: u8, other: u8| if other == class { 0.91 } else { 0.01 };
    let of_class = |class: &u8| [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(|other| share(*class, other));
    SoftLabels { classes: 10, shares: classes.iter().flat_map(of_class).collect() }
}

fn accuracy(lesson: Lesson<'_>, config: &TrainConfig, judged: &TrainingSet) -> f64 {
    let model = train_lesson(lesson, config, DeviceChoice::Cpu, None, &mut ()).unwrap();
    let all: Vec<u32> = (0..).take(judged.samples()).collect();
    evaluate(&model.weights, judged, &all).accuracy()
}

#[test]
fn a_student_learns_from_a_teacher_what_its_labels_do_not_say_in_as_many_steps() {
    let (data, more, _, judged) = lesson();
    let plain = TrainConfig { epochs: 100, validation_share: 0.0, ..TrainConfig::default() };
    let labels = accuracy(Lesson::of(&data), &plain, &judged);
    let taught = TrainConfig { synthetic_share: 0.75, ..plain };
    let lesson = Lesson { more: Some(&more), ..Lesson::of(&data) };
    let both = accuracy(lesson, &taught, &judged);
    assert!(both > labels + 0.05, "{both} and {labels}");
}

#[test]
fn the_share_of_a_teacher_counts_more_than_wrong_labels() {
    let (mut data, _, soft, _) = lesson();
    let right = data.clone();
    if let Labels::Classes(classes) = &mut data.labels {
        classes.iter_mut().for_each(|class| *class = (*class + 1) % 10);
    }
    let config = |teacher_share| TrainConfig {
        teacher_share,
        epochs: 60,
        validation_share: 0.0,
        ..TrainConfig::default()
    };
    let lesson = Lesson { soft: Some(&soft), ..Lesson::of(&data) };
    assert!(accuracy(lesson, &config(1.0), &right) > 0.9);
    assert!(accuracy(lesson, &config(0.0), &right) < 0.1);
}

#[test]
fn a_taught_training_resumes_to_the_same_bits_and_never_without_its_teacher() {
    let (data, more, soft, _) = lesson();
    let config = TrainConfig {
        teacher_share: 0.5,
        synthetic_share: 0.5,
        dropout: Dropout { inputs: 0.1, hidden: 0.1 },
        average: Some(0.9),
        epochs: 20,
        ..TrainConfig::default()
    };
    let taught = Lesson { soft: Some(&soft), more: Some(&more), ..Lesson::of(&data) };
    let cpu = DeviceChoice::Cpu;
    let whole = train_lesson(taught, &config, cpu, None, &mut ()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let checkpoints = Some(folder.path());
    for steps in [1, 7, 12] {
        let stopped = train_lesson(taught, &config, cpu, checkpoints, &mut StopAfter(steps));
        assert!(matches!(stopped, Err(TrainError::Interrupted { saved: true, .. })));
    }
    let other = SoftLabels { shares: vec![0.1; 600], ..soft.clone() };
    let foreign = Lesson { soft: Some(&other), ..taught };
    let refused = train_lesson(foreign, &config, cpu, checkpoints, &mut ()).unwrap_err();
    assert!(matches!(refused, TrainError::Checkpoint(CheckpointError::OtherTraining { .. })));
    let resumed = train_lesson(taught, &config, cpu, checkpoints, &mut ()).unwrap();
    assert!(whole.weights == resumed.weights);
}

#[test]
fn settings_of_a_teacher_without_one_are_refused() {
    let config = TrainConfig { teacher_share: 0.5, ..short() };
    let refused = train(&some_digits(100), &config, DeviceChoice::Cpu, None, &mut ()).unwrap_err();
    let expected = LessonError::NoTeacher { setting: "teacher_share" };
    assert!(matches!(refused, TrainError::Lesson(found) if found == expected));
}
