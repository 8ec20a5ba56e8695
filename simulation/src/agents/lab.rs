//! A lab: trains models and competes with them.

use super::{
    tactic::{small_step, Tactic},
    Sender, Sent, Strategy, View,
};
use crate::{
    chain::{AccountId, Balance, CommitmentOf, Rewards, TaskOf, Tasks},
    model::{Model, Progress},
    oracle,
    random::{mixed, unit},
};
use nocknock_primitives::{
    claim::ClaimState,
    ids::{CiphertextHash, ExperimentId, KeyCommitment, TaskId},
    level::Lost,
    limits::List,
    phase::Phase,
    task::{BlockScore, Funding},
    traits::{Curriculum, WorkerRegistry},
};
use std::collections::{BTreeMap, BTreeSet};

/// Whoever repeats a commitment has to wait until there are some.
const PLAGIARIST_WAITS: u64 = 2;

/// What an account has committed to, and what it will say about it.
#[derive(Clone, Debug)]
struct Entry {
    who: AccountId,
    /// The model, if it is the account's own.
    model: Option<Model>,
    hashes: (KeyCommitment, CiphertextHash),
    plan: Plan,
}

/// What an account claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// The truth, if it is paid for.
    Honest,
    /// The same, if no other model of the lab does better.
    IfBest,
    /// The truth, whatever it is.
    Always,
    /// A hundredth more than the truth.
    TooMuch,
    /// That every row is right.
    Everything,
    /// As much as the best claim that is there.
    LikeTheBest,
}

/// What an account does once the rows are known.
enum Answer {
    Wait,
    Concede,
    Claim(u32),
}

/// A lab.
pub(crate) struct Lab {
    /// Its accounts.
    pub(crate) accounts: Vec<AccountId>,
    /// Where it competes.
    pub(crate) experiment: ExperimentId,
    /// Its models; without them it has none of its own.
    pub(crate) progress: Option<Progress>,
    /// What it makes of them.
    pub(crate) tactic: Tactic,
    /// Decides what happens sometimes.
    pub(crate) seed: u64,
    /// How many tasks there will be.
    pub(crate) tasks: u32,
    /// Test rows of a task.
    pub(crate) rows: u32,
    /// The least that it delivers for, in hundredths of what the first rank gets. For tasks of
    /// sponsors only.
    pub(crate) least: u32,
    /// What it has seen and done.
    pub(crate) memory: Memory,
}

/// What a lab remembers.
#[derive(Default)]
pub(crate) struct Memory {
    seen: BTreeSet<TaskId>,
    entries: BTreeMap<TaskId, Vec<Entry>>,
    delivered: BTreeSet<TaskId>,
}

impl Strategy for Lab {
    fn act(&mut self, view: &View<'_>) -> Vec<Sent> {
        let mut calls = Vec::new();
        let experiment = self.experiment;
        for (id, task) in view.tasks.iter().filter(|(_, task)| task.experiment == experiment) {
            match task.phase(view.now) {
                Phase::Open => calls.extend(self.commit(*id, task, view.now)),
                Phase::Claim => calls.extend(self.claim(*id, task, view.now)),
                Phase::Prove => calls.extend(self.prove(*id, task, view.now)),
                Phase::Deliver { rank } => calls.extend(self.deliver(*id, task, rank)),
                _ => {}
            }
        }
        calls
    }
}

impl Lab {
    /// Commits what it has decided to, and again what has not arrived.
    fn commit(&mut self, id: TaskId, task: &TaskOf, now: u64) -> Vec<Sent> {
        let waits = if self.tactic.plagiarise { PLAGIARIST_WAITS } else { 0 };
        if task.opened_at.is_none_or(|opened| now < opened + waits) {
            return Vec::new();
        }
        if !self.memory.seen.contains(&id) {
            let entries = self.decide(id, task, now);
            self.memory.seen.insert(id);
            self.memory.entries.insert(id, entries);
        }
        let is_missing = |entry: &&Entry| Tasks::commitment(id, entry.who.clone()).is_none();
        let missing = self.entries(id).filter(is_missing);
        missing.flat_map(|entry| self.enter(id, task, entry)).collect()
    }

    fn entries(&self, id: TaskId) -> impl Iterator<Item = &Entry> {
        self.memory.entries.get(&id).into_iter().flatten()
    }

    /// The calls with which an account commits, and registers before if it has to.
    fn enter(&self, id: TaskId, task: &TaskOf, entry: &Entry) -> Vec<Sent> {
        let mut calls = Vec::new();
        let may_work = <Rewards as WorkerRegistry<AccountId>>::may_work(&entry.who);
        if task.funding == Funding::Curriculum && !may_work {
            let registration = oracle::registration(&entry.who);
            calls.extend(registration.map(|call| Sent { sender: Sender::Nobody, call }));
        }
        let (key, ciphertext) = entry.hashes;
        let least = self.least(task);
        let commit = pallet_tasks::Call::commit_model { task: id, key, ciphertext, least };
        calls.push(Sent::about_task(&entry.who, commit));
        calls
    }

