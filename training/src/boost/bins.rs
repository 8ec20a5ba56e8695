//! The inputs of the samples, input by input, as numbers of bins.

use super::histogram::{Row, Sums};
use crate::data::TrainingSet;
use rayon::prelude::*;

/// The most bins of an input: their numbers are bytes.
const MOST_BINS: usize = 256;

/// The most bins of all inputs together.
const MOST_BINS_IN_ALL: usize = 1 << 18;

/// One input of all samples.
#[derive(Debug)]
pub(super) struct Column {
    /// Its place among the inputs.
    pub(super) input: u16,
    /// What ends each bin but the last: values up to it are within, larger ones in later bins.
    pub(super) thresholds: Vec<u16>,
    /// The bin of each sample.
    bins: Vec<u8>,
}

impl Column {
    /// An input of some samples, unless all have the same value, of which nothing can be learned.
    fn new(data: &TrainingSet, samples: &[u32], input: u16, most: usize) -> Option<Self> {
        let width = usize::from(data.architecture.inputs);
        let place = |sample: &u32| *sample as usize * width + usize::from(input);
        let values: Vec<u16> = samples.iter().map(|sample| data.inputs[place(sample)]).collect();
        let thresholds = thresholds(&values, most);
        // At most 255 of them.
        let bin = |value: &u16| thresholds.partition_point(|end| end < value) as u8;
        let bins = values.iter().map(bin).collect();
        (!thresholds.is_empty()).then_some(Self { input, thresholds, bins })
    }

    /// Number of bins.
    pub(super) fn count(&self) -> usize {
        self.thresholds.len() + 1
    }

    /// The bin of a row.
    pub(super) fn bin(&self, row: &Row) -> u8 {
        self.bins[row.sample as usize]
    }

    /// Fills a histogram with the sums of rows.
    pub(super) fn fill(&self, rows: &[Row], histogram: &mut [Sums]) {
        histogram.fill(Sums::default());
        for row in rows {
            histogram[usize::from(self.bin(row))].count(row);
        }
    }
}

/// The inputs in which samples differ.
pub(super) fn columns_of(data: &TrainingSet, samples: &[u32]) -> Vec<Column> {
    let inputs = data.architecture.inputs;
    let most = most_bins(inputs);
    let column = |input| Column::new(data, samples, input, most);
    (0..inputs).into_par_iter().filter_map(column).collect()
}

fn most_bins(inputs: u16) -> usize {
    (MOST_BINS_IN_ALL / usize::from(inputs).max(1)).min(MOST_BINS)
}

/// Ends of bins: halfway between neighbouring values if there are few enough of them, else between
/// those that lie on both sides of a quantile.
fn thresholds(values: &[u16], most: usize) -> Vec<u16> {
    let distinct = distinct(values);
    let all = distinct.len() <= most;
    let quantile = |before: usize| before * most / values.len();
    let pairs =
        distinct.windows(2).filter(|pair| all || quantile(pair[0].1) != quantile(pair[1].1));
    pairs.map(|pair| pair[0].0 + (pair[1].0 - pair[0].0) / 2).collect()
}

/// The different values in rising order, each with the number of smaller ones.
fn distinct(values: &[u16]) -> Vec<(u16, usize)> {
    let largest = values.iter().copied().max().unwrap_or(0);
    let mut counts = vec![0usize; usize::from(largest) + 1];
    for value in values {
        counts[usize::from(*value)] += 1;
    }
    let mut before = 0;
    let mut distinct = Vec::new();
    for (value, count) in (0..=largest).zip(counts).filter(|(_, count)| *count > 0) {
        distinct.push((value, before));
        before += count;
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        testing::{architecture, classes_head, tiny},
    };

    #[test]
    fn few_values_get_a_bin_each_and_ends_halfway() {
        assert_eq!(thresholds(&[9, 2, 2, 3, 9], 3), [2, 6]);
        assert!(thresholds(&[7, 7], 3).is_empty());
        assert_eq!(thresholds(&[0, u16::MAX], 256), [32_767]);
    }

    #[test]
    fn many_values_are_shared_out_evenly() {
        let values: Vec<u16> = (0..10_000).map(|value| value * 6).collect();
        let ends = thresholds(&values, 256);
        assert_eq!(ends.len(), 255);
        let inside = |pair: &[u16]| (pair[1] - pair[0]) / 6;
        assert!(ends.windows(2).all(|pair| (39..=40).contains(&inside(pair))));
        // One that is frequent takes the place of several.
        let frequent = [vec![0; 10_000], values].concat();
        assert_eq!(thresholds(&frequent, 256).len(), 128);
    }

    #[test]
    fn wide_samples_get_fewer_bins_for_each_input() {
        assert_eq!((most_bins(1), most_bins(1024)), (256, 256));
        assert_eq!(most_bins(4096), 64);
    }

    #[test]
    fn columns_hold_the_chosen_samples_and_leave_out_what_is_constant() {
        let data = TrainingSet {
            architecture: tiny(),
            inputs: vec![0, 1, 2, 3, 3, 1, 2, 0, 1, 0, 2, 0],
            labels: Labels::Classes(vec![0, 1, 0]),
        };
        let found = |samples: &[u32]| -> Vec<(u16, Vec<u16>, Vec<u8>)> {
            let columns = columns_of(&data, samples);
            columns.into_iter().map(|c| (c.input, c.thresholds, c.bins)).collect()
        };
        assert_eq!(found(&[1, 0]), [(0, vec![1], vec![1, 0]), (3, vec![1], vec![0, 1])]);
        let all = found(&[0, 1, 2]);
        assert_eq!(all[0], (0, vec![0, 2], vec![0, 2, 1]));
        assert_eq!(all.iter().map(|column| column.0).collect::<Vec<_>>(), [0, 1, 3]);
    }

    #[test]
    fn values_of_sixteen_bits_fill_all_bins() {
        let data = TrainingSet {
            architecture: architecture((1, 16), &[], classes_head(2, 40)),
            inputs: (0..1_000).map(|value| value * 65).collect(),
            labels: Labels::Classes(vec![0; 1_000]),
        };
        let samples: Vec<u32> = (0..1_000).collect();
        let columns = columns_of(&data, &samples);
        assert_eq!(columns[0].count(), 256);
        assert_eq!((columns[0].bins[0], columns[0].bins[999]), (0, 255));
    }
}
