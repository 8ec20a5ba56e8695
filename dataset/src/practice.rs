//! The public practice blocks, by whose score a newcomer registers as a worker.
//!
//! A practice block shows that somebody can run the prover; it hides nothing. Its rows are the
//! first of an example data set and its salt is a constant.

use crate::{
    blocks::{samples, usable_labels, Block, PrepareError},
    quantise::{Quantiser, Range},
    salt::BlockSalt,
    table::Table,
};
use nocknock_primitives::{
    ids::{BlockIndex, FieldBytes},
    model::{rows::fill_block, shape::DIGITS_64X32X10, wire::encode_rows, MlpShape},
};

/// Salt of every practice block: a zero byte and an ASCII text, as a number, big endian.
pub const PRACTICE_SALT: FieldBytes = *b"\0nocknock/practice-block/salt/v1";

/// Index of every practice block.
pub const PRACTICE_INDEX: BlockIndex = 0;

/// The file that [`practice_rows`] gives for the example digits.
const DIGITS: &[u8] = include_bytes!("../../examples/practice/digits-64x32x10.rows");

/// The practice block of a shape, if it has one.
pub fn practice_block(shape: &MlpShape) -> Option<Block> {
    let salt = BlockSalt::from_bytes(&PRACTICE_SALT).ok()?;
    let rows = (*shape == DIGITS_64X32X10).then(|| DIGITS.to_vec())?;
    Some(Block::new(PRACTICE_INDEX, salt, rows))
}

/// The wire form of the practice block that a table gives: its first rows, as many as a block
/// holds, in their order, whole numbers as they are and clipped to the shape's largest input.
pub fn practice_rows(table: &Table, shape: &MlpShape) -> Result<Vec<u8>, PrepareError> {
    let range = Range::Fixed { low: 0.0, high: shape.max_input() as f64 };
    let quantiser = Quantiser::fit(table, shape, range)?;
    let labels = usable_labels(table, shape)?;
    let mut rows = samples(table, labels, &quantiser, shape)?;
    rows.truncate(usize::from(shape.block_rows));
    Ok(encode_rows(shape, &fill_block(shape, rows)?)?)
}
