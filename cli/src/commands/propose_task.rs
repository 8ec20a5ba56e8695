//! `nocknock propose-task`.

use crate::{
    amount::Amount,
    commands::{follow, send::costs},
    failure::{usage, Failure},
    node::Node,
    output::fields,
    terms::TermsArgs,
    views::{task::terms, with},
};
use clap::{Args, ValueEnum};
use nocknock_client::{calls, Balance, Call, TaskSpec};
use nocknock_dataset::{
    shape_name, table::Header, LabelColumn, PreparedTask, Quantiser, Range, ReadOptions,
    RequesterState, SplitOptions, SplitSeed, Table,
};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    task::Split,
};
use nocknock_requester::{choose_shape, Market, PrivateFile, Progress};
use serde_json::{json, Value};
use std::{path::PathBuf, str::FromStr};

/// Offer a task with the data of a CSV, TSV, NPY or Parquet file.
///
/// The rows are turned into integers and split into salted blocks. A private file with the salts,
/// and with the secret that opens the models, is written before anything is sent. The chain stores
/// the roots of the blocks; after it has drawn some as hidden test data, the others are published
/// for training.
///
/// Reward and bond are held until the task ends. What its record takes on the chain is paid for by a
/// deposit that comes back when the chain removes the task. Tasks of the curriculum hold nothing;
/// their data, test rows and periods have to be what the council has set for the experiment, which
/// `nocknock rewards` shows.
///
/// With --follow the command stays and does everything that is left for you, up to the decrypted
/// and checked model. Without it, `nocknock follow` does so later; if nobody does, you lose the
/// bond. Whoever loses the private file can neither reveal the test data nor open a model.
#[derive(Debug, Args)]
pub(crate) struct ProposeTask {
    /// The experiment that the task belongs to.
    #[arg(long, value_name = "NUMBER")]
    experiment: ExperimentId,

    /// File with the data: .csv, .tsv, .npy or .parquet.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,

    /// Column with the classes [default: the last one].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,

    /// Whether the first line of a CSV file names the columns.
    #[arg(long, value_enum, default_value_t)]
    header: HeaderArg,

    /// Shape of the models [default: the smallest that takes the columns and classes].
    #[arg(long)]
    shape: Option<String>,

    /// How numbers become integers: `min-max`, `quantiles:TAIL` without that share of the numbers
    /// at either end, or `fixed:LOW:HIGH` for all columns.
    #[arg(long, default_value = "min-max", value_name = "RANGE")]
    range: RangeArg,

    /// Number of blocks that the rows are split into [default: as few as hold them].
    #[arg(long, value_name = "N")]
    blocks: Option<u16>,

    #[command(flatten)]
    terms: TermsArgs,

    /// Stay and do everything that is left for you, up to the checked model.
    #[arg(long)]
    follow: bool,

    /// Folder for the fetched model, with --follow.
    #[arg(long, value_name = "DIR", requires = "follow")]
    out: Option<PathBuf>,

    /// Only say what would be offered, what it costs, and whether the chain would accept it.
    #[arg(long, conflicts_with = "follow")]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum HeaderArg {
    /// It does, if none of its cells is a number.
    #[default]
    Detect,
    /// It does.
    Present,
    /// It does not: it is the first row.
    Absent,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct RangeArg(Range);

impl FromStr for RangeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| -> Result<f64, String> {
            text.parse().map_err(|_| format!("{text:?} is not a number"))
        };
        let parts: Vec<&str> = text.split(':').collect();
        Ok(Self(match parts.as_slice() {
            ["min-max"] => Range::MinMax,
            ["quantiles", tail] => Range::Quantiles { tail: number(tail)? },
            ["fixed", low, high] => Range::Fixed { low: number(low)?, high: number(high)? },
            _ => return Err("expected min-max, quantiles:TAIL or fixed:LOW:HIGH".to_owned()),
        }))
    }
}

