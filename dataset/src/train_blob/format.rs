//! The bytes of a training blob. Whoever made them is not trusted.

use super::{TrainBlob, MAX_HEADER_BYTES, MAX_TRAIN_BLOB_BYTES};
use crate::{
    blocks::Block,
    encoding::{Encoding, EncodingError},
    salt::BlockSalt,
    shape::shape_name,
};
use nocknock_primitives::{
    ids::BlockIndex,
    limits::MAX_BLOCKS,
    model::{self, Architecture, ArchitectureError, Description, Head, Label, WireError},
};
use serde::{Deserialize, Serialize};

const MAGIC: [u8; 8] = *b"nntrain\0";
const VERSION: u16 = 3;

/// Bytes in front of the header.
pub(super) const PREFIX_BYTES: usize = 8 + 2 + 4;

/// Why training data has no byte form.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The header is too long.
    #[error(
        "the header takes {found} bytes, but at most {MAX_HEADER_BYTES} are possible: leave columns \
         out"
    )]
    HeaderTooLong {
        /// Its bytes.
        found: usize,
    },
    /// The header is not JSON.
    #[error("the header cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// Why bytes are not training data. No text of the bytes is repeated here.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainBlobError {
    /// More bytes than any training data takes.
    #[error("{found} bytes are more than training data may have ({MAX_TRAIN_BLOB_BYTES})")]
    TooLong {
        /// Bytes that were given.
        found: usize,
    },
    /// The bytes begin in another way.
    #[error("these bytes are not the training data of a task: they do not start with `nntrain`")]
    Magic,
    /// Another version.
    #[error(
        "the training data has version {found}, but this program reads version {VERSION}: use the \
         release that belongs to it"
    )]
    Version {
        /// Version of the bytes.
        found: u16,
    },
    /// The header is longer than allowed.
    #[error("the header claims {found} bytes, but at most {MAX_HEADER_BYTES} are allowed")]
    HeaderTooLong {
        /// Bytes that are announced.
        found: usize,
    },
    /// The bytes end too early.
    #[error("the training data is cut off")]
    CutOff,
    /// Bytes after the last block.
    #[error("{found} bytes are left after the last block")]
    Trailing {
        /// Bytes that are left.
        found: usize,
    },
    /// The header is not the JSON of this version, or its encoding breaks a rule.
    #[error(
        "the header does not have the form of this version, or its encoding is not possible, from \
         line {line}, column {column} on"
    )]
    Header {
        /// Line of the first fault.
        line: usize,
        /// Column of the first fault.
        column: usize,
    },
    /// The architecture is not usable.
    #[error("the training data is for an architecture that is not usable: {0}")]
    Architecture(#[from] ArchitectureError),
    /// Models of the architecture answer with neither a class nor a number.
    #[error(
        "the training data is for shape {shape}, whose models answer with labels: this program \
         reads classes and numbers alone"
    )]
    Head {
        /// What the architecture is called.
        shape: String,
    },
    /// The encoding is for another architecture.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// No block, or more than a task may have.
    #[error("training data has 1 to {MAX_BLOCKS} blocks, not {found}")]
    BlockCount {
        /// Blocks that are announced.
        found: usize,
    },
    /// An index that is repeated, out of order or too large.
    #[error("block {index} is out of order, repeated, or beyond the {MAX_BLOCKS} of a task")]
    BlockOrder {
        /// The index.
        index: BlockIndex,
    },
    /// The rows of a block are not well formed.
    #[error("block {index}: {error}")]
    Rows {
        /// Index of the block.
        index: BlockIndex,
        /// What is wrong with the rows.
        error: WireError,
    },
    /// A sample of a class without a name.
    #[error("block {index} holds a sample of a class that has no name")]
    UnnamedClass {
        /// Index of the block.
        index: BlockIndex,
    },
    /// A class has more samples in a block than another one, though they are to count the same.
    #[error(
        "block {index} does not hold as many samples of each class, so that scores would be no \
         balanced accuracy"
    )]
    Unbalanced {
        /// Index of the block.
        index: BlockIndex,
    },
    /// A block without samples.
    #[error("block {index} holds no sample")]
    EmptyBlock {
        /// Index of the block.
        index: BlockIndex,
    },
}

#[derive(Serialize)]
struct WrittenHeader<'a> {
    architecture: &'a Architecture,
    encoding: &'a Encoding,
    blocks: Vec<WrittenBlock<'a>>,
}

#[derive(Serialize)]
struct WrittenBlock<'a> {
    index: BlockIndex,
    salt: &'a BlockSalt,
    bytes: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    architecture: Description,
    encoding: Encoding,
    blocks: Vec<BlockHeader>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockHeader {
    index: BlockIndex,
    salt: BlockSalt,
    bytes: u32,
}

