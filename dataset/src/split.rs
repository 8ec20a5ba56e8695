//! Which row goes into which block.

use crate::shape::shape_name;
use nocknock_primitives::{limits::MAX_BLOCKS, model::Architecture};
use rand::TryRngCore;
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use std::{collections::BTreeMap, fmt};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What decides the order of the rows.
///
/// Whoever knows the data and the seed knows which rows lie in which block, so the seed of a task
/// is as secret as its test blocks. Printing one shows nothing.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SplitSeed([u8; 32]);

impl SplitSeed {
    /// A seed that nobody can guess.
    pub fn random() -> Result<Self, SplitError> {
        let mut bytes = [0; 32];
        let filled = rand::rngs::OsRng.try_fill_bytes(&mut bytes);
        filled.map_err(|_| SplitError::Randomness)?;
        Ok(Self(bytes))
    }

    /// A seed of these bytes, for splits that must come out the same again.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for SplitSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SplitSeed(..)")
    }
}

/// How a table is split into blocks.
#[derive(Clone, Debug)]
pub struct SplitOptions {
    /// Number of blocks. Without it, as few as hold all rows, and two at least.
    pub blocks: Option<u16>,
    /// What decides the order of the rows.
    pub seed: SplitSeed,
}

impl SplitOptions {
    /// As few blocks as possible, in an order that nobody can guess.
    pub fn random() -> Result<Self, SplitError> {
        Ok(Self { blocks: None, seed: SplitSeed::random()? })
    }
}

/// Why rows cannot be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for a seed")]
    Randomness,
    /// The number of blocks is too small for the rows, or too large for them or a task.
    #[error(
        "{rows} rows cannot be split into {blocks} blocks: blocks of shape {shape} hold \
         {block_rows} rows each, so {least} to {most} blocks are possible"
    )]
    Blocks {
        /// Rows to split.
        rows: usize,
        /// Blocks asked for.
        blocks: usize,
        /// What the architecture is called.
        shape: String,
        /// Rows that one of its blocks holds.
        block_rows: u16,
        /// Fewest blocks.
        least: usize,
        /// Most blocks.
        most: usize,
    },
    /// There are more rows than a task can have.
    #[error("a task of shape {shape} holds at most {most} rows, not {rows}: leave some out")]
    TooManyRows {
        /// Rows to split.
        rows: usize,
        /// What the architecture is called.
        shape: String,
        /// Rows of a task.
        most: usize,
    },
    /// One block would be the hidden test set, and nothing would be left to train with.
    #[error("a task needs at least two rows")]
    TooFewRows,
}

/// Deals the rows, whose classes are given, out to blocks. Each block is a list of row numbers.
///
/// Every block gets a share of each class that differs by at most one row from any other block's,
/// and so do the sizes of the blocks. Within that, the order is a Fisher-Yates shuffle with
/// ChaCha20, whose `i`-th step takes a number of 64 bits modulo the number of rows left: the same
/// classes, architecture and options give the same blocks on every machine.
pub fn split(
    classes: &[u8],
    architecture: &Architecture,
    options: &SplitOptions,
) -> Result<Vec<Vec<usize>>, SplitError> {
    let count = block_count(classes.len(), architecture, options.blocks)?;
    let mut random = ChaCha20Rng::from_seed(options.seed.0);
    let mut blocks = vec![Vec::new(); count];
    for (place, row) in by_class(classes, &mut random).into_iter().enumerate() {
        if let Some(block) = blocks.get_mut(place % count) {
            block.push(row);
        }
    }
    for block in &mut blocks {
        shuffle(block, &mut random);
    }
    Ok(blocks)
}

/// Row numbers, class after class, shuffled within each class.
fn by_class(classes: &[u8], random: &mut ChaCha20Rng) -> Vec<usize> {
    let mut rows: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (row, class) in classes.iter().enumerate() {
        rows.entry(*class).or_default().push(row);
    }
    for rows in rows.values_mut() {
        shuffle(rows, random);
    }
    rows.into_values().flatten().collect()
}

