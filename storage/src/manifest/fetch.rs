//! From a manifest to a folder.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{stream, StreamExt};
use nocknock_durable::LockedFile;
use tokio::{
    sync::Semaphore,
    task::{spawn_blocking, JoinError},
};

use super::{
    name::STATE_FOLDER, ContentHash, Entry, EntryName, Manifest, ManifestError, Role, Shard,
};
use crate::{
    blob_id::{BlobId, ShardCount},
    cache::hash_range,
    client::{Client, ClientError, FetchOptions, Progress},
};

/// How a manifest's files are fetched.
#[derive(Clone, Debug)]
pub struct FetchFolderOptions {
    /// Which files: those with one of these roles, or all if there is none.
    pub roles: Vec<Role>,
    /// Shards that are fetched at the same time.
    pub parallel: usize,
    /// Whether a file that is in the way, with other content, is replaced.
    pub overwrite: bool,
    /// That the data set was stored a moment ago. See [`FetchOptions::just_certified`].
    pub just_certified: bool,
    /// Receives the progress of each shard.
    pub progress: Progress,
}

impl Default for FetchFolderOptions {
    fn default() -> Self {
        Self {
            roles: Vec::new(),
            parallel: 8,
            overwrite: false,
            just_certified: false,
            progress: Progress::none(),
        }
    }
}

/// A file that is there and was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFetched {
    /// Its name.
    pub name: EntryName,
    /// Its bytes.
    pub size: u64,
    /// Its SHA-256, computed from the file in the folder.
    pub sha256: ContentHash,
    /// Shards that were fetched now; the others were there from an earlier run.
    pub shards_fetched: usize,
    /// Bytes of these.
    pub bytes_fetched: u64,
}

/// Every file that was asked for is there and was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderReport {
    /// The files.
    pub files: Vec<EntryFetched>,
}

impl FolderReport {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    /// Bytes that were fetched now.
    pub fn bytes_fetched(&self) -> u64 {
        self.files.iter().map(|file| file.bytes_fetched).sum()
    }

    /// Shards that were fetched now.
    pub fn shards_fetched(&self) -> usize {
        self.files.iter().map(|file| file.shards_fetched).sum()
    }
}

/// Why one file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchEntryError {
    /// A shard could not be fetched.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A blob has the right id, but not the hash that the manifest lists: the manifest's author
    /// erred.
    #[error("blob {0} has the right id but not the SHA-256 in the manifest: the manifest is wrong, ask its author")]
    WrongShard(BlobId),
    /// The whole has not the hash that the manifest lists, although all shards have.
    #[error("the shards do not make up a file with the SHA-256 in the manifest: the manifest is wrong, ask its author")]
    WrongFile,
    /// Something else is in the way.
    #[error("{} is in the way and has other content: move it or allow overwriting", crate::text::path(.0))]
    Occupied(PathBuf),
    /// A link or a file where a folder should be.
    #[error("{} is not a folder of its own: remove it", crate::text::path(.0))]
    NotAFolder(PathBuf),
    /// The file system refused.
    #[error(
        "cannot write {}: {reason}; check permissions and free space",
        crate::text::path(path)
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// A thread died, or the program is ending.
    #[error("a background thread ended early")]
    Thread(#[from] JoinError),
}

/// Why a folder is not complete.
#[derive(Debug, thiserror::Error)]
pub enum FetchFolderError {
    /// The manifest's blob could not be fetched.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The blob is not a manifest.
    #[error("blob {id} is not a manifest that this program can use: {reason}")]
    Manifest {
        /// The blob.
        id: BlobId,
        /// Why not.
        reason: ManifestError,
    },
    /// The manifest is for another network.
    #[error("the manifest is for a network of {manifest} shards, the client is set to {client}: set it to the same")]
    Network {
        /// The manifest's shard count.
        manifest: ShardCount,
        /// The client's.
        client: ShardCount,
    },
    /// The folder cannot be used.
    #[error("cannot use the folder {}: {reason}", crate::text::path(path))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Another process is writing to it.
    #[error("another fetch is writing to the folder {}: wait for it", crate::text::path(.0))]
    Busy(PathBuf),
    /// Some files failed. The others are complete; the next call goes on from there.
    #[error("{} of {wanted} files could not be fetched, run it again to continue; {}", failures.len(), first(failures))]
    Incomplete {
        /// Files that were asked for.
        wanted: usize,
        /// Those that failed, and why.
        failures: Vec<(EntryName, FetchEntryError)>,
    },
}

fn first(failures: &[(EntryName, FetchEntryError)]) -> String {
    let text = |(name, error): &(EntryName, FetchEntryError)| format!("{name}: {error}");
    failures.first().map(text).unwrap_or_default()
}

