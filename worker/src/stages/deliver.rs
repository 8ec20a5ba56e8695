//! Delivery: key, ciphertext and proof, the copy outside the chain, and the key's reveal.

use super::{aside, Errand, StepError};
use crate::{
    chain::{Depth, Message},
    machine,
    notice::Notice,
    plan::Action,
    policy::{time_until, UPLOAD_SHARE},
    secret::Secret,
    state::{DeliveryKey, SealedFact, StateError, UploadFact},
};
use nocknock_circuits::{
    delivery::{Private, Public},
    D1Prover,
};
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
pub(super) fn draw_key(errand: &Errand<'_>) -> Result<(), StepError> {
    let shape = errand.journal.chosen()?.shape;
    let key = Secret::draw().map_err(StateError::from)?;
    let commitment = KeyCommitment(field::to_bytes(&key_hash(&shape, key.expose())));
    Ok(errand.journal.save_key(&DeliveryKey { key, commitment })?)
}

/// Encrypts the model and proves that the ciphertext is the model.
pub(super) async fn seal(errand: &Errand<'_>) -> Result<(), StepError> {
    let shop = errand.shop;
    let circuit = errand.journal.chosen()?.delivery_circuit;
    let record = errand.circuit(circuit).await?;
    let _place = errand.place(&shop.places.proofs).await?;
    machine::need_memory(shop.config.limits.free_memory_mib)?;
    let (context, private) = (context(errand, &record), private(errand)?);
    let provers = shop.provers.clone();
    let seal = move || {
        let prover = provers.delivery(&record)?;
        encrypt_and_prove(&prover, context, &private)
    };
    let fact = tokio::task::spawn_blocking(seal).await??;
    Ok(errand.journal.save_sealed(&fact)?)
}

pub(super) fn context(errand: &Errand<'_>, record: &CircuitRecord) -> Context {
    Context {
        domain: ContextDomain::Delivery,
        genesis_hash: errand.shop.chain.genesis().0,
        circuit: record.info.id(),
        task: errand.task,
        worker: errand.shop.chain.worker().0,
        block: 0,
    }
}

pub(super) fn private(errand: &Errand<'_>) -> Result<Private, StepError> {
    let journal = errand.journal;
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
    let public = Public::of(shape, context, private);
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
pub(super) async fn upload(errand: &Errand<'_>) -> Result<(), StepError> {
    let bytes = errand.journal.sealed()?.ciphertext.concat();
    let longest = time_to_upload(errand).await?;
    let stored = tokio::time::timeout(longest, errand.shop.blobs.put(bytes)).await;
    let blob = match stored {
        Ok(Ok(blob)) => blob,
        Ok(Err(error)) => without_copy(errand, &error.to_string()),
        Err(_) => without_copy(errand, "the store took too long"),
    };
    Ok(errand.journal.save_upload(&UploadFact { blob })?)
}

/// The delivery has a deadline, the copy has none: it gets a part of what is left of the turn.
async fn time_to_upload(errand: &Errand<'_>) -> Result<Duration, StepError> {
    let chain = &errand.shop.chain;
    let clock = chain.clock().await?;
    let view = chain.view(errand.task, Depth::Best).await?;
    let end = view.task.and_then(|task| task.deadline(clock.best));
    let left = time_until(clock, end.unwrap_or(clock.best));
    Ok(UPLOAD_TIME.min(left / UPLOAD_SHARE))
}

fn without_copy<T>(errand: &Errand<'_>, reason: &str) -> Option<T> {
    errand.tell(Notice::Warning {
        text: format!(
            "task {}: the model is delivered on the chain alone, a copy could not be stored: {reason}",
            errand.task
        ),
    });
    None
}

/// Sends the ciphertext with what is attested.
pub(super) async fn deliver(errand: &Errand<'_>) -> Result<(), StepError> {
    let journal = errand.journal;
    let sealed = journal.sealed()?;
    let message = Message::Deliver {
        task: errand.task,
        ciphertext: Box::new(List::truncate_from(sealed.ciphertext)),
        key_commitment: journal.key()?.commitment,
        proof: Box::new(sealed.proof),
        attestation: attestation(errand)?,
    };
    match errand.shop.chain.send(message).await {
        Err(error) if error.is_about_a_proof() => Err(aside::delivery(errand, error).await),
        sent => Ok(sent?),
    }
}

fn attestation(errand: &Errand<'_>) -> Result<Attestation, StepError> {
    let origin = errand.shop.origin;
    Ok(Attestation {
        image: origin.image,
        code: origin.code,
        hyperparameters: Some(errand.journal.model()?.hyperparameters),
        model_blob: errand.journal.upload()?.blob,
    })
}

/// Reveals the key of a delivery that is final.
pub(super) async fn reveal_key(errand: &Errand<'_>) -> Result<(), StepError> {
    await_finality(errand).await?;
    need_turn(errand).await?;
    let message = Message::RevealKey { task: errand.task, key: errand.journal.key()?.key };
    Ok(errand.shop.chain.send(message).await?)
}

/// Finality may have taken longer than the turn. After it the key would be given away for nothing.
async fn need_turn(errand: &Errand<'_>) -> Result<(), StepError> {
    let view = errand.shop.chain.view(errand.task, Depth::Best).await?;
    match errand.shop.next(errand.journal, &view)? {
        Action::RevealKey => Ok(()),
        _ => Err(StepError::MovedOn("the key can no longer be revealed")),
    }
}

/// A run that was killed may have left before its delivery was final. Whoever learns the key of a
/// delivery that the chain drops again has the model for nothing.
async fn await_finality(errand: &Errand<'_>) -> Result<(), StepError> {
    let chain = &errand.shop.chain;
    while chain.view(errand.task, Depth::Final).await?.delivery.is_none() {
        errand.go_on()?;
        let best = chain.view(errand.task, Depth::Best).await?;
        if best.delivery.is_none() {
            return Err(StepError::MovedOn("the delivery is no longer there"));
        }
        chain.wait_for(best.now.saturating_add(1)).await?;
    }
    Ok(())
}
