//! Tasks in every phase, and the honest behaviour of those who take part.

use crate::{mock::*, Chunks, Error, HoldReason};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, ContentHash, FieldBytes, KeyCommitment,
        ModelCommitment, PointBytes, TaskId,
    },
    limits::List,
    model::{
        block_root, field,
        names::named,
        recipient::{seal_key, Scalar},
        sealed::{self, CHUNK_ELEMENTS},
        Architecture, Block, Claimed, ContextDomain, Description, FoldInputs, Fr, Head, KnownBlock,
        Label, ModelOwner, RecipientKey, RecipientSecret, Sample, SealInputs, Weights,
    },
    phase::Phase,
    score::Score,
    task::{
        Attestation, BlockScore, Chunk, ChunkHashes, Periods, ProvedScore, RevealedBlock,
        SealedKeyBytes, Settlement, Split, TaskSpec, Terms,
    },
};
use sp_runtime::DispatchResult;

pub(crate) type Spec = TaskSpec<Balance, u64>;

/// Data blocks of the tasks made here; the first two of them are test blocks if the split is fixed.
pub(crate) const BLOCKS: u16 = 5;
/// Samples of each block. Of the tiny architecture's, two thirds are of class 0.
pub(crate) const SAMPLES: u32 = 30;
/// Where the training data is.
pub(crate) const TRAIN_DATA: BlobId = BlobId([9; 32]);
/// How columns and classes are written as numbers.
pub(crate) const ENCODING: ContentHash = ContentHash([11; 32]);

/// An architecture of the tests with this name.
pub(crate) fn architecture(name: &str) -> Architecture {
    named(name).expect("the architecture has this name")
}

/// An architecture whose ciphertext takes three chunks: two that are full, and two elements.
pub(crate) fn wide() -> Architecture {
    flat(472, 1, wide_head(32), 40)
}

/// A head of classes whose weights and biases have 16 bits, so that an element holds 15 of them.
pub(crate) fn wide_head(classes: u16) -> Head {
    Head::Classes { classes, best: 1, weight_bits: 16, bias_bits: 16, distance_bits: 40 }
}

/// An architecture without a hidden layer.
pub(crate) fn flat(inputs: u16, input_bits: u8, head: Head, samples: u16) -> Architecture {
    let hidden = List::default();
    Architecture::new(Description { inputs, input_bits, hidden, head, samples }).unwrap()
}

/// The salt of a data block.
pub(crate) fn salt(index: BlockIndex) -> [u8; 32] {
    let [low, high] = index.to_le_bytes();
    let mut salt = [0xee; 32];
    (salt[0], salt[1]) = (low, high);
    salt
}

/// The label of a sample. It does not depend on the block.
fn label(head: &Head, number: u32) -> Label {
    match *head {
        Head::Classes { classes: 2, .. } => Label::Class(u8::from(number.is_multiple_of(3))),
        Head::Classes { classes, .. } => {
            let of_ten: [u8; 10] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3];
            let last = u8::try_from(classes - 1).unwrap();
            Label::Class(of_ten[number as usize % of_ten.len()].min(last))
        }
        Head::Labels { labels, .. } => {
            let holds = |label: u16| number.is_multiple_of(u32::from(label) + 2);
            Label::Labels((0..labels).map(holds).collect())
        }
        Head::Number { .. } if number.is_multiple_of(3) => Label::Number(40_000),
        Head::Number { .. } => Label::Number(u16::try_from(number).unwrap()),
    }
}

/// The samples of a data block.
pub(crate) fn block_of(architecture: &Architecture, index: BlockIndex) -> Block {
    let range = 1u32 << architecture.input_bits;
    let sample = |number: u32| {
        let input = u16::try_from((number + u32::from(index)) % range).unwrap();
        let inputs = vec![input; usize::from(architecture.inputs)];
        Sample { inputs, label: label(&architecture.head, number) }
    };
    Block::new(architecture, (0..SAMPLES).map(sample).collect()).unwrap()
}

/// A data block as its requester reveals it.
pub(crate) fn revealed_of(architecture: &Architecture, index: BlockIndex) -> RevealedBlock {
    let wire = block_of(architecture, index).to_wire(architecture);
    RevealedBlock { salt: salt(index), rows: BoundedVec::truncate_from(wire) }
}

/// The same for the tiny architecture.
pub(crate) fn revealed(index: BlockIndex) -> RevealedBlock {
    revealed_of(&tiny(), index)
}

