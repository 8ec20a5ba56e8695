//! The proof of a registration that the chain has not accepted yet.

use super::{
    error::StateError,
    facts::{self, RegistrationFact},
    Disk, DurableDisk,
};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a registration that is under way keeps its proof. One process at a time has it.
///
/// It is beside the tasks of a state directory, but the directory need not be locked for it: the
/// worker may run while its account registers anew.
#[derive(Debug)]
pub struct RegistrationFile {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    /// The lock ends when the file is closed, also when the process is killed.
    _lock: File,
}

impl RegistrationFile {
    /// Makes the folder if it is not there, and locks the file in it.
    ///
    /// # Errors
    ///
    /// [`StateError::Registering`] if another process has it.
    pub fn open(folder: &Path) -> Result<Self, StateError> {
        Self::open_on(folder, Arc::new(DurableDisk))
    }

    /// [`RegistrationFile::open`] on another disk.
    pub fn open_on(folder: &Path, disk: Arc<dyn Disk>) -> Result<Self, StateError> {
        let made = disk.make_folder(folder);
        made.map_err(|reason| StateError::io("make the folder", folder, reason))?;
        let lock = folder.join("registration.lock");
        let taken = nocknock_durable::try_lock(&lock);
        let taken = taken.map_err(|reason| StateError::io("lock", &lock, reason))?;
        let path = folder.to_owned();
        let lock = taken.ok_or(StateError::Registering { path })?;
        Ok(Self { path: folder.join("registration.json"), disk, _lock: lock })
    }

    /// The proof that was kept. One that is damaged is none: it is made again.
    pub fn load(&self) -> Result<Option<RegistrationFact>, StateError> {
        match facts::read(&self.path) {
            Err(StateError::Damaged { .. }) => Ok(None),
            read => read,
        }
    }

    /// Keeps a proof in place of the one before.
    pub fn save(&self, fact: &RegistrationFact) -> Result<(), StateError> {
        facts::write(self.disk.as_ref(), &self.path, fact)
    }

    /// Removes the proof: it was accepted, or never will be.
    pub fn forget(&self) -> Result<(), StateError> {
        match fs::remove_file(&self.path) {
            Err(reason) if reason.kind() != io::ErrorKind::NotFound => {
                Err(StateError::io("remove", &self.path, reason))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_client::{AccountId, Hash};
    use nocknock_primitives::{
        circuit::ProofBytes,
        ids::{BlockRoot, CircuitId, ModelCommitment},
        task::ProvedScore,
    };

    fn fact() -> RegistrationFact {
        RegistrationFact {
            account: AccountId { 0: [1; 32] },
            genesis: Hash::repeat_byte(2),
            round: 3,
            circuit: CircuitId([4; 32]),
            root: BlockRoot([5; 32]),
            seed_number: 6,
            seed: [7; 32],
            model: ModelCommitment([8; 32]),
            score: ProvedScore {
                points: 9,
                sums: [10; 32],
                inputs: [11; 32],
                proof: ProofBytes([12; 256]),
            },
            nonce: Some(13),
        }
    }

    #[test]
    fn a_proof_is_kept_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let file = RegistrationFile::open(folder.path()).unwrap();
        assert_eq!(file.load().unwrap(), None);
        file.save(&fact()).unwrap();
        drop(file);
        let file = RegistrationFile::open(folder.path()).unwrap();
        assert_eq!(file.load().unwrap(), Some(fact()));
        file.forget().unwrap();
        file.forget().unwrap();
        assert_eq!(file.load().unwrap(), None);
    }

    #[test]
    fn a_damaged_proof_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = RegistrationFile::open(folder.path()).unwrap();
        file.save(&fact()).unwrap();
        let path = folder.path().join("registration.json");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"round\": 3", "\"round\": 4")).unwrap();
        assert_eq!(file.load().unwrap(), None);
    }

    #[test]
    fn one_process_registers_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = RegistrationFile::open(folder.path()).unwrap();
        let second = RegistrationFile::open(folder.path());
        assert!(matches!(second, Err(StateError::Registering { .. })));
        drop(first);
        assert!(RegistrationFile::open(folder.path()).is_ok());
    }
}
