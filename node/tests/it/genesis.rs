//! No token exists before useful work has been proved.

use serde_json::{json, Map, Value};

use crate::support::{
    chain::{self, decode, storage_prefix},
    command, gate,
    node::Launch,
};

/// The networks a node knows by name, all without a token at their start.
const NETWORKS: [&str; 3] = ["dev", "local", "test"];

/// The chain for load tests, the only one with endowed accounts.
const LOAD_TEST: &str = "bench";

/// `AccountInfo` of the SDK: nonce, three reference counters and the balances.
type Account = (u32, u32, u32, u32, Balances);

/// `AccountData` of the SDK: free, reserved and frozen tokens, and flags.
type Balances = (u128, u128, u128, u128);

#[test]
fn a_started_network_has_no_issuance_at_genesis() {
    let _gate = gate::shared();
    for network in NETWORKS {
        assert_eq!(issuance_of_a_running_node(network), 0, "{network}");
    }
}

#[test]
fn an_exported_chain_spec_endows_nobody() {
    for network in NETWORKS {
        let state = exported_state(network);
        assert_eq!(issuance_in(&state), 0, "{network}");
        assert_eq!(endowments_in(&state), Vec::<u128>::new(), "{network}");
    }
}

/// Shows that the two tests above would see an endowment if there were one.
#[test]
fn the_load_test_chain_has_endowed_accounts() {
    let _gate = gate::shared();
    let state = exported_state(LOAD_TEST);
    let endowments = endowments_in(&state);
    assert!(!endowments.is_empty());
    assert_eq!(issuance_in(&state), endowments.iter().sum::<u128>());
    assert_eq!(issuance_of_a_running_node(LOAD_TEST), issuance_in(&state));
}

fn issuance_of_a_running_node(network: &str) -> u128 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let node = Launch::new(folder.path(), network).args(["--chain", network]).start();
    let genesis = chain::hash_at(&node, 0);
    let key = storage_prefix("Balances", "TotalIssuance");
    issuance(&node.call("state_getStorage", json!([key, genesis])))
}

fn exported_state(network: &str) -> Map<String, Value> {
    let spec = command::run(["export-chain-spec", "--raw", "--chain", network]).expect_success();
    let spec: Value = serde_json::from_str(&spec).expect("a chain spec is JSON");
    spec["genesis"]["raw"]["top"].as_object().expect("a raw chain spec has a state").clone()
}

fn issuance_in(state: &Map<String, Value>) -> u128 {
    let key = storage_prefix("Balances", "TotalIssuance");
    issuance(state.get(&key).unwrap_or(&Value::Null))
}

/// An absent entry means zero: it is the default of the storage item.
fn issuance(value: &Value) -> u128 {
    if value.is_null() {
        return 0;
    }
    decode(value)
}

fn endowments_in(state: &Map<String, Value>) -> Vec<u128> {
    let prefix = storage_prefix("System", "Account");
    let accounts = state.iter().filter(|(key, _)| key.starts_with(&prefix));
    let totals = accounts.map(|(_, value)| {
        let (_, _, _, _, (free, reserved, _, _)) = decode::<Account>(value);
        free + reserved
    });
    totals.filter(|total| *total > 0).collect()
}
