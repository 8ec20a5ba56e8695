//! `nocknock-walrus-dev` as a process.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use nocknock_dev_store::testing::http;
use nocknock_storage::blob_id::{blob_id, ShardCount};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_nocknock-walrus-dev"))
}

fn run(args: &[&str]) -> Output {
    program().args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A server that is killed when the test ends, however it ends.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let addr_file = folder.join("address");
        let child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--shards", "10", "--dir"])
            .arg(folder.join("store"))
            .arg("--addr-file")
            .arg(&addr_file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let address = wait_for(&addr_file);
        fs::remove_file(&addr_file).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a signal and gives what the server printed and whether it ended well.
    fn end(mut self, signal: &str) -> (String, bool) {
        let kill = format!("kill -{signal} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        let mut printed = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut printed).unwrap();
        (printed, status.success())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn wait_for(path: &PathBuf) -> String {
    let start = Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(content) => return content,
            Err(error) if start.elapsed() > Duration::from_secs(240) => panic!("{error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

#[test]
fn blob_ids_are_printed_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(&a, b"hello").unwrap();
    fs::write(&b, b"").unwrap();
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let output = run(&["blob-id", a, b]);
    let id = |bytes| blob_id(bytes, ShardCount::WALRUS).unwrap();
    let expected = format!("{}  {a}\n{}  {b}\n", id(b"hello"), id(b""));
    assert_eq!(text(&output.stdout), expected);

    let output = run(&["blob-id", "--shards", "7", a]);
    let expected = format!("l1vQI2wRQmQl67mlY-iBQKRNNmbSWOSu3gvk3ET503I  {a}\n");
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn mistakes_on_the_command_line_are_explained() {
    let missing = run(&["blob-id", "/nonexistent/file"]);
    assert!(!missing.status.success());
    assert!(text(&missing.stderr).contains("/nonexistent/file"));

    let shards = run(&["blob-id", "--shards", "3", "/dev/null"]);
    assert!(!shards.status.success());
    assert!(text(&shards.stderr).contains("not defined for 3 shards"));

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let open = run(&["serve", "--dir", dir, "--listen", "0.0.0.0:0"]);
    assert!(!open.status.success());
    assert!(text(&open.stderr).contains("other machines"));
}

#[tokio::test]
async fn a_server_says_what_it_is_and_ends_well_when_told() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let server = Server::start(folder.path());
        let status = http().get(server.url("/dev/status")).send().await.unwrap();
        assert_eq!(status.status(), 200);
        let (printed, ended_well) = server.end(signal);
        assert!(ended_well, "{signal}");
        assert!(printed.contains("without Walrus's availability guarantees"));
    }
}

#[tokio::test]
async fn a_killed_server_leaves_stored_blobs_and_no_half_ones() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let put = http().put(server.url("/v1/blobs?permanent=true"));
    assert_eq!(put.body("kept").send().await.unwrap().status(), 200);
    let mut upload = TcpStream::connect(&server.address).unwrap();
    let head = "PUT /v1/blobs HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n";
    upload.write_all(head.as_bytes()).unwrap();
    upload.write_all(&[1; 3_000_000]).unwrap();
    let incoming = folder.path().join("store/incoming");
    while incoming.read_dir().unwrap().count() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (_, ended_well) = server.end("KILL");
    assert!(!ended_well);

    let server = Server::start(folder.path());
    let id = blob_id(b"kept", ShardCount::new(10).unwrap()).unwrap();
    let kept = http().get(server.url(&format!("/v1/blobs/{id}"))).send();
    assert_eq!(kept.await.unwrap().bytes().await.unwrap(), "kept");
    assert_eq!(incoming.read_dir().unwrap().count(), 0);
    let (_, ended_well) = server.end("TERM");
    assert!(ended_well);
    let blobs = folder.path().join("store/blobs");
    assert_eq!(blobs.read_dir().unwrap().count(), 2);
}

#[test]
fn a_check_fails_when_a_blob_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let put = http().put(server.url("/v1/blobs")).body("right").send();
    assert_eq!(runtime.block_on(put).unwrap().status(), 200);
    assert!(server.end("TERM").1);

    let store = folder.path().join("store");
    let check = || run(&["check", "--dir", store.to_str().unwrap()]);
    let output = check();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "blobs checked: 1, all intact\n");

    let id = blob_id(b"right", ShardCount::new(10).unwrap()).unwrap();
    fs::write(store.join("blobs").join(id.to_string()), b"wrong").unwrap();
    let output = check();
    assert!(!output.status.success());
    assert!(text(&output.stdout).contains("DAMAGED"));
}
