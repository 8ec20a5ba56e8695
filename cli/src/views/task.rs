//! Tasks.

use super::{perhaps, score, shown};
use crate::amount::Amount;
use nocknock_client::{AccountId, Balance, BlockNumber, Commitment, Delivery, Ranking, Task};
use nocknock_dataset::shape_name;
use nocknock_primitives::{
    ids::TaskId,
    phase::Phase,
    task::{Fate, Funding, Outcome, SealedModelKey, Settlement, Terms},
};
use serde_json::{json, Value};

/// A task in block `now`.
pub(crate) fn task(id: TaskId, task: &Task, now: BlockNumber) -> Value {
    json!({
        "task": id,
        "experiment": task.experiment,
        "requester": shown(task.requester),
        "funding": funding(task.funding),
        "phase": phase(task.phase(now)),
        "deadline": task.deadline(now),
        "shape": shape_name(&task.architecture),
        "architecture": task.architecture,
        "recipient": shown(task.recipient),
        "encoding": shown(task.encoding),
        "blocks": task.blocks,
        "test_blocks": task.test_blocks,
        "tests": tests(task),
        "test_rows": task.test_rows(),
        "max_points": task.max_points(),
        "train_data": task.train_data.as_ref().map(ToString::to_string),
        "created_at": task.created_at,
        "drawn_at": task.drawn_at,
        "opened_at": task.opened_at,
        "revealed_at": task.revealed_at,
        "committed": task.committed,
        "proved": task.proved,
        "terms": terms(&task.terms),
        "held": { "escrow": Amount(task.held.escrow), "bond": Amount(task.held.bond) },
        "settlement": task.settlement.as_ref().map(settlement),
    })
}

fn tests(task: &Task) -> Vec<Value> {
    let test = |test: &nocknock_primitives::task::TestBlock| json!({ "block": test.index, "rows": test.rows });
    task.tests.iter().map(test).collect()
}

/// What a requester offers.
pub(crate) fn terms(terms: &Terms<Balance, BlockNumber>) -> Value {
    let periods = &terms.periods;
    json!({
        "score_circuit": shown(terms.score_circuit),
        "delivery_circuit": shown(terms.delivery_circuit),
        "min_score": score(&terms.min_score),
        "min_test_rows": terms.min_test_rows,
        "reward": Amount(terms.reward),
        "shares": terms.shares.to_vec(),
        "bond": Amount(terms.bond),
        "stake": Amount(terms.stake),
        "periods": {
            "publish": periods.publish,
            "commit": periods.commit,
            "reveal": periods.reveal,
            "prove": periods.prove,
            "deliver": periods.deliver,
        },
    })
}

fn settlement(settlement: &Settlement<BlockNumber>) -> Value {
    json!({
        "outcome": outcome(settlement.outcome),
        "at": settlement.at,
        "ranked": settlement.ranked,
        "paid": settlement.paid,
        "finished_at": settlement.finished_at,
    })
}

/// A worker's entry in a task.
pub(crate) fn commitment(worker: &AccountId, commitment: &Commitment) -> Value {
    json!({
        "worker": shown(worker),
        "model": shown(commitment.model),
        "key_commitment": shown(commitment.key),
        "ciphertext_hash": shown(commitment.ciphertext),
        "sequence": commitment.sequence,
        "proved_blocks": commitment.proved_blocks(),
        "correct": commitment.correct,
    })
}

/// A ranking.
pub(crate) fn ranking(ranking: &Ranking) -> Vec<Value> {
    let entry = |(rank, entry): (usize, &nocknock_primitives::task::Ranked<AccountId>)| json!({ "rank": rank, "worker": shown(entry.worker), "correct": entry.correct });
    ranking.iter().enumerate().map(entry).collect()
}

/// A model that is being delivered, or was, without the ciphertext.
pub(crate) fn delivery(worker: &AccountId, delivery: &Delivery) -> Value {
    json!({
        "worker": shown(worker),
        "model": shown(delivery.model),
        "key_commitment": shown(delivery.key),
        "ciphertext_hash": shown(delivery.ciphertext),
        "begun_at": delivery.begun_at,
        "chunks": delivery.chunks,
        "sealed": delivery.sealed.as_ref().map(sealed),
    })
}

/// The key, which its recipient alone can open, and what the worker attests.
fn sealed(sealed: &SealedModelKey<BlockNumber>) -> Value {
    let attestation = &sealed.attestation;
    json!({
        "at": sealed.at,
        "ephemeral": shown(sealed.key.ephemeral),
        "masked_key": format!("0x{}", hex::encode(sealed.key.masked_key)),
        "attestation": {
            "image": perhaps(attestation.image),
            "code": perhaps(attestation.code),
            "hyperparameters": perhaps(attestation.hyperparameters),
            "model_blob": attestation.model_blob.as_ref().map(ToString::to_string),
        },
    })
}

/// Who pays.
pub(crate) fn funding(funding: Funding) -> &'static str {
    match funding {
        Funding::Sponsored => "sponsored",
        Funding::Curriculum => "curriculum",
    }
}

/// Where a task stands.
pub(crate) fn phase(phase: Phase) -> String {
    match phase {
        Phase::Created => "created".to_owned(),
        Phase::Drawn => "drawn".to_owned(),
        Phase::Open => "open".to_owned(),
        Phase::Reveal => "reveal".to_owned(),
        Phase::Prove => "prove".to_owned(),
        Phase::Settle => "settle".to_owned(),
        Phase::Deliver { rank } => format!("deliver({rank})"),
        Phase::Done => "done".to_owned(),
    }
}

/// How a task ended.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Cancelled => "cancelled",
        Outcome::Lapsed => "lapsed",
        Outcome::NoCommitments => "no-commitments",
        Outcome::RevealFailed => "reveal-failed",
        Outcome::Voided => "voided",
        Outcome::NoWinner => "no-winner",
        Outcome::Ranked => "ranked",
    }
}

/// What became of a stake.
pub(crate) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Returned => "returned",
        Fate::Compensated => "returned with a share of the bond",
        Fate::NotProved => "lost: not proved",
        Fate::NotDelivered => "lost: not delivered",
    }
}
