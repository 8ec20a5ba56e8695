//! Commands of the node that run to their end.

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, Seek},
    process::{Child, Command, ExitStatus, Stdio},
};

use super::wait;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_nocknock-node");

/// What a finished command left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the node with these arguments until it ends by itself.
pub(crate) fn run<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Finished {
    let mut command = Command::new(PROGRAM);
    command.args(args);
    run_command(command)
}

/// Runs a command until it ends by itself; one that does not is killed and fails the test.
pub(crate) fn run_command(mut command: Command) -> Finished {
    let stdout = tempfile::tempfile().expect("a temporary file");
    let stderr = tempfile::tempfile().expect("a temporary file");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().expect("a second handle"))
        .stderr(stderr.try_clone().expect("a second handle"))
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let status = wait_for_end(&mut child);
    let (stdout, stderr) = (read_all(stdout), read_all(stderr));
    let Some(status) = status else {
        panic!("{command:?} did not end by itself\n{stderr}");
    };
    assert_no_panic(&stderr);
    Finished { status, stdout, stderr }
}

impl Finished {
    /// The output of a command that must have succeeded.
    #[track_caller]
    pub(crate) fn expect_success(self) -> String {
        assert!(self.status.success(), "{}\n{}", self.status, self.stderr);
        self.stdout
    }

    /// Checks that the command failed in order, with an error that holds all of `words`.
    ///
    /// "In order" means with an exit code: a process that a signal ended has none.
    #[track_caller]
    pub(crate) fn expect_error(self, words: &[&str]) {
        let code = self.status.code();
        assert!(code.is_some_and(|code| code != 0), "{}\n{}", self.status, self.stderr);
        let error = self.stderr.lines().skip_while(|line| !line.starts_with("Error: "));
        let error = error.collect::<Vec<_>>().join("\n");
        for word in words {
            assert!(error.contains(word), "no {word:?} in the error:\n{}", self.stderr);
        }
    }
}

/// Fails when a log tells of a panic.
#[track_caller]
pub(crate) fn assert_no_panic(log: &str) {
    assert!(!log.contains("panicked at"), "the node panicked:\n{log}");
}

fn wait_for_end(child: &mut Child) -> Option<ExitStatus> {
    let status = wait::within(wait::PATIENCE, || child.try_wait().expect("a child process"));
    if status.is_none() {
        child.kill().expect("our own child can be killed");
        child.wait().expect("a killed child ends");
    }
    status
}

fn read_all(mut file: File) -> String {
    let mut bytes = Vec::new();
    file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("a readable temporary file");
    String::from_utf8_lossy(&bytes).into_owned()
}
