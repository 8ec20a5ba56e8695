//! Data sets and observers for the tests.

use nocknock_primitives::{
    limits::List,
    model::{
        architecture::{Architecture, Dense, Description, Goal, Head},
        names::named,
    },
};
use nocknock_training::{
    rng::{below, stream, Purpose},
    Labels, StepProgress, TrainObserver, TrainingSet,
};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use std::{fs, path::PathBuf};

/// A file of the examples, its lines in an order drawn from a seed.
fn example(name: &str, seed: u64) -> Vec<Vec<String>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../examples/data").join(name);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(1);
    let mut lines: Vec<Vec<String>> =
        lines.map(|line| line.split(',').map(str::to_owned).collect()).collect();
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for end in (1..lines.len()).rev() {
        lines.swap(rng.next_u64() as usize % (end + 1), end);
    }
    lines
}

/// An architecture with blocks of 100 samples.
pub(super) fn architecture(
    (inputs, input_bits): (u16, u8),
    hidden: &[Dense],
    head: Head,
) -> Architecture {
    let hidden = List::truncate_from(hidden.to_vec());
    let description = Description { inputs, input_bits, hidden, head, samples: 100 };
    Architecture::new(description).unwrap()
}

/// The architecture of the handwritten digits.
pub(super) fn digits_64x32x10() -> Architecture {
    named("digits-64x32x10").unwrap()
}

/// The handwritten digits, grey levels cut off at 15.
pub(super) fn digits(architecture: Architecture, seed: u64) -> TrainingSet {
    let (mut inputs, mut classes) = (Vec::new(), Vec::new());
    for row in example("digits.csv", seed) {
        let (label, pixels) = row.split_last().unwrap();
        classes.push(label.parse().unwrap());
        inputs.extend(pixels.iter().map(|pixel| pixel.parse::<u16>().unwrap().min(15)));
    }
    TrainingSet { architecture, inputs, labels: Labels::Classes(classes) }
}

/// The breast cancer table, each column scaled to a byte, with columns of zeros behind them.
pub(super) fn breast_cancer(architecture: Architecture, seed: u64) -> TrainingSet {
    let rows = example("breast_cancer.csv", seed);
    let numbers: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| row[..30].iter().map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |at: usize| numbers.iter().map(move |row| row[at]);
    let ranges: Vec<(f64, f64)> = (0..30)
        .map(|at| (column(at).fold(f64::MAX, f64::min), column(at).fold(f64::MIN, f64::max)))
        .collect();
    let mut inputs = Vec::new();
    for row in &numbers {
        let scaled = row.iter().zip(&ranges);
        let scaled = scaled.map(|(value, (low, high))| (value - low) / (high - low) * 255.0);
        inputs.extend(scaled.map(|value| value.round() as u16));
        inputs.resize(inputs.len() + usize::from(architecture.inputs) - 30, 0);
    }
    let classes = rows.iter().map(|row| u8::from(row[30] == "malignant")).collect();
    TrainingSet { architecture, inputs, labels: Labels::Classes(classes) }
}

/// Numbers that follow from 64 columns, of which the first eight count: a weighted sum, and how far
/// the first column is from its middle.
pub(super) fn prices(samples: usize, seed: u64) -> TrainingSet {
    const WEIGHTS: [i64; 8] = [9, -7, 12, 5, -11, 3, -4, 8];
    let mut rng = stream(seed, Purpose::Split);
    let inputs: Vec<u16> = (0..samples * 64).map(|_| below(&mut rng, 256) as u16).collect();
    let price = |row: &[u16]| -> u16 {
        let columns = row.iter().map(|value| i64::from(*value));
        let sum: i64 = WEIGHTS.iter().zip(columns).map(|(weight, value)| weight * value).sum();
        let bend = 20 * (i64::from(row[0]) - 128).abs();
        // Between 0 and 65,535: the sum is -5,610 to 9,435, the bend at most 2,560.
        ((sum + bend + 5_610) * 3) as u16
    };
    let numbers = inputs.chunks_exact(64).map(price).collect();
    let architecture = named("price-64x32").unwrap();
    TrainingSet { architecture, labels: Labels::Numbers(numbers), inputs }
}

