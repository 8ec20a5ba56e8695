//! The process of the node.

use crate::failure::{other, Failure};
use rustix::process::{kill_process, Pid, Signal};
use std::{
    env,
    ffi::OsString,
    fs::{self, File},
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
            let log = fs::read_to_string(&self.log).unwrap_or_default();
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
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last = log.lines().rev().find(|line| !line.trim().is_empty());
        other(format!(
            "the node ended ({status}): {}\nIts log is {}",
            last.unwrap_or_default(),
            self.log.display()
        ))
    }
}

fn arguments(options: &NodeOptions) -> Vec<OsString> {
    let port = options.rpc_port.to_string();
    let mut arguments: Vec<OsString> = [
        "--dev",
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
    ]
    .map(OsString::from)
    .into();
    arguments.push(options.folder.clone().into_os_string());
    arguments
}

/// The node's program beside this one, or in PATH.
fn find_program() -> Result<PathBuf, Failure> {
    let beside = env::current_exe()
        .ok()
        .and_then(|own| Some(own.parent()?.to_owned()));
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
    addresses
        .split(',')
        .map(str::trim)
        .find(|address| address.starts_with("127.0.0.1:"))
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

    #[tokio::test]
    async fn a_node_that_cannot_be_started_is_reported_with_its_program() {
        let folder = tempfile::tempdir().unwrap();
        let options = NodeOptions {
            program: Some("/nowhere/nocknock-node".into()),
            folder: folder.path().to_owned(),
            rpc_port: 0,
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
        };
        let mut node = DevNode::spawn(&options).unwrap();
        let error = node.url().await.unwrap_err().to_string();
        assert!(error.contains("node.log"), "{error}");
    }
}
