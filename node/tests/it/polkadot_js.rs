//! The library that wallets and web pages use.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::support::{
    command::run_command,
    gate,
    node::{Launch, Node},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/polkadot-js");
const FILES: [&str; 6] =
    [".npmrc", "check.mjs", "package.json", "package-lock.json", "view.mjs", "views.mjs"];

#[test]
fn polkadot_js_follows_the_development_chain() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).start();
    let report = check(&node, &[]);
    assert_eq!(report["token"], "NNK", "{report}");
    assert!(report["pallets"].as_array().is_some_and(|pallets| pallets.len() > 5), "{report}");
    assert!(report["finalised"].as_array().is_some_and(|heads| heads.len() == 3), "{report}");
}

#[test]
fn a_page_reads_the_development_chain_by_view_functions() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).start();
    let scripts = installed();
    let url = format!("ws://{}", node.rpc_address());
    let view = |args: &[&str]| {
        let args = [args, &["--url", url.as_str()]].concat();
        printed(scripts.path(), "view.mjs", &args)
    };
    let known = view(&["--list"]);
    let known = known.as_array().expect("a list");
    assert!(known.iter().any(|known| known["name"] == "Tasks.task"), "{known:?}");
    assert_eq!(view(&["Tasks.task", "0"]), Value::Null);
    let digits = view(&["experiments.experiment", "0"]);
    assert_eq!(digits["owner"], "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
    let page = view(&["Rewards.curriculum", "null", "64"]);
    assert_eq!(page.as_array().map(Vec::len), Some(1), "{page}");
}

#[test]
fn polkadot_js_sends_a_remark_on_the_load_test_chain() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = bench(folder.path());
    let report = check(&node, &["--remark", "hello"]);
    assert!(report["remark"]["finalisedIn"].is_string(), "{report}");
    assert!(report["remark"]["fee"].as_str().is_some_and(|fee| fee != "0"), "{report}");
}

/// F6 and F7 on a running node. Before, two calls of the operational class filled each block, so a
/// remark at the least fee never got in; and an account without tokens or rights could send proofs.
/// The forty calls of that class take twenty blocks.
#[test]
fn a_spammer_on_the_load_test_chain_keeps_nobody_out() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = bench(folder.path());
    let report = check(&node, &["--spam"]);
    let spam = &report["spam"];
    for refused in ["heavyOperational", "unaskedProofs"] {
        let reason = spam[refused].as_str().unwrap_or_default();
        assert!(reason.starts_with("1010: Invalid Transaction"), "{refused}: {report}");
    }
    let blocks = spam["blocksUntilARemark"].as_u64();
    assert!(blocks.is_some_and(|blocks| blocks <= 10), "{report}");
}

fn bench(folder: &Path) -> Node {
    Launch::new(folder, "bench")
        .args(["--chain", "bench", "--alice", "--force-authoring"])
        .args(["--unsafe-force-node-key-generation"])
        .start()
}

/// Runs the check against a node and returns what it reports as JSON.
fn check(node: &Node, args: &[&str]) -> Value {
    let url = format!("ws://{}", node.rpc_address());
    printed(installed().path(), "check.mjs", &[&[url.as_str()], args].concat())
}

/// Runs a script and returns the JSON that it prints.
fn printed(folder: &Path, name: &str, args: &[&str]) -> Value {
    let mut script = tool("node", folder);
    script.arg(name).args(args);
    let report = run_command(script).expect_success();
    serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error} in {report}"))
}

/// A folder with the scripts and what they need.
fn installed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    install(folder.path());
    folder
}

/// Installs what the lock file pins, away from the checkout.
fn install(folder: &Path) {
    for file in FILES {
        fs::copy(Path::new(SCRIPT).join(file), folder.join(file)).expect("a file of the script");
    }
    let mut npm = tool("npm", folder);
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    run_command(npm).expect_success();
}

fn tool(name: &str, folder: &Path) -> Command {
    let mut version = Command::new(name);
    version.arg("--version");
    let version = version.output().map(|output| output.status.success());
    assert!(version.unwrap_or(false), "this test needs {name}: install Node.js 20 or later");
    let mut command = Command::new(name);
    command.current_dir(folder);
    command
}
