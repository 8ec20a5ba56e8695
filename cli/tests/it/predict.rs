//! What `predict` writes, and a model that answers over HTTP.

use crate::{
    model_files::write,
    processes::{signal, until, Running, PATIENCE},
    support::{command, run, Finished},
};
use nocknock_dataset::{ReadOptions, Table};
use rustix::process::Signal;
use serde_json::{json, Value};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::Stdio,
};
use tempfile::TempDir;

/// Three rows, of which the second is far outside of the training data and the third lacks a value.
const ROWS: &str = "b,more,a,class\n1,x,2,yes\n1000,x,-1000,no\n,x,1,yes\n";

/// A folder with a model that always answers `yes`, and with rows.
fn folder() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    write(&home.path().join("model.safetensors"), |_| {});
    fs::write(home.path().join("data.csv"), ROWS).unwrap();
    home
}

fn predict(home: &Path, more: &[&str]) -> Finished {
    let arguments = ["predict", "--model", "model.safetensors", "--data", "data.csv"];
    run(home, &[arguments.as_slice(), more].concat())
}

#[test]
fn rows_are_printed_and_all_else_is_a_message() {
    let home = folder();
    let printed = predict(home.path(), &["--format", "csv", "--flag-outside"]);
    let expected = "row,class,true class,outside\n1,yes,yes,\n2,yes,no,a; b\n3,yes,yes,b\n";
    assert_eq!(printed.stdout, expected);
    for words in ["2 of 3 rows are right", "1 row has a number", "`a`: 1, `b`: 1", "more"] {
        assert!(printed.stderr.contains(words), "no {words:?} in {}", printed.stderr);
    }
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let lines = predict(home.path(), &["--format", "jsonl", "--scores", "--no-label"]).text();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["class"], &first["true_class"]), (&json!("yes"), &Value::Null));
    let [no, yes] = ["no", "yes"].map(|class| first["scores"][class].as_f64().unwrap());
    assert!(yes > no && (no + yes - 1.0).abs() < 1e-5, "{first}");
}

#[test]
fn every_form_of_file_holds_the_same_rows() {
    let home = folder();
    let read = |name: &str| {
        predict(home.path(), &["--to", name, "--scores", "--flag-outside"]).text();
        let table = Table::read(&home.path().join(name), &ReadOptions::default()).unwrap();
        let cells = |row: usize| -> Vec<Option<String>> {
            let values = table.columns().iter().map(|column| column.get(row));
            values.map(|value| value.key().map(|key| key.into_owned())).collect()
        };
        (0..table.len()).map(cells).collect::<Vec<_>>()
    };
    let csv = read("p.csv");
    assert_eq!((csv.len(), csv[0].len()), (3, 6));
    assert_eq!(read("p.tsv"), csv);
    assert_eq!(read("p.parquet"), csv);
}

#[test]
fn what_is_unlike_the_training_data_is_counted_in_total_and_by_column() {
    let home = folder();
    let value = predict(home.path(), &["--flag-outside", "--output", "json"]).json();
    let outside = &value["outside"];
    assert_eq!(outside["rows"], 2);
    assert_eq!(outside["kinds"], json!({ "far": 1, "unknown": 0, "not_numbers": 0, "missing": 1 }));
    assert_eq!(outside["columns"]["b"]["missing"], 1);
    assert_eq!(value["columns_outside"], json!([[], ["a", "b"], ["b"]]));
}

#[test]
fn parquet_needs_a_file() {
    predict(folder().path(), &["--format", "parquet"]).fails(2, &["--to"]);
}