fn shuffle(rows: &mut [usize], random: &mut ChaCha20Rng) {
    for last in (1..rows.len()).rev() {
        let left = u64::try_from(last + 1).unwrap_or(u64::MAX);
        let chosen = random.next_u64() % left;
        rows.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

fn block_count(
    rows: usize,
    architecture: &Architecture,
    asked: Option<u16>,
) -> Result<usize, SplitError> {
    let block_rows = usize::from(architecture.samples);
    let limit = usize::try_from(MAX_BLOCKS).unwrap_or(usize::MAX);
    let least = rows.div_ceil(block_rows).max(2);
    let most = limit.min(rows);
    let shape = || shape_name(architecture);
    if rows < 2 {
        return Err(SplitError::TooFewRows);
    }
    if least > limit {
        return Err(SplitError::TooManyRows { rows, shape: shape(), most: limit * block_rows });
    }
    let blocks = asked.map_or(least, usize::from);
    if (least..=most).contains(&blocks) {
        Ok(blocks)
    } else {
        Err(SplitError::Blocks {
            rows,
            blocks,
            shape: shape(),
            block_rows: architecture.samples,
            least,
            most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::names::named;

    fn tiny() -> Architecture {
        named("tiny-4x3x2").unwrap()
    }

    fn options(blocks: Option<u16>, seed: u8) -> SplitOptions {
        SplitOptions { blocks, seed: SplitSeed::from_bytes([seed; 32]) }
    }

    /// 100 rows, every fourth of class 1.
    fn classes() -> Vec<u8> {
        (0..100).map(|row| u8::from(row % 4 == 0)).collect()
    }

    #[test]
    fn every_row_lies_in_one_block_and_classes_are_spread_evenly() {
        let classes = classes();
        let blocks = split(&classes, &tiny(), &options(None, 1)).unwrap();
        assert_eq!(blocks.len(), 3);
        let mut all: Vec<usize> = blocks.concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        for block in &blocks {
            let ones = block.iter().filter(|row| classes[**row] == 1).count();
            assert!((8..=9).contains(&ones), "{ones}");
            assert!((33..=34).contains(&block.len()));
        }
    }

    #[test]
    fn the_seed_alone_decides_the_order() {
        let split_with = |seed| split(&classes(), &tiny(), &options(Some(5), seed)).unwrap();
        assert_eq!(split_with(1), split_with(1));
        assert_ne!(split_with(1), split_with(2));
    }

    #[test]
    fn every_place_of_a_shuffle_is_about_equally_likely() {
        let mut random = ChaCha20Rng::from_seed([3; 32]);
        let mut first = [0u32; 5];
        for _ in 0..5_000 {
            let mut rows: Vec<usize> = (0..5).collect();
            shuffle(&mut rows, &mut random);
            first[rows[0]] += 1;
        }
        assert!(first.iter().all(|count| (850..1_150).contains(count)), "{first:?}");
    }

    #[test]
    fn impossible_numbers_of_blocks_are_refused() {
        let refused = |rows, blocks| split(&vec![0; rows], &tiny(), &options(blocks, 1));
        assert!(matches!(
            refused(100, Some(2)),
            Err(SplitError::Blocks { least: 3, most: 100, .. })
        ));
        assert!(matches!(refused(100, Some(101)), Err(SplitError::Blocks { .. })));
        assert!(matches!(refused(20, Some(1)), Err(SplitError::Blocks { least: 2, .. })));
        assert_eq!(refused(1, None), Err(SplitError::TooFewRows));
        assert!(matches!(
            refused(256 * 40 + 1, None),
            Err(SplitError::TooManyRows { most: 10_240, .. })
        ));
        assert_eq!(refused(256 * 40, None).unwrap().len(), 256);
    }
}
