//! Rows with copies, so that each class counts the same.

use super::{deal as deal_rows, least_rows, test_block_count, usual_blocks, SplitError, SplitPlan};
use crate::{profile::Labels, shape::shape_name};
use nocknock_primitives::{limits::MAX_BLOCKS, model::Architecture};
use std::{collections::BTreeMap, fmt};

/// How often a row is in its block at most. A score of fewer different rows would hang on few of
/// them, however many samples there are.
pub const MAX_COPIES: usize = 64;

/// How rows go into blocks with copies, so that a block holds as many samples of each class.
///
/// The largest class has a sample for each of its rows, and every other class as many, its rows in
/// turn. Rows of large classes are left out where that would take more than [`MAX_COPIES`] of a
/// row, or more room than a block has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightedPlan {
    /// Blocks and test blocks. The rows of the latter are counted with all copies.
    pub split: SplitPlan,
    /// Of each class, how many of its rows take part.
    pub used: Vec<usize>,
    /// Of each class, how many different rows any choice of the test blocks holds at least. How
    /// exactly a score is measured follows from these: copies tell nothing new.
    pub different_test_rows: Vec<u32>,
    /// How often the row is in its block that is there most often.
    pub copies: usize,
    /// Rows that take no part.
    pub left_out: usize,
}

impl WeightedPlan {
    /// Plans for the classes of a table. The numbers of blocks and test blocks may be given.
    pub fn of(
        labels: &Labels,
        architecture: &Architecture,
        blocks: Option<u16>,
        test_blocks: Option<u16>,
    ) -> Result<Self, SplitError> {
        let counts = labels.counts();
        let sizes = Sizes::of(&counts, &labels.classes, architecture)?;
        let blocks = sizes.blocks(blocks)?;
        let test_blocks = test_block_count(blocks, architecture, test_blocks)?;
        let count = usize::from(blocks);
        let most = sizes.most_samples(count).saturating_mul(count);
        let used: Vec<usize> = counts.iter().map(|rows| (*rows).min(most)).collect();
        let largest = used.iter().copied().max().unwrap_or_default();
        let tested = |rows: usize| least_rows(rows, blocks, test_blocks);
        let classes = u32::try_from(sizes.classes).unwrap_or(u32::MAX);
        let least_test_rows = classes.saturating_mul(tested(largest));
        let copies = used.iter().map(|rows| most_copies(*rows, largest, count)).max();
        Ok(Self {
            split: SplitPlan { blocks, test_blocks, least_test_rows },
            different_test_rows: used.iter().copied().map(tested).collect(),
            copies: copies.unwrap_or_default(),
            left_out: counts.iter().sum::<usize>().saturating_sub(used.iter().sum()),
            used,
        })
    }

    /// Different rows of the rarest class that any choice of the test blocks holds at least.
    pub fn rarest_test_rows(&self) -> u32 {
        let rows = self.different_test_rows.iter().copied();
        rows.filter(|rows| *rows > 0).min().unwrap_or_default()
    }
}

/// What is told to whoever offers the rows.
impl fmt::Display for WeightedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Each class counts the same: rows of smaller classes are in their block as copies, up \
             to {} of a row, and the score counts copies. The test blocks hold at least {} \
             different rows of the rarest class.",
            self.copies,
            self.rarest_test_rows()
        )?;
        if self.left_out == 0 {
            return Ok(());
        }
        write!(
            f,
            " Rows of larger classes that are left out, because a row has {MAX_COPIES} copies at \
             most and a block bounded room: {}.",
            self.left_out
        )
    }
}

/// What bounds the blocks.
struct Sizes {
    classes: usize,
    /// Rows of the smallest and of the largest class.
    rarest: usize,
    largest: usize,
    /// Samples of each class that a block has room for.
    room: usize,
}

impl Sizes {
    fn of(
        counts: &[usize],
        names: &[String],
        architecture: &Architecture,
    ) -> Result<Self, SplitError> {
        let present = || counts.iter().copied().filter(|rows| *rows > 0);
        let classes = present().count();
        let sizes = Self {
            classes,
            rarest: present().min().unwrap_or_default(),
            largest: present().max().unwrap_or_default(),
            room: usize::from(architecture.samples) / classes.max(1),
        };
        if sizes.rarest < 2 {
            let rare = counts.iter().zip(names).find(|(rows, _)| **rows == sizes.rarest);
            let class = rare.map(|(_, name)| name.clone()).unwrap_or_default();
            return Err(SplitError::RareClass { class, rows: sizes.rarest });
        }
        if sizes.room == 0 {
            let (shape, block_rows) = (shape_name(architecture), architecture.samples);
            return Err(SplitError::ManyClasses { shape, block_rows, classes });
        }
        Ok(sizes)
    }

