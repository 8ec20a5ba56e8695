//! Walrus blob ids: the type, and how an id follows from a blob's bytes.
//!
//! An id commits to the erasure-coded form of a blob (encoding RS2): the bytes fill a matrix of
//! symbols, Reed-Solomon extends its rows and columns to one symbol per pair of shards, and a tree
//! of blake2b-256 hashes over that matrix, together with the blob's length, gives the id. Nothing
//! smaller than the whole blob can be checked against it.
//!
//! ```
//! use nocknock_storage::blob_id::{blob_id, ShardCount};
//!
//! let id = blob_id(b"hello", ShardCount::new(7)?)?;
//! assert_eq!(id.to_string(), "l1vQI2wRQmQl67mlY-iBQKRNNmbSWOSu3gvk3ET503I");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! All functions here use every core through rayon's global pool and block until they are done:
//! asynchronous callers put them on a thread for blocking work.

mod compute;
mod extend;
mod layout;
mod merkle;
mod repair;
mod source;
mod stripe;

pub use compute::{blob_id, blob_id_of_file, blob_id_of_reader, BlobIdError};
pub use layout::{BlobTooLarge, ShardCount, UnsupportedShardCount};
pub use nocknock_primitives::ids::{BlobId, ParseBlobIdError};