impl ProposeTask {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let account = node.keys()?.account();
        let (table, prepared) = self.prepare()?;
        node.output.say(table.describe().to_string());
        let best = node.best().await?;
        let market =
            Market::read(&best, self.experiment, prepared.architecture(), &account).await?;
        let recipient = market.recipient()?;
        let spec = self.terms.offer().spec(&prepared, &market, &recipient)?;
        let record = market.record_price(prepared.architecture(), &spec);
        let offer = summary(&prepared, &spec, record);
        let call = Call::from(calls::Tasks::create_task {
            experiment: self.experiment,
            spec: Box::new(spec.clone()),
        });
        let cost = node.rehearse(&call).await?;
        if self.dry_run {
            let value = json!({ "offer": offer, "cost": cost });
            let text = || format!("{}\n\n{}", fields(&offer), costs(&cost));
            return node.output.show(&value, text);
        }
        let genesis = node.client.genesis_hash();
        let progress = Progress::new(genesis, account, self.experiment, &spec);
        let state = RequesterState { prepared, recipient, progress };
        let file = PrivateFile::create(&node.config.data_dir()?, state)?;
        node.output.say(format!(
            "private file: {} (keep it until you have the models)",
            file.path().display()
        ));
        let mut follower = follow::follower(node, file)?;
        let task = follower.create().await?;
        if self.follow {
            follow::to_the_end(node, follower, self.out).await
        } else {
            announce(node, follower.private_file(), task, &offer)
        }
    }

    fn prepare(&self) -> Result<(Table, PreparedTask), Failure> {
        let options = ReadOptions {
            label: match &self.label {
                Some(name) => LabelColumn::Named(name.clone()),
                None => LabelColumn::Last,
            },
            header: match self.header {
                HeaderArg::Detect => Header::Detect,
                HeaderArg::Present => Header::Present,
                HeaderArg::Absent => Header::Absent,
            },
        };
        let table = Table::read(&self.data, &options).map_err(usage)?;
        let shape = choose_shape(&table, self.shape.as_deref())?;
        let quantiser = Quantiser::fit(&table, &shape, self.range.0).map_err(usage)?;
        let options =
            SplitOptions { blocks: self.blocks, seed: SplitSeed::random().map_err(usage)? };
        let prepared = PreparedTask::from_table(&table, quantiser, &shape, &options);
        Ok((table, prepared.map_err(usage)?))
    }
}

/// What is offered, and what is held for what.
fn summary(prepared: &PreparedTask, spec: &TaskSpec, record: Balance) -> Value {
    let test_blocks = match &spec.split {
        Split::Drawn { test_blocks } => Some(*test_blocks),
        Split::Fixed { .. } => None,
    };
    let value = terms(&spec.terms);
    let value = with(value, "shape", shape_name(prepared.architecture()));
    let value = with(value, "classes", prepared.classes());
    let value = with(value, "blocks", prepared.roots().len());
    let value = with(value, "test_blocks", test_blocks);
    let held = json!({
        "for_the_reward": Amount(spec.terms.reward),
        "for_the_bond": Amount(spec.terms.bond),
        "for_storage_until_the_chain_removes_the_task": Amount(record),
    });
    with(value, "held", held)
}

fn announce(node: &Node, file: &PrivateFile, task: TaskId, offer: &Value) -> Result<(), Failure> {
    let value = json!({
        "task": task,
        "state": file.path().display().to_string(),
        "offer": offer,
    });
    node.output.show(&value, || {
        format!("Task {task} is created. `nocknock follow {task}` does what is left for you; run it now.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        let parsed = |text: &str| text.parse::<RangeArg>().map(|range| range.0);
        assert_eq!(parsed("min-max"), Ok(Range::MinMax));
        assert_eq!(parsed("quantiles:0.01"), Ok(Range::Quantiles { tail: 0.01 }));
        let fixed = Range::Fixed { low: -1.0, high: 15.0 };
        assert_eq!(parsed("fixed:-1:15"), Ok(fixed));
        for text in ["", "fixed", "fixed:1", "quantiles:x", "min-max:1"] {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
