//! The commitment: salt first, then the chain.

use super::{Errand, StepError};
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
pub(super) fn draw_salt(errand: &Errand<'_>) -> Result<(), StepError> {
    let (chosen, model) = (errand.journal.chosen()?, errand.journal.model()?);
    let salt = Secret::draw().map_err(StateError::from)?;
    let commitment = model_commitment(&chosen.shape, salt.expose(), &model.weights)
        .map_err(|error| StateError::damaged(&errand.journal.folder().join("model.json"), error))?;
    Ok(errand.journal.save_commitment(&CommitmentFact {
        model: ModelCommitment(field::to_bytes(&commitment)),
        salt,
    })?)
}

/// Sends the commitment whose salt is on the disk.
pub(super) async fn commit(errand: &Errand<'_>) -> Result<(), StepError> {
    let commitment = errand.journal.commitment()?;
    let message = Message::Commit { task: errand.task, model: commitment.model };
    Ok(errand.shop.chain.send(message).await?)
}
