//! Calls about workers, candidates and the curriculum.

use super::Call;
use crate::types::AccountId;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{ExperimentId, ModelCommitment},
    reward::PracticeSpec,
};
use sp_runtime::Permill;

const PALLET: &str = "Rewards";

/// Registers an account as a worker by the proof of a score on the practice block. Sent without a
/// signature, by [`Client::submit_unsigned`](crate::Client::submit_unsigned).
pub fn register_worker(
    worker: &AccountId,
    model: ModelCommitment,
    score: u32,
    proof: &ProofBytes,
) -> Call {
    Call::new(PALLET, "register_worker")
        .with("worker", worker)
        .with("model", model)
        .with("score", score)
        .with("proof", proof)
}

/// Ends the sender's registration as a worker.
pub fn unregister() -> Call {
    Call::new(PALLET, "unregister")
}

/// Removes a registration that expired long ago.
pub fn remove_worker(worker: &AccountId) -> Call {
    Call::new(PALLET, "remove_worker").with("worker", worker)
}

/// Makes the sender a candidate for validation.
pub fn apply_as_candidate() -> Call {
    Call::new(PALLET, "apply_as_candidate")
}

/// Takes the sender off the list of candidates.
pub fn leave_candidates() -> Call {
    Call::new(PALLET, "leave_candidates")
}

/// Adds an experiment to the curriculum or changes its terms. Needs the approval of the council.
pub fn set_curriculum(
    experiment: ExperimentId,
    custodian: Option<AccountId>,
    task_share: Permill,
    max_open: u32,
) -> Call {
    Call::new(PALLET, "set_curriculum")
        .with("experiment", experiment)
        .with("custodian", custodian)
        .with("task_share", task_share)
        .with("max_open", max_open)
}

/// Removes an experiment from the curriculum. Needs the approval of the council.
pub fn remove_curriculum(experiment: ExperimentId) -> Call {
    Call::new(PALLET, "remove_curriculum").with("experiment", experiment)
}

/// Sets the practice block. Needs the approval of the council.
pub fn set_practice(practice: &PracticeSpec) -> Call {
    Call::new(PALLET, "set_practice").with("practice", practice)
}
