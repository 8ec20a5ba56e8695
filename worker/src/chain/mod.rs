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

use crate::{plan::TaskView, secret::Secret};
use async_trait::async_trait;
use nocknock_client::{
    AccountId, Balance, BlockNumber, ChainMatch, CircuitRecord, Hash, KnownChain, Task,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, BlockRoot, CircuitId, KeyCommitment, ModelCommitment, TaskId},
    task::{Attestation, BlockScore, Ciphertext, RevealedBlock},
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
        /// `C_W`.
        model: ModelCommitment,
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
    /// Deliver the encrypted model.
    Deliver {
        /// The task.
        task: TaskId,
        /// The model, encrypted.
        ciphertext: Box<Ciphertext>,
        /// `h_k`.
        key_commitment: KeyCommitment,
        /// The D1 proof.
        proof: Box<ProofBytes>,
        /// What the worker says about the model's origin.
        attestation: Attestation,
    },
    /// Reveal the key of the delivery.
    RevealKey {
        /// The task.
        task: TaskId,
        /// The key. With this message it stops being a secret.
        key: Secret,
    },
}

impl Message {
    /// What it does, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Commit { .. } => "commit",
            Self::Withdraw { .. } => "withdraw",
            Self::SubmitScores { .. } => "submit scores",
            Self::Deliver { .. } => "deliver",
            Self::RevealKey { .. } => "reveal key",
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

    /// Signs and sends a message, and returns when it is in a block; a delivery and a withdrawal,
    /// when that block is final, because after them the key is made public and the salt given up.
    async fn send(&self, message: Message) -> Result<(), ChainError>;
}
