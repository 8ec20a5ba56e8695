#![doc = include_str!("../README.md")]

pub mod blob_id;
pub mod cache;
pub mod client;
pub mod manifest;
pub mod speed;
mod text;

pub use blob_id::BlobId;
