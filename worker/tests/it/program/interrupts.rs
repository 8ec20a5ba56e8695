//! Ctrl-C while a model is trained.

use super::{folder, prepared, table_of_two_kinds, PROGRAM};
use nocknock_training::CHECKPOINT_FILE;
use serde_json::Value;
use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything may take before a test gives up. It is no statement about speed.
const PATIENCE: Duration = Duration::from_secs(300);

/// Number of the signal that Ctrl-C sends.
const INTERRUPT: u32 = 2;

#[test]
fn an_interrupted_training_is_kept_and_goes_on() {
    let training = Training::new();
    let epochs = training.interrupted();
    assert!(!training.model().exists());
    assert!(training.checkpoint().is_file());

    training.may_last(1);
    let mut resumed = training.start();
    let status = resumed.end();
    assert_eq!(status.code(), Some(0), "{}", resumed.errors());
    let (last, next) = (epochs.last(), resumed.epochs());
    assert_eq!(next.first().copied(), last.map(|last| last + 1));
    assert!(training.model().is_file());
}

#[test]
fn a_second_interrupt_does_not_wait_for_the_present_step() {
    let training = Training::new();
    training.interrupted();
    // The next start reads its checkpoint for ever, because nobody writes into the pipe.
    let checkpoint = training.checkpoint();
    fs::remove_file(&checkpoint).unwrap();
    let made = Command::new("mkfifo").arg(&checkpoint).status().unwrap();
    assert!(made.success());
    let mut stuck = training.start();
    stuck.wait_until_it_catches_interrupts();
    let status = until("the training ends at once", || {
        stuck.interrupt();
        stuck.ended()
    });
    assert_eq!(status.code(), Some(130), "{}", stuck.errors());
}

/// A training with more epochs than anybody waits for.
struct Training {
    folder: TempDir,
    table: String,
}

impl Training {
    fn new() -> Self {
        let folder = folder();
        let table = table_of_two_kinds(folder.path());
        let training = Self { folder, table };
        training.may_last(3600);
        training
    }

    /// Sets the time after which the best model so far is taken.
    fn may_last(&self, seconds: u64) {
        let text = format!(
            "[training]\ndevice = \"cpu\"\nsearch = \"off\"\n[training.settings]\nepochs = 1000000\n\
             [limits]\ntraining_seconds = {seconds}\nleast_training_seconds = 1\n"
        );
        fs::write(self.folder.path().join("worker.toml"), text).unwrap();
    }

    /// Starts it, interrupts it in the middle, and gives the epochs that it has done.
    #[track_caller]
    fn interrupted(&self) -> Vec<u64> {
        let mut running = self.start();
        until("an epoch is done", || {
            assert_eq!(running.ended(), None, "{}", running.errors());
            running.epochs().first().copied()
        });
        running.wait_until_it_catches_interrupts();
        running.interrupt();
        let status = running.end();
        assert_eq!(status.code(), Some(0), "{}", running.errors());
        running.epochs()
    }

    fn start(&self) -> Running {
        let state = self.folder.path();
        let [output, errors] = ["output", "errors"].map(|name| state.join(name));
        let out = self.out();
        let out = out.to_str().expect("the folder has a name in UTF-8");
        let train = ["--output", "json", "train", "--shape", "tiny-4x3x2"];
        let files = ["--data", self.table.as_str(), "--out", out];
        let arguments = [train.as_slice(), files.as_slice()].concat();
        let child = prepared(Command::new(PROGRAM), state, &arguments)
            .stdin(Stdio::null())
            .stdout(File::create(&output).unwrap())
            .stderr(File::create(&errors).unwrap())
            .spawn()
            .expect("the program starts");
        Running { child, output, errors }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("model")
    }

    fn model(&self) -> PathBuf {
        self.out().join("model.json")
    }

    /// The checkpoint in the one folder of settings.
    fn checkpoint(&self) -> PathBuf {
        let entries = fs::read_dir(self.out()).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        let settings = paths.find(|path| path.is_dir());
        settings.expect("a folder").join(CHECKPOINT_FILE)
    }
}

/// The program while it trains. Dropping it kills it.
struct Running {
    child: Child,
    output: PathBuf,
    errors: PathBuf,
}

impl Running {
    /// Numbers of the epochs that it has told of, without a line that is being written.
    fn epochs(&self) -> Vec<u64> {
        let text = fs::read_to_string(&self.output).unwrap();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let read = |line| -> Value { serde_json::from_str(line).expect("a JSON value") };
        let told = whole.lines().map(read);
        told.filter(|told| told["event"] == "epoch")
            .map(|told| told["epoch"].as_u64().expect("an epoch has a number"))
            .collect()
    }

    fn errors(&self) -> String {
        fs::read_to_string(&self.errors).unwrap()
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    #[track_caller]
    fn end(&mut self) -> ExitStatus {
        until("the training has ended", || self.ended())
    }

    fn interrupt(&self) {
        let line = format!("kill -{INTERRUPT} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &line]).status().unwrap();
        assert!(sent.success(), "no signal to the program");
    }

    /// Before that, an interrupt would just end the process.
    #[track_caller]
    fn wait_until_it_catches_interrupts(&self) {
        let file = format!("/proc/{}/status", self.child.id());
        until("the program catches interrupts", || {
            let status = fs::read_to_string(&file).unwrap();
            let mut lines = status.lines();
            let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"))?;
            let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
            (caught & (1 << (INTERRUPT - 1)) != 0).then_some(())
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails for a program that has ended by itself, which is what is wanted here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Asks until there is an answer.
#[track_caller]
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(answer) = ask() {
            return answer;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("waited in vain until {what}");
}
