//! `nocknock cancel-offer`.

use crate::{
    commands::{leaderboard::known_experiment, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::calls;
use nocknock_primitives::ids::ExperimentId;
use serde_json::json;

/// Withdraw the offer of an experiment that nobody has accepted yet.
#[derive(Debug, Args)]
pub(crate) struct CancelOffer {
    /// The experiment.
    experiment: ExperimentId,

    #[command(flatten)]
    sending: Sending,
}

impl CancelOffer {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        known_experiment(&node.best().await?, self.experiment).await?;
        let call = calls::Experiments::cancel_transfer { experiment: self.experiment }.into();
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}
