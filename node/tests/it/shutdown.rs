//! A node that is asked to end says nothing of failures.

use std::{fs, path::Path};

use serde_json::json;

use crate::support::{
    chain, command, gate,
    node::{Launch, TEST_CHAIN},
};

/// A few times, because the parts of a node end in another order each time.
#[test]
fn an_interrupt_ends_a_node_without_a_word_of_failure() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for signal in ["INT", "TERM", "INT", "TERM"] {
        let node = Launch::dev(folder.path()).start();
        let mut subscriber = node.connect();
        subscriber.call("chain_subscribeNewHeads", json!([])).expect("a subscription");
        let best = chain::best(&node).number;
        chain::wait_for_best(&node, best + 1);
        let status = node.stop_by(signal);
        assert!(status.success(), "{signal}: {status}");
        expect_no_failure(&fs::read_to_string(folder.path().join("dev.log")).expect("a log"));
    }
    for args in [&["check-block", "1"][..], &["revert", "1"], &["export-state", "0"]] {
        let base = folder.path().join("dev");
        let chain = TEST_CHAIN.iter().chain(&["--base-path"]);
        let args = args.iter().chain(chain).map(AsRef::as_ref).chain([base.as_os_str()]);
        let command = command::run(args);
        expect_no_failure(&command.stderr);
        command.expect_success();
    }
}

/// A node that is interrupted before it has made its first block.
#[test]
fn an_early_interrupt_ends_a_node_as_quietly() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let status = Launch::dev(folder.path()).start().stop_by("INT");
    assert!(status.success(), "{status}");
    expect_no_failure(
        &fs::read_to_string(Path::new(folder.path()).join("dev.log")).expect("a log"),
    );
}

#[track_caller]
fn expect_no_failure(log: &str) {
    for word in ["Essential task", "ERROR"] {
        assert!(!log.contains(word), "{word:?} in the log:\n{log}");
    }
}
