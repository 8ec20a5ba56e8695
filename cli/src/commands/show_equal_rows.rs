//! `nocknock show-equal-rows`.

use crate::{
    amount::Amount,
    commands::{
        fetch_model::known_task,
        send::{costs, report},
    },
    failure::{usage, Failure},
    node::Node,
    views::with,
};
use clap::Args;
use nocknock_client::{
    calls, Balance, BlockNumber, Call, DomainEvent, Included, Snapshot, Task, TasksEvent, Wait,
};
use nocknock_primitives::{
    ids::TaskId,
    task::{liable_from, EqualRows, Funding},
};
use nocknock_requester::{check_order, equal_rows, PublicBlocks, Store};
use serde_json::{json, Value};

/// Show the chain that test rows of a curriculum task were public before.
///
/// Whoever provides the data of a task of the curriculum is paid for rows that nobody has seen. If
/// one of a hundred test rows, and at least three, are equal to rows of the training data of the
/// same task, or to any rows of an earlier task of the experiment, the provider loses its part and
/// its role. A fifth of the part goes to whoever shows the row that makes it so many. Rows are
/// equal if their inputs are; a few are so by chance.
///
/// Test blocks are read from the transactions that revealed them, and training data from the store.
/// Each test row is sent to the chain once, with a row that it is equal to, until these are too
/// many. That takes a transaction for each pair of blocks, and each costs a fee.
#[derive(Debug, Args)]
pub(crate) struct ShowEqualRows {
    /// The task whose test rows are looked at. It has to be settled with a winner.
    task: TaskId,

    /// An earlier task of the same experiment and encoding, with whose rows they are compared
    /// [default: the training data of the task itself].
    other: Option<TaskId>,

    /// A block after which the chain still knew the earlier task, if it has removed it since. This
    /// needs a node that keeps old states.
    #[arg(long, value_name = "BLOCK", requires = "other")]
    known_at: Option<BlockNumber>,

    /// Only say how many rows are equal, and what the first transaction would cost.
    #[arg(long)]
    dry_run: bool,
}

/// What was found.
#[derive(Debug)]
struct Found {
    task: TaskId,
    other: TaskId,
    test_rows: u32,
    /// Rows that the chain knew of before.
    known: u32,
    /// What waits for the provider.
    at_stake: Option<Balance>,
    rows: Vec<EqualRows>,
}

impl ShowEqualRows {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let task = known_task(&best, self.task).await?;
        if task.funding != Funding::Curriculum {
            return Err(usage(format!(
                "task {} is sponsored: its requester may test models on whatever rows it wants",
                self.task
            )));
        }
        let rows = self.find(node, &best, &task).await?;
        let part = best.vesting(self.task).await?;
        let found = Found {
            task: self.task,
            other: self.other.unwrap_or(self.task),
            test_rows: task.test_rows(),
            known: best.equal_rows(self.task).await?,
            at_stake: part.map(|part| part.amount),
            rows,
        };
        if self.dry_run {
            found.rehearse(node).await
        } else {
            found.send(node).await
        }
    }

    async fn find(
        &self,
        node: &Node,
        best: &Snapshot,
        task: &Task,
    ) -> Result<Vec<EqualRows>, Failure> {
        let store = node.config.storage.store()?;
        let mut tested = PublicBlocks::revealed(&node.client, best, self.task).await?;
        let Some(other) = self.other.filter(|other| *other != self.task) else {
            tested.add_training_data(best, &store).await?;
            return Ok(equal_rows(&tested, &tested.without_tests(), false)?);
        };
        let then = match self.known_at {
            Some(number) => node.client.at_number(number).await?,
            None => best.clone(),
        };
        let known = known_task(&then, other).await?;
        check_order((self.task, task), (other, &known))?;
        let others = all_blocks(node, &then, other, &store).await?;
        let is_removed = best.task(other).await?.is_none();
        Ok(equal_rows(&tested, &others, is_removed)?)
    }
}

/// The test blocks of an earlier task, and its training data if it can be had.
async fn all_blocks(
    node: &Node,
    snapshot: &Snapshot,
    task: TaskId,
    store: &Store,
) -> Result<PublicBlocks, Failure> {
    let mut blocks = PublicBlocks::revealed(&node.client, snapshot, task).await?;
    if let Err(error) = blocks.add_training_data(snapshot, store).await {
        node.output.say(format!("only test blocks of task {task} are compared: {error}"));
    }
    Ok(blocks)
}

