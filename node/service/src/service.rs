//! Assembles a node: database, import queue, transaction pool, network, RPC, BABE author and
//! GRANDPA voter.

use crate::{
    background_tasks, database,
    disk_space::DiskSpace,
    genesis::FirstBlock,
    genesis_check,
    inherents::{AuthorInherents, ClockInherents},
    pool_tasks::PoolTasks,
    rpc,
    runtime_cache::RuntimeCache,
    validator_keys,
};
use futures::FutureExt;
use nocknock_runtime::{opaque::Block, BlockNumber, Hash, RuntimeApi};
use sc_client_api::Backend;
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{
    warp_proof, FinalityProofProvider, GrandpaBlockImport, LinkHalf, SharedAuthoritySet,
    SharedVoterState,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_executor::{HeapAllocStrategy, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_network::{
    config::{FullNetworkConfiguration, Role},
    service::traits::NetworkService,
    types::ProtocolName,
    NetworkBackend, NotificationService,
};
use sc_network_sync::SyncingService;
use sc_network_transactions::TransactionsHandlerController;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{
    config::ExecutorConfiguration, error::Error as ServiceError, BuildNetworkParams, Configuration,
    KeystoreContainer, PartialComponents, TaskManager, WarpSyncConfig,
};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sc_utils::mpsc::TracingUnboundedSender;
use sp_keystore::KeystorePtr;
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// The functions that the runtime may call in the node: the usual ones, nothing of our own.
pub(crate) type HostFunctions = sp_io::SubstrateHostFunctions;
/// Runs the runtime.
pub(crate) type Executor = sc_executor::WasmExecutor<HostFunctions>;
/// The chain's data and the way to its runtime.
pub(crate) type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// The database.
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;
/// The rule that picks the best chain.
pub(crate) type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// The transactions that wait for a block.
pub(crate) type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

type FullGrandpaBlockImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type FullBlockImport =
    BabeBlockImport<Block, FullClient, FullGrandpaBlockImport, ClockInherents, FullSelectChain>;

/// How often GRANDPA repeats what it has not heard an answer to.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// At least every so many blocks a justification is stored even if nobody asks for it: light
/// clients and warp sync start there.
const LONGEST_JUSTIFICATION_PERIOD: u32 = 512;

/// The number of blocks after which the next justification is stored: an eighth of a session, which
/// is how often the chain notes finality votes. A validator that does not vote itself has them from
/// there.
fn justification_period(session_slots: u64) -> u32 {
    let eighth = u32::try_from(session_slots / 8).unwrap_or(u32::MAX);
    eighth.clamp(1, LONGEST_JUSTIFICATION_PERIOD)
}

/// What consensus needs beside the common parts.
pub(crate) struct Consensus {
    block_import: FullBlockImport,
    grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
    babe_link: BabeLink<Block>,
    babe_worker_handle: BabeWorkerHandle<Block>,
    inherents: ClockInherents,
    justification_period: u32,
    telemetry: Option<Telemetry>,
}

/// The parts of a node that work without a network.
pub(crate) type Parts = PartialComponents<
    FullClient,
    FullBackend,
    FullSelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    FullPool,
    Consensus,
>;

/// Opens the database and builds everything that works without a network.
pub(crate) fn new_partial(
    config: &Configuration,
    cache: &RuntimeCache,
) -> Result<Parts, ServiceError> {
    let telemetry = start_telemetry(config)?;
    let (client, backend, keystore_container, task_manager) =
        open(config, telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()), cache)?;
    let client = Arc::new(client);
    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager.spawn_handle().spawn("telemetry", None, worker.run());
        telemetry
    });
    let select_chain = FullSelectChain::new(backend.clone());
    let transaction_pool = Arc::new(
        sc_transaction_pool::Builder::new(
            PoolTasks::of(&task_manager),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );
    let (import_queue, consensus) = build_consensus(
        config,
        &client,
        &select_chain,
        &transaction_pool,
        &task_manager,
        telemetry,
    )?;
    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: consensus,
    })
}

type OpenParts = (FullClient, Arc<FullBackend>, KeystoreContainer, TaskManager);

