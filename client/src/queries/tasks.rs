//! Tasks and what belongs to them.

use super::Snapshot;
use crate::{
    errors::QueryError,
    types::{AccountId, BlockNumber, Commitment, Delivery, Ranking, Task},
};
use nocknock_primitives::{
    claim::ClaimKey,
    ids::{BlockIndex, BlockRoot, TaskId},
    limits::MAX_PAGE,
    phase::Phase,
    task::{Chunk, RevealedBlock},
};

const PALLET: &str = "Tasks";

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskPhase {
    /// The phase.
    pub phase: Phase,
    /// First block after the phase, if time alone ends it.
    pub deadline: Option<BlockNumber>,
}

/// Each of these fails as [`QueryError`] says.
impl Snapshot {
    /// A task.
    pub async fn task(&self, task: TaskId) -> Result<Option<Task>, QueryError> {
        self.view(PALLET, "task", task).await
    }

    /// The phase of a task in this block.
    pub async fn phase(&self, task: TaskId) -> Result<Option<TaskPhase>, QueryError> {
        let answer: Option<(Phase, Option<BlockNumber>)> = self.view(PALLET, "phase", task).await?;
        Ok(answer.map(|(phase, deadline)| TaskPhase { phase, deadline }))
    }

    /// Up to `limit`, but at most 64, tasks from number `start` upwards. Numbers of removed tasks
    /// are passed over: a page with fewer is the last one.
    pub async fn tasks(
        &self,
        start: TaskId,
        limit: u32,
    ) -> Result<Vec<(TaskId, Task)>, QueryError> {
        self.numbered(PALLET, "tasks", start, limit).await
    }

    /// All tasks that are stored.
    pub async fn all_tasks(&self) -> Result<Vec<(TaskId, Task)>, QueryError> {
        let page = |last: Option<TaskId>| {
            let start = last.map_or(0, |last| last.saturating_add(1));
            self.tasks(start, MAX_PAGE)
        };
        self.pages(page).await
    }

    /// Roots of all data blocks of a task, in the order of their indices.
    pub async fn roots(&self, task: TaskId) -> Result<Vec<BlockRoot>, QueryError> {
        let page = |start: u32| self.view(PALLET, "roots", (task, start, MAX_PAGE));
        self.pages_by_place(page).await
    }

    /// A worker's commitment in a task.
    pub async fn commitment(
        &self,
        task: TaskId,
        worker: &AccountId,
    ) -> Result<Option<Commitment>, QueryError> {
        self.view(PALLET, "commitment", (task, worker)).await
    }

    /// All commitments of a task.
    pub async fn commitments(
        &self,
        task: TaskId,
    ) -> Result<Vec<(AccountId, Commitment)>, QueryError> {
        let page =
            |after: Option<AccountId>| self.view(PALLET, "commitments", (task, after, MAX_PAGE));
        self.pages(page).await
    }

    /// A revealed test block, until the task is settled.
    pub async fn revealed_block(
        &self,
        task: TaskId,
        block: BlockIndex,
    ) -> Result<Option<RevealedBlock>, QueryError> {
        self.view(PALLET, "revealed_block", (task, block)).await
    }

    /// Claims of a task that wait to be asked for their proofs, best first: the best 64, whatever
    /// class they are in.
    pub async fn claims(&self, task: TaskId) -> Result<Vec<(AccountId, ClaimKey)>, QueryError> {
        self.view(PALLET, "claims", (task, MAX_PAGE)).await
    }

    /// The workers that are asked for their proofs in the present round of a task.
    pub async fn asked(&self, task: TaskId) -> Result<Vec<AccountId>, QueryError> {
        self.view(PALLET, "asked", task).await
    }

    /// How many test rows of a task are known to be equal to rows that were published before.
    pub async fn equal_rows(&self, task: TaskId) -> Result<u32, QueryError> {
        self.view(PALLET, "equal_rows", task).await
    }

    /// The submissions of a task that may deliver, best first.
    pub async fn ranking(&self, task: TaskId) -> Result<Ranking, QueryError> {
        self.view(PALLET, "ranking", task).await
    }

    /// A worker's delivery in a task.
    pub async fn delivery(
        &self,
        task: TaskId,
        worker: &AccountId,
    ) -> Result<Option<Delivery>, QueryError> {
        self.view(PALLET, "delivery", (task, worker)).await
    }

    /// A chunk of the ciphertext that a worker delivers in a task, by its number, from 0.
    pub async fn chunk(
        &self,
        task: TaskId,
        worker: &AccountId,
        index: u32,
    ) -> Result<Option<Chunk>, QueryError> {
        self.view(PALLET, "chunk", (task, worker, index)).await
    }
}
