//! `prove` and `submit`: single steps of one task.

use crate::{
    arguments::{Common, Output, Submit},
    print,
    session::{stop_on_signal, Session},
};
use anyhow::{bail, Context, Result};
use nocknock_primitives::ids::TaskId;
use nocknock_worker::{
    plan::Action,
    policy::{judge, Burden},
    stages::{withdraw, Errand, StepError, Workshop},
    state::{Ending, Journal, ModelFact, StateDir},
    stop::Stop,
};
use std::{fs, path::Path, process::ExitCode};

/// A task that is open in this process.
struct Bench {
    shop: Workshop,
    state: StateDir,
    stop: Stop,
}

/// Takes the steps on this machine that are due.
pub(crate) async fn prove(common: &Common, task: TaskId) -> Result<ExitCode> {
    let bench = Bench::open(common).await?;
    let journal = bench.journal(task)?;
    let next = bench.advance(task, &journal, stays_here).await?;
    tell(common, task, &next)?;
    Ok(ExitCode::SUCCESS)
}

/// Sends what is due.
pub(crate) async fn submit(common: &Common, options: &Submit) -> Result<ExitCode> {
    let bench = Bench::open(common).await?;
    let task = options.task;
    if options.withdraw {
        let journal = bench.state.journal(task);
        withdraw(&bench.shop, task, journal.as_ref()).await?;
        show(common, task, "nothing", &Ending::Withdrawn.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let journal = match &options.model {
        Some(path) => bench.join(task, path).await?,
        None => bench.journal(task)?,
    };
    let next = bench.advance(task, &journal, is_sent).await?;
    tell(common, task, &next)?;
    Ok(ExitCode::SUCCESS)
}

/// Steps of `prove`: nothing of them reaches the chain.
fn stays_here(action: &Action) -> bool {
    matches!(
        action,
        Action::NoteCommitted
            | Action::Prove(_)
            | Action::NoteComplete
            | Action::DrawKey
            | Action::Seal
    )
}

/// Steps of `submit`: what is sent, and what is so quick that nobody wants a command for it.
fn is_sent(action: &Action) -> bool {
    !matches!(
        action,
        Action::FetchData | Action::Train | Action::Prove(_) | Action::Wait(_) | Action::Nothing
    )
}

impl Bench {
    async fn open(common: &Common) -> Result<Self> {
        let session = Session::open(common)?;
        let state = session.lock()?;
        let chain = session.connect_once().await?;
        let notices = session.notices(Vec::new());
        Ok(Self { shop: session.workshop(chain, &state, notices)?, state, stop: stop_on_signal() })
    }

    fn journal(&self, task: TaskId) -> Result<Journal> {
        let journal = self.state.journal(task);
        journal.with_context(|| {
            format!(
                "task {task} was not begun from this state directory: `nocknock-worker submit \
                 {task} --model FILE` joins it"
            )
        })
    }

    fn errand<'a>(&'a self, task: TaskId, journal: &'a Journal) -> Errand<'a> {
        Errand { shop: &self.shop, task, journal, stop: &self.stop }
    }

    /// Takes steps while they are allowed, and gives the one that is not.
    async fn advance(
        &self,
        task: TaskId,
        journal: &Journal,
        allowed: fn(&Action) -> bool,
    ) -> Result<Action> {
        loop {
            let (action, _) = self.shop.plan(task, journal).await?;
            if !allowed(&action) {
                return Ok(action);
            }
            if self.stop.is_asked() {
                return Err(StepError::Stopped.into());
            }
            self.errand(task, journal).take(&action).await?;
        }
    }

    /// Begins a task with a model that is there already. The data is checked all the same: a task
    /// whose training data is not what the requester committed to is not worth a stake.
    async fn join(&self, task: TaskId, path: &Path) -> Result<Journal> {
        let model = read_model(path)?;
        let journal = match self.state.journal(task) {
            Some(journal) => journal,
            None => self.begin(task).await?,
        };
        let progress = journal.progress()?;
        if progress.commitment.is_some() {
            bail!("task {task} has a commitment already; a second one would lose the first one's place");
        }
        model.weights.check(&journal.chosen()?.shape)?;
        if !progress.data {
            self.errand(task, &journal).take(&Action::FetchData).await?;
        }
        journal.save_model(&model)?;
        Ok(journal)
    }

    async fn begin(&self, task: TaskId) -> Result<Journal> {
        let chain = &self.shop.chain;
        let page = chain.tasks(task).await?;
        let found = page.iter().find(|(id, _)| *id == task);
        let (_, found) = found.with_context(|| format!("the chain has no task {task}"))?;
        let (clock, means) = (chain.clock().await?, chain.means().await?);
        let chosen =
            judge(&self.shop.config, &chain.worker(), clock, means, &self.burden()?, (task, found));
        let chosen = chosen.with_context(|| format!("task {task} is left alone"))?;
        Ok(self.state.begin(&chosen)?)
    }

    /// What the other tasks of the state directory still need.
    fn burden(&self) -> Result<Burden> {
        let tasks = self.state.tasks()?.into_iter();
        let journals: Vec<Journal> = tasks.filter_map(|task| self.state.journal(task)).collect();
        Ok(Burden::of(&journals))
    }
}

fn read_model(path: &Path) -> Result<ModelFact> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = serde_json::from_slice(&bytes);
    // The position is named, the content never: it is what the worker sells.
    read.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        anyhow::anyhow!("{} is no model: line {line}, column {column}", path.display())
    })
}

fn tell(common: &Common, task: TaskId, next: &Action) -> Result<()> {
    let text = match next {
        Action::Wait(waiting) => waiting.to_string(),
        Action::Nothing => "over; `nocknock-worker status` tells how it ended".to_owned(),
        Action::Prove(blocks) => {
            format!("{} test blocks are to be proved: `nocknock-worker prove {task}`", blocks.len())
        }
        Action::FetchData | Action::Train => {
            format!("needs a model: `nocknock-worker submit {task} --model FILE`, or `run`")
        }
        _ => format!("the next step is sent by `nocknock-worker submit {task}`"),
    };
    show(common, task, next.name(), &text)
}

fn show(common: &Common, task: TaskId, next: &str, text: &str) -> Result<()> {
    print::result(&match common.output {
        Output::Json => serde_json::json!({ "task": task, "next": next, "text": text }).to_string(),
        Output::Text => format!("task {task}: {text}"),
    })
}
