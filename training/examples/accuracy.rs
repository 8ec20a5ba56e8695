//! What integers cost, and whether a GPU learns what the CPU learns.
//!
//! Trains architectures on the example data twice, from the same seed, with the same settings and
//! in the same order, and compares what the two models get right on rows that were held back.
//!
//! ```text
//! examples/images/make && examples/embeddings/make
//! cargo run --release -p nocknock-training --example accuracy
//! ```
//!
//! `scripts/gpu-check` runs it on a machine with a GPU.

use clap::Parser;
use nocknock_dataset::{Encoding, Profile, Range, ReadOptions, Table, Wanted};
use nocknock_primitives::{
    limits::List,
    model::{
        architecture::{Architecture, ArchitectureError, Dense, Description, Head, Layer},
        names::named,
    },
};
use nocknock_training::{
    evaluate, set_compute_threads, train_with, Batch, DeviceChoice, ImageShift, Known, Labels,
    Learner, Strategy, StrategyError, TrainConfig, TrainReport, TrainingSet,
};
use serde_json::{json, Value};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

const EXIT_CODES: &str = "\
Exit codes:
  0  every difference is within the bound
  1  it did not work
  2  the command line is wrong
  3  a difference is beyond the bound: one percentage point between integers and
     floating point, unless the integers are better, and a quarter of one between devices";

const BEYOND_THE_BOUND: u8 = 3;

