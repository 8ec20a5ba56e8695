//! A node of a development chain.

use nocknock_client::{Client, ConnectOptions};
use std::{
    env,
    fs::{self, File},
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything may take before a test gives up. It is no statement about speed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// A node that keeps its data and its port when it is restarted.
pub(crate) struct Node {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl Node {
    /// Starts a fresh development chain and waits until it answers.
    pub(crate) fn start() -> Self {
        let mut node = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            port: free_port(),
            process: None,
        };
        node.run();
        node
    }

    /// Ends the process like a power cut.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("our own child can be killed");
            process.wait().expect("a killed child ends");
        }
    }

    /// Starts the process on the data that it had.
    pub(crate) fn run(&mut self) {
        let log =
            File::options().create(true).append(true).open(self.log()).expect("a writable folder");
        let port = self.port.to_string();
        let process = Command::new(program())
            // The development chain, with slots of a quarter of a second.
            .args(["--dev", "--chain", "test"])
            .args(["--no-mdns", "--no-prometheus", "--rpc-port", &port])
            .args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"])
            .args(["--state-pruning", "archive", "--base-path"])
            .arg(self.folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {:?}: {error}", program()));
        self.process = Some(process);
        self.wait_until_it_answers();
    }

    /// The address of its JSON-RPC server.
    pub(crate) fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// A client of this node alone.
    pub(crate) async fn client(&self) -> Client {
        let mut options = ConnectOptions::new(&[self.url()]);
        options.patience = PATIENCE;
        Client::connect_with(options).await.expect("a running node")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn wait_until_it_answers(&mut self) {
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let process = self.process.as_mut().expect("a started node");
            let ended = process.try_wait().expect("a child process");
            assert!(ended.is_none(), "the node ended: {}", self.read_log());
            assert!(start.elapsed() < PATIENCE, "no answer: {}", self.read_log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn read_log(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let log = self.read_log();
            let lines: Vec<&str> = log.lines().collect();
            eprintln!("{}", lines[lines.len().saturating_sub(40)..].join("\n"));
        }
    }
}

/// A port of the loopback interface that nobody listens on.
///
/// It is below those that the system hands out by itself, and each process of the tests begins at a
/// place of its own, so that nobody else comes by the port before its node is up, or while it
/// restarts.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let place = std::process::id() % 2_500 * 8;
    let first = 10_000 + u16::try_from(place).expect("a number below 20,000");
    std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed))
        .take(1_000)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a free port")
}

fn program() -> PathBuf {
    let given = env::var_os("NOCKNOCK_NODE").map(PathBuf::from);
    let program = given.unwrap_or_else(|| {
        let test = env::current_exe().expect("the path of this test");
        let folder = test.ancestors().nth(2).expect("the folder of programs");
        folder.join("nocknock-node")
    });
    assert!(
        program.is_file(),
        "{} is missing: build it with `cargo build --release -p nocknock-node`, or name another one in NOCKNOCK_NODE",
        program.display()
    );
    program
}
