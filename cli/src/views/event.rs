//! What happened, in a sentence.

use super::{
    event_fields::fields,
    experiment::stage,
    fact::status,
    percent,
    task::{fate, outcome},
    who, with,
};
use crate::{amount::Amount, store};
use nocknock_client::{
    DomainEvent, EventRecord, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, WtmEvent,
};
use serde_json::{json, Value};

/// An event of the timeline.
pub(crate) fn event(record: &EventRecord) -> Value {
    let value = with(summary(&record.event), "block", record.block.number);
    with(value, "index", record.index)
}

/// An event, wherever it happened.
pub(crate) fn summary(event: &DomainEvent) -> Value {
    json!({
        "pallet": event.pallet(),
        "event": event.name(),
        "text": sentence(event),
        "fields": fields(event),
    })
}

/// What happened.
pub(crate) fn sentence(event: &DomainEvent) -> String {
    match event {
        DomainEvent::Tasks(event) => of_tasks(event),
        DomainEvent::Experiments(event) => of_experiments(event),
        DomainEvent::Rewards(event) => of_rewards(event),
        DomainEvent::Wtm(event) => of_facts(event),
        DomainEvent::Provenance(ProvenanceEvent::ModelRecorded { record, .. }) => {
            format!("its origin was written to provenance record {record}")
        }
        other => format!("{}.{}", other.pallet(), other.name()),
    }
}

fn nnk(amount: u128) -> String {
    format!("{} NNK", Amount(amount))
}

fn of_tasks(event: &TasksEvent) -> String {
    match event {
        TasksEvent::TaskCreated { requester, budget, .. } => {
            format!("created by {}, budget {}", who(requester), nnk(*budget))
        }
        TasksEvent::SplitDrawn { test_blocks, .. } => format!("test blocks drawn: {test_blocks:?}"),
        TasksEvent::TaskOpened { train_data, commit_end, .. } => format!(
            "training data published as {}; commitments until block {commit_end}",
            store::shown(train_data)
        ),
        TasksEvent::BlockRevealed { block, rows, .. } => {
            format!("test block {block} revealed, {rows} rows")
        }
        TasksEvent::TaskSettled { outcome: how, ranked, .. } => {
            format!("settled: {}, {ranked} ranked", outcome(*how))
        }
        TasksEvent::TaskFinished { returned, .. } => {
            format!("finished; {} back to the requester", nnk(*returned))
        }
        other => of_submissions(other),
    }
}

fn of_submissions(event: &TasksEvent) -> String {
    match event {
        TasksEvent::ModelCommitted { worker, .. } => format!("{} committed a model", who(worker)),
        TasksEvent::CommitmentWithdrawn { worker, .. } => {
            format!("{} took its commitment back", who(worker))
        }
        TasksEvent::ScoresProved { worker, blocks, correct, .. } => {
            format!("{} has proved {blocks} blocks, {correct} rows correct", who(worker))
        }
        TasksEvent::SubmissionCompleted { worker, score, eligible, .. } => {
            let end = match eligible {
                true => "",
                false => ", which is not enough to win",
            };
            format!("{} proved {score} ({}){end}", who(worker), percent(score))
        }
        other => of_payments(other),
    }
}

fn of_payments(event: &TasksEvent) -> String {
    match event {
        TasksEvent::ModelDelivered { worker, .. } => {
            format!("{} delivered its encrypted model", who(worker))
        }
        TasksEvent::WinnerPaid { worker, rank, paid, burnt, .. } => format!(
            "{} revealed the key and was paid {} for rank {rank}; {} burnt",
            who(worker),
            nnk(*paid),
            nnk(*burnt)
        ),
        TasksEvent::CommitmentClosed { worker, fate: became, .. } => {
            format!("stake of {}: {}", who(worker), fate(*became))
        }
        other => other.name().to_owned(),
    }
}

fn of_experiments(event: &ExperimentsEvent) -> String {
    match event {
        ExperimentsEvent::ExperimentCreated { experiment, owner, deposit } => format!(
            "experiment {experiment} created by {}; {} held for it",
            who(owner),
            nnk(*deposit)
        ),
        ExperimentsEvent::ExperimentDescribed { experiment, deposit } => {
            format!("experiment {experiment} described anew; {} held for it now", nnk(*deposit))
        }
        ExperimentsEvent::ExperimentArchived { experiment, deposit } => {
            format!("experiment {experiment} archived; {} stay on hold for it", nnk(*deposit))
        }
        other => of_owners(other),
    }
}

