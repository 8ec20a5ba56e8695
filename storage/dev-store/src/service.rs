//! What the store does, apart from HTTP.

use std::{ops::Range, sync::Arc};

use axum::{body::Body, http::HeaderMap};
use bytes::Bytes;
use futures::{Stream, StreamExt};

use super::{
    auth::Gate,
    clock::{epoch_at, unix_millis, Epoch},
    faults::Faults,
    folder::{Deletion, Folder},
    quilt::{self, QuiltError},
    record::Term,
    reply::{ErrorReply, StoreReply},
    staging::{Staging, CHUNK},
    stored::StoredBlob,
    Config,
};
use nocknock_storage::{
    blob_id::{blob_id_of_file, ShardCount},
    speed::SpeedWatch,
    BlobId,
};

/// How long, and how firmly, a blob is to be stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoreOptions {
    pub(super) epochs: u64,
    pub(super) permanent: bool,
}

/// A running store.
pub(super) struct Service {
    pub(super) config: Config,
    pub(super) faults: Faults,
    folder: Folder,
    gate: Option<Gate>,
}

impl Service {
    pub(super) fn new(config: Config, folder: Folder, faults: Faults) -> Self {
        Self { gate: config.jwt_secret.as_ref().map(Gate::new), config, faults, folder }
    }

    pub(super) fn shards(&self) -> ShardCount {
        self.config.shards
    }

    /// The longest blob taken, in bytes.
    pub(super) fn limit(&self) -> u64 {
        self.config.max_blob_len.min(self.shards().max_blob_len())
    }

    /// Watches a body that is sent here.
    pub(super) fn watch(&self) -> SpeedWatch {
        SpeedWatch::new(self.config.least_speed)
    }

    pub(super) fn epoch(&self) -> Epoch {
        let settings = &self.folder.settings;
        let now = unix_millis(self.config.clock.now());
        epoch_at(now, settings.genesis_millis, settings.epoch_millis)
    }

    /// Refuses a request to store something without a valid token, where tokens are asked for.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(), ErrorReply> {
        let now = unix_millis(self.config.clock.now()) / 1000;
        match &self.gate {
            Some(gate) => Ok(gate.admit(headers, now)?),
            None => Ok(()),
        }
    }

    /// Stores a request's body.
    pub(super) async fn store_body(
        self: &Arc<Self>,
        body: Body,
        options: StoreOptions,
    ) -> Result<StoreReply, ErrorReply> {
        let parts = body.into_data_stream().map(|part| {
            part.map_err(|error| {
                ErrorReply::invalid("BODY_INCOMPLETE", format!("the body broke off: {error}"))
            })
        });
        self.store(parts, options).await
    }

    /// Stores bytes that are at hand.
    pub(super) async fn store_bytes(
        self: &Arc<Self>,
        bytes: Vec<u8>,
        options: StoreOptions,
    ) -> Result<StoreReply, ErrorReply> {
        let part = std::future::ready(Ok(Bytes::from(bytes)));
        self.store(futures::stream::once(part), options).await
    }

    async fn store(
        self: &Arc<Self>,
        parts: impl Stream<Item = Result<Bytes, ErrorReply>>,
        options: StoreOptions,
    ) -> Result<StoreReply, ErrorReply> {
        let mut parts = std::pin::pin!(parts);
        let mut staging = self.folder.stage()?;
        let (mut waiting, mut watch) = (Vec::new(), self.watch());
        while let Some(part) = watch.wait(parts.next()).await.map_err(ErrorReply::too_slow)? {
            let part = part?;
            watch.count(part.len() as u64);
            waiting.extend_from_slice(&part);
            if staging.len() + waiting.len() as u64 > self.limit() {
                drain(parts, watch, 64 << 20).await;
                return Err(ErrorReply::too_large(self.limit()));
            }
            if waiting.len() >= CHUNK {
                (staging, waiting) = write(staging, waiting).await?;
            }
        }
        let (staging, _) = write(staging, waiting).await?;
        let service = Arc::clone(self);
        tokio::task::spawn_blocking(move || service.keep(staging, options)).await?
    }

    /// Names what was written and puts it in its place.
    fn keep(&self, staging: Staging, options: StoreOptions) -> Result<StoreReply, ErrorReply> {
        let staged = staging.finish()?;
        let size = staged.len;
        let id = blob_id_of_file(staged.file(), self.shards())?;
        let start_epoch = self.epoch();
        let term = Term { start_epoch, end_epoch: start_epoch.saturating_add(options.epochs) };
        let outcome = self.folder.keep(staged, id, options.permanent, term)?;
        Ok(StoreReply::new(id, size, options.permanent, outcome))
    }

    /// A stored blob whose bytes in the range that `choose` takes from its length are intact.
    pub(super) async fn open<R, F>(
        self: &Arc<Self>,
        id: BlobId,
        choose: F,
    ) -> Result<(Arc<StoredBlob>, R), ErrorReply>
    where
        R: Send + 'static,
        F: FnOnce(&StoredBlob) -> Result<(Range<u64>, R), ErrorReply> + Send + 'static,
    {
        let service = Arc::clone(self);
        let open = move || {
            let blob = service
                .folder
                .find(id, service.epoch())?
                .ok_or_else(|| ErrorReply::not_found(&id))?;
            let (range, chosen) = choose(&blob)?;
            blob.check(&range)?;
            Ok((Arc::new(blob), chosen))
        };
        tokio::task::spawn_blocking(open).await?
    }

    /// Deletes a deletable blob.
    pub(super) async fn delete(self: &Arc<Self>, id: BlobId) -> Result<Deletion, ErrorReply> {
        let service = Arc::clone(self);
        let delete = move || service.folder.delete(&id, service.epoch());
        Ok(tokio::task::spawn_blocking(delete).await??)
    }

    /// Removes what has expired.
    pub(super) fn sweep(&self) -> std::io::Result<()> {
        self.folder.sweep(self.epoch())
    }
}

