//! What a model is worth, by its integers and the rule of its head.
//!
//! The score is what is proved. What else can be said about a model is in `measures` and
//! `importance`, and is not proved.

use super::{
    data::{Known, TrainingSet},
    loss::Loss,
};
use nocknock_primitives::model::{
    architecture::{Architecture, Goal, Head, Layer},
    weights::{LayerWeights, Weights},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

mod importance;
mod judges;
mod measures;

pub use importance::{importance, Importance};
pub use judges::{evaluate_each, importance_each, measure_each, Judge};
pub use measures::{
    constant_score, judged_samples, measure, CalibrationBin, ClassCounts, Measures,
    MEASURED_SAMPLES,
};

pub(crate) use measures::probabilities;

/// What a model is worth on some samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Samples that were judged.
    pub samples: u64,
    /// The score by the rule of the head, as it is proved.
    pub score: u64,
    /// The score of a model that is always right.
    pub perfect: u64,
    /// How the model errs.
    pub errors: Errors,
}

/// How a model errs, one kind for each head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errors {
    /// Which classes were taken for which.
    Classes(Confusion),
    /// The answers of each label.
    Labels(Vec<LabelCounts>),
    /// How far the outputs are from the numbers.
    Number(Distances),
}

/// How often samples of one class were taken for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// `C` lines for the true classes, each with `C` counts for the classes with the highest output
    /// and a last count for samples on which several outputs share the highest place.
    pub counts: Vec<Vec<u64>>,
}

/// The answers of one label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// It is there, and was named.
    pub right_yes: u64,
    /// It is there, and was not named.
    pub wrong_no: u64,
    /// It is not there, and was not named.
    pub right_no: u64,
    /// It is not there, and was named.
    pub wrong_yes: u64,
}

/// How far outputs are from the numbers that they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distances {
    /// The sum of all distances; as much as it can hold if it is larger.
    pub sum: u64,
    /// The largest distance.
    pub largest: u64,
}

/// What the outputs of a model say about a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// The class with strictly the highest output; nothing if several share that place.
    Class(Option<usize>),
    /// Which labels are named.
    Labels(Vec<bool>),
    /// The number.
    Number(i64),
}

impl Evaluation {
    /// Share of the perfect score, 0 to 1; 0 without samples.
    pub fn accuracy(&self) -> f64 {
        if self.perfect == 0 {
            0.0
        } else {
            self.score as f64 / self.perfect as f64
        }
    }

    fn empty(architecture: &Architecture) -> Self {
        let outputs = architecture.outputs();
        let errors = match architecture.head {
            Head::Classes { .. } => {
                Errors::Classes(Confusion { counts: vec![vec![0; outputs + 1]; outputs] })
            }
            Head::Labels { .. } => Errors::Labels(vec![LabelCounts::default(); outputs]),
            Head::Number { .. } => Errors::Number(Distances::default()),
        };
        Self { samples: 0, score: 0, perfect: 0, errors }
    }

    fn of(architecture: &Architecture, judged: &[Judged<'_>]) -> Self {
        let mut evaluation = Self::empty(architecture);
        for Judged { outputs, known } in judged {
            evaluation.add(&architecture.head, outputs, *known);
        }
        let count = u32::try_from(evaluation.samples).unwrap_or(u32::MAX);
        evaluation.perfect = architecture.max_score(count);
        evaluation
    }

    fn add(&mut self, head: &Head, outputs: &[i64], known: Known<'_>) {
        self.samples += 1;
        self.score += points(head, outputs, known);
        self.errors.add(outputs, known);
    }
}

impl Errors {
    fn add(&mut self, outputs: &[i64], known: Known<'_>) {
        match (self, known) {
            (Self::Classes(confusion), Known::Class(class)) => confusion.add(outputs, class),
            (Self::Labels(labels), Known::Set(set)) => {
                for ((counts, output), holds) in labels.iter_mut().zip(outputs).zip(set) {
                    counts.add(*output >= 0, *holds);
                }
            }
            (Self::Number(distances), Known::Number(number)) => distances.add(outputs, number),
            // Data is of the kind of its head.
            (Self::Classes(_) | Self::Labels(_) | Self::Number(_), _) => {}
        }
    }
}

impl Confusion {
    fn add(&mut self, outputs: &[i64], class: u8) {
        let Some(line) = self.counts.get_mut(usize::from(class)) else {
            return;
        };
        let place = strict_highest(outputs).unwrap_or(line.len() - 1);
        if let Some(count) = line.get_mut(place) {
            *count += 1;
        }
    }
}

impl LabelCounts {
    fn add(&mut self, named: bool, holds: bool) {
        let count = match (holds, named) {
            (true, true) => &mut self.right_yes,
            (true, false) => &mut self.wrong_no,
            (false, false) => &mut self.right_no,
            (false, true) => &mut self.wrong_yes,
        };
        *count += 1;
    }
}

impl Distances {
    fn add(&mut self, outputs: &[i64], number: u16) {
        let distance = distance(outputs, number);
        self.sum = self.sum.saturating_add(distance);
        self.largest = self.largest.max(distance);
    }
}

/// What a model says about a sample, and what is known of it.
struct Judged<'a> {
    outputs: Vec<i64>,
    known: Known<'a>,
}

