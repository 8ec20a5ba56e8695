//! What a member keeps in the folder of its run, so that a kill at any moment loses nothing that
//! the others have heard of.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `run.json` | the run, the slot and the specification, so that no folder serves two runs |
//! | `global.bin` | the newest state on which a majority has agreed |
//! | `local.bin` | the memory of the optimiser, the feedback, and the promise |
//! | `lock` | nothing; it is locked while a member runs |
//!
//! The promise is the offer of a round with its object. It is written together with the memory from
//! which it follows, in one file and before anything is sent: so a member that is killed either has
//! trained nothing in the round, or makes this offer and no other.

use super::Spec;
use crate::{
    learner::InnerState,
    order::{Hash, Offer},
    outer::State,
};
use codec::{Decode, Encode};
use nocknock_durable as durable;
use serde::Serialize;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

const RUN_FILE: &str = "run.json";
const GLOBAL_FILE: &str = "global.bin";
const LOCAL_FILE: &str = "local.bin";
const LOCK_FILE: &str = "lock";

/// With what a file begins, before the hash of the rest.
const MAGIC: [u8; 4] = *b"NNT1";

/// Why a file of a member cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file system refuses.
    #[error("cannot {action} {}: {}", .path.display(), durable::explain(.source))]
    System {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The content is not what was written.
    #[error(
        "{} is damaged: move it away. A state is computed again; without its memory, start only \
         when the present round is over, because a second offer in it excludes the member",
        .path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The folder is that of another run, slot or specification.
    #[error(
        "{} belongs to another run, slot or specification: use another folder",
        .path.display()
    )]
    OtherRun {
        /// The file.
        path: PathBuf,
    },
    /// Another process is this member: both together would make two offers.
    #[error("{} is in use: the member runs already", .path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}

/// A state of the team, and what led to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Global {
    /// How many rounds are merged in it.
    pub(super) round: u32,
    /// The transcript of these rounds.
    pub(super) transcript: Hash,
    /// The state.
    pub(super) state: State,
}

/// What a member has for itself.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Local {
    /// What the optimiser remembers.
    pub(super) inner: InnerState,
    /// What was learnt and not sent.
    pub(super) error: Vec<f32>,
    /// The newest offer, until its round is over.
    pub(super) promise: Option<Promise>,
}

/// An offer with its object.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(super) struct Promise {
    /// The epoch in which it was made.
    pub(super) epoch: u16,
    pub(super) offer: Offer,
    pub(super) sealed: Vec<u8>,
}

/// The folder of a run.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Held while the folder is open.
    _lock: File,
}

#[derive(Decode)]
struct GlobalFile {
    round: u32,
    transcript: Hash,
    parameters: Vec<f32>,
    momentum: Vec<f32>,
}

#[derive(Decode)]
struct LocalFile {
    steps: u64,
    mean: Vec<f32>,
    square: Vec<f32>,
    error: Vec<f32>,
    promise: Option<Promise>,
}

#[derive(Serialize)]
struct RunFile<'a> {
    run: String,
    slot: u8,
    spec: &'a Spec,
}

impl Folder {
    /// The folder of a run, which is made if it is missing. Nobody else can open it meanwhile.
    pub(super) fn open(path: &Path, run: &Hash, slot: u8, spec: &Spec) -> Result<Self, FileError> {
        durable::make_folder(path).map_err(failed("make", path))?;
        let lock = durable::try_lock(&path.join(LOCK_FILE)).map_err(failed("lock", path))?;
        let lock = lock.ok_or_else(|| FileError::InUse { path: path.to_owned() })?;
        let folder = Self { path: path.to_owned(), _lock: lock };
        let file = folder.path.join(RUN_FILE);
        let text = run_text(run, slot, spec).map_err(failed("write", &file))?;
        match read(&file)? {
            None => durable::put(&file, &text).map_err(failed("write", &file))?,
            Some(found) if found == text => {}
            Some(_) => return Err(FileError::OtherRun { path: file }),
        }
        Ok(folder)
    }

    /// The newest agreed state, if there is one.
    pub(super) fn load_global(&self) -> Result<Option<Global>, FileError> {
        let file: Option<GlobalFile> = self.load(GLOBAL_FILE)?;
        Ok(file.map(|file| {
            let GlobalFile { round, transcript, parameters, momentum } = file;
            Global { round, transcript, state: State { parameters, momentum } }
        }))
    }

    /// Keeps an agreed state.
    pub(super) fn save_global(&self, global: &Global) -> Result<(), FileError> {
        let State { parameters, momentum } = &global.state;
        self.save(GLOBAL_FILE, &(global.round, global.transcript, parameters, momentum))
    }

    /// What the member had for itself, if it made an offer before.
    pub(super) fn load_local(&self) -> Result<Option<Local>, FileError> {
        let file: Option<LocalFile> = self.load(LOCAL_FILE)?;
        Ok(file.map(|file| {
            let LocalFile { steps, mean, square, error, promise } = file;
            Local { inner: InnerState { steps, mean, square }, error, promise }
        }))
    }

