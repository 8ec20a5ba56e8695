//! Doing what [`next_step`] says, until the task has ended.

use super::{
    state::{Progress, Request},
    steps::{hidden_blocks, next_step, Step, View},
    trials::Trials,
};
use crate::{
    failure::{other, Failure},
    node::Node,
    store::Store,
};
use nocknock_client::{calls, BlockNumber, Call, Follow, QueryError, Snapshot, Wait};
use nocknock_primitives::{
    ids::{BlockIndex, TaskId},
    task::{Outcome, RevealedBlock},
};
use std::time::Duration;
use tokio::task::JoinSet;

/// Test blocks that are revealed at a time: so many that the phase is long enough for all, and so
/// few that a run that is killed meanwhile pays little twice.
const REVEALS: usize = 8;

/// Part of what is left of the phase that the store may take for the training data: it has to be
/// published in the rest, and what failed is tried again.
const UPLOAD_SHARE: u32 = 2;

/// How a followed task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) task: TaskId,
    /// None if the chain has removed the task.
    pub(crate) outcome: Option<Outcome>,
}

/// Follows one task.
#[derive(Debug)]
pub(crate) struct Follower<'a> {
    node: &'a Node,
    store: Store,
    /// The time between blocks, once the chain has said it.
    slot: Option<Duration>,
    pub(crate) request: Request,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(node: &'a Node, request: Request) -> Result<Self, Failure> {
        check_owner(node, &request.state.progress)?;
        Ok(Self { store: Store::new(&node.config.storage)?, node, slot: None, request })
    }

    /// Creates the task if it does not exist yet.
    pub(crate) async fn create(&mut self) -> Result<TaskId, Failure> {
        let mut trials = Trials::default();
        loop {
            if let Some(task) = self.request.state.progress.task {
                return Ok(task);
            }
            self.go_on(&mut trials).await?;
        }
    }

    /// Takes every step up to the end of the task.
    pub(crate) async fn follow(&mut self) -> Result<Ended, Failure> {
        let task = self.create().await?;
        let mut trials = Trials::default();
        loop {
            let outcome = match self.go_on(&mut trials).await? {
                Some(Step::Over(outcome)) => Some(outcome),
                Some(Step::Gone) => None,
                _ => continue,
            };
            return Ok(Ended { task, outcome });
        }
    }

    /// Looks at the chain and takes the next step. Gives the step, if it could be told and taken.
    async fn go_on(&mut self, trials: &mut Trials) -> Result<Option<Step>, Failure> {
        let view = match self.view().await {
            Ok(view) => view,
            Err(error) => {
                let failure = Failure::of_newest_block(error);
                let doing = "looking at the chain";
                return self.bear(trials, doing, failure, None).await;
            }
        };
        let step = next_step(&self.request.state.progress, &view);
        if trials.begin(step) {
            self.node.output.say(step.message());
        }
        match self.take(step, &view).await {
            Ok(()) => {
                trials.succeed();
                Ok(Some(step))
            }
            Err(failure) => {
                let left = self.time_left(&view);
                self.bear(trials, &step.message(), failure, left).await
            }
        }
    }

    /// Pauses after a failure that may pass: the node restarts and may have forgotten its newest
    /// block, the store is away, the disk is full, or somebody else took the step.
    async fn bear(
        &self,
        trials: &mut Trials,
        doing: &str,
        failure: Failure,
        left: Option<Duration>,
    ) -> Result<Option<Step>, Failure> {
        let progress = &self.request.state.progress;
        // Where the chain cannot be seen, a short phase may begin during the pause.
        let shortest = progress.shortest_phase().and_then(|phase| self.time(phase));
        let phase = shortest.into_iter().chain(left).min();
        let Some(pause) = trials.pause_after(&failure, progress, phase) else {
            return Err(failure);
        };
        let seconds = pause.as_secs_f64();
        let warning = format!("{doing} failed, going on in {seconds:.1} s: {failure}");
        self.node.output.say(warning);
        tokio::time::sleep(pause).await;
        Ok(None)
    }

    /// How long the chain takes for so many blocks.
    fn time(&self, blocks: BlockNumber) -> Option<Duration> {
        Some(self.slot?.saturating_mul(blocks))
    }

    /// What is left of the phase of the task.
    fn time_left(&self, view: &View) -> Option<Duration> {
        self.time(view.left()?)
    }

    async fn view(&mut self) -> Result<View, QueryError> {
        if self.slot.is_none() {
            let chain = self.node.client.chain().await?;
            self.slot = Some(Duration::from_millis(chain.slot_millis));
        }
        // The finalised block first: the newest block is then a descendant of it.
        let finalised = self.node.client.finalised().await?;
        let best = self.node.client.best().await?;
        let mut view = View {
            now: best.block().number,
            finalised: finalised.block().number,
            ..View::default()
        };
        match self.request.state.progress.task {
            Some(task) => {
                view.task = best.task(task).await?;
                view.final_task = finalised.task(task).await?;
            }
            None => view.found = self.created_before(&finalised).await?,
        }
        Ok(view)
    }

    /// A task with exactly the blocks of the private file. Only an earlier run of this program can
    /// have created it: the roots are salted.
    async fn created_before(&self, finalised: &Snapshot) -> Result<Option<TaskId>, QueryError> {
        let Progress { announced_at, account, .. } = &self.request.state.progress;
        if announced_at.is_none() {
            return Ok(None);
        }
        let roots = self.request.state.prepared.roots();
        for (id, task) in finalised.all_tasks().await? {
            if task.requester == *account && finalised.roots(id).await? == roots {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn take(&mut self, step: Step, view: &View) -> Result<(), Failure> {
        let task = self.request.state.progress.task.unwrap_or_default();
        match step {
            Step::Create => self.send_creation(view).await,
            Step::Adopt(task) => self.adopt(task),
            Step::Draw => self.try_to(&calls::tasks::draw(task), view).await,
            Step::Publish => self.publish(task, view).await,
            Step::Reveal(_) => self.reveal(task, view).await,
            Step::Settle => self.try_to(&calls::tasks::settle(task), view).await,
            Step::Finish => self.try_to(&calls::tasks::finish(task), view).await,
            Step::AwaitCreation { .. } | Step::AwaitFinalDraw => {
                self.block_after(view.finalised, Follow::Finalised).await
            }
            Step::AwaitTask
            | Step::AwaitCommitments { .. }
            | Step::AwaitProofs { .. }
            | Step::AwaitDelivery { .. } => self.next_block(view).await,
            Step::Over(_) | Step::Gone => Ok(()),
        }
    }

    async fn send_creation(&mut self, view: &View) -> Result<(), Failure> {
        let progress = &self.request.state.progress;
        let call = calls::tasks::create(progress.experiment, &progress.spec()?);
        self.request.announce(view.now)?;
        // The node may be away for long before the creation is signed, and each signing gives it a
        // new life.
        let (node, request) = (self.node, &mut self.request);
        let announce = |block| request.announce(block).map_err(|failure| failure.to_string());
        // Finalised, so that the number of the task never changes again.
        let sent = node.client.submit_announced(node.keys()?, &call, Wait::Finalised, announce);
        let included = sent.await?;
        match included.task() {
            Some(task) => self.adopt(task),
            None => Err(Failure::Other("the chain did not say which task it created".to_owned())),
        }
    }

    /// The number is used even if it cannot be saved now: a later run finds it again by the roots,
    /// and a full disk must not cost the bond.
    fn adopt(&mut self, task: TaskId) -> Result<(), Failure> {
        self.request.state.progress.task = Some(task);
        self.request.save()
    }

    /// Submits a call as soon as the chain would accept it. The chain takes these steps by itself
    /// if nobody does, for instance because the requester of a task of the curriculum owns no
    /// tokens for the fee.
    async fn try_to(&self, call: &Call, view: &View) -> Result<(), Failure> {
        match self.node.rehearse(call).await {
            Ok(_) => self.send(call).await,
            Err(Failure::Refused(_)) => self.next_block(view).await,
            Err(other) => Err(other),
        }
    }

    async fn publish(&mut self, task: TaskId, view: &View) -> Result<(), Failure> {
        let tests = view.task.iter().flat_map(|task| task.tests.iter());
        let drawn: Vec<BlockIndex> = tests.map(|test| test.index).collect();
        let blob = self.request.state.prepared.train_blob(&drawn);
        let bytes = blob.encode().map_err(crate::failure::other)?;
        let longest = self.time_left(view).map(|left| left / UPLOAD_SHARE);
        let id = self.store.put(bytes, longest).await?;
        // The note is for people. If it cannot be saved, that is told once and does not keep the
        // data back.
        if self.request.state.progress.train_data.replace(id) != Some(id) {
            self.request.save()?;
        }
        self.send(&calls::tasks::publish(task, id)).await
    }

    /// Reveals several hidden blocks at a time: one after the other, each would take one or two
    /// blocks of the chain, and the phase may have no more than that.
    async fn reveal(&self, task: TaskId, view: &View) -> Result<(), Failure> {
        let mut sending = JoinSet::new();
        for index in view.task.iter().flat_map(hidden_blocks).take(REVEALS) {
            let (client, keys) = (self.node.client.clone(), self.node.keys()?.clone());
            let call = self.reveal_of(task, index)?;
            sending.spawn(async move { client.submit(&keys, &call, Wait::InBlock).await });
        }
        // A block that was refused does not keep the others back.
        let mut revealed = Ok(());
        while let Some(ended) = sending.join_next().await {
            revealed = revealed.and(ended.map_err(other)?.map(|_| ()));
        }
        Ok(revealed?)
    }

    fn reveal_of(&self, task: TaskId, index: BlockIndex) -> Result<Call, Failure> {
        let missing = || Failure::Other(format!("the private file has no block {index}"));
        let block = self.request.state.prepared.block(index).ok_or_else(missing)?;
        let rows = block.rows().to_vec().try_into();
        let revealed = RevealedBlock {
            salt: *block.salt().as_bytes(),
            rows: rows.map_err(|_| Failure::Other(format!("block {index} is too large")))?,
        };
        Ok(calls::tasks::reveal(task, index, &revealed))
    }

    async fn send(&self, call: &Call) -> Result<(), Failure> {
        self.node.send(call, Wait::InBlock).await.map(|_| ())
    }

    async fn next_block(&self, view: &View) -> Result<(), Failure> {
        self.block_after(view.now, Follow::Best).await
    }

    async fn block_after(&self, number: BlockNumber, follow: Follow) -> Result<(), Failure> {
        let next = number.saturating_add(1);
        self.node.client.wait_for_block(next, follow).await?;
        Ok(())
    }
}

/// The private file belongs to this chain and to the keys that sign.
fn check_owner(node: &Node, progress: &Progress) -> Result<(), Failure> {
    if progress.genesis != node.client.genesis_hash() {
        return Err(Failure::Usage(format!(
            "the private file belongs to another chain, whose first block is {:?}",
            progress.genesis
        )));
    }
    let account = node.keys()?.account();
    if progress.account != account {
        return Err(Failure::Keys(format!(
            "the task belongs to {}, but the keys are those of {account}",
            progress.account
        )));
    }
    Ok(())
}
