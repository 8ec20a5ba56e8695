//! Runs the program `nocknock-circuits`.

use std::{path::Path, process::Command};

/// What a run of the program ended with.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The exit code.
    pub(super) code: Option<i32>,
    /// Standard output.
    pub(super) output: String,
    /// Standard error.
    pub(super) messages: String,
}

/// Runs a command of the program in a folder, which also holds its keys.
pub(super) fn program(folder: &Path, command: &str) -> Outcome {
    let output = Command::new(env!("CARGO_BIN_EXE_nocknock-circuits"))
        .args(command.split_whitespace())
        .current_dir(folder)
        .env("NOCKNOCK_KEYS", folder.join("keys"))
        .output()
        .expect("the program could not be started");
    Outcome {
        code: output.status.code(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        messages: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command of the program and demands success.
pub(super) fn done(folder: &Path, command: &str) -> Outcome {
    let outcome = program(folder, command);
    assert_eq!(outcome.code, Some(0), "{command}: {}", outcome.messages);
    outcome
}

/// Runs a command of the program and demands an exit code and a message.
pub(super) fn fails(folder: &Path, command: &str, code: i32, message: &str) -> Outcome {
    let outcome = program(folder, command);
    assert_eq!(outcome.code, Some(code), "{command}: {outcome:?}");
    assert!(outcome.messages.contains(message), "{command}: {}", outcome.messages);
    outcome
}

impl Outcome {
    /// The value of a line `name: value` of the output.
    pub(super) fn value(&self, name: &str) -> &str {
        let mut lines = self.output.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(key, _)| key.trim() == name);
        found.unwrap_or_else(|| panic!("no {name} in {}", self.output)).1.trim()
    }
}
