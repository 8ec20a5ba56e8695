//! The private file of a task: salts, rows, and how far the requester has come.
//!
//! Its name follows from the chain and the root of the task's first block, so that it is found
//! again from what the chain says.

use crate::failure::{other, Failure};
use codec::{Decode, Encode};
use nocknock_client::{AccountId, BlockNumber, Hash, TaskSpec};
use nocknock_dataset::{PreparedTask, RequesterState};
use nocknock_durable as durable;
use nocknock_primitives::ids::{BlobId, BlockRoot, ExperimentId, TaskId};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// How far a requester has come. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// Hash of the chain's first block.
    pub(crate) genesis: Hash,
    /// Who creates the task.
    pub(crate) account: AccountId,
    pub(crate) experiment: ExperimentId,
    /// What is offered, SCALE-encoded in hexadecimal digits.
    pub(crate) spec: String,
    /// The newest block when the creation was last sent, or a later one in which it was signed
    /// anew. It lives for a bounded time from then on.
    pub(crate) announced_at: Option<BlockNumber>,
    /// The task, once it is known to exist.
    pub(crate) task: Option<TaskId>,
    /// The stored training data.
    pub(crate) train_data: Option<BlobId>,
}

impl Progress {
    /// A requester who has done nothing yet.
    pub(crate) fn new(
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
        }
    }

    /// What is offered.
    pub(crate) fn spec(&self) -> Result<TaskSpec, Failure> {
        let bytes = hex::decode(&self.spec).map_err(other)?;
        TaskSpec::decode(&mut bytes.as_slice()).map_err(other)
    }

    /// Length of the shortest phase in which only the requester can act. None if the offer cannot
    /// be read.
    pub(crate) fn shortest_phase(&self) -> Option<BlockNumber> {
        let periods = self.spec().ok()?.terms.periods;
        Some(periods.publish.min(periods.reveal))
    }
}

/// The open private file of a task. Only one process at a time has it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) state: RequesterState<Progress>,
    path: PathBuf,
    _lock: File,
}

impl Request {
    /// Writes the file of a new task.
    pub(crate) fn create(data: &Path, state: RequesterState<Progress>) -> Result<Self, Failure> {
        let root = state.prepared.roots().first().copied().unwrap_or_default();
        let path = place(data, state.progress.genesis, &root);
        let folder = path.parent().unwrap_or(data);
        durable::make_folder(folder).map_err(|error| Failure::file(folder, error))?;
        let lock = lock(&path)?;
        let request = Self { state, path, _lock: lock };
        request.save()?;
        Ok(request)
    }

