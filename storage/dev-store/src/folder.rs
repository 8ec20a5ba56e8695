//! The folder that holds the blobs.
//!
//! `blobs/ID` are a blob's bytes and `blobs/ID.json` its record. A blob exists when its record
//! does; bytes are put in place before the record, both by renaming a finished file, so that a
//! process killed at any moment leaves no half of anything under a final name. `incoming/` holds
//! unfinished files and is emptied when the store is opened. `lock` keeps a second process out.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::{
    clock::Epoch,
    record::{Record, Term},
    staging::{Staged, Staging},
    stored::StoredBlob,
};
use nocknock_storage::BlobId;

/// Why a store's folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("{0} is in use by another development store: stop that one or take another folder")]
    InUse(PathBuf),
    /// The folder was made with another shard count or epoch length.
    #[error(
        "{folder} was made for {was}, not for {wanted}: take these settings or another folder"
    )]
    Settings {
        /// The folder.
        folder: PathBuf,
        /// What it was made with.
        was: String,
        /// What was asked for.
        wanted: String,
    },
    /// A file of the folder is not what this program writes.
    #[error("{path} is damaged ({source}): restore it or take another folder")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file system refused.
    #[error("the folder {folder} could not be opened: {source}")]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

/// What a folder is made with and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) shards: u16,
    pub(super) epoch_millis: u64,
    /// When the first epoch began, in milliseconds since 1970.
    pub(super) genesis_millis: u64,
}

impl Settings {
    fn describe(&self) -> String {
        format!("{} shards and epochs of {} s", self.shards, self.epoch_millis as f64 / 1000.0)
    }

    fn agrees_with(&self, other: &Self) -> bool {
        (self.shards, self.epoch_millis) == (other.shards, other.epoch_millis)
    }
}

/// How a blob came to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    New(Term),
    /// It is stored until this epoch already.
    Known(Epoch),
}

/// What became of a request to delete a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deletion {
    Done,
    Unknown,
    /// Permanent until this epoch.
    Refused(Epoch),
}

/// An open and locked folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    pub(super) settings: Settings,
    /// Held while a blob's files change.
    changing: Mutex<()>,
    _lock: File,
}

