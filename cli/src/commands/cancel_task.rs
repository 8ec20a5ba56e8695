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

/// Cancel one of your tasks before any worker can have committed to it.
///
/// Reward and bond come back at once, and what is held for storage when the chain removes the task,
/// a while later. This is possible until the randomness of the draw is known, one to
/// two epochs after the creation; after that the task runs its course.
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
        let call = calls::Tasks::cancel_task { task: self.task }.into();
        let subject = json!({ "task": self.task });
        self.sending.carry_out(node, subject, &call).await
    }
}
