//! The draw of the hidden test blocks, so that anybody can repeat it.

use crate::{
    ids::{BlockIndex, TaskId},
    limits::{List, MAX_BLOCKS, MAX_TEST_BLOCKS},
};
use alloc::vec::Vec;
use blake2::{digest::consts::U32, Blake2b, Digest};

/// Chooses `count` of the `blocks` block indices of a task, each subset equally likely, and returns
/// them in ascending order.
///
/// This is a Fisher-Yates shuffle whose `i`-th step takes the first 8 bytes, little endian, of
/// `blake2b-256("nocknock/draw/v1" ‖ seed ‖ task ‖ i)` modulo the number of blocks left; the task
/// as 8 and `i` as 2 bytes, little endian. The modulo favours no index by more than 2^-55.
///
/// Nothing is returned if there are more blocks to draw than blocks, or more than the limits allow.
pub fn draw_test_blocks(
    seed: &[u8; 32],
    task: TaskId,
    blocks: u16,
    count: u16,
) -> Option<List<BlockIndex, MAX_TEST_BLOCKS>> {
    if count > blocks || u32::from(blocks) > MAX_BLOCKS || u32::from(count) > MAX_TEST_BLOCKS {
        return None;
    }
    let mut left: Vec<BlockIndex> = (0..blocks).collect();
    let mut drawn: Vec<BlockIndex> =
        (0..count).filter_map(|step| take_one(&mut left, number(seed, task, step))).collect();
    drawn.sort_unstable();
    drawn.try_into().ok()
}

fn take_one(left: &mut Vec<BlockIndex>, number: u64) -> Option<BlockIndex> {
    let size = u64::try_from(left.len()).ok()?;
    let place = usize::try_from(number.checked_rem(size)?).ok()?;
    (place < left.len()).then(|| left.swap_remove(place))
}

fn number(seed: &[u8; 32], task: TaskId, step: u16) -> u64 {
    let hash = Blake2b::<U32>::new_with_prefix(b"nocknock/draw/v1")
        .chain_update(seed)
        .chain_update(task.to_le_bytes())
        .chain_update(step.to_le_bytes())
        .finalize();
    hash.iter().take(8).rev().fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_distinct_blocks_in_ascending_order() {
        for task in 0..200 {
            let drawn = draw_test_blocks(&[7; 32], task, 40, 12).expect("within the limits");
            assert_eq!(drawn.len(), 12);
            assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(drawn.iter().all(|index| *index < 40));
        }
    }

    #[test]
    fn draws_every_block_about_equally_often() {
        let mut counts = [0u32; 10];
        for task in 0..10_000 {
            for index in draw_test_blocks(&[1; 32], task, 10, 3).expect("within the limits") {
                counts[usize::from(index)] += 1;
            }
        }
        assert!(counts.iter().all(|count| (2_800..3_200).contains(count)), "{counts:?}");
    }

    #[test]
    fn another_seed_or_task_draws_other_blocks() {
        let drawn = draw_test_blocks(&[1; 32], 1, 100, 10);
        assert_eq!(drawn, draw_test_blocks(&[1; 32], 1, 100, 10));
        assert_ne!(drawn, draw_test_blocks(&[2; 32], 1, 100, 10));
        assert_ne!(drawn, draw_test_blocks(&[1; 32], 2, 100, 10));
    }

    #[test]
    fn refuses_what_the_limits_do_not_allow() {
        assert_eq!(draw_test_blocks(&[0; 32], 0, 3, 4), None);
        assert_eq!(draw_test_blocks(&[0; 32], 0, 257, 1), None);
        assert_eq!(draw_test_blocks(&[0; 32], 0, 64, 33), None);
    }
}
