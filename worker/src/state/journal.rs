//! The journal of one task.

use super::{
    error::StateError,
    facts::{
        self, Chosen, ClaimStage, CommitmentFact, CopyFact, DataFact, EndingFact, ModelFact,
        ProofFact, ScoreFact, SealedFact, SeenFact,
    },
    Disk,
};
use nocknock_primitives::{
    ids::{BlockIndex, ModelCommitment},
    model::Fr,
};
use serde::{de::DeserializeOwned, Serialize};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How often a file is made again before the machine is taken for faulty.
const TIMES_MADE_AGAIN: u32 = 3;

/// The training data.
const DATA: &str = "train.blob";
/// What was found out about the training data.
const DATA_FACT: &str = "data.json";
/// The folder of proofs of the own model.
const PROOFS: &str = "proofs";
/// The folder of proofs of the champion.
const CHAMPION: &str = "champion";
/// What the models score.
const SCORE: &str = "score.json";
/// The trained model.
const MODEL: &str = "model.json";
/// The commitment, with the key that seals the model.
const COMMITMENT: &str = "commitment.json";
/// The sealed key.
const SEALED: &str = "sealed.json";
/// Where the copy of the ciphertext is.
const COPY: &str = "copy.json";

/// How far the claim has come, the farthest first.
const CLAIM_STAGES: [(ClaimStage, &str); 3] = [
    (ClaimStage::Proved, "proved.json"),
    (ClaimStage::Asked, "asked.json"),
    (ClaimStage::Claimed, "claimed.json"),
];

const SEEN: SeenFact = SeenFact { seen: true };

/// Whose model a score is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The model that this worker has committed to.
    Own,
    /// The champion of the experiment.
    Champion,
}

impl Whose {
    fn folder(self) -> &'static str {
        match self {
            Self::Own => PROOFS,
            Self::Champion => CHAMPION,
        }
    }
}

/// What has been done for a task, as far as the disk knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The training data is there and checked.
    pub data: bool,
    /// A model is trained.
    pub model: bool,
    /// The commitment whose key is on the disk.
    pub commitment: Option<ModelCommitment>,
    /// The commitment was seen on the chain.
    pub committed: bool,
    /// What the model, and the champion, score on the test blocks.
    pub score: Option<ScoreFact>,
    /// How far the claim of that score has come.
    pub claim: ClaimStage,
    /// Test blocks whose score is proved.
    pub proofs: BTreeSet<BlockIndex>,
    /// Test blocks on which the champion is proved.
    pub champion_proofs: BTreeSet<BlockIndex>,
    /// The sealed key and the proof of its sealing are there.
    pub sealed: bool,
    /// The copy of the ciphertext is stored, or given up.
    pub copied: bool,
    /// How the task ended.
    pub ending: Option<EndingFact>,
}

/// A commitment, with what it is to.
#[derive(Clone, Debug)]
pub struct CommittedModel {
    /// The commitment and the key.
    pub fact: CommitmentFact,
    /// The trained model.
    pub model: ModelFact,
    /// The model under the key.
    pub ciphertext: Vec<Fr>,
}

/// The folder of one task.
#[derive(Clone, Debug)]
pub struct Journal {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    held: Arc<Mutex<Held>>,
}

/// What the disk did not take. It follows from other files, so it may be lost with the process. All
/// clones of a journal share it.
#[derive(Debug, Default)]
struct Held {
    sealed: Option<SealedFact>,
    copy: Option<CopyFact>,
}

impl Journal {
    pub(super) fn exists(folder: &Path) -> bool {
        folder.join("chosen.json").is_file()
    }

    pub(super) fn at(folder: PathBuf, disk: Arc<dyn Disk>) -> Self {
        Self { folder, disk, held: Arc::default() }
    }

