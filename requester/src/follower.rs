//! Doing what [`next_step`] says, until the task has ended.

use crate::{
    errors::{is_refusal, FollowError},
    events::{Attempt, Event, Observer},
    private_file::{PrivateFile, Progress},
    retries::Retries,
    steps::{hidden_blocks, next_step, ChainView, Step},
    store::Store,
};
use nocknock_client::{calls, BlockNumber, Call, ChainMatch, Client, Follow, Keys, Snapshot, Wait};
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
pub struct Ended {
    /// The task.
    pub task: TaskId,
    /// None if the chain has removed the task.
    pub outcome: Option<Outcome>,
}

/// What a follower works with.
#[derive(Clone, Debug)]
pub struct Services {
    /// The chain.
    pub client: Client,
    /// Whoever offers the task.
    pub keys: Keys,
    /// Where the training data is stored.
    pub store: Store,
}

/// Follows one task.
#[derive(Debug)]
pub struct Follower<O> {
    services: Services,
    observer: O,
    /// The time between blocks, once the chain has said it.
    slot: Option<Duration>,
    /// The task of this number was seen to be that of the private file.
    is_own_task: bool,
    file: PrivateFile,
}

impl<O: Observer> Follower<O> {
    /// A follower of the task of a private file.
    ///
    /// # Errors
    ///
    /// The file belongs to another account, or to a chain with another genesis.
    pub fn new(services: Services, file: PrivateFile, observer: O) -> Result<Self, FollowError> {
        check_owner(&services, file.progress())?;
        Ok(Self { services, observer, slot: None, is_own_task: false, file })
    }

    /// The private file.
    pub fn private_file(&self) -> &PrivateFile {
        &self.file
    }

    /// Creates the task if it does not exist yet.
    ///
    /// # Errors
    ///
    /// The task does not exist, or it is not known whether it does: calling this again, also with
    /// the same file in another process, finds out and never creates it twice.
    pub async fn create(&mut self) -> Result<TaskId, FollowError> {
        let mut retries = Retries::default();
        loop {
            if let Some(task) = self.file.progress().task {
                return Ok(task);
            }
            self.go_on(&mut retries).await?;
        }
    }

    /// Takes every step up to the end of the task.
    ///
    /// # Errors
    ///
    /// Something that does not pass by waiting. The task goes on, and the bond may be at stake.
    pub async fn follow(&mut self) -> Result<Ended, FollowError> {
        let task = self.create().await?;
        let mut retries = Retries::default();
        loop {
            let outcome = match self.go_on(&mut retries).await? {
                Some(Step::Over(outcome)) => Some(outcome),
                Some(Step::Gone) => None,
                _ => continue,
            };
            return Ok(Ended { task, outcome });
        }
    }

    /// Looks at the chain and takes the next step. Gives the step, if it could be told and taken.
    async fn go_on(&mut self, retries: &mut Retries) -> Result<Option<Step>, FollowError> {
        let view = match self.view().await {
            Ok(view) => view,
            Err(error) => return self.bear(retries, Attempt::Look, error, None).await,
        };
        let step = next_step(self.file.progress(), &view);
        if retries.begin(step) {
            self.observer.observe(Event::Began(step));
        }
        match self.take(step, &view).await {
            Ok(()) => {
                retries.succeed();
                Ok(Some(step))
            }
            Err(error) => {
                let left = self.time_left(&view);
                self.bear(retries, Attempt::Step(step), error, left).await
            }
        }
    }

    /// Pauses after a failure that may pass: the node restarts and may have forgotten its newest
    /// block, the store is away, the disk is full, or somebody else took the step.
    async fn bear(
        &self,
        retries: &mut Retries,
        attempt: Attempt,
        error: FollowError,
        left: Option<Duration>,
    ) -> Result<Option<Step>, FollowError> {
        let progress = self.file.progress();
        // Where the chain cannot be seen, a short phase may begin during the pause.
        let shortest = progress.shortest_phase().and_then(|phase| self.time(phase));
        let phase = shortest.into_iter().chain(left).min();
        let Some(pause) = retries.pause_after(&error, progress, phase) else {
            return Err(error);
        };
        self.observer.observe(Event::Retrying { attempt, pause, error: &error });
        tokio::time::sleep(pause).await;
        Ok(None)
    }

    /// How long the chain takes for so many blocks.
    fn time(&self, blocks: BlockNumber) -> Option<Duration> {
        Some(self.slot?.saturating_mul(blocks))
    }

    /// What is left of the phase of the task.
    fn time_left(&self, view: &ChainView) -> Option<Duration> {
        self.time(view.left()?)
    }