/// Trains models on the example data twice, and compares what they get right on rows that were
/// held back.
///
/// Integers, as they are proved, are compared with floating point: the same architecture, seed,
/// settings and order of samples, but nothing is rounded or held within bounds. Both train on all
/// other rows, and what counts is the model of the last epoch. With --gpu models in integers of a
/// GPU are compared with those of the CPU.
///
/// Run examples/images/make and examples/embeddings/make first: they write the larger tables.
#[derive(Parser)]
#[command(name = "accuracy", version, after_help = EXIT_CODES)]
struct Arguments {
    /// Architectures to train [default: all, or with --gpu four]
    #[arg(value_name = "ARCHITECTURE")]
    architectures: Vec<String>,
    /// Compare this device with the CPU: cuda, cuda:N or metal
    #[arg(long, value_name = "DEVICE")]
    gpu: Option<DeviceChoice>,
    /// Trainings of each kind
    #[arg(
        long,
        value_name = "N",
        default_value_t = 3,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    seeds: u64,
    /// Go on with further seeds as long as they are likely to end within this time
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    seconds: u64,
    /// Threads on the CPU [default: one for each core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Folder with the example data
    #[arg(long, value_name = "DIR", default_value = "examples")]
    data: PathBuf,
    /// Write the results there as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What is trained on which data, and the settings that suit both.
struct Case {
    architecture: &'static str,
    file: &'static str,
    /// How numbers become inputs.
    range: Range,
    held_back: HeldBack,
    learning_rate: f64,
    weight_decay: f64,
    epochs: u32,
    batch_size: usize,
    image_shift: Option<ImageShift>,
}

/// Which rows judge.
#[derive(Clone, Copy)]
enum HeldBack {
    /// Those from this number on.
    From(usize),
    /// One of so many parts, ten rows at a time; the next seed takes another part.
    Part(u64),
}

/// No offered architecture, but nearly as many parameters as a model may have.
const WIDE: &str = "wide-784x1024x10";

const ON_DEVICES: [&str; 4] = ["digits-64x32x10", "embed-384x64x10", "mnist-784x128x10", WIDE];

/// A table of columns of any scale, with the trainer's own settings.
const TABLE: Case = Case {
    architecture: "table-128x64x2",
    file: "data/breast_cancer.csv",
    range: Range::MinMax,
    held_back: HeldBack::Part(3),
    learning_rate: 0.02,
    weight_decay: 0.1,
    epochs: 120,
    batch_size: 32,
    image_shift: None,
};

/// Data for every offered architecture that has some here. Rates and decay of images and features
/// are those of examples/embeddings/README.md and examples/images/README.md.
static CASES: [Case; 8] = [
    Case {
        architecture: "digits-64x32x10",
        file: "data/digits.csv",
        range: Range::Fixed { low: 0.0, high: 15.0 },
        held_back: HeldBack::Part(5),
        image_shift: Some(ImageShift { width: 8, height: 8, chance: 0.1 }),
        ..TABLE
    },
    Case {
        architecture: "mnist-784x128x10",
        file: "images/fashion.npy",
        range: Range::Fixed { low: 0.0, high: 15.0 },
        held_back: HeldBack::From(4000),
        learning_rate: 0.005,
        epochs: 40,
        ..TABLE
    },
    Case {
        architecture: "embed-384x64x10",
        file: "embeddings/digits-384.npy",
        range: Range::Fixed { low: 0.0, high: 255.0 },
        held_back: HeldBack::Part(5),
        learning_rate: 0.01,
        epochs: 40,
        ..TABLE
    },
    Case {
        architecture: "embed-512x10",
        file: "embeddings/fashion-512.npy",
        range: Range::Fixed { low: 0.0, high: 255.0 },
        held_back: HeldBack::From(4000),
        weight_decay: 0.01,
        epochs: 40,
        ..TABLE
    },
    TABLE,
    Case { architecture: "table-128x64x32x2", ..TABLE },
    Case {
        architecture: "table-128x64x10",
        file: "data/digits.csv",
        held_back: HeldBack::Part(5),
        ..TABLE
    },
    Case {
        architecture: WIDE,
        file: "images/fashion.npy",
        range: Range::Fixed { low: 0.0, high: 15.0 },
        held_back: HeldBack::From(4000),
        learning_rate: 0.005,
        epochs: 30,
        batch_size: 512,
        ..TABLE
    },
];

/// What is compared.
#[derive(Clone, Copy)]
enum Comparison {
    /// Integers with floating point, on the CPU.
    Rounding,
    /// A device with the CPU, both in integers.
    Devices(DeviceChoice),
}

/// One of the two ways to train.
struct Way {
    name: &'static str,
    device: DeviceChoice,
    in_real_numbers: bool,
}

/// What a training came to.
struct Outcome {
    /// Share of the rows held back that the model gets right.
    accuracy: f64,
    /// Seconds of the training, with what it judges after each epoch.
    seconds: f64,
    /// Samples learned in a second of the median epoch, without that.
    samples_per_second: f64,
}

/// A case with its samples, and what the trainings of each seed came to.
struct Subject {
    case: &'static Case,
    samples: TrainingSet,
    outcomes: Vec<[Outcome; 2]>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    set_compute_threads(arguments.threads());
    match compare(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BEYOND_THE_BOUND),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every difference is within the bound.
fn compare(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let started = Instant::now();
    let comparison = arguments.comparison()?;
    let cases = arguments.cases(comparison)?;
    let subjects = cases.into_iter().map(|case| Subject::load(case, &arguments.data));
    let mut subjects = subjects.collect::<Result<Vec<_>, _>>()?;
    train_all(&mut subjects, comparison, arguments)?;
    print_table(&table(&subjects, comparison));
    if let Some(file) = &arguments.json {
        let results: Vec<Value> =
            subjects.iter().map(|subject| subject.to_json(comparison)).collect();
        let report = json!({
            "comparison": comparison.ways().map(|way| way.name),
            "bound_points": comparison.bound(),
            "threads": arguments.threads(),
            "version": env!("CARGO_PKG_VERSION"),
            "seconds": started.elapsed().as_secs_f64(),
            "results": results,
        });
        fs::write(file, format!("{report:#}\n"))?;
    }
    Ok(subjects.iter().all(|subject| comparison.accepts(subject.difference())))
}

fn train_all(
    subjects: &mut [Subject],
    comparison: Comparison,
    arguments: &Arguments,
) -> Result<(), Box<dyn Error>> {
    let limit = Duration::from_secs(arguments.seconds);
    let started = Instant::now();
    let mut longest = Duration::ZERO;
    let mut seed = 0;
    while seed < arguments.seeds || started.elapsed() + longest <= limit {
        let began = Instant::now();
        for subject in &mut *subjects {
            subject.train(seed, comparison, arguments.threads())?;
        }
        longest = longest.max(began.elapsed());
        seed += 1;
    }
    Ok(())
}

impl Arguments {
    fn threads(&self) -> usize {
        let cores = || thread::available_parallelism().map_or(1, |cores| cores.get());
        self.threads.unwrap_or_else(cores)
    }

    /// A GPU that is asked for must be there: `auto` would be content with the CPU.
    fn comparison(&self) -> Result<Comparison, Box<dyn Error>> {
        let Some(device) = self.gpu else {
            return Ok(Comparison::Rounding);
        };
        match device.probe()? {
            DeviceChoice::Cpu => Err("there is no GPU to compare with the CPU".into()),
            found => Ok(Comparison::Devices(found)),
        }
    }

