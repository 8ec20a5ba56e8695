//! What a worker does, with real commitments, proofs and ciphertexts.

use super::{
    bytes, field, list,
    models::{self, D2, S3, TINY},
    task::{Block, Task, ENCODING},
    Refused, World,
};
use nocknock_circuits::{fold, reference::score_block, seal};
use nocknock_primitives::{
    circuit::ProofBytes,
    claim::ClaimState,
    ids::{
        BlockIndex, CiphertextHash, CircuitId, FieldBytes, KeyCommitment, ModelCommitment, TaskId,
    },
    limits::CHUNK_ELEMENTS,
    model::{
        block_root,
        recipient::{open_key, seal_key, Scalar},
        sealed::{self, SealedModel},
        Context, ContextDomain, Fr, ModelOwner, RecipientKey, RecipientSecret, SealedKey, Weights,
    },
    phase::Phase,
    puzzle::{Puzzle, RegistrationTerms},
    score::Score,
    task::{Attestation, BlockScore, Chunk, ChunkHashes, LastChunk, ProvedScore, SealedKeyBytes},
};
use nocknock_runtime::{genesis_presets::DIGITS_EXPERIMENT, Rewards, Runtime, Tasks};
use sp_keyring::Sr25519Keyring;

/// A worker with a trained model.
pub(crate) struct Worker {
    /// Its account.
    pub who: Sr25519Keyring,
    /// Its model.
    pub weights: Weights,
    /// What its keys are made from.
    pub seed: u64,
}

impl Worker {
    /// A worker whose keys are its own.
    pub(crate) fn new(who: Sr25519Keyring, weights: Weights) -> Self {
        Self { who, weights, seed: u64::from(bytes(who)[0]) + 1 }
    }

    /// The key that seals its model for a task: another one for each.
    pub(crate) fn key(&self, task: TaskId) -> Fr {
        Fr::from(1_000_000 * (task + 1) + self.seed)
    }

    /// Its model, sealed for a task.
    pub(crate) fn sealed(&self, task: TaskId) -> SealedModel {
        sealed::seal(&TINY, self.key(task), &self.weights).expect("the weights fit")
    }

    /// `h_k` and `q` of its model.
    pub(crate) fn hashes(&self, task: TaskId) -> (KeyCommitment, CiphertextHash) {
        let SealedModel { key, ciphertext } = &self.sealed(task);
        let key = KeyCommitment(field(&sealed::key_hash(*key)));
        (key, CiphertextHash(field(&sealed::ciphertext_hash(&TINY, ciphertext))))
    }

    /// The commitment to its model for a task, the one that the chain computes.
    pub(crate) fn commitment(&self, task: TaskId, bind: Fr) -> ModelCommitment {
        let (key, ciphertext) = self.hashes(task);
        let [key, ciphertext] = [key.0, ciphertext.0].map(|bytes| element(&bytes));
        ModelCommitment(field(&sealed::commitment(&TINY, bind, key, ciphertext)))
    }

    /// The call by which it commits to its model.
    pub(crate) fn commit_call(&self, task: TaskId) -> pallet_tasks::Call<Runtime> {
        let (key, ciphertext) = self.hashes(task);
        pallet_tasks::Call::commit_model { task, key, ciphertext, least: 0 }
    }

    /// The points of its model on a block.
    pub(crate) fn points(&self, block: &Block) -> u32 {
        score_block(&TINY, &self.weights, &block.rows).expect("a safe model").score
    }

    /// A proof of the true score on a block, for a context, of the model that is sealed for a task
    /// and belongs to the owner behind `bind`.
    pub(crate) fn prove(
        &self,
        (context, bind): (Fr, Fr),
        task: TaskId,
        index: BlockIndex,
        block: &Block,
    ) -> ProvedScore {
        let (key, weights) = (self.key(task), self.weights.clone());
        proved(weights, (key, bind), context, index, block)
    }

    /// The chunks of its ciphertext, and their hashes.
    pub(crate) fn chunks(&self, task: TaskId) -> (Vec<Chunk>, ChunkHashes) {
        let ciphertext = self.sealed(task).ciphertext.clone();
        let chunks = ciphertext.chunks(usize::try_from(CHUNK_ELEMENTS).expect("a small number"));
        let numbered = (0..).zip(chunks.clone());
        let hash = |(index, chunk): (u32, &[Fr])| sealed::chunk_hash(&TINY, index, chunk);
        let hashes = numbered.map(|chunk| field(&hash(chunk)));
        (chunks.map(|chunk| list(chunk.iter().map(field))).collect(), list(hashes))
    }