/// The root of a block, be its bytes well formed or not.
pub(crate) fn root_of(
    architecture: &Architecture,
    index: BlockIndex,
    block: &RevealedBlock,
) -> BlockRoot {
    BlockRoot(field::to_bytes(&block_root(architecture, &block.salt, index, &block.rows)))
}

/// Roots of all blocks.
pub(crate) fn roots_of(architecture: &Architecture) -> Vec<BlockRoot> {
    let root = |index| root_of(architecture, index, &revealed_of(architecture, index));
    (0..BLOCKS).map(root).collect()
}

/// Whom keys are sealed for in tasks of Alice's.
pub(crate) fn alices_key() -> RecipientKey {
    RecipientSecret::from_bytes([0xaa; 32]).key()
}

/// A sponsored task for models of this architecture, with two fixed test blocks and ten blocks for
/// each period.
pub(crate) fn spec_of(architecture: &Architecture) -> Spec {
    let periods = Periods { publish: 10, commit: 10, reveal: 10, prove: 10, deliver: 10 };
    TaskSpec {
        terms: Terms {
            score_circuit: score_circuit(architecture),
            delivery_circuit: DELIVERY,
            min_score: Score::new(1, 2),
            min_test_rows: 2 * SAMPLES,
            reward: 10_000,
            shares: BoundedVec::truncate_from(vec![10_000]),
            bond: 300,
            stake: 100,
            periods,
        },
        roots: BoundedVec::truncate_from(roots_of(architecture)),
        split: Split::Fixed {
            test_blocks: BoundedVec::truncate_from(vec![0, 1]),
            train_data: TRAIN_DATA,
        },
        recipient: PointBytes(alices_key().to_bytes()),
        encoding: ENCODING,
    }
}

/// The same for the tiny architecture.
pub(crate) fn spec() -> Spec {
    spec_of(&tiny())
}

/// The same with two test blocks to be drawn.
pub(crate) fn drawn_spec() -> Spec {
    TaskSpec { split: Split::Drawn { test_blocks: 2 }, ..spec() }
}