    fn cases(&self, comparison: Comparison) -> Result<Vec<&'static Case>, String> {
        if self.architectures.is_empty() {
            comparison.architectures().into_iter().map(Case::named).collect()
        } else {
            self.architectures.iter().map(|name| Case::named(name)).collect()
        }
    }
}

impl Case {
    fn named(name: &str) -> Result<&'static Self, String> {
        let known = || CASES.each_ref().map(|case| case.architecture).join(", ");
        let found = CASES.iter().find(|case| case.architecture == name);
        found.ok_or_else(|| format!("there is no data for '{name}': choose among {}", known()))
    }

    /// All rows that are not held back train, and the last epoch is kept: no result chooses it.
    fn config(&self, seed: u64, threads: usize) -> TrainConfig {
        TrainConfig {
            seed,
            epochs: self.epochs,
            batch_size: self.batch_size,
            learning_rate: self.learning_rate,
            weight_decay: self.weight_decay,
            image_shift: self.image_shift,
            validation_share: 0.0,
            checkpoint_every: None,
            threads: Some(threads),
            ..TrainConfig::default()
        }
    }
}

impl HeldBack {
    /// The first seed takes the last part, as examples/embeddings/reference does.
    fn holds(self, row: usize, seed: u64) -> bool {
        match self {
            Self::From(first) => row >= first,
            Self::Part(parts) => (row as u64 / 10 + 1 + seed).is_multiple_of(parts),
        }
    }
}

impl Comparison {
    fn ways(self) -> [Way; 2] {
        let way = |name, device, in_real_numbers| Way { name, device, in_real_numbers };
        let cpu = DeviceChoice::Cpu;
        match self {
            Self::Rounding => [way("integers", cpu, false), way("floating point", cpu, true)],
            Self::Devices(device) => [way("GPU", device, false), way("CPU", cpu, false)],
        }
    }

    fn architectures(self) -> Vec<&'static str> {
        let offered = CASES.iter().map(|case| case.architecture).filter(|name| *name != WIDE);
        match self {
            Self::Rounding => offered.collect(),
            Self::Devices(_) => ON_DEVICES.to_vec(),
        }
    }

    /// In percentage points.
    fn bound(self) -> f64 {
        match self {
            Self::Rounding => 1.0,
            Self::Devices(_) => 0.25,
        }
    }

    fn accepts(self, difference: f64) -> bool {
        match self {
            // Integers that are better cost nothing.
            Self::Rounding => difference >= -self.bound(),
            Self::Devices(_) => difference.abs() <= self.bound(),
        }
    }
}

impl Way {
    fn train(
        &self,
        training: &TrainingSet,
        test: &TrainingSet,
        config: &TrainConfig,
    ) -> Result<Outcome, Box<dyn Error>> {
        let steps = training.samples().div_ceil(config.batch_size) as u64;
        let last_step = (steps * u64::from(config.epochs)).saturating_sub(1);
        let in_real_numbers = self.in_real_numbers;
        let mut judge = Judge { test, last_step, in_real_numbers, right: 0 };
        let model = train_with(&mut judge, training, config, self.device, None, &mut ())?;
        let integers = evaluate(&model.weights, test, &numbers(test)).score;
        if !in_real_numbers && integers != judge.right {
            return Err(format!("the {} does not compute what is proved", self.device).into());
        }
        Ok(Outcome {
            accuracy: judge.right as f64 / test.samples() as f64,
            seconds: model.report.seconds,
            samples_per_second: training.samples() as f64 / median_epoch(&model.report),
        })
    }
}

fn median_epoch(report: &TrainReport) -> f64 {
    let mut seconds: Vec<f64> = report.history.iter().map(|epoch| epoch.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::INFINITY)
}

/// Judges the model of the last step by its own outputs, which need not be integers.
#[derive(Debug)]
struct Judge<'a> {
    test: &'a TrainingSet,
    last_step: u64,
    in_real_numbers: bool,
    right: u64,
}

impl Strategy for Judge<'_> {
    fn name(&self) -> &str {
        "accuracy"
    }

    fn merge(&mut self, step: u64, learner: &mut Learner) -> Result<(), StrategyError> {
        if step == self.last_step {
            self.right = count_right(learner, self.test)?;
        }
        Ok(())
    }

    fn in_real_numbers(&self) -> bool {
        self.in_real_numbers
    }
}

/// Samples on which the output of the class is above all others.
fn count_right(learner: &Learner, test: &TrainingSet) -> Result<u64, StrategyError> {
    // A device that is opened twice is two devices to candle.
    let head = learner.layers().last().ok_or("a model has a head")?.parameters()?;
    let batch = Batch::new(test, &numbers(test), head.device())?;
    let outputs = learner.outputs(&batch)?.to_vec2::<f32>()?;
    let known = (0..).map_while(|sample| Some(test.sample(sample)?.1));
    let right = outputs.iter().zip(known).filter(|(outputs, known)| is_right(outputs, *known));
    Ok(right.count() as u64)
}

