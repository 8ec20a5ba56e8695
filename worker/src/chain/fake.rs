//! A chain in memory with one task, whose requester does its part.
//!
//! It judges as the pallet does: phases come from the same function, proofs are verified for real.
//! Its clock moves when somebody waits for a block.

use super::{AccountStatus, Chain, ChainClock, ChainError, Depth, Message};
use crate::plan::{FreeCalls, TaskView};
use async_trait::async_trait;
use nocknock_circuits::{fold, seal, FoldProver, SealProver};
use nocknock_client::{
    AccountId, Balance, BlockNumber, ChainMatch, CircuitRecord, Commitment, Delivery, Hash,
    KnownBlock, KnownChain, OtherChain, Ranking, Task, NNK,
};
use nocknock_dataset::{
    table::ReadOptions, PreparedTask, Quantiser, Range, SplitOptions, SplitSeed, Table,
};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitStatus, KeyOrigin},
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, KeyCommitment, ModelCommitment,
        PointBytes, TaskId,
    },
    limits::{List, FREE_PROOFS_OF_A_NEWCOMER},
    model::{
        baseline::count_labels, field, names::named, recipient::open_key, sealed, Architecture,
        Claimed, Context, ContextDomain, Fr, KnownBlock as KnownSamples, ModelOwner, RecipientKey,
        RecipientSecret, SealedKey, Weights,
    },
    phase::Phase,
    score::Score,
    task::{
        Attestation, BlockScore, Chunk, ChunkHashes, Funding, Held, Outcome, Periods, Ranked,
        RevealedBlock, SealedKeyBytes, SealedModelKey, Settlement, Terms, TestBlock,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        Arc, Mutex, MutexGuard,
    },
    time::Duration,
};
use tokio::sync::Notify;

pub(crate) const WORKER: AccountId = AccountId { 0: [1; 32] };
pub(crate) const REQUESTER: AccountId = AccountId { 0: [2; 32] };
pub(crate) const GENESIS: Hash = nocknock_client::Hash::repeat_byte(9);
pub(crate) const TASK: TaskId = 7;
pub(crate) const BLOB: BlobId = BlobId([7; 32]);
const BLOCKS: u16 = 5;
const TESTS: [BlockIndex; 2] = [1, 4];

/// The architecture of the task.
pub(crate) fn tiny() -> Architecture {
    named("tiny-4x3x2").expect("the architecture has this name")
}

/// Who has ordered the model.
pub(crate) fn recipient() -> RecipientSecret {
    RecipientSecret::from_bytes([8; 32])
}

/// A task of the tiny shape that opened in block 100. Turns to deliver last 30 blocks, every other
/// period 10.
pub(crate) fn open_task() -> Task {
    let test = |index: &BlockIndex| TestBlock { index: *index, rows: None };
    Task {
        experiment: 1,
        requester: REQUESTER,
        funding: Funding::Sponsored,
        terms: terms([CircuitId([5; 32]), CircuitId([6; 32])]),
        architecture: tiny(),
        recipient: PointBytes(recipient().key().to_bytes()),
        encoding: data().encoding(),
        blocks: BLOCKS,
        test_blocks: 2,
        tests: List::truncate_from(TESTS.iter().map(test).collect()),
        train_data: Some(BLOB),
        created_at: 90,
        seed: 0,
        draw_by: 100,
        drawn_at: Some(95),
        opened_at: Some(100),
        revealed_at: None,
        label_counts: List::truncate_from(vec![0, 0]),
        committed: 0,
        proved: 0,
        open_commitments: 0,
        next_sequence: 0,
        held: Held { escrow: 1000 * NNK, bond: 10 * NNK },
        settlement: None,
    }
}

fn terms([score_circuit, delivery_circuit]: [CircuitId; 2]) -> Terms<Balance, BlockNumber> {
    Terms {
        score_circuit,
        delivery_circuit,
        min_score: Score::new(1, 2),
        min_test_rows: 1,
        reward: 1000 * NNK,
        shares: List::truncate_from(vec![10_000]),
        bond: 10 * NNK,
        stake: 5 * NNK,
        periods: Periods { publish: 10, commit: 10, reveal: 10, prove: 10, deliver: 30 },
    }
}