fn open(
    config: &Configuration,
    telemetry: Option<TelemetryHandle>,
    cache: &RuntimeCache,
) -> Result<OpenParts, ServiceError> {
    let executor = executor(&config.executor, cache);
    let backend = database::open(config)?;
    let is_new = database::is_new(&backend);
    let first_block = FirstBlock {
        spec: config.chain_spec.cloned_box(),
        with_state: !config.no_genesis(),
        backend: backend.clone(),
        executor: executor.clone(),
    };
    if !is_new {
        database::check_genesis(config, &backend, first_block.clone())?;
    }
    let opened = sc_service::new_full_parts_with_genesis_builder(
        config,
        telemetry,
        executor,
        backend,
        first_block,
        false,
    );
    if is_new {
        opened
    } else {
        opened.map_err(|error| database::unusable(config, error))
    }
}

/// Runs the runtime as the configuration says, and keeps what it compiles.
pub(crate) fn executor(config: &ExecutorConfiguration, cache: &RuntimeCache) -> Executor {
    let heap = config.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
        let extra_pages = u32::try_from(pages).unwrap_or(u32::MAX);
        HeapAllocStrategy::Static { extra_pages }
    });
    let builder = Executor::builder()
        .with_execution_method(config.wasm_method)
        .with_onchain_heap_alloc_strategy(heap)
        .with_offchain_heap_alloc_strategy(heap)
        .with_max_runtime_instances(config.max_runtime_instances)
        .with_runtime_cache_size(config.runtime_cache_size);
    match cache.folder() {
        Some(folder) => builder.with_cache_path(folder),
        None => builder,
    }
    .build()
}

fn start_telemetry(
    config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, ServiceError> {
    config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()
        .map_err(|error: sc_telemetry::Error| ServiceError::Telemetry(error))
}

/// Wires GRANDPA into BABE and both into the queue through which every block is imported.
fn build_consensus(
    config: &Configuration,
    client: &Arc<FullClient>,
    select_chain: &FullSelectChain,
    transaction_pool: &Arc<FullPool>,
    task_manager: &TaskManager,
    telemetry: Option<Telemetry>,
) -> Result<(sc_consensus::DefaultImportQueue<Block>, Consensus), ServiceError> {
    let handle = telemetry.as_ref().map(Telemetry::handle);
    let babe_config = sc_consensus_babe::configuration(&**client)?;
    let justification_period = justification_period(babe_config.epoch_length);
    let (grandpa_block_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        justification_period,
        client,
        select_chain.clone(),
        handle.clone(),
    )?;
    let slot_duration = babe_config.slot_duration();
    let inherents = ClockInherents { slot_duration };
    let (block_import, babe_link) = sc_consensus_babe::block_import(
        babe_config,
        grandpa_block_import.clone(),
        client.clone(),
        inherents.clone(),
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(transaction_pool.clone()),
    )?;
    let (import_queue, babe_worker_handle) =
        sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
            link: babe_link.clone(),
            block_import: block_import.clone(),
            justification_import: Some(Box::new(grandpa_block_import)),
            client: client.clone(),
            slot_duration,
            spawner: &PoolTasks::of(task_manager),
            registry: config.prometheus_registry(),
            telemetry: handle,
        })?;
    let consensus = Consensus {
        block_import,
        grandpa_link,
        babe_link,
        babe_worker_handle,
        inherents,
        justification_period,
        telemetry,
    };
    Ok((import_queue, consensus))
}

/// What the network gave us.
pub(crate) struct Network {
    pub(crate) service: Arc<dyn NetworkService>,
    pub(crate) sync: Arc<SyncingService<Block>>,
    pub(crate) system_rpc_tx: TracingUnboundedSender<sc_rpc::system::Request<Block>>,
    grandpa_protocol: ProtocolName,
    grandpa_notifications: Box<dyn NotificationService>,
}

/// What every task of a running node shares.
pub(crate) struct Node {
    pub(crate) client: Arc<FullClient>,
    pub(crate) backend: Arc<FullBackend>,
    pub(crate) pool: Arc<FullPool>,
    select_chain: FullSelectChain,
    pub(crate) keystore: KeystorePtr,
    pub(crate) network: Network,
    telemetry: Option<TelemetryHandle>,
    prometheus: Option<Registry>,
}

