//! A check of everything in a folder against its ids.

use std::{io, path::Path};

use super::{
    folder::{Folder, OpenError},
    Epoch,
};
use nocknock_storage::{
    blob_id::{blob_id_of_file, BlobIdError, ShardCount, UnsupportedShardCount},
    BlobId,
};

/// Why a folder could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The folder.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The folder's shard count.
    #[error(transparent)]
    Shards(#[from] UnsupportedShardCount),
    /// The folder could not be listed.
    #[error("the folder could not be listed: {0}")]
    List(#[from] io::Error),
}

/// What a check says about a blob.
#[derive(Debug)]
pub enum Finding {
    /// Its bytes have its id.
    Intact,
    /// Its bytes have another id.
    Damaged(BlobId),
    /// Its bytes or its record could not be read.
    Unreadable(BlobIdError),
}

/// Computes the id of every blob in a store's folder, which no store may be using meanwhile.
/// Expired blobs that were not removed yet are checked as well.
pub fn check_folder(folder: &Path) -> Result<Vec<(BlobId, Finding)>, CheckError> {
    let folder = Folder::open_existing(folder)?;
    let shards = ShardCount::new(folder.settings.shards)?;
    Ok(folder.ids()?.into_iter().map(|id| (id, check_blob(&folder, id, shards))).collect())
}

fn check_blob(folder: &Folder, id: BlobId, shards: ShardCount) -> Finding {
    const BEFORE_EVERY_END: Epoch = 0;
    let found = folder.find(id, BEFORE_EVERY_END).map_err(BlobIdError::Read);
    let actual = found.and_then(|blob| match blob {
        Some(blob) => blob_id_of_file(&blob.file, shards),
        None => Err(BlobIdError::Read(io::ErrorKind::NotFound.into())),
    });
    match actual {
        Ok(actual) if actual == id => Finding::Intact,
        Ok(actual) => Finding::Damaged(actual),
        Err(error) => Finding::Unreadable(error),
    }
}
