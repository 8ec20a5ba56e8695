//! Benchmarks of the calls and hooks.
//!
//! Proofs are real: the runtime's [`BenchmarkHelper`] registers circuits whose trapdoor is known
//! and proves whatever is claimed. The weight of verification is charged apart, so it counts twice
//! in `submit_scores` and `deliver` here: these weights are upper bounds.

use super::*;
use crate::types::{BalanceOf, CommitmentOf, DeliveryOf, TaskOf, MAX_STORED_CHUNKS};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::{v2::*, BenchmarkError};
use frame_support::{
    traits::{fungible, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use nocknock_primitives::{
    circuit::{CircuitKind, ProofBytes},
    claim::{ClaimClass, ClaimKey, ClaimState, RoundClock},
    deposits,
    experiment::DeliveredModel,
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, ContentHash, ExperimentId,
        FieldBytes, KeyCommitment, ModelCommitment, PointBytes, TaskId,
    },
    limits::{
        List, CHUNK_ELEMENTS, MAX_ASKED, MAX_BLOCKS, MAX_CHUNKS, MAX_CLASSES, MAX_EQUAL_PAIRS,
        MAX_RANKED, MAX_ROUNDS, MAX_TEST_BLOCKS, SEED_HISTORY,
    },
    model::{
        architecture::MAX_SAMPLES,
        block_root, field,
        names::named,
        sealed::{chunk_hash, join_chunk_hashes},
        Architecture, Claimed, ContextDomain, Description, Fr, Goal, Head, KnownBlock,
        RecipientKey, RecipientSecret, SealInputs,
    },
    score::Score,
    task::{
        Attestation, BlockScore, Chunk, Commitment, Delivery, EqualRows, Funding, Held, LastChunk,
        OtherBlock, Outcome, Periods, ProvedScore, Ranked, RevealedBlock, SealedKeyBytes,
        Settlement, Split, Task, TaskSpec, Terms, TestBlock,
    },
    traits::TaskExperiments,
};
use sp_runtime::traits::{Bounded, CheckedDiv, One, Saturating, Zero};

/// What the benchmarks need from other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// Registers the score circuit of an architecture and a delivery circuit, or finds them
    /// registered.
    fn circuits(architecture: &Architecture) -> (CircuitId, CircuitId);

    /// A proof of these inputs that the verifier accepts.
    fn prove(kind: &CircuitKind, circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes;

    /// An experiment in which this account may sponsor tasks.
    fn experiment(owner: &AccountId) -> ExperimentId;
}

/// Where the tasks made here are.
const ID: TaskId = 7;

/// Where the task is from which the champion came.
const EARLIER: TaskId = 6;

const NO_BLOB: BlobId = BlobId([0; 32]);
const ENCODING: ContentHash = ContentHash([2; 32]);
const SALT: [u8; 32] = [1; 32];

/// More points than the ranks that others have here.
const POINTS: u32 = 1_000;

/// The most rows of 1,024 bytes each.
const MOST_LONG_ROWS: u32 = 255;

const NUMBER: Head = Head::Number {
    weight_bits: 2,
    bias_bits: 2,
    distance_bits: 20,
    goal: Goal::Within { tolerance: 1 },
};

/// The architecture of the tasks made here. Its blocks are small and its ciphertext is one chunk.
/// But no head has more counts of labels than a number, or a baseline that takes longer to compute.
fn small() -> Result<Architecture, BenchmarkError> {
    named("tiny-4x3-error").ok_or(BenchmarkError::Stop("no architecture has this name"))
}

/// An architecture without hidden layers.
fn flat(
    inputs: u32,
    input_bits: u8,
    head: Head,
    samples: u32,
) -> Result<Architecture, BenchmarkError> {
    let size = |number: u32| u16::try_from(number).map_err(|_| BenchmarkError::Stop("too many"));
    let (inputs, samples) = (size(inputs)?, size(samples)?);
    let hidden = BoundedVec::default();
    Architecture::new(Description { inputs, input_bits, hidden, head, samples })
        .map_err(|_| BenchmarkError::Stop("the architecture is not usable"))
}

/// An architecture whose rows take 1,024 bytes each, with as few values as there can be in so many
/// bytes.
fn with_long_rows() -> Result<Architecture, BenchmarkError> {
    flat(511, 16, NUMBER, MOST_LONG_ROWS)
}

/// An architecture whose full blocks have the most rows, and almost as many bytes and values as
/// there can be.
fn with_large_blocks() -> Result<Architecture, BenchmarkError> {
    flat(120, 4, NUMBER, MAX_SAMPLES.into())
}

/// An architecture whose models are packed into so many field elements, at least three. Its 30
/// weights of 16 bits for each input fill two of them, its biases two more, or one if they are
/// narrow.
fn of_elements(elements: u32) -> Result<Architecture, BenchmarkError> {
    let bias_bits = if elements.is_multiple_of(2) { 16 } else { 8 };
    let head = Head::Labels { labels: 30, weight_bits: 16, bias_bits, sum_bits: 8 };
    let architecture = flat(elements.div_ceil(2).saturating_sub(1), 1, head, 1)?;
    if u32::try_from(architecture.weight_elements()) == Ok(elements) {
        Ok(architecture)
    } else {
        Err(BenchmarkError::Stop("the models have another size"))
    }
}

/// The byte form of so many rows: labels of zero, and the largest inputs, which have to fill whole
/// bytes.
fn wire(architecture: &Architecture, rows: u32) -> Vec<u8> {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX);
    let label = vec![0; architecture.label_bytes()];
    let inputs = vec![u8::MAX; architecture.input_bytes()];
    let samples = [label, inputs].concat().repeat(rows.into());
    [rows.to_le_bytes().to_vec(), samples].concat()
}

