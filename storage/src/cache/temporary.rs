//! Folders for one process alone. What a killed process leaves behind is removed by the next one.

use std::{
    fs::{self, DirEntry, File},
    io,
    os::unix::fs::MetadataExt,
    path::Path,
};

use nocknock_durable::LockedFile;
use tempfile::TempDir;

const PREFIX: &str = "nocknock-cache-";

/// A file in the folder that is locked for as long as its process lives. It gets its name when it
/// is locked, so that whoever can lock a file of this name has found an abandoned folder.
const OWNER: &str = "owner";

/// A folder that is removed at the end.
#[derive(Debug)]
pub(super) struct TemporaryFolder {
    folder: TempDir,
    _owner: File,
}

impl TemporaryFolder {
    /// Creates a folder in `parent`, and removes those that processes of the same user have left
    /// there.
    pub(super) fn create_in(parent: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let owner = LockedFile::open(&folder.path().join("owner.new"))?;
        let owner = owner.publish(&folder.path().join(OWNER))?;
        remove_abandoned(parent, folder.path().metadata()?.uid());
        Ok(Self { folder, _owner: owner })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What cannot be read or removed now is left for another time.
fn remove_abandoned(parent: &Path, user: u32) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_of(user, entry)) {
        let owner = File::open(entry.path().join(OWNER));
        if owner.is_ok_and(|owner| owner.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Only folders of the same user are looked into: others may hold anything.
fn is_of(user: u32, entry: &DirEntry) -> bool {
    let is_named = entry.file_name().to_string_lossy().starts_with(PREFIX);
    let of_user = |found: fs::Metadata| found.is_dir() && found.uid() == user;
    is_named && entry.metadata().is_ok_and(of_user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_killed_process_is_removed_by_the_next_one() {
        let parent = tempfile::tempdir().unwrap();
        let mut killed = TemporaryFolder::create_in(parent.path()).unwrap();
        killed.folder.disable_cleanup(true);
        let abandoned = killed.path().to_owned();
        fs::create_dir(abandoned.join("blobs")).unwrap();
        drop(killed);
        assert!(abandoned.exists());
        let _next = TemporaryFolder::create_in(parent.path()).unwrap();
        assert!(!abandoned.exists());
    }

    #[test]
    fn folders_in_use_and_folders_of_others_stay() {
        let parent = tempfile::tempdir().unwrap();
        let used = TemporaryFolder::create_in(parent.path()).unwrap();
        let unowned = parent.path().join("nocknock-cache-unowned");
        let other = parent.path().join("other");
        for folder in [&unowned, &other] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(other.join(OWNER), "").unwrap();
        let next = TemporaryFolder::create_in(parent.path()).unwrap();
        for folder in [used.path(), next.path(), &unowned, &other] {
            assert!(folder.exists(), "{}", folder.display());
        }
    }

    #[test]
    fn a_folder_is_removed_at_the_end() {
        let parent = tempfile::tempdir().unwrap();
        let folder = TemporaryFolder::create_in(parent.path()).unwrap();
        let path = folder.path().to_owned();
        drop(folder);
        assert!(!path.exists());
    }
}