    /// So many hundredths of the first share, less what the validators get of it.
    fn least(&self, task: &TaskOf) -> Balance {
        let share = task.terms.shares.first().copied().unwrap_or_default();
        let first = task.terms.reward / 10_000 * Balance::from(share);
        first / 100 * Balance::from(self.least) / 100 * 98
    }

    /// Who commits to what in a new task. No account commits twice.
    fn decide(&self, id: TaskId, task: &TaskOf, now: u64) -> Vec<Entry> {
        let champion = oracle::champion(self.experiment);
        let mut entries = BTreeMap::new();
        let mut add = |place: usize, entry: Option<Entry>| {
            if let Some(entry) = entry {
                entries.entry(place).or_insert(entry);
            }
        };
        let last = self.accounts.len().saturating_sub(1);
        if let Some(model) = self.own_model(task, champion.as_ref(), now) {
            let first = self.first_account();
            add(first, self.entry(first, &model, self.plan(id)));
            for copy in 1..=self.tactic.copies {
                let place = self.place(first + copy);
                add(place, self.entry(place, &model, Plan::Honest));
            }
            for number in 1..=self.tactic.variants {
                let variant = model.variant(number as u64);
                add(number, self.entry(number, &variant, Plan::IfBest));
            }
        }
        if let Some(champion) = champion.filter(|_| self.tactic.copy) {
            add(last, self.entry(last, &champion, Plan::Always));
        }
        if self.tactic.plagiarise {
            let place = last.saturating_sub(1);
            add(place, self.plagiarism(id, place));
        }
        for liar in 0..self.tactic.liars {
            let place = last.saturating_sub(2 + liar);
            let model = Model::new(mixed(&[self.seed, id, liar as u64]), 0.5, 0.0);
            add(place, self.entry(place, &model, Plan::Everything));
        }
        entries.into_values().collect()
    }

    fn entry(&self, place: usize, model: &Model, plan: Plan) -> Option<Entry> {
        let who = self.accounts.get(place)?.clone();
        Some(Entry { who, model: Some(model.clone()), hashes: oracle::hashes(model), plan })
    }

    /// The commitment of somebody else, under an own account.
    fn plagiarism(&self, id: TaskId, place: usize) -> Option<Entry> {
        let who = self.accounts.get(place)?.clone();
        let mut others = Tasks::commitments(id, None, 64).into_iter();
        let (_, other) = others.find(|(of, _)| !self.accounts.contains(of))?;
        let hashes = (other.key, other.ciphertext);
        Some(Entry { who, model: None, hashes, plan: Plan::LikeTheBest })
    }

    fn first_account(&self) -> usize {
        if self.tactic.in_turn {
            self.place(self.memory.delivered.len())
        } else {
            0
        }
    }

    fn place(&self, number: usize) -> usize {
        number.checked_rem(self.accounts.len()).unwrap_or_default()
    }

    /// What it will claim for its own model.
    fn plan(&self, id: TaskId) -> Plan {
        if self.sometimes(id, 1, self.tactic.lie) {
            Plan::TooMuch
        } else if self.tactic.variants > 0 {
            Plan::IfBest
        } else {
            Plan::Honest
        }
    }

    /// The same answer whenever it is asked about the same task.
    fn sometimes(&self, id: TaskId, purpose: u64, often: f64) -> bool {
        unit(mixed(&[self.seed, id, purpose])) < often
    }

    /// The model that it shows in a task. The curriculum does not pay for its champion again.
    fn own_model(&self, task: &TaskOf, champion: Option<&Model>, now: u64) -> Option<Model> {
        let number = self.memory.seen.len() as u32;
        let progress = self.progress.as_ref()?;
        if f64::from(number) < self.tactic.hold * f64::from(self.tasks) {
            return None;
        }
        let best = progress.model(number);
        let shown = champion.map_or(0.5, |champion| champion.error);
        let model = if self.tactic.drip > 0.0 {
            let rows = f64::from(self.rows);
            let next = small_step(shown * rows, self.tactic.drip) / rows;
            best.with_error(best.error.max(next))
        } else {
            best
        };
        let model = if self.tactic.remember { model.remembering(now) } else { model };
        let is_champion = champion.is_some_and(|champion| champion.id() == model.id());
        (task.funding == Funding::Sponsored || !is_champion).then_some(model)
    }

    /// Says what it has to say about its models, as long as it has not.
    fn claim(&self, id: TaskId, task: &TaskOf, now: u64) -> Vec<Sent> {
        let is_silent = |entry: &&Entry| {
            let commitment = Tasks::commitment(id, entry.who.clone());
            commitment.is_some_and(|commitment| commitment.claim == ClaimState::Silent)
        };
        let silent: Vec<_> = self.entries(id).filter(is_silent).collect();
        let best = self.best_of(id, task, &silent);
        let say = |entry: &&Entry| {
            let call = match self.answer(id, task, entry, best.as_ref(), now) {
                Answer::Wait => return None,
                Answer::Concede => pallet_tasks::Call::withdraw_commitment { task: id },
                Answer::Claim(points) => pallet_tasks::Call::claim { task: id, points },
            };
            Some(Sent::about_task(&entry.who, call))
        };
        silent.iter().filter_map(say).collect()
    }

