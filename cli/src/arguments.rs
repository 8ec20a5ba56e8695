//! The command line.

use crate::{commands::*, output::Format};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// The command line of NockNock, a chain whose useful work is machine learning.
///
/// A requester describes an experiment, offers a task with its data file, and gets the best model
/// whose score was proved on data that no worker had seen. Everything that is said about a model
/// can be verified.
///
/// Begin with `nocknock start`, which runs a development chain and a store for data on this
/// machine.
#[derive(Debug, Parser)]
#[command(
    name = "nocknock",
    version,
    after_long_help = "\
Exit codes:
  0  done
  1  failed for a reason that has no code of its own
  2  the arguments or the configuration cannot be used
  3  the node or the store does not answer
  4  the chain refused the transaction
  5  what was asked for does not exist
  6  there are no usable keys
  7  something is not what it claims to be"
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

// What every command understands. Documentation here would take the place of what a command says
// about itself.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options for every command")]
pub(crate) struct Global {
    /// WebSocket URL of a node. Give it several times to name others that are tried in turn
    /// [default: ws://127.0.0.1:9944].
    #[arg(long, global = true, env = "NOCKNOCK_URL", value_delimiter = ',')]
    pub(crate) url: Vec<String>,

    /// URL of a service that stores data and gives it back: a Walrus publisher and aggregator, or
    /// the development store.
    #[arg(long, global = true, env = "NOCKNOCK_STORE", value_name = "URL")]
    pub(crate) store: Option<String>,

    /// Configuration file [default: the one that `nocknock config path` prints].
    #[arg(long, global = true, env = "NOCKNOCK_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Folder for the private files of tasks and for fetched models [default: `nocknock` in the
    /// data folder of the user].
    #[arg(long, global = true, env = "NOCKNOCK_DATA", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// What to print: tables for people, or one JSON value for programs. Amounts in JSON are
    /// strings, in NNK.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) output: Format,

    #[command(flatten)]
    pub(crate) account: AccountArgs,
}

// Who signs: one of these. A secret is never an argument, because every process of the machine can
// read those.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Keys")]
pub(crate) struct AccountArgs {
    /// Sign with the seed phrase, or the seed of 64 hexadecimal digits with or without 0x, in this
    /// file, which only its owner may read.
    #[arg(long, global = true, env = "NOCKNOCK_SEED_FILE", value_name = "FILE")]
    pub(crate) seed_file: Option<PathBuf>,

    /// Sign with this keystore: a file of NockNock, or an account that polkadot.js has exported as
    /// JSON [default: the one that `nocknock keys generate` makes, if it is there].
    #[arg(long, global = true, env = "NOCKNOCK_KEYSTORE", value_name = "FILE")]
    pub(crate) keystore: Option<PathBuf>,

    /// File with the password of the keystore, which only its owner may read. Without it the
    /// password is read from the variable NOCKNOCK_KEYSTORE_PASSWORD, or from the file that the
    /// configuration names.
    #[arg(long, global = true, env = "NOCKNOCK_KEYSTORE_PASSWORD_FILE", value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// Sign with the seed phrase or seed in the environment variable of this name.
    #[arg(long, global = true, value_name = "VARIABLE")]
    pub(crate) key_variable: Option<String>,

    /// Sign as alice, bob, charlie, dave, eve or ferdie. Everybody has their keys, so this works on
    /// development chains only.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) dev_account: Option<String>,
}

/// What to do. The help of each command is the documentation of its arguments.
#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "parsed once and consumed")]
pub(crate) enum Command {
    Start(start::Start),
    Status(status::Status),
    CreateExperiment(create_experiment::CreateExperiment),
    DescribeExperiment(describe_experiment::DescribeExperiment),
    ArchiveExperiment(archive_experiment::ArchiveExperiment),
    OfferExperiment(offer_experiment::OfferExperiment),
    AcceptExperiment(accept_experiment::AcceptExperiment),
    CancelOffer(cancel_offer::CancelOffer),
    CheckData(check_data::CheckData),
    ProposeTask(propose_task::ProposeTask),
    Follow(follow::FollowTask),
    CancelTask(cancel_task::CancelTask),
    Experiments(experiments::ListExperiments),
    Tasks(tasks::ListTasks),
    Task(task::ShowTask),
    Leaderboard(leaderboard::ShowLeaderboard),
    Models(models::ListModels),
    SetStage(set_stage::SetStage),
    TransferModel(transfer_model::TransferModel),
    FetchModel(fetch_model::FetchModel),
    Predict(predict::Predict),
    /// Read and write facts of the World Truth Model
    ///
    /// A fact is a domain, a subject, a predicate and an object, with evidence. The chain itself
    /// writes down what was proved on it. Everybody else puts a bond on a fact; if somebody
    /// disputes it, work points decide.
    #[command(subcommand)]
    Wtm(wtm::Wtm),
    QueryWtm(wtm::query::Query),
    Verify(verify::Verify),
    Rewards(rewards::ShowRewards),
    ShowEqualRows(show_equal_rows::ShowEqualRows),
    Transfer(transfer::Transfer),
    Faucet(faucet::Faucet),
    /// Make, import or show the keys that sign
    ///
    /// A secret is read from a file, an environment variable or the standard input, and never from
    /// an argument, which every process of the machine could read.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Become a validator by proved work, or stop being one
    ///
    /// Candidates with the most work points get the seats that become free. A candidate needs
    /// points, session keys, a bond, and a node that runs as a validator all the time.
    #[command(subcommand)]
    Validator(validator::Validator),
    Export(export::Export),
    /// Show or create the configuration file
    #[command(subcommand)]
    Config(config::ConfigCommand),
    Completions(completions::Completions),
}
