//! `prove` and `submit`: single steps of one task.

use crate::{
    arguments::{Common, Output, Submit},
    print,
    session::{stop_on_signal, Session},
};
use anyhow::{bail, Context, Result};
use nocknock_client::BlockNumber;
use nocknock_primitives::ids::TaskId;
use nocknock_worker::{
    machine::free_memory_mib,
    plan::{Action, Waiting},
    policy::{judge, Offer, Outstanding, Situation},
    recognise::Recogniser,
    stages::{withdraw, Services, StepContext, StepError},
    state::{Ending, Journal, ModelFact, StateDir, StateError},
};
use std::{path::Path, process::ExitCode};
use tokio_util::sync::CancellationToken;

/// A task that is open in this process.
struct StepRunner {
    services: Services,
    state: StateDir,
    stop: CancellationToken,
}

/// Takes the steps on this machine that are due.
pub(crate) async fn prove(common: &Common, task: TaskId) -> Result<ExitCode> {
    let runner = StepRunner::open(common).await?;
    let journal = runner.journal(task)?;
    let next = runner.advance(task, &journal, stays_here).await?;
    tell(common, task, &next, &journal)?;
    Ok(ExitCode::SUCCESS)
}

/// Sends what is due.
pub(crate) async fn submit(common: &Common, options: &Submit) -> Result<ExitCode> {
    let runner = StepRunner::open(common).await?;
    let task = options.task;
    if options.withdraw {
        let journal = runner.state.journal(task);
        withdraw(&runner.services, task, journal.as_ref()).await?;
        show(common, task, "nothing", &Ending::Withdrawn.to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    let journal = match &options.model {
        Some(path) => runner.join(task, path).await?,
        None => runner.journal(task)?,
    };
    let next = runner.advance(task, &journal, is_sent).await?;
    tell(common, task, &next, &journal)?;
    Ok(ExitCode::SUCCESS)
}

/// Steps of `prove`: nothing of them reaches the chain.
fn stays_here(action: &Action) -> bool {
    matches!(
        action,
        Action::NoteCommitted
            | Action::Score
            | Action::NoteClaim(_)
            | Action::Prove(_)
            | Action::ProveChampion(_)
            | Action::SealKey
    )
}

/// Steps of `submit`: what is sent, and what is so quick that nobody wants a command for it.
fn is_sent(action: &Action) -> bool {
    !matches!(
        action,
        Action::FetchData
            | Action::Train
            | Action::Prove(_)
            | Action::ProveChampion(_)
            | Action::Wait(_)
            | Action::Nothing
    )
}

impl StepRunner {
    async fn open(common: &Common) -> Result<Self> {
        let session = Session::open(common)?;
        let state = session.lock()?;
        let chain = session.connect_once().await?;
        let services = session.services(chain, &state, session.notices(Vec::new()))?;
        Recogniser::of(&state)?.check(&*services.chain, &state).await?;
        Ok(Self { services, state, stop: stop_on_signal() })
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

    fn step<'a>(&'a self, task: TaskId, journal: &'a Journal) -> StepContext<'a> {
        StepContext { services: &self.services, task, journal, stop: &self.stop }
    }

    /// Takes steps while they are allowed, and gives the one that is not. The key is waited with
    /// here, because nobody would come back for it in time.
    async fn advance(
        &self,
        task: TaskId,
        journal: &Journal,
        allowed: fn(&Action) -> bool,
    ) -> Result<Action> {
        loop {
            let (action, view) = self.services.plan(task, journal).await?;
            if action == Action::Wait(Waiting::FinalTurn) && allowed(&Action::Deliver) {
                self.next_block(view.now).await?;
                continue;
            }
            if !allowed(&action) {
                return Ok(action);
            }
            if self.stop.is_cancelled() {
                return Err(StepError::Stopped.into());
            }
            self.step(task, journal).take(&action).await?;
        }
    }

    async fn next_block(&self, now: BlockNumber) -> Result<()> {
        tokio::select! {
            reached = self.services.chain.wait_for(now.saturating_add(1)) => {
                reached?;
                Ok(())
            }
            () = self.stop.cancelled() => Err(StepError::Stopped.into()),
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
            bail!(
                "task {task} has a commitment already; a second one would lose the first one's \
                 place"
            );
        }
        let is_safe = model.weights.is_safe(&journal.chosen()?.architecture);
        is_safe.with_context(|| format!("{} must not be committed to", path.display()))?;
        if !progress.data {
            self.step(task, &journal).take(&Action::FetchData).await?;
        }
        journal.save_model(&model)?;
        Ok(journal)
    }

    async fn begin(&self, task: TaskId) -> Result<Journal> {
        let chain = &self.services.chain;
        let page = chain.tasks(task).await?;
        let found = page.iter().find(|(id, _)| *id == task);
        let (_, found) = found.with_context(|| format!("the chain has no task {task}"))?;
        let circuit = chain.circuit(&found.terms.score_circuit).await?;
        let budget = chain.budget(task).await?;
        let situation = Situation {
            worker: chain.worker(),
            clock: chain.clock().await?,
            account: chain.account_status().await?,
            validators: chain.validators_part().await?,
            free_memory_mib: free_memory_mib(),
            outstanding: &self.outstanding()?,
        };
        let offer = Offer { id: task, task: found, circuit: circuit.as_ref(), budget };
        let chosen = judge(&self.services.config, &situation, offer);
        let chosen = chosen.with_context(|| format!("task {task} is left alone"))?;
        Ok(self.state.begin(&chosen)?)
    }

    /// What the other tasks of the state directory still need.
    fn outstanding(&self) -> Result<Outstanding> {
        let tasks = self.state.tasks()?.into_iter();
        let journals: Vec<Journal> = tasks.filter_map(|task| self.state.journal(task)).collect();
        Ok(Outstanding::of(&journals))
    }
}

/// A file that a user has named: what is wrong with it is no fault of the state directory.
fn read_model(path: &Path) -> Result<ModelFact> {
    ModelFact::read(path).map_err(|error| match error {
        StateError::Damaged { path, reason } => anyhow::anyhow!(
            "{} is no model, or is damaged ({reason}): train it again",
            path.display()
        ),
        other => anyhow::anyhow!("{other}"),
    })
}

/// How a task that is over has ended for this worker, and what it has earned.
fn ending(journal: &Journal) -> String {
    let ending = journal.progress().ok().and_then(|progress| progress.ending);
    match ending {
        Some(fact) => format!("over: {fact}"),
        None => "over; `nocknock-worker status` tells how it ended".to_owned(),
    }
}

fn tell(common: &Common, task: TaskId, next: &Action, journal: &Journal) -> Result<()> {
    let text = match next {
        Action::Wait(waiting) => waiting.to_string(),
        Action::Nothing => ending(journal),
        Action::Prove(blocks) | Action::ProveChampion(blocks) => {
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
    match common.output {
        Output::Json => {
            print::json(&serde_json::json!({ "task": task, "next": next, "text": text }))
        }
        Output::Text => print::result(&format!("task {task}: {text}")),
    }
}
