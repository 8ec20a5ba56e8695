//! The steps of a task, one function for each [`Action`].
//!
//! A step reads the journal, does one thing, and writes down what came of it before anything else
//! depends on it. Steps that talk to the chain may have taken effect even if they fail: the plan
//! compares with the chain again and finds out.

mod champion;
mod claim;
mod commit;
mod damaged;
mod deliver;
mod error;
mod external;
mod fetch;
mod learn;
mod prove;
mod provers;
mod score;
mod search;
mod withdraw;

pub use error::{Refusal, Remedy, StepError};
pub use external::{ExternalError, ExternalTrainer, ModelFault};
pub use learn::{
    columns_of, samples_of, trainer_for, CandleTrainer, ColumnInputs, LearnError, SamplesError,
    Trainer, TrainingJob,
};
pub use prove::{prove_block, BlockTask};
pub use provers::Provers;
pub use withdraw::{withdraw, WithdrawError};

use crate::{
    attest::Origin,
    blobs::Blobs,
    chain::{Chain, Depth},
    config::{Config, Tokens},
    notice::{Notice, Notices},
    plan::{next_action, Action, Choices, TaskView, Waiting},
    state::{CommittedModel, Ending, EndingFact, Journal, Whose},
};
use nocknock_client::{Balance, CircuitRecord};
use nocknock_primitives::{
    ids::{BlockIndex, CircuitId, TaskId},
    model::{Context, ContextDomain, Fr, ModelOwner},
};
use std::{sync::Arc, time::Instant};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// What the steps of all tasks use.
#[derive(Debug)]
pub struct Services {
    /// The chain.
    pub chain: Arc<dyn Chain>,
    /// The store of training data and models.
    pub blobs: Arc<dyn Blobs>,
    /// Makes models.
    pub trainer: Arc<dyn Trainer>,
    /// Makes proofs.
    pub provers: Arc<Provers>,
    /// The configuration.
    pub config: Config,
    /// What is attested about this process.
    pub origin: Origin,
    /// Tells whoever watches.
    pub notices: Notices,
    /// Permits for trainings and proofs.
    pub permits: Permits,
}

/// How many trainings and proofs may run at a time.
#[derive(Debug)]
pub struct Permits {
    trainings: Semaphore,
    proofs: Semaphore,
}

/// What a step of one task is taken with.
#[derive(Debug)]
pub struct StepContext<'a> {
    /// What the steps of all tasks use.
    pub services: &'a Services,
    /// The task.
    pub task: TaskId,
    /// Its journal.
    pub journal: &'a Journal,
    /// When to end early.
    pub stop: &'a CancellationToken,
}

impl Permits {
    /// As many as the configuration allows.
    pub fn of(config: &Config) -> Self {
        Self {
            trainings: Semaphore::new(config.limits.trainings),
            proofs: Semaphore::new(config.limits.proofs),
        }
    }
}

impl Services {
    /// The next step of a task, with the view of the best block that it follows from. An end is the
    /// next step only when it is final; until then it is waited for. So is the turn before the key
    /// is sent, but not for ever.
    pub async fn plan(
        &self,
        task: TaskId,
        journal: &Journal,
    ) -> Result<(Action, TaskView), StepError> {
        let view = self.chain.view(task, Depth::Best).await?;
        let action = self.next(journal, &view)?;
        let waiting = self.finality_for(&action, task, journal, &view).await?;
        Ok((waiting.map_or(action, Action::Wait), view))
    }

    /// What of the final chain a step has to wait for.
    async fn finality_for(
        &self,
        action: &Action,
        task: TaskId,
        journal: &Journal,
        view: &TaskView,
    ) -> Result<Option<Waiting>, StepError> {
        Ok(match action {
            Action::End(ending) => {
                let waiting = Waiting::Finality { paid: *ending == Ending::Paid };
                self.final_end(task, journal, ending).await?.is_none().then_some(waiting)
            }
            Action::Deliver => {
                let last_final = self.chain.view(task, Depth::Final).await?;
                view.awaits_final_turn(&last_final).then_some(Waiting::FinalTurn)
            }
            _ => None,
        })
    }

    fn next(&self, journal: &Journal, view: &TaskView) -> Result<Action, StepError> {
        Ok(next_action(&journal.progress()?, view, &Choices::of(&self.config)))
    }

    /// The last final block, if it says that the task has ended like this. A node that is still
    /// fetching the chain does not know the task yet: that it is gone, only a block can tell in
    /// which it could be known.
    async fn final_end(
        &self,
        task: TaskId,
        journal: &Journal,
        ending: &Ending,
    ) -> Result<Option<TaskView>, StepError> {
        let view = self.chain.view(task, Depth::Final).await?;
        let next = self.next(journal, &view)?;
        let agrees = matches!(&next, Action::End(agreed) if agreed == ending);
        let may_tell = *ending != Ending::Gone || journal.chosen()?.at <= view.now;
        Ok((agrees && may_tell).then_some(view))
    }
}

