//! Files that do not hold what they should and follow from others. They are put aside, and the plan
//! makes them again: a proof from model, key and block, the sealed key from the key, the training
//! data from the store, and a model that nothing was committed to from its checkpoint.
//!
//! A proof was verified when it was made, so it is looked at again only if the chain refuses it.

use super::{
    deliver,
    prove::{open_block, revealed_block, Subject},
    StepContext, StepError,
};
use crate::{
    chain::ChainError,
    state::{ProofFact, StateError, Whose},
};
use nocknock_circuits::{
    fold::{self, FoldedScore},
    seal::SealKey,
    OnChain, Proof, Prover,
};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{BlockIndex, FieldBytes},
    model::{field, Claimed, Fr, KnownBlock},
    task::ProvedScore,
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
    own: &[BlockIndex],
    champion: &[BlockIndex],
    refusal: ChainError,
) -> StepError {
    let mut found = refusal.into();
    for (whose, blocks) in [(Whose::Own, own), (Whose::Champion, champion)] {
        let unsound = match unsound_scores(step, whose, blocks).await {
            Ok(unsound) => unsound,
            Err(error) => return error,
        };
        for block in unsound {
            let file = step.journal.proof_file(whose, block);
            found = step.set_damaged_aside(StateError::damaged(&file, UNSOUND).into());
        }
    }
    found
}

async fn unsound_scores(
    step: &StepContext<'_>,
    whose: Whose,
    blocks: &[BlockIndex],
) -> Result<Vec<BlockIndex>, StepError> {
    if blocks.is_empty() {
        return Ok(Vec::new());
    }
    let subject = Subject::of(step, whose).await?;
    let statements = statements(step, &subject, blocks).await?;
    let provers = step.services.provers.clone();
    let check = move || -> Result<Vec<BlockIndex>, StepError> {
        let prover = provers.score(&subject.record)?;
        let mut unsound = statements;
        unsound.retain(|(public, fact)| {
            let public = public.as_ref();
            !public.is_some_and(|public| holds::<FoldedScore>(&prover, public, &fact.score.proof))
        });
        Ok(unsound.iter().map(|(_, fact)| fact.block).collect())
    };
    tokio::task::spawn_blocking(check).await?
}

/// What the chain takes the stored proofs of these blocks for. Nothing for one with bytes that are
/// no field elements.
async fn statements(
    step: &StepContext<'_>,
    subject: &Subject,
    blocks: &[BlockIndex],
) -> Result<Vec<(Option<fold::Public>, ProofFact)>, StepError> {
    let roots = step.services.chain.roots(step.task).await?;
    let commitment = element(&subject.model.0)?;
    let mut statements = Vec::with_capacity(blocks.len());
    for block in blocks {
        let revealed = revealed_block(step, &roots, *block).await?;
        let known = open_block(&subject.architecture, &revealed, *block)?;
        let fact = step.journal.proof(subject.whose, *block)?;
        let context = subject.context(step, *block).to_field();
        statements.push((statement(&known, context, commitment, &fact.score), fact));
    }
    Ok(statements)
}

fn statement(
    known: &KnownBlock<'_>,
    context: Fr,
    commitment: Fr,
    score: &ProvedScore,
) -> Option<fold::Public> {
    let (sums, inputs) = (element(&score.sums).ok()?, element(&score.inputs).ok()?);
    Some(known.inputs(context, commitment, &Claimed { sums, inputs, score: score.points }))
}

fn element(bytes: &FieldBytes) -> Result<Fr, StepError> {
    field::from_bytes(bytes).map_err(|error| StepError::Prove(error.to_string()))
}

/// The chain refused the delivery: puts the sealed key aside if it does not hold. Else the refusal
/// stands.
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
    let record = step.circuit(step.journal.chosen()?.delivery_circuit).await?;
    let key_hash = element(&step.committed().await?.fact.key_commitment.0)?;
    let sealed = step.journal.sealed()?;
    let Some(public) = deliver::statement(step, &record, key_hash, &sealed.key)? else {
        return Ok(false);
    };
    let provers = step.services.provers.clone();
    let check = move || -> Result<bool, StepError> {
        let prover = provers.delivery(&record)?;
        Ok(holds::<SealKey>(&prover, &public, &sealed.proof))
    };
    tokio::task::spawn_blocking(check).await?
}

fn holds<S: OnChain>(prover: &Prover<S>, public: &S::Public, proof: &ProofBytes) -> bool {
    let proof = Proof::<S>::from_bytes(&proof.0);
    proof.is_ok_and(|proof| proof.verify(prover.verifying_key(), public).is_ok())
}
