//! Files that do not hold what they should and follow from others. They are put aside, and the plan
//! makes them again: a proof from model, salt and block, the ciphertext from model, salt and key,
//! the training data from the store, and a model that nothing was committed to from its checkpoint.
//!
//! A proof was verified when it was made, so it is looked at again only if the chain refuses it.

use super::{deliver, prove, StepContext, StepError};
use crate::{
    chain::ChainError,
    state::{ProofFact, StateError},
};
use nocknock_circuits::{
    delivery::DeliverModel,
    score::{self, ScoreBlock},
    OnChain, Proof, Prover,
};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, FieldBytes},
    model::{field, Fr},
};

/// What is wrong with a file whose proof the chain refused, and this program too.
const UNSOUND: &str = "its proof does not hold";

impl StepContext<'_> {
    /// Puts a damaged file aside if the worker can make it again, and says so.
    pub(super) fn set_damaged_aside(&self, error: StepError) -> StepError {
        match error {
            StepError::State(StateError::Damaged { path, reason })
                if self.journal.is_made_again(&path) =>
            {
                match self.journal.put_aside(&path, &reason) {
                    Ok(()) => StepError::PutAside { path, reason },
                    Err(error) => error.into(),
                }
            }
            other => other,
        }
    }
}

/// The chain refused one of these proofs: puts those aside that do not hold. If all of them do, the
/// refusal stands.
pub(super) async fn scores(
    step: &StepContext<'_>,
    blocks: &[BlockIndex],
    refusal: ChainError,
) -> StepError {
    let unsound = match unsound_scores(step, blocks).await {
        Ok(unsound) => unsound,
        Err(error) => return error,
    };
    unsound.iter().fold(refusal.into(), |_, block| {
        let file = step.journal.proof_file(*block);
        step.set_damaged_aside(StateError::damaged(&file, UNSOUND).into())
    })
}

async fn unsound_scores(
    step: &StepContext<'_>,
    blocks: &[BlockIndex],
) -> Result<Vec<BlockIndex>, StepError> {
    let record = step.circuit(step.journal.chosen()?.score_circuit).await?;
    let statements = statements(step, &record, blocks).await?;
    let provers = step.services.provers.clone();
    let check = move || -> Result<Vec<BlockIndex>, StepError> {
        let prover = provers.score(&record)?;
        let mut unsound = statements;
        unsound.retain(|(public, fact)| !holds::<ScoreBlock>(&prover, public, &fact.proof));
        Ok(unsound.iter().map(|(_, fact)| fact.block).collect())
    };
    tokio::task::spawn_blocking(check).await?
}

/// What the chain takes the stored proofs of these blocks for.
async fn statements(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    blocks: &[BlockIndex],
) -> Result<Vec<(score::Public, ProofFact)>, StepError> {
    let roots = step.services.chain.roots(step.task).await?;
    let commitment = element(&step.journal.commitment()?.model.0)?;
    let mut statements = Vec::with_capacity(blocks.len());
    for block in blocks {
        let root = roots.get(usize::from(*block));
        let root = root.ok_or(StepError::MovedOn("the root of a block is no longer there"))?;
        let fact = step.journal.proof(*block)?;
        let public = score::Public {
            context: prove::context(step, record, *block).to_field(),
            commitment,
            block_root: element(&root.0)?,
            score: fact.score,
            n_real: fact.rows,
        };
        statements.push((public, fact));
    }
    Ok(statements)
}

fn element(bytes: &FieldBytes) -> Result<Fr, StepError> {
    field::from_bytes(bytes).map_err(|error| StepError::Prove(error.to_string()))
}

/// The chain refused the delivery: puts it aside if it does not hold. Else the refusal stands.
pub(super) async fn delivery(step: &StepContext<'_>, refusal: ChainError) -> StepError {
    match is_sound_delivery(step).await {
        Ok(true) => refusal.into(),
        Ok(false) => {
            let file = step.journal.sealed_file();
            step.set_damaged_aside(StateError::damaged(&file, UNSOUND).into())
        }
        Err(error) => error,
    }
}

async fn is_sound_delivery(step: &StepContext<'_>) -> Result<bool, StepError> {
    let circuit = step.journal.chosen()?.delivery_circuit;
    let record = step.circuit(circuit).await?;
    let context = deliver::context(step, &record).to_field();
    let (private, sealed) = (deliver::private(step)?, step.journal.sealed()?);
    let provers = step.services.provers.clone();
    let check = move || -> Result<bool, StepError> {
        let prover = provers.delivery(&record)?;
        let shape = prover.circuit().shape();
        let ciphertext = private.ciphertext(shape, context);
        let is_ours = ciphertext.iter().map(field::to_bytes).eq(sealed.ciphertext);
        let public = private.public_inputs(shape, context);
        Ok(is_ours && holds::<DeliverModel>(&prover, &public, &sealed.proof))
    };
    tokio::task::spawn_blocking(check).await?
}

fn holds<S: OnChain>(prover: &Prover<S>, public: &S::Public, proof: &ProofBytes) -> bool {
    let proof = Proof::<S>::from_bytes(&proof.0);
    proof.is_ok_and(|proof| proof.verify(prover.verifying_key(), public).is_ok())
}