/// All points of a full block.
fn points_of_block(architecture: &Architecture) -> u32 {
    let points = architecture.max_score(architecture.samples.into());
    u32::try_from(points).unwrap_or(u32::MAX)
}

/// As many counts of labels as there can be.
fn most_counts() -> List<u32, MAX_CLASSES> {
    List::truncate_from((0..MAX_CLASSES).map(|_| 1).collect())
}

fn number(number: u32) -> FieldBytes {
    field::to_bytes(&Fr::from(number))
}

fn root(index: u32) -> BlockRoot {
    BlockRoot(number(index))
}

fn key_commitment() -> KeyCommitment {
    KeyCommitment(number(9))
}

fn ciphertext_hash() -> CiphertextHash {
    CiphertextHash(number(7))
}

fn recipient() -> RecipientKey {
    RecipientSecret::from_bytes([7; 32]).key()
}

#[benchmarks(where T::Currency: fungible::Mutate<T::AccountId>)]
mod benchmarks {
    use super::*;
    use fungible::Mutate;

    fn rich<T: Config>(name: &'static str, index: u32) -> Result<T::AccountId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let who = account(name, index, 0);
        let amount = BalanceOf::<T>::max_value().checked_div(&1_000u32.into()).unwrap_or_default();
        T::Currency::mint_into(&who, amount)?;
        Ok(who)
    }

    fn period<T: Config>() -> frame_system::pallet_prelude::BlockNumberFor<T> {
        T::MaxPeriod::get()
    }

    fn terms<T: Config>(
        architecture: &Architecture,
    ) -> Terms<BalanceOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>> {
        let (score_circuit, delivery_circuit) = T::BenchmarkHelper::circuits(architecture);
        let bond = T::BondPerBlock::get().saturating_mul(MAX_BLOCKS.into());
        let test_blocks = u16::try_from(MAX_TEST_BLOCKS).unwrap_or_default();
        let revealed = Pallet::<T>::price(deposits::revealed_blocks(architecture, test_blocks));
        let ciphertext = Pallet::<T>::price(deposits::ciphertext(architecture));
        Terms {
            score_circuit,
            delivery_circuit,
            min_score: Score::ZERO,
            min_test_rows: 1,
            reward: T::MinReward::get().saturating_mul(1_000u32.into()),
            shares: BoundedVec::truncate_from(vec![10_000]),
            bond: bond.saturating_add(T::MinBond::get()).saturating_add(revealed),
            stake: T::MinStake::get().saturating_add(ciphertext),
            periods: Periods {
                publish: period::<T>(),
                commit: period::<T>(),
                reveal: period::<T>(),
                claim: period::<T>(),
                prove: period::<T>(),
                deliver: period::<T>(),
            },
        }
    }

