//! The score that needs no model: the best that can be had by always giving the same answer.
//!
//! Whoever counts the labels of the test data block by block, as the chain does, knows it. There
//! are at most [`MAX_CLASSES`] counts, whatever the head:
//!
//! | head | counts | the same answer is |
//! |---|---|---|
//! | classes | samples of each class | the most frequent classes |
//! | labels | samples for which each label holds | for each label, what holds more often |
//! | number | samples whose target is in each 256th of its range | the best number |
//!
//! The best number is not known exactly from such counts. Within a 256th of the range, distances
//! are taken for the smallest that they can be, so the score here is at least the true one.

use super::{
    architecture::{Architecture, Goal, Head},
    samples::{Block, Label},
};
use crate::limits::{List, MAX_CLASSES};
use core::cmp::Reverse;

/// Bits of a target that are left out where targets are counted.
const STEP_BITS: u32 = 8;

/// Targets in one count.
const STEP: u32 = 1 << STEP_BITS;

/// Adds the labels of a block to the counts.
pub fn count_labels(
    architecture: &Architecture,
    block: &Block,
    counts: &mut List<u32, MAX_CLASSES>,
) {
    let wanted = match architecture.head {
        Head::Classes { .. } | Head::Labels { .. } => architecture.outputs(),
        Head::Number { .. } => MAX_CLASSES as usize,
    };
    let mut sums = core::mem::take(counts).into_inner();
    sums.resize(wanted, 0);
    for sample in block.samples() {
        match &sample.label {
            Label::Class(class) => add(&mut sums, usize::from(*class)),
            Label::Labels(labels) => {
                let held = labels.iter().enumerate().filter(|(_, holds)| **holds);
                held.for_each(|(label, _)| add(&mut sums, label));
            }
            Label::Number(target) => add(&mut sums, usize::from(*target >> STEP_BITS)),
        }
    }
    // Never cut off: no architecture has more outputs.
    *counts = List::truncate_from(sums);
}

fn add(counts: &mut [u32], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count = count.saturating_add(1);
    }
}

/// The score of the best constant answer on `samples` samples with these counts, or a little more.
pub fn baseline(architecture: &Architecture, counts: &[u32], samples: u32) -> u64 {
    match architecture.head {
        Head::Classes { best, .. } => {
            let mut counts = counts.to_vec();
            counts.sort_unstable_by_key(|count| Reverse(*count));
            counts.into_iter().take(best.into()).map(u64::from).fold(0, u64::saturating_add)
        }
        Head::Labels { labels, .. } => {
            let held = counts.iter().copied().chain(core::iter::repeat(0)).take(labels.into());
            held.map(|held| u64::from(held.max(samples.saturating_sub(held))))
                .fold(0, u64::saturating_add)
        }
        Head::Number { goal, .. } => {
            let constants = 0..counts.len();
            constants.map(|place| points_of_constant(goal, counts, place)).max().unwrap_or(0)
        }
    }
}

/// The most points of a constant in the 256th number `place`.
fn points_of_constant(goal: Goal, counts: &[u32], place: usize) -> u64 {
    let points = counts.iter().enumerate().map(|(other, count)| {
        let each = points_at(goal, least_distance(place.abs_diff(other)));
        u64::from(*count).saturating_mul(each.into())
    });
    points.fold(0, u64::saturating_add)
}

/// The smallest distance of two numbers whose parts of 256 are this far apart.
fn least_distance(steps: usize) -> u32 {
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    match steps.checked_sub(1) {
        None => 0,
        Some(between) => between.saturating_mul(STEP).saturating_add(1),
    }
}

