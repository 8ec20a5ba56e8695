//! Waiting for something to become true.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

/// How long anything may take before a test gives up.
///
/// It bounds how long a broken node keeps a test running, and is no statement about speed: a
/// healthy node on a busy machine stays far below it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

const PAUSE: Duration = Duration::from_millis(150);

/// Asks until there is an answer, and fails with `what` when patience runs out.
pub(crate) fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, ask).unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain until {what}"))
}

/// Asks until there is an answer or the time is over.
pub(crate) fn within<T>(time: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    while start.elapsed() < time {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        sleep(PAUSE);
    }
    None
}
