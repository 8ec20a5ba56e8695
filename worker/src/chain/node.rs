//! The chain behind a node.

use super::{AccountStatus, Chain, ChainClock, ChainError, Depth, Message};
use crate::plan::{FreeCalls, TaskView};
use async_trait::async_trait;
use nocknock_client::{
    calls, AccountId, Balance, BlockNumber, Call, ChainMatch, CircuitRecord, Client, ConnectError,
    ConnectOptions, DomainEvent, Follow, Hash, Keys, KnownChain, QueryError, Snapshot, SubmitError,
    SubmitOptions, Task, TasksEvent, Wait,
};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, CircuitId, PointBytes, TaskId},
    limits::MAX_PAGE,
    score::Score,
    task::{Funding, RevealedBlock, SealedKeyBytes},
};
use std::{fmt, time::Duration};

/// A connection to a node, with the worker's keys.
pub struct NodeChain {
    client: Client,
    keys: Keys,
    slot: Duration,
}

impl NodeChain {
    /// Connects to the first of these nodes that answers, and tries for so long.
    pub async fn connect(
        urls: &[String],
        keys: Keys,
        patience: Duration,
    ) -> Result<Self, ChainError> {
        let client = connect(urls, patience).await?;
        let info = client.chain().await.map_err(asking)?;
        Ok(Self { client, keys, slot: Duration::from_millis(info.slot_millis) })
    }

    /// The connection.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The worker's keys.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    async fn snapshot(&self, depth: Depth) -> Result<Snapshot, ChainError> {
        let snapshot = match depth {
            Depth::Best => self.client.best().await,
            Depth::Final => self.client.finalised().await,
        };
        snapshot.map_err(asking)
    }

    /// As much of a tip as the account has to spare. Whoever cannot tell sends the call without.
    async fn affordable_tip(
        &self,
        wanted: Balance,
        message: &Message,
    ) -> Result<Balance, ChainError> {
        if wanted == 0 {
            return Ok(0);
        }
        let call = call_of(without_key(message))?;
        Ok(match self.client.estimate(&self.worker(), &call).await {
            Ok(estimate) => estimate.affordable_tip(wanted),
            Err(error) => {
                tracing::warn!("{call} is sent without a tip: {error}");
                0
            }
        })
    }
}

#[async_trait]
impl Chain for NodeChain {
    fn genesis(&self) -> Hash {
        self.client.genesis_hash()
    }

    fn worker(&self) -> AccountId {
        self.keys.account()
    }

    async fn compare(&self, known: &KnownChain) -> Result<ChainMatch, ChainError> {
        self.client.compare_chain(known).await.map_err(asking)
    }

    async fn known(&self) -> Result<Option<KnownChain>, ChainError> {
        self.client.known_chain().await.map_err(asking)
    }

    async fn clock(&self) -> Result<ChainClock, ChainError> {
        Ok(ChainClock { best: self.snapshot(Depth::Best).await?.block().number, slot: self.slot })
    }

    async fn wait_for(&self, number: BlockNumber) -> Result<BlockNumber, ChainError> {
        let reached = self.client.wait_for_block(number, Follow::Best).await;
        Ok(reached.map_err(asking)?.number)
    }

    async fn account_status(&self) -> Result<AccountStatus, ChainError> {
        let (snapshot, account) = (self.snapshot(Depth::Best).await?, self.worker());
        let balance = snapshot.balance(&account).await.map_err(asking)?;
        let may_work = may_work(&snapshot, &account).await.map_err(asking)?;
        let known = snapshot.allowance_known(&account).await.map_err(asking)?;
        Ok(AccountStatus { free: balance.free, may_work, known })
    }

