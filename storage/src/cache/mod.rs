//! A folder of checked blobs and of downloads under way, shared by any number of processes.
//!
//! ```text
//! blobs/ID.SHARDS       a blob whose id was recomputed from exactly these bytes
//! blobs/ID.SHARDS.sum   its SHA-256 and length, taken then
//! partial/ID.SHARDS     the beginning of a blob, unchecked
//! usage                 an upper bound of the bytes in blobs/
//! lock                  held while blobs come and go
//! ```
//!
//! The one way into `blobs/` is the check of the id. Every later read compares the bytes with the
//! sum that was taken at that check, so a disk that forgets or a hand that edits is noticed; a blob
//! without a readable sum is checked against its id again. The sum is no defence against somebody
//! who may write to the folder and means harm: the folder is created for its owner alone.
//!
//! When the limit is passed, what was not used for the longest time is removed until nine tenths
//! of the limit are left in use. Whoever has such a blob open keeps reading it. Downloads under way
//! are not removed and count only when they are done, so the folder may exceed the limit by them.
//!
//! All functions block on the disk.

mod entry;
mod evict;
mod hash;
mod key;
mod partial;
mod temporary;

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

pub use entry::CachedBlob;
pub use hash::{ContentHash, ParseContentHashError};
pub use key::CacheKey;
pub use partial::Partial;

pub(crate) use hash::{for_each_piece, hash_range, ContentHasher};
use nocknock_durable::LockedFile;

use crate::blob_id::{blob_id_of_file, BlobId, BlobIdError};
use entry::Sum;
use temporary::TemporaryFolder;

/// Bytes that a cache holds if nothing else is said: 16 GiB.
pub const DEFAULT_LIMIT: u64 = 16 << 30;

/// Why the cache could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The file system refused.
    #[error(
        "cannot {doing} {}: {reason}; check the cache folder's permissions and free space",
        crate::text::path(path)
    )]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// Why it failed.
        reason: io::Error,
    },
    /// The blob alone is larger than the cache may be.
    #[error(
        "a blob of {size} bytes does not fit into a cache of {limit} bytes: raise the cache limit"
    )]
    TooSmall {
        /// Bytes of the blob.
        size: u64,
        /// Bytes that the cache may hold.
        limit: u64,
    },
    /// A cached file no longer holds what was checked.
    #[error("the cached copy of blob {} has changed on disk since it was checked: remove it and fetch again", .0.id())]
    Damaged(CacheKey),
    /// The id of a downloaded blob could not be computed.
    #[error("the id of blob {} could not be checked: {reason}", key.id())]
    Check {
        /// The blob.
        key: CacheKey,
        /// Why not.
        reason: BlobIdError,
    },
}

impl CacheError {
    fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |reason| Self::Io { doing, path: path.to_owned(), reason }
    }
}

/// What became of a finished download.
#[derive(Debug)]
pub enum Admission {
    /// The bytes have the id, and are now part of the cache.
    Admitted(CachedBlob),
    /// The bytes have another id and were dropped; the download may start over.
    Refused {
        /// The id that the bytes have.
        found: BlobId,
        /// The download, now empty.
        partial: Partial,
    },
}

/// How much a cache holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Checked blobs.
    pub blobs: usize,
    /// Bytes of checked blobs.
    pub blob_bytes: u64,
    /// Downloads under way or interrupted.
    pub partials: usize,
    /// Bytes of these.
    pub partial_bytes: u64,
}

/// A folder of checked blobs. Clones share it.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    limit: u64,
    /// Removes the folder with the last clone, if it was made for this process alone.
    _temporary: Option<Arc<TemporaryFolder>>,
}

impl Cache {
    /// Opens the cache in `root`, creating the folder if need be, to hold up to `limit` bytes.
    pub fn open(root: &Path, limit: u64) -> Result<Self, CacheError> {
        for folder in ["blobs", "partial"].map(|name| root.join(name)) {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(CacheError::io("create the folder", &folder))?;
        }
        Ok(Self { root: root.to_owned(), limit, _temporary: None })
    }

