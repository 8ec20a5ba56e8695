//! Provers, each made once and kept for all tasks of its circuit.

use super::error::{Refusal, StepError};
use crate::state::StateError;
use nocknock_circuits::{
    fold::FoldedScore,
    keys::{KeyFileError, KeyStore, KeyStoreError},
    seal::SealKey,
    FoldProver, OnChain, Prover, ProverError, SealProver,
};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{circuit::KeyOrigin, ids::CircuitId};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
};

/// The provers of this process. Those of scores are large, and forgotten when no task needs them.
#[derive(Debug)]
pub struct Provers {
    keys: KeyStore,
    score: ProverCache<FoldedScore>,
    delivery: ProverCache<SealKey>,
}

/// Provers of one statement. The lock is held while one is made, so that two tasks that need the
/// same key do not both make it.
struct ProverCache<S: OnChain>(Mutex<Made<S>>);

/// Provers by their circuits.
type Made<S> = BTreeMap<CircuitId, Arc<Prover<S>>>;

impl Provers {
    /// Provers with keys of this folder.
    pub fn new(keys: KeyStore) -> Self {
        Self { keys, score: ProverCache(Mutex::default()), delivery: ProverCache(Mutex::default()) }
    }

    /// Provers that are made already.
    #[cfg(test)]
    pub(crate) fn of(keys: KeyStore, score: Arc<FoldProver>, delivery: Arc<SealProver>) -> Self {
        Self { keys, score: ProverCache::with(score), delivery: ProverCache::with(delivery) }
    }

    /// Where the keys are.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// The prover of scores under a circuit that the chain has registered. Blocks.
    pub fn score(&self, record: &CircuitRecord) -> Result<Arc<FoldProver>, StepError> {
        match record.info.kind.architecture() {
            Some(architecture) => self.score.get(&self.keys, record, architecture),
            None => Err(Refusal::Circuit(record.info.id().to_string()).into()),
        }
    }

    /// Whether the prover of scores under this circuit is in memory.
    pub fn has_score(&self, circuit: &CircuitId) -> bool {
        self.score.at_rest().is_some_and(|made| made.contains_key(circuit))
    }

    /// Forgets the provers of scores under other circuits. The memory of one that is at work is
    /// free when it is done.
    pub fn keep_scores(&self, needed: &BTreeSet<CircuitId>) {
        if let Some(mut made) = self.score.at_rest() {
            made.retain(|circuit, _| needed.contains(circuit));
        }
    }

    /// The prover of deliveries under a circuit that the chain has registered. Blocks.
    pub fn delivery(&self, record: &CircuitRecord) -> Result<Arc<SealProver>, StepError> {
        self.delivery.get(&self.keys, record, &())
    }
}

impl<S: OnChain> ProverCache<S> {
    #[cfg(test)]
    fn with(prover: Arc<Prover<S>>) -> Self {
        Self(Mutex::new(BTreeMap::from([(prover.info().id(), prover)])))
    }

    /// The provers that are made, unless one is being made at the moment, which takes long.
    fn at_rest(&self) -> Option<MutexGuard<'_, Made<S>>> {
        match self.0.try_lock() {
            Ok(made) => Some(made),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn get(
        &self,
        keys: &KeyStore,
        record: &CircuitRecord,
        shape: &S::Shape,
    ) -> Result<Arc<Prover<S>>, StepError> {
        let id = record.info.id();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prover) = made.get(&id) {
            return Ok(prover.clone());
        }
        let prover = Arc::new(make::<S>(keys, record, shape, &id)?);
        made.insert(id, prover.clone());
        Ok(prover)
    }
}

fn make<S: OnChain>(
    keys: &KeyStore,
    record: &CircuitRecord,
    shape: &S::Shape,
    id: &CircuitId,
) -> Result<Prover<S>, StepError> {
    if record.info.kind != S::kind(shape) {
        return Err(Refusal::Circuit(id.to_string()).into());
    }
    let prover = match record.origin {
        KeyOrigin::Development => Prover::<S>::development(shape, keys),
        KeyOrigin::Ceremony(_) => Prover::<S>::load(shape, keys, id),
    };
    let prover = prover.map_err(|error| unusable(keys, error))?;
    let found = prover.info().id();
    if found != *id {
        let text = format!("the chain has {id}, this program's circuit is {found}");
        return Err(Refusal::Key(text).into());
    }
    if let Some(warning) = prover.key().warning() {
        tracing::warn!("{warning} ({})", S::file_name(shape));
    }
    Ok(prover)
}

