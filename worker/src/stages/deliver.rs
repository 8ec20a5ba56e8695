//! Delivery: the sealed key and its proof, the copy outside the chain, the chunks, and the key.

use super::{damaged, StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    notice::Notice,
    plan::{TaskView, Turn},
    policy::{time_until, TIP_SHARE, UPLOAD_SHARE},
    secret::{draw_scalar, Secret},
    state::{CopyFact, SealedFact, StateError},
};
use nocknock_circuits::{
    seal::{Private, Public},
    SealProver,
};
use nocknock_client::{Balance, CircuitRecord};
use nocknock_primitives::{
    circuit::ProofBytes,
    limits::{List, ALL_SHARES},
    model::{
        field,
        recipient::seal_key as seal_for,
        sealed::{chunk_hash, key_hash, CHUNK_ELEMENTS},
        Architecture, ContextDomain, Fr, RecipientKey, SealedKey,
    },
    reward::fraction,
    task::{Attestation, Chunk, ChunkHashes, Funding, LastChunk, SealedKeyBytes},
};
use std::time::Duration;

/// Longest time for the copy outside the chain, however long the turn is.
const UPLOAD_TIME: Duration = Duration::from_secs(30);

/// Seals the key of the model for the recipient of the task, and proves that.
///
/// The circuit is a small one, and whoever does not deliver in its turn loses the stake. So this
/// waits neither for proofs of other tasks nor for the memory that those take.
pub(super) async fn seal_key(step: &StepContext<'_>) -> Result<(), StepError> {
    let chosen = step.journal.chosen()?;
    let record = step.circuit(chosen.delivery_circuit).await?;
    let key = step.committed().await?.fact.key;
    let context = context(step, &record);
    let provers = step.services.provers.clone();
    let seal = move || {
        let prover = provers.delivery(&record)?;
        seal_and_prove(&prover, &chosen.recipient, context, &key)
    };
    let fact = tokio::task::spawn_blocking(seal).await??;
    let saved = step.journal.save_sealed(&fact);
    go_on_without(step, saved, || step.journal.hold_sealed(fact))
}

/// What follows from other files is held in memory if the disk does not take it, say because it is
/// full: the turn passes meanwhile.
fn go_on_without(
    step: &StepContext<'_>,
    saved: Result<(), StateError>,
    hold: impl FnOnce(),
) -> Result<(), StepError> {
    match saved {
        Err(error) if error.may_pass() => {
            hold();
            let text =
                format!("task {}: {error}; the delivery goes on without the file", step.task);
            step.tell(Notice::Warning { text });
            Ok(())
        }
        saved => Ok(saved?),
    }
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
    let r = draw_scalar().map_err(StateError::from)?;
    let sealed = seal_for(recipient, context, key.expose(), &r);
    let public = Public::new(recipient, context, key_hash(key.expose()), &sealed);
    let proof = prover.prove(&public, &Private::new(key.expose(), &r), |_| ());
    let proof = proof.map_err(|error| StepError::Prove(error.to_string()))?;
    Ok(SealedFact { key: SealedKeyBytes::from(&sealed), proof: ProofBytes(proof.to_bytes()) })
}

/// What the chain takes the proof of a sealed key for; nothing if the key is no sealed key at all.
pub(super) fn statement(
    step: &StepContext<'_>,
    record: &CircuitRecord,
    key_hash: Fr,
    key: &SealedKeyBytes,
) -> Result<Option<Public>, StepError> {
    let (recipient, context) = (step.journal.chosen()?.recipient, context(step, record));
    let sealed = SealedKey::try_from(key).ok();
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
    let fact = CopyFact { blob };
    let saved = step.journal.save_copy(&fact);
    go_on_without(step, saved, || step.journal.hold_copy(fact))
}

/// The delivery has a deadline, the copy has none: it gets a part of what is left of the turn.
pub(super) async fn time_to_upload(step: &StepContext<'_>) -> Result<Duration, StepError> {
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
    let (chunk, hashes) = chunk(step, index).await?;
    let (_, turn) = turn(step).await?;
    let last_block = turn.last_block();
    let message = Message::UploadChunk { task: step.task, index, chunk, hashes, last_block };
    Ok(step.services.chain.send(message).await?)
}

