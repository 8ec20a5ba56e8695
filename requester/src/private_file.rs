//! The private file of a task: salts, rows, the secret that opens its models, and how far the
//! requester has come.
//!
//! Its name follows from the chain and the root of the task's first block, so that it is found
//! again from what the chain says.

use crate::errors::Outlook;
use codec::{Decode, Encode};
use nocknock_client::{AccountId, BlockNumber, Hash, KnownChain, TaskSpec};
use nocknock_dataset::{PreparedTask, RequesterState, StateError};
use nocknock_durable as durable;
use nocknock_primitives::ids::{BlobId, BlockRoot, ExperimentId, TaskId};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// How far a requester has come. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Hash of the chain's first block.
    pub genesis: Hash,
    /// Who creates the task.
    pub account: AccountId,
    /// The experiment that the task belongs to.
    pub experiment: ExperimentId,
    /// What is offered, SCALE-encoded in hexadecimal digits.
    pub spec: String,
    /// The newest block when the creation was last sent, or a later one in which it was signed
    /// anew. It lives for a bounded time from then on.
    pub announced_at: Option<BlockNumber>,
    /// The task, once it is known to exist.
    pub task: Option<TaskId>,
    /// The stored training data.
    pub train_data: Option<BlobId>,
    /// Later blocks of the chain, which tell it from one with the same genesis. None before one of
    /// them was seen to be final.
    pub chain: Option<KnownChain>,
}

/// Why the private file cannot be used. No text of it holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum PrivateFileError {
    /// It is not there.
    #[error(
        "{}: this private file of the task is not here; only the machine that proposed the task, or \
         a copy of the file, can reveal its blocks and open its models",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("{} is locked: another process already follows this task", path.display())]
    Locked {
        /// The file that shows it.
        path: PathBuf,
    },
    /// Its folder or the file of its lock cannot be made.
    #[error("{}: {error}", path.display())]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(StateError),
    /// It cannot be written.
    #[error(transparent)]
    NotSaved(StateError),
    /// The offer in it is damaged, for other data, or for models that its secret does not open.
    #[error("the offer in the private file cannot be used: {reason}")]
    Offer {
        /// What is wrong with it.
        reason: String,
    },
}

impl PrivateFileError {
    pub(crate) fn outlook(&self) -> Outlook {
        match self {
            Self::Missing { .. } | Self::Locked { .. } => Outlook::Lasting,
            Self::Io { .. } | Self::Unreadable(_) | Self::NotSaved(_) | Self::Offer { .. } => {
                Outlook::MayPass
            }
        }
    }
}

impl Progress {
    /// A requester who has done nothing yet.
    pub fn new(
        genesis: Hash,
        account: AccountId,
        experiment: ExperimentId,
        spec: &TaskSpec,
    ) -> Self {
        Self {
            genesis,
            account,
            experiment,
            spec: hex::encode(spec.encode()),
            announced_at: None,
            task: None,
            train_data: None,
            chain: None,
        }
    }

    /// What is offered.
    ///
    /// # Errors
    ///
    /// The offer in the file is damaged.
    pub fn spec(&self) -> Result<TaskSpec, PrivateFileError> {
        let bytes = hex::decode(&self.spec).map_err(damaged)?;
        TaskSpec::decode(&mut bytes.as_slice()).map_err(damaged)
    }

    /// Length of the shortest phase in which only the requester can act. None if the offer cannot
    /// be read.
    pub(crate) fn shortest_phase(&self) -> Option<BlockNumber> {
        let periods = self.spec().ok()?.terms.periods;
        Some(periods.publish.min(periods.reveal))
    }
}

/// What is offered, for the data and for models that the secret beside it opens.
fn offer(state: &RequesterState<Progress>) -> Result<TaskSpec, PrivateFileError> {
    let spec = state.progress.spec()?;
    if spec.recipient.0 != state.recipient.key().to_bytes() {
        return Err(damaged("models would be sealed for somebody who has another secret"));
    }
    if spec.encoding != state.prepared.encoding_hash() {
        return Err(damaged("the task would have another encoding than its data"));
    }
    Ok(spec)
}

