//! Gradient boosting of classes on the integers of the inputs: the teacher of a small model.
//!
//! A round adds a tree for each class, or one in all where there are two. A tree is grown leaf by
//! leaf, always at the split that gains most by the second-order approximation of the softmax loss.
//! Splits are found in histograms: the values of an input are put into at most 256 bins, a leaf has
//! the sums of its gradients by bin, and of two new leaves only the smaller one is counted, because
//! the other has the rest.
//!
//! Gradients are integers of 31 bits, so the sums are exact in any order: the same samples,
//! settings and seed give the same trees with any number of threads. Other processors and system
//! libraries may compute another exponential, and so other gradients.
//!
//! **Memory.** Learning from `n` samples with `d` inputs of `c` classes takes `n·(d + 8c + 25)`
//! bytes, and for each open leaf 24 bytes a bin: at most 6 MiB, because there are at most 2^18 bins
//! in all.

mod bins;
mod folds;
mod histogram;
mod mixed;
mod random;
mod rounds;
#[cfg(test)]
mod tests;
mod tree;

pub use folds::{cross_fit, CrossFit};
pub use mixed::mixed_rows;

use crate::data::{DataError, Labels, TrainingSet};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use tree::Tree;

const MOST_ROUNDS: u32 = 10_000;
const MOST_LEAVES: u16 = 256;

/// Rows that go through a tree together, so that a tree stays near while it is needed.
const BLOCK: usize = 256;

/// Tables with fewer samples get smaller trees and smaller steps.
const SMALL_TABLE: usize = 2_000;

/// How to boost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoostConfig {
    /// The most rounds, 1 to 10,000.
    pub rounds: u32,
    /// By what each tree is multiplied, above 0 and at most 1.
    pub learning_rate: f32,
    /// The most leaves of a tree, 2 to 256.
    pub leaves: u16,
    /// The fewest samples of a leaf, at least 1.
    pub least_samples: u32,
    /// Added to the second derivatives of each leaf, so that leaves of few samples say less.
    pub l2: f32,
    /// The share of the inputs that each tree may use, above 0 and at most 1.
    pub columns_share: f32,
    /// Rounds without a better validation loss after which no more are added.
    pub patience: Option<u32>,
    /// Everything random.
    pub seed: u64,
}

impl Default for BoostConfig {
    fn default() -> Self {
        Self {
            rounds: 200,
            learning_rate: 0.1,
            leaves: 31,
            least_samples: 20,
            l2: 0.0,
            columns_share: 1.0,
            patience: Some(10),
            seed: 0,
        }
    }
}

impl BoostConfig {
    /// The defaults, with smaller trees, smaller steps and more caution for fewer than 2,000
    /// samples.
    pub fn for_samples(samples: usize) -> Self {
        if samples >= SMALL_TABLE {
            return Self::default();
        }
        Self {
            rounds: 400,
            learning_rate: 0.05,
            leaves: (samples / 64).clamp(4, 31) as u16,
            least_samples: (samples / 50).clamp(5, 20) as u32,
            l2: 1.0,
            patience: Some(20),
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), BoostError> {
        let is_share = |value: f32| value > 0.0 && value <= 1.0;
        let rules = [
            ((1..=MOST_ROUNDS).contains(&self.rounds), "rounds must be 1 to 10000"),
            (is_share(self.learning_rate), "the learning rate must be above 0 and at most 1"),
            ((2..=MOST_LEAVES).contains(&self.leaves), "a tree must have 2 to 256 leaves"),
            (self.least_samples >= 1, "a leaf must have at least 1 sample"),
            (self.l2 >= 0.0 && self.l2.is_finite(), "l2 must be a number of at least 0"),
            (is_share(self.columns_share), "the share of columns must be above 0 and at most 1"),
            (self.patience != Some(0), "the patience must be at least 1 round"),
        ];
        match rules.into_iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err(BoostError::Setting(rule)),
            None => Ok(()),
        }
    }
}

/// Why there are no boosted trees.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoostError {
    /// The samples cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The labels are no classes.
    #[error("boosting learns classes, but this model has another head")]
    NotClasses,
    /// A setting cannot be used.
    #[error("{0}")]
    Setting(&'static str),
    /// A sample that was named does not exist.
    #[error("there is no sample {0} in the training data")]
    Sample(u32),
    /// There is no sample to learn from.
    #[error("boosting needs at least 1 sample to learn from")]
    NoSamples,
    /// Not every sample has a group.
    #[error("{samples} samples need a group each, but there are {found}")]
    Groups {
        /// Number of samples.
        samples: usize,
        /// Groups that are there.
        found: usize,
    },
    /// There are fewer than two folds, or fewer groups than folds.
    #[error("{folds} folds of {groups} groups: use at least 2 folds, and a group for each")]
    Folds {
        /// Number of different groups.
        groups: usize,
        /// Folds that were asked for.
        folds: u8,
    },
    /// The caller asked to stop before there was a result.
    #[error("stopped on request before a round of boosting was complete")]
    Stopped,
}

