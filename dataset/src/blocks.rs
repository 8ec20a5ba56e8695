//! Data blocks: rows in their byte form, a secret salt, and the root that the chain stores.

use crate::{
    encoding::{Encoding, EncodingError, Range},
    hex_bytes,
    problem::Problems,
    profile::{Labels, Profile, Wanted},
    salt::{BlockSalt, SaltError},
    shape::{check_size, shape_name, TooLargeError},
    split::{split, SplitError, SplitOptions, WeightedPlan},
    table::Table,
    train_blob::{TrainBlob, MAX_ENCODING_BYTES},
};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, ContentHash},
    limits::MAX_BLOCKS,
    model::{
        self, block_root, field, Architecture, ArchitectureError, Description, Head, Label, Sample,
        SampleError, WireError,
    },
};
use serde::{Deserialize, Serialize};
use std::fmt;

mod numbers;

/// A data block: its place in the task, its salt and its rows in their byte form.
///
/// Printing one shows neither salt nor rows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    index: BlockIndex,
    salt: BlockSalt,
    #[serde(with = "hex_bytes")]
    rows: Vec<u8>,
}

impl Block {
    /// A block of these samples under a salt that nobody can guess.
    pub fn seal(
        architecture: &Architecture,
        index: BlockIndex,
        samples: Vec<Sample>,
    ) -> Result<Self, PrepareError> {
        let rows = model::Block::new(architecture, samples)?.to_wire(architecture);
        Ok(Self { index, salt: BlockSalt::random()?, rows })
    }

    /// A block of parts that belong together. Nothing is checked before [`Self::decode`].
    pub fn new(index: BlockIndex, salt: BlockSalt, rows: Vec<u8>) -> Self {
        Self { index, salt, rows }
    }

    /// Its place among the task's blocks.
    pub fn index(&self) -> BlockIndex {
        self.index
    }

    /// Its salt.
    pub fn salt(&self) -> &BlockSalt {
        &self.salt
    }

    /// Its rows in the byte form in which they are revealed on the chain.
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// Its samples.
    pub fn decode(&self, architecture: &Architecture) -> Result<model::Block, WireError> {
        model::Block::from_wire(architecture, &self.rows)
    }

    /// Its root, `R_i`. Whether the rows are well formed is what [`Self::decode`] tells.
    pub fn root(&self, architecture: &Architecture) -> BlockRoot {
        let root = block_root(architecture, self.salt.as_bytes(), self.index, &self.rows);
        BlockRoot(field::to_bytes(&root))
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("index", &self.index)
            .field("bytes", &self.rows.len())
            .finish_non_exhaustive()
    }
}

/// Everything a requester needs to create a task, to publish its training data and to reveal its
/// test blocks. It holds the salts: keep it in a [`crate::state::RequesterState`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreparedTask {
    architecture: Architecture,
    encoding: Encoding,
    encoding_hash: ContentHash,
    roots: Vec<BlockRoot>,
    blocks: Vec<Block>,
}

