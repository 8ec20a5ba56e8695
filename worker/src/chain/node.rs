//! The chain behind a node.

use super::{AccountStatus, Chain, ChainClock, ChainError, DeliveredModel, Depth, Message};
use crate::{
    plan::{may_be_beaten, FreeCalls, TaskView, UsableCircuits},
    price::{Mint, ValidatorsPart},
};
use async_trait::async_trait;
use nocknock_client::{
    calls, AccountId, Balance, BlockNumber, Call, ChainMatch, CircuitRecord, Client, Commitment,
    ConnectError, ConnectOptions, DomainEvent, Follow, Hash, Keys, KnownChain, QueryError,
    Snapshot, SubmitError, SubmitOptions, Task, TasksEvent, TooLong, Wait,
};
use nocknock_primitives::{
    claim::{ClaimKey, ClaimState},
    ids::{BlockIndex, BlockRoot, CircuitId, PointBytes, TaskId},
    limits::MAX_PAGE,
    phase::Phase,
    task::{Chunk, Funding, RevealedBlock, SealedKeyBytes},
};
use std::{fmt, future::Future, time::Duration};

/// Slots during which a call is waited for that somebody else may make first.
const CONTESTED_SLOTS: u32 = 4;

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
        view(&snapshot, &worker, task).await.map_err(asking)
    }

    async fn validators_part(&self) -> Result<ValidatorsPart, ChainError> {
        validators_part(&self.snapshot(Depth::Best).await?).map_err(asking)
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

    async fn delivered(
        &self,
        task: TaskId,
        worker: &AccountId,
    ) -> Result<Option<DeliveredModel>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        delivered(&snapshot, task, worker).await.map_err(asking)
    }

    async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, ChainError> {
        let snapshot = self.snapshot(Depth::Best).await?;
        snapshot.circuit(circuit).await.map_err(asking)
    }

    async fn send(&self, message: Message) -> Result<(), ChainError> {
        let (wait, wanted) = (wait_of(&message), options_of(&message));
        let patience = patience_for(&message, self.slot);
        let tip = self.affordable_tip(wanted.tip, &message).await?;
        let (call, options) = (call_of(message)?, SubmitOptions { tip, ..wanted });
        let sent = self.client.submit_with(&self.keys, &call, wait, options);
        within(patience, sent).await.map(|_| ())
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

/// What the validators get of a sponsor's payments. The share is written in parts per million.
pub(crate) fn validators_part(snapshot: &Snapshot) -> Result<ValidatorsPart, QueryError> {
    Ok(ValidatorsPart {
        per_million: snapshot.constant("Tasks", "ValidatorShare")?,
        least: snapshot.constant("Tasks", "RecordFee")?,
    })
}

async fn view(snapshot: &Snapshot, worker: &AccountId, id: TaskId) -> Result<TaskView, QueryError> {
    let (task, now) = (snapshot.task(id).await?, snapshot.block().number);
    let commitment = snapshot.commitment(id, worker).await?;
    let revealed = task.as_ref().filter(|task| is_revealed(task));
    let judged = revealed.filter(|task| task.settlement.is_none());
    Ok(TaskView {
        now,
        worker: *worker,
        claims: if judged.is_some_and(|task| needs_claims(task, commitment.as_ref(), now)) {
            claims_of_others(&snapshot.commitments(id).await?, worker)
        } else {
            Vec::new()
        },
        commitment,
        ranking: snapshot.ranking(id).await?,
        delivery: snapshot.delivery(id, worker).await?,
        mint: match judged {
            Some(task) => mint(snapshot, id, task).await?,
            None => None,
        },
        circuits: match revealed {
            Some(task) => usable_circuits(snapshot, task).await?,
            None => UsableCircuits { of_task: true, of_champion: true },
        },
        validators: validators_part(snapshot)?,
        free_calls: free_calls(snapshot, worker, task.as_ref()).await?,
        task,
    })
}

/// All test blocks are revealed, so that it matters from now on which proofs the chain takes: also
/// after settlement, when the key is to be proved.
fn is_revealed(task: &Task) -> bool {
    task.revealed_at.is_some()
}

/// The worker has to know the claims of others to decide about its own. All commitments are looked
/// through for that, because the chain lists its best claims alone.
fn needs_claims(task: &Task, own: Option<&Commitment>, now: BlockNumber) -> bool {
    let is_silent = own.is_some_and(|own| own.claim == ClaimState::Silent);
    is_silent && task.phase(now) == Phase::Claim && may_be_beaten(task)
}

fn claims_of_others(commitments: &[(AccountId, Commitment)], worker: &AccountId) -> Vec<ClaimKey> {
    let claim_of = |commitment: &Commitment| match commitment.claim {
        ClaimState::Claimed(points) => Some(ClaimKey::new(points, commitment.sequence)),
        _ => None,
    };
    let others = commitments.iter().filter(|(other, _)| other != worker);
    others.filter_map(|(_, commitment)| claim_of(commitment)).collect()
}

/// What a task of the curriculum mints, by the present level of its experiment.
async fn mint(snapshot: &Snapshot, id: TaskId, task: &Task) -> Result<Option<Mint>, QueryError> {
    if task.funding != Funding::Curriculum {
        return Ok(None);
    }
    let open = snapshot.curriculum_task(id).await?;
    let experiments = snapshot.curriculum().await?;
    let entry = experiments.into_iter().find(|(experiment, _)| *experiment == task.experiment);
    Ok(open.zip(entry).map(|(open, (_, entry))| Mint { unit: open.unit, level: entry.level }))
}

async fn usable_circuits(snapshot: &Snapshot, task: &Task) -> Result<UsableCircuits, QueryError> {
    let (score, delivery) = (&task.terms.score_circuit, &task.terms.delivery_circuit);
    let of_task = is_usable(snapshot, score).await? && is_usable(snapshot, delivery).await?;
    let of_champion = match &task.reference {
        Some(reference) => is_usable(snapshot, &reference.circuit).await?,
        None => true,
    };
    Ok(UsableCircuits { of_task, of_champion })
}

async fn is_usable(snapshot: &Snapshot, circuit: &CircuitId) -> Result<bool, QueryError> {
    Ok(snapshot.circuit(circuit).await?.is_some_and(|record| record.is_usable()))
}

async fn delivered(
    snapshot: &Snapshot,
    id: TaskId,
    worker: &AccountId,
) -> Result<Option<DeliveredModel>, QueryError> {
    let found = snapshot.task(id).await?.zip(snapshot.delivery(id, worker).await?);
    let Some((task, delivery)) = found else {
        return Ok(None);
    };
    let mut chunks: Vec<Chunk> = Vec::new();
    for index in 0..task.architecture.chunks() {
        match snapshot.chunk(id, worker, index).await? {
            Some(chunk) => chunks.push(chunk),
            None => return Ok(None),
        }
    }
    Ok(Some(DeliveredModel { task, delivery, chunks }))
}

/// How long a message is followed.
fn wait_of(message: &Message) -> Wait {
    match message {
        Message::Withdraw { .. } => Wait::Finalised,
        _ => Wait::InBlock,
    }
}

/// How long a message is waited for that the chain itself or another account may send first. Then
/// there is nothing left for it to do, and a free call that is not due any more is in no block: it
/// would be looked for until its life is over.
fn patience_for(message: &Message, slot: Duration) -> Option<Duration> {
    let is_contested = matches!(
        message,
        Message::Ask { .. } | Message::ProveChampion { .. } | Message::Settle { .. }
    );
    is_contested.then(|| slot.saturating_mul(CONTESTED_SLOTS))
}

/// What comes of a submission that is followed for so long at most. Whatever becomes of it later,
/// the next look at the chain tells.
async fn within<T>(
    patience: Option<Duration>,
    sent: impl Future<Output = Result<T, SubmitError>>,
) -> Result<T, ChainError> {
    let Some(patience) = patience else {
        return sent.await.map_err(sending);
    };
    match tokio::time::timeout(patience, sent).await {
        Ok(sent) => sent.map_err(sending),
        Err(_) => Err(ChainError::Unsure("somebody else may have sent it first".into())),
    }
}

fn options_of(message: &Message) -> SubmitOptions {
    let (tip, last_block) = match message {
        Message::Commit { .. }
        | Message::Ask { .. }
        | Message::SubmitScores { .. }
        | Message::ProveChampion { .. }
        | Message::Settle { .. } => (0, None),
        Message::Withdraw { last_block, .. } => (0, *last_block),
        Message::Claim { last_block, .. } | Message::UploadChunk { last_block, .. } => {
            (0, Some(*last_block))
        }
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
        Message::Commit { task, key, ciphertext, least } => {
            calls::Tasks::commit_model { task, key, ciphertext, least }
        }
        Message::Withdraw { task, .. } => calls::Tasks::withdraw_commitment { task },
        Message::Claim { task, points, .. } => calls::Tasks::claim { task, points },
        Message::Ask { task } => calls::Tasks::ask { task },
        Message::SubmitScores { task, scores, champion } => {
            calls::Tasks::scores(task, scores, champion).map_err(too_long)?
        }
        Message::ProveChampion { task, scores } => {
            calls::Tasks::champion_scores(task, scores).map_err(too_long)?
        }
        Message::Settle { task } => calls::Tasks::settle { task },
        Message::UploadChunk { task, index, chunk, hashes, .. } => {
            calls::Tasks::chunk(task, index, chunk, hashes)
        }
        Message::Deliver { task, last, key, proof, attestation, .. } => {
            calls::Tasks::delivery(task, last.map(|last| *last), *key, *proof, attestation)
        }
    };
    Ok(call.into())
}

fn too_long(error: TooLong) -> ChainError {
    ChainError::Lasting(error.to_string())
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
    use crate::chain::fake;
    use codec::Encode;
    use nocknock_primitives::{
        circuit::ProofBytes,
        ids::{CiphertextHash, KeyCommitment, ModelCommitment},
        limits::List,
        task::{Attestation, Outcome, Settlement},
    };
    use std::future;

    fn withdraw() -> Message {
        Message::Withdraw { task: 1, last_block: None }
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
            last: None,
            key: Box::new(key),
            proof: Box::new(ProofBytes([3; 256])),
            attestation: Attestation::default(),
            tip: 7,
            last_block: 9,
        }
    }

    #[test]
    fn a_claim_is_in_no_block_after_its_phase() {
        let claim = Message::Claim { task: 1, points: 2, last_block: 9 };
        assert_eq!(options_of(&claim), SubmitOptions { tip: 0, last_block: Some(9) });
    }

    #[test]
    fn what_is_sent_in_a_turn_ends_with_it_and_a_delivery_has_its_tip() {
        assert_eq!(options_of(&upload()), SubmitOptions { tip: 0, last_block: Some(9) });
        assert_eq!(options_of(&deliver()), SubmitOptions { tip: 7, last_block: Some(9) });
        assert_eq!(options_of(&withdraw()), SubmitOptions::default());
    }

    #[test]
    fn a_withdrawal_may_have_a_last_block() {
        let withdraw = Message::Withdraw { task: 1, last_block: Some(9) };
        assert_eq!(options_of(&withdraw), SubmitOptions { tip: 0, last_block: Some(9) });
    }

    #[test]
    fn a_call_that_somebody_else_may_make_first_is_waited_for_during_a_few_blocks() {
        let slot = Duration::from_secs(6);
        let champion = Message::ProveChampion { task: 1, scores: Vec::new() };
        for message in [Message::Ask { task: 1 }, Message::Settle { task: 1 }, champion] {
            assert_eq!(patience_for(&message, slot), Some(Duration::from_secs(24)), "{message:?}");
        }
        let (scores, champion) = (Vec::new(), Vec::new());
        let own = Message::SubmitScores { task: 1, scores, champion };
        for message in [own, withdraw(), upload(), deliver()] {
            assert_eq!(patience_for(&message, slot), None, "{message:?}");
        }
    }

    #[tokio::test]
    async fn what_is_in_no_block_in_time_is_left_to_the_next_look_at_the_chain() {
        let brief = Some(Duration::from_millis(1));
        let never = future::pending::<Result<(), SubmitError>>();
        let unsure = within(brief, never).await.unwrap_err();
        assert!(matches!(unsure, ChainError::Unsure(_)), "{unsure}");
        for patience in [None, Some(Duration::from_secs(60))] {
            assert_eq!(within(patience, future::ready(Ok(7))).await, Ok(7));
            let refused: Result<(), _> = Err(SubmitError::CannotPay);
            let refused = within(patience, future::ready(refused)).await;
            assert_eq!(refused, Err(ChainError::CannotPay));
        }
    }

    fn commitment(claim: ClaimState, sequence: u32) -> Commitment {
        Commitment {
            model: ModelCommitment([1; 32]),
            key: KeyCommitment([2; 32]),
            ciphertext: CiphertextHash([3; 32]),
            at: 101,
            sequence,
            least: 0,
            claim,
            proved: 0,
            correct: 0,
        }
    }

    #[test]
    fn the_claims_of_others_are_read_from_their_commitments() {
        let commitments = [
            (fake::WORKER, commitment(ClaimState::Claimed(9), 0)),
            (fake::REQUESTER, commitment(ClaimState::Silent, 1)),
            (fake::MASTER, commitment(ClaimState::Claimed(5), 2)),
        ];
        let claims = claims_of_others(&commitments, &fake::WORKER);
        assert_eq!(claims, [ClaimKey::new(5, 2)]);
    }

    /// With one share, 254 claims can be asked for their proofs in all rounds.
    #[test]
    fn commitments_are_looked_through_only_if_the_claims_may_fill_all_rounds() {
        let task = |waiting| {
            let mut task = fake::open_task();
            task.terms.min_test_rows = 0;
            Task { revealed_at: Some(112), committed: 300, waiting, ..task }
        };
        let silent = commitment(ClaimState::Silent, 0);
        assert!(needs_claims(&task(254), Some(&silent), 113));
        assert!(!needs_claims(&task(253), Some(&silent), 113));
        assert!(!needs_claims(&task(254), Some(&silent), 122), "the phase is over");
        let claimed = commitment(ClaimState::Claimed(9), 0);
        for own in [None, Some(&claimed)] {
            assert!(!needs_claims(&task(254), own, 113));
        }
        let curriculum = Task { funding: Funding::Curriculum, ..task(254) };
        assert!(!needs_claims(&curriculum, Some(&silent), 113), "nobody is silenced there");
    }

    #[test]
    fn circuits_are_looked_at_from_the_reveal_on_and_after_settlement_too() {
        let open = fake::open_task();
        assert!(!is_revealed(&open));
        let revealed = Task { revealed_at: Some(112), ..open };
        assert!(is_revealed(&revealed));
        let end = Settlement {
            outcome: Outcome::Ranked,
            at: 130,
            ranked: 1,
            turn: 0,
            turn_began: 130,
            paid: 0,
            finished_at: None,
        };
        let settled = Task { settlement: Some(end), ..revealed };
        assert!(matches!(settled.phase(131), Phase::Deliver { .. }));
        assert!(is_revealed(&settled));
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
