//! A stored blob as it is read: every chunk is checked before a byte of it leaves the store.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt, sync::Arc};

use axum::body::Body;
use bytes::Bytes;
use futures::stream;

use super::{
    record::Record,
    staging::{checksum, CHUNK},
};
use nocknock_storage::BlobId;

/// Why stored bytes are not given out.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    #[error("the stored bytes of blob {0} are damaged: store the blob again")]
    Damaged(BlobId),
    #[error("blob {0} could not be read: {1}")]
    Io(BlobId, #[source] io::Error),
}

/// A blob's record and its open file.
#[derive(Debug)]
pub(super) struct StoredBlob {
    pub(super) id: BlobId,
    pub(super) record: Record,
    pub(super) file: File,
}

impl StoredBlob {
    pub(super) fn len(&self) -> u64 {
        self.record.size
    }

    /// Checks the file's length and every chunk that `range` touches.
    pub(super) fn check(&self, range: &Range<u64>) -> Result<(), ReadError> {
        let actual = self.file.metadata().map_err(|e| ReadError::Io(self.id, e))?;
        if actual.len() != self.len() {
            return Err(ReadError::Damaged(self.id));
        }
        chunks(range).try_for_each(|index| self.chunk(index).map(drop))
    }

    /// The bytes in `range`, all of which must lie in the blob.
    pub(super) fn read(&self, range: &Range<u64>) -> Result<Vec<u8>, ReadError> {
        let parts: Result<Vec<Bytes>, ReadError> =
            chunks(range).map(|index| self.part(index, range)).collect();
        Ok(parts?.concat())
    }

    /// What chunk `index` adds to `range`.
    fn part(&self, index: u64, range: &Range<u64>) -> Result<Bytes, ReadError> {
        let chunk = Bytes::from(self.chunk(index)?);
        let start = index * CHUNK as u64;
        let inside = |at: u64| at.saturating_sub(start).min(chunk.len() as u64) as usize;
        Ok(chunk.slice(inside(range.start)..inside(range.end)))
    }

    fn chunk(&self, index: u64) -> Result<Vec<u8>, ReadError> {
        let start = index * CHUNK as u64;
        let len = self.len().saturating_sub(start).min(CHUNK as u64);
        let mut bytes = vec![0; len as usize];
        self.file.read_exact_at(&mut bytes, start).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ReadError::Damaged(self.id),
            _ => ReadError::Io(self.id, error),
        })?;
        let recorded = self.record.checksums.get(index as usize);
        if recorded == Some(&checksum(&bytes)) {
            Ok(bytes)
        } else {
            Err(ReadError::Damaged(self.id))
        }
    }

    /// A response body that reads `range` piece by piece and ends in an error when a piece turns
    /// out to be damaged.
    pub(super) fn body(self: Arc<Self>, range: Range<u64>) -> Body {
        let parts = stream::unfold((self, chunks(&range)), move |(blob, mut rest)| {
            let range = range.clone();
            async move {
                let index = rest.next()?;
                let reader = Arc::clone(&blob);
                let part = tokio::task::spawn_blocking(move || reader.part(index, &range)).await;
                let part = part.map_err(io::Error::other);
                let part = part.and_then(|part| part.map_err(io::Error::other));
                Some((part, (blob, rest)))
            }
        });
        Body::from_stream(parts)
    }
}

/// Indexes of the chunks that `range` touches.
fn chunks(range: &Range<u64>) -> Range<u64> {
    let chunk = CHUNK as u64;
    if range.is_empty() {
        0..0
    } else {
        range.start / chunk..range.end.div_ceil(chunk)
    }
}
