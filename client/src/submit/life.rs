//! In which blocks a transaction can be included.

use crate::{
    ends::Ends,
    types::{BlockNumber, BlockRef},
};

/// The shortest life, as the chain counts them: its lengths are powers of two.
const SHORTEST: BlockNumber = 4;
/// The longest life. The runtime knows the hashes of somewhat more blocks.
const LONGEST: BlockNumber = 2048;

/// The blocks in which a transaction can be included: those from its anchor on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// The first of them. Its hash is signed with the transaction, which is therefore in a later
    /// one.
    pub(crate) anchor: BlockRef,
    /// How many they are: a power of two.
    pub(crate) period: BlockNumber,
}

impl Life {
    /// The last block in which the transaction can be.
    pub(super) fn last_block(&self) -> BlockNumber {
        last_block(self.anchor.number, self.period)
    }
}

/// Where a life begins, and how long it is, that ends with the block `last` or before it.
///
/// It begins in a final block, because the transaction is worth nothing on a chain without its
/// anchor. Lives have only some lengths. So one that is to end soon may begin well before the
/// newest final block, and one that is to end much later is as short as any other (`usual`), unless
/// finality is so far behind that half of that would be over already. Nothing if no block is left
/// that could include the transaction.
pub(super) fn ending_with(
    ends: Ends,
    last: BlockNumber,
    usual: BlockNumber,
) -> Option<(BlockNumber, BlockNumber)> {
    let (finalised, next) = (ends.finalised.number, ends.best.number.saturating_add(1));
    let end = last.saturating_add(1);
    let (left, behind) = (end.saturating_sub(finalised), next.saturating_sub(finalised));
    let wanted = usual.max(behind.saturating_mul(2)).min(left).clamp(SHORTEST, LONGEST);
    let mut periods = std::iter::successors(Some(wanted.next_power_of_two()), |period| {
        period.checked_div(2).filter(|period| *period >= SHORTEST)
    });
    // On a young chain the first one may begin before there was a block.
    let (start, period) =
        periods.find_map(|period| Some((end.checked_sub(period)?.min(finalised), period)))?;
    (next <= last && next <= last_block(start, period)).then_some((start, period))
}

fn last_block(start: BlockNumber, period: BlockNumber) -> BlockNumber {
    start.saturating_add(period).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Hash;

    const USUAL: BlockNumber = 64;

    fn ends(finalised: BlockNumber, best: BlockNumber) -> Ends {
        let block = |number| BlockRef { number, hash: Hash::default() };
        Ends { best: block(best), finalised: block(finalised) }
    }

    /// The first and the last block, and the length.
    fn life(
        finalised: BlockNumber,
        best: BlockNumber,
        last: BlockNumber,
    ) -> Option<(BlockNumber, BlockNumber, BlockNumber)> {
        let (start, period) = ending_with(ends(finalised, best), last, USUAL)?;
        Some((start, last_block(start, period), period))
    }

    #[test]
    fn a_life_that_need_not_end_soon_is_the_usual_one() {
        assert_eq!(life(997, 1000, 100_000), Some((997, 1060, 64)));
        assert_eq!(life(997, 1000, 1060), Some((997, 1060, 64)));
    }

    #[test]
    fn a_life_ends_with_its_last_block_and_begins_in_a_final_one() {
        assert_eq!(life(997, 1000, 1059), Some((996, 1059, 64)));
        assert_eq!(life(997, 1000, 1020), Some((989, 1020, 32)));
        assert_eq!(life(997, 1000, 1002), Some((995, 1002, 8)));
        assert_eq!(life(1000, 1000, 1001), Some((998, 1001, 4)));
    }

    #[test]
    fn there_is_no_life_without_a_block_that_could_include_anything() {
        assert_eq!(life(997, 1000, 1001), Some((994, 1001, 8)));
        assert_eq!(life(997, 1000, 1000), None);
        assert_eq!(life(997, 1000, 5), None);
    }

    /// The usual life would be over before the next block.
    #[test]
    fn a_life_is_longer_where_finality_is_far_behind() {
        assert_eq!(life(900, 1000, 100_000), Some((900, 1155, 256)));
        assert_eq!(life(900, 1000, 1100), Some((845, 1100, 256)));
        assert_eq!(life(10_000, 20_000, 100_000), None, "no life is that long");
    }

    #[test]
    fn a_young_chain_has_shorter_lives() {
        assert_eq!(life(2, 5, 19), Some((2, 17, 16)));
        assert_eq!(life(0, 1, 4), Some((0, 3, 4)));
        assert_eq!(life(0, 0, 2), None);
    }

    /// However the chain stands, no transaction outlives its last block, and each may be included.
    #[test]
    fn no_life_is_longer_than_it_may_be() {
        for finalised in 0..80 {
            for best in finalised..finalised + 80 {
                for last in best..best + 150 {
                    let Some((start, end, period)) = life(finalised, best, last) else {
                        continue;
                    };
                    let place = (finalised, best, last);
                    assert!(start <= finalised && end <= last && end > best, "{place:?}");
                    assert!(period.is_power_of_two() && (4..=2048).contains(&period), "{place:?}");
                }
            }
        }
    }
}