    /// Keeps what the member has for itself. It makes the offer only after that.
    pub(super) fn save_local(&self, local: &Local) -> Result<(), FileError> {
        let Local { inner, error, promise } = local;
        self.save(LOCAL_FILE, &(inner.steps, &inner.mean, &inner.square, error, promise))
    }

    fn save(&self, name: &str, content: &impl Encode) -> Result<(), FileError> {
        let file = self.path.join(name);
        let content = content.encode();
        let hash = checksum(name, &content);
        let bytes = [&MAGIC[..], &hash, &content].concat();
        durable::put(&file, &bytes).map_err(failed("write", &file))
    }

    fn load<T: Decode>(&self, name: &str) -> Result<Option<T>, FileError> {
        let path = self.path.join(name);
        let Some(bytes) = read(&path)? else { return Ok(None) };
        let content = content(name, &bytes);
        content.map(Some).ok_or(FileError::Damaged { path })
    }
}

fn run_text(run: &Hash, slot: u8, spec: &Spec) -> io::Result<Vec<u8>> {
    let run = blake3::Hash::from_bytes(*run).to_hex().to_string();
    serde_json::to_vec_pretty(&RunFile { run, slot, spec }).map_err(io::Error::other)
}

/// What a file holds, if it is what was written under this name.
fn content<T: Decode>(name: &str, bytes: &[u8]) -> Option<T> {
    let (hash, mut content) = bytes.strip_prefix(&MAGIC)?.split_first_chunk::<32>()?;
    if *hash != checksum(name, content) {
        return None;
    }
    T::decode(&mut content).ok()
}

/// Numbers that a disk has changed are still numbers: without this, nobody would notice.
fn checksum(name: &str, content: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("NockNock 2026 file of a team's member");
    hasher.update(&(name.len() as u64).to_le_bytes());
    hasher.update(name.as_bytes());
    hasher.update(content);
    *hasher.finalize().as_bytes()
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", file)(error)),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError::System { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::{super::testing, *};

    fn global() -> Global {
        let state = State { parameters: vec![1.0, -2.5], momentum: vec![0.5, 0.0] };
        Global { round: 3, transcript: [4; 32], state }
    }

    fn local() -> Local {
        let inner = InnerState { steps: 9, mean: vec![0.5], square: vec![0.25] };
        let [object, parent, begun] = [[1; 32], [4; 32], [5; 32]];
        let offer = Offer { round: 3, object, bytes: 2, work: 3, parent, begun };
        let promise = Some(Promise { epoch: 0, offer, sealed: vec![5, 6] });
        Local { inner, error: vec![-0.5, 1e-20], promise }
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Folder::open(folder.path(), &[1; 32], 2, &testing::spec()).unwrap();
        assert_eq!(open().load_global().unwrap(), None);
        assert_eq!(open().load_local().unwrap(), None);
        open().save_global(&global()).unwrap();
        open().save_local(&local()).unwrap();
        assert_eq!(open().load_global().unwrap(), Some(global()));
        assert_eq!(open().load_local().unwrap(), Some(local()));
    }

    #[test]
    fn a_folder_serves_one_run_one_slot_and_one_specification() {
        let folder = tempfile::tempdir().unwrap();
        let spec = testing::spec();
        Folder::open(folder.path(), &[1; 32], 2, &spec).unwrap();
        let other = Spec { seed: spec.seed + 1, ..spec.clone() };
        for (run, slot, spec) in [([2; 32], 2, &spec), ([1; 32], 3, &spec), ([1; 32], 2, &other)] {
            let refused = Folder::open(folder.path(), &run, slot, spec).unwrap_err();
            assert!(matches!(refused, FileError::OtherRun { .. }));
        }
    }

    #[test]
    fn a_folder_serves_one_member_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Folder::open(folder.path(), &[1; 32], 2, &testing::spec());
        let first = open().unwrap();
        assert!(matches!(open(), Err(FileError::InUse { .. })));
        drop(first);
        open().unwrap();
    }

    #[test]
    fn a_changed_bit_is_noticed_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let member = Folder::open(folder.path(), &[1; 32], 2, &testing::spec()).unwrap();
        member.save_local(&local()).unwrap();
        let file = folder.path().join(LOCAL_FILE);
        let bytes = fs::read(&file).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            fs::write(&file, &changed).unwrap();
            let refused = member.load_local().unwrap_err();
            assert!(matches!(refused, FileError::Damaged { .. }), "byte {place}");
        }
        fs::write(folder.path().join(GLOBAL_FILE), &bytes).unwrap();
        assert!(member.load_global().is_err(), "a file is no other file");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_what_is_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let member = Folder::open(folder.path(), &[1; 32], 2, &testing::spec()).unwrap();
        member.save_global(&global()).unwrap();
        member.save_local(&local()).unwrap();
        for name in [RUN_FILE, GLOBAL_FILE, LOCAL_FILE] {
            let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
