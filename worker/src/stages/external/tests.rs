//! With real programs: lines for `sh`, which has the file of a model as its argument.

use super::*;
use crate::{
    notice::Notices,
    stages::{learn::ColumnInputs, test_services::perfect_model, Remedy, StepError},
};
use nocknock_primitives::model::names::named;
use nocknock_training::{Labels, TrainingSet};
use safetensors::{tensor::TensorView, Dtype, SafeTensors};
use serde_json::{json, Value};
use std::{collections::BTreeSet, fs};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How long anything may take before a test gives up. It is no statement about speed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Leaves the model as it was given.
const COPY: &str = "cp \"$1\" \"$NOCKNOCK_WEIGHTS\"";

/// A tensor of a file: its name, shape and numbers.
type Tensor = (&'static str, Vec<usize>, Vec<i32>);

/// Trainings that share a folder.
struct Trainings {
    home: TempDir,
    stop: CancellationToken,
}

impl Trainings {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let trainings = Self { home, stop: CancellationToken::new() };
        trainings.give(&tensors(&perfect_model()));
        trainings
    }

    /// Class 1 has at least 2 in the first column.
    fn job(&self) -> TrainingJob {
        let column = |name: &str, inputs| ColumnInputs { name: name.to_owned(), inputs };
        TrainingJob {
            task: 7,
            data: TrainingSet {
                architecture: named("tiny-4x3x2").unwrap(),
                inputs: [[1, 2, 0, 1], [3, 1, 3, 2]].repeat(10).concat(),
                labels: Labels::Classes([0, 1].repeat(10)),
            },
            columns: vec![column("age", 0..1), column("town", 1..4)],
            encoding: None,
            folder: self.home.path().join("training"),
            until: Instant::now() + 30 * PATIENCE,
            stop: self.stop.clone(),
            notices: Notices::default(),
        }
    }

    /// What the argument of the lines is: a file with these tensors.
    fn give(&self, tensors: &[Tensor]) {
        let bytes = |numbers: &[i32]| -> Vec<u8> {
            numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
        };
        let parts: Vec<_> = tensors
            .iter()
            .map(|(name, shape, numbers)| (*name, shape.clone(), bytes(numbers)))
            .collect();
        let views = parts.iter().map(|(name, shape, bytes)| {
            (*name, TensorView::new(Dtype::I32, shape.clone(), bytes).unwrap())
        });
        fs::write(self.given(), safetensors::serialize(views, None).unwrap()).unwrap();
    }

    fn given(&self) -> PathBuf {
        self.home.path().join("given.safetensors")
    }

    fn trainer(&self, lines: &str) -> ExternalTrainer {
        let given = self.given();
        let words = ["sh", "-c", lines, "sh", given.to_str().unwrap()];
        ExternalTrainer::new(words.map(str::to_owned).to_vec())
    }

    fn train(&self, lines: &str) -> Result<ModelFact, LearnError> {
        self.trainer(lines).train(&self.job())
    }

    fn refusal(&self, lines: &str) -> String {
        self.train(lines).unwrap_err().to_string()
    }

    /// Trains until the program has made the file `ready`, and then has it end for this cause.
    fn train_until_ready(
        &self,
        lines: &str,
        cause: Cause,
        grace: Duration,
    ) -> Result<ModelFact, LearnError> {
        let trainer = ExternalTrainer { grace, ..self.trainer(lines) };
        let schedule = Schedule { end: Instant::now() + PATIENCE, grace };
        let ready = || self.folder().is_some_and(|folder| folder.join("ready").exists());
        trainer.train_until(&self.job(), schedule, &|| ready().then_some(cause))
    }

    /// The one folder of a command, once there is one.
    fn folder(&self) -> Option<PathBuf> {
        let mut folders = fs::read_dir(self.home.path().join("training")).ok()?;
        Some(folders.next()?.unwrap().path())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder().unwrap().join(name)).unwrap()
    }
}

/// A model of the tiny shape as tensors.
fn tensors(weights: &Weights) -> Vec<Tensor> {
    let [hidden, head] = &weights.layers[..] else { panic!("two layers") };
    vec![
        ("layers.0.weight", vec![3, 4], hidden.weights.clone()),
        ("layers.0.bias", vec![3], hidden.biases.clone()),
        ("layers.1.weight", vec![2, 3], head.weights.clone()),
        ("layers.1.bias", vec![2], head.biases.clone()),
    ]
}

#[test]
fn the_model_of_a_program_is_scored_by_the_worker() {
    let trainings = Trainings::new();
    let model = trainings.train(COPY).unwrap();
    assert!(model.weights == perfect_model());
    assert_eq!((model.training_accuracy, model.validation_accuracy), (1.0, None));
    trainings.give(&tensors(&Weights::zero(&trainings.job().data.architecture)));
    assert_eq!(trainings.train(COPY).unwrap().training_accuracy, 0.0);
}