/// Judges a model on samples of a data set. Samples that do not exist are passed over.
pub fn evaluate(weights: &Weights, data: &TrainingSet, samples: &[u32]) -> Evaluation {
    Evaluation::of(&data.architecture, &judge(weights, data, samples))
}

/// The same, with the mean loss of the integers. Each sample counts the same.
pub(crate) fn evaluate_with_loss(
    weights: &Weights,
    data: &TrainingSet,
    samples: &[u32],
    loss: Loss,
) -> (Evaluation, f64) {
    let judged = judge(weights, data, samples);
    let sum: f64 = judged.iter().map(|judged| loss_of(loss, judged)).sum();
    (Evaluation::of(&data.architecture, &judged), sum / judged.len().max(1) as f64)
}

fn judge<'a>(weights: &Weights, data: &'a TrainingSet, samples: &[u32]) -> Vec<Judged<'a>> {
    let layers: Vec<Layer> = data.architecture.layers().collect();
    let samples = samples.par_iter().with_min_len(32);
    let judged = samples.filter_map(|sample| {
        let (inputs, known) = data.sample(*sample as usize)?;
        Some(Judged { outputs: outputs_of(&layers, weights, inputs), known })
    });
    judged.collect()
}

fn loss_of(loss: Loss, judged: &Judged<'_>) -> f64 {
    let outputs: Vec<f32> = judged.outputs.iter().map(|output| *output as f32).collect();
    let mut out = Vec::with_capacity(outputs.len() + 1);
    match judged.known {
        Known::Class(class) => loss.extend_class(&mut out, &outputs, class.into(), 1.0),
        Known::Set(set) => {
            let targets: Vec<f32> = set.iter().map(|holds| f32::from(u8::from(*holds))).collect();
            loss.extend(&mut out, &outputs, &targets, 1.0);
        }
        Known::Number(number) => loss.extend(&mut out, &outputs, &[f32::from(number)], 1.0),
    }
    // The gradients stand before the loss.
    out.last().copied().map_or(0.0, f64::from)
}

/// The outputs `z` of a model for one sample. Weights and inputs that are missing count as zero.
///
/// The sums of a safe model fit easily. Those of any other may wrap around and mean nothing.
pub fn outputs(architecture: &Architecture, weights: &Weights, inputs: &[u16]) -> Vec<i64> {
    let layers: Vec<Layer> = architecture.layers().collect();
    outputs_of(&layers, weights, inputs)
}

/// What a model says about one sample.
pub fn predict(architecture: &Architecture, weights: &Weights, inputs: &[u16]) -> Prediction {
    let outputs = outputs(architecture, weights, inputs);
    match architecture.head {
        Head::Classes { .. } => Prediction::Class(strict_highest(&outputs)),
        Head::Labels { .. } => {
            Prediction::Labels(outputs.iter().map(|output| *output >= 0).collect())
        }
        Head::Number { .. } => Prediction::Number(outputs.first().copied().unwrap_or(0)),
    }
}

fn outputs_of(layers: &[Layer], weights: &Weights, inputs: &[u16]) -> Vec<i64> {
    let inputs = inputs.iter().map(|input| i64::from(*input)).collect();
    behind(layers, &weights.layers, inputs)
}

/// What some layers make of what comes in.
fn behind(layers: &[Layer], weights: &[LayerWeights], inputs: Vec<i64>) -> Vec<i64> {
    let layers = layers.iter().zip(weights);
    layers.fold(inputs, |values, (layer, weights)| activated(layer, sums(weights, &values)))
}