fn damaged(reason: impl ToString) -> PrivateFileError {
    PrivateFileError::Offer { reason: reason.to_string() }
}

/// The open private file of a task. Only one process at a time has it.
#[derive(Debug)]
pub struct PrivateFile {
    pub(crate) state: RequesterState<Progress>,
    path: PathBuf,
    _lock: File,
}

impl PrivateFile {
    /// Writes the file of a new task into a folder of data.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or its secret would not open the models; the task must not be
    /// created.
    pub fn create(data: &Path, state: RequesterState<Progress>) -> Result<Self, PrivateFileError> {
        offer(&state)?;
        let root = state.prepared.roots().first().copied().unwrap_or_default();
        let path = private_file_path(data, state.progress.genesis, &root);
        let folder = path.parent().unwrap_or(data);
        durable::make_folder(folder)
            .map_err(|error| PrivateFileError::Io { path: folder.to_owned(), error })?;
        let lock = lock(&path)?;
        let file = Self { state, path, _lock: lock };
        file.save()?;
        Ok(file)
    }

    /// Opens the file of a task.
    ///
    /// # Errors
    ///
    /// It is missing, damaged, or another process has it.
    pub fn open(path: &Path) -> Result<Self, PrivateFileError> {
        if !path.exists() {
            return Err(PrivateFileError::Missing { path: path.to_owned() });
        }
        let lock = lock(path)?;
        // Whoever was killed while saving has left secrets there. If they cannot be removed, the
        // task has to be followed all the same.
        durable::remove_unfinished(path).ok();
        let state = RequesterState::load(path).map_err(PrivateFileError::Unreadable)?;
        Ok(Self { state, path: path.to_owned(), _lock: lock })
    }

    /// What the file of a task says, also while another process follows the task.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(path: &Path) -> Result<RequesterState<Progress>, PrivateFileError> {
        RequesterState::load(path).map_err(PrivateFileError::Unreadable)
    }

    /// Everything that the file holds.
    pub fn state(&self) -> &RequesterState<Progress> {
        &self.state
    }

    /// The blocks of the task, with their salts.
    pub fn prepared(&self) -> &PreparedTask {
        &self.state.prepared
    }

    /// The offer, to be sent. A task that exists is followed even if the secret of the file is
    /// damaged, because its blocks can still be revealed; but none is created.
    pub(crate) fn offer(&self) -> Result<TaskSpec, PrivateFileError> {
        offer(&self.state)
    }

    /// How far the requester has come.
    pub fn progress(&self) -> &Progress {
        &self.state.progress
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Brings the progress to the disk. The lock makes this process the only one that does.
    pub(crate) fn save(&self) -> Result<(), PrivateFileError> {
        self.state.save(&self.path).map_err(PrivateFileError::NotSaved)
    }

    /// Brings to the disk that a creation is signed or sent in this block or before. If that fails,
    /// it must not be.
    pub(crate) fn announce(&mut self, block: BlockNumber) -> Result<(), PrivateFileError> {
        let before = self.state.progress.announced_at;
        // A node that is behind makes no older copy expire sooner.
        if before.is_some_and(|before| block <= before) {
            return Ok(());
        }
        self.state.progress.announced_at = Some(block);
        let saved = self.save();
        if saved.is_err() {
            self.state.progress.announced_at = before;
        }
        saved
    }
}

/// Where the private file of the task with this first root lies.
pub fn private_file_path(data: &Path, genesis: Hash, root: &BlockRoot) -> PathBuf {
    let root = hex::encode(root.0.get(..12).unwrap_or_default());
    data.join("requests").join(chain_folder_name(genesis)).join(format!("{root}.json"))
}

