//! `nocknock set-stage`.

use crate::{
    commands::{models::check_model, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::{Args, ValueEnum};
use nocknock_client::{calls, Call};
use nocknock_primitives::{
    experiment::Stage,
    ids::{ExperimentId, ModelVersionNumber},
};
use serde_json::json;

/// Archive one of your model versions, or make it a candidate again.
///
/// A champion is neither chosen nor archived: it is the model with the best proved score.
#[derive(Debug, Args)]
pub(crate) struct SetStage {
    /// The experiment.
    experiment: ExperimentId,

    /// The version of the model.
    version: ModelVersionNumber,

    /// The stage that the model gets.
    #[arg(value_enum)]
    stage: StageArg,

    #[command(flatten)]
    sending: Sending,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StageArg {
    /// The model may be used.
    Candidate,
    /// The model is out of use.
    Archived,
}

impl SetStage {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        check_model(&node.best().await?, self.experiment, self.version).await?;
        let call = Call::from(calls::Experiments::set_stage {
            experiment: self.experiment,
            version: self.version,
            stage: self.stage.into(),
        });
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
