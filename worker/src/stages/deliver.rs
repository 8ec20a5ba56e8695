//! Delivery: key, ciphertext and proof, the copy outside the chain, and the key's reveal.

use super::{damaged, StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    machine,
    notice::Notice,
    plan::Action,
    policy::{time_until, UPLOAD_SHARE},
    secret::Secret,
    state::{DeliveryKey, SealedFact, StateError, UploadFact},
};
use nocknock_circuits::{delivery::Private, D1Prover};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::KeyCommitment,
    limits::List,
    model::{field, key_hash, Context, ContextDomain},
    task::Attestation,
};
use std::time::Duration;

/// Longest time for the copy outside the chain, however long the turn is.
const UPLOAD_TIME: Duration = Duration::from_secs(30);

/// Draws the key and brings it to the disk.
pub(super) fn draw_key(step: &StepContext<'_>) -> Result<(), StepError> {
    let shape = step.journal.chosen()?.shape;
    let key = Secret::draw().map_err(StateError::from)?;
    let commitment = KeyCommitment(field::to_bytes(&key_hash(&shape, key.expose())));
    Ok(step.journal.save_key(&DeliveryKey { key, commitment })?)
}

/// Encrypts the model and proves that the ciphertext is the model.
pub(super) async fn seal(step: &StepContext<'_>) -> Result<(), StepError> {
    let services = step.services;
    let circuit = step.journal.chosen()?.delivery_circuit;
    let record = step.circuit(circuit).await?;
    let _permit = step.permit(&services.permits.proofs).await?;
    machine::need_memory(services.config.limits.free_memory_mib)?;
    let (context, private) = (context(step, &record), private(step)?);
    let provers = services.provers.clone();
    let seal = move || {
        let prover = provers.delivery(&record)?;
        encrypt_and_prove(&prover, context, &private)
    };
    let fact = tokio::task::spawn_blocking(seal).await??;
    Ok(step.journal.save_sealed(&fact)?)
}

pub(super) fn context(step: &StepContext<'_>, record: &CircuitRecord) -> Context {
    Context {
        domain: ContextDomain::Delivery,
        genesis_hash: step.services.chain.genesis().0,
        circuit: record.info.id(),
        task: step.task,
        worker: step.services.chain.worker().0,
        block: 0,
    }
}

pub(super) fn private(step: &StepContext<'_>) -> Result<Private, StepError> {
    let journal = step.journal;
    let (model, key) = (journal.model()?, journal.key()?);
    let salt = journal.commitment()?.salt;
    let shape = journal.chosen()?.shape;
    Private::new(&shape, key.key.expose(), salt.expose(), &model.weights)
        .map_err(|error| StepError::Prove(error.to_string()))
}

fn encrypt_and_prove(
    prover: &D1Prover,
    context: Context,
    private: &Private,
) -> Result<SealedFact, StepError> {
    let (shape, context) = (prover.circuit().shape(), context.to_field());
    let public = private.public_inputs(shape, context);
    let proof = prover.prove(&public, private, |_| ());
    let proof = proof.map_err(|error| StepError::Prove(error.to_string()))?;
    let ciphertext = private.ciphertext(shape, context);
    Ok(SealedFact {
        ciphertext: ciphertext.iter().map(field::to_bytes).collect(),
        proof: ProofBytes(proof.to_bytes()),
    })
}

/// Stores a copy of the ciphertext: the elements, one after the other. The delivery does not depend
/// on it, so one try must do.
pub(super) async fn upload(step: &StepContext<'_>) -> Result<(), StepError> {
    let bytes = step.journal.sealed()?.ciphertext.concat();
    let longest = time_to_upload(step).await?;
    let stored = tokio::time::timeout(longest, step.services.blobs.put(bytes)).await;
    let blob = match stored {
        Ok(Ok(blob)) => blob,
        Ok(Err(error)) => without_copy(step, &error.to_string()),
        Err(_) => without_copy(step, "the store took too long"),
    };
    Ok(step.journal.save_upload(&UploadFact { blob })?)
}

/// The delivery has a deadline, the copy has none: it gets a part of what is left of the turn.
async fn time_to_upload(step: &StepContext<'_>) -> Result<Duration, StepError> {
    let chain = &step.services.chain;
    let clock = chain.clock().await?;
    let view = chain.view(step.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.deadline(clock.best));
    let left = time_until(clock, end.unwrap_or(clock.best));
    Ok(UPLOAD_TIME.min(left / UPLOAD_SHARE))
}

fn without_copy<T>(step: &StepContext<'_>, reason: &str) -> Option<T> {
    step.tell(Notice::Warning {
        text: format!(
            "task {}: the model is delivered on the chain alone, a copy could not be stored: \
             {reason}",
            step.task
        ),
    });
    None
}

/// Sends the ciphertext with what is attested.
pub(super) async fn deliver(step: &StepContext<'_>) -> Result<(), StepError> {
    let journal = step.journal;
    let sealed = journal.sealed()?;
    let message = Message::Deliver {
        task: step.task,
        ciphertext: Box::new(List::truncate_from(sealed.ciphertext)),
        key_commitment: journal.key()?.commitment,
        proof: Box::new(sealed.proof),
        attestation: attestation(step)?,
    };
    match step.services.chain.send(message).await {
        Err(error) if error.is_about_a_proof() => Err(damaged::delivery(step, error).await),
        sent => Ok(sent?),
    }
}

fn attestation(step: &StepContext<'_>) -> Result<Attestation, StepError> {
    let origin = step.services.origin;
    Ok(Attestation {
        image: origin.image,
        code: origin.code,
        hyperparameters: Some(step.journal.model()?.hyperparameters),
        model_blob: step.journal.upload()?.blob,
    })
}

/// Reveals the key of a delivery that is final.
pub(super) async fn reveal_key(step: &StepContext<'_>) -> Result<(), StepError> {
    await_finality(step).await?;
    need_turn(step).await?;
    let message = Message::RevealKey { task: step.task, key: step.journal.key()?.key };
    Ok(step.services.chain.send(message).await?)
}

/// Finality may have taken longer than the turn. After it the key would be given away for nothing.
async fn need_turn(step: &StepContext<'_>) -> Result<(), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    match step.services.next(step.journal, &view)? {
        Action::RevealKey => Ok(()),
        _ => Err(StepError::MovedOn("the key can no longer be revealed")),
    }
}

/// A run that was killed may have left before its delivery was final. Whoever learns the key of a
/// delivery that the chain drops again has the model for nothing.
async fn await_finality(step: &StepContext<'_>) -> Result<(), StepError> {
    let chain = &step.services.chain;
    while chain.view(step.task, Depth::Final).await?.delivery.is_none() {
        step.go_on()?;
        let best = chain.view(step.task, Depth::Best).await?;
        if best.delivery.is_none() {
            return Err(StepError::MovedOn("the delivery is no longer there"));
        }
        chain.wait_for(best.now.saturating_add(1)).await?;
    }
    Ok(())
}
