//! What a node cannot do, it refuses with the cause.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
};

use serde_json::Value;

use crate::support::{chain, command, gate, node::Launch, wait};

const BACKENDS: [&str; 2] = ["litep2p", "libp2p"];

/// Two chains of the same name: the usual mistake is a spec that was exported anew.
#[test]
fn a_peer_with_another_genesis_is_refused_by_its_hash() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = folder.path().join("other.json");
    fs::write(&spec, spec_with_another_genesis()).expect("a writable folder");
    for backend in BACKENDS {
        let network = ["--network-backend", backend];
        let dev = Launch::dev(folder.path()).args(network).start();
        let stranger = Launch::new(folder.path(), backend)
            .args(["--chain".as_ref(), spec.as_os_str()])
            .args(network)
            .peers([&dev])
            .start();
        let theirs = chain::hash_at(&dev, 0);
        wait::until("the node names the other genesis", || {
            let log = stranger.log();
            let mut lines = log.lines();
            let refusal = lines.find(|line| line.contains("belongs to another chain"))?;
            refusal.contains(theirs.as_str()?).then_some(())
        });
    }
}

/// The usual mistake is a folder that was restored from the wrong backup.
#[test]
fn a_database_of_another_chain_is_named() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spec = folder.path().join("spec.json");
    let launch = || {
        let args = ["--chain".as_ref(), spec.as_os_str()];
        Launch::new(folder.path(), "node").args(args)
    };
    fs::write(&spec, live(&spec_with_another_genesis())).expect("a writable folder");
    launch().start().stop();
    fs::write(&spec, live(&exported_spec())).expect("a writable folder");
    let words = ["is that of another chain", "--base-path", "purge-chain"];
    launch().run_to_the_end().expect_error(&words);
    fs::write(&spec, live(&spec_with_another_genesis())).expect("a writable folder");
    launch().start().stop();
}

/// The spec of a network that is not for development.
fn live(spec: &str) -> String {
    let mut spec: Value = serde_json::from_str(spec).expect("a chain spec is JSON");
    spec["chainType"] = "Live".into();
    spec.to_string()
}

fn spec_with_another_genesis() -> String {
    let mut spec: Value = serde_json::from_str(&exported_spec()).expect("a chain spec is JSON");
    spec["genesis"]["raw"]["top"]["0x6f74686572"] = "0x01".into();
    spec.to_string()
}

fn exported_spec() -> String {
    command::run(["export-chain-spec", "--raw", "--chain", "test"]).expect_success()
}

#[test]
fn an_occupied_rpc_port_is_named() {
    let (_occupied, port) = occupied_port();
    refuse(|launch| launch.rpc_port(&port), &[&port, "--rpc-port"]);
}

#[test]
fn an_occupied_peer_port_is_named() {
    let (_occupied, port) = occupied_port();
    for backend in BACKENDS {
        let launch = |launch: Launch| launch.peer_port(&port).args(["--network-backend", backend]);
        refuse(launch, &[&port, "--port"]);
    }
}

#[test]
fn an_occupied_metrics_port_is_named() {
    let (_occupied, port) = occupied_port();
    refuse(|launch| launch.metrics_port(&port), &[&port, "--prometheus-port"]);
}

#[test]
fn a_database_in_use_is_named() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let _owner = Launch::dev(folder.path()).start();
    Launch::dev(folder.path()).run_to_the_end().expect_error(&["is in use", "end that"]);
}

fn occupied_port() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a bound port").port();
    (listener, port.to_string())
}

fn refuse(change: impl FnOnce(Launch) -> Launch, reasons: &[&str]) {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    change(Launch::dev(folder.path())).run_to_the_end().expect_error(reasons);
}

/// The limit is above what any disk has free, as if the disk were nearly full.
#[test]
fn a_full_disk_is_named_before_the_database_is_touched_and_the_node_goes_on_afterwards() {
    let _gate = gate::shared();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let full = ["--db-storage-threshold", "18446744073709551615"];
    let words = ["nearly full", "Make space", "--db-storage-threshold"];
    Launch::dev(folder.path()).args(full).run_to_the_end().expect_error(&words);
    let database = folder.path().join("dev/chains/nocknock_test/paritydb");
    assert!(!database.exists(), "a database was made on a full disk");

    let node = Launch::dev(folder.path()).start();
    let finalised = chain::wait_for_finality(&node, 1);
    node.stop();
    Launch::dev(folder.path()).args(full).run_to_the_end().expect_error(&words);
    let node = Launch::dev(folder.path()).start();
    assert_eq!(chain::hash_at(&node, finalised.number), finalised.hash);
    chain::wait_for_finality(&node, finalised.number + 1);
}