    async fn view(&mut self) -> Result<ChainView, FollowError> {
        if self.slot.is_none() {
            let chain = self.services.client.chain().await?;
            self.slot = Some(Duration::from_millis(chain.slot_millis));
        }
        let is_known = self.recognise().await?;
        // The finalised block first: the newest block is then a descendant of it.
        let finalised = self.services.client.finalised().await?;
        let best = self.services.client.best().await?;
        let mut view = ChainView {
            now: best.block().number,
            finalised: finalised.block().number,
            ..ChainView::default()
        };
        match self.file.progress().task {
            // What stands under this number may be the task of another chain.
            Some(_) if !is_known => {}
            Some(task) => {
                self.check_task(&best, task).await?;
                view.task = best.task(task).await?;
                view.final_task = finalised.task(task).await?;
            }
            None => view.found = self.created_before(&finalised).await?,
        }
        if is_known {
            self.remember(&finalised).await?;
        }
        Ok(view)
    }

    /// Whether this is the chain that was seen before. False if the node has too few blocks to
    /// tell.
    async fn recognise(&self) -> Result<bool, FollowError> {
        let Some(known) = &self.file.progress().chain else {
            return Ok(true);
        };
        match self.services.client.compare_chain(known).await? {
            ChainMatch::Same => Ok(true),
            ChainMatch::Behind { .. } => Ok(false),
            ChainMatch::Other(other) => Err(FollowError::BegunAnew { other }),
        }
    }

    /// Remembers the chain. It comes to the disk with the next step that is noted there: before the
    /// creation is signed, and with the number of the task.
    ///
    /// Later blocks are of no use: a node that does not have them yet could not be told from that
    /// of another chain.
    async fn remember(&mut self, finalised: &Snapshot) -> Result<(), FollowError> {
        let progress = &mut self.file.state.progress;
        match &mut progress.chain {
            Some(known) if progress.task.is_none() => known.latest = finalised.block().into(),
            Some(_) => {}
            unknown => *unknown = self.services.client.known_chain().await?,
        }
        Ok(())
    }

    /// A file that knows no later block of its chain knows the roots of its data, which are salted
    /// and so those of no other task.
    async fn check_task(&mut self, best: &Snapshot, task: TaskId) -> Result<(), FollowError> {
        if self.is_own_task {
            return Ok(());
        }
        let roots = best.roots(task).await?;
        if !roots.is_empty() && roots != self.file.prepared().roots() {
            return Err(FollowError::OtherTask { task });
        }
        self.is_own_task = !roots.is_empty();
        Ok(())
    }