/// The data of the task: class 1 exactly if the first column is 2 or 3.
pub(crate) fn data() -> PreparedTask {
    let line = |n: u32| format!("{},{},{},{},{}\n", n % 4, n / 4 % 4, n % 3, 3, n % 4 / 2);
    let lines: String = (0..160).map(line).collect();
    let text = format!("a,b,c,d,kind\n{lines}");
    let table = Table::read_csv(text.as_bytes(), Path::new("t"), &ReadOptions::default());
    let table = table.expect("the table is well formed");
    let range = Range::Fixed { low: 0.0, high: 3.0 };
    let quantiser = Quantiser::fit(&table, &tiny(), range).expect("the range is usable");
    let options = SplitOptions { blocks: Some(BLOCKS), seed: SplitSeed::from_bytes([1; 32]) };
    PreparedTask::from_table(&table, quantiser, &tiny(), &options).expect("it can be split")
}

/// Counts moments down to the one at which a process is killed.
#[derive(Clone, Debug)]
pub(crate) struct Fuse(Arc<AtomicUsize>);

impl Fuse {
    /// Burns for so many moments.
    pub(crate) fn of(moments: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(moments)))
    }

    /// Never ends.
    pub(crate) fn endless() -> Self {
        Self::of(usize::MAX)
    }

    /// Lets a moment pass. An error if the process is dead.
    pub(crate) fn moment(&self) -> Result<(), Killed> {
        let take = |left: usize| left.checked_sub(1);
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
        before.map(|_| ()).map_err(|_| Killed)
    }

    pub(crate) fn is_burnt(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }
}

#[derive(Debug)]
pub(crate) struct Killed;

impl From<Killed> for ChainError {
    fn from(_: Killed) -> Self {
        Self::Unreachable("killed".into())
    }
}

impl From<Killed> for std::io::Error {
    fn from(_: Killed) -> Self {
        Self::other("killed")
    }
}

/// The chain's state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: BlockNumber,
    /// The hash of every block. A chain that is begun anew has another one.
    pub(crate) hash: Hash,
    pub(crate) task: Task,
    /// The circuits that are registered.
    pub(crate) circuits: BTreeMap<CircuitId, CircuitRecord>,
    /// How many more tasks are offered, with the numbers that follow and the same terms.
    pub(crate) others: TaskId,
    pub(crate) data: PreparedTask,
    /// The requester reveals its blocks.
    pub(crate) honest: bool,
    pub(crate) free: Balance,
    /// A free call with proofs was accepted.
    pub(crate) known: bool,
    /// A free call failed in this session.
    pub(crate) free_calls_ended: bool,
    pub(crate) commitments: BTreeMap<AccountId, Commitment>,
    /// How many scores a call has room for.
    pub(crate) most_scores: usize,
    /// Every commitment that was ever made.
    pub(crate) models: BTreeSet<ModelCommitment>,
    pub(crate) revealed: BTreeMap<BlockIndex, RevealedBlock>,
    pub(crate) ranking: Ranking,
    /// Score of the champion, in the curriculum.
    pub(crate) champion: Option<Score>,
    pub(crate) deliveries: BTreeMap<AccountId, Delivery>,
    /// The chunks that were uploaded.
    pub(crate) chunks: BTreeMap<u32, Chunk>,
    /// What the winner of the task can get at most, in the curriculum.
    pub(crate) budget: Balance,
    /// The node is still fetching the chain, and has come to this block, before the task.
    pub(crate) syncing_at: Option<BlockNumber>,
    /// By how many blocks the final chain is behind the best one.
    pub(crate) final_lag: usize,
    /// What the worker saw at the end of each block, while there is a lag.
    past: Vec<TaskView>,
    /// Names of the accepted messages.
    pub(crate) accepted: Vec<&'static str>,
    pub(crate) payments: u32,
    /// The tip of the last delivery.
    pub(crate) tip: Balance,
}

/// The keys of the circuits.
#[derive(Clone, Debug)]
pub(crate) struct Circuits {
    pub(crate) score: Arc<FoldProver>,
    pub(crate) delivery: Arc<SealProver>,
}

