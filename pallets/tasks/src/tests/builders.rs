//! Tasks in every phase, and the honest behaviour of those who take part.

use crate::{mock::*, HoldReason};
use frame_support::{assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlobId, BlockIndex, BlockRoot, FieldBytes, KeyCommitment, ModelCommitment, TaskId},
    model::{
        block_root, ciphertext_hash,
        delivery::ciphertext_len,
        field, key_hash,
        rows::{fill_block, Row},
        shape::TINY_4X3X2,
        wire::encode_rows,
        ContextDomain, DeliveryInputs, Fr, ScoreInputs,
    },
    phase::Phase,
    score::Score,
    task::{
        Attestation, BlockScore, Ciphertext, Periods, RevealedBlock, Settlement, Split, TaskSpec,
        Terms,
    },
};

pub(crate) type Spec = TaskSpec<Balance, u64>;

/// Data blocks of the tasks made here; the first two of them are test blocks if the split is fixed.
pub(crate) const BLOCKS: u16 = 5;
/// Samples of each block; two thirds of them are of class 0.
pub(crate) const SAMPLES: u32 = 30;
/// Where the training data is.
pub(crate) const TRAIN_DATA: BlobId = BlobId([9; 32]);

/// The salt of a data block.
pub(crate) fn salt(index: BlockIndex) -> Fr {
    Fr::from(1000 + u32::from(index))
}

/// The rows of a data block.
pub(crate) fn rows(index: BlockIndex) -> Vec<Row> {
    let sample = |number: u32| {
        let input = u16::try_from((number + u32::from(index)) % 4).unwrap();
        let class = u8::from(number.is_multiple_of(3));
        Row::sample(&TINY_4X3X2, vec![input; 4], class)
    };
    fill_block(&TINY_4X3X2, (0..SAMPLES).map(sample).collect()).unwrap()
}

/// The root of a block with these rows.
pub(crate) fn root_of(index: BlockIndex, rows: &[Row]) -> BlockRoot {
    BlockRoot(field::to_bytes(&block_root(&TINY_4X3X2, salt(index), index, rows).unwrap()))
}

/// A block as its requester reveals it.
pub(crate) fn revealed(index: BlockIndex) -> RevealedBlock {
    let wire = encode_rows(&TINY_4X3X2, &rows(index)).unwrap();
    RevealedBlock { salt: field::to_bytes(&salt(index)), rows: BoundedVec::truncate_from(wire) }
}

/// Roots of all blocks.
pub(crate) fn roots() -> Vec<BlockRoot> {
    (0..BLOCKS).map(|index| root_of(index, &rows(index))).collect()
}

/// A sponsored task with two fixed test blocks, ten blocks for each period.
pub(crate) fn spec() -> Spec {
    let periods = Periods { publish: 10, commit: 10, reveal: 10, prove: 10, deliver: 10 };
    TaskSpec {
        terms: Terms {
            score_circuit: SCORE,
            delivery_circuit: DELIVERY,
            min_score: Score::new(1, 2),
            min_test_rows: 2 * SAMPLES,
            reward: 10_000,
            shares: BoundedVec::truncate_from(vec![10_000]),
            bond: 300,
            stake: 100,
            periods,
        },
        roots: BoundedVec::truncate_from(roots()),
        split: Split::Fixed {
            test_blocks: BoundedVec::truncate_from(vec![0, 1]),
            train_data: TRAIN_DATA,
        },
    }
}

/// The same with two test blocks to be drawn.
pub(crate) fn drawn_spec() -> Spec {
    TaskSpec { split: Split::Drawn { test_blocks: 2 }, ..spec() }
}

/// The same as a task of the curriculum.
pub(crate) fn curriculum_spec() -> Spec {
    let mut spec = spec();
    (spec.terms.reward, spec.terms.bond, spec.terms.stake) = (0, 0, 0);
    spec
}

/// A sponsored task that pays these shares.
pub(crate) fn spec_with_shares(shares: Vec<u16>) -> Spec {
    let mut spec = spec();
    spec.terms.shares = BoundedVec::truncate_from(shares);
    spec
}

/// Creates Alice's task and returns its number.
pub(crate) fn create(spec: Spec) -> TaskId {
    let id = crate::NextTask::<Test>::get();
    assert_ok!(Tasks::do_create_task(alice(), OWN, spec));
    id
}

/// Creates a curriculum task of Carol.
pub(crate) fn create_curriculum() -> TaskId {
    let id = crate::NextTask::<Test>::get();
    assert_ok!(Tasks::do_create_task(carol(), CURRICULUM, curriculum_spec()));
    id
}

/// The commitment that a worker makes in these tests.
pub(crate) fn model_of(worker: &AccountId) -> ModelCommitment {
    let bytes: &[u8; 32] = worker.as_ref();
    ModelCommitment(field::to_bytes(&Fr::from(u32::from(bytes[0]))))
}

/// Commits workers to their models.
pub(crate) fn commit(id: TaskId, workers: &[AccountId]) {
    for worker in workers {
        assert_ok!(Tasks::do_commit_model(worker.clone(), id, model_of(worker)));
    }
}

/// Goes on to the end of the commit phase.
pub(crate) fn end_commits(id: TaskId) {
    go_to(task(id).commit_end().unwrap());
}

