//! What the simplest model reaches that learns at all: logistic regression. A quick model is
//! measured on the same rows.

use super::Row;
use crate::metric::Metric;
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// One of so many rows is held back.
const PARTS: usize = 5;

/// Most rows that take part.
const MOST_ROWS: usize = 20_000;

/// Most products of a pass over all rows, so that a wide table takes seconds, too.
const MOST_PRODUCTS: usize = 1 << 24;

/// Fewest rows that take part, if there are as many.
const LEAST_ROWS: usize = 1_000;

/// Passes over all rows.
const STEPS: i32 = 300;

/// How far a weight moves in a step.
const RATE: f32 = 0.05;

/// How slowly the means of gradients and of their squares forget.
const DECAYS: [f32; 2] = [0.9, 0.999];

/// Keeps a division by nearly nothing from being one by nothing.
const TINY: f32 = 1e-8;

/// How strongly large weights are held back.
const PENALTY: f32 = 1e-3;

/// Numbers that a processor may multiply at once.
const LANES: usize = 8;

/// What decides which rows are held back.
const SEED: u64 = 0;

/// The share of held-back rows that a logistic regression on the inputs of the others is right
/// about.
pub(super) fn accuracy(rows: &[Row], classes: usize) -> f64 {
    share_of_rows(&tested(rows, classes, Metric::Accuracy))
}

/// The share of the held-back rows of each class that it is right about if each class counts the
/// same in training. A class without such a row has the mean of the others.
pub(super) fn of_classes(rows: &[Row], classes: usize) -> Vec<f64> {
    shares_of_classes(&tested(rows, classes, Metric::BalancedAccuracy))
}

/// How many held-back rows of a class a model is right about, and how many there are.
pub(super) type Tested = (usize, usize);

/// The share of all held-back rows.
pub(super) fn share_of_rows(tested: &[Tested]) -> f64 {
    let (right, all) = tested.iter().fold((0usize, 0usize), |sum, of_class| {
        (sum.0.saturating_add(of_class.0), sum.1.saturating_add(of_class.1))
    });
    right as f64 / all.max(1) as f64
}

/// The share of those of each class. A class without any has the mean of the others.
pub(super) fn shares_of_classes(tested: &[Tested]) -> Vec<f64> {
    let share = |(right, all): &Tested| (*all > 0).then(|| *right as f64 / *all as f64);
    let shares: Vec<Option<f64>> = tested.iter().map(share).collect();
    let known = shares.iter().flatten();
    let mean = known.clone().sum::<f64>() / known.count().max(1) as f64;
    shares.into_iter().map(|share| share.unwrap_or(mean)).collect()
}

/// For each class how a model of the other rows does on those that are held back.
fn tested(rows: &[Row], classes: usize, metric: Metric) -> Vec<Tested> {
    let (held_back, training) = samples(rows, classes);
    let weights = weights(&training.classes, classes, metric);
    let model = Model::train(&training, &weights);
    held_back.tested(classes, |inputs| best(&model.scores(inputs)))
}

/// A fifth of the rows and all others, as numbers of like size.
pub(super) fn samples(rows: &[Row], classes: usize) -> (Samples, Samples) {
    let (held_back, training) = parts(rows, classes);
    let scaling = Scaling::of(&inputs(&training));
    (scaling.samples(&held_back), scaling.samples(&training))
}

fn inputs<'a>(rows: &[&'a Row]) -> Vec<&'a [u16]> {
    rows.iter().map(|row| row.inputs.as_slice()).collect()
}

/// How much a row of each class counts in training. All rows together count as one.
pub(super) fn weights(of_rows: &[usize], classes: usize, metric: Metric) -> Vec<f32> {
    let mut counts = vec![0usize; classes];
    for class in of_rows {
        if let Some(count) = counts.get_mut(*class) {
            *count += 1;
        }
    }
    let present = counts.iter().filter(|rows| **rows > 0).count();
    let weight = |rows: usize| match metric {
        Metric::Accuracy => 1.0 / of_rows.len().max(1) as f32,
        Metric::BalancedAccuracy => 1.0 / present.saturating_mul(rows).max(1) as f32,
    };
    counts.into_iter().map(weight).collect()
}

/// A fifth of the rows and all others, with the same share of each class as far as possible.
fn parts(rows: &[Row], classes: usize) -> (Vec<&Row>, Vec<&Row>) {
    let mut order = shuffled(rows);
    order.sort_by_key(|row| row.class);
    let inputs = rows.first().map_or(0, |row| row.inputs.len());
    let step = rows.len().div_ceil(most_rows(inputs, classes)).max(1);
    let (mut held_back, mut training) = (Vec::new(), Vec::new());
    for (place, row) in order.into_iter().step_by(step).enumerate() {
        if place.is_multiple_of(PARTS) {
            held_back.push(row);
        } else {
            training.push(row);
        }
    }
    (held_back, training)
}

fn shuffled(rows: &[Row]) -> Vec<&Row> {
    let mut random = ChaCha20Rng::seed_from_u64(SEED);
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_cached_key(|_| random.next_u64());
    order
}