/// The chain as one process sees it; clones share the state.
#[derive(Clone, Debug)]
pub(crate) struct FakeChain {
    world: Arc<Mutex<World>>,
    circuits: Circuits,
    fuse: Fuse,
    pace: Arc<Pace>,
}

/// When the fake chain's clock moves.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Somebody works: time waits, so that no test depends on how fast a machine is.
    busy: AtomicBool,
    /// Time does not wait.
    hurry: AtomicBool,
    /// How many wait for the next block.
    waiting: AtomicUsize,
    changed: Notify,
}

/// Somebody who waits for the next block, until this is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pace {
    /// Notes that a step begins or ends.
    pub(crate) fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
        self.changed.notify_one();
    }

    /// Lets time pass while somebody works.
    pub(crate) fn hurry(&self) {
        self.hurry.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }

    async fn block(&self) {
        // Steps that were just spawned begin first.
        tokio::task::yield_now().await;
        let _waiting = Waiting::among(&self.waiting);
        while self.stands_still() {
            self.changed.notified().await;
        }
    }

    /// Beside the task_loop, who waits whenever he has nothing to do, a step waits: then nobody
    /// works.
    fn stands_still(&self) -> bool {
        let is_busy = self.busy.load(Ordering::SeqCst) && self.waiting.load(Ordering::SeqCst) < 2;
        is_busy && !self.hurry.load(Ordering::SeqCst)
    }
}

impl FakeChain {
    pub(crate) fn pace(&self) -> Arc<Pace> {
        self.pace.clone()
    }

    pub(crate) fn new(circuits: Circuits) -> Self {
        let mut task = open_task();
        task.terms = terms([circuits.score.info().id(), circuits.delivery.info().id()]);
        let infos = [circuits.score.info(), circuits.delivery.info()];
        let world = World {
            now: 100,
            hash: Hash::repeat_byte(1),
            task,
            circuits: infos.map(|info| (info.id(), record(info))).into(),
            others: 0,
            data: data(),
            honest: true,
            free: 1000 * NNK,
            known: false,
            free_calls_ended: false,
            commitments: BTreeMap::new(),
            most_scores: usize::MAX,
            models: BTreeSet::new(),
            revealed: BTreeMap::new(),
            ranking: List::truncate_from(Vec::new()),
            champion: None,
            deliveries: BTreeMap::new(),
            chunks: BTreeMap::new(),
            budget: 1000 * NNK,
            syncing_at: None,
            final_lag: 0,
            past: Vec::new(),
            accepted: Vec::new(),
            payments: 0,
            tip: 0,
        };
        Self {
            world: Arc::new(Mutex::new(world)),
            circuits,
            fuse: Fuse::endless(),
            pace: Arc::default(),
        }
    }

    /// The same chain for a process that is killed when the fuse has burnt down.
    pub(crate) fn with_fuse(&self, fuse: Fuse) -> Self {
        Self { fuse, ..self.clone() }
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test panics while it holds the world")
    }

    /// The blob that the requester publishes.
    pub(crate) fn blob(&self) -> Vec<u8> {
        let blob = self.world().data.train_blob(&TESTS).encode();
        blob.expect("the data can be encoded")
    }

    fn context(&self, domain: ContextDomain, block: BlockIndex) -> Fr {
        let circuit = match domain {
            ContextDomain::Delivery => self.circuits.delivery.info().id(),
            _ => self.circuits.score.info().id(),
        };
        let context = Context {
            domain,
            genesis_hash: GENESIS.0,
            circuit,
            task: TASK,
            worker: WORKER.0,
            block,
        };
        context.to_field()
    }

    fn accept(&self, message: Message) -> Result<(), ChainError> {
        let (name, is_free) = (message.name(), self.world().is_free(&message));
        if !is_free && self.world().free == 0 {
            return Err(ChainError::CannotPay);
        }
        let accepted = self.apply(message);
        let mut world = self.world();
        if let Err(ChainError::Rejected { .. }) = accepted {
            world.free_calls_ended |= is_free;
        }
        accepted?;
        world.known |= is_free && name == "submit scores";
        world.accepted.push(name);
        Ok(())
    }