/// `head` has seen enough after some lines.
#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = folder();
    let rows = "1,2\n".repeat(50_000);
    fs::write(home.path().join("data.csv"), format!("a,b\n{rows}")).unwrap();
    let arguments = ["predict", "--model", "model.safetensors", "--data", "data.csv"];
    let mut child = command(home.path())
        .args(arguments)
        .args(["--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let finished = Finished::from(child.wait_with_output().unwrap());
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// A program that answers over HTTP. It ends before its folder does.
struct Server {
    running: Running,
    address: SocketAddr,
    home: TempDir,
}

impl Server {
    fn start(more: &[&str]) -> Self {
        let home = folder();
        let mut command = command(home.path());
        command.args(["predict", "--model", "model.safetensors", "--serve", "127.0.0.1:0"]);
        command.args(more);
        let running = Running::spawn(&mut command, &home.path().join("serve"));
        let address = until("the model answers", || {
            let told = fs::read_to_string(running.stdout()).ok()?;
            let (_, rest) = told.split_once("http://")?;
            rest.split_once(' ')?.0.parse().ok()
        });
        Self { running, address, home }
    }

    /// Sends a request, and waits for the answer.
    fn ask(&self, head: &str, content: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let head = self.head(head, content, body.len(), "");
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        Open { stream }.answer()
    }

    /// Sends the headers of a request alone.
    fn open(&self, head: &str, length: usize, more: &str) -> Open {
        let mut stream = self.connect();
        stream.write_all(self.head(head, JSON, length, more).as_bytes()).unwrap();
        Open { stream }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn head(&self, head: &str, content: &str, length: usize, more: &str) -> String {
        format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {content}\r\n\
             Content-Length: {length}\r\n{more}\r\n",
            self.address
        )
    }

    /// Begins a request and waits until its body is asked for, so that it has its place.
    fn hold(&self, length: usize) -> Open {
        let open = self.open("POST /predict", length, "Expect: 100-continue\r\n");
        let mut lines = BufReader::new(open.stream.try_clone().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 100"), "{line}");
        open
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), JSON, b"")
    }

    fn post(&self, content: &str, body: &str) -> Answer {
        self.ask("POST /predict", content, body.as_bytes())
    }
}

/// A request that was not sent as a whole.
struct Open {
    stream: TcpStream,
}

impl Open {
    fn answer(mut self) -> Answer {
        let mut text = String::new();
        // Whoever refuses a request may close the connection before it has read the body.
        self.stream.read_to_string(&mut text).ok();
        // What asks for the body ends with an empty line, too.
        let begin = text.rfind("HTTP/1.1 ").unwrap();
        let (head, body) = text[begin..].split_once("\r\n\r\n").unwrap();
        Answer { head: head.to_lowercase(), body: body.to_owned() }
    }
}

/// What was answered to a request.
struct Answer {
    /// Status line and headers, in lower case.
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    #[track_caller]
    fn json(&self, status: u16) -> Value {
        assert_eq!(self.status(), status, "{}\n{}", self.head, self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// What is said about a request that was refused.
    #[track_caller]
    fn problem(&self, status: u16) -> String {
        let value = self.json(status);
        assert!(self.head.contains("content-type: application/problem+json"), "{}", self.head);
        assert_eq!(value["status"], status);
        value["detail"].as_str().unwrap().to_owned()
    }
}

const JSON: &str = "application/json";

#[test]
fn a_model_answers_over_http() {
    let server = Server::start(&["--scores"]);
    let answer = server.post(JSON, r#"[{"b": 1, "a": 2, "more": "x"}, {"b": null, "a": 1}]"#);
    let value = answer.json(200);
    let rows = value["predictions"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["class"]), (2, &json!("yes")));
    assert_eq!((&rows[0]["outside"], &rows[1]["outside"]), (&json!([]), &json!(["b"])));
    assert!(rows[0]["scores"]["yes"].as_f64() > Some(0.5), "{value}");
    assert!(value["warnings"].to_string().contains("more"), "{value}");
    let csv = server.post("text/csv", "more,b,a\nx,1,2\nx,,1\n").json(200);
    assert_eq!(csv["predictions"], value["predictions"]);
    assert_eq!(server.get("/health").json(200)["status"], "ok");
    assert_eq!(server.get("/model").json(200)["classes"], json!(["no", "yes"]));
    let document = server.get("/openapi.json").json(200);
    assert!(document["paths"]["/predict"]["post"].is_object(), "{document}");
}

#[test]
fn what_cannot_be_answered_is_said_without_anything_of_this_machine() {
    let server = Server::start(&[]);
    let home = server.home.path().display().to_string();
    let long = server.open("POST /predict", (1 << 20) + 1, "").answer();
    for (answer, status, words) in [
        (server.post(JSON, "{"), 400, "EOF"),
        (server.post("text/csv", "a,b\n1,2\n1\n"), 422, "cells"),
        (server.post(JSON, r#"{"a": 1}"#), 422, "columns b"),
        (server.post("text/plain", "a"), 415, "text/csv"),
        (server.post(JSON, &format!("[{}]", ["{}"; 5_000].join(","))), 422, "no rows"),
        (server.post("text/csv", &format!("a,b\n{}", "1,2\n".repeat(4_097))), 413, "4096 rows"),
        (long, 413, "1048576 bytes"),
        (server.get("/"), 404, "/openapi.json"),
        (server.get("/predict"), 405, "POST"),
    ] {
        let told = answer.problem(status);
        assert!(told.contains(words), "{told}");
        let all = format!("{}{}", answer.head, answer.body);
        assert!(!all.contains(&home) && !all.contains("model.safetensors"), "{all}");
    }
}

#[test]
fn whoever_comes_when_all_places_are_taken_is_told_to_come_again() {
    let body = br#"{"a": 1, "b": 1}"#;
    let server = Server::start(&[]);
    let mut held: Vec<Open> = (0..16).map(|_| server.hold(body.len())).collect();
    let busy = server.ask("POST /predict", JSON, body);
    assert!(busy.problem(503).contains("16 requests"), "{}", busy.body);
    assert!(busy.head.contains("retry-after: 1"), "{}", busy.head);
    assert_eq!(server.get("/health").status(), 200);
    let mut first = held.remove(0);
    first.stream.write_all(body).unwrap();
    first.answer().json(200);
    assert_eq!(server.ask("POST /predict", JSON, body).status(), 200);
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    for ended_by in [Signal::TERM, Signal::INT] {
        let body = br#"{"a": 1, "b": 1}"#;
        let server = Server::start(&[]);
        let mut held = server.hold(body.len());
        signal(server.running.pid(), ended_by);
        until("nobody is let in any more", || TcpStream::connect(server.address).err().map(|_| ()));
        held.stream.write_all(body).unwrap();
        held.answer().json(200);
        assert_eq!(server.running.finish().code, Some(0));
    }
}

#[test]
fn other_machines_are_answered_only_if_that_is_said() {
    let home = folder();
    let arguments = ["predict", "--model", "model.safetensors", "--serve", "0.0.0.0:0"];
    run(home.path(), &arguments).fails(2, &["0.0.0.0:0", "--allow-remote"]);
}
