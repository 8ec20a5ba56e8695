//! The command line.

use sc_cli::RunCmd;

/// A node of the NockNock chain, whose useful work is machine learning.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,

    #[clap(flatten)]
    pub(crate) run: RunCmd,
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
