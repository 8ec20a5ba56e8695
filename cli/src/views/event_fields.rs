//! The fields of events, under the names that they have on the chain.

use super::{
    experiment::stage,
    fact::status,
    score, shown,
    task::{funding, outcome},
};
use crate::{amount::Amount, store};
use nocknock_client::{
    DomainEvent, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, WtmEvent,
};
use nocknock_primitives::task::Fate;
use serde_json::{json, Value};

/// The fields of an event about tasks, experiments, models, facts or rewards; null for another one.
pub(super) fn fields(event: &DomainEvent) -> Value {
    match event {
        DomainEvent::Tasks(event) => of_tasks(event),
        DomainEvent::Experiments(event) => of_experiments(event),
        DomainEvent::Rewards(event) => of_rewards(event),
        DomainEvent::Wtm(event) => of_facts(event),
        DomainEvent::Provenance(ProvenanceEvent::ModelRecorded {
            record,
            task,
            model,
            submitter,
        }) => json!({
            "record": record,
            "task": task,
            "model": shown(model),
            "submitter": shown(submitter),
        }),
        _ => Value::Null,
    }
}

fn of_tasks(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::TaskCreated { task, experiment, requester, funding: payer, budget } => json!({
            "task": task,
            "experiment": experiment,
            "requester": shown(requester),
            "funding": funding(*payer),
            "budget": Amount(*budget),
        }),
        TasksEvent::SplitDrawn { task, test_blocks } => {
            json!({ "task": task, "test_blocks": test_blocks })
        }
        TasksEvent::TaskOpened { task, train_data, commit_end } => json!({
            "task": task,
            "train_data": store::shown(train_data),
            "commit_end": commit_end,
        }),
        TasksEvent::BlockRevealed { task, block, rows, hidden } => {
            json!({ "task": task, "block": block, "rows": rows, "hidden": hidden })
        }
        other => of_submissions(other),
    }
}

fn of_submissions(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::ModelCommitted { task, worker, model, sequence } => json!({
            "task": task,
            "worker": shown(worker),
            "model": shown(model),
            "sequence": sequence,
        }),
        TasksEvent::CommitmentWithdrawn { task, worker } => {
            json!({ "task": task, "worker": shown(worker) })
        }
        other => of_scores(other),
    }
}

fn of_scores(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::ScoresProved { task, worker, blocks, correct } => json!({
            "task": task,
            "worker": shown(worker),
            "blocks": blocks,
            "correct": correct,
        }),
        TasksEvent::SubmissionCompleted { task, worker, score: proved, eligible } => json!({
            "task": task,
            "worker": shown(worker),
            "score": score(proved),
            "eligible": eligible,
        }),
        other => of_payments(other),
    }
}

fn of_payments(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::ModelDelivered { task, worker, key_commitment } => json!({
            "task": task,
            "worker": shown(worker),
            "key_commitment": shown(key_commitment),
        }),
        TasksEvent::WinnerPaid { task, worker, rank, paid, burnt } => json!({
            "task": task,
            "worker": shown(worker),
            "rank": rank,
            "paid": Amount(*paid),
            "burnt": Amount(*burnt),
        }),
        TasksEvent::CommitmentClosed { task, worker, fate: became } => {
            json!({ "task": task, "worker": shown(worker), "fate": fate(*became) })
        }
        other => of_ends(other),
    }
}

fn of_ends(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::TaskSettled { task, outcome: how, ranked } => {
            json!({ "task": task, "outcome": outcome(*how), "ranked": ranked })
        }
        TasksEvent::TaskFinished { task, returned } => {
            json!({ "task": task, "returned": Amount(*returned) })
        }
        TasksEvent::TaskRemoved { task } => json!({ "task": task }),
        _ => Value::Null,
    }
}

/// What became of a stake, in a word.
fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Returned => "returned",
        Fate::Compensated => "compensated",
        Fate::NotProved => "not-proved",
        Fate::NotDelivered => "not-delivered",
    }
}

fn of_experiments(event: &ExperimentsEvent) -> Value {
    match event {
        ExperimentsEvent::ExperimentCreated { experiment, owner, deposit } => json!({
            "experiment": experiment,
            "owner": shown(owner),
            "deposit": Amount(*deposit),
        }),
        ExperimentsEvent::ExperimentDescribed { experiment, deposit }
        | ExperimentsEvent::ExperimentArchived { experiment, deposit } => {
            json!({ "experiment": experiment, "deposit": Amount(*deposit) })
        }
        other => of_owners(other),
    }
}

fn of_owners(event: &ExperimentsEvent) -> Value {
    match event {
        ExperimentsEvent::TransferOffered { experiment, to } => {
            json!({ "experiment": experiment, "to": shown(to) })
        }
        ExperimentsEvent::TransferCancelled { experiment } => json!({ "experiment": experiment }),
        ExperimentsEvent::ExperimentTransferred { experiment, from, to, deposit } => json!({
            "experiment": experiment,
            "from": shown(from),
            "to": shown(to),
            "deposit": Amount(*deposit),
        }),
        ExperimentsEvent::ModelTransferred { experiment, version, from, to } => json!({
            "experiment": experiment,
            "version": version,
            "from": shown(from),
            "to": shown(to),
        }),
        other => of_models(other),
    }
}

