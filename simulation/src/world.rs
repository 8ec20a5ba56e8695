//! The world: steps the blocks of a chain and lets agents act in each of them.

use crate::{
    agents::{Sender, Sent, Strategy, View},
    chain::{
        balance, begin_block, end_block, unvested, AccountId, Balance, Rewards, Runtime,
        RuntimeCall, RuntimeOrigin, TaskOf, Tasks, NNK, SESSION,
    },
    random::Random,
};
use frame_support::{
    dispatch::{extract_actual_weight, GetDispatchInfo},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use nocknock_primitives::ids::{ExperimentId, TaskId};
use sp_runtime::traits::Dispatchable;
use std::collections::{BTreeMap, BTreeSet};

/// What the calls of a block may weigh together: three quarters of half a second.
const BLOCK: u64 = 375 * WEIGHT_REF_TIME_PER_MILLIS;

/// After so many blocks without a task nothing will happen any more.
const PATIENCE: u64 = 200;

/// An author that leaves out what is not in the interest of its friends.
#[derive(Clone, Debug)]
pub(crate) struct Censor {
    /// The author.
    pub(crate) author: AccountId,
    /// Whose calls it takes.
    pub(crate) friends: BTreeSet<AccountId>,
}

/// Whose income is compared, and what else is watched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    /// The accounts of the strategy.
    pub(crate) group: BTreeSet<AccountId>,
    /// The accounts of all others that train models.
    pub(crate) others: BTreeSet<AccountId>,
    /// An experiment in which each model that somebody else delivers is worth so much to the group.
    pub(crate) bought: Option<(ExperimentId, f64)>,
}

/// What calls cost that were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Costs {
    /// The number of calls.
    pub calls: f64,
    /// Of those for which nobody has to pay.
    pub free: f64,
    /// Of those that failed.
    pub failed: f64,
    /// What all weigh together, in milliseconds.
    pub milliseconds: f64,
}

/// How a run ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What the group has earned, in tokens.
    pub income: f64,
    /// What all others have earned that train models.
    pub others: f64,
    /// What the group's calls cost.
    pub costs: Costs,
    /// The group's seats and all seats, in each session.
    pub seats: Vec<(usize, usize)>,
    /// The group's income when each of the tasks was over.
    pub path: Vec<f64>,
    /// How many blocks it took.
    pub blocks: u64,
    /// How many tasks there were.
    pub tasks: u64,
    /// Whether nothing happened any more before all tasks were over.
    pub is_stuck: bool,
}

impl Outcome {
    /// The largest part of the seats that the group had in a session.
    pub fn largest_part(&self) -> f64 {
        let parts = self.seats.iter().map(|(group, all)| *group as f64 / (*all).max(1) as f64);
        parts.fold(0.0, f64::max)
    }

    /// The seats in that session.
    pub fn most_seats(&self) -> (usize, usize) {
        let part = |seats: &(usize, usize)| seats.0 as f64 / seats.1.max(1) as f64;
        let most = self.seats.iter().max_by(|one, other| part(one).total_cmp(&part(other)));
        most.copied().unwrap_or_default()
    }
}

/// A chain with its agents.
pub(crate) struct World {
    agents: Vec<Box<dyn Strategy>>,
    watched: Watched,
    censor: Option<Censor>,
    /// Accounts whose nodes give signs of life, but neither author nor vote.
    absent: BTreeSet<AccountId>,
    random: Random,
    now: u64,
    session: u32,
    validators: Vec<AccountId>,
    queued: Vec<AccountId>,
    live: BTreeSet<TaskId>,
    next_task: TaskId,
    idle: u64,
    /// What the watched accounts owned at first.
    owned: BTreeMap<AccountId, Balance>,
    outcome: Outcome,
}

impl World {
    /// A world in which these agents act on the chain of the present externalities.
    pub(crate) fn new(
        agents: Vec<Box<dyn Strategy>>,
        watched: Watched,
        censor: Option<Censor>,
        absent: BTreeSet<AccountId>,
        seed: u64,
    ) -> Self {
        let validators = Rewards::seats();
        let accounts = watched.group.iter().chain(&watched.others);
        let owned = accounts.map(|who| (who.clone(), balance(who))).collect();
        Self {
            agents,
            watched,
            censor,
            absent,
            random: Random::new(seed),
            now: 0,
            session: 0,
            queued: validators.clone(),
            validators,
            live: BTreeSet::new(),
            next_task: 0,
            idle: 0,
            owned,
            outcome: Outcome::default(),
        }
    }

    /// Steps until all tasks are over or nothing happens any more, and for some sessions more.
    pub(crate) fn play(mut self, more_sessions: u32) -> Outcome {
        while !self.is_over() && self.idle <= PATIENCE {
            self.step();
        }
        self.outcome.is_stuck = !self.is_over();
        let end = self.session + more_sessions;
        while self.session < end {
            self.step();
        }
        self.outcome.income = self.income();
        self.outcome.others = self.earned_by(&self.watched.others);
        self.outcome.blocks = self.now;
        self.outcome.tasks = self.next_task;
        self.outcome
    }

    fn is_over(&self) -> bool {
        self.live.is_empty() && self.agents.iter().all(|agent| agent.is_done())
    }

    fn step(&mut self) {
        self.now += 1;
        begin_block(self.now);
        let author = self.author();
        if let Some(author) = &author {
            Rewards::note_author(author);
        }
        let calls = self.calls();
        self.include(author.as_ref(), calls);
        end_block(self.now);
        self.note_finished();
        if self.now.is_multiple_of(SESSION) {
            self.end_session();
        }
    }

