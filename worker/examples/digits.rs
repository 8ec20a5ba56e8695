//! Trains on the handwritten digits and scores rows that were held out.
//!
//! ```sh
//! cargo run --release -p nocknock-worker --example digits -- \
//!     examples/data/digits.csv < settings.json
//! ```
//!
//! The settings are a [`TrainConfig`] as JSON; missing ones have their defaults, and `{}` is
//! enough.

use nocknock_primitives::model::names::named;
use nocknock_training::{
    evaluate, set_compute_threads, train, DeviceChoice, Labels, TrainConfig, TrainingSet,
};
use nocknock_worker::report::{Run, RunFolder};
use std::{error::Error, fs, io, path::Path};

/// Every fourth row or so is held out.
const HELD_OUT: usize = 390;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let path = arguments.get(1).ok_or("name the CSV file of the digits")?;
    let config: TrainConfig = serde_json::from_reader(io::stdin())?;
    set_compute_threads(config.threads.unwrap_or(2));
    let (data, held_out) = read(path, config.seed)?;
    let model = train(&data, &config, DeviceChoice::Auto, None, &mut ())?;
    let rows: Vec<u32> = (0..).take(held_out.samples()).collect();
    let found = evaluate(&model.weights, &held_out, &rows);
    println!("{} of {} held-out rows", found.score, found.samples);
    println!("{:.4} training", model.report.training.accuracy());
    println!("{:.2} s, {:.0} rows/s", model.report.seconds, model.report.samples_per_second);
    if let Some(folder) = arguments.get(2) {
        let record = RunFolder::start(Path::new(folder), &model.report.history)?;
        let (model, data) = (&model, &data);
        record.finish(&Run { model, data, encoding: None, expected: None, judges: &[] })?;
    }
    Ok(())
}

/// Rows that are being read.
#[derive(Default)]
struct Rows {
    pixels: Vec<u16>,
    classes: Vec<u8>,
}

impl Rows {
    fn samples(self) -> Result<TrainingSet, &'static str> {
        Ok(TrainingSet {
            architecture: named("digits-64x32x10").ok_or("the architecture has lost its name")?,
            inputs: self.pixels,
            labels: Labels::Classes(self.classes),
        })
    }
}

/// Rows to train on, and rows held out by a rule that the seed moves.
fn read(path: &str, seed: u64) -> Result<(TrainingSet, TrainingSet), Box<dyn Error>> {
    let (mut data, mut held_out) = (Rows::default(), Rows::default());
    let text = fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().skip(1).collect();
    for (row, line) in lines.iter().enumerate() {
        // Steps of 1019, a prime, visit every row once.
        let place = (row * 1019 + seed as usize * 397) % lines.len();
        let set = if place < HELD_OUT { &mut held_out } else { &mut data };
        let mut values = line.split(',').map(str::parse::<u16>);
        for value in values.by_ref().take(64) {
            set.pixels.push(value?.min(15));
        }
        let label = values.next().ok_or("a line without a label")??;
        set.classes.push(u8::try_from(label)?);
    }
    Ok((data.samples()?, held_out.samples()?))
}
