//! The process of the node.

use crate::failure::{other, Failure};
use rustix::process::{kill_process, Pid, Signal};
use std::{
    env,
    ffi::OsString,
    fmt::Display,
    fs::{self, File},
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::process::{Child, Command};

/// Name of the node's program.
const PROGRAM: &str = "nocknock-node";

/// How often the log is looked at for the address of the JSON-RPC server.
const PAUSE: Duration = Duration::from_millis(100);

/// How long the node may take to open its JSON-RPC server.
const START: Duration = Duration::from_secs(120);

/// How long the node may take to end after a signal, before it is killed.
const END: Duration = Duration::from_secs(30);

/// How a node is started.
#[derive(Clone, Debug)]
pub(crate) struct NodeOptions {
    /// The program; without it, one beside this program or in PATH.
    pub(crate) program: Option<PathBuf>,
    /// Folder of the chain and the log.
    pub(crate) folder: PathBuf,
    pub(crate) rpc_port: u16,
    pub(crate) tokens: Tokens,
}

/// What tokens a chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// None: they are earned by proved work.
    Earned,
    /// Such as nobody has earned, in the development accounts.
    Endowed,
}

impl Tokens {
    /// How a node is told which chain that is.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Earned => &["--dev"],
            // What `--dev` says besides the name of its chain.
            Self::Endowed => &[
                "--chain",
                "bench",
                "--alice",
                "--force-authoring",
                "--unsafe-force-node-key-generation",
            ],
        }
    }
}

/// A running node. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct DevNode {
    child: Child,
    pid: u32,
    log: PathBuf,
}

impl DevNode {
    pub(crate) fn spawn(options: &NodeOptions) -> Result<Self, Failure> {
        let program = match &options.program {
            Some(program) => program.clone(),
            None => find_program()?,
        };
        let folder = &options.folder;
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, error))?;
        let log = folder.join("node.log");
        put_aside(&log)?;
        let file = File::create(&log).map_err(|error| Failure::file(&log, error))?;
        let child = Command::new(&program)
            .args(arguments(options))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::file(&program, error))?;
        let pid = child.id().ok_or_else(|| other("the node ended at once"))?;
        Ok(Self { child, pid, log })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// The URL of the JSON-RPC server, once it is open.
    pub(crate) async fn url(&mut self) -> Result<String, Failure> {
        let deadline = tokio::time::Instant::now() + START;
        while tokio::time::Instant::now() < deadline {
            let log = read_log(&self.log);
            if let Some(address) = rpc_address(&log) {
                return Ok(format!("ws://{address}"));
            }
            if let Some(status) = self.child.try_wait().map_err(other)? {
                return Err(self.failed(status));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(other(format!(
            "the node did not open its JSON-RPC server within {} seconds; look into {}",
            START.as_secs(),
            self.log.display()
        )))
    }

    /// Waits until the node ends, which it should not.
    pub(crate) async fn ended(&mut self) -> Result<(), Failure> {
        let status = self.child.wait().await.map_err(other)?;
        Err(self.failed(status))
    }

    /// Asks the node to end and waits for it.
    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        if self.child.try_wait().map_err(other)?.is_some() {
            return Ok(());
        }
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // A process that has just ended cannot be signalled; the wait below finds out.
            kill_process(pid, Signal::TERM).ok();
        }
        match tokio::time::timeout(END, self.child.wait()).await {
            Ok(ended) => ended.map(|_| ()).map_err(other),
            Err(_) => self.child.kill().await.map_err(other),
        }
    }

    fn failed(&self, status: ExitStatus) -> Failure {
        let log = read_log(&self.log);
        let reason = reason(&log);
        let advice = if reason.contains(IN_USE) { format!("{ORPHAN}\n") } else { String::new() };
        other(format!(
            "the node ended ({status}): {reason}\n{advice}Its log is {}",
            self.log.display()
        ))
    }
}

/// What the node says where another process has its database open.
const IN_USE: &str = "Database file is in use";

const ORPHAN: &str = "Another node uses this folder, perhaps one that a killed `nocknock start` has left behind. End it with `kill PID`: its PID is that of \"node\" in session.json, or `pgrep nocknock-node` tells it. Or give another --data-dir.";

/// A node that was left behind may still write its log: it keeps that file, under another name.
fn put_aside(log: &Path) -> Result<(), Failure> {
    match fs::rename(log, log.with_extension("log.old")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file(log, error)),
        _ => Ok(()),
    }
}

/// The log so far. A line that is cut within a character is no reason to see nothing of it.
fn read_log(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The errors in a log, or else its last line.
fn reason(log: &str) -> String {
    let errors: Vec<&str> = log
        .lines()
        .filter(|line| line.starts_with("Error") || line.contains("panicked at"))
        .collect();
    if !errors.is_empty() {
        return errors.join("\n");
    }
    let last = log.lines().rev().find(|line| !line.trim().is_empty());
    last.unwrap_or("it has said nothing").to_owned()
}

/// Makes sure that a node can listen at this port. Otherwise it would take another one in silence,
/// and commands without --url would speak to whoever has this one.
pub(crate) fn ensure_free(port: u16) -> Result<(), Failure> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => Err(not_listening(port, error)),
    }
}

/// Makes sure that the node listens at the port that it was given, if it was given one.
pub(crate) fn ensure_at(url: &str, port: u16) -> Result<(), Failure> {
    if port == 0 || url.ends_with(&format!(":{port}")) {
        Ok(())
    } else {
        Err(not_listening(port, "another program was faster"))
    }
}

