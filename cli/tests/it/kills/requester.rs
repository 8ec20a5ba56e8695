//! A requester that is killed, and the creation of a task whose answer gets lost.

use super::{
    hunt::{kill_in, Death, Ledger},
    site::Site,
    stages::Actor,
};
use crate::{processes::Running, support::Finished};
use nocknock_primitives::ids::TaskId;
use serde_json::Value;
use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

/// Somebody who offers one task.
#[derive(Debug)]
pub(super) struct Requester<'a> {
    site: &'a Site,
    pub(super) name: &'static str,
    folder: PathBuf,
    starts: AtomicU32,
}

impl<'a> Requester<'a> {
    pub(super) fn new(site: &'a Site, name: &'static str) -> Self {
        Self {
            site,
            name,
            folder: site.home().join("requesters").join(name),
            starts: AtomicU32::new(0),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let services = self.site.services();
        let mut command = services.command(self.site.home(), arguments);
        command.args(["--dev-account", self.name]).arg("--data-dir").arg(&self.folder);
        command
    }

    /// Starts the program.
    #[track_caller]
    pub(super) fn spawn(&self, arguments: &[&str]) -> Running {
        self.start(self.command(arguments))
    }

    /// Runs the program to its end.
    #[track_caller]
    pub(super) fn run(&self, arguments: &[&str]) -> Finished {
        self.spawn(arguments).finish()
    }

    /// Starts the program to go on with the task of the private file.
    #[track_caller]
    pub(super) fn go_on(&self) -> Running {
        let file = self.private_file().expect("there is a private file");
        let mut command = self.command(&["follow"]);
        command.arg("--state").arg(file);
        command.arg("--out").arg(self.folder.join("models"));
        self.start(command)
    }

    #[track_caller]
    fn start(&self, mut command: Command) -> Running {
        let start = self.starts.fetch_add(1, Ordering::Relaxed);
        let stem = self.folder.join(format!("{start:03}-nocknock"));
        Running::spawn(&mut command, &stem)
    }

    /// What the private file says about how far the requester has come, if it is there.
    pub(super) fn progress(&self) -> Option<Value> {
        let text = fs::read(self.private_file()?).ok()?;
        let file: Value = serde_json::from_slice(&text).ok()?;
        Some(file["progress"].clone())
    }

    /// The file of the one task that this requester offers.
    fn private_file(&self) -> Option<PathBuf> {
        let chains = self.folder.join("requests").read_dir().ok()?;
        let mut files = chains
            .flat_map(|chain| chain.ok()?.path().read_dir().ok())
            .flatten()
            .filter_map(|file| Some(file.ok()?.path()));
        files.find(|path| path.extension().is_some_and(|ending| ending == "json"))
    }
}

/// Offers a task. The first creation never reaches the chain, because the node dies with it; when
/// no block can include it any more a second one is sent, and its answer is lost.
#[track_caller]
pub(super) fn create_at_the_second_try(
    requester: &Requester<'_>,
    ledger: &Ledger,
    offer: &[&str],
) -> TaskId {
    let site = requester.site;
    let mut node_is_up = true;
    let lost = kill_in(requester.spawn(offer), Actor::Requester, |stage| {
        if stage == "Create" && std::mem::take(&mut node_is_up) {
            site.kill_node();
        }
        // The requester has written down that it sends, and waits for the node.
        let progress = requester.progress();
        !node_is_up && progress.is_some_and(|progress| !progress["announced_at"].is_null())
    });
    note(requester, ledger, lost);
    site.start_node();
    let waiting = kill_in(requester.go_on(), Actor::Requester, |stage| stage == "AwaitCreation");
    note(requester, ledger, waiting);
    create_without_answer(requester, ledger, || requester.go_on())
}

/// Kills a requester once its task is on the chain and before it knows its number.
#[track_caller]
pub(super) fn create_without_answer(
    requester: &Requester<'_>,
    ledger: &Ledger,
    start: impl FnOnce() -> Running,
) -> TaskId {
    let site = requester.site;
    let known = site.tasks().len();
    let created =
        kill_in(start(), Actor::Requester, |stage| stage == "Create" && site.tasks().len() > known);
    note(requester, ledger, created);
    let tasks = site.tasks();
    assert_eq!(tasks.len(), known + 1, "one task is created, not two");
    tasks.last().expect("a task was created").0
}

#[track_caller]
fn note(requester: &Requester<'_>, ledger: &Ledger, death: Death) {
    match death {
        Death::Killed(Some(stage)) => ledger.note(requester.name, Actor::Requester, &stage),
        other => panic!("the requester was to be killed in a stage: {other:?}"),
    }
}
