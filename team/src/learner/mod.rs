//! How a member makes the model better on its own: what it learns, from what, and how fast.

mod adamw;
pub mod data;
mod flat;
pub mod lm;
mod sample;
mod schedule;

pub use adamw::AdamWSettings;
pub use sample::{sample, Sampling};
pub use schedule::RateSchedule;

use crate::{Layout, LayoutError};
use std::iter::Sum;

/// A model that learns by steps, and whose numbers can be read and replaced.
///
/// Numbers are counted as [`layout`](Self::layout) says: tensors by name, each row by row. Steps
/// may differ in the last bit between machines. Nothing that a team agrees on depends on that.
pub trait Learner {
    /// What a step learns from.
    type Batch;

    /// Which numbers the model consists of.
    fn layout(&self) -> &Layout;

    /// Copies all numbers of the model into a slice of that length.
    ///
    /// # Errors
    ///
    /// If the slice has another length, or the tensor library fails.
    fn read(&self, into: &mut [f32]) -> Result<(), LearnError>;

    /// Takes over all numbers of the model. What the optimiser remembers stays.
    ///
    /// # Errors
    ///
    /// If the slice has another length or a number that is not finite, or the tensor library fails.
    fn write(&mut self, from: &[f32]) -> Result<(), LearnError>;

    /// Learns from a batch at a learning rate. Returns the mean loss before the step.
    ///
    /// # Errors
    ///
    /// If the batch does not fit the model, the rate is negative, the loss or a gradient is not
    /// finite, or the tensor library fails. Unless it is the last, all stays as it was.
    fn step(&mut self, batch: &Self::Batch, rate: f64) -> Result<f32, LearnError>;

    /// Measures the model by a batch. Results of several batches can be summed.
    ///
    /// # Errors
    ///
    /// If the batch does not fit the model, or the tensor library fails.
    fn evaluate(&self, batch: &Self::Batch) -> Result<Evaluated, LearnError>;

    /// What the optimiser remembers.
    ///
    /// # Errors
    ///
    /// If the tensor library fails.
    fn inner_state(&self) -> Result<InnerState, LearnError>;

    /// Goes on from what an optimiser of the same model has remembered.
    ///
    /// # Errors
    ///
    /// If it has other lengths or numbers that no optimiser has, or the tensor library fails.
    fn restore_inner(&mut self, state: &InnerState) -> Result<(), LearnError>;
}

/// What a model was worth on some predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluated {
    /// Sum of the losses of the predictions, in nats where a prediction is a distribution.
    pub loss: f64,
    /// How many predictions there were.
    pub count: u64,
    /// How many of them were right.
    pub correct: u64,
}

/// What an optimiser remembers of each number of the model. It belongs to one member alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InnerState {
    /// How many steps were done.
    pub steps: u64,
    /// Running means of the gradients.
    pub mean: Vec<f32>,
    /// Running means of the squared gradients.
    pub square: Vec<f32>,
}

/// Why a learner cannot do what was asked. No text shows a number of the model.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// A setting cannot be used.
    #[error("{name} must be {rule}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// What is allowed.
        rule: &'static str,
    },
    /// The settings describe no model that a team can share.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// Numbers of another model.
    #[error("{found} numbers do not fit a model of {expected}")]
    Length {
        /// How many the model has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Infinite numbers, or what is no number.
    #[error("there are {what} that are not finite: choose a smaller learning rate")]
    NotFinite {
        /// What they are.
        what: &'static str,
    },
    /// The running mean of a square is negative.
    #[error("a running mean of squares is negative: this is no state of an optimiser")]
    NegativeSquare,
    /// A tensor has no part in the loss, so it would never be learnt.
    #[error("no gradient reaches the tensor {name:?}")]
    NoGradient {
        /// Name of the tensor.
        name: String,
    },
    /// A text is longer than the model can see.
    #[error("a text of {length} bytes is longer than the context of {context}")]
    Context {
        /// Bytes of the text.
        length: usize,
        /// The most bytes that the model sees.
        context: usize,
    },
    /// A text has to begin somehow.
    #[error("the prompt is empty: give at least one byte to go on from")]
    EmptyPrompt,
    /// The tensor library failed.
    #[error("the tensor library failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

impl Evaluated {
    /// The mean loss of a prediction; nothing if there was none.
    pub fn mean_loss(&self) -> Option<f64> {
        (self.count > 0).then(|| self.loss / self.count as f64)
    }
}

impl Sum for Evaluated {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            loss: sum.loss + part.loss,
            count: sum.count.saturating_add(part.count),
            correct: sum.correct.saturating_add(part.correct),
        })
    }
}

/// Refuses a setting that breaks its rule.
fn require(name: &'static str, rule: &'static str, kept: bool) -> Result<(), LearnError> {
    if kept {
        Ok(())
    } else {
        Err(LearnError::Setting { name, rule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_several_batches_counts_each_prediction_once() {
        let parts = [
            Evaluated { loss: 6.0, count: 3, correct: 1 },
            Evaluated { loss: 2.0, count: 1, correct: 1 },
        ];
        let whole: Evaluated = parts.into_iter().sum();
        assert_eq!(whole, Evaluated { loss: 8.0, count: 4, correct: 2 });
        assert_eq!(whole.mean_loss(), Some(2.0));
        assert_eq!(Evaluated::default().mean_loss(), None);
    }
}
