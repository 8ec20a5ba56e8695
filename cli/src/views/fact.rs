//! Facts.

use super::{shown, words};
use crate::amount::Amount;
use nocknock_client::{AccountId, Case, Fact, Stake};
use nocknock_primitives::{
    fact::{Evidence, FactStatus, Role, FULL_CONFIDENCE},
    ids::FactId,
};
use serde_json::{json, Value};

/// A fact, and how far the chain believes it.
pub(crate) fn fact(id: FactId, fact: &Fact, belief: f64) -> Value {
    let statement = &fact.statement;
    json!({
        "fact": id,
        "domain": words(&statement.domain),
        "subject": words(&statement.subject),
        "predicate": words(&statement.predicate),
        "object": words(&statement.object),
        "evidence": evidence(&fact.evidence),
        "status": status(&fact.status),
        "superseded_by": superseded_by(&fact.status),
        "confidence": belief,
        "author": shown(fact.author),
        "created_at": fact.created_at,
        "decided_at": fact.decided_at,
        "supersedes": fact.supersedes,
        "tally": {
            "attesters": fact.tally.attesters,
            "disputers": fact.tally.disputers,
            "support": Amount(fact.tally.support),
            "against": Amount(fact.tally.against),
        },
    })
}

/// How far the chain believes a fact, from 0 to 1, by a confidence in millionths.
pub(crate) fn belief(confidence: u32) -> f64 {
    f64::from(confidence) / f64::from(FULL_CONFIDENCE)
}

fn evidence(evidence: &Evidence) -> Value {
    match evidence {
        Evidence::Proven { task, circuit, model } => {
            json!({ "kind": "proven", "task": task, "circuit": shown(circuit), "model": shown(model) })
        }
        Evidence::Attested => json!({ "kind": "attested" }),
        Evidence::Imported { uri, blob } => {
            json!({ "kind": "imported", "uri": words(uri), "blob": blob.to_string() })
        }
    }
}

/// What kind of evidence there is.
pub(crate) fn kind(evidence: &Evidence) -> &'static str {
    match evidence {
        Evidence::Proven { .. } => "proven",
        Evidence::Attested => "attested",
        Evidence::Imported { .. } => "imported",
    }
}

/// Where a fact stands.
pub(crate) fn status(status: &FactStatus) -> &'static str {
    match status {
        FactStatus::Proposed => "proposed",
        FactStatus::Disputed => "disputed",
        FactStatus::Accepted => "accepted",
        FactStatus::Rejected => "rejected",
        FactStatus::Retracted => "retracted",
        FactStatus::Superseded { .. } => "superseded",
        FactStatus::Lapsed => "lapsed",
    }
}

fn superseded_by(status: &FactStatus) -> Option<FactId> {
    if let FactStatus::Superseded { by } = status {
        return Some(*by);
    }
    None
}

/// Bonds, votes and deadlines of a fact.
pub(crate) fn case(case: &Case) -> Value {
    json!({
        "window_end": case.window_end,
        "vote_end": case.vote_end,
        "support_bonds": Amount(case.support_bonds),
        "against_bonds": Amount(case.against_bonds),
        "open_support": case.open_support,
        "open_against": case.open_against,
        "open_votes": case.open_votes,
        "electorate": Amount(case.electorate),
        "reopened": case.reopened,
    })
}

/// What an account has on hold for a fact.
pub(crate) fn stake(who: &AccountId, stake: &Stake) -> Value {
    json!({
        "account": shown(who),
        "role": role(&stake.role),
        "held": Amount(stake.bond),
        "since": stake.since,
    })
}

fn role(role: &Role) -> &'static str {
    match role {
        Role::Proposer => "proposer",
        Role::Attester => "attester",
        Role::Disputer => "disputer",
        Role::Voter { support: true, .. } => "voted for it",
        Role::Voter { support: false, .. } => "voted against it",
    }
}
