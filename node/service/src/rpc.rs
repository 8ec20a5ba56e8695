//! The JSON-RPC methods: those that every node of this SDK has, and those of this chain's pallets
//! and consensus.

use jsonrpsee::RpcModule;
use nocknock_runtime::{opaque::Block, BlockNumber, Hash};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_client_api::Backend;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
    FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::{
    author::{Author, AuthorApiServer},
    chain::ChainApiServer,
    offchain::{Offchain, OffchainApiServer},
    state::{ChildStateApiServer, StateApiServer},
    system::{System, SystemApiServer, SystemInfo},
    SubscriptionTaskExecutor,
};
use sc_rpc_server::RpcSpawnHandle;
use sc_rpc_spec_v2::{
    archive::{Archive, ArchiveApiServer},
    bitswap::{Bitswap, BitswapApiServer},
    chain_head::{ChainHead, ChainHeadApiServer, ChainHeadConfig},
    chain_spec::{ChainSpec, ChainSpecApiServer},
    transaction::{
        Transaction, TransactionApiServer, TransactionBroadcast, TransactionBroadcastApiServer,
        TransactionMetrics,
    },
};
use sc_service::Configuration;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;
use substrate_frame_rpc_system::SystemApiServer as _;

use crate::service::{FullBackend, FullSelectChain, Node};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// How many transactions a connection may have broadcast at a time.
const BROADCASTS_PER_CONNECTION: usize = 16;

/// What the methods of BABE and GRANDPA need.
pub(crate) struct ConsensusDeps {
    pub(crate) select_chain: FullSelectChain,
    pub(crate) babe_worker_handle: BabeWorkerHandle<Block>,
    pub(crate) shared_voter_state: SharedVoterState,
    pub(crate) shared_authority_set: SharedAuthoritySet<Hash, BlockNumber>,
    pub(crate) justification_stream: GrandpaJustificationStream<Block>,
    pub(crate) finality_provider: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// All methods; what they have to do in the background, they do in the threads of `runtime`.
pub(crate) fn methods(
    config: &Configuration,
    node: &Node,
    consensus: ConsensusDeps,
    runtime: &tokio::runtime::Handle,
) -> Result<RpcModule<()>, Error> {
    let tasks: SubscriptionTaskExecutor = Arc::new(RpcSpawnHandle::new(runtime.clone()));
    let mut module = RpcModule::new(());
    module.merge(methods_of_the_specification(config, node, &tasks)?)?;
    module.merge(older_methods(config, node, &tasks)?)?;
    module.merge(methods_of_pallets(node)?)?;
    module.merge(methods_of_consensus(config, node, consensus, &tasks)?)?;
    Ok(module)
}

/// The interface that the JSON-RPC specification for chains of this kind describes.
fn methods_of_the_specification(
    config: &Configuration,
    node: &Node,
    tasks: &SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Error> {
    let (client, pool) = (&node.client, &node.pool);
    let genesis = client.info().genesis_hash;
    let metrics = config.prometheus_registry().map(TransactionMetrics::new).transpose()?;
    let transactions = Transaction::new(client.clone(), pool.clone(), tasks.clone(), metrics);
    let broadcast = TransactionBroadcast::new(
        client.clone(),
        pool.clone(),
        tasks.clone(),
        BROADCASTS_PER_CONNECTION,
    );
    let head = ChainHead::new(
        client.clone(),
        node.backend.clone(),
        tasks.clone(),
        ChainHeadConfig::default(),
    );
    let spec = &config.chain_spec;
    let spec = ChainSpec::new(spec.name().into(), genesis, spec.properties());
    let bitswap = Bitswap::new(client.clone(), node.network.sync.clone());
    let mut module = RpcModule::new(());
    module.merge(transactions.into_rpc())?;
    module.merge(broadcast.into_rpc())?;
    module.merge(head.into_rpc())?;
    module.merge(spec.into_rpc())?;
    module.merge(bitswap.into_rpc())?;
    if has_all_blocks_and_states(config) {
        let archive = Archive::new(client.clone(), node.backend.clone(), genesis, tasks.clone());
        module.merge(archive.into_rpc())?;
    }
    Ok(module)
}

fn has_all_blocks_and_states(config: &Configuration) -> bool {
    let states = config.state_pruning.as_ref();
    states.is_some_and(|states| states.is_archive()) && config.blocks_pruning.is_archive()
}

/// The interface that was there before the specification, and that most programs use.
fn older_methods(
    config: &Configuration,
    node: &Node,
    tasks: &SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Error> {
    let (client, pool) = (&node.client, &node.pool);
    let spec = &config.chain_spec;
    let info = SystemInfo {
        chain_name: spec.name().into(),
        impl_name: config.impl_name.clone(),
        impl_version: config.impl_version.clone(),
        properties: spec.properties(),
        chain_type: spec.chain_type(),
    };
    let chain = sc_rpc::chain::new_full(client.clone(), tasks.clone());
    let (state, child_state) = sc_rpc::state::new_full(client.clone(), tasks.clone(), None);
    let author = Author::new(client.clone(), pool.clone(), node.keystore.clone(), tasks.clone());
    let mut module = RpcModule::new(());
    module.merge(chain.into_rpc())?;
    module.merge(state.into_rpc())?;
    module.merge(child_state.into_rpc())?;
    module.merge(author.into_rpc())?;
    module.merge(System::new(info, node.network.system_rpc_tx.clone()).into_rpc())?;
    if let Some(storage) = node.backend.offchain_storage() {
        module.merge(Offchain::new(storage).into_rpc())?;
    }
    Ok(module)
}

fn methods_of_pallets(node: &Node) -> Result<RpcModule<()>, Error> {
    let (client, pool) = (&node.client, &node.pool);
    let mut module = RpcModule::new(());
    let accounts = substrate_frame_rpc_system::System::new(client.clone(), pool.clone());
    module.merge(accounts.into_rpc())?;
    module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
    Ok(module)
}

fn methods_of_consensus(
    config: &Configuration,
    node: &Node,
    consensus: ConsensusDeps,
    tasks: &SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Error> {
    let client = &node.client;
    let babe_worker = &consensus.babe_worker_handle;
    let babe = Babe::new(
        client.clone(),
        babe_worker.clone(),
        node.keystore.clone(),
        consensus.select_chain,
    );
    let grandpa = Grandpa::new(
        tasks.clone(),
        consensus.shared_authority_set.clone(),
        consensus.shared_voter_state,
        consensus.justification_stream,
        consensus.finality_provider,
    );
    let sync_state = SyncState::new(
        config.chain_spec.cloned_box(),
        client.clone(),
        consensus.shared_authority_set,
        babe_worker.clone(),
    )?;
    let mut module = RpcModule::new(());
    module.merge(babe.into_rpc())?;
    module.merge(grandpa.into_rpc())?;
    module.merge(sync_state.into_rpc())?;
    Ok(module)
}
