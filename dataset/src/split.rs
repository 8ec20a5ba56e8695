//! Which row goes into which block.

use crate::{
    names::shown,
    shape::{most_test_blocks, shape_name},
};
use nocknock_primitives::{limits::MAX_BLOCKS, model::Architecture};
use rand::TryRngCore;
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};
use std::{collections::BTreeMap, fmt};
use zeroize::{Zeroize, ZeroizeOnDrop};

mod weighted;

pub use weighted::{WeightedPlan, MAX_COPIES};

/// One of so many blocks is hidden.
const FIFTHS: u16 = 5;

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
    /// Number of blocks. Without it, what [`plan`] chooses.
    pub blocks: Option<u16>,
    /// What decides the order of the rows.
    pub seed: SplitSeed,
}

impl SplitOptions {
    /// The usual number of blocks, in an order that nobody can guess.
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
    #[error("a task needs at least two rows: bring more data")]
    TooFewRows,
    /// No test blocks, or nothing but test blocks.
    #[error(
        "the data has {blocks} blocks, so 1 to {} of them can be test blocks",
        blocks.saturating_sub(1)
    )]
    TestBlocks {
        /// Blocks of the data.
        blocks: u16,
    },
    /// A class has too few rows for each class to be in each block.
    #[error(
        "rows of class `{}`: {rows}. With balanced accuracy each of two blocks at least needs one of \
         each class: bring more rows of it, or leave it out",
        shown(.class)
    )]
    RareClass {
        /// The class.
        class: String,
        /// Its rows.
        rows: usize,
    },
    /// A block cannot hold a row of each class.
    #[error(
        "blocks of shape {shape} hold {block_rows} rows each, too few for one of each of {classes} \
         classes, which balanced accuracy needs: choose another shape or metric"
    )]
    ManyClasses {
        /// What the architecture is called.
        shape: String,
        /// Rows that one of its blocks holds.
        block_rows: u16,
        /// Classes of the data.
        classes: usize,
    },
    /// The number of blocks leaves no room for all classes in each of them.
    #[error(
        "with copies that make each class count the same, {least} to {most} blocks are possible, \
         not {blocks}: each needs a row of each class, and room for those of the largest"
    )]
    WeightedBlocks {
        /// Blocks asked for.
        blocks: usize,
        /// Fewest blocks.
        least: usize,
        /// Most blocks.
        most: usize,
    },
    /// More test blocks than a task may have.
    #[error("a task of shape {shape} has at most {most} test blocks, not {test_blocks}")]
    TooManyTestBlocks {
        /// What the architecture is called.
        shape: String,
        /// Test blocks asked for.
        test_blocks: u16,
        /// As many as are possible.
        most: u16,
    },
}

/// Into how many blocks rows go, and how many of them are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitPlan {
    /// Blocks of the task.
    pub blocks: u16,
    /// Blocks that are drawn as hidden test data.
    pub test_blocks: u16,
    /// Rows that any choice of the test blocks holds at least.
    pub least_test_rows: u32,
}

/// Plans how many blocks so many rows go into, and how many of them are test blocks. Either number
/// may be given.
///
/// Else there are as few blocks as hold all rows, at least five, and a multiple of five if there
/// are rows enough for that and a task can have as many; and a fifth of them are test blocks, as
/// far as a task may have so many.
pub fn plan(
    rows: usize,
    architecture: &Architecture,
    blocks: Option<u16>,
    test_blocks: Option<u16>,
) -> Result<SplitPlan, SplitError> {
    let blocks = block_count(rows, architecture, blocks)?;
    let test_blocks = test_block_count(blocks, architecture, test_blocks)?;
    Ok(SplitPlan { blocks, test_blocks, least_test_rows: least_rows(rows, blocks, test_blocks) })
}

/// Deals the rows, whose classes are given, out to blocks. Each block is a list of row numbers.
///
/// Every block gets a share of each class that differs by at most one row from any other block's,
/// and so do the sizes of the blocks. Within that, the order is a Fisher-Yates shuffle with
/// ChaCha20, whose `i`-th step takes a number of 64 bits modulo the number of rows left: the same
/// classes, architecture and options give the same blocks on every machine.
///
/// For balanced accuracy a block holds as many samples of each class: rows of rarer classes are in
/// it several times, as the [`WeightedPlan`] of these classes says, and never in another one as
/// well. Then the plan says how many blocks there are.
pub fn split(
    classes: &[u8],
    architecture: &Architecture,
    options: &SplitOptions,
    weighted: Option<&WeightedPlan>,
) -> Result<Vec<Vec<usize>>, SplitError> {
    let mut random = ChaCha20Rng::from_seed(options.seed.0);
    let by_class = by_class(classes, &mut random);
    let mut blocks = match weighted {
        None => {
            let plan = plan(classes.len(), architecture, options.blocks, None)?;
            deal(by_class.into_values().flatten(), plan.blocks)
        }
        Some(plan) => weighted::deal(by_class, plan),
    };
    for block in &mut blocks {
        shuffle(block, &mut random);
    }
    Ok(blocks)
}

/// Rows in turn into so many blocks.
fn deal(rows: impl Iterator<Item = usize>, blocks: u16) -> Vec<Vec<usize>> {
    let count = usize::from(blocks);
    let mut dealt = vec![Vec::new(); count];
    for (place, row) in rows.enumerate() {
        if let Some(block) = dealt.get_mut(place % count) {
            block.push(row);
        }
    }
    dealt
}