fn of_owners(event: &ExperimentsEvent) -> String {
    match event {
        ExperimentsEvent::TransferOffered { experiment, to } => {
            format!("experiment {experiment} offered to {}", who(to))
        }
        ExperimentsEvent::TransferCancelled { experiment } => {
            format!("offer of experiment {experiment} taken back")
        }
        ExperimentsEvent::ExperimentTransferred { experiment, from, to, deposit } => format!(
            "experiment {experiment} went from {} to {}, from whom {} are held for it",
            who(from),
            who(to),
            nnk(*deposit)
        ),
        ExperimentsEvent::ModelTransferred { experiment, version, from, to } => format!(
            "version {version} of experiment {experiment} went from {} to {}",
            who(from),
            who(to)
        ),
        other => of_models(other),
    }
}

fn of_models(event: &ExperimentsEvent) -> String {
    match event {
        ExperimentsEvent::LeaderboardEntered { worker, place, .. } => {
            format!("{} entered the leaderboard at place {}", who(worker), place.saturating_add(1))
        }
        ExperimentsEvent::ModelRegistered { version, score, .. } => {
            format!("registered as version {version} with {score} ({})", percent(score))
        }
        ExperimentsEvent::ChampionChanged { experiment, champion } => {
            format!("version {} is champion of experiment {experiment}", champion.version)
        }
        ExperimentsEvent::ModelStageChanged { experiment, version, stage: became } => {
            format!("version {version} of experiment {experiment} is {} now", stage(*became))
        }
        other => other.name().to_owned(),
    }
}

fn of_facts(event: &WtmEvent) -> String {
    match event {
        WtmEvent::ScoreProven { fact, .. } => format!("the score became fact {fact}"),
        WtmEvent::FactProposed { fact, proposer, supersedes } => {
            let place = supersedes.map_or_else(String::new, |old| format!(" in place of {old}"));
            format!("fact {fact} proposed by {}{place}", who(proposer))
        }
        WtmEvent::FactDecided { fact, status: became, fee } => {
            format!("fact {fact} is {}; {} burnt for its record", status(became), nnk(*fee))
        }
        WtmEvent::FactSuperseded { fact, by } => {
            format!("fact {by} took the place of fact {fact}")
        }
        WtmEvent::FactRemoved { fact } => format!("fact {fact} removed"),
        other => of_stakes(other),
    }
}

fn of_stakes(event: &WtmEvent) -> String {
    match event {
        WtmEvent::FactAttested { fact, attester } => {
            format!("{} put a bond on fact {fact}", who(attester))
        }
        WtmEvent::FactDisputed { fact, disputer } => {
            format!("{} put a bond against fact {fact}", who(disputer))
        }
        WtmEvent::VoteCast { fact, voter, support, points } => {
            let side = if *support { "for" } else { "against" };
            let points = Amount(*points);
            format!("{} voted {side} fact {fact} with {points} points", who(voter))
        }
        WtmEvent::Claimed { fact, who: account, returned, lost, won } => format!(
            "{} got {} back for fact {fact}, won {} and lost {}",
            who(account),
            nnk(*returned),
            nnk(*won),
            nnk(*lost)
        ),
        other => other.name().to_owned(),
    }
}

fn of_rewards(event: &RewardsEvent) -> String {
    match event {
        RewardsEvent::BudgetReserved { budget, .. } => {
            format!("{} of the pot set aside", nnk(*budget))
        }
        RewardsEvent::Minted { winner, amount, .. } => {
            format!("{} minted for {}", nnk(*amount), who(winner))
        }
        RewardsEvent::NotMinted { winner, amount, .. } => {
            format!("{} could not be minted for {}", nnk(*amount), who(winner))
        }
        RewardsEvent::BudgetReturned { amount, .. } => {
            format!("{} went back to the pot", nnk(*amount))
        }
        RewardsEvent::WorkerSuspended { worker, .. } => {
            format!("{} was suspended: it did not do what it committed to", who(worker))
        }
        RewardsEvent::CandidateAdded { who: account, points } => {
            format!("{} stands for election with {} work points", who(account), Amount(*points))
        }
        RewardsEvent::CandidateLeft { who: account } => {
            format!("{} stands for election no longer", who(account))
        }
        other => other.name().to_owned(),
    }
}
