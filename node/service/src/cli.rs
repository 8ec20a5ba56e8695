//! The command line.

use crate::{
    disk_space::DiskSpace,
    runtime_cache::{Choice, RuntimeCache},
};
use sc_cli::RunCmd;
use std::sync::Arc;

/// The SDK opens a development node to the pages of everybody; this node does not.
const ORIGINS: &str =
    "Comma-separated list of the origins (such as https://example.org) whose pages the JSON-RPC \
     server answers; `all` stands for every page. By default, also with --dev, they are \
     https://polkadot.js.org and the pages of localhost. Pages may call safe methods only, unless \
     --rpc-methods unsafe opens the others.";

/// A node of the NockNock chain, whose useful work is machine learning.
#[derive(Debug, clap::Parser)]
#[command(mut_arg("rpc_cors", |arg| arg.help(ORIGINS).long_help(ORIGINS)))]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,

    #[clap(flatten)]
    pub(crate) run: RunCmd,

    /// Name of this machine that requests to the JSON-RPC server may use.
    ///
    /// A node that listens on loopback answers requests to localhost and to IP addresses. A reverse
    /// proxy that passes on the name its clients use needs this option, once for each name.
    #[arg(long = "rpc-host", value_name = "NAME")]
    pub(crate) rpc_hosts: Vec<String>,

    #[clap(flatten)]
    pub(crate) disk_space: DiskSpace,

    /// Folder for compiled runtimes, or `off`.
    ///
    /// A node finds its runtime compiled there from the second start on. Several nodes may share
    /// the folder. It must belong to the user who runs the node, and nobody else may write to it or
    /// to the folders above it. By default it is nocknock/runtime in $XDG_CACHE_HOME or ~/.cache.
    #[arg(long, value_name = "FOLDER", global = true, env = "NOCKNOCK_RUNTIME_CACHE")]
    pub(crate) runtime_cache: Option<Choice>,

    /// What `runtime_cache` names.
    #[arg(skip)]
    pub(crate) cache: Arc<RuntimeCache>,
}

/// What the node can do instead of running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "parsed once and consumed")]
pub(crate) enum Subcommand {
    /// Make, inspect and store keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write a chain spec, plain or raw (the older command; it also fills in boot nodes).
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Write a chain spec, plain or raw.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Import a block again and check it.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Write the state at a block as a chain spec.
    ExportState(sc_cli::ExportStateCmd),

    /// Import blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Delete the database of a chain.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Go back to an earlier block. Finalised blocks stay.
    Revert(sc_cli::RevertCmd),

    /// Print what the database knows about the chain.
    ChainInfo(sc_cli::ChainInfoCmd),
}
