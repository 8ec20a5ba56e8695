#![doc = include_str!("../README.md")]

pub mod blob_id;
pub mod cache;
pub mod client;
pub mod dev_store;
pub mod manifest;

pub use blob_id::BlobId;
