//! Those who create tasks and provide their data: custodians of the curriculum, and sponsors.

use super::{Sent, Strategy, View};
use crate::{
    chain::{
        periods, rows_of_block, AccountId, Balance, Rewards, Runtime, TaskOf, DELIVERY, ENCODING,
        NNK, PERIOD, SCORE,
    },
    model::{rows, wire, TEST_BLOCKS},
    oracle,
    random::mixed,
};
use nocknock_primitives::{
    ids::{BlobId, ExperimentId, PointBytes, TaskId},
    limits::List,
    model::RecipientSecret,
    phase::Phase,
    score::Score,
    task::{RevealedBlock, Split, TaskSpec, Terms},
    traits::Curriculum,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// Data blocks of a task.
const BLOCKS: u16 = TEST_BLOCKS + 1;

/// What is offered for models.
#[derive(Clone, Debug)]
pub(crate) enum Offer {
    /// What the curriculum mints.
    Minted,
    /// A reward, with the shares of the ranks in basis points.
    Reward(Balance, Vec<u16>),
}

/// Which rows a provider shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// New ones for each task.
    Fresh,
    /// From the task of this number on, those of the task before it.
    RepeatFrom(u32),
}

/// A provider of data.
pub(crate) struct Provider {
    account: AccountId,
    experiment: ExperimentId,
    offer: Offer,
    source: Source,
    seed: u64,
    /// How many tasks the experiment is to have, whoever creates them.
    tasks: u32,
    /// How many of them at a time.
    at_once: usize,
    rows: u32,
    /// Whether it matters what the rows were, when a task is over.
    keeps_data: bool,
    /// The tasks of the experiment that it has seen.
    seen: BTreeSet<TaskId>,
    /// The data of the task that it has created in the block before.
    pending: Option<Vec<RevealedBlock>>,
    open: BTreeMap<TaskId, Vec<RevealedBlock>>,
}

impl Provider {
    /// A provider that shows fresh rows, in one task after the other.
    pub(crate) fn new(
        account: AccountId,
        experiment: ExperimentId,
        offer: Offer,
        (seed, tasks, rows): (u64, u32, u32),
    ) -> Self {
        Self {
            account,
            experiment,
            offer,
            source: Source::Fresh,
            seed,
            tasks,
            at_once: 1,
            rows,
            keeps_data: false,
            seen: BTreeSet::new(),
            pending: None,
            open: BTreeMap::new(),
        }
    }

    /// The same with other rows, which are kept for those who look for equal ones.
    pub(crate) fn with_source(self, source: Source) -> Self {
        Self { source, keeps_data: true, ..self }
    }

    /// The same with so many tasks at a time.
    pub(crate) fn at_once(self, at_once: usize) -> Self {
        Self { at_once, ..self }
    }

    /// Finds its newest task, and forgets those that are over.
    fn look(&mut self, view: &View<'_>) {
        let experiment = self.experiment;
        for (id, task) in view.tasks.iter().filter(|(_, task)| task.experiment == experiment) {
            let is_new = self.seen.insert(*id);
            if is_new && task.requester == self.account {
                self.open.extend(self.pending.take().map(|data| (*id, data)));
            }
        }
        // What was sent in the block before has arrived by now, or was refused.
        self.pending = None;
        self.open.retain(|id, _| view.tasks.iter().any(|(live, _)| live == id));
    }

    fn may_create(&self, view: &View<'_>) -> bool {
        let live = view.tasks.iter().filter(|(_, task)| task.experiment == self.experiment);
        let wanted = self.seen.len() < self.tasks as usize && live.count() < self.at_once;
        wanted && (matches!(self.offer, Offer::Reward(..)) || self.is_custodian())
    }

    fn is_custodian(&self) -> bool {
        let (experiment, who) = (self.experiment, &self.account);
        <Rewards as Curriculum<AccountId, Balance, u64>>::is_custodian(experiment, who)
    }

    fn create(&mut self) -> Sent {
        let data = self.data(self.seen.len() as u32);
        let roots = (0u16..).zip(&data).map(|(index, block)| oracle::root(index, block)).collect();
        let spec = TaskSpec {
            terms: self.terms(),
            roots: List::truncate_from(roots),
            split: Split::Drawn { test_blocks: TEST_BLOCKS },
            recipient: PointBytes(recipient()),
            encoding: ENCODING,
        };
        self.pending = Some(data);
        let spec = Box::new(spec);
        let create = pallet_tasks::Call::create_task { experiment: self.experiment, spec };
        Sent::about_task(&self.account, create)
    }