#[test]
fn another_command_is_attested_as_another() {
    let trainings = Trainings::new();
    let attested = |lines| trainings.train(lines).unwrap().hyperparameters;
    assert_eq!(attested(COPY), attested(COPY));
    assert_ne!(attested(COPY), attested(&format!("{COPY};")));
}

#[test]
fn a_program_is_told_the_task_and_nothing_else_of_the_environment() {
    let trainings = Trainings::new();
    trainings.train(&format!("env > environment; pwd -P > place; {COPY}")).unwrap();
    let environment = trainings.read("environment");
    let pairs = environment.lines().filter_map(|line| line.split_once('='));
    // A shell adds some of its own.
    let of_a_shell = ["PWD", "OLDPWD", "SHLVL", "_"];
    let known: BTreeSet<&str> =
        pairs.clone().map(|(name, _)| name).filter(|name| !of_a_shell.contains(name)).collect();
    let told = ["ARCHITECTURE", "DATA", "DEADLINE", "TASK", "WEIGHTS"];
    let told = told.map(|name| format!("NOCKNOCK_{name}"));
    let inherited = INHERITED.into_iter().filter(|name| env::var_os(name).is_some());
    let expected: BTreeSet<&str> = told.iter().map(String::as_str).chain(inherited).collect();
    assert_eq!(known, expected);
    let of = |name: &str| pairs.clone().find(|(found, _)| *found == name).unwrap().1;
    assert_eq!(of("NOCKNOCK_TASK"), "7");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let deadline = Duration::from_secs(of("NOCKNOCK_DEADLINE").parse().unwrap());
    assert!(deadline > now && deadline < now + 30 * PATIENCE, "{deadline:?}");
    let folder = trainings.folder().unwrap().canonicalize().unwrap();
    assert_eq!(trainings.read("place").trim_end(), folder.to_str().unwrap());
    for (name, file) in [("DATA", "data.safetensors"), ("WEIGHTS", "weights.safetensors")] {
        assert_eq!(Path::new(of(&format!("NOCKNOCK_{name}"))), folder.join(file));
    }
}

#[test]
fn a_program_reads_the_samples_and_the_architecture_from_files() {
    let trainings = Trainings::new();
    trainings.train(COPY).unwrap();
    let bytes = fs::read(trainings.folder().unwrap().join("data.safetensors")).unwrap();
    let arrays = SafeTensors::deserialize(&bytes).unwrap();
    let (inputs, classes) = (arrays.tensor("inputs").unwrap(), arrays.tensor("classes").unwrap());
    assert_eq!((inputs.dtype(), inputs.shape()), (Dtype::U16, &[20, 4][..]));
    assert_eq!(inputs.data()[..8], [1, 0, 2, 0, 0, 0, 1, 0]);
    assert_eq!((classes.dtype(), classes.shape()), (Dtype::U8, &[20][..]));
    assert_eq!(classes.data()[..3], [0, 1, 0]);
    let task: Value = serde_json::from_str(&trainings.read("architecture.json")).unwrap();
    assert_eq!(task["architecture"]["inputs"], 4);
    assert_eq!(task["architecture"]["hidden"][0]["units"], 3);
    assert_eq!(task["columns"][1], json!({ "name": "town", "first": 1, "inputs": 3 }));
}

#[test]
fn a_program_that_fails_is_told_with_its_last_lines_and_tried_again() {
    let trainings = Trainings::new();
    let lines = format!("{COPY}; echo one; printf '\\033[2Jtwo\\n' >&2; exit 3");
    let failed = trainings.train(&lines).unwrap_err();
    let told = failed.to_string();
    for words in ["exit status: 3", "one | \u{fffd}[2Jtwo", "trainer.log"] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(trainings.read("trainer.log"), "one\n\u{1b}[2Jtwo\n");
    assert_eq!(StepError::from(failed).remedy(), Remedy::Again);
}

#[test]
fn a_program_that_is_not_there_is_named_and_leaves_the_folder_free() {
    let trainings = Trainings::new();
    let nowhere = ExternalTrainer::new(vec!["/nowhere/program".to_owned()]);
    for _ in 0..2 {
        let refused = nowhere.train(&trainings.job()).unwrap_err().to_string();
        let named = refused.contains("/nowhere/program") && refused.contains("training.command");
        assert!(named, "{refused}");
    }
}

#[test]
fn what_is_no_model_of_the_task_is_refused_with_what_is_wrong() {
    let trainings = Trainings::new();
    let refused = trainings.refusal("true");
    assert!(refused.contains("no such file") && refused.contains("printed nothing"), "{refused}");
    let refused = trainings.refusal("mkfifo \"$NOCKNOCK_WEIGHTS\"");
    assert!(refused.contains("no ordinary file"), "{refused}");
    let refused = trainings.refusal("echo no > \"$NOCKNOCK_WEIGHTS\"");
    assert!(refused.contains("not a safetensors file"), "{refused}");
    let faults: [(fn(&mut Vec<Tensor>), &str); 5] = [
        (|tensors| drop(tensors.remove(3)), "layers.1.bias of type I32 and shape [2]"),
        (|tensors| tensors[0].1 = vec![4, 3], "layers.0.weight of type I32 and shape [3, 4]"),
        (|tensors| tensors.push(("more", vec![1], vec![0])), "5 tensors"),
        (|tensors| tensors[0].2[5] = 4, "number 5 of the weights of layer 0"),
        (|tensors| tensors[2].2 = vec![3, 3, 3, -4, -4, -4], "too far apart"),
    ];
    for (change, words) in faults {
        let mut changed = tensors(&perfect_model());
        change(&mut changed);
        trainings.give(&changed);
        let refused = trainings.refusal(COPY);
        assert!(refused.contains(words), "{words} is not in: {refused}");
    }
}

