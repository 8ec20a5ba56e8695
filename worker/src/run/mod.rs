//! The loop: watches the chain, chooses tasks, and keeps each of them moving.
//!
//! Every block the plan of each task is made anew. A step that takes long runs beside the loop; if
//! the plan changes under it, because a deadline passed or the task ended, it is asked to stop.
//! Nothing is remembered between blocks but when to try again.

mod task_state;

use crate::{
    chain::{ChainClock, ChainError},
    machine,
    notice::Notice,
    plan::{Action, TaskView},
    policy::{circuits_to_prove, judge, Decline, Offer, Outstanding, Situation},
    recognise::{RecogniseError, Recogniser},
    stages::{Remedy, Services, StepContext, StepError},
    state::{Ending, EndingFact, Journal, StateDir, StateError},
};
use nocknock_client::{Balance, BlockNumber, CircuitRecord, Task};
use nocknock_dataset::shape_name;
use nocknock_primitives::{
    ids::{CircuitId, TaskId},
    task::Funding,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem::Discriminant,
    sync::Arc,
    time::Duration,
};
use task_state::TaskState;
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How the loop ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Tasks that were paid.
    pub paid: u32,
    /// What was earned, as far as the node could tell.
    pub earned: Balance,
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
pub struct TaskLoop {
    services: Arc<Services>,
    state: StateDir,
    scope: Scope,
    stop: CancellationToken,
    tasks: BTreeMap<TaskId, TaskState>,
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
    /// Tells the chain from another one with the same genesis.
    recogniser: Recogniser,
    /// The chain was recognised since the start.
    recognised: bool,
    /// What kept the chain from being recognised at the last look.
    unrecognised: Option<Discriminant<RecogniseError>>,
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

impl TaskLoop {
    /// Takes over the tasks of a state directory.
    pub fn new(
        services: Arc<Services>,
        state: StateDir,
        scope: Scope,
        stop: CancellationToken,
    ) -> Result<Self, StateError> {
        let recogniser = Recogniser::of(&state)?;
        let mut task_loop = Self {
            unseen: scope.named(),
            services,
            state,
            scope,
            stop,
            tasks: BTreeMap::new(),
            jobs: JoinSet::new(),
            steps: HashMap::new(),
            declined: BTreeMap::new(),
            first_open: 0,
            slot: Duration::ZERO,
            node_lost: false,
            recogniser,
            recognised: false,
            unrecognised: None,
            trouble: None,
            summary: Summary::default(),
        };
        for task in task_loop.state.tasks()? {
            task_loop.take_over(task)?;
        }
        Ok(task_loop)
    }

    fn take_over(&mut self, task: TaskId) -> Result<(), StateError> {
        let Some(journal) = self.state.journal(task).filter(|_| self.scope.holds(task)) else {
            return Ok(());
        };
        // A journal that cannot be read is reported when its turn comes; it must not stop the
        // others.
        let closed = journal.progress().is_ok_and(|progress| progress.ending.is_some());
        if !closed {
            self.tasks.insert(task, TaskState::new(journal));
        }
        Ok(())
    }

    /// Works until it is asked to stop, or everything in its scope is over.
    ///
    /// # Errors
    ///
    /// [`StateError::OtherChain`] if the chain is not the one that the state directory is about.
    pub async fn run(mut self) -> Result<Summary, StateError> {
        while !self.stop.is_cancelled() && !self.is_finished() {
            let seen = match self.tick().await {
                Ok(seen) => seen,
                Err(error) => {
                    self.shut_down().await;
                    return Err(error);
                }
            };
            if self.is_finished() {
                break;
            }
            self.rest(seen).await;
        }
        Ok(self.shut_down().await)
    }

    /// A journal that is closed tells of a task only if it is about this chain.
    fn is_finished(&self) -> bool {
        match &self.scope {
            Scope::Everything => false,
            Scope::Only(tasks) => self.recognised && tasks.iter().all(|task| self.is_over(*task)),
        }
    }

    /// The journal of this task is closed, or it will never have one.
    fn is_over(&self, task: TaskId) -> bool {
        if self.tasks.contains_key(&task) {
            return false;
        }
        let declined = self.declined.get(&task);
        self.state.journal(task).is_some() || declined.is_some_and(|why| !why.may_change())
    }

