//! How exactly a score on the test rows is measured, and what it is worth.

use super::{
    interval::{around, of_mean},
    logistic, plan_form, quick, Row,
};
use crate::{
    metric::Metric,
    profile::Labels,
    split::{plan, SplitError, SplitPlan, WeightedPlan},
};
use nocknock_primitives::model::Architecture;
use serde::Serialize;

/// What a metric makes of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// The metric.
    pub metric: Metric,
    /// Into how many blocks the rows go. Test rows are counted with their copies.
    #[serde(serialize_with = "plan_form")]
    pub plan: SplitPlan,
    /// How copies of rows make each class count the same, if they do.
    #[serde(skip)]
    pub weighted: Option<WeightedPlan>,
    /// By how much the score of a model on the test rows differs from what it scores in general, in
    /// 19 of 20 cases at most, if the model is as good as the logistic baseline. Copies of rows
    /// make it no smaller.
    pub interval: f64,
    /// What simple models reach.
    pub baselines: Baselines,
}

/// What simple models reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baselines {
    /// One that always answers the most frequent class.
    pub majority: Reached,
    /// A logistic regression on the inputs, on a fifth of the rows that it was not trained with.
    pub logistic: Reached,
    /// A network with the hidden layers of the architecture, on the same rows after a few passes
    /// over the others. It computes with floats and chooses no settings, so that what a worker
    /// searches for is usually better.
    pub quick: Reached,
}

/// What a simple model reaches.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reached {
    /// The share that it is right about: of all rows, or the mean of those of all classes.
    pub right: f64,
    /// In 95 % of all cases such a model scores this at least on the test rows …
    pub low: f64,
    /// … and this at most.
    pub high: f64,
}

impl Reached {
    fn new(right: f64, (low, high): (f64, f64)) -> Self {
        Self { right, low, high }
    }

    fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

impl Measured {
    pub(super) fn of(
        metric: Metric,
        rows: &[Row],
        labels: &Labels,
        architecture: &Architecture,
    ) -> Result<Self, SplitError> {
        match metric {
            Metric::Accuracy => Self::by_rows(rows, labels, architecture),
            Metric::BalancedAccuracy => Self::by_classes(rows, labels, architecture),
        }
    }

    fn by_rows(
        rows: &[Row],
        labels: &Labels,
        architecture: &Architecture,
    ) -> Result<Self, SplitError> {
        let plan = plan(rows.len(), architecture, None, None)?;
        let reached = |right: f64| Reached::new(right, around(right, plan.least_test_rows));
        let logistic = reached(logistic::accuracy(rows, labels.classes.len()));
        let quick = reached(quick::accuracy(rows, labels.classes.len(), architecture));
        let baselines = Baselines { majority: reached(labels.majority()), logistic, quick };
        let (metric, interval) = (Metric::Accuracy, logistic.half_width());
        Ok(Self { metric, plan, weighted: None, interval, baselines })
    }

    fn by_classes(
        rows: &[Row],
        labels: &Labels,
        architecture: &Architecture,
    ) -> Result<Self, SplitError> {
        let weighted = WeightedPlan::of(labels, architecture, None, None)?;
        let classes = labels.classes.len();
        let reached = |shares: Vec<f64>| {
            let right = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
            let tested = weighted.different_test_rows.iter().copied();
            let shares: Vec<(f64, u32)> = shares.into_iter().zip(tested).collect();
            Reached::new(right, of_mean(&shares))
        };
        let logistic = reached(logistic::of_classes(rows, classes));
        let quick = reached(quick::of_classes(rows, classes, architecture));
        // It is right about all rows of one class and none of the others, whatever the rows are.
        let constant = 1.0 / classes.max(1) as f64;
        let majority = Reached::new(constant, (constant, constant));
        Ok(Self {
            metric: Metric::BalancedAccuracy,
            plan: weighted.split,
            weighted: Some(weighted),
            interval: logistic.half_width(),
            baselines: Baselines { majority, logistic, quick },
        })
    }
}
