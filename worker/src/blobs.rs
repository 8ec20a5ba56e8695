//! The store of training data and models.

use crate::{config::Storage, state::StateError};
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_primitives::ids::BlobId;
use nocknock_storage::{
    blob_id::ShardCount,
    cache::CacheError,
    client::{
        Client, ClientConfig, ClientError, ConfigError, Failure, Fault, FetchOptions, Progress,
        PutOptions, RetryPolicy, Stage, Step,
    },
};
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc};

/// Why a blob was not fetched or stored, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The store, in the words of its client.
    #[error("{0}")]
    Store(String),
    /// The folder of this machine in which checked blobs are kept.
    #[error(transparent)]
    Disk(#[from] StateError),
}

/// Told how many bytes of a blob are here, and how many there are, if that is known.
pub type Listener = Arc<dyn Fn(u64, Option<u64>) + Send + Sync>;

/// Fetches and stores blobs. What comes back belongs to the id that was asked for.
#[async_trait]
pub trait Blobs: Send + Sync + fmt::Debug {
    /// Fetches a blob of at most so many bytes.
    async fn get(&self, id: &BlobId, largest: u64, tell: Listener) -> Result<Bytes, BlobError>;

    /// Stores a blob; nothing if there is nobody to store with.
    async fn put(&self, bytes: Vec<u8>) -> Result<Option<BlobId>, BlobError>;
}

/// A Walrus network, or the development store.
#[derive(Debug)]
pub struct Walrus {
    client: Client,
    epochs: NonZeroU32,
    stores: bool,
}

impl Walrus {
    /// The services of a configuration, with checked blobs kept in a folder.
    pub fn new(storage: &Storage, cache: PathBuf) -> Result<Self, BlobError> {
        Self::with_retry(storage, cache, RetryPolicy::default())
    }

    /// [`Walrus::new`] with another persistence.
    pub fn with_retry(
        storage: &Storage,
        cache: PathBuf,
        retry: RetryPolicy,
    ) -> Result<Self, BlobError> {
        let shards = ShardCount::new(storage.shards);
        let shards = shards.map_err(|error| BlobError::Store(error.to_string()))?;
        let client = Client::new(ClientConfig {
            shards,
            aggregators: storage.aggregators.clone(),
            publishers: storage.publishers.clone(),
            plain_http: storage.plain_http(),
            cache: Some(cache),
            retry,
            ..ClientConfig::default()
        });
        Ok(Self {
            client: client.map_err(unusable)?,
            epochs: NonZeroU32::new(storage.epochs).unwrap_or(NonZeroU32::MIN),
            stores: !storage.publishers.is_empty(),
        })
    }

    /// Asks the aggregators about a blob that nobody has stored. That they do not know it is an
    /// answer, and shows that one of them would give out another.
    pub async fn ask_about_nothing(&self, id: BlobId) -> Result<(), BlobError> {
        match self.client.head(&id).await {
            Ok(_) => Ok(()),
            Err(ClientError::Endpoints { failures, .. }) if failures.iter().any(is_answer) => {
                Ok(())
            }
            Err(error) => Err(fault(error)),
        }
    }
}

fn is_answer(failure: &Failure) -> bool {
    matches!(failure.fault, Fault::Status { status: 404, .. })
}

#[async_trait]
impl Blobs for Walrus {
    async fn get(&self, id: &BlobId, largest: u64, tell: Listener) -> Result<Bytes, BlobError> {
        let options = FetchOptions {
            largest: Some(largest),
            just_certified: true,
            progress: Progress::to(move |step: Step| {
                if step.stage == Stage::Downloading {
                    tell(step.done, step.total);
                }
            }),
            ..FetchOptions::default()
        };
        self.client.get(id, &options).await.map_err(fault)
    }

    async fn put(&self, bytes: Vec<u8>) -> Result<Option<BlobId>, BlobError> {
        if !self.stores {
            return Ok(None);
        }
        let stored = self.client.put(bytes, &PutOptions::new(self.epochs)).await;
        Ok(Some(stored.map_err(fault)?.id))
    }
}

fn unusable(error: ConfigError) -> BlobError {
    match error {
        ConfigError::Cache(error) => of_cache(error),
        other => BlobError::Store(other.to_string()),
    }
}

fn fault(error: ClientError) -> BlobError {
    match error {
        ClientError::Cache(error) => of_cache(error),
        other => BlobError::Store(other.to_string()),
    }
}

/// A disk that is full is not the store's fault.
fn of_cache(error: CacheError) -> BlobError {
    match error {
        CacheError::Io { doing, path, reason } => StateError::io(doing, &path, reason).into(),
        other => BlobError::Store(other.to_string()),
    }
}
