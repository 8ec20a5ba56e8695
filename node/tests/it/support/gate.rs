//! Keeps tests that run whole networks apart from everything else.
//!
//! The gate is a file lock, because test runners differ: one runs the tests as threads of a
//! process, another as a process each.

use std::fs::File;

/// Held for as long as a test runs nodes.
#[derive(Debug)]
pub(crate) struct Gate {
    _lock: File,
}

/// Lets tests with a node or two run side by side.
pub(crate) fn shared() -> Gate {
    let file = gate_file();
    file.lock_shared().expect("the gate can be locked");
    Gate { _lock: file }
}

/// Lets a test with a whole network run alone.
pub(crate) fn alone() -> Gate {
    let file = gate_file();
    file.lock().expect("the gate can be locked");
    Gate { _lock: file }
}

fn gate_file() -> File {
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/nodes.lock");
    File::create(path).unwrap_or_else(|error| panic!("cannot create {path}: {error}"))
}
