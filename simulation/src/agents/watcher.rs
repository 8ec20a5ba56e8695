//! Whoever looks for rows that were shown before.

use super::{Sent, Strategy, View};
use crate::{
    chain::{AccountId, Runtime, TaskOf, Tasks},
    oracle::{published, repeated_rows},
};
use nocknock_primitives::{
    ids::{BlockIndex, TaskId},
    limits::{List, MAX_EQUAL_PAIRS},
    task::{EqualRows, OtherBlock, Outcome, PastBlocks},
};
use std::collections::{BTreeMap, BTreeSet};

/// Compares the test rows of each task with all rows that it has seen.
pub(crate) struct Watcher {
    account: AccountId,
    /// Tasks whose test rows are known and that are not settled yet.
    waiting: BTreeSet<TaskId>,
    looked: BTreeSet<TaskId>,
    /// The blocks of all tasks that it has seen, which the chain forgets.
    past: BTreeMap<TaskId, PastBlocks>,
}

impl Watcher {
    /// A watcher with this account.
    pub(crate) const fn new(account: AccountId) -> Self {
        Self { account, waiting: BTreeSet::new(), looked: BTreeSet::new(), past: BTreeMap::new() }
    }

    /// The calls that show what is equal in a settled task: for each test block the other block
    /// with which it shares most rows.
    fn show(&self, id: TaskId, task: &TaskOf) -> Vec<Sent> {
        let shown = task.tests.iter().filter_map(|test| self.equal_rows(id, test.index));
        let call = |shown: EqualRows| pallet_tasks::Call::show_equal_rows {
            task: id,
            shown: Box::new(shown),
        };
        shown.map(|shown| Sent::about_task(&self.account, call(shown))).collect()
    }

    /// Rows of a test block that are equal to rows of one other block, if there are any.
    fn equal_rows(&self, id: TaskId, block: BlockIndex) -> Option<EqualRows> {
        let mut others: BTreeMap<(TaskId, BlockIndex), Vec<(u16, u16)>> = BTreeMap::new();
        for (place, shown) in repeated_rows(id, block) {
            let (task, other, other_place) = shown.place;
            others.entry((task, other)).or_default().push((place, other_place));
        }
        let most = others.into_iter().max_by_key(|(_, pairs)| pairs.len())?;
        let ((task, other), mut pairs) = most;
        pairs.truncate(MAX_EQUAL_PAIRS as usize);
        let past = match Tasks::task(task) {
            Some(_) => None,
            None => Some(self.past.get(&task)?.clone()),
        };
        let revealed = published(task, other)?;
        Some(EqualRows {
            block,
            revealed: published(id, block)?,
            other: OtherBlock { task, block: other, past, revealed },
            pairs: List::truncate_from(pairs),
        })
    }
}

impl Strategy for Watcher {
    fn act(&mut self, view: &View<'_>) -> Vec<Sent> {
        for (id, task) in view.tasks {
            self.past.entry(*id).or_insert_with(|| PastBlocks {
                architecture: task.architecture.clone(),
                encoding: task.encoding,
                roots: pallet_tasks::Roots::<Runtime>::get(*id),
            });
        }
        let revealed = view.tasks.iter().filter(|(_, task)| task.revealed_at.is_some());
        let new: Vec<_> = revealed.map(|(id, _)| *id).collect();
        for id in new {
            if self.looked.insert(id) {
                self.waiting.insert(id);
            }
        }
        let mut calls = Vec::new();
        for id in self.waiting.clone() {
            let task = Tasks::task(id);
            let end = task.as_ref().map(|task| task.settlement);
            if end == Some(None) {
                continue;
            }
            self.waiting.remove(&id);
            if let Some(task) = task.filter(is_ranked) {
                calls.extend(self.show(id, &task));
            }
        }
        calls
    }
}

fn is_ranked(task: &TaskOf) -> bool {
    task.settlement.is_some_and(|end| end.outcome == Outcome::Ranked)
}
