//! What a quick model reaches: a network with the hidden layers of the shape, on the same rows as
//! the simple models. It computes with floats, and its work is bounded by rows and passes and not
//! by time, so the same table gives the same result.

use super::{
    linear,
    logistic::{
        add, best, dot, samples, share_of_rows, shares_of_classes, to_probabilities, weights,
        width, Adam, Samples, Scaling, Tested,
    },
    Row,
};
use crate::metric::Metric;
use nocknock_primitives::model::Architecture;
use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// Products of weights and inputs in a whole training, about. They take about a second.
const PRODUCTS: usize = 1 << 30;

/// Most passes over the rows.
const MOST_PASSES: usize = 60;

/// Fewest passes over the rows. Tables are thinned out before, so this many are bounded as well.
const LEAST_PASSES: usize = 4;

/// Rows of a step.
const BATCH: usize = 32;

/// How far a weight moves in the first step. It is less from step to step.
const RATE: f32 = 0.01;

/// How strongly weights are drawn towards nothing.
const DECAY: f32 = 0.1;

/// What decides the first weights and the order of the rows.
const SEED: u64 = 0;

/// The share of held-back rows that the model is right about.
pub(super) fn accuracy(rows: &[Row], classes: usize, architecture: &Architecture) -> f64 {
    share_of_rows(&tested(rows, classes, architecture, Metric::Accuracy))
}

/// The same for each class, if each counts the same in training.
pub(super) fn of_classes(rows: &[Row], classes: usize, architecture: &Architecture) -> Vec<f64> {
    shares_of_classes(&tested(rows, classes, architecture, Metric::BalancedAccuracy))
}

/// For each held-back row its number, and what the model of the other rows answers.
pub(super) fn answers(
    inputs: &[&[u16]],
    numbers: &[f64],
    architecture: &Architecture,
) -> Vec<(f64, f64)> {
    let (held_back, training) = linear::parts(inputs, numbers);
    let (rows, numbers): (Vec<&[u16]>, Vec<f64>) = training.into_iter().unzip();
    let scaling = Scaling::of(&rows);
    let unit = Unit::of(&numbers);
    let targets: Vec<f32> = numbers.iter().map(|number| unit.target(*number)).collect();
    let mut network = Network::new(scaling.width(), architecture, 1);
    network.train(&scaling.values(&rows), |row, outputs| {
        let target = targets.get(row).copied().unwrap_or_default();
        // Numbers far from all others pull no more than those that are a unit off.
        outputs.iter_mut().for_each(|output| *output = (*output - target).clamp(-1.0, 1.0));
    });
    let answer = |inputs: &[u16]| {
        let outputs = network.outputs(&scaling.values(&[inputs]));
        unit.number(outputs.first().copied().unwrap_or_default())
    };
    held_back.into_iter().map(|(inputs, number)| (number, answer(inputs))).collect()
}

fn tested(
    rows: &[Row],
    classes: usize,
    architecture: &Architecture,
    metric: Metric,
) -> Vec<Tested> {
    let (held_back, training) = samples(rows, classes);
    let network = of_samples(&training, classes, architecture, metric);
    held_back.tested(classes, |inputs| best(&network.outputs(inputs)))
}

/// A model that tells the classes of samples apart.
fn of_samples(
    samples: &Samples,
    classes: usize,
    architecture: &Architecture,
    metric: Metric,
) -> Network {
    let rows = samples.classes.len() as f32;
    let shares = weights(&samples.classes, classes, metric);
    let mut network = Network::new(samples.width, architecture, classes);
    network.train(&samples.values, |row, outputs| {
        let class = samples.classes.get(row).copied().unwrap_or_default();
        let weight = rows * shares.get(class).copied().unwrap_or_default();
        to_probabilities(outputs);
        if let Some(right) = outputs.get_mut(class) {
            *right -= 1.0;
        }
        outputs.iter_mut().for_each(|slope| *slope *= weight);
    });
    network
}

/// The unit in which numbers are learnt, and where they are counted from.
struct Unit {
    mean: f64,
    size: f64,
}

impl Unit {
    /// Of numbers that are this much off their mean, on average.
    fn of(numbers: &[f64]) -> Self {
        let share = 1.0 / numbers.len().max(1) as f64;
        let mean: f64 = numbers.iter().map(|number| share * number).sum();
        let off: f64 = numbers.iter().map(|number| share * (number - mean).abs()).sum();
        let is_usable = off > 0.0 && off.is_finite();
        Self { mean, size: if is_usable { off } else { 1.0 } }
    }

    fn target(&self, number: f64) -> f32 {
        ((number - self.mean) / self.size) as f32
    }

    fn number(&self, output: f32) -> f64 {
        self.mean + self.size * f64::from(output)
    }
}

/// Layers, each of which takes what the one before it gives.
struct Network {
    layers: Vec<Layer>,
}

/// A weight of each input for each unit.
struct Layer {
    /// Inputs of a unit, with a one and zeros behind them.
    width: usize,
    weights: Vec<f32>,
}

