//! From a folder to a manifest.

use std::{
    fs::File,
    io::{self, Read},
    num::NonZeroU64,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use tokio::task::{JoinError, JoinSet};
use walkdir::{DirEntry, WalkDir};

use super::{
    journal::{Journal, Purpose},
    Entry, EntryName, EntryNameError, Format, JournalError, Manifest, ManifestError, Role, Shard,
};
use crate::{
    blob_id::{blob_id, BlobId, BlobIdError, ShardCount},
    cache::{ContentHash, ContentHasher},
    client::{Client, ClientError, PutOptions, Stored},
};

/// How a folder is packed.
#[derive(Clone, Debug)]
pub struct PackOptions {
    /// Bytes of a shard; the last one of a file may be smaller.
    pub shard_size: NonZeroU64,
    /// The role of all files; `None` takes it from a file's first folder.
    pub role: Option<Role>,
    /// Shards that are computed and stored at the same time. Each is held in memory.
    pub parallel: usize,
    /// Where to note what is stored already, so that an interrupted upload can go on.
    pub journal: Option<PathBuf>,
}

impl PackOptions {
    /// Bytes of a shard unless set otherwise: 8 MiB, since public publishers take up to 10 MiB.
    pub const SHARD_SIZE: u64 = 8 << 20;
}

impl Default for PackOptions {
    fn default() -> Self {
        Self {
            shard_size: NonZeroU64::new(Self::SHARD_SIZE).unwrap_or(NonZeroU64::MIN),
            role: None,
            parallel: 4,
            journal: None,
        }
    }
}

/// What packing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackReport {
    /// Shards that were stored now.
    pub stored: usize,
    /// Bytes of these.
    pub stored_bytes: u64,
    /// Shards that need no upload: noted in the journal, or the same as another shard.
    pub reused: usize,
    /// The price of all uploads of this run, in FROST, as far as publishers told it.
    pub cost: u64,
    /// The earliest epoch in which one of the blobs stored now is no longer stored.
    pub end_epoch: Option<u64>,
    /// Hidden files and folders, which were left out.
    pub left_out: Vec<PathBuf>,
}

/// A packed folder.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The list.
    pub manifest: Manifest,
    /// The id of the list's blob, which names the whole folder.
    pub id: BlobId,
    /// What was done.
    pub report: PackReport,
}

