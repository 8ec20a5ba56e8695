//! The requester's private file: what must not be lost between the creation of a task and the
//! delivery of its models.

use crate::{
    blocks::{PreparedTask, Stored, StoredError},
    encoding::Encoding,
};
use nocknock_durable as durable;
use nocknock_primitives::model::RecipientSecret;
use serde::{
    de::{DeserializeOwned, Error},
    Deserialize, Deserializer, Serialize,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Version of the file's form.
const VERSION: u32 = 3;

/// A prepared task and how far its requester has come.
///
/// Save it before the task is created: whoever loses the salts cannot reveal, and forfeits the
/// bond; whoever loses the secret pays for a model that nobody can open. `P` is what the program
/// around it wants to remember, such as the task's number; it must not be secret, because it is
/// printed.
#[derive(Clone, Debug)]
pub struct RequesterState<P> {
    /// The blocks, their salts and roots.
    pub prepared: PreparedTask,
    /// What opens the models that are delivered: the task names its
    /// [key](RecipientSecret::key). It is wiped on drop and never printed.
    pub recipient: RecipientSecret,
    /// How far the requester has come.
    pub progress: P,
}

/// Why a state was not saved or loaded. No text of the file is repeated here.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file cannot be written.
    #[error("{}: cannot be saved: {error}", .file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// The file cannot be read.
    #[error("{}: cannot be read: {error}", .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// Others may read the file.
    #[error(
        "{}: other users may read this file, which holds secrets: run chmod 600 on it",
        .file.display()
    )]
    Readable {
        /// The file.
        file: PathBuf,
    },
    /// The file is not of this form.
    #[error(
        "{}: is not a requester's state (line {line}, column {column}): restore it from a backup",
        .file.display()
    )]
    Format {
        /// The file.
        file: PathBuf,
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
    /// The file has another version.
    #[error(
        "{}: has version {found} of this form, but this program reads version {VERSION}: use the \
         release that wrote it",
        .file.display()
    )]
    Version {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The parts of the file do not belong together.
    #[error("{}: {error}", .file.display())]
    Stored {
        /// The file.
        file: PathBuf,
        /// What does not belong together.
        error: StoredError,
    },
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Serialize)]
struct Written<'a, P> {
    version: u32,
    prepared: &'a PreparedTask,
    recipient: &'a str,
    progress: &'a P,
}

#[derive(Deserialize)]
struct Read<P> {
    prepared: Stored,
    #[serde(deserialize_with = "read_secret")]
    recipient: RecipientSecret,
    progress: P,
}

/// The encoding, which is no secret, and nothing else of the file.
#[derive(Deserialize)]
struct Published {
    prepared: PublishedPart,
}

#[derive(Deserialize)]
struct PublishedPart {
    encoding: Encoding,
}

fn read_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RecipientSecret, D::Error> {
    let text = Zeroizing::new(String::deserialize(deserializer)?);
    text.parse().map_err(D::Error::custom)
}

/// Secrets are compared by their bytes.
impl<P: PartialEq> PartialEq for RequesterState<P> {
    fn eq(&self, other: &Self) -> bool {
        self.prepared == other.prepared
            && self.recipient.to_bytes() == other.recipient.to_bytes()
            && self.progress == other.progress
    }
}

impl<P> RequesterState<P> {
    /// Writes the file so that either the old or the new one is there after a crash at any moment.
    /// Only its owner may read it. Only one process at a time may save to a file: see
    /// [`durable::put`].
    pub fn save(&self, file: &Path) -> Result<(), StateError>
    where
        P: Serialize,
    {
        let secret = self.recipient.to_text();
        let written = Written {
            version: VERSION,
            prepared: &self.prepared,
            recipient: &secret,
            progress: &self.progress,
        };
        // Salts and secret leave no copy in memory.
        let bytes = durable::secret_bytes(|out| Ok(serde_json::to_writer(out, &written)?));
        let saved = bytes.and_then(|bytes| durable::put(file, &bytes));
        saved.map_err(|error| StateError::Write { file: file.to_owned(), error })
    }

    /// Reads the file back and compares every block with its root.
    pub fn load(file: &Path) -> Result<Self, StateError>
    where
        P: DeserializeOwned,
    {
        let read: Read<P> = parse(file, &read_version(file)?)?;
        let prepared = PreparedTask::try_from(read.prepared);
        Ok(Self {
            prepared: prepared
                .map_err(|error| StateError::Stored { file: file.to_owned(), error })?,
            recipient: read.recipient,
            progress: read.progress,
        })
    }
}

/// The encoding of the task that a file holds. Blocks and roots are not looked at, which takes much
/// less time than [`RequesterState::load`]: compare its hash with that of the task.
pub fn read_encoding(file: &Path) -> Result<Encoding, StateError> {
    let read: Published = parse(file, &read_version(file)?)?;
    Ok(read.prepared.encoding)
}

/// The bytes of a file of this version.
fn read_version(file: &Path) -> Result<Zeroizing<Vec<u8>>, StateError> {
    let bytes = read_private(file)?;
    let version = parse::<Versioned>(file, &bytes)?.version;
    if version == VERSION {
        Ok(bytes)
    } else {
        Err(StateError::Version { file: file.to_owned(), found: version })
    }
}

/// Parses without repeating any of the text in an error: it holds secrets.
fn parse<T: DeserializeOwned>(file: &Path, bytes: &[u8]) -> Result<T, StateError> {
    serde_json::from_slice(bytes).map_err(|error| StateError::Format {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
    })
}

fn read_private(file: &Path) -> Result<Zeroizing<Vec<u8>>, StateError> {
    let read_error = |error| StateError::Read { file: file.to_owned(), error };
    if others_may_read(&fs::metadata(file).map_err(read_error)?) {
        return Err(StateError::Readable { file: file.to_owned() });
    }
    fs::read(file).map(Zeroizing::new).map_err(read_error)
}

#[cfg(unix)]
fn others_may_read(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn others_may_read(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests;
