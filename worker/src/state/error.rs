//! What can be wrong with a state directory.

use crate::secret::RandomnessError;
use nocknock_client::{AccountId, Hash, OtherChain};
use nocknock_durable as durable;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why the state directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// No folder was named, and the environment names none.
    #[error(
        "there is no folder for the worker's state: set XDG_STATE_HOME or HOME, or give --state"
    )]
    NoFolder,
    /// Another process works with it.
    #[error(
        "{} is in use by another nocknock-worker: two workers of one account would commit to two \
         models; stop the other one, or give each its own account and --state",
        path.display()
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// Another process registers with the folder.
    #[error(
        "another `nocknock-worker register` is at work in {}: wait until it has ended",
        path.display()
    )]
    Registering {
        /// The folder.
        path: PathBuf,
    },
    /// Another process trains into the folder.
    #[error(
        "{} is in use by another `nocknock-worker train`: the two would overwrite each other's \
         checkpoints and models; wait until it has ended, or give another --out",
        path.display()
    )]
    TrainingInUse {
        /// The folder.
        path: PathBuf,
    },
    /// It belongs to another account or chain.
    #[error(
        "{} belongs to account {account} on the chain with genesis {genesis:?}: give another \
         --state for this account and chain",
        path.display()
    )]
    OtherOwner {
        /// The folder.
        path: PathBuf,
        /// The account that it belongs to.
        account: AccountId,
        /// The chain that it belongs to.
        genesis: Hash,
    },
    /// Its tasks are in files of another version.
    #[error(
        "the tasks in {folder} were begun by another version of this program, and this one cannot \
         go on with them: end them with that version, or put them aside and start again: mkdir \
         '{folder}/old-version' && mv '{folder}/tasks' '{folder}/old-version'",
        folder = path.display()
    )]
    OtherVersion {
        /// The folder.
        path: PathBuf,
    },
    /// The chain was begun anew, or is another one with the same genesis.
    #[error(
        "{difference}. The tasks in {folder} are those of the chain before: nothing of them was \
         changed, and nothing was sent. If the chain was begun anew, put them aside and start \
         again: mkdir '{folder}/old-chain' && mv '{folder}/tasks' '{folder}/chain.json' \
         '{folder}/old-chain'. If it was not, give the address of a node of the right network \
         (--url, or chain.urls)",
        folder = path.display()
    )]
    OtherChain {
        /// The folder.
        path: PathBuf,
        /// How the chain differs from the one before.
        difference: OtherChain,
    },
    /// What is kept of the chain is not what this program wrote.
    #[error(
        "{} is damaged ({reason}): delete it if the chain is still the one that the tasks of the \
         state directory are about, else restore the directory from a backup",
        path.display()
    )]
    DamagedChain {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// What says which version wrote the tasks is not what this program wrote.
    #[error(
        "{} is damaged ({reason}): it is the same in every state directory of this version of the \
         program, so put that of another state directory, or of a backup, in its place; if the state directory \
         has no tasks, delete it",
        path.display()
    )]
    DamagedVersion {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("cannot {doing} {}: {}", path.display(), durable::explain(reason))]
    Io {
        /// What was tried.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it did not work.
        reason: io::Error,
    },
    /// A file does not hold what this program wrote.
    #[error(
        "{} is damaged ({reason}): restore the state directory from a backup, or move the task's \
         folder away to give the task up",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong. Never holds a secret.
        reason: String,
    },
    /// A file that the worker made again is damaged every time.
    #[error(
        "{} was made again {times} times and is damaged each time ({reason}): the disk or the \
         memory of this machine is faulty; stop the worker, move the state directory to another \
         machine and remove the files `*.aside-*` in it",
        path.display()
    )]
    AlwaysDamaged {
        /// The file.
        path: PathBuf,
        /// How often it was made again.
        times: u32,
        /// What is wrong. Never holds a secret.
        reason: String,
    },
    /// Nothing secret can be drawn.
    #[error(transparent)]
    Randomness(#[from] RandomnessError),
}

impl StateError {
    /// A failure of the file system.
    pub(crate) fn io(doing: &'static str, path: &Path, reason: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), reason }
    }

    /// A file that does not hold what it should.
    pub(crate) fn damaged(path: &Path, reason: impl ToString) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_string() }
    }

    /// Time alone may mend it: somebody frees space, or a disk answers again.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Io { .. } | Self::Randomness(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let error = StateError::io("write", Path::new("/state/x"), full);
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert!(error.may_pass());
    }

    #[test]
    fn a_limit_on_the_size_of_files_is_named() {
        let limited = io::Error::from(io::ErrorKind::FileTooLarge);
        let error = StateError::io("write", Path::new("/state/x"), limited);
        assert!(error.to_string().contains("ulimit -f"), "{error}");
        assert!(error.may_pass());
    }
}
