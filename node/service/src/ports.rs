//! Says before the start which port is taken.
//!
//! The servers behind these ports would otherwise fall back to a random port (JSON-RPC), listen to
//! nobody (peers) or log an error and go on (metrics), and the operator would look for the node in
//! vain.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpListener},
};

use sc_network::multiaddr::{Multiaddr, Protocol};
use sc_service::Configuration;

/// A port that the node was told to listen on and cannot.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot listen on {address} for {purpose}: {source}. \
     End the program that uses the port, or choose another port with {option}."
)]
pub(crate) struct PortError {
    address: SocketAddr,
    purpose: &'static str,
    option: &'static str,
    source: io::Error,
}

/// Checks that every port of the configuration can be listened on.
pub(crate) fn check(config: &Configuration) -> Result<(), PortError> {
    for endpoint in config.rpc.addr.iter().flatten().filter(|endpoint| !endpoint.is_optional) {
        try_listen(endpoint.listen_addr, "JSON-RPC", "--rpc-port")?;
    }
    for address in config.network.listen_addresses.iter().filter_map(tcp_address) {
        try_listen(address, "peers", "--port or --listen-addr")?;
    }
    if let Some(metrics) = &config.prometheus_config {
        try_listen(metrics.port, "metrics", "--prometheus-port")?;
    }
    Ok(())
}

/// Other failures, such as a machine without IPv6, are left to the server itself.
fn try_listen(
    address: SocketAddr,
    purpose: &'static str,
    option: &'static str,
) -> Result<(), PortError> {
    match TcpListener::bind(address) {
        Err(source) if is_refusal(&source) => Err(PortError { address, purpose, option, source }),
        _ => Ok(()),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// The TCP part of an address for peers; other transports are not checked.
fn tcp_address(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip = match parts.next()? {
        Protocol::Ip4(ip) => IpAddr::from(ip),
        Protocol::Ip6(ip) => IpAddr::from(ip),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some((ip, port).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn a_free_port_can_be_listened_on() {
        assert!(try_listen((Ipv4Addr::LOCALHOST, 0).into(), "tests", "--port").is_ok());
    }

    #[test]
    fn a_taken_port_is_named_with_the_option_that_changes_it() {
        let owner = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = owner.local_addr().expect("a bound port");
        let error = try_listen(address, "tests", "--port").expect_err("the port is taken");
        let text = error.to_string();
        assert!(text.contains(&address.to_string()) && text.contains("--port"), "{text}");
    }

    #[test]
    fn only_tcp_addresses_are_checked() {
        let parse = |address: &str| tcp_address(&address.parse().expect("an address"));
        assert_eq!(parse("/ip4/127.0.0.1/tcp/30333"), Some(([127, 0, 0, 1], 30333).into()));
        assert_eq!(parse("/ip4/127.0.0.1/tcp/30333/ws"), Some(([127, 0, 0, 1], 30333).into()));
        assert_eq!(parse("/ip6/::1/tcp/1"), "[::1]:1".parse().ok());
        assert_eq!(parse("/ip4/127.0.0.1/udp/30333/webrtc-direct"), None);
        assert_eq!(parse("/dns/localhost/tcp/30333"), None);
    }
}
