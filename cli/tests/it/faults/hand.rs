//! A worker that something happens to: how it is set up, what it says, and what must hold
//! afterwards.

use super::world::{Offered, World};
use crate::{
    chain::{Services, DIGITS},
    processes::{signal, until, Running},
    support::Finished,
    workers::{proving_keys, Worker},
};
use rustix::process::Signal;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A training that is over at once.
const SHORT_TRAINING: &str = "epochs = 3\nthreads = 1";

/// A training that ends only when its time is over.
pub(crate) const LONG_TRAINING: &str = "epochs = 1000000\nthreads = 1";

/// The configuration of a worker.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) services: Services,
    /// Folder of proving keys.
    pub(crate) keys: PathBuf,
    pub(crate) free_memory_mib: u64,
    pub(crate) training_seconds: u64,
    pub(crate) least_training_seconds: u64,
    /// Lines of `[training.settings]`.
    pub(crate) training: &'static str,
}

impl Settings {
    /// A worker that lacks nothing.
    pub(crate) fn new(services: Services) -> Self {
        Self {
            services,
            keys: proving_keys().to_owned(),
            free_memory_mib: 256,
            training_seconds: 600,
            least_training_seconds: 3,
            training: SHORT_TRAINING,
        }
    }

    /// A worker in a folder, with a development account's name.
    pub(crate) fn worker(&self, home: &Path, name: &'static str) -> Worker {
        let worker = Worker::new(home, name, &self.services, self.training);
        self.write(&worker);
        worker
    }

    /// Writes the configuration of a worker anew.
    pub(crate) fn write(&self, worker: &Worker) {
        fs::write(worker.config(), self.text()).expect("the configuration can be written");
    }

    fn text(&self) -> String {
        let Services { node, store } = &self.services;
        let keys = self.keys.display();
        format!(
            "[chain]\nurls = [\"{node}\"]\n\n\
             [storage]\naggregators = [\"{store}\"]\npublishers = [\"{store}\"]\n\n\
             [policy]\nmaximum_stake = \"10000000\"\nshapes = [\"digits-64x32x10\"]\n\n\
             [proving]\nkeys = '{keys}'\n\n\
             [limits]\nfree_memory_mib = {}\ntraining_seconds = {}\nleast_training_seconds = {}\n\n\
             [retry]\nfirst_seconds = 1\nlongest_seconds = 4\n\n\
             [training]\ndevice = \"cpu\"\nsearch = \"off\"\n\n\
             [training.settings]\n{}\n",
            self.free_memory_mib, self.training_seconds, self.least_training_seconds, self.training,
        )
    }
}

/// What the doctor found.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    code: Option<i32>,
    findings: Value,
}

/// The arguments of a quick examination.
pub(crate) const DOCTOR: [&str; 2] = ["doctor", "--quick"];

impl From<Finished> for Diagnosis {
    #[track_caller]
    fn from(finished: Finished) -> Self {
        let findings = serde_json::from_str(&finished.stdout);
        Self {
            code: finished.code,
            findings: findings.unwrap_or_else(|error| panic!("{error}: {finished:?}")),
        }
    }
}

impl Diagnosis {
    /// Asks a worker's doctor.
    #[track_caller]
    pub(crate) fn of(worker: &Worker) -> Self {
        worker.run(&DOCTOR).into()
    }

    /// Checks that there is a finding of this level about this, with these words.
    #[track_caller]
    pub(crate) fn finds(&self, check: &str, level: &str, words: &str) {
        let findings = self.findings.as_array().expect("a list of findings");
        let fits = |finding: &Value| {
            let text = finding["text"].as_str().unwrap_or_default();
            finding["check"] == check && finding["level"] == level && text.contains(words)
        };
        assert!(
            findings.iter().any(fits),
            "{check}, {level}, {words:?} is not among {findings:#?}"
        );
    }

    /// Checks that the worker would run: the exit code says so.
    #[track_caller]
    pub(crate) fn is_well(&self) {
        assert_eq!(self.code, Some(0), "{:#}", self.findings);
    }

    /// Checks that the worker would not run: the exit code says so.
    #[track_caller]
    pub(crate) fn is_ill(&self) {
        assert_eq!(self.code, Some(3), "{:#}", self.findings);
    }
}

/// Trains a model outside of any task, and gives its file.
#[track_caller]
pub(crate) fn model_by_hand(worker: &Worker, home: &Path) -> String {
    let folder = home.join("model");
    let out = folder.to_str().expect("the folder has a name in UTF-8");
    let shape = "digits-64x32x10";
    let train = ["train", "--data", DIGITS, "--shape", shape, "--out", out];
    worker.run(&train).text();
    format!("{out}/model.json")
}

/// Starts a worker on one task.
#[track_caller]
pub(crate) fn start(worker: &Worker, offered: &Offered) -> Running {
    worker.spawn(&["run", "--task", &offered.id])
}

