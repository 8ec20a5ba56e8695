//! The script that runs a network on one machine.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::json;

use crate::support::{chain, command::PROGRAM, gate, node::signal, rpc::Client, wait};

const VALIDATORS: u16 = 4;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/local-network");

#[test]
fn one_command_runs_a_network_and_an_interrupt_stops_it() {
    let _gate = gate::alone();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ports = free_ports();
    let (rpc_ports, peer_ports) = ports.split_at(usize::from(VALIDATORS));
    let mut script = Script::start(folder.path(), rpc_ports[0], peer_ports[0]);
    wait::until("the script reports the network", || {
        assert!(script.child.try_wait().expect("a child process").is_none(), "{}", script.output());
        script.output().contains("The network is running").then_some(())
    });
    for port in rpc_ports {
        wait::until("every node finalises", || finalised(*port).ok().filter(|number| *number > 0));
    }

    signal(script.child.id(), "INT");
    let status = wait::until("the script ends", || script.child.try_wait().expect("a child"));
    assert!(status.success(), "{status}\n{}", script.output());
    for port in rpc_ports {
        Client::connect(loopback(*port)).expect_err("a node survived its network");
    }
}

struct Script {
    child: Child,
    output: PathBuf,
}

impl Script {
    fn start(folder: &Path, rpc_port: u16, peer_port: u16) -> Self {
        let output = folder.join("output");
        let file = fs::File::create(&output).expect("a writable folder");
        // Where the tests run in the background, interrupts are ignored, which is inherited.
        let child = Command::new("env")
            .args(["--default-signal=INT", SCRIPT])
            .arg("--base-path")
            .arg(folder.join("network"))
            .args(["--rpc-port", &rpc_port.to_string(), "--p2p-port", &peer_port.to_string()])
            .env("NOCKNOCK_NODE", PROGRAM)
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a second handle"))
            .stderr(file)
            .spawn()
            .expect("the script can be run");
        Self { child, output }
    }

    fn output(&self) -> String {
        fs::read_to_string(&self.output).expect("the output of the script")
    }
}

impl Drop for Script {
    /// A script that still runs, because the test failed, stops its nodes itself.
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            signal(self.child.id(), "TERM");
            self.child.wait().expect("the script ends");
        }
    }
}

fn finalised(port: u16) -> Result<u64, String> {
    let mut client = Client::connect(loopback(port))?;
    let head = client.call("chain_getFinalizedHead", json!([]))?;
    let header = client.call("chain_getHeader", json!([head]))?;
    Ok(chain::number(&header["number"]))
}

/// Consecutive ports below those that the system hands out by itself, two for each validator.
fn free_ports() -> Vec<u16> {
    let ports = || {
        let first = fastrand::u16(10_000..30_000);
        (first..first + 2 * VALIDATORS).collect::<Vec<_>>()
    };
    let free =
        |ports: &Vec<u16>| ports.iter().all(|port| TcpListener::bind(loopback(*port)).is_ok());
    std::iter::repeat_with(ports).take(100).find(free).expect("eight free ports in a row")
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
