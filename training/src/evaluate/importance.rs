//! What the columns of a table are worth to a model. It is not proved.

use super::{activated, behind, measures::drawn, points, sums, MEASURED_SAMPLES};
use crate::{
    data::{Known, TrainingSet},
    rng::{shuffle, stream, Purpose},
};
use nocknock_primitives::model::{
    architecture::{Architecture, Head, Layer},
    weights::Weights,
};
use rayon::prelude::*;
use serde::Serialize;
use std::ops::Range;

/// The most products of weights that are computed, so that it takes seconds.
const PRODUCTS: usize = 1 << 31;

/// What a model loses where the values of a column are exchanged among samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Importance {
    /// Samples by which it was measured.
    pub samples: u64,
    /// For each column the share of the perfect score that is lost. Below 0 the model does better
    /// without the column, or it is chance.
    pub lost: Vec<f64>,
}

/// Exchanges the values of one column after another among samples, by a seed, and judges the model
/// each time (permutation importance, Breiman, 2001). A column is given by its inputs. At most
/// [`MEASURED_SAMPLES`] samples are used, fewer where many columns meet a large model.
pub fn importance(
    weights: &Weights,
    data: &TrainingSet,
    samples: &[u32],
    columns: &[Range<usize>],
    seed: u64,
) -> Importance {
    let samples = drawn(samples, most_samples(&data.architecture, columns), seed);
    let opened = Opened::new(weights, data, &samples);
    let unmoved: Vec<u32> = (0..).take(opened.rows.len()).collect();
    let whole = opened.score(&(0..0), &unmoved);
    let count = u32::try_from(opened.rows.len()).unwrap_or(u32::MAX);
    let perfect = data.architecture.max_score(count).max(1);
    let lost = (1u64..).zip(columns).map(|(number, column)| {
        let mut order = unmoved.clone();
        shuffle(&mut stream(seed, Purpose::Measures { number }), &mut order);
        (whole as f64 - opened.score(column, &order) as f64) / perfect as f64
    });
    Importance { samples: count.into(), lost: lost.collect() }
}

/// With how many samples there are no more than [`PRODUCTS`], at least one.
fn most_samples(architecture: &Architecture, columns: &[Range<usize>]) -> usize {
    let layers: Vec<Layer> = architecture.layers().collect();
    let units = layers.first().map_or(0, |layer| layer.units);
    let inputs: usize = columns.iter().map(|column| column.len()).sum();
    let later: usize = layers.iter().skip(1).map(Layer::weight_count).sum();
    let of_columns = columns.len().saturating_mul(later.saturating_add(units));
    let products = units.saturating_mul(inputs).saturating_add(of_columns);
    (PRODUCTS / products.max(1)).clamp(1, MEASURED_SAMPLES)
}

/// A model that is asked again and again about the same samples.
struct Opened<'a> {
    head: &'a Head,
    weights: &'a Weights,
    layers: Vec<Layer>,
    rows: Vec<Row<'a>>,
}

/// A sample, and the sums of the first layer, of which a column changes little.
struct Row<'a> {
    inputs: &'a [u16],
    known: Known<'a>,
    sums: Vec<i64>,
}

impl<'a> Opened<'a> {
    fn new(weights: &'a Weights, data: &'a TrainingSet, samples: &[u32]) -> Self {
        let first = weights.layers.first();
        let samples = samples.par_iter().with_min_len(32);
        let rows = samples.filter_map(|sample| {
            let (inputs, known) = data.sample(*sample as usize)?;
            let values: Vec<i64> = inputs.iter().map(|input| i64::from(*input)).collect();
            Some(Row { inputs, known, sums: sums(first?, &values).collect() })
        });
        let architecture = &data.architecture;
        Self {
            head: &architecture.head,
            weights,
            layers: architecture.layers().collect(),
            rows: rows.collect(),
        }
    }

    /// The score where each sample has the values of another one in a column.
    fn score(&self, column: &Range<usize>, others: &[u32]) -> u64 {
        let rows = self.rows.par_iter().zip(others).with_min_len(32);
        let gained = rows.map(|(row, other)| {
            let other = self.rows.get(*other as usize).unwrap_or(row);
            points(self.head, &self.outputs(row, other, column), row.known)
        });
        gained.sum()
    }

    fn outputs(&self, row: &Row<'_>, other: &Row<'_>, column: &Range<usize>) -> Vec<i64> {
        let (Some((first, layers)), Some((weights, later))) =
            (self.layers.split_first(), self.weights.layers.split_first())
        else {
            return Vec::new();
        };
        let moved: Vec<(usize, i64)> =
            column.clone().filter_map(|place| row.moved(other, place)).collect();
        let units = weights.weights.chunks(row.inputs.len().max(1));
        let sums = row.sums.iter().zip(units).map(|(sum, unit)| {
            moved.iter().fold(*sum, |sum, (place, by)| {
                let weight = unit.get(*place).copied().map_or(0, i64::from);
                sum.wrapping_add(weight.wrapping_mul(*by))
            })
        });
        behind(layers, later, activated(first, sums))
    }
}

