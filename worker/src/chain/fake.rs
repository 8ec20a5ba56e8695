//! A chain in memory with one task, whose requester does its part.
//!
//! It judges as the pallet does: phases come from the same function, proofs are verified for real.
//! Its clock moves when somebody waits for a block.

use super::{AccountStatus, Chain, ChainClock, ChainError, DeliveredModel, Depth, Message};
use crate::{
    plan::{FreeCalls, TaskView, UsableCircuits},
    price::{Mint, ValidatorsPart},
    secret::{draw_scalar, Secret},
};
use async_trait::async_trait;
use nocknock_circuits::{fold, seal, FoldProver, SealProver};
use nocknock_client::{
    AccountId, Balance, BlockNumber, ChainMatch, CircuitRecord, Commitment, Delivery, Hash,
    KnownBlock, KnownChain, OtherChain, Ranking, Reference, Task, NNK,
};
use nocknock_dataset::{
    prepare, PreparedTask, Range, ReadOptions, SplitOptions, SplitSeed, Table, Wanted,
};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitStatus, KeyOrigin},
    claim::{places, ClaimKey, ClaimState, RoundClock},
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, KeyCommitment, ModelCommitment,
        PointBytes, TaskId,
    },
    limits::{List, CHUNK_ELEMENTS, FREE_PROOFS_OF_A_NEWCOMER},
    model::{
        baseline::count_labels,
        field,
        names::named,
        recipient::{open_key, seal_key},
        sealed, Architecture, Claimed, Context, ContextDomain, Fr, KnownBlock as KnownSamples,
        ModelOwner, RecipientKey, RecipientSecret, SealedKey, Weights,
    },
    phase::Phase,
    score::Score,
    task::{
        Attestation, BlockScore, Chunk, ChunkHashes, Funding, Held, LastChunk, Outcome, Periods,
        Ranked, RevealedBlock, SealedKeyBytes, SealedModelKey, Settlement, Terms, TestBlock,
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
/// Who trained the champion, and in which task.
pub(crate) const MASTER: AccountId = AccountId { 0: [3; 32] };
pub(crate) const MASTERS_TASK: TaskId = 4;
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
        encoding: data().encoding_hash(),
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
        baseline: 0,
        committed: 0,
        claimed: 0,
        waiting: 0,
        next_claim: None,
        last_paid: None,
        round: None,
        reference: None,
        proved: 0,
        open_commitments: 0,
        next_sequence: 0,
        held: Held { escrow: 1000 * NNK, bond: 10 * NNK, record: 0 },
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
        periods: Periods { publish: 10, commit: 10, reveal: 10, claim: 10, prove: 10, deliver: 30 },
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
    let options = SplitOptions { blocks: Some(BLOCKS), seed: SplitSeed::from_bytes([1; 32]) };
    prepare(&table, &Wanted::default(), &tiny(), range, &options).expect("it can be split")
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
    /// The champion of the experiment, in the curriculum.
    pub(crate) champion: Option<(Reference, DeliveredModel)>,
    /// Claims of others that wait. Nobody ever proves them.
    pub(crate) rivals: Vec<ClaimKey>,
    /// The sweep asks for proofs and settles.
    pub(crate) sweeps: bool,
    /// What the curriculum mints for a model.
    pub(crate) mint: Mint,
    /// What the validators get of a sponsor's payment.
    pub(crate) validators: ValidatorsPart,
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
            rivals: Vec::new(),
            sweeps: true,
            mint: Mint { unit: 100 * NNK, level: 0 },
            validators: ValidatorsPart::default(),
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

    /// What proofs of the task are bound to.
    fn context(&self, domain: ContextDomain, block: BlockIndex) -> Fr {
        let circuit = match domain {
            ContextDomain::Delivery => self.circuits.delivery.info().id(),
            _ => self.circuits.score.info().id(),
        };
        let worker = if domain == ContextDomain::Champion { MASTER.0 } else { WORKER.0 };
        Context { domain, genesis_hash: GENESIS.0, circuit, task: TASK, worker, block }.to_field()
    }

    /// Makes this model the champion of the experiment, delivered for everybody to read.
    pub(crate) fn crown(&self, weights: &Weights) {
        let mut task = self.world().task.clone();
        task.recipient = PointBytes(RecipientSecret::curriculum().key().to_bytes());
        let owner = ModelOwner {
            genesis_hash: GENESIS.0,
            task: MASTERS_TASK,
            worker: MASTER.0,
            encoding: task.encoding.0,
        };
        let key = Secret::draw().expect("the system gives randomness").expose();
        let model = sealed::seal(&tiny(), key, weights).expect("the weights fit");
        let (hash, key_hash) =
            (sealed::ciphertext_hash(&tiny(), &model.ciphertext), sealed::key_hash(key));
        let commitment = sealed::commitment(&tiny(), owner.to_field(), key_hash, hash);
        let circuit = task.terms.delivery_circuit;
        let context = Context {
            domain: ContextDomain::Delivery,
            genesis_hash: GENESIS.0,
            circuit,
            task: MASTERS_TASK,
            worker: MASTER.0,
            block: 0,
        };
        let r = draw_scalar().expect("the system gives randomness");
        let sealed = seal_key(&RecipientSecret::curriculum().key(), context.to_field(), key, &r);
        let sealed = SealedModelKey {
            key: SealedKeyBytes::from(&sealed),
            attestation: Attestation::default(),
            at: 80,
        };
        let bytes: Vec<_> = model.ciphertext.iter().map(field::to_bytes).collect();
        let chunks: Vec<Chunk> = bytes
            .chunks(CHUNK_ELEMENTS as usize)
            .map(|chunk| List::truncate_from(chunk.to_vec()))
            .collect();
        let delivery = Delivery {
            model: ModelCommitment(field::to_bytes(&commitment)),
            key: KeyCommitment(field::to_bytes(&key_hash)),
            ciphertext: CiphertextHash(field::to_bytes(&hash)),
            chunks: chunks.len() as u32,
            begun_at: 80,
            sealed: Some(sealed),
        };
        let reference = Reference {
            version: 1,
            task: MASTERS_TASK,
            worker: MASTER,
            model: delivery.model,
            circuit: task.terms.score_circuit,
            blocks: 0,
            points: 0,
        };
        self.world().champion = Some((reference, DeliveredModel { task, delivery, chunks }));
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
            Message::Commit { key, ciphertext, least, .. } => {
                self.world().commit(key, ciphertext, least)
            }
            Message::Withdraw { last_block, .. } => {
                if let Some(last) = last_block {
                    self.world().need_before(last)?;
                }
                self.world().withdraw()
            }
            Message::Claim { points, last_block, .. } => {
                self.world().need_before(last_block)?;
                self.world().claim(points)
            }
            Message::Ask { .. } => {
                self.world().need_phase(Phase::Ask)?;
                self.world().ask();
                Ok(())
            }
            Message::SubmitScores { scores, champion, .. } => self.submit(&scores, &champion),
            Message::ProveChampion { scores, .. } => self.prove_champion(&scores),
            Message::Settle { .. } => {
                self.world().need_phase(Phase::Settle)?;
                self.world().settle();
                Ok(())
            }
            Message::UploadChunk { index, chunk, hashes, last_block, .. } => {
                self.world().need_before(last_block)?;
                self.world().upload(index, chunk, &hashes)
            }
            Message::Deliver { last, key, proof, attestation, tip, last_block, .. } => {
                self.world().need_before(last_block)?;
                self.world().tip = tip;
                self.deliver(last.map(|last| *last), *key, &proof.0, attestation)
            }
        }
    }

    fn submit(&self, scores: &[BlockScore], champion: &[BlockScore]) -> Result<(), ChainError> {
        let mut world = self.world();
        if scores.len() + champion.len() > world.most_scores {
            return Err(ChainError::TooLarge);
        }
        world.need_phase(Phase::Prove)?;
        let mut commitment = *world.commitments.get(&WORKER).ok_or(refused("NotCommitted"))?;
        let ClaimState::Asked(claimed) = commitment.claim else {
            return Err(refused("NotAsked"));
        };
        for BlockScore { block, score } in scores {
            let place = world.place_of(*block, score.points)?;
            if !commitment.note(place, score.points) {
                return Err(refused("AlreadyProved"));
            }
        }
        let is_complete = commitment.proved_blocks() == u32::from(world.task.test_blocks);
        if commitment.correct > claimed || (is_complete && commitment.correct != claimed) {
            return Err(refused("NotAsClaimed"));
        }
        for score in scores {
            self.verify(&world, ContextDomain::Score, commitment.model, score)?;
        }
        if !champion.is_empty() {
            self.note_champion(&mut world, champion)?;
        }
        world.record(commitment);
        Ok(())
    }

    fn prove_champion(&self, scores: &[BlockScore]) -> Result<(), ChainError> {
        let mut world = self.world();
        if scores.len() > world.most_scores {
            return Err(ChainError::TooLarge);
        }
        let phase = world.task.phase(world.now);
        if !matches!(phase, Phase::Claim | Phase::Ask | Phase::Prove) {
            return Err(refused("WrongPhase"));
        }
        let before = world.task.reference.as_ref().map(Reference::proved_blocks);
        self.note_champion(&mut world, scores)?;
        if world.task.reference.as_ref().map(Reference::proved_blocks) == before {
            return Err(refused("AlreadyProved"));
        }
        Ok(())
    }

    /// Records scores of the champion; blocks that were proved before are passed over.
    fn note_champion(&self, world: &mut World, scores: &[BlockScore]) -> Result<(), ChainError> {
        let mut reference = world.task.reference.clone().ok_or(refused("NoReference"))?;
        for score in scores {
            let place = world.place_of(score.block, score.score.points)?;
            if reference.note(place, score.score.points) {
                self.verify(world, ContextDomain::Champion, reference.model, score)?;
            }
        }
        world.task.reference = Some(reference);
        Ok(())
    }

    fn verify(
        &self,
        world: &World,
        domain: ContextDomain,
        model: ModelCommitment,
        BlockScore { block, score }: &BlockScore,
    ) -> Result<(), ChainError> {
        let claimed = claimed(&score.sums, &score.inputs, score.points);
        let public = world.known(*block).inputs(
            self.context(domain, *block),
            element(model.as_bytes()),
            &claimed.ok_or(refused("ProofRefused"))?,
        );
        let proof = fold::Proof::from_bytes(&score.proof.0);
        let verified = proof
            .is_ok_and(|proof| proof.verify(self.circuits.score.verifying_key(), &public).is_ok());
        if verified {
            Ok(())
        } else {
            Err(refused("ProofRefused"))
        }
    }

    fn deliver(
        &self,
        last: Option<LastChunk>,
        key: SealedKeyBytes,
        proof: &[u8],
        attestation: Attestation,
    ) -> Result<(), ChainError> {
        let mut world = self.world();
        world.need_turn()?;
        let commitment = world.commitments[&WORKER];
        // Everything or nothing of a call takes effect.
        let stored = world.chunks.len() + usize::from(last.is_some());
        if stored != chunks(&world.task.architecture) {
            return Err(refused("CiphertextIncomplete"));
        }
        if let Some(LastChunk { index, chunk, hashes }) = &last {
            world.check_chunk(*index, chunk, hashes)?;
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
        if let Some(LastChunk { index, chunk, .. }) = last {
            world.store_chunk(index, chunk);
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
            Phase::Ask if self.sweeps => self.ask(),
            Phase::Settle if self.sweeps => self.settle(),
            Phase::Done => self.commitments.clear(),
            _ => {}
        }
        let is_silent = |own: &Commitment| own.claim == ClaimState::Silent;
        let claims_are_over = matches!(self.task.phase(self.now), Phase::Ask | Phase::Prove);
        if claims_are_over && self.commitments.get(&WORKER).is_some_and(is_silent) {
            self.commitments.remove(&WORKER);
            self.free += self.task.terms.stake;
        }
    }

    /// Whether the chain waives the fee of a message.
    fn is_free(&self, message: &Message) -> bool {
        let is_known = match message {
            Message::SubmitScores { scores, champion, .. } => {
                let proofs = scores.len() + champion.len();
                self.known || proofs <= FREE_PROOFS_OF_A_NEWCOMER as usize
            }
            _ => true,
        };
        self.task.funding == Funding::Curriculum && !self.free_calls_ended && is_known
    }

    fn free_calls(&self) -> FreeCalls {
        FreeCalls { known: self.known, ended: self.free_calls_ended, balance: self.free }
    }

    fn view(&self) -> TaskView {
        let mint = (self.task.funding == Funding::Curriculum).then_some(self.mint);
        TaskView {
            free_calls: self.free_calls(),
            now: self.now,
            worker: WORKER,
            task: Some(self.task.clone()),
            commitment: self.commitments.get(&WORKER).copied(),
            claims: self.rivals.clone(),
            ranking: self.ranking.clone(),
            delivery: self.deliveries.get(&WORKER).cloned(),
            mint,
            circuits: self.usable_circuits(),
            validators: self.validators,
        }
    }

    fn usable_circuits(&self) -> UsableCircuits {
        let is_usable = |id| self.circuits.get(id).is_some_and(CircuitRecord::is_usable);
        let Terms { score_circuit, delivery_circuit, .. } = &self.task.terms;
        let champion = self.task.reference.as_ref();
        UsableCircuits {
            of_task: is_usable(score_circuit) && is_usable(delivery_circuit),
            of_champion: champion.is_none_or(|champion| is_usable(&champion.circuit)),
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
        self.task.baseline = self.task.count_baseline();
        self.task.reference = self.champion.as_ref().map(|(reference, _)| reference.clone());
    }

    /// The position of a test block, if it can have so many points.
    fn place_of(&self, block: BlockIndex, points: u32) -> Result<u32, ChainError> {
        let place = self.task.test_position(block).ok_or(refused("NotTestBlock"))?;
        let rows = self.task.tests[place].rows.ok_or(refused("NotTestBlock"))?;
        if u64::from(points) > self.task.architecture.max_score(rows) {
            return Err(refused("ScoreTooHigh"));
        }
        Ok(place as u32)
    }

    /// Others commit and claim scores that they never prove.
    pub(crate) fn add_rivals(&mut self, claims: impl IntoIterator<Item = ClaimKey>) {
        let before = self.rivals.len();
        self.rivals.extend(claims);
        let new = (self.rivals.len() - before) as u32;
        self.task.committed += new;
        self.task.claimed += new;
        self.count_claims();
    }

    fn claim(&mut self, points: u32) -> Result<(), ChainError> {
        self.need_phase(Phase::Claim)?;
        if !self.task.is_eligible(&self.task.score(points)) {
            return Err(refused("NotEligible"));
        }
        let commitment = self.commitments.get_mut(&WORKER).ok_or(refused("NotCommitted"))?;
        if commitment.claim != ClaimState::Silent {
            return Err(refused("AlreadyClaimed"));
        }
        commitment.claim = ClaimState::Claimed(points);
        self.task.claimed += 1;
        self.count_claims();
        if self.task.claimed == self.task.committed {
            self.ask();
        }
        Ok(())
    }

    /// The claims that wait, best first, and whether they are the worker's.
    fn waiting(&self) -> Vec<(ClaimKey, bool)> {
        let own = self.commitments.get(&WORKER).and_then(|own| match own.claim {
            ClaimState::Claimed(points) => Some((ClaimKey::new(points, own.sequence), true)),
            _ => None,
        });
        let rivals = self.rivals.iter().map(|rival| (*rival, false));
        let mut waiting: Vec<_> = rivals.chain(own).collect();
        waiting.sort_by_key(|(claim, _)| claim.to_bytes());
        waiting
    }

    fn count_claims(&mut self) {
        let waiting = self.waiting();
        self.task.waiting = waiting.len() as u32;
        self.task.next_claim = waiting.first().map(|(claim, _)| *claim);
    }

    /// Asks the best claims for their proofs; those of the round before that were not proved have
    /// failed.
    fn ask(&mut self) {
        self.fail_unproved();
        let number = self.task.round.map_or(1, |round| round.number + 1);
        let places = places(self.task.shares(), self.task.proved, number) as usize;
        let asked: Vec<_> = self.waiting().into_iter().take(places).collect();
        for (claim, is_own) in &asked {
            self.rivals.retain(|rival| rival != claim);
            if let Some(own) = self.commitments.get_mut(&WORKER).filter(|_| *is_own) {
                own.claim = ClaimState::Asked(claim.points);
            }
        }
        self.count_claims();
        let open = asked.len() as u32;
        self.task.round = Some(RoundClock { number, began: self.now, open });
    }

    fn fail_unproved(&mut self) {
        if let Some(own) = self.commitments.get_mut(&WORKER) {
            if matches!(own.claim, ClaimState::Asked(_)) {
                own.claim = ClaimState::Failed;
            }
        }
    }

    /// A revealed block, as the chain verifies claims about it.
    fn known(&self, block: BlockIndex) -> KnownSamples<'_> {
        let RevealedBlock { salt, rows } = &self.revealed[&block];
        let known = KnownSamples::new(&self.task.architecture, salt, block, rows);
        known.expect("the rows are well formed")
    }

    fn settle(&mut self) {
        self.fail_unproved();
        let outcome = match (self.task.committed, self.task.revealed_at) {
            _ if !self.usable_circuits().of_task => Outcome::Voided,
            (0, _) => Outcome::NoCommitments,
            (_, None) => Outcome::RevealFailed,
            _ if self.ranking.is_empty() || self.task.reference_is_open() => Outcome::NoWinner,
            _ => Outcome::Ranked,
        };
        if outcome != Outcome::Ranked {
            self.ranking = List::truncate_from(Vec::new());
        }
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

    fn commit(
        &mut self,
        key: KeyCommitment,
        ciphertext: CiphertextHash,
        least: Balance,
    ) -> Result<(), ChainError> {
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
            least,
            claim: ClaimState::Silent,
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
        let phase = self.task.phase(self.now);
        if !matches!(phase, Phase::Open | Phase::Claim | Phase::Ask | Phase::Prove) {
            return Err(refused("WrongPhase"));
        }
        let commitment = self.commitments.get(&WORKER).ok_or(refused("NotCommitted"))?;
        if commitment.claim != ClaimState::Silent {
            return Err(refused("AlreadyClaimed"));
        }
        self.commitments.remove(&WORKER);
        self.task.committed -= u32::from(matches!(phase, Phase::Open | Phase::Claim));
        self.free += self.task.terms.stake;
        Ok(())
    }

    fn record(&mut self, mut commitment: Commitment) {
        if commitment.proved_blocks() == u32::from(self.task.test_blocks) {
            commitment.claim = ClaimState::Proved;
            self.rank(&commitment);
        }
        self.commitments.insert(WORKER, commitment);
    }

    fn rank(&mut self, commitment: &Commitment) {
        self.task.proved += 1;
        if let Some(round) = &mut self.task.round {
            round.open -= 1;
        }
        let entry = Ranked {
            worker: WORKER,
            correct: commitment.correct,
            sequence: commitment.sequence,
            least: commitment.least,
            amount: 0,
            bits: 0,
            delivered: false,
        };
        if self.task.shares() == 1 {
            self.task.last_paid = Some(entry.key());
        }
        self.ranking = List::truncate_from(vec![entry]);
    }

    fn upload(&mut self, index: u32, chunk: Chunk, hashes: &ChunkHashes) -> Result<(), ChainError> {
        self.need_turn()?;
        self.check_chunk(index, &chunk, hashes)?;
        self.store_chunk(index, chunk);
        Ok(())
    }

    fn check_chunk(
        &self,
        index: u32,
        chunk: &Chunk,
        hashes: &ChunkHashes,
    ) -> Result<(), ChainError> {
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
        if self.chunks.contains_key(&index) {
            return Err(refused("ChunkStored"));
        }
        Ok(())
    }

    fn store_chunk(&mut self, index: u32, chunk: Chunk) {
        self.chunks.insert(index, chunk);
        let Commitment { model, key, ciphertext, .. } = self.commitments[&WORKER];
        let begun_at = self.now;
        let begun = Delivery { model, key, ciphertext, chunks: 0, begun_at, sealed: None };
        self.deliveries.entry(WORKER).or_insert(begun).chunks += 1;
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
        claims: Vec::new(),
        ranking: List::truncate_from(Vec::new()),
        delivery: None,
        mint: None,
        circuits: UsableCircuits { of_task: true, of_champion: true },
        validators: ValidatorsPart::default(),
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

    async fn validators_part(&self) -> Result<ValidatorsPart, ChainError> {
        Ok(self.world().validators)
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

    async fn delivered(
        &self,
        task: TaskId,
        worker: &AccountId,
    ) -> Result<Option<DeliveredModel>, ChainError> {
        let is_masters = task == MASTERS_TASK && *worker == MASTER;
        let champion = self.world().champion.clone().filter(|_| is_masters);
        Ok(champion.map(|(_, delivered)| delivered))
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
