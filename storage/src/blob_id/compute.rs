//! From bytes to id.
//!
//! The extended matrix is never held as a whole. It is hashed in stripes of adjacent columns, each
//! read from the blob, extended and reduced to one root per column and one node per row. Only the
//! columns that the row code adds need all rows extended first; they are worked off in as many
//! passes as keep what is stored of them small.

use std::{
    fs::File,
    io::{self, Read},
    ops::Range,
};

use rayon::prelude::*;

use super::{
    layout::{BlobTooLarge, Layout, ShardCount},
    merkle::{self, Node},
    repair::RepairColumns,
    source::Source,
    stripe::{StripeNodes, Worker, STRIPE, STRIPE_LEVELS},
    BlobId,
};

/// Why no id could be computed.
#[derive(Debug, thiserror::Error)]
pub enum BlobIdError {
    /// The blob is longer than the encoding allows.
    #[error(transparent)]
    TooLarge(#[from] BlobTooLarge),
    /// The bytes could not be read.
    #[error("the blob's bytes could not be read: {0}")]
    Read(#[from] io::Error),
    /// A reader ended before, or went on after, the announced length.
    #[error("the blob was announced with {announced} bytes, but its reader gave {given}")]
    Length {
        /// Bytes announced.
        announced: u64,
        /// "fewer" or "more" bytes.
        given: &'static str,
    },
    /// The Reed-Solomon encoder refused its input, which a valid layout rules out.
    #[error("the Reed-Solomon encoder refused its input: {0}")]
    Encoder(#[from] reed_solomon_simd::Error),
}

/// The id of `bytes` at `shards` shards.
///
/// Beside the blob itself this takes at most a third of its length plus a few MiB per thread.
pub fn blob_id(bytes: &[u8], shards: ShardCount) -> Result<BlobId, BlobIdError> {
    compute(&bytes, bytes.len() as u64, shards)
}

/// The id of a file's bytes, from its first to its last whatever its cursor.
///
/// The file is not loaded: this takes at most a third of its length in memory, never more than
/// 512 MiB, plus a few MiB per thread. Nobody may write to the file meanwhile.
pub fn blob_id_of_file(file: &File, shards: ShardCount) -> Result<BlobId, BlobIdError> {
    compute(&file, file.metadata()?.len(), shards)
}

/// The id of the `len` bytes that `reader` gives, which must be neither fewer nor more.
///
/// The bytes are collected in memory, since every column of the matrix spans the whole blob.
pub fn blob_id_of_reader(
    mut reader: impl Read,
    len: u64,
    shards: ShardCount,
) -> Result<BlobId, BlobIdError> {
    Layout::new(len, shards)?;
    let length_error = |given| BlobIdError::Length { announced: len, given };
    let mut bytes = reserve(len)?;
    reader.by_ref().take(len).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < len {
        return Err(length_error("fewer"));
    }
    if reader.read(&mut [0])? != 0 {
        return Err(length_error("more"));
    }
    blob_id(&bytes, shards)
}

/// Room for `len` bytes, so that collecting them never moves what is there.
fn reserve(len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let reserved = usize::try_from(len).is_ok_and(|len| bytes.try_reserve_exact(len).is_ok());
    if reserved {
        Ok(bytes)
    } else {
        Err(io::ErrorKind::OutOfMemory.into())
    }
}

fn compute(source: &impl Source, len: u64, shards: ShardCount) -> Result<BlobId, BlobIdError> {
    let layout = Layout::new(len, shards)?;
    let mut stripes = Vec::with_capacity(layout.shards.div_ceil(STRIPE));
    for columns in passes(&layout) {
        let repair = RepairColumns::extend(source, &layout, &columns)?;
        stripes.extend(hash_stripes(source, &layout, &repair, columns)?);
    }
    Ok(assemble(&layout, stripes))
}

/// Column ranges, in order, that are worked off one after the other: first all stripes that lie
/// in the message matrix, then those that hold repair symbols, a bounded number of bytes at a time.
fn passes(layout: &Layout) -> Vec<Range<usize>> {
    let message_end = layout.columns - layout.columns % STRIPE;
    let stripe_bytes = layout.rows * STRIPE * layout.symbol_len;
    let pass_width = (repair_budget(layout.len) / stripe_bytes).max(1) * STRIPE;
    let mut passes = Vec::new();
    if message_end > 0 {
        passes.push(0..message_end);
    }
    passes.extend(
        (message_end..layout.shards)
            .step_by(pass_width)
            .map(|start| start..(start + pass_width).min(layout.shards)),
    );
    passes
}

/// How many bytes of repair symbols are stored at a time. A third of the blob means two passes,
/// which cost little; a short blob needs no care; 512 MiB bound the longest ones.
fn repair_budget(len: u64) -> usize {
    const SHORT: u64 = 4 << 20;
    const LONG: u64 = 512 << 20;
    (len / 3).clamp(SHORT, LONG) as usize
}

fn hash_stripes(
    source: &impl Source,
    layout: &Layout,
    repair: &RepairColumns,
    columns: Range<usize>,
) -> Result<Vec<StripeNodes>, BlobIdError> {
    let starts: Vec<usize> = columns.clone().step_by(STRIPE).collect();
    starts
        .into_par_iter()
        .map_init(
            || Worker::new(source, layout, repair),
            |worker, start| {
                let worker = worker.as_mut().map_err(|error| *error)?;
                worker.stripe(start..(start + STRIPE).min(columns.end))
            },
        )
        .collect()
}

/// The id from the nodes of all stripes in order.
fn assemble(layout: &Layout, stripes: Vec<StripeNodes>) -> BlobId {
    let (nodes, roots): (Vec<_>, Vec<_>) =
        stripes.into_iter().map(|stripe| (stripe.row_nodes, stripe.column_roots)).unzip();
    let levels = merkle::height(layout.shards).saturating_sub(STRIPE_LEVELS);
    let rows = merkle::climb(nodes, levels).concat();
    let columns: Vec<Node> = roots.concat();
    // Shard i keeps row i and, counted from the other end, column n-1-i.
    let pairs: Vec<Node> = rows
        .iter()
        .zip(columns.iter().rev())
        .map(|(row, column)| merkle::hash(&[&[0][..], row, column].concat()))
        .collect();
    seal(layout.len, &merkle::root(pairs))
}

/// The id of a blob from its length and the root over its shards.
fn seal(len: u64, root: &Node) -> BlobId {
    const ENCODING_RS2: u8 = 1;
    let message = [&[ENCODING_RS2][..], &len.to_le_bytes(), root].concat();
    BlobId(merkle::hash(&message))
}
