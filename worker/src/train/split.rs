//! Which rows train and which rows judge.

use super::{
    data::TrainingSet,
    rng::{shuffle, stream, Purpose},
};

/// Numbers of the rows of each part, in rising order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) training: Vec<u32>,
    pub(super) validation: Vec<u32>,
}

impl Split {
    /// Takes a share of each class for validation, by chance, but never a whole class.
    pub(super) fn new(data: &TrainingSet, share: f64, seed: u64) -> Self {
        let mut order: Vec<u32> = (0..).take(data.rows()).collect();
        shuffle(&mut stream(seed, Purpose::Split), &mut order);
        let mut wanted = wanted_of_each_class(&data.labels, share);
        let mut is_validation = |row: &u32| match label_of(data, *row) {
            Some(label) => take_one(&mut wanted, label),
            None => false,
        };
        let (mut validation, mut training): (Vec<u32>, Vec<u32>) =
            order.into_iter().partition(&mut is_validation);
        validation.sort_unstable();
        training.sort_unstable();
        Self { training, validation }
    }
}

fn wanted_of_each_class(labels: &[u8], share: f64) -> [usize; 256] {
    let mut counts = [0usize; 256];
    for label in labels {
        counts[usize::from(*label)] += 1;
    }
    counts.map(|count| {
        let wanted = (count as f64 * share).round() as usize;
        wanted.min(count.saturating_sub(1))
    })
}

fn label_of(data: &TrainingSet, row: u32) -> Option<u8> {
    data.labels.get(row as usize).copied()
}

fn take_one(wanted: &mut [usize; 256], label: u8) -> bool {
    let left = &mut wanted[usize::from(label)];
    let take = *left > 0;
    *left -= usize::from(take);
    take
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::shape::TINY_4X3X2;

    fn data(labels: Vec<u8>) -> TrainingSet {
        TrainingSet { shape: TINY_4X3X2, inputs: vec![0; labels.len() * 4], labels }
    }

    #[test]
    fn each_class_gives_its_share() {
        let labels = (0..100).map(|row| u8::from(row % 5 == 0)).collect();
        let data = data(labels);
        let split = Split::new(&data, 0.25, 1);
        let ones = |rows: &[u32]| rows.iter().filter(|row| *row % 5 == 0).count();
        assert_eq!((split.validation.len(), ones(&split.validation)), (25, 5));
        assert_eq!((split.training.len(), ones(&split.training)), (75, 15));
        let mut all = [split.training, split.validation].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
    }

    #[test]
    fn a_class_with_one_row_keeps_it_for_training() {
        let split = Split::new(&data(vec![0, 0, 0, 0, 1]), 0.9, 1);
        assert!(split.training.contains(&4));
        assert_eq!(split.training.len(), 2);
    }

    #[test]
    fn the_seed_decides() {
        let data = data(vec![0; 200]);
        let first = Split::new(&data, 0.5, 1);
        assert_eq!(first, Split::new(&data, 0.5, 1));
        assert_ne!(first, Split::new(&data, 0.5, 2));
    }
}
