//! A client with short patience, and services that answer as a test wants them to.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use nocknock_storage::{
    client::{Client, ClientConfig, ClientError, Failure, PutOptions, RetryPolicy, Timeouts},
    BlobId,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::test_store::few_shards;

/// Settings for the services at `urls`, with pauses that tests can wait for.
pub(crate) fn config(urls: &[&str]) -> ClientConfig {
    let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
    ClientConfig {
        shards: few_shards(),
        aggregators: urls.clone(),
        publishers: urls,
        retry: RetryPolicy {
            rounds: 3,
            first_pause: Duration::from_millis(2),
            longest_pause: Duration::from_millis(20),
            stale_window: Duration::from_secs(20),
        },
        timeouts: Timeouts {
            answer: Duration::from_secs(20),
            idle: Duration::from_secs(20),
            total: Duration::from_secs(60),
            ..Timeouts::default()
        },
        ..ClientConfig::default()
    }
}

pub(crate) fn client(urls: &[&str]) -> Client {
    Client::new(config(urls)).unwrap()
}

pub(crate) fn keep() -> PutOptions {
    PutOptions::new(2.try_into().unwrap())
}

/// Bytes that differ from place to place.
pub(crate) fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// The failures of an operation that no endpoint did, after a check that the text tells the user
/// what he needs: the blob, each endpoint and some advice.
pub(crate) fn failures(error: &ClientError, id: &BlobId) -> Vec<Failure> {
    let ClientError::Endpoints { failures, .. } = error else {
        panic!("not a failure of endpoints: {error}");
    };
    let text = error.to_string();
    assert!(text.contains(&id.to_string()), "{text}");
    assert!(!failures.is_empty(), "{text}");
    for failure in failures {
        assert!(text.contains(&failure.endpoint), "{text}");
        let advice = failure.fault.advice(failure.role);
        assert!(!advice.is_empty() && text.contains(advice), "{text}");
    }
    failures.clone()
}

/// The files in a folder, hidden ones included.
pub(crate) fn files_in(folder: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// A header's value, or nothing.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Where the requested range begins.
    pub(crate) fn range_start(&self) -> Option<usize> {
        let range = self.header("range")?;
        range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What a service writes, byte for byte; then it closes the connection, or holds it for ever.
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) then_hold: bool,
}

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        let then_hold = false;
        Self { bytes, then_hold }
    }
}

/// An answer with a status line, headers and a body of any length whatever the headers say.
pub(crate) fn answer(status: &str, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A complete answer.
pub(crate) fn whole(status: &str, body: &[u8]) -> Vec<u8> {
    answer(status, &[("content-length", body.len().to_string())], body)
}

/// A blob, or the part of it that was asked for.
pub(crate) fn served(request: &Seen, blob: &[u8]) -> Vec<u8> {
    match request.range_start() {
        None => whole("200 OK", blob),
        Some(start) if start >= blob.len() => {
            let range = ("content-range", format!("bytes */{}", blob.len()));
            answer("416 Range Not Satisfiable", &[range], b"")
        }
        Some(start) => {
            let (last, len) = (blob.len() - 1, blob.len());
            let range = ("content-range", format!("bytes {start}-{last}/{len}"));
            let rest = &blob[start..];
            let size = ("content-length", rest.len().to_string());
            answer("206 Partial Content", &[range, size], rest)
        }
    }
}

/// A service that writes what a function says.
pub(crate) struct Scripted {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// `reply` gets each request together with how many came before.
    pub(crate) async fn serve<A: Into<Answer>>(
        reply: impl Fn(&Seen, usize) -> A + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, reply) = (seen.clone(), Arc::new(reply));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, reply) = (log.clone(), reply.clone());
                tokio::spawn(serve_one(stream, log, move |request: &Seen, before| {
                    reply(request, before).into()
                }));
            }
        });
        Self { url, seen, server }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve_one(
    mut stream: TcpStream,
    log: Arc<Mutex<Vec<Seen>>>,
    reply: impl Fn(&Seen, usize) -> Answer,
) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    let answer = reply(&request, before);
    // The client may have seen enough and gone.
    let _ = stream.write_all(&answer.bytes).await;
    if answer.then_hold {
        std::future::pending::<()>().await;
    }
    let _ = stream.shutdown().await;
}

/// A request with a body of announced length, or none.
async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let body = bytes.split_off(end);
    let head = String::from_utf8(bytes).ok()?;
    let mut request = Seen { head, body };
    let len: usize = match request.header("content-length") {
        Some(len) => len.parse().ok()?,
        None => 0,
    };
    while request.body.len() < len {
        if stream.read_buf(&mut request.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(request)
}
