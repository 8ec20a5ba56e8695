//! `nocknock accept-experiment`.

use crate::{
    commands::{leaderboard::known_experiment, send::Sending},
    encodings,
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::calls;
use nocknock_primitives::ids::ExperimentId;
use serde_json::json;

/// Accept an experiment that is offered to you.
///
/// From then on you own it and create its tasks. Its deposit is held on your account, and the
/// previous owner gets theirs back. If it names the encoding of its tasks and that is not at hand,
/// this is told; --dry-run tells it before anything is held.
#[derive(Debug, Args)]
pub(crate) struct AcceptExperiment {
    /// The experiment.
    experiment: ExperimentId,

    #[command(flatten)]
    sending: Sending,
}

impl AcceptExperiment {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let found = known_experiment(&best, self.experiment).await?;
        if let Some(named) = found.encoding {
            encodings::tell_if_lost(node, &best, self.experiment, named).await?;
        }
        let call = calls::Experiments::accept_transfer { experiment: self.experiment }.into();
        let subject = json!({ "experiment": self.experiment });
        self.sending.carry_out(node, subject, &call).await
    }
}
