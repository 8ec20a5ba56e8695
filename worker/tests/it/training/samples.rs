//! Data sets and observers for the tests.

use nocknock_primitives::model::{
    shape::{DIGITS_64X32X10, TABULAR_32X16X2},
    MlpShape,
};
use nocknock_worker::train::{TrainObserver, TrainingSet};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use std::{fs, path::PathBuf};

/// A file of the examples.
fn example(name: &str) -> Vec<Vec<String>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../examples/data").join(name);
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The handwritten digits, grey levels cut off at 15, in an order drawn from a seed.
pub(super) fn digits(seed: u64) -> TrainingSet {
    let mut rows = example("digits.csv");
    shuffle(&mut rows, seed);
    let mut data = empty(DIGITS_64X32X10);
    for row in rows {
        let (label, pixels) = row.split_last().unwrap();
        data.labels.push(label.parse().unwrap());
        let pixels = pixels.iter().map(|pixel| pixel.parse::<u16>().unwrap().min(15));
        data.inputs.extend(pixels);
    }
    data
}

/// The breast cancer table, each column scaled to a byte, with two columns of zeros.
pub(super) fn breast_cancer(seed: u64) -> TrainingSet {
    let mut rows = example("breast_cancer.csv");
    shuffle(&mut rows, seed);
    let numbers: Vec<Vec<f64>> = rows
        .iter()
        .map(|row| row[..30].iter().map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |at: usize| numbers.iter().map(move |row| row[at]);
    let ranges: Vec<(f64, f64)> = (0..30)
        .map(|at| (column(at).fold(f64::MAX, f64::min), column(at).fold(f64::MIN, f64::max)))
        .collect();
    let mut data = empty(TABULAR_32X16X2);
    for (row, cells) in numbers.iter().zip(&rows) {
        let scaled = row.iter().zip(&ranges);
        let scaled = scaled.map(|(value, (low, high))| (value - low) / (high - low) * 255.0);
        data.inputs.extend(scaled.map(|value| value.round() as u16));
        data.inputs.extend([0, 0]);
        data.labels.push(u8::from(cells[30] == "malignant"));
    }
    data
}

/// Splits the rows from `count` on off.
pub(super) fn split_off(data: &mut TrainingSet, count: usize) -> TrainingSet {
    let width = usize::from(data.shape.inputs);
    TrainingSet {
        shape: data.shape,
        inputs: data.inputs.split_off(count * width),
        labels: data.labels.split_off(count),
    }
}

/// The first rows of the digits.
pub(super) fn some_digits(count: usize) -> TrainingSet {
    let mut data = digits(1);
    split_off(&mut data, count);
    data
}

fn empty(shape: MlpShape) -> TrainingSet {
    TrainingSet { shape, inputs: Vec::new(), labels: Vec::new() }
}

fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    for end in (1..items.len()).rev() {
        items.swap(rng.next_u64() as usize % (end + 1), end);
    }
}

/// Asks to stop after some steps.
pub(super) struct StopAfter(pub(super) u64);

impl TrainObserver for StopAfter {
    fn stepped(&mut self, _progress: nocknock_worker::train::StepProgress) {
        self.0 = self.0.saturating_sub(1);
    }

    fn stop_requested(&self) -> bool {
        self.0 == 0
    }
}
