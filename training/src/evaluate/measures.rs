//! What can be said about a model beside its score. None of it is proved.

use super::{judge, strict_highest, Confusion, Judged, LabelCounts};
use crate::{
    config::TrainConfig,
    data::{Known, TrainingSet},
    loss::Loss,
    rng::{shuffle, stream, Purpose},
    scale::ModelScale,
    split::Split,
};
use nocknock_primitives::{
    limits::MAX_CLASSES,
    model::{baseline::baseline, weights::Weights},
};
use serde::Serialize;

/// The most samples by which something is measured that takes more time than judging.
pub const MEASURED_SAMPLES: usize = 4_096;

/// Parts of equal width of the probabilities from 0 to 1.
const BINS: usize = 10;

/// How a model does about one class, or about one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCounts {
    /// Samples that it holds for.
    pub samples: u64,
    /// Samples for which the model names it.
    pub named: u64,
    /// Samples that it holds for and for which the model names it.
    pub right: u64,
}

/// What outputs say when they are read as probabilities.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// Samples by which it was measured.
    pub samples: u64,
    /// For each class or label the area under the curve of true and false alarms: how often a
    /// sample that it holds for has the higher probability of it than one that it does not hold
    /// for. None where there are no two such samples.
    pub auc: Vec<Option<f64>>,
    /// How often answers are right, by how sure the model is. Parts without an answer are left out.
    pub calibration: Vec<CalibrationBin>,
}

/// The answers of a model that is about as sure of each of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Number of answers.
    pub answers: u64,
    /// Mean of their probabilities.
    pub said: f64,
    /// Share of them that is right.
    pub right: f64,
}

impl ClassCounts {
    /// Share of the samples that it holds for which are found.
    pub fn recall(&self) -> Option<f64> {
        share(self.right, self.samples)
    }

    /// Share of the samples for which it is named that it holds for.
    pub fn precision(&self) -> Option<f64> {
        share(self.right, self.named)
    }

    /// The harmonic mean of recall and precision.
    pub fn f1(&self) -> Option<f64> {
        share(self.right.saturating_mul(2), self.samples.saturating_add(self.named))
    }
}

impl Confusion {
    /// The counts of each class. A sample that nothing is named for counts for its class alone.
    pub fn classes(&self) -> Vec<ClassCounts> {
        let named =
            |class: usize| self.counts.iter().filter_map(|line| line.get(class)).sum::<u64>();
        let lines = self.counts.iter().enumerate();
        let counts = lines.map(|(class, line)| ClassCounts {
            samples: line.iter().sum(),
            named: named(class),
            right: line.get(class).copied().unwrap_or_default(),
        });
        counts.collect()
    }

    /// The mean of the recalls of all classes that have samples.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        let recalls: Vec<f64> = self.classes().iter().filter_map(ClassCounts::recall).collect();
        (!recalls.is_empty()).then(|| recalls.iter().sum::<f64>() / recalls.len() as f64)
    }
}

impl LabelCounts {
    /// The same counts as those of a class.
    pub fn counts(&self) -> ClassCounts {
        ClassCounts {
            samples: self.right_yes + self.wrong_no,
            named: self.right_yes + self.wrong_yes,
            right: self.right_yes,
        }
    }
}

impl Measures {
    /// By how much probabilities and shares of right answers differ in the mean of the answers.
    pub fn calibration_error(&self) -> Option<f64> {
        let answers: u64 = self.calibration.iter().map(|bin| bin.answers).sum();
        let off = |bin: &CalibrationBin| bin.answers as f64 * (bin.said - bin.right).abs();
        let sum: f64 = self.calibration.iter().map(off).sum();
        (answers > 0).then(|| sum / answers as f64)
    }
}

/// The samples by which a training with these settings is judged in the end: those that it keeps
/// for validation, or all that it learns from if it keeps none.
pub fn judged_samples(data: &TrainingSet, config: &TrainConfig) -> Vec<u32> {
    let Split { training, validation, .. } = Split::new(data, config);
    if validation.is_empty() {
        training
    } else {
        validation
    }
}

/// The score of the best constant answer on samples, which needs no model. For numbers it may be a
/// little too high: see [`baseline`].
pub fn constant_score(data: &TrainingSet, samples: &[u32]) -> u64 {
    let mut counts = vec![0u32; MAX_CLASSES as usize];
    let mut add = |place: usize| {
        if let Some(count) = counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
    };
    for sample in samples {
        match data.sample(*sample as usize) {
            Some((_, Known::Class(class))) => add(class.into()),
            Some((_, Known::Set(set))) => {
                let held = set.iter().enumerate().filter(|(_, holds)| **holds);
                held.for_each(|(label, _)| add(label));
            }
            // As many numbers share a count as there are counts.
            Some((_, Known::Number(number))) => add(usize::from(number >> 8)),
            None => {}
        }
    }
    let count = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    baseline(&data.architecture, &counts, count)
}

