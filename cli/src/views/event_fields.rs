//! The fields of events about tasks, under the names that they have on the chain.

use super::{
    score, shown,
    task::{funding, outcome},
};
use crate::{amount::Amount, store};
use nocknock_client::{
    DomainEvent, ExperimentsEvent, ProvenanceEvent, RewardsEvent, TasksEvent, WtmEvent,
};
use nocknock_primitives::task::Fate;
use serde_json::{json, Value};

/// The fields of an event about a task; null for another event.
pub(super) fn fields(event: &DomainEvent) -> Value {
    match event {
        DomainEvent::Tasks(event) => of_tasks(event),
        DomainEvent::Experiments(event) => of_experiments(event),
        DomainEvent::Rewards(event) => of_rewards(event),
        DomainEvent::Wtm(WtmEvent::ScoreProven {
            fact,
            experiment,
            task,
            version,
        }) => json!({ "fact": fact, "experiment": experiment, "task": task, "version": version }),
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
        TasksEvent::TaskCreated {
            task,
            experiment,
            requester,
            funding: payer,
            budget,
        } => json!({
            "task": task,
            "experiment": experiment,
            "requester": shown(requester),
            "funding": funding(*payer),
            "budget": Amount(*budget),
        }),
        TasksEvent::SplitDrawn { task, test_blocks } => {
            json!({ "task": task, "test_blocks": test_blocks })
        }
        TasksEvent::TaskOpened {
            task,
            train_data,
            commit_end,
        } => json!({
            "task": task,
            "train_data": store::shown(train_data),
            "commit_end": commit_end,
        }),
        TasksEvent::BlockRevealed {
            task,
            block,
            rows,
            hidden,
        } => json!({ "task": task, "block": block, "rows": rows, "hidden": hidden }),
        TasksEvent::TaskSettled {
            task,
            outcome: how,
            ranked,
        } => json!({ "task": task, "outcome": outcome(*how), "ranked": ranked }),
        TasksEvent::TaskFinished { task, returned } => {
            json!({ "task": task, "returned": Amount(*returned) })
        }
        TasksEvent::TaskRemoved { task } => json!({ "task": task }),
        other => of_submissions(other),
    }
}

fn of_submissions(event: &TasksEvent) -> Value {
    match event {
        TasksEvent::ModelCommitted {
            task,
            worker,
            model,
            sequence,
        } => json!({
            "task": task,
            "worker": shown(worker),
            "model": shown(model),
            "sequence": sequence,
        }),
        TasksEvent::CommitmentWithdrawn { task, worker } => {
            json!({ "task": task, "worker": shown(worker) })
        }
        TasksEvent::ScoresProved {
            task,
            worker,
            blocks,
            correct,
        } => json!({
            "task": task,
            "worker": shown(worker),
            "blocks": blocks,
            "correct": correct,
        }),
        TasksEvent::SubmissionCompleted {
            task,
            worker,
            score: proved,
            eligible,
        } => json!({
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
        TasksEvent::ModelDelivered {
            task,
            worker,
            key_commitment,
        } => json!({
            "task": task,
            "worker": shown(worker),
            "key_commitment": shown(key_commitment),
        }),
        TasksEvent::WinnerPaid {
            task,
            worker,
            rank,
            paid,
            burnt,
        } => json!({
            "task": task,
            "worker": shown(worker),
            "rank": rank,
            "paid": Amount(*paid),
            "burnt": Amount(*burnt),
        }),
        TasksEvent::CommitmentClosed {
            task,
            worker,
            fate: became,
        } => json!({ "task": task, "worker": shown(worker), "fate": fate(*became) }),
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
        ExperimentsEvent::LeaderboardEntered {
            experiment,
            worker,
            task,
            place,
        } => json!({
            "experiment": experiment,
            "worker": shown(worker),
            "task": task,
            "place": place,
        }),
        ExperimentsEvent::ModelRegistered {
            experiment,
            version,
            task,
            worker,
            score: proved,
        } => json!({
            "experiment": experiment,
            "version": version,
            "task": task,
            "worker": shown(worker),
            "score": score(proved),
        }),
        _ => Value::Null,
    }
}

fn of_rewards(event: &RewardsEvent) -> Value {
    match event {
        RewardsEvent::BudgetReserved {
            task,
            experiment,
            budget,
        } => json!({ "task": task, "experiment": experiment, "budget": Amount(*budget) }),
        RewardsEvent::Minted {
            task,
            winner,
            amount,
        }
        | RewardsEvent::NotMinted {
            task,
            winner,
            amount,
        } => json!({ "task": task, "winner": shown(winner), "amount": Amount(*amount) }),
        RewardsEvent::BudgetReturned { task, amount } => {
            json!({ "task": task, "amount": Amount(*amount) })
        }
        RewardsEvent::WorkerSuspended { worker, task } => {
            json!({ "worker": shown(worker), "task": task })
        }
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
    fn an_event_about_no_task_has_no_fields() {
        let stored = DomainEvent::Tasks(TasksEvent::SeedStored { number: 1 });
        assert_eq!(fields(&stored), Value::Null);
    }
}