fn is_right(outputs: &[f32], known: Known<'_>) -> bool {
    let Known::Class(class) = known else {
        return false;
    };
    let class = usize::from(class);
    let mut others = (0..).zip(outputs).filter(|(other, _)| *other != class);
    outputs.get(class).is_some_and(|own| others.all(|(_, output)| output < own))
}

fn numbers(samples: &TrainingSet) -> Vec<u32> {
    (0..).take(samples.samples()).collect()
}

impl Subject {
    fn load(case: &'static Case, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let table = Table::read(&folder.join(case.file), &ReadOptions::default())?;
        let architecture = architecture(case.architecture)?;
        let profile = Profile::of(&table, &Wanted::default())?;
        let encoding = Encoding::fit(&table, &profile, &architecture, case.range)?.encoding;
        let inputs = encoding.rows(&table)?.concat();
        let labels = profile.labels.ok_or("the table has no classes")?;
        let classes = labels.of_row.into_iter().flatten().collect();
        let samples = TrainingSet { architecture, inputs, labels: Labels::Classes(classes) };
        samples.check()?;
        Ok(Self { case, samples, outcomes: Vec::new() })
    }

    fn train(
        &mut self,
        seed: u64,
        comparison: Comparison,
        threads: usize,
    ) -> Result<(), Box<dyn Error>> {
        let config = self.case.config(seed, threads);
        let (training, test) = self.split(seed);
        let train = |way: &Way| -> Result<Outcome, Box<dyn Error>> {
            eprintln!("{}, {}, seed {seed}", self.case.architecture, way.name);
            way.train(&training, &test, &config)
        };
        let [first, second] = comparison.ways();
        let outcomes = [train(&first)?, train(&second)?];
        self.outcomes.push(outcomes);
        Ok(())
    }

    /// The rows that train, and those held back.
    fn split(&self, seed: u64) -> (TrainingSet, TrainingSet) {
        let rows = 0..self.samples.samples();
        let (test, training): (Vec<usize>, Vec<usize>) =
            rows.partition(|row| self.case.held_back.holds(*row, seed));
        (self.part(&training), self.part(&test))
    }

    fn part(&self, rows: &[usize]) -> TrainingSet {
        let (mut inputs, mut classes) = (Vec::new(), Vec::new());
        for (values, known) in rows.iter().filter_map(|row| self.samples.sample(*row)) {
            inputs.extend_from_slice(values);
            if let Known::Class(class) = known {
                classes.push(class);
            }
        }
        let architecture = self.samples.architecture.clone();
        TrainingSet { architecture, inputs, labels: Labels::Classes(classes) }
    }

    /// A number of the trainings of one way.
    fn each(&self, way: usize, number: fn(&Outcome) -> f64) -> Vec<f64> {
        self.outcomes.iter().map(|outcomes| number(&outcomes[way])).collect()
    }

    /// Means of both ways.
    fn means(&self, number: fn(&Outcome) -> f64) -> [f64; 2] {
        [0, 1].map(|way| mean(&self.each(way, number)))
    }

    fn accuracies(&self) -> [f64; 2] {
        self.means(|outcome| outcome.accuracy)
    }

    /// Of the mean accuracies, in percentage points.
    fn difference(&self) -> f64 {
        let [first, second] = self.accuracies();
        100.0 * (first - second)
    }

    /// The standard error of the difference, for which it takes two seeds.
    fn uncertainty(&self) -> Option<f64> {
        let mean = self.difference();
        let difference = |[first, second]: &[Outcome; 2]| first.accuracy - second.accuracy;
        let differences = self.outcomes.iter().map(|both| 100.0 * difference(both));
        let squares: f64 = differences.map(|difference| (difference - mean).powi(2)).sum();
        let seeds = self.outcomes.len() as f64;
        (seeds > 1.0).then(|| (squares / (seeds - 1.0) / seeds).sqrt())
    }