    async fn tasks(&self, start: TaskId) -> Result<Vec<(TaskId, Task)>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        snapshot.tasks(start, MAX_PAGE).await.map_err(asking)
    }

    async fn view(&self, task: TaskId, depth: Depth) -> Result<TaskView, ChainError> {
        let (snapshot, worker) = (self.snapshot(depth).await?, self.worker());
        let found = snapshot.task(task).await.map_err(asking)?;
        Ok(TaskView {
            now: snapshot.block().number,
            worker,
            champion: champion(&snapshot, found.as_ref()).await.map_err(asking)?,
            free_calls: free_calls(&snapshot, &worker, found.as_ref()).await.map_err(asking)?,
            task: found,
            commitment: snapshot.commitment(task, &worker).await.map_err(asking)?,
            ranking: snapshot.ranking(task).await.map_err(asking)?,
            delivery: snapshot.delivery(task, &worker).await.map_err(asking)?,
        })
    }

    async fn budget(&self, task: TaskId) -> Result<Option<Balance>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        let task = snapshot.curriculum_task(task).await.map_err(asking)?;
        Ok(task.map(|task| task.prize()))
    }

    async fn earned(&self, task: TaskId, at: BlockNumber) -> Result<Option<Balance>, ChainError> {
        let snapshot = self.client.at_number(at).await.map_err(asking)?;
        let events = snapshot.events().await.map_err(asking)?;
        let own = self.worker();
        Ok(events.into_iter().find_map(|record| match record.event {
            DomainEvent::Tasks(TasksEvent::WinnerPaid { task: of, worker, paid, .. })
                if of == task && worker == own =>
            {
                Some(paid)
            }
            _ => None,
        }))
    }

    async fn roots(&self, task: TaskId) -> Result<Vec<BlockRoot>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        snapshot.roots(task).await.map_err(asking)
    }

    async fn revealed_block(
        &self,
        task: TaskId,
        block: BlockIndex,
    ) -> Result<Option<RevealedBlock>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        snapshot.revealed_block(task, block).await.map_err(asking)
    }

    async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        snapshot.circuit(circuit).await.map_err(asking)
    }

    async fn send(&self, message: Message) -> Result<(), ChainError> {
        let (wait, wanted) = (wait_of(&message), options_of(&message));
        let tip = self.affordable_tip(wanted.tip, &message).await?;
        let (call, options) = (call_of(message)?, SubmitOptions { tip, ..wanted });
        let included = self.client.submit_with(&self.keys, &call, wait, options).await;
        included.map(|_| ()).map_err(sending)
    }
}

/// Connects without keys.
pub async fn connect(urls: &[String], patience: Duration) -> Result<Client, ChainError> {
    let options = ConnectOptions { patience, ..ConnectOptions::new(urls) };
    Client::connect_with(options).await.map_err(connecting)
}

/// The account is registered, neither suspended nor barred, and the registration has not expired.
pub async fn may_work(snapshot: &Snapshot, account: &AccountId) -> Result<bool, QueryError> {
    let Some(registration) = snapshot.worker(account).await? else {
        return Ok(false);
    };
    let session = snapshot.emission().await?.session;
    Ok(registration.is_active(session) && !snapshot.is_barred(account).await?)
}

/// What the account may send without a fee. In tasks with a sponsor nothing is free.
async fn free_calls(
    snapshot: &Snapshot,
    worker: &AccountId,
    task: Option<&Task>,
) -> Result<FreeCalls, QueryError> {
    if !task.is_some_and(|task| task.funding == Funding::Curriculum) {
        return Ok(FreeCalls::default());
    }
    Ok(FreeCalls {
        known: snapshot.allowance_known(worker).await?,
        ended: snapshot.allowance_ended(worker).await?,
        balance: snapshot.balance(worker).await?.free,
    })
}

/// The score that a model has to beat to mint anything.
async fn champion(snapshot: &Snapshot, task: Option<&Task>) -> Result<Option<Score>, QueryError> {
    match task.filter(|task| task.funding == Funding::Curriculum) {
        Some(task) => Ok(snapshot.champion(task.experiment).await?.map(|champion| champion.score)),
        None => Ok(None),
    }
}

/// How long a message is followed.
fn wait_of(message: &Message) -> Wait {
    match message {
        Message::Withdraw { .. } => Wait::Finalised,
        _ => Wait::InBlock,
    }
}

fn options_of(message: &Message) -> SubmitOptions {
    let (tip, last_block) = match message {
        Message::Commit { .. } | Message::Withdraw { .. } | Message::SubmitScores { .. } => {
            (0, None)
        }
        Message::UploadChunk { last_block, .. } => (0, Some(*last_block)),
        Message::Deliver { tip, last_block, .. } => (*tip, Some(*last_block)),
    };
    SubmitOptions { tip, last_block }
}

/// What a node is shown to work out the fee of a message. Its owner may be the one that the key is
/// sealed for, and no block may be left that could take the delivery.
fn without_key(message: &Message) -> Message {
    let mut shown = message.clone();
    if let Message::Deliver { key, .. } = &mut shown {
        **key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] };
    }
    shown
}

fn call_of(message: Message) -> Result<Call, ChainError> {
    let call = match message {
        Message::Commit { task, key, ciphertext } => {
            calls::Tasks::commit_model { task, key, ciphertext }
        }
        Message::Withdraw { task } => calls::Tasks::withdraw_commitment { task },
        Message::SubmitScores { task, scores } => calls::Tasks::scores(task, scores)
            .map_err(|error| ChainError::Lasting(error.to_string()))?,
        Message::UploadChunk { task, index, chunk, hashes, .. } => {
            calls::Tasks::chunk(task, index, chunk, hashes)
        }
        Message::Deliver { task, key, proof, attestation, .. } => {
            calls::Tasks::deliver { task, key, proof, attestation }
        }
    };
    Ok(call.into())
}