fn of_models(event: &ExperimentsEvent) -> Value {
    match event {
        ExperimentsEvent::LeaderboardEntered { experiment, worker, task, place } => json!({
            "experiment": experiment,
            "worker": shown(worker),
            "task": task,
            "place": place,
        }),
        ExperimentsEvent::ModelRegistered { experiment, version, task, worker, score: proved } => {
            json!({
                "experiment": experiment,
                "version": version,
                "task": task,
                "worker": shown(worker),
                "score": score(proved),
            })
        }
        other => of_stages(other),
    }
}

fn of_stages(event: &ExperimentsEvent) -> Value {
    match event {
        ExperimentsEvent::ChampionChanged { experiment, champion } => json!({
            "experiment": experiment,
            "version": champion.version,
            "score": score(&champion.score),
        }),
        ExperimentsEvent::ModelStageChanged { experiment, version, stage: became } => {
            json!({ "experiment": experiment, "version": version, "stage": stage(*became) })
        }
        _ => Value::Null,
    }
}

fn of_facts(event: &WtmEvent) -> Value {
    match event {
        WtmEvent::ScoreProven { fact, experiment, task, version } => {
            json!({ "fact": fact, "experiment": experiment, "task": task, "version": version })
        }
        WtmEvent::FactProposed { fact, proposer, supersedes } => {
            json!({ "fact": fact, "proposer": shown(proposer), "supersedes": supersedes })
        }
        WtmEvent::FactDecided { fact, status: became, fee } => {
            json!({ "fact": fact, "status": status(became), "fee": Amount(*fee) })
        }
        WtmEvent::FactSuperseded { fact, by } => json!({ "fact": fact, "by": by }),
        WtmEvent::FactRemoved { fact } => json!({ "fact": fact }),
        other => of_stakes(other),
    }
}

fn of_stakes(event: &WtmEvent) -> Value {
    match event {
        WtmEvent::FactAttested { fact, attester } => {
            json!({ "fact": fact, "attester": shown(attester) })
        }
        WtmEvent::FactDisputed { fact, disputer } => {
            json!({ "fact": fact, "disputer": shown(disputer) })
        }
        WtmEvent::VoteCast { fact, voter, support, points } => json!({
            "fact": fact,
            "voter": shown(voter),
            "support": support,
            "points": Amount(*points),
        }),
        WtmEvent::Claimed { fact, who, returned, lost, won } => json!({
            "fact": fact,
            "who": shown(who),
            "returned": Amount(*returned),
            "lost": Amount(*lost),
            "won": Amount(*won),
        }),
        _ => Value::Null,
    }
}

fn of_rewards(event: &RewardsEvent) -> Value {
    match event {
        RewardsEvent::BudgetReserved { task, experiment, budget } => {
            json!({ "task": task, "experiment": experiment, "budget": Amount(*budget) })
        }
        RewardsEvent::Minted { task, winner, amount }
        | RewardsEvent::NotMinted { task, winner, amount } => {
            json!({ "task": task, "winner": shown(winner), "amount": Amount(*amount) })
        }
        RewardsEvent::BudgetReturned { task, amount } => {
            json!({ "task": task, "amount": Amount(*amount) })
        }
        RewardsEvent::WorkerSuspended { worker, task } => {
            json!({ "worker": shown(worker), "task": task })
        }
        RewardsEvent::CandidateAdded { who, points } => {
            json!({ "who": shown(who), "work_points": Amount(*points) })
        }
        RewardsEvent::CandidateLeft { who } => json!({ "who": shown(who) }),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{AccountId, NNK};

    #[test]
    fn a_payment_names_its_fields_and_gives_amounts_as_exact_texts() {
        let worker = AccountId::from([1; 32]);
        let paid = DomainEvent::Tasks(TasksEvent::WinnerPaid {
            task: 5,
            worker,
            rank: 0,
            paid: NNK / 4,
            burnt: NNK,
        });
        let expected = json!({
            "task": 5,
            "worker": worker.to_string(),
            "rank": 0,
            "paid": "0.25",
            "burnt": "1",
        });
        assert_eq!(fields(&paid), expected);
    }

    #[test]
    fn a_claim_names_who_got_and_who_lost_how_much() {
        let who = AccountId::from([1; 32]);
        let claimed = DomainEvent::Wtm(WtmEvent::Claimed {
            fact: 5,
            who,
            returned: 0,
            lost: NNK / 2,
            won: NNK,
        });
        let expected = json!({
            "fact": 5,
            "who": who.to_string(),
            "returned": "0",
            "lost": "0.5",
            "won": "1",
        });
        assert_eq!(fields(&claimed), expected);
    }

    #[test]
    fn an_event_about_no_task_has_no_fields() {
        let stored = DomainEvent::Tasks(TasksEvent::SeedStored { number: 1 });
        assert_eq!(fields(&stored), Value::Null);
    }
}
