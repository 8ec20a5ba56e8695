//! Measures how many samples a second the trainer learns from. `scripts/bench-training` runs it.
//!
//! Takes one JSON object on standard input, `{"rows": …, "config": {…}}`, and prints one:
//! the rate while learning, that is gathering, forward, backward and update.

use nocknock_primitives::model::names::named;
use nocknock_training::{
    rng::{below, stream, Purpose},
    set_compute_threads, train, DeviceChoice, EpochMetrics, Labels, TrainConfig, TrainObserver,
    TrainingSet,
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
    train(&random_samples(rows)?, &config, DeviceChoice::Cpu, None, &mut seconds)?;
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

/// What the samples hold does not change the time.
fn random_samples(samples: usize) -> Result<TrainingSet, &'static str> {
    let mut rng = stream(1, Purpose::Split);
    Ok(TrainingSet {
        architecture: named("digits-64x32x10").ok_or("the architecture has lost its name")?,
        inputs: (0..samples * 64).map(|_| below(&mut rng, 16) as u16).collect(),
        labels: Labels::Classes((0..samples).map(|_| below(&mut rng, 10) as u8).collect()),
    })
}
