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
    /// Stand for election with your work points and a bond
    ///
    /// Register session keys first, and have a node run with them: it shows by itself that it does,
    /// and without that you are not elected. A bond is put on hold (--dry-run says how much).
    /// Whoever is elected authors and finalises blocks from the next session on. A node that
    /// authors nothing in the first session of its seat, or is silent in eight of them in a row,
    /// costs the candidacy and 5 % of the bond; two blocks in one slot cost all of it.
    Apply(Candidacy),
    /// Stop standing for election
    ///
    /// If you have a seat, you lose it in one of the next elections: keep the node running until
    /// you validate no longer. The bond is returned 338 sessions after that.
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