/// What a layer gives on.
fn activated(layer: &Layer, sums: impl Iterator<Item = i64>) -> Vec<i64> {
    match layer.activation {
        Some(activation) => sums.map(|sum| sum.max(0) >> activation.shift).collect(),
        None => sums.collect(),
    }
}

/// Unit by unit: the product of its weights with the inputs, and its bias.
fn sums<'a>(weights: &'a LayerWeights, inputs: &'a [i64]) -> impl Iterator<Item = i64> + 'a {
    let units = weights.weights.chunks(inputs.len().max(1));
    weights.biases.iter().zip(units).map(move |(bias, unit)| {
        let products = unit.iter().zip(inputs);
        products.fold(i64::from(*bias), |sum, (weight, input)| {
            sum.wrapping_add(i64::from(*weight).wrapping_mul(*input))
        })
    })
}

/// What a sample adds to the score.
fn points(head: &Head, outputs: &[i64], known: Known<'_>) -> u64 {
    match (*head, known) {
        (Head::Classes { best, .. }, Known::Class(class)) => {
            u64::from(is_among_best(outputs, usize::from(class), usize::from(best)))
        }
        (Head::Labels { .. }, Known::Set(set)) => {
            let right =
                outputs.iter().zip(set).filter(|(output, holds)| (**output >= 0) == **holds);
            right.count() as u64
        }
        (Head::Number { goal, .. }, Known::Number(number)) => {
            points_of_distance(goal, distance(outputs, number))
        }
        _ => 0,
    }
}

/// Whether the output of a class is strictly above all others but at most `best - 1`.
fn is_among_best(outputs: &[i64], class: usize, best: usize) -> bool {
    let Some(own) = outputs.get(class) else {
        return false;
    };
    let others = (0..).zip(outputs).filter(|(other, _)| *other != class);
    others.filter(|(_, output)| *output >= own).count() < best
}

fn points_of_distance(goal: Goal, distance: u64) -> u64 {
    match goal {
        Goal::AbsoluteError { cap } => u64::from(cap).saturating_sub(distance),
        Goal::Within { tolerance } => u64::from(distance <= u64::from(tolerance)),
    }
}

