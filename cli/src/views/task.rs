//! Tasks.

use super::{halvings, perhaps, score, shown};
use crate::amount::Amount;
use nocknock_client::{
    AccountId, Balance, BlockNumber, Commitment, CurriculumTask, Delivery, Ranked, Ranking,
    Reference, Task,
};
use nocknock_dataset::shape_name;
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState, RoundClock},
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
        "claimed": task.claimed,
        "waiting_claims": task.waiting,
        "proved": task.proved,
        "round": task.round.as_ref().map(round),
        "reference": task.reference.as_ref().map(reference),
        "terms": terms(&task.terms),
        "held": {
            "escrow": Amount(task.held.escrow),
            "bond": Amount(task.held.bond),
            "record": Amount(task.held.record),
        },
        "settlement": task.settlement.as_ref().map(settlement),
    })
}

fn tests(task: &Task) -> Vec<Value> {
    let test = |test: &nocknock_primitives::task::TestBlock| json!({ "block": test.index, "rows": test.rows });
    task.tests.iter().map(test).collect()
}

/// The present round of proofs.
fn round(round: &RoundClock<BlockNumber>) -> Value {
    json!({ "number": round.number, "began": round.began, "not_proved_yet": round.open })
}

/// The champion that models are measured against.
fn reference(reference: &Reference) -> Value {
    json!({
        "version": reference.version,
        "task": reference.task,
        "worker": shown(reference.worker),
        "model": shown(reference.model),
        "circuit": shown(reference.circuit),
        "proved_blocks": reference.proved_blocks(),
        "points": reference.points,
    })
}

/// What the chain mints for an open task of the curriculum.
pub(crate) fn minting(task: &CurriculumTask) -> Value {
    json!({
        "custodian": shown(task.custodian),
        "for_a_halving": Amount(task.unit),
        "set_aside": Amount(task.budget),
        "winner_gets_at_most": Amount(task.prize()),
        "taken_halvings": halvings(task.taken),
        "paid": task.paid,
    })
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
            "claim": periods.claim,
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
        "least": Amount(commitment.least),
        "claim": claim_word(&commitment.claim),
        "claimed_points": commitment.claim.points(),
        "proved_blocks": commitment.proved_blocks(),
        "correct": commitment.correct,
    })
}

/// A claim that waits to be asked for its proof.
pub(crate) fn claim((worker, key): &(AccountId, ClaimKey)) -> Value {
    json!({ "worker": shown(worker), "points": key.points, "sequence": key.sequence })
}

/// What has become of a claim, in a word.
fn claim_word(claim: &ClaimState) -> &'static str {
    match claim {
        ClaimState::Silent => "none",
        ClaimState::Claimed(_) => "waiting",
        ClaimState::Asked(_) => "asked",
        ClaimState::Proved => "proved",
        ClaimState::Failed => "failed",
    }
}

/// What a worker has said about its score, for people.
pub(crate) fn claim_words(claim: &ClaimState) -> String {
    match claim {
        ClaimState::Silent => String::new(),
        ClaimState::Claimed(points) => format!("{points} points"),
        ClaimState::Asked(points) => format!("{points} points, asked for the proof"),
        ClaimState::Proved => "proved".to_owned(),
        ClaimState::Failed => "not proved in time".to_owned(),
    }
}

/// A ranking.
pub(crate) fn ranking(ranking: &Ranking) -> Vec<Value> {
    let entry = |(rank, entry): (usize, &Ranked)| {
        json!({
            "rank": rank,
            "worker": shown(entry.worker),
            "correct": entry.correct,
            "gets_at_most": Amount(entry.amount),
            "least": Amount(entry.least),
            "halvings": halvings(entry.bits),
            "delivered": entry.delivered,
        })
    };
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
        Phase::Claim => "claim".to_owned(),
        Phase::Ask => "ask".to_owned(),
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
        Fate::NotProved => "burnt: not proved",
        Fate::NotDelivered => "burnt: not delivered",
    }
}
