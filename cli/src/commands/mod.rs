//! What the commands do, one file each.

pub(crate) mod accept_experiment;
pub(crate) mod archive_experiment;
pub(crate) mod cancel_offer;
pub(crate) mod cancel_task;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod create_experiment;
pub(crate) mod describe_experiment;
pub(crate) mod experiments;
pub(crate) mod export;
pub(crate) mod fetch_model;
pub(crate) mod follow;
pub(crate) mod leaderboard;
pub(crate) mod models;
pub(crate) mod offer_experiment;
pub(crate) mod predict;
pub(crate) mod propose_task;
pub(crate) mod rewards;
pub(crate) mod send;
pub(crate) mod set_stage;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod task;
pub(crate) mod tasks;
pub(crate) mod transfer;
pub(crate) mod transfer_model;
pub(crate) mod validator;
pub(crate) mod verify;
pub(crate) mod wtm;

use crate::{
    arguments::{Cli, Command, Global},
    failure::{other, Failure},
    node::Node,
    output::Output,
};

/// Runs a command to its end.
pub(crate) fn run(cli: Cli, output: Output) -> Result<(), Failure> {
    let Cli { global, command } = cli;
    match command {
        Command::Predict(command) => command.run(output),
        Command::Config(command) => command.run(&global, output),
        Command::Completions(command) => command.run(output),
        online => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            runtime.map_err(other)?.block_on(run_online(online, &global, output))
        }
    }
}

async fn run_online(command: Command, global: &Global, output: Output) -> Result<(), Failure> {
    match command {
        Command::Start(command) => command.run(global, output).await,
        Command::Follow(command) => {
            let node = Node::connect_patiently(global, output).await?;
            command.run(&node).await
        }
        Command::ProposeTask(command) => {
            let node = Node::connect_patiently(global, output).await?;
            command.run(&node).await
        }
        other => run_on(other, &Node::connect(global, output).await?).await,
    }
}

async fn run_on(command: Command, node: &Node) -> Result<(), Failure> {
    match command {
        Command::Status(command) => command.run(node).await,
        Command::CreateExperiment(command) => command.run(node).await,
        Command::DescribeExperiment(command) => command.run(node).await,
        Command::ArchiveExperiment(command) => command.run(node).await,
        Command::OfferExperiment(command) => command.run(node).await,
        Command::AcceptExperiment(command) => command.run(node).await,
        Command::CancelOffer(command) => command.run(node).await,
        Command::CancelTask(command) => command.run(node).await,
        Command::Experiments(command) => command.run(node).await,
        Command::Tasks(command) => command.run(node).await,
        Command::Task(command) => command.run(node).await,
        Command::Leaderboard(command) => command.run(node).await,
        Command::Models(command) => command.run(node).await,
        Command::SetStage(command) => command.run(node).await,
        Command::TransferModel(command) => command.run(node).await,
        Command::FetchModel(command) => command.run(node).await,
        Command::Wtm(command) => command.run(node).await,
        Command::QueryWtm(command) => command.run(node).await,
        Command::Verify(command) => command.run(node).await,
        Command::Rewards(command) => command.run(node).await,
        Command::Transfer(command) => command.run(node).await,
        Command::Validator(command) => command.run(node).await,
        Command::Export(command) => command.run(node).await,
        Command::Start(_)
        | Command::Follow(_)
        | Command::ProposeTask(_)
        | Command::Predict(_)
        | Command::Config(_)
        | Command::Completions(_) => Ok(()),
    }
}

/// An account that the user names, or the one that signs.
pub(crate) fn account_or_own(
    given: Option<nocknock_client::AccountId>,
    node: &Node,
) -> Option<nocknock_client::AccountId> {
    given.or_else(|| node.account())
}

/// Reads an account in SS58.
pub(crate) fn parse_account(text: &str) -> Result<nocknock_client::AccountId, String> {
    text.parse().map_err(|_| "expected an account in SS58, such as 5Grw…".to_owned())
}
