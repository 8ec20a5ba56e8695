//! The state directory: what must survive a kill at any moment.
//!
//! ```text
//! STATE/lock                      held by the running worker
//! STATE/owner.json                the account and chain that all of this belongs to
//! STATE/version.json              the version of the files of all tasks
//! STATE/chain.json                blocks of that chain, to know it again if it is begun anew
//! STATE/registration.json         the proof of a registration that is under way
//! STATE/registration.lock         held by whoever registers
//! STATE/blobs/                    training data that was fetched, for when it is asked for again
//! STATE/tasks/00000000000000000005/
//!     chosen.json                 the task's terms as they were when it was chosen
//!     train.blob, data.json       the training data, checked against the roots on the chain
//!     training/                   checkpoints
//!     model.json                  the trained weights                             SECRET
//!     commitment.json             the key of the model, and the commitment         SECRET
//!     committed.json              the commitment was seen on the chain
//!     score.json                  what the model, and the champion, score on the test blocks
//!     claimed.json                a claim of that score may be on the chain
//!     asked.json                  the chain has asked for the proofs of the claim
//!     proofs/00003.json           the proof of the score on test block 3
//!     champion/00003.json         the proof of the champion's score there
//!     proved.json                 every test block was proved on the chain
//!     sealed.json                 the sealed key, and the proof of its sealing
//!     copy.json                   where a copy of the ciphertext is stored
//!     ending.json                 how the task ended for this worker
//! ```
//!
//! The ciphertext follows from model and key, so it is computed whenever it is needed. A proof,
//! `score.json`, `sealed.json` or `copy.json` that turns out to be damaged is renamed to
//! `NAME.aside-1` and so on, and made again.
//!
//! Each file is written once, whole, readable for its owner alone, and has reached the disk before
//! the chain sees anything that depends on it. Two files are an exception if the disk takes no more
//! during a turn to deliver, because they follow from others: `sealed.json` and `copy.json` are
//! held in memory then.

mod checksum;
mod disk;
mod error;
mod facts;
mod journal;
mod lock;
mod owner;
mod registration;
mod version;

pub use disk::{Disk, DurableDisk};
pub use error::StateError;
pub use facts::{
    ChampionFact, Chosen, ClaimStage, CommitmentFact, CopyFact, DataFact, Ending, EndingFact,
    ModelFact, ProofFact, RegistrationFact, ScoreFact, SealedFact,
};
pub use journal::{CommittedModel, Journal, Progress, Whose};
pub use lock::FolderLock;
pub use owner::Owner;
pub use registration::RegistrationFile;

use nocknock_client::KnownChain;
use nocknock_primitives::ids::TaskId;
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is kept of the chain.
const CHAIN: &str = "chain.json";

/// Bytes of a trial: about what the training data of a task takes.
const TRIAL_BYTES: usize = 1 << 20;

/// The folder of a worker, locked for as long as this value lives.
#[derive(Debug)]
pub struct StateDir {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    _lock: FolderLock,
}

impl StateDir {
    /// The folder that is used if none is named: `$XDG_STATE_HOME/nocknock/worker`, or
    /// `~/.local/state/nocknock/worker`.
    pub fn default_folder() -> Result<PathBuf, StateError> {
        let variable =
            |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = variable("XDG_STATE_HOME");
        let base = base.or_else(|| Some(variable("HOME")?.join(".local").join("state")));
        let base = base.ok_or(StateError::NoFolder)?;
        Ok(base.join("nocknock").join("worker"))
    }

