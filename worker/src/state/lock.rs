//! Folders that one process at a time works in.

use super::error::StateError;
use std::{fs::File, path::Path};

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
        let taken = nocknock_durable::try_lock(&path);
        let file = taken.map_err(|reason| StateError::io("lock", &path, reason))?;
        Ok(file.map(|file| Self { _file: file }))
    }
}