/// What the operator wants of a node beside what every node of this SDK knows.
#[derive(Clone, Debug)]
pub(crate) struct NodeOptions {
    /// Host names that stand for this machine in requests to the JSON-RPC server.
    pub(crate) rpc_hosts: Vec<String>,
    /// How much of the disk stays free.
    pub(crate) disk_space: DiskSpace,
}

/// Starts a node that runs until its task manager ends.
pub(crate) fn new_full<N: NetworkBackend<Block, Hash>>(
    config: Configuration,
    options: &NodeOptions,
    cache: &RuntimeCache,
) -> Result<TaskManager, ServiceError> {
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool: pool,
        other: mut consensus,
    } = new_partial(&config, cache)?;
    cache.seal();
    options.disk_space.watch(&config, &task_manager)?;
    let (network, tx_handler_controller) = start_network::<N>(
        &config,
        &client,
        &backend,
        &pool,
        &task_manager,
        import_queue,
        consensus.grandpa_link.shared_authority_set().clone(),
    )?;
    let node = Node {
        client,
        backend,
        pool,
        select_chain,
        keystore: keystore_container.keystore(),
        network,
        telemetry: consensus.telemetry.as_ref().map(Telemetry::handle),
        prometheus: config.prometheus_registry().cloned(),
    };
    let work = Work::new(&config);
    start_offchain_workers(&config, &node, &task_manager)?;
    let shared_voter_state = SharedVoterState::empty();
    let rpc_deps = consensus_of_rpc(&node, &consensus, shared_voter_state.clone());
    background_tasks::start(
        config,
        &node,
        options,
        &mut task_manager,
        consensus.telemetry.as_mut(),
        tx_handler_controller,
        rpc_deps,
    )?;
    if work.is_authority {
        validator_keys::report_missing(&node.keystore);
        start_author(&work, &node, &consensus, &task_manager)?;
    }
    if work.votes {
        start_voter(work, node, consensus, &task_manager, shared_voter_state)?;
    }
    Ok(task_manager)
}

/// What this node was asked to do; the configuration itself moves into the RPC server.
struct Work {
    role: Role,
    name: String,
    is_authority: bool,
    votes: bool,
    force_authoring: bool,
}

impl Work {
    fn new(config: &Configuration) -> Self {
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            is_authority: config.role.is_authority(),
            votes: !config.disable_grandpa,
            force_authoring: config.force_authoring,
        }
    }
}

