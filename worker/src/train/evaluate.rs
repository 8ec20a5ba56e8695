//! What a model is worth, by the integer reference of the circuits and nothing else.

use super::data::TrainingSet;
use nocknock_circuits::reference;
use nocknock_primitives::model::{MlpShape, Weights};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How often rows of one class were taken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// `C` lines for the true classes, each with `C` counts for the predicted ones and a last
    /// count for rows without a prediction, which are ties.
    pub counts: Vec<Vec<u64>>,
}

/// What a model is worth on some rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Rows that were judged.
    pub rows: u64,
    /// Rows whose class has strictly the highest output.
    pub correct: u64,
    /// Which classes were taken for which.
    pub confusion: Confusion,
}

/// What one row shows.
struct Judged {
    label: usize,
    predicted: Option<usize>,
}

impl Evaluation {
    /// Share of correct rows, 0 to 1; 0 without rows.
    pub fn accuracy(&self) -> f64 {
        if self.rows == 0 {
            0.0
        } else {
            self.correct as f64 / self.rows as f64
        }
    }

    fn empty(classes: usize) -> Self {
        Self {
            rows: 0,
            correct: 0,
            confusion: Confusion { counts: vec![vec![0; classes + 1]; classes] },
        }
    }

    fn add(&mut self, judged: &Judged) {
        self.rows += 1;
        self.correct += u64::from(judged.predicted == Some(judged.label));
        let Some(line) = self.confusion.counts.get_mut(judged.label) else {
            return;
        };
        let place = judged.predicted.unwrap_or(line.len() - 1);
        if let Some(count) = line.get_mut(place) {
            *count += 1;
        }
    }
}

/// Judges a model on rows of a data set. Rows that do not exist are passed over.
pub fn evaluate(weights: &Weights, data: &TrainingSet, rows: &[u32]) -> Evaluation {
    let judged: Vec<Judged> = rows
        .par_iter()
        .with_min_len(32)
        .filter_map(|row| judge(weights, data, *row as usize))
        .collect();
    let mut evaluation = Evaluation::empty(usize::from(data.shape.classes));
    for row in &judged {
        evaluation.add(row);
    }
    evaluation
}

/// The class with strictly the highest output, or nothing if the highest two are equal.
pub fn predict(shape: &MlpShape, weights: &Weights, inputs: &[u16]) -> Option<usize> {
    strict_highest(&reference::outputs(shape, weights, inputs))
}

fn judge(weights: &Weights, data: &TrainingSet, row: usize) -> Option<Judged> {
    let (inputs, label) = data.row(row)?;
    Some(Judged { label: usize::from(label), predicted: predict(&data.shape, weights, inputs) })
}

fn strict_highest(outputs: &[i64]) -> Option<usize> {
    let highest = outputs.iter().max()?;
    let mut holders = (0..).zip(outputs).filter(|(_, output)| *output == highest);
    let (class, _) = holders.next()?;
    holders.next().is_none().then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_circuits::reference::score_block;
    use nocknock_primitives::model::{rows::Row, shape::DIGITS_64X32X10, shape::TINY_4X3X2};

    fn data() -> TrainingSet {
        TrainingSet {
            shape: TINY_4X3X2,
            inputs: vec![3, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 3],
            labels: vec![0, 1, 1],
        }
    }

    /// Class 0 if the first input is larger than the last.
    fn model() -> Weights {
        let mut weights = Weights::zero(&TINY_4X3X2);
        weights.hidden[0] = 3;
        weights.hidden[7] = 3;
        weights.output[0] = 1;
        weights.output[4] = 1;
        weights
    }

    #[test]
    fn a_tie_is_neither_a_prediction_nor_correct() {
        let found = evaluate(&model(), &data(), &[0, 1, 2]);
        assert_eq!((found.rows, found.correct), (3, 2));
        assert_eq!(found.confusion.counts, [[1, 0, 0], [0, 1, 1]]);
    }

    #[test]
    fn the_model_of_zeros_scores_nothing() {
        let zero = Weights::zero(&TINY_4X3X2);
        assert_eq!(evaluate(&zero, &data(), &[0, 1, 2]).accuracy(), 0.0);
        assert_eq!(predict(&TINY_4X3X2, &zero, &[1, 2, 3, 0]), None);
    }

    #[test]
    fn counts_are_those_of_the_score_that_is_proved() {
        use crate::train::rng::{below, stream, Purpose};
        let mut rng = stream(2, Purpose::Split);
        let shape = DIGITS_64X32X10;
        let mut weights = Weights::zero(&shape);
        for weight in weights.hidden.iter_mut().chain(&mut weights.output) {
            *weight = below(&mut rng, 63) as i32 - 31;
        }
        let rows = usize::from(shape.block_rows);
        let inputs: Vec<u16> = (0..rows * 64).map(|_| below(&mut rng, 16) as u16).collect();
        let labels: Vec<u8> = (0..rows).map(|_| below(&mut rng, 10) as u8).collect();
        let data = TrainingSet { shape, inputs, labels };
        let block: Vec<Row> = (0..rows)
            .filter_map(|row| data.row(row))
            .map(|(inputs, label)| Row::sample(&shape, inputs.to_vec(), label))
            .collect();
        let all: Vec<u32> = (0..195).collect();
        let proved = score_block(&shape, &weights, &block).unwrap();
        let found = evaluate(&weights, &data, &all);
        assert_eq!(found.correct, u64::from(proved.score));
        assert_eq!(found.rows, u64::from(proved.n_real));
        assert!(found.correct > 0);
    }
}
