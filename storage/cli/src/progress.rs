//! One line on the terminal that says how far a transfer is.

use std::{
    io::{stderr, IsTerminal, Write},
    sync::Mutex,
    time::{Duration, Instant},
};

use nocknock_primitives::text::printable;
use nocknock_storage::client::{Progress, Stage, Step};

/// How often the line changes, at most.
const PERIOD: Duration = Duration::from_millis(100);

/// Shows progress, if there is somebody to see it.
pub(crate) fn listener() -> Progress {
    if !stderr().is_terminal() {
        return Progress::none();
    }
    let last = Mutex::new(None::<Instant>);
    Progress::to(move |step| {
        let Ok(mut last) = last.lock() else { return };
        if last.is_none_or(|last| last.elapsed() >= PERIOD) {
            *last = Some(Instant::now());
            show(&step);
        }
    })
}

fn show(step: &Step) {
    let word = match step.stage {
        Stage::Hashing => "hashing",
        Stage::Uploading => "uploading",
        Stage::Downloading => "downloading",
        Stage::Checking => "checking",
    };
    let blob = match &step.target {
        Some(target) => printable(&target.to_string()).into_owned(),
        None => String::new(),
    };
    let done = match step.total {
        Some(total) => format!("{} of {total} bytes", step.done),
        None => format!("{} bytes", step.done),
    };
    // A terminal that went away is no reason to stop.
    let _ = write!(stderr(), "\r\x1b[K{word} {blob} {done}");
}

/// Removes the line.
pub(crate) fn clear() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r\x1b[K");
    }
}
