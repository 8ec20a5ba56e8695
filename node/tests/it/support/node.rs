//! A running node.

use std::{
    ffi::OsString,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
};

use serde_json::{json, Value};

use super::{
    command::{self, assert_no_panic, Finished, PROGRAM},
    rpc::Client,
    wait,
};

/// The arguments of the chain that most tests use: the development chain, with slots of a quarter
/// of a second, so that whoever waits for blocks waits less.
pub(crate) const TEST_CHAIN: [&str; 3] = ["--dev", "--chain", "test"];

/// How to start a node.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    name: String,
    base: PathBuf,
    rpc_port: String,
    listen_address: String,
    metrics_port: Option<String>,
    args: Vec<OsString>,
}

impl Launch {
    /// A node that keeps its data and its log in `folder`, under `name`.
    ///
    /// It listens on free loopback ports and finds nobody by itself, so that networks of different
    /// tests never meet.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        Self {
            name: name.into(),
            base: folder.join(name),
            rpc_port: "0".into(),
            listen_address: "/ip4/127.0.0.1/tcp/0".into(),
            metrics_port: None,
            args: Vec::new(),
        }
    }

    /// A development chain with one validator, which is [`TEST_CHAIN`].
    pub(crate) fn dev(folder: &Path) -> Self {
        Self::new(folder, "dev").args(TEST_CHAIN)
    }

    /// Adds arguments.
    pub(crate) fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Serves JSON-RPC on this port instead of a free one.
    pub(crate) fn rpc_port(mut self, port: &str) -> Self {
        self.rpc_port = port.into();
        self
    }

    /// Listens for peers on this TCP port of the loopback interface instead of a free one.
    pub(crate) fn peer_port(mut self, port: &str) -> Self {
        self.listen_address = format!("/ip4/127.0.0.1/tcp/{port}");
        self
    }

    /// Serves metrics on this port; without it there are none.
    pub(crate) fn metrics_port(mut self, port: &str) -> Self {
        self.metrics_port = Some(port.into());
        self
    }

    /// Adds the nodes that this one shall connect to.
    pub(crate) fn peers<'a>(self, peers: impl IntoIterator<Item = &'a Node>) -> Self {
        let addresses = peers.into_iter().map(Node::p2p_address);
        addresses.fold(self, |launch, address| launch.args(["--bootnodes".into(), address]))
    }

    /// Starts the node and waits until it answers JSON-RPC.
    pub(crate) fn start(self) -> Node {
        fs::create_dir_all(&self.base).expect("a writable test folder");
        let log = self.base.with_extension("log");
        let child = Command::new(PROGRAM)
            .args(self.arguments())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).expect("a writable test folder"))
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {PROGRAM}: {error}"));
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut node = Node { name: self.name, child: Some(child), log, rpc: unknown };
        node.rpc = node.wait_for_rpc();
        node
    }

    /// Starts a node that cannot run and waits until it has given up.
    pub(crate) fn run_to_the_end(self) -> Finished {
        command::run(self.arguments())
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut args: Vec<OsString> =
            ["--name", &self.name, "--no-mdns", "--rpc-port", &self.rpc_port, "--listen-addr"]
                .map(Into::into)
                .into();
        args.extend([self.listen_address.clone().into(), "--base-path".into()]);
        args.push(self.base.clone().into_os_string());
        match &self.metrics_port {
            Some(port) => args.extend(["--prometheus-port".into(), port.into()]),
            None => args.push("--no-prometheus".into()),
        }
        args.extend_from_slice(&self.args);
        args
    }
}

/// A running node; dropping it kills its process.
#[derive(Debug)]
pub(crate) struct Node {
    name: String,
    child: Option<Child>,
    log: PathBuf,
    rpc: SocketAddr,
}

impl Node {
    /// The address of the JSON-RPC server.
    pub(crate) fn rpc_address(&self) -> SocketAddr {
        self.rpc
    }

    /// What the node has logged since its start.
    pub(crate) fn log(&self) -> String {
        let log = fs::read(&self.log).expect("the log of a started node");
        // The node may be in the middle of a character.
        String::from_utf8_lossy(&log).into_owned()
    }

    /// A connection for subscriptions.
    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.rpc).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// Calls a JSON-RPC method.
    pub(crate) fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
        Client::connect(self.rpc)?.call(method, params)
    }

    /// Calls a JSON-RPC method that must succeed.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.try_call(method, params);
        answer.unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    /// The address under which other nodes reach this one.
    pub(crate) fn p2p_address(&self) -> OsString {
        wait::until("the node listens for peers", || {
            let addresses = self.call("system_localListenAddresses", json!([]));
            addresses[0].as_str().map(OsString::from)
        })
    }

    /// Ends the process like a power cut: no signal handler runs.
    pub(crate) fn kill(mut self) {
        self.kill_process();
    }

    /// Asks the node to end, as a service manager does.
    pub(crate) fn stop(self) -> ExitStatus {
        self.stop_by("TERM")
    }

    /// Asks the node to end by this signal.
    pub(crate) fn stop_by(mut self, name: &str) -> ExitStatus {
        let mut child = self.child.take().expect("a started node");
        signal(child.id(), name);
        wait::until("the node ends after a signal", || child.try_wait().expect("a child process"))
    }

    fn kill_process(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("our own child can be killed");
            child.wait().expect("a killed child ends");
        }
    }

    fn wait_for_rpc(&mut self) -> SocketAddr {
        wait::until("the node opens its JSON-RPC server", || {
            self.assert_running();
            rpc_address_in(&self.log())
        })
    }

    fn assert_running(&mut self) {
        let child = self.child.as_mut().expect("a started node");
        let status = child.try_wait().expect("a child process");
        assert!(status.is_none(), "{} ended: {}", self.name, status.unwrap_or_default());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill_process();
        if thread::panicking() {
            print_tail(&self.name, &self.log());
        } else {
            assert_no_panic(&self.log());
        }
    }
}

/// Sends a signal to a process that the test started.
pub(crate) fn signal(process: u32, name: &str) {
    let status = Command::new("sh")
        .args(["-c", &format!("kill -{name} {process}")])
        .status()
        .expect("a shell");
    assert!(status.success(), "no signal {name} to {process}");
}

fn rpc_address_in(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("Running JSON-RPC server: addr=")?;
    let (addresses, _) = rest.split_once('\n')?;
    addresses.split(',').find(|address| address.starts_with("127.0.0.1"))?.parse().ok()
}

fn print_tail(name: &str, log: &str) {
    let lines: Vec<&str> = log.lines().collect();
    let tail = &lines[lines.len().saturating_sub(40)..];
    eprintln!("--- the end of the log of {name}\n{}\n---", tail.join("\n"));
}
