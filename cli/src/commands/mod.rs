//! What the commands do, one file each.

pub(crate) mod accept_experiment;
pub(crate) mod archive_experiment;
pub(crate) mod cancel_offer;
pub(crate) mod cancel_task;
pub(crate) mod check_data;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod create_experiment;
pub(crate) mod describe_experiment;
pub(crate) mod experiments;
pub(crate) mod export;
pub(crate) mod faucet;
pub(crate) mod fetch_model;
pub(crate) mod follow;
pub(crate) mod keys;
pub(crate) mod leaderboard;
pub(crate) mod models;
pub(crate) mod offer_experiment;
pub(crate) mod predict;
pub(crate) mod propose_task;
pub(crate) mod rewards;
pub(crate) mod send;
pub(crate) mod set_stage;
pub(crate) mod show_equal_rows;
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
use std::future::Future;

/// Runs a command to its end. What each command needs is said here and nowhere else.
pub(crate) fn run(cli: Cli, output: Output) -> Result<(), Failure> {
    let Cli { global, command } = cli;
    let chain = Chain { global: &global, output };
    match command {
        Command::CheckData(command) => command.run(output),
        Command::Predict(command) => command.run(output),
        Command::Config(command) => command.run(&global, output),
        Command::Keys(command) => command.run(&global, output),
        Command::Completions(command) => command.run(output),
        Command::Start(command) => wait_for(command.run(&global, output)),
        Command::Follow(command) => chain.patiently(async |node| command.run(node).await),
        Command::ProposeTask(command) => chain.patiently(async |node| command.run(node).await),
        Command::Status(command) => chain.with(async |node| command.run(node).await),
        Command::CreateExperiment(command) => chain.with(async |node| command.run(node).await),
        Command::DescribeExperiment(command) => chain.with(async |node| command.run(node).await),
        Command::ArchiveExperiment(command) => chain.with(async |node| command.run(node).await),
        Command::OfferExperiment(command) => chain.with(async |node| command.run(node).await),
        Command::AcceptExperiment(command) => chain.with(async |node| command.run(node).await),
        Command::CancelOffer(command) => chain.with(async |node| command.run(node).await),
        Command::CancelTask(command) => chain.with(async |node| command.run(node).await),
        Command::Experiments(command) => chain.with(async |node| command.run(node).await),
        Command::Tasks(command) => chain.with(async |node| command.run(node).await),
        Command::Task(command) => chain.with(async |node| command.run(node).await),
        Command::Leaderboard(command) => chain.with(async |node| command.run(node).await),
        Command::Models(command) => chain.with(async |node| command.run(node).await),
        Command::SetStage(command) => chain.with(async |node| command.run(node).await),
        Command::TransferModel(command) => chain.with(async |node| command.run(node).await),
        Command::FetchModel(command) => chain.with(async |node| command.run(node).await),
        Command::Wtm(command) => chain.with(async |node| command.run(node).await),
        Command::QueryWtm(command) => chain.with(async |node| command.run(node).await),
        Command::Verify(command) => chain.with(async |node| command.run(node).await),
        Command::Rewards(command) => chain.with(async |node| command.run(node).await),
        Command::ShowEqualRows(command) => chain.with(async |node| command.run(node).await),
        Command::Transfer(command) => chain.with(async |node| command.run(node).await),
        Command::Faucet(command) => chain.with(async |node| command.run(node).await),
        Command::Validator(command) => chain.with(async |node| command.run(node).await),
        Command::Export(command) => chain.with(async |node| command.run(node).await),
    }
}

/// How a command comes to the node that it speaks to.
struct Chain<'a> {
    global: &'a Global,
    output: Output,
}

impl Chain<'_> {
    /// Does some work on a connection that gives up soon.
    fn with(self, work: impl AsyncFnOnce(&Node) -> Result<(), Failure>) -> Result<(), Failure> {
        wait_for(async move { work(&Node::connect(self.global, self.output).await?).await })
    }

    /// Does some work on a connection that outlives restarts of the node.
    fn patiently(
        self,
        work: impl AsyncFnOnce(&Node) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        wait_for(
            async move { work(&Node::connect_patiently(self.global, self.output).await?).await },
        )
    }
}

fn wait_for(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(other)?.block_on(work)
}

/// An account that the user names, or the one that signs.
pub(crate) fn account_or_own(
    given: Option<nocknock_client::AccountId>,
    node: &Node,
) -> Option<nocknock_client::AccountId> {
    let account = given.or_else(|| node.account());
    if let (None, Some(failure)) = (&account, node.locked()) {
        node.output.say(format!("no account is shown: {failure}"));
    }
    account
}

/// Reads an account in SS58.
pub(crate) fn parse_account(text: &str) -> Result<nocknock_client::AccountId, String> {
    text.parse().map_err(|_| "expected an account in SS58, such as 5Grw…".to_owned())
}
