//! Keys of accounts, sessions and the network.

use std::{fs, path::Path};

use serde_json::{json, Value};

use crate::support::{
    chain,
    command::{self, Finished},
    gate,
    node::Launch,
    wait,
};

#[test]
fn a_generated_key_is_the_one_that_inspect_derives_from_its_phrase() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let phrase = folder.path().join("phrase");
    let generated = json_of(run(&["key", "generate", "--output-type", "json"]));
    assert!(text(&generated["ss58Address"]).starts_with('5'), "another prefix than 42");

    fs::write(&phrase, text(&generated["secretPhrase"])).expect("a writable folder");
    let inspected = json_of(run(&["key", "inspect", "--output-type", "json", utf8(&phrase)]));
    assert_eq!(inspected["publicKey"], generated["publicKey"]);
    assert_eq!(inspected["ss58Address"], generated["ss58Address"]);
}

#[test]
fn an_inserted_key_is_in_the_keystore_of_the_running_node() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let phrase = folder.path().join("phrase");
    let key = json_of(run(&["key", "generate", "--output-type", "json"]));
    fs::write(&phrase, text(&key["secretPhrase"])).expect("a writable folder");
    insert(&folder.path().join("dev"), &phrase).expect_success();

    let node = Launch::dev(folder.path()).start();
    let has = |key: &Value| node.call("author_hasKey", json!([key, "babe"]));
    assert_eq!(has(&key["publicKey"]), true);
    assert_eq!(has(&json!(format!("0x{}", "11".repeat(32)))), false);
}

#[test]
fn rotating_keys_gives_session_keys_that_the_node_holds_and_a_proof_of_them() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).start();
    let owner = "0x".to_string() + &"07".repeat(32);
    let generated = node.call("author_rotateKeysWithOwner", json!([owner]));
    let keys = &generated["keys"];
    assert_eq!(text(keys).len(), 2 + 2 * (32 + 32), "a BABE and a GRANDPA key");
    assert!(text(&generated["proof"]).len() > 2, "{generated}");
    assert_eq!(node.call("author_hasSessionKeys", json!([keys])), true);
}

#[test]
fn a_generated_network_key_decides_the_peer_id() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("node-key");
    run(&["key", "generate-node-key", "--file", utf8(&file)]).expect_success();
    let peer = run(&["key", "inspect-node-key", "--file", utf8(&file)]).expect_success();

    let node = Launch::dev(folder.path()).args(["--node-key-file", utf8(&file)]).start();
    assert_eq!(node.call("system_localPeerId", json!([])), peer.trim());
}

#[test]
fn a_validator_without_a_network_key_is_told_how_to_make_one() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    Launch::new(folder.path(), "keyless")
        .args(["--chain", "local", "--validator"])
        .run_to_the_end()
        .expect_error(&["network key", "key generate-node-key"]);
}

#[test]
fn a_validator_without_session_keys_starts_and_says_which_are_missing() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::new(folder.path(), "keyless")
        .args(["--chain", "local", "--validator", "--unsafe-force-node-key-generation"])
        .start();
    let log = wait::until("the node names its missing keys", || {
        let log = node.log();
        log.contains("its keystore holds no").then_some(log)
    });
    for word in ["BABE", "GRANDPA", "key insert", "author_rotateKeysWithOwner"] {
        assert!(log.contains(word), "no {word} in the log");
    }
}

/// The keys come from the command line, not from a development name.
#[test]
fn a_validator_with_inserted_session_keys_makes_blocks() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let base = folder.path().join("validator");
    for (key_type, scheme) in [("babe", "sr25519"), ("gran", "ed25519")] {
        insert_as(&base, "//Alice", key_type, scheme).expect_success();
    }
    let node = Launch::new(folder.path(), "validator")
        .args(["--chain", "test", "--validator", "--force-authoring"])
        .args(["--unsafe-force-node-key-generation"])
        .start();
    chain::wait_for_finality(&node, 2);
}

fn insert(base: &Path, phrase: &Path) -> Finished {
    insert_as(base, utf8(phrase), "babe", "sr25519")
}

fn insert_as(base: &Path, uri: &str, key_type: &str, scheme: &str) -> Finished {
    let target = ["key", "insert", "--chain", "test", "--base-path", utf8(base)];
    let key = ["--suri", uri, "--key-type", key_type, "--scheme", scheme];
    run(&[&target[..], &key[..]].concat())
}

fn run(args: &[&str]) -> Finished {
    command::run(args)
}

fn json_of(finished: Finished) -> Value {
    serde_json::from_str(&finished.expect_success()).expect("JSON on the standard output")
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a text: {value}"))
}

fn utf8(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
