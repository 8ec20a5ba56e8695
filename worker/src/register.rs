//! Registration: the first transaction of a newcomer is a proof of useful work.
//!
//! A model is trained on the public practice block, its score is proved for this account, and the
//! proof is sent without a signature and without a fee. Nothing of it has to be kept.

use crate::{
    chain::{asking, may_work, sending, ChainError},
    config::Training,
    secret::{RandomnessError, Secret},
    stages::{prove_block, BlockTask, Provers, StepError},
    state::CommitmentFact,
};
use nocknock_client::{
    calls, AccountId, Call, CircuitRecord, Client, Hash, Practice, QueryError, Wait,
};
use nocknock_primitives::{
    ids::{BlockRoot, ModelCommitment},
    model::{
        field, Architecture, Block, Context, ContextDomain, Fr, KnownBlock, WeightError, Weights,
    },
    reward::Round,
    score::Score,
    task::ProvedScore,
};
use nocknock_training::{TrainConfig, TrainError, TrainingSet};
use std::sync::Arc;

/// Why the account was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The chain did not answer or did not accept.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// There is nothing to prove.
    #[error("this chain has no practice block: workers cannot register on it")]
    NoPractice,
    /// The practice block's circuit cannot be used.
    #[error("the circuit of the practice block is not registered or was disabled")]
    NoCircuit,
    /// What the node gives is not a practice block.
    #[error("the node gave a wrong practice block ({0}): ask another node")]
    WrongBlock(String),
    /// The training failed.
    #[error("training on the practice block failed: {0}")]
    Train(#[from] TrainError),
    /// The trained integers do not belong to the shape: a defect of the trainer.
    #[error("the trained weights do not fit their shape ({0}): please report this")]
    Weights(#[from] WeightError),
    /// The model is not good enough.
    #[error("the trained model reaches {found}, but {needed} is required: please report this")]
    TooWeak {
        /// What it reaches.
        found: Score,
        /// What is asked for.
        needed: Score,
    },
    /// The proof failed.
    #[error(transparent)]
    Prove(#[from] StepError),
    /// No key.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
    /// A part of the step panicked.
    #[error("this is a bug in the program, please report it (tokio's {0})")]
    Thread(#[from] tokio::task::JoinError),
}

/// How a registration went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The account was registered before.
    Before,
    /// It is registered now, with this score.
    Now(Score),
}

/// A registration, and everything that its proof is about.
#[derive(Clone, Debug)]
pub struct RegistrationJob {
    /// The account that registers.
    pub account: AccountId,
    /// On which chain.
    pub genesis: Hash,
    /// The account's round.
    pub round: Round,
    /// The practice block and what has to be reached.
    pub practice: Practice,
    /// Its circuit.
    pub circuit: CircuitRecord,
}

/// What is sent to register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationProof {
    /// Commitment to the model.
    pub model: ModelCommitment,
    /// The proved score.
    pub score: ProvedScore,
    /// What it is of the best score.
    pub reached: Score,
}

/// Registers an account, unless it is registered.
pub async fn register(
    client: &Client,
    account: AccountId,
    provers: Arc<Provers>,
    training: &Training,
) -> Result<Registered, RegisterError> {
    let snapshot = client.best().await.map_err(asking)?;
    if may_work(&snapshot, &account).await.map_err(asking)? {
        return Ok(Registered::Before);
    }
    let practice = snapshot.practice().await.map_err(asking)?;
    let practice = practice.ok_or(RegisterError::NoPractice)?;
    let circuit = snapshot.circuit(&practice.terms.circuit).await.map_err(asking)?;
    let job = RegistrationJob {
        account,
        genesis: client.genesis_hash(),
        round: snapshot.registration_round(&account).await.map_err(asking)?,
        practice,
        circuit: circuit.filter(|circuit| circuit.is_usable()).ok_or(RegisterError::NoCircuit)?,
    };
    let training = training.clone();
    let prove = move || job.train_and_prove(&provers, &training);
    let proved = tokio::task::spawn_blocking(prove).await??;
    let RegistrationProof { model, score, reached } = proved;
    let (worker, score) = (account, Box::new(score));
    let call = Call::from(calls::Rewards::register_worker { worker, model, score });
    match client.submit_unsigned(&call, Wait::InBlock).await {
        Ok(_) => Ok(Registered::Now(reached)),
        // A proof that an earlier run sent before it was killed may have been included meanwhile.
        Err(error) => match is_registered(client, &account).await {
            Ok(true) => Ok(Registered::Before),
            _ => Err(sending(error).into()),
        },
    }
}

async fn is_registered(client: &Client, account: &AccountId) -> Result<bool, QueryError> {
    may_work(&client.best().await?, account).await
}

impl RegistrationJob {
    /// Trains and proves. Blocks the thread.
    pub fn train_and_prove(
        &self,
        provers: &Provers,
        training: &Training,
    ) -> Result<RegistrationProof, RegisterError> {
        let architecture = self.circuit.info.kind.architecture();
        let architecture = architecture.ok_or(RegisterError::NoCircuit)?;
        let known = self.block(architecture)?;
        let weights = learn(architecture, known.block(), training)?;
        // Nobody's: the context says whose proof it is, and nothing is delivered.
        let bind = Fr::from(0u8);
        let (fact, _) = CommitmentFact::seal(architecture, bind, Secret::draw()?, &weights)?;
        let task = BlockTask {
            prover: provers.score(&self.circuit)?,
            context: self.context(),
            weights,
            key: fact.key,
            bind,
            block: known.block().clone(),
            root: known.root(),
        };
        let score = prove_block(&task, |_| ())?.score;
        let reached = self.judge(architecture, &score)?;
        Ok(RegistrationProof { model: fact.model, score, reached })
    }

    /// The practice block, if it is the one that the chain has the root of.
    fn block<'a>(&self, architecture: &'a Architecture) -> Result<KnownBlock<'a>, RegisterError> {
        let block = &self.practice.block;
        let wrong = |error: &dyn std::fmt::Display| RegisterError::WrongBlock(error.to_string());
        let known = KnownBlock::new(architecture, &block.salt, 0, &block.rows);
        let known = known.map_err(|error| wrong(&error))?;
        if BlockRoot(field::to_bytes(&known.root())) == self.practice.terms.root {
            Ok(known)
        } else {
            Err(wrong(&"its root differs"))
        }
    }

    fn context(&self) -> Context {
        Context {
            domain: ContextDomain::Registration,
            genesis_hash: self.genesis.0,
            circuit: self.circuit.info.id(),
            task: self.round,
            worker: self.account.0,
            block: 0,
        }
    }

    fn judge(
        &self,
        architecture: &Architecture,
        score: &ProvedScore,
    ) -> Result<Score, RegisterError> {
        let best = architecture.max_score(self.practice.terms.rows);
        let found = Score::new(score.points, u32::try_from(best).unwrap_or(u32::MAX));
        let needed = self.practice.terms.min_score;
        if found.at_least(&needed) {
            Ok(found)
        } else {
            Err(RegisterError::TooWeak { found, needed })
        }
    }
}

