//! Data blocks: rows in their byte form, a secret salt, and the root that the chain stores.

use crate::{
    encoding::encoding_hash,
    hex_bytes,
    names::{self, NameError},
    quantise::{QuantiseError, Quantiser},
    salt::{BlockSalt, SaltError},
    shape::{check_size, shape_name, TooLargeError},
    split::{split, SplitError, SplitOptions},
    table::{Labels, Table},
    train_blob::TrainBlob,
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
pub struct PreparedTask {
    architecture: Architecture,
    classes: Vec<String>,
    quantiser: Quantiser,
    roots: Vec<BlockRoot>,
    blocks: Vec<Block>,
}

/// Why a table does not become a task.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PrepareError {
    /// The table was read without a label column.
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
    /// The chain takes no task with such models.
    #[error(transparent)]
    TooLarge(#[from] TooLargeError),
    /// The numbers do not fit the quantiser, or it does not fit the architecture.
    #[error(transparent)]
    Quantise(#[from] QuantiseError),
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

impl PreparedTask {
    /// Quantises a table and splits it into blocks under fresh salts.
    pub fn from_table(
        table: &Table,
        quantiser: Quantiser,
        architecture: &Architecture,
        options: &SplitOptions,
    ) -> Result<Self, PrepareError> {
        check_size(architecture)?;
        quantiser.check_architecture(architecture)?;
        let labels = usable_labels(table, architecture)?;
        let samples = samples(table, labels, &quantiser)?;
        let dealt = split(&labels.of_row, architecture, options)?;
        let mut blocks = Vec::with_capacity(dealt.len());
        for (index, rows) in (0..).zip(dealt) {
            let rows = rows.iter().filter_map(|row| samples.get(*row).cloned());
            blocks.push(Block::seal(architecture, index, rows.collect())?);
        }
        Ok(Self {
            architecture: architecture.clone(),
            classes: labels.classes.clone(),
            quantiser,
            roots: blocks.iter().map(|block| block.root(architecture)).collect(),
            blocks,
        })
    }

    /// The architecture of its models.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Names of its classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What its rows were quantised with.
    pub fn quantiser(&self) -> &Quantiser {
        &self.quantiser
    }

    /// Hash of how its columns and classes are written as numbers.
    pub fn encoding(&self) -> ContentHash {
        encoding_hash(&self.classes, &self.quantiser)
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
        TrainBlob::new(
            self.architecture.clone(),
            self.classes.clone(),
            self.quantiser.clone(),
            left.cloned().collect(),
        )
    }
}

/// The labels of a table whose classes the architecture can tell apart.
pub(crate) fn usable_labels<'a>(
    table: &'a Table,
    architecture: &Architecture,
) -> Result<&'a Labels, PrepareError> {
    let labels = table.labels().ok_or(PrepareError::NoLabels)?;
    let shape = || shape_name(architecture);
    let Head::Classes { classes, .. } = architecture.head else {
        return Err(PrepareError::Head { shape: shape() });
    };
    let found = labels.classes.len();
    if found <= usize::from(classes) {
        Ok(labels)
    } else {
        Err(PrepareError::TooManyClasses { found, shape: shape(), classes })
    }
}

/// The rows of a table as samples, in the table's order.
pub(crate) fn samples(
    table: &Table,
    labels: &Labels,
    quantiser: &Quantiser,
) -> Result<Vec<Sample>, QuantiseError> {
    let inputs = quantiser.table(table)?;
    let pairs = inputs.into_iter().zip(&labels.of_row);
    Ok(pairs.map(|(inputs, class)| Sample { inputs, label: Label::Class(*class) }).collect())
}

/// A prepared task as it was written, before its parts are compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    architecture: Description,
    classes: Vec<String>,
    quantiser: Quantiser,
    roots: Vec<BlockRoot>,
    blocks: Vec<Block>,
}

/// Why a stored task is not the one that was written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoredError {
    /// The architecture is not usable.
    #[error("the architecture that is stored is not usable: {0}")]
    Architecture(#[from] ArchitectureError),
    /// The number of blocks, roots or classes is not possible.
    #[error("the numbers of blocks, roots and classes do not match")]
    Counts,
    /// A class's name is not usable.
    #[error(transparent)]
    Class(#[from] NameError),
    /// The quantiser is for another architecture.
    #[error(transparent)]
    Quantise(#[from] QuantiseError),
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
        stored.quantiser.check_architecture(&architecture)?;
        let count = stored.blocks.len();
        let fits =
            count == stored.roots.len() && u32::try_from(count).is_ok_and(|n| n <= MAX_BLOCKS);
        if !fits || stored.classes.len() > architecture.outputs() {
            return Err(StoredError::Counts);
        }
        stored.classes.iter().try_for_each(|name| names::check(name))?;
        let pairs = (0..).zip(stored.blocks.iter().zip(&stored.roots));
        for (index, (block, root)) in pairs {
            check_stored(&architecture, index, block, root)?;
        }
        Ok(Self {
            architecture,
            classes: stored.classes,
            quantiser: stored.quantiser,
            roots: stored.roots,
            blocks: stored.blocks,
        })
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
