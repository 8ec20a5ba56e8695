//! Tasks in every phase, and the honest behaviour of those who take part.

use crate::{mock::*, types::CommitmentOf, Chunks, Commitments, Error, HoldReason, NextSeed};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResultWithPostInfo, BoundedVec};
use nocknock_primitives::{
    circuit::ProofBytes,
    claim::ClaimState,
    experiment::ChampionModel,
    ids::{
        BlobId, BlockIndex, BlockRoot, CiphertextHash, CircuitId, ContentHash, FieldBytes,
        KeyCommitment, ModelCommitment, PointBytes, TaskId,
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
        Attestation, BlockScore, Chunk, ChunkHashes, EqualRows, LastChunk, OtherBlock, Periods,
        ProvedScore, Reference, RevealedBlock, SealedKeyBytes, Settlement, Split, TaskSpec, Terms,
    },
};
use sp_runtime::DispatchResult;

/// What a call says, without its weight.
pub(crate) fn plain(result: DispatchResultWithPostInfo) -> DispatchResult {
    result.map(drop).map_err(|failure| failure.error)
}

pub(crate) type Spec = TaskSpec<Balance, u64>;

/// Data blocks of the tasks made here; the first two of them are test blocks if the split is fixed.
pub(crate) const BLOCKS: u16 = 5;
/// Samples of each block. Of the tiny architecture's, two thirds are of class 0.
pub(crate) const SAMPLES: u32 = 30;
/// Points on each test block that a worker claims unless a test wants something else.
pub(crate) const CLAIM: u32 = 25;
/// How long each phase of the tasks made here may last.
pub(crate) const PERIOD: u64 = 10;
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
    let periods = Periods {
        publish: PERIOD,
        commit: PERIOD,
        reveal: PERIOD,
        claim: PERIOD,
        prove: PERIOD,
        deliver: PERIOD,
    };
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

/// A task of the curriculum for models of this architecture, with two test blocks to be drawn.
pub(crate) fn curriculum_spec_of(architecture: &Architecture) -> Spec {
    let mut spec = spec_of(architecture);
    (spec.terms.reward, spec.terms.bond, spec.terms.stake) = (0, 0, 0);
    spec.recipient = PointBytes(RecipientSecret::curriculum().key().to_bytes());
    spec.split = Split::Drawn { test_blocks: 2 };
    spec
}

