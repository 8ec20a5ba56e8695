//! The open tasks, as the policy judges them.

use super::{DoctorInput, Finding, Level};
use crate::{
    chain::{asking, may_work, AccountStatus, ChainClock, ChainError},
    config::Config,
    policy::{judge, Decline, Outstanding},
};
use nocknock_client::{AccountId, Client, Snapshot, Task};
use nocknock_primitives::ids::TaskId;
use std::time::Duration;

const CHECK: &str = "tasks";

/// Open tasks that are told of one by one.
const MOST_TOLD: usize = 20;

/// Which open tasks the worker would choose, and what keeps it from the others: too little money,
/// no registration, too little time.
pub(super) async fn tasks(
    input: &DoctorInput<'_>,
    client: &Client,
    snapshot: &Snapshot,
    worker: &AccountId,
) -> Vec<Finding> {
    match read(client, snapshot, worker).await {
        Ok((clock, account, tasks)) => survey(input.config, worker, clock, account, &tasks),
        Err(error) => vec![Finding::bad(CHECK, error)],
    }
}

async fn read(
    client: &Client,
    snapshot: &Snapshot,
    worker: &AccountId,
) -> Result<(ChainClock, AccountStatus, Vec<(TaskId, Task)>), ChainError> {
    let info = client.chain().await.map_err(asking)?;
    let clock =
        ChainClock { best: snapshot.block().number, slot: Duration::from_millis(info.slot_millis) };
    let account = AccountStatus {
        free: snapshot.balance(worker).await.map_err(asking)?.free,
        may_work: may_work(snapshot, worker).await.map_err(asking)?,
    };
    let tasks = snapshot.all_tasks().await.map_err(asking)?;
    Ok((clock, account, tasks))
}

/// One finding for all open tasks, then one for each that would be left alone, each as if it were
/// the only one.
pub(super) fn survey(
    config: &Config,
    worker: &AccountId,
    clock: ChainClock,
    account: AccountStatus,
    tasks: &[(TaskId, Task)],
) -> Vec<Finding> {
    let (mut open, mut chosen) = (0u32, 0u32);
    let (idle, mut findings) = (Outstanding::default(), Vec::new());
    for (id, task) in tasks {
        match judge(config, worker, clock, account, &idle, (*id, task)) {
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
    use crate::chain::fake;

    fn found(free: u128, best: u32) -> Vec<Finding> {
        let mut config = Config::default();
        config.limits.least_training_seconds = 5;
        config.proving.seconds_per_block = 2;
        let clock = ChainClock { best, slot: Duration::from_secs(1) };
        let account = AccountStatus { free, may_work: true };
        let tasks = [(7, fake::open_task())];
        survey(&config, &fake::WORKER, clock, account, &tasks)
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
    fn tasks_that_are_over_are_not_told_of() {
        let found = found(u128::MAX, 1_000_000);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].text.starts_with("0 of 0"), "{found:?}");
    }
}
