//! What has to be proved to register, and the proof.

use super::RegisterError;
use crate::{
    config::Training,
    secret::Secret,
    stages::{prove_block, BlockTask, Provers},
    state::{CommitmentFact, RegistrationFact},
};
use nocknock_client::{AccountId, CircuitRecord, Hash, Practice};
use nocknock_primitives::{
    ids::{BlockRoot, ModelCommitment},
    model::{field, Architecture, Block, Context, ContextDomain, Fr, KnownBlock, Weights},
    puzzle::RegistrationTerms,
    reward::Round,
    score::Score,
    task::ProvedScore,
};
use nocknock_training::{TrainConfig, TrainError, TrainingSet};

/// A registration, and everything that its proof is about.
#[derive(Clone, Debug)]
pub struct RegistrationJob {
    /// The account that registers.
    pub account: AccountId,
    /// On which chain.
    pub genesis: Hash,
    /// The account's round.
    pub round: Round,
    /// The newest seed of the draw, which the proof is bound to.
    pub terms: RegistrationTerms,
    /// The practice block and what has to be reached.
    pub practice: Practice,
    /// Its circuit.
    pub circuit: CircuitRecord,
}

/// A proof of registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationProof {
    /// What is kept of it.
    pub fact: RegistrationFact,
    /// What the score is of the best one.
    pub reached: Score,
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
        Ok(RegistrationProof { fact: self.fact(fact.model, score), reached })
    }

    /// The proof that was kept, if it is one for this job and the seed is still good.
    pub(super) fn accept(&self, kept: RegistrationFact) -> Option<RegistrationProof> {
        let expected = RegistrationFact {
            seed_number: kept.seed_number,
            seed: kept.seed,
            nonce: kept.nonce,
            ..self.fact(kept.model, kept.score)
        };
        if kept != expected || !kept.is_recent(&self.terms) {
            return None;
        }
        let architecture = self.circuit.info.kind.architecture()?;
        let reached = self.judge(architecture, &kept.score).ok()?;
        Some(RegistrationProof { fact: kept, reached })
    }

    /// What is kept of a proof for this job.
    fn fact(&self, model: ModelCommitment, score: ProvedScore) -> RegistrationFact {
        RegistrationFact {
            account: self.account,
            genesis: self.genesis,
            round: self.round,
            circuit: self.circuit.info.id(),
            root: self.practice.terms.root,
            seed_number: self.terms.newest,
            seed: self.terms.seed,
            model,
            score,
            nonce: None,
        }
    }

    /// The practice block, if it is the one that the chain has the root of.
    pub(super) fn block<'a>(
        &self,
        architecture: &'a Architecture,
    ) -> Result<KnownBlock<'a>, RegisterError> {
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

    pub(super) fn context(&self) -> Context {
        Context {
            domain: ContextDomain::Registration { seed: self.terms.seed },
            genesis_hash: self.genesis.0,
            circuit: self.circuit.info.id(),
            task: self.round,
            worker: self.account.0,
            block: 0,
        }
    }

    pub(super) fn judge(
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
