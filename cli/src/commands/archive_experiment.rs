//! `nocknock archive-experiment`.

use crate::{
    commands::{leaderboard::known_experiment, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::calls;
use nocknock_primitives::ids::ExperimentId;
use serde_json::json;

/// Archive one of your experiments for good.
///
/// It takes no new tasks; those that are running go on. Its text, tags and metadata are removed,
/// and their part of the deposit comes back. Name, leaderboard and models stay, and so does the
/// rest of the deposit. Nobody can undo it.
#[derive(Debug, Args)]
pub(crate) struct ArchiveExperiment {
    /// The experiment.
    experiment: ExperimentId,

    #[command(flatten)]
    sending: Sending,
}

impl ArchiveExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        known_experiment(&node.best().await?, self.experiment).await?;
        let call = calls::Experiments::archive_experiment { experiment: self.experiment }.into();
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}
