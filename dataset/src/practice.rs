//! The public practice blocks, by whose score a newcomer registers as a worker.
//!
//! A practice block shows that somebody can run the prover; it hides nothing. Its rows are the
//! first of an example data set and its salt is a constant.

use crate::{
    blocks::{samples, usable_labels, Block, PrepareError},
    encoding::{Encoding, Range},
    profile::{Profile, Wanted},
    salt::BlockSalt,
    table::Table,
};
use nocknock_primitives::{
    ids::BlockIndex,
    model::{self, names::name_of, Architecture},
};

/// Salt of every practice block: a zero byte and an ASCII text.
pub const PRACTICE_SALT: [u8; 32] = *b"\0nocknock/practice-block/salt/v1";

/// Index of every practice block.
pub const PRACTICE_INDEX: BlockIndex = 0;

/// The architecture that has a practice block.
pub const PRACTICE_SHAPE: &str = "digits-64x32x10";

/// The file that [`practice_rows`] gives for the example digits.
const DIGITS: &[u8] = include_bytes!("../../examples/practice/digits-64x32x10.rows");

/// The practice block of an architecture, if it has one.
pub fn practice_block(architecture: &Architecture) -> Option<Block> {
    let salt = BlockSalt::from_bytes(PRACTICE_SALT);
    let has_one = name_of(architecture) == Some(PRACTICE_SHAPE);
    has_one.then(|| Block::new(PRACTICE_INDEX, salt, DIGITS.to_vec()))
}

/// The byte form of the practice block that a table gives: its first rows, as many as a block
/// holds, in their order, whole numbers as they are and clipped to the architecture's largest
/// input.
pub fn practice_rows(table: &Table, architecture: &Architecture) -> Result<Vec<u8>, PrepareError> {
    let range = Range::Fixed { low: 0.0, high: architecture.max_input() as f64 };
    let profile = Profile::of(table, &Wanted::default())?;
    let labels = usable_labels(&profile, architecture)?;
    let encoding = Encoding::fit(table, &profile, architecture, range)?.encoding;
    let mut rows = samples(table, labels, &encoding)?;
    rows.truncate(usize::from(architecture.samples));
    Ok(model::Block::new(architecture, rows)?.to_wire(architecture))
}