/// Boosted trees.
#[derive(Clone, Debug, PartialEq)]
pub struct Boosted {
    /// Inputs of a row.
    width: usize,
    /// Classes of the architecture.
    classes: usize,
    /// The classes of the samples that were learned from, in rising order. No other is ever named.
    present: Vec<u8>,
    /// The score of each output before any tree. Two classes share an output, which is for the
    /// second of them; one class needs none.
    first_scores: Vec<f32>,
    /// A tree for each output in each round.
    rounds: Vec<Vec<Tree>>,
    /// The validation loss before the first round and after each one; empty without validation.
    losses: Vec<f64>,
    stopped: bool,
}

impl Boosted {
    /// Learns from the samples with these numbers.
    ///
    /// If there are samples for `validation`, the rounds with their least loss are kept, and the
    /// patience ends the rounds early. `stop` is asked before each tree: `true` leaves it at the
    /// rounds that are complete, see [`Self::was_stopped`].
    ///
    /// # Errors
    ///
    /// Settings, samples and heads that cannot be used; [`BoostError::Stopped`] if there is not one
    /// complete round.
    pub fn fit(
        data: &TrainingSet,
        samples: &[u32],
        validation: &[u32],
        config: &BoostConfig,
        stop: &dyn Fn() -> bool,
    ) -> Result<Self, BoostError> {
        let boosted = rounds::boost(data, samples, validation, config, stop)?;
        let best = rounds::place_of_least(&boosted.losses).unwrap_or(boosted.rounds.len());
        Ok(boosted.shortened(best))
    }

    /// The share of each class for rows of inputs, `rows x classes`. Those of a row add up to one.
    /// A row that ends early is left out.
    pub fn shares(&self, inputs: &[u16]) -> Vec<f32> {
        let rows = inputs.len() / self.width;
        let mut shares = vec![0.0; rows * self.classes];
        shares
            .par_chunks_mut(self.classes * BLOCK)
            .zip(inputs.par_chunks(self.width * BLOCK))
            .for_each(|(shares, inputs)| self.fill_shares(inputs, shares));
        shares
    }

    /// The mean loss of the validation samples, in nats; nothing without such samples.
    pub fn validation_loss(&self) -> Option<f64> {
        self.losses.last().copied()
    }

    /// Rounds that were kept.
    pub fn rounds(&self) -> usize {
        self.rounds.len()
    }

    /// Whether the caller's wish to stop ended the rounds.
    pub fn was_stopped(&self) -> bool {
        self.stopped
    }

    /// The same without the rounds after the first few.
    fn shortened(mut self, rounds: usize) -> Self {
        self.rounds.truncate(rounds);
        self.losses.truncate(rounds + 1);
        self
    }

    fn fill_shares(&self, inputs: &[u16], shares: &mut [f32]) {
        let outputs = self.first_scores.len();
        let mut scores = self.first_scores.repeat(shares.len() / self.classes);
        for trees in &self.rounds {
            rounds::add_trees(trees, self.width, inputs, &mut scores);
        }
        let mut present = vec![0.0; self.present.len()];
        for (row, shares) in shares.chunks_exact_mut(self.classes).enumerate() {
            rounds::shares_of(&scores[row * outputs..][..outputs], &mut present);
            for (class, share) in self.present.iter().zip(&present) {
                shares[usize::from(*class)] = *share;
            }
        }
    }
}

/// The classes of all samples, if the data can be used and has classes.
fn classes_of(data: &TrainingSet) -> Result<&[u8], BoostError> {
    data.check()?;
    match &data.labels {
        Labels::Classes(classes) => Ok(classes),
        Labels::Sets(_) | Labels::Numbers(_) => Err(BoostError::NotClasses),
    }
}

/// The inputs of samples, row by row.
fn inputs_of(data: &TrainingSet, samples: &[u32]) -> Vec<u16> {
    let found = samples.iter().filter_map(|sample| data.sample(*sample as usize));
    found.flat_map(|(inputs, _)| inputs.iter().copied()).collect()
}
