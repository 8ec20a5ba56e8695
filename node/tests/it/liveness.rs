//! What shows the chain that a node runs: blocks, finality votes and signs of life.

use std::{fs, path::Path};

use serde_json::{json, Value};
use sp_core::{crypto::AccountId32, sr25519, Pair};

use crate::support::{
    chain, command, gate,
    node::{Launch, Node},
    wait,
};

const VALIDATORS: [&str; 4] = ["alice", "bob", "charlie", "dave"];

/// The block that was final by the votes that the chain noted last, and the block in which it did.
fn noted(node: &Node) -> Option<(u32, u32)> {
    chain::stored(node, "Rewards", "LastFinality")
}

/// The validators of the present session.
fn validators(node: &Node) -> Vec<AccountId32> {
    chain::stored(node, "Session", "Validators").expect("there are always some")
}

fn account(name: &str) -> AccountId32 {
    let uri = format!("//{}{}", name[..1].to_uppercase(), &name[1..]);
    sr25519::Pair::from_string(&uri, None).expect("a well-known key").public().into()
}

#[test]
fn an_author_shows_the_votes_that_it_knows_again_and_again() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).start();
    let (first, noted_at) = wait::until("votes are noted", || noted(&node));
    assert!(first < noted_at, "block {first} was final in block {noted_at}");
    // A session has 16 blocks, so an eighth of it two.
    wait::until("votes for later blocks are noted", || {
        noted(&node).filter(|(block, _)| *block >= first + 4)
    });
    wait::until("the validator is among those who voted", || {
        (chain::entries(&node, "Rewards", "VotersOfSession") == 1).then_some(())
    });
}

/// One network for all of these, because starting it is the slow part: the votes of all four are
/// noted; one is killed, and because it gives no signs of life it loses its seat, which leaves
/// finality to the others; its node comes back, says so, and it gets a seat again.
#[test]
fn a_validator_without_a_node_loses_its_seat_and_one_with_a_node_gets_it_back() {
    let _gate = gate::alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = spec_with_short_sessions(folder.path());
    let mut nodes: Vec<Node> = Vec::new();
    for name in VALIDATORS {
        let node = start(folder.path(), &spec, name, &nodes);
        nodes.push(node);
    }
    wait::until("the votes of all four are noted", || {
        (chain::entries(&nodes[0], "Rewards", "VotersOfSession") == 4).then_some(())
    });

    nodes.pop().expect("four nodes").kill();
    let dave = account("dave");
    wait::until("the dead one has no seat", || {
        let validators = validators(&nodes[0]);
        (validators.len() == 3 && !validators.contains(&dave)).then_some(())
    });
    expect_finality(&nodes);
    // Three of three have to vote now.
    wait::until("the votes of the three are noted", || {
        (chain::entries(&nodes[0], "Rewards", "VotersOfSession") == 3).then_some(())
    });

    // Without a seat it makes no blocks and has no vote, so this is all that it can show.
    let returned = start(folder.path(), &spec, "dave", &nodes);
    nodes.push(returned);
    wait::until("the node is back and has a seat", || {
        validators(&nodes[0]).contains(&dave).then_some(())
    });
    expect_finality(&nodes);
}

/// The local network with sessions of 20 seconds. Twenty blocks are enough for each of four
/// validators to author one.
fn spec_with_short_sessions(folder: &Path) -> String {
    let spec = command::run(["export-chain-spec", "--chain", "local"]).expect_success();
    let mut spec: Value = serde_json::from_str(&spec).expect("a chain spec is JSON");
    let network = &mut spec["genesis"]["runtimeGenesis"]["patch"]["network"];
    network["slotDurationMillis"] = json!(1_000);
    network["epochLengthSlots"] = json!(20);
    let file = folder.join("spec.json");
    fs::write(&file, spec.to_string()).expect("a writable folder");
    file.to_str().expect("temporary folders have plain names").into()
}

fn start(folder: &Path, spec: &str, name: &str, peers: &[Node]) -> Node {
    Launch::new(folder, name)
        .args(["--chain", spec, "--unsafe-force-node-key-generation"])
        .args([format!("--{name}")])
        .peers(peers)
        .start()
}

/// Every node finalises blocks that did not exist when the wait began.
fn expect_finality(nodes: &[Node]) {
    let best = nodes.iter().map(|node| chain::best(node).number).max().unwrap_or(0);
    for node in nodes {
        chain::wait_for_finality(node, best + 2);
    }
}