    fn apply(&self, message: Message) -> Result<(), ChainError> {
        match message {
            Message::Commit { key, ciphertext, .. } => self.world().commit(key, ciphertext),
            Message::Withdraw { .. } => self.world().withdraw(),
            Message::SubmitScores { scores, .. } => self.submit(&scores),
            Message::UploadChunk { index, chunk, hashes, last_block, .. } => {
                self.world().need_before(last_block)?;
                self.world().upload(index, chunk, &hashes)
            }
            Message::Deliver { key, proof, attestation, tip, last_block, .. } => {
                self.world().need_before(last_block)?;
                self.world().tip = tip;
                self.deliver(*key, &proof.0, attestation)
            }
        }
    }

    fn submit(&self, scores: &[BlockScore]) -> Result<(), ChainError> {
        let mut world = self.world();
        if scores.len() > world.most_scores {
            return Err(ChainError::TooLarge);
        }
        world.need_phase(Phase::Prove)?;
        let mut commitment = *world.commitments.get(&WORKER).ok_or(refused("NotCommitted"))?;
        for BlockScore { block, score } in scores {
            let place = world.task.test_position(*block).ok_or(refused("NotTestBlock"))?;
            let rows = world.task.tests[place].rows.ok_or(refused("NotTestBlock"))?;
            if u64::from(score.points) > world.task.architecture.max_score(rows) {
                return Err(refused("ScoreTooHigh"));
            }
            if !commitment.note(place as u32, score.points) {
                return Err(refused("AlreadyProved"));
            }
            let claimed = claimed(&score.sums, &score.inputs, score.points);
            let public = world.known(*block).inputs(
                self.context(ContextDomain::Score, *block),
                element(commitment.model.as_bytes()),
                &claimed.ok_or(refused("ProofRefused"))?,
            );
            let proof = fold::Proof::from_bytes(&score.proof.0);
            let verified = proof.is_ok_and(|proof| {
                proof.verify(self.circuits.score.verifying_key(), &public).is_ok()
            });
            if !verified {
                return Err(refused("ProofRefused"));
            }
        }
        world.record(commitment);
        Ok(())
    }

    fn deliver(
        &self,
        key: SealedKeyBytes,
        proof: &[u8],
        attestation: Attestation,
    ) -> Result<(), ChainError> {
        let mut world = self.world();
        world.need_turn()?;
        let commitment = world.commitments[&WORKER];
        if world.chunks.len() != chunks(&world.task.architecture) {
            return Err(refused("CiphertextIncomplete"));
        }
        let recipient = RecipientKey::from_bytes(&world.task.recipient.0);
        let public = seal::Public::new(
            &recipient.expect("the requester has named a key"),
            self.context(ContextDomain::Delivery, 0),
            element(commitment.key.as_bytes()),
            &SealedKey::try_from(&key).map_err(|_| refused("BadSealedKey"))?,
        );
        let proof = seal::Proof::from_bytes(proof);
        let verified = proof.is_ok_and(|proof| {
            proof.verify(self.circuits.delivery.verifying_key(), &public).is_ok()
        });
        if !verified {
            return Err(refused("ProofRefused"));
        }
        world.pay(key, attestation);
        Ok(())
    }

    /// What the recipient makes of the delivery.
    pub(crate) fn opened(&self) -> Option<Weights> {
        let world = self.world();
        let (delivery, architecture) = (world.deliveries.get(&WORKER)?, &world.task.architecture);
        let key_hash = element(delivery.key.as_bytes());
        let context = self.context(ContextDomain::Delivery, 0);
        let sealed = SealedKey::try_from(&delivery.sealed?.key).ok()?;
        let key = open_key(&recipient(), context, key_hash, &sealed).ok()?;
        let ciphertext: Vec<Fr> = world.chunks.values().flatten().map(element).collect();
        sealed::open(architecture, key, key_hash, &ciphertext).ok()
    }
}

/// Chunks of a ciphertext.
fn chunks(architecture: &Architecture) -> usize {
    architecture.chunks() as usize
}

