//! Which samples train and which samples judge.
//!
//! Samples with equal inputs are never divided: a model that has learned one of them knows the
//! others, so they would judge nothing.

use super::{
    config::{Fold, Keep, TrainConfig},
    data::{Labels, TrainingSet},
    rng::{shuffle, stream, Purpose},
};
use std::collections::HashMap;

/// The most training samples by which an epoch is judged, so that judging a large set takes little
/// of the time of learning it.
const JUDGED_SAMPLES: usize = 2_048;

/// The same where no epoch is chosen by its result.
const WATCHED_SAMPLES: usize = 256;

/// Numbers of the samples of each part, in rising order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) training: Vec<u32>,
    pub(crate) validation: Vec<u32>,
    /// The training samples by which each epoch is judged, the same ones each time: all of them, or
    /// 2,048 that the seed draws; 256 where the last epoch is kept whatever its result.
    pub(crate) judged: Vec<u32>,
}

/// The group of each sample: samples with equal inputs share one. Groups are numbered from 0 by
/// their first samples.
pub fn equal_rows(data: &TrainingSet) -> Vec<u32> {
    let width = usize::from(data.architecture.inputs).max(1);
    let mut known: HashMap<&[u16], u32> = HashMap::new();
    let rows = data.inputs.chunks(width).take(data.samples());
    rows.map(|row| {
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        *known.entry(row).or_insert(next)
    })
    .collect()
}

impl Split {
    /// Takes a share of each class for validation, by chance, or one of several folds. Where there
    /// are no classes all samples are alike.
    pub(crate) fn new(data: &TrainingSet, config: &TrainConfig) -> Self {
        let mut order: Vec<u32> = (0..).take(data.samples()).collect();
        shuffle(&mut stream(config.seed, Purpose::Split), &mut order);
        let groups = Groups::of(data, &order);
        let judges = match config.fold {
            Some(fold) => groups.dealt(fold),
            None => groups.drawn(config.validation_share),
        };
        let is_validation =
            |sample: &u32| groups.of_sample(*sample).is_some_and(|group| judges[group]);
        let (mut validation, mut training): (Vec<u32>, Vec<u32>) =
            order.into_iter().partition(is_validation);
        let most = match config.keep {
            Keep::Best => JUDGED_SAMPLES,
            Keep::Last => WATCHED_SAMPLES,
        };
        // From the end of the order: there validation has long taken its share of each class.
        let mut judged: Vec<u32> = training.iter().rev().take(most).copied().collect();
        for part in [&mut training, &mut validation, &mut judged] {
            part.sort_unstable();
        }
        Self { training, validation, judged }
    }
}

/// Samples of each class.
type Counts = [usize; 256];

/// Samples with equal inputs, and how many of each class there are.
struct Groups {
    /// The group of each sample.
    of_samples: Vec<u32>,
    /// In each group, its classes and how many samples of each it has.
    classes: Vec<Vec<(u8, usize)>>,
    /// The groups in the random order of their first samples.
    order: Vec<usize>,
    /// Samples of each class in all groups.
    samples: Counts,
}

impl Groups {
    fn of(data: &TrainingSet, order: &[u32]) -> Self {
        let of_samples = equal_rows(data);
        let count = of_samples.iter().max().map_or(0, |last| *last as usize + 1);
        let mut groups = Self {
            of_samples,
            classes: vec![Vec::new(); count],
            order: Vec::with_capacity(count),
            samples: [0; 256],
        };
        for sample in order {
            groups.add(*sample, class_of(data, *sample as usize));
        }
        groups
    }

    fn add(&mut self, sample: u32, class: u8) {
        let Some(group) = self.of_sample(sample) else {
            return;
        };
        let Some(classes) = self.classes.get_mut(group) else {
            return;
        };
        if classes.is_empty() {
            self.order.push(group);
        }
        match classes.iter_mut().find(|(known, _)| *known == class) {
            Some((_, count)) => *count += 1,
            None => classes.push((class, 1)),
        }
        self.samples[usize::from(class)] += 1;
    }

    fn of_sample(&self, sample: u32) -> Option<usize> {
        self.of_samples.get(sample as usize).map(|group| *group as usize)
    }