    /// Looks at the chain once. Gives the block it saw, if a node answered.
    async fn tick(&mut self) -> Result<Option<BlockNumber>, StateError> {
        let clock = match self.services.chain.clock().await {
            Ok(clock) => clock,
            Err(error) => {
                self.lose_node(error.to_string());
                return Ok(None);
            }
        };
        self.find_node();
        self.slot = clock.slot;
        let number = clock.best;
        self.services.notices.tell(Notice::Block { number });
        if self.recognise().await? {
            self.work(clock).await;
        }
        Ok(Some(number))
    }

    /// Whether this is the chain that the state directory is about, as it was seen last or newer.
    async fn recognise(&mut self) -> Result<bool, StateError> {
        let checked = self.recogniser.check(&*self.services.chain, &self.state).await;
        let trouble = checked.as_ref().err().map(std::mem::discriminant);
        let is_news = std::mem::replace(&mut self.unrecognised, trouble) != trouble;
        let warn = |text: String| {
            if is_news {
                self.services.notices.tell(Notice::Warning { text });
            }
        };
        let recognised = match checked {
            Ok(()) => true,
            Err(RecogniseError::State(error @ StateError::OtherChain { .. })) => return Err(error),
            // What cannot be kept now is kept later: the chain is the one that was seen before.
            Err(RecogniseError::State(error)) => {
                warn(error.to_string());
                true
            }
            Err(error @ RecogniseError::Behind { .. }) => {
                warn(error.to_string());
                false
            }
            Err(RecogniseError::Chain(error)) => {
                self.lose_node(error.to_string());
                false
            }
        };
        self.recognised |= recognised;
        Ok(recognised)
    }

    /// Makes the plan of each task anew and looks for more tasks.
    async fn work(&mut self, clock: ChainClock) {
        self.look_for_named(clock.best).await;
        for task in self.tasks.keys().copied().collect::<Vec<_>>() {
            self.advance(task).await;
        }
        let chosen = self.choose(clock).await;
        self.report_choosing(chosen);
        self.forget_provers();
    }

    /// A proving key may take more memory than everything else. It is loaded again if another task
    /// needs it.
    fn forget_provers(&self) {
        let journals = self.tasks.values().map(|state| &state.journal);
        self.services.provers.keep_scores(&circuits_to_prove(journals));
    }

    fn lose_node(&mut self, error: String) {
        if !std::mem::replace(&mut self.node_lost, true) {
            self.services.notices.tell(Notice::NodeLost { error });
        }
    }

