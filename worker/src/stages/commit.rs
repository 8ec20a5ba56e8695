//! The commitment: the key first, then the chain.

use super::{error::Refusal, StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    policy::{is_still, least_of},
    secret::Secret,
    state::{CommitmentFact, StateError},
};
use nocknock_client::Task;
use nocknock_primitives::model::{Architecture, Fr, Weights};

/// Draws the key, seals the model and brings both to the disk. Nothing is sent here.
pub(super) async fn seal(step: &StepContext<'_>) -> Result<(), StepError> {
    let (chosen, model, bind) = (step.journal.chosen()?, step.journal.model()?, step.bind()?);
    let seal = move || seal_safe(&chosen.architecture, bind, &model.weights);
    let fact = tokio::task::spawn_blocking(seal).await??;
    Ok(step.journal.save_commitment(&fact)?)
}

/// It is the requester who chooses the test data. So nothing is committed to but a model about
/// which something can be proved on whatever data.
fn seal_safe(
    architecture: &Architecture,
    bind: Fr,
    weights: &Weights,
) -> Result<CommitmentFact, StepError> {
    let refused = |error: &dyn std::error::Error| Refusal::Model(error.to_string());
    weights.is_safe(architecture).map_err(|error| refused(&error))?;
    let key = Secret::draw().map_err(StateError::from)?;
    let sealed = CommitmentFact::seal(architecture, bind, key, weights);
    Ok(sealed.map_err(|error| refused(&error))?.0)
}

/// Sends the commitment whose key is on the disk, and with it the stake.
pub(super) async fn commit(step: &StepContext<'_>) -> Result<(), StepError> {
    let least = least_of(&step.services.config, &checked_task(step).await?);
    let fact = step.committed().await?.fact;
    let (task, key, ciphertext) = (step.task, fact.key_commitment, fact.ciphertext);
    let message = Message::Commit { task, key, ciphertext, least };
    Ok(step.services.chain.send(message).await?)
}

/// The stake would be held for whatever task has the number now.
async fn checked_task(step: &StepContext<'_>) -> Result<Task, StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let task = view.task.ok_or(StepError::MovedOn("the task is gone"))?;
    if is_still(&step.journal.chosen()?, &task) {
        Ok(task)
    } else {
        Err(Refusal::OtherTask.into())
    }
}