    /// As few blocks as have room for the largest class, as far as its rows take part, but no more
    /// than have a row of each.
    fn blocks(&self, asked: Option<u16>) -> Result<u16, SplitError> {
        let limit = usize::try_from(MAX_BLOCKS).unwrap_or(usize::MAX);
        let most = limit.min(self.rarest);
        let largest = self.largest.min(MAX_COPIES.saturating_mul(self.rarest));
        let least = largest.div_ceil(self.room).clamp(2, most);
        let blocks = asked.map_or_else(|| usual_blocks(least, most), usize::from);
        let count = u16::try_from(blocks).ok().filter(|_| (least..=most).contains(&blocks));
        count.ok_or(SplitError::WeightedBlocks { blocks, least, most })
    }

    /// Samples of each class in one of so many blocks, of which the rarest class fills the fewest.
    fn most_samples(&self, blocks: usize) -> usize {
        let fewest = self.rarest / blocks.max(1);
        MAX_COPIES.saturating_mul(fewest).min(self.room)
    }
}

/// How often the most frequent row of a class is in its block, if the largest class has so many.
fn most_copies(rows: usize, largest: usize, blocks: usize) -> usize {
    let in_block = |rows: usize, block: usize| rows / blocks + usize::from(block < rows % blocks);
    let copies = (0..blocks).filter_map(|block| match in_block(rows, block) {
        0 => None,
        own => Some(in_block(largest, block).div_ceil(own)),
    });
    copies.max().unwrap_or_default()
}

/// Deals the rows of each class out in turn, each class from the first block on, so that no class
/// has more of them in a block than the largest one; and then copies them.
pub(super) fn deal(by_class: BTreeMap<u8, Vec<usize>>, plan: &WeightedPlan) -> Vec<Vec<usize>> {
    let blocks = plan.split.blocks;
    let used = |class: u8| plan.used.get(usize::from(class)).copied().unwrap_or_default();
    let classes = by_class.into_iter();
    let dealt: Vec<Vec<Vec<usize>>> = classes
        .map(|(class, rows)| deal_rows(rows.into_iter().take(used(class)), blocks))
        .collect();
    let of_block = |block: usize| {
        let classes = dealt.iter().filter_map(|class| class.get(block));
        with_copies(&classes.map(Vec::as_slice).collect::<Vec<_>>())
    };
    (0..usize::from(blocks)).map(of_block).collect()
}

