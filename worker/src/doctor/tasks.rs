//! The open tasks, as the policy judges them.

use super::{DoctorInput, Finding, Level};
use crate::{
    chain::{asking, may_work, validators_part, AccountStatus, ChainClock, ChainError},
    config::Config,
    machine::free_memory_mib,
    policy::{judge, Decline, Offer, Outstanding, Situation},
    price::ValidatorsPart,
};
use nocknock_client::{AccountId, Balance, CircuitRecord, Client, Snapshot, Task};
use nocknock_primitives::{
    ids::{CircuitId, TaskId},
    task::Funding,
};
use std::{collections::BTreeMap, time::Duration};

const CHECK: &str = "tasks";

/// Open tasks that are told of one by one.
const MOST_TOLD: usize = 20;

/// What the chain says about tasks.
struct Tasks {
    clock: ChainClock,
    account: AccountStatus,
    validators: ValidatorsPart,
    tasks: Vec<(TaskId, Task)>,
    circuits: BTreeMap<CircuitId, CircuitRecord>,
    /// What the winners of those of the curriculum can get at most.
    budgets: BTreeMap<TaskId, Balance>,
}

/// Which open tasks the worker would choose, and what keeps it from the others: too little money,
/// no registration, too little time.
pub(super) async fn tasks(
    input: &DoctorInput<'_>,
    client: &Client,
    snapshot: &Snapshot,
    worker: &AccountId,
) -> Vec<Finding> {
    match read(client, snapshot, worker).await {
        Ok(tasks) => survey(input.config, worker, &tasks),
        Err(error) => vec![Finding::bad(CHECK, error)],
    }
}

async fn read(
    client: &Client,
    snapshot: &Snapshot,
    worker: &AccountId,
) -> Result<Tasks, ChainError> {
    let info = client.chain().await.map_err(asking)?;
    let tasks = snapshot.all_tasks().await.map_err(asking)?;
    Ok(Tasks {
        clock: ChainClock {
            best: snapshot.block().number,
            slot: Duration::from_millis(info.slot_millis),
        },
        account: AccountStatus {
            free: snapshot.balance(worker).await.map_err(asking)?.free,
            may_work: may_work(snapshot, worker).await.map_err(asking)?,
            known: snapshot.allowance_known(worker).await.map_err(asking)?,
        },
        validators: validators_part(snapshot).map_err(asking)?,
        circuits: snapshot.circuits().await.map_err(asking)?.into_iter().collect(),
        budgets: budgets(snapshot, &tasks).await?,
        tasks,
    })
}

async fn budgets(
    snapshot: &Snapshot,
    tasks: &[(TaskId, Task)],
) -> Result<BTreeMap<TaskId, Balance>, ChainError> {
    let mut budgets = BTreeMap::new();
    for (id, _) in tasks.iter().filter(|(_, task)| task.funding == Funding::Curriculum) {
        let task = snapshot.curriculum_task(*id).await.map_err(asking)?;
        budgets.extend(task.map(|task| (*id, task.prize())));
    }
    Ok(budgets)
}

/// One finding for all open tasks, then one for each that would be left alone, each as if it were
/// the only one.
fn survey(config: &Config, worker: &AccountId, read: &Tasks) -> Vec<Finding> {
    let (mut open, mut chosen) = (0u32, 0u32);
    let mut findings = Vec::new();
    let situation = Situation {
        worker: *worker,
        clock: read.clock,
        account: read.account,
        validators: read.validators,
        free_memory_mib: free_memory_mib(),
        outstanding: &Outstanding::default(),
    };
    for (id, task) in &read.tasks {
        let circuit = read.circuits.get(&task.terms.score_circuit);
        let budget = read.budgets.get(id).copied();
        match judge(config, &situation, Offer { id: *id, task, circuit, budget }) {
            Err(Decline::NotOpenYet | Decline::Over) => continue,
            Ok(_) => chosen += 1,
            Err(why) => findings.push(left_alone(*id, &why)),
        }
        open += 1;
    }
    findings.truncate(MOST_TOLD);
    let text = format!("{chosen} of {open} open tasks would be chosen");
    findings.insert(0, Finding::good(CHECK, text));
    findings
}

/// A warning, if the owner can do something about it.
fn left_alone(task: TaskId, why: &Decline) -> Finding {
    let level = if why.concerns_the_owner() { Level::Warning } else { Level::Good };
    Finding::of(level, CHECK, format!("task {task} would be left alone: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chain::fake, stages::test_services};

    fn read(free: u128, best: u32) -> Tasks {
        let mut task = fake::open_task();
        let circuit = fake::record(test_services::circuits().score.info());
        task.terms.score_circuit = circuit.info.id();
        Tasks {
            clock: ChainClock { best, slot: Duration::from_secs(1) },
            account: AccountStatus { free, may_work: true, known: true },
            validators: ValidatorsPart::default(),
            tasks: vec![(7, task)],
            circuits: BTreeMap::from([(circuit.info.id(), circuit)]),
            budgets: BTreeMap::new(),
        }
    }

    fn surveyed(tasks: &Tasks) -> Vec<Finding> {
        let mut config = Config::default();
        config.limits.least_training_seconds = 5;
        config.proving.seconds_per_block = 2;
        survey(&config, &fake::WORKER, tasks)
    }

    fn found(free: u128, best: u32) -> Vec<Finding> {
        surveyed(&read(free, best))
    }

    #[test]
    fn a_task_that_would_be_chosen_is_counted() {
        let found = found(u128::MAX, 100);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].text.starts_with("1 of 1"), "{found:?}");
    }

    #[test]
    fn a_stake_that_the_account_cannot_pay_is_a_warning() {
        let found = found(0, 100);
        assert!(found[0].text.starts_with("0 of 1"), "{found:?}");
        assert_eq!(found[1].level, Level::Warning);
        assert!(found[1].text.contains("send it tokens"), "{found:?}");
    }

    #[test]
    fn a_task_that_ends_too_soon_is_told_without_a_warning() {
        let found = found(u128::MAX, 108);
        assert_eq!(found[1].level, Level::Good);
        assert!(found[1].text.contains("left to train"), "{found:?}");
    }

    #[test]
    fn a_task_of_the_curriculum_is_chosen_if_something_is_set_aside_for_it() {
        let mut tasks = read(0, 100);
        tasks.tasks[0].1.funding = Funding::Curriculum;
        let found = surveyed(&tasks);
        assert!(found[1].text.contains("nothing was left"), "{found:?}");
        tasks.budgets.insert(7, 1);
        let found = surveyed(&tasks);
        assert!(found[0].text.starts_with("1 of 1"), "{found:?}");
    }

    #[test]
    fn tasks_that_are_over_are_not_told_of() {
        let found = found(u128::MAX, 1_000_000);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].text.starts_with("0 of 0"), "{found:?}");
    }
}
