//! The steps of a task, one function for each [`Action`].
//!
//! A step reads the journal, does one thing, and writes down what came of it before anything else
//! depends on it. Steps that talk to the chain may have taken effect even if they fail: the plan
//! compares with the chain again and finds out.

mod aside;
mod commit;
mod deliver;
mod error;
mod fetch;
mod learn;
mod prove;
mod provers;
mod withdraw;

pub use error::{Refusal, Remedy, StepError};
pub use fetch::check_data;
pub use learn::{training_set, CandleTrainer, LearnError, Lesson, Trainer};
pub use prove::{prove_block, BlockTask};
pub use provers::Provers;
pub use withdraw::{withdraw, WithdrawError};

use crate::{
    attest::Origin,
    blobs::Blobs,
    chain::{Chain, Depth},
    config::Config,
    notice::{Notice, Notices},
    plan::{next_action, Action, TaskView, Waiting},
    state::{Ending, EndingFact, Journal},
    stop::Stop,
};
use nocknock_client::{BlockNumber, CircuitRecord};
use nocknock_primitives::ids::{CircuitId, TaskId};
use std::{sync::Arc, time::Instant};
use tokio::sync::Semaphore;

/// What all tasks share.
#[derive(Debug)]
pub struct Workshop {
    /// The chain.
    pub chain: Arc<dyn Chain>,
    /// The store.
    pub blobs: Arc<dyn Blobs>,
    /// Who trains.
    pub trainer: Arc<dyn Trainer>,
    /// Who proves.
    pub provers: Arc<Provers>,
    /// The configuration.
    pub config: Config,
    /// What is attested about this process.
    pub origin: Origin,
    /// Who is told.
    pub notices: Notices,
    /// Places for trainings and proofs.
    pub places: Places,
}

/// How much may be done at a time.
#[derive(Debug)]
pub struct Places {
    trainings: Semaphore,
    proofs: Semaphore,
}

/// A task that is being worked on.
#[derive(Debug)]
pub struct Errand<'a> {
    /// What all tasks share.
    pub shop: &'a Workshop,
    /// The task.
    pub task: TaskId,
    /// Its journal.
    pub journal: &'a Journal,
    /// When to end early.
    pub stop: &'a Stop,
}

impl Places {
    /// As many as the configuration allows.
    pub fn of(config: &Config) -> Self {
        Self {
            trainings: Semaphore::new(config.limits.trainings),
            proofs: Semaphore::new(config.limits.proofs),
        }
    }
}

impl Workshop {
    /// The next step of a task, with the view of the best block that it follows from. An end is the
    /// next step only when it is final; until then it is waited for.
    pub async fn plan(
        &self,
        task: TaskId,
        journal: &Journal,
    ) -> Result<(Action, TaskView), StepError> {
        let view = self.chain.view(task, Depth::Best).await?;
        let action = self.next(journal, &view)?;
        if let Action::End(ending) = &action {
            if self.final_end(task, journal, ending).await?.is_none() {
                let paid = *ending == Ending::Paid;
                return Ok((Action::Wait(Waiting::Finality { paid }), view));
            }
        }
        Ok((action, view))
    }

    fn next(&self, journal: &Journal, view: &TaskView) -> Result<Action, StepError> {
        let batch = self.config.proving.batch;
        Ok(next_action(&journal.progress()?, view, batch))
    }

    /// The last final block, if it says that the task has ended like this. A node that is still
    /// fetching the chain does not know the task yet: that it is gone, only a block can tell in
    /// which it could be known.
    async fn final_end(
        &self,
        task: TaskId,
        journal: &Journal,
        ending: &Ending,
    ) -> Result<Option<BlockNumber>, StepError> {
        let view = self.chain.view(task, Depth::Final).await?;
        let next = self.next(journal, &view)?;
        let agrees = matches!(&next, Action::End(agreed) if agreed == ending);
        let may_tell = *ending != Ending::Gone || journal.chosen()?.at <= view.now;
        Ok((agrees && may_tell).then_some(view.now))
    }
}

impl Errand<'_> {
    /// Takes a step, and tells how long it took.
    pub async fn take(&self, action: &Action) -> Result<(), StepError> {
        let (task, step, began) = (self.task, action.name(), Instant::now());
        self.tell(Notice::Began { task, step });
        let taken = self.act(action).await;
        taken.map_err(|error| self.mend(error))?;
        self.tell(Notice::Done { task, step, seconds: began.elapsed().as_secs_f64() });
        Ok(())
    }

    async fn act(&self, action: &Action) -> Result<(), StepError> {
        match action {
            Action::FetchData => fetch::fetch(self).await,
            Action::Train => learn::learn(self).await,
            Action::DrawSalt => commit::draw_salt(self),
            Action::Commit => commit::commit(self).await,
            Action::NoteCommitted => Ok(self.journal.save_committed()?),
            Action::Prove(blocks) => prove::prove(self, blocks).await,
            Action::SubmitScores(blocks) => prove::submit(self, blocks).await,
            Action::NoteComplete => Ok(self.journal.save_complete()?),
            Action::DrawKey => deliver::draw_key(self),
            Action::Seal => deliver::seal(self).await,
            Action::Upload => deliver::upload(self).await,
            Action::Deliver => deliver::deliver(self).await,
            Action::RevealKey => deliver::reveal_key(self).await,
            Action::End(ending) => self.end(ending).await,
            Action::Wait(_) | Action::Nothing => Ok(()),
        }
    }

    /// Closes the journal, if the final chain agrees that the task is over.
    async fn end(&self, ending: &Ending) -> Result<(), StepError> {
        let end = self.shop.final_end(self.task, self.journal, ending);
        match end.await? {
            Some(at) => self.close(ending.clone(), at),
            None => Err(StepError::MovedOn("what ends the task is not final yet")),
        }
    }

    /// Closes the journal.
    pub fn close(&self, ending: Ending, at: u32) -> Result<(), StepError> {
        let fact = EndingFact { ending, at };
        self.journal.save_ending(&fact)?;
        self.tell(Notice::Ended {
            task: self.task,
            ending: fact.ending.word(),
            text: fact.ending.to_string(),
            stake_lost: fact.ending.costs_the_stake(),
        });
        Ok(())
    }

    /// A circuit of the task, as the chain has it.
    async fn circuit(&self, circuit: CircuitId) -> Result<CircuitRecord, StepError> {
        let record = self.shop.chain.circuit(&circuit).await?;
        Ok(record.ok_or_else(|| Refusal::Circuit(circuit.to_string()))?)
    }

    fn tell(&self, notice: Notice) {
        self.shop.notices.tell(notice);
    }

    /// Fails if the work was asked to end.
    fn go_on(&self) -> Result<(), StepError> {
        match self.stop.is_asked() {
            true => Err(StepError::Stopped),
            false => Ok(()),
        }
    }

    /// Waits for a place, but not longer than until the work is asked to end.
    async fn place<'s>(
        &self,
        places: &'s Semaphore,
    ) -> Result<tokio::sync::SemaphorePermit<'s>, StepError> {
        tokio::select! {
            place = places.acquire() => place.map_err(|_| StepError::Stopped),
            () = self.stop.asked() => Err(StepError::Stopped),
        }
    }
}

#[cfg(test)]
pub(crate) mod rig;
#[cfg(test)]
mod tests;