/// Why a folder could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}: {reason}", crate::text::path(path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// A symbolic link, device, socket or pipe.
    #[error("{} is neither a file nor a folder: replace it by a file or take it out", crate::text::path(.0))]
    NotAFile(PathBuf),
    /// A file whose name cannot be in a manifest.
    #[error(transparent)]
    Name(#[from] EntryNameError),
    /// A file that is not what its extension says.
    #[error(
        "{} does not begin and end as {format} files do: correct its name or its content",
        crate::text::path(path)
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// What its extension says.
        format: Format,
    },
    /// The files cannot be in one manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An id cannot be computed.
    #[error(transparent)]
    BlobId(#[from] BlobIdError),
    /// A shard or the manifest could not be stored.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A thread died, or the program is ending.
    #[error("a background thread ended early")]
    Thread(#[from] JoinError),
}

/// Stores the files of a folder and their manifest.
///
/// Each file is read once, from beginning to end; what is stored and what the manifest says come
/// from the same bytes. After an interruption the same call goes on where it stopped if
/// [`PackOptions::journal`] names a journal; once it has succeeded the journal can be deleted.
pub async fn pack_folder(
    client: &Client,
    folder: &Path,
    put: &PutOptions,
    options: &PackOptions,
) -> Result<Packed, PackError> {
    let journal = match &options.journal {
        Some(path) => Journal::open(path, &purpose(client, put))?,
        None => Journal::in_memory(),
    };
    let store = Store::Client(client.clone(), put.clone());
    let mut packed = pack(store, journal, folder, options).await?;
    let stored = client.put(packed.manifest.to_bytes(), put).await?;
    packed.report.count(&stored);
    Ok(packed)
}

/// Computes the manifest of a folder without storing anything.
pub async fn plan_folder(
    shards: ShardCount,
    folder: &Path,
    options: &PackOptions,
) -> Result<Packed, PackError> {
    pack(Store::Nowhere(shards), Journal::in_memory(), folder, options).await
}

fn purpose(client: &Client, put: &PutOptions) -> Purpose {
    let config = client.config();
    Purpose {
        kind: "nocknock-upload".to_owned(),
        n_shards: config.shards.get(),
        epochs: put.epochs.get(),
        permanent: put.permanent,
        publishers: config.publishers.clone(),
    }
}

async fn pack(
    store: Store,
    journal: Journal,
    folder: &Path,
    options: &PackOptions,
) -> Result<Packed, PackError> {
    let (files, left_out) = list(folder)?;
    let shards = store.shards();
    let mut packer = Packer {
        store: Arc::new(store),
        journal: Arc::new(journal),
        options,
        running: JoinSet::new(),
        done: Vec::new(),
        report: PackReport { left_out, ..PackReport::default() },
    };
    let mut entries = Vec::new();
    for (index, file) in files.iter().enumerate() {
        entries.push(packer.file(index, folder, file).await?);
    }
    let manifest = Manifest::new(shards, packer.finish(entries).await?)?;
    let (listed, report) = (manifest.clone(), packer.report);
    let id = tokio::task::spawn_blocking(move || listed.id()).await??;
    Ok(Packed { manifest, id, report })
}

/// Where shards go.
#[derive(Debug)]
enum Store {
    Client(Client, PutOptions),
    /// Their ids are computed, and that is all.
    Nowhere(ShardCount),
}

impl Store {
    fn shards(&self) -> ShardCount {
        match self {
            Self::Client(client, _) => client.config().shards,
            Self::Nowhere(shards) => *shards,
        }
    }

    async fn put(&self, bytes: Bytes) -> Result<(BlobId, Option<Stored>), PackError> {
        match self {
            Self::Client(client, options) => {
                let stored = client.put(bytes, options).await?;
                Ok((stored.id, Some(stored)))
            }
            Self::Nowhere(shards) => {
                let shards = *shards;
                let id = tokio::task::spawn_blocking(move || blob_id(&bytes, shards)).await??;
                Ok((id, None))
            }
        }
    }
}

/// Which shard of which file.
type Place = (usize, usize);

/// A shard that is done, and how.
type Done = (Place, Shard, Outcome);

#[derive(Debug)]
enum Outcome {
    Stored(Stored),
    Computed,
    Reused,
}

struct Packer<'a> {
    store: Arc<Store>,
    journal: Arc<Journal>,
    options: &'a PackOptions,
    running: JoinSet<Result<Done, PackError>>,
    done: Vec<(Place, Shard)>,
    report: PackReport,
}

impl Packer<'_> {
    /// Reads a file and sends its shards off. The entry gets them in the end.
    async fn file(
        &mut self,
        index: usize,
        folder: &Path,
        relative: &Path,
    ) -> Result<Entry, PackError> {
        let path = folder.join(relative);
        let name = EntryName::from_path(relative)?;
        let mut reader = ShardReader::open(&path, self.options.shard_size.get())?;
        let mut size = 0;
        for number in 0.. {
            let (next, bytes) = tokio::task::spawn_blocking(move || reader.next()).await??;
            reader = next;
            let Some(bytes) = bytes else { break };
            size += bytes.len() as u64;
            self.send((index, number), bytes).await?;
        }
        Ok(Entry {
            format: reader.format,
            role: self.options.role.unwrap_or_else(|| Role::of(&name)),
            name,
            sha256: reader.hasher.finish(),
            shards: Vec::new(),
            size,
        })
    }

    async fn send(&mut self, place: Place, bytes: Bytes) -> Result<(), PackError> {
        while self.running.len() >= self.options.parallel.max(1) {
            self.collect().await?;
        }
        let (store, journal) = (self.store.clone(), self.journal.clone());
        self.running.spawn(async move {
            let (shard, outcome) = store_shard(&store, &journal, bytes).await?;
            Ok((place, shard, outcome))
        });
        Ok(())
    }

    /// Waits for one shard. `false` if none is under way.
    async fn collect(&mut self) -> Result<bool, PackError> {
        let Some(done) = self.running.join_next().await else {
            return Ok(false);
        };
        let (place, shard, outcome) = done??;
        match outcome {
            Outcome::Stored(stored) => self.report.count(&stored),
            Outcome::Reused => self.report.reused += 1,
            Outcome::Computed => {}
        }
        self.done.push((place, shard));
        Ok(true)
    }

    async fn finish(&mut self, mut entries: Vec<Entry>) -> Result<Vec<Entry>, PackError> {
        while self.collect().await? {}
        self.done.sort_by_key(|(place, _)| *place);
        for ((file, _), shard) in self.done.drain(..) {
            if let Some(entry) = entries.get_mut(file) {
                entry.shards.push(shard);
            }
        }
        Ok(entries)
    }
}

