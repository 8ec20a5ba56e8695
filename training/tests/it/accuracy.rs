//! What the trainer reaches on real data, by the rules that are proved.

use super::samples::{
    architecture, breast_cancer, digits, digits_64x32x10, digits_as_labels, prices, prices_within,
    some_narrow_digits, split_off,
};
use nocknock_primitives::model::{
    architecture::{Dense, Head},
    names::named,
};
use nocknock_training::{
    evaluate, train, DeviceChoice, Errors, Evaluation, ImageShift, Labels, TrainConfig, TrainingSet,
};

/// Trains on the first samples of a data set and judges by the others.
fn held_out(mut data: TrainingSet, count: usize, config: &TrainConfig) -> Evaluation {
    let judged = split_off(&mut data, count);
    let model = train(&data, config, DeviceChoice::Cpu, None, &mut ()).unwrap();
    let all: Vec<u32> = (0..).take(judged.samples()).collect();
    evaluate(&model.weights, &judged, &all)
}

#[track_caller]
fn reaches(found: &Evaluation, accuracy: f64) {
    assert!(found.accuracy() >= accuracy, "{} of {}", found.score, found.perfect);
}

#[test]
fn digits_reach_97_percent() {
    let config = TrainConfig {
        image_shift: Some(ImageShift { width: 8, height: 8, chance: 0.1 }),
        ..TrainConfig::default()
    };
    let found = held_out(digits(digits_64x32x10(), 3), 1407, &config);
    assert_eq!(found.samples, 390);
    reaches(&found, 0.97);
}

fn classes(classes: u16, best: u8) -> Head {
    Head::Classes { classes, best, weight_bits: 8, bias_bits: 14, distance_bits: 20 }
}

#[test]
fn a_model_without_a_hidden_layer_learns_too() {
    let linear = architecture((64, 4), &[], classes(10, 1));
    reaches(&held_out(digits(linear, 3), 1407, &TrainConfig::default()), 0.93);
}

#[test]
fn the_right_digit_is_among_the_best_two_more_often_than_it_is_the_best() {
    let linear = |best| architecture((64, 4), &[], classes(10, best));
    // Without validation samples the last epoch is kept, whatever the rule.
    let config = TrainConfig { epochs: 20, validation_share: 0.0, ..TrainConfig::default() };
    let [one, two] = [1, 2].map(|best| held_out(digits(linear(best), 3), 1407, &config));
    assert!(two.score > one.score, "{} and {}", two.score, one.score);
    reaches(&two, 0.96);
    assert_eq!(one.errors, two.errors, "it is not the same model");
}

#[test]
fn a_table_of_thirty_columns_reaches_94_percent_with_few_units_and_wide_sums() {
    let hidden = Dense { units: 16, weight_bits: 8, bias_bits: 17, sum_bits: 22, shift: 10 };
    let head =
        Head::Classes { classes: 2, best: 1, weight_bits: 8, bias_bits: 20, distance_bits: 24 };
    let data = breast_cancer(architecture((32, 8), &[hidden], head), 3);
    let found = held_out(data, 400, &TrainConfig::default());
    assert_eq!(found.samples, 169);
    reaches(&found, 0.94);
}

#[test]
fn a_table_reaches_92_percent_with_one_hidden_layer_and_with_two() {
    for name in ["table-128x64x2", "table-128x64x32x2"] {
        let data = breast_cancer(named(name).unwrap(), 3);
        reaches(&held_out(data, 400, &TrainConfig::default()), 0.92);
    }
}

#[test]
fn widths_that_hold_models_back_cost_little() {
    let mut data = some_narrow_digits(1797);
    let judged = split_off(&mut data, 1407);
    let model = train(&data, &TrainConfig::default(), DeviceChoice::Cpu, None, &mut ()).unwrap();
    assert_eq!(model.weights.is_safe(&data.architecture), Ok(()));
    let all: Vec<u32> = (0..390).collect();
    reaches(&evaluate(&model.weights, &judged, &all), 0.95);
}

#[test]
fn labels_are_named_and_left_out() {
    let found = held_out(digits_as_labels(3), 1407, &TrainConfig::default());
    assert_eq!(found.perfect, 3900);
    // Who never names a label has 90 %.
    reaches(&found, 0.98);
    let Errors::Labels(labels) = &found.errors else {
        panic!("the head has labels");
    };
    assert!(labels.iter().all(|label| label.right_yes > label.wrong_no));
}

/// The mean distance of numbers from the one in the middle: what a constant reaches.
fn distance_of_the_median(data: &TrainingSet) -> f64 {
    let Labels::Numbers(numbers) = &data.labels else {
        panic!("prices are numbers");
    };
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let median = f64::from(sorted[sorted.len() / 2]);
    let distances = numbers.iter().map(|number| (f64::from(*number) - median).abs());
    distances.sum::<f64>() / numbers.len() as f64
}

#[test]
fn numbers_are_learned_to_less_than_half_of_the_distance_of_a_constant() {
    let data = prices(1200, 5);
    let constant = distance_of_the_median(&data);
    let found = held_out(data, 900, &TrainConfig::default());
    let Errors::Number(distances) = &found.errors else {
        panic!("prices are numbers");
    };
    let mean = distances.sum as f64 / 300.0;
    assert!(mean < constant / 2.0, "{mean} of {constant}");
    // No distance is above the cap, so the score says the same.
    assert!(distances.largest < 32_768);
    assert_eq!(found.score + distances.sum, found.perfect);
}

#[test]
fn most_numbers_come_within_a_tolerance() {
    let tolerance = 6_000;
    let found = held_out(prices_within(1200, 5, tolerance), 900, &TrainConfig::default());
    assert_eq!(found.perfect, 300);
    reaches(&found, 0.95);
}
