//! What runs beside consensus and network in every node: news of blocks for the transaction pool,
//! telemetry, metrics, the JSON-RPC server and the lines that tell how the chain grows.
//!
//! `sc_service::spawn_tasks` starts the same, with a JSON-RPC server that believes everybody who
//! reaches its port; see [`rpc_server`].

use crate::{
    rpc, rpc_server,
    service::{FullClient, FullPool, Node, NodeOptions},
};
use futures::FutureExt;
use nocknock_runtime::{opaque::Block, Hash};
use sc_client_api::UsageProvider;
use sc_network_transactions::TransactionsHandlerController;
use sc_rpc_server::Server;
use sc_service::{error::Error as ServiceError, Configuration, MetricsService, TaskManager};
use sc_telemetry::{SysInfo, Telemetry, TelemetryHandle};

/// Starts all of them. They end with the task manager.
pub(crate) fn start(
    config: Configuration,
    node: &Node,
    options: &NodeOptions,
    task_manager: &mut TaskManager,
    telemetry: Option<&mut Telemetry>,
    transactions: TransactionsHandlerController<Hash>,
    consensus: rpc::ConsensusDeps,
) -> Result<(), ServiceError> {
    let best = node.client.usage_info().chain;
    make_session_keys(&config, node, best.best_hash)?;
    let machine = sc_sysinfo::gather_sysinfo();
    sc_sysinfo::print_sysinfo(&machine);
    let telemetry =
        telemetry.map(|telemetry| connect(telemetry, &config, node, machine)).transpose()?;
    log::info!("📦 Highest known block at #{}", best.best_number);
    follow_transactions(&config, node, task_manager, transactions, telemetry.clone());
    serve_metrics(&config, node, task_manager, telemetry)?;
    let server = serve_rpc(&config, node, options, consensus)?;
    task_manager.spawn_handle().spawn(
        "informant",
        None,
        sc_informant::build(
            node.client.clone(),
            node.network.service.clone(),
            node.network.sync.clone(),
        ),
    );
    // The base path may be a temporary folder, which lasts as long as the node.
    task_manager.keep_alive((config.base_path, server));
    Ok(())
}

/// A node of a well-known account has the session keys that everybody can derive.
fn make_session_keys(config: &Configuration, node: &Node, best: Hash) -> Result<(), ServiceError> {
    let seeds = config.dev_key_seed.clone().into_iter().collect();
    sp_session::generate_initial_session_keys(
        node.client.clone(),
        best,
        seeds,
        node.keystore.clone(),
    )
    .map_err(|error| ServiceError::Application(error.into()))
}

fn connect(
    telemetry: &mut Telemetry,
    config: &Configuration,
    node: &Node,
    machine: SysInfo,
) -> Result<TelemetryHandle, ServiceError> {
    let handle = sc_service::init_telemetry::<Block, FullClient, _>(
        config.network.node_name.clone(),
        config.impl_name.clone(),
        config.impl_version.clone(),
        config.chain_spec.name().to_string(),
        config.role.is_authority(),
        node.network.service.clone(),
        node.client.clone(),
        telemetry,
        Some(machine),
    )?;
    Ok(handle)
}

/// Tells the pool of blocks, and other nodes of transactions.
fn follow_transactions(
    config: &Configuration,
    node: &Node,
    task_manager: &TaskManager,
    transactions: TransactionsHandlerController<Hash>,
    telemetry: Option<TelemetryHandle>,
) {
    const GROUP: &str = "transaction-pool";
    let tasks = task_manager.spawn_handle();
    let news = sc_transaction_pool::notification_future(
        node.client.clone(),
        node.pool.clone(),
        config.transaction_pool.use_all_block_notifications(),
    );
    tasks.spawn("txpool-notifications", GROUP, news);
    let propagation = sc_service::propagate_transaction_notifications::<Block, FullPool>(
        node.pool.clone(),
        transactions,
        telemetry,
    );
    tasks.spawn("on-transaction-imported", GROUP, propagation);
}

fn serve_metrics(
    config: &Configuration,
    node: &Node,
    task_manager: &TaskManager,
    telemetry: Option<TelemetryHandle>,
) -> Result<(), ServiceError> {
    let tasks = task_manager.spawn_handle();
    let metrics = match config.prometheus_config.clone() {
        None => MetricsService::new(telemetry),
        Some(prometheus) => {
            let metrics = MetricsService::with_prometheus(
                telemetry,
                &prometheus.registry,
                config.role,
                &config.network.node_name,
                &config.impl_version,
            )?;
            let endpoint = substrate_prometheus_endpoint::init_prometheus(
                prometheus.port,
                prometheus.registry,
            );
            tasks.spawn("prometheus-endpoint", None, endpoint.map(drop));
            metrics
        }
    };
    let updates = metrics.run(
        node.client.clone(),
        node.pool.clone(),
        node.network.service.clone(),
        node.network.sync.clone(),
    );
    tasks.spawn("telemetry-periodic-send", None, updates);
    Ok(())
}

/// Methods run in threads of their own, so that calls that block leave the others to the node.
fn serve_rpc(
    config: &Configuration,
    node: &Node,
    options: &NodeOptions,
    consensus: rpc::ConsensusDeps,
) -> Result<Server, ServiceError> {
    let runtime = sc_service::create_rpc_runtime(config.rpc.max_connections)?;
    let started = rpc::methods(config, node, consensus, runtime.handle())
        .map_err(ServiceError::Application)
        .and_then(|methods| rpc_server::start(config, &options.rpc_hosts, methods, &runtime));
    match started {
        Ok((handle, addresses)) => Ok(Server::new(handle, addresses, runtime)),
        Err(error) => {
            // To drop it here would wait for its threads, which an async context does not allow.
            runtime.shutdown_background();
            Err(error)
        }
    }
}