impl PackReport {
    fn count(&mut self, stored: &Stored) {
        self.stored += 1;
        self.stored_bytes += stored.size;
        let receipt = &stored.receipt;
        self.cost = self.cost.saturating_add(receipt.cost.unwrap_or(0));
        self.end_epoch = match (self.end_epoch, receipt.end_epoch) {
            (Some(known), Some(new)) => Some(known.min(new)),
            (known, new) => known.or(new),
        };
    }
}

async fn store_shard(
    store: &Store,
    journal: &Journal,
    bytes: Bytes,
) -> Result<(Shard, Outcome), PackError> {
    let size = bytes.len() as u64;
    let hashed = bytes.clone();
    let sha256 = tokio::task::spawn_blocking(move || ContentHash::of(&hashed)).await?;
    if let Some(shard) = journal.find(&sha256, size) {
        return Ok((shard, Outcome::Reused));
    }
    let (blob, stored) = store.put(bytes).await?;
    let shard = Shard { blob, sha256, size };
    journal.note(shard)?;
    Ok((shard, stored.map_or(Outcome::Computed, Outcome::Stored)))
}

/// Cuts a file into shards while hashing the whole.
struct ShardReader {
    path: PathBuf,
    file: File,
    format: Format,
    shard_size: u64,
    hasher: ContentHasher,
}

impl ShardReader {
    fn open(path: &Path, shard_size: u64) -> Result<Self, PackError> {
        let read = |reason| PackError::Read { path: path.to_owned(), reason };
        let file = File::open(path).map_err(read)?;
        let format = Format::of(path);
        if !format.matches(&file).map_err(read)? {
            let path = path.to_owned();
            return Err(PackError::Format { path, format });
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            format,
            shard_size,
            hasher: ContentHasher::default(),
        })
    }

    /// The next shard, or nothing at the end. Blocks.
    fn next(mut self) -> Result<(Self, Option<Bytes>), PackError> {
        let mut bytes = Vec::new();
        let read = (&mut self.file).take(self.shard_size).read_to_end(&mut bytes);
        if let Err(reason) = read {
            let path = self.path;
            return Err(PackError::Read { path, reason });
        }
        self.hasher.update(&bytes);
        Ok((self, (!bytes.is_empty()).then(|| bytes.into())))
    }
}

/// The files below a folder, by path relative to it, and what was left out as hidden.
fn list(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), PackError> {
    let (mut files, mut left_out) = (Vec::new(), Vec::new());
    let mut walk = WalkDir::new(folder).min_depth(1).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| read_error(folder, error))?;
        let kind = entry.file_type();
        if is_hidden(&entry) {
            if kind.is_dir() {
                walk.skip_current_dir();
            }
            left_out.push(entry.into_path());
        } else if kind.is_file() {
            let path = entry.path();
            files.push(path.strip_prefix(folder).unwrap_or(path).to_owned());
        } else if !kind.is_dir() {
            return Err(PackError::NotAFile(entry.into_path()));
        }
    }
    Ok((files, left_out))
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn read_error(folder: &Path, error: walkdir::Error) -> PackError {
    PackError::Read { path: error.path().unwrap_or(folder).to_owned(), reason: error.into() }
}