    fn to_json(&self, comparison: Comparison) -> Value {
        let (architecture, (training, test)) = (&self.samples.architecture, self.split(0));
        let ways: Vec<Value> = (0..).zip(comparison.ways()).map(|way| self.way_json(way)).collect();
        json!({
            "architecture": self.case.architecture,
            "description": architecture,
            "sizes": sizes(architecture),
            "parameters": architecture.parameters(),
            "file": self.case.file,
            "training_rows": training.samples(),
            "test_rows": test.samples(),
            "epochs": self.case.epochs,
            "batch_size": self.case.batch_size,
            "learning_rate": self.case.learning_rate,
            "weight_decay": self.case.weight_decay,
            "ways": ways,
            "difference_points": self.difference(),
            "standard_error_points": self.uncertainty(),
            "within_bound": comparison.accepts(self.difference()),
        })
    }

    fn way_json(&self, (place, way): (usize, Way)) -> Value {
        json!({
            "name": way.name,
            "device": way.device.to_string(),
            "accuracy": self.accuracies()[place],
            "accuracy_of_seeds": self.each(place, |outcome| outcome.accuracy),
            "seconds": self.means(|outcome| outcome.seconds)[place],
            "samples_per_second": self.means(|outcome| outcome.samples_per_second)[place],
        })
    }

    fn to_line(&self, comparison: Comparison) -> [String; 8] {
        let (training, test) = self.split(0);
        let [first, second] = self.accuracies().map(|share| format!("{:.2} %", 100.0 * share));
        let uncertainty = self.uncertainty().map(|error| format!(" ± {error:.2}"));
        let verdict = if comparison.accepts(self.difference()) { "" } else { ", TOO MUCH" };
        let seconds = self.means(|outcome| outcome.seconds);
        let rates = self.means(|outcome| outcome.samples_per_second);
        [
            self.case.architecture.to_owned(),
            format!("{} + {}", training.samples(), test.samples()),
            widths(&self.samples.architecture),
            first,
            second,
            format!("{:+.2}{}{verdict}", self.difference(), uncertainty.unwrap_or_default()),
            seconds.map(|seconds| format!("{seconds:.1}")).join(" / "),
            rates.map(|rate| format!("{rate:.0}")).join(" / "),
        ]
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn architecture(name: &str) -> Result<Architecture, Box<dyn Error>> {
    if name == WIDE {
        return Ok(wide()?);
    }
    named(name).ok_or_else(|| format!("{name} has lost its name").into())
}

/// That of the images with eight times the units, and three bits more for their sums.
fn wide() -> Result<Architecture, ArchitectureError> {
    let hidden = Dense { units: 1024, weight_bits: 3, bias_bits: 12, sum_bits: 14, shift: 6 };
    let (weight_bits, bias_bits, distance_bits) = (6, 19, 21);
    let head = Head::Classes { classes: 10, best: 1, weight_bits, bias_bits, distance_bits };
    let hidden = List::truncate_from(vec![hidden]);
    Architecture::new(Description { inputs: 784, input_bits: 4, hidden, head, samples: 150 })
}

/// Inputs, units of each hidden layer and outputs.
fn sizes(architecture: &Architecture) -> Vec<usize> {
    let units = architecture.layers().map(|layer| layer.units);
    [usize::from(architecture.inputs)].into_iter().chain(units).collect()
}

/// Bits of the inputs; then for each layer those of weights, of biases, and of sums with the shift,
/// or of the distances of outputs.
fn widths(architecture: &Architecture) -> String {
    let layers = architecture.layers().map(|layer| layer_widths(&layer, &architecture.head));
    let inputs = architecture.input_bits.to_string();
    [inputs].into_iter().chain(layers).collect::<Vec<_>>().join(", ")
}

fn layer_widths(layer: &Layer, head: &Head) -> String {
    let sums = match (layer.activation, head) {
        (Some(activation), _) => format!("{}>>{}", activation.sum_bits, activation.shift),
        (None, Head::Classes { distance_bits, .. } | Head::Number { distance_bits, .. }) => {
            distance_bits.to_string()
        }
        (None, Head::Labels { sum_bits, .. }) => sum_bits.to_string(),
    };
    format!("{}/{}/{sums}", layer.weight_bits, layer.bias_bits)
}

fn table(subjects: &[Subject], comparison: Comparison) -> Vec<[String; 8]> {
    let [first, second] = comparison.ways().map(|way| way.name);
    let head = ["architecture", "rows", "bits", first, second, "difference", "s", "samples/s"];
    let mut lines = vec![head.map(str::to_owned)];
    lines.extend(subjects.iter().map(|subject| subject.to_line(comparison)));
    lines
}

fn print_table(lines: &[[String; 8]]) {
    let length = |cell: &String| cell.chars().count();
    let width = |column: usize| lines.iter().map(|line| length(&line[column])).max();
    let widths: [usize; 8] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}
