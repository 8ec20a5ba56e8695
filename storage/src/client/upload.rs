//! Storing.

use std::num::NonZeroU32;

use async_trait::async_trait;
use tokio::time::timeout;

use super::{
    pool::{Operation, Stop},
    Action, Backend, ClientError, Fault, Inner, Payload, Progress, Receipt, Stage, Step, Target,
    Upload,
};
use crate::blob_id::BlobId;

/// How a blob is stored.
#[derive(Clone, Debug)]
pub struct PutOptions {
    /// For how many epochs, the current one included. An epoch takes two weeks on Walrus's main
    /// network and one day on its test network.
    pub epochs: NonZeroU32,
    /// Whether nobody, the publisher included, may delete the blob before its time.
    pub permanent: bool,
    /// Receives the progress of the upload.
    pub progress: Progress,
}

impl PutOptions {
    /// Permanent storage for `epochs` epochs.
    pub const fn new(epochs: NonZeroU32) -> Self {
        Self { epochs, permanent: true, progress: Progress::none() }
    }
}

/// A stored blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The id, computed here and confirmed by the publisher.
    pub id: BlobId,
    /// Bytes of the blob.
    pub size: u64,
    /// The publisher that stored it.
    pub endpoint: String,
    /// What the publisher says about it.
    pub receipt: Receipt,
}

/// Stores one blob.
pub(super) struct Put<'a> {
    pub(super) client: &'a Inner,
    pub(super) upload: Upload,
}

#[async_trait]
impl Operation for Put<'_> {
    type Output = Stored;

    fn action(&self) -> Action {
        Action::Put
    }

    fn target(&self) -> Target {
        Target::Blob(self.upload.id)
    }

    /// The next publisher would begin anew, and both may have to be paid.
    fn can_change_endpoint(&self) -> bool {
        false
    }

    async fn attempt(&mut self, backend: &dyn Backend) -> Result<Stored, Stop> {
        let size = self.upload.payload.len();
        let patience = self.client.config.timeouts.upload(size);
        let receipt = timeout(patience, backend.put(&self.upload))
            .await
            .map_err(|_| Fault::Silent(patience))??;
        check(&self.upload, &receipt)?;
        Ok(Stored { id: self.upload.id, size, endpoint: backend.name().to_owned(), receipt })
    }
}

/// Compares what the publisher says with what was asked for.
fn check(upload: &Upload, receipt: &Receipt) -> Result<(), Fault> {
    if receipt.id != upload.id {
        let reported = receipt.id;
        return Err(Fault::WrongId { reported });
    }
    if upload.permanent && receipt.deletable == Some(true) {
        return Err(Fault::Deletable);
    }
    Ok(())
}

impl Inner {
    /// Computes the id of what is to be stored.
    pub(super) async fn prepare(
        &self,
        payload: Payload,
        options: &PutOptions,
    ) -> Result<Upload, ClientError> {
        let (size, limit) = (payload.len(), self.config.largest_upload);
        let target = name_of(&payload);
        if size > limit {
            return Err(ClientError::TooLarge { target, size, limit });
        }
        options.progress.tell(|| Step {
            target: None,
            stage: Stage::Hashing,
            done: 0,
            total: Some(size),
        });
        let (shards, hashed) = (self.config.shards, payload.clone());
        let _turn = self.checks.acquire().await;
        let id = tokio::task::spawn_blocking(move || hashed.id(shards))
            .await?
            .map_err(|reason| ClientError::BlobId { target, reason })?;
        Ok(Upload {
            id,
            payload,
            epochs: options.epochs,
            permanent: options.permanent,
            progress: options.progress.clone(),
        })
    }
}

/// What a payload is called before its id is known.
fn name_of(payload: &Payload) -> Target {
    match payload {
        Payload::Bytes(_) => Target::File("(bytes in memory)".into()),
        Payload::File { path, .. } => Target::File(path.clone()),
    }
}