fn most_rows(inputs: usize, classes: usize) -> usize {
    let products = width(inputs).saturating_mul(classes).max(1);
    (MOST_PRODUCTS / products).clamp(LEAST_ROWS, MOST_ROWS)
}

/// Room for the inputs of a row and for a one, which the bias belongs to.
pub(super) fn width(inputs: usize) -> usize {
    inputs.saturating_add(1).next_multiple_of(LANES)
}

/// For each input its mean, and the reciprocal of its standard deviation or 0.
pub(super) struct Scaling(Vec<(f64, f64)>);

impl Scaling {
    pub(super) fn of(rows: &[&[u16]]) -> Self {
        let inputs = rows.first().map_or(0, |row| row.len());
        let mut sums = vec![(0.0f64, 0.0f64); inputs];
        for row in rows {
            for ((sum, squares), input) in sums.iter_mut().zip(*row) {
                *sum += f64::from(*input);
                *squares += f64::from(*input) * f64::from(*input);
            }
        }
        let count = rows.len().max(1) as f64;
        let scale = |(sum, squares): (f64, f64)| {
            let mean = sum / count;
            let variance = squares / count - mean * mean;
            (mean, if variance > 1e-9 { 1.0 / variance.sqrt() } else { 0.0 })
        };
        Self(sums.into_iter().map(scale).collect())
    }

    fn samples(&self, rows: &[&Row]) -> Samples {
        let classes = rows.iter().map(|row| row.class.into()).collect();
        Samples { width: self.width(), values: self.values(&inputs(rows)), classes }
    }

    /// Numbers of a row.
    pub(super) fn width(&self) -> usize {
        width(self.0.len())
    }

    /// The inputs of each row as numbers around 0, followed by a one and by zeros.
    pub(super) fn values(&self, rows: &[&[u16]]) -> Vec<f32> {
        let width = self.width();
        let mut values = Vec::with_capacity(rows.len().saturating_mul(width));
        for row in rows {
            let inputs = self.0.iter().zip(*row);
            let scaled = |((mean, scale), input): (&(f64, f64), &u16)| {
                ((f64::from(*input) - mean) * scale) as f32
            };
            values.extend(inputs.map(scaled));
            values.push(1.0);
            values.resize(values.len().next_multiple_of(width), 0.0);
        }
        values
    }
}

/// Rows as numbers around 0, each followed by a one and by zeros.
pub(super) struct Samples {
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
    pub(super) classes: Vec<usize>,
}

impl Samples {
    /// For each class how a model does that answers so.
    pub(super) fn tested(
        &self,
        classes: usize,
        answer: impl Fn(&[f32]) -> Option<usize>,
    ) -> Vec<Tested> {
        let mut tested = vec![(0, 0); classes];
        for (inputs, class) in self.iter() {
            if let Some((right, all)) = tested.get_mut(class) {
                *right += usize::from(answer(inputs) == Some(class));
                *all += 1;
            }
        }
        tested
    }

    /// The numbers and the class of each row.
    fn iter(&self) -> impl Iterator<Item = (&[f32], usize)> + '_ {
        self.values.chunks_exact(self.width).zip(self.classes.iter().copied())
    }
}

/// For each class a weight of each number.
struct Model {
    width: usize,
    weights: Vec<f32>,
}

impl Model {
    /// Learns from samples of classes that count so much.
    fn train(samples: &Samples, shares: &[f32]) -> Self {
        let width = samples.width;
        let mut model = Self { width, weights: vec![0.0; width.saturating_mul(shares.len())] };
        let mut adam = Adam::new(model.weights.len());
        for step in 1..=STEPS {
            let gradient = model.gradient(samples, shares);
            adam.step(&mut model.weights, &gradient, step, RATE);
        }
        model
    }

    /// The slope of the mean loss.
    fn gradient(&self, samples: &Samples, shares: &[f32]) -> Vec<f32> {
        let mut gradient: Vec<f32> = self.weights.iter().map(|weight| PENALTY * weight).collect();
        for (inputs, class) in samples.iter() {
            let share = shares.get(class).copied().unwrap_or_default();
            let mut errors = self.probabilities(inputs);
            if let Some(right) = errors.get_mut(class) {
                *right -= 1.0;
            }
            for (slopes, error) in gradient.chunks_exact_mut(self.width).zip(errors) {
                add(slopes, error * share, inputs);
            }
        }
        gradient
    }

    fn probabilities(&self, inputs: &[f32]) -> Vec<f32> {
        let mut shares = self.scores(inputs);
        to_probabilities(&mut shares);
        shares
    }

    fn scores(&self, inputs: &[f32]) -> Vec<f32> {
        self.weights.chunks_exact(self.width).map(|weights| dot(weights, inputs)).collect()
    }
}

/// Makes shares of scores, which add up to one.
pub(super) fn to_probabilities(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - largest).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// The place of the largest score.
pub(super) fn best(scores: &[f32]) -> Option<usize> {
    let best = scores.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    best.map(|(class, _)| class)
}