    pub(super) fn begin(
        folder: PathBuf,
        disk: Arc<dyn Disk>,
        chosen: &Chosen,
    ) -> Result<Self, StateError> {
        let journal = Self::at(folder, disk);
        for folder in [PROOFS, CHAMPION] {
            let made = journal.disk.make_folder(&journal.folder.join(folder));
            made.map_err(|reason| StateError::io("make the folder", &journal.folder, reason))?;
        }
        journal.write("chosen.json", chosen)?;
        Ok(journal)
    }

    /// The task's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the trainer keeps its checkpoints.
    pub fn training_folder(&self) -> PathBuf {
        self.folder.join("training")
    }

    /// What has been done.
    pub fn progress(&self) -> Result<Progress, StateError> {
        let commitment: Option<CommitmentFact> = self.read(COMMITMENT)?;
        let (holds_sealed, holds_copy) = self.holds();
        Ok(Progress {
            data: self.has(DATA_FACT),
            model: self.has(MODEL),
            commitment: commitment.map(|fact| fact.model),
            committed: self.has("committed.json"),
            score: self.readable_score()?,
            claim: self.claim_stage(),
            proofs: self.proved_blocks(Whose::Own)?,
            champion_proofs: self.proved_blocks(Whose::Champion)?,
            sealed: holds_sealed || self.has(SEALED),
            copied: holds_copy || self.has(COPY),
            ending: self.read("ending.json")?,
        })
    }

    /// The task's terms.
    pub fn chosen(&self) -> Result<Chosen, StateError> {
        self.need("chosen.json")
    }

    /// Keeps the training data.
    pub fn save_data(&self, blob: &[u8], fact: &DataFact) -> Result<(), StateError> {
        self.put(DATA, blob)?;
        self.write(DATA_FACT, fact)
    }

    /// The bytes of the training data, checked against what was noted of them.
    pub fn data(&self) -> Result<Vec<u8>, StateError> {
        let fact: DataFact = self.need(DATA_FACT)?;
        let path = self.data_file();
        let bytes = fs::read(&path).map_err(|reason| StateError::io("read", &path, reason))?;
        if fact.digest != blake3::hash(&bytes).to_hex().as_str() {
            return Err(StateError::damaged(&path, "its content is not the one that was checked"));
        }
        Ok(bytes)
    }

    /// The file with the training data.
    pub fn data_file(&self) -> PathBuf {
        self.folder.join(DATA)
    }

    /// Keeps a trained model. Once one is committed to it stays, because only that can be proved.
    pub fn save_model(&self, fact: &ModelFact) -> Result<(), StateError> {
        self.need_no_commitment(MODEL)?;
        self.write(MODEL, fact)
    }

    /// The trained model.
    pub fn model(&self) -> Result<ModelFact, StateError> {
        let fact: ModelFact = self.need(MODEL)?;
        let checked = fact.weights.check(&self.chosen()?.architecture);
        checked.map_err(|error| StateError::damaged(&self.folder.join(MODEL), error))?;
        Ok(fact)
    }

    /// Keeps a commitment and its key. There is one for a task and never a second: whoever lost the
    /// first could not prove what the chain holds, and a key seals one model.
    pub fn save_commitment(&self, fact: &CommitmentFact) -> Result<(), StateError> {
        self.need_no_commitment(COMMITMENT)?;
        self.write(COMMITMENT, fact)
    }

    /// The commitment, checked against the model and `bind`: whose model it is and for what.
    pub fn commitment(&self, bind: Fr) -> Result<CommittedModel, StateError> {
        let fact: CommitmentFact = self.need(COMMITMENT)?;
        let (chosen, model) = (self.chosen()?, self.model()?);
        let damaged = |reason: &str| StateError::damaged(&self.folder.join(COMMITMENT), reason);
        let key = fact.key.clone();
        match CommitmentFact::seal(&chosen.architecture, bind, key, &model.weights) {
            Ok((sealed, ciphertext)) if sealed == fact => {
                Ok(CommittedModel { fact, model, ciphertext })
            }
            Ok(_) => Err(damaged("it is not to this model of this worker in this task")),
            Err(error) => Err(damaged(&error.to_string())),
        }
    }

