//! The store of training data.

use crate::{
    config::Storage,
    failure::{other, usage, Failure},
};
use nocknock_dataset::{train_blob::MAX_TRAIN_BLOB_BYTES, TrainBlob};
use nocknock_primitives::ids::BlobId;
use nocknock_storage::{
    blob_id::ShardCount,
    client::{Client, ClientConfig, FetchOptions, PlainHttp, PutOptions},
};
use std::num::NonZeroU32;

/// The configured services.
#[derive(Debug)]
pub(crate) struct Store {
    client: Client,
    epochs: NonZeroU32,
}

impl Store {
    pub(crate) fn new(storage: &Storage) -> Result<Self, Failure> {
        let epochs = NonZeroU32::new(storage.epochs);
        let epochs = epochs.ok_or_else(|| usage("[storage] epochs must be at least 1"))?;
        let client = Client::new(ClientConfig {
            shards: ShardCount::new(storage.shards).map_err(usage)?,
            aggregators: storage.aggregators.clone(),
            publishers: storage.publishers.clone(),
            plain_http: match storage.allow_plain_http {
                true => PlainHttp::Anywhere,
                false => PlainHttp::LoopbackOnly,
            },
            ..ClientConfig::default()
        });
        Ok(Self {
            client: client.map_err(usage)?,
            epochs,
        })
    }

    /// Stores bytes. Doing so twice stores them once.
    pub(crate) async fn put(&self, bytes: Vec<u8>) -> Result<BlobId, Failure> {
        let stored = self.client.put(bytes, &PutOptions::new(self.epochs)).await;
        let stored = stored.map_err(|error| Failure::Unreachable(error.to_string()))?;
        Ok(BlobId(stored.id.into_bytes()))
    }

    /// Fetches the training data of a task. The bytes belong to the id.
    pub(crate) async fn train_blob(&self, id: &BlobId) -> Result<TrainBlob, Failure> {
        let options = FetchOptions {
            largest: u64::try_from(MAX_TRAIN_BLOB_BYTES).ok(),
            ..FetchOptions::default()
        };
        let id = nocknock_storage::BlobId::from_bytes(id.0);
        let bytes = self.client.get(&id, &options).await;
        let bytes = bytes.map_err(|error| Failure::Unreachable(error.to_string()))?;
        TrainBlob::decode(&bytes).map_err(other)
    }
}

/// The id as Walrus writes it.
pub(crate) fn shown(id: &BlobId) -> String {
    nocknock_storage::BlobId::from_bytes(id.0).to_string()
}
