//! The end of a registration, because its owner asks for it.

use crate::{
    chain::{asking, sending, Chain, ChainError, NodeChain},
    recognise::{RecogniseError, Recogniser},
    state::{Owner, StateDir, StateError},
};
use nocknock_client::{calls, AccountId, Wait};
use nocknock_primitives::{
    ids::TaskId,
    reward::{Registration, Standing},
};

/// Why a registration was not ended.
#[derive(Debug, thiserror::Error)]
pub enum UnregisterError {
    /// The chain did not answer or did not accept.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The state directory cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The chain is not the one that the state directory is about, or cannot be told yet.
    #[error(transparent)]
    Recognise(#[from] RecogniseError),
    /// There is nothing to end.
    #[error("{0} is not registered: there is no registration to end")]
    NotRegistered(AccountId),
    /// The state directory has tasks that are not over.
    #[error(
        "not over yet: {}; without a registration the account cannot commit in tasks of the \
         curriculum, and pays fees for the proofs and the delivery that it owes there. \
         `nocknock-worker run` takes these tasks to their end, and `nocknock-worker submit TASK \
         --withdraw` takes a commitment back while the commit phase lasts, or later as long as no \
         score is claimed",
        named(.0)
    )]
    OpenTasks(Vec<TaskId>),
}

fn named(tasks: &[TaskId]) -> String {
    let names: Vec<String> = tasks.iter().map(|task| format!("task {task}")).collect();
    names.join(", ")
}

/// Ends the account's registration, unless a task of its state directory is open. Returns when that
/// is final.
///
/// The directory is locked, so no task is begun meanwhile.
pub async fn unregister(chain: &NodeChain, state: &StateDir) -> Result<(), UnregisterError> {
    let owner = Owner { account: chain.worker(), genesis: chain.genesis() };
    StateDir::check_owner(state.folder(), &owner)?;
    Recogniser::of(state)?.check(chain, state).await?;
    let snapshot = chain.client().best().await.map_err(asking)?;
    let registration = snapshot.worker(&owner.account).await.map_err(asking)?;
    check(&owner.account, registration, open_tasks(state)?)?;
    let call = calls::Rewards::unregister.into();
    let sent = chain.client().submit(chain.keys(), &call, Wait::Finalised);
    sent.await.map_err(sending)?;
    Ok(())
}

/// The chain ends a registration that is suspended or has expired too.
fn check(
    account: &AccountId,
    registration: Option<Registration>,
    open: Vec<TaskId>,
) -> Result<(), UnregisterError> {
    if registration.is_none_or(|found| found.standing == Standing::Left) {
        return Err(UnregisterError::NotRegistered(*account));
    }
    if open.is_empty() {
        Ok(())
    } else {
        Err(UnregisterError::OpenTasks(open))
    }
}

/// Tasks without an ending. A journal that cannot be read may be one of an open task.
fn open_tasks(state: &StateDir) -> Result<Vec<TaskId>, StateError> {
    let tasks = StateDir::peek(state.folder())?.into_iter();
    let open = tasks
        .filter(|(_, progress)| !matches!(progress, Ok(progress) if progress.ending.is_some()));
    Ok(open.map(|(task, _)| task).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::fake,
        state::{Chosen, Ending, EndingFact},
    };
    use nocknock_primitives::ids::{BlobId, CircuitId, ContentHash};

    fn registration(standing: Standing) -> Option<Registration> {
        Some(Registration { standing, next_round: 1, expires: 5, known: false })
    }

    fn chosen(task: TaskId) -> Chosen {
        Chosen {
            task,
            experiment: 1,
            architecture: fake::tiny(),
            encoding: ContentHash([4; 32]),
            recipient: fake::recipient().key(),
            score_circuit: CircuitId([1; 32]),
            score_rows: 5000,
            delivery_circuit: CircuitId([2; 32]),
            train_data: BlobId([3; 32]),
            stake: 0,
            reward: 0,
            at: 9,
            test_blocks: 4,
            curriculum: true,
            prove_period: 20,
        }
    }

    #[test]
    fn an_account_without_a_registration_has_none_to_end() {
        for none in [None, registration(Standing::Left)] {
            let refused = check(&fake::WORKER, none, Vec::new()).unwrap_err();
            assert!(matches!(refused, UnregisterError::NotRegistered(_)));
            assert!(refused.to_string().contains("is not registered"));
        }
    }

    #[test]
    fn whoever_is_suspended_may_leave_too() {
        for standing in [Standing::Active, Standing::Suspended(3)] {
            assert!(check(&fake::WORKER, registration(standing), Vec::new()).is_ok());
        }
    }

    #[test]
    fn open_tasks_are_named() {
        let refused =
            check(&fake::WORKER, registration(Standing::Active), vec![3, 12]).unwrap_err();
        let text = refused.to_string();
        assert!(text.starts_with("not over yet: task 3, task 12; "), "{text}");
        assert!(text.ends_with("or later as long as no score is claimed"), "{text}");
    }

    #[test]
    fn tasks_are_open_until_their_ending_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::open(folder.path()).unwrap();
        assert!(open_tasks(&state).unwrap().is_empty());
        let journals = [2, 3, 5].map(|task| state.begin(&chosen(task)).unwrap());
        let ending = EndingFact { ending: Ending::TooLate, at: 20, earned: None };
        journals[1].save_ending(&ending).unwrap();
        assert_eq!(open_tasks(&state).unwrap(), [2, 5]);
        std::fs::write(journals[1].folder().join("ending.json"), "{").unwrap();
        assert_eq!(open_tasks(&state).unwrap(), [2, 3, 5]);
    }
}
