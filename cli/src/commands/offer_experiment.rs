//! `nocknock offer-experiment`.

use crate::{
    commands::{leaderboard::known_experiment, parse_account, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::{calls, AccountId};
use nocknock_primitives::ids::ExperimentId;
use serde_json::json;

/// Offer an experiment of yours to another account.
///
/// You stay its owner until that account accepts with `nocknock accept-experiment`; its deposit
/// comes back to you then. Another offer takes the place of this one, and `nocknock cancel-offer`
/// takes it back. Models that you own stay yours.
#[derive(Debug, Args)]
pub(crate) struct OfferExperiment {
    /// The experiment.
    experiment: ExperimentId,

    /// Who may accept it.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    #[command(flatten)]
    sending: Sending,
}

impl OfferExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        known_experiment(&node.best().await?, self.experiment).await?;
        let call = calls::experiments::transfer(self.experiment, &self.to);
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}
