//! `nocknock wtm`.

pub(crate) mod query;
mod write;

use crate::{failure::Failure, node::Node};
use clap::Subcommand;

/// What can be done with facts.
#[derive(Debug, Subcommand)]
pub(crate) enum Wtm {
    List(query::List),
    Show(query::Show),
    Propose(write::Propose),
    /// Put a bond on a fact that somebody proposed
    Attest(write::About),
    /// Dispute a fact with a bond
    Dispute(write::About),
    Vote(write::Vote),
    /// Decide about a fact whose time is over
    Resolve(write::About),
    Claim(write::Claim),
    /// Take back a fact of yours that nobody has disputed
    Retract(write::About),
    Supersede(write::Supersede),
    /// Remove a fact that was voted down
    ///
    /// Anybody may, when all bonds and votes are claimed and the fact has stayed readable for long
    /// enough.
    Remove(write::About),
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
            Self::Remove(about) => about.send(node, wtm::remove(about.fact)).await,
        }
    }
}
