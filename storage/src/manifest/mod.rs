//! Data sets and models that are larger than one blob, or consist of several files.
//!
//! Only a whole blob can be checked against its id, so large content is cut into shards, each a
//! blob of its own, and a *manifest* lists them. The manifest is a blob too: its id names the whole
//! data set, and whoever has it can check every byte.
//!
//! # Canonical form, version 1
//!
//! A manifest is a JSON text (RFC 8259) in UTF-8 with one single form for each content, so equal
//! data sets have equal ids:
//!
//! - no white space between tokens, none before or after the text, no byte-order mark;
//! - the members of every object in the order of their names' bytes, exactly those given here;
//! - numbers are integers from 0 to 2^53 - 1 in decimal digits, without sign, fraction, exponent or
//!   leading zeros, so every JSON parser reads them exactly;
//! - in strings, `"` and `\` are escaped as `\"` and `\\`; the control characters U+0000 to U+001F
//!   as `\b`, `\t`, `\n`, `\f`, `\r` where these exist, else as `\u` and four lowercase hexadecimal
//!   digits; everything else stands for itself (this is the string form of RFC 8785; names hold no
//!   control characters anyway);
//! - `entries` in ascending order of their names' bytes.
//!
//! ```json
//! {"entries":[{"format":"csv","name":"train/digits.csv","role":"train","sha256":"…",
//!   "shards":[{"blob":"…","sha256":"…","size":8388608},{"blob":"…","sha256":"…","size":5}],
//!   "size":8388613}],"kind":"nocknock-manifest","n_shards":1000,"version":1}
//! ```
//!
//! (broken into lines here only). `n_shards` is the shard count that the blob ids were computed
//! for. A file is the concatenation of its shards in order; its `size` is the sum of theirs, and a
//! file of size 0 has none. `blob` is an id in base64url, `sha256` a hash in lowercase hexadecimal.
//! `role` is `train`, `test`, `model`, `image` or `other`, `format` is `csv`, `parquet`, `npy`,
//! `safetensors` or `raw`. Shards are cut at byte positions, whatever the format.
//!
//! # What is refused
//!
//! [`Manifest::parse`] takes exactly the canonical form, at most [`Manifest::LONGEST`] bytes,
//! [`Manifest::MOST_ENTRIES`] files and [`Manifest::MOST_SHARDS`] shards. It refuses names that
//! lead out of the folder, that hold characters which steer a terminal, turn text around or are
//! invisible, that are the same but for upper and lower case, or of which one is a folder of the
//! other; sizes that do not add up; and one blob listed with two sizes or hashes.

mod error;
mod fetch;
mod format;
mod journal;
mod name;
mod pack;
mod verify;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

pub use error::ManifestError;
pub use fetch::{
    fetch_folder, fetch_manifest, EntryFetched, FetchEntryError, FetchFolderError,
    FetchFolderOptions, FolderReport,
};
pub use format::{Format, Role};
pub use journal::JournalError;
pub use name::{EntryName, EntryNameError};
pub use pack::{pack_folder, plan_folder, PackError, PackOptions, PackReport, Packed};
pub use verify::{verify_folder, VerifyReport};

use crate::blob_id::{blob_id, BlobId, BlobIdError, ShardCount};
pub use crate::cache::ContentHash;

/// A list of files, each cut into blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    shards: ShardCount,
    entries: Vec<Entry>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// How its content is laid out.
    pub format: Format,
    /// Its path below the folder.
    pub name: EntryName,
    /// What it is for.
    pub role: Role,
    /// SHA-256 of the whole file.
    pub sha256: ContentHash,
    /// Its pieces, in order.
    pub shards: Vec<Shard>,
    /// Bytes of the whole file.
    pub size: u64,
}

/// One piece of a file, stored as a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// The blob's id.
    pub blob: BlobId,
    /// SHA-256 of the blob.
    pub sha256: ContentHash,
    /// Bytes of the blob.
    pub size: u64,
}

/// The JSON text's outermost object. Its fields are declared in the canonical order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    entries: Vec<Entry>,
    kind: String,
    n_shards: u64,
    version: u64,
}

/// Enough of the outermost object to tell what it is.
#[derive(Deserialize)]
struct Header {
    kind: String,
    version: u64,
}

const KIND: &str = "nocknock-manifest";
const VERSION: u64 = 1;

/// The largest integer that every JSON parser reads exactly.
const LARGEST_NUMBER: u64 = (1 << 53) - 1;

impl Manifest {
    /// Bytes of the longest manifest: what public Walrus publishers take, enough for 60,000 shards.
    pub const LONGEST: usize = 10 << 20;

    /// Files in a manifest, at most.
    pub const MOST_ENTRIES: usize = 1 << 16;

    /// Shards in a manifest, at most.
    pub const MOST_SHARDS: usize = 1 << 16;

    /// A manifest of `entries`, in any order, whose blob ids were computed for `shards`.
    pub fn new(shards: ShardCount, mut entries: Vec<Entry>) -> Result<Self, ManifestError> {
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let manifest = Self { shards, entries };
        manifest.check()?;
        let len = manifest.to_bytes().len();
        if len > Self::LONGEST {
            Err(ManifestError::TooLong(len))
        } else {
            Ok(manifest)
        }
    }

