//! Bytes on their way to a publisher.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use futures::{
    stream::{self, BoxStream},
    StreamExt,
};
use tokio::io::AsyncReadExt;

use crate::blob_id::{blob_id, blob_id_of_file, BlobId, BlobIdError, ShardCount};

/// What is to be stored.
#[derive(Clone, Debug)]
pub enum Payload {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A file, which nobody may change before the upload is over; a change is noticed.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
    },
}

/// Bytes that are sent at a time.
const PIECE: usize = 1 << 17;

impl Payload {
    /// A file's content.
    pub fn from_file(path: &Path) -> io::Result<Self> {
        let len = File::open(path)?.metadata()?.len();
        let path = path.to_owned();
        Ok(Self::File { path, len })
    }

    /// Bytes to send.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The id of these bytes. Blocks.
    pub fn id(&self, shards: ShardCount) -> Result<BlobId, BlobIdError> {
        match self {
            Self::Bytes(bytes) => blob_id(bytes, shards),
            Self::File { path, .. } => blob_id_of_file(&File::open(path)?, shards),
        }
    }

    /// The bytes from the beginning, in pieces.
    pub fn stream(&self) -> BoxStream<'static, io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => stream_bytes(bytes.clone()),
            Self::File { path, .. } => stream_file(path.clone()),
        }
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

fn stream_bytes(mut rest: Bytes) -> BoxStream<'static, io::Result<Bytes>> {
    let pieces = std::iter::from_fn(move || {
        let piece = rest.split_to(rest.len().min(PIECE));
        (!piece.is_empty()).then_some(Ok(piece))
    });
    stream::iter(pieces).boxed()
}

fn stream_file(path: PathBuf) -> BoxStream<'static, io::Result<Bytes>> {
    let open = async move { tokio::fs::File::open(path).await };
    stream::once(open)
        .map(|file| file.map(pieces_of))
        .flat_map(|opened| match opened {
            Ok(pieces) => pieces,
            Err(error) => stream::once(async { Err(error) }).boxed(),
        })
        .boxed()
}

fn pieces_of(file: tokio::fs::File) -> BoxStream<'static, io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
        Ok((read > 0).then(|| (Bytes::from(piece), file)))
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    async fn collect(payload: &Payload) -> Vec<u8> {
        let pieces: Vec<Bytes> = payload.stream().try_collect().await.unwrap();
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        pieces.concat()
    }

    #[tokio::test]
    async fn bytes_and_files_are_sent_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("content");
        for len in [0, 1, PIECE, 3 * PIECE + 5] {
            let content: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            std::fs::write(&path, &content).unwrap();
            let file = Payload::from_file(&path).unwrap();
            let bytes = Payload::from(content.clone());
            assert_eq!((file.len(), bytes.len()), (len as u64, len as u64));
            assert!(collect(&file).await == content && collect(&bytes).await == content);
        }
    }
}
