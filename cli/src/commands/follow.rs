//! `nocknock follow`.

use crate::{
    commands::fetch_model::{self, Fetched},
    failure::{usage, Failure},
    node::Node,
    requester::{
        act::{Ended, Follower},
        state::{self, Request},
    },
    views,
};
use clap::Args;
use nocknock_dataset::PreparedTask;
use nocknock_primitives::{ids::TaskId, task::Outcome};
use serde_json::json;
use std::{path::PathBuf, time::Duration};

/// How often the models are fetched before the command fails.
const FETCHES: u32 = 3;

/// Pause between two tries.
const PAUSE: Duration = Duration::from_secs(2);

/// Do what is left for the requester of a task, up to the checked model.
///
/// The private file that `propose-task` wrote is needed. The command can be stopped and called
/// again at any time, but a requester who does not reveal the test data in time loses the bond.
#[derive(Debug, Args)]
pub(crate) struct FollowTask {
    /// The task.
    #[arg(required_unless_present = "state")]
    task: Option<TaskId>,

    /// The private file itself, for a task whose creation was interrupted.
    #[arg(long, value_name = "FILE", conflicts_with = "task")]
    state: Option<PathBuf>,

    /// Folder for the fetched model.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl FollowTask {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let path = match (&self.state, self.task) {
            (Some(path), _) => path.clone(),
            (None, Some(task)) => private_file(node, task).await?,
            (None, None) => return Err(usage("give the number of a task")),
        };
        let follower = Follower::new(node, Request::open(&path)?)?;
        to_the_end(node, follower, self.out).await
    }
}

/// Where the private file of a task lies.
pub(crate) async fn private_file(node: &Node, task: TaskId) -> Result<PathBuf, Failure> {
    let roots = node.best().await?.roots(task).await?;
    let root = roots.first().ok_or_else(|| {
        Failure::NotFound(format!(
            "there is no task {task}, or the chain has removed it, or the node has not yet caught up \
             with the chain"
        ))
    })?;
    let data = node.config.data_dir()?;
    Ok(state::place(&data, node.client.genesis_hash(), root))
}

/// Follows a task to its end, then fetches its models.
pub(crate) async fn to_the_end(
    node: &Node,
    mut follower: Follower<'_>,
    out: Option<PathBuf>,
) -> Result<(), Failure> {
    let Ended { task, outcome } = follower.follow().await?;
    let models = match outcome {
        Some(Outcome::Ranked) => {
            let prepared = &follower.request.state.prepared;
            fetch_patiently(node, task, prepared, out).await?
        }
        _ => Vec::new(),
    };
    let value = json!({
        "task": task,
        "outcome": outcome.map(views::task::outcome),
        "models": models.iter().map(Fetched::json).collect::<Vec<_>>(),
    });
    node.output.show(&value, || summary(task, outcome, &models))
}

/// Fetches the models of a task, also from a node that is restarted meanwhile and forgets its
/// newest block.
async fn fetch_patiently(
    node: &Node,
    task: TaskId,
    prepared: &PreparedTask,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    for _ in 1..FETCHES {
        match fetch_model::fetch_all(node, task, prepared, out.clone()).await {
            Err(failure) if !matches!(failure, Failure::NotTrue(_)) => {
                node.output.say(format!("fetching again: {failure}"));
                tokio::time::sleep(PAUSE).await;
            }
            fetched => return fetched,
        }
    }
    fetch_model::fetch_all(node, task, prepared, out).await
}

fn summary(task: TaskId, outcome: Option<Outcome>, models: &[Fetched]) -> String {
    let how = outcome.map_or("removed", views::task::outcome);
    let first = format!("Task {task} has ended: {how}.");
    let lines = models.iter().map(Fetched::sentence);
    std::iter::once(first).chain(lines).collect::<Vec<_>>().join("\n")
}