#[test]
fn numbers_of_another_type_are_refused() {
    let trainings = Trainings::new();
    let (bytes, bias) = (vec![0; 12], vec![0; 3]);
    let views = [
        ("layers.0.weight", TensorView::new(Dtype::I8, vec![3, 4], &bytes).unwrap()),
        ("layers.0.bias", TensorView::new(Dtype::I8, vec![3], &bias).unwrap()),
    ];
    fs::write(trainings.given(), safetensors::serialize(views, None).unwrap()).unwrap();
    let refused = trainings.refusal(COPY);
    assert!(refused.contains("layers.0.weight of type I32"), "{refused}");
}

#[test]
fn a_model_of_an_earlier_start_is_none_of_this_one() {
    let trainings = Trainings::new();
    let lines = format!("if [ -e once ]; then exit 0; fi; : > once; {COPY}");
    assert!(trainings.train(&lines).is_ok());
    let refused = trainings.refusal(&lines);
    assert!(refused.contains("no such file"), "{refused}");
}

#[test]
fn at_the_end_of_its_time_a_program_is_asked_to_end_and_its_model_counts() {
    let trainings = Trainings::new();
    let lines = format!("trap '{COPY}; exit 1' TERM; : > ready; while :; do sleep 1; done");
    let model = trainings.train_until_ready(&lines, Cause::TimeUp, PATIENCE).unwrap();
    assert!(model.weights == perfect_model());
}

#[test]
fn a_program_that_does_not_end_is_ended_and_its_model_counts() {
    let trainings = Trainings::new();
    let lines = format!("trap '' TERM; {COPY}; : > ready; while :; do sleep 1; done");
    let grace = Duration::from_millis(1);
    let model = trainings.train_until_ready(&lines, Cause::TimeUp, grace).unwrap();
    assert!(model.weights == perfect_model());
}

#[test]
fn a_program_is_stopped_with_the_worker_and_so_is_what_it_has_started() {
    let trainings = Trainings::new();
    // The lock is held by whoever has the standard input of the program.
    let lines = "trap '' TERM; exec 3<&0; (while :; do sleep 1; done) & : > ready; wait";
    let grace = Duration::from_millis(1);
    let stopped = trainings.train_until_ready(lines, Cause::Stop, grace).unwrap_err();
    assert!(matches!(StepError::from(stopped), StepError::Stopped));
    let lock = trainings.folder().unwrap().join("program.lock");
    let asked = Instant::now();
    while durable::try_lock(&lock).unwrap().is_none() {
        assert!(asked.elapsed() < PATIENCE, "a part of the program goes on");
        thread::sleep(LOOK);
    }
}

#[test]
fn the_worker_and_its_deadline_end_a_program() {
    let trainings = Trainings::new();
    let forever = "while :; do sleep 1; done";
    let late = TrainingJob { until: Instant::now(), ..trainings.job() };
    let ended = trainings.trainer(forever).train(&late).unwrap_err();
    assert!(ended.to_string().contains("no such file"), "{ended}");
    trainings.stop.cancel();
    let stopped = trainings.train(forever).unwrap_err();
    assert!(matches!(stopped, LearnError::External(ExternalError::Stopped)), "{stopped}");
}

#[test]
fn a_program_that_a_killed_worker_has_left_keeps_a_second_one_out() {
    let trainings = Trainings::new();
    trainings.train(COPY).unwrap();
    let lock = trainings.folder().unwrap().join("program.lock");
    let held = durable::try_lock(&lock).unwrap();
    assert!(held.is_some());
    let refused = trainings.refusal(COPY);
    assert!(refused.contains("still at work"), "{refused}");
    drop(held);
    assert!(trainings.train(COPY).is_ok());
}

#[test]
fn a_program_has_ended_before_its_time_is_over() {
    let longest = Duration::from_secs(10);
    for (seconds, most) in [(1000, 10), (50, 5), (0, 0)] {
        let until = Instant::now() + Duration::from_secs(seconds);
        let schedule = Schedule::of(until, longest);
        assert!(schedule.grace <= Duration::from_secs(most), "{schedule:?}");
        assert!(schedule.end + schedule.grace <= until.max(Instant::now()), "{schedule:?}");
    }
    let far = Schedule::of(Instant::now() + 10 * PATIENCE, longest);
    assert_eq!(far.grace, longest);
}
