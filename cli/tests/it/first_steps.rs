//! Keys of one's own, and the first tokens.

use crate::{
    chain::Chain,
    support::{command, run, Finished},
};
use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path, process::Stdio};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

#[test]
fn a_stranger_comes_by_keys_and_tokens_on_an_endowed_chain() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start_with(home.path(), &["--endowed"]);
    chain.run(&["faucet"]).fails(2, &["who gets the tokens?"]);
    let made = chain.run(&["keys", "generate"]).json();
    assert_eq!(made["encrypted"], false);
    assert!(made.get("phrase").is_none(), "{made}");
    let given = chain.run(&["faucet"]).json();
    assert_eq!(given["from"], "alice");
    assert_eq!(given["to"], made["account"]);
    let account = &chain.run(&["status"]).json()["account"];
    assert_eq!(account["account"], made["account"]);
    assert_eq!(account["free"], "100");

    let given = chain.run(&["faucet", ALICE, "--amount", "0.5"]).json();
    assert_eq!(given["from"], "bob", "alice sends herself nothing");
    let too_much = ["faucet", "--amount", "2000000"];
    chain.run(&too_much).fails(4, &["can spare 2000000 NNK", "--amount"]);
}

#[test]
fn a_chain_without_tokens_has_an_empty_faucet_that_says_so() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start(home.path());
    chain.run(&["faucet", ALICE]).fails(4, &["creates none", "start --endowed"]);

    // Whoever only reads is not asked for the password of keys that nobody has named.
    let password = home.path().join("password");
    fs::write(&password, "right").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let generate = ["keys", "generate", "--password-file", "password"];
    assert_eq!(chain.run(&generate).json()["encrypted"], true);
    let read = chain.run(&["status"]);
    assert!(read.stderr.contains("is encrypted"), "{}", read.stderr);
    assert!(read.json()["account"].is_null());
    chain.run(&["faucet"]).fails(6, &["is encrypted"]);
}

/// Stores the keys of a secret that comes by the standard input.
fn import(home: &Path, file: &str, secret: &str) -> Finished {
    let mut command = command(home);
    command.args(["keys", "import", file, "--output", "json"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

#[test]
fn a_seed_that_is_imported_with_or_without_its_prefix_is_the_same_account() {
    let home = tempfile::tempdir().unwrap();
    let digits = "07".repeat(32);
    let bare = import(home.path(), "bare", &digits).json();
    let prefixed = import(home.path(), "prefixed", &format!("0x{digits}\n")).json();
    assert_eq!(bare["account"], prefixed["account"]);
    let show = ["keys", "show", "--keystore", "bare", "--output", "json"];
    let shown = run(home.path(), &show).json();
    assert_eq!(shown["account"], bare["account"]);

    let again = import(home.path(), "bare", &digits);
    again.fails(1, &["bare", "stays as it is"]);
    let short = import(home.path(), "short", &digits[2..]);
    assert!(!short.stderr.contains(&digits[2..]), "{}", short.stderr);
    short.fails(6, &["the standard input holds no keys", "64 hexadecimal digits", "62"]);
    assert!(!home.path().join("short").exists());
}

#[test]
fn a_phrase_is_printed_for_whoever_asks_for_it_and_brings_the_keys_back() {
    let home = tempfile::tempdir().unwrap();
    let generate = ["keys", "generate", "--print-phrase", "--output", "json"];
    let made = run(home.path(), &generate).json();
    let phrase = made["phrase"].as_str().unwrap();
    let imported = import(home.path(), "again", phrase).json();
    assert_eq!(imported["account"], made["account"]);
    let shown = run(home.path(), &["keys", "show"]).text();
    assert!(shown.contains(made["account"].as_str().unwrap()), "{shown}");
    assert!(shown.contains("keys.json"), "{shown}");
}
