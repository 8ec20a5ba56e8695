//! Data blocks: rows in their wire form, a secret salt, and the root that the chain stores.

use crate::{
    hex_bytes,
    names::{self, NameError},
    quantise::{QuantiseError, Quantiser},
    salt::{BlockSalt, SaltError},
    split::{split, SplitError, SplitOptions},
    table::{Labels, Table},
    train_blob::TrainBlob,
};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot},
    limits::MAX_BLOCKS,
    model::{
        block_root, field,
        rows::{fill_block, RowError},
        wire::{decode_rows, encode_rows, WireError},
        MlpShape, Row,
    },
};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A data block: its place in the task, its salt and its rows in wire form.
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
        shape: &MlpShape,
        index: BlockIndex,
        samples: Vec<Row>,
    ) -> Result<Self, PrepareError> {
        let rows = fill_block(shape, samples)?;
        Ok(Self { index, salt: BlockSalt::random()?, rows: encode_rows(shape, &rows)? })
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

    /// Its rows, padding included.
    pub fn decode(&self, shape: &MlpShape) -> Result<Vec<Row>, WireError> {
        decode_rows(shape, &self.rows)
    }

    /// Its root, `R_i`.
    pub fn root(&self, shape: &MlpShape) -> Result<BlockRoot, WireError> {
        let rows = self.decode(shape)?;
        let root = block_root(shape, self.salt.to_field(), self.index, &rows)?;
        Ok(BlockRoot(field::to_bytes(&root)))
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
    #[serde(serialize_with = "shape_name")]
    shape: MlpShape,
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
    /// More classes than the shape has outputs.
    #[error(
        "the data has {found} classes, but shape {shape} distinguishes {classes}: choose another shape"
    )]
    TooManyClasses {
        /// Classes of the data.
        found: usize,
        /// The shape.
        shape: MlpShape,
        /// Classes of the shape.
        classes: u16,
    },
    /// The numbers do not fit the quantiser, or it does not fit the shape.
    #[error(transparent)]
    Quantise(#[from] QuantiseError),
    /// The rows do not go into the blocks asked for.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The rows of a block are not well formed.
    #[error(transparent)]
    Rows(#[from] RowError),
    /// The byte form of a block is not well formed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// No salt could be drawn.
    #[error(transparent)]
    Salt(#[from] SaltError),
}

impl PreparedTask {
    /// Quantises a table and splits it into blocks under fresh salts.
    pub fn from_table(
        table: &Table,
        quantiser: Quantiser,
        shape: &MlpShape,
        options: &SplitOptions,
    ) -> Result<Self, PrepareError> {
        quantiser.check_shape(shape)?;
        let labels = usable_labels(table, shape)?;
        let samples = samples(table, labels, &quantiser, shape)?;
        let dealt = split(&labels.of_row, shape, options)?;
        let mut blocks = Vec::with_capacity(dealt.len());
        for (index, rows) in (0..).zip(dealt) {
            let rows = rows.iter().filter_map(|row| samples.get(*row).cloned());
            blocks.push(Block::seal(shape, index, rows.collect())?);
        }
        let roots = blocks.iter().map(|block| block.root(shape));
        Ok(Self {
            shape: *shape,
            classes: labels.classes.clone(),
            quantiser,
            roots: roots.collect::<Result<_, _>>()?,
            blocks,
        })
    }

    /// The shape of its models.
    pub fn shape(&self) -> &MlpShape {
        &self.shape
    }

    /// Names of its classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What its rows were quantised with.
    pub fn quantiser(&self) -> &Quantiser {
        &self.quantiser
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
            self.shape,
            self.classes.clone(),
            self.quantiser.clone(),
            left.cloned().collect(),
        )
    }
}

/// The labels of a table whose classes the shape can tell apart.
pub(crate) fn usable_labels<'a>(
    table: &'a Table,
    shape: &MlpShape,
) -> Result<&'a Labels, PrepareError> {
    let labels = table.labels().ok_or(PrepareError::NoLabels)?;
    if labels.classes.len() <= usize::from(shape.classes) {
        Ok(labels)
    } else {
        Err(PrepareError::TooManyClasses {
            found: labels.classes.len(),
            shape: *shape,
            classes: shape.classes,
        })
    }
}

/// The rows of a table as samples of the shape, in the table's order.
pub(crate) fn samples(
    table: &Table,
    labels: &Labels,
    quantiser: &Quantiser,
    shape: &MlpShape,
) -> Result<Vec<Row>, QuantiseError> {
    let inputs = quantiser.table(table)?;
    let pairs = inputs.into_iter().zip(&labels.of_row);
    Ok(pairs.map(|(inputs, class)| Row::sample(shape, inputs, *class)).collect())
}

/// A prepared task as it was written, before its parts are compared.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    shape: String,
    classes: Vec<String>,
    quantiser: Quantiser,
    roots: Vec<BlockRoot>,
    blocks: Vec<Block>,
}

/// Why a stored task is not the one that was written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StoredError {
    /// No shape of this name.
    #[error("this program does not know the shape that is stored: use the version that wrote it")]
    Shape,
    /// The number of blocks, roots or classes is not possible.
    #[error("the numbers of blocks, roots and classes do not match")]
    Counts,
    /// A class's name is not usable.
    #[error(transparent)]
    Class(#[from] NameError),
    /// The quantiser is for another shape.
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
        let shape = MlpShape::named(&stored.shape).ok_or(StoredError::Shape)?;
        stored.quantiser.check_shape(&shape)?;
        let count = stored.blocks.len();
        let fits =
            count == stored.roots.len() && u32::try_from(count).is_ok_and(|n| n <= MAX_BLOCKS);
        if !fits || stored.classes.len() > usize::from(shape.classes) {
            return Err(StoredError::Counts);
        }
        stored.classes.iter().try_for_each(|name| names::check(name))?;
        let pairs = (0..).zip(stored.blocks.iter().zip(&stored.roots));
        for (index, (block, root)) in pairs {
            check_stored(&shape, index, block, root)?;
        }
        Ok(Self {
            shape,
            classes: stored.classes,
            quantiser: stored.quantiser,
            roots: stored.roots,
            blocks: stored.blocks,
        })
    }
}

fn check_stored(
    shape: &MlpShape,
    index: BlockIndex,
    block: &Block,
    root: &BlockRoot,
) -> Result<(), StoredError> {
    let found = block.root(shape);
    let found = found.map_err(|error| StoredError::Rows { index, error })?;
    if block.index == index && found == *root {
        Ok(())
    } else {
        Err(StoredError::Root { index })
    }
}

fn shape_name<S: Serializer>(shape: &MlpShape, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(shape.name())
}

#[cfg(test)]
pub(crate) mod tests;
