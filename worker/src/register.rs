//! Registration: the first transaction of a newcomer is a proof of useful work.
//!
//! A model is trained on the public practice block, its score is proved for this account, and the
//! proof is sent without a signature and without a fee. Nothing of it has to be kept.

use crate::{
    chain::{asking, may_work, sending, ChainError},
    config::Training,
    perceptron::{self, Samples},
    secret::{RandomnessError, Secret},
    stages::{prove_block, BlockTask, Provers, StepError},
    state::ProofFact,
};
use nocknock_client::{
    calls, AccountId, Call, CircuitRecord, Client, Hash, Practice, QueryError, Wait,
};
use nocknock_primitives::{
    ids::{BlockRoot, ModelCommitment},
    model::{
        block_root, field, layered::architecture::ArchitectureError, model_commitment,
        wire::decode_rows, Context, ContextDomain, Fr, Row, WeightError, Weights,
    },
    reward::Round,
    score::Score,
};
use nocknock_training::{TrainConfig, TrainError};
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
    /// The shape of the practice block is too large.
    #[error("models of the practice block's shape cannot be trained: {0}")]
    Shape(#[from] ArchitectureError),
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
    /// No salt.
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
    pub proof: ProofFact,
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
    let (training, rows) = (training.clone(), job.practice.terms.rows);
    let prove = move || job.train_and_prove(&provers, &training);
    let proved = tokio::task::spawn_blocking(prove).await??;
    let RegistrationProof { model, proof } = proved;
    let call = Call::from(calls::Rewards::register_worker {
        worker: account,
        model,
        score: proof.score,
        proof: Box::new(proof.proof),
    });
    match client.submit_unsigned(&call, Wait::InBlock).await {
        Ok(_) => Ok(Registered::Now(Score::new(proof.score, rows))),
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
        let (block_salt, rows) = self.block()?;
        let weights = self.learn(&rows, training)?;
        let salt = Secret::draw()?;
        let shape = &self.circuit.info.shape;
        let model = model_commitment(shape, salt.expose(), &weights)?;
        let task = BlockTask {
            prover: provers.score(&self.circuit)?,
            context: self.context(),
            weights,
            salt,
            block_salt,
            rows,
        };
        let proof = prove_block(&task, |_| ())?;
        self.judge(&proof)?;
        Ok(RegistrationProof { model: ModelCommitment(field::to_bytes(&model)), proof })
    }

    /// The practice block, if it is the one that the chain has the root of.
    fn block(&self) -> Result<(Fr, Vec<Row>), RegisterError> {
        let shape = &self.circuit.info.shape;
        let block = &self.practice.block;
        let wrong = |error: &dyn std::fmt::Display| RegisterError::WrongBlock(error.to_string());
        let salt = field::from_bytes(&block.salt).map_err(|error| wrong(&error))?;
        let rows = decode_rows(shape, &block.rows).map_err(|error| wrong(&error))?;
        let root = block_root(shape, salt, 0, &rows).map_err(|error| wrong(&error))?;
        if BlockRoot(field::to_bytes(&root)) == self.practice.terms.root {
            Ok((salt, rows))
        } else {
            Err(wrong(&"its root differs"))
        }
    }

    fn learn(&self, rows: &[Row], training: &Training) -> Result<Weights, RegisterError> {
        let real = || rows.iter().filter(|row| row.real);
        let labels = real().filter_map(|row| row.class().and_then(|class| class.try_into().ok()));
        let inputs = real().flat_map(|row| row.inputs.iter().copied()).collect();
        let samples = Samples::new(self.circuit.info.shape, inputs, labels.collect())?;
        let settings = practice_settings(training);
        Ok(perceptron::train(&samples, &settings, training.device, None, &mut ())?.weights)
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

    fn judge(&self, proof: &ProofFact) -> Result<(), RegisterError> {
        let found = Score::new(proof.score, proof.rows);
        let needed = self.practice.terms.min_score;
        if found.at_least(&needed) {
            Ok(())
        } else {
            Err(RegisterError::TooWeak { found, needed })
        }
    }
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
    use nocknock_circuits::score;
    use nocknock_primitives::{limits::List, reward::Practice as Terms, task::RevealedBlock};

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
        let proof = score::Proof::from_bytes(&proved.proof.proof.0).unwrap();
        let verifies = |context: Context| {
            let public = score::Public {
                context: context.to_field(),
                commitment: field::from_bytes(proved.model.as_bytes()).unwrap(),
                block_root: field::from_bytes(job.practice.terms.root.as_bytes()).unwrap(),
                score: proved.proof.score,
                n_real: 32,
            };
            proof.verify(test_services::circuits().score.verifying_key(), &public).is_ok()
        };
        assert!(verifies(job.context()));
        let mut others = [job.context(); 3];
        others[0].task = 4;
        others[1].worker = [9; 32];
        others[2].genesis_hash = [8; 32];
        assert!(!others.into_iter().any(verifies));
    }

    #[test]
    fn a_minimum_that_is_not_reached_is_told_before_anything_is_sent() {
        let proof = ProofFact {
            block: 0,
            score: 31,
            rows: 32,
            proof: nocknock_primitives::circuit::ProofBytes([0; 256]),
        };
        assert!(job(Score::new(31, 32)).judge(&proof).is_ok());
        let weak = job(Score::new(1, 1)).judge(&proof);
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