/// Rows that the chain learnt of.
fn rows_shown(included: &Included) -> u32 {
    let rows = included.events.iter().map(|event| match event {
        DomainEvent::Tasks(TasksEvent::EqualRowsShown { rows, .. }) => *rows,
        _ => 0,
    });
    rows.fold(0, u32::saturating_add)
}

impl Found {
    fn equal(&self) -> usize {
        self.rows.iter().map(|shown| shown.pairs.len()).sum()
    }

    fn json(&self) -> Value {
        json!({
            "task": self.task,
            "other": self.other,
            "test_rows": self.test_rows,
            "equal_rows": self.equal(),
            "known_before": self.known,
            "provider_is_liable_from": liable_from(self.test_rows),
            "providers_part": self.at_stake.map(Amount),
        })
    }

    fn sentence(&self) -> String {
        let where_from = if self.other == self.task {
            "its own training data".to_owned()
        } else {
            format!("task {}", self.other)
        };
        let part = match self.at_stake {
            Some(part) => format!("its part, {} NNK", Amount(part)),
            None => "its part, of which nothing waits for it now".to_owned(),
        };
        format!(
            "{} of {} test rows of task {} are equal to rows of {where_from}; the chain knew of {} \
             before. From {} on whoever provided its data loses {part}.",
            self.equal(),
            self.test_rows,
            self.task,
            self.known,
            liable_from(self.test_rows)
        )
    }

    fn calls(&self) -> impl Iterator<Item = Call> + '_ {
        self.rows.iter().map(|shown| calls::Tasks::equal_rows(self.task, shown.clone()).into())
    }

    async fn rehearse(&self, node: &Node) -> Result<(), Failure> {
        let cost = match self.calls().next() {
            Some(first) => Some(node.rehearse(&first).await?),
            None => None,
        };
        let value = with(self.json(), "transactions", self.rows.len());
        let value = with(value, "cost_of_the_first", &cost);
        node.output.show(&value, || {
            let first = cost.as_ref().map(|cost| format!("\n\n{}", costs(cost)));
            let calls = self.rows.len();
            format!("{} Transactions: {calls}.{}", self.sentence(), first.unwrap_or_default())
        })
    }

    async fn send(&self, node: &Node) -> Result<(), Failure> {
        node.output.say(self.sentence());
        let (mut known, mut reports) = (self.known, Vec::new());
        for call in self.calls() {
            if known >= liable_from(self.test_rows) {
                break;
            }
            node.rehearse(&call).await?;
            let included = node.send(&call, Wait::Finalised).await?;
            known = known.saturating_add(rows_shown(&included));
            reports.push(report(json!({ "call": call.to_string() }), &included));
        }
        let sent = reports.len();
        let value = with(self.json(), "known_now", known);
        let value = with(value, "transactions", reports);
        node.output.show(&value, || {
            format!("Transactions sent: {sent}. The chain knows of {known} such rows now.")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{Hash, NNK};

    #[test]
    fn rows_are_counted_in_what_a_transaction_did() {
        let event =
            |rows| DomainEvent::Tasks(TasksEvent::EqualRowsShown { task: 9, block: 1, rows });
        let other = DomainEvent::Tasks(TasksEvent::SeedStored { number: 1 });
        let included = Included {
            transaction: Hash::zero(),
            block: None,
            index: None,
            finalised: true,
            fee: NNK,
            events: vec![event(2), other, event(5)],
        };
        assert_eq!(rows_shown(&included), 7);
    }

    #[test]
    fn what_was_found_is_told_with_what_the_provider_can_lose() {
        let found = |other, at_stake| Found {
            task: 9,
            other,
            test_rows: 360,
            known: 2,
            at_stake,
            rows: Vec::new(),
        };
        let told = found(9, Some(5 * NNK)).sentence();
        assert!(told.contains("its own training data") && told.contains("5 NNK"), "{told}");
        let told = found(4, None).sentence();
        assert!(told.contains("task 4") && told.contains("nothing waits"), "{told}");
        let json = found(4, Some(NNK)).json();
        assert_eq!(json["provider_is_liable_from"], 4);
        assert_eq!(json["providers_part"], "1");
    }
}