    /// The key of its model, sealed for a recipient, and the proof of that.
    pub(crate) fn seal_key(
        &self,
        task: TaskId,
        context: Fr,
        recipient: &RecipientKey,
    ) -> (SealedKeyBytes, ProofBytes) {
        let (key, number) = (self.key(task), drawn());
        let sealed = seal_key(recipient, context, key, &number);
        let public = seal::Public::new(recipient, context, sealed::key_hash(key), &sealed);
        let private = seal::Private::new(key, &number);
        let proof = D2.prove(&public, &private, |_| ()).expect("the sealing is true");
        (SealedKeyBytes::from(&sealed), ProofBytes(proof.to_bytes()))
    }
}

/// A proof of the true score of a model, sealed with `key` and bound to the owner behind `bind`.
fn proved(
    weights: Weights,
    (key, bind): (Fr, Fr),
    context: Fr,
    index: BlockIndex,
    block: &Block,
) -> ProvedScore {
    let (sums_salt, rows) = (Fr::from(fastrand::u64(..)), block.rows.clone());
    let private = fold::Private { weights, key, bind, sums_salt, block: rows };
    let root = block_root(&TINY, &block.salt, index, &models::wire(&block.rows));
    let public = private.public_inputs(&TINY, context, root).expect("a score");
    let proof = S3.prove(&public, &private, |_| ()).expect("the score is true");
    ProvedScore {
        points: public.score,
        sums: field(&public.sums),
        inputs: field(&public.inputs),
        proof: ProofBytes(proof.to_bytes()),
    }
}

/// A number for a sealing.
fn drawn() -> Scalar {
    Scalar::from_uniform_bytes(std::array::from_fn(|_| fastrand::u8(..)))
}

/// The element of 32 bytes.
pub(crate) fn element(bytes: &FieldBytes) -> Fr {
    nocknock_primitives::model::field::from_bytes(bytes).expect("a field element")
}

/// What ties a proof to one purpose.
pub(crate) fn context(
    domain: ContextDomain,
    genesis_hash: [u8; 32],
    circuit: CircuitId,
    task: TaskId,
    who: Sr25519Keyring,
    block: BlockIndex,
) -> Context {
    Context { domain, genesis_hash, circuit, task, worker: bytes(who), block }
}

/// The registration of an account with this proof, which is bound to the newest seed of these
/// terms, and with the solution of its puzzle.
pub(crate) fn registration_of(
    terms: &RegistrationTerms,
    account: [u8; 32],
    model: ModelCommitment,
    score: ProvedScore,
) -> pallet_rewards::Call<Runtime> {
    let puzzle = Puzzle::of_registration(&terms.seed, &account, &model, &score);
    let nonce = puzzle.solve(terms.bits, 0..).expect("there are enough numbers");
    let (worker, score) = (account.into(), Box::new(score));
    pallet_rewards::Call::register_worker { worker, model, score, seed: terms.newest, nonce }
}

/// A call with scores of the sender's own model and of the champion.
pub(crate) fn submission(
    task: TaskId,
    scores: Vec<BlockScore>,
    champion: Vec<BlockScore>,
) -> pallet_tasks::Call<Runtime> {
    let (scores, champion) = (list(scores), list(champion));
    pallet_tasks::Call::submit_scores { task, scores, champion }
}

/// What everybody can read of a delivered model on the chain.
pub(crate) struct Delivered {
    /// `ctx` of the delivery.
    pub context: Fr,
    /// `h_k`.
    pub key_hash: Fr,
    /// The key, sealed.
    pub key: SealedKey,
    /// The whole ciphertext.
    pub ciphertext: Vec<Fr>,
}

impl Delivered {
    /// What the holder of a secret can read, if it is the recipient's.
    pub(crate) fn open(&self, secret: &RecipientSecret) -> Option<Weights> {
        self.open_with_key(secret).map(|(weights, _)| weights)
    }

