//! A development chain with its store, run by `nocknock start`.
//!
//! The node's program has to be built before: `cargo build --release -p nocknock-node`.

use crate::{
    processes::{program, signal, until, PATIENCE},
    support::{command, Finished},
};
use rustix::process::Signal;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// The digits that the repository carries as an example.
pub(crate) const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/digits.csv");

/// A task about them with ten blocks, two of which are tests.
pub(crate) const DIGITS_TASK: [&str; 10] = [
    "--data",
    DIGITS,
    "--shape",
    "digits-64x32x10",
    "--range",
    "fixed:0:15",
    "--blocks",
    "10",
    "--test-blocks",
    "2",
];

/// The shortest periods that a development chain takes, but for the first: it ends once the data is
/// published, and on a busy machine that takes a while.
pub(crate) const SHORT: [&str; 12] = [
    "--publish-period",
    "120",
    "--commit-period",
    "8",
    "--reveal-period",
    "3",
    "--claim-period",
    "3",
    "--prove-period",
    "3",
    "--deliver-period",
    "3",
];

/// Where the services of a chain answer.
#[derive(Clone, Debug)]
pub(crate) struct Services {
    /// WebSocket URL of the node.
    pub(crate) node: String,
    /// URL of the store, both to fetch from and to store with.
    pub(crate) store: String,
}

impl Services {
    /// The command line program with these services, whose output is JSON.
    pub(crate) fn command(&self, home: &Path, arguments: &[&str]) -> Command {
        let mut command = command(home);
        command
            .args(["--url", &self.node])
            .args(["--store", &self.store])
            .args(["--output", "json"])
            .args(arguments);
        command
    }
}

/// A running `nocknock start`; dropping it ends node and store.
#[derive(Debug)]
pub(crate) struct Chain {
    child: Child,
    home: PathBuf,
    /// What `nocknock start` has written about itself.
    pub(crate) session: Value,
}

impl Chain {
    /// Starts a chain that is gone at the end of the test.
    #[track_caller]
    pub(crate) fn start(home: &Path) -> Self {
        Self::start_with(home, &[])
    }

    /// Starts a chain with more arguments.
    #[track_caller]
    pub(crate) fn start_with(home: &Path, more: &[&str]) -> Self {
        let file = home.join("session.json");
        let mut start = command(home);
        start.args(["start", "--tmp", "--rpc-port", "0", "--store-port", "0", "--session-file"]);
        let mut child = start
            .arg(&file)
            .arg("--node")
            .arg(program("nocknock-node"))
            .args(more)
            .stdout(Stdio::null())
            .stderr(fs::File::create(home.join("start.log")).unwrap())
            .spawn()
            .unwrap();
        let session = until("the development chain runs", || {
            let ended = child.try_wait().unwrap();
            let log = fs::read_to_string(home.join("start.log")).unwrap_or_default();
            assert!(ended.is_none(), "nocknock start ended: {log}");
            serde_json::from_slice(&fs::read(&file).ok()?).ok()
        });
        Self { child, home: home.to_owned(), session }
    }

    /// Where node and store answer.
    pub(crate) fn services(&self) -> Services {
        let url = |service: &str| {
            let url = self.session[service]["url"].as_str();
            url.expect("the session names its services").to_owned()
        };
        Services { node: url("node"), store: url("store") }
    }

    /// The command line program on this chain.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.services().command(&self.home, arguments)
    }

    /// Runs the command line program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.command(arguments).output().unwrap().into()
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        signal(self.child.id(), Signal::TERM);
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        self.child.kill().ok();
    }
}

/// The arguments that offer the digits as a task of the curriculum.
pub(crate) fn propose(more: &[&'static str]) -> Vec<&'static str> {
    let first = [
        "propose-task",
        "--dev-account",
        "alice",
        "--experiment",
        "0",
        "--data",
        DIGITS,
        "--range",
        "fixed:0:15",
    ];
    first.iter().chain(&SHORT).chain(more).copied().collect()
}
