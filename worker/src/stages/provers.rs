//! Provers, each made once and kept for all tasks of its circuit.

use super::error::{Refusal, StepError};
use nocknock_circuits::{
    delivery::DeliverModel, keys::KeyStore, score::ScoreBlock, Prover, ProverError, Statement,
};
use nocknock_client::CircuitRecord;
use nocknock_primitives::{circuit::KeyOrigin, ids::CircuitId};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// The provers of this process.
#[derive(Debug)]
pub struct Provers {
    keys: KeyStore,
    score: Shelf<ScoreBlock>,
    delivery: Shelf<DeliverModel>,
}

/// Provers of one statement. The lock is held while one is made, so that two tasks that need the same
/// key do not both make it.
struct Shelf<S>(Mutex<BTreeMap<CircuitId, Arc<Prover<S>>>>);

impl Provers {
    /// Provers with keys of this folder.
    pub fn new(keys: KeyStore) -> Self {
        Self {
            keys,
            score: Shelf(Mutex::default()),
            delivery: Shelf(Mutex::default()),
        }
    }

    /// Where the keys are.
    pub fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// The prover of scores under a circuit that the chain has registered. Blocks.
    pub fn score(&self, record: &CircuitRecord) -> Result<Arc<Prover<ScoreBlock>>, StepError> {
        self.score.get(&self.keys, record)
    }

    /// The prover of deliveries under a circuit that the chain has registered. Blocks.
    pub fn delivery(&self, record: &CircuitRecord) -> Result<Arc<Prover<DeliverModel>>, StepError> {
        self.delivery.get(&self.keys, record)
    }
}

impl<S: Statement> Shelf<S> {
    fn get(&self, keys: &KeyStore, record: &CircuitRecord) -> Result<Arc<Prover<S>>, StepError> {
        let id = record.info.id();
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prover) = made.get(&id) {
            return Ok(prover.clone());
        }
        let prover = Arc::new(make::<S>(keys, record, &id)?);
        made.insert(id, prover.clone());
        Ok(prover)
    }
}

fn make<S: Statement>(
    keys: &KeyStore,
    record: &CircuitRecord,
    id: &CircuitId,
) -> Result<Prover<S>, StepError> {
    if record.info.kind != S::KIND {
        return Err(Refusal::Circuit(id.to_string()).into());
    }
    let shape = &record.info.shape;
    let prover = match record.origin {
        KeyOrigin::Development => Prover::development(shape, keys),
        KeyOrigin::Ceremony(_) => Prover::load(shape, keys, id),
    };
    let prover = prover.map_err(|error| unusable(keys, error))?;
    let found = prover.info().id();
    if found != *id {
        let text = format!("the chain has {id}, this program's circuit is {found}");
        return Err(Refusal::Key(text).into());
    }
    if let Some(warning) = prover.key().warning() {
        tracing::warn!("{warning} ({})", shape.name());
    }
    Ok(prover)
}

/// A key that is missing or wrong will not come by itself; a disk may answer again.
fn unusable(keys: &KeyStore, error: ProverError) -> StepError {
    match error {
        ProverError::OtherCircuit { .. } | ProverError::Key(_) => {
            Refusal::Key(error.to_string()).into()
        }
        ProverError::Store(error) => Refusal::Key(format!(
            "{error}; put the proving key of the chain's ceremony into {}, \
             docs/ceremony.md tells how",
            keys.folder().display()
        ))
        .into(),
    }
}

impl<S> fmt::Debug for Shelf<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("Shelf").field(&made.len()).finish()
    }
}
