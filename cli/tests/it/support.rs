//! Running the program under test.

use serde_json::Value;
use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_nocknock");

/// A command that sees no configuration and no keys of the person who runs the tests. A node that
/// it starts shares compiled runtimes with those of all tests.
pub(crate) fn command(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("NOCKNOCK_") {
            command.env_remove(name);
        }
    }
    command
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .current_dir(home);
    if let Some(folder) = runtime_cache() {
        command.env(RUNTIME_CACHE, folder);
    }
    command
}

/// The variable that names a node's folder of compiled runtimes.
const RUNTIME_CACHE: &str = "NOCKNOCK_RUNTIME_CACHE";

fn runtime_cache() -> Option<PathBuf> {
    let named = env::var_os(RUNTIME_CACHE).map(PathBuf::from);
    named.or_else(|| Some(users_cache()?.join("runtime")))
}

/// The project's folder in the cache of the person who runs the tests.
pub(crate) fn users_cache() -> Option<PathBuf> {
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cache")))?;
    Some(cache.join("nocknock"))
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }
}

/// Runs the program to its end.
pub(crate) fn run(home: &Path, arguments: &[&str]) -> Finished {
    let output = command(home).args(arguments).output();
    let finished = Finished::from(output.expect("the program can be started"));
    assert!(!finished.stderr.contains("panicked at"), "{}", finished.stderr);
    finished
}

impl Finished {
    /// The output of a command that succeeded.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }

    /// The JSON of a command that succeeded.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Checks that the command failed with this code and an error that holds these words.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in {}", self.stderr);
        }
    }
}
