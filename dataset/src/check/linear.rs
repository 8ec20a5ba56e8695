//! What the simplest model of numbers reaches that learns at all: linear regression. A quick model
//! is measured on the same rows.

use rand_chacha::{
    rand_core::{RngCore, SeedableRng},
    ChaCha20Rng,
};

/// One of so many rows is held back.
const PARTS: usize = 5;

/// Most inputs of all rows together that take part.
const MOST_INPUTS: usize = 1 << 21;

/// Steps towards the best weights, each along a direction of its own.
const STEPS: usize = 200;

/// How strongly large weights are held back, for each row.
const PENALTY: f64 = 1e-4;

/// What is left of the slope is nothing.
const TINY: f64 = 1e-18;

/// What decides which rows are held back.
const SEED: u64 = 0;

/// For each held-back row its number, and what a linear regression on the other rows answers.
pub(super) fn answers(inputs: &[&[u16]], numbers: &[f64]) -> Vec<(f64, f64)> {
    let (held_back, training) = parts(inputs, numbers);
    let model = Model::train(&training);
    held_back.iter().map(|(inputs, number)| (*number, model.answer(inputs))).collect()
}

/// A row and its number.
pub(super) type Known<'a> = (&'a [u16], f64);

/// A fifth of the rows and all others, as far as they take part.
pub(super) fn parts<'a>(inputs: &[&'a [u16]], numbers: &[f64]) -> (Vec<Known<'a>>, Vec<Known<'a>>) {
    let mut held_back = shuffled(inputs, numbers);
    let training = held_back.split_off(held_back.len().div_ceil(PARTS));
    (held_back, training)
}

/// The rows in an order of chance, as many as are quickly learnt.
fn shuffled<'a>(inputs: &[&'a [u16]], numbers: &[f64]) -> Vec<Known<'a>> {
    let mut random = ChaCha20Rng::seed_from_u64(SEED);
    let mut rows: Vec<Known<'a>> = inputs.iter().copied().zip(numbers.iter().copied()).collect();
    rows.sort_by_cached_key(|_| random.next_u64());
    let width = inputs.first().map_or(1, |row| row.len().max(1));
    rows.truncate((MOST_INPUTS / width).max(PARTS));
    rows
}

/// A weight of each input, about the means of inputs and numbers.
struct Model {
    means: Vec<f64>,
    mean: f64,
    /// The unit in which numbers are learnt.
    unit: f64,
    weights: Vec<f64>,
}

impl Model {
    fn train(rows: &[Known<'_>]) -> Self {
        let width = rows.first().map_or(0, |(inputs, _)| inputs.len());
        let share = 1.0 / rows.len().max(1) as f64;
        let mut means = vec![0.0; width];
        let mut mean = 0.0;
        for (inputs, number) in rows {
            add(&mut means, share, inputs.iter().copied().map(f64::from));
            mean += share * number;
        }
        let off = rows.iter().map(|(_, number)| (number - mean).abs());
        let largest = off.fold(0.0, f64::max);
        let unit = if largest > 0.0 { largest } else { 1.0 };
        let mut model = Self { means, mean, unit, weights: Vec::new() };
        let rows: Vec<(Vec<f64>, f64)> = rows.iter().map(|row| model.scaled(row)).collect();
        model.weights = weights(&rows, width);
        model
    }

    fn scaled(&self, (inputs, number): &Known<'_>) -> (Vec<f64>, f64) {
        (self.centred(inputs).collect(), (number - self.mean) / self.unit)
    }

    fn centred<'a>(&'a self, inputs: &'a [u16]) -> impl Iterator<Item = f64> + 'a {
        // Inputs of any width are numbers of like size then.
        let most = self.means.iter().copied().fold(1.0, f64::max);
        inputs.iter().zip(&self.means).map(move |(input, mean)| (f64::from(*input) - mean) / most)
    }

    fn answer(&self, inputs: &[u16]) -> f64 {
        let products = self.centred(inputs).zip(&self.weights);
        self.mean + self.unit * products.map(|(input, weight)| input * weight).sum::<f64>()
    }
}

/// The weights with the least squared error and penalty, by conjugate gradients.
fn weights(rows: &[(Vec<f64>, f64)], width: usize) -> Vec<f64> {
    let mut weights = vec![0.0; width];
    let mut slope = vec![0.0; width];
    for (inputs, number) in rows {
        add(&mut slope, *number, inputs.iter().copied());
    }
    let mut direction = slope.clone();
    let mut size = dot(&slope, &slope);
    for _ in 0..STEPS {
        let image = curved(rows, &direction);
        let bend = dot(&direction, &image);
        if size <= TINY || bend <= 0.0 {
            break;
        }
        let step = size / bend;
        add(&mut weights, step, direction.iter().copied());
        add(&mut slope, -step, image.into_iter());
        let left = dot(&slope, &slope);
        let share = left / size;
        let directions = direction.iter_mut().zip(&slope);
        directions.for_each(|(direction, slope)| *direction = slope + share * *direction);
        size = left;
    }
    weights
}

/// How the slope changes along a direction.
fn curved(rows: &[(Vec<f64>, f64)], direction: &[f64]) -> Vec<f64> {
    let penalty = PENALTY * rows.len() as f64;
    let mut image: Vec<f64> = direction.iter().map(|part| penalty * part).collect();
    for (inputs, _) in rows {
        add(&mut image, dot(inputs, direction), inputs.iter().copied());
    }
    image
}

fn add(sums: &mut [f64], times: f64, parts: impl Iterator<Item = f64>) {
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += times * part);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: u16) -> Vec<[u16; 2]> {
        (0..count)
            .map(|row| [row.wrapping_mul(40_503) >> 8, row.wrapping_mul(30_011) >> 8])
            .collect()
    }

    fn mean_error(number: impl Fn(&[u16; 2]) -> f64, count: u16) -> f64 {
        let rows = rows(count);
        let numbers: Vec<f64> = rows.iter().map(number).collect();
        let inputs: Vec<&[u16]> = rows.iter().map(|row| row.as_slice()).collect();
        let found = answers(&inputs, &numbers);
        assert_eq!(found.len(), rows.len().div_ceil(PARTS));
        let errors = found.iter().map(|(number, answer)| (number - answer).abs());
        errors.sum::<f64>() / found.len().max(1) as f64
    }

    #[test]
    fn what_is_a_sum_of_the_inputs_is_learnt() {
        let sum = |row: &[u16; 2]| 3.0 * f64::from(row[0]) - 7.0 * f64::from(row[1]) + 1e6;
        assert!(mean_error(sum, 500) < 5.0, "{}", mean_error(sum, 500));
    }

    #[test]
    fn what_is_no_sum_is_not_learnt() {
        let product = |row: &[u16; 2]| {
            let [a, b] = row.map(|input| f64::from(input) - 127.5);
            a * b
        };
        assert!(mean_error(product, 500) > 1_000.0);
    }

    #[test]
    fn few_rows_and_constant_numbers_are_no_harm() {
        for count in [0, 2, 3, 100] {
            assert!(mean_error(|_| 5.0, count).abs() < 1e-9, "{count} rows");
        }
        for count in 1..4 {
            assert!(mean_error(|row| f64::from(row[0]), count).is_finite(), "{count} rows");
        }
    }
}
