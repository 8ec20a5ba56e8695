//! What all clones of a client share.

use crate::{
    errors::QueryError,
    events::{EventRecord, EventSource},
    queries::Snapshot,
    rpc::Node,
    runtime::Runtime,
    submit::Nonces,
    types::{BlockNumber, BlockRef, Hash},
};
use async_trait::async_trait;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What all users of a client share.
pub(crate) struct Chain {
    node: Arc<dyn Node>,
    genesis: Hash,
    runtimes: Mutex<BTreeMap<u32, Arc<Runtime>>>,
    nonces: Nonces,
}

impl Chain {
    pub(super) fn new(node: Arc<dyn Node>, genesis: Hash) -> Self {
        Self { node, genesis, runtimes: Mutex::default(), nonces: Nonces::default() }
    }

    pub(super) fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    pub(crate) fn node(&self) -> &dyn Node {
        &*self.node
    }

    pub(crate) fn genesis(&self) -> Hash {
        self.genesis
    }

    pub(super) async fn snapshot(
        self: &Arc<Self>,
        block: BlockRef,
    ) -> Result<Snapshot, QueryError> {
        let runtime = self.runtime(block.hash).await?;
        Ok(Snapshot::new(self.clone(), runtime, block))
    }

    /// The runtime of a block. Its description is read once for each version.
    async fn runtime(&self, block: Hash) -> Result<Arc<Runtime>, QueryError> {
        let version = self.node.version(block).await?;
        let number = version.spec_version;
        if let Some(runtime) = self.known_runtimes().get(&number) {
            return Ok(runtime.clone());
        }
        let runtime = Runtime::of_block(&*self.node, self.genesis, version, block).await?;
        let runtime = Arc::new(runtime);
        self.known_runtimes().insert(number, runtime.clone());
        Ok(runtime)
    }

    fn known_runtimes(&self) -> MutexGuard<'_, BTreeMap<u32, Arc<Runtime>>> {
        // No code panics while it holds the lock, and the map is whole between its changes.
        self.runtimes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where streams read.
pub(super) struct ChainEvents(pub(super) Arc<Chain>);

#[async_trait]
impl EventSource for ChainEvents {
    async fn hash_of(&self, number: BlockNumber) -> Result<Option<Hash>, QueryError> {
        Ok(self.0.node.hash_of(number).await?)
    }

    async fn parent_of(&self, block: Hash) -> Result<Option<Hash>, QueryError> {
        Ok(self.0.node.parent_of(block).await?)
    }

    async fn events_of(&self, block: BlockRef) -> Result<Vec<EventRecord>, QueryError> {
        self.0.snapshot(block).await?.events().await
    }
}