/// Why a table does not become a task.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PrepareError {
    /// No column of the table holds classes.
    #[error("the table has no classes: say which column holds them")]
    NoLabels,
    /// Models of the architecture do not tell classes apart.
    #[error(
        "models of shape {shape} do not tell classes apart, and a table is split by its classes: \
         choose another shape"
    )]
    Head {
        /// What the architecture is called.
        shape: String,
    },
    /// More classes than the architecture has outputs.
    #[error(
        "the data has {found} classes, but shape {shape} distinguishes {classes}: choose another shape"
    )]
    TooManyClasses {
        /// Classes of the data.
        found: usize,
        /// What the architecture is called.
        shape: String,
        /// Classes of the architecture.
        classes: u16,
    },
    /// The encoding was made for other classes.
    #[error(
        "the classes of the table are not those of the encoding: fit an encoding to this table, or \
         bring the table that it was fitted to"
    )]
    OtherClasses,
    /// The encoding was made for other numbers.
    #[error(
        "the numbers of the table are not those of the encoding: fit an encoding to this table, or \
         bring the table that it was fitted to"
    )]
    OtherNumbers,
    /// The encoding would not fit the header of the training data.
    #[error(
        "the thresholds and categories of all columns take {found} bytes, but the training data has \
         room for {MAX_ENCODING_BYTES}: leave columns out, or choose a shape whose inputs have \
         fewer bits"
    )]
    EncodingTooLong {
        /// Bytes of the encoding.
        found: usize,
    },
    /// The chain takes no task with such models.
    #[error(transparent)]
    TooLarge(#[from] TooLargeError),
    /// The values have no encoding for the architecture.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The table is not usable as it is.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The rows do not go into the blocks asked for.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The samples are not a block.
    #[error(transparent)]
    Samples(#[from] SampleError),
    /// No salt could be drawn.
    #[error(transparent)]
    Salt(#[from] SaltError),
}

/// A task from a table in one step: what its columns are, how they become inputs, and the blocks.
pub fn prepare(
    table: &Table,
    wanted: &Wanted,
    architecture: &Architecture,
    range: Range,
    split: &SplitOptions,
) -> Result<PreparedTask, PrepareError> {
    check_size(architecture)?;
    let profile = Profile::of(table, wanted)?;
    if profile.numbers.is_none() {
        usable_labels(&profile, architecture)?;
    }
    let encoding = Encoding::fit(table, &profile, architecture, range)?.encoding;
    PreparedTask::from_profile(table, &profile, encoding, architecture, split)
}

impl PreparedTask {
    /// Encodes the rows of a table that have a class, and splits them into blocks under fresh
    /// salts.
    pub fn from_table(
        table: &Table,
        labels: &Labels,
        encoding: Encoding,
        architecture: &Architecture,
        split: &SplitOptions,
    ) -> Result<Self, PrepareError> {
        check_size(architecture)?;
        check_encoding(&encoding, labels, architecture)?;
        let blocks = seal_all(table, labels, &encoding, architecture, split)?;
        let roots = blocks.iter().map(|block| block.root(architecture)).collect();
        let (architecture, encoding_hash) = (architecture.clone(), encoding.hash());
        Ok(Self { architecture, encoding, encoding_hash, roots, blocks })
    }

    /// The architecture of its models.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Names of its classes.
    pub fn classes(&self) -> &[String] {
        self.encoding.classes()
    }

    /// How its columns and classes are written as numbers.
    pub fn encoding(&self) -> &Encoding {
        &self.encoding
    }

    /// The hash of its encoding, which the chain stores.
    pub fn encoding_hash(&self) -> ContentHash {
        self.encoding_hash
    }

    /// The roots of all blocks, for the call that creates the task.
    pub fn roots(&self) -> &[BlockRoot] {
        &self.roots
    }

    /// A block, for the call that reveals it.
    pub fn block(&self, index: BlockIndex) -> Option<&Block> {
        self.blocks.get(usize::from(index))
    }

    /// The training data of the task: all blocks but the drawn test blocks.
    pub fn train_blob(&self, drawn: &[BlockIndex]) -> TrainBlob {
        let blocks = self.blocks.iter();
        let left = blocks.filter(|block| !drawn.contains(&block.index));
        TrainBlob::new(self.architecture.clone(), self.encoding.clone(), left.cloned().collect())
    }
}

/// The labels of a table whose classes the architecture can tell apart.
pub(crate) fn usable_labels<'a>(
    profile: &'a Profile,
    architecture: &Architecture,
) -> Result<&'a Labels, PrepareError> {
    let labels = profile.labels.as_ref().ok_or(PrepareError::NoLabels)?;
    check_classes(labels, architecture)?;
    Ok(labels)
}

fn check_classes(labels: &Labels, architecture: &Architecture) -> Result<(), PrepareError> {
    let shape = || shape_name(architecture);
    let Head::Classes { classes, .. } = architecture.head else {
        return Err(PrepareError::Head { shape: shape() });
    };
    let found = labels.classes.len();
    if found <= usize::from(classes) {
        Ok(())
    } else {
        Err(PrepareError::TooManyClasses { found, shape: shape(), classes })
    }
}

/// The encoding is for these classes and this architecture, and can be published.
fn check_encoding(
    encoding: &Encoding,
    labels: &Labels,
    architecture: &Architecture,
) -> Result<(), PrepareError> {
    check_classes(labels, architecture)?;
    encoding.check_architecture(architecture)?;
    if labels.classes != encoding.classes() {
        return Err(PrepareError::OtherClasses);
    }
    let found = encoding.to_json().len();
    if found > MAX_ENCODING_BYTES {
        return Err(PrepareError::EncodingTooLong { found });
    }
    Ok(())
}