    /// Validators author in turn, except for those whose nodes do not run.
    fn author(&self) -> Option<AccountId> {
        let running: Vec<_> =
            self.validators.iter().filter(|who| !self.absent.contains(*who)).collect();
        let turn = self.now.checked_rem(running.len() as u64)?;
        running.get(turn as usize).map(|who| (*who).clone())
    }

    /// What the agents send. Nobody is always the first one.
    fn calls(&mut self) -> Vec<Sent> {
        let tasks = self.tasks();
        let view = View { now: self.now, tasks: &tasks };
        let count = self.agents.len();
        let first = self.random.below(count.max(1));
        let mut calls = Vec::new();
        for place in (0..count).map(|place| (place + first) % count) {
            calls.extend(self.agents[place].act(&view));
        }
        calls
    }

    /// The tasks that are not over.
    fn tasks(&mut self) -> Vec<(TaskId, TaskOf)> {
        let next = pallet_tasks::NextTask::<Runtime>::get();
        self.live.extend(self.next_task..next);
        self.next_task = next;
        self.live.iter().filter_map(|id| Some((*id, Tasks::task(*id)?))).collect()
    }

    /// Carries out calls as long as the block has room. What is left over is sent again by whoever
    /// still wants it.
    fn include(&mut self, author: Option<&AccountId>, calls: Vec<Sent>) {
        let mut used = 0;
        for sent in calls {
            if used < BLOCK && self.is_taken(author, &sent) {
                used += self.dispatch(sent).ref_time();
            }
        }
    }

    fn is_taken(&self, author: Option<&AccountId>, sent: &Sent) -> bool {
        let censor = self.censor.as_ref().filter(|censor| Some(&censor.author) == author);
        match (censor, &sent.sender) {
            (Some(censor), Sender::Account(who)) => censor.friends.contains(who),
            _ => true,
        }
    }

    fn dispatch(&mut self, sent: Sent) -> Weight {
        let Sent { sender, call } = sent;
        let is_free = is_free(&sender, &call);
        let info = call.get_dispatch_info();
        let ours = matches!(&sender, Sender::Account(who) if self.watched.group.contains(who));
        let origin = match sender {
            Sender::Account(who) => RuntimeOrigin::signed(who),
            Sender::Nobody => RuntimeOrigin::none(),
            Sender::Council => RuntimeOrigin::root(),
        };
        let result = call.dispatch(origin);
        let weight = extract_actual_weight(&result, &info);
        if ours {
            let costs = &mut self.outcome.costs;
            costs.calls += 1.0;
            costs.free += f64::from(u8::from(is_free));
            costs.failed += f64::from(u8::from(result.is_err()));
            costs.milliseconds += weight.ref_time() as f64 / WEIGHT_REF_TIME_PER_MILLIS as f64;
        }
        weight
    }

    fn note_finished(&mut self) {
        let before = self.live.len();
        let is_open = |id: &TaskId| {
            let end = Tasks::task(*id).map(|task| task.settlement);
            end.is_some_and(|end| end.is_none_or(|end| end.finished_at.is_none()))
        };
        self.live.retain(is_open);
        for _ in self.live.len()..before {
            let income = self.income();
            self.outcome.path.push(income);
        }
        self.idle = if self.live.is_empty() { self.idle + 1 } else { 0 };
    }

    /// What the runtime does at the end of a session, and the signs of life of those that do not
    /// validate in the next one.
    fn end_session(&mut self) {
        let voters: Vec<_> =
            self.validators.iter().filter(|who| !self.absent.contains(*who)).cloned().collect();
        Rewards::note_votes(&voters);
        Rewards::on_session_ended(&self.validators);
        self.session += 1;
        Rewards::on_new_session(self.session);
        self.validators = core::mem::replace(&mut self.queued, Rewards::elect());
        let known: Vec<_> = pallet_rewards::Liveness::<Runtime>::iter_keys().collect();
        known.iter().for_each(Rewards::note_sign);
        let group = self.validators.iter().filter(|who| self.watched.group.contains(*who)).count();
        self.outcome.seats.push((group, self.validators.len()));
    }

    /// What the group has earned so far: what it owns, what is set aside for its data, and what the
    /// models are worth that it has bought.
    fn income(&self) -> f64 {
        let group = &self.watched.group;
        self.earned_by(group) + tokens(unvested(group) as i128) + self.worth_of_bought()
    }

    fn worth_of_bought(&self) -> f64 {
        let Some((experiment, worth)) = self.watched.bought else {
            return 0.0;
        };
        let versions = pallet_experiments::ModelVersions::<Runtime>::iter_prefix_values(experiment);
        let bought = versions.filter(|model| !self.watched.group.contains(&model.delivered.worker));
        bought.count() as f64 * worth
    }

    /// What these accounts own beyond what they owned at first.
    fn earned_by(&self, accounts: &BTreeSet<AccountId>) -> f64 {
        let earned = |who: &AccountId| {
            let owned = self.owned.get(who).copied().unwrap_or_default();
            balance(who) as i128 - owned as i128
        };
        tokens(accounts.iter().map(earned).sum())
    }
}

/// Whether the runtime may let this call pass without a fee.
fn is_free(sender: &Sender, call: &RuntimeCall) -> bool {
    match (sender, call) {
        (Sender::Account(who), RuntimeCall::Tasks(call)) => Tasks::is_free_call(who, call),
        (sender, _) => !matches!(sender, Sender::Account(_)),
    }
}

fn tokens(amount: i128) -> f64 {
    amount as f64 / NNK as f64
}