    /// The same, and the key of the model.
    fn open_with_key(&self, secret: &RecipientSecret) -> Option<(Weights, Fr)> {
        let key = open_key(secret, self.context, self.key_hash, &self.key).ok()?;
        let opened = sealed::open(&TINY, key, self.key_hash, &self.ciphertext);
        Some((opened.expect("the key belongs to the ciphertext"), key))
    }
}

impl World {
    /// The context of a score of a test block.
    pub(crate) fn score_context(
        &mut self,
        task: TaskId,
        who: Sr25519Keyring,
        block: BlockIndex,
    ) -> Context {
        let genesis = self.genesis_hash();
        let circuit = S3.info().id();
        context(ContextDomain::Score, genesis, circuit, task, who, block)
    }

    /// The context of a delivery.
    pub(crate) fn delivery_context(&mut self, task: TaskId, who: Sr25519Keyring) -> Context {
        let genesis = self.genesis_hash();
        let circuit = D2.info().id();
        context(ContextDomain::Delivery, genesis, circuit, task, who, 0)
    }

    /// What makes a model that of one worker for one task.
    pub(crate) fn bind(&mut self, task: TaskId, who: Sr25519Keyring) -> Fr {
        let owner = ModelOwner {
            genesis_hash: self.genesis_hash(),
            task,
            worker: bytes(who),
            encoding: ENCODING.0,
        };
        owner.to_field()
    }

    /// The call by which `worker` registers in its given round with the proof of its score on the
    /// practice block.
    pub(crate) fn registration(
        &mut self,
        worker: &Worker,
        round: TaskId,
    ) -> pallet_rewards::Call<Runtime> {
        let genesis = self.genesis_hash();
        let circuit = S3.info().id();
        let terms = self.registration_terms();
        let domain = ContextDomain::Registration { seed: terms.seed };
        let context = context(domain, genesis, circuit, round, worker.who, 0).to_field();
        let practice = Block { salt: models::PRACTICE_SALT, rows: models::practice_rows() };
        // The model is for no task, so whose it is does not matter.
        let bind = Fr::from(0u32);
        let score = worker.prove((context, bind), round, 0, &practice);
        registration_of(&terms, bytes(worker.who), worker.commitment(round, bind), score)
    }

    /// What a registration has to name and to solve at present.
    pub(crate) fn registration_terms(&mut self) -> RegistrationTerms {
        self.run(Rewards::registration_terms).expect("the chain draws seeds")
    }

    /// Registers a worker for the first time.
    pub(crate) fn register(&mut self, worker: &Worker) {
        let call = self.registration(worker, 0);
        self.send_bare(call).expect("the worker registers");
    }

    /// The points of a worker's model on the whole test set.
    pub(crate) fn points(&mut self, worker: &Worker, task: &Task) -> u32 {
        let tests = self.tests(task.id).into_iter();
        tests.map(|index| worker.points(&task.blocks[usize::from(index)])).sum()
    }

    /// Commits a worker's model.
    pub(crate) fn commit(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        self.send(worker.who, worker.commit_call(task))
    }

    /// Claims the true score of a worker.
    pub(crate) fn claim(&mut self, worker: &Worker, task: &Task) -> Result<(), Refused> {
        let points = self.points(worker, task);
        self.claim_points(worker.who, task.id, points)
    }

    /// Claims so many points.
    pub(crate) fn claim_points(
        &mut self,
        who: Sr25519Keyring,
        task: TaskId,
        points: u32,
    ) -> Result<(), Refused> {
        self.send(who, pallet_tasks::Call::claim { task, points })
    }

    /// Each of these workers claims its true score. If nobody else is committed, the best of them
    /// are asked for their proofs.
    pub(crate) fn claim_all(&mut self, workers: &[&Worker], task: &Task) {
        for worker in workers {
            self.claim(worker, task).expect("a claim");
        }
    }

    /// What a worker has said about its score.
    pub(crate) fn claim_state(&mut self, who: Sr25519Keyring, task: TaskId) -> ClaimState {
        let commitment = self.run(|| Tasks::commitment(task, who.to_account_id()));
        commitment.expect("a commitment").claim
    }

    /// A proof of a worker's score on one test block.
    pub(crate) fn score(&mut self, worker: &Worker, task: &Task, index: BlockIndex) -> BlockScore {
        let context = self.score_context(task.id, worker.who, index).to_field();
        let bind = self.bind(task.id, worker.who);
        let block = &task.blocks[usize::from(index)];
        BlockScore { block: index, score: worker.prove((context, bind), task.id, index, block) }
    }

