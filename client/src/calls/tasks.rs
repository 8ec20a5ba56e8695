//! Calls about tasks.

use super::{Call, Hold, TooLong};
use crate::types::{AccountId, TaskSpec};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlobId, BlockIndex, ExperimentId, FieldBytes, KeyCommitment, ModelCommitment, TaskId},
    limits::{List, MAX_TEST_BLOCKS},
    task::{Attestation, BlockScore, Ciphertext, RevealedBlock},
};

const PALLET: &str = "Tasks";

/// Creates a task in an experiment. Holds the reward and the bond of a sponsored task.
pub fn create(experiment: ExperimentId, spec: &TaskSpec) -> Call {
    Call::new(PALLET, "create_task")
        .with("experiment", experiment)
        .with("spec", spec)
        .holding(Hold::Amount(spec.terms.reward))
        .holding(Hold::Amount(spec.terms.bond))
}

/// Cancels a task that nobody can be committed to.
pub fn cancel(task: TaskId) -> Call {
    about("cancel_task", task)
}

/// Draws the test blocks, once the randomness for it is known.
pub fn draw(task: TaskId) -> Call {
    about("draw_split", task)
}

/// Publishes the training data of a drawn task and opens it for commitments.
pub fn publish(task: TaskId, train_data: BlobId) -> Call {
    about("publish_training_data", task).with("train_data", train_data)
}

/// Commits the sender to a model, or replaces its commitment. The first one holds the task's stake,
/// which the task names and this call does not know.
pub fn commit(task: TaskId, model: ModelCommitment) -> Call {
    about("commit_model", task).with("model", model)
}

/// Takes the sender's commitment back.
pub fn withdraw(task: TaskId) -> Call {
    about("withdraw_commitment", task)
}

/// Reveals a test block: its salt and its rows.
pub fn reveal(task: TaskId, block: BlockIndex, revealed: &RevealedBlock) -> Call {
    about("reveal_block", task)
        .with("block", block)
        .with("salt", revealed.salt)
        .with("rows", &revealed.rows)
}

/// Submits proved scores of the sender's model on test blocks, at most [`MAX_TEST_BLOCKS`] in one
/// call.
pub fn submit_scores(task: TaskId, scores: &[BlockScore]) -> Result<Call, TooLong> {
    let bounded = List::<BlockScore, MAX_TEST_BLOCKS>::try_from(scores.to_vec());
    let bounded =
        bounded.map_err(|scores| TooLong { given: scores.len(), limit: MAX_TEST_BLOCKS })?;
    Ok(about("submit_scores", task).with("scores", bounded))
}

/// Settles a task whose phases are over.
pub fn settle(task: TaskId) -> Call {
    about("settle", task)
}

/// Delivers the sender's model in its turn.
pub fn deliver(
    task: TaskId,
    ciphertext: &Ciphertext,
    key_commitment: KeyCommitment,
    proof: &ProofBytes,
    attestation: &Attestation,
) -> Call {
    about("deliver", task)
        .with("ciphertext", ciphertext)
        .with("key_commitment", key_commitment)
        .with("proof", proof)
        .with("attestation", attestation)
}

/// Reveals the key of the sender's delivered model, which pays for it.
pub fn reveal_key(task: TaskId, key: FieldBytes) -> Call {
    about("reveal_key", task).with("key", key)
}

/// Carries out what is decided about a worker's commitment.
pub fn close(task: TaskId, worker: &AccountId) -> Call {
    about("close_commitment", task).with("worker", worker)
}

/// Returns what is left of the reward of a task that is over.
pub fn finish(task: TaskId) -> Call {
    about("finish_task", task)
}

/// Removes a task that is over, closed and old enough.
pub fn remove(task: TaskId) -> Call {
    about("remove_task", task)
}

fn about(call: &'static str, task: TaskId) -> Call {
    Call::new(PALLET, call).with("task", task)
}
