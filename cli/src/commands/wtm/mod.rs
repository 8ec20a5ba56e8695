//! `nocknock wtm`.

pub(crate) mod query;
mod write;

use crate::{failure::Failure, node::Node};
use clap::Subcommand;

/// Read and write facts of the World Truth Model.
///
/// A fact is a domain, a subject, a predicate and an object, with evidence. What the chain has proved it writes itself. Everybody
/// else puts a bond on a fact; if somebody disputes it, work points decide.
#[derive(Debug, Subcommand)]
pub(crate) enum Wtm {
    /// List facts
    List(query::List),
    /// Show a fact with its history, bonds and votes
    Show(query::Show),
    /// Propose a fact with a bond
    Propose(write::Propose),
    /// Put a bond on a fact that somebody proposed
    Attest(write::About),
    /// Dispute a fact with a bond
    Dispute(write::About),
    /// Vote about a disputed fact with your work points
    Vote(write::Vote),
    /// Decide about a fact whose time is over
    Resolve(write::About),
    /// Get back, or win, what an account has on hold for a decided fact
    Claim(write::Claim),
    /// Take back a fact of yours that nobody has disputed
    Retract(write::About),
    /// Propose another object for an accepted fact
    Supersede(write::Supersede),
}

impl Wtm {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        use nocknock_client::calls::wtm;
        match self {
            Self::List(command) => command.run(node).await,
            Self::Show(command) => command.run(node).await,
            Self::Propose(command) => command.run(node).await,
            Self::Attest(about) => about.send(node, wtm::attest(about.fact)).await,
            Self::Dispute(about) => about.send(node, wtm::dispute(about.fact)).await,
            Self::Vote(command) => command.run(node).await,
            Self::Resolve(about) => about.send(node, wtm::resolve(about.fact)).await,
            Self::Claim(command) => command.run(node).await,
            Self::Retract(about) => about.send(node, wtm::retract(about.fact)).await,
            Self::Supersede(command) => command.run(node).await,
        }
    }
}
