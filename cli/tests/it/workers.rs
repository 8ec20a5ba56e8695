//! Workers that a test runs: the program `nocknock-worker` with a state directory of its own.

use crate::{
    chain::Services,
    processes::{program, Running},
    support::{users_cache, Finished},
};
use serde_json::Value;
use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        atomic::{AtomicU32, Ordering},
        OnceLock,
    },
};

/// The shape of the curriculum's digits. Its proofs are the real ones of a few seconds each.
pub(crate) const SHAPE: &str = "digits-64x32x10";

/// The circuits of a task about digits: the beginning of a key's file, and the arguments that make
/// it.
const CIRCUITS: [(&str, &[&str]); 2] =
    [(SCORE_KEY, &["--statement", "s3", "--shape", SHAPE]), (DELIVERY_KEY, &["--statement", "d2"])];

/// How the file of the key of scores begins.
pub(crate) const SCORE_KEY: &str = "digits-64x32x10.s3.";

/// How the file of the key of deliveries begins.
pub(crate) const DELIVERY_KEY: &str = "seal.d2.";

/// A worker with its configuration and its state.
#[derive(Debug)]
pub(crate) struct Worker {
    name: &'static str,
    /// Holds the configuration, the state and everything that was printed.
    folder: PathBuf,
    /// How often it was started.
    starts: AtomicU32,
}

impl Worker {
    /// A worker with a development account's name, and the lines of its `[training.settings]`.
    pub(crate) fn new(
        home: &Path,
        name: &'static str,
        services: &Services,
        training: &str,
    ) -> Self {
        let folder = home.join("workers").join(name);
        fs::create_dir_all(&folder).expect("the folder of a worker can be made");
        let worker = Self { name, folder, starts: AtomicU32::new(0) };
        let text = configuration(services, training);
        fs::write(worker.config(), text).expect("the configuration can be written");
        worker
    }

    /// The name of its development account.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// The configuration file, which a test may change.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("worker.toml")
    }

    /// The state directory.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// The log of all runs.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("worker.log")
    }

    /// The folder of a task in the state directory.
    pub(crate) fn journal(&self, task: u64) -> PathBuf {
        self.state().join("tasks").join(format!("{task:020}"))
    }

    /// The program with this worker's files and keys, whose output is JSON.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = clean(&program("nocknock-worker"), &self.folder);
        command
            .args(["--output", "json", "--dev-account", self.name])
            .arg("--state")
            .arg(self.state())
            .arg("--config")
            .arg(self.config())
            .arg("--log-file")
            .arg(self.log())
            .args(arguments);
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.spawn(arguments).finish()
    }

    /// Starts the program.
    #[track_caller]
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        let start = self.starts.fetch_add(1, Ordering::Relaxed) + 1;
        let first = arguments.first().copied().unwrap_or("worker");
        let stem = self.folder.join(format!("{start:03}-{first}"));
        Running::spawn(&mut self.command(arguments), &stem)
    }

    /// What each start has printed on its standard output, in the order of the starts.
    pub(crate) fn outputs(&self) -> Vec<PathBuf> {
        let entries = self.folder.read_dir().expect("the folder can be read");
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let is_output = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "out");
        let mut outputs: Vec<PathBuf> = paths.filter(is_output).collect();
        outputs.sort();
        outputs
    }

    /// The worker's account, as the chain writes it.
    #[track_caller]
    pub(crate) fn account(&self) -> String {
        let shown = self.run(&["keys", "show"]).json();
        let account = shown["account"].as_str();
        account.expect("the keys have an account").to_owned()
    }

    /// Where a task stands in the state directory, as `status` tells it.
    #[track_caller]
    pub(crate) fn standing(&self, task: u64) -> Option<Value> {
        let tasks = self.run(&["status"]).json();
        let tasks = tasks.as_array().expect("a list of tasks");
        tasks.iter().find(|known| known["task"] == task).cloned()
    }
}

/// As `scripts/demo` configures its workers: a test's machine may be small, and its periods are
/// short.
fn configuration(services: &Services, training: &str) -> String {
    let Services { node, store } = services;
    let keys = proving_keys().display();
    format!(
        "[chain]\nurls = [\"{node}\"]\n\n\
         [storage]\naggregators = [\"{store}\"]\npublishers = [\"{store}\"]\n\n\
         [proving]\nkeys = '{keys}'\n\n\
         [limits]\nleast_training_seconds = 3\nfree_memory_mib = 256\n\n\
         [retry]\nfirst_seconds = 1\nlongest_seconds = 4\n\n\
         [training]\nsearch = \"off\"\n\n[training.settings]\n{training}\n"
    )
}

/// A command that sees nothing of the person who runs the tests.
pub(crate) fn clean(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("NOCKNOCK_") {
            command.env_remove(name);
        }
    }
    command.env("HOME", home).current_dir(home);
    for folder in ["CACHE", "CONFIG", "DATA", "STATE"] {
        let name = format!("XDG_{folder}_HOME");
        command.env(name, home.join(folder.to_lowercase()));
    }
    command
}

/// The folder of proving keys that all tests share: the one that `NOCKNOCK_KEYS` names, the user's
/// if it has the keys, or one beside the built programs. The keys are made there if they are
/// missing.
pub(crate) fn proving_keys() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proving-keys");
        let cached = users_keys().filter(|folder| has_keys(folder));
        let named = env::var_os("NOCKNOCK_KEYS").map(PathBuf::from);
        let folder = named.or(cached).unwrap_or(own);
        make_keys(&folder);
        folder
    })
}

/// The folder that `scripts/setup` and the demo use.
fn users_keys() -> Option<PathBuf> {
    Some(users_cache()?.join("keys"))
}

/// The keys of scores and deliveries are there. Programs check on loading that they are the right
/// ones.
fn has_keys(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    let names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    CIRCUITS.iter().all(|(start, _)| {
        let is_key = |name: &String| name.starts_with(start) && name.ends_with(".pkey");
        names.iter().any(is_key)
    })
}

/// Makes the keys, while no other process of the tests does.
fn make_keys(folder: &Path) {
    fs::create_dir_all(folder).expect("the folder of proving keys can be made");
    let lock = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proving-keys.lock");
    let lock = File::create(lock).expect("the lock of proving keys can be made");
    lock.lock().expect("the lock of proving keys can be had");
    if has_keys(folder) {
        return;
    }
    for (_, circuit) in CIRCUITS {
        let made = clean(&program("nocknock-circuits"), folder)
            .args(["keys", "dev"])
            .args(circuit)
            .arg("--keys")
            .arg(folder)
            .output();
        Finished::from(made.expect("the program can be started")).text();
    }
}
