//! What a worker does, with real commitments, proofs and ciphertexts.

use super::{
    bytes, field, list,
    models::{self, D2, S3, TINY},
    task::{Block, Task, ENCODING},
    Refused, World,
};
use nocknock_circuits::{fold, seal};
use nocknock_primitives::{
    circuit::ProofBytes,
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
    task::{Attestation, BlockScore, Chunk, ChunkHashes, ProvedScore, SealedKeyBytes},
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
        pallet_tasks::Call::commit_model { task, key, ciphertext }
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
        let private = fold::Private {
            weights: self.weights.clone(),
            key: self.key(task),
            bind,
            sums_salt: Fr::from(fastrand::u64(..)),
            block: block.rows.clone(),
        };
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
        let key = open_key(secret, self.context, self.key_hash, &self.key).ok()?;
        let opened = sealed::open(&TINY, key, self.key_hash, &self.ciphertext);
        Some(opened.expect("the key belongs to the ciphertext"))
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

    /// Commits a worker's model.
    pub(crate) fn commit(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        self.send(worker.who, worker.commit_call(task))
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
        let scores = list(scores);
        self.send(who, pallet_tasks::Call::submit_scores { task, scores })
    }

    /// Proves and submits the scores of a worker, and says what they add up to.
    pub(crate) fn prove_all(&mut self, worker: &Worker, task: &Task) -> Score {
        let scores = self.scores(worker, task);
        let rows = |score: &BlockScore| task.blocks[usize::from(score.block)].rows.len();
        let rows: usize = scores.iter().map(rows).sum();
        let points = scores.iter().map(|score| score.score.points).sum();
        self.submit(worker.who, task.id, scores).expect("the scores are proved");
        Score::new(points, u32::try_from(rows).expect("few rows"))
    }

    /// A registered worker without rivals wins a curriculum task. Says which one, and with what
    /// score.
    pub(crate) fn win_curriculum(&mut self, worker: &Worker, seed: u64) -> (TaskId, Score) {
        let task = self
            .create(Sr25519Keyring::Alice, DIGITS_EXPERIMENT, 0, seed)
            .expect("the custodian creates a task without a token");
        self.open_task(&task);
        self.commit(worker, task.id).expect("a free commitment");
        self.reveal_all(&task);
        let score = self.prove_all(worker, &task);
        let id = task.id;
        self.until("the worker's turn", || {
            Tasks::phase(id).is_some_and(|(phase, _)| phase == Phase::Deliver { rank: 0 })
        });
        self.deliver(worker, id).expect("a delivery");
        (id, score)
    }

    /// Uploads the ciphertext of a worker's model.
    pub(crate) fn upload(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let (chunks, hashes) = worker.chunks(task);
        (0..).zip(chunks).try_for_each(|(index, chunk)| {
            let (chunk, hashes) = (Box::new(chunk), Box::new(hashes.clone()));
            self.send(worker.who, pallet_tasks::Call::upload_chunk { task, index, chunk, hashes })
        })
    }

    /// The call by which a worker delivers the key of its model to whom the task says.
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
        pallet_tasks::Call::deliver { task, key, proof, attestation }
    }

    /// Delivers a worker's model, ciphertext and key, for which it is paid.
    pub(crate) fn deliver(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        self.upload(worker, task)?;
        self.deliver_key(worker, task)
    }

    /// Delivers the key of a worker's model.
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