fn claimed(sums: &[u8; 32], inputs: &[u8; 32], score: u32) -> Option<Claimed> {
    let (sums, inputs) = (field::from_bytes(sums).ok()?, field::from_bytes(inputs).ok()?);
    Some(Claimed { sums, inputs, score })
}

impl World {
    /// One block passes; the requester and the sweep do what is due.
    pub(crate) fn pass(&mut self) {
        if self.final_lag > 0 {
            self.past.push(self.view());
        }
        self.now += 1;
        match self.task.phase(self.now) {
            Phase::Reveal if self.honest => self.reveal(),
            Phase::Settle => self.settle(),
            Phase::Done => self.commitments.clear(),
            _ => {}
        }
    }

    /// Whether the chain waives the fee of a message.
    fn is_free(&self, message: &Message) -> bool {
        let is_known = match message {
            Message::SubmitScores { scores, .. } => {
                self.known || scores.len() <= FREE_PROOFS_OF_A_NEWCOMER as usize
            }
            _ => true,
        };
        self.task.funding == Funding::Curriculum && !self.free_calls_ended && is_known
    }

    fn free_calls(&self) -> FreeCalls {
        FreeCalls { known: self.known, ended: self.free_calls_ended, balance: self.free }
    }

    fn view(&self) -> TaskView {
        TaskView {
            free_calls: self.free_calls(),
            now: self.now,
            worker: WORKER,
            task: Some(self.task.clone()),
            commitment: self.commitments.get(&WORKER).copied(),
            ranking: self.ranking.clone(),
            champion: self.champion,
            delivery: self.deliveries.get(&WORKER).cloned(),
        }
    }

    /// What the final chain says: the past, or the first block known while that is too short.
    fn final_view(&self) -> TaskView {
        let place = self.past.len().saturating_sub(self.final_lag);
        self.past.get(place).cloned().unwrap_or_else(|| self.view())
    }

    fn reveal(&mut self) {
        for test in self.task.tests.iter_mut() {
            let block = self.data.block(test.index).expect("the block exists");
            let samples = block.decode(&self.task.architecture).expect("the rows are well formed");
            test.rows = Some(samples.len() as u32);
            count_labels(&self.task.architecture, &samples, &mut self.task.label_counts);
            let revealed = RevealedBlock {
                salt: *block.salt().as_bytes(),
                rows: List::truncate_from(block.rows().to_vec()),
            };
            self.revealed.insert(test.index, revealed);
        }
        self.task.revealed_at = Some(self.now);
    }

