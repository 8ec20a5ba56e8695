//! What is found out about a model when its training is done.

use crate::stages::columns_of;
use nocknock_dataset::{
    check::interval::{of_mean, wilson},
    Encoding, Metric,
};
use nocknock_primitives::model::{Goal, Head};
use nocknock_training::{
    constant_score, equal_rows, evaluate_each, importance, importance_each, judged_samples,
    measure, measure_each, Confusion, Errors, Evaluation, Importance, Judge, Known, Measures,
    TrainReport, TrainedModel, TrainingSet,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// A training that is done, and what is known of its data.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The model, and how it came about.
    pub model: &'a TrainedModel,
    /// The samples.
    pub data: &'a TrainingSet,
    /// How the rows of a table have become samples, if that is known.
    pub encoding: Option<&'a Encoding>,
    /// What models with these settings have come to on samples that they had not learned from, if a
    /// search has found that out.
    pub expected: Option<f64>,
    /// Models with these settings that a search has trained without the samples by which they are
    /// judged. With them, everything beside curves and training result is about those samples.
    pub judges: &'a [Judge],
}

/// The rows that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum JudgedOn {
    /// Those that models with the same settings have left out.
    LeftOutFolds,
    /// Those that the model was not trained on.
    Validation,
    /// Those that the model was trained on.
    Training,
}

impl JudgedOn {
    fn of(run: &Run<'_>) -> Self {
        if !run.judges.is_empty() {
            Self::LeftOutFolds
        } else if run.report().validation.is_some() {
            Self::Validation
        } else {
            Self::Training
        }
    }

    /// What the rows are called.
    pub(super) fn rows(self) -> &'static str {
        match self {
            Self::LeftOutFolds => "left-out",
            Self::Validation => "validation",
            Self::Training => "training",
        }
    }
}

/// What is found out by the samples by which the model is judged.
#[derive(Debug)]
pub(super) struct Findings {
    /// Which samples these are.
    pub(super) judged_on: JudgedOn,
    /// The result on them.
    pub(super) judged: Evaluation,
    /// Score of the best constant answer.
    pub(super) constant: u64,
    /// The score of a model that is always right.
    pub(super) perfect: u64,
    /// What holds the result on all rows that there could be in 95 % of all cases.
    pub(super) interval: Option<(f64, f64)>,
    pub(super) measures: Measures,
    /// What each column of the encoding is worth.
    pub(super) importance: Importance,
}

impl Run<'_> {
    pub(super) fn report(&self) -> &TrainReport {
        &self.model.report
    }

    /// What the points of the task say.
    pub(super) fn metric(&self) -> Metric {
        self.encoding.map(Encoding::metric).unwrap_or_default()
    }
}

impl Findings {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let columns = run.encoding.map(columns_of).unwrap_or_default();
        let columns: Vec<Range<usize>> = columns.into_iter().map(|column| column.inputs).collect();
        match JudgedOn::of(run) {
            JudgedOn::LeftOutFolds => Self::of_judges(run, &columns),
            own @ (JudgedOn::Validation | JudgedOn::Training) => Self::of_model(run, &columns, own),
        }
    }

    /// By the samples that other models with the same settings have left out.
    fn of_judges(run: &Run<'_>, columns: &[Range<usize>]) -> Self {
        let Run { data, judges, .. } = *run;
        let config = &run.report().config;
        let samples: Vec<u32> = judges.iter().flat_map(|judge| judge.left_out.clone()).collect();
        Self {
            judged_on: JudgedOn::LeftOutFolds,
            judged: evaluate_each(judges, data),
            constant: constant_score(data, &samples),
            perfect: perfect(data, &samples),
            // It is about several models, and the settings were chosen by these samples.
            interval: None,
            measures: measure_each(judges, data, config),
            importance: importance_each(judges, data, columns, config.seed),
        }
    }

    /// By samples of the training itself.
    fn of_model(run: &Run<'_>, columns: &[Range<usize>], judged_on: JudgedOn) -> Self {
        let TrainedModel { weights, report } = run.model;
        let samples = judged_samples(run.data, &report.config);
        Self {
            judged_on,
            judged: report.judged().1.clone(),
            constant: constant_score(run.data, &samples),
            perfect: perfect(run.data, &samples),
            interval: interval(run, &samples),
            measures: measure(weights, run.data, &report.config, &samples),
            importance: importance(weights, run.data, &samples, columns, report.config.seed),
        }
    }
}

/// The score of a model that is always right.
fn perfect(data: &TrainingSet, samples: &[u32]) -> u64 {
    data.architecture.max_score(u32::try_from(samples.len()).unwrap_or(u32::MAX))
}

/// Nothing is told of rows that the model has learned from, and of points that a row has several
/// of.
fn interval(run: &Run<'_>, samples: &[u32]) -> Option<(f64, f64)> {
    let judged = run.report().validation.as_ref()?;
    match (&run.data.architecture.head, &judged.errors, run.metric()) {
        (Head::Classes { .. }, Errors::Classes(confusion), Metric::BalancedAccuracy) => {
            Some(of_mean(&recalls(run.data, samples, confusion)))
        }
        (Head::Classes { .. } | Head::Number { goal: Goal::Within { .. }, .. }, _, _) => {
            Some(wilson(judged.score, judged.samples))
        }
        (Head::Labels { .. } | Head::Number { goal: Goal::AbsoluteError { .. }, .. }, _, _) => None,
    }
}

/// The recall and the number of different rows of each class: copies make nothing more exact.
fn recalls(data: &TrainingSet, samples: &[u32], confusion: &Confusion) -> Vec<(f64, u32)> {
    let (groups, classes) = (equal_rows(data), confusion.classes());
    let mut different: BTreeMap<u8, BTreeSet<u32>> = BTreeMap::new();
    for sample in samples {
        let sample = *sample as usize;
        let known = data.sample(sample).map(|(_, known)| known);
        if let (Some(Known::Class(class)), Some(group)) = (known, groups.get(sample)) {
            different.entry(class).or_default().insert(*group);
        }
    }
    let recall = |(class, rows): (u8, BTreeSet<u32>)| {
        let recall = classes.get(usize::from(class))?.recall()?;
        Some((recall, u32::try_from(rows.len()).unwrap_or(u32::MAX)))
    };
    different.into_iter().filter_map(recall).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nocknock_primitives::model::names::named;
    use nocknock_training::Labels;

    #[test]
    fn copies_of_a_row_are_one_row_of_their_class() {
        let data = TrainingSet {
            architecture: named("tiny-4x3x2").unwrap(),
            inputs: [[1, 2, 0, 1], [1, 2, 0, 1], [0, 1, 3, 2], [1, 1, 1, 1]].concat(),
            labels: Labels::Classes(vec![0, 0, 1, 1]),
        };
        let confusion = Confusion { counts: vec![vec![2, 0, 0], vec![1, 1, 0]] };
        assert_eq!(recalls(&data, &[0, 1, 2, 3], &confusion), [(1.0, 1), (0.5, 2)]);
        // Only what is judged counts.
        assert_eq!(recalls(&data, &[0, 2], &confusion), [(1.0, 1), (0.5, 1)]);
    }
}