    /// Opens the file of a task.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if !path.exists() {
            return Err(Failure::NotFound(format!(
                "{}: this private file of the task is not here; only the machine that proposed the \
                 task, or a copy of the file, can reveal its blocks",
                path.display()
            )));
        }
        let lock = lock(path)?;
        // Whoever was killed while saving has left salts there. If they cannot be removed, the task
        // has to be followed all the same.
        durable::remove_unfinished(path).ok();
        Ok(Self {
            state: RequesterState::load(path).map_err(other)?,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Brings the progress to the disk. The lock makes this process the only one that does.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let saved = self.state.save(&self.path);
        saved.map_err(|error| Failure::File(error.to_string()))
    }

    /// Brings to the disk that a creation is signed or sent in this block or before. If that fails,
    /// it must not be.
    pub(crate) fn announce(&mut self, block: BlockNumber) -> Result<(), Failure> {
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

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// What the file of a task says about its data, also while another process follows the task.
pub(crate) fn peek(path: &Path) -> Result<PreparedTask, Failure> {
    let state = RequesterState::<Progress>::load(path).map_err(other)?;
    Ok(state.prepared)
}

/// Where the file of the task with this first root lies.
pub(crate) fn place(data: &Path, genesis: Hash, root: &BlockRoot) -> PathBuf {
    let root = hex::encode(root.0.get(..12).unwrap_or_default());
    data.join("requests").join(of_chain(genesis)).join(format!("{root}.json"))
}

/// The name of a folder for what belongs to one chain.
pub(crate) fn of_chain(genesis: Hash) -> String {
    hex::encode(genesis.0.get(..8).unwrap_or_default())
}

fn lock(path: &Path) -> Result<File, Failure> {
    let path = path.with_extension("lock");
    let file = File::create(&path).map_err(|error| Failure::file(&path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(Failure::Other(format!(
            "{} is locked: another process already follows this task",
            path.display()
        ))),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{
        super::steps::{next_step, Step, View, LIFE},
        *,
    };
    use nocknock_client::NNK;
    use nocknock_dataset::{Quantiser, Range, ReadOptions, SplitOptions, Table};
    use nocknock_primitives::{
        ids::CircuitId,
        limits::List,
        model::shape::TINY_4X3X2,
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
                periods: Periods { publish: 10, commit: 20, reveal: 10, prove: 10, deliver: 10 },
            },
            roots: List::truncate_from(vec![BlockRoot([3; 32]), BlockRoot([4; 32])]),
            split: Split::Drawn { test_blocks: 1 },
        }
    }

    pub(crate) fn progress() -> Progress {
        Progress::new(Hash::from([7; 32]), AccountId::from([8; 32]), 5, &spec())
    }

    fn state() -> RequesterState<Progress> {
        let csv = "a,b,class\n0,1,x\n1,0,y\n2,2,x\n3,1,y\n";
        let options = ReadOptions::default();
        let table = Table::read_csv(csv.as_bytes(), Path::new("t.csv"), &options).unwrap();
        let quantiser = Quantiser::fit(&table, &TINY_4X3X2, Range::MinMax).unwrap();
        let options = SplitOptions::random().unwrap();
        let prepared = PreparedTask::from_table(&table, quantiser, &TINY_4X3X2, &options).unwrap();
        RequesterState { prepared, progress: progress() }
    }

    #[test]
    fn an_offer_survives_the_file() {
        assert_eq!(progress().spec().unwrap(), spec());
    }

    #[test]
    fn the_shortest_phase_of_the_requester_is_that_of_publication_or_reveal() {
        let mut spec = spec();
        spec.terms.periods.reveal = 7;
        spec.terms.periods.prove = 3;
        let of = |spec| Progress { spec, ..progress() };
        assert_eq!(of(hex::encode(spec.encode())).shortest_phase(), Some(7));
        assert_eq!(of("damaged".to_owned()).shortest_phase(), None);
    }

    #[test]
    fn a_request_is_found_again_by_chain_and_root_and_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let created = Request::create(folder.path(), state()).unwrap();
        let root = created.state.prepared.roots()[0];
        let path = place(folder.path(), Hash::from([7; 32]), &root);
        assert_eq!(created.path(), path);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let prepared = created.state.prepared.clone();
        drop(created);
        assert_eq!(Request::open(&path).unwrap().state.prepared, prepared);
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
        let mut request = Request::create(folder.path(), state()).unwrap();
        request.state.progress.task = Some(3);
        request.save().unwrap();
        let path = request.path().to_owned();
        assert_eq!(beside(&path), [path.file_name().unwrap().to_str().unwrap()]);
        drop(request);
        let opened = Request::open(&path).unwrap();
        assert_eq!(opened.state.progress.task, Some(3));
    }

    #[test]
    fn what_a_kill_left_is_removed_by_whoever_has_the_lock_and_only_for_the_own_request() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (
            Request::create(folder.path(), state()).unwrap(),
            Request::create(folder.path(), state()).unwrap(),
        );
        let path = own.path().to_owned();
        for path in [own.path(), other.path()] {
            fs::write(leftover(path), "half of it").unwrap();
        }
        Request::open(&path).unwrap_err();
        assert!(leftover(&path).exists(), "the lock was not respected");
        let prepared = own.state.prepared.clone();
        drop(own);
        let opened = Request::open(&path).unwrap();
        assert_eq!(opened.state.prepared, prepared);
        assert!(!leftover(&path).exists());
        assert!(leftover(other.path()).exists(), "it belongs to another");
    }

    #[test]
    fn saving_replaces_what_a_kill_left() {
        let folder = tempfile::tempdir().unwrap();
        let request = Request::create(folder.path(), state()).unwrap();
        let path = request.path();
        fs::write(leftover(path), "half of it").unwrap();
        request.save().unwrap();
        assert_eq!(beside(path), [path.file_name().unwrap().to_str().unwrap()]);
    }

    #[test]
    fn a_file_that_cannot_be_saved_is_told_from_other_failures() {
        let folder = tempfile::tempdir().unwrap();
        let request = Request::create(folder.path(), state()).unwrap();
        // A folder is not what a kill leaves, and is not removed.
        fs::create_dir(leftover(request.path())).unwrap();
        let failure = request.save().unwrap_err();
        assert!(matches!(failure, Failure::File(_)), "{failure:?}");
    }

    /// After an outage a creation may be signed long after it was announced first, and lives on
    /// from there.
    #[test]
    fn the_last_signing_of_a_creation_is_on_the_disk_and_an_earlier_one_does_not_replace_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut request = Request::create(folder.path(), state()).unwrap();
        for block in [10, 8, 95, 94] {
            request.announce(block).unwrap();
        }
        let path = request.path().to_owned();
        drop(request);
        let progress = Request::open(&path).unwrap().state.progress;
        assert_eq!(progress.announced_at, Some(95));
        let view = View { finalised: 10 + LIFE, ..View::default() };
        let until = 95 + LIFE;
        assert_eq!(next_step(&progress, &view), Step::AwaitCreation { until });
    }

    #[test]
    fn what_cannot_be_saved_is_not_announced() {
        let folder = tempfile::tempdir().unwrap();
        let mut request = Request::create(folder.path(), state()).unwrap();
        request.announce(10).unwrap();
        // A folder is not what a kill leaves, and is not removed.
        fs::create_dir(leftover(request.path())).unwrap();
        request.announce(95).unwrap_err();
        assert_eq!(request.state.progress.announced_at, Some(10));
    }

    #[test]
    fn two_processes_do_not_follow_one_task() {
        let folder = tempfile::tempdir().unwrap();
        let created = Request::create(folder.path(), state()).unwrap();
        let second = Request::open(created.path()).unwrap_err();
        assert!(second.to_string().contains("another process"), "{second}");
    }

    #[test]
    fn a_missing_file_is_told_from_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Request::open(&folder.path().join("none.json")).unwrap_err();
        assert_eq!(missing.code(), 5);
    }
}
