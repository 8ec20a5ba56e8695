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

fn spec_with_another_genesis() -> String {
    let spec = command::run(["export-chain-spec", "--raw", "--chain", "dev"]).expect_success();
    let mut spec: Value = serde_json::from_str(&spec).expect("a chain spec is JSON");
    spec["genesis"]["raw"]["top"]["0x6f74686572"] = "0x01".into();
    spec.to_string()
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
    Launch::dev(folder.path()).run_to_the_end().expect_error(&["Database file is in use"]);
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