    /// Proofs of a worker's scores on all revealed test blocks.
    pub(crate) fn scores(&mut self, worker: &Worker, task: &Task) -> Vec<BlockScore> {
        let tests = self.tests(task.id);
        tests.into_iter().map(|index| self.score(worker, task, index)).collect()
    }

    /// Submits proved scores.
    pub(crate) fn submit(
        &mut self,
        who: Sr25519Keyring,
        task: TaskId,
        scores: Vec<BlockScore>,
    ) -> Result<(), Refused> {
        self.send(who, submission(task, scores, vec![]))
    }

    /// Proofs of the score of the champion on all test blocks of a task, made from what everybody
    /// can read on the chain.
    pub(crate) fn champion_scores(&mut self, task: &Task) -> Vec<BlockScore> {
        let stored = self.run(|| Tasks::task(task.id)).expect("the task exists");
        let reference = stored.reference.expect("the experiment has a champion");
        let who = Sr25519Keyring::from_account_id(&reference.worker).expect("a well-known key");
        let delivered = self.delivered(reference.task, who);
        let (weights, key) =
            delivered.open_with_key(&RecipientSecret::curriculum()).expect("it is everybody's");
        let bind = self.bind(reference.task, who);
        let (genesis, circuit) = (self.genesis_hash(), S3.info().id());
        let prove = |index: BlockIndex| {
            let domain = ContextDomain::Champion;
            let context = context(domain, genesis, circuit, task.id, who, index).to_field();
            let block = &task.blocks[usize::from(index)];
            let score = proved(weights.clone(), (key, bind), context, index, block);
            BlockScore { block: index, score }
        };
        self.tests(task.id).into_iter().map(prove).collect()
    }

    /// Submits proved scores of the champion.
    pub(crate) fn submit_champion(
        &mut self,
        who: Sr25519Keyring,
        task: TaskId,
        scores: Vec<BlockScore>,
    ) -> Result<(), Refused> {
        self.send(who, pallet_tasks::Call::prove_champion { task, scores: list(scores) })
    }

    /// Whether the champion has to be proved in a task.
    fn champion_is_missing(&mut self, task: TaskId) -> bool {
        self.run(|| Tasks::task(task).is_some_and(|task| task.reference_is_open()))
    }

    /// Proves what a worker claims, and the champion if there is one, and says what the worker's
    /// scores add up to. It claims before, unless it has done so: if others are committed as well,
    /// all have to claim before anybody proves.
    pub(crate) fn prove_all(&mut self, worker: &Worker, task: &Task) -> Score {
        if self.claim_state(worker.who, task.id) == ClaimState::Silent {
            self.claim(worker, task).expect("a claim");
        }
        let scores = self.scores(worker, task);
        let rows = |score: &BlockScore| task.blocks[usize::from(score.block)].rows.len();
        let rows: usize = scores.iter().map(rows).sum();
        let points = scores.iter().map(|score| score.score.points).sum();
        self.submit(worker.who, task.id, scores).expect("the scores are proved");
        if self.champion_is_missing(task.id) {
            let champion = self.champion_scores(task);
            self.submit_champion(worker.who, task.id, champion).expect("the champion is proved");
        }
        Score::new(points, u32::try_from(rows).expect("few rows"))
    }

    /// A registered worker without rivals wins a curriculum task. Says which one, and with what
    /// score.
    pub(crate) fn win_curriculum(&mut self, worker: &Worker, seed: u64) -> (TaskId, Score) {
        let task = self.open_curriculum(worker, seed);
        let score = self.prove_all(worker, &task);
        self.deliver_in_turn(worker, task.id);
        (task.id, score)
    }

    /// A curriculum task to which a registered worker has committed, and whose test blocks are
    /// revealed.
    pub(crate) fn open_curriculum(&mut self, worker: &Worker, seed: u64) -> Task {
        let task = self
            .create(Sr25519Keyring::Alice, DIGITS_EXPERIMENT, 0, seed)
            .expect("the custodian creates a task without a token");
        self.open_task(&task);
        self.commit(worker, task.id).expect("a free commitment");
        self.reveal_all(&task);
        task
    }