    /// Who of those that turn up only if they are the best ones is the best one.
    fn best_of(&self, id: TaskId, task: &TaskOf, entries: &[&Entry]) -> Option<AccountId> {
        let several = entries.iter().filter(|entry| entry.plan == Plan::IfBest);
        let points = |entry: &&&Entry| {
            entry.model.as_ref().and_then(|model| oracle::points(id, task, model))
        };
        several.max_by_key(points).map(|entry| entry.who.clone())
    }

    fn answer(
        &self,
        id: TaskId,
        task: &TaskOf,
        entry: &Entry,
        best: Option<&AccountId>,
        now: u64,
    ) -> Answer {
        let most = task.max_points();
        let Some(model) = &entry.model else {
            return like_the_best(id, task, now);
        };
        let Some(points) = oracle::points(id, task, model) else {
            return Answer::Concede;
        };
        let is_paid = || is_worth(id, task, points);
        match entry.plan {
            Plan::Honest if is_paid() => Answer::Claim(points),
            Plan::IfBest if best == Some(&entry.who) && is_paid() => Answer::Claim(points),
            Plan::Always if task.is_eligible(&task.score(points)) => Answer::Claim(points),
            Plan::TooMuch => Answer::Claim(most.min(points + 1 + most / 100)),
            Plan::Everything => Answer::Claim(most),
            _ => Answer::Concede,
        }
    }

    /// Proves what is asked for and true, and the champion if nobody else has done it in time.
    fn prove(&self, id: TaskId, task: &TaskOf, now: u64) -> Vec<Sent> {
        let mut calls = Vec::new();
        let is_late = task.round.as_ref().is_some_and(|round| now > round.began + 1);
        let mut champion_is_missing = task.reference_is_open() && is_late;
        for entry in self.entries(id) {
            let Some(commitment) = Tasks::commitment(id, entry.who.clone()) else {
                continue;
            };
            let scores = own_scores(id, task, entry, &commitment);
            let is_proved = commitment.claim == ClaimState::Proved;
            if scores.is_none() && !(is_proved && champion_is_missing) {
                continue;
            }
            let mut champion = Vec::new();
            if core::mem::take(&mut champion_is_missing) {
                champion = oracle::champions_scores(id, task);
            }
            let scores = scores.unwrap_or_default();
            calls.push(Sent::about_task(
                &entry.who,
                pallet_tasks::Call::submit_scores {
                    task: id,
                    scores: List::truncate_from(scores),
                    champion: List::truncate_from(champion),
                },
            ));
        }
        calls
    }

    fn deliver(&mut self, id: TaskId, task: &TaskOf, rank: u32) -> Option<Sent> {
        let ranking = Tasks::ranking(id);
        let who = ranking.get(usize::try_from(rank).ok()?)?.worker.clone();
        if !self.accounts.contains(&who) || self.sometimes(id, 2, self.tactic.withhold) {
            return None;
        }
        let commitment = Tasks::commitment(id, who.clone())?;
        let call = oracle::delivery(id, task, &who, &commitment)?;
        self.memory.delivered.insert(id);
        Some(Sent::by(&who, call))
    }
}

/// The scores that an account is asked for, if it can prove its claim.
fn own_scores(
    id: TaskId,
    task: &TaskOf,
    entry: &Entry,
    commitment: &CommitmentOf,
) -> Option<Vec<BlockScore>> {
    let (ClaimState::Asked(claimed), Some(model)) = (commitment.claim, &entry.model) else {
        return None;
    };
    if oracle::points(id, task, model) != Some(claimed) {
        return None;
    }
    oracle::enter(commitment, model);
    oracle::own_scores(id, task, &entry.who, commitment)
}

/// Claims as much as the best claim that is there, as soon as there is one.
fn like_the_best(id: TaskId, task: &TaskOf, now: u64) -> Answer {
    let best = Tasks::claims(id, 1).first().map(|(_, key)| key.points);
    let is_last_chance = task.deadline(now).is_none_or(|end| now + 1 >= end);
    match best {
        Some(points) => Answer::Claim(points),
        None if is_last_chance => Answer::Concede,
        None => Answer::Wait,
    }
}

/// Whether so many points are paid for: a score that may win and, in the curriculum, halvings that
/// the experiment has not paid for.
fn is_worth(id: TaskId, task: &TaskOf, points: u32) -> bool {
    let may_win = task.is_eligible(&task.score(points));
    may_win && (task.funding == Funding::Sponsored || is_minted_for(id, task, points))
}

fn is_minted_for(id: TaskId, task: &TaskOf, points: u32) -> bool {
    let per_row = task.architecture.max_score(1);
    let lost = |points| Lost::rounded_down(task.max_points(), points, per_row);
    let champion = oracle::champions_points(id, task).map(lost);
    let (base, own) = (task.base_lost(), task.lost_of(points));
    let appraised =
        <Rewards as Curriculum<AccountId, Balance, u64>>::appraise(id, base, champion, own);
    appraised.amount > 0
}