/// The same for the tiny architecture.
pub(crate) fn curriculum_spec() -> Spec {
    curriculum_spec_of(&tiny())
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

/// Creates a curriculum task of Carol, which is still to be drawn.
pub(crate) fn create_curriculum_of(spec: Spec) -> TaskId {
    let id = crate::NextTask::<Test>::get();
    assert_ok!(Tasks::do_create_task(carol(), CURRICULUM, spec));
    id
}

/// The same for the tiny architecture.
pub(crate) fn create_curriculum() -> TaskId {
    create_curriculum_of(curriculum_spec())
}

/// Draws a task as soon as its seed is known, and publishes its training data.
pub(crate) fn open(id: TaskId) {
    while NextSeed::<Test>::get() <= task(id).seed {
        go_to(System::block_number() + 1);
    }
    assert_ok!(Tasks::do_draw_split(id));
    assert_ok!(Tasks::do_publish_training_data(&task(id).requester, id, TRAIN_DATA));
}

/// A curriculum task that takes commitments.
pub(crate) fn open_curriculum() -> TaskId {
    let id = create_curriculum();
    open(id);
    id
}

/// The test blocks of a task.
pub(crate) fn tests_of(id: TaskId) -> Vec<BlockIndex> {
    task(id).tests.iter().map(|test| test.index).collect()
}

/// So many accounts that are nobody else's.
pub(crate) fn crowd(count: u32) -> Vec<AccountId> {
    let account = |number: u32| {
        let mut bytes = [7; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        AccountId::new(bytes)
    };
    (0..count).map(account).collect()
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
    try_commit_for(id, worker, model, 0)
}

/// The same for a worker that delivers for at least so much.
pub(crate) fn try_commit_for(
    id: TaskId,
    worker: &AccountId,
    model: &Parcel,
    least: Balance,
) -> DispatchResult {
    let origin = RuntimeOrigin::signed(worker.clone());
    Tasks::commit_model(origin, id, model.key, model.ciphertext, least)
}

/// Commits workers to their models.
pub(crate) fn commit(id: TaskId, workers: &[AccountId]) {
    for worker in workers {
        assert_ok!(try_commit(id, worker, &parcel(id, worker)));
    }
}

/// Commits a worker that delivers for at least so much.
pub(crate) fn commit_for(id: TaskId, worker: &AccountId, least: Balance) {
    assert_ok!(try_commit_for(id, worker, &parcel(id, worker), least));
}

/// The commitment of a worker.
pub(crate) fn commitment(id: TaskId, worker: &AccountId) -> CommitmentOf<Test> {
    Commitments::<Test>::get(id, worker).expect("the worker is committed")
}

/// Withdraws the commitment of a worker.
pub(crate) fn try_withdraw(id: TaskId, worker: &AccountId) -> DispatchResult {
    Tasks::withdraw_commitment(RuntimeOrigin::signed(worker.clone()), id)
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

/// Commits these workers to an open task, and brings it into the claim phase.
pub(crate) fn bring_to_claims(id: TaskId, workers: &[AccountId]) {
    commit(id, workers);
    end_commits(id);
    reveal_all(id);
}

/// A task of Alice's in the claim phase with these workers committed.
pub(crate) fn claiming(spec: Spec, workers: &[AccountId]) -> TaskId {
    let id = create(spec);
    bring_to_claims(id, workers);
    id
}

/// A curriculum task in the claim phase with these workers committed.
pub(crate) fn claiming_curriculum(workers: &[AccountId]) -> TaskId {
    let id = open_curriculum();
    bring_to_claims(id, workers);
    id
}

/// Claims so many points on the whole test set.
pub(crate) fn try_claim(id: TaskId, worker: &AccountId, points: u32) -> DispatchResult {
    plain(Tasks::claim(RuntimeOrigin::signed(worker.clone()), id, points))
}

/// Claims so many points on each test block.
pub(crate) fn claim(id: TaskId, worker: &AccountId, points: u32) {
    assert_ok!(try_claim(id, worker, points * u32::from(task(id).test_blocks)));
}

/// Each of these workers claims so many points on each test block.
pub(crate) fn claim_all(id: TaskId, scores: &[(AccountId, u32)]) {
    scores.iter().for_each(|(worker, points)| claim(id, worker, *points));
}

/// Goes on to the end of the claim phase of a task whose blocks are revealed.
pub(crate) fn end_claims(id: TaskId) {
    go_to(task(id).revealed_at.unwrap() + PERIOD);
}

/// Goes on to the end of the round of proofs that a task is in.
pub(crate) fn end_round(id: TaskId) {
    go_to(task(id).round.unwrap().began + PERIOD);
}

/// Asks the next claims for their proofs. Eve does it, and anybody could.
pub(crate) fn try_ask(id: TaskId) -> DispatchResult {
    Tasks::ask(RuntimeOrigin::signed(eve()), id)
}

/// The same where it is due.
pub(crate) fn ask(id: TaskId) {
    assert_ok!(try_ask(id));
}

/// What a worker has said about its score.
pub(crate) fn claim_of(id: TaskId, worker: &AccountId) -> ClaimState {
    commitment(id, worker).claim
}

/// A task of Alice's in which each of these workers has claimed so many points on each test block.
/// The best of them are asked.
pub(crate) fn proving_with(spec: Spec, scores: &[(AccountId, u32)]) -> TaskId {
    let id = claiming(spec, &workers_of(scores));
    claim_all(id, scores);
    id
}

/// The same for workers that all claim as much.
pub(crate) fn proving(spec: Spec, workers: &[AccountId]) -> TaskId {
    proving_with(spec, &with_usual_claims(workers))
}

/// A curriculum task in which each of these workers has claimed so many points on each test block.
/// The best of them are asked.
pub(crate) fn proving_curriculum_with(scores: &[(AccountId, u32)]) -> TaskId {
    let id = claiming_curriculum(&workers_of(scores));
    claim_all(id, scores);
    id
}

/// The same for workers that all claim as much.
pub(crate) fn proving_curriculum(workers: &[AccountId]) -> TaskId {
    proving_curriculum_with(&with_usual_claims(workers))
}

fn workers_of(scores: &[(AccountId, u32)]) -> Vec<AccountId> {
    scores.iter().map(|(worker, _)| worker.clone()).collect()
}

fn with_usual_claims(workers: &[AccountId]) -> Vec<(AccountId, u32)> {
    workers.iter().map(|worker| (worker.clone(), CLAIM)).collect()
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

    /// That the champion of a task has so many points on a block.
    pub(crate) fn of_champion(id: TaskId, index: BlockIndex, points: u32) -> Self {
        let Reference { worker, model, circuit, .. } = reference(id);
        Self {
            context: Tasks::context(ContextDomain::Champion, circuit, id, &worker, index),
            commitment: element(&model.0),
            ..Self::new(id, &worker, index, points)
        }
    }

    /// The score, submitted for the worker's task with a proof of this.
    pub(crate) fn proved(&self, id: TaskId) -> BlockScore {
        self.proved_under(&task(id).terms.score_circuit)
    }

    /// The same with a proof under this circuit.
    pub(crate) fn proved_under(&self, circuit: &CircuitId) -> BlockScore {
        let inputs = self.inputs(&architecture_of(circuit));
        let proof = HashVerifier::prove(circuit, &inputs.to_bytes().in_order());
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

/// Sends scores of a worker's model, and scores of the champion.
pub(crate) fn try_submit_with(
    id: TaskId,
    worker: &AccountId,
    scores: &[BlockScore],
    champion: &[BlockScore],
) -> DispatchResultWithPostInfo {
    let [scores, champion] = [scores, champion].map(|list| List::truncate_from(list.to_vec()));
    Tasks::submit_scores(RuntimeOrigin::signed(worker.clone()), id, scores, champion)
}

/// Sends scores of a worker's model.
pub(crate) fn try_submit(
    id: TaskId,
    worker: &AccountId,
    scores: &[BlockScore],
) -> DispatchResultWithPostInfo {
    try_submit_with(id, worker, scores, &[])
}

/// This score on each test block, with proofs that the verifier accepts.
pub(crate) fn all_proved(id: TaskId, worker: &AccountId, points: u32) -> Vec<BlockScore> {
    tests_of(id).into_iter().map(|block| proved(id, worker, block, points)).collect()
}

/// Proves this score on each test block.
pub(crate) fn submit(id: TaskId, worker: &AccountId, points: u32) {
    assert_ok!(try_submit(id, worker, &all_proved(id, worker, points)));
}

/// Proves the usual claim on each of the first two blocks about this model, whosever it is and
/// whatever could be proved about it.
pub(crate) fn submit_as(id: TaskId, worker: &AccountId, model: &Parcel) {
    let commitment = element(&model_from(id, worker, model.key, model.ciphertext).0);
    let scores = [0, 1].map(|block| {
        let statement = Statement { commitment, ..Statement::new(id, worker, block, CLAIM) };
        statement.proved(id)
    });
    assert_ok!(try_submit(id, worker, &scores));
}

/// Whoever of these workers is asked proves this score on each test block, round after round.
pub(crate) fn prove_all(id: TaskId, scores: &[(AccountId, u32)]) {
    loop {
        if phase(id) == Phase::Ask {
            ask(id);
        }
        let is_asked = |worker| matches!(claim_of(id, worker), ClaimState::Asked(_));
        let due: Vec<_> = scores.iter().filter(|(worker, _)| is_asked(worker)).collect();
        if due.is_empty() {
            return;
        }
        due.into_iter().for_each(|(worker, points)| submit(id, worker, *points));
    }
}

/// The champion that is judged on the rows of a task.
pub(crate) fn reference(id: TaskId) -> Reference<AccountId> {
    task(id).reference.expect("the task has a champion to be judged by")
}

/// Makes a model of this worker the champion of the curriculum, though no task brought it forth.
pub(crate) fn set_champion(worker: &AccountId, circuit: CircuitId) {
    let champion = ChampionModel {
        version: 1,
        task: 1_000,
        worker: worker.clone(),
        model: ModelCommitment(field::to_bytes(&key_of(worker))),
        circuit,
        score: Score::new(45, 60),
    };
    book(|book| book.champions.push((CURRICULUM, champion)));
}

/// The champion's score on a test block, with a proof that the verifier accepts.
pub(crate) fn champion_proved(id: TaskId, block: BlockIndex, points: u32) -> BlockScore {
    Statement::of_champion(id, block, points).proved_under(&reference(id).circuit)
}

/// The champion's score on each test block, with proofs that the verifier accepts.
pub(crate) fn champion_all_proved(id: TaskId, points: u32) -> Vec<BlockScore> {
    tests_of(id).into_iter().map(|block| champion_proved(id, block, points)).collect()
}

/// Sends scores of the champion. It does not matter who does it.
pub(crate) fn try_prove_champion(
    id: TaskId,
    who: &AccountId,
    scores: &[BlockScore],
) -> DispatchResult {
    let scores = List::truncate_from(scores.to_vec());
    plain(Tasks::prove_champion(RuntimeOrigin::signed(who.clone()), id, scores))
}

/// Carol proves this score of the champion on each test block.
pub(crate) fn prove_champion(id: TaskId, points: u32) {
    assert_ok!(try_prove_champion(id, &carol(), &champion_all_proved(id, points)));
}

/// A settled task of Alice's in which these workers claimed these scores on each test block, and
/// whoever was asked proved them.
pub(crate) fn settled(spec: Spec, scores: &[(AccountId, u32)]) -> TaskId {
    let id = proving_with(spec, scores);
    prove_all(id, scores);
    settle(id);
    id
}

/// The same for a task of the curriculum without a champion.
pub(crate) fn settled_curriculum(scores: &[(AccountId, u32)]) -> TaskId {
    let id = proving_curriculum_with(scores);
    prove_all(id, scores);
    settle(id);
    id
}

/// Tries to settle a task.
pub(crate) fn try_settle(id: TaskId) -> DispatchResult {
    Tasks::settle(RuntimeOrigin::signed(eve()), id)
}

/// Settles a task.
pub(crate) fn settle(id: TaskId) {
    assert_ok!(try_settle(id));
}

/// Tries to close a commitment.
pub(crate) fn try_close(id: TaskId, worker: &AccountId) -> DispatchResult {
    Tasks::close_commitment(RuntimeOrigin::signed(eve()), id, worker.clone())
}

/// Closes a commitment.
pub(crate) fn close(id: TaskId, worker: &AccountId) {
    assert_ok!(try_close(id, worker));
}

/// The first rows of a test block, each beside a row of another block that has the same inputs,
/// whether they may be compared or not. The inputs of a row follow from its number and its block.
pub(crate) fn equal_rows(
    _: TaskId,
    block: BlockIndex,
    other_task: TaskId,
    other_block: BlockIndex,
    rows: u16,
) -> EqualRows {
    let range = 1u16 << tiny().input_bits;
    let place_of_equal = |place: u16| (place + block + range * BLOCKS - other_block) % range;
    let pairs = (0..rows).map(|place| (place, place_of_equal(place))).collect();
    let revealed_other = revealed(other_block);
    let other =
        OtherBlock { task: other_task, block: other_block, past: None, revealed: revealed_other };
    EqualRows { block, revealed: revealed(block), other, pairs: List::truncate_from(pairs) }
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
pub(crate) fn try_deliver(id: TaskId, worker: &AccountId, key: Handover) -> DispatchResult {
    try_deliver_with(id, worker, None, key)
}

/// Hands a sealed key over, and the last chunk with it.
pub(crate) fn try_deliver_with(
    id: TaskId,
    worker: &AccountId,
    last: Option<LastChunk>,
    (key, proof): Handover,
) -> DispatchResult {
    let attestation = Attestation { model_blob: Some(BlobId([8; 32])), ..Default::default() };
    let origin = RuntimeOrigin::signed(worker.clone());
    let (key, proof) = (Box::new(key), Box::new(proof));
    Tasks::deliver(origin, id, last.map(Box::new), key, proof, attestation)
}

/// A chunk of this model, as it comes with the key.
pub(crate) fn last_chunk(model: &Parcel, index: u32) -> LastChunk {
    let chunk = model.chunks[index as usize].clone();
    LastChunk { index, chunk, hashes: model.hashes.clone() }
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
    [HoldReason::Escrow, HoldReason::Bond, HoldReason::Stake, HoldReason::Record]
        .into_iter()
        .map(|reason| Tasks::held(reason, who))
        .sum()
}
