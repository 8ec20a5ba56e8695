//! What an interrupted upload has stored already.
//!
//! A text file of JSON lines: the first says what the upload is, each further one names a shard
//! that a publisher has confirmed. A line that was not written to its end is dropped. The journal
//! saves uploads and computing; it is trusted as much as the files that are being uploaded.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::Shard;
use crate::cache::ContentHash;

/// Why the journal of an upload cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file system refused.
    #[error("cannot use the upload journal {}: {reason}", crate::text::path(path))]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why not.
        reason: io::Error,
    },
    /// Another upload has it.
    #[error("the upload journal {} is in use by another upload: wait for it or give another journal", crate::text::path(.0))]
    Busy(PathBuf),
}

/// What an upload is. A journal of another one is not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Purpose {
    pub(super) kind: String,
    pub(super) n_shards: usize,
    pub(super) epochs: u32,
    pub(super) permanent: bool,
    pub(super) publishers: Vec<String>,
}

/// A shard that is stored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Line {
    shard: Shard,
    /// When, in seconds since 1970.
    stored: u64,
}

/// How long a stored shard counts, in seconds: twelve hours, half an epoch of the test network.
const VALID: u64 = 12 * 3600;

/// Known shards, and where they are written down, if anywhere.
#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    known: HashMap<(ContentHash, u64), Shard>,
    file: Option<(PathBuf, File)>,
}

impl Journal {
    /// Knows what it is told, and forgets it in the end.
    pub(super) fn in_memory() -> Self {
        Self::default()
    }

    /// Takes up the journal at `path` if it is of the same upload, else begins it anew.
    pub(super) fn open(path: &Path, purpose: &Purpose) -> Result<Self, JournalError> {
        let io = |reason| JournalError::Io { path: path.to_owned(), reason };
        let locked = nocknock_durable::try_lock(path).map_err(io)?;
        let mut file = locked.ok_or_else(|| JournalError::Busy(path.to_owned()))?;
        let known = take_up(&mut file, purpose).map_err(io)?;
        let file = Some((path.to_owned(), file));
        Ok(Self(Mutex::new(State { known, file })))
    }

    /// The shard with this content, if it is stored.
    pub(super) fn find(&self, sha256: &ContentHash, size: u64) -> Option<Shard> {
        self.state().known.get(&(*sha256, size)).copied()
    }

    /// Notes that a shard is stored.
    pub(super) fn note(&self, shard: Shard) -> Result<(), JournalError> {
        let mut state = self.state();
        state.known.insert((shard.sha256, shard.size), shard);
        let Some((path, file)) = &mut state.file else {
            return Ok(());
        };
        let line = Line { shard, stored: now() };
        write_line(file, &line).map_err(|reason| JournalError::Io { path: path.clone(), reason })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads what is of use, drops the rest and leaves the file ready for the next line.
fn take_up(file: &mut File, purpose: &Purpose) -> io::Result<HashMap<(ContentHash, u64), Shard>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let mut lines =
        text.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    let first: Option<Purpose> = lines.next().and_then(|line| serde_json::from_slice(line).ok());
    let lines: Vec<Line> = match first {
        Some(found) if found == *purpose => lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .filter(|line: &Line| now().saturating_sub(line.stored) < VALID)
            .collect(),
        _ => Vec::new(),
    };
    file.rewind()?;
    file.set_len(0)?;
    write_line(file, purpose)?;
    lines.iter().try_for_each(|line| write_line(file, line))?;
    let key = |line: &Line| ((line.shard.sha256, line.shard.size), line.shard);
    Ok(lines.iter().map(key).collect())
}

fn write_line(file: &mut File, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob_id::BlobId;

    fn purpose(epochs: u32) -> Purpose {
        Purpose {
            kind: "nocknock-upload".into(),
            n_shards: 7,
            epochs,
            permanent: true,
            publishers: vec!["http://localhost".into()],
        }
    }

    fn shard(number: u8) -> Shard {
        Shard { blob: BlobId([number; 32]), sha256: ContentHash::of(&[number]), size: 1 }
    }

    fn knows(journal: &Journal, number: u8) -> bool {
        let shard = shard(number);
        journal.find(&shard.sha256, shard.size) == Some(shard)
    }

    #[test]
    fn stored_shards_are_known_to_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        for number in 0..3 {
            let journal = Journal::open(&path, &purpose(1)).unwrap();
            assert!((0..number).all(|earlier| knows(&journal, earlier)));
            assert!(!knows(&journal, number));
            journal.note(shard(number)).unwrap();
        }
    }

    #[test]
    fn a_torn_line_is_dropped_and_does_not_spoil_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, &purpose(1)).unwrap();
        journal.note(shard(1)).unwrap();
        journal.note(shard(2)).unwrap();
        drop(journal);
        let text = std::fs::read(&path).unwrap();
        std::fs::write(&path, &text[..text.len() - 5]).unwrap();
        let journal = Journal::open(&path, &purpose(1)).unwrap();
        assert!(knows(&journal, 1) && !knows(&journal, 2));
        journal.note(shard(3)).unwrap();
        drop(journal);
        let journal = Journal::open(&path, &purpose(1)).unwrap();
        assert!(knows(&journal, 1) && knows(&journal, 3));
    }

    #[test]
    fn a_journal_of_another_upload_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, &purpose(1)).unwrap();
        journal.note(shard(1)).unwrap();
        assert!(matches!(Journal::open(&path, &purpose(1)), Err(JournalError::Busy(_))));
        drop(journal);
        assert!(!knows(&Journal::open(&path, &purpose(2)).unwrap(), 1));
    }

    #[test]
    fn what_was_stored_long_ago_is_stored_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let old = Line { shard: shard(1), stored: now() - VALID - 1 };
        let mut file = File::create(&path).unwrap();
        write_line(&mut file, &purpose(1)).unwrap();
        write_line(&mut file, &old).unwrap();
        assert!(!knows(&Journal::open(&path, &purpose(1)).unwrap(), 1));
    }
}
