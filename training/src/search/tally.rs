//! Results that can be added up over folds.

use crate::{
    data::TrainingSet,
    evaluate::{evaluate, Errors, Evaluation},
};
use nocknock_primitives::model::weights::Weights;
use serde::{Deserialize, Serialize};

/// By what models are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of the best score, by the rule that is proved.
    #[default]
    Accuracy,
    /// Mean over the classes of the share of their samples that is named right. Where there are no
    /// classes it is the accuracy.
    Balanced,
}

/// The result on the samples of one or more folds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tally {
    /// The score by the rule of the head.
    pub score: u64,
    /// The score of a model that is always right.
    pub perfect: u64,
    /// For each class, its samples that were named right and all of its samples. Empty where there
    /// are no classes.
    pub classes: Vec<(u64, u64)>,
}

impl Tally {
    /// The result of an evaluation; none if there were no samples.
    pub(super) fn of(evaluation: Option<&Evaluation>) -> Self {
        let Some(evaluation) = evaluation else {
            return Self::default();
        };
        let classes = match &evaluation.errors {
            Errors::Classes(confusion) => {
                let right = |(class, line): (usize, &Vec<u64>)| {
                    (line.get(class).copied().unwrap_or(0), line.iter().sum::<u64>())
                };
                confusion.counts.iter().enumerate().map(right).collect()
            }
            Errors::Labels(_) | Errors::Number(_) => Vec::new(),
        };
        Self { score: evaluation.score, perfect: evaluation.perfect, classes }
    }

    /// The result of a model that is never right on some samples.
    pub(super) fn missed(data: &TrainingSet, samples: &[u32]) -> Self {
        let zero = Weights::zero(&data.architecture);
        let Self { perfect, classes, .. } = Self::of(Some(&evaluate(&zero, data, samples)));
        Self { score: 0, perfect, classes: classes.into_iter().map(|(_, all)| (0, all)).collect() }
    }

    /// Adds the result of another fold.
    pub(super) fn add(&mut self, other: &Self) {
        self.score += other.score;
        self.perfect += other.perfect;
        self.classes.resize(self.classes.len().max(other.classes.len()), (0, 0));
        for (own, (right, all)) in self.classes.iter_mut().zip(&other.classes) {
            own.0 += right;
            own.1 += all;
        }
    }

    /// The result by a metric, 0 to 1; 0 without samples.
    pub fn score(&self, metric: Metric) -> f64 {
        let present: Vec<_> = self.classes.iter().filter(|(_, all)| *all > 0).collect();
        match metric {
            Metric::Balanced if !present.is_empty() => {
                let shares = present.iter().map(|(right, all)| *right as f64 / *all as f64);
                shares.sum::<f64>() / present.len() as f64
            }
            Metric::Accuracy | Metric::Balanced => self.score as f64 / self.perfect.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{data::Labels, testing::tiny};

    fn tally(classes: &[(u64, u64)]) -> Tally {
        Tally {
            score: classes.iter().map(|(right, _)| right).sum(),
            perfect: classes.iter().map(|(_, all)| all).sum(),
            classes: classes.to_vec(),
        }
    }

    #[test]
    fn a_rare_class_counts_as_much_as_any_in_a_balanced_result() {
        let tally = tally(&[(90, 90), (0, 10), (0, 0)]);
        assert_eq!(tally.score(Metric::Accuracy), 0.9);
        assert_eq!(tally.score(Metric::Balanced), 0.5);
    }

    #[test]
    fn folds_are_added_before_they_are_judged() {
        let mut sum = Tally::default();
        sum.add(&tally(&[(1, 1), (0, 3)]));
        sum.add(&tally(&[(1, 3), (1, 1)]));
        assert_eq!(sum, tally(&[(2, 4), (1, 4)]));
        assert_eq!(sum.score(Metric::Balanced), 0.375);
    }

    /// Else settings that fail on one fold would be judged by the others alone.
    #[test]
    fn a_fold_without_a_model_counts_with_all_its_samples() {
        let data = TrainingSet {
            architecture: tiny(),
            inputs: vec![1; 16],
            labels: Labels::Classes(vec![0, 1, 1, 0]),
        };
        let mut sum = tally(&[(1, 1), (2, 2)]);
        sum.add(&Tally::missed(&data, &[0, 1, 2]));
        assert_eq!(sum, tally(&[(1, 2), (2, 4)]));
    }

    #[test]
    fn without_samples_or_classes_there_is_a_result_too() {
        assert_eq!(Tally::default().score(Metric::Balanced), 0.0);
        let labels = Tally { score: 3, perfect: 4, classes: Vec::new() };
        assert_eq!(labels.score(Metric::Balanced), 0.75);
    }
}
