//! Benchmarks of the calls and hooks.
//!
//! Proofs are real: the runtime's [`BenchmarkHelper`] registers circuits whose trapdoor is known
//! and proves whatever is claimed. The weight of verification is charged apart, so it counts twice
//! in `submit_scores` and `deliver` here: these weights are upper bounds.

use super::*;
use crate::types::{BalanceOf, TaskOf};
use alloc::{boxed::Box, vec, vec::Vec};
use frame_benchmarking::{v2::*, BenchmarkError};
use frame_support::{
    traits::{fungible, Get},
    BoundedVec,
};
use frame_system::RawOrigin;
use nocknock_primitives::{
    circuit::{CircuitKind, ProofBytes},
    ids::{
        BlobId, BlockRoot, CircuitId, ExperimentId, FieldBytes, KeyCommitment, ModelCommitment,
        TaskId,
    },
    limits::{
        MAX_BLOCKS, MAX_BLOCK_ELEMENTS, MAX_CIPHERTEXT_ELEMENTS, MAX_RANKED, MAX_TEST_BLOCKS,
        SEED_HISTORY,
    },
    model::{
        block_root, ciphertext_hash,
        delivery::ciphertext_len,
        field, key_hash,
        rows::{fill_block, Row},
        shape::{Dimensions, ShapeName, DIGITS_64X32X10},
        wire::encode_rows,
        ContextDomain, DeliveryInputs, Fr, MlpShape, ScoreInputs,
    },
    score::Score,
    task::{
        Attestation, BlockScore, Ciphertext, Commitment, Delivery, Funding, Held, Outcome, Periods,
        Ranked, RevealedBlock, Settlement, Split, Task, TaskSpec, Terms, TestBlock,
    },
};
use sp_runtime::traits::{Bounded, CheckedDiv, One, Saturating, Zero};

/// What the benchmarks need from other pallets.
pub trait BenchmarkHelper<AccountId> {
    /// Registers a score and a delivery circuit of a shape, or finds them registered.
    fn circuits(shape: MlpShape) -> (CircuitId, CircuitId);

    /// A proof of these inputs that the verifier accepts.
    fn prove(kind: CircuitKind, circuit: &CircuitId, inputs: &[FieldBytes]) -> ProofBytes;

    /// An experiment in which this account may sponsor tasks.
    fn experiment(owner: &AccountId) -> ExperimentId;
}

/// Where the tasks made here are.
const ID: TaskId = 7;
const SHAPE: MlpShape = DIGITS_64X32X10;
const NO_BLOB: BlobId = BlobId([0; 32]);

/// A shape whose rows are packed into one element each.
fn shape_of_elements(rows: u32) -> Result<MlpShape, BenchmarkError> {
    let dimensions = Dimensions {
        inputs: 62,
        hidden: 8,
        classes: 3,
        input_bits: 4,
        weight_bits: 6,
        hidden_bias_bits: 12,
        output_bias_bits: 14,
        shift: 6,
        preactivation_bits: 16,
        gap_bits: 20,
        block_rows: u16::try_from(rows).map_err(|_| BenchmarkError::Stop("too many rows"))?,
    };
    ShapeName::new("benchmark")
        .and_then(|name| MlpShape::new(name, dimensions))
        .map_err(|_| BenchmarkError::Stop("the shape is not usable"))
}

fn root(number: u32) -> BlockRoot {
    BlockRoot(field::to_bytes(&Fr::from(number)))
}