impl Row<'_> {
    /// By how much an input changes that takes the value of another sample, if it does.
    fn moved(&self, other: &Row<'_>, place: usize) -> Option<(usize, i64)> {
        let by = i64::from(*other.inputs.get(place)?) - i64::from(*self.inputs.get(place)?);
        (by != 0).then_some((place, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        evaluate::evaluate,
        testing::{narrow, narrow_heads, random_set, tiny},
    };
    use rand_chacha::ChaCha20Rng;

    fn rng() -> ChaCha20Rng {
        stream(5, Purpose::Split)
    }

    /// Weights that are small enough for their widths, and differ.
    fn weights(architecture: &Architecture) -> Weights {
        let mut weights = Weights::zero(architecture);
        for layer in &mut weights.layers {
            let numbers = layer.weights.iter_mut().chain(&mut layer.biases);
            (0i32..).zip(numbers).for_each(|(place, number)| *number = place * 7 % 11 - 5);
        }
        weights
    }

    /// Class 1 has at least 2 in the first input, and nothing else counts.
    fn first_input() -> (TrainingSet, Weights) {
        let inputs = (0..64u16).flat_map(|n| [n % 4, n / 4 % 4, n / 16 % 4, 3 - n % 4]);
        let data = TrainingSet {
            architecture: tiny(),
            inputs: inputs.collect(),
            labels: Labels::Classes((0..64).map(|n| u8::from(n % 4 > 1)).collect()),
        };
        let mut weights = Weights::zero(&tiny());
        // The first unit is 0, 1, 2 and 3 where the first input is.
        weights.layers[0].weights[0] = 2;
        weights.layers[1].weights[0] = -2;
        weights.layers[1].biases = vec![3, 0];
        (data, weights)
    }

    #[test]
    fn a_column_is_worth_what_is_lost_without_it() {
        let (data, weights) = first_input();
        let samples: Vec<u32> = (0..64).collect();
        assert_eq!(evaluate(&weights, &data, &samples).score, 64);
        let found = importance(&weights, &data, &samples, &[0..1, 1..2, 1..4], 3);
        assert_eq!(found.samples, 64);
        // Half of the exchanged values are of the other class.
        assert!((found.lost[0] - 0.5).abs() < 0.2, "{:?}", found.lost);
        assert_eq!(found.lost[1..], [0.0, 0.0]);
        assert_eq!(found, importance(&weights, &data, &samples, &[0..1, 1..2, 1..4], 3));
    }

    /// What is computed from the sums of the first layer is what the model says.
    #[test]
    fn exchanged_values_are_judged_as_if_they_stood_in_the_data() {
        for head in narrow_heads() {
            let data = random_set(&narrow(head), 20, &mut rng());
            let weights = weights(&data.architecture);
            let samples: Vec<u32> = (0..20).collect();
            let opened = Opened::new(&weights, &data, &samples);
            let order: Vec<u32> = samples.iter().map(|sample| (sample * 3 + 1) % 20).collect();
            let mut moved = data.clone();
            for (sample, other) in order.iter().enumerate() {
                for input in 2..5 {
                    moved.inputs[sample * 10 + input] = data.inputs[*other as usize * 10 + input];
                }
            }
            assert_ne!(moved.inputs, data.inputs);
            let expected = evaluate(&weights, &moved, &samples).score;
            assert_eq!(opened.score(&(2..5), &order), expected);
        }
    }

    #[test]
    fn the_work_is_bounded() {
        let columns: Vec<Range<usize>> = (0..4).map(|input| input..input + 1).collect();
        assert_eq!(most_samples(&tiny(), &columns), MEASURED_SAMPLES);
        // More columns than any architecture has inputs.
        let many: Vec<Range<usize>> = (0..100_000).map(|_| 0..4).collect();
        // For each column three units, twice three weights, and four inputs of three units.
        let products = 100_000 * (3 + 6 + 12);
        assert_eq!(most_samples(&tiny(), &many), PRODUCTS / products);
    }

    #[test]
    fn without_samples_or_columns_nothing_is_lost() {
        let (data, weights) = first_input();
        assert_eq!(importance(&weights, &data, &[], &[0..1, 1..2], 3).lost, [0.0, 0.0]);
        assert!(importance(&weights, &data, &[0, 1], &[], 3).lost.is_empty());
    }
}
