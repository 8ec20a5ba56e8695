//! `nocknock propose-task`.

use crate::{
    amount::Amount,
    commands::{follow, send::costs},
    data::{self, DataArgs, Prepared, RangeArg},
    failure::{usage, Failure},
    node::Node,
    output::fields,
    terms::TermsArgs,
    views::{task::terms, with},
};
use clap::Args;
use nocknock_client::{calls, Balance, Call, TaskSpec};
use nocknock_dataset::{shape_name, Labels, PreparedTask, RequesterState, SplitOptions, SplitSeed};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    task::Split,
};
use nocknock_requester::{Market, PrivateFile, Progress};
use serde_json::{json, Value};
use std::path::PathBuf;

/// Offer a task with the rows of a file as they are.
///
/// Numbers, categories, truth values and dates are turned into integers, missing values too, and
/// the rows are split into salted blocks. What was found in the file is told; `nocknock check-data`
/// tells more of it and needs no node. A private file with the salts, and with the secret that
/// opens the models, is written before anything is sent. The chain stores the roots of the blocks;
/// after it has drawn some as hidden test data, the others are published for training.
///
/// Reward and bond are held until the task ends. What its record takes on the chain is paid for by
/// a deposit that comes back when the chain removes the task. Tasks of the curriculum hold nothing;
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

    /// File with the data: CSV or TSV, JSON lines, NPY, NPZ, Parquet or Arrow.
    #[arg(long, value_name = "FILE")]
    data: PathBuf,

    /// Column with the classes [default: the last one].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,

    /// Shape of the models [default: the smallest that takes the columns and classes].
    #[arg(long)]
    shape: Option<String>,

    /// How numbers become integers: `auto`, column by column what tells most; `levels` of equally
    /// many rows; `min-max`; `quantiles:TAIL` without that share of the numbers at either end; or
    /// `fixed:LOW:HIGH` for all columns.
    #[arg(long, default_value = "auto", value_name = "RANGE")]
    range: RangeArg,

    /// Number of blocks that the rows are split into [default: as few as hold them, and five at
    /// least].
    #[arg(long, value_name = "N")]
    blocks: Option<u16>,

    #[command(flatten)]
    reading: DataArgs,

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

impl ProposeTask {
    pub(crate) async fn run(self, node: &Node) -> Result<(), Failure> {
        let account = node.keys()?.account();
        let data = self.read()?;
        node.output.say(data.text());
        let labels = labels(&data)?;
        let wanted = self.terms.offer(labels)?;
        let prepared = self.prepare(&data, labels)?;
        let best = node.best().await?;
        let market =
            Market::read(&best, self.experiment, prepared.architecture(), &account).await?;
        let recipient = market.recipient()?;
        let spec = wanted.spec(&prepared, &market, &recipient)?;
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

    fn read(&self) -> Result<Prepared, Failure> {
        let (label, shape) = (self.label.as_deref(), self.shape.as_deref());
        data::prepare(&self.reading, &self.data, label, shape, self.range.0)
    }

    /// The rows in blocks under fresh salts.
    fn prepare(&self, data: &Prepared, labels: &Labels) -> Result<PreparedTask, Failure> {
        let seed = SplitSeed::random().map_err(usage)?;
        let options = SplitOptions { blocks: self.blocks, seed };
        let encoding = data.fitted.encoding.clone();
        PreparedTask::from_table(&data.table, labels, encoding, &data.architecture, &options)
            .map_err(usage)
    }
}

/// A task is about classes.
fn labels(data: &Prepared) -> Result<&Labels, Failure> {
    let labels = data.profile.labels.as_ref();
    labels.ok_or_else(|| usage("the file has no column with classes: name one with --label"))
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
