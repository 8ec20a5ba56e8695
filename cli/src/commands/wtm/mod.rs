//! `nocknock wtm`.

pub(crate) mod query;
mod write;

use crate::{failure::Failure, node::Node};
use clap::Subcommand;
use nocknock_client::calls;

/// What can be done with facts.
#[derive(Debug, Subcommand)]
pub(crate) enum Wtm {
    List(query::List),
    Show(query::Show),
    Propose(write::Propose),
    /// Support a proposed fact with a bond
    Attest(write::About),
    /// Dispute a fact with a bond
    ///
    /// A fact that was accepted because nobody disputed it can be disputed as long as somebody has
    /// a bond for it.
    Dispute(write::About),
    Vote(write::Vote),
    /// Decide a fact whose dispute window or vote period is over
    Resolve(write::About),
    Claim(write::Claim),
    /// Withdraw one of your facts that nobody has disputed
    Retract(write::About),
    Supersede(write::Supersede),
    /// Remove a fact that was voted down
    ///
    /// Anybody may do so once all bonds and votes are claimed and the fact was readable for long
    /// enough. If nobody does, the chain removes it by itself.
    Remove(write::About),
}

impl Wtm {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        match self {
            Self::List(command) => command.run(node).await,
            Self::Show(command) => command.run(node).await,
            Self::Propose(command) => command.run(node).await,
            Self::Attest(about) => about.send(node, calls::Wtm::attest { fact: about.fact }).await,
            Self::Dispute(about) => {
                about.send(node, calls::Wtm::dispute { fact: about.fact }).await
            }
            Self::Vote(command) => command.run(node).await,
            Self::Resolve(about) => {
                about.send(node, calls::Wtm::resolve { fact: about.fact }).await
            }
            Self::Claim(command) => command.run(node).await,
            Self::Retract(about) => {
                about.send(node, calls::Wtm::retract { fact: about.fact }).await
            }
            Self::Supersede(command) => command.run(node).await,
            Self::Remove(about) => about.send(node, calls::Wtm::remove { fact: about.fact }).await,
        }
    }
}
