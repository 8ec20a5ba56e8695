//! The JSON-RPC interface and the metrics.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use serde_json::{json, Value};

use crate::support::{
    chain, gate,
    node::{Launch, Node},
    rpc::Client,
    wait,
};

/// One method of each family that users rely on.
const METHODS: [&str; 22] = [
    "archive_v1_finalizedHeight",
    "author_submitExtrinsic",
    "babe_epochAuthorship",
    "chainHead_v1_follow",
    "chainSpec_v1_chainName",
    "chain_getBlock",
    "chain_subscribeFinalizedHeads",
    "grandpa_proveFinality",
    "grandpa_roundState",
    "grandpa_subscribeJustifications",
    "payment_queryFeeDetails",
    "payment_queryInfo",
    "state_call",
    "state_getMetadata",
    "state_getReadProof",
    "sync_state_genSyncSpec",
    "system_accountNextIndex",
    "system_dryRun",
    "system_health",
    "system_properties",
    "transactionWatch_v1_submitAndWatch",
    "transaction_v1_broadcast",
];

/// One node for all of these, because starting it is the slow part.
#[test]
fn every_family_of_methods_answers() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pruning = ["--state-pruning", "archive", "--blocks-pruning", "archive"];
    let node = Launch::dev(folder.path()).args(pruning).start();
    chain::wait_for_finality(&node, 2);
    the_interface_serves_every_family(&node);
    the_system_methods_name_the_token_and_the_chain(&node);
    a_follower_of_the_chain_head_hears_of_new_best_and_finalised_blocks(&node);
    a_call_at_the_chain_head_answers_with_its_output(&node);
    an_archive_node_answers_about_any_finalised_block(&node);
    a_broadcast_is_taken_and_an_unknown_one_cannot_be_stopped(&node);
    a_watched_transaction_that_is_invalid_is_reported(&node);
    babe_tells_in_which_slots_the_validator_may_author(&node);
    grandpa_tells_its_round(&node);
    a_light_client_gets_a_checkpoint(&node);
    the_fee_of_an_extrinsic_can_be_asked_for(&node);
}

fn the_interface_serves_every_family(node: &Node) {
    let served = node.call("rpc_methods", json!([]));
    let served = served["methods"].as_array().expect("a list of methods");
    for method in METHODS {
        assert!(served.contains(&json!(method)), "{method} is missing");
    }
}