/// Waits until a worker says something.
#[track_caller]
pub(crate) fn hear(running: &mut Running, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    until(what, || {
        // In this order: what an ended program has said is all there.
        let ended = running.ended();
        let events = running.events();
        let heard = events.iter().find(|event| wanted(event)).cloned();
        assert!(
            heard.is_some() || ended.is_none(),
            "the worker ended before {what}: {:#?}\n{}",
            events,
            fs::read_to_string(running.stderr()).unwrap_or_default()
        );
        heard
    })
}

/// Waits until a step fails with these words, and will be tried again.
#[track_caller]
pub(crate) fn hear_failure(running: &mut Running, step: &str, words: &str) {
    hear(running, &format!("{step} fails with {words:?}"), |event| {
        let error = event["error"].as_str().unwrap_or_default();
        event["event"] == "failed" && event["step"] == step && error.contains(words)
    });
}

/// Whether an event has this name and is about this task.
pub(crate) fn is_about(event: &Value, name: &str, task: u64) -> bool {
    event["event"] == name && event["task"] == task
}

/// Checks that nothing was committed yet, and that the journal is there to go on from.
#[track_caller]
pub(crate) fn nothing_is_at_stake(worker: &Worker, world: &World, offered: &Offered) {
    let journal = worker.journal(offered.task);
    assert!(journal.join("chosen.json").is_file(), "the task is not chosen");
    for early in ["commitment.json", "ending.json"] {
        assert!(!journal.join(early).exists(), "there is a file {early}");
    }
    assert_eq!(commitments(world, offered, &worker.account()), 0);
}

/// Waits until the worker has committed, ends it, and checks that it committed once, that its stake
/// is held, that the state directory can prove what the chain holds, and that no secret was
/// printed.
#[track_caller]
pub(crate) fn goes_on_and_commits(
    worker: &Worker,
    mut running: Running,
    world: &World,
    offered: &Offered,
) {
    hear(&mut running, "the commitment is noted", |event| {
        is_about(event, "waiting", offered.task)
            && event["what"] == "committed, waiting for the test blocks"
    });
    let printed = [running.stdout().to_owned(), running.stderr().to_owned()];
    let summary = end(running);
    assert_eq!(summary["stakes_lost"], 0, "{summary}");
    assert_eq!(summary["open"], 1, "{summary}");
    let account = worker.account();
    assert_eq!(commitments(world, offered, &account), 1);
    let status = world.ask(&["status", "--account", &account]).json();
    assert_ne!(status["account"]["held"], "0", "{status}");
    let standing = worker.standing(offered.task).expect("the task is known");
    assert_eq!(standing["text"], "committed", "{standing}");
    assert!(standing["ending"].is_null(), "{standing}");
    no_secret_is_in(worker, offered, &printed);
}

/// Asks a worker to end, and gives the last line that it prints.
#[track_caller]
pub(crate) fn end(running: Running) -> Value {
    signal(running.pid(), Signal::TERM);
    summary(running)
}

/// The last line of a worker that ends in order.
#[track_caller]
pub(crate) fn summary(running: Running) -> Value {
    let text = running.finish().text();
    let last = text.lines().last().expect("a worker prints a summary");
    let summary: Value = serde_json::from_str(last).expect("its lines are JSON");
    assert_eq!(summary["event"], "summary", "{text}");
    summary
}

/// How often an account has committed in a task: as the chain stores it, and as it happened.
#[track_caller]
fn commitments(world: &World, offered: &Offered, account: &str) -> usize {
    let task = world.task(&offered.id);
    let of_account = |entry: &&Value| entry["worker"] == account;
    let stored = task["commitments"].as_array().expect("a list");
    let stored = stored.iter().filter(of_account).count();
    let events = task["timeline"].as_array().expect("a list").iter();
    let committed = events
        .filter(|event| event["event"] == "ModelCommitted")
        .filter(|event| event["fields"]["worker"] == account);
    assert_eq!(committed.count(), stored, "{task:#}");
    stored
}

/// The key of the model is on the disk, and nowhere else.
#[track_caller]
fn no_secret_is_in(worker: &Worker, offered: &Offered, printed: &[PathBuf]) {
    let fact = fs::read(worker.journal(offered.task).join("commitment.json"));
    let fact: Value = serde_json::from_slice(&fact.expect("the key is kept")).expect("it is JSON");
    let key = fact["key"].as_str().expect("the key is text");
    let key = key.trim_start_matches("0x");
    assert!(key.len() >= 64, "the key is too short");
    let log = worker.log();
    for path in printed.iter().chain([&log]) {
        let text = fs::read_to_string(path).expect("the output is text");
        assert!(!text.contains(key), "{} holds the key", path.display());
    }
}