fn learn(
    architecture: &Architecture,
    block: &Block,
    training: &Training,
) -> Result<Weights, RegisterError> {
    let samples = TrainingSet::from_samples(architecture, block.samples());
    let samples = samples.map_err(TrainError::from)?;
    let settings = practice_settings(training);
    let trained = nocknock_training::train(&samples, &settings, training.device, None, &mut ())?;
    Ok(trained.weights)
}

/// The practice block is small and hides nothing: it is learned by heart, whatever the settings for
/// real tasks are.
fn practice_settings(training: &Training) -> TrainConfig {
    TrainConfig {
        threads: training.settings.threads,
        validation_share: 0.0,
        patience: None,
        checkpoint_every: None,
        ..TrainConfig::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chain::fake, stages::test_services};
    use nocknock_circuits::fold;
    use nocknock_primitives::{
        circuit::ProofBytes,
        limits::List,
        model::{names::named, Claimed},
        reward::Practice as Terms,
        task::RevealedBlock,
    };

    fn job(min_score: Score) -> RegistrationJob {
        let data = fake::data();
        let block = data.block(0).unwrap();
        let info = test_services::circuits().score.info().clone();
        RegistrationJob {
            account: fake::WORKER,
            genesis: fake::GENESIS,
            round: 3,
            practice: Practice {
                terms: Terms { circuit: info.id(), root: data.roots()[0], rows: 32, min_score },
                block: RevealedBlock {
                    salt: *block.salt().as_bytes(),
                    rows: List::truncate_from(block.rows().to_vec()),
                },
            },
            circuit: fake::record(&info),
        }
    }

    fn cpu() -> Training {
        Training { device: nocknock_training::DeviceChoice::Cpu, ..Training::default() }
    }

    #[test]
    fn the_proof_is_bound_to_account_chain_and_round() {
        let job = job(Score::new(1, 2));
        let proved = job.train_and_prove(&test_services::provers(), &cpu()).unwrap();
        let ProvedScore { points, sums, inputs, proof } = proved.score;
        assert_eq!(proved.reached, Score::new(points, 32));
        let proof = fold::Proof::from_bytes(&proof.0).unwrap();
        let element = |bytes: &[u8; 32]| field::from_bytes(bytes).unwrap();
        let (sums, inputs) = (element(&sums), element(&inputs));
        let model = element(proved.model.as_bytes());
        let architecture = fake::tiny();
        let known = job.block(&architecture).unwrap();
        let verifies = |context: Context| {
            let claimed = Claimed { sums, inputs, score: points };
            let public = known.inputs(context.to_field(), model, &claimed);
            proof.verify(test_services::circuits().score.verifying_key(), &public).is_ok()
        };
        assert!(verifies(job.context()));
        let mut others = [job.context(); 3];
        others[0].task = 4;
        others[1].worker = [9; 32];
        others[2].genesis_hash = [8; 32];
        assert!(!others.into_iter().any(verifies));
    }

    fn scored(points: u32) -> ProvedScore {
        ProvedScore { points, sums: [0; 32], inputs: [0; 32], proof: ProofBytes([0; 256]) }
    }

    #[test]
    fn a_minimum_that_is_not_reached_is_told_before_anything_is_sent() {
        let tiny = fake::tiny();
        let reached = job(Score::new(31, 32)).judge(&tiny, &scored(31));
        assert_eq!(reached.unwrap(), Score::new(31, 32));
        let weak = job(Score::new(1, 1)).judge(&tiny, &scored(31));
        assert!(matches!(weak, Err(RegisterError::TooWeak { .. })));
    }

    #[test]
    fn a_proof_below_the_minimum_is_kept_back() {
        let mut job = job(Score::new(1, 2));
        job.practice.terms.rows = 1000;
        let refused = job.train_and_prove(&test_services::provers(), &cpu());
        assert!(matches!(refused, Err(RegisterError::TooWeak { .. })), "{refused:?}");
    }

    #[test]
    fn a_score_is_a_part_of_what_the_head_can_count() {
        let labels = named("tiny-4x3x3-labels").unwrap();
        let reached = job(Score::new(1, 2)).judge(&labels, &scored(48));
        assert_eq!(reached.unwrap(), Score::new(48, 96));
        let weak = job(Score::new(1, 2)).judge(&labels, &scored(47));
        assert!(matches!(weak, Err(RegisterError::TooWeak { .. })));
    }

    #[test]
    fn a_block_that_is_not_the_chains_is_refused() {
        let mut job = job(Score::new(1, 2));
        job.practice.terms.root = fake::data().roots()[1];
        let refused = job.train_and_prove(&test_services::provers(), &cpu());
        assert!(matches!(refused, Err(RegisterError::WrongBlock(_))));
    }
}