    fn terms(&self) -> Terms<Balance, u64> {
        let (reward, shares, bond, stake) = match &self.offer {
            Offer::Minted => (0, vec![10_000], 0, 0),
            Offer::Reward(reward, shares) => (*reward, shares.clone(), 20 * NNK, 5 * NNK),
        };
        Terms {
            score_circuit: SCORE,
            delivery_circuit: DELIVERY,
            min_score: Score::new(1, 2),
            min_test_rows: self.rows,
            reward,
            shares: List::truncate_from(shares),
            bond,
            stake,
            periods: periods(PERIOD),
        }
    }

    /// The blocks of the task of this number. Salts differ even where rows do not.
    fn data(&self, number: u32) -> Vec<RevealedBlock> {
        let shown = match self.source {
            Source::RepeatFrom(first) if number >= first => first.saturating_sub(1),
            _ => number,
        };
        (0..BLOCKS).map(|index| self.block(number, shown, index)).collect()
    }

    fn block(&self, number: u32, shown: u32, index: u16) -> RevealedBlock {
        let source = mixed(&[self.seed, shown.into(), index.into()]);
        let rows = wire(&rows(source, rows_of_block(self.rows)));
        let mut salt = [0; 32];
        let secret = mixed(&[self.seed, number.into(), index.into(), 1]);
        salt[..8].copy_from_slice(&secret.to_le_bytes());
        RevealedBlock { salt, rows: List::truncate_from(rows) }
    }

    /// The next step of one of its tasks.
    fn step(&self, id: TaskId, task: &TaskOf, view: &View<'_>) -> Vec<Sent> {
        let call = match task.phase(view.now) {
            Phase::Created if is_drawable(task) => pallet_tasks::Call::draw_split { task: id },
            Phase::Drawn => {
                self.publish_all(id, |index| task.test_position(index).is_none());
                let train_data = BlobId([9; 32]);
                pallet_tasks::Call::publish_training_data { task: id, train_data }
            }
            Phase::Reveal => return self.reveal(id, task),
            Phase::Claim | Phase::Prove if task.claimed > 0 && task.reference_is_open() => {
                let scores = oracle::champions_scores(id, task);
                let scores = List::truncate_from(scores);
                pallet_tasks::Call::prove_champion { task: id, scores }
            }
            Phase::Ask => pallet_tasks::Call::ask { task: id },
            Phase::Settle => pallet_tasks::Call::settle { task: id },
            Phase::Done => pallet_tasks::Call::finish_task { task: id },
            _ => return Vec::new(),
        };
        vec![Sent::about_task(&self.account, call)]
    }

    fn reveal(&self, id: TaskId, task: &TaskOf) -> Vec<Sent> {
        self.publish_all(id, |index| task.test_position(index).is_some());
        let hidden = task.tests.iter().filter(|test| test.rows.is_none());
        let call = |block: u16| {
            let RevealedBlock { salt, rows } = self.open.get(&id)?.get(usize::from(block))?.clone();
            Some(pallet_tasks::Call::reveal_block { task: id, block, salt, rows })
        };
        let calls = hidden.filter_map(|test| call(test.index));
        calls.map(|call| Sent::about_task(&self.account, call)).collect()
    }

    /// Shows blocks of a task to everybody.
    fn publish_all(&self, id: TaskId, is_shown: impl Fn(u16) -> bool) {
        let blocks = self.open.get(&id).filter(|_| self.keeps_data).into_iter().flatten();
        for (index, block) in (0u16..).zip(blocks).filter(|(index, _)| is_shown(*index)) {
            oracle::publish(id, index, block);
        }
    }
}

impl Strategy for Provider {
    fn act(&mut self, view: &View<'_>) -> Vec<Sent> {
        self.look(view);
        let ours = view.tasks.iter().filter(|(id, _)| self.open.contains_key(id));
        let mut calls: Vec<_> = ours.flat_map(|(id, task)| self.step(*id, task, view)).collect();
        if self.may_create(view) {
            calls.push(self.create());
        }
        calls
    }

    fn is_done(&self) -> bool {
        self.seen.len() >= self.tasks as usize
    }
}

/// Whether the chain knows the seed of the draw.
fn is_drawable(task: &TaskOf) -> bool {
    pallet_tasks::NextSeed::<Runtime>::get() > task.seed
}

/// Whom models are sealed for: everybody.
fn recipient() -> [u8; 64] {
    static RECIPIENT: OnceLock<[u8; 64]> = OnceLock::new();
    *RECIPIENT.get_or_init(|| RecipientSecret::curriculum().key().to_bytes())
}