    /// A revealed block, as the chain verifies claims about it.
    fn known(&self, block: BlockIndex) -> KnownSamples<'_> {
        let RevealedBlock { salt, rows } = &self.revealed[&block];
        let known = KnownSamples::new(&self.task.architecture, salt, block, rows);
        known.expect("the rows are well formed")
    }

    fn settle(&mut self) {
        let outcome = match (self.task.committed, self.task.revealed_at) {
            (0, _) => Outcome::NoCommitments,
            (_, None) => Outcome::RevealFailed,
            _ if self.ranking.is_empty() => Outcome::NoWinner,
            _ => Outcome::Ranked,
        };
        self.revealed.clear();
        self.task.settlement = Some(Settlement {
            outcome,
            at: self.now,
            ranked: self.ranking.len() as u32,
            turn: 0,
            turn_began: self.now,
            paid: 0,
            finished_at: None,
        });
    }

    fn need_phase(&self, phase: Phase) -> Result<(), ChainError> {
        if self.task.phase(self.now) == phase {
            Ok(())
        } else {
            Err(refused("WrongPhase"))
        }
    }

    /// The next block may still include a message that no block after `last` may include.
    fn need_before(&self, last: BlockNumber) -> Result<(), ChainError> {
        if self.now < last {
            Ok(())
        } else {
            Err(ChainError::TooLate("the turn is over".into()))
        }
    }

    fn need_turn(&self) -> Result<(), ChainError> {
        let Phase::Deliver { rank } = self.task.phase(self.now) else {
            return Err(refused("WrongPhase"));
        };
        let turn = self.ranking.get(rank as usize).map(|entry| entry.worker);
        if turn == Some(WORKER) {
            Ok(())
        } else {
            Err(refused("NotYourTurn"))
        }
    }

    /// `C_W`, as the chain computes it from what the worker sends.
    fn model(&self, key: KeyCommitment, ciphertext: CiphertextHash) -> ModelCommitment {
        let owner = ModelOwner {
            genesis_hash: GENESIS.0,
            task: TASK,
            worker: WORKER.0,
            encoding: self.task.encoding.0,
        };
        let (key, ciphertext) = (element(key.as_bytes()), element(ciphertext.as_bytes()));
        let model = sealed::commitment(&self.task.architecture, owner.to_field(), key, ciphertext);
        ModelCommitment(field::to_bytes(&model))
    }

    fn commit(&mut self, key: KeyCommitment, ciphertext: CiphertextHash) -> Result<(), ChainError> {
        self.need_phase(Phase::Open)?;
        if self.free < self.task.terms.stake {
            return Err(ChainError::CannotPay);
        }
        let model = self.model(key, ciphertext);
        let commitment = Commitment {
            model,
            key,
            ciphertext,
            at: self.now,
            sequence: self.task.next_sequence,
            proved: 0,
            correct: 0,
        };
        self.task.next_sequence += 1;
        self.models.insert(model);
        if self.commitments.insert(WORKER, commitment).is_none() {
            self.task.committed += 1;
            self.free -= self.task.terms.stake;
        }
        Ok(())
    }

    fn withdraw(&mut self) -> Result<(), ChainError> {
        self.need_phase(Phase::Open)?;
        self.commitments.remove(&WORKER).ok_or(refused("NotCommitted"))?;
        self.task.committed -= 1;
        self.free += self.task.terms.stake;
        Ok(())
    }

    fn record(&mut self, commitment: Commitment) {
        self.commitments.insert(WORKER, commitment);
        if commitment.proved_blocks() != u32::from(self.task.test_blocks) {
            return;
        }
        self.task.proved += 1;
        let score = self.task.score(commitment.correct);
        if self.task.is_eligible(&score) {
            let entry = Ranked {
                worker: WORKER,
                correct: commitment.correct,
                sequence: commitment.sequence,
            };
            self.ranking = List::truncate_from(vec![entry]);
        }
    }

    fn upload(&mut self, index: u32, chunk: Chunk, hashes: &ChunkHashes) -> Result<(), ChainError> {
        self.need_turn()?;
        let (commitment, architecture) = (self.commitments[&WORKER], &self.task.architecture);
        let elements: Vec<Fr> = chunk.iter().map(element).collect();
        let hashes: Vec<Fr> = hashes.iter().map(element).collect();
        let joined = sealed::join_chunk_hashes(architecture, &hashes);
        let own = sealed::chunk_hash(architecture, index, &elements);
        let is_right = hashes.len() == chunks(architecture)
            && field::to_bytes(&joined) == *commitment.ciphertext.as_bytes()
            && hashes.get(index as usize) == Some(&own);
        if !is_right {
            return Err(refused("BadChunk"));
        }
        if self.chunks.insert(index, chunk).is_some() {
            return Err(refused("ChunkStored"));
        }
        let Commitment { model, key, ciphertext, .. } = commitment;
        let begun_at = self.now;
        let begun = Delivery { model, key, ciphertext, chunks: 0, begun_at, sealed: None };
        self.deliveries.entry(WORKER).or_insert(begun).chunks += 1;
        Ok(())
    }

    fn pay(&mut self, key: SealedKeyBytes, attestation: Attestation) {
        let delivery = self.deliveries.get_mut(&WORKER).expect("the chunks are there");
        delivery.sealed = Some(SealedModelKey { key, attestation, at: self.now });
        self.commitments.remove(&WORKER);
        self.free += self.task.terms.reward + self.task.terms.stake;
        self.payments += 1;
        if let Some(settlement) = &mut self.task.settlement {
            settlement.paid += 1;
            settlement.turn += 1;
            settlement.turn_began = self.now;
        }
    }
}

/// What a block says that is older than the task.
fn early_view(now: BlockNumber) -> TaskView {
    TaskView {
        now,
        worker: WORKER,
        task: None,
        commitment: None,
        ranking: List::truncate_from(Vec::new()),
        champion: None,
        delivery: None,
        free_calls: FreeCalls::default(),
    }
}

