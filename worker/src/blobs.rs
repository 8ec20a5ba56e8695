//! The store of training data and models.

use crate::config::Storage;
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_primitives::ids::BlobId;
use nocknock_storage::{
    blob_id::ShardCount,
    client::{Client, ClientConfig, FetchOptions, Progress, PutOptions, Stage, Step},
};
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc};

/// Why the store did not do what was asked, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BlobError(pub String);

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
        let shards = ShardCount::new(storage.shards).map_err(fault)?;
        let client = Client::new(ClientConfig {
            shards,
            aggregators: storage.aggregators.clone(),
            publishers: storage.publishers.clone(),
            plain_http: storage.plain_http(),
            cache: Some(cache),
            ..ClientConfig::default()
        });
        Ok(Self {
            client: client.map_err(fault)?,
            epochs: NonZeroU32::new(storage.epochs).unwrap_or(NonZeroU32::MIN),
            stores: !storage.publishers.is_empty(),
        })
    }
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
        let id = nocknock_storage::BlobId::from_bytes(id.0);
        self.client.get(&id, &options).await.map_err(fault)
    }

    async fn put(&self, bytes: Vec<u8>) -> Result<Option<BlobId>, BlobError> {
        if !self.stores {
            return Ok(None);
        }
        let stored = self.client.put(bytes, &PutOptions::new(self.epochs)).await;
        Ok(Some(BlobId(stored.map_err(fault)?.id.into_bytes())))
    }
}

fn fault(error: impl fmt::Display) -> BlobError {
    BlobError(error.to_string())
}
