//! Measures how many rows a second the trainer learns from. `scripts/runner-training` runs it.
//!
//! Takes one JSON object on standard input, `{"rows": …, "config": {…}}`, and prints one:
//! the rate while learning, that is gathering, forward, backward and update.

use nocknock_primitives::model::shape::DIGITS_64X32X10;
use nocknock_worker::train::{
    set_compute_threads, train, DeviceChoice, EpochMetrics, TrainConfig, TrainObserver, TrainingSet,
};
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use serde::Deserialize;
use std::{error::Error, io};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measurement {
    rows: usize,
    config: TrainConfig,
}

/// Seconds of each epoch.
#[derive(Default)]
struct Seconds(Vec<f64>);

impl TrainObserver for Seconds {
    fn epoch_ended(&mut self, metrics: &EpochMetrics) {
        self.0.push(metrics.seconds);
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let Measurement { rows, config } = serde_json::from_reader(io::stdin())?;
    set_compute_threads(config.threads.unwrap_or(1));
    let mut seconds = Seconds::default();
    train(&random_rows(rows), &config, DeviceChoice::Cpu, None, &mut seconds)?;
    let mut epochs = seconds.0;
    epochs.sort_by(f64::total_cmp);
    let fastest = epochs.first().ok_or("no epoch was measured")?;
    let median = epochs.get(epochs.len() / 2).unwrap_or(fastest);
    let result = serde_json::json!({
        "median": rows as f64 / median,
        "fastest": rows as f64 / fastest,
        "epochs": epochs.len(),
        "version": env!("CARGO_PKG_VERSION"),
    });
    println!("{result}");
    Ok(())
}

/// What the rows hold does not change the time.
fn random_rows(rows: usize) -> TrainingSet {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    TrainingSet {
        shape: DIGITS_64X32X10,
        inputs: (0..rows * 64).map(|_| (rng.next_u32() % 16) as u16).collect(),
        labels: (0..rows).map(|_| (rng.next_u32() % 10) as u8).collect(),
    }
}
