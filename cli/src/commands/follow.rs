//! `nocknock follow`.

use crate::{
    commands::fetch_model::{self, Fetched},
    failure::{usage, Failure},
    node::Node,
    output::Output,
    views,
};
use clap::Args;
use nocknock_primitives::{ids::TaskId, task::Outcome};
use nocknock_requester::{
    find_private_file, private_file_path, Attempt, Ended, Event, Follower, Observer, PrivateFile,
    Services, Step,
};
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
            (None, Some(task)) => file_to_follow(node, task).await?,
            (None, None) => return Err(usage("give the number of a task")),
        };
        let follower = follower(node, PrivateFile::open(&path)?)?;
        to_the_end(node, follower, self.out).await
    }
}

/// Says what happens while a task is followed.
#[derive(Debug)]
pub(crate) struct Teller(Output);

impl Observer for Teller {
    fn observe(&self, event: Event<'_>) {
        self.0.say(match event {
            Event::Began(step) => message(step),
            Event::Retrying { attempt, pause, error } => {
                let doing = match attempt {
                    Attempt::Look => "looking at the chain".to_owned(),
                    Attempt::Step(step) => message(step),
                };
                let seconds = pause.as_secs_f64();
                format!("{doing} failed, going on in {seconds:.1} s: {error}")
            }
        });
    }
}

/// What a person who looks on should know.
fn message(step: Step) -> String {
    match step {
        Step::Create => "creating the task".to_owned(),
        Step::AwaitCreation { until } => {
            format!("a creation was sent before; until block {until} it may still be included")
        }
        Step::Adopt(task) => format!("the task is number {task}"),
        Step::AwaitTask => {
            "the node does not know the task: waiting until it has caught up with the chain"
                .to_owned()
        }
        Step::Draw => "waiting for the randomness that draws the test blocks".to_owned(),
        Step::AwaitFinalDraw => "waiting until the draw of the test blocks is final".to_owned(),
        Step::Publish => "storing and publishing the training data".to_owned(),
        Step::AwaitCommitments { until } => {
            format!("workers train and commit until block {until}")
        }
        Step::Reveal(block) => format!("revealing test block {block} and others that are hidden"),
        Step::AwaitClaims { until } => format!("workers claim their scores until block {until}"),
        Step::Ask => "asking the best for their proofs".to_owned(),
        Step::AwaitProofs { until } => format!("workers prove until block {until}"),
        Step::Settle => "settling".to_owned(),
        Step::AwaitDelivery { rank, until } => format!("rank {rank} delivers until block {until}"),
        Step::Finish => "finishing".to_owned(),
        Step::Over(outcome) => format!("the task has ended: {}", views::task::outcome(outcome)),
        Step::Gone => "the chain has removed the task".to_owned(),
    }
}

/// Follows the task of a private file.
pub(crate) fn follower(node: &Node, file: PrivateFile) -> Result<Follower<Teller>, Failure> {
    let services = Services {
        client: node.client.clone(),
        keys: node.keys()?.clone(),
        store: node.config.storage.store()?,
    };
    Ok(Follower::new(services, file, Teller(node.output))?)
}

/// The private file of a task, or of one that had its number on a chain before this one: following
/// that finds out which it is, and says so.
async fn file_to_follow(node: &Node, task: TaskId) -> Result<PathBuf, Failure> {
    let here = private_file(node, task).await;
    if here.as_ref().is_ok_and(|path| path.exists()) {
        return here;
    }
    let data = node.config.data_dir()?;
    find_private_file(&data, node.client.genesis_hash(), task).map_or(here, Ok)
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
    Ok(private_file_path(&data, node.client.genesis_hash(), root))
}

/// Follows a task to its end, then fetches its models.
pub(crate) async fn to_the_end(
    node: &Node,
    mut follower: Follower<Teller>,
    out: Option<PathBuf>,
) -> Result<(), Failure> {
    let Ended { task, outcome } = follower.follow().await?;
    let models = if outcome == Some(Outcome::Ranked) {
        fetch_patiently(node, task, follower.private_file(), out).await?
    } else {
        Vec::new()
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
    file: &PrivateFile,
    out: Option<PathBuf>,
) -> Result<Vec<Fetched>, Failure> {
    for _ in 1..FETCHES {
        match fetch_model::fetch_all(node, task, file, out.clone()).await {
            Err(failure) if !matches!(failure, Failure::NotTrue(_)) => {
                node.output.say(format!("fetching again: {failure}"));
                tokio::time::sleep(PAUSE).await;
            }
            fetched => return fetched,
        }
    }
    fetch_model::fetch_all(node, task, file, out).await
}

fn summary(task: TaskId, outcome: Option<Outcome>, models: &[Fetched]) -> String {
    let how = outcome.map_or("removed", views::task::outcome);
    let first = format!("Task {task} has ended: {how}.");
    let lines = models.iter().map(Fetched::sentence);
    std::iter::once(first).chain(lines).collect::<Vec<_>>().join("\n")
}
