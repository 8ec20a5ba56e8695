//! `nocknock offer-experiment`.

use crate::{
    commands::{leaderboard::known_experiment, parse_account, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::{calls, AccountId, Call};
use nocknock_primitives::ids::ExperimentId;
use serde_json::json;

/// Offer one of your experiments to another account.
///
/// You stay its owner until that account accepts with `nocknock accept-experiment`; then its
/// deposit comes back to you. Another offer replaces this one, and `nocknock cancel-offer`
/// withdraws it. Models that you own stay yours.
#[derive(Debug, Args)]
pub(crate) struct OfferExperiment {
    /// The experiment.
    experiment: ExperimentId,

    /// The account that may accept it.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    #[command(flatten)]
    sending: Sending,
}

impl OfferExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        known_experiment(&node.best().await?, self.experiment).await?;
        let call = Call::from(calls::Experiments::offer_transfer {
            experiment: self.experiment,
            to: self.to,
        });
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}