impl Folder {
    /// Opens or makes a folder. `wanted` must agree with the settings of one that exists.
    pub(super) fn open(root: &Path, wanted: Settings) -> Result<Self, OpenError> {
        let io_error = |source| OpenError::Io { folder: root.into(), source };
        fs::create_dir_all(root.join("blobs")).map_err(io_error)?;
        let lock = lock(root)?;
        let incoming = root.join("incoming");
        match fs::remove_dir_all(&incoming) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error(error)),
            _ => fs::create_dir(&incoming).map_err(io_error)?,
        }
        let settings = settings(root, wanted)?;
        Ok(Self { root: root.into(), settings, changing: Mutex::new(()), _lock: lock })
    }

    /// Opens a folder that a store has made.
    pub(super) fn open_existing(root: &Path) -> Result<Self, OpenError> {
        let path = root.join("store.json");
        let json =
            fs::read(&path).map_err(|source| OpenError::Io { folder: root.into(), source })?;
        let settings = serde_json::from_slice(&json);
        Self::open(root, settings.map_err(|source| OpenError::Damaged { path, source })?)
    }

    pub(super) fn stage(&self) -> io::Result<Staging> {
        Staging::new(&self.root.join("incoming"))
    }

    /// Stores `staged` under its id for a term, unless it is stored that long already. Its bytes
    /// take the place of any that are there, which mends damaged ones.
    pub(super) fn keep(
        &self,
        staged: Staged,
        id: BlobId,
        permanent: bool,
        term: Term,
    ) -> io::Result<Outcome> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.readable_record(&id)?.filter(|known| known.is_live(term.start_epoch));
        let mut record = Record {
            size: staged.len,
            checksums: staged.checksums.clone(),
            permanent: known.as_ref().and_then(|known| known.permanent),
            deletable: known.as_ref().and_then(|known| known.deletable),
        };
        let outcome = match record.end_epoch(permanent) {
            end if end >= term.end_epoch => Outcome::Known(end),
            _ => Outcome::New(term),
        };
        if let Outcome::New(term) = outcome {
            record.set_term(permanent, term);
        }
        staged.keep_as(&self.bytes_path(&id))?;
        self.write_record(&id, &record)?;
        Ok(outcome)
    }

    fn write_record(&self, id: &BlobId, record: &Record) -> io::Result<()> {
        let json = serde_json::to_vec(record)?;
        nocknock_durable::put(&self.record_path(id), &json)
    }

    /// The blob's record and open file, if it is stored at `now`.
    pub(super) fn find(&self, id: BlobId, now: Epoch) -> io::Result<Option<StoredBlob>> {
        let Some(record) = self.record(&id)?.filter(|record| record.is_live(now)) else {
            return Ok(None);
        };
        match File::open(self.bytes_path(&id)) {
            Ok(file) => Ok(Some(StoredBlob { id, record, file })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes a blob that is not permanent.
    pub(super) fn delete(&self, id: &BlobId, now: Epoch) -> io::Result<Deletion> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        match self.record(id)?.filter(|record| record.is_live(now)) {
            None => Ok(Deletion::Unknown),
            Some(record) if record.is_permanent(now) => {
                Ok(Deletion::Refused(record.end_epoch(true)))
            }
            Some(_) => self.remove(id).map(|()| Deletion::Done),
        }
    }

    /// Removes blobs whose last term has ended, and bytes that never got a record.
    pub(super) fn sweep(&self, now: Epoch) -> io::Result<()> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        for id in self.ids()? {
            nocknock_durable::remove_unfinished(&self.record_path(&id))?;
            match self.record(&id) {
                Ok(Some(record)) if record.is_live(now) => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
                Ok(_) => self.remove(&id)?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Ids of everything in the folder that has bytes or a record.
    pub(super) fn ids(&self) -> io::Result<BTreeSet<BlobId>> {
        let mut ids = BTreeSet::new();
        for entry in fs::read_dir(self.root.join("blobs"))? {
            let name = entry?.file_name();
            let id = |name: &str| name.strip_suffix(".json").unwrap_or(name).parse::<BlobId>().ok();
            ids.extend(name.to_str().and_then(id));
        }
        Ok(ids)
    }

    fn remove(&self, id: &BlobId) -> io::Result<()> {
        for path in [self.record_path(id), self.bytes_path(id)] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// A blob's record, or none where a damaged one is about to be replaced.
    fn readable_record(&self, id: &BlobId) -> io::Result<Option<Record>> {
        match self.record(id) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
            other => other,
        }
    }

    fn record(&self, id: &BlobId) -> io::Result<Option<Record>> {
        let damaged = |error| io::Error::new(io::ErrorKind::InvalidData, error);
        match fs::read(self.record_path(id)) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(damaged),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn bytes_path(&self, id: &BlobId) -> PathBuf {
        self.root.join("blobs").join(id.to_string())
    }

    fn record_path(&self, id: &BlobId) -> PathBuf {
        self.root.join("blobs").join(format!("{id}.json"))
    }
}

fn lock(root: &Path) -> Result<File, OpenError> {
    let io_error = |source| OpenError::Io { folder: root.into(), source };
    let locked = nocknock_durable::try_lock(&root.join("lock")).map_err(io_error)?;
    locked.ok_or_else(|| OpenError::InUse(root.into()))
}

/// The folder's settings, which a new one takes from `wanted`.
fn settings(root: &Path, wanted: Settings) -> Result<Settings, OpenError> {
    let path = root.join("store.json");
    let io_error = |source| OpenError::Io { folder: root.into(), source };
    let damaged = |source| OpenError::Damaged { path: path.clone(), source };
    match fs::read(&path) {
        Ok(json) => agree(root, serde_json::from_slice(&json).map_err(damaged)?, wanted),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let json = serde_json::to_vec_pretty(&wanted).map_err(damaged)?;
            nocknock_durable::put(&path, &json).map_err(io_error)?;
            Ok(wanted)
        }
        Err(error) => Err(io_error(error)),
    }
}

fn agree(root: &Path, was: Settings, wanted: Settings) -> Result<Settings, OpenError> {
    if was.agrees_with(&wanted) {
        return Ok(was);
    }
    Err(OpenError::Settings { folder: root.into(), was: was.describe(), wanted: wanted.describe() })
}