/// What an answer at this distance from the target counts.
fn points_at(goal: Goal, distance: u32) -> u32 {
    match goal {
        Goal::AbsoluteError { cap } => cap.saturating_sub(distance),
        Goal::Within { tolerance } => u32::from(distance <= tolerance),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        architecture::Description,
        samples::{
            generate::{small, Numbers, CLASSES, LABELS, NUMBER},
            Sample,
        },
    };
    use alloc::{vec, vec::Vec};

    /// The counts of one block.
    fn counts_of(architecture: &Architecture, block: &Block) -> Vec<u32> {
        let mut counts = List::default();
        count_labels(architecture, block, &mut counts);
        counts.into_inner()
    }

    fn block(head: Head, labels: impl IntoIterator<Item = Label>) -> (Architecture, Block) {
        let architecture = small(head);
        let samples = labels.into_iter().map(|label| Sample { inputs: vec![0; 3], label });
        let block = Block::new(&architecture, samples.collect()).unwrap();
        (architecture, block)
    }

    fn baseline_of(head: Head, labels: impl IntoIterator<Item = Label>) -> u64 {
        let (architecture, block) = block(head, labels);
        let counts = counts_of(&architecture, &block);
        baseline(&architecture, &counts, block.len() as u32)
    }

    #[test]
    fn one_class_is_the_most_frequent_one() {
        let labels = [0, 1, 1, 2, 1, 0].map(Label::Class);
        assert_eq!(baseline_of(CLASSES, labels.clone()), 3);
        let Head::Classes { classes, weight_bits, bias_bits, distance_bits, .. } = CLASSES else {
            panic!("three classes");
        };
        let two = Head::Classes { classes, best: 2, weight_bits, bias_bits, distance_bits };
        assert_eq!(baseline_of(two, labels), 5, "three and two");
        assert_eq!(baseline_of(CLASSES, []), 0);
    }

    #[test]
    fn each_label_is_answered_for_itself() {
        let sample = |holds: [bool; 2]| {
            let mut labels = vec![false; 10];
            labels[..2].copy_from_slice(&holds);
            Label::Labels(labels)
        };
        let labels = [sample([true, false]), sample([true, true]), sample([false, false])];
        // Two of three, two of three, and eight labels that never hold.
        assert_eq!(baseline_of(LABELS, labels), 2 + 2 + 8 * 3);
    }

    #[test]
    fn counts_have_a_place_for_each_answer() {
        for (head, places) in [(CLASSES, 3), (LABELS, 10), (NUMBER, 256)] {
            let architecture = small(head);
            let nothing = Block::new(&architecture, Vec::new()).unwrap();
            assert_eq!(counts_of(&architecture, &nothing), vec![0; places], "{head:?}");
        }
        let numbers = [0, 255, 256, 65_535, 65_280].map(Label::Number);
        let (architecture, block) = block(NUMBER, numbers);
        let counts = counts_of(&architecture, &block);
        assert_eq!([counts[0], counts[1], counts[255]], [2, 1, 2]);
    }

    /// Labels that were never seen, as the chain knows them before anything is revealed.
    #[test]
    fn without_samples_there_is_nothing_to_score() {
        for head in [CLASSES, LABELS, NUMBER] {
            assert_eq!(baseline(&small(head), &[], 0), 0, "{head:?}");
        }
    }

    #[test]
    fn counts_of_blocks_add_up() {
        let mut numbers = Numbers(1);
        for head in [CLASSES, LABELS, NUMBER] {
            let architecture = small(head);
            let [first, second] = [5, 8].map(|samples| numbers.block(&architecture, samples));
            let mut counts = List::default();
            count_labels(&architecture, &first, &mut counts);
            count_labels(&architecture, &second, &mut counts);
            let both = counts_of(&architecture, &first)
                .into_iter()
                .zip(counts_of(&architecture, &second))
                .map(|(one, other)| one + other);
            assert_eq!(counts.into_inner(), both.collect::<Vec<_>>());
        }
    }

    fn with_goal(goal: Goal) -> Architecture {
        let Head::Number { weight_bits, bias_bits, .. } = NUMBER else { panic!("a number") };
        let head = Head::Number { weight_bits, bias_bits, distance_bits: 20, goal };
        let description = Description { head, ..Description::clone(&small(NUMBER)) };
        Architecture::new(description).unwrap()
    }

    /// The score of the best constant, by trying all of them.
    fn best_constant(goal: Goal, targets: &[u16]) -> u64 {
        let score = |constant: u16| {
            let points = targets
                .iter()
                .map(|target| u64::from(points_at(goal, u32::from(constant.abs_diff(*target)))));
            points.sum::<u64>()
        };
        (0..=u16::MAX).map(score).max().unwrap()
    }

    #[test]
    fn a_number_is_never_judged_by_less_than_the_best_constant() {
        let mut numbers = Numbers(2);
        let goals = [
            Goal::AbsoluteError { cap: 1000 },
            Goal::AbsoluteError { cap: 32_768 },
            Goal::Within { tolerance: 50 },
            Goal::Within { tolerance: 3000 },
        ];
        for goal in goals {
            let architecture = with_goal(goal);
            let block = numbers.block(&architecture, 8);
            let targets: Vec<u16> = block
                .samples()
                .iter()
                .filter_map(|sample| match sample.label {
                    Label::Number(target) => Some(target),
                    _ => None,
                })
                .collect();
            let found = baseline(&architecture, &counts_of(&architecture, &block), 8);
            let exact = best_constant(goal, &targets);
            assert!(found >= exact, "{goal:?}: {found} is below {exact}");
            assert!(found <= architecture.max_score(8), "{goal:?}");
            if let Goal::AbsoluteError { .. } = goal {
                assert!(found <= exact + 8 * 2 * u64::from(STEP), "{goal:?}: {found}, {exact}");
            }
        }
    }
}
