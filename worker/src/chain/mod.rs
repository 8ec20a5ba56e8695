//! The chain, as far as the worker needs it.
//!
//! [`NodeChain`] is the real one. The trait exists so that the loop is tested against a chain that
//! runs in memory, one block at a time, and verifies real proofs.

mod error;
#[cfg(test)]
pub(crate) mod fake;
mod node;

pub use error::ChainError;
pub use node::{asking, connect, may_work, sending, NodeChain};

use crate::plan::TaskView;
use async_trait::async_trait;
use nocknock_client::{
    AccountId, Balance, BlockNumber, ChainMatch, CircuitRecord, Hash, KnownChain, Task,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, BlockRoot, CiphertextHash, CircuitId, KeyCommitment, TaskId},
    task::{Attestation, BlockScore, Chunk, ChunkHashes, RevealedBlock, SealedKeyBytes},
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
    },
    /// Take the commitment back.
    Withdraw {
        /// The task.
        task: TaskId,
    },
    /// Send proved scores.
    SubmitScores {
        /// The task.
        task: TaskId,
        /// At most 32.
        scores: Vec<BlockScore>,
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
            Self::SubmitScores { .. } => "submit scores",
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

    /// A registered circuit.
    async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, ChainError>;

    /// Signs and sends a message, and returns when it is in a block; a withdrawal, when that block
    /// is final, because after it the journal is closed. A message with a last block is in none
    /// after it.
    async fn send(&self, message: Message) -> Result<(), ChainError>;
}
