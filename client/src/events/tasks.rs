//! Events about tasks.

use super::domain::events;
use crate::types::{AccountId, Balance, BlockNumber};
use nocknock_primitives::{
    ids::{BlobId, BlockIndex, ExperimentId, KeyCommitment, ModelCommitment, TaskId},
    score::Score,
    task::{Fate, Funding, Outcome},
};

events! {
    /// What the pallet `Tasks` reports.
    TasksEvent in "Tasks" {
        /// A task was created.
        TaskCreated {
            /// The task.
            task: TaskId,
            /// The experiment that it belongs to.
            experiment: ExperimentId,
            /// Who created it.
            requester: AccountId,
            /// Who pays the winner.
            funding: Funding,
            /// The reward, or in the curriculum the most that can be minted.
            budget: Balance,
        },
        /// The test blocks of a task were drawn.
        SplitDrawn {
            /// The task.
            task: TaskId,
            /// The test blocks, in ascending order.
            test_blocks: Vec<BlockIndex>,
        },
        /// The training data is published; workers may commit.
        TaskOpened {
            /// The task.
            task: TaskId,
            /// Where the training blocks and their salts are.
            train_data: BlobId,
            /// First block in which no commitment is taken any more.
            commit_end: BlockNumber,
        },
        /// A worker committed to a model, or replaced its commitment.
        ModelCommitted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// The commitment.
            model: ModelCommitment,
            /// Its place in the order that breaks ties.
            sequence: u32,
        },
        /// A worker took its commitment back.
        CommitmentWithdrawn {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
        },
        /// A test block was revealed as committed.
        BlockRevealed {
            /// The task.
            task: TaskId,
            /// The block.
            block: BlockIndex,
            /// Its real rows.
            rows: u32,
            /// Test blocks that are still hidden.
            hidden: u32,
        },
        /// A worker proved scores of test blocks.
        ScoresProved {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// Test blocks that it has proved by now.
            blocks: u32,
            /// Correct rows in them.
            correct: u32,
        },
        /// A worker has proved every test block.
        SubmissionCompleted {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// Its score on the whole test set.
            score: Score,
            /// It reaches what a winner needs.
            eligible: bool,
        },
        /// A task was settled.
        TaskSettled {
            /// The task.
            task: TaskId,
            /// How it ended.
            outcome: Outcome,
            /// Submissions that may deliver in turn.
            ranked: u32,
        },
        /// A worker delivered the ciphertext of its model.
        ModelDelivered {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// Commitment to the key.
            key_commitment: KeyCommitment,
        },
        /// A worker revealed the key and was paid.
        WinnerPaid {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// Its rank, from 0.
            rank: u32,
            /// What it got, from the escrow or minted.
            paid: Balance,
            /// What of the escrow was burnt.
            burnt: Balance,
        },
        /// The fate of a commitment was carried out and the commitment removed.
        CommitmentClosed {
            /// The task.
            task: TaskId,
            /// The worker.
            worker: AccountId,
            /// What became of its stake.
            fate: Fate,
        },
        /// What was left of the escrow went back to the requester.
        TaskFinished {
            /// The task.
            task: TaskId,
            /// What went back.
            returned: Balance,
        },
        /// Everything about a task was removed.
        TaskRemoved {
            /// The task.
            task: TaskId,
        },
        /// The randomness of an epoch was stored for draws.
        SeedStored {
            /// Its number.
            number: u64,
        },
    }
}
