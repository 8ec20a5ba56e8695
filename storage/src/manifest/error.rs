//! What can be wrong with a manifest.

use super::{EntryName, Manifest};
use crate::blob_id::BlobId;

/// Why something is not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Too many bytes.
    #[error("the manifest has {0} bytes, the limit is {limit}: use larger shards or several manifests", limit = Manifest::LONGEST)]
    TooLong(usize),
    /// Not JSON, or not of the right form.
    #[error("this is not a manifest: {}", crate::text::line(&.0.to_string()))]
    Json(serde_json::Error),
    /// JSON of another kind.
    #[error("this is JSON, but its kind is not that of a manifest")]
    Kind,
    /// A later version.
    #[error("the manifest has version {0}, this program reads version 1: use a newer one")]
    Version(u64),
    /// No network has this many shards.
    #[error("the manifest is for {0} shards, for which no blob ids are defined")]
    ShardCount(u64),
    /// Another form than the canonical one.
    #[error("the manifest is not in canonical form: the first difference is at byte {0}; build it with this program and do not edit it")]
    NotCanonical(usize),
    /// No files.
    #[error("the manifest lists no files")]
    Empty,
    /// Too many files or shards.
    #[error("the manifest lists {entries} files and {shards} shards, the limits are {} and {}: use larger shards or several manifests", Manifest::MOST_ENTRIES, Manifest::MOST_SHARDS)]
    TooMany {
        /// Files listed.
        entries: usize,
        /// Shards listed.
        shards: usize,
    },
    /// Files out of order.
    #[error("{0} is listed after a file whose name comes later")]
    Unsorted(EntryName),
    /// The same name twice.
    #[error("{0} is listed twice, or differs from another file by upper and lower case alone, which some file systems do not tell apart: rename one")]
    Duplicate(EntryName),
    /// A name that is both a file and a folder.
    #[error("{0} lies in a folder that is itself listed as a file")]
    FileAndFolder(EntryName),
    /// A shard that is empty or larger than a blob can be.
    #[error("{0} has a shard that is empty or larger than a blob can be")]
    ShardSize(EntryName),
    /// Sizes that do not add up.
    #[error("the size of {0} is not the sum of its shards' sizes")]
    SizesDiffer(EntryName),
    /// Hashes that contradict each other.
    #[error("the hash of {0} is not that of its only shard, or not that of an empty file if it has no shards")]
    HashesDiffer(EntryName),
    /// One blob with two sizes or hashes.
    #[error("blob {0} is listed with two different sizes or hashes")]
    Contradiction(BlobId),
    /// More bytes than the format can count.
    #[error("the files have more than 2^53 - 1 bytes in all")]
    TooLarge,
}
