//! What is said to the chain about the score, and the calls that let a task go on.

use super::{StepContext, StepError};
use crate::{
    chain::{Depth, Message},
    notice::Notice,
    plan::{Concession, TaskView},
    state::ClaimStage,
};
use nocknock_client::BlockNumber;
use nocknock_primitives::{phase::Phase, task::Funding};

/// Claims so many points. That a claim may be on the chain is noted before it is sent.
pub(super) async fn claim(step: &StepContext<'_>, points: u32) -> Result<(), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let last_block = last_of_claims(&view)?;
    step.journal.save_claim(ClaimStage::Claimed)?;
    let message = Message::Claim { task: step.task, points, last_block };
    Ok(step.services.chain.send(message).await?)
}

/// Takes the commitment back, and with it the stake. In the curriculum that is free in the claim
/// phase alone.
pub(super) async fn concede(step: &StepContext<'_>, why: Concession) -> Result<(), StepError> {
    let view = step.services.chain.view(step.task, Depth::Best).await?;
    let last_block = match view.task.as_ref().map(|task| task.funding) {
        Some(Funding::Curriculum) => Some(last_of_claims(&view)?),
        _ => None,
    };
    step.tell(Notice::Conceded { task: step.task, reason: why.to_string() });
    let message = Message::Withdraw { task: step.task, last_block };
    Ok(step.services.chain.send(message).await?)
}

/// The last block of the claim phase, if that is not over.
fn last_of_claims(view: &TaskView) -> Result<BlockNumber, StepError> {
    let claiming = view.task.as_ref().filter(|task| task.phase(view.now) == Phase::Claim);
    let end = claiming.and_then(|task| task.deadline(view.now));
    let end = end.ok_or(StepError::MovedOn("the claim phase is over"))?;
    Ok(end.saturating_sub(1))
}

/// Makes the chain ask the best claims for their proofs.
pub(super) async fn ask(step: &StepContext<'_>) -> Result<(), StepError> {
    Ok(step.services.chain.send(Message::Ask { task: step.task }).await?)
}

/// Settles the task.
pub(super) async fn settle(step: &StepContext<'_>) -> Result<(), StepError> {
    Ok(step.services.chain.send(Message::Settle { task: step.task }).await?)
}
