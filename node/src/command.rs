//! Turns the command line into work.

use crate::{
    chain_spec,
    cli::{Cli, Subcommand},
    database_files, database_lock, ports,
    service::{self, FullBackend, FullClient},
};
use nocknock_runtime::opaque::Block;
use sc_cli::{CliConfiguration, SubstrateCli};
use sc_network::config::NetworkBackendType;
use sc_service::{ChainSpec, Configuration, DatabaseSource, PartialComponents, TaskManager};
use std::{future::Future, sync::Arc};

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "NockNock Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
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
        Ok(Box::new(chain_spec::load(id)?))
    }
}

/// Parses the command line and does what it says.
pub(crate) fn run() -> sc_cli::Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Subcommand::Key(cmd)) => cmd.run(&cli),
        Some(Subcommand::BuildSpec(cmd)) => {
            cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.chain_spec, config.network))
        }
        Some(Subcommand::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
        Some(Subcommand::PurgeChain(cmd)) => {
            cli.create_runner(cmd)?.sync_run(|config| cmd.run(config.database))
        }
        Some(Subcommand::ChainInfo(cmd)) => cli.create_runner(cmd)?.sync_run(|config| {
            check_database(&config)?;
            cmd.run::<Block>(&config)
        }),
        Some(database_command) => run_on_database(&cli, database_command),
    }
}

/// The commands that open the database.
fn run_on_database(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
    match subcommand {
        Subcommand::CheckBlock(cmd) => run_and_close(cli, cmd, |config| {
            let PartialComponents { client, task_manager, import_queue, .. } = parts(&config)?;
            Ok((cmd.run(client, import_queue), task_manager))
        }),
        Subcommand::ExportBlocks(cmd) => run_and_close(cli, cmd, |config| {
            let PartialComponents { client, task_manager, .. } = parts(&config)?;
            Ok((cmd.run(client, config.database), task_manager))
        }),
        Subcommand::ExportState(cmd) => run_and_close(cli, cmd, |config| {
            let PartialComponents { client, task_manager, .. } = parts(&config)?;
            Ok((cmd.run(client, config.chain_spec), task_manager))
        }),
        Subcommand::ImportBlocks(cmd) => run_and_close(cli, cmd, |config| {
            let PartialComponents { client, task_manager, import_queue, .. } = parts(&config)?;
            Ok((cmd.run(client, import_queue), task_manager))
        }),
        Subcommand::Revert(cmd) => run_and_close(cli, cmd, |config| {
            let PartialComponents { client, task_manager, backend, .. } = parts(&config)?;
            Ok((cmd.run(client, backend, Some(Box::new(revert_consensus))), task_manager))
        }),
        other => Err(sc_cli::Error::Input(format!("{other:?} needs no database"))),
    }
}

/// Runs a command to its end, which includes that the database is closed.
fn run_and_close<W>(
    cli: &Cli,
    command: &impl CliConfiguration,
    work: impl FnOnce(Configuration) -> sc_cli::Result<(W, TaskManager)>,
) -> sc_cli::Result<()>
where
    W: Future<Output = sc_cli::Result<()>>,
{
    let runner = cli.create_runner(command)?;
    let database = runner.config().database.clone();
    runner.async_run(work)?;
    wait_until_closed(&database);
    Ok(())
}

fn wait_until_closed(database: &DatabaseSource) {
    if let Some(folder) = database.path() {
        database_lock::wait_until_closed(folder);
    }
}

fn parts(config: &Configuration) -> Result<service::Parts, sc_cli::Error> {
    check_database(config)?;
    service::new_partial(config).map_err(Into::into)
}

fn check_database(config: &Configuration) -> sc_cli::Result<()> {
    let Some(folder) = config.database.path() else {
        return Ok(());
    };
    database_files::check(folder).map_err(|error| sc_cli::Error::Application(error.into()))
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
    runner.run_node_until_exit(|config| async move { start_node(config) })?;
    wait_until_closed(&database);
    Ok(())
}

fn start_node(config: Configuration) -> sc_cli::Result<TaskManager> {
    check_database(&config)?;
    ports::check(&config).map_err(|error| sc_cli::Error::Application(error.into()))?;
    match config.network.network_backend {
        NetworkBackendType::Libp2p => {
            service::new_full::<sc_network::NetworkWorker<Block, nocknock_runtime::Hash>>(config)
        }
        NetworkBackendType::Litep2p => {
            service::new_full::<sc_network::Litep2pNetworkBackend>(config)
        }
    }
    .map_err(sc_cli::Error::Service)
}
