//! A checked blob.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{for_each_piece, hash_range, CacheError, CacheKey, ContentHash, ContentHasher};

/// What the bytes of a blob were when its id was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    hash: ContentHash,
    len: u64,
}

impl Sum {
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        let hash = hash_range(file, 0, len)?;
        Ok(Self { hash, len })
    }

    /// `None` for a sum that is missing or was not written to its end.
    pub(super) fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let (hash, len) = text.strip_suffix('\n')?.split_once(' ')?;
        Some(Self { hash: hash.parse().ok()?, len: len.parse().ok()? })
    }

    /// Failing to keep the sum costs another check of the id, nothing else.
    pub(super) fn write(&self, path: &Path) {
        let _ = fs::write(path, format!("{} {}\n", self.hash, self.len));
    }
}

/// A blob whose id was checked, open for reading. It stays readable when the cache drops it.
#[derive(Debug)]
pub struct CachedBlob {
    key: CacheKey,
    file: File,
    sum: Sum,
}

impl CachedBlob {
    pub(super) fn new(key: CacheKey, file: File, sum: Sum) -> Self {
        Self { key, file, sum }
    }

    /// Which blob it is.
    pub const fn key(&self) -> &CacheKey {
        &self.key
    }

    /// Bytes of the blob.
    pub const fn len(&self) -> u64 {
        self.sum.len
    }

    /// Whether the blob is the empty one.
    pub const fn is_empty(&self) -> bool {
        self.sum.len == 0
    }

    /// SHA-256 of the blob.
    pub const fn sha256(&self) -> &ContentHash {
        &self.sum.hash
    }

    /// The whole blob, compared once more with what was checked.
    pub fn read(&self) -> Result<Bytes, CacheError> {
        let capacity = usize::try_from(self.len()).map_err(|_| self.too_large())?;
        let mut bytes = Vec::with_capacity(capacity);
        self.compare(|piece| bytes.write_all(piece))?;
        Ok(bytes.into())
    }

    /// Copies the blob to `destination`, compared once more with what was checked. After an error
    /// the destination holds anything: it must not be where others look for it.
    pub fn copy_to(&self, mut destination: impl Write) -> Result<(), CacheError> {
        self.compare(|piece| destination.write_all(piece))
    }

    fn compare(&self, mut consume: impl FnMut(&[u8]) -> io::Result<()>) -> Result<(), CacheError> {
        let mut hasher = ContentHasher::default();
        // One byte more than there should be shows a file that has grown.
        for_each_piece(&self.file, 0, self.len().saturating_add(1), |piece| {
            hasher.update(piece);
            consume(piece)
        })
        .map_err(|reason| self.io_error(reason))?;
        if hasher.finish() == self.sum.hash {
            Ok(())
        } else {
            Err(CacheError::Damaged(self.key))
        }
    }

    fn io_error(&self, reason: io::Error) -> CacheError {
        CacheError::Io { doing: "copy blob", path: PathBuf::from(self.key.to_string()), reason }
    }

    fn too_large(&self) -> CacheError {
        self.io_error(io::ErrorKind::OutOfMemory.into())
    }
}
