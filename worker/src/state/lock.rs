//! Folders that one process at a time works in.

use super::error::StateError;
use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
};

/// A folder that nobody else can lock for as long as this value lives.
#[derive(Debug)]
pub struct FolderLock {
    /// The lock ends when the file is closed, also when the process is killed.
    _file: File,
}

impl FolderLock {
    /// Locks a folder by the file `lock` in it. Nothing if somebody else holds it.
    pub fn take(folder: &Path) -> Result<Option<Self>, StateError> {
        let path = folder.join("lock");
        let mut options = OpenOptions::new();
        options.create(true).write(true).truncate(false);
        let file = options.open(&path).map_err(|reason| StateError::io("open", &path, reason))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(reason)) => Err(StateError::io("lock", &path, reason)),
        }
    }
}
