//! Files that one process at a time may write, and that appear under their final name only when
//! they are complete.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use crate::{sync_folder_of, try_lock};

/// A file under a temporary name, locked against every other writer on this machine.
///
/// The lock is on the open file and the operating system drops it with the process, so nothing has
/// to be cleaned up after a kill: whoever opens the file next finds what was written so far.
#[derive(Debug)]
pub struct LockedFile {
    file: File,
    path: PathBuf,
}

impl LockedFile {
    /// Opens or creates `path` and locks it. `None` if somebody else holds it.
    pub fn try_open(path: &Path) -> io::Result<Option<Self>> {
        loop {
            let Some(file) = try_lock(path)? else { return Ok(None) };
            // Otherwise the former holder renamed the file away between our open and our lock.
            if is_at(&file, path)? {
                let path = path.to_owned();
                return Ok(Some(Self { file, path }));
            }
        }
    }

    /// Opens or creates `path` and waits until nobody else holds it. Blocks.
    pub fn open(path: &Path) -> io::Result<Self> {
        loop {
            if let Some(file) = Self::try_open(path)? {
                return Ok(file);
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The file itself, open for reading and writing.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Writes the content to the disk and gives the file its final name, replacing what had it.
    pub fn publish(self, destination: &Path) -> io::Result<File> {
        self.file.sync_all()?;
        fs::rename(&self.path, destination)?;
        sync_folder_of(destination)?;
        Ok(self.file)
    }

    /// Removes the file.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// Whether `path` still leads to the open file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn a_second_writer_is_kept_out_until_the_first_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let first = LockedFile::try_open(&path).unwrap().unwrap();
        assert!(LockedFile::try_open(&path).unwrap().is_none());
        drop(first);
        assert!(LockedFile::try_open(&path).unwrap().is_some());
    }

    #[test]
    fn what_was_written_is_found_by_the_next_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part");
        let first = LockedFile::try_open(&path).unwrap().unwrap();
        first.file().write_all_at(b"abc", 0).unwrap();
        drop(first);
        let second = LockedFile::try_open(&path).unwrap().unwrap();
        assert_eq!(second.file().metadata().unwrap().len(), 3);
    }

    #[test]
    fn a_published_file_is_not_reopened_under_its_temporary_name() {
        let folder = tempfile::tempdir().unwrap();
        let (part, done) = (folder.path().join("part"), folder.path().join("done"));
        let first = LockedFile::try_open(&part).unwrap().unwrap();
        first.file().write_all_at(b"abc", 0).unwrap();
        let _still_locked = first.publish(&done).unwrap();
        let second = LockedFile::try_open(&part).unwrap().unwrap();
        assert_eq!(second.file().metadata().unwrap().len(), 0);
        assert_eq!(fs::read(done).unwrap(), b"abc");
    }
}