pub(super) fn encode(blob: &TrainBlob) -> Result<Vec<u8>, EncodeError> {
    let header = serde_json::to_vec(&written_header(blob))?;
    let length = u32::try_from(header.len()).unwrap_or(u32::MAX);
    if header.len() > MAX_HEADER_BYTES {
        return Err(EncodeError::HeaderTooLong { found: header.len() });
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend(length.to_le_bytes());
    bytes.extend(header);
    for block in &blob.blocks {
        bytes.extend(block.rows());
    }
    Ok(bytes)
}

fn written_header(blob: &TrainBlob) -> WrittenHeader<'_> {
    let blocks = blob.blocks.iter().map(|block| WrittenBlock {
        index: block.index(),
        salt: block.salt(),
        bytes: block.rows().len(),
    });
    WrittenHeader {
        architecture: &blob.architecture,
        encoding: &blob.encoding,
        blocks: blocks.collect(),
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<TrainBlob, TrainBlobError> {
    if bytes.len() > MAX_TRAIN_BLOB_BYTES {
        return Err(TrainBlobError::TooLong { found: bytes.len() });
    }
    let (header, rows) = split_header(bytes)?;
    let header: Header = serde_json::from_slice(header)
        .map_err(|error| TrainBlobError::Header { line: error.line(), column: error.column() })?;
    let architecture = Architecture::new(header.architecture)?;
    check_head(&architecture)?;
    header.encoding.check_architecture(&architecture)?;
    check_order(&header.blocks)?;
    let blocks = take_blocks(header.blocks, rows)?;
    let classes = header.encoding.classes().len();
    for block in &blocks {
        let index = block.index();
        let rows = block.decode(&architecture);
        let rows = rows.map_err(|error| TrainBlobError::Rows { index, error })?;
        check_rows(&rows, index, classes)?;
        if header.encoding.metric().is_balanced() {
            check_balance(&rows, index, classes)?;
        }
    }
    Ok(TrainBlob::new(architecture, header.encoding, blocks))
}

/// Takes the prefix off and returns the header and what follows it.
fn split_header(bytes: &[u8]) -> Result<(&[u8], &[u8]), TrainBlobError> {
    let Some((magic, bytes)) = bytes.split_first_chunk::<8>() else {
        return Err(TrainBlobError::Magic);
    };
    if *magic != MAGIC {
        return Err(TrainBlobError::Magic);
    }
    let (version, bytes) = bytes.split_first_chunk::<2>().ok_or(TrainBlobError::CutOff)?;
    let version = u16::from_le_bytes(*version);
    if version != VERSION {
        return Err(TrainBlobError::Version { found: version });
    }
    let (length, bytes) = bytes.split_first_chunk::<4>().ok_or(TrainBlobError::CutOff)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER_BYTES {
        return Err(TrainBlobError::HeaderTooLong { found: length });
    }
    bytes.split_at_checked(length).ok_or(TrainBlobError::CutOff)
}

fn check_head(architecture: &Architecture) -> Result<(), TrainBlobError> {
    match architecture.head {
        Head::Classes { .. } | Head::Number { .. } => Ok(()),
        Head::Labels { .. } => Err(TrainBlobError::Head { shape: shape_name(architecture) }),
    }
}

fn check_order(blocks: &[BlockHeader]) -> Result<(), TrainBlobError> {
    let limit = usize::try_from(MAX_BLOCKS).unwrap_or(usize::MAX);
    if !(1..=limit).contains(&blocks.len()) {
        return Err(TrainBlobError::BlockCount { found: blocks.len() });
    }
    let mut least = 0;
    for block in blocks {
        let index = u32::from(block.index);
        if index < least || index >= MAX_BLOCKS {
            return Err(TrainBlobError::BlockOrder { index: block.index });
        }
        least = index + 1;
    }
    Ok(())
}

fn take_blocks(headers: Vec<BlockHeader>, mut rows: &[u8]) -> Result<Vec<Block>, TrainBlobError> {
    let mut blocks = Vec::with_capacity(headers.len());
    for header in headers {
        let length = usize::try_from(header.bytes).unwrap_or(usize::MAX);
        let (own, rest) = rows.split_at_checked(length).ok_or(TrainBlobError::CutOff)?;
        blocks.push(Block::new(header.index, header.salt, own.to_vec()));
        rows = rest;
    }
    match rows.len() {
        0 => Ok(blocks),
        found => Err(TrainBlobError::Trailing { found }),
    }
}

fn check_rows(
    rows: &model::Block,
    index: BlockIndex,
    classes: usize,
) -> Result<(), TrainBlobError> {
    if rows.is_empty() {
        return Err(TrainBlobError::EmptyBlock { index });
    }
    let is_named = |label: &Label| match label {
        Label::Class(class) => usize::from(*class) < classes,
        Label::Number(_) => true,
        Label::Labels(_) => false,
    };
    if rows.samples().iter().all(|sample| is_named(&sample.label)) {
        Ok(())
    } else {
        Err(TrainBlobError::UnnamedClass { index })
    }
}

/// Where each class is to count the same, a block has as many samples of each. Test blocks are of
/// the same kind: which ones they are was not known when all roots were.
fn check_balance(
    rows: &model::Block,
    index: BlockIndex,
    classes: usize,
) -> Result<(), TrainBlobError> {
    let mut counts = vec![0u32; classes];
    for sample in rows.samples() {
        let count = match sample.label {
            Label::Class(class) => counts.get_mut(usize::from(class)),
            Label::Labels(_) | Label::Number(_) => None,
        };
        if let Some(count) = count {
            *count += 1;
        }
    }
    if counts.windows(2).all(|pair| matches!(pair, [one, other] if one == other)) {
        Ok(())
    } else {
        Err(TrainBlobError::Unbalanced { index })
    }
}