/// The same as a task of the curriculum.
pub(crate) fn curriculum_spec() -> Spec {
    let mut spec = spec();
    (spec.terms.reward, spec.terms.bond, spec.terms.stake) = (0, 0, 0);
    spec.recipient = PointBytes(RecipientSecret::curriculum().key().to_bytes());
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

/// The key with which a worker encrypts its model here.
pub(crate) fn key_of(worker: &AccountId) -> Fr {
    let bytes: &[u8; 32] = worker.as_ref();
    Fr::from(70_000 + u32::from(bytes[0]))
}

/// The model of a worker, which is none that would win anything.
pub(crate) fn weights_of(architecture: &Architecture, worker: &AccountId) -> Weights {
    let bytes: &[u8; 32] = worker.as_ref();
    let mut weights = Weights::zero(architecture);
    weights.layers[0].weights[0] = i32::from(bytes[0] % 3);
    weights
}

/// A sealed model: what a worker commits to, and the chunks that it uploads.
pub(crate) struct Parcel {
    pub key: KeyCommitment,
    pub ciphertext: CiphertextHash,
    pub chunks: Vec<Chunk>,
    pub hashes: ChunkHashes,
}

/// The model of a worker, sealed.
pub(crate) fn parcel_of(architecture: &Architecture, worker: &AccountId) -> Parcel {
    let (key, weights) = (key_of(worker), weights_of(architecture, worker));
    let sealed = sealed::seal(architecture, key, &weights).unwrap();
    let chunks: Vec<_> = sealed.ciphertext.chunks(CHUNK_ELEMENTS).collect();
    parcel_from(architecture, key, &chunks)
}

/// A parcel of these chunks, be they those of a model or not.
pub(crate) fn parcel_from(architecture: &Architecture, key: Fr, chunks: &[&[Fr]]) -> Parcel {
    let numbered = (0u32..).zip(chunks);
    let hashes: Vec<_> =
        numbered.map(|(index, chunk)| sealed::chunk_hash(architecture, index, chunk)).collect();
    let ciphertext = sealed::join_chunk_hashes(architecture, &hashes);
    Parcel {
        key: KeyCommitment(field::to_bytes(&sealed::key_hash(key))),
        ciphertext: CiphertextHash(field::to_bytes(&ciphertext)),
        chunks: chunks.iter().map(|chunk| List::truncate_from(bytes_of(chunk))).collect(),
        hashes: List::truncate_from(bytes_of(&hashes)),
    }
}

fn bytes_of(elements: &[Fr]) -> Vec<FieldBytes> {
    elements.iter().map(field::to_bytes).collect()
}

/// The model of a worker, sealed for a task that is stored.
pub(crate) fn parcel(id: TaskId, worker: &AccountId) -> Parcel {
    parcel_of(&task(id).architecture, worker)
}

/// `C_W` of these hashes in a task that is stored.
pub(crate) fn model_from(
    id: TaskId,
    worker: &AccountId,
    key: KeyCommitment,
    ciphertext: CiphertextHash,
) -> ModelCommitment {
    let task = task(id);
    let owner = ModelOwner {
        genesis_hash: System::block_hash(0u64).0,
        task: id,
        worker: worker.clone().into(),
        encoding: task.encoding.0,
    };
    let (key, ciphertext) = (element(&key.0), element(&ciphertext.0));
    let model = sealed::commitment(&task.architecture, owner.to_field(), key, ciphertext);
    ModelCommitment(field::to_bytes(&model))
}

/// `C_W` of a worker's model.
pub(crate) fn model_of(id: TaskId, worker: &AccountId) -> ModelCommitment {
    let Parcel { key, ciphertext, .. } = parcel(id, worker);
    model_from(id, worker, key, ciphertext)
}

/// The element that these bytes stand for.
pub(crate) fn element(bytes: &FieldBytes) -> Fr {
    field::from_bytes(bytes).unwrap()
}

/// What stands for the same element if it is reduced: the number plus the order of the field.
pub(crate) fn not_reduced(bytes: &FieldBytes) -> FieldBytes {
    let largest = field::to_bytes(&-Fr::from(1u32));
    let (mut sum, mut carry) = ([0; 32], 1);
    for (place, byte) in sum.iter_mut().enumerate().rev() {
        let total = u16::from(bytes[place]) + u16::from(largest[place]) + carry;
        let [high, low] = total.to_be_bytes();
        (*byte, carry) = (low, high.into());
    }
    sum
}

/// Commits a worker to this model, whosever it is.
pub(crate) fn try_commit(id: TaskId, worker: &AccountId, model: &Parcel) -> DispatchResult {
    Tasks::do_commit_model(worker.clone(), id, model.key, model.ciphertext)
}

/// Commits workers to their models.
pub(crate) fn commit(id: TaskId, workers: &[AccountId]) {
    for worker in workers {
        assert_ok!(try_commit(id, worker, &parcel(id, worker)));
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
        let shown = revealed_of(&task.architecture, test.index);
        assert_ok!(Tasks::do_reveal_block(&task.requester, id, test.index, shown));
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

/// What a proof of a score says. The fields are free, so that a test can prove something else.
pub(crate) struct Statement {
    pub context: Fr,
    pub commitment: Fr,
    pub index: BlockIndex,
    pub block: RevealedBlock,
    pub claimed: Claimed,
}

impl Statement {
    /// That the model of a worker has so many points on a block.
    pub(crate) fn new(id: TaskId, worker: &AccountId, index: BlockIndex, points: u32) -> Self {
        let task = task(id);
        let circuit = task.terms.score_circuit;
        Self {
            context: Tasks::context(ContextDomain::Score, circuit, id, worker, index),
            commitment: element(&model_of(id, worker).0),
            index,
            block: revealed_of(&task.architecture, index),
            claimed: claimed(worker, points),
        }
    }

    /// The public inputs.
    pub(crate) fn inputs(&self, architecture: &Architecture) -> FoldInputs {
        let Self { context, commitment, index, block, claimed } = self;
        let known = KnownBlock::new(architecture, &block.salt, *index, &block.rows).unwrap();
        known.inputs(*context, *commitment, claimed)
    }

    /// The score, submitted for the worker's task with a proof of this.
    pub(crate) fn proved(&self, id: TaskId) -> BlockScore {
        let task = task(id);
        let inputs = self.inputs(&task.architecture);
        let proof = HashVerifier::prove(&task.terms.score_circuit, &inputs.to_bytes().in_order());
        BlockScore { block: self.index, score: submitted(&self.claimed, proof) }
    }
}

/// What a worker claims beside its proof.
fn claimed(worker: &AccountId, points: u32) -> Claimed {
    let key = key_of(worker);
    Claimed { sums: key + Fr::from(1u32), inputs: key + Fr::from(2u32), score: points }
}

/// A claim as it is submitted.
pub(crate) fn submitted(claimed: &Claimed, proof: ProofBytes) -> ProvedScore {
    ProvedScore {
        points: claimed.score,
        sums: field::to_bytes(&claimed.sums),
        inputs: field::to_bytes(&claimed.inputs),
        proof,
    }
}

/// A worker's score with a proof that the verifier accepts.
pub(crate) fn proved(id: TaskId, worker: &AccountId, block: BlockIndex, points: u32) -> BlockScore {
    Statement::new(id, worker, block, points).proved(id)
}

/// Proves this score on each test block.
pub(crate) fn submit(id: TaskId, worker: &AccountId, points: u32) {
    let scores: Vec<_> =
        task(id).tests.iter().map(|test| proved(id, worker, test.index, points)).collect();
    assert_ok!(Tasks::do_submit_scores(worker.clone(), id, &scores));
}

/// Proves 25 points on each of the first two blocks about this model, whosever it is and whatever
/// could be proved about it.
pub(crate) fn submit_as(id: TaskId, worker: &AccountId, model: &Parcel) {
    let commitment = element(&model_from(id, worker, model.key, model.ciphertext).0);
    let scores = [0, 1].map(|block| {
        let statement = Statement { commitment, ..Statement::new(id, worker, block, 25) };
        statement.proved(id)
    });
    assert_ok!(Tasks::do_submit_scores(worker.clone(), id, &scores));
}

/// A settled task of Alice's in which these workers proved these scores on each test block.
pub(crate) fn settled(spec: Spec, scores: &[(AccountId, u32)]) -> TaskId {
    let workers: Vec<_> = scores.iter().map(|(worker, _)| worker.clone()).collect();
    let id = proving(spec, &workers);
    scores.iter().for_each(|(worker, points)| submit(id, worker, *points));
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

/// Uploads a chunk of this model, whosever it is.
pub(crate) fn try_upload(
    id: TaskId,
    worker: &AccountId,
    index: u32,
    model: &Parcel,
) -> DispatchResult {
    let chunk = model.chunks.get(index as usize).cloned().unwrap_or_default();
    Tasks::do_upload_chunk(worker.clone(), id, index, chunk, &model.hashes)
}

/// Bob cannot upload a chunk of this model.
pub(crate) fn refused_chunk(id: TaskId, index: u32, model: &Parcel) {
    assert_noop!(try_upload(id, &bob(), index, model), Error::<Test>::BadChunk);
}

/// Numbers of the chunks that a worker has not uploaded yet.
pub(crate) fn missing_chunks(id: TaskId, worker: &AccountId, model: &Parcel) -> Vec<u32> {
    let chunks = (0u32..).take(model.chunks.len());
    chunks.filter(|index| !Chunks::<Test>::contains_key((id, worker, index))).collect()
}

/// Uploads all chunks that are missing.
pub(crate) fn upload(id: TaskId, worker: &AccountId) {
    let model = parcel(id, worker);
    for index in missing_chunks(id, worker, &model) {
        assert_ok!(try_upload(id, worker, index, &model));
    }
}

/// A sealed key and the proof that it was sealed.
pub(crate) type Handover = (SealedKeyBytes, ProofBytes);

/// A key, sealed by a worker for this recipient.
pub(crate) fn sealed_with(
    id: TaskId,
    worker: &AccountId,
    key: Fr,
    recipient: &RecipientKey,
) -> Handover {
    let context = Tasks::context(ContextDomain::Delivery, DELIVERY, id, worker, 0);
    let sealed = seal_key(recipient, context, key, &Scalar::new(Fr::from(77u32)).unwrap());
    let inputs = SealInputs::new(recipient, context, sealed::key_hash(key), &sealed);
    let proof = HashVerifier::prove(&DELIVERY, &inputs.to_bytes().in_order());
    (SealedKeyBytes::from(&sealed), proof)
}

/// Whom keys are sealed for in a task that is stored.
pub(crate) fn recipient_of(id: TaskId) -> RecipientKey {
    RecipientKey::from_bytes(&task(id).recipient.0).unwrap()
}

/// The key of a worker, sealed honestly.
pub(crate) fn sealed_key(id: TaskId, worker: &AccountId) -> Handover {
    sealed_with(id, worker, key_of(worker), &recipient_of(id))
}

/// Hands a sealed key over.
pub(crate) fn try_deliver(
    id: TaskId,
    worker: &AccountId,
    (key, proof): Handover,
) -> DispatchResult {
    let attestation = Attestation { model_blob: Some(BlobId([8; 32])), ..Default::default() };
    Tasks::do_deliver(worker.clone(), id, key, &proof, attestation)
}

/// Delivers honestly: the chunks that are missing, and the sealed key.
pub(crate) fn deliver(id: TaskId, worker: &AccountId) {
    upload(id, worker);
    assert_ok!(try_deliver(id, worker, sealed_key(id, worker)));
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
