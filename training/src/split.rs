//! Which samples train and which samples judge.

use super::{
    data::{Labels, TrainingSet},
    rng::{shuffle, stream, Purpose},
};

/// The most training samples by which an epoch is judged, so that judging a large set takes little
/// of the time of learning it.
const JUDGED_SAMPLES: usize = 2_048;

/// Numbers of the samples of each part, in rising order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) training: Vec<u32>,
    pub(crate) validation: Vec<u32>,
    /// The training samples by which each epoch is judged, the same ones each time: all of them, or
    /// 2,048 that the seed draws.
    pub(crate) judged: Vec<u32>,
}

impl Split {
    /// Takes a share of each class for validation, by chance, but never a whole class. Where there
    /// are no classes all samples are alike.
    pub(crate) fn new(data: &TrainingSet, share: f64, seed: u64) -> Self {
        let mut order: Vec<u32> = (0..).take(data.samples()).collect();
        shuffle(&mut stream(seed, Purpose::Split), &mut order);
        let mut wanted = wanted_of_each_group(data, share);
        let mut is_validation = |sample: &u32| take_one(&mut wanted, group(data, *sample as usize));
        let (mut validation, mut training): (Vec<u32>, Vec<u32>) =
            order.into_iter().partition(&mut is_validation);
        // From the end of the order: there validation has long taken its share of each class.
        let mut judged: Vec<u32> = training.iter().rev().take(JUDGED_SAMPLES).copied().collect();
        for part in [&mut training, &mut validation, &mut judged] {
            part.sort_unstable();
        }
        Self { training, validation, judged }
    }
}

/// The class of a sample, or 0.
fn group(data: &TrainingSet, sample: usize) -> u8 {
    match &data.labels {
        Labels::Classes(classes) => classes.get(sample).copied().unwrap_or(0),
        Labels::Sets(_) | Labels::Numbers(_) => 0,
    }
}

fn wanted_of_each_group(data: &TrainingSet, share: f64) -> [usize; 256] {
    let mut counts = [0usize; 256];
    for sample in 0..data.samples() {
        counts[usize::from(group(data, sample))] += 1;
    }
    counts.map(|count| {
        let wanted = (count as f64 * share).round() as usize;
        wanted.min(count.saturating_sub(1))
    })
}

fn take_one(wanted: &mut [usize; 256], group: u8) -> bool {
    let left = &mut wanted[usize::from(group)];
    let take = *left > 0;
    *left -= usize::from(take);
    take
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{number_head, tiny, tiny_with};

    fn data(classes: Vec<u8>) -> TrainingSet {
        TrainingSet {
            architecture: tiny(),
            inputs: vec![0; classes.len() * 4],
            labels: Labels::Classes(classes),
        }
    }

    #[test]
    fn each_class_gives_its_share() {
        let classes = (0..100).map(|sample| u8::from(sample % 5 == 0)).collect();
        let data = data(classes);
        let split = Split::new(&data, 0.25, 1);
        let ones = |samples: &[u32]| samples.iter().filter(|sample| *sample % 5 == 0).count();
        assert_eq!((split.validation.len(), ones(&split.validation)), (25, 5));
        assert_eq!((split.training.len(), ones(&split.training)), (75, 15));
        let mut all = [split.training, split.validation].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
    }

    #[test]
    fn a_class_with_one_sample_keeps_it_for_training() {
        let split = Split::new(&data(vec![0, 0, 0, 0, 1]), 0.9, 1);
        assert!(split.training.contains(&4));
        assert_eq!(split.training.len(), 2);
    }

    #[test]
    fn samples_without_classes_are_split_by_chance() {
        let architecture = tiny_with(number_head(18));
        let labels = Labels::Numbers((0..40).collect());
        let data = TrainingSet { architecture, inputs: vec![0; 160], labels };
        let split = Split::new(&data, 0.25, 1);
        assert_eq!((split.training.len(), split.validation.len()), (30, 10));
        assert!(split.validation != (0..10).collect::<Vec<u32>>());
    }

    #[test]
    fn an_epoch_is_judged_by_all_training_samples_or_by_some_that_the_seed_draws() {
        let few = Split::new(&data(vec![0; 200]), 0.5, 1);
        assert_eq!(few.judged, few.training);
        let many = data((0..5000).map(|sample| u8::from(sample % 5 == 0)).collect());
        let [split, other] = [1, 2].map(|seed| Split::new(&many, 0.1, seed));
        assert_eq!((split.training.len(), split.judged.len()), (4500, 2048));
        assert!(split.judged.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(split.judged.iter().all(|sample| split.training.binary_search(sample).is_ok()));
        // A fifth of them in the mean, with a standard deviation of 13.
        let ones = split.judged.iter().filter(|sample| *sample % 5 == 0).count();
        assert!((330..490).contains(&ones), "{ones}");
        assert_ne!(split.judged, other.judged);
    }

    #[test]
    fn the_seed_decides() {
        let data = data(vec![0; 200]);
        let first = Split::new(&data, 0.5, 1);
        assert_eq!(first, Split::new(&data, 0.5, 1));
        assert_ne!(first, Split::new(&data, 0.5, 2));
    }
}
