//! Runs the snarkjs that `tests/js/package-lock.json` pins.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

/// What a run of snarkjs ended with.
#[derive(Debug)]
pub(super) struct Outcome {
    /// snarkjs ended with exit code 0.
    pub(super) success: bool,
    /// What it printed.
    pub(super) output: String,
}

/// Runs a command of snarkjs in a folder and types a line into it, in case it asks for randomness.
pub(super) fn snarkjs(folder: &Path, command: &str) -> Outcome {
    let program = installed().join("node_modules/snarkjs/build/cli.cjs");
    let mut child = Command::new("node")
        .arg(program)
        .args(command.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node could not be started");
    // A command that asks for nothing may have ended before the line arrives.
    let mut keyboard = child.stdin.take().expect("stdin is piped");
    keyboard.write_all(b"text from a keyboard\n").ok();
    drop(keyboard);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("snarkjs did not end");
    let output = [stdout, stderr].concat();
    Outcome { success: status.success(), output: String::from_utf8_lossy(&output).into_owned() }
}

/// Runs a command of snarkjs and demands success; gives what it printed.
pub(super) fn must(folder: &Path, command: &str) -> String {
    let outcome = snarkjs(folder, command);
    assert!(outcome.success, "snarkjs {command}:\n{}", outcome.output);
    outcome.output
}

/// The folder with the installed packages; installs them if the lockfile changed.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        // Test runners may run every test in a process of its own.
        let turn = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm-ci.lock");
        let turn = fs::File::create(turn).expect("the target folder cannot be written");
        turn.lock().expect("the lock cannot be taken");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../interop/tests/js");
        let lock = fs::read(folder.join("package-lock.json")).expect("the lockfile is missing");
        let stamp = folder.join("node_modules/.installed-lock");
        if fs::read(&stamp).ok().as_ref() != Some(&lock) {
            install(&folder);
            fs::write(&stamp, &lock).expect("node_modules cannot be written");
        }
        folder
    })
}

fn install(folder: &Path) {
    let status =
        Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "`npm ci` in {} failed: these tests compare with snarkjs and need node and npm, \
         version 20 or later, and the npm registry",
        folder.display()
    );
}
