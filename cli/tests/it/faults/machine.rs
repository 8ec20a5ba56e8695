//! A disk that takes no more, and memory that is not there. The limits are those of the process, so
//! that they are real for the worker, and can be lifted while it runs.

use super::{
    hand::{goes_on_and_commits, hear_failure, nothing_is_at_stake, Diagnosis, Settings, DOCTOR},
    world::{shared, Offer},
};
use crate::processes::Running;
use rustix::process::{getrlimit, prlimit, Pid, Resource};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Files of at most 16 or 32 KiB: training data does not fit. The signal that comes with the error
/// is ignored.
const FULL_DISK: &str = "trap '' XFSZ; ulimit -S -f 32";

/// 2 GiB of address space, some of which every program has taken when it begins.
const LITTLE_MEMORY: &str = "ulimit -S -v 2097152";

/// A worker's command that begins in a shell with this line.
fn after(line: &str, inner: &Command) -> Command {
    let mut outer = Command::new("sh");
    outer
        .args(["-c", &format!("{line}; exec \"$0\" \"$@\"")])
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    if let Some(folder) = inner.get_current_dir() {
        outer.current_dir(folder);
    }
    // The allocator reserves less address space for each thread.
    outer.env("MALLOC_ARENA_MAX", "2");
    outer
}

/// Gives a process back what it had been denied: the limit that this process has.
fn lift(running: &Running, resource: Resource) {
    let process = i32::try_from(running.pid()).ok().and_then(Pid::from_raw);
    assert!(process.is_some(), "the process has no number");
    prlimit(process, resource, getrlimit(resource)).expect("a limit of a child can be lifted");
}

fn start(command: &Command, line: &str, home: &Path) -> Running {
    Running::spawn(&mut after(line, command), &home.join("limited"))
}

fn examine(command: &Command, line: &str) -> Diagnosis {
    let examined = after(line, command).stdin(Stdio::null()).output();
    let finished = crate::support::Finished::from(examined.expect("there is a shell"));
    finished.into()
}

#[test]
fn a_disk_that_takes_no_more_loses_nothing_and_is_tried_again_until_it_does() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let worker = Settings::new(world.services()).worker(home.path(), "ferdie");

    let diagnosis = examine(&worker.command(&DOCTOR), FULL_DISK);
    diagnosis.finds("state directory", "bad", "ulimit -f");
    diagnosis.is_ill();
    let run = worker.command(&["run", "--task", &offered.id]);
    let mut running = start(&run, FULL_DISK, home.path());
    hear_failure(&mut running, "fetch", "nothing that was saved is lost");
    nothing_is_at_stake(&worker, &world, &offered);

    lift(&running, Resource::Fsize);
    goes_on_and_commits(&worker, running, &world, &offered);
    Diagnosis::of(&worker).is_well();
}

#[test]
fn a_disk_that_takes_nothing_at_all_ends_the_worker_before_it_begins() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let worker = Settings::new(world.services()).worker(home.path(), "ferdie");
    let nothing = "trap '' XFSZ; ulimit -f 0";
    let run = worker.command(&["run"]);
    // The output goes through pipes: they have no size.
    let refused = after(nothing, &run).stdin(Stdio::null()).output();
    let refused = crate::support::Finished::from(refused.expect("there is a shell"));
    refused.fails(5, &["owner.json", "ulimit -f"]);
}

#[test]
fn a_training_waits_until_there_is_memory() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let settings = Settings {
        // A little more than the whole address space has, and no more, because the machine must
        // have it later.
        free_memory_mib: 2100,
        ..Settings::new(world.services())
    };
    let worker = settings.worker(home.path(), "bob");

    let diagnosis = examine(&worker.command(&DOCTOR), LITTLE_MEMORY);
    diagnosis.finds("memory", "bad", "limits.free_memory_mib");
    diagnosis.is_ill();
    let run = worker.command(&["run", "--task", &offered.id]);
    let mut running = start(&run, LITTLE_MEMORY, home.path());
    hear_failure(&mut running, "train", "MiB of memory are free");
    nothing_is_at_stake(&worker, &world, &offered);
    let data = worker.journal(offered.task).join("data.json");
    assert!(data.is_file(), "the checked data is not kept");

    lift(&running, Resource::As);
    goes_on_and_commits(&worker, running, &world, &offered);
    Diagnosis::of(&worker).is_well();
}