fn distance(outputs: &[i64], number: u16) -> u64 {
    outputs.first().copied().unwrap_or(0).abs_diff(number.into())
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
    use crate::{
        data::Labels,
        testing::{classes_head, ends_count, labels_head, tiny, tiny_with},
    };

    fn data(labels: Labels, head: Head) -> TrainingSet {
        TrainingSet {
            architecture: tiny_with(head),
            inputs: vec![3, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 3],
            labels,
        }
    }

    fn classes() -> TrainingSet {
        data(Labels::Classes(vec![0, 1, 1]), classes_head(2, 10))
    }

    #[test]
    fn outputs_are_those_of_the_formula() {
        // (3·3) >> 1 = 4 in the first unit, and then once that.
        assert_eq!(outputs(&tiny(), &ends_count(&tiny()), &[3, 0, 0, 1]), [4, 1]);
        let mut weights = ends_count(&tiny());
        weights.layers[0].biases = vec![-10, 7, 0];
        weights.layers[1].biases = vec![-8, 5];
        // max(9 − 10, 0) = 0; (3 + 7) >> 1 = 5.
        assert_eq!(outputs(&tiny(), &weights, &[3, 0, 0, 1]), [-8, 10]);
    }

    #[test]
    fn a_tie_is_neither_a_prediction_nor_correct() {
        let found = evaluate(&ends_count(&tiny()), &classes(), &[0, 1, 2]);
        assert_eq!((found.samples, found.score, found.perfect), (3, 2, 3));
        let counts = vec![vec![1, 0, 0], vec![0, 1, 1]];
        assert_eq!(found.errors, Errors::Classes(Confusion { counts }));
        assert_eq!(predict(&tiny(), &ends_count(&tiny()), &[3, 0, 0, 3]), Prediction::Class(None));
    }

    #[test]
    fn the_model_of_zeros_scores_nothing() {
        let zero = Weights::zero(&tiny());
        assert_eq!(evaluate(&zero, &classes(), &[0, 1, 2]).accuracy(), 0.0);
        assert_eq!(predict(&tiny(), &zero, &[1, 2, 3, 0]), Prediction::Class(None));
    }

    #[test]
    fn the_best_few_must_be_strictly_above_the_rest() {
        let outputs = [5, 9, 7, 7];
        let among = |class, best| is_among_best(&outputs, class, best);
        assert!(among(1, 1) && !among(2, 1));
        assert!(!among(2, 2), "the third is as high as the second");
        assert!(among(2, 3) && among(3, 3) && !among(0, 3));
        assert!(!among(4, 3));
    }

    #[test]
    fn each_right_label_counts() {
        let head = labels_head(2);
        let data = data(Labels::Sets(vec![true, true, false, true, true, true]), head);
        let mut weights = ends_count(&data.architecture);
        // The second label is named only where its output is 1 or more.
        weights.layers[1].biases = vec![0, -1];
        let found = evaluate(&weights, &data, &[0, 1, 2]);
        // Outputs 4 and −1, 0 and 3, 4 and 3.
        assert_eq!((found.score, found.perfect), (4, 6));
        let first = LabelCounts { right_yes: 2, wrong_yes: 1, ..LabelCounts::default() };
        let second = LabelCounts { right_yes: 2, wrong_no: 1, ..LabelCounts::default() };
        assert_eq!(found.errors, Errors::Labels(vec![first, second]));
        let named = predict(&data.architecture, &weights, &[3, 0, 0, 0]);
        assert_eq!(named, Prediction::Labels(vec![true, false]));
    }

    fn number(goal: Goal) -> Evaluation {
        let head = Head::Number { weight_bits: 4, bias_bits: 8, distance_bits: 18, goal };
        let data = data(Labels::Numbers(vec![4, 10, 60_000]), head);
        evaluate(&ends_count(&data.architecture), &data, &[0, 1, 2])
    }

    #[test]
    fn a_number_is_judged_by_its_distance() {
        // Outputs 4, 0 and 4: distances 0, 10 and 59,996.
        let found = number(Goal::AbsoluteError { cap: 100 });
        assert_eq!((found.score, found.perfect), (100 + 90, 300));
        assert_eq!(found.errors, Errors::Number(Distances { sum: 60_006, largest: 59_996 }));
        let found = number(Goal::Within { tolerance: 10 });
        assert_eq!((found.score, found.perfect), (2, 3));
        assert_eq!(number(Goal::Within { tolerance: 9 }).score, 1);
    }

    #[test]
    fn the_loss_of_integers_is_the_mean_of_the_samples() {
        let loss = Loss::Classes { logit: 0.5, smoothing: 0.0 };
        let (found, mean) = evaluate_with_loss(&ends_count(&tiny()), &classes(), &[0, 1, 2], loss);
        assert_eq!(found, evaluate(&ends_count(&tiny()), &classes(), &[0, 1, 2]));
        // Outputs 4 and 0 of class 0, 0 and 4 of class 1, 4 and 4 of class 1.
        let expected = (2.0 * (-2.0f64).exp().ln_1p() + 2f64.ln()) / 3.0;
        assert!((mean - expected).abs() < 1e-6, "{mean}, not {expected}");
        let (_, none) = evaluate_with_loss(&ends_count(&tiny()), &classes(), &[], loss);
        assert_eq!(none, 0.0);
    }

    #[test]
    fn each_head_has_a_loss() {
        let of = |loss, outputs: &[i64], known| {
            loss_of(loss, &Judged { outputs: outputs.to_vec(), known })
        };
        let labels = Loss::Labels { logit: 1.0, smoothing: 0.0 };
        let both = of(labels, &[0, 0], Known::Set(&[true, false]));
        assert!((both - 2.0 * 2f64.ln()).abs() < 1e-6, "{both}");
        let number = Loss::Number { error: 0.5, bend: 2.0 };
        // In proportion beyond 2: (10 − 2 + 2·2/4) / 2.
        assert_eq!(of(number, &[20], Known::Number(10)), 4.5);
    }

    #[test]
    fn samples_that_do_not_exist_are_passed_over() {
        assert_eq!(evaluate(&ends_count(&tiny()), &classes(), &[0, 9]).samples, 1);
        assert_eq!(evaluate(&ends_count(&tiny()), &classes(), &[]).accuracy(), 0.0);
    }
}
