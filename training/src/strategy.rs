//! The seam for training together.
//!
//! A training alone computes gradients and applies them. One that shares the work does something in
//! between: it replaces the gradients by what all agree on, or, every few steps, the parameters.
//! Both are a [`Strategy`], which [`train_with`](super::train_with) asks at the two places. The
//! trainer knows nothing of machines and messages, and a strategy nothing of layers and roundings.
//!
//! What holds for every strategy:
//!
//! * Parameters that come from outside are brought into their ranges, rounded and made safe before
//!   the next step, by [`Learner::set_parameters`]; gradients are applied with the same projection.
//!   So the final model is safe whatever others send.
//! * The order of samples, the split and the first weights follow from the seed; the scales between
//!   real numbers and integers follow from the samples. So parameters and gradients mean the same
//!   only to members with the same samples. Members who are to learn from different ones are given
//!   different seeds, and agree on the first parameters.
//! * A checkpoint holds the learner, not the strategy. It belongs to the strategy by its
//!   [name](Strategy::name), and a resumed training gives the same bits as long as the strategy
//!   answers the same at the same steps.

use super::learner::{Gradients, Learner};
use std::{error::Error, fmt};

/// Why a strategy cannot go on.
pub type StrategyError = Box<dyn Error + Send + Sync>;

/// What happens between the gradients of a step and the next step.
///
/// `agree` and `merge` are called on the thread that trains, and block it.
pub trait Strategy: fmt::Debug + Send {
    /// What it is, for checkpoints: one of another strategy is refused.
    fn name(&self) -> &str;

    /// Given the gradients of a step, counted from 0, says which are applied. By default these.
    fn agree(&mut self, _step: u64, own: Gradients) -> Result<Gradients, StrategyError> {
        Ok(own)
    }

    /// Called when a step, counted from 0, has been applied; may merge parameters. By default it
    /// does nothing.
    fn merge(&mut self, _step: u64, _learner: &mut Learner) -> Result<(), StrategyError> {
        Ok(())
    }

    /// Whether the learner is made [real](Learner::real) before it learns, which shows what
    /// integers cost. By default it is not: the model that comes out is worse.
    fn in_real_numbers(&self) -> bool {
        false
    }
}

/// Training alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Strategy for Alone {
    fn name(&self) -> &str {
        "alone"
    }
}