/// A private file that says it is that of the task with this number. The task may be one of a chain
/// with the same genesis that was there before. Reads every private file of the chain.
pub fn find_private_file(data: &Path, genesis: Hash, task: TaskId) -> Option<PathBuf> {
    let folder = data.join("requests").join(chain_folder_name(genesis));
    let entries = folder.read_dir().ok()?;
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.find(|path| {
        let state = RequesterState::<Progress>::load(path);
        state.is_ok_and(|state| state.progress.task == Some(task))
    })
}

/// The name of a folder for what belongs to one chain.
pub fn chain_folder_name(genesis: Hash) -> String {
    hex::encode(genesis.0.get(..8).unwrap_or_default())
}

fn lock(path: &Path) -> Result<File, PrivateFileError> {
    let path = path.with_extension("lock");
    let file = File::create(&path);
    let file = file.map_err(|error| PrivateFileError::Io { path: path.clone(), error })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(PrivateFileError::Locked { path }),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::steps::{next_step, ChainView, Step, LIFE};
    use nocknock_client::{KnownBlock, NNK};
    use nocknock_dataset::{prepare, Range, ReadOptions, SplitOptions, Table, Wanted};
    use nocknock_primitives::{
        ids::{CircuitId, ContentHash, PointBytes},
        limits::List,
        model::{names::named, RecipientSecret},
        score::Score,
        task::{Periods, Split, Terms},
    };
    use std::fs;

    pub(crate) fn spec() -> TaskSpec {
        TaskSpec {
            terms: Terms {
                score_circuit: CircuitId([1; 32]),
                delivery_circuit: CircuitId([2; 32]),
                min_score: Score::new(1, 2),
                min_test_rows: 1,
                reward: NNK,
                shares: List::truncate_from(vec![10_000]),
                bond: NNK,
                stake: NNK,
                periods: Periods {
                    publish: 10,
                    commit: 20,
                    reveal: 10,
                    claim: 10,
                    prove: 10,
                    deliver: 10,
                },
            },
            roots: List::truncate_from(vec![BlockRoot([3; 32]), BlockRoot([4; 32])]),
            split: Split::Drawn { test_blocks: 1 },
            recipient: PointBytes(secret().key().to_bytes()),
            encoding: ContentHash([6; 32]),
        }
    }

    /// The secret of a task's recipient.
    pub(crate) fn secret() -> RecipientSecret {
        RecipientSecret::from_bytes([0x5a; 32])
    }

    pub(crate) fn progress() -> Progress {
        Progress::new(Hash::from([7; 32]), AccountId::from([8; 32]), 5, &spec())
    }

    fn state() -> RequesterState<Progress> {
        let csv = "a,b,class\n0,1,x\n1,0,y\n2,2,x\n3,1,y\n";
        let options = ReadOptions::default();
        let table = Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let tiny = named("tiny-4x3x2").unwrap();
        let options = SplitOptions::random().unwrap();
        let prepared = prepare(&table, &Wanted::default(), &tiny, Range::Auto, &options).unwrap();
        let spec = TaskSpec { encoding: prepared.encoding_hash(), ..spec() };
        let progress = Progress { spec: hex::encode(spec.encode()), ..progress() };
        RequesterState { prepared, recipient: secret(), progress }
    }

    #[test]
    fn no_file_is_written_for_an_offer_of_another_encoding() {
        let folder = tempfile::tempdir().unwrap();
        let other = RequesterState { progress: progress(), ..state() };
        let error = PrivateFile::create(folder.path(), other).unwrap_err();
        assert!(matches!(error, PrivateFileError::Offer { .. }), "{error:?}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn no_file_is_written_for_models_that_its_secret_does_not_open() {
        let folder = tempfile::tempdir().unwrap();
        let recipient = RecipientSecret::from_bytes([8; 32]);
        let other = RequesterState { recipient, ..state() };
        let error = PrivateFile::create(folder.path(), other).unwrap_err();
        assert!(matches!(error, PrivateFileError::Offer { .. }), "{error:?}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn no_task_is_created_whose_models_the_secret_does_not_open_and_a_created_one_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let file = PrivateFile::create(folder.path(), state()).unwrap();
        assert_eq!(file.offer().unwrap(), file.progress().spec().unwrap());
        let path = file.path().to_owned();
        drop(file);
        let text = fs::read_to_string(&path).unwrap();
        let other = text.replace(&"5a".repeat(32), &"5b".repeat(32));
        durable::put(&path, other.as_bytes()).unwrap();
        let damaged = PrivateFile::open(&path).unwrap();
        let error = damaged.offer().unwrap_err();
        assert!(matches!(error, PrivateFileError::Offer { .. }), "{error:?}");
    }

    #[test]
    fn an_offer_survives_the_file() {
        assert_eq!(progress().spec().unwrap(), spec());
    }

    #[test]
    fn the_shortest_phase_of_the_requester_is_that_of_publication_or_reveal() {
        let mut spec = spec();
        spec.terms.periods.reveal = 7;
        (spec.terms.periods.claim, spec.terms.periods.prove) = (3, 3);
        let of = |spec| Progress { spec, ..progress() };
        assert_eq!(of(hex::encode(spec.encode())).shortest_phase(), Some(7));
        assert_eq!(of("damaged".to_owned()).shortest_phase(), None);
    }

    #[test]
    fn a_request_is_found_again_by_chain_and_root_and_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let created = PrivateFile::create(folder.path(), state()).unwrap();
        let root = created.state.prepared.roots()[0];
        let path = private_file_path(folder.path(), Hash::from([7; 32]), &root);
        assert_eq!(created.path(), path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let prepared = created.state.prepared.clone();
        assert!(!format!("{created:?}").contains(&"5a".repeat(8)), "it was printed");
        drop(created);
        let opened = PrivateFile::open(&path).unwrap();
        assert_eq!(opened.state.prepared, prepared);
        assert_eq!(opened.state.recipient.key(), secret().key());
        let read = PrivateFile::read(&path).unwrap();
        assert_eq!(read, opened.state, "the lock keeps nobody from reading");
    }

    #[test]
    fn a_chain_that_was_seen_is_kept() {
        let block = |number| KnownBlock { number, hash: Hash::repeat_byte(3) };
        let seen = KnownChain { first: Some(block(1)), latest: block(70) };
        for chain in [None, Some(seen)] {
            let progress = Progress { chain, ..progress() };
            let written = serde_json::to_value(&progress).unwrap();
            assert_eq!(serde_json::from_value::<Progress>(written).unwrap(), progress);
        }
    }

    /// Names of the files beside a private file, without those of locks.
    fn beside(path: &Path) -> Vec<String> {
        let entries = path.parent().unwrap().read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| !name.ends_with(".lock")).collect();
        names.sort();
        names
    }

    /// Where a kill between the write and the rename leaves the next version of a private file.
    fn leftover(path: &Path) -> PathBuf {
        let name = path.file_name().unwrap().to_str().unwrap();
        path.with_file_name(format!(".{name}.part"))
    }

    #[test]
    fn saving_leaves_nothing_but_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut request = PrivateFile::create(folder.path(), state()).unwrap();
        request.state.progress.task = Some(3);
        request.save().unwrap();
        let path = request.path().to_owned();
        assert_eq!(beside(&path), [path.file_name().unwrap().to_str().unwrap()]);
        drop(request);
        let opened = PrivateFile::open(&path).unwrap();
        assert_eq!(opened.state.progress.task, Some(3));
    }

    #[test]
    fn what_a_kill_left_is_removed_by_whoever_has_the_lock_and_only_for_the_own_request() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (
            PrivateFile::create(folder.path(), state()).unwrap(),
            PrivateFile::create(folder.path(), state()).unwrap(),
        );
        let path = own.path().to_owned();
        for path in [own.path(), other.path()] {
            fs::write(leftover(path), "half of it").unwrap();
        }
        PrivateFile::open(&path).unwrap_err();
        assert!(leftover(&path).exists(), "the lock was not respected");
        let prepared = own.state.prepared.clone();
        drop(own);
        let opened = PrivateFile::open(&path).unwrap();
        assert_eq!(opened.state.prepared, prepared);
        assert!(!leftover(&path).exists());
        assert!(leftover(other.path()).exists(), "it belongs to another");
    }

    #[test]
    fn saving_replaces_what_a_kill_left() {
        let folder = tempfile::tempdir().unwrap();
        let request = PrivateFile::create(folder.path(), state()).unwrap();
        let path = request.path();
        fs::write(leftover(path), "half of it").unwrap();
        request.save().unwrap();
        assert_eq!(beside(path), [path.file_name().unwrap().to_str().unwrap()]);
    }

    #[test]
    fn a_file_that_cannot_be_saved_is_told_from_other_failures() {
        let folder = tempfile::tempdir().unwrap();
        let request = PrivateFile::create(folder.path(), state()).unwrap();
        // A folder is not what a kill leaves, and is not removed.
        fs::create_dir(leftover(request.path())).unwrap();
        let failure = request.save().unwrap_err();
        assert!(matches!(failure, PrivateFileError::NotSaved(_)), "{failure:?}");
    }

    /// After an outage a creation may be signed long after it was announced first, and lives on
    /// from there.
    #[test]
    fn the_last_signing_of_a_creation_is_on_the_disk_and_an_earlier_one_does_not_replace_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut request = PrivateFile::create(folder.path(), state()).unwrap();
        for block in [10, 8, 95, 94] {
            request.announce(block).unwrap();
        }
        let path = request.path().to_owned();
        drop(request);
        let progress = PrivateFile::open(&path).unwrap().state.progress;
        assert_eq!(progress.announced_at, Some(95));
        let view = ChainView { finalised: 10 + LIFE, ..ChainView::default() };
        let until = 95 + LIFE;
        assert_eq!(next_step(&progress, &view), Step::AwaitCreation { until });
    }

    #[test]
    fn what_cannot_be_saved_is_not_announced() {
        let folder = tempfile::tempdir().unwrap();
        let mut request = PrivateFile::create(folder.path(), state()).unwrap();
        request.announce(10).unwrap();
        // A folder is not what a kill leaves, and is not removed.
        fs::create_dir(leftover(request.path())).unwrap();
        request.announce(95).unwrap_err();
        assert_eq!(request.state.progress.announced_at, Some(10));
    }

    #[test]
    fn two_processes_do_not_follow_one_task() {
        let folder = tempfile::tempdir().unwrap();
        let created = PrivateFile::create(folder.path(), state()).unwrap();
        let second = PrivateFile::open(created.path()).unwrap_err();
        assert!(second.to_string().contains("another process"), "{second}");
    }

    #[test]
    fn a_file_is_found_by_the_number_that_its_task_had() {
        let folder = tempfile::tempdir().unwrap();
        let genesis = Hash::from([7; 32]);
        assert_eq!(find_private_file(folder.path(), genesis, 3), None);
        for task in [None, Some(2), Some(3)] {
            let mut file = PrivateFile::create(folder.path(), state()).unwrap();
            file.state.progress.task = task;
            file.save().unwrap();
        }
        let found = find_private_file(folder.path(), genesis, 3).unwrap();
        assert_eq!(PrivateFile::open(&found).unwrap().progress().task, Some(3));
        assert_eq!(find_private_file(folder.path(), genesis, 4), None);
        assert_eq!(find_private_file(folder.path(), Hash::from([8; 32]), 3), None);
    }

    #[test]
    fn a_missing_file_is_told_from_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let missing = PrivateFile::open(&folder.path().join("none.json")).unwrap_err();
        assert!(matches!(missing, PrivateFileError::Missing { .. }), "{missing:?}");
        let damaged = folder.path().join("damaged.json");
        durable::put(&damaged, b"{}").unwrap();
        let damaged = PrivateFile::open(&damaged).unwrap_err();
        assert!(matches!(damaged, PrivateFileError::Unreadable(_)), "{damaged:?}");
    }
}
