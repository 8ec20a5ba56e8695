//! The services that tests of steps and of the loop run with.

use super::{LearnError, Permits, Provers, Services, Trainer, TrainingJob};
use crate::{
    attest::Origin,
    blobs::{BlobError, Blobs, Listener},
    chain::fake::{tiny, Circuits, FakeChain, Fuse, BLOB},
    config::Config,
    notice::{Notice, NoticeSink, Notices},
    state::{Disk, ModelFact},
};
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_circuits::{keys::KeyStore, FoldProver, SealProver};
use nocknock_primitives::{
    ids::{BlobId, ContentHash},
    model::Weights,
};
use std::{
    fs, io, mem,
    path::Path,
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc, LazyLock, Mutex, PoisonError,
    },
};

/// The development keys of the tiny shape, made once for all tests of this process.
static CIRCUITS: LazyLock<Circuits> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is a folder for keys");
    let keys = KeyStore::at(folder.path());
    Circuits {
        score: Arc::new(FoldProver::development(&tiny(), &keys).expect("S3 has a key")),
        delivery: Arc::new(SealProver::development(&(), &keys).expect("D2 has a key")),
    }
});

pub(crate) fn circuits() -> Circuits {
    CIRCUITS.clone()
}

/// Provers that are made already, so that their keys are needed no more.
pub(crate) fn provers() -> Arc<Provers> {
    let Circuits { score, delivery } = circuits();
    Arc::new(Provers::of(KeyStore::at("no keys are needed"), score, delivery))
}

/// A model that tells the classes of the fake chain's data apart without a mistake: output 0 is
/// always 1, and output 1 is larger from 2 in the first column on.
pub(crate) fn perfect_model() -> Weights {
    let mut weights = Weights::zero(&tiny());
    let [hidden, head] = &mut weights.layers[..] else { panic!("two layers") };
    hidden.weights[0] = 3;
    hidden.biases[0] = -3;
    head.weights[3] = 3;
    head.biases[0] = 1;
    weights
}

/// Gives the model that it was made with.
#[derive(Debug)]
pub(crate) struct ReadyTrainer(pub(crate) Weights);

impl Trainer for ReadyTrainer {
    fn train(&self, _: &TrainingJob) -> Result<ModelFact, LearnError> {
        Ok(ModelFact {
            weights: self.0.clone(),
            training_accuracy: 1.0,
            validation_accuracy: Some(1.0),
            hyperparameters: ContentHash([8; 32]),
        })
    }
}

/// A store with one blob.
#[derive(Clone, Debug)]
pub(crate) struct FakeStore {
    pub(crate) blob: Option<Vec<u8>>,
    pub(crate) stores: bool,
    pub(crate) fuse: Fuse,
}

#[async_trait]
impl Blobs for FakeStore {
    async fn get(&self, id: &BlobId, _: u64, _: Listener) -> Result<Bytes, BlobError> {
        let blob = self.blob.clone().filter(|_| *id == BLOB);
        blob.map(Bytes::from).ok_or(BlobError::Store("no such blob".into()))
    }

    async fn put(&self, _: Vec<u8>) -> Result<Option<BlobId>, BlobError> {
        let killed = |_| BlobError::Store("killed".into());
        self.fuse.moment().map_err(killed)?;
        if self.stores {
            Ok(Some(BlobId([3; 32])))
        } else {
            Err(BlobError::Store("no publisher answers".into()))
        }
    }
}

/// A disk that a killed process no longer writes to.
#[derive(Debug)]
pub(crate) struct FuseDisk(pub(crate) Fuse);

impl Disk for FuseDisk {
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.0.moment()?;
        let part = path.with_extension("part");
        fs::write(&part, bytes)?;
        fs::rename(part, path)?;
        Ok(self.0.moment()?)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.0.moment()?;
        fs::create_dir_all(path)
    }
}

/// A disk without space.
#[derive(Debug)]
pub(crate) struct FullDisk;

impl Disk for FullDisk {
    fn put(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }
}

/// A disk that becomes full.
#[derive(Clone, Debug, Default)]
pub(crate) struct FillingDisk(Arc<AtomicBool>);

impl FillingDisk {
    pub(crate) fn set_full(&self, full: bool) {
        self.0.store(full, Ordering::SeqCst);
    }
}

impl Disk for FillingDisk {
    fn put(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        if self.0.load(Ordering::SeqCst) {
            FullDisk.put(path, bytes)
        } else {
            fs::write(path, bytes)
        }
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }
}

/// Keeps the warnings that were told.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Vec<String>>);

impl Warnings {
    /// Those since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl NoticeSink for Warnings {
    fn receive(&self, notice: &Notice) {
        if let Notice::Warning { text } = notice {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
        }
    }
}

/// A configuration that takes the fake chain's task on any machine.
pub(crate) fn config() -> Config {
    let mut config = Config::default();
    config.limits.least_training_seconds = 1;
    config.limits.free_memory_mib = 0;
    config.limits.free_disk_mib = 0;
    config.proving.seconds_per_block = 1;
    config.retry.first_seconds = 1;
    config.retry.longest_seconds = 1;
    config.retry.attempts = 2;
    config
}

/// The services of one process on a chain.
pub(crate) fn services_on(chain: &FakeChain, fuse: &Fuse) -> Services {
    let config = config();
    Services {
        chain: Arc::new(chain.with_fuse(fuse.clone())),
        blobs: Arc::new(FakeStore { blob: Some(chain.blob()), stores: true, fuse: fuse.clone() }),
        trainer: Arc::new(ReadyTrainer(perfect_model())),
        provers: provers(),
        permits: Permits::of(&config),
        origin: Origin::default(),
        notices: Notices::default(),
        config,
    }
}