    /// Reads the canonical form, and nothing else.
    pub fn parse(text: &[u8]) -> Result<Self, ManifestError> {
        if text.len() > Self::LONGEST {
            return Err(ManifestError::TooLong(text.len()));
        }
        let header: Header = serde_json::from_slice(text).map_err(ManifestError::Json)?;
        if header.kind != KIND {
            return Err(ManifestError::Kind);
        }
        if header.version != VERSION {
            return Err(ManifestError::Version(header.version));
        }
        let document: Document = serde_json::from_slice(text).map_err(ManifestError::Json)?;
        let n_shards = document.n_shards;
        let shards = u16::try_from(n_shards)
            .ok()
            .and_then(|shards| ShardCount::new(shards).ok())
            .ok_or(ManifestError::ShardCount(n_shards))?;
        let manifest = Self { shards, entries: document.entries };
        manifest.check_form(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let document = Document {
            entries: self.entries.clone(),
            kind: KIND.to_owned(),
            n_shards: self.shards.get() as u64,
            version: VERSION,
        };
        // Writing to memory does not fail, and the document has no maps with other keys than text.
        serde_json::to_vec(&document).unwrap_or_default()
    }

    /// The id of the canonical form as a blob, at the manifest's own shard count. Blocks.
    pub fn id(&self) -> Result<BlobId, BlobIdError> {
        blob_id(&self.to_bytes(), self.shards)
    }

    /// The shard count that the blob ids were computed for.
    pub const fn network_shards(&self) -> ShardCount {
        self.shards
    }

    /// The files, by name.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The pieces of all files.
    pub fn shards(&self) -> impl Iterator<Item = &Shard> {
        self.entries.iter().flat_map(|entry| &entry.shards)
    }

    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).sum()
    }

    fn check_form(&self, text: &[u8]) -> Result<(), ManifestError> {
        let canonical = self.to_bytes();
        if canonical == text {
            return Ok(());
        }
        let same = canonical.iter().zip(text).take_while(|(a, b)| a == b);
        Err(ManifestError::NotCanonical(same.count()))
    }

    fn check(&self) -> Result<(), ManifestError> {
        self.check_counts()?;
        self.check_names()?;
        self.entries.iter().try_for_each(|entry| check_entry(entry, self.shards))?;
        self.check_blobs()?;
        let total = self.entries.iter().map(|entry| u128::from(entry.size)).sum::<u128>();
        if total > u128::from(LARGEST_NUMBER) {
            Err(ManifestError::TooLarge)
        } else {
            Ok(())
        }
    }

    fn check_counts(&self) -> Result<(), ManifestError> {
        let (entries, shards) = (self.entries.len(), self.shards().count());
        if entries == 0 {
            Err(ManifestError::Empty)
        } else if entries > Self::MOST_ENTRIES || shards > Self::MOST_SHARDS {
            Err(ManifestError::TooMany { entries, shards })
        } else {
            Ok(())
        }
    }

    fn check_names(&self) -> Result<(), ManifestError> {
        for pair in self.entries.windows(2) {
            if let [first, second] = pair {
                if first.name > second.name {
                    return Err(ManifestError::Unsorted(second.name.clone()));
                }
            }
        }
        let mut files = HashSet::new();
        for entry in &self.entries {
            if !files.insert(entry.name.folded()) {
                return Err(ManifestError::Duplicate(entry.name.clone()));
            }
        }
        self.entries.iter().try_for_each(|entry| check_folders(&entry.name, &files))
    }

    /// One blob has one size and one hash, wherever it is listed.
    fn check_blobs(&self) -> Result<(), ManifestError> {
        let mut known = HashMap::new();
        for shard in self.shards() {
            if known.insert(shard.blob, shard).is_some_and(|other| other != shard) {
                return Err(ManifestError::Contradiction(shard.blob));
            }
        }
        Ok(())
    }
}

/// No folder on the way to a file may be a file itself.
fn check_folders(name: &EntryName, files: &HashSet<String>) -> Result<(), ManifestError> {
    let folded = name.folded();
    let folder = |(slash, _): (usize, &str)| folded.get(..slash);
    let clash = folded.match_indices('/').filter_map(folder).any(|folder| files.contains(folder));
    if clash {
        Err(ManifestError::FileAndFolder(name.clone()))
    } else {
        Ok(())
    }
}

fn check_entry(entry: &Entry, shards: ShardCount) -> Result<(), ManifestError> {
    let name = || entry.name.clone();
    let largest = shards.max_blob_len();
    if entry.shards.iter().any(|shard| shard.size == 0 || shard.size > largest) {
        return Err(ManifestError::ShardSize(name()));
    }
    let total: u128 = entry.shards.iter().map(|shard| u128::from(shard.size)).sum();
    if total != u128::from(entry.size) {
        return Err(ManifestError::SizesDiffer(name()));
    }
    let whole = match entry.shards.as_slice() {
        [] => Some(ContentHash::of(b"")),
        [only] => Some(only.sha256),
        _ => None,
    };
    match whole {
        Some(hash) if hash != entry.sha256 => Err(ManifestError::HashesDiffer(name())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