fn model() -> ModelCommitment {
    ModelCommitment(field::to_bytes(&Fr::from(5u32)))
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
        shape: MlpShape,
    ) -> Terms<BalanceOf<T>, frame_system::pallet_prelude::BlockNumberFor<T>> {
        let (score_circuit, delivery_circuit) = T::BenchmarkHelper::circuits(shape);
        let bond = T::BondPerBlock::get().saturating_mul(MAX_BLOCKS.into());
        Terms {
            score_circuit,
            delivery_circuit,
            min_score: Score::ZERO,
            min_test_rows: 1,
            reward: T::MinReward::get().saturating_mul(1_000u32.into()),
            shares: BoundedVec::truncate_from(vec![10_000]),
            bond: bond.saturating_add(T::MinBond::get()),
            stake: T::MinStake::get(),
            periods: Periods {
                publish: period::<T>(),
                commit: period::<T>(),
                reveal: period::<T>(),
                prove: period::<T>(),
                deliver: period::<T>(),
            },
        }
    }

    /// A stored task with as many test blocks as there can be, its money held.
    fn stored<T: Config>(shape: MlpShape) -> Result<TaskOf<T>, BenchmarkError>
    where
        T::Currency: Mutate<T::AccountId>,
    {
        let requester = rich::<T>("requester", 0)?;
        let terms = terms::<T>(shape);
        Pallet::<T>::hold(HoldReason::Escrow, &requester, terms.reward)?;
        Pallet::<T>::hold(HoldReason::Bond, &requester, terms.bond)?;
        let tests = (0..MAX_TEST_BLOCKS)
            .filter_map(|index| u16::try_from(index).ok())
            .map(|index| TestBlock { index, rows: None })
            .collect();
        let now = Pallet::<T>::now();
        let task = Task {
            experiment: T::BenchmarkHelper::experiment(&requester),
            requester,
            funding: Funding::Sponsored,
            held: Held { escrow: terms.reward, bond: terms.bond },
            terms,
            shape,
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
            committed: 0,
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
            model: model(),
            at: Pallet::<T>::now(),
            sequence: task.next_sequence,
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

    /// Moves the current block to the end of the commit phase.
    fn end_commits<T: Config>(task: &TaskOf<T>) {
        let end = task.commit_end().unwrap_or_else(Zero::zero);
        frame_system::Pallet::<T>::set_block_number(end);
    }

    /// Marks every test block as revealed, with full blocks.
    fn reveal_all<T: Config>(task: &mut TaskOf<T>) {
        let rows = u32::from(task.shape.block_rows);
        for test in task.tests.iter_mut() {
            test.rows = Some(rows);
            let rows = BoundedVec::truncate_from(vec![0; SHAPE.max_wire_bytes()]);
            RevealedBlocks::<T>::insert(ID, test.index, RevealedBlock { salt: [0; 32], rows });
        }
        task.label_counts = BoundedVec::truncate_from(vec![1; usize::from(task.shape.classes)]);
        task.revealed_at = Some(Pallet::<T>::now());
        Tasks::<T>::insert(ID, &*task);
    }

    /// A ranking that is full but for one place, with a score that everybody can beat.
    fn rank_others<T: Config>(count: u32) {
        let entries = (0..count).map(|index| Ranked {
            worker: account("ranked", index, 0),
            correct: 1_000_000u32.saturating_sub(index),
            sequence: index,
        });
        Rankings::<T>::insert(ID, BoundedVec::truncate_from(entries.collect()));
    }

    /// Settles the task as ranked, with this worker's turn to deliver.
    fn ranked<T: Config>(task: &mut TaskOf<T>, worker: &T::AccountId) {
        rank_others::<T>(MAX_RANKED);
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
        let mut task = stored::<T>(SHAPE)?;
        let worker = committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        Commitments::<T>::mutate(ID, &worker, |commitment| {
            if let Some(commitment) = commitment {
                commitment.proved = u32::MAX;
                commitment.correct = 1_000;
            }
        });
        ranked::<T>(&mut task, &worker);
        Ok((task, worker))
    }

    fn ciphertext(elements: usize) -> Vec<Fr> {
        vec![Fr::from(3u32); elements]
    }

    fn as_bytes(elements: &[Fr]) -> Ciphertext {
        BoundedVec::truncate_from(elements.iter().map(field::to_bytes).collect())
    }

    fn key_commitment() -> KeyCommitment {
        KeyCommitment(field::to_bytes(&key_hash(&SHAPE, Fr::from(9u32))))
    }

    #[benchmark]
    fn create_task(r: Linear<2, MAX_BLOCKS>) -> Result<(), BenchmarkError> {
        let who = rich::<T>("requester", 0)?;
        let experiment = T::BenchmarkHelper::experiment(&who);
        let spec = TaskSpec {
            terms: terms::<T>(SHAPE),
            roots: BoundedVec::truncate_from((0..r).map(root).collect()),
            split: Split::Drawn { test_blocks: 1 },
        };
        let id = NextTask::<T>::get();
        #[extrinsic_call]
        _(RawOrigin::Signed(who), experiment, Box::new(spec));
        assert!(Tasks::<T>::contains_key(id));
        Ok(())
    }

    #[benchmark]
    fn cancel_task() -> Result<(), BenchmarkError> {
        let task = stored::<T>(SHAPE)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(task.requester), ID);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.settlement.is_some()));
        Ok(())
    }

    #[benchmark]
    fn draw_split() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>(SHAPE)?;
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
        let mut task = stored::<T>(SHAPE)?;
        task.opened_at = None;
        Tasks::<T>::insert(ID, &task);
        #[extrinsic_call]
        _(RawOrigin::Signed(task.requester), ID, NO_BLOB);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.opened_at.is_some()));
        Ok(())
    }

    #[benchmark]
    fn commit_model() -> Result<(), BenchmarkError> {
        stored::<T>(SHAPE)?;
        let worker = rich::<T>("worker", 0)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID, model());
        assert!(Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

    #[benchmark]
    fn withdraw_commitment() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>(SHAPE)?;
        let worker = committed::<T>(&mut task)?;
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID);
        assert!(!Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

    #[benchmark]
    fn reveal_block(e: Linear<1, MAX_BLOCK_ELEMENTS>) -> Result<(), BenchmarkError> {
        let shape = shape_of_elements(e)?;
        let mut task = stored::<T>(SHAPE)?;
        task.shape = shape;
        let sample = Row::sample(&shape, vec![15; usize::from(shape.inputs)], 2);
        let rows = fill_block(&shape, vec![sample; usize::from(shape.block_rows)])
            .map_err(|_| BenchmarkError::Stop("the rows are no block"))?;
        let salt = Fr::from(1u32);
        let root = block_root(&shape, salt, 0, &rows)
            .map_err(|_| BenchmarkError::Stop("the rows have no root"))?;
        Roots::<T>::mutate(ID, |roots| {
            if let Some(first) = roots.iter_mut().next() {
                *first = BlockRoot(field::to_bytes(&root));
            }
        });
        committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        let rows = encode_rows(&shape, &rows)
            .map_err(|_| BenchmarkError::Stop("the rows have no bytes"))?;
        let rows = BoundedVec::truncate_from(rows);
        let origin = RawOrigin::Signed(task.requester);
        #[extrinsic_call]
        _(origin, ID, 0, field::to_bytes(&salt), rows);
        assert!(RevealedBlocks::<T>::contains_key(ID, 0));
        Ok(())
    }

    #[benchmark]
    fn submit_scores(s: Linear<1, MAX_TEST_BLOCKS>) -> Result<(), BenchmarkError> {
        let mut task = stored::<T>(SHAPE)?;
        task.test_blocks = u16::try_from(s).unwrap_or_default();
        task.tests.truncate(usize::from(task.test_blocks));
        let worker = committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        rank_others::<T>(MAX_RANKED);
        let circuit = task.terms.score_circuit;
        let rows = u32::from(SHAPE.block_rows);
        let prove = |block: u16| {
            let inputs = ScoreInputs {
                context: Pallet::<T>::context(ContextDomain::Score, circuit, ID, &worker, block),
                commitment: model().0,
                block_root: root(block.into()).0,
                score: rows,
                n_real: rows,
            };
            let inputs = inputs.in_order();
            let proof = T::BenchmarkHelper::prove(CircuitKind::Score, &circuit, &inputs);
            BlockScore { block, score: rows, rows, proof }
        };
        let scores = BoundedVec::truncate_from((0..task.test_blocks).map(prove).collect());
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID, scores);
        assert!(Commitments::<T>::get(ID, worker)
            .is_some_and(|commitment| commitment.proved_blocks() == s));
        Ok(())
    }

    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let mut task = stored::<T>(SHAPE)?;
        committed::<T>(&mut task)?;
        end_commits::<T>(&task);
        reveal_all::<T>(&mut task);
        task.proved = task.committed;
        Tasks::<T>::insert(ID, task);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        assert!(Tasks::<T>::get(ID).is_some_and(|task| task.settlement.is_some()));
        Ok(())
    }

    /// A delivery of the digits shape, and the work that grows with the size of a model on top.
    #[benchmark]
    fn deliver(e: Linear<1, MAX_CIPHERTEXT_ELEMENTS>) -> Result<(), BenchmarkError> {
        let (task, worker) = in_turn::<T>()?;
        let circuit = task.terms.delivery_circuit;
        let elements = ciphertext(ciphertext_len(&SHAPE));
        let inputs = DeliveryInputs {
            context: Pallet::<T>::context(ContextDomain::Delivery, circuit, ID, &worker, 0),
            commitment: model().0,
            ciphertext_hash: field::to_bytes(&ciphertext_hash(&SHAPE, &elements)),
            key_hash: key_commitment().0,
        };
        let inputs = inputs.in_order();
        let proof = T::BenchmarkHelper::prove(CircuitKind::Delivery, &circuit, &inputs);
        let larger = as_bytes(&ciphertext(usize::try_from(e).unwrap_or_default()));
        let delivered = as_bytes(&elements);
        let attestation = Attestation::default();
        #[block]
        {
            let decoded: Vec<Fr> =
                larger.iter().filter_map(|bytes| field::from_bytes(bytes).ok()).collect();
            core::hint::black_box(ciphertext_hash(&SHAPE, &decoded));
            Pallet::<T>::do_deliver(
                worker.clone(),
                ID,
                delivered,
                key_commitment(),
                &proof,
                attestation,
            )?;
        }
        assert!(Deliveries::<T>::contains_key(ID, worker));
        Ok(())
    }

    #[benchmark]
    fn reveal_key() -> Result<(), BenchmarkError> {
        let (_, worker) = in_turn::<T>()?;
        let ciphertext = usize::try_from(MAX_CIPHERTEXT_ELEMENTS).unwrap_or_default();
        let delivery = Delivery {
            ciphertext: as_bytes(&vec![Fr::from(1u32); ciphertext]),
            key_commitment: key_commitment(),
            key: None,
            attestation: Attestation::default(),
            at: Pallet::<T>::now(),
        };
        Deliveries::<T>::insert(ID, &worker, delivery);
        #[extrinsic_call]
        _(RawOrigin::Signed(worker.clone()), ID, field::to_bytes(&Fr::from(9u32)));
        assert!(!Commitments::<T>::contains_key(ID, worker));
        Ok(())
    }

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
    fn remove_task() -> Result<(), BenchmarkError> {
        let (mut task, _) = in_turn::<T>()?;
        let now = Pallet::<T>::now();
        task.open_commitments = 0;
        if let Some(settlement) = &mut task.settlement {
            settlement.finished_at = Some(now);
        }
        Tasks::<T>::insert(ID, task);
        for index in 0..MAX_RANKED {
            let worker: T::AccountId = account("ranked", index, 0);
            let delivery = Delivery {
                ciphertext: as_bytes(&ciphertext(ciphertext_len(&SHAPE))),
                key_commitment: key_commitment(),
                key: None,
                attestation: Attestation::default(),
                at: now,
            };
            Deliveries::<T>::insert(ID, worker, delivery);
        }
        let over = now.saturating_add(T::Retention::get()).saturating_add(One::one());
        frame_system::Pallet::<T>::set_block_number(over);
        let caller: T::AccountId = whitelisted_caller();
        #[extrinsic_call]
        _(RawOrigin::Signed(caller), ID);
        assert!(!Tasks::<T>::contains_key(ID));
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
        stored::<T>(SHAPE)?;
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
