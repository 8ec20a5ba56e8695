//! `nocknock validator`.

use crate::{commands::send::Sending, failure::Failure, node::Node, views::shown};
use clap::{Args, Subcommand};
use codec::Encode;
use nocknock_client::{calls, Keys};
use serde_json::json;

/// What a validator does.
#[derive(Debug, Subcommand)]
pub(crate) enum Validator {
    SetKeys(SetKeys),
    /// Stand for election with your work points
    ///
    /// Register session keys first. Whoever is elected authors and finalises blocks from the second
    /// session after the election on; a candidate whose node authors nothing in eight of its
    /// sessions in a row is dropped.
    Apply(Candidacy),
    /// Stop standing for election
    ///
    /// You may already be elected for the current session and the next one: keep the node running
    /// until both are over.
    Leave(Candidacy),
}

/// Register new session keys of your node.
///
/// The node that --url names makes them and keeps their secret parts, so it must be the validator's
/// own, reached on its own machine or through a tunnel. They take effect with the second session
/// after this one; keep the old ones until then. With --dry-run the node makes keys too, but
/// nothing is registered.
#[derive(Debug, Args)]
pub(crate) struct SetKeys {
    #[command(flatten)]
    sending: Sending,
}

// No documentation comment: it would take the place of what each command says about itself.
#[derive(Debug, Args)]
pub(crate) struct Candidacy {
    #[command(flatten)]
    sending: Sending,
}

impl Validator {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        match self {
            Self::SetKeys(command) => command.run(node).await,
            Self::Apply(command) => command.run(node, calls::Rewards::apply_as_candidate).await,
            Self::Leave(command) => command.run(node, calls::Rewards::leave_candidates).await,
        }
    }
}

impl SetKeys {
    async fn run(self, node: &Node) -> Result<(), Failure> {
        let account = node.keys().map(Keys::account)?;
        let made = node.client.make_session_keys(&account).await?;
        let subject = json!({
            "account": shown(account),
            "keys": format!("0x{}", hex::encode(made.keys.encode())),
        });
        let call = calls::Session::from(made).into();
        self.sending.carry_out(node, subject, &call).await
    }
}

impl Candidacy {
    async fn run(self, node: &Node, call: calls::Rewards) -> Result<(), Failure> {
        let subject = json!({ "account": shown(node.keys().map(Keys::account)?) });
        self.sending.carry_out(node, subject, &call.into()).await
    }
}
