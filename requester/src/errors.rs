//! Why following a task fails, and what of it may pass.

use crate::{private_file::PrivateFileError, store::StoreError};
use nocknock_client::{AccountId, Hash, OtherChain, QueryError, SubmitError};
use nocknock_primitives::ids::{BlockIndex, TaskId};

/// Why a task is not followed, or a step of it was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FollowError {
    /// The chain could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A transaction did not take effect.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The training data was not stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The private file failed.
    #[error(transparent)]
    PrivateFile(#[from] PrivateFileError),
    /// The private file belongs to a chain with another genesis.
    #[error("the private file belongs to another chain, whose first block is {genesis:?}")]
    OtherGenesis {
        /// Genesis of the chain that the file belongs to.
        genesis: Hash,
    },
    /// The private file belongs to another account.
    #[error("the task belongs to {owner}, but the keys are those of {signer}")]
    OtherAccount {
        /// Whose task it is.
        owner: AccountId,
        /// Whose keys sign.
        signer: AccountId,
    },
    /// The chain was begun anew, and the task is on the one before.
    #[error(
        "{other}. The task was offered on the chain before and is not on this one. Its private file \
         stays as it is. If the chain before still runs, name one of its nodes; if it is gone, \
         nothing is left to do for this task: offer it again"
    )]
    BegunAnew {
        /// How it was found out.
        other: OtherChain,
    },
    /// The number of the task is that of another task on this chain.
    #[error(
        "task {task} of this chain is not that of the private file: the blocks of its data have \
         other roots. This is another chain than before, although its genesis is the same. The \
         private file stays as it is. If the chain before still runs, name one of its nodes; if it \
         is gone, nothing is left to do for this task: offer it again"
    )]
    OtherTask {
        /// The number.
        task: TaskId,
    },
    /// The creation is in a block, and its events name no task.
    #[error("the chain did not say which task it created")]
    NoTaskNumber,
    /// The chain drew a block that the private file does not have.
    #[error("the private file has no block {0}")]
    NoSuchBlock(BlockIndex),
    /// A block that the chain takes in no transaction.
    #[error("block {0} is too large to be revealed")]
    BlockTooLarge(BlockIndex),
    /// The training data cannot be written in its form.
    #[error("the training data cannot be encoded: {0}")]
    Encoding(String),
    /// A task of this program ended early.
    #[error("a background task ended early: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What becomes of a failure if one only waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// A node or store does not answer, or was restarted and has forgotten its newest block.
    Away,
    /// Somebody makes room on the disk, or another node gives an answer that can be read.
    MayPass,
    /// The chain refused a transaction. Somebody else may have taken the step, or may send tokens
    /// for the fee.
    Refused,
    /// It will be the same at each try.
    Lasting,
}

impl FollowError {
    pub(crate) fn outlook(&self) -> Outlook {
        match self {
            Self::Query(error) => of_query(error),
            Self::Submit(SubmitError::Query(error)) => of_query(error),
            Self::Submit(error) if is_refusal(error) => Outlook::Refused,
            Self::Submit(_) => Outlook::MayPass,
            Self::Store(StoreError::Config(_) | StoreError::Epochs) => Outlook::Lasting,
            Self::Store(StoreError::Unavailable(_)) => Outlook::Away,
            Self::Store(StoreError::Setup(_) | StoreError::Unreadable(_)) => Outlook::MayPass,
            Self::PrivateFile(error) => error.outlook(),
            Self::OtherGenesis { .. }
            | Self::OtherAccount { .. }
            | Self::BegunAnew { .. }
            | Self::OtherTask { .. } => Outlook::Lasting,
            Self::NoTaskNumber
            | Self::NoSuchBlock(_)
            | Self::BlockTooLarge(_)
            | Self::Encoding(_)
            | Self::Interrupted(_) => Outlook::MayPass,
        }
    }
}

/// The chain would not take the call, or not from this account.
pub(crate) fn is_refusal(error: &SubmitError) -> bool {
    matches!(
        error,
        SubmitError::Rejected(_)
            | SubmitError::Invalid { .. }
            | SubmitError::CannotPay
            | SubmitError::Expired { .. }
            | SubmitError::Contested
    )
}

fn of_query(error: &QueryError) -> Outlook {
    match error {
        QueryError::Rpc(_) | QueryError::NoSuchBlock(_) | QueryError::Pruned { .. } => {
            Outlook::Away
        }
        _ => Outlook::MayPass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_has_forgotten_its_newest_block_is_away_and_a_refusal_is_none() {
        let forgotten = || QueryError::NoSuchBlock("7".to_owned());
        assert_eq!(FollowError::from(forgotten()).outlook(), Outlook::Away);
        let submitted = SubmitError::from(forgotten());
        assert_eq!(FollowError::from(submitted).outlook(), Outlook::Away);
        assert_eq!(FollowError::from(SubmitError::CannotPay).outlook(), Outlook::Refused);
    }
}
