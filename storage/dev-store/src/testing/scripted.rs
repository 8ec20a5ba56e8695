//! Services that write what a test says, byte for byte.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Request {
    /// The request line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Where the requested range begins.
    pub fn range_start(&self) -> Option<usize> {
        let range = self.header("range")?;
        range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What a service writes.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These bytes; then it closes the connection.
    Once(Vec<u8>),
    /// These bytes; then it holds the connection for ever.
    AndHold(Vec<u8>),
    /// The first bytes at once and the rest byte by byte, with a pause before each.
    Drip {
        /// What is sent at once.
        first: Vec<u8>,
        /// What is not.
        rest: Vec<u8>,
        /// The pause.
        pause: Duration,
    },
}

impl From<Vec<u8>> for Answer {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Once(bytes)
    }
}

/// An answer with a status line, headers and a body of any length whatever the headers say.
pub fn answer(status: &str, headers: &[(&str, String)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// A complete answer.
pub fn whole(status: &str, body: &[u8]) -> Vec<u8> {
    answer(status, &[("content-length", body.len().to_string())], body)
}

/// A blob, or the part of it that was asked for.
pub fn served(request: &Request, blob: &[u8]) -> Vec<u8> {
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

/// A service that writes what a function says. It ends when it is dropped.
#[derive(Debug)]
pub struct Scripted {
    /// Its URL.
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    server: JoinHandle<()>,
}

impl Scripted {
    /// `reply` gets each request together with how many came before.
    pub async fn serve<A: Into<Answer>>(
        reply: impl Fn(&Request, usize) -> A + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, reply) = (seen.clone(), Arc::new(reply));
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (log, reply) = (log.clone(), reply.clone());
                tokio::spawn(serve_one(stream, log, move |request: &Request, before| {
                    reply(request, before).into()
                }));
            }
        });
        Self { url, seen, server }
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
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
    log: Arc<Mutex<Vec<Request>>>,
    reply: impl Fn(&Request, usize) -> Answer,
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
    let _ = send(&mut stream, &answer).await;
    let _ = stream.shutdown().await;
}

async fn send(stream: &mut TcpStream, answer: &Answer) -> std::io::Result<()> {
    match answer {
        Answer::Once(bytes) => stream.write_all(bytes).await,
        Answer::AndHold(bytes) => {
            stream.write_all(bytes).await?;
            std::future::pending().await
        }
        Answer::Drip { first, rest, pause } => {
            stream.write_all(first).await?;
            for byte in rest {
                tokio::time::sleep(*pause).await;
                stream.write_all(&[*byte]).await?;
            }
            Ok(())
        }
    }
}

/// A request with a body of announced length, or none.
async fn read_request(stream: &mut TcpStream) -> Option<Request> {
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
    let mut request = Request { head, body };
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
