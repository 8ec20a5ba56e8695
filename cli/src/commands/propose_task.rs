//! `nocknock propose-task`.

use crate::{
    amount::Amount,
    commands::{follow, send::costs},
    data::{self, DataArgs, MetricArg, Prepared, RangeArg, Tolerance},
    encodings,
    failure::{usage, Failure},
    node::Node,
    output::fields,
    terms::TermsArgs,
    views::{task::terms, with},
};
use clap::Args;
use nocknock_client::{calls, Balance, Call, TaskSpec};
use nocknock_dataset::{
    shape_name, Encoding, PreparedTask, Range, RequesterState, SplitOptions, SplitSeed,
    WeightedPlan,
};
use nocknock_primitives::{
    ids::{ExperimentId, TaskId},
    task::Split,
};
use nocknock_requester::{Market, Offer, PrivateFile, Progress};
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
/// An experiment may name the encoding of its tasks. Then columns and classes are found and written
/// as numbers as it says, whatever they look like, and --label, --tolerance, --range and --metric
/// are refused if they contradict it. It is taken from the data folder, or from the training data
/// of an earlier task.
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

    /// Column with the classes, or with the numbers to be learnt [default: the last one].
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,

    /// How far the answer of a model may be off, in the units of that column. It holds numbers to
    /// be learnt then, and no classes [default: a twentieth of where nine tenths of them lie].
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    tolerance: Option<Tolerance>,

    /// Shape of the models [default: the smallest that takes the columns and classes].
    #[arg(long)]
    shape: Option<String>,

    /// How numbers become integers: `auto`, column by column what tells most; `levels` of equally
    /// many rows; `min-max`; `quantiles:TAIL` without that share of the numbers at either end; or
    /// `fixed:LOW:HIGH` for all columns.
    #[arg(long, default_value = "auto", value_name = "RANGE")]
    range: RangeArg,

    /// What the points of models are. With `balanced-accuracy` rows of rarer classes are in their
    /// block as copies, 64 of a row at most, so that each class counts the same, and copies are
    /// counted; tasks of the curriculum cannot have them.
    #[arg(long, value_enum, default_value_t, value_name = "METRIC")]
    metric: MetricArg,

    /// File with the encoding to use, as `check-data --write-encoding` writes it [default: the one
    /// that the experiment names; else one that is made for the file].
    #[arg(long, value_name = "FILE")]
    encoding: Option<PathBuf>,

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
        let data = self.read(self.encoding(node).await?)?;
        node.output.say(data.text());
        let weighted = self.weighted(&data)?;
        if let Some(plan) = &weighted {
            node.output.say(plan.to_string());
        }
        let wanted = self.offer(&data, weighted.as_ref())?;
        let prepared = self.prepare(&data)?;
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

    /// The encoding that is given or that the experiment names, if there is one and it is at hand.
    async fn encoding(&self, node: &Node) -> Result<Option<Encoding>, Failure> {
        if let Some(path) = &self.encoding {
            return encodings::read(path).map(Some);
        }
        let best = node.best().await?;
        let experiment = best.experiment(self.experiment).await?;
        let Some(named) = experiment.and_then(|experiment| experiment.encoding) else {
            return Ok(None);
        };
        let found = encodings::find(node, &best, self.experiment, named).await?;
        node.output.say(match &found {
            Some(_) => format!("The data is read in the encoding of the experiment, {named}."),
            None => format!(
                "The encoding of the experiment, {named}, is neither in the data folder nor in \
                 training data of its tasks. The data has to be that from which it was made, or \
                 name its file with --encoding."
            ),
        });
        Ok(found)
    }

    fn read(&self, encoding: Option<Encoding>) -> Result<Prepared, Failure> {
        let (label, shape) = (self.label.as_deref(), self.shape.as_deref());
        let tolerance = self.tolerance;
        if let Some(encoding) = encoding {
            self.check_beside(&encoding)?;
            return data::prepare_in(encoding, &self.reading, &self.data, label, shape, tolerance);
        }
        let range = self.range.0;
        data::prepare(&self.reading, &self.data, label, shape, range, tolerance)?
            .measured_by(self.metric)
    }

    /// Refuses a range beside an encoding, which has its own, and another metric.
    fn check_beside(&self, encoding: &Encoding) -> Result<(), Failure> {
        if self.range.0 != Range::Auto {
            return Err(data::contradicts("--range"));
        }
        let is_balanced = encoding.metric().is_balanced();
        if self.metric == MetricArg::BalancedAccuracy && !is_balanced {
            return Err(data::contradicts("--metric"));
        }
        Ok(())
    }

    /// How copies of rows make each class count the same, if they are to.
    fn weighted(&self, data: &Prepared) -> Result<Option<WeightedPlan>, Failure> {
        let is_balanced = data.fitted.encoding.metric().is_balanced();
        let Some(labels) = data.profile.labels.as_ref().filter(|_| is_balanced) else {
            return Ok(None);
        };
        let test_blocks = self.terms.test_blocks();
        let plan = WeightedPlan::of(labels, &data.architecture, self.blocks, test_blocks);
        plan.map(Some).map_err(usage)
    }

    /// What is wanted for a model that tells these classes apart, or answers with a number.
    fn offer(&self, data: &Prepared, weighted: Option<&WeightedPlan>) -> Result<Offer, Failure> {
        if let Some(plan) = weighted {
            return self.terms.offer_for_balance(plan);
        }
        let (labels, numbers) = (&data.profile.labels, &data.profile.numbers);
        match (labels, numbers, data.fitted.encoding.scale()) {
            (Some(labels), ..) => self.terms.offer(labels),
            (None, Some(numbers), Some(scale)) => {
                let constant = scale.best_constant(&numbers.known(), &data.architecture);
                self.terms.offer_for_numbers(constant)
            }
            _ => Err(usage("the file has no column with classes: name one with --label")),
        }
    }

    /// The rows in blocks under fresh salts.
    fn prepare(&self, data: &Prepared) -> Result<PreparedTask, Failure> {
        let seed = SplitSeed::random().map_err(usage)?;
        let options = SplitOptions { blocks: self.blocks, seed };
        let encoding = data.fitted.encoding.clone();
        let Prepared { table, profile, architecture, .. } = data;
        PreparedTask::from_profile(table, profile, encoding, architecture, &options).map_err(usage)
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
    let value = match prepared.encoding().scale() {
        Some(scale) => {
            let ends = json!({ "from": scale.text(0), "to": scale.text(u16::MAX.into()) });
            with(value, "numbers", ends)
        }
        None => with(value, "classes", prepared.classes()),
    };
    let metric = prepared.encoding().scale().is_none().then(|| prepared.encoding().metric());
    let value = with(value, "metric", metric);
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