    fn find_node(&mut self) {
        if std::mem::replace(&mut self.node_lost, false) {
            self.services.notices.tell(Notice::NodeBack);
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
                        "the chain has no task {task} in block {now}: if the number is right, the \
                         worker waits for it"
                    );
                    self.services.notices.tell(Notice::Warning { text });
                }
                Err(_) => {
                    self.unseen.insert(task);
                }
            }
        }
    }

    /// The first task from a number upwards. The chain gives out numbers in their order.
    async fn first_from(&self, task: TaskId) -> Result<Option<TaskId>, ChainError> {
        let page = self.services.chain.tasks(task).await?;
        Ok(page.first().map(|(id, _)| *id))
    }

    /// Tells of a failure once, not in every block.
    fn report_choosing(&mut self, chosen: Result<(), StepError>) {
        let trouble = match chosen {
            Ok(()) => None,
            Err(StepError::Chain(error)) if error.is_unreachable() => {
                return self.lose_node(error.to_string());
            }
            Err(error) => Some(format!("no task can be chosen: {error}")),
        };
        if let Some(text) = trouble.clone().filter(|_| trouble != self.trouble) {
            self.services.notices.tell(Notice::Warning { text });
        }
        self.trouble = trouble;
    }

    /// Makes the plan of a task and follows it.
    async fn advance(&mut self, task: TaskId) {
        let Some(journal) = self.tasks.get(&task).map(|state| state.journal.clone()) else {
            return;
        };
        match self.services.plan(task, &journal).await {
            Ok((action, view)) => self.follow(task, action, &view),
            Err(StepError::Chain(error)) if error.is_unreachable() => {
                self.lose_node(error.to_string());
            }
            Err(error) if self.may_start(task) => self.pause_after("plan", task, &error),
            Err(_) => {}
        }
    }

    fn may_start(&self, task: TaskId) -> bool {
        self.tasks.get(&task).is_some_and(TaskState::may_start)
    }

    fn follow(&mut self, task: TaskId, action: Action, view: &TaskView) {
        let Some(state) = self.tasks.get_mut(&task) else {
            return;
        };
        state.see(view);
        if state.is_busy() {
            state.stop_unless(&action);
            return;
        }
        match action {
            Action::Nothing => self.finish_task(task),
            Action::Wait(waiting) => {
                let news = state.begin_waiting(waiting).then(|| waiting.to_string());
                if let Some(what) = news {
                    self.services.notices.tell(Notice::Waiting { task, what });
                }
            }
            action if state.may_start() => self.start(task, action),
            _ => {}
        }
    }

    fn start(&mut self, task: TaskId, action: Action) {
        let state = self.tasks.get_mut(&task);
        let Some(state) = state.filter(|_| !self.stop.is_cancelled()) else {
            return;
        };
        let stop = state.begin_step(&action, &self.stop);
        let (services, journal) = (self.services.clone(), state.journal.clone());
        let step = action.name();
        let job = self.jobs.spawn(async move {
            let context = StepContext { services: &services, task, journal: &journal, stop: &stop };
            context.take(&action).await
        });
        self.steps.insert(job.id(), (task, step));
    }

    /// A journal that is closed is counted and let go.
    fn finish_task(&mut self, task: TaskId) {
        let state = self.tasks.remove(&task);
        let progress = state.and_then(|state| state.journal.progress().ok());
        let Some(ending) = progress.and_then(|progress| progress.ending) else {
            return;
        };
        match ending.ending {
            Ending::Paid => self.summary.paid += 1,
            _ => self.summary.unpaid += 1,
        }
        let earned = ending.earned.unwrap_or_default();
        self.summary.earned = self.summary.earned.saturating_add(earned);
        self.summary.stakes_lost += u32::from(ending.ending.costs_the_stake());
    }

    /// Waits for a step to end, the next block, or the wish to stop.
    async fn rest(&mut self, seen: Option<BlockNumber>) {
        let (services, stop) = (self.services.clone(), self.stop.clone());
        let next_block = async move {
            let patience = Duration::from_secs(services.config.chain.stale_seconds);
            let waited = match seen {
                Some(number) => {
                    let next = services.chain.wait_for(number.saturating_add(1));
                    tokio::time::timeout(patience, next).await.is_ok_and(|next| next.is_ok())
                }
                None => false,
            };
            if !waited {
                tokio::time::sleep(NODE_PAUSE).await;
            }
        };
        tokio::select! {
            Some(ended) = self.jobs.join_next_with_id() => self.step_ended(ended).await,
            () = next_block => {}
            () = stop.cancelled() => {}
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
    async fn step_ended(&mut self, ended: Joined) {
        let Some((task, step, result)) = self.identify(ended) else {
            return;
        };
        if let Some(state) = self.tasks.get_mut(&task) {
            state.end_step();
        }
        match result {
            Ok(()) => {
                if let Some(state) = self.tasks.get_mut(&task) {
                    state.succeed();
                }
                self.advance(task).await;
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
        let Some(state) = self.tasks.get_mut(&task) else {
            return;
        };
        let retry = &self.services.config.retry;
        let pause = state.fail(remedy, retry, self.slot);
        let hopeless = remedy == Remedy::GiveUp || state.failures() >= retry.attempts;
        if hopeless && state.has_nothing_at_stake() {
            return self.give_up(task, error);
        }
        self.services.notices.tell(Notice::Failed {
            task,
            step,
            error: error.to_string(),
            again_in: pause.as_secs(),
        });
    }

    fn give_up(&mut self, task: TaskId, error: &StepError) {
        let Some(state) = self.tasks.get(&task) else {
            return;
        };
        let context = StepContext {
            services: &self.services,
            task,
            journal: &state.journal,
            stop: &self.stop,
        };
        let reason = error.to_string();
        let fact = EndingFact { ending: Ending::Refused { reason }, at: state.seen, earned: None };
        if let Err(error) = context.close(fact) {
            let text = format!("task {task} cannot be closed: {error}");
            self.services.notices.tell(Notice::Warning { text });
        }
        self.finish_task(task);
    }

    /// Looks for tasks that are worth it, while there is room.
    async fn choose(&mut self, clock: ChainClock) -> Result<(), StepError> {
        let limit = self.services.config.limits.tasks;
        if self.active() >= limit {
            return Ok(());
        }
        let offers = self.offers(clock.best).await?;
        if offers.is_empty() {
            return Ok(());
        }
        let circuits = self.circuits_of(&offers).await?;
        let (account, worker) =
            (self.services.chain.account_status().await?, self.services.chain.worker());
        let validators = self.services.chain.validators_part().await?;
        let free_memory_mib = machine::free_memory_mib();
        let mut outstanding = self.outstanding();
        for (id, task) in offers {
            if self.active() >= limit {
                break;
            }
            let circuit = circuits.get(&task.terms.score_circuit);
            let offer = Offer { id, task: &task, circuit, budget: self.budget(id, &task).await? };
            let situation = Situation {
                worker,
                clock,
                account,
                validators,
                free_memory_mib,
                outstanding: &outstanding,
            };
            match judge(&self.services.config, &situation, offer) {
                Ok(chosen) => {
                    self.begin_task(&chosen)?;
                    outstanding.add(&chosen);
                }
                Err(why) => self.decline(id, why),
            }
        }
        Ok(())
    }

    /// The score circuits of these tasks, as far as the chain has them.
    async fn circuits_of(
        &self,
        offers: &[(TaskId, Task)],
    ) -> Result<BTreeMap<CircuitId, CircuitRecord>, StepError> {
        let wanted: BTreeSet<CircuitId> =
            offers.iter().map(|(_, task)| task.terms.score_circuit).collect();
        let mut circuits = BTreeMap::new();
        for id in wanted {
            circuits.extend(self.services.chain.circuit(&id).await?.map(|record| (id, record)));
        }
        Ok(circuits)
    }

    /// What is set aside for a task, if it belongs to the curriculum.
    async fn budget(&self, id: TaskId, task: &Task) -> Result<Option<Balance>, StepError> {
        match task.funding {
            Funding::Curriculum => Ok(self.services.chain.budget(id).await?),
            Funding::Sponsored => Ok(None),
        }
    }

    /// What the tasks that were chosen before still need.
    fn outstanding(&self) -> Outstanding {
        let active = self.tasks.values().filter(|state| state.is_active());
        Outstanding::of(active.map(|state| &state.journal))
    }

    /// Tasks that may be chosen: not begun, not over, within the scope.
    async fn offers(&mut self, now: BlockNumber) -> Result<Vec<(TaskId, Task)>, StepError> {
        let (mut offers, mut start) = (Vec::new(), self.first_open);
        let mut only_over = true;
        loop {
            let page = self.services.chain.tasks(start).await?;
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

    fn begin_task(&mut self, chosen: &crate::state::Chosen) -> Result<(), StepError> {
        let journal: Journal = self.state.begin(chosen)?;
        self.tasks.insert(chosen.task, TaskState::new(journal));
        self.services.notices.tell(Notice::Chosen {
            task: chosen.task,
            experiment: chosen.experiment,
            shape: shape_name(&chosen.architecture),
            reward: crate::config::Tokens(chosen.reward),
            stake: crate::config::Tokens(chosen.stake),
        });
        Ok(())
    }

    fn decline(&mut self, task: TaskId, why: Decline) {
        if self.declined.get(&task) == Some(&why) {
            return;
        }
        self.services.notices.tell(Notice::Declined {
            task,
            reason: why.to_string(),
            actionable: why.concerns_the_owner(),
        });
        self.declined.insert(task, why);
    }

    /// Tasks that still need the machine or the account. One that only waits for its stake does
    /// not.
    fn active(&self) -> usize {
        self.tasks.values().filter(|state| state.is_active()).count()
    }

    /// Lets running steps come to a good end.
    async fn shut_down(mut self) -> Summary {
        self.stop.cancel();
        self.services.notices.tell(Notice::Stopping);
        while let Some(ended) = self.jobs.join_next_with_id().await {
            if let Some((task, step, result)) = self.identify(ended) {
                tracing::debug!(task, step, ok = result.is_ok(), "a step ended while stopping");
            }
        }
        self.summary.open = self.tasks.len();
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