/// A key that is missing or wrong will not come by itself; a disk may answer again.
fn unusable(keys: &KeyStore, error: ProverError) -> StepError {
    match error {
        ProverError::OtherCircuit { .. } | ProverError::Points(_) | ProverError::Key(_) => {
            Refusal::Key(error.to_string()).into()
        }
        ProverError::Store(KeyStoreError::File { path, source: KeyFileError::Io(reason) })
            if may_answer_again(&reason) =>
        {
            StateError::io("read or write the proving key", &path, reason).into()
        }
        ProverError::Store(error) => Refusal::Key(format!(
            "{error}; put the proving key of the chain's ceremony into {}, \
             docs/ceremony.md tells how",
            keys.folder().display()
        ))
        .into(),
    }
}

/// The file system failed. A file that is missing, or too short, will not come by itself.
fn may_answer_again(reason: &io::Error) -> bool {
    !matches!(reason.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof)
}

impl<S: OnChain> fmt::Debug for ProverCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("ProverCache").field(&made.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chain::fake,
        stages::{test_services, Remedy},
    };
    use nocknock_primitives::ids::ContentHash;
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    /// A circuit whose key comes from a ceremony: nobody can make it, it has to be there.
    fn of_a_ceremony() -> CircuitRecord {
        CircuitRecord {
            origin: KeyOrigin::Ceremony(ContentHash([7; 32])),
            ..fake::record(test_services::circuits().score.info())
        }
    }

    /// A folder with the keys of scores and deliveries, and where the first of them lies.
    fn keys(folder: &Path) -> (KeyStore, PathBuf, PathBuf) {
        let keys = KeyStore::at(folder);
        let tiny = fake::tiny();
        let score = FoldProver::development(&tiny, &keys).unwrap();
        let delivery = SealProver::development(&(), &keys).unwrap();
        let score = keys.path::<FoldedScore>(&tiny, &score.info().id());
        let delivery = keys.path::<SealKey>(&(), &delivery.info().id());
        (keys, score, delivery)
    }

    fn error_of(keys: KeyStore) -> StepError {
        Provers::new(keys).score(&of_a_ceremony()).unwrap_err()
    }

    #[test]
    fn a_key_of_a_ceremony_is_used_if_it_is_the_registered_one() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, ..) = keys(folder.path());
        let prover = Provers::new(keys).score(&of_a_ceremony()).unwrap();
        assert_eq!(prover.info().id(), of_a_ceremony().info.id());
    }

    #[test]
    fn a_key_that_is_missing_cut_off_or_of_another_circuit_is_refused_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let (keys, score, delivery) = keys(folder.path());
        let (right, foreign) = (fs::read(&score).unwrap(), fs::read(&delivery).unwrap());
        let mut damaged = right.clone();
        *damaged.last_mut().unwrap() ^= 1;
        for wrong in [None, Some(&right[..right.len() / 2]), Some(&foreign[..]), Some(&damaged[..])]
        {
            match wrong {
                Some(bytes) => fs::write(&score, bytes).unwrap(),
                None => fs::remove_file(&score).unwrap(),
            }
            let error = error_of(keys.clone());
            assert!(matches!(error, StepError::Refusal(Refusal::Key(_))), "{error}");
            assert_eq!(error.remedy(), Remedy::GiveUp);
            assert!(error.to_string().contains("docs/ceremony.md"), "{error}");
            assert!(error.to_string().contains("tiny-4x3x2.s3."), "{error}");
        }
    }

    #[test]
    fn a_prover_is_forgotten_when_its_circuit_is_needed_no_more() {
        let provers = test_services::provers();
        let circuits = test_services::circuits();
        let (score, delivery) = (circuits.score.info(), circuits.delivery.info());
        assert!(provers.has_score(&score.id()));
        provers.keep_scores(&BTreeSet::from([score.id(), delivery.id()]));
        assert!(provers.has_score(&score.id()));
        let at_work = provers.score(&fake::record(score)).unwrap();
        provers.keep_scores(&BTreeSet::new());
        assert!(!provers.has_score(&score.id()));
        assert_eq!(at_work.info().id(), score.id());
        assert!(provers.delivery(&fake::record(delivery)).is_ok(), "it is small");
    }

    #[test]
    fn what_is_being_made_is_not_waited_for() {
        let provers = test_services::provers();
        let circuit = test_services::circuits().score.info().id();
        let making = provers.score.0.lock().unwrap();
        assert!(!provers.has_score(&circuit));
        provers.keep_scores(&BTreeSet::new());
        drop(making);
        assert!(provers.has_score(&circuit));
    }

    #[test]
    fn a_circuit_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let provers = Provers::new(KeyStore::at(folder.path()));
        let circuits = test_services::circuits();
        let refused = [
            provers.score(&fake::record(circuits.delivery.info())).unwrap_err(),
            provers.delivery(&fake::record(circuits.score.info())).unwrap_err(),
        ];
        for error in refused {
            assert!(matches!(error, StepError::Refusal(Refusal::Circuit(_))), "{error}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        fs::write(&file, "no folder").unwrap();
        let error = error_of(KeyStore::at(&file));
        assert!(matches!(error, StepError::State(_)), "{error}");
        assert_eq!(error.remedy(), Remedy::Again);
    }
}
