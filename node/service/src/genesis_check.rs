//! Tells the operator when a boot node belongs to another chain.
//!
//! The names of all other protocols hold the genesis hash, so nodes of different chains find
//! nothing to talk about, and the operator sees a node without peers and without a reason. Here
//! every node answers with its genesis hash, under a name that is the same on all chains, and asks
//! the boot nodes and reserved nodes of its configuration for theirs. Nothing depends on the
//! answers but a line in the log.

use futures::{future::join_all, FutureExt};
use nocknock_runtime::{opaque::Block, Hash};
use sc_network::{
    config::{IncomingRequest, NetworkConfiguration},
    request_responses::OutgoingResponse,
    service::traits::NetworkService,
    types::ProtocolName,
    IfDisconnected, NetworkBackend, PeerId,
};
use sc_service::TaskManager;
use std::{collections::BTreeSet, sync::Arc, time::Duration};

const PROTOCOL: &str = "/nocknock/genesis/1";

/// A request is the hash of the one who asks, a response that of the one who answers.
const MESSAGE_BYTES: u64 = Hash::len_bytes() as u64;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Requests of other nodes that wait for their answer; more are dropped.
const QUEUE: usize = 16;

/// A boot node may be out of reach when this node starts, so it is asked this often.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_secs(15);

/// The requests of other nodes.
pub(crate) type Requests = async_channel::Receiver<IncomingRequest>;

/// The protocol for the network's configuration, and the requests that will arrive by it.
pub(crate) fn protocol<N: NetworkBackend<Block, Hash>>(
) -> (N::RequestResponseProtocolConfig, Requests) {
    let (sender, requests) = async_channel::bounded(QUEUE);
    let protocol = N::request_response_config(
        PROTOCOL.into(),
        Vec::new(),
        MESSAGE_BYTES,
        MESSAGE_BYTES,
        TIMEOUT,
        Some(sender),
    );
    (protocol, requests)
}

/// Starts to answer, and to ask the nodes that `config` names.
pub(crate) fn start(
    config: &NetworkConfiguration,
    genesis: Hash,
    network: Arc<dyn NetworkService>,
    requests: Requests,
    task_manager: &TaskManager,
) {
    let tasks = task_manager.spawn_handle();
    tasks.spawn("genesis-answers", "networking", answer(genesis, requests).boxed());
    let peers = named_peers(config);
    tasks.spawn("genesis-check", "networking", ask(network, genesis, peers).boxed());
}

fn named_peers(config: &NetworkConfiguration) -> BTreeSet<PeerId> {
    let named = config.boot_nodes.iter().chain(&config.default_peers_set.reserved_nodes);
    named.map(|node| node.peer_id).collect()
}

async fn answer(genesis: Hash, requests: Requests) {
    while let Ok(request) = requests.recv().await {
        let response = OutgoingResponse {
            result: Ok(genesis.as_bytes().to_vec()),
            reputation_changes: Vec::new(),
            sent_feedback: None,
        };
        if request.pending_response.send(response).is_err() {
            log::debug!("{} no longer waits for our genesis", request.peer);
        }
    }
}

async fn ask(network: Arc<dyn NetworkService>, genesis: Hash, peers: BTreeSet<PeerId>) {
    let own = network.local_peer_id();
    let others = peers.into_iter().filter(|peer| *peer != own);
    join_all(others.map(|peer| ask_one(&*network, genesis, peer))).await;
}

async fn ask_one(network: &dyn NetworkService, genesis: Hash, peer: PeerId) {
    for _ in 0..ATTEMPTS {
        match genesis_of(network, peer, genesis).await {
            Some(theirs) if theirs == genesis => return,
            Some(theirs) => return report(peer, theirs, genesis),
            None => futures_timer::Delay::new(PAUSE).await,
        }
    }
}

async fn genesis_of(network: &dyn NetworkService, peer: PeerId, ours: Hash) -> Option<Hash> {
    let protocol = ProtocolName::from(PROTOCOL);
    let request = ours.as_bytes().to_vec();
    let connect = IfDisconnected::TryConnect;
    let (answer, _) = network.request(peer, protocol, request, None, connect).await.ok()?;
    (answer.len() == Hash::len_bytes()).then(|| Hash::from_slice(&answer))
}

fn report(peer: PeerId, theirs: Hash, ours: Hash) {
    log::error!(
        "The node {peer} belongs to another chain: its genesis is {theirs:?}, that of this node is \
         {ours:?}. Start this node with the chain spec of that network, or with other boot nodes.",
    );
}