    /// Makes the folder if it is not there, and locks it.
    ///
    /// # Errors
    ///
    /// [`StateError::OtherVersion`] if it has tasks of another version of the program.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        Self::open_on(folder, Arc::new(DurableDisk))
    }

    /// [`StateDir::open`] on another disk.
    pub fn open_on(folder: &Path, disk: Arc<dyn Disk>) -> Result<Self, StateError> {
        let made = disk.make_folder(&folder.join("tasks"));
        made.map_err(|reason| StateError::io("make the folder", folder, reason))?;
        let path = folder.to_owned();
        let lock = FolderLock::take(folder)?.ok_or(StateError::Locked { path })?;
        version::check(folder)?;
        Ok(Self { folder: folder.to_owned(), disk, _lock: lock })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Notes whose state this is, or checks that it is the same as before.
    pub fn claim(&self, owner: &Owner) -> Result<(), StateError> {
        owner::claim(&self.folder, self.disk.as_ref(), owner)
    }

    /// Checks whose state a folder holds, without locking it. A folder without an owner is
    /// anybody's.
    pub fn check_owner(folder: &Path, owner: &Owner) -> Result<(), StateError> {
        owner::check(folder, owner).map(|_| ())
    }

    /// What is kept of the chain that a folder belongs to, without locking it.
    pub fn known_chain(folder: &Path) -> Result<Option<KnownChain>, StateError> {
        facts::read(&folder.join(CHAIN)).map_err(|error| match error {
            StateError::Damaged { path, reason } => StateError::DamagedChain { path, reason },
            other => other,
        })
    }

    /// Keeps blocks of the chain, to know it again.
    pub fn save_known_chain(&self, known: &KnownChain) -> Result<(), StateError> {
        facts::write(self.disk.as_ref(), &self.folder.join(CHAIN), known)
    }

    /// The journal of a task, if there is one.
    pub fn journal(&self, task: TaskId) -> Option<Journal> {
        let folder = self.task_folder(task);
        Journal::exists(&folder).then(|| Journal::at(folder, self.disk.clone()))
    }

    /// Begins the journal of a task.
    pub fn begin(&self, chosen: &Chosen) -> Result<Journal, StateError> {
        version::note(&self.folder, self.disk.as_ref())?;
        let folder = self.task_folder(chosen.task);
        Journal::begin(folder, self.disk.clone(), chosen)
    }

    /// Where each task of a folder stands, without locking it.
    pub fn peek(folder: &Path) -> Result<Vec<(TaskId, Result<Progress, StateError>)>, StateError> {
        if !folder.join("tasks").is_dir() {
            return Ok(Vec::new());
        }
        version::check(folder)?;
        let progress = |task| {
            let journal = Journal::at(task_folder(folder, task), Arc::new(DurableDisk));
            (task, journal.progress())
        };
        Ok(tasks_in(folder)?.into_iter().map(progress).collect())
    }

    /// Writes and removes a file of the size that the large files of a task have.
    pub fn try_write(&self) -> Result<(), StateError> {
        let path = self.folder.join("trial");
        let written = self.disk.put(&path, &vec![0; TRIAL_BYTES]);
        written.map_err(|reason| StateError::io("write", &path, reason))?;
        fs::remove_file(&path).map_err(|reason| StateError::io("remove", &path, reason))
    }

    /// All tasks with a journal, in the order of their numbers.
    pub fn tasks(&self) -> Result<Vec<TaskId>, StateError> {
        tasks_in(&self.folder)
    }

    fn task_folder(&self, task: TaskId) -> PathBuf {
        task_folder(&self.folder, task)
    }
}

fn task_folder(state: &Path, task: TaskId) -> PathBuf {
    state.join("tasks").join(format!("{task:020}"))
}

fn tasks_in(state: &Path) -> Result<Vec<TaskId>, StateError> {
    let folder = state.join("tasks");
    let read = |reason| StateError::io("read the folder", &folder, reason);
    let mut tasks = Vec::new();
    for entry in folder.read_dir().map_err(read)? {
        let name = entry.map_err(read)?.file_name();
        let number = name.to_str().and_then(|name| name.parse().ok());
        tasks.extend(number.filter(|task| Journal::exists(&task_folder(state, *task))));
    }
    tasks.sort_unstable();
    Ok(tasks)
}

#[cfg(test)]
mod tests;
