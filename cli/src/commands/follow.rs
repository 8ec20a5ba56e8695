//! `nocknock follow`.

mod story;

use self::story::{doing, ending, message, news, why, Clock, Participants};
use crate::{
    commands::fetch_model::{self, Fetched},
    failure::{usage, Failure},
    node::Node,
    output::Output,
    views,
};
use clap::Args;
use nocknock_client::{Client, Follow, QueryError, Task};
use nocknock_primitives::{ids::TaskId, task::Outcome};
use nocknock_requester::{
    find_private_file, private_file_path, Attempt, Ended, Event, FollowError, Follower, Observer,
    PrivateFile, Services,
};
use serde_json::{json, Value};
use std::{
    path::PathBuf,
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How often the models are fetched before the command fails.
const FETCHES: u32 = 3;

/// Pause between two tries, also to see who takes part.
const PAUSE: Duration = Duration::from_secs(2);

/// Do what is left for the requester of a task, up to the checked model.
///
/// The private file that `propose-task` wrote is needed. The command can be stopped and called
/// again at any time, but a requester who does not reveal the test data in time loses the bond. It
/// tells what is done, how long that takes at most and what comes next, how many workers take part,
/// and in the end why the task ended as it did.
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

/// The newest block that was seen, once one was.
#[derive(Clone, Debug, Default)]
struct LastClock(Arc<Mutex<Option<Clock>>>);

impl LastClock {
    fn set(&self, clock: Clock) {
        if let Ok(mut last) = self.0.lock() {
            *last = Some(clock);
        }
    }

    fn get(&self) -> Option<Clock> {
        self.0.lock().ok().and_then(|last| *last)
    }
}

/// Says what happens while a task is followed.
#[derive(Debug)]
struct Teller {
    output: Output,
    clock: LastClock,
}

impl Observer for Teller {
    fn observe(&self, event: Event<'_>) {
        self.output.say(match event {
            Event::Began(step) => message(step, self.clock.get()),
            Event::Retrying { attempt, pause, error } => {
                let doing = match attempt {
                    Attempt::Look => "looking at the chain".to_owned(),
                    Attempt::Step(step) => doing(step),
                };
                let seconds = pause.as_secs_f64();
                format!("{doing} failed, going on in {seconds:.1} s: {error}")
            }
        });
    }
}

/// A follower, and the clock by which it tells how long something takes.
#[derive(Debug)]
pub(crate) struct Followed {
    follower: Follower<Teller>,
    clock: LastClock,
}

impl Followed {
    /// Creates the task if it does not exist yet.
    pub(crate) async fn create(&mut self) -> Result<TaskId, FollowError> {
        self.follower.create().await
    }

    /// The private file of the task.
    pub(crate) fn private_file(&self) -> &PrivateFile {
        self.follower.private_file()
    }
}

/// Looks at a task in each block, and tells how many workers take part whenever that changes.
#[derive(Debug)]
struct Watch {
    client: Client,
    output: Output,
    task: TaskId,
    clock: LastClock,
    /// The time between blocks, once the chain has said it.
    slot: Option<Duration>,
    before: Option<Participants>,
}

impl Watch {
    fn new(node: &Node, task: TaskId, clock: LastClock) -> Self {
        let (client, output) = (node.client.clone(), node.output);
        Self { client, output, task, clock, slot: None, before: None }
    }

    /// Looks once, and waits for the next block. What fails is tried again in silence: the
    /// follower, which asks the same node, tells of it.
    async fn go_on(&mut self) {
        if self.try_to_go_on().await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn try_to_go_on(&mut self) -> Result<(), QueryError> {
        let (clock, task) = self.look().await?;
        if let Some(task) = task {
            if let Some(line) = news(self.before, &task, clock) {
                self.output.say(line);
            }
            self.before = Some(Participants::of(&task));
        }
        self.client.wait_for_block(clock.now.saturating_add(1), Follow::Best).await?;
        Ok(())
    }

    async fn look(&mut self) -> Result<(Clock, Option<Task>), QueryError> {
        let slot = match self.slot {
            Some(slot) => slot,
            None => Duration::from_millis(self.client.chain().await?.slot_millis),
        };
        self.slot = Some(slot);
        let best = self.client.best().await?;
        let clock = Clock { now: best.block().number, slot };
        self.clock.set(clock);
        Ok((clock, best.task(self.task).await?))
    }
}

/// Follows the task of a private file.
pub(crate) fn follower(node: &Node, file: PrivateFile) -> Result<Followed, Failure> {
    let services = Services {
        client: node.client.clone(),
        keys: node.keys()?.clone(),
        store: node.config.storage.store()?,
    };
    let clock = LastClock::default();
    let teller = Teller { output: node.output, clock: clock.clone() };
    Ok(Followed { follower: Follower::new(services, file, teller)?, clock })
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
    mut followed: Followed,
    out: Option<PathBuf>,
) -> Result<(), Failure> {
    let Ended { task, outcome } = follow(node, &mut followed).await?;
    let models = if outcome == Some(Outcome::Ranked) {
        fetch_patiently(node, task, followed.private_file(), out).await?
    } else {
        Vec::new()
    };
    let record = last_record(node, task).await;
    let value = summary_json(task, outcome, record.as_ref(), &models);
    node.output.show(&value, || {
        let lines = ending(task, outcome, record.as_ref()).into_iter();
        lines.chain(models.iter().map(Fetched::sentence)).collect::<Vec<_>>().join("\n")
    })
}

async fn follow(node: &Node, followed: &mut Followed) -> Result<Ended, FollowError> {
    let task = followed.create().await?;
    let mut watch = Watch::new(node, task, followed.clock.clone());
    // So that the first step is told with its time. Without it there is none, and nothing else is
    // lost.
    watch.look().await.ok();
    let mut following = pin!(followed.follower.follow());
    loop {
        tokio::select! {
            ended = &mut following => return ended,
            () = watch.go_on() => {}
        }
    }
}

/// What the chain still says of a task that has ended. That it ended is known without it.
async fn last_record(node: &Node, task: TaskId) -> Option<Task> {
    node.best().await.ok()?.task(task).await.ok()?
}

fn summary_json(
    task: TaskId,
    outcome: Option<Outcome>,
    record: Option<&Task>,
    models: &[Fetched],
) -> Value {
    json!({
        "task": task,
        "outcome": outcome.map(views::task::outcome),
        "why": outcome.zip(record).map(|(outcome, record)| why(outcome, record)),
        "committed": record.map(|record| record.committed),
        "claimed": record.map(|record| record.claimed),
        "proved": record.map(|record| record.proved),
        "models": models.iter().map(Fetched::json).collect::<Vec<_>>(),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_is_seen_by_whoever_has_a_copy() {
        let clock = LastClock::default();
        let copy = clock.clone();
        assert_eq!(copy.get(), None);
        let now = Clock { now: 7, slot: Duration::from_secs(1) };
        clock.set(now);
        assert_eq!(copy.get(), Some(now));
    }

    #[test]
    fn programs_learn_of_an_ending_even_if_the_chain_has_forgotten_the_task() {
        let value = summary_json(7, None, None, &[]);
        assert_eq!(value["task"], 7);
        for name in ["outcome", "why", "committed", "claimed", "proved"] {
            assert!(value[name].is_null(), "{name}: {value}");
        }
        let ended = summary_json(7, Some(Outcome::Voided), None, &[]);
        assert_eq!((&ended["outcome"], &ended["why"]), (&json!("voided"), &Value::Null));
    }
}
