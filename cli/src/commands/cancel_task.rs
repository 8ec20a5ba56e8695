//! `nocknock cancel-task`.

use crate::{
    commands::{fetch_model::known_task, send::Sending},
    failure::Failure,
    node::Node,
};
use clap::Args;
use nocknock_client::calls;
use nocknock_primitives::ids::TaskId;
use serde_json::json;

/// Cancel a task of yours that no worker can have committed to.
///
/// Reward and bond come back. Possible until the randomness of the draw is known, which is one to
/// two epochs after the creation; later the task has to go its way.
#[derive(Debug, Args)]
pub(crate) struct CancelTask {
    /// The task.
    task: TaskId,

    #[command(flatten)]
    sending: Sending,
}

impl CancelTask {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        known_task(&node.best().await?, self.task).await?;
        let call = calls::tasks::cancel(self.task);
        let subject = json!({ "task": self.task });
        self.sending.carry_out(node, subject, &call).await
    }
}