    /// Groups until each class has given its share, but never a whole class. A group that is taken
    /// fits at least by half.
    fn drawn(&self, share: f64) -> Vec<bool> {
        let mut wanted = self.samples.map(|count| {
            let wanted = (count as f64 * share).round() as usize;
            wanted.min(count.saturating_sub(1))
        });
        let mut trained = self.samples;
        let mut judges = vec![false; self.classes.len()];
        for group in &self.order {
            let classes = &self.classes[*group];
            let fits = |(class, count): &(u8, usize)| {
                let class = usize::from(*class);
                2 * wanted[class] >= *count && trained[class] > *count
            };
            judges[*group] = classes.iter().all(fits);
            if judges[*group] {
                for (class, count) in classes {
                    let class = usize::from(*class);
                    wanted[class] = wanted[class].saturating_sub(*count);
                    trained[class] -= count;
                }
            }
        }
        judges
    }

    /// Deals the groups out to all folds, class by class. A class with a single group is trained on
    /// in every fold.
    fn dealt(&self, fold: Fold) -> Vec<bool> {
        let mut folds = vec![[0; 256]; usize::from(fold.of)];
        let groups_with = self.groups_with();
        let mut judges = vec![false; self.classes.len()];
        for group in &self.order {
            let classes = &self.classes[*group];
            let Some((class, _)) = classes.iter().max_by_key(|(_, count)| *count) else {
                continue;
            };
            if classes.iter().any(|(class, _)| groups_with[usize::from(*class)] < 2) {
                continue;
            }
            let place = emptiest(&folds, usize::from(*class));
            judges[*group] = place == usize::from(fold.number);
            for (class, count) in classes {
                folds[place][usize::from(*class)] += count;
            }
        }
        judges
    }

    fn groups_with(&self) -> Counts {
        let mut groups_with = [0; 256];
        for (class, _) in self.classes.iter().flatten() {
            groups_with[usize::from(*class)] += 1;
        }
        groups_with
    }
}

/// The fold with the fewest samples of a class, and of these the one with the fewest samples.
fn emptiest(folds: &[Counts], class: usize) -> usize {
    let size = |fold: &Counts| (fold[class], fold.iter().sum::<usize>());
    let places = folds.iter().map(size).enumerate();
    places.min_by_key(|(_, size)| *size).map_or(0, |(place, _)| place)
}

