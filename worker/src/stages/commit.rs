//! The commitment: salt first, then the chain.

use super::{StepContext, StepError};
use crate::{
    chain::Message,
    secret::Secret,
    state::{CommitmentFact, StateError},
};
use nocknock_primitives::{
    ids::ModelCommitment,
    model::{field, model_commitment},
};

/// Draws the salt and brings it to the disk. Nothing is sent here.
pub(super) fn draw_salt(step: &StepContext<'_>) -> Result<(), StepError> {
    let (chosen, model) = (step.journal.chosen()?, step.journal.model()?);
    let salt = Secret::draw().map_err(StateError::from)?;
    let commitment = model_commitment(&chosen.shape, salt.expose(), &model.weights)
        .map_err(|error| StateError::damaged(&step.journal.folder().join("model.json"), error))?;
    Ok(step.journal.save_commitment(&CommitmentFact {
        model: ModelCommitment(field::to_bytes(&commitment)),
        salt,
    })?)
}

/// Sends the commitment whose salt is on the disk.
pub(super) async fn commit(step: &StepContext<'_>) -> Result<(), StepError> {
    let commitment = step.journal.commitment()?;
    let message = Message::Commit { task: step.task, model: commitment.model };
    Ok(step.services.chain.send(message).await?)
}