/// The row numbers of each class, shuffled.
fn by_class(classes: &[u8], random: &mut ChaCha20Rng) -> BTreeMap<u8, Vec<usize>> {
    let mut rows: BTreeMap<u8, Vec<usize>> = BTreeMap::new();
    for (row, class) in classes.iter().enumerate() {
        rows.entry(*class).or_default().push(row);
    }
    for rows in rows.values_mut() {
        shuffle(rows, random);
    }
    rows
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
) -> Result<u16, SplitError> {
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
    let blocks = asked.map_or_else(|| usual_blocks(least, most), usize::from);
    let count = u16::try_from(blocks).ok().filter(|_| (least..=most).contains(&blocks));
    count.ok_or_else(|| SplitError::Blocks {
        rows,
        blocks,
        shape: shape(),
        block_rows: architecture.samples,
        least,
        most,
    })
}

/// At least five blocks and a multiple of five, so that a fifth of them can be hidden; but no more
/// than there can be.
fn usual_blocks(least: usize, most: usize) -> usize {
    let fifths = usize::from(FIFTHS);
    let blocks = least.max(most.min(fifths));
    let whole = blocks.next_multiple_of(fifths);
    if whole <= most {
        whole
    } else {
        blocks
    }
}

fn test_block_count(
    blocks: u16,
    architecture: &Architecture,
    asked: Option<u16>,
) -> Result<u16, SplitError> {
    let most = most_test_blocks(architecture);
    // Half of the divisor is added first: this rounds to the nearest.
    let fifth = || (blocks.saturating_add(FIFTHS / 2) / FIFTHS).clamp(1, most.max(1));
    let test_blocks = asked.unwrap_or_else(fifth);
    if test_blocks == 0 || test_blocks >= blocks {
        return Err(SplitError::TestBlocks { blocks });
    }
    if test_blocks > most {
        let shape = shape_name(architecture);
        return Err(SplitError::TooManyTestBlocks { shape, test_blocks, most });
    }
    Ok(test_blocks)
}

/// Rows of the smallest blocks: [`split`] gives no block two rows more than another.
fn least_rows(rows: usize, blocks: u16, test_blocks: u16) -> u32 {
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    let (blocks, test_blocks) = (u32::from(blocks).max(1), u32::from(test_blocks));
    let (each, larger) = (rows / blocks, rows % blocks);
    let smaller = blocks.saturating_sub(larger);
    test_blocks.saturating_mul(each).saturating_add(test_blocks.saturating_sub(smaller))
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
        let blocks = split(&classes, &tiny(), &options(Some(3), 1), None).unwrap();
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
        let split_with = |seed| split(&classes(), &tiny(), &options(Some(5), seed), None).unwrap();
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

    fn planned(rows: usize, shape: &str) -> (u16, u16) {
        let plan = plan(rows, &named(shape).unwrap(), None, None).unwrap();
        (plan.blocks, plan.test_blocks)
    }

    #[test]
    fn small_tables_are_not_halved() {
        for (rows, expected) in [(2, (2, 1)), (3, (3, 1)), (4, (4, 1)), (5, (5, 1)), (6, (5, 1))] {
            assert_eq!(planned(rows, "tiny-4x3x2"), expected, "{rows} rows");
        }
        assert_eq!(planned(569, "table-128x64x2"), (5, 1));
        assert_eq!(planned(195, "digits-64x32x10"), (5, 1));
    }

    #[test]
    fn a_fifth_is_hidden_as_far_as_a_task_may_hide_so_much() {
        assert_eq!(planned(1797, "digits-64x32x10"), (10, 2));
        assert_eq!(planned(5000, "mnist-784x128x10"), (35, 7));
        assert_eq!(planned(255 * 40, "tiny-4x3x2"), (255, 32));
        assert_eq!(planned(256 * 40, "tiny-4x3x2"), (256, 32), "260 are too many");
        assert_eq!(planned(510 * 200, "embed-512x10"), (200, 8), "its blocks are large");
    }

    #[test]
    fn numbers_of_blocks_that_were_asked_for_are_kept_or_refused() {
        let plan = |blocks, test_blocks| plan(100, &tiny(), Some(blocks), test_blocks);
        let kept = SplitPlan { blocks: 8, test_blocks: 6, least_test_rows: 74 };
        assert_eq!(plan(8, Some(6)), Ok(kept), "four blocks of 12 rows, two of 13");
        assert_eq!(plan(8, None).unwrap().test_blocks, 2);
        assert_eq!(plan(7, None).unwrap().test_blocks, 1);
        for test_blocks in [0, 8, 9] {
            assert_eq!(plan(8, Some(test_blocks)), Err(SplitError::TestBlocks { blocks: 8 }));
        }
        let many = plan(50, Some(33));
        assert!(matches!(many, Err(SplitError::TooManyTestBlocks { most: 32, .. })), "{many:?}");
    }

    #[test]
    fn the_plan_promises_what_the_smallest_blocks_hold() {
        for (rows, test_blocks) in [(100, 1), (103, 2), (103, 5), (101, 6)] {
            let plan = plan(rows, &tiny(), Some(7), Some(test_blocks)).unwrap();
            let options = options(Some(7), 1);
            let blocks = split(&vec![0; rows], &tiny(), &options, None).unwrap();
            let mut held: Vec<usize> = blocks.iter().map(Vec::len).collect();
            held.sort_unstable();
            let least: usize = held.iter().take(test_blocks.into()).sum();
            assert_eq!(plan.least_test_rows as usize, least, "{rows} rows, {test_blocks} blocks");
        }
    }

    #[test]
    fn impossible_numbers_of_blocks_are_refused() {
        let refused = |rows, blocks| split(&vec![0; rows], &tiny(), &options(blocks, 1), None);
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