fn not_listening(port: u16, reason: impl Display) -> Failure {
    other(format!(
        "the node cannot listen at 127.0.0.1:{port}: {reason}. If another node runs there, end it, or start this one with \
         --rpc-port 0, which takes a free port, and give commands its URL with --url"
    ))
}

fn arguments(options: &NodeOptions) -> Vec<OsString> {
    let port = options.rpc_port.to_string();
    let chain = options.tokens.arguments().iter();
    let mut arguments: Vec<OsString> = chain.map(OsString::from).collect();
    let others = [
        "--no-mdns",
        "--no-prometheus",
        "--listen-addr",
        "/ip4/127.0.0.1/tcp/0",
        // With all states the timeline of any task can be read.
        "--state-pruning",
        "archive",
        "--rpc-port",
        port.as_str(),
        "--base-path",
    ];
    arguments.extend(others.map(OsString::from));
    arguments.push(options.folder.clone().into_os_string());
    arguments
}

/// The node's program beside this one, or in PATH.
fn find_program() -> Result<PathBuf, Failure> {
    let beside = env::current_exe().ok().and_then(|own| Some(own.parent()?.to_owned()));
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = beside.into_iter().chain(env::split_paths(&path));
    folders
        .map(|folder| folder.join(PROGRAM))
        .find(|program| program.is_file())
        .ok_or_else(|| {
            Failure::NotFound(format!(
                "{PROGRAM} is neither beside this program nor in PATH: build it, or name it with --node"
            ))
        })
}

/// The address that the node has logged.
fn rpc_address(log: &str) -> Option<&str> {
    let (_, rest) = log.split_once("Running JSON-RPC server: addr=")?;
    let (addresses, _) = rest.split_once('\n')?;
    addresses.split(',').map(str::trim).find(|address| address.starts_with("127.0.0.1:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_a_whole_line_of_the_log() {
        let line = "2026 Running JSON-RPC server: addr=127.0.0.1:9944,[::1]:9944\n";
        assert_eq!(rpc_address(line), Some("127.0.0.1:9944"));
        assert_eq!(rpc_address(line.trim_end()), None);
        assert_eq!(rpc_address("nothing yet\n"), None);
    }

    #[test]
    fn the_errors_of_a_log_are_told_rather_than_its_last_line() {
        let log = "2026 Database: ParityDb at x\nError: Database file is in use. (os)\n2026 bye\n";
        assert_eq!(reason(log), "Error: Database file is in use. (os)");
        assert!(reason(log).contains(IN_USE));
        assert_eq!(reason("one\ntwo\n\n"), "two");
        assert_eq!(reason(""), "it has said nothing");
    }

    #[test]
    fn a_log_that_somebody_may_still_write_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("node.log");
        put_aside(&log).unwrap();
        fs::write(&log, "of before").unwrap();
        put_aside(&log).unwrap();
        assert!(!log.exists());
        let old = fs::read_to_string(folder.path().join("node.log.old"));
        assert_eq!(old.unwrap(), "of before");
    }

    #[test]
    fn a_port_that_is_taken_is_refused_before_the_node_takes_another() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = ensure_free(port).unwrap_err().to_string();
        assert!(error.contains(&port.to_string()), "{error}");
        assert!(error.contains("--rpc-port 0"), "{error}");
        assert!(ensure_free(0).is_ok());
    }

    #[test]
    fn a_node_at_another_port_than_the_given_one_is_refused() {
        assert!(ensure_at("ws://127.0.0.1:9944", 9944).is_ok());
        assert!(ensure_at("ws://127.0.0.1:41", 0).is_ok());
        let error = ensure_at("ws://127.0.0.1:41", 9944).unwrap_err();
        assert!(error.to_string().contains("--rpc-port 0"), "{error}");
    }

    #[test]
    fn only_a_chain_that_is_asked_for_begins_with_tokens() {
        let given = |tokens| {
            let folder = PathBuf::from("folder");
            arguments(&NodeOptions { program: None, folder, rpc_port: 0, tokens })
        };
        let has = |given: &[OsString], word: &str| given.iter().any(|argument| argument == word);
        let (earned, endowed) = (given(Tokens::Earned), given(Tokens::Endowed));
        assert!(has(&earned, "--dev") && !has(&earned, "bench"), "{earned:?}");
        assert!(has(&endowed, "bench") && !has(&endowed, "--dev"), "{endowed:?}");
        for arguments in [earned, endowed] {
            assert!(has(&arguments, "archive") && has(&arguments, "folder"), "{arguments:?}");
        }
    }

    #[tokio::test]
    async fn a_node_that_cannot_be_started_is_reported_with_its_program() {
        let folder = tempfile::tempdir().unwrap();
        let options = NodeOptions {
            program: Some("/nowhere/nocknock-node".into()),
            folder: folder.path().to_owned(),
            rpc_port: 0,
            tokens: Tokens::Earned,
        };
        let error = DevNode::spawn(&options).unwrap_err().to_string();
        assert!(error.contains("/nowhere/nocknock-node"), "{error}");
    }

    #[tokio::test]
    async fn a_node_that_ends_at_once_is_reported_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let options = NodeOptions {
            program: Some("/bin/false".into()),
            folder: folder.path().to_owned(),
            rpc_port: 0,
            tokens: Tokens::Earned,
        };
        let mut node = DevNode::spawn(&options).unwrap();
        let error = node.url().await.unwrap_err().to_string();
        assert!(error.contains("node.log"), "{error}");
    }
}
