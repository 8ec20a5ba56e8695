//! Delivery: the sealed key and its proof, the copy outside the chain, the chunks, and the key.

use super::{damaged, StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    machine,
    notice::Notice,
    policy::{time_until, UPLOAD_SHARE},
    secret::{draw_scalar, Secret},
    state::{CopyFact, SealedFact, StateError},
};
use nocknock_circuits::{
    seal::{Private, Public},
    SealProver,
};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::PointBytes,
    limits::List,
    model::{
        field,
        recipient::Point,
        sealed::{chunk_hash, CHUNK_ELEMENTS},
        Architecture, ContextDomain, Fr, RecipientKey, SealedKey,
    },
    task::{Attestation, SealedKeyBytes},
};
use std::time::Duration;

/// Longest time for the copy outside the chain, however long the turn is.
const UPLOAD_TIME: Duration = Duration::from_secs(30);

/// Seals the key of the model for the recipient of the task, and proves that.
pub(super) async fn seal_key(step: &StepContext<'_>) -> Result<(), StepError> {
    let services = step.services;
    let chosen = step.journal.chosen()?;
    let record = step.circuit(chosen.delivery_circuit).await?;
    let key = step.committed().await?.fact.key;
    let context = context(step, &record);
    let _permit = step.permit(&services.permits.proofs).await?;
    machine::need_memory(services.config.limits.free_memory_mib)?;
    let provers = services.provers.clone();
    let seal = move || {
        let prover = provers.delivery(&record)?;
        seal_and_prove(&prover, &chosen.recipient, context, &key)
    };
    let fact = tokio::task::spawn_blocking(seal).await??;
    Ok(step.journal.save_sealed(&fact)?)
}

fn context(step: &StepContext<'_>, record: &CircuitRecord) -> Fr {
    step.context(ContextDomain::Delivery, record.info.id(), 0).to_field()
}

fn seal_and_prove(
    prover: &SealProver,
    recipient: &RecipientKey,
    context: Fr,
    key: &Secret,
) -> Result<SealedFact, StepError> {
    let private = Private::new(key.expose(), &draw_scalar().map_err(StateError::from)?);
    let public = private.public_inputs(recipient, context);
    let public = public.map_err(|error| StepError::Prove(error.to_string()))?;
    let proof = prover.prove(&public, &private, |_| ());
    let proof = proof.map_err(|error| StepError::Prove(error.to_string()))?;
    Ok(SealedFact { key: sealed_key(&public), proof: ProofBytes(proof.to_bytes()) })
}

/// What everybody sees of a sealed key, as the chain takes it.
fn sealed_key(public: &Public) -> SealedKeyBytes {
    let mut ephemeral = [0; 64];
    let halves = ephemeral.chunks_exact_mut(32).zip([public.ephemeral_x, public.ephemeral_y]);
    halves.for_each(|(half, value)| half.copy_from_slice(&field::to_bytes(&value)));
    let masked_key = field::to_bytes(&public.masked_key);
    SealedKeyBytes { ephemeral: PointBytes(ephemeral), masked_key }
}

/// What the chain takes the proof of a sealed key for; nothing if the key is no sealed key at all.
pub(super) fn statement(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    key_hash: Fr,
    key: &SealedKeyBytes,
) -> Result<Option<Public>, StepError> {
    let (recipient, context) = (step.journal.chosen()?.recipient, context(step, record));
    let ephemeral = Point::from_bytes(&key.ephemeral.0).ok();
    let masked_key = field::from_bytes(&key.masked_key).ok();
    let sealed = ephemeral.zip(masked_key);
    let sealed = sealed.map(|(ephemeral, masked_key)| SealedKey { ephemeral, masked_key });
    Ok(sealed.map(|sealed| Public::new(&recipient, context, key_hash, &sealed)))
}

/// Stores a copy of the ciphertext: the elements, one after the other. The delivery does not depend
/// on it, so one try must do.
pub(super) async fn store_copy(step: &StepContext<'_>) -> Result<(), StepError> {
    let bytes = bytes_of(&step.committed().await?.ciphertext).concat();
    let longest = time_to_upload(step).await?;
    let stored = tokio::time::timeout(longest, step.services.blobs.put(bytes)).await;
    let blob = match stored {
        Ok(Ok(blob)) => blob,
        Ok(Err(error)) => without_copy(step, &error.to_string()),
        Err(_) => without_copy(step, "the store took too long"),
    };
    Ok(step.journal.save_copy(&CopyFact { blob })?)
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

/// Uploads one chunk of the ciphertext, which tells nobody anything without the key.
pub(super) async fn upload_chunk(step: &StepContext<'_>, index: u32) -> Result<(), StepError> {
    let (chosen, committed) = (step.journal.chosen()?, step.committed().await?);
    let place = usize::try_from(index).unwrap_or(usize::MAX);
    let chunk = committed.ciphertext.chunks(CHUNK_ELEMENTS).nth(place);
    let chunk = chunk.ok_or(StepError::MovedOn("the ciphertext has no such chunk"))?;
    let hashes = chunk_hashes(&chosen.architecture, &committed.ciphertext);
    let message = Message::UploadChunk {
        task: step.task,
        index,
        chunk: List::truncate_from(bytes_of(chunk)),
        hashes: List::truncate_from(bytes_of(&hashes)),
    };
    Ok(step.services.chain.send(message).await?)
}

/// The hashes of all chunks, in their order.
fn chunk_hashes(architecture: &Architecture, ciphertext: &[Fr]) -> Vec<Fr> {
    let chunks = (0u32..).zip(ciphertext.chunks(CHUNK_ELEMENTS));
    chunks.map(|(index, chunk)| chunk_hash(architecture, index, chunk)).collect()
}

fn bytes_of(elements: &[Fr]) -> Vec<[u8; 32]> {
    elements.iter().map(field::to_bytes).collect()
}

/// Sends the sealed key with what is attested.
pub(super) async fn deliver(step: &StepContext<'_>) -> Result<(), StepError> {
    let sealed = step.journal.sealed()?;
    let message = Message::Deliver {
        task: step.task,
        key: Box::new(sealed.key),
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
        model_blob: step.journal.copy()?.blob,
    })
}
