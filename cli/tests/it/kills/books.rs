//! What the chain says in the end: who was paid, what was minted, what became of every stake.

use super::{requester::Requester, site::Site};
use crate::processes::until;
use nocknock_client::{
    AccountId, Balance, BlockNumber, DomainEvent, EventRecord, RewardsEvent, TasksEvent, NNK,
};
use nocknock_primitives::{
    ids::{ModelCommitment, TaskId},
    phase::Phase,
    task::{Fate, Outcome},
};
use serde_json::Value;

/// The payment of a winner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Payment {
    pub(super) worker: AccountId,
    pub(super) paid: Balance,
    pub(super) fee: Balance,
    block: BlockNumber,
}

/// Everything that has happened.
#[derive(Debug)]
pub(super) struct Books(Vec<EventRecord>);

impl Books {
    pub(super) fn of(site: &Site) -> Self {
        Self(site.events())
    }

    fn of_task(&self, task: TaskId) -> impl Iterator<Item = (BlockNumber, &TasksEvent)> {
        self.0.iter().filter_map(move |record| match &record.event {
            DomainEvent::Tasks(event) if event.task() == Some(task) => {
                Some((record.block.number, event))
            }
            _ => None,
        })
    }

    /// The one payment of a task.
    #[track_caller]
    pub(super) fn payment(&self, task: TaskId) -> Payment {
        let payments: Vec<Payment> = self
            .of_task(task)
            .filter_map(|(block, event)| match event {
                TasksEvent::WinnerPaid { worker, paid, fee, .. } => {
                    Some(Payment { worker: *worker, paid: *paid, fee: *fee, block })
                }
                _ => None,
            })
            .collect();
        let [payment] = payments[..] else {
            panic!("task {task} was to be paid once: {payments:?}");
        };
        payment
    }

    /// The model that a worker has committed to. It may have sent the commitment twice, but never
    /// another one.
    #[track_caller]
    pub(super) fn model(&self, task: TaskId, of: AccountId) -> ModelCommitment {
        let mut models: Vec<ModelCommitment> = self
            .of_task(task)
            .filter_map(|(_, event)| match event {
                TasksEvent::ModelCommitted { worker, model, .. } if *worker == of => Some(*model),
                _ => None,
            })
            .collect();
        models.dedup();
        let [model] = models[..] else {
            panic!("{of} was to commit to one model of task {task}: {models:?}");
        };
        model
    }

    /// No worker has lost a stake or its registration, and the chain took the steps at once that
    /// nobody was killed in.
    #[track_caller]
    pub(super) fn check_task(&self, task: TaskId) {
        let mut last_proof = 0;
        for (block, event) in self.of_task(task) {
            match event {
                TasksEvent::CommitmentClosed { fate, .. } => assert_eq!(*fate, Fate::Returned),
                TasksEvent::ScoresProved { .. } => last_proof = block,
                TasksEvent::TaskSettled { outcome, .. } => {
                    assert_eq!((*outcome, block), (Outcome::Ranked, last_proof));
                }
                TasksEvent::TaskFinished { .. } => assert_eq!(block, self.payment(task).block),
                _ => {}
            }
        }
    }

    /// What was minted for a winner, each time.
    fn minted(&self) -> Vec<Balance> {
        let amount = |record: &EventRecord| match record.event {
            DomainEvent::Rewards(RewardsEvent::Minted { amount, .. }) => Some(amount),
            _ => None,
        };
        self.0.iter().filter_map(amount).collect()
    }

    /// Nobody was suspended, barred or left unpaid.
    #[track_caller]
    pub(super) fn check_workers(&self) {
        for record in &self.0 {
            let is_loss = matches!(
                record.event,
                DomainEvent::Rewards(
                    RewardsEvent::WorkerSuspended { .. }
                        | RewardsEvent::AccountBarred { .. }
                        | RewardsEvent::NotMinted { .. }
                        | RewardsEvent::CustodianDismissed { .. }
                )
            );
            assert!(!is_loss, "{record:?}");
        }
    }

    /// The curriculum task has minted once, and all tokens are accounted for. The winner has three
    /// quarters; the part of who provided the data may have vested by now, or not.
    #[track_caller]
    pub(super) fn check_emission(&self, site: &Site, curriculum: TaskId) {
        let paid = self.payment(curriculum).paid;
        assert_eq!(self.minted(), [paid]);
        let (emission, issuance) = site.emission();
        let minted = emission.minted;
        assert!(minted / 100 * 75 <= paid && paid < minted, "{paid} of {minted}");
        assert_eq!(issuance + emission.burnt, emission.minted);
    }
}

/// The task is over, one rank was paid, and nothing of it is held any more but for its storage: so
/// much.
#[track_caller]
pub(super) fn check_end(site: &Site, id: TaskId) -> Balance {
    assert_eq!(site.phase(id), Some(Phase::Done));
    let tasks = site.tasks();
    let (_, task) = tasks.iter().find(|(known, _)| *known == id).expect("the task is there");
    let end = task.settlement.as_ref().expect("the task is settled");
    assert_eq!((end.outcome, end.paid), (Outcome::Ranked, 1));
    assert!(end.finished_at.is_some());
    assert_eq!((task.held.escrow, task.held.bond, task.open_commitments), (0, 0, 0));
    task.held.record
}

/// A competitor has what it was lent and paid but for fees of less than a token, and all of it is
/// free.
#[track_caller]
pub(super) fn check_competitor(site: &Site, account: AccountId, lent: Balance, paid: Balance) {
    let balance = site.balance(account);
    assert_eq!(balance.held, 0, "a stake is still held");
    let most = lent + paid;
    assert!(
        balance.free <= most && balance.free > most - NNK,
        "{account} has {} of {most}",
        balance.free
    );
}

/// The requester has the model of the winner, and every statement about it can be recomputed.
#[track_caller]
pub(super) fn check_model(requester: &Requester<'_>, followed: &Value, model: ModelCommitment) {
    assert_eq!(followed["outcome"], "ranked", "{followed}");
    let fetched = &followed["models"][0];
    assert_eq!(fetched["model"], model.to_string());
    let file = fetched["file"].as_str().expect("the model has a file");
    // The record's root is closed into an anchor every ten blocks.
    until("every link of the model holds", || {
        let found = requester.run(&["verify", file, "--with-data"]).json();
        let links = found[0]["links"].as_array()?;
        links.iter().all(|link| link["verdict"] == "holds").then_some(())
    });
}