/// As many samples of each class as the largest one has rows.
fn with_copies(classes: &[&[usize]]) -> Vec<usize> {
    let most = classes.iter().map(|rows| rows.len()).max().unwrap_or_default();
    classes.iter().flat_map(|rows| rows.iter().copied().cycle().take(most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::{split, SplitOptions, SplitSeed};
    use nocknock_primitives::model::names::named;
    use std::collections::BTreeSet;

    /// 270 samples a block.
    fn shape() -> Architecture {
        named("table-128x64x2").unwrap()
    }

    /// Rows of classes that are called by their numbers, so many of each.
    fn labels(counts: &[usize]) -> Labels {
        Labels {
            column: "class".to_owned(),
            place: 0,
            classes: (0..counts.len()).map(|class| format!("class {class}")).collect(),
            of_row: classes(counts).into_iter().map(Some).collect(),
        }
    }

    fn plan(counts: &[usize], blocks: Option<u16>) -> Result<WeightedPlan, SplitError> {
        WeightedPlan::of(&labels(counts), &shape(), blocks, None)
    }

    /// The class of each row: so many rows of each.
    fn classes(counts: &[usize]) -> Vec<u8> {
        (0..).zip(counts).flat_map(|(class, rows)| vec![class; *rows]).collect()
    }

    fn dealt(counts: &[usize], blocks: Option<u16>) -> Vec<Vec<usize>> {
        let options = SplitOptions { blocks, seed: SplitSeed::from_bytes([1; 32]) };
        let plan = plan(counts, blocks).unwrap();
        split(&classes(counts), &shape(), &options, Some(&plan)).unwrap()
    }

    /// How often each row is in a block.
    fn copies(block: &[usize]) -> BTreeMap<usize, usize> {
        let mut copies = BTreeMap::new();
        for row in block {
            *copies.entry(*row).or_default() += 1;
        }
        copies
    }

    #[test]
    fn every_block_holds_as_many_samples_of_each_class() {
        for counts in [[97, 11], [40, 40], [500, 3], [301, 160]] {
            let classes = classes(&counts);
            for block in dealt(&counts, None) {
                let ones = block.iter().filter(|row| classes[**row] == 1).count();
                assert_eq!(2 * ones, block.len(), "{counts:?}");
                assert!(block.len() <= 270, "{counts:?}");
            }
        }
    }

    #[test]
    fn copies_of_a_row_stay_in_its_block_and_all_rows_take_part() {
        let mut seen = BTreeSet::new();
        for block in dealt(&[97, 11], None) {
            let rows: BTreeSet<usize> = block.into_iter().collect();
            assert!(seen.is_disjoint(&rows), "a row is in two blocks");
            seen.extend(rows);
        }
        assert_eq!(seen, (0..108).collect());
    }

    #[test]
    fn rows_of_a_class_in_a_block_have_as_many_copies_as_each_other_or_one_more() {
        let classes = classes(&[97, 11]);
        for block in dealt(&[97, 11], None) {
            let copies = copies(&block);
            let of = |class: u8| {
                let own = copies.iter().filter(|(row, _)| classes[**row] == class);
                own.map(|(_, copies)| *copies).collect::<Vec<_>>()
            };
            assert!(of(0).iter().all(|copies| *copies == 1), "the largest class has copies");
            let (least, most) = (of(1).into_iter().min(), of(1).into_iter().max());
            assert!(most.unwrap() - least.unwrap() <= 1, "{copies:?}");
        }
    }

    #[test]
    fn no_row_has_more_copies_than_allowed_and_rows_beyond_are_left_out_and_told() {
        let counts = [2_000, 10];
        let plan = plan(&counts, None).unwrap();
        assert_eq!((plan.split.blocks, &plan.used), (5, &vec![640, 10]));
        assert_eq!((plan.copies, plan.left_out), (MAX_COPIES, 1_360));
        assert!(plan.to_string().contains("1360"), "{plan}");
        let blocks = dealt(&counts, None);
        let most = blocks.iter().flat_map(|block| copies(block).into_values()).max();
        assert_eq!(most, Some(MAX_COPIES));
    }

    #[test]
    fn the_plan_says_what_is_dealt() {
        for counts in [[97, 11], [500, 3], [301, 160], [2_000, 10]] {
            let plan = plan(&counts, None).unwrap();
            let blocks = dealt(&counts, None);
            assert_eq!(blocks.len(), usize::from(plan.split.blocks));
            let most = blocks.iter().flat_map(|block| copies(block).into_values()).max();
            assert_eq!(most, Some(plan.copies), "{counts:?}");
            let mut sizes: Vec<usize> = blocks.iter().map(Vec::len).collect();
            sizes.sort_unstable();
            let least: usize = sizes.iter().take(plan.split.test_blocks.into()).sum();
            assert_eq!(plan.split.least_test_rows as usize, least, "{counts:?}");
        }
    }

    /// What an interval is computed from does not grow with the copies.
    #[test]
    fn different_test_rows_are_counted_without_copies() {
        let plan = plan(&[97, 11], None).unwrap();
        assert_eq!((plan.split.blocks, plan.split.test_blocks), (5, 1));
        assert_eq!(plan.different_test_rows, [19, 2]);
        assert_eq!((plan.rarest_test_rows(), plan.split.least_test_rows), (2, 38));
    }

    #[test]
    fn there_are_no_more_blocks_than_have_each_class() {
        assert_eq!(plan(&[300, 3], None).unwrap().split.blocks, 3);
        let refused = plan(&[300, 3], Some(4)).unwrap_err();
        assert_eq!(refused, SplitError::WeightedBlocks { blocks: 4, least: 2, most: 3 });
        let rare = plan(&[300, 1], None).unwrap_err();
        assert_eq!(rare, SplitError::RareClass { class: "class 1".to_owned(), rows: 1 });
        assert!(rare.to_string().starts_with("rows of class `class 1`: 1."), "{rare}");
    }

    #[test]
    fn the_largest_class_has_room_in_the_blocks() {
        // 135 samples a class: eight blocks would do.
        let roomy = plan(&[1_000, 500], None).unwrap();
        assert_eq!((roomy.split.blocks, roomy.left_out), (10, 0));
        let few = plan(&[1_000, 500], Some(7)).unwrap_err();
        assert_eq!(few, SplitError::WeightedBlocks { blocks: 7, least: 8, most: 256 });
    }

    /// Each block costs bond, and only a bounded number of them can be test blocks.
    #[test]
    fn rows_that_are_left_out_ask_for_no_blocks() {
        let few = plan(&[12_800, 200], None).unwrap();
        let many = plan(&[100_000, 200], None).unwrap();
        assert_eq!((few.split.blocks, few.split.test_blocks), (95, 19));
        assert_eq!((many.split, &many.used), (few.split, &few.used));
        assert_eq!(many.rarest_test_rows(), 38);
    }

    #[test]
    fn more_classes_than_a_block_has_rows_are_refused() {
        let tiny = named("tiny-4x3x2").unwrap();
        let refused = WeightedPlan::of(&labels(&[2; 41]), &tiny, None, None).unwrap_err();
        assert!(matches!(refused, SplitError::ManyClasses { classes: 41, .. }), "{refused}");
        assert!(WeightedPlan::of(&labels(&[2; 40]), &tiny, None, None).is_ok());
    }
}