/// The class of a sample, or 0.
fn class_of(data: &TrainingSet, sample: usize) -> u8 {
    match &data.labels {
        Labels::Classes(classes) => classes.get(sample).copied().unwrap_or(0),
        Labels::Sets(_) | Labels::Numbers(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{architecture, classes_head, number_head, tiny_with};
    use nocknock_primitives::model::architecture::Architecture;

    /// Four inputs of eight bits, so that there are rows enough which differ.
    fn wide() -> Architecture {
        architecture((4, 8), &[], classes_head(2, 14))
    }

    /// Samples that all differ.
    fn data(classes: Vec<u8>) -> TrainingSet {
        let rows = (0..classes.len() as u16).flat_map(|row| [row % 251, row / 251, 0, 0]);
        TrainingSet {
            architecture: wide(),
            inputs: rows.collect(),
            labels: Labels::Classes(classes),
        }
    }

    /// Each row as often as it says, all of one class.
    fn copies(counts: &[(u16, usize, u8)]) -> TrainingSet {
        let (mut inputs, mut classes) = (Vec::new(), Vec::new());
        for (row, count, class) in counts {
            inputs.extend([*row, 0, 0, 0].repeat(*count));
            classes.extend(vec![*class; *count]);
        }
        TrainingSet { architecture: wide(), inputs, labels: Labels::Classes(classes) }
    }

    fn split(data: &TrainingSet, validation_share: f64, seed: u64) -> Split {
        Split::new(data, &TrainConfig { validation_share, seed, ..TrainConfig::default() })
    }

    fn fold(data: &TrainingSet, number: u8, of: u8) -> Split {
        let fold = Some(Fold { number, of });
        Split::new(data, &TrainConfig { fold, seed: 1, ..TrainConfig::default() })
    }

    #[test]
    fn each_class_gives_its_share() {
        let classes = (0..100).map(|sample| u8::from(sample % 5 == 0)).collect();
        let split = split(&data(classes), 0.25, 1);
        let ones = |samples: &[u32]| samples.iter().filter(|sample| *sample % 5 == 0).count();
        assert_eq!((split.validation.len(), ones(&split.validation)), (25, 5));
        assert_eq!((split.training.len(), ones(&split.training)), (75, 15));
        let mut all = [split.training, split.validation].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
    }

    #[test]
    fn a_class_with_one_sample_keeps_it_for_training() {
        let split = split(&data(vec![0, 0, 0, 0, 1]), 0.9, 1);
        assert!(split.training.contains(&4));
        assert_eq!(split.training.len(), 2);
    }

    #[test]
    fn samples_without_classes_are_split_by_chance() {
        let architecture = tiny_with(number_head(18));
        let labels = Labels::Numbers((0..40).collect());
        let inputs = (0..40).flat_map(|row| [row % 4, row / 4 % 4, row / 16, 0]).collect();
        let split = split(&TrainingSet { architecture, inputs, labels }, 0.25, 1);
        assert_eq!((split.training.len(), split.validation.len()), (30, 10));
        assert!(split.validation != (0..10).collect::<Vec<u32>>());
    }

    #[test]
    fn an_epoch_is_judged_by_all_training_samples_or_by_some_that_the_seed_draws() {
        let few = split(&data(vec![0; 200]), 0.5, 1);
        assert_eq!(few.judged, few.training);
        let many = data((0..5000).map(|sample| u8::from(sample % 5 == 0)).collect());
        let [one, other] = [1, 2].map(|seed| split(&many, 0.1, seed));
        assert_eq!((one.training.len(), one.judged.len()), (4500, 2048));
        assert!(one.judged.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(one.judged.iter().all(|sample| one.training.binary_search(sample).is_ok()));
        // A fifth of them in the mean, with a standard deviation of 13.
        let ones = one.judged.iter().filter(|sample| *sample % 5 == 0).count();
        assert!((330..490).contains(&ones), "{ones}");
        assert_ne!(one.judged, other.judged);
        let last = TrainConfig { keep: Keep::Last, ..TrainConfig::default() };
        assert_eq!(Split::new(&many, &last).judged.len(), 256);
    }

    #[test]
    fn the_seed_decides() {
        let data = data(vec![0; 200]);
        let first = split(&data, 0.5, 1);
        assert_eq!(first, split(&data, 0.5, 1));
        assert_ne!(first, split(&data, 0.5, 2));
    }

    #[test]
    fn equal_rows_share_a_group_and_no_others_do() {
        let data = copies(&[(7, 2, 0), (9, 1, 1), (7, 1, 1)]);
        assert_eq!(equal_rows(&data), [0, 0, 1, 0]);
    }

    fn inputs_of<'a>(data: &'a TrainingSet, samples: &[u32]) -> Vec<&'a [u16]> {
        samples.iter().map(|sample| data.sample(*sample as usize).unwrap().0).collect()
    }

    #[test]
    fn samples_with_equal_inputs_are_never_divided() {
        let rows: Vec<(u16, usize, u8)> =
            (0..60u16).map(|row| (row, 1 + usize::from(row % 7), 0)).collect();
        let data = copies(&rows);
        let splits = (0..5).map(|number| fold(&data, number, 5));
        for Split { training, validation, .. } in splits.chain([split(&data, 0.2, 3)]) {
            assert!(!validation.is_empty());
            let trained = inputs_of(&data, &training);
            assert!(inputs_of(&data, &validation).iter().all(|row| !trained.contains(row)));
        }
    }

    #[test]
    fn a_group_is_taken_if_it_fits_by_half() {
        // Twenty samples are wanted.
        let taken = |size| {
            let data = copies(&[(1, size, 0), (2, 200 - size, 0)]);
            split(&data, 0.1, 1).validation.len()
        };
        assert_eq!(taken(40), 40);
        assert_eq!(taken(41), 0);
    }

    #[test]
    fn folds_are_parts_of_all_samples_and_of_each_class() {
        let data = data((0..100).map(|sample| u8::from(sample % 5 == 0)).collect());
        let mut judged = Vec::new();
        for number in 0..4 {
            let Split { training, validation, .. } = fold(&data, number, 4);
            assert_eq!((training.len(), validation.len()), (75, 25));
            assert_eq!(validation.iter().filter(|sample| *sample % 5 == 0).count(), 5);
            assert!(validation.iter().all(|sample| training.binary_search(sample).is_err()));
            judged.extend(validation);
        }
        judged.sort_unstable();
        assert!(judged.into_iter().eq(0..100));
        assert_ne!(fold(&data, 0, 4), fold(&data, 1, 4));
    }

    #[test]
    fn a_class_of_which_all_rows_are_equal_is_trained_on_in_every_fold() {
        let rows: Vec<(u16, usize, u8)> =
            (0..20u16).map(|row| (row, 1, 0)).chain([(50, 3, 1)]).collect();
        let data = copies(&rows);
        for number in 0..5 {
            assert!(fold(&data, number, 5).training.ends_with(&[20, 21, 22]));
        }
    }

    #[test]
    fn without_a_share_everything_is_trained_on() {
        let data = data(vec![0; 50]);
        assert_eq!(split(&data, 0.0, 1).training.len(), 50);
        assert!(split(&data, 0.0, 1).validation.is_empty());
    }
}
