//! The folder in which proving keys are kept.

use super::{file, generate, pinned, KeyFileError, ProvingKey};
use crate::{
    fold::FoldedScore,
    seal::SealKey,
    statement::{Circuit, OnChain, Statement},
};
use ark_relations::gr1cs::SynthesisError;
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ContentHash, KeyId},
    model::{field, names, Architecture},
};
use std::{
    env, io,
    path::{Path, PathBuf},
};

/// Why there is no proving key.
#[derive(Debug, thiserror::Error)]
pub enum KeyStoreError {
    /// No folder for keys is known.
    #[error("there is no folder for keys: set XDG_CACHE_HOME or HOME, or name a folder")]
    NoFolder,
    /// A file could not be used.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
    /// A file holds the key of another circuit.
    #[error("{path} holds the key of circuit {found}, not of {expected}")]
    OtherCircuit {
        /// The file.
        path: PathBuf,
        /// The circuit that was asked for.
        expected: CircuitId,
        /// The circuit of the file.
        found: CircuitId,
    },
    /// A key could not be made.
    #[error("the development key could not be made: {0}")]
    Generate(#[from] SynthesisError),
    /// The development key that was made is not the one that the repository has pinned.
    #[error(
        "the development key came out as {found}, not as {expected}: the circuit or a library has \
         changed; pin the keys anew if that was intended"
    )]
    NotPinned {
        /// The pinned id.
        expected: KeyId,
        /// The id that came out.
        found: KeyId,
    },
}

/// What the files of a circuit are called: `digits-64x32x10.s3`, `seal.d2`.
///
/// The first part is the name of the architecture, or the first 8 bytes of its digest if it has
/// none.
pub fn file_name(kind: &CircuitKind) -> String {
    match kind {
        CircuitKind::Score(architecture) => {
            format!("{}.{}", architecture_name(architecture), FoldedScore::NAME)
        }
        CircuitKind::Delivery => format!("seal.{}", SealKey::NAME),
    }
}

fn architecture_name(architecture: &Architecture) -> String {
    match names::name_of(architecture) {
        Some(name) => name.into(),
        None => hex::encode(&field::to_bytes(&architecture.digest())[..8]),
    }
}

/// A folder of proving keys, one file for each circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStore {
    folder: PathBuf,
}

impl KeyStore {
    /// Keys in this folder, which is made when the first key is stored.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Keys in the user's cache: `$XDG_CACHE_HOME/nocknock/keys`, or `~/.cache/nocknock/keys`.
    pub fn in_cache() -> Result<Self, KeyStoreError> {
        let variable =
            |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let cache = variable("XDG_CACHE_HOME");
        let cache = cache.or_else(|| Some(variable("HOME")?.join(".cache")));
        Ok(Self::at(cache.ok_or(KeyStoreError::NoFolder)?.join("nocknock").join("keys")))
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the key of a circuit lies.
    pub fn path<S: OnChain>(&self, shape: &S::Shape, circuit: &CircuitId) -> PathBuf {
        self.path_of(&S::kind(shape), circuit)
    }

    fn path_of(&self, kind: &CircuitKind, circuit: &CircuitId) -> PathBuf {
        let id = hex::encode(&circuit.as_bytes()[..8]);
        self.folder.join(format!("{}.{id}.pkey", file_name(kind)))
    }

    /// Loads the key of a circuit.
    pub fn load<S: OnChain>(
        &self,
        shape: &S::Shape,
        circuit: &CircuitId,
    ) -> Result<ProvingKey, KeyStoreError> {
        Ok(self.load_with_digest::<S>(shape, circuit)?.0)
    }

    fn load_with_digest<S: OnChain>(
        &self,
        shape: &S::Shape,
        circuit: &CircuitId,
    ) -> Result<(ProvingKey, [u8; 32]), KeyStoreError> {
        let path = self.path::<S>(shape, circuit);
        let (key, digest) = match file::load(&path) {
            Ok(loaded) => loaded,
            Err(source) => return Err(KeyStoreError::File { path, source }),
        };
        let found = key.info().id();
        if found != *circuit {
            return Err(KeyStoreError::OtherCircuit { path, expected: *circuit, found });
        }
        Ok((key, digest))
    }

    /// Stores a key where [`load`](Self::load) finds it.
    pub fn store(&self, key: &ProvingKey) -> Result<PathBuf, KeyStoreError> {
        let info = key.info();
        let path = self.path_of(&info.kind, &info.id());
        match file::store(key, &path) {
            Ok(_) => Ok(path),
            Err(source) => Err(KeyStoreError::File { path, source }),
        }
    }

    /// The development key of a circuit: loaded, or made and stored if it is not there or damaged.
    ///
    /// Where the repository has pinned the circuit, nothing but the pinned key is accepted.
    ///
    /// **Anyone can forge proofs under this key.**
    pub fn development<S: OnChain>(
        &self,
        circuit: &Circuit<S>,
    ) -> Result<ProvingKey, KeyStoreError> {
        match self.stored_development::<S>(circuit.shape())? {
            Some(key) => Ok(key),
            None => self.make_development(circuit),
        }
    }

    /// Makes and stores the development key of a circuit.
    pub(crate) fn make_development<S: OnChain>(
        &self,
        circuit: &Circuit<S>,
    ) -> Result<ProvingKey, KeyStoreError> {
        let key = generate(circuit)?;
        if let Some(pinned) = pinned(&S::kind(circuit.shape())) {
            if key.id() != pinned.key {
                return Err(KeyStoreError::NotPinned { expected: pinned.key, found: key.id() });
            }
        }
        self.store(&key)?;
        Ok(key)
    }

    /// A stored development key with the pinned digest. A file that is missing or differs counts as
    /// none.
    pub(crate) fn stored_development<S: OnChain>(
        &self,
        shape: &S::Shape,
    ) -> Result<Option<ProvingKey>, KeyStoreError> {
        let Some(pinned) = pinned(&S::kind(shape)) else {
            return Ok(None);
        };
        match self.load_with_digest::<S>(shape, &pinned.info().id()) {
            Ok((key, digest)) => {
                Ok(Some(key).filter(|_| ContentHash(digest) == pinned.proving_key_digest))
            }
            Err(KeyStoreError::File { source: KeyFileError::Io(error), path })
                if error.kind() != io::ErrorKind::NotFound
                    && error.kind() != io::ErrorKind::UnexpectedEof =>
            {
                Err(KeyStoreError::File { path, source: error.into() })
            }
            Err(_) => Ok(None),
        }
    }
}