/// A circuit as the chain has it.
pub(crate) fn record(info: &CircuitInfo) -> CircuitRecord {
    CircuitRecord {
        info: info.clone(),
        origin: KeyOrigin::Development,
        status: CircuitStatus::Active,
        registered_at: 0,
    }
}

fn element(bytes: &[u8; 32]) -> Fr {
    field::from_bytes(bytes).expect("it is a field element")
}

fn refused(error: &str) -> ChainError {
    ChainError::Rejected { pallet: "Tasks".into(), error: error.into(), text: error.into() }
}

#[async_trait]
impl Chain for FakeChain {
    fn genesis(&self) -> Hash {
        GENESIS
    }

    fn worker(&self) -> AccountId {
        WORKER
    }

    async fn compare(&self, known: &KnownChain) -> Result<ChainMatch, ChainError> {
        let world = self.world();
        let KnownBlock { number, hash: expected } = known.latest;
        Ok(if expected != world.hash {
            ChainMatch::Other(OtherChain { number, expected, found: world.hash })
        } else if number > world.now {
            ChainMatch::Behind { finalised: world.now, seen: number }
        } else {
            ChainMatch::Same
        })
    }

    async fn known(&self) -> Result<Option<KnownChain>, ChainError> {
        let world = self.world();
        let latest = KnownBlock { number: world.now, hash: world.hash };
        Ok(Some(KnownChain { first: None, latest }))
    }

    async fn clock(&self) -> Result<ChainClock, ChainError> {
        Ok(ChainClock { best: self.world().now, slot: Duration::from_secs(1) })
    }

    async fn wait_for(&self, _: BlockNumber) -> Result<BlockNumber, ChainError> {
        self.pace.block().await;
        self.fuse.moment()?;
        let mut world = self.world();
        world.pass();
        Ok(world.now)
    }

    async fn account_status(&self) -> Result<AccountStatus, ChainError> {
        let world = self.world();
        Ok(AccountStatus { free: world.free, may_work: true, known: world.known })
    }

    async fn tasks(&self, start: TaskId) -> Result<Vec<(TaskId, Task)>, ChainError> {
        let world = self.world();
        let numbers = (TASK..=TASK + world.others).filter(|number| *number >= start);
        Ok(numbers.map(|number| (number, world.task.clone())).collect())
    }

    async fn view(&self, task: TaskId, depth: Depth) -> Result<TaskView, ChainError> {
        let world = self.world();
        let mut view = match (world.syncing_at, depth) {
            (Some(now), _) => early_view(now),
            (None, Depth::Best) => world.view(),
            (None, Depth::Final) => world.final_view(),
        };
        view.task = view.task.filter(|_| task == TASK);
        Ok(view)
    }

    async fn budget(&self, _: TaskId) -> Result<Option<Balance>, ChainError> {
        let world = self.world();
        Ok((world.task.funding == Funding::Curriculum).then_some(world.budget))
    }

    async fn earned(&self, _: TaskId, at: BlockNumber) -> Result<Option<Balance>, ChainError> {
        let world = self.world();
        let paid = world.task.settlement.as_ref().filter(|end| end.paid > 0);
        let is_paid = paid.is_some_and(|end| end.turn_began == at);
        Ok(is_paid.then_some(world.task.terms.reward))
    }

    async fn roots(&self, _: TaskId) -> Result<Vec<BlockRoot>, ChainError> {
        Ok(self.world().data.roots().to_vec())
    }

    async fn revealed_block(
        &self,
        _: TaskId,
        block: BlockIndex,
    ) -> Result<Option<RevealedBlock>, ChainError> {
        Ok(self.world().revealed.get(&block).cloned())
    }

    async fn circuit(&self, circuit: &CircuitId) -> Result<Option<CircuitRecord>, ChainError> {
        Ok(self.world().circuits.get(circuit).cloned())
    }

    async fn send(&self, message: Message) -> Result<(), ChainError> {
        self.fuse.moment()?;
        self.accept(message)?;
        Ok(self.fuse.moment()?)
    }
}
