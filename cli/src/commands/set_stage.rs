//! `nocknock set-stage`.

use crate::{
    commands::{models::check_model, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::{Args, ValueEnum};
use nocknock_client::calls;
use nocknock_primitives::{
    experiment::Stage,
    ids::{ExperimentId, ModelVersionNumber},
};
use serde_json::json;

/// Put a model version of yours aside, or take it up again.
///
/// Nobody makes a champion, or puts it aside: it is the model with the best proved score.
#[derive(Debug, Args)]
pub(crate) struct SetStage {
    /// The experiment.
    experiment: ExperimentId,

    /// The version of the model.
    version: ModelVersionNumber,

    /// What the model is from now on.
    #[arg(value_enum)]
    stage: StageArg,

    #[command(flatten)]
    sending: Sending,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StageArg {
    /// It may be used.
    Candidate,
    /// It is put aside.
    Archived,
}

impl SetStage {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        check_model(&node.best().await?, self.experiment, self.version).await?;
        let call = calls::experiments::set_stage(self.experiment, self.version, self.stage.into());
        let subject = json!({ "experiment": self.experiment, "version": self.version });
        self.sending.carry_out(node, subject, &call).await
    }
}

impl From<StageArg> for Stage {
    fn from(stage: StageArg) -> Self {
        match stage {
            StageArg::Candidate => Self::Candidate,
            StageArg::Archived => Self::Archived,
        }
    }
}