/// Splits the samples from `count` on off.
pub(super) fn split_off(data: &mut TrainingSet, count: usize) -> TrainingSet {
    let width = usize::from(data.architecture.inputs);
    let outputs = data.architecture.outputs();
    TrainingSet {
        architecture: data.architecture.clone(),
        inputs: data.inputs.split_off(count * width),
        labels: match &mut data.labels {
            Labels::Classes(classes) => Labels::Classes(classes.split_off(count)),
            Labels::Sets(sets) => Labels::Sets(sets.split_off(count * outputs)),
            Labels::Numbers(numbers) => Labels::Numbers(numbers.split_off(count)),
        },
    }
}

/// The first samples.
pub(super) fn first(mut data: TrainingSet, count: usize) -> TrainingSet {
    split_off(&mut data, count);
    data
}

/// The first samples of the digits.
pub(super) fn some_digits(count: usize) -> TrainingSet {
    first(digits(digits_64x32x10(), 1), count)
}

/// Digits and an architecture that is too narrow for many of its models, with two hidden layers.
pub(super) fn some_narrow_digits(count: usize) -> TrainingSet {
    let hidden = [
        Dense { units: 24, weight_bits: 6, bias_bits: 12, sum_bits: 14, shift: 4 },
        Dense { units: 16, weight_bits: 6, bias_bits: 14, sum_bits: 16, shift: 5 },
    ];
    let head =
        Head::Classes { classes: 10, best: 1, weight_bits: 6, bias_bits: 14, distance_bits: 16 };
    TrainingSet { architecture: architecture((64, 4), &hidden, head), ..some_digits(count) }
}

/// The digits as a set of ten labels, of which one holds.
pub(super) fn digits_as_labels(seed: u64) -> TrainingSet {
    let hidden = Dense { units: 32, weight_bits: 6, bias_bits: 12, sum_bits: 16, shift: 6 };
    let head = Head::Labels { labels: 10, weight_bits: 6, bias_bits: 14, sum_bits: 20 };
    let data = digits(architecture((64, 4), &[hidden], head), seed);
    let Labels::Classes(classes) = &data.labels else {
        panic!("the digits have classes");
    };
    let one_hot = |class: &u8| -> Vec<bool> { (0..10).map(|label| label == *class).collect() };
    let labels = Labels::Sets(classes.iter().flat_map(one_hot).collect());
    TrainingSet { labels, ..data }
}

/// Numbers of 64 columns, and what counts is to be near.
pub(super) fn prices_within(samples: usize, seed: u64, tolerance: u32) -> TrainingSet {
    let hidden = Dense { units: 32, weight_bits: 8, bias_bits: 19, sum_bits: 20, shift: 9 };
    let goal = Goal::Within { tolerance };
    let head = Head::Number { weight_bits: 8, bias_bits: 18, distance_bits: 21, goal };
    let architecture = architecture((64, 8), &[hidden], head);
    TrainingSet { architecture, ..prices(samples, seed) }
}

/// Has no more time after some steps.
pub(super) struct FinishAfter(pub(super) u64);

impl TrainObserver for FinishAfter {
    fn stepped(&mut self, _progress: StepProgress) {
        self.0 = self.0.saturating_sub(1);
    }

    fn finish_requested(&self) -> bool {
        self.0 == 0
    }
}

/// Asks to stop after some steps.
pub(super) struct StopAfter(pub(super) u64);

impl TrainObserver for StopAfter {
    fn stepped(&mut self, _progress: StepProgress) {
        self.0 = self.0.saturating_sub(1);
    }

    fn stop_requested(&self) -> bool {
        self.0 == 0
    }
}
