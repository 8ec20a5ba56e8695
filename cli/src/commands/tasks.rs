//! `nocknock tasks`.

use crate::{
    amount::Amount,
    failure::Failure,
    node::Node,
    output::{number, table, text},
    views::{self, who},
};
use clap::Args;
use nocknock_client::{BlockNumber, Task};
use nocknock_dataset::shape_name;
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    phase::Phase,
};
use serde_json::Value;

/// List tasks.
#[derive(Debug, Args)]
pub(crate) struct ListTasks {
    /// Only tasks of this experiment.
    #[arg(long, value_name = "NUMBER")]
    experiment: Option<ExperimentId>,

    /// Only tasks that accept commitments now.
    #[arg(long)]
    open: bool,

    /// Only your own tasks; needs keys.
    #[arg(long)]
    mine: bool,
}

impl ListTasks {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let best = node.best().await?;
        let now = best.block().number;
        let own = if self.mine { Some(node.keys()?.account()) } else { None };
        let mut tasks = best.all_tasks().await?;
        tasks.retain(|(_, task)| {
            self.experiment.is_none_or(|wanted| task.experiment == wanted)
                && (!self.open || task.phase(now) == Phase::Open)
                && own.is_none_or(|own| task.requester == own)
        });
        let value: Vec<Value> =
            tasks.iter().map(|(id, task)| views::task::task(*id, task, now)).collect();
        node.output.show(&value, || shown(&tasks, now))
    }
}

fn shown(tasks: &[(TaskId, Task)], now: BlockNumber) -> String {
    let titles =
        ["task", "experiment", "shape", "phase", "until", "reward", "workers", "requester"];
    let rows = tasks.iter().map(|(id, task)| {
        let until = task.deadline(now).map(|block| block.to_string());
        let reward = match task.funding {
            nocknock_primitives::task::Funding::Curriculum => "mints".to_owned(),
            nocknock_primitives::task::Funding::Sponsored => Amount(task.terms.reward).to_string(),
        };
        vec![
            number(id),
            number(task.experiment),
            text(shape_name(&task.architecture)),
            text(views::task::phase(task.phase(now))),
            number(until.unwrap_or_default()),
            number(reward),
            number(task.committed),
            text(who(&task.requester)),
        ]
    });
    table(&titles, rows)
}