/// Reveals every test block of a task that is in the reveal phase.
pub(crate) fn reveal_all(id: TaskId) {
    let task = task(id);
    for test in &task.tests {
        assert_ok!(Tasks::do_reveal_block(&task.requester, id, test.index, revealed(test.index)));
    }
}

/// A task of Alice's in the prove phase with these workers committed.
pub(crate) fn proving(spec: Spec, workers: &[AccountId]) -> TaskId {
    let id = create(spec);
    commit(id, workers);
    end_commits(id);
    reveal_all(id);
    id
}

/// A curriculum task in the prove phase with these workers committed.
pub(crate) fn proving_curriculum(workers: &[AccountId]) -> TaskId {
    let id = create_curriculum();
    commit(id, workers);
    end_commits(id);
    reveal_all(id);
    id
}

/// The public inputs of a worker's score.
pub(crate) fn score_inputs(
    id: TaskId,
    worker: &AccountId,
    block: BlockIndex,
    score: u32,
) -> ScoreInputs<FieldBytes> {
    ScoreInputs {
        context: Tasks::context(ContextDomain::Score, SCORE, id, worker, block),
        commitment: model_of(worker).0,
        block_root: root_of(block, &rows(block)).0,
        score,
        n_real: SAMPLES,
    }
}

/// A worker's score with a proof that the verifier accepts.
pub(crate) fn proved(id: TaskId, worker: &AccountId, block: BlockIndex, score: u32) -> BlockScore {
    let proof = HashVerifier::prove(&SCORE, &score_inputs(id, worker, block, score).in_order());
    BlockScore { block, score, rows: SAMPLES, proof }
}

/// Proves this score on each test block.
pub(crate) fn submit(id: TaskId, worker: &AccountId, score: u32) {
    let scores: Vec<_> =
        task(id).tests.iter().map(|test| proved(id, worker, test.index, score)).collect();
    assert_ok!(Tasks::do_submit_scores(worker.clone(), id, &scores));
}

/// A settled task of Alice's in which these workers proved these scores on each test block.
pub(crate) fn settled(spec: Spec, scores: &[(AccountId, u32)]) -> TaskId {
    let workers: Vec<_> = scores.iter().map(|(worker, _)| worker.clone()).collect();
    let id = proving(spec, &workers);
    scores.iter().for_each(|(worker, score)| submit(id, worker, *score));
    settle(id);
    id
}

/// Settles a task.
pub(crate) fn settle(id: TaskId) {
    assert_ok!(Tasks::do_settle(id));
}

/// The settlement of a settled task.
pub(crate) fn end_of(id: TaskId) -> Settlement<u64> {
    task(id).settlement.expect("the task is settled")
}

/// The key with which a worker encrypts its model here.
pub(crate) fn key_of(worker: &AccountId) -> Fr {
    let bytes: &[u8; 32] = worker.as_ref();
    Fr::from(70_000 + u32::from(bytes[0]))
}

/// What a worker delivers.
pub(crate) struct Parcel {
    pub ciphertext: Ciphertext,
    pub key_commitment: KeyCommitment,
    pub proof: ProofBytes,
}

/// The honest delivery of a worker.
pub(crate) fn parcel(id: TaskId, worker: &AccountId) -> Parcel {
    let elements: Vec<_> = (0..ciphertext_len(&TINY_4X3X2)).map(|i| Fr::from(i as u64)).collect();
    let key_commitment = field::to_bytes(&key_hash(&TINY_4X3X2, key_of(worker)));
    let inputs = DeliveryInputs {
        context: Tasks::context(ContextDomain::Delivery, DELIVERY, id, worker, 0),
        commitment: model_of(worker).0,
        ciphertext_hash: field::to_bytes(&ciphertext_hash(&TINY_4X3X2, &elements)),
        key_hash: key_commitment,
    };
    Parcel {
        ciphertext: BoundedVec::truncate_from(elements.iter().map(field::to_bytes).collect()),
        key_commitment: KeyCommitment(key_commitment),
        proof: HashVerifier::prove(&DELIVERY, &inputs.in_order()),
    }
}

/// Hands a parcel in.
pub(crate) fn try_deliver(
    id: TaskId,
    worker: &AccountId,
    parcel: Parcel,
) -> sp_runtime::DispatchResult {
    let Parcel { ciphertext, key_commitment, proof } = parcel;
    let attestation = Attestation { model_blob: Some(BlobId([8; 32])), ..Default::default() };
    Tasks::do_deliver(worker.clone(), id, ciphertext, key_commitment, &proof, attestation)
}

/// Delivers honestly.
pub(crate) fn deliver(id: TaskId, worker: &AccountId) {
    assert_ok!(try_deliver(id, worker, parcel(id, worker)));
}

/// Reveals the key honestly.
pub(crate) fn reveal_key(id: TaskId, worker: &AccountId) {
    assert_ok!(Tasks::do_reveal_key(worker.clone(), id, field::to_bytes(&key_of(worker))));
}

/// The phase of a task now.
pub(crate) fn phase(id: TaskId) -> Phase {
    task(id).phase(Tasks::now())
}

/// What an account may spend.
pub(crate) fn free(who: &AccountId) -> Balance {
    Balances::free_balance(who)
}

/// What the pallet holds from an account for all reasons together.
pub(crate) fn held(who: &AccountId) -> Balance {
    [HoldReason::Escrow, HoldReason::Bond, HoldReason::Stake]
        .into_iter()
        .map(|reason| Tasks::held(reason, who))
        .sum()
}
