//! Turns the command line into work.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    database_files, database_lock, database_panics, ports,
    runtime_cache::RuntimeCache,
    service::{self, FullBackend, FullClient, NodeOptions},
};
use nocknock_runtime::opaque::Block;
use sc_cli::{CliConfiguration, Cors, RpcParams, SubstrateCli};
use sc_network::config::NetworkBackendType;
use sc_service::{ChainSpec, Configuration, DatabaseSource, TaskManager};
use std::{
    future::Future,
    sync::{Arc, OnceLock},
};

/// Set by [`run`], because the SDK asks for it without an instance of [`Cli`].
static VERSION: OnceLock<&str> = OnceLock::new();

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "NockNock Node".into()
    }

    fn impl_version() -> String {
        VERSION.get().copied().unwrap_or(env!("CARGO_PKG_VERSION")).into()
    }

    fn description() -> String {
        "A node of the NockNock chain".into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn ChainSpec>, String> {
        Ok(Box::new(chain_spec::load(id, &self.cache)?))
    }
}

/// Parses the command line and does what it says.
pub(crate) fn run(version: &'static str) -> sc_cli::Result<()> {
    VERSION.get_or_init(|| version);
    let mut cli = Cli::from_args();
    cli.cache = Arc::new(RuntimeCache::new(cli.runtime_cache.clone()));
    restrict_origins(&mut cli.run.rpc_params)?;
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Subcommand::Key(cmd)) => cmd.run(&cli),
        Some(Subcommand::BuildSpec(cmd)) => {
            let run = cli
                .create_runner(cmd)?
                .sync_run(|config| cmd.run(config.chain_spec, config.network));
            cli.cache.seal();
            run
        }
        Some(Subcommand::ExportChainSpec(cmd)) => {
            let run = cmd.run(cli.load_spec(&cmd.chain)?);
            cli.cache.seal();
            run
        }
        Some(Subcommand::PurgeChain(cmd)) => {
            cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
        }
        Some(Subcommand::ChainInfo(cmd)) => cli.create_runner(cmd)?.sync_run(|config| {
            check_database(&cli, &config)?;
            cmd.run::<Block>(&config)
        }),
        Some(Subcommand::CheckBlock(cmd)) => run_and_close(&cli, cmd, |_, parts| {
            (cmd.run(parts.client, parts.import_queue), parts.task_manager)
        }),
        Some(Subcommand::ExportBlocks(cmd)) => run_and_close(&cli, cmd, |config, parts| {
            (cmd.run(parts.client, config.database), parts.task_manager)
        }),
        Some(Subcommand::ExportState(cmd)) => run_and_close(&cli, cmd, |config, parts| {
            (cmd.run(parts.client, config.chain_spec), parts.task_manager)
        }),
        Some(Subcommand::ImportBlocks(cmd)) => run_and_close(&cli, cmd, |_, parts| {
            (cmd.run(parts.client, parts.import_queue), parts.task_manager)
        }),
        Some(Subcommand::Revert(cmd)) => run_and_close(&cli, cmd, |_, parts| {
            let run = cmd.run(parts.client, parts.backend, Some(Box::new(revert_consensus)));
            (run, parts.task_manager)
        }),
    }
}

/// Development nodes keep to the same origins as all others: a developer's browser shows pages of
/// strangers as well.
fn restrict_origins(params: &mut RpcParams) -> sc_cli::Result<()> {
    if params.rpc_cors.is_some() {
        return Ok(());
    }
    if let Some(origins) = params.rpc_cors(false)? {
        for endpoint in &mut params.experimental_rpc_endpoint {
            endpoint.cors.get_or_insert_with(|| origins.clone());
        }
        params.rpc_cors = Some(Cors::List(origins));
    }
    Ok(())
}

/// Runs a command that opens the database to its end, which includes that the database is closed.
fn run_and_close<W>(
    cli: &Cli,
    command: &impl CliConfiguration,
    work: impl FnOnce(Configuration, service::Parts) -> (W, TaskManager),
) -> sc_cli::Result<()>
where
    W: Future<Output = sc_cli::Result<()>>,
{
    let runner = cli.create_runner(command)?;
    let database = runner.config().database.clone();
    let mut opened = false;
    let result = runner.async_run(|config| {
        check_database(cli, &config)?;
        let parts = service::new_partial(&config, &cli.cache)?;
        cli.cache.seal();
        opened = true;
        Ok(work(config, parts))
    });
    if opened {
        wait_until_closed(&database);
    }
    result
}

fn wait_until_closed(database: &DatabaseSource) {
    if let Some(folder) = database.path() {
        database_lock::wait_until_closed(folder);
    }
}

/// Checks that the database can be opened without harm.
fn check_database(cli: &Cli, config: &Configuration) -> sc_cli::Result<()> {
    let Some(folder) = config.database.path() else {
        return Ok(());
    };
    cli.disk_space.check(folder).map_err(application_error)?;
    database_lock::check(folder).map_err(application_error)?;
    database_files::check(folder).map_err(application_error)?;
    database_panics::explain(folder);
    Ok(())
}

fn application_error(error: impl std::error::Error + Send + Sync + 'static) -> sc_cli::Error {
    sc_cli::Error::Application(error.into())
}

/// Takes what BABE and GRANDPA have stored back to where the chain goes back to.
fn revert_consensus(
    client: Arc<FullClient>,
    backend: Arc<FullBackend>,
    blocks: nocknock_runtime::BlockNumber,
) -> sc_cli::Result<()> {
    sc_consensus_babe::revert(client.clone(), backend, blocks)?;
    sc_consensus_grandpa::revert(client, blocks)?;
    Ok(())
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let runner = cli.create_runner(&cli.run)?;
    let database = runner.config().database.clone();
    let mut opened = false;
    let started = &mut opened;
    let result = runner.run_node_until_exit(|config| async move {
        let task_manager = start_node(cli, config)?;
        *started = true;
        Ok(task_manager)
    });
    if opened {
        wait_until_closed(&database);
    }
    // The node may have compiled a later runtime in the meantime.
    cli.cache.seal();
    if let (Err(_), Some(folder)) = (&result, database.path()) {
        // Whatever failed on a full disk, the disk is the reason.
        cli.disk_space.check(folder).map_err(application_error)?;
    }
    result
}

fn start_node(cli: &Cli, config: Configuration) -> sc_cli::Result<TaskManager> {
    check_database(cli, &config)?;
    ports::check(&config).map_err(application_error)?;
    let options =
        NodeOptions { rpc_hosts: cli.rpc_hosts.clone(), disk_space: cli.disk_space.clone() };
    match config.network.network_backend {
        NetworkBackendType::Libp2p => service::new_full::<
            sc_network::NetworkWorker<Block, nocknock_runtime::Hash>,
        >(config, &options, &cli.cache),
        NetworkBackendType::Litep2p => {
            service::new_full::<sc_network::Litep2pNetworkBackend>(config, &options, &cli.cache)
        }
    }
    .map_err(sc_cli::Error::Service)
}