    /// A task with exactly the blocks of the private file. Only an earlier run of this program can
    /// have created it: the roots are salted.
    async fn created_before(&self, finalised: &Snapshot) -> Result<Option<TaskId>, FollowError> {
        let Progress { announced_at, account, .. } = self.file.progress();
        if announced_at.is_none() {
            return Ok(None);
        }
        let roots = self.file.prepared().roots();
        for (id, task) in finalised.all_tasks().await? {
            if task.requester == *account && finalised.roots(id).await? == roots {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    async fn take(&mut self, step: Step, view: &ChainView) -> Result<(), FollowError> {
        let task = self.file.progress().task.unwrap_or_default();
        match step {
            Step::Create => self.send_creation(view).await,
            Step::Adopt(task) => self.adopt(task),
            Step::Draw => self.try_to(calls::Tasks::draw_split { task }, view).await,
            Step::Publish => self.publish(task, view).await,
            Step::Reveal(_) => self.reveal(task, view).await,
            Step::Ask => self.try_to(calls::Tasks::ask { task }, view).await,
            Step::Settle => self.try_to(calls::Tasks::settle { task }, view).await,
            Step::Finish => self.try_to(calls::Tasks::finish_task { task }, view).await,
            Step::AwaitCreation { .. } | Step::AwaitFinalDraw => {
                self.block_after(view.finalised, Follow::Finalised).await
            }
            Step::AwaitTask
            | Step::AwaitCommitments { .. }
            | Step::AwaitClaims { .. }
            | Step::AwaitProofs { .. }
            | Step::AwaitDelivery { .. } => self.next_block(view).await,
            Step::Over(_) | Step::Gone => Ok(()),
        }
    }

    async fn send_creation(&mut self, view: &ChainView) -> Result<(), FollowError> {
        let call = Call::from(calls::Tasks::create_task {
            experiment: self.file.progress().experiment,
            spec: Box::new(self.file.offer()?),
        });
        self.file.announce(view.now)?;
        // The node may be away for long before the creation is signed, and each signing gives it a
        // new life.
        let (services, file) = (&self.services, &mut self.file);
        let announce = |block| file.announce(block).map_err(|error| error.to_string());
        // Finalised, so that the number of the task never changes again.
        let sent =
            services.client.submit_announced(&services.keys, &call, Wait::Finalised, announce);
        let included = sent.await?;
        self.adopt(included.task().ok_or(FollowError::NoTaskNumber)?)
    }

    /// The number is used even if it cannot be saved now: a later run finds it again by the roots,
    /// and a full disk must not cost the bond.
    fn adopt(&mut self, task: TaskId) -> Result<(), FollowError> {
        self.file.state.progress.task = Some(task);
        Ok(self.file.save()?)
    }

    /// Submits a call as soon as the chain would accept it. The chain takes these steps by itself
    /// if nobody does, for instance because the requester of a task of the curriculum owns no
    /// tokens for the fee.
    async fn try_to(&self, call: calls::Tasks, view: &ChainView) -> Result<(), FollowError> {
        let call = Call::from(call);
        match self.services.client.dry_run(&self.services.keys, &call).await {
            Ok(rehearsed) if rehearsed.outcome.is_ok() => self.send(&call).await,
            Ok(_) => self.next_block(view).await,
            Err(error) if is_refusal(&error) => self.next_block(view).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn publish(&mut self, task: TaskId, view: &ChainView) -> Result<(), FollowError> {
        let tests = view.task.iter().flat_map(|task| task.tests.iter());
        let drawn: Vec<BlockIndex> = tests.map(|test| test.index).collect();
        let blob = self.file.prepared().train_blob(&drawn);
        let bytes = blob.encode().map_err(|error| FollowError::Encoding(error.to_string()))?;
        let longest = self.time_left(view).map(|left| left / UPLOAD_SHARE);
        let id = self.services.store.put(bytes, longest).await?;
        // The note is for people. If it cannot be saved, that is told once and does not keep the
        // data back.
        if self.file.state.progress.train_data.replace(id) != Some(id) {
            self.file.save()?;
        }
        self.send(&calls::Tasks::publish_training_data { task, train_data: id }.into()).await
    }

    /// Reveals several hidden blocks at a time: one after the other, each would take one or two
    /// blocks of the chain, and the phase may have no more than that.
    async fn reveal(&self, task: TaskId, view: &ChainView) -> Result<(), FollowError> {
        let mut sending = JoinSet::new();
        for index in view.task.iter().flat_map(hidden_blocks).take(REVEALS) {
            let Services { client, keys, .. } = self.services.clone();
            let call = self.reveal_of(task, index)?;
            sending.spawn(async move { client.submit(&keys, &call, Wait::InBlock).await });
        }
        // A block that was refused does not keep the others back.
        let mut revealed = Ok(());
        while let Some(ended) = sending.join_next().await {
            revealed = revealed.and(ended?.map(|_| ()));
        }
        Ok(revealed?)
    }

    fn reveal_of(&self, task: TaskId, index: BlockIndex) -> Result<Call, FollowError> {
        let block = self.file.prepared().block(index).ok_or(FollowError::NoSuchBlock(index))?;
        let rows = block.rows().to_vec().try_into();
        let revealed = RevealedBlock {
            salt: *block.salt().as_bytes(),
            rows: rows.map_err(|_| FollowError::BlockTooLarge(index))?,
        };
        Ok(calls::Tasks::reveal(task, index, revealed).into())
    }

    async fn send(&self, call: &Call) -> Result<(), FollowError> {
        self.services.client.submit(&self.services.keys, call, Wait::InBlock).await?;
        Ok(())
    }

    async fn next_block(&self, view: &ChainView) -> Result<(), FollowError> {
        self.block_after(view.now, Follow::Best).await
    }

    async fn block_after(&self, number: BlockNumber, follow: Follow) -> Result<(), FollowError> {
        let next = number.saturating_add(1);
        self.services.client.wait_for_block(next, follow).await?;
        Ok(())
    }
}

/// The private file belongs to this chain and to the keys that sign.
fn check_owner(services: &Services, progress: &Progress) -> Result<(), FollowError> {
    if progress.genesis != services.client.genesis_hash() {
        return Err(FollowError::OtherGenesis { genesis: progress.genesis });
    }
    let signer = services.keys.account();
    if progress.account != signer {
        return Err(FollowError::OtherAccount { owner: progress.account, signer });
    }
    Ok(())
}
