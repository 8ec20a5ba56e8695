//! What a worker does, with real commitments, proofs and ciphertexts.

use super::{
    bytes, field, list,
    models::{self, D1, S1, SHAPE},
    task::Task,
    Refused, World,
};
use nocknock_circuits::{delivery, score};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, CircuitId, FieldBytes, KeyCommitment, ModelCommitment, TaskId},
    model::{model_commitment, Context, ContextDomain, Fr, Weights},
    phase::Phase,
    score::Score,
    task::{Attestation, BlockScore},
};
use nocknock_runtime::{genesis_presets::DIGITS_EXPERIMENT, Runtime, Tasks};
use sp_keyring::Sr25519Keyring;

/// A worker with a trained model.
pub(crate) struct Worker {
    /// Its account.
    pub who: Sr25519Keyring,
    /// Its model.
    pub weights: Weights,
    /// Salt of its commitment.
    pub salt: Fr,
    /// Key of its delivery.
    pub key: Fr,
}

impl Worker {
    /// A worker whose salt and key are its own.
    pub(crate) fn new(who: Sr25519Keyring, weights: Weights) -> Self {
        let own = u64::from(bytes(who)[0]) + 1;
        Self { who, weights, salt: Fr::from(7_000 + own), key: Fr::from(9_000 + own) }
    }

    /// `C_W`.
    pub(crate) fn commitment(&self) -> ModelCommitment {
        let commitment =
            model_commitment(&SHAPE, self.salt, &self.weights).expect("the weights fit");
        ModelCommitment(field(&commitment))
    }

    /// A proof of the true score on a block, for a context.
    pub(crate) fn prove(
        &self,
        context: Fr,
        index: BlockIndex,
        block: &super::task::Block,
    ) -> BlockScore {
        let private = score::Private {
            weights: self.weights.clone(),
            weights_salt: self.salt,
            block_salt: block.salt,
            block_index: index,
            rows: block.rows.clone(),
        };
        let public = private.public_inputs(&SHAPE, context).expect("a score");
        let proof = S1.prove(&public, &private, |_| ()).expect("the score is true");
        BlockScore {
            block: index,
            score: public.score,
            rows: public.n_real,
            proof: ProofBytes(proof.to_bytes()),
        }
    }

    /// Ciphertext, `h_k` and proof of a delivery.
    pub(crate) fn encrypt(&self, context: Fr) -> (Vec<Fr>, KeyCommitment, ProofBytes) {
        let private = delivery::Private::new(&SHAPE, self.key, self.salt, &self.weights)
            .expect("the weights fit");
        let public = private.public_inputs(&SHAPE, context);
        let proof = D1.prove(&public, &private, |_| ()).expect("the delivery is true");
        (
            private.ciphertext(&SHAPE, context),
            KeyCommitment(field(&public.key_hash)),
            ProofBytes(proof.to_bytes()),
        )
    }
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

impl World {
    /// The context of a score of a test block.
    pub(crate) fn score_context(
        &mut self,
        task: TaskId,
        who: Sr25519Keyring,
        block: BlockIndex,
    ) -> Context {
        let genesis = self.genesis_hash();
        let circuit = S1.info().id();
        context(ContextDomain::Score, genesis, circuit, task, who, block)
    }

    /// The context of a delivery.
    pub(crate) fn delivery_context(&mut self, task: TaskId, who: Sr25519Keyring) -> Context {
        let genesis = self.genesis_hash();
        let circuit = D1.info().id();
        context(ContextDomain::Delivery, genesis, circuit, task, who, 0)
    }

    /// The call by which `worker` registers in its given round with the proof of its score on the
    /// practice block.
    pub(crate) fn registration(
        &mut self,
        worker: &Worker,
        round: TaskId,
    ) -> pallet_rewards::Call<Runtime> {
        let genesis = self.genesis_hash();
        let context =
            context(ContextDomain::Registration, genesis, S1.info().id(), round, worker.who, 0);
        let practice =
            super::task::Block { salt: models::practice_salt(), rows: models::practice_rows() };
        let proved = worker.prove(context.to_field(), 0, &practice);
        pallet_rewards::Call::register_worker {
            worker: worker.who.to_account_id(),
            model: worker.commitment(),
            score: proved.score,
            proof: Box::new(proved.proof),
        }
    }

    /// Registers a worker for the first time.
    pub(crate) fn register(&mut self, worker: &Worker) {
        let call = self.registration(worker, 0);
        self.send_bare(call).expect("the worker registers");
    }

    /// Commits a worker's model.
    pub(crate) fn commit(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let model = worker.commitment();
        self.send(worker.who, pallet_tasks::Call::commit_model { task, model })
    }

    /// Proofs of a worker's scores on all revealed test blocks.
    pub(crate) fn scores(&mut self, worker: &Worker, task: &Task) -> Vec<BlockScore> {
        let tests = self.tests(task.id);
        tests
            .into_iter()
            .map(|index| {
                let context = self.score_context(task.id, worker.who, index);
                let block = &task.blocks[usize::from(index)];
                worker.prove(context.to_field(), index, block)
            })
            .collect()
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
        let total = Score::new(
            scores.iter().map(|score| score.score).sum(),
            scores.iter().map(|score| score.rows).sum(),
        );
        self.submit(worker.who, task.id, scores).expect("the scores are proved");
        total
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
        self.reveal_key(worker, id).expect("the payment");
        (id, score)
    }

    /// The call by which a worker delivers its model.
    pub(crate) fn delivery(
        &mut self,
        worker: &Worker,
        task: TaskId,
    ) -> pallet_tasks::Call<Runtime> {
        let context = self.delivery_context(task, worker.who);
        let (ciphertext, key_commitment, proof) = worker.encrypt(context.to_field());
        pallet_tasks::Call::deliver {
            task,
            ciphertext: list(ciphertext.iter().map(field)),
            key_commitment,
            proof: Box::new(proof),
            attestation: Attestation::default(),
        }
    }

    /// Delivers a worker's model.
    pub(crate) fn deliver(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let call = self.delivery(worker, task);
        self.send(worker.who, call)
    }

    /// Reveals a worker's key, for which it is paid.
    pub(crate) fn reveal_key(&mut self, worker: &Worker, task: TaskId) -> Result<(), Refused> {
        let key = field(&worker.key);
        self.send(worker.who, pallet_tasks::Call::reveal_key { task, key })
    }

    /// What the requester of a task can read with the revealed key.
    pub(crate) fn read_model(
        &mut self,
        who: Sr25519Keyring,
        task: TaskId,
        model: ModelCommitment,
    ) -> nocknock_primitives::model::delivery::Opened {
        let context = self.delivery_context(task, who).to_field();
        let delivered = self
            .run(|| Tasks::delivery(task, who.to_account_id()))
            .expect("the model was delivered");
        let element = |bytes: &FieldBytes| {
            nocknock_primitives::model::field::from_bytes(bytes).expect("a field element")
        };
        let key = element(&delivered.key.expect("the key was revealed"));
        let ciphertext: Vec<Fr> = delivered.ciphertext.iter().map(element).collect();
        nocknock_primitives::model::delivery::decrypt(
            &SHAPE,
            key,
            context,
            element(&model.0),
            &ciphertext,
        )
        .expect("the ciphertext opens")
    }
}