/// Adds a multiple of some numbers to others.
pub(super) fn add(to: &mut [f32], factor: f32, numbers: &[f32]) {
    to.iter_mut().zip(numbers).for_each(|(to, number)| *to += factor * number);
}

/// The sum of the products, in lanes that do not wait for each other.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// The optimiser Adam: means of the gradients and of their squares.
pub(super) struct Adam {
    means: Vec<(f32, f32)>,
}

impl Adam {
    pub(super) fn new(weights: usize) -> Self {
        Self { means: vec![(0.0f32, 0.0f32); weights] }
    }

    /// Takes a step, counted from 1, of about `rate` for each weight.
    pub(super) fn step(&mut self, weights: &mut [f32], gradient: &[f32], step: i32, rate: f32) {
        let [decay, slow_decay] = DECAYS;
        let [known, slow_known] = DECAYS.map(|decay| 1.0 - decay.powi(step));
        let slopes = gradient.iter().zip(&mut self.means);
        for (weight, (slope, (mean, square))) in weights.iter_mut().zip(slopes) {
            *mean = decay * *mean + (1.0 - decay) * slope;
            *square = slow_decay * *square + (1.0 - slow_decay) * slope * slope;
            *weight -= rate * (*mean / known) / ((*square / slow_known).sqrt() + TINY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with two inputs that look random.
    fn rows(count: usize, class: impl Fn(u16, u16) -> u8) -> Vec<Row> {
        let row = |place: usize| {
            let number = u16::try_from(place).unwrap();
            let inputs = [number.wrapping_mul(40_503) >> 8, number.wrapping_mul(30_011) >> 8];
            Row { place, inputs: inputs.to_vec(), class: class(inputs[0], inputs[1]) }
        };
        (0..count).map(row).collect()
    }

    #[test]
    fn what_a_line_separates_is_learnt() {
        assert!(accuracy(&rows(600, |a, b| u8::from(a > b)), 2) > 0.95);
        let bands = rows(600, |a, b| if a + b < 150 { 0 } else { u8::from(a + b > 350) + 1 });
        assert!(accuracy(&bands, 3) > 0.85);
    }

    #[test]
    fn what_no_line_separates_is_not_learnt() {
        let corners = rows(600, |a, b| u8::from((a > 127) == (b > 127)));
        assert!(accuracy(&corners, 2) < 0.7);
    }

    /// About one row in 18 is of class 1. All that an input tells is that none with a small one is.
    fn uneven() -> Vec<Row> {
        rows(800, |a, b| u8::from(a > 127 && b.is_multiple_of(8)))
    }

    #[test]
    fn a_rare_class_is_seen_where_each_class_counts_the_same() {
        let tested = tested(&uneven(), 2, Metric::Accuracy);
        assert_eq!(tested[1].0, 0, "nothing is won by naming the rare class");
        let shares = of_classes(&uneven(), 2);
        assert!(shares[1] > 0.4 && shares[0] > 0.3, "{shares:?}");
    }

    #[test]
    fn rows_count_the_same_or_their_classes_do() {
        assert_eq!(weights(&[0, 0, 0, 1], 3, Metric::Accuracy), [0.25; 3]);
        let balanced = weights(&[0, 0, 0, 1], 3, Metric::BalancedAccuracy);
        assert_eq!(balanced[..2], [1.0 / 6.0, 0.5]);
    }

    #[test]
    fn a_class_of_which_no_row_is_held_back_has_the_mean_of_the_others() {
        let mut rows = rows(101, |a, _| u8::from(a > 127));
        rows.push(Row { place: 101, inputs: vec![0, 0], class: 2 });
        let shares = of_classes(&rows, 3);
        let held_back = tested(&rows, 3, Metric::BalancedAccuracy)[2].1;
        assert_eq!(held_back, 0);
        assert_eq!(shares[2], (shares[0] + shares[1]) / 2.0);
    }

    #[test]
    fn the_same_rows_give_the_same_share() {
        let rows = rows(100, |a, b| u8::from(a > b));
        assert_eq!(accuracy(&rows, 2), accuracy(&rows, 2));
    }

    #[test]
    fn the_rows_that_are_held_back_are_a_fifth_of_each_class() {
        let rows = rows(100, |a, _| u8::from(a > 127));
        let (held_back, training) = parts(&rows, 2);
        assert_eq!((held_back.len(), training.len()), (20, 80));
        let ones = |rows: &[&Row]| rows.iter().filter(|row| row.class == 1).count();
        assert!(ones(&held_back).abs_diff(ones(&training) / 4) <= 1);
    }

    #[test]
    fn few_rows_and_constant_inputs_are_no_harm() {
        for count in 0..4 {
            let share = accuracy(&rows(count, |a, _| u8::from(a > 127)), 2);
            assert!((0.0..=1.0).contains(&share), "{count} rows: {share}");
        }
    }

    #[test]
    fn a_wide_table_is_thinned_out() {
        assert_eq!(most_rows(10, 2), MOST_ROWS);
        assert_eq!(most_rows(784, 10), MOST_PRODUCTS / 7_920);
        assert_eq!(most_rows(4_096, 256), LEAST_ROWS);
    }
}