impl Layer {
    fn new(width: usize, units: usize, random: &mut ChaCha20Rng) -> Self {
        let most = (6.0 / width.max(1) as f32).sqrt();
        let weight = |number: u32| most * (2.0 * (number as f32 / u32::MAX as f32) - 1.0);
        let count = width.saturating_mul(units);
        let weights = std::iter::repeat_with(|| weight(random.next_u32())).take(count);
        Self { width, weights: weights.collect() }
    }

    fn sums(&self, inputs: &[f32]) -> Vec<f32> {
        self.weights.chunks_exact(self.width).map(|weights| dot(weights, inputs)).collect()
    }

    /// How the loss changes with what the layer gets. Sums below zero were cut off.
    fn slopes_before(&self, inputs: &[f32], slopes: &[f32]) -> Vec<f32> {
        let mut before = vec![0.0; self.width];
        for (weights, slope) in self.weights.chunks_exact(self.width).zip(slopes) {
            add(&mut before, *slope, weights);
        }
        let inputs = before.iter_mut().zip(inputs);
        inputs.filter(|(_, input)| **input <= 0.0).for_each(|(slope, _)| *slope = 0.0);
        before
    }
}

impl Network {
    /// With first weights, for rows of so many numbers.
    fn new(inputs: usize, architecture: &Architecture, outputs: usize) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(SEED);
        let hidden = architecture.hidden.iter().map(|layer| usize::from(layer.units));
        let mut before = inputs;
        let mut layers = Vec::new();
        for units in hidden.chain([outputs]) {
            layers.push(Layer::new(before, units, &mut random));
            before = width(units);
        }
        Self { layers }
    }

    fn outputs(&self, inputs: &[f32]) -> Vec<f32> {
        self.pass(inputs).pop().unwrap_or_default()
    }

    /// What each layer gets, and the outputs behind that.
    fn pass(&self, inputs: &[f32]) -> Vec<Vec<f32>> {
        let mut passed = vec![inputs.to_vec()];
        for layer in &self.layers {
            let sums = passed.last().map(|inputs| layer.sums(inputs)).unwrap_or_default();
            let is_last = passed.len() == self.layers.len();
            passed.push(if is_last { sums } else { cut(sums) });
        }
        passed
    }

    /// Learns from rows, which lie one behind the other. `slopes` makes of the number of a row and
    /// the outputs for it how its loss changes with each of them.
    fn train(&mut self, rows: &[f32], slopes: impl Fn(usize, &mut [f32])) {
        let mut random = ChaCha20Rng::seed_from_u64(SEED);
        let width = self.layers.first().map_or(1, |layer| layer.width);
        let rows: Vec<&[f32]> = rows.chunks_exact(width).collect();
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut steps = Steps::of(self, rows.len());
        for _ in 0..self.passes(rows.len()) {
            order.sort_by_cached_key(|_| random.next_u64());
            for batch in order.chunks(BATCH) {
                let mut gradient = self.gradient();
                let batch = batch.iter().filter_map(|row| Some((*row, *rows.get(*row)?)));
                for (row, inputs) in batch {
                    self.learn(inputs, |outputs| slopes(row, outputs), &mut gradient);
                }
                steps.take(self, &gradient);
            }
        }
    }

    /// As many passes as the work allows.
    fn passes(&self, rows: usize) -> usize {
        let products: usize = self.layers.iter().map(|layer| layer.weights.len()).sum();
        let pass = products.saturating_mul(rows).max(1);
        (PRODUCTS / pass).clamp(LEAST_PASSES, MOST_PASSES)
    }

    /// Room for the slopes of all weights.
    fn gradient(&self) -> Vec<Vec<f32>> {
        self.layers.iter().map(|layer| vec![0.0; layer.weights.len()]).collect()
    }

    /// Adds the slopes of a row.
    fn learn(&self, inputs: &[f32], slopes: impl Fn(&mut [f32]), gradient: &mut [Vec<f32>]) {
        let mut passed = self.pass(inputs);
        let mut slope = passed.pop().unwrap_or_default();
        slopes(&mut slope);
        let layers = self.layers.iter().zip(&passed).zip(gradient).enumerate();
        for (place, ((layer, inputs), gradient)) in layers.rev() {
            for (gradient, slope) in gradient.chunks_exact_mut(layer.width).zip(&slope) {
                add(gradient, *slope, inputs);
            }
            if place > 0 {
                slope = layer.slopes_before(inputs, &slope);
            }
        }
    }
}

/// What a hidden layer gives: its sums, none below zero, and then a one and zeros.
fn cut(mut sums: Vec<f32>) -> Vec<f32> {
    let width = width(sums.len());
    sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
    sums.push(1.0);
    sums.resize(width, 0.0);
    sums
}

/// The steps of a training, which become shorter.
struct Steps {
    adams: Vec<Adam>,
    taken: usize,
    all: usize,
}

impl Steps {
    fn of(network: &Network, rows: usize) -> Self {
        let adams = network.layers.iter().map(|layer| Adam::new(layer.weights.len())).collect();
        let all = network.passes(rows).saturating_mul(rows.div_ceil(BATCH));
        Self { adams, taken: 0, all }
    }

