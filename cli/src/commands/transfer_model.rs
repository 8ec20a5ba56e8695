//! `nocknock transfer-model`.

use crate::{
    commands::{models::check_model, parse_account, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::{calls, AccountId, Call};
use nocknock_primitives::ids::{ExperimentId, ModelVersionNumber};
use serde_json::json;

/// Give one of your model versions to another account, immediately.
///
/// The other account is not asked. Who trained the model and who asked for it stays on record.
#[derive(Debug, Args)]
pub(crate) struct TransferModel {
    /// The experiment.
    experiment: ExperimentId,

    /// The version of the model.
    version: ModelVersionNumber,

    /// The account that gets it.
    #[arg(value_parser = parse_account)]
    to: AccountId,

    #[command(flatten)]
    sending: Sending,
}

impl TransferModel {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        check_model(&node.best().await?, self.experiment, self.version).await?;
        let call = Call::from(calls::Experiments::transfer_model {
            experiment: self.experiment,
            version: self.version,
            to: self.to,
        });
        let subject = json!({ "experiment": self.experiment, "version": self.version });
        self.sending.carry_out(node, subject, &call).await
    }
}
