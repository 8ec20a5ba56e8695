//! Who is answered by the JSON-RPC server: programs of this machine, and pages only as far as
//! `--rpc-cors` says, over HTTP as over WebSockets.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use serde_json::{json, Value};
use tungstenite::{
    client::IntoClientRequest, handshake::HandshakeError, http::HeaderValue, Message,
};

use crate::support::{
    gate,
    node::{Launch, Node},
    wait::PATIENCE,
};

const APPS: &str = "https://polkadot.js.org";
const FOREIGN: &str = "https://evil.example";

/// What a request of these headers gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Every method.
    All,
    /// Safe methods only.
    Safe,
    /// An error of HTTP.
    Refused(u16),
}

use Answer::{All, Refused, Safe};

type Headers<'a> = &'a [(&'static str, &'a str)];

#[test]
fn a_development_node_answers_pages_as_its_rules_say() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).args(["--rpc-host", "node.example"]).start();
    let port = node.rpc_address().port();
    let localhost = format!("localhost:{port}");
    let rebound = format!("evil.example:{port}");
    let of_rebound = format!("http://{rebound}");
    let cases: [(Headers, Answer); 16] = [
        (&[], All),
        (&[("Host", "127.0.0.1:1")], All),
        (&[("Host", &localhost)], All),
        (&[("Host", "node.example")], All),
        (&[("Origin", APPS)], Safe),
        (&[("Origin", "http://localhost:3000")], Safe),
        (&[("Sec-Fetch-Site", "cross-site")], Safe),
        (&[("Forwarded", "for=192.0.2.1")], Safe),
        (&[("X-Forwarded-For", "127.0.0.1")], Safe),
        (&[("X-Real-IP", "127.0.0.1")], Safe),
        (&[("Via", "1.1 proxy.example")], Safe),
        (&[("Origin", APPS), ("X-Forwarded-For", "192.0.2.1")], Safe),
        (&[("Origin", FOREIGN)], Refused(403)),
        (&[("Origin", "null")], Refused(403)),
        (&[("Host", &rebound)], Refused(403)),
        (&[("Host", &rebound), ("Origin", &of_rebound)], Refused(403)),
    ];
    for (headers, answer) in cases {
        expect(&node, headers, answer);
    }
}

#[test]
fn an_operator_may_open_a_node_to_more() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let all = Launch::dev(folder.path()).args(["--rpc-cors", "all"]).start();
    expect(&all, &[("Origin", FOREIGN)], Safe);
    expect(&all, &[("Origin", FOREIGN), ("Host", "evil.example")], Refused(403));
    drop(all);
    let open = ["--rpc-methods", "unsafe", "--rpc-cors", "https://wallet.example"];
    let open = Launch::dev(folder.path()).args(open).start();
    expect(&open, &[("Origin", "https://wallet.example")], All);
    expect(&open, &[("X-Forwarded-For", "192.0.2.1")], All);
    expect(&open, &[("Origin", APPS)], Refused(403));
    drop(open);
    let closed = Launch::dev(folder.path()).args(["--rpc-methods", "safe"]).start();
    expect(&closed, &[], Safe);
}

/// A browser asks before it lets a page of another origin send JSON.
#[test]
fn a_browser_hears_which_pages_may_ask() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).start();
    let ask = |origin: &str| {
        let headers = [
            ("Origin", origin),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type"),
        ];
        send(node.rpc_address(), "OPTIONS", &headers, "").to_ascii_lowercase()
    };
    let answer = ask(APPS);
    for header in [
        format!("access-control-allow-origin: {APPS}"),
        "access-control-allow-methods: post".into(),
        "access-control-allow-headers: content-type".into(),
    ] {
        assert!(answer.contains(&header), "no {header} in {answer}");
    }
    let answer = ask(FOREIGN);
    assert!(answer.starts_with("http/1.1 403"), "{answer}");
    assert!(!answer.contains("access-control"), "{answer}");
}

#[track_caller]
fn expect(node: &Node, headers: Headers, answer: Answer) {
    let address = node.rpc_address();
    assert_eq!(over_http(address, headers), answer, "HTTP: {headers:?}");
    assert_eq!(over_socket(address, headers), answer, "WebSocket: {headers:?}");
}

fn over_http(address: SocketAddr, headers: Headers) -> Answer {
    let call = |method: &str, params: Value| {
        let answer = send(address, "POST", headers, &request(method, params));
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_string());
        (status, body.unwrap_or_default())
    };
    answer(|method, params| match call(method, params) {
        (200, body) => Ok(serde_json::from_str(&body).expect("JSON")),
        (status, _) => Err(status),
    })
}

fn over_socket(address: SocketAddr, headers: Headers) -> Answer {
    let mut request_of_socket = format!("ws://{address}").into_client_request().expect("a request");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request_of_socket.headers_mut().insert(*name, value);
    }
    let mut socket = match tungstenite::client(request_of_socket, connect(address)) {
        Ok((socket, _)) => socket,
        Err(HandshakeError::Failure(tungstenite::Error::Http(response))) => {
            return Refused(response.status().as_u16());
        }
        Err(error) => panic!("{error}"),
    };
    answer(|method, params| {
        socket.send(Message::text(request(method, params))).expect("an open socket");
        loop {
            if let Message::Text(text) = socket.read().expect("an open socket") {
                return Ok(serde_json::from_str(&text).expect("JSON"));
            }
        }
    })
}

/// Asks a safe method, then an unsafe one.
fn answer(mut call: impl FnMut(&str, Value) -> Result<Value, u16>) -> Answer {
    match call("system_chain", json!([])) {
        Err(status) => return Refused(status),
        Ok(answer) => assert!(answer["result"].is_string(), "{answer}"),
    }
    let answer = call("author_hasKey", json!(["0x00", "babe"])).expect("the safe one was answered");
    if answer["result"] == json!(false) {
        return All;
    }
    let error = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(error.contains("unsafe"), "{answer}");
    Safe
}

fn request(method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

fn send(address: SocketAddr, verb: &str, headers: Headers, body: &str) -> String {
    let mut text = format!("{verb} / HTTP/1.1\r\nConnection: close\r\n");
    if headers.iter().all(|(name, _)| *name != "Host") {
        text += &format!("Host: {address}\r\n");
    }
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "Content-Type: application/json\r\n";
    text += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = connect(address);
    stream.write_all(text.as_bytes()).expect("a sent request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a listening server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream
}