impl StepContext<'_> {
    /// Takes a step, and tells how long it took.
    pub async fn take(&self, action: &Action) -> Result<(), StepError> {
        let (task, step, began) = (self.task, action.name(), Instant::now());
        self.tell(Notice::Began { task, step });
        let taken = self.dispatch(action).await;
        taken.map_err(|error| self.set_damaged_aside(error))?;
        self.tell(Notice::Done { task, step, seconds: began.elapsed().as_secs_f64() });
        Ok(())
    }

    async fn dispatch(&self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::FetchData => fetch::fetch(self).await,
            Action::Train => learn::learn(self).await,
            Action::Seal => commit::seal(self).await,
            Action::Commit => commit::commit(self).await,
            Action::NoteCommitted => Ok(self.journal.save_committed()?),
            Action::Score => score::score(self).await,
            Action::Claim(points) => claim::claim(self, *points).await,
            Action::Concede(why) => claim::concede(self, *why).await,
            Action::NoteClaim(stage) => Ok(self.journal.save_claim(*stage)?),
            Action::Ask => claim::ask(self).await,
            Action::Prove(blocks) => prove::prove(self, Whose::Own, blocks).await,
            Action::ProveChampion(blocks) => prove::prove(self, Whose::Champion, blocks).await,
            Action::SubmitScores { own, champion } => prove::submit(self, own, champion).await,
            Action::SubmitChampion(blocks) => prove::submit_champion(self, blocks).await,
            Action::Settle => claim::settle(self).await,
            Action::SealKey => deliver::seal_key(self).await,
            Action::StoreCopy => deliver::store_copy(self).await,
            Action::UploadChunk(index) => deliver::upload_chunk(self, *index).await,
            Action::Deliver => deliver::deliver(self).await,
            Action::End(ending) => self.end(ending).await,
            Action::Wait(_) | Action::Nothing => Ok(()),
        }
    }

    /// Closes the journal, if the final chain agrees that the task is over.
    async fn end(&self, ending: &Ending) -> Result<(), StepError> {
        let end = self.services.final_end(self.task, self.journal, ending);
        match end.await? {
            Some(view) => {
                let earned = self.earned(ending, &view).await;
                self.close(EndingFact { ending: ending.clone(), at: view.now, earned })
            }
            None => Err(StepError::MovedOn("what ends the task is not final yet")),
        }
    }

    /// What was paid, if the task ended with that. The block of the payment began the next turn; if
    /// another worker was paid since, or the node has no events of that block any more, nobody
    /// tells.
    async fn earned(&self, ending: &Ending, view: &TaskView) -> Option<Balance> {
        let settlement = view.task.as_ref()?.settlement.as_ref()?;
        if *ending != Ending::Paid {
            return None;
        }
        match self.services.chain.earned(self.task, settlement.turn_began).await {
            Ok(earned) => earned,
            Err(error) => {
                tracing::warn!(task = self.task, "it is not known what was earned: {error}");
                None
            }
        }
    }

    /// Closes the journal.
    pub fn close(&self, fact: EndingFact) -> Result<(), StepError> {
        self.journal.save_ending(&fact)?;
        self.tell(Notice::Ended {
            task: self.task,
            ending: fact.ending.word(),
            text: fact.to_string(),
            stake_lost: fact.ending.costs_the_stake(),
            earned: fact.earned.map(Tokens),
        });
        Ok(())
    }

    /// A circuit of the task, as the chain has it.
    async fn circuit(&self, circuit: CircuitId) -> Result<CircuitRecord, StepError> {
        let record = self.services.chain.circuit(&circuit).await?;
        Ok(record.ok_or_else(|| Refusal::Circuit(circuit.to_string()))?)
    }

    /// Whose model is committed to, and for what.
    fn bind(&self) -> Result<Fr, StepError> {
        let chain = &self.services.chain;
        let owner = ModelOwner {
            genesis_hash: chain.genesis().0,
            task: self.task,
            worker: chain.worker().0,
            encoding: self.journal.chosen()?.encoding.0,
        };
        Ok(owner.to_field())
    }

    /// The commitment, checked against model, task and account, with key and ciphertext.
    async fn committed(&self) -> Result<CommittedModel, StepError> {
        let (journal, bind) = (self.journal.clone(), self.bind()?);
        Ok(tokio::task::spawn_blocking(move || journal.commitment(bind)).await??)
    }

    /// What a proof of this task is bound to.
    fn context(&self, domain: ContextDomain, circuit: CircuitId, block: BlockIndex) -> Context {
        let chain = &self.services.chain;
        Context {
            domain,
            genesis_hash: chain.genesis().0,
            circuit,
            task: self.task,
            worker: chain.worker().0,
            block,
        }
    }

    fn tell(&self, notice: Notice) {
        self.services.notices.tell(notice);
    }

    /// Fails if the work was asked to end.
    fn go_on(&self) -> Result<(), StepError> {
        if self.stop.is_cancelled() {
            Err(StepError::Stopped)
        } else {
            Ok(())
        }
    }

    /// Waits for a permit, but not longer than until the work is asked to end.
    async fn permit<'s>(
        &self,
        permits: &'s Semaphore,
    ) -> Result<tokio::sync::SemaphorePermit<'s>, StepError> {
        tokio::select! {
            permit = permits.acquire() => permit.map_err(|_| StepError::Stopped),
            () = self.stop.cancelled() => Err(StepError::Stopped),
        }
    }
}

#[cfg(test)]
pub(crate) mod test_services;
#[cfg(test)]
mod tests;
