//! Programs that a test starts, kills and listens to.

use crate::support::Finished;
use rustix::process::{kill_process, Pid, Signal};
use serde_json::Value;
use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

/// How long anything may take before the test gives up. It is no statement about speed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// A program of the workspace, which lies beside the one under test.
pub(crate) fn program(name: &str) -> PathBuf {
    let folder = Path::new(crate::support::PROGRAM).parent();
    let program = folder.expect("the program lies in a folder").join(name);
    assert!(
        program.is_file(),
        "there is no {}: build it first, with `scripts/setup` or `cargo build --release --workspace --bins`",
        program.display()
    );
    program
}

/// Sends a signal to a process that has to be there.
#[track_caller]
pub(crate) fn signal(process: u32, signal: Signal) {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    let process = process.expect("a process has a positive number");
    kill_process(process, signal).expect("the process is there");
}

/// Asks until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(answer) = ask() {
            return answer;
        }
        sleep(Duration::from_millis(200));
    }
    panic!("waited in vain until {what}");
}

/// A port of the loopback interface that nobody listens at.
///
/// It is below those that the system hands out by itself, and each process of the tests begins at a
/// place of its own, so that nobody else comes by the port before the test's program listens there,
/// or while it restarts.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let place = std::process::id() % 2_500 * 8;
    let first = 10_000 + u16::try_from(place).expect("a number below 20,000");
    std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed))
        .take(1_000)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .expect("there is a free port")
}

/// A program that runs, with its output in two files. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Running {
    /// Starts a program. Its output goes to the files `STEM.out` and `STEM.err`.
    #[track_caller]
    pub(crate) fn spawn(command: &mut Command, stem: &Path) -> Self {
        let file = |ending: &str| {
            let mut name = stem.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let (stdout, stderr) = (file(".out"), file(".err"));
        let folder = stem.parent().expect("the files lie in a folder");
        fs::create_dir_all(folder).expect("the folder of the output can be made");
        let open = |path: &Path| Stdio::from(File::create(path).expect("the output can be kept"));
        let child = command
            .stdin(Stdio::null())
            .stdout(open(&stdout))
            .stderr(open(&stderr))
            .spawn()
            .expect("the program can be started");
        Self { child, stdout, stderr }
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it has ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// The file of its standard output.
    pub(crate) fn stdout(&self) -> &Path {
        &self.stdout
    }

    /// The file of its standard error.
    pub(crate) fn stderr(&self) -> &Path {
        &self.stderr
    }

    /// The whole lines of its standard output so far, each of them JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        json_lines(&self.stdout)
    }

    /// Kills it with the signal that no program can catch. True if it was alive until then.
    pub(crate) fn kill(mut self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.child.kill().expect("a child can be killed");
        let status = self.child.wait().expect("a child can be waited for");
        status.signal() == Some(Signal::KILL.as_raw())
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn finish(mut self) -> Finished {
        let what = format!("the program behind {} has ended", self.stdout.display());
        let status = until(&what, || self.ended());
        let read = |path: &Path| fs::read_to_string(path).expect("the output is text");
        let finished = Finished {
            code: status.code(),
            stdout: read(&self.stdout),
            stderr: read(&self.stderr),
        };
        assert!(!finished.stderr.contains("panicked at"), "{}", finished.stderr);
        finished
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails for a program that has ended by itself, which is what is wanted here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The whole lines of a file that are JSON. A line that is being written is left for the next time.
fn json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let read = |line: &str| serde_json::from_str(line).ok();
    whole.lines().filter_map(read).collect()
}