/// Fetches and checks a manifest.
pub async fn fetch_manifest(
    client: &Client,
    id: &BlobId,
    options: &FetchOptions,
) -> Result<Manifest, FetchFolderError> {
    let largest = options.largest.unwrap_or(u64::MAX);
    let options =
        FetchOptions { largest: Some(largest.min(Manifest::LONGEST as u64)), ..options.clone() };
    let text = client.get(id, &options).await?;
    Manifest::parse(&text).map_err(|reason| FetchFolderError::Manifest { id: *id, reason })
}

/// Fetches the files of a manifest into a folder, in parallel.
///
/// Every shard is checked against its id and its hash, every file against its hash, before the file
/// appears under its name; until then it grows in the folder `.nocknock-partial`. Files that are
/// there already are checked and kept, so that an interrupted call can be repeated: it fetches
/// only what is missing.
pub async fn fetch_folder(
    client: &Client,
    manifest: &Manifest,
    folder: &Path,
    options: &FetchFolderOptions,
) -> Result<FolderReport, FetchFolderError> {
    let (wants, has) = (manifest.network_shards(), client.config().shards);
    if wants != has {
        return Err(FetchFolderError::Network { manifest: wants, client: has });
    }
    let state = StateFolder::open(folder)?;
    let fetcher =
        Fetcher { client, folder, options, turns: Semaphore::new(options.parallel.max(1)) };
    let wanted: Vec<&Entry> = manifest
        .entries()
        .iter()
        .filter(|entry| options.roles.is_empty() || options.roles.contains(&entry.role))
        .collect();
    let results: Vec<_> = stream::iter(&wanted)
        .map(|entry| fetcher.entry(entry))
        .buffered(options.parallel.max(1))
        .collect()
        .await;
    let report = sort_out(&wanted, results)?;
    state.close();
    Ok(report)
}

fn sort_out(
    wanted: &[&Entry],
    results: Vec<Result<EntryFetched, FetchEntryError>>,
) -> Result<FolderReport, FetchFolderError> {
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    for (entry, result) in wanted.iter().zip(results) {
        match result {
            Ok(file) => files.push(file),
            Err(error) => failures.push((entry.name.clone(), error)),
        }
    }
    let wanted = wanted.len();
    if failures.is_empty() {
        Ok(FolderReport { files })
    } else {
        Err(FetchFolderError::Incomplete { wanted, failures })
    }
}

/// The folder for files that are not complete, held by this process alone.
struct StateFolder {
    path: PathBuf,
    lock: LockedFile,
}

impl StateFolder {
    fn open(folder: &Path) -> Result<Self, FetchFolderError> {
        let path = folder.join(STATE_FOLDER);
        let failed = |reason| FetchFolderError::Folder { path: path.clone(), reason };
        fs::create_dir_all(&path).map_err(failed)?;
        let lock = LockedFile::try_open(&path.join("lock")).map_err(failed)?;
        let lock = lock.ok_or_else(|| FetchFolderError::Busy(folder.to_owned()))?;
        Ok(Self { path, lock })
    }

    /// Removes the folder. Parts of files that were not asked for this time stay, and with them
    /// the folder.
    fn close(self) {
        let _ = self.lock.discard();
        let _ = fs::remove_dir(&self.path);
    }
}

struct Fetcher<'a> {
    client: &'a Client,
    folder: &'a Path,
    options: &'a FetchFolderOptions,
    /// One for each shard under way, whatever the file.
    turns: Semaphore,
}

impl Fetcher<'_> {
    async fn entry(&self, entry: &Entry) -> Result<EntryFetched, FetchEntryError> {
        let mut fetched = EntryFetched {
            name: entry.name.clone(),
            size: entry.size,
            sha256: entry.sha256,
            shards_fetched: 0,
            bytes_fetched: 0,
        };
        let Some(assembly) = self.begin(entry).await? else {
            return Ok(fetched);
        };
        let assembly = Arc::new(assembly);
        let missing = &assembly.missing;
        let results: Vec<_> = stream::iter(missing)
            .map(|(start, shard)| self.shard(assembly.clone(), *start, *shard))
            .buffer_unordered(self.options.parallel.max(1))
            .collect()
            .await;
        results.into_iter().collect::<Result<(), _>>()?;
        fetched.shards_fetched = missing.len();
        fetched.bytes_fetched = missing.iter().map(|(_, shard)| shard.size).sum();
        finish(assembly, entry.sha256).await?;
        Ok(fetched)
    }

    /// Finds out what is there. `None` if the file is complete.
    async fn begin(&self, entry: &Entry) -> Result<Option<Assembly>, FetchEntryError> {
        let _turn = self.turns.acquire().await;
        let (entry, folder) = (entry.clone(), self.folder.to_owned());
        let overwrite = self.options.overwrite;
        spawn_blocking(move || Assembly::begin(&entry, &folder, overwrite)).await?
    }

    async fn shard(
        &self,
        assembly: Arc<Assembly>,
        start: u64,
        shard: Shard,
    ) -> Result<(), FetchEntryError> {
        let _turn = self.turns.acquire().await;
        let options = FetchOptions {
            size: Some(shard.size),
            largest: None,
            just_certified: self.options.just_certified,
            progress: self.options.progress.clone(),
        };
        let copied = self.client.with_blob(&shard.blob, &options, move |blob| {
            if *blob.sha256() != shard.sha256 {
                return Ok(Err(FetchEntryError::WrongShard(shard.blob)));
            }
            let written = WriteAt { file: assembly.part.file(), position: start };
            Ok(blob.copy_to(written).map_err(ClientError::from).map_err(Into::into))
        });
        copied.await?
    }
}