/// Reads on for a number of bytes, so that the sender of a body that is refused sees the refusal
/// rather than a closed connection.
pub(super) async fn drain<E>(
    mut parts: impl Stream<Item = Result<Bytes, E>> + Unpin,
    mut watch: SpeedWatch,
    most: u64,
) {
    let mut left = most;
    while let Ok(Some(Ok(part))) = watch.wait(parts.next()).await {
        watch.count(part.len() as u64);
        left = left.saturating_sub(part.len() as u64);
        if left == 0 {
            return;
        }
    }
}

/// Writes on a thread for blocking work and gives both back, the buffer empty.
async fn write(
    mut staging: Staging,
    mut waiting: Vec<u8>,
) -> Result<(Staging, Vec<u8>), ErrorReply> {
    let write = move || {
        staging.write(&waiting)?;
        waiting.clear();
        std::io::Result::Ok((staging, waiting))
    };
    Ok(tokio::task::spawn_blocking(write).await??)
}

/// Where a quilt's file lies in its container.
pub(super) fn locate_member(
    quilt: &StoredBlob,
    identifier: &str,
) -> Result<Range<u64>, ErrorReply> {
    let prefix_end = quilt::PREFIX_LEN.min(quilt.len());
    let prefix = quilt.read(&(0..prefix_end))?;
    let index_range = quilt::index_range(&prefix, quilt.len())?;
    let index = quilt.read(&index_range)?;
    quilt::locate(&index, index_range.end, quilt.len(), identifier)?
        .ok_or_else(|| missing_member(&quilt.id, identifier))
}

fn missing_member(quilt: &BlobId, identifier: &str) -> ErrorReply {
    ErrorReply::new(
        axum::http::StatusCode::NOT_FOUND,
        "QUILT_PATCH_NOT_FOUND",
        format!("quilt {quilt} has no file {identifier:?}"),
    )
}

/// The container of a form's files.
pub(super) fn pack(files: &[(String, Bytes)]) -> Result<Vec<u8>, QuiltError> {
    quilt::pack(files)
}
