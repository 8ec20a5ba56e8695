//! One place that stores or serves blobs.

use std::{fmt, num::NonZeroU32, path::PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use super::{Fault, Payload, Progress};
use crate::blob_id::BlobId;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A whole blob.
    Blob(BlobId),
    /// One member of a quilt, which is a blob that packs many small files.
    QuiltMember {
        /// The quilt's id.
        quilt: BlobId,
        /// The member's name in the quilt.
        identifier: String,
    },
    /// A file that is to be stored and has no id yet.
    File(PathBuf),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blob(id) => write!(f, "blob {id}"),
            Self::QuiltMember { quilt, identifier } => {
                write!(f, "member {identifier:?} of quilt {quilt}")
            }
            Self::File(path) => write!(f, "file {}", crate::text::path(path)),
        }
    }
}

/// An upload as a backend sees it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The id, computed from the payload.
    pub id: BlobId,
    /// The bytes.
    pub payload: Payload,
    /// For how many epochs, the current one included.
    pub epochs: NonZeroU32,
    /// Whether nobody may delete the blob before its time.
    pub permanent: bool,
    /// Receives the progress of the upload.
    pub progress: Progress,
}

/// What a publisher says about an upload. Only the id has been compared with anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id under which the blob is stored.
    pub id: BlobId,
    /// Whether the blob had been stored before.
    pub already_certified: bool,
    /// The first epoch in which the blob is no longer stored.
    pub end_epoch: Option<u64>,
    /// Whether its owner may delete it earlier; unknown for a blob that had been stored before.
    pub deletable: Option<bool>,
    /// Price in FROST (a thousand-millionth of a WAL).
    pub cost: Option<u64>,
}

/// A download that has begun.
pub struct Download {
    /// Position in the blob of the first byte to come.
    pub start: u64,
    /// Bytes of the whole blob, if announced.
    pub total: Option<u64>,
    /// The bytes.
    pub body: BoxStream<'static, Result<Bytes, Fault>>,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("start", &self.start)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// One publisher or aggregator, or what takes its place.
///
/// A call is one try. Retries, time-outs, limits and every check are the [`Client`]'s, so a backend
/// may be wrong in any way without wrong bytes getting through.
///
/// [`Client`]: super::Client
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync {
    /// How error messages call it: its URL, or the folder it keeps blobs in.
    fn name(&self) -> &str;

    /// Stores a blob.
    async fn put(&self, upload: &Upload) -> Result<Receipt, Fault>;

    /// Begins to read `target` at byte `offset`, or at 0 where it can do no better.
    async fn open(&self, target: &Target, offset: u64) -> Result<Download, Fault>;

    /// Asks for a blob's size, in bytes, without reading it. `None` if it exists and the size is
    /// not told.
    async fn head(&self, id: &BlobId) -> Result<Option<u64>, Fault>;
}
