//! How a model does on test rows that are at hand, class by class. No proof covers it.

use nocknock_circuits::reference::outputs;
use nocknock_dataset::{check::interval::of_mean, PreparedTask};
use nocknock_primitives::{
    ids::BlockIndex,
    limits::{List, MAX_CLASSES},
    model::{
        baseline::{baseline, count_labels},
        Block, Label, Sample,
    },
};
use nocknock_requester::ModelFile;
use std::collections::{BTreeMap, HashSet};

/// What a model says about test rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TestResults {
    rows: u32,
    /// What is known of the labels, as the chain counts them.
    labels: List<u32, MAX_CLASSES>,
    classes: BTreeMap<usize, ClassResult>,
}

/// What a model says about the rows of a class, and of which rows it names the class.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ClassResult {
    pub(super) rows: u64,
    pub(super) named: u64,
    pub(super) right: u64,
    different: HashSet<Vec<u16>>,
}

impl TestResults {
    /// The results on test blocks of a prepared task. None if there are no rows, or if a block is
    /// not there or of another architecture.
    pub(crate) fn of(
        model: &ModelFile,
        prepared: &PreparedTask,
        tests: impl IntoIterator<Item = BlockIndex>,
    ) -> Option<Self> {
        let mut results = Self::default();
        for index in tests {
            results.add(model, &prepared.block(index)?.decode(&model.architecture).ok()?);
        }
        (results.rows > 0).then_some(results)
    }

    pub(super) fn add(&mut self, model: &ModelFile, block: &Block) {
        count_labels(&model.architecture, block, &mut self.labels);
        for sample in block.samples() {
            self.rows = self.rows.saturating_add(1);
            self.add_sample(model, sample);
        }
    }

    fn add_sample(&mut self, model: &ModelFile, sample: &Sample) {
        let class = match &sample.label {
            Label::Class(class) => usize::from(*class),
            Label::Labels(_) | Label::Number(_) => return,
        };
        let outputs = outputs(&model.architecture, &model.weights, &sample.inputs);
        let said = strictly_largest(&outputs);
        let own = self.classes.entry(class).or_default();
        own.rows += 1;
        own.right += u64::from(said == Some(class));
        own.different.insert(sample.inputs.clone());
        if let Some(said) = said {
            self.classes.entry(said).or_default().named += 1;
        }
    }

    /// The points of the best answer that is always the same, or a little more for numbers, and all
    /// points.
    pub(super) fn constant(&self, model: &ModelFile) -> (u64, u64) {
        let constant = baseline(&model.architecture, &self.labels, self.rows);
        (constant, model.architecture.max_score(self.rows))
    }

    /// The classes that have rows or were named.
    pub(super) fn classes(&self) -> impl Iterator<Item = (usize, &ClassResult)> {
        self.classes.iter().map(|(class, result)| (*class, result))
    }

    /// What holds the balanced accuracy on all rows that there could be in 95 % of all cases.
    /// Copies of a row count once.
    pub(super) fn balanced_interval(&self) -> (f64, f64) {
        let classes = self.classes.values().filter(|result| result.rows > 0);
        let shares: Vec<(f64, u32)> = classes
            .map(|result| {
                let different = u32::try_from(result.different.len()).unwrap_or(u32::MAX);
                (result.right as f64 / result.rows as f64, different)
            })
            .collect();
        of_mean(&shares)
    }
}

impl ClassResult {
    /// Recall, precision and their harmonic mean, where there are any.
    pub(super) fn shares(&self) -> [Option<f64>; 3] {
        let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
        [
            share(self.right, self.rows),
            share(self.right, self.named),
            share(2 * self.right, self.rows + self.named),
        ]
    }
}

/// The class whose output is above all others.
fn strictly_largest(outputs: &[i128]) -> Option<usize> {
    let largest = outputs.iter().max()?;
    let mut holders = outputs.iter().enumerate().filter(|(_, output)| *output == largest);
    let (class, _) = holders.next()?;
    holders.next().is_none().then_some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_card::tests::model;

    /// Rows of a model that says 1 of all of them: three of class 1, two of which are the same, and
    /// one of class 0.
    fn results() -> TestResults {
        let model = model();
        let sample =
            |first, class| Sample { inputs: vec![first, 0, 0, 0], label: Label::Class(class) };
        let samples = vec![sample(1, 1), sample(1, 1), sample(2, 1), sample(3, 0)];
        let block = Block::new(&model.architecture, samples).unwrap();
        let mut results = TestResults::default();
        results.add(&model, &block);
        results
    }

    #[test]
    fn rows_are_counted_by_class() {
        let results = results();
        let counts: Vec<_> =
            results.classes().map(|(class, of)| (class, of.rows, of.named, of.right)).collect();
        assert_eq!(counts, [(0, 1, 0, 0), (1, 3, 4, 3)]);
        let shares: Vec<_> = results.classes().map(|(_, of)| of.shares()).collect();
        assert_eq!(shares[0], [Some(0.0), None, Some(0.0)]);
        assert_eq!(shares[1], [Some(1.0), Some(0.75), Some(6.0 / 7.0)]);
        assert_eq!(results.constant(&model()), (3, 4));
    }

    #[test]
    fn copies_make_a_balanced_accuracy_no_more_exact() {
        let expected = of_mean(&[(0.0, 1), (1.0, 2)]);
        assert_eq!(results().balanced_interval(), expected);
    }

    #[test]
    fn a_tie_names_no_class() {
        assert_eq!(strictly_largest(&[2, 5, 5]), None);
        assert_eq!(strictly_largest(&[2, 5, 4]), Some(1));
        assert_eq!(strictly_largest(&[]), None);
    }
}
