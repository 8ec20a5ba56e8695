//! The champion of an experiment of the curriculum. Everybody may read it: its key is sealed for
//! the recipient whose secret is well known, and its ciphertext is on the chain.

use super::{prove::Subject, StepContext, StepError};
use crate::{
    chain::{DeliveredModel, Depth},
    secret::Secret,
    state::Whose,
};
use nocknock_client::{CircuitRecord, Hash, Reference};
use nocknock_primitives::{
    ids::ModelCommitment,
    model::{
        field, recipient::open_key, sealed, Context, ContextDomain, Fr, ModelOwner,
        RecipientSecret, SealedKey,
    },
};
use std::fmt;

/// The champion that the task names.
pub(super) async fn subject(step: &StepContext<'_>) -> Result<Subject, StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let reference = view.task.and_then(|task| task.reference);
    fetch(step, &reference.ok_or(StepError::MovedOn("the task names no champion"))?).await
}

/// Fetches a champion and opens it.
pub(super) async fn fetch(
    step: &StepContext<'_>,
    reference: &Reference,
) -> Result<Subject, StepError> {
    let chain = &step.services.chain;
    let delivered = chain.delivered(reference.task, &reference.worker).await?;
    let delivered = delivered.ok_or_else(|| unreadable("its ciphertext is not there"))?;
    let record = step.circuit(reference.circuit).await?;
    let (genesis, reference) = (chain.genesis(), reference.clone());
    let open = move || open(genesis, &reference, record, &delivered);
    tokio::task::spawn_blocking(open).await?
}

/// Opens a champion, and checks that it is the one whose score was proved when it was paid for: by
/// its commitment, which the task names. So whatever a node says about the rest, no other model is
/// taken for it.
fn open(
    genesis: Hash,
    reference: &Reference,
    record: CircuitRecord,
    delivered: &DeliveredModel,
) -> Result<Subject, StepError> {
    let architecture = record.info.kind.architecture().cloned();
    let architecture = architecture.ok_or_else(|| unreadable("its circuit is none of scores"))?;
    let delivery = &delivered.delivery;
    let ciphertext = ciphertext(delivered)?;
    let key_hash = field::from_bytes(&delivery.key.0).map_err(unreadable)?;
    let owner = ModelOwner {
        genesis_hash: genesis.0,
        task: reference.task,
        worker: reference.worker.0,
        encoding: delivered.task.encoding.0,
    };
    let bind = owner.to_field();
    let hash = sealed::ciphertext_hash(&architecture, &ciphertext);
    let found = sealed::commitment(&architecture, bind, key_hash, hash);
    if ModelCommitment(field::to_bytes(&found)) != reference.model {
        return Err(unreadable("what was delivered is not what was committed to"));
    }
    let key = key(genesis, reference, delivered, key_hash)?;
    let weights = sealed::open(&architecture, key.expose(), key_hash, &ciphertext);
    Ok(Subject {
        whose: Whose::Champion,
        record,
        weights: weights.map_err(unreadable)?,
        architecture,
        key,
        bind,
        model: reference.model,
        trainer: reference.worker,
    })
}

fn ciphertext(delivered: &DeliveredModel) -> Result<Vec<Fr>, StepError> {
    let elements = delivered.chunks.iter().flatten();
    elements.map(|bytes| field::from_bytes(bytes).map_err(unreadable)).collect()
}

/// The key of the champion, which was sealed in the task in which it was delivered.
fn key(
    genesis: Hash,
    reference: &Reference,
    delivered: &DeliveredModel,
    key_hash: Fr,
) -> Result<Secret, StepError> {
    let context = Context {
        domain: ContextDomain::Delivery,
        genesis_hash: genesis.0,
        circuit: delivered.task.terms.delivery_circuit,
        task: reference.task,
        worker: reference.worker.0,
        block: 0,
    };
    let sealed = delivered.delivery.sealed.ok_or_else(|| unreadable("its key is not there"))?;
    let sealed = SealedKey::try_from(&sealed.key).map_err(unreadable)?;
    let key = open_key(&RecipientSecret::curriculum(), context.to_field(), key_hash, &sealed);
    key.map(Secret::from).map_err(unreadable)
}

fn unreadable(reason: impl fmt::Display) -> StepError {
    StepError::Champion(reason.to_string())
}
