//! For tests of what talks to a store: a store in a temporary folder, and services that answer as a
//! test wants them to, right or wrong.

mod scripted;
mod store;

pub use scripted::{answer, served, whole, Answer, Request, Scripted};
pub use store::{http, settings, Reply, TestStore};

use nocknock_storage::{
    blob_id::{blob_id, ShardCount},
    BlobId,
};

/// Few shards, so that ids cost next to nothing.
pub fn few_shards() -> ShardCount {
    ShardCount::new(16).unwrap()
}

/// The id of bytes at [`few_shards`].
pub fn id_of(bytes: &[u8]) -> BlobId {
    blob_id(bytes, few_shards()).unwrap()
}

/// Bytes that differ from place to place.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}