    /// A cache in a new folder under the system's temporary folder, removed at the end; or, if the
    /// process is killed, when the next one makes such a cache.
    pub fn temporary(limit: u64) -> Result<Self, CacheError> {
        let parent = std::env::temp_dir();
        let folder = TemporaryFolder::create_in(&parent)
            .map_err(CacheError::io("create a folder in", &parent))?;
        let cache = Self::open(folder.path(), limit)?;
        Ok(Self { _temporary: Some(Arc::new(folder)), ..cache })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Bytes that the cache may hold.
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// Counts what is there.
    pub fn usage(&self) -> Result<Usage, CacheError> {
        evict::usage(&self.root)
    }

    /// The checked blob under `key`, if the cache has it. Counts as a use of it.
    pub fn lookup(&self, key: &CacheKey) -> Result<Option<CachedBlob>, CacheError> {
        let path = self.blob_path(key);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CacheError::io("open", &path)(error)),
        };
        // A use that cannot be recorded, on a read-only disk for instance, is still a use.
        let _ = file.set_modified(SystemTime::now());
        match Sum::read(&sum_path(&path)) {
            Some(sum) => Ok(Some(CachedBlob::new(*key, file, sum))),
            None => self.check_again(key, file),
        }
    }

    /// Takes up the download of `key` where it was left. `None` while somebody else is at it.
    pub fn resume(&self, key: &CacheKey) -> Result<Option<Partial>, CacheError> {
        let path = self.partial_path(key);
        let locked = LockedFile::try_open(&path).map_err(CacheError::io("open", &path))?;
        locked
            .map(|file| Partial::new(*key, file).map_err(CacheError::io("read", &path)))
            .transpose()
    }

    /// Removes old blobs until one of `size` bytes fits.
    pub fn make_room(&self, size: u64) -> Result<(), CacheError> {
        if size > self.limit {
            let limit = self.limit;
            return Err(CacheError::TooSmall { size, limit });
        }
        evict::Guard::lock(&self.root)?.shrink(self.limit - size, None)
    }

    /// Recomputes the id of a finished download and takes it in if it is the one asked for.
    pub fn admit(&self, mut partial: Partial) -> Result<Admission, CacheError> {
        let key = *partial.key();
        let found = check(&key, partial.file())?;
        if found != *key.id() {
            let path = self.partial_path(&key);
            partial.restart().map_err(CacheError::io("truncate", &path))?;
            return Ok(Admission::Refused { found, partial });
        }
        self.take_in(partial).map(Admission::Admitted)
    }

    /// Forgets the blob under `key`.
    pub fn remove(&self, key: &CacheKey) -> Result<(), CacheError> {
        let _guard = evict::Guard::lock(&self.root)?;
        let path = self.blob_path(key);
        evict::remove_blob(&path).map_err(CacheError::io("remove", &path))
    }

    fn take_in(&self, partial: Partial) -> Result<CachedBlob, CacheError> {
        let (key, size) = (*partial.key(), partial.len());
        let path = self.blob_path(&key);
        let sum = Sum::of(partial.file()).map_err(CacheError::io("read", &path))?;
        sum.write(&sum_path(&path));
        let guard = evict::Guard::lock(&self.root)?;
        guard.add(size)?;
        let file = partial.publish(&path).map_err(CacheError::io("store", &path))?;
        guard.shrink(self.limit, Some(&path))?;
        Ok(CachedBlob::new(key, file, sum))
    }

    /// A blob whose sum was lost counts as unchecked.
    fn check_again(&self, key: &CacheKey, file: File) -> Result<Option<CachedBlob>, CacheError> {
        let path = self.blob_path(key);
        if check(key, &file)? != *key.id() {
            self.remove(key)?;
            return Ok(None);
        }
        let sum = Sum::of(&file).map_err(CacheError::io("read", &path))?;
        sum.write(&sum_path(&path));
        Ok(Some(CachedBlob::new(*key, file, sum)))
    }

    fn blob_path(&self, key: &CacheKey) -> PathBuf {
        self.root.join("blobs").join(key.to_string())
    }

    fn partial_path(&self, key: &CacheKey) -> PathBuf {
        self.root.join("partial").join(key.to_string())
    }
}

fn check(key: &CacheKey, file: &File) -> Result<BlobId, CacheError> {
    blob_id_of_file(file, key.shards()).map_err(|reason| CacheError::Check { key: *key, reason })
}

/// Where the sum of the blob at `path` is kept.
fn sum_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sum");
    name.into()
}

#[cfg(test)]
mod tests;
