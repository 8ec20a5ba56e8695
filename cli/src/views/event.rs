//! What happened to a task, in a sentence.

use super::{
    event_fields::fields,
    percent,
    task::{fate, outcome},
    who,
};
use crate::{amount::Amount, store};
use nocknock_client::{
    DomainEvent, EventRecord, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, WtmEvent,
};
use serde_json::{json, Value};

/// An event of the timeline.
pub(crate) fn event(record: &EventRecord) -> Value {
    json!({
        "block": record.block.number,
        "index": record.index,
        "pallet": record.event.pallet(),
        "event": record.event.name(),
        "text": sentence(&record.event),
        "fields": fields(&record.event),
    })
}

/// What happened.
pub(crate) fn sentence(event: &DomainEvent) -> String {
    match event {
        DomainEvent::Tasks(event) => of_tasks(event),
        DomainEvent::Experiments(event) => of_experiments(event),
        DomainEvent::Rewards(event) => of_rewards(event),
        DomainEvent::Wtm(WtmEvent::ScoreProven { fact, .. }) => {
            format!("the score became fact {fact}")
        }
        DomainEvent::Provenance(ProvenanceEvent::ModelRecorded { record, .. }) => {
            format!("its origin was written to provenance record {record}")
        }
        other => format!("{}.{}", other.pallet(), other.name()),
    }
}

fn of_tasks(event: &TasksEvent) -> String {
    match event {
        TasksEvent::TaskCreated {
            requester, budget, ..
        } => {
            format!(
                "created by {}, budget {} NNK",
                who(requester),
                Amount(*budget)
            )
        }
        TasksEvent::SplitDrawn { test_blocks, .. } => format!("test blocks drawn: {test_blocks:?}"),
        TasksEvent::TaskOpened {
            train_data,
            commit_end,
            ..
        } => format!(
            "training data published as {}; commitments until block {commit_end}",
            store::shown(train_data)
        ),
        TasksEvent::ModelCommitted { worker, .. } => format!("{} committed a model", who(worker)),
        TasksEvent::CommitmentWithdrawn { worker, .. } => {
            format!("{} took its commitment back", who(worker))
        }
        TasksEvent::BlockRevealed { block, rows, .. } => {
            format!("test block {block} revealed, {rows} rows")
        }
        TasksEvent::ScoresProved {
            worker,
            blocks,
            correct,
            ..
        } => format!(
            "{} has proved {blocks} blocks, {correct} rows correct",
            who(worker)
        ),
        TasksEvent::SubmissionCompleted {
            worker,
            score,
            eligible,
            ..
        } => format!(
            "{} proved {score} ({}){}",
            who(worker),
            percent(score),
            if *eligible {
                ""
            } else {
                ", which is not enough to win"
            }
        ),
        later => of_later_tasks(later),
    }
}

fn of_later_tasks(event: &TasksEvent) -> String {
    match event {
        TasksEvent::TaskSettled {
            outcome: how,
            ranked,
            ..
        } => {
            format!("settled: {}, {ranked} ranked", outcome(*how))
        }
        TasksEvent::ModelDelivered { worker, .. } => {
            format!("{} delivered its encrypted model", who(worker))
        }
        TasksEvent::WinnerPaid {
            worker,
            rank,
            paid,
            burnt,
            ..
        } => format!(
            "{} revealed the key and was paid {} NNK for rank {rank}; {} NNK burnt",
            who(worker),
            Amount(*paid),
            Amount(*burnt)
        ),
        TasksEvent::CommitmentClosed {
            worker,
            fate: became,
            ..
        } => {
            format!("stake of {}: {}", who(worker), fate(*became))
        }
        TasksEvent::TaskFinished { returned, .. } => {
            format!("finished; {} NNK back to the requester", Amount(*returned))
        }
        other => other.name().to_owned(),
    }
}

fn of_experiments(event: &ExperimentsEvent) -> String {
    match event {
        ExperimentsEvent::LeaderboardEntered { worker, place, .. } => {
            format!(
                "{} entered the leaderboard at place {}",
                who(worker),
                place.saturating_add(1)
            )
        }
        ExperimentsEvent::ModelRegistered { version, score, .. } => {
            format!(
                "registered as version {version} with {score} ({})",
                percent(score)
            )
        }
        other => other.name().to_owned(),
    }
}

fn of_rewards(event: &RewardsEvent) -> String {
    match event {
        RewardsEvent::BudgetReserved { budget, .. } => {
            format!("{} NNK of the pot set aside", Amount(*budget))
        }
        RewardsEvent::Minted { winner, amount, .. } => {
            format!("{} NNK minted for {}", Amount(*amount), who(winner))
        }
        RewardsEvent::NotMinted { winner, amount, .. } => {
            format!(
                "{} NNK could not be minted for {}",
                Amount(*amount),
                who(winner)
            )
        }
        RewardsEvent::BudgetReturned { amount, .. } => {
            format!("{} NNK went back to the pot", Amount(*amount))
        }
        RewardsEvent::WorkerSuspended { worker, .. } => {
            format!(
                "{} was suspended: it did not do what it committed to",
                who(worker)
            )
        }
        other => other.name().to_owned(),
    }
}