    /// A stored task with as many test blocks as there can be, its money held.
    fn stored<T: Config>() -> Result<TaskOf<T>, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let requester = rich::<T>("requester", 0)?;
        let architecture = small()?;
        let terms = terms::<T>(&architecture);
        Pallet::<T>::hold(HoldReason::Escrow, &requester, terms.reward)?;
        Pallet::<T>::hold(HoldReason::Bond, &requester, terms.bond)?;
        let record = T::MinStake::get();
        Pallet::<T>::hold(HoldReason::Record, &requester, record)?;
        let tests = (0..MAX_TEST_BLOCKS)
            .filter_map(|index| u16::try_from(index).ok())
            .map(|index| TestBlock { index, rows: None })
            .collect();
        let now = Pallet::<T>::now();
        let task = Task {
            experiment: T::BenchmarkHelper::experiment(&requester),
            requester,
            funding: Funding::Sponsored,
            held: Held { escrow: terms.reward, bond: terms.bond, record },
            terms,
            architecture,
            recipient: PointBytes(recipient().to_bytes()),
            encoding: ENCODING,
            blocks: u16::try_from(MAX_BLOCKS).unwrap_or_default(),
            test_blocks: u16::try_from(MAX_TEST_BLOCKS).unwrap_or_default(),
            tests: BoundedVec::truncate_from(tests),
            train_data: Some(NO_BLOB),
            created_at: now,
            seed: 0,
            draw_by: now.saturating_add(T::DrawPeriod::get()),
            drawn_at: Some(now),
            opened_at: Some(now),
            revealed_at: None,
            label_counts: BoundedVec::default(),
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
            settlement: None,
        };
        let roots = (0..MAX_BLOCKS).map(root).collect();
        Roots::<T>::insert(ID, BoundedVec::truncate_from(roots));
        NextTask::<T>::put(ID.saturating_add(1));
        Tasks::<T>::insert(ID, &task);
        Ok(task)
    }

    /// Commits a worker and holds its stake.
    fn committed<T: Config>(task: &mut TaskOf<T>) -> Result<T::AccountId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let worker = rich::<T>("worker", task.committed)?;
        Pallet::<T>::hold(HoldReason::Stake, &worker, task.terms.stake)?;
        let commitment = Commitment {
            model: ModelCommitment(number(5)),
            key: key_commitment(),
            ciphertext: ciphertext_hash(),
            at: Pallet::<T>::now(),
            sequence: task.next_sequence,
            least: Zero::zero(),
            claim: ClaimState::Silent,
            proved: 0,
            correct: 0,
        };
        Commitments::<T>::insert(ID, &worker, commitment);
        task.committed = task.committed.saturating_add(1);
        task.open_commitments = task.open_commitments.saturating_add(1);
        task.next_sequence = task.next_sequence.saturating_add(1);
        Tasks::<T>::insert(ID, &*task);
        Ok(worker)
    }

    fn change_commitment<T: Config>(
        worker: &T::AccountId,
        change: impl FnOnce(&mut CommitmentOf<T>),
    ) {
        Commitments::<T>::mutate(ID, worker, |commitment| {
            if let Some(commitment) = commitment {
                change(commitment);
            }
        });
    }

    /// Commits a worker whose claim is in this state.
    fn claiming<T: Config>(
        task: &mut TaskOf<T>,
        state: ClaimState,
    ) -> Result<T::AccountId, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let worker = committed::<T>(task)?;
        change_commitment::<T>(&worker, |commitment| commitment.claim = state);
        task.claimed = task.claimed.saturating_add(1);
        Tasks::<T>::insert(ID, &*task);
        Ok(worker)
    }

    /// Stores a claim that waits.
    fn waiting<T: Config>(task: &mut TaskOf<T>, class: ClaimClass) -> Result<(), BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let key = ClaimKey::new(POINTS, task.next_sequence);
        let worker = claiming::<T>(task, ClaimState::Claimed(POINTS))?;
        Claims::<T>::insert((ID, class.to_byte(), key.to_bytes()), worker);
        task.waiting = task.waiting.saturating_add(1);
        task.next_claim = task.next_claim.or(Some(key));
        Tasks::<T>::insert(ID, &*task);
        Ok(())
    }

    /// Makes this the round of the task, and lets its time pass without a proof of any of the most
    /// claims that there can be.
    fn let_round_pass<T: Config>(task: &mut TaskOf<T>, number: u8) -> Result<(), BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let asked = (0..MAX_ASKED)
            .map(|_| claiming::<T>(task, ClaimState::Asked(POINTS)))
            .collect::<Result<Vec<_>, _>>()?;
        Asked::<T>::insert(ID, BoundedVec::truncate_from(asked));
        let began = Pallet::<T>::now();
        task.round = Some(RoundClock { number, began, open: MAX_ASKED });
        Tasks::<T>::insert(ID, &*task);
        frame_system::Pallet::<T>::set_block_number(began.saturating_add(period::<T>()));
        Ok(())
    }

    /// Moves the current block to the end of the commit phase.
    fn end_commits<T: Config>(task: &TaskOf<T>) {
        let end = task.commit_end().unwrap_or_else(Zero::zero);
        frame_system::Pallet::<T>::set_block_number(end);
    }

    /// Marks every test block as revealed, with full blocks.
    fn reveal_all<T: Config>(task: &mut TaskOf<T>) {
        let rows = u32::from(task.architecture.samples);
        let bytes = BoundedVec::truncate_from(wire(&task.architecture, rows));
        for test in task.tests.iter_mut() {
            test.rows = Some(rows);
            let revealed = RevealedBlock { salt: SALT, rows: bytes.clone() };
            RevealedBlocks::<T>::insert(ID, test.index, revealed);
        }
        task.label_counts = most_counts();
        task.revealed_at = Some(Pallet::<T>::now());
        Tasks::<T>::insert(ID, &*task);
    }

    /// Marks every test block but the first as revealed, with full blocks.
    fn reveal_others<T: Config>(task: &mut TaskOf<T>) {
        let rows = u32::from(task.architecture.samples);
        task.tests.iter_mut().skip(1).for_each(|test| test.rows = Some(rows));
        task.label_counts = most_counts();
        Tasks::<T>::insert(ID, &*task);
    }

    /// Makes a model of the task's circuit the champion of its experiment.
    fn enthrone<T: Config>(task: &TaskOf<T>, worker: T::AccountId) {
        T::Experiments::register_model(DeliveredModel {
            experiment: task.experiment,
            task: EARLIER,
            worker,
            requester: task.requester.clone(),
            model: ModelCommitment(number(5)),
            score: Score::ZERO,
            circuit: task.terms.score_circuit,
            key_commitment: key_commitment(),
            blob: None,
            funding: Funding::Curriculum,
        });
    }

    /// A full ranking, with scores that everybody can beat.
    fn rank_others<T: Config>() {
        let entries = (0..MAX_RANKED).map(|index| Ranked {
            worker: account("ranked", index, 0),
            correct: MAX_RANKED.saturating_sub(index),
            sequence: index,
            least: Zero::zero(),
            amount: T::MinReward::get(),
            bits: 0,
            delivered: false,
        });
        Rankings::<T>::insert(ID, BoundedVec::truncate_from(entries.collect()));
    }

    /// All points of a full test block, with a proof.
    fn proved<T: Config>(
        task: &TaskOf<T>,
        worker: &T::AccountId,
        block: BlockIndex,
    ) -> Result<BlockScore, BenchmarkError> {
        let (architecture, circuit) = (&task.architecture, task.terms.score_circuit);
        let rows = u32::from(architecture.samples);
        let points = points_of_block(architecture);
        let wire = wire(architecture, rows);
        let known = KnownBlock::new(architecture, &SALT, block, &wire)
            .map_err(|_| BenchmarkError::Stop("the bytes are not a block"))?;
        let context = Pallet::<T>::context(ContextDomain::Score, circuit, ID, worker, block);
        let one = Fr::from(1u32);
        let claimed = Claimed { sums: one, inputs: one, score: points };
        let inputs = known.inputs(context, Fr::from(5u32), &claimed).to_bytes().in_order();
        let kind = CircuitKind::Score(architecture.clone());
        let proof = T::BenchmarkHelper::prove(&kind, &circuit, &inputs);
        let score = ProvedScore { points, sums: number(1), inputs: number(1), proof };
        Ok(BlockScore { block, score })
    }

    /// Settles the task as ranked, with this worker's turn to deliver.
    fn ranked<T: Config>(task: &mut TaskOf<T>, worker: &T::AccountId) {
        rank_others::<T>();
        Rankings::<T>::mutate(ID, |ranking| {
            if let Some(entry) = ranking.iter_mut().next() {
                entry.worker = worker.clone();
            }
        });
        let now = Pallet::<T>::now();
        task.settlement = Some(Settlement {
            outcome: Outcome::Ranked,
            at: now,
            ranked: MAX_RANKED,
            turn: 0,
            turn_began: now,
            paid: 0,
            finished_at: None,
        });
        Tasks::<T>::insert(ID, &*task);
    }

    /// A settled task in which the worker proved everything and may deliver.
    fn in_turn<T: Config>() -> Result<(TaskOf<T>, T::AccountId), BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let mut task = stored::<T>()?;
        let worker = committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        change_commitment::<T>(&worker, |commitment| {
            commitment.claim = ClaimState::Proved;
            commitment.proved = u32::MAX;
            commitment.correct = POINTS;
        });
        ranked::<T>(&mut task, &worker);
        Ok((task, worker))
    }

    /// A worker in turn that has delivered all but the last of as many chunks as there can be, and
    /// that one, which has so many elements.
    fn before_last_chunk<T: Config>(
        elements: u32,
    ) -> Result<(TaskOf<T>, T::AccountId, LastChunk), BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let index = MAX_CHUNKS.saturating_sub(1);
        let before = index.saturating_mul(CHUNK_ELEMENTS);
        let architecture = of_elements(before.saturating_add(elements))?;
        let chunk: Vec<Fr> = (0..elements).map(|_| Fr::from(3u32)).collect();
        let mut hashes: Vec<Fr> = (0..index).map(|_| Fr::from(4u32)).collect();
        hashes.push(chunk_hash(&architecture, index, &chunk));
        let (mut task, worker) = in_turn::<T>()?;
        let whole = join_chunk_hashes(&architecture, &hashes);
        change_commitment::<T>(&worker, |commitment| {
            commitment.ciphertext = CiphertextHash(field::to_bytes(&whole));
        });
        Deliveries::<T>::insert(ID, &worker, delivery::<T>(index));
        task.architecture = architecture;
        Tasks::<T>::insert(ID, &task);
        let chunk = BoundedVec::truncate_from(chunk.iter().map(field::to_bytes).collect());
        let hashes = BoundedVec::truncate_from(hashes.iter().map(field::to_bytes).collect());
        Ok((task, worker, LastChunk { index, chunk, hashes }))
    }

    /// The largest block of this index, all of whose rows are the same. Its root becomes that of
    /// the task's block.
    fn largest_block<T: Config>(architecture: &Architecture, index: BlockIndex) -> RevealedBlock {
        let rows = wire(architecture, architecture.samples.into());
        let root = block_root(architecture, &SALT, index, &rows);
        set_root::<T>(index, BlockRoot(field::to_bytes(&root)));
        RevealedBlock { salt: SALT, rows: BoundedVec::truncate_from(rows) }
    }

    fn set_root<T: Config>(index: BlockIndex, root: BlockRoot) {
        Roots::<T>::mutate(ID, |roots| {
            if let Some(stored) = roots.get_mut(usize::from(index)) {
                *stored = root;
            }
        });
    }

    /// A delivery of which so many chunks are stored.
    fn delivery<T: Config>(chunks: u32) -> DeliveryOf<T> {
        Delivery {
            model: ModelCommitment(number(5)),
            key: key_commitment(),
            ciphertext: ciphertext_hash(),
            chunks,
            begun_at: Pallet::<T>::now(),
            sealed: None,
        }
    }

    #[benchmark]
    fn create_task(r: Linear<2, MAX_BLOCKS>) -> Result<(), BenchmarkError> {
        let who = rich::<T>("requester", 0)?;
        let experiment = T::BenchmarkHelper::experiment(&who);
        let spec = TaskSpec {
            terms: terms::<T>(&small()?),
            roots: BoundedVec::truncate_from((0..r).map(root).collect()),
            split: Split::Drawn { test_blocks: 1 },
            recipient: PointBytes(recipient().to_bytes()),
            encoding: ENCODING,
        };
        let id = NextTask::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(who), experiment, Box::new(spec));
        assert!(Tasks::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn cancel_task() -> Result<(), BenchmarkError> {
        let task = stored::<T>()?;
        #[extrinsic_call]
        _(RawOrigin::Signed(task.requester), ID);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.settlement.is_some()));
        Ok(())
    }

    #[benchmark]
    fn draw_split() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        (task.drawn_at, task.opened_at, task.tests) = (None, None, BoundedVec::default());
        Tasks::<T>::insert(ID, task);
        Seeds::<T>::insert(0, [1; 32]);
        NextSeed::<T>::put(1);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.drawn_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn publish_training_data() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        task.opened_at = None;
        Tasks::<T>::insert(ID, &task);
        #[extrinsic_call]
        _(RawOrigin::Signed(task.requester), ID, NO_BLOB);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.opened_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn commit_model() -> Result<(), BenchmarkError> {
        stored::<T>()?;
        let worker = rich::<T>("worker", 0)?;
        #[extrinsic_call]
        _(
            RawOrigin::Signed(worker.clone()),
            ID,
            key_commitment(),
            ciphertext_hash(),
            BalanceOf::<T>::zero(),
        );
        assert!(Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

    #[benchmark]
    fn withdraw_commitment() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        let worker = committed::<T>(&mut task)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID);
        assert!(!Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

    /// The last test block of a curriculum task. With it the claim phase begins, the score of the
    /// constant answer is counted, and the champion is found that the models are compared with.
    #[benchmark]
    fn reveal_block(b: Linear<1, MOST_LONG_ROWS>) -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        task.architecture = with_long_rows()?;
        (task.terms.score_circuit, _) = T::BenchmarkHelper::circuits(&task.architecture);
        task.funding = Funding::Curriculum;
        let rows = wire(&task.architecture, b);
        let root = block_root(&task.architecture, &SALT, 0, &rows);
        set_root::<T>(0, BlockRoot(field::to_bytes(&root)));
        let worker = committed::<T>(&mut task)?;
        enthrone::<T>(&task, worker);
        reveal_others::<T>(&mut task);
        end_commits::<T>(&task);
        let rows = BoundedVec::truncate_from(rows);
        #[extrinsic_call]
        _(RawOrigin::Signed(task.requester), ID, 0, SALT, rows);
        let task = Tasks::<T>::get(ID);
        assert!(task.is_some_and(|task| task.revealed_at.is_some() && task.reference.is_some()));
        assert_eq!(ComparedWith::<T>::get(EARLIER), 1);
        Ok(())
    }

    #[benchmark]
    fn submit_scores(s: Linear<1, MAX_TEST_BLOCKS>) -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        task.test_blocks = u16::try_from(s).unwrap_or_default();
        task.tests.truncate(usize::from(task.test_blocks));
        let points = points_of_block(&task.architecture).saturating_mul(s);
        let worker = claiming::<T>(&mut task, ClaimState::Asked(points))?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        rank_others::<T>();
        let began = Pallet::<T>::now();
        task.round = Some(RoundClock { number: 1, began, open: 1 });
        Tasks::<T>::insert(ID, &task);
        let scores = (0..task.test_blocks)
            .map(|block| proved::<T>(&task, &worker, block))
            .collect::<Result<Vec<_>, _>>()?;
        let scores = BoundedVec::truncate_from(scores);
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID, scores, BoundedVec::default());
        assert!(Commitments::<T>::get(ID, worker)
            .is_some_and(|commitment| commitment.claim == ClaimState::Proved));
        Ok(())
    }

    /// The claim of one of two workers, so that the first round does not begin with it.
    #[benchmark]
    fn claim() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        let worker = committed::<T>(&mut task)?;
        committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        let points = task.max_points();
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID, points);
        assert!(Commitments::<T>::get(ID, worker)
            .is_some_and(|commitment| commitment.claim == ClaimState::Claimed(points)));
        Ok(())
    }

    /// The last round, after one in which nobody proved, with more claims of both classes than it
    /// has places.
    #[benchmark]
    fn ask() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        for _ in 0..MAX_ASKED {
            waiting::<T>(&mut task, ClaimClass::Known)?;
            waiting::<T>(&mut task, ClaimClass::Other)?;
        }
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        let_round_pass::<T>(&mut task, MAX_ROUNDS.saturating_sub(1))?;
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        let task = Tasks::<T>::get(ID);
        assert!(task.is_some_and(|task| task.waiting == MAX_ASKED));
        Ok(())
    }

    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>()?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        let_round_pass::<T>(&mut task, MAX_ROUNDS)?;
        rank_others::<T>();
        task.proved = MAX_RANKED;
        Tasks::<T>::insert(ID, task);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        let settlement = Tasks::<T>::get(ID).and_then(|task| task.settlement);
        assert!(settlement.is_some_and(|end| end.ranked == MAX_RANKED));
        Ok(())
    }

    /// The last of as many chunks as there can be.
    #[benchmark]
    fn upload_chunk(e: Linear<1, CHUNK_ELEMENTS>) -> Result<(), BenchmarkError> {
        let (_, worker, last) = before_last_chunk::<T>(e)?;
        let (index, chunk, hashes) = (last.index, Box::new(last.chunk), Box::new(last.hashes));
        let origin = RawOrigin::Signed(worker.clone());
        #[extrinsic_call]
        _(origin, ID, index, chunk, hashes);
        assert!(Chunks::<T>::contains_key((ID, &worker, index)));
        Ok(())
    }

    /// With the last of as many full chunks as there can be. All other ranks ask for more than the
    /// second share.
    #[benchmark]
    fn deliver() -> Result<(), BenchmarkError> {
        let (mut task, worker, last) = before_last_chunk::<T>(CHUNK_ELEMENTS)?;
        task.terms.shares = BoundedVec::truncate_from(vec![5_000, 5_000]);
        Tasks::<T>::insert(ID, &task);
        Rankings::<T>::mutate(ID, |ranking| {
            for entry in ranking.iter_mut().skip(1) {
                entry.least = BalanceOf::<T>::max_value();
            }
        });
        let circuit = task.terms.delivery_circuit;
        let context = Pallet::<T>::context(ContextDomain::Delivery, circuit, ID, &worker, 0);
        let key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: number(8) };
        let inputs = SealInputs::from_bytes(
            &task.recipient,
            field::to_bytes(&context),
            key_commitment().0,
            &key.ephemeral,
            key.masked_key,
        );
        let inputs = inputs.in_order();
        let proof = T::BenchmarkHelper::prove(&CircuitKind::Delivery, &circuit, &inputs);
        let origin = RawOrigin::Signed(worker.clone());
        let (last, key, proof) = (Some(Box::new(last)), Box::new(key), Box::new(proof));
        #[extrinsic_call]
        _(origin, ID, last, key, proof, Attestation::default());
        assert!(!Commitments::<T>::contains_key(ID, worker));
        let settlement = Tasks::<T>::get(ID).and_then(|task| task.settlement);
        assert!(settlement.is_some_and(|settlement| settlement.turn == MAX_RANKED));
        Ok(())
    }

    /// A stake that is burnt, because the worker let its turn pass.
    #[benchmark]
    fn close_commitment() -> Result<(), BenchmarkError> {
        let (_, worker) = in_turn::<T>()?;
        let over = Pallet::<T>::now().saturating_add(period::<T>());
        frame_system::Pallet::<T>::set_block_number(over);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID, worker.clone());
        assert!(!Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

    #[benchmark]
    fn finish_task() -> Result<(), BenchmarkError> {
        let (mut task, _) = in_turn::<T>()?;
        if let Some(settlement) = &mut task.settlement {
            settlement.paid = 1;
        }
        Tasks::<T>::insert(ID, task);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.held.escrow.is_zero()));
        Ok(())
    }

    #[benchmark]
    fn remove_task(c: Linear<0, MAX_STORED_CHUNKS>) -> Result<(), BenchmarkError> {
        let (mut task, _) = in_turn::<T>()?;
        let now = Pallet::<T>::now();
        task.open_commitments = 0;
        if let Some(settlement) = &mut task.settlement {
            settlement.finished_at = Some(now);
        }
        Tasks::<T>::insert(ID, task);
        let elements = (0..CHUNK_ELEMENTS).map(|_| number(3)).collect();
        let chunk: Chunk = BoundedVec::truncate_from(elements);
        for rank in 0..MAX_RANKED {
            let worker: T::AccountId = account("ranked", rank, 0);
            let chunks = c.saturating_sub(rank.saturating_mul(MAX_CHUNKS)).min(MAX_CHUNKS);
            Deliveries::<T>::insert(ID, &worker, delivery::<T>(chunks));
            for index in 0..chunks {
                Chunks::<T>::insert((ID, &worker, index), &chunk);
            }
        }
        for block in (0..MAX_TEST_BLOCKS).filter_map(|block| u16::try_from(block).ok()) {
            let marks = vec![u8::MAX; usize::from(MAX_SAMPLES.div_ceil(8))];
            EqualRowsShown::<T>::insert(ID, block, BoundedVec::truncate_from(marks));
        }
        let over = now.saturating_add(T::Retention::get()).saturating_add(One::one());
        frame_system::Pallet::<T>::set_block_number(over);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        assert!(!Tasks::<T>::contains_key(ID));
        assert!(Chunks::<T>::iter_key_prefix((ID,)).next().is_none());
        Ok(())
    }

    #[benchmark]
    fn show_equal_rows() -> Result<(), BenchmarkError> {
        let (mut task, _) = in_turn::<T>()?;
        task.architecture = with_large_blocks()?;
        task.funding = Funding::Curriculum;
        Tasks::<T>::insert(ID, &task);
        let other = u16::try_from(MAX_TEST_BLOCKS).unwrap_or_default();
        let [revealed, known] =
            [0, other].map(|index| largest_block::<T>(&task.architecture, index));
        let pairs = (0..MAX_EQUAL_PAIRS)
            .filter_map(|place| u16::try_from(place).ok())
            .map(|place| (place, place));
        let shown = EqualRows {
            block: 0,
            revealed,
            other: OtherBlock { task: ID, block: other, past: None, revealed: known },
            pairs: BoundedVec::truncate_from(pairs.collect()),
        };
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID, Box::new(shown));
        assert_eq!(EqualRowCount::<T>::get(ID), MAX_EQUAL_PAIRS);
        Ok(())
    }

    #[benchmark]
    fn store_seed() {
        SeedEpoch::<T>::put(u64::MAX);
        NextSeed::<T>::put(SEED_HISTORY);
        Seeds::<T>::insert(0, [0; 32]);
        #[block]
        {
            Pallet::<T>::gather_randomness();
        }
        assert!(!Seeds::<T>::contains_key(0));
    }

    #[benchmark]
    fn sweep_visit() -> Result<(), BenchmarkError> {
        stored::<T>()?;
        let visited;
        #[block]
        {
            visited = Pallet::<T>::visit_next();
        }
        assert!(visited.is_some());
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