/// A file that is being put together.
#[derive(Debug)]
struct Assembly {
    part: LockedFile,
    destination: PathBuf,
    size: u64,
    /// What is missing: where, and which shard.
    missing: Vec<(u64, Shard)>,
}

impl Assembly {
    fn begin(
        entry: &Entry,
        folder: &Path,
        overwrite: bool,
    ) -> Result<Option<Self>, FetchEntryError> {
        let destination = entry.name.below(folder);
        make_folders(folder, &entry.name)?;
        if is_there(&destination, entry, overwrite)? {
            return Ok(None);
        }
        let name = ContentHash::of(entry.name.as_str().as_bytes());
        let path = folder.join(STATE_FOLDER).join(format!("{name}.part"));
        let failed = |reason| FetchEntryError::Io { path: path.clone(), reason };
        let part = LockedFile::open(&path).map_err(failed)?;
        let missing = missing(part.file(), entry).map_err(failed)?;
        Ok(Some(Self { part, destination, size: entry.size, missing }))
    }
}

/// The shards of `entry` that are not in `part`, and where they belong.
fn missing(part: &File, entry: &Entry) -> io::Result<Vec<(u64, Shard)>> {
    let (mut missing, mut start) = (Vec::new(), 0);
    for shard in &entry.shards {
        if hash_range(part, start, shard.size)? != shard.sha256 {
            missing.push((start, *shard));
        }
        start += shard.size;
    }
    Ok(missing)
}

/// Checks the whole file and gives it its name.
async fn finish(assembly: Arc<Assembly>, sha256: ContentHash) -> Result<(), FetchEntryError> {
    // Every shard is done, so this is the only owner.
    let Some(assembly) = Arc::into_inner(assembly) else {
        return Err(FetchEntryError::WrongFile);
    };
    spawn_blocking(move || {
        let Assembly { part, destination, size, .. } = assembly;
        let failed = |reason| FetchEntryError::Io { path: destination.clone(), reason };
        part.file().set_len(size).map_err(failed)?;
        if hash_range(part.file(), 0, size).map_err(failed)? != sha256 {
            return Err(FetchEntryError::WrongFile);
        }
        part.publish(&destination).map_err(failed)?;
        Ok(())
    })
    .await?
}

/// Whether the file is there already with the right content.
fn is_there(path: &Path, entry: &Entry, overwrite: bool) -> Result<bool, FetchEntryError> {
    let failed = |reason| FetchEntryError::Io { path: path.to_owned(), reason };
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    if found.is_file() && found.len() == entry.size {
        let file = File::open(path).map_err(failed)?;
        if hash_range(&file, 0, entry.size).map_err(failed)? == entry.sha256 {
            return Ok(true);
        }
    }
    if overwrite && !found.is_dir() {
        Ok(false)
    } else {
        Err(FetchEntryError::Occupied(path.to_owned()))
    }
}

/// Creates the folders on the way to a file. A link among them could lead anywhere, and is refused.
fn make_folders(folder: &Path, name: &EntryName) -> Result<(), FetchEntryError> {
    let mut path = folder.to_owned();
    let mut parts: Vec<&str> = name.parts().collect();
    parts.pop();
    for part in parts {
        path.push(part);
        match fs::create_dir(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let found = fs::symlink_metadata(&path);
                if !found.is_ok_and(|found| found.is_dir()) {
                    return Err(FetchEntryError::NotAFolder(path));
                }
            }
            Err(reason) => return Err(FetchEntryError::Io { path, reason }),
        }
    }
    Ok(())
}

/// Writes to a place in a file.
struct WriteAt<'a> {
    file: &'a File,
    position: u64,
}

impl io::Write for WriteAt<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write_at(bytes, self.position)?;
        self.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