fn start_network<N: NetworkBackend<Block, Hash>>(
    config: &Configuration,
    client: &Arc<FullClient>,
    backend: &Arc<FullBackend>,
    pool: &Arc<FullPool>,
    task_manager: &TaskManager,
    import_queue: sc_consensus::DefaultImportQueue<Block>,
    authority_set: SharedAuthoritySet<Hash, BlockNumber>,
) -> Result<(Network, TransactionsHandlerController<Hash>), ServiceError> {
    let registry = config.prometheus_config.as_ref().map(|prometheus| &prometheus.registry);
    let mut net_config =
        FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, registry.cloned());
    let metrics = N::register_notification_metrics(registry);
    let genesis_hash = client.chain_info().genesis_hash;
    let grandpa_protocol =
        sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
    let (grandpa_protocol_config, grandpa_notifications) =
        sc_consensus_grandpa::grandpa_peers_set_config::<Block, N>(
            grandpa_protocol.clone(),
            metrics.clone(),
            net_config.peer_store_handle(),
        );
    net_config.add_notification_protocol(grandpa_protocol_config);
    let (genesis_protocol, genesis_requests) = genesis_check::protocol::<N>();
    net_config.add_request_response_protocol(genesis_protocol);
    let warp_sync =
        Arc::new(warp_proof::NetworkProvider::new(backend.clone(), authority_set, Vec::new()));
    let (service, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
        sc_service::build_network(BuildNetworkParams {
            config,
            net_config,
            client: client.clone(),
            transaction_pool: pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;
    genesis_check::start(
        &config.network,
        genesis_hash,
        service.clone(),
        genesis_requests,
        task_manager,
    );
    let network = Network { service, sync, system_rpc_tx, grandpa_protocol, grandpa_notifications };
    Ok((network, tx_handler_controller))
}

fn start_offchain_workers(
    config: &Configuration,
    node: &Node,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    if !config.offchain_worker.enabled {
        return Ok(());
    }
    let workers = OffchainWorkers::new(OffchainWorkerOptions {
        runtime_api_provider: node.client.clone(),
        keystore: Some(node.keystore.clone()),
        offchain_db: node.backend.offchain_storage(),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(node.pool.clone())),
        network_provider: Arc::new(node.network.service.clone()),
        is_validator: config.role.is_authority(),
        enable_http_requests: true,
        custom_extensions: |_| vec![],
    })?;
    task_manager.spawn_handle().spawn(
        "offchain-workers-runner",
        "offchain-worker",
        workers.run(node.client.clone(), task_manager.spawn_handle()).boxed(),
    );
    Ok(())
}

/// What the methods of BABE and GRANDPA need.
fn consensus_of_rpc(
    node: &Node,
    consensus: &Consensus,
    shared_voter_state: SharedVoterState,
) -> rpc::ConsensusDeps {
    let shared_authority_set = consensus.grandpa_link.shared_authority_set().clone();
    rpc::ConsensusDeps {
        select_chain: node.select_chain.clone(),
        babe_worker_handle: consensus.babe_worker_handle.clone(),
        finality_provider: FinalityProofProvider::new_for_service(
            node.backend.clone(),
            Some(shared_authority_set.clone()),
        ),
        justification_stream: consensus.grandpa_link.justification_stream(),
        shared_authority_set,
        shared_voter_state,
    }
}

fn start_author(
    work: &Work,
    node: &Node,
    consensus: &Consensus,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let proposer = sc_basic_authorship::ProposerFactory::new(
        task_manager.spawn_handle(),
        node.client.clone(),
        node.pool.clone(),
        node.prometheus.as_ref(),
        node.telemetry.clone(),
    );
    // A node that authors alone must not wait for the finality that it alone can bring about.
    let backoff = (!work.force_authoring).then(BackoffAuthoringOnFinalizedHeadLagging::default);
    let babe = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
        keystore: node.keystore.clone(),
        client: node.client.clone(),
        select_chain: node.select_chain.clone(),
        env: proposer,
        block_import: consensus.block_import.clone(),
        sync_oracle: node.network.sync.clone(),
        justification_sync_link: node.network.sync.clone(),
        create_inherent_data_providers: AuthorInherents {
            clock: consensus.inherents.clone(),
            client: node.client.clone(),
        },
        force_authoring: work.force_authoring,
        backoff_authoring_blocks: backoff,
        babe_link: consensus.babe_link.clone(),
        block_proposal_slot_portion: SlotProportion::new(0.5),
        max_block_proposal_slot_portion: None,
        telemetry: node.telemetry.clone(),
    })?;
    task_manager.spawn_essential_handle().spawn_blocking(
        "babe-proposer",
        Some("block-authoring"),
        babe,
    );
    Ok(())
}

fn start_voter(
    work: Work,
    node: Node,
    consensus: Consensus,
    task_manager: &TaskManager,
    shared_voter_state: SharedVoterState,
) -> Result<(), ServiceError> {
    let config = sc_consensus_grandpa::Config {
        gossip_duration: GOSSIP_DURATION,
        justification_generation_period: consensus.justification_period,
        name: Some(work.name),
        observer_enabled: false,
        keystore: work.is_authority.then_some(node.keystore),
        local_role: work.role,
        telemetry: node.telemetry.clone(),
        protocol_name: node.network.grandpa_protocol,
    };
    let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
        config,
        link: consensus.grandpa_link,
        network: node.network.service,
        sync: node.network.sync,
        notification_service: node.network.grandpa_notifications,
        voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
        prometheus_registry: node.prometheus,
        shared_voter_state,
        telemetry: node.telemetry,
        offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(node.pool),
    })?;
    // A validator that no longer votes must not go on as if it did, so the node ends with its
    // voter.
    task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_about_eight_justifications() {
        assert_eq!(justification_period(1_200), 150);
        assert_eq!(justification_period(16), 2);
    }

    #[test]
    fn short_sessions_have_one_for_each_block_and_long_ones_more_than_eight() {
        assert_eq!(justification_period(4), 1);
        assert_eq!(justification_period(1_000_000), 512);
        assert_eq!(justification_period(u64::MAX), 512);
    }
}
