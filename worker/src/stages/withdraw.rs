//! The withdrawal of a commitment, because its owner asks for it.

use super::{Services, StepContext, StepError};
use crate::{
    chain::{ChainError, Depth, Message},
    plan::TaskView,
    state::{Ending, EndingFact, Journal},
};
use nocknock_primitives::{claim::ClaimState, ids::TaskId, phase::Phase};
use tokio_util::sync::CancellationToken;

/// Why a commitment was not taken back. The journal is as it was, and the worker goes on with it.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// There is no such task.
    #[error("the chain has no task {0}")]
    NoTask(TaskId),
    /// There is no commitment, and none can be on its way.
    #[error("this account has no commitment in task {0}: there is nothing to take back")]
    NoCommitment(TaskId),
    /// The chain gives commitments back in the commit phase, and those that have claimed nothing
    /// once the test blocks are revealed.
    #[error(
        "the commit phase of task {0} is over, and the test blocks are not revealed or a score is \
         claimed, so the commitment stands: go on with `nocknock-worker run`, or the stake may be \
         lost"
    )]
    TooLate(TaskId),
    /// The chain or the journal.
    #[error(transparent)]
    Step(#[from] StepError),
}

/// Takes the account's commitment back, and closes the task's journal if there is one.
///
/// The journal is closed last, when the withdrawal is final: whoever is killed before that finds an
/// open journal, and commits again or withdraws again. Closed first, it would leave a commitment on
/// the chain that nobody proves.
pub async fn withdraw(
    services: &Services,
    task: TaskId,
    journal: Option<&Journal>,
) -> Result<(), WithdrawError> {
    let view = services.chain.view(task, Depth::Best).await;
    let view = view.map_err(StepError::from)?;
    check(task, &view, journal)?;
    match services.chain.send(Message::Withdraw { task, last_block: None }).await {
        Err(error) if !is_not_committed(&error) => Err(StepError::from(error).into()),
        _ => close(services, task, journal, &view),
    }
}

fn check(task: TaskId, view: &TaskView, journal: Option<&Journal>) -> Result<(), WithdrawError> {
    let known = view.task.as_ref().ok_or(WithdrawError::NoTask(task))?;
    if view.commitment.is_none() && !journal.is_some_and(may_have_sent) {
        return Err(WithdrawError::NoCommitment(task));
    }
    let is_silent = view.commitment.is_some_and(|own| own.claim == ClaimState::Silent);
    match known.phase(view.now) {
        Phase::Open => Ok(()),
        Phase::Claim | Phase::Ask | Phase::Prove if is_silent => Ok(()),
        _ => Err(WithdrawError::TooLate(task)),
    }
}

/// A commitment may be on its way to the chain. A journal that cannot be read may have sent one.
fn may_have_sent(journal: &Journal) -> bool {
    match journal.progress() {
        Ok(progress) => progress.commitment.is_some() && progress.ending.is_none(),
        Err(_) => true,
    }
}

/// The chain takes the transactions of an account in their order: if it finds no commitment to give
/// back, none that was sent before is on its way any more.
fn is_not_committed(error: &ChainError) -> bool {
    matches!(error, ChainError::Rejected { error, .. } if error == "NotCommitted")
}

fn close(
    services: &Services,
    task: TaskId,
    journal: Option<&Journal>,
    view: &TaskView,
) -> Result<(), WithdrawError> {
    let Some(journal) = journal else {
        return Ok(());
    };
    let step = StepContext { services, task, journal, stop: &CancellationToken::new() };
    let fact = EndingFact { ending: Ending::Withdrawn, at: view.now, earned: None };
    Ok(step.close(fact)?)
}
