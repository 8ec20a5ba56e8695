//! The chain, as far as the worker needs it.
//!
//! [`NodeChain`] is the real one. The trait exists so that the loop is tested against a chain that
//! runs in memory, one block at a time, and verifies real proofs.

mod error;
#[cfg(test)]
pub(crate) mod fake;
mod node;

pub use error::ChainError;
pub(crate) use node::validators_part;
pub use node::{asking, connect, may_work, sending, NodeChain};

use crate::{plan::TaskView, price::ValidatorsPart};
use async_trait::async_trait;
use nocknock_client::{
    AccountId, Balance, BlockNumber, ChainMatch, CircuitRecord, Delivery, Hash, KnownChain, Task,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, BlockRoot, CiphertextHash, CircuitId, KeyCommitment, TaskId},
    task::{Attestation, BlockScore, Chunk, ChunkHashes, LastChunk, RevealedBlock, SealedKeyBytes},
};
use std::{fmt, time::Duration};

/// What the chain says about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainClock {
    /// Number of the best block.
    pub best: BlockNumber,
    /// Time between two blocks.
    pub slot: Duration,
}

/// What the chain says about the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountStatus {
    /// What the account can spend or have held.
    pub free: Balance,
    /// The account may commit in curriculum tasks.
    pub may_work: bool,
    /// A free call of it with proofs was accepted since it registered, so that one may carry more
    /// than a few of them.
    pub known: bool,
}

/// How sure a view is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The best block, which may still be abandoned.
    Best,
    /// The last final block.
    Final,
}

/// A model that was delivered on the chain, with the task that it was delivered in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredModel {
    /// The task.
    pub task: Task,
    /// The delivery.
    pub delivery: Delivery,
    /// All chunks of the ciphertext, in their order.
    pub chunks: Vec<Chunk>,
}

/// What the worker sends to the chain.
#[derive(Clone)]
pub enum Message {
    /// Commit to a model.
    Commit {
        /// The task.
        task: TaskId,
        /// `h_k`.
        key: KeyCommitment,
        /// `q`.
        ciphertext: CiphertextHash,
        /// The least that the model is delivered for, after the validators' part.
        least: Balance,
    },
    /// Take the commitment back.
    Withdraw {
        /// The task.
        task: TaskId,
        /// The last block that may include it, if that matters.
        last_block: Option<BlockNumber>,
    },
    /// Claim that the model has so many points on all test blocks together.
    Claim {
        /// The task.
        task: TaskId,
        /// The points.
        points: u32,
        /// The last block of the claim phase.
        last_block: BlockNumber,
    },
    /// Make the chain ask the best claims for their proofs.
    Ask {
        /// The task.
        task: TaskId,
    },
    /// Send proved scores.
    SubmitScores {
        /// The task.
        task: TaskId,
        /// Those of the own model, at most 32.
        scores: Vec<BlockScore>,
        /// Those of the champion, at most 32.
        champion: Vec<BlockScore>,
    },
    /// Send proved scores of the champion alone.
    ProveChampion {
        /// The task.
        task: TaskId,
        /// At most 32.
        scores: Vec<BlockScore>,
    },
    /// Settle the task.
    Settle {
        /// The task.
        task: TaskId,
    },
    /// Upload a chunk of the encrypted model.
    UploadChunk {
        /// The task.
        task: TaskId,
        /// Its number, from 0.
        index: u32,
        /// The chunk.
        chunk: Chunk,
        /// The hashes of all chunks.
        hashes: ChunkHashes,
        /// The last block of the turn.
        last_block: BlockNumber,
    },
    /// Deliver the sealed key, and be paid.
    Deliver {
        /// The task.
        task: TaskId,
        /// The last chunk of the ciphertext, if the chain does not have it.
        last: Option<Box<LastChunk>>,
        /// The key of the model, sealed for the recipient of the task.
        key: Box<SealedKeyBytes>,
        /// The proof of D2.
        proof: Box<ProofBytes>,
        /// What the worker says about the model's origin.
        attestation: Attestation,
        /// What the author of the block gets beside the fee, or as much of it as the account has to
        /// spare.
        tip: Balance,
        /// The last block of the turn.
        last_block: BlockNumber,
    },
}

impl Message {
    /// What it does, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Commit { .. } => "commit",
            Self::Withdraw { .. } => "withdraw",
            Self::Claim { .. } => "claim",
            Self::Ask { .. } => "ask",
            Self::SubmitScores { .. } => "submit scores",
            Self::ProveChampion { .. } => "prove champion",
            Self::Settle { .. } => "settle",
            Self::UploadChunk { .. } => "upload chunk",
            Self::Deliver { .. } => "deliver",
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({})", self.name())
    }
}

/// A chain and the account that acts on it.
#[async_trait]
pub trait Chain: Send + Sync + fmt::Debug {
    /// Hash of the first block.
    fn genesis(&self) -> Hash;

    /// The worker's account.
    fn worker(&self) -> AccountId;

    /// Compares the node's chain with one that was seen before.
    async fn compare(&self, known: &KnownChain) -> Result<ChainMatch, ChainError>;

    /// What to keep of the chain, to know it again; nothing before its first block is final.
    async fn known(&self) -> Result<Option<KnownChain>, ChainError>;

    /// The best block and the length of a slot.
    async fn clock(&self) -> Result<ChainClock, ChainError>;

    /// Waits until a block of this number is best, and gives the best number then.
    async fn wait_for(&self, number: BlockNumber) -> Result<BlockNumber, ChainError>;

    /// What the worker has and may do.
    async fn account_status(&self) -> Result<AccountStatus, ChainError>;

    /// A page of tasks from this number upwards; empty after the last.
    async fn tasks(&self, start: TaskId) -> Result<Vec<(TaskId, Task)>, ChainError>;

    /// One task as one block has it.
    async fn view(&self, task: TaskId, depth: Depth) -> Result<TaskView, ChainError>;

    /// What the validators get of a sponsor's payments.
    async fn validators_part(&self) -> Result<ValidatorsPart, ChainError>;

    /// What the winner of a task of the curriculum can get at most; nothing if it is no open one.
    async fn budget(&self, task: TaskId) -> Result<Option<Balance>, ChainError>;

    /// What the worker was paid for a task in a block, if it was paid in that one.
    async fn earned(&self, task: TaskId, at: BlockNumber) -> Result<Option<Balance>, ChainError>;

    /// Roots of a task's blocks.
    async fn roots(&self, task: TaskId) -> Result<Vec<BlockRoot>, ChainError>;

    /// A revealed test block.
    async fn revealed_block(
        &self,
        task: TaskId,
        block: BlockIndex,
    ) -> Result<Option<RevealedBlock>, ChainError>;

    /// What a worker has delivered in a task, if the chain has all chunks of it.
    async fn delivered(
        &self,
        task: TaskId,
        worker: &AccountId,
    ) -> Result<Option<DeliveredModel>, ChainError>;

    /// A registered circuit.
    async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, ChainError>;

    /// Signs and sends a message, and returns when it is in a block; a withdrawal, when that block
    /// is final, because after it the journal is closed. A message with a last block is in none
    /// after it. One that somebody else may send first is waited for during a few blocks alone.
    async fn send(&self, message: Message) -> Result<(), ChainError>;
}
