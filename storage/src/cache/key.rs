//! Under which name a blob is kept.

use std::fmt;

use crate::blob_id::{BlobId, ShardCount};

/// A blob id together with the shard count that it was computed for, since the same id means other
/// content at another count. Its text form is the file name in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey {
    id: BlobId,
    shards: ShardCount,
}

impl CacheKey {
    /// The key of blob `id` on a network of `shards` shards.
    pub const fn new(id: BlobId, shards: ShardCount) -> Self {
        Self { id, shards }
    }

    /// The blob's id.
    pub const fn id(&self) -> &BlobId {
        &self.id
    }

    /// The network's shard count.
    pub const fn shards(&self) -> ShardCount {
        self.shards
    }

    /// The key that a file is named after, if it is.
    pub(super) fn from_file_name(name: &str) -> Option<Self> {
        let (id, shards) = name.rsplit_once('.')?;
        let shards: u16 = shards.parse().ok()?;
        Some(Self { id: id.parse().ok()?, shards: ShardCount::new(shards).ok()? })
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.id, self.shards)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_survive_a_round_trip() {
        let key = CacheKey::new(BlobId([7; 32]), ShardCount::WALRUS);
        assert_eq!(CacheKey::from_file_name(&key.to_string()), Some(key));
    }

    #[test]
    fn other_files_are_not_taken_for_blobs() {
        let key = CacheKey::new(BlobId([7; 32]), ShardCount::WALRUS);
        for name in ["", "notes.txt", ".1000", &format!("{key}.sum")] {
            assert_eq!(CacheKey::from_file_name(name), None, "{name}");
        }
    }
}