    /// Notes that the commitment was seen on the chain.
    pub fn save_committed(&self) -> Result<(), StateError> {
        self.write("committed.json", &SEEN)
    }

    /// Keeps what the models score. Proofs of another champion are removed before: they say nothing
    /// about this one.
    pub fn save_score(&self, fact: &ScoreFact) -> Result<(), StateError> {
        let known = self.readable_score()?.and_then(|known| known.champion);
        let is_same = known.is_some() && known == fact.champion;
        if !is_same {
            for block in self.proved_blocks(Whose::Champion)? {
                self.remove(&proof_name(Whose::Champion, block))?;
            }
        }
        self.write(SCORE, fact)
    }

    /// What the models score.
    pub fn score(&self) -> Result<ScoreFact, StateError> {
        self.need(SCORE)
    }

    /// Notes how far the claim has come. That it is made is noted before it is sent.
    pub fn save_claim(&self, stage: ClaimStage) -> Result<(), StateError> {
        match CLAIM_STAGES.iter().find(|(named, _)| *named == stage) {
            Some((_, name)) => self.write(name, &SEEN),
            None => Ok(()),
        }
    }

    /// Keeps the proof of a test block.
    pub fn save_proof(&self, whose: Whose, fact: &ProofFact) -> Result<(), StateError> {
        self.write(&proof_name(whose, fact.block), fact)
    }

    /// The proof of a test block.
    pub fn proof(&self, whose: Whose, block: BlockIndex) -> Result<ProofFact, StateError> {
        let fact: ProofFact = self.need(&proof_name(whose, block))?;
        if fact.block == block {
            return Ok(fact);
        }
        let reason = format!("it is about block {}", fact.block);
        Err(StateError::damaged(&self.proof_file(whose, block), reason))
    }

    /// The file with the proof of a test block.
    pub fn proof_file(&self, whose: Whose, block: BlockIndex) -> PathBuf {
        self.folder.join(proof_name(whose, block))
    }

    /// Keeps the sealed key.
    pub fn save_sealed(&self, fact: &SealedFact) -> Result<(), StateError> {
        self.write(SEALED, fact)
    }

    /// Holds the sealed key in memory, because the disk does not take it.
    pub fn hold_sealed(&self, fact: SealedFact) {
        self.held().sealed = Some(fact);
    }

    /// The sealed key.
    pub fn sealed(&self) -> Result<SealedFact, StateError> {
        let held = self.held().sealed.clone();
        held.map_or_else(|| self.need(SEALED), Ok)
    }

    /// The file with the sealed key.
    pub fn sealed_file(&self) -> PathBuf {
        self.folder.join(SEALED)
    }

    /// Notes where the copy of the ciphertext is stored.
    pub fn save_copy(&self, fact: &CopyFact) -> Result<(), StateError> {
        self.write(COPY, fact)
    }

    /// Holds in memory where the copy of the ciphertext is, because the disk does not take that.
    pub fn hold_copy(&self, fact: CopyFact) {
        self.held().copy = Some(fact);
    }

    /// Where the copy of the ciphertext is stored.
    pub fn copy(&self) -> Result<CopyFact, StateError> {
        let held = self.held().copy.clone();
        held.map_or_else(|| self.need(COPY), Ok)
    }

    /// Notes how the task ended.
    pub fn save_ending(&self, fact: &EndingFact) -> Result<(), StateError> {
        self.write("ending.json", fact)
    }