    /// Moves the weights against the slopes of the rows of a step.
    fn take(&mut self, network: &mut Network, gradient: &[Vec<f32>]) {
        let rate = RATE * (1.0 - self.taken as f32 / self.all.max(1) as f32);
        self.taken = self.taken.saturating_add(1);
        let step = i32::try_from(self.taken).unwrap_or(i32::MAX);
        let layers = network.layers.iter_mut().zip(&mut self.adams).zip(gradient);
        for ((layer, adam), gradient) in layers {
            layer.weights.iter_mut().for_each(|weight| *weight *= 1.0 - rate * DECAY);
            adam.step(&mut layer.weights, gradient, step, rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::names::named;

    fn shape(name: &str) -> Architecture {
        named(name).unwrap()
    }

    /// Two inputs that look random.
    fn pair(place: usize) -> [u16; 2] {
        let number = u16::try_from(place).unwrap();
        [number.wrapping_mul(40_503) >> 8, number.wrapping_mul(30_011) >> 8]
    }

    fn rows(count: usize, class: impl Fn(u16, u16) -> u8) -> Vec<Row> {
        let row = |place: usize| {
            let inputs = pair(place);
            Row { place, inputs: inputs.to_vec(), class: class(inputs[0], inputs[1]) }
        };
        (0..count).map(row).collect()
    }

    /// Whether both inputs are large or both are small, which no line tells.
    fn corners(count: usize) -> Vec<Row> {
        rows(count, |a, b| u8::from((a > 127) == (b > 127)))
    }

    #[test]
    fn what_no_line_separates_is_learnt_with_hidden_layers() {
        for name in ["table-128x64x2", "table-128x64x32x2"] {
            let reached = accuracy(&corners(1_000), 2, &shape(name));
            assert!(reached > 0.9, "{name}: {reached}");
        }
        let reached = accuracy(&corners(1_000), 2, &shape("embed-512x10"));
        assert!(reached < 0.7, "without a hidden layer: {reached}");
    }

    #[test]
    fn a_rare_class_is_seen_where_each_class_counts_the_same() {
        let uneven = rows(800, |a, b| u8::from(a > 127 && b.is_multiple_of(8)));
        let shares = of_classes(&uneven, 2, &shape("table-128x64x2"));
        assert!(shares[1] > 0.2 && shares[0] > 0.2, "{shares:?}");
    }

    fn mean_error(number: impl Fn([u16; 2]) -> f64, count: usize) -> f64 {
        let rows: Vec<[u16; 2]> = (0..count).map(pair).collect();
        let numbers: Vec<f64> = rows.iter().map(|row| number(*row)).collect();
        let inputs: Vec<&[u16]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = answers(&inputs, &numbers, &shape("value-128x64-within"));
        let errors = found.iter().map(|(number, answer)| (number - answer).abs());
        errors.sum::<f64>() / found.len().max(1) as f64
    }

    #[test]
    fn numbers_are_learnt_that_are_no_sum_of_the_inputs() {
        let product = |row: [u16; 2]| {
            let [a, b] = row.map(|input| f64::from(input) - 127.5);
            a * b
        };
        // The mean is off by about 4,000.
        let error = mean_error(product, 1_000);
        assert!(error < 1_500.0, "{error}");
    }

    #[test]
    fn few_rows_and_constant_numbers_are_no_harm() {
        for count in 0..4 {
            let share = accuracy(&corners(count), 2, &shape("table-128x64x2"));
            assert!((0.0..=1.0).contains(&share), "{count} rows: {share}");
            assert!(mean_error(|row| f64::from(row[0]), count).is_finite(), "{count} rows");
        }
        assert!(mean_error(|_| 5.0, 100) < 0.5);
    }

    #[test]
    fn the_same_rows_give_the_same_share() {
        let share = || accuracy(&corners(200), 2, &shape("table-128x64x2"));
        assert_eq!(share().to_bits(), share().to_bits());
    }

    #[test]
    fn the_work_is_bounded_by_passes() {
        let network = Network::new(width(128), &shape("table-128x64x2"), 2);
        assert_eq!(network.passes(10), MOST_PASSES);
        assert_eq!(network.passes(16_000), PRODUCTS / (16_000 * (136 * 64 + 72 * 2)));
        assert_eq!(network.passes(10_000_000), LEAST_PASSES);
    }

    #[test]
    fn slopes_are_those_of_the_loss() {
        let mut network = Network::new(width(2), &shape("table-128x64x2"), 1);
        let inputs = [0.3, -0.7, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let mut gradient = network.gradient();
        network.learn(&inputs, |_| (), &mut gradient);
        // The loss is half the square of the output, so its slope by the output is the output.
        let loss = |network: &Network| network.outputs(&inputs)[0].powi(2) / 2.0;
        for (layer, weight) in [(0, 0), (0, 9), (0, 26), (1, 3), (1, 64)] {
            let before = network.layers[layer].weights[weight];
            let mut at = |offset: f32| {
                network.layers[layer].weights[weight] = before + offset;
                loss(&network)
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            at(0.0);
            let found = gradient[layer][weight];
            assert!((slope - found).abs() < 1e-2 * (1.0 + slope.abs()), "{slope} {found}");
        }
    }
}
