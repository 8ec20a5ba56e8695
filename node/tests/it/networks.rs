//! Networks of several validators.

use std::path::Path;

use serde_json::json;

use crate::support::{
    chain, gate,
    node::{Launch, Node},
    wait,
};

const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// One network for all of these, because starting it is the slow part: four validators finalise;
/// one is killed and three go on; a node joins by warp sync; another is killed and finality stops;
/// it comes back and finality resumes.
#[test]
fn four_validators_bear_one_failure_and_recover_from_two() {
    let _gate = gate::alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut validators = start_validators(folder.path(), ["litep2p"; 4]);
    expect_finality(&validators);

    validators.remove(3).kill();
    expect_finality(&validators);

    let newcomer = join_by_warp_sync(folder.path(), &validators);
    drop(newcomer);

    validators.remove(2).kill();
    expect_no_finality(&validators);

    let returned = start_validator(folder.path(), "charlie", "litep2p", &validators);
    validators.push(returned);
    expect_finality(&validators);
}

/// Two of four validators cannot finalise, so finality shows that the two back ends understand
/// each other.
#[test]
fn validators_on_both_network_back_ends_finalise_together() {
    let _gate = gate::alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let backends = ["libp2p", "libp2p", "litep2p", "litep2p"];
    expect_finality(&start_validators(folder.path(), backends));
}

fn start_validators(folder: &Path, backends: [&str; 4]) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (name, backend) in VALIDATORS.into_iter().zip(backends) {
        let node = start_validator(folder, name, backend, &nodes);
        nodes.push(node);
    }
    nodes
}

fn start_validator(folder: &Path, name: &str, backend: &str, peers: &[Node]) -> Node {
    Launch::new(folder, name)
        .args(["--chain", "local", "--network-backend", backend])
        .args([format!("--{name}").as_str(), "--unsafe-force-node-key-generation"])
        .peers(peers)
        .start()
}

/// Every node finalises blocks that did not exist when the wait began.
fn expect_finality(nodes: &[Node]) {
    let target = highest(nodes) + 2;
    for node in nodes {
        chain::wait_for_finality(node, target);
    }
}

/// Blocks are still made, and none of them is finalised.
///
/// A validator that died may have voted for any block that was known then or on its way, and those
/// votes may arrive late; nothing above them can have three votes.
fn expect_no_finality(nodes: &[Node]) {
    let voted = highest(nodes) + 2;
    let node = &nodes[0];
    chain::wait_for_best(node, voted + 6);
    let reached = chain::finalised(node).number;
    assert!(
        reached <= voted,
        "block {reached} was finalised without two thirds; nobody else voted above {voted}"
    );
}

/// The number of the highest best block of these nodes.
fn highest(nodes: &[Node]) -> u64 {
    let numbers = nodes.iter().map(|node| chain::best(node).number);
    numbers.max().unwrap_or(0)
}

fn join_by_warp_sync(folder: &Path, peers: &[Node]) -> Node {
    let target = chain::finalised(&peers[0]).number;
    let node = Launch::new(folder, "newcomer")
        .args(["--chain", "local", "--sync", "warp"])
        .peers(peers)
        .start();
    chain::wait_for_finality(&node, target);
    assert_warped(&node, &peers[0]);
    expect_finality(std::slice::from_ref(&node));
    node
}

/// A node that replayed the chain would have the state after block 1; one that warped has proved
/// the finality of a late block, fetched its state and only then the blocks before it.
fn assert_warped(node: &Node, peer: &Node) {
    // The fetched block counts as final a moment before the node says that it has the state.
    for line in ["Warp sync is complete", "State sync is complete"] {
        wait::until(&format!("the newcomer logs \"{line}\""), || {
            node.log().contains(line).then_some(())
        });
    }
    let first = chain::hash_at(peer, 1);
    wait::until("the headers of the past arrive", || {
        let header = node.call("chain_getHeader", json!([first]));
        (!header.is_null()).then_some(())
    });
    let code = "0x3a636f6465";
    let state_after_first =
        |node: &Node| node.try_call("state_getStorageSize", json!([code, first]));
    state_after_first(peer).expect("the peer knows the state after block 1");
    let error = state_after_first(node).expect_err("the newcomer replayed the chain");
    assert!(error.contains("State already discarded"), "{error}");
}