    /// Renames a file that is damaged and follows from others, so that it is made again. An error
    /// if that was done a few times before: then the machine is at fault.
    pub fn put_aside(&self, file: &Path, reason: &str) -> Result<(), StateError> {
        // What is held stands for a file that could not be written.
        let held = (file == self.sealed_file()).then(|| self.held().sealed.take());
        if held.flatten().is_some() {
            return Ok(());
        }
        let mut names = (1..=TIMES_MADE_AGAIN).map(|n| file.with_extension(format!("aside-{n}")));
        let Some(aside) = names.find(|name| !name.exists()) else {
            return Err(StateError::AlwaysDamaged {
                path: file.to_owned(),
                times: TIMES_MADE_AGAIN,
                reason: reason.to_owned(),
            });
        };
        if file == self.data_file() {
            // The plan fetches the data again if nothing says that it is there.
            self.remove(DATA_FACT)?;
        }
        fs::rename(file, aside).map_err(|reason| StateError::io("put aside", file, reason))
    }

    /// Everything in the file follows from other files of the task or from the chain: scores, their
    /// proofs, the sealed key, where the copy of the ciphertext is, the training data, and the
    /// model as long as nothing was committed to.
    pub(crate) fn is_made_again(&self, file: &Path) -> bool {
        let folder = file.parent();
        let proofs = [PROOFS, CHAMPION].map(|name| self.folder.join(name));
        if proofs.iter().any(|proofs| folder == Some(proofs.as_path())) {
            return true;
        }
        let name = file.file_name().and_then(OsStr::to_str);
        let name = name.filter(|_| folder == Some(self.folder.as_path()));
        match name {
            Some(SCORE | SEALED | COPY | DATA | DATA_FACT) => true,
            Some(MODEL) => !self.has(COMMITMENT),
            _ => false,
        }
    }

    /// Whether the sealed key is held in memory, and where the copy is.
    fn holds(&self) -> (bool, bool) {
        let held = self.held();
        (held.sealed.is_some(), held.copy.is_some())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // No code panics while it holds the lock.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails if a file would be replaced that belongs to a commitment.
    fn need_no_commitment(&self, name: &str) -> Result<(), StateError> {
        if !self.folder.join(COMMITMENT).exists() {
            return Ok(());
        }
        let path = self.folder.join(name);
        Err(StateError::io("replace", &path, io::ErrorKind::AlreadyExists.into()))
    }

    fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(|reason| StateError::io("remove", &path, reason)),
        }
    }

    /// What the models score, unless nothing readable says so: that is made again.
    fn readable_score(&self) -> Result<Option<ScoreFact>, StateError> {
        match self.read(SCORE) {
            Err(StateError::Damaged { .. }) => Ok(None),
            read => read,
        }
    }

    fn claim_stage(&self) -> ClaimStage {
        let stage = CLAIM_STAGES.iter().find(|(_, name)| self.has(name));
        stage.map(|(stage, _)| *stage).unwrap_or_default()
    }

    fn proved_blocks(&self, whose: Whose) -> Result<BTreeSet<BlockIndex>, StateError> {
        let folder = self.folder.join(whose.folder());
        let read = |reason| StateError::io("read the folder", &folder, reason);
        let mut blocks = BTreeSet::new();
        for entry in folder.read_dir().map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            let stem = name.to_str().and_then(|name| name.strip_suffix(".json"));
            blocks.extend(stem.and_then(|stem| stem.parse::<BlockIndex>().ok()));
        }
        Ok(blocks)
    }

    fn has(&self, name: &str) -> bool {
        self.folder.join(name).is_file()
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        facts::read(&self.folder.join(name))
    }

    fn need<T: DeserializeOwned>(&self, name: &str) -> Result<T, StateError> {
        let missing = || {
            let path = self.folder.join(name);
            StateError::io("read", &path, io::ErrorKind::NotFound.into())
        };
        self.read(name)?.ok_or_else(missing)
    }

    fn write<T: Serialize>(&self, name: &str, fact: &T) -> Result<(), StateError> {
        facts::write(self.disk.as_ref(), &self.folder.join(name), fact)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.folder.join(name);
        let put = self.disk.put(&path, bytes);
        put.map_err(|reason| StateError::io("write", &path, reason))
    }
}

fn proof_name(whose: Whose, block: BlockIndex) -> String {
    format!("{}/{block:05}.json", whose.folder())
}