/// Measures a model by samples, or by [`MEASURED_SAMPLES`] of them that the seed of the settings
/// draws. Probabilities are those of the loss that a training with the settings makes smaller. A
/// number has none.
pub fn measure(
    weights: &Weights,
    data: &TrainingSet,
    config: &TrainConfig,
    samples: &[u32],
) -> Measures {
    let judged = judge(weights, data, &drawn(samples, MEASURED_SAMPLES, config.seed));
    measures(ModelScale::calibrate(data, config).loss, &judged)
}

/// What the outputs say about samples, by a loss.
pub(super) fn measures(loss: Loss, judged: &[Judged<'_>]) -> Measures {
    let rows: Vec<Vec<f64>> =
        judged.iter().map(|judged| probabilities(loss, &judged.outputs)).collect();
    let outputs = rows.first().map_or(0, Vec::len);
    let of_output = |output: usize| {
        let rows = rows.iter().zip(judged);
        let said =
            rows.filter_map(|(row, judged)| Some((*row.get(output)?, holds(judged.known, output))));
        area(said.collect())
    };
    Measures {
        samples: judged.len() as u64,
        auc: (0..outputs).map(of_output).collect(),
        calibration: bins(rows.iter().zip(judged).flat_map(|(row, judged)| answers(row, judged))),
    }
}

/// So many of the samples at most, drawn by a seed, in rising order.
pub(super) fn drawn(samples: &[u32], most: usize, seed: u64) -> Vec<u32> {
    let mut drawn = samples.to_vec();
    if drawn.len() > most {
        shuffle(&mut stream(seed, Purpose::Measures { number: 0 }), &mut drawn);
        drawn.truncate(most);
        drawn.sort_unstable();
    }
    drawn
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// Whether a class or label holds.
fn holds(known: Known<'_>, output: usize) -> bool {
    match known {
        Known::Class(class) => usize::from(class) == output,
        Known::Set(set) => set.get(output).copied().unwrap_or_default(),
        Known::Number(_) => false,
    }
}

/// A probability for each class, which add up to 1, or for each label.
pub(crate) fn probabilities(loss: Loss, outputs: &[i64]) -> Vec<f64> {
    match loss {
        Loss::Classes { logit, .. } => {
            let highest = outputs.iter().copied().max().unwrap_or_default();
            let power = |output: &i64| (output.abs_diff(highest) as f64 * -f64::from(logit)).exp();
            let powers: Vec<f64> = outputs.iter().map(power).collect();
            let total: f64 = powers.iter().sum();
            powers.into_iter().map(|power| power / total).collect()
        }
        Loss::Labels { logit, .. } => {
            let probability =
                |output: &i64| 1.0 / (1.0 + (-(*output as f64) * f64::from(logit)).exp());
            outputs.iter().map(probability).collect()
        }
        Loss::Number { .. } => Vec::new(),
    }
}

/// How sure a model is of each of its answers about a sample, and whether it is right. A model says
/// one class, and yes or no to each label. A tie is wrong.
fn answers(row: &[f64], judged: &Judged<'_>) -> Vec<(f64, bool)> {
    match judged.known {
        Known::Class(class) => {
            let highest = row.iter().copied().fold(0.0, f64::max);
            vec![(highest, strict_highest(&judged.outputs) == Some(usize::from(class)))]
        }
        Known::Set(set) => {
            let answers = row.iter().zip(&judged.outputs).zip(set);
            let answer = |((yes, output), holds): ((&f64, &i64), &bool)| {
                let (says, no) = (*output >= 0, 1.0 - yes);
                (if says { *yes } else { no }, says == *holds)
            };
            answers.map(answer).collect()
        }
        Known::Number(_) => Vec::new(),
    }
}

/// How often one that holds has a higher number than one that does not. Equal ones count half.
fn area(mut said: Vec<(f64, bool)>) -> Option<f64> {
    said.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (mut held, mut others, mut won) = (0.0, 0.0, 0.0);
    for equal in said.chunk_by(|(one, _), (other, _)| one == other) {
        let hold = equal.iter().filter(|(_, holds)| *holds).count() as f64;
        let do_not = equal.len() as f64 - hold;
        won += hold * (others + do_not / 2.0);
        held += hold;
        others += do_not;
    }
    let pairs: f64 = held * others;
    (pairs > 0.0).then(|| won / pairs)
}

fn bins(answers: impl Iterator<Item = (f64, bool)>) -> Vec<CalibrationBin> {
    let mut sums = [(0u64, 0.0f64, 0u64); BINS];
    for (probability, is_right) in answers {
        let place = ((probability * BINS as f64) as usize).min(BINS - 1);
        if let Some((answers, said, right)) = sums.get_mut(place) {
            *answers += 1;
            *said += probability;
            *right += u64::from(is_right);
        }
    }
    let met = sums.into_iter().filter(|(answers, _, _)| *answers > 0);
    let bin = |(answers, said, right): (u64, f64, u64)| CalibrationBin {
        answers,
        said: said / answers as f64,
        right: right as f64 / answers as f64,
    };
    met.map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        data::Labels,
        testing::{classes_head, ends_count, labels_head, number_head, tiny_with},
    };
    use nocknock_primitives::model::architecture::Head;

    fn confusion() -> Confusion {
        // Four, three and no samples; the last count of a line are ties.
        Confusion { counts: vec![vec![2, 1, 0, 1], vec![1, 2, 0, 0], vec![0, 0, 0, 0]] }
    }

    fn near(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 1e-9)
    }

    fn set(head: Head, labels: Labels) -> TrainingSet {
        let inputs = vec![3, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 3];
        TrainingSet { architecture: tiny_with(head), inputs, labels }
    }

    #[test]
    fn recall_precision_and_f1_are_those_of_the_books() {
        let classes = confusion().classes();
        assert_eq!(classes[0], ClassCounts { samples: 4, named: 3, right: 2 });
        assert!(near(classes[0].recall(), 0.5) && near(classes[0].precision(), 2.0 / 3.0));
        assert!(near(classes[0].f1(), 4.0 / 7.0), "{:?}", classes[0].f1());
        assert_eq!(classes[1], ClassCounts { samples: 3, named: 3, right: 2 });
        let none = [classes[2].recall(), classes[2].precision(), classes[2].f1()];
        assert_eq!(none, [None; 3]);
    }

    #[test]
    fn classes_without_samples_do_not_count_in_the_balanced_accuracy() {
        assert!(near(confusion().balanced_accuracy(), (0.5 + 2.0 / 3.0) / 2.0));
        assert_eq!(Confusion { counts: Vec::new() }.balanced_accuracy(), None);
    }

    #[test]
    fn a_label_is_counted_like_a_class() {
        let counts = LabelCounts { right_yes: 3, wrong_no: 2, right_no: 5, wrong_yes: 1 };
        assert_eq!(counts.counts(), ClassCounts { samples: 5, named: 4, right: 3 });
    }

    #[test]
    fn the_area_is_the_share_of_pairs_in_the_right_order() {
        assert_eq!(area(vec![(0.1, false), (0.9, true)]), Some(1.0));
        assert_eq!(area(vec![(0.1, true), (0.9, false)]), Some(0.0));
        assert_eq!(area(vec![(0.5, true), (0.5, false)]), Some(0.5));
        // Of two times two pairs three are in order and one is equal.
        let said = vec![(0.4, true), (0.2, false), (0.8, true), (0.4, false)];
        assert_eq!(area(said), Some(3.5 / 4.0));
        assert_eq!(area(vec![(0.5, true), (0.6, true)]), None);
    }

    #[test]
    fn answers_are_put_together_by_how_sure_they_are() {
        let answers = [(0.95, true), (1.0, false), (0.52, true), (0.58, true)];
        let found = bins(answers.into_iter());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].answers, found[1].answers), (2, 2));
        assert!(near(Some(found[0].said), 0.55) && near(Some(found[0].right), 1.0));
        assert!(near(Some(found[1].said), 0.975) && near(Some(found[1].right), 0.5));
        let measures = Measures { calibration: found, ..Measures::default() };
        assert!(near(measures.calibration_error(), (0.45 + 0.475) / 2.0));
        assert_eq!(Measures::default().calibration_error(), None);
    }

    #[test]
    fn probabilities_are_those_of_the_loss() {
        let classes = Loss::Classes { logit: 0.5, smoothing: 0.1 };
        let found = probabilities(classes, &[6, 4, 4]);
        let total = 1.0 + 2.0 * (-1.0f64).exp();
        assert!(near(found.first().copied(), 1.0 / total), "{found:?}");
        assert!(near(found.get(2).copied(), (-1.0f64).exp() / total), "{found:?}");
        let huge = probabilities(classes, &[i64::MAX, i64::MIN]);
        assert_eq!(huge, [1.0, 0.0]);
        let labels = Loss::Labels { logit: 0.5, smoothing: 0.1 };
        let found = probabilities(labels, &[0, -2]);
        assert_eq!(found[0], 0.5);
        assert!(near(Some(found[1]), 1.0 / (1.0 + 1f64.exp())), "{found:?}");
        assert!(probabilities(Loss::Number { error: 1.0, bend: 1.0 }, &[7]).is_empty());
    }

    #[test]
    fn a_model_of_classes_is_measured_by_its_answers() {
        let data = set(classes_head(2, 10), Labels::Classes(vec![0, 1, 1]));
        let found =
            measure(&ends_count(&data.architecture), &data, &TrainConfig::default(), &[0, 1, 2]);
        assert_eq!(found.samples, 3);
        // The tie of class 1 is below the sample of class 0 for 0, and above it for 1.
        assert_eq!(found.auc, [Some(1.0), Some(1.0)]);
        // The tie is as sure as one half, and wrong.
        let first = found.calibration[0];
        assert_eq!((first.answers, first.said, first.right), (1, 0.5, 0.0));
        let rest: u64 = found.calibration[1..].iter().map(|bin| bin.answers).sum();
        assert_eq!(rest, 2);
        assert!(found.calibration[1..].iter().all(|bin| bin.right == 1.0));
    }

    #[test]
    fn a_model_of_labels_is_measured_by_each_answer() {
        let labels = Labels::Sets(vec![true, false, false, true, true, true]);
        let data = set(labels_head(2), labels);
        let found =
            measure(&ends_count(&data.architecture), &data, &TrainConfig::default(), &[0, 1, 2]);
        assert_eq!(found.auc, [Some(1.0), Some(1.0)]);
        let answers: u64 = found.calibration.iter().map(|bin| bin.answers).sum();
        assert_eq!(answers, 6);
    }

    #[test]
    fn a_no_is_as_sure_as_it_is_not_a_yes() {
        let judged = Judged { outputs: vec![-3, 2], known: Known::Set(&[false, false]) };
        assert_eq!(answers(&[0.25, 0.75], &judged), [(0.75, true), (0.75, false)]);
    }

    #[test]
    fn a_number_has_no_probabilities() {
        let data = set(number_head(18), Labels::Numbers(vec![4, 10, 60_000]));
        let found =
            measure(&ends_count(&data.architecture), &data, &TrainConfig::default(), &[0, 1, 2]);
        assert_eq!(found, Measures { samples: 3, ..Measures::default() });
    }

    #[test]
    fn constant_answers_have_the_score_that_the_chain_gives_them() {
        let classes = set(classes_head(2, 10), Labels::Classes(vec![0, 1, 1]));
        assert_eq!(constant_score(&classes, &[0, 1, 2]), 2);
        assert_eq!(constant_score(&classes, &[0, 9]), 1, "samples that do not exist");
        let sets = Labels::Sets(vec![true, false, false, false, true, false]);
        // The first label in two of three samples, the second in none.
        assert_eq!(constant_score(&set(labels_head(2), sets), &[0, 1, 2]), 2 + 3);
        let numbers = set(number_head(18), Labels::Numbers(vec![4, 10, 60_000]));
        // Twice the cap of 20,000, since two numbers are within a 256th of the range.
        assert_eq!(constant_score(&numbers, &[0, 1, 2]), 40_000);
    }

    #[test]
    fn a_training_is_judged_by_its_validation_samples_or_by_all() {
        let classes = (0..40).map(|sample| sample % 2).collect();
        let inputs = (0..40u16).flat_map(|sample| [sample % 4, sample / 4 % 4, sample / 16, 0]);
        let data = TrainingSet {
            inputs: inputs.collect(),
            ..set(classes_head(2, 10), Labels::Classes(classes))
        };
        let none = TrainConfig { validation_share: 0.0, ..TrainConfig::default() };
        assert_eq!(judged_samples(&data, &none).len(), 40);
        let some = TrainConfig { validation_share: 0.2, ..TrainConfig::default() };
        assert_eq!(judged_samples(&data, &some), Split::new(&data, &some).validation);
        assert_eq!(judged_samples(&data, &some).len(), 8);
    }

    #[test]
    fn no_more_samples_are_drawn_than_wanted() {
        let samples: Vec<u32> = (0..1_000).collect();
        assert_eq!(drawn(&samples, 1_000, 7), samples);
        let some = drawn(&samples, 10, 7);
        assert_eq!(some.len(), 10);
        assert!(some.is_sorted_by(|one, next| one < next), "{some:?}");
        assert_eq!(some, drawn(&samples, 10, 7));
        assert_ne!(some, drawn(&samples, 10, 8));
    }
}