    /// Waits for the turn of the best worker, which delivers.
    pub(crate) fn deliver_in_turn(&mut self, worker: &Worker, id: TaskId) {
        self.until("the worker's turn", || {
            Tasks::phase(id).is_some_and(|(phase, _)| phase == Phase::Deliver { rank: 0 })
        });
        self.deliver(worker, id).expect("a delivery");
    }

    /// Uploads the ciphertext of a worker's model.
    pub(crate) fn upload(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let (chunks, hashes) = worker.chunks(task);
        self.upload_chunks(worker.who, task, chunks, &hashes)
    }

    fn upload_chunks(
        &mut self,
        who: Sr25519Keyring,
        task: TaskId,
        chunks: Vec<Chunk>,
        hashes: &ChunkHashes,
    ) -> Result<(), Refused> {
        (0..).zip(chunks).try_for_each(|(index, chunk)| {
            let (chunk, hashes) = (Box::new(chunk), Box::new(hashes.clone()));
            self.send(who, pallet_tasks::Call::upload_chunk { task, index, chunk, hashes })
        })
    }

    /// The call by which a worker delivers the key of its model to whom the task says, if all of
    /// the ciphertext is there.
    pub(crate) fn delivery(
        &mut self,
        worker: &Worker,
        task: TaskId,
    ) -> pallet_tasks::Call<Runtime> {
        let stored = self.run(|| Tasks::task(task)).expect("the task exists");
        let recipient =
            RecipientKey::from_bytes(&stored.recipient.0).expect("the chain checked the point");
        self.delivery_to(worker, task, &recipient)
    }

    /// The same for any recipient.
    pub(crate) fn delivery_to(
        &mut self,
        worker: &Worker,
        task: TaskId,
        recipient: &RecipientKey,
    ) -> pallet_tasks::Call<Runtime> {
        let context = self.delivery_context(task, worker.who).to_field();
        let (key, proof) = worker.seal_key(task, context, recipient);
        let (key, proof) = (Box::new(key), Box::new(proof));
        let attestation = Attestation::default();
        pallet_tasks::Call::deliver { task, last: None, key, proof, attestation }
    }

    /// Delivers a worker's model, for which it is paid: the ciphertext, whose last chunk comes with
    /// the key.
    pub(crate) fn deliver(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let (mut chunks, hashes) = worker.chunks(task);
        let chunk = chunks.pop().expect("a ciphertext has a chunk");
        let index = u32::try_from(chunks.len()).expect("few chunks");
        self.upload_chunks(worker.who, task, chunks, &hashes)?;
        let mut call = self.delivery(worker, task);
        if let pallet_tasks::Call::deliver { last, .. } = &mut call {
            *last = Some(Box::new(LastChunk { index, chunk, hashes }));
        }
        self.send(worker.who, call)
    }

    /// Delivers the key of a worker's model, whose ciphertext was uploaded.
    pub(crate) fn deliver_key(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let call = self.delivery(worker, task);
        self.send(worker.who, call)
    }

    /// What everybody can read of a delivered model. Checks that the ciphertext is the committed
    /// one.
    pub(crate) fn delivered(&mut self, task: TaskId, who: Sr25519Keyring) -> Delivered {
        let (context, bind) = (self.delivery_context(task, who).to_field(), self.bind(task, who));
        let account = who.to_account_id();
        let (delivery, chunks) = self.run(|| {
            let delivery = Tasks::delivery(task, account.clone()).expect("a delivery");
            let chunk = |index| Tasks::chunk(task, account.clone(), index).expect("a chunk");
            let chunks: Vec<Chunk> = (0..delivery.chunks).map(chunk).collect();
            (delivery, chunks)
        });
        let ciphertext: Vec<Fr> = chunks.iter().flatten().map(element).collect();
        let [key_hash, hash] = [delivery.key.0, delivery.ciphertext.0].map(|bytes| element(&bytes));
        assert_eq!(sealed::ciphertext_hash(&TINY, &ciphertext), hash);
        let model = sealed::commitment(&TINY, bind, key_hash, hash);
        assert_eq!(field(&model), delivery.model.0);
        let key = SealedKey::try_from(&delivery.sealed.expect("delivered").key);
        let key = key.expect("what was proved is a sealed key");
        Delivered { context, key_hash, key, ciphertext }
    }
}
