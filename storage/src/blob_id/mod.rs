//! Walrus blob ids: the type, and how an id follows from a blob's bytes.

mod id;

pub use id::{BlobId, ParseBlobIdError};
