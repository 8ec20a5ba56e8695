//! Storage.

pub mod blob_id;

pub use blob_id::BlobId;
