//! `nocknock validator`.

use crate::{commands::send::Sending, failure::Failure, node::Node, views::shown};
use clap::{Args, Subcommand};
use nocknock_client::{calls, Call, Keys};
use serde_json::json;

/// What who validates does.
#[derive(Debug, Subcommand)]
pub(crate) enum Validator {
    SetKeys(SetKeys),
    /// Stand for election with your work points
    ///
    /// Session keys have to be registered before. Who is elected authors and finalises from the
    /// second session after that on; a candidate whose node authors nothing for eight of its
    /// sessions in a row is dropped.
    Apply(Candidacy),
    /// Stand for election no longer
    ///
    /// You may be elected for the present session and the next one already: keep the node running
    /// until they are over.
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
            Self::Apply(command) => command.run(node, calls::rewards::apply_as_candidate()).await,
            Self::Leave(command) => command.run(node, calls::rewards::leave_candidates()).await,
        }
    }
}

impl SetKeys {
    async fn run(self, node: &Node) -> Result<(), Failure> {
        let account = node.keys().map(Keys::account)?;
        let made = node.client.make_session_keys(&account).await?;
        let subject = json!({
            "account": shown(account),
            "keys": format!("0x{}", hex::encode(&made.keys)),
        });
        let call = calls::session::set_keys(&made);
        self.sending.carry_out(node, subject, &call).await
    }
}

impl Candidacy {
    async fn run(self, node: &Node, call: Call) -> Result<(), Failure> {
        let subject = json!({ "account": shown(node.keys().map(Keys::account)?) });
        self.sending.carry_out(node, subject, &call).await
    }
}