/// A chunk of the ciphertext, with the hashes of all.
async fn chunk(step: &StepContext<'_>, index: u32) -> Result<(Chunk, ChunkHashes), StepError> {
    let (chosen, committed) = (step.journal.chosen()?, step.committed().await?);
    let place = usize::try_from(index).unwrap_or(usize::MAX);
    let chunk = committed.ciphertext.chunks(CHUNK_ELEMENTS).nth(place);
    let chunk = chunk.ok_or(StepError::MovedOn("the ciphertext has no such chunk"))?;
    let hashes = chunk_hashes(&chosen.architecture, &committed.ciphertext);
    Ok((List::truncate_from(bytes_of(chunk)), List::truncate_from(bytes_of(&hashes))))
}

/// The view of the best block, and the turn in it.
async fn turn(step: &StepContext<'_>) -> Result<(TaskView, Turn), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let turn = view.turn().ok_or(StepError::MovedOn("the turn to deliver is over"))?;
    Ok((view, turn))
}

/// The hashes of all chunks, in their order.
fn chunk_hashes(architecture: &Architecture, ciphertext: &[Fr]) -> Vec<Fr> {
    let chunks = (0u32..).zip(ciphertext.chunks(CHUNK_ELEMENTS));
    chunks.map(|(index, chunk)| chunk_hash(architecture, index, chunk)).collect()
}

fn bytes_of(elements: &[Fr]) -> Vec<[u8; 32]> {
    elements.iter().map(field::to_bytes).collect()
}

/// Sends the sealed key with what is attested, and with the last chunk, if the chain does not have
/// it.
///
/// Whoever the key is sealed for sees it in the pool of transactions, before it is in a block. No
/// block after the turn can include it, and in a sponsored task a tip brings it into the next ones.
pub(super) async fn deliver(step: &StepContext<'_>) -> Result<(), StepError> {
    let sealed = step.journal.sealed()?;
    let (view, turn) = turn(step).await?;
    tell_if_not_final(step, turn).await?;
    let message = Message::Deliver {
        task: step.task,
        last: last_chunk(step, &view).await?,
        key: Box::new(sealed.key),
        proof: Box::new(sealed.proof),
        attestation: attestation(step)?,
        tip: tip(&view),
        last_block: turn.last_block(),
    };
    match step.services.chain.send(message).await {
        Err(error) if error.is_about_a_proof() => Err(damaged::delivery(step, error).await),
        sent => Ok(sent?),
    }
}

/// The chunk that is missing on the chain.
async fn last_chunk(
    step: &StepContext<'_>,
    view: &TaskView,
) -> Result<Option<Box<LastChunk>>, StepError> {
    let index = view.delivery.as_ref().map_or(0, |delivery| delivery.chunks);
    if index >= step.journal.chosen()?.architecture.chunks() {
        return Ok(None);
    }
    let (chunk, hashes) = chunk(step, index).await?;
    Ok(Some(Box::new(LastChunk { index, chunk, hashes })))
}

/// The plan has waited for finality as long as it could.
async fn tell_if_not_final(step: &StepContext<'_>, turn: Turn) -> Result<(), StepError> {
    let last_final = step.services.chain.view(step.task, Depth::Final).await?;
    if last_final.turn() != Some(turn) {
        let text = format!(
            "task {}: block {}, in which the turn to deliver began, is not final yet, and there is \
             no more time to wait: the key is sent all the same",
            step.task, turn.began
        );
        step.tell(Notice::Warning { text });
    }
    Ok(())
}

/// A part of what is paid for the delivery. In the curriculum there is none: its deliveries are
/// free and go before others, and a tip would end that.
fn tip(view: &TaskView) -> Balance {
    let sponsored = view.task.as_ref().filter(|task| task.funding == Funding::Sponsored);
    let paid = sponsored.and_then(|task| {
        let share = task.next_share(task.settlement.as_ref()?)?;
        Some(fraction(task.terms.reward, share.into(), ALL_SHARES.into()))
    });
    paid.unwrap_or_default() / Balance::from(TIP_SHARE)
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
