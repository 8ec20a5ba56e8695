//! A download under way.

use std::{fs::File, io, os::unix::fs::FileExt, path::Path};

use nocknock_durable::LockedFile;

use super::CacheKey;

/// The beginning of a blob, unchecked, that this process alone may extend.
#[derive(Debug)]
pub struct Partial {
    key: CacheKey,
    locked: LockedFile,
    len: u64,
}

impl Partial {
    pub(super) fn new(key: CacheKey, locked: LockedFile) -> io::Result<Self> {
        let len = locked.file().metadata()?.len();
        Ok(Self { key, locked, len })
    }

    /// Which blob it is to become.
    pub const fn key(&self) -> &CacheKey {
        &self.key
    }

    /// Bytes that are there.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing is there yet.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends what arrived. The write is over when this returns: a background write could still
    /// come after the lock is gone and change what the next holder checks.
    pub fn append(&mut self, piece: &[u8]) -> io::Result<()> {
        self.file().write_all_at(piece, self.len)?;
        self.len += piece.len() as u64;
        Ok(())
    }

    /// Drops all bytes.
    pub fn restart(&mut self) -> io::Result<()> {
        self.truncate(0)
    }

    /// Drops all bytes but the first `len`.
    pub fn truncate(&mut self, len: u64) -> io::Result<()> {
        let len = len.min(self.len);
        self.file().set_len(len)?;
        self.len = len;
        Ok(())
    }

    /// Gives the download up and removes it.
    pub fn discard(self) -> io::Result<()> {
        self.locked.discard()
    }

    pub(super) fn file(&self) -> &File {
        self.locked.file()
    }

    pub(super) fn publish(self, path: &Path) -> io::Result<File> {
        self.locked.publish(path)
    }
}