/// The samples of a table, dealt out to blocks.
fn seal_all(
    table: &Table,
    labels: &Labels,
    encoding: &Encoding,
    architecture: &Architecture,
    options: &SplitOptions,
) -> Result<Vec<Block>, PrepareError> {
    let classes: Vec<u8> = labels.of_row.iter().flatten().copied().collect();
    let is_balanced = encoding.metric().is_balanced();
    let weighted = is_balanced
        .then(|| WeightedPlan::of(labels, architecture, options.blocks, None))
        .transpose()?;
    let dealt = split(&classes, architecture, options, weighted.as_ref())?;
    let samples = samples(table, labels, encoding)?;
    let mut blocks = Vec::with_capacity(dealt.len());
    for (index, rows) in (0..).zip(dealt) {
        let rows = rows.iter().filter_map(|row| samples.get(*row).cloned());
        blocks.push(Block::seal(architecture, index, rows.collect())?);
    }
    Ok(blocks)
}

/// The rows of a table that have a class, as samples in the table's order.
pub(crate) fn samples(
    table: &Table,
    labels: &Labels,
    encoding: &Encoding,
) -> Result<Vec<Sample>, EncodingError> {
    let encoder = encoding.for_table(table)?;
    let classes = labels.of_row.iter().enumerate();
    let known = classes.filter_map(|(row, class)| Some((row, (*class)?)));
    let sample = |(row, class)| Sample { inputs: encoder.row(row), label: Label::Class(class) };
    Ok(known.map(sample).collect())
}

/// A prepared task as it was written, before its parts are compared.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Stored {
    architecture: Description,
    encoding: Encoding,
    encoding_hash: ContentHash,
    roots: Vec<BlockRoot>,
    blocks: Vec<Block>,
}

/// Why a stored task is not the one that was written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoredError {
    /// The architecture is not usable.
    #[error("the architecture that is stored is not usable: {0}")]
    Architecture(#[from] ArchitectureError),
    /// The number of blocks or roots is not possible.
    #[error("the numbers of blocks and roots do not match: restore the file from a backup")]
    Counts,
    /// The encoding is for another architecture.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The encoding is not the one whose hash is stored.
    #[error("the encoding does not give the hash stored for it: restore the file from a backup")]
    OtherEncoding,
    /// A block's rows are not well formed.
    #[error("block {index}: {error}")]
    Rows {
        /// Index of the block.
        index: BlockIndex,
        /// What is wrong with the rows.
        error: WireError,
    },
    /// A block is not at its place, or its salt and rows do not give its root.
    #[error("block {index} does not give the root stored for it: the file was changed or damaged")]
    Root {
        /// Index of the block.
        index: BlockIndex,
    },
}

impl TryFrom<Stored> for PreparedTask {
    type Error = StoredError;

    fn try_from(stored: Stored) -> Result<Self, StoredError> {
        let architecture = Architecture::new(stored.architecture)?;
        stored.encoding.check_architecture(&architecture)?;
        if stored.encoding.hash() != stored.encoding_hash {
            return Err(StoredError::OtherEncoding);
        }
        let count = stored.blocks.len();
        let is_possible = u32::try_from(count).is_ok_and(|n| n <= MAX_BLOCKS);
        if !is_possible || count != stored.roots.len() {
            return Err(StoredError::Counts);
        }
        let pairs = (0..).zip(stored.blocks.iter().zip(&stored.roots));
        for (index, (block, root)) in pairs {
            check_stored(&architecture, index, block, root)?;
        }
        let Stored { encoding, encoding_hash, roots, blocks, .. } = stored;
        Ok(Self { architecture, encoding, encoding_hash, roots, blocks })
    }
}

fn check_stored(
    architecture: &Architecture,
    index: BlockIndex,
    block: &Block,
    root: &BlockRoot,
) -> Result<(), StoredError> {
    block.decode(architecture).map_err(|error| StoredError::Rows { index, error })?;
    if block.index == index && block.root(architecture) == *root {
        Ok(())
    } else {
        Err(StoredError::Root { index })
    }
}

#[cfg(test)]
pub(crate) mod tests;