fn the_system_methods_name_the_token_and_the_chain(node: &Node) {
    let properties = json!({"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "NNK"});
    assert_eq!(node.call("system_properties", json!([])), properties);
    assert_eq!(node.call("system_chainType", json!([])), "Development");
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    assert_eq!(node.call("system_accountNextIndex", json!([alice])), 0);
}

fn a_follower_of_the_chain_head_hears_of_new_best_and_finalised_blocks(node: &Node) {
    let mut client = node.connect();
    let follow = client.call("chainHead_v1_follow", json!([true])).expect("a subscription");

    let first = client.next_event(&follow).expect("an event");
    assert_eq!(first["event"], "initialized");
    let pinned = first["finalizedBlockHashes"].as_array().expect("hashes");
    let header = json!([follow, pinned.last().expect("at least one finalised block")]);
    assert!(client.call("chainHead_v1_header", header).expect("a header").is_string());

    for kind in ["newBlock", "bestBlockChanged", "finalized"] {
        wait_for_event(&mut client, &follow, kind);
    }
}

fn a_call_at_the_chain_head_answers_with_its_output(node: &Node) {
    let mut client = node.connect();
    let follow = client.call("chainHead_v1_follow", json!([true])).expect("a subscription");
    let first = client.next_event(&follow).expect("an event");
    let block = first["finalizedBlockHashes"][0].clone();
    let call = json!([follow, block, "Core_version", "0x"]);
    let started = client.call("chainHead_v1_call", call).expect("an operation");
    assert_eq!(started["result"], "started");

    let done = wait_for_event(&mut client, &follow, "operationCallDone");
    assert_eq!(done["operationId"], started["operationId"]);
    assert!(done["output"].as_str().is_some_and(|output| output.len() > 2));
}

fn an_archive_node_answers_about_any_finalised_block(node: &Node) {
    let genesis = chain::hash_at(node, 0);
    assert_eq!(node.call("archive_v1_genesisHash", json!([])), genesis);
    assert!(node.call("archive_v1_finalizedHeight", json!([])).as_u64() >= Some(2));

    let first = chain::hash_at(node, 1);
    assert_eq!(node.call("archive_v1_hashByHeight", json!([1])), json!([first]));
    assert!(node.call("archive_v1_header", json!([first])).is_string());
    let body = node.call("archive_v1_body", json!([first]));
    assert!(body.as_array().is_some_and(|extrinsics| !extrinsics.is_empty()), "{body}");
    let version = node.call("archive_v1_call", json!([first, "Core_version", "0x"]));
    assert_eq!(version["success"], true, "{version}");
}

/// The broadcast of what the pool refuses ends by itself, so there is nothing left to stop.
fn a_broadcast_is_taken_and_an_unknown_one_cannot_be_stopped(node: &Node) {
    let operation = node.call("transaction_v1_broadcast", json!([inherent_of_block_one(node)]));
    assert!(operation.is_string(), "{operation}");
    let error = node.try_call("transaction_v1_stop", json!(["unknown"]));
    assert!(error.is_err_and(|error| error.contains("Invalid operation id")));
}

fn a_watched_transaction_that_is_invalid_is_reported(node: &Node) {
    let mut client = node.connect();
    let watch =
        client.call("transactionWatch_v1_submitAndWatch", json!([inherent_of_block_one(node)]));
    let watch = watch.expect("a subscription");
    assert_eq!(client.next_event(&watch).expect("an event")["event"], "invalid");
}

fn babe_tells_in_which_slots_the_validator_may_author(node: &Node) {
    let slots = node.call("babe_epochAuthorship", json!([]));
    let authors = slots.as_object().expect("a map from validators to slots");
    assert_eq!(authors.len(), 1, "{slots}");
    for claims in authors.values() {
        let kinds = ["primary", "secondary", "secondary_vrf"];
        let claimed = kinds.iter().filter_map(|kind| claims[*kind].as_array()).flatten();
        assert!(claimed.count() > 0, "{slots}");
    }
}

fn grandpa_tells_its_round(node: &Node) {
    let state = node.call("grandpa_roundState", json!([]));
    assert_eq!(state["best"]["totalWeight"], 1, "{state}");
}

fn a_light_client_gets_a_checkpoint(node: &Node) {
    for raw in [true, false] {
        let spec = node.call("sync_state_genSyncSpec", json!([raw]));
        let state = &spec["lightSyncState"];
        for part in ["finalizedBlockHeader", "babeEpochChanges", "grandpaAuthoritySet"] {
            assert!(state[part].as_str().is_some_and(|hex| hex.len() > 2), "no {part} in {state}");
        }
    }
}

fn the_fee_of_an_extrinsic_can_be_asked_for(node: &Node) {
    let inherent = inherent_of_block_one(node);
    let info = node.call("payment_queryInfo", json!([inherent]));
    assert_eq!(info["partialFee"], "0", "an inherent pays no fee: {info}");
    assert!(info["weight"].is_object(), "{info}");
}

/// A well-formed extrinsic that the pool must refuse: only a block's author may add it.
fn inherent_of_block_one(node: &Node) -> Value {
    let block = node.call("chain_getBlock", json!([chain::hash_at(node, 1)]));
    block["block"]["extrinsics"][0].clone()
}

#[test]
fn the_metrics_count_blocks() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::dev(folder.path()).metrics_port("0").start();
    let address = wait::until("the metrics are served", || metrics_address(&node.log()));
    wait::until("the metrics count a finalised block", || {
        let metrics = get(address, "/metrics");
        let mut lines = metrics.lines();
        let line = lines.find(|line| {
            line.starts_with("substrate_block_height") && line.contains("\"finalized\"")
        })?;
        let (_, height) = line.rsplit_once(' ')?;
        height.parse::<u64>().ok().filter(|height| *height > 0)
    });
}

fn wait_for_event(client: &mut Client, subscription: &Value, kind: &str) -> Value {
    wait::until(&format!("the event {kind} arrives"), || {
        let event = client.next_event(subscription).expect("an event");
        (event["event"] == kind).then_some(event)
    })
}

fn metrics_address(log: &str) -> Option<SocketAddr> {
    let (_, rest) = log.split_once("Prometheus exporter started at ")?;
    let (address, _) = rest.split_once('\n')?;
    address.trim().parse().ok()
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a listening server");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a sent request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}