fn connecting(error: ConnectError) -> ChainError {
    match error {
        ConnectError::Query(error) => asking(error),
        other => ChainError::Lasting(other.to_string()),
    }
}

/// What a failed question means for the worker.
pub fn asking(error: QueryError) -> ChainError {
    match error {
        QueryError::Incompatible(_) | QueryError::Undecodable { .. } | QueryError::View { .. } => {
            ChainError::Lasting(error.to_string())
        }
        _ => ChainError::Unreachable(error.to_string()),
    }
}

/// What a failed submission means for the worker.
pub fn sending(error: SubmitError) -> ChainError {
    match error {
        SubmitError::Rejected(rejection) if is_about_funds(&rejection.error) => {
            ChainError::CannotPay
        }
        SubmitError::Rejected(rejection) => ChainError::Rejected {
            text: rejection.to_string(),
            pallet: rejection.pallet,
            error: rejection.error,
        },
        SubmitError::CannotPay => ChainError::CannotPay,
        SubmitError::Incompatible(error) => ChainError::Lasting(error.to_string()),
        SubmitError::Query(error) => asking(error),
        late @ SubmitError::TooLate { .. } => ChainError::TooLate(late.to_string()),
        large if large.is_too_large() => ChainError::TooLarge,
        other => ChainError::Unsure(other.to_string()),
    }
}

/// Errors of the runtime that mean that the account has too little.
fn is_about_funds(error: &str) -> bool {
    ["FundsUnavailable", "InsufficientBalance", "CannotCreateHold"].contains(&error)
}

impl fmt::Debug for NodeChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeChain").field("worker", &self.keys.account()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use nocknock_primitives::{circuit::ProofBytes, limits::List, task::Attestation};

    fn withdraw() -> Message {
        Message::Withdraw { task: 1 }
    }

    fn upload() -> Message {
        Message::UploadChunk {
            task: 1,
            index: 0,
            chunk: List::truncate_from(Vec::new()),
            hashes: List::truncate_from(Vec::new()),
            last_block: 9,
        }
    }

    fn deliver() -> Message {
        let key = SealedKeyBytes { ephemeral: PointBytes([1; 64]), masked_key: [2; 32] };
        Message::Deliver {
            task: 1,
            key: Box::new(key),
            proof: Box::new(ProofBytes([3; 256])),
            attestation: Attestation::default(),
            tip: 7,
            last_block: 9,
        }
    }

    #[test]
    fn what_is_sent_in_a_turn_ends_with_it_and_a_delivery_has_its_tip() {
        assert_eq!(options_of(&upload()), SubmitOptions { tip: 0, last_block: Some(9) });
        assert_eq!(options_of(&deliver()), SubmitOptions { tip: 7, last_block: Some(9) });
        assert_eq!(options_of(&withdraw()), SubmitOptions::default());
    }

    #[test]
    fn the_fee_of_a_delivery_is_asked_for_without_the_key() {
        let (sent, shown) = (deliver(), without_key(&deliver()));
        let (Message::Deliver { key: sent, .. }, Message::Deliver { key: shown, .. }) =
            (sent, shown)
        else {
            panic!("it is a delivery");
        };
        assert_eq!(sent.encoded_size(), shown.encoded_size());
        assert_ne!(sent.ephemeral, shown.ephemeral);
        assert_ne!(sent.masked_key, shown.masked_key);
    }

    #[test]
    fn a_withdrawal_alone_is_followed_until_it_is_final() {
        assert_eq!(wait_of(&withdraw()), Wait::Finalised);
        assert_eq!((wait_of(&upload()), wait_of(&deliver())), (Wait::InBlock, Wait::InBlock));
    }

    #[test]
    fn a_failed_submission_is_told_by_what_helps() {
        let full = "Invalid Transaction: Transaction would exhaust the block limits".to_owned();
        assert_eq!(sending(SubmitError::Invalid { reason: full }), ChainError::TooLarge);
        assert_eq!(sending(SubmitError::CannotPay), ChainError::CannotPay);
        let late = sending(SubmitError::TooLate { last: 9 });
        assert!(matches!(late, ChainError::TooLate(_)), "{late}");
        let contested = sending(SubmitError::Contested);
        assert!(matches!(contested, ChainError::Unsure(_)), "{contested}");
    }
}
