//! The loop: watches the chain, chooses tasks, and keeps each of them moving.
//!
//! Every block the plan of each task is made anew. A step that takes long runs beside the loop; if
//! the plan changes under it, because a deadline passed or the task ended, it is asked to stop.
//! Nothing is remembered between blocks but when to try again.

mod crew;

use crate::{
    chain::{ChainClock, ChainError},
    notice::Notice,
    plan::{Action, TaskView},
    policy::{judge, Burden, Decline},
    stages::{Errand, Remedy, StepError, Workshop},
    state::{Ending, Journal, StateDir, StateError},
    stop::Stop,
};
use crew::Crew;
use nocknock_client::{BlockNumber, Task};
use nocknock_primitives::ids::TaskId;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::task::{Id, JoinError, JoinSet};

/// How the loop ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tasks that were paid.
    pub paid: u32,
    /// Tasks that ended otherwise.
    pub unpaid: u32,
    /// Tasks that lost a stake.
    pub stakes_lost: u32,
    /// Tasks that go on with the next start.
    pub open: usize,
}

/// Which tasks the loop is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All that the policy allows, for ever.
    #[default]
    Everything,
    /// These alone, until they have ended.
    Only(BTreeSet<TaskId>),
}

/// The loop.
#[derive(Debug)]
pub struct Foreman {
    shop: Arc<Workshop>,
    state: StateDir,
    scope: Scope,
    stop: Stop,
    crews: BTreeMap<TaskId, Crew>,
    jobs: JoinSet<Result<(), StepError>>,
    /// Which step each job is. A job that ends with a panic cannot tell itself.
    steps: HashMap<Id, (TaskId, &'static str)>,
    /// Tasks that were looked at, and what was said about them.
    declined: BTreeMap<TaskId, Decline>,
    /// Tasks that were named, and of which nothing is known yet.
    unseen: BTreeSet<TaskId>,
    /// Tasks below this number are over.
    first_open: TaskId,
    /// Time between two blocks, as the chain said last.
    slot: Duration,
    node_lost: bool,
    /// Why no task could be chosen at the last look.
    trouble: Option<String>,
    summary: Summary,
}

/// A job that ended, as the set of jobs tells it.
type Joined = Result<(Id, Result<(), StepError>), JoinError>;

/// What came of a step.
type StepEnd = (TaskId, &'static str, Result<(), StepError>);

/// Pause before a node that did not answer is asked again.
const NODE_PAUSE: Duration = Duration::from_secs(2);

impl Foreman {
    /// Takes over the tasks of a state directory.
    pub fn new(
        shop: Arc<Workshop>,
        state: StateDir,
        scope: Scope,
        stop: Stop,
    ) -> Result<Self, StateError> {
        let mut foreman = Self {
            unseen: scope.named(),
            shop,
            state,
            scope,
            stop,
            crews: BTreeMap::new(),
            jobs: JoinSet::new(),
            steps: HashMap::new(),
            declined: BTreeMap::new(),
            first_open: 0,
            slot: Duration::ZERO,
            node_lost: false,
            trouble: None,
            summary: Summary::default(),
        };
        for task in foreman.state.tasks()? {
            foreman.take_over(task)?;
        }
        Ok(foreman)
    }

    fn take_over(&mut self, task: TaskId) -> Result<(), StateError> {
        let Some(journal) = self.state.journal(task).filter(|_| self.scope.holds(task)) else {
            return Ok(());
        };
        // A journal that cannot be read is told of when its turn comes; it must not stop the
        // others.
        let closed = journal.progress().is_ok_and(|progress| progress.ending.is_some());
        if !closed {
            self.crews.insert(task, Crew::new(journal));
        }
        Ok(())
    }

    /// Works until it is asked to stop, or everything in its scope is over.
    pub async fn run(mut self) -> Summary {
        while !self.stop.is_asked() && !self.is_finished() {
            let seen = self.tick().await;
            self.rest(seen).await;
        }
        self.wind_up().await
    }

    fn is_finished(&self) -> bool {
        match &self.scope {
            Scope::Everything => false,
            Scope::Only(tasks) => tasks.iter().all(|task| self.is_over(*task)),
        }
    }

    /// The journal of this task is closed, or it will never have one.
    fn is_over(&self, task: TaskId) -> bool {
        if self.crews.contains_key(&task) {
            return false;
        }
        let declined = self.declined.get(&task);
        self.state.journal(task).is_some() || declined.is_some_and(|why| !why.may_change())
    }

    /// Looks at the chain once. Gives the block it saw, if a node answered.
    async fn tick(&mut self) -> Option<BlockNumber> {
        let clock = match self.shop.chain.clock().await {
            Ok(clock) => clock,
            Err(error) => {
                self.lose_node(error.to_string());
                return None;
            }
        };
        self.find_node();
        self.slot = clock.slot;
        let number = clock.best;
        self.shop.notices.tell(Notice::Block { number });
        self.look_for_named(number).await;
        for task in self.crews.keys().copied().collect::<Vec<_>>() {
            self.direct(task).await;
        }
        let chosen = self.choose(clock).await;
        self.meet_choosing(chosen);
        Some(number)
    }

    fn lose_node(&mut self, error: String) {
        if !std::mem::replace(&mut self.node_lost, true) {
            self.shop.notices.tell(Notice::NodeLost { error });
        }
    }

    fn find_node(&mut self) {
        if std::mem::replace(&mut self.node_lost, false) {
            self.shop.notices.tell(Notice::NodeBack);
        }
    }

    /// Looks once whether the chain has the tasks that were named. One that it does not have yet
    /// may come.
    async fn look_for_named(&mut self, now: BlockNumber) {
        for task in std::mem::take(&mut self.unseen) {
            if self.state.journal(task).is_some() {
                continue;
            }
            match self.first_from(task).await {
                Ok(Some(first)) if first == task => {}
                Ok(Some(_)) => self.decline(task, Decline::Removed),
                Ok(None) => {
                    let text = format!(
                        "the chain has no task {task} in block {now}: if the number is right, the worker \
                         waits for it"
                    );
                    self.shop.notices.tell(Notice::Warning { text });
                }
                Err(_) => {
                    self.unseen.insert(task);
                }
            }
        }
    }

    /// The first task from a number upwards. The chain gives out numbers in their order.
    async fn first_from(&self, task: TaskId) -> Result<Option<TaskId>, ChainError> {
        let page = self.shop.chain.tasks(task).await?;
        Ok(page.first().map(|(id, _)| *id))
    }

    /// Tells of a failure once, not in every block.
    fn meet_choosing(&mut self, chosen: Result<(), StepError>) {
        let trouble = match chosen {
            Ok(()) => None,
            Err(StepError::Chain(error)) if error.is_unreachable() => {
                return self.lose_node(error.to_string());
            }
            Err(error) => Some(format!("no task can be chosen: {error}")),
        };
        if let Some(text) = trouble.clone().filter(|_| trouble != self.trouble) {
            self.shop.notices.tell(Notice::Warning { text });
        }
        self.trouble = trouble;
    }

    /// Makes the plan of a task and follows it.
    async fn direct(&mut self, task: TaskId) {
        let Some(journal) = self.crews.get(&task).map(|crew| crew.journal.clone()) else {
            return;
        };
        match self.shop.plan(task, &journal).await {
            Ok((action, view)) => self.follow(task, action, &view),
            Err(StepError::Chain(error)) if error.is_unreachable() => {
                self.lose_node(error.to_string());
            }
            Err(error) if self.may_start(task) => self.pause_after("plan", task, &error),
            Err(_) => {}
        }
    }

    fn may_start(&self, task: TaskId) -> bool {
        self.crews.get(&task).is_some_and(Crew::may_start)
    }

    fn follow(&mut self, task: TaskId, action: Action, view: &TaskView) {
        let Some(crew) = self.crews.get_mut(&task) else {
            return;
        };
        crew.see(view);
        if crew.is_busy() {
            crew.recall_unless(&action);
            return;
        }
        match action {
            Action::Nothing => self.dismiss(task),
            Action::Wait(waiting) => {
                let news = crew.begin_waiting(waiting).then(|| waiting.to_string());
                if let Some(what) = news {
                    self.shop.notices.tell(Notice::Waiting { task, what });
                }
            }
            action if crew.may_start() => self.start(task, action),
            _ => {}
        }
    }

    fn start(&mut self, task: TaskId, action: Action) {
        let crew = self.crews.get_mut(&task);
        let Some(crew) = crew.filter(|_| !self.stop.is_asked()) else {
            return;
        };
        let stop = crew.send_out(&action, &self.stop);
        let (shop, journal) = (self.shop.clone(), crew.journal.clone());
        let step = action.name();
        let job = self.jobs.spawn(async move {
            let errand = Errand { shop: &shop, task, journal: &journal, stop: &stop };
            errand.take(&action).await
        });
        self.steps.insert(job.id(), (task, step));
    }

    /// A journal that is closed is counted and let go.
    fn dismiss(&mut self, task: TaskId) {
        let crew = self.crews.remove(&task);
        let progress = crew.and_then(|crew| crew.journal.progress().ok());
        let Some(ending) = progress.and_then(|progress| progress.ending) else {
            return;
        };
        match ending.ending {
            Ending::Paid => self.summary.paid += 1,
            _ => self.summary.unpaid += 1,
        }
        self.summary.stakes_lost += u32::from(ending.ending.costs_the_stake());
    }

    /// Waits for a step to end, the next block, or the wish to stop.
    async fn rest(&mut self, seen: Option<BlockNumber>) {
        let (shop, stop) = (self.shop.clone(), self.stop.clone());
        let next_block = async move {
            let patience = Duration::from_secs(shop.config.chain.stale_seconds);
            let waited = match seen {
                Some(number) => {
                    let next = shop.chain.wait_for(number.saturating_add(1));
                    tokio::time::timeout(patience, next).await.is_ok_and(|next| next.is_ok())
                }
                None => false,
            };
            if !waited {
                tokio::time::sleep(NODE_PAUSE).await;
            }
        };
        tokio::select! {
            Some(ended) = self.jobs.join_next_with_id() => self.meet(ended).await,
            () = next_block => {}
            () = stop.asked() => {}
        }
    }

    /// Which step ended, and how. A panic is a failure of its step: other tasks may have stakes on
    /// hold.
    fn identify(&mut self, ended: Joined) -> Option<StepEnd> {
        let (job, result) = match ended {
            Ok(ended) => ended,
            Err(error) => (error.id(), Err(error.into())),
        };
        let (task, step) = self.steps.remove(&job)?;
        Some((task, step, result))
    }

    /// Takes note of a step that ended. What follows a good one is started at once: steps on the
    /// disk need no new block.
    async fn meet(&mut self, ended: Joined) {
        let Some((task, step, result)) = self.identify(ended) else {
            return;
        };
        if let Some(crew) = self.crews.get_mut(&task) {
            crew.come_back();
        }
        match result {
            Ok(()) => {
                if let Some(crew) = self.crews.get_mut(&task) {
                    crew.succeed();
                }
                self.direct(task).await;
            }
            Err(error) => self.pause_after(step, task, &error),
        }
    }

    /// Decides when to try again, or gives the task up.
    fn pause_after(&mut self, step: &'static str, task: TaskId, error: &StepError) {
        let remedy = error.remedy();
        if remedy == Remedy::End {
            return;
        }
        let Some(crew) = self.crews.get_mut(&task) else {
            return;
        };
        let retry = &self.shop.config.retry;
        let pause = crew.fail(remedy, retry, self.slot);
        let hopeless = remedy == Remedy::GiveUp || crew.failures() >= retry.attempts;
        if hopeless && crew.has_nothing_at_stake() {
            return self.give_up(task, error);
        }
        self.shop.notices.tell(Notice::Failed {
            task,
            step,
            error: error.to_string(),
            again_in: pause.as_secs(),
        });
    }

    fn give_up(&mut self, task: TaskId, error: &StepError) {
        let Some(crew) = self.crews.get(&task) else {
            return;
        };
        let errand = Errand { shop: &self.shop, task, journal: &crew.journal, stop: &self.stop };
        let reason = error.to_string();
        let at = crew.seen;
        if let Err(error) = errand.close(Ending::Refused { reason }, at) {
            let text = format!("task {task} cannot be closed: {error}");
            self.shop.notices.tell(Notice::Warning { text });
        }
        self.dismiss(task);
    }

    /// Looks for tasks that are worth it, while there is room.
    async fn choose(&mut self, clock: ChainClock) -> Result<(), StepError> {
        let limit = self.shop.config.limits.tasks;
        if self.active() >= limit {
            return Ok(());
        }
        let offers = self.offers(clock.best).await?;
        if offers.is_empty() {
            return Ok(());
        }
        let (means, worker) = (self.shop.chain.means().await?, self.shop.chain.worker());
        let mut burden = self.burden();
        for (id, task) in offers {
            if self.active() >= limit {
                break;
            }
            let config = &self.shop.config;
            match judge(config, &worker, clock, means, &burden, (id, &task)) {
                Ok(chosen) => {
                    self.engage(&chosen)?;
                    burden.add(&chosen);
                }
                Err(why) => self.decline(id, why),
            }
        }
        Ok(())
    }

    /// What the tasks that were chosen before still need.
    fn burden(&self) -> Burden {
        let active = self.crews.values().filter(|crew| crew.is_active());
        Burden::of(active.map(|crew| &crew.journal))
    }

    /// Tasks that may be chosen: not begun, not over, within the scope.
    async fn offers(&mut self, now: BlockNumber) -> Result<Vec<(TaskId, Task)>, StepError> {
        let (mut offers, mut start) = (Vec::new(), self.first_open);
        let mut only_over = true;
        loop {
            let page = self.shop.chain.tasks(start).await?;
            let Some((last, _)) = page.last() else {
                return Ok(offers);
            };
            start = last.saturating_add(1);
            for (id, task) in page {
                only_over &= takes_no_commitment(&task, now);
                if only_over {
                    self.first_open = id.saturating_add(1);
                }
                if self.is_offer(id) {
                    offers.push((id, task));
                }
            }
        }
    }

    fn is_offer(&self, id: TaskId) -> bool {
        let settled = self.declined.get(&id).is_some_and(|why| !why.may_change());
        self.scope.holds(id) && !settled && self.state.journal(id).is_none()
    }

    fn engage(&mut self, chosen: &crate::state::Chosen) -> Result<(), StepError> {
        let journal: Journal = self.state.begin(chosen)?;
        self.crews.insert(chosen.task, Crew::new(journal));
        self.shop.notices.tell(Notice::Chosen {
            task: chosen.task,
            experiment: chosen.experiment,
            shape: chosen.shape.name().to_owned(),
            reward: crate::config::Tokens(chosen.reward),
            stake: crate::config::Tokens(chosen.stake),
        });
        Ok(())
    }

    fn decline(&mut self, task: TaskId, why: Decline) {
        if self.declined.get(&task) == Some(&why) {
            return;
        }
        self.shop.notices.tell(Notice::Declined {
            task,
            reason: why.to_string(),
            actionable: why.concerns_the_owner(),
        });
        self.declined.insert(task, why);
    }

    /// Tasks that burden the machine or the account. Who only waits for a stake does not.
    fn active(&self) -> usize {
        self.crews.values().filter(|crew| crew.is_active()).count()
    }

    /// Lets running steps come to a good end.
    async fn wind_up(mut self) -> Summary {
        self.stop.ask();
        self.shop.notices.tell(Notice::Stopping);
        while let Some(ended) = self.jobs.join_next_with_id().await {
            if let Some((task, step, result)) = self.identify(ended) {
                tracing::debug!(task, step, ok = result.is_ok(), "a step ended while stopping");
            }
        }
        self.summary.open = self.crews.len();
        self.summary
    }
}

/// The commit phase is over, or the task is.
fn takes_no_commitment(task: &Task, now: BlockNumber) -> bool {
    task.commit_end().is_some_and(|end| end <= now) || task.settlement.is_some()
}

impl Scope {
    fn named(&self) -> BTreeSet<TaskId> {
        match self {
            Self::Everything => BTreeSet::new(),
            Self::Only(tasks) => tasks.clone(),
        }
    }

    fn holds(&self, task: TaskId) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(tasks) => tasks.contains(&task),
        }
    }
}

#[cfg(test)]
mod tests;
