//! The rules by which gradients change parameters.
//!
//! What a rule remembers of each parameter lies beside the parameter, in slots of the layer's state
//! ([`DenseLayer::memory`](super::DenseLayer::memory)). So whoever wants to save it, compare it or
//! send it can; the optimisers of candle hide theirs.

use super::{
    config::{Optimiser, TrainConfig},
    scale::Scale,
};

/// One update of all parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Update {
    /// Learning rate of this step.
    pub rate: f32,
    /// The rule.
    pub rule: Rule,
}

/// A rule with the constants of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// One slot of memory: the velocity.
    SgdMomentum {
        /// Share of the velocity that carries over.
        momentum: f32,
    },
    /// Two slots of memory: mean gradient and mean squared gradient.
    AdamW {
        /// Memory of the mean gradient.
        beta1: f32,
        /// Memory of the squared gradient.
        beta2: f32,
        /// Corrects the mean gradient for its start at zero.
        correction1: f32,
        /// Corrects the squared gradient for its start at zero.
        correction2: f32,
        /// Added to the root of the squared gradient.
        epsilon: f32,
    },
}

/// The slots of some parameters, each of the same length.
pub(crate) struct Slots<'a> {
    pub(crate) parameters: &'a mut [f32],
    pub(crate) integers: &'a mut [f32],
    pub(crate) first: &'a mut [f32],
    /// Empty for rules with one slot of memory.
    pub(crate) second: &'a mut [f32],
}

/// Zero for numbers that are too small to matter.
///
/// What a parameter without a gradient remembers shrinks from step to step and ends among the
/// denormal numbers, with which processors compute a hundred times more slowly.
pub(crate) fn flushed(value: f32) -> f32 {
    if value.abs() < 1e-30 {
        0.0
    } else {
        value
    }
}

impl Optimiser {
    /// Slots of memory for each parameter.
    pub fn memory(&self) -> usize {
        self.rule(0).memory()
    }

    /// The rule of a step, counted from 0.
    pub fn rule(&self, step: u64) -> Rule {
        let done = i32::try_from(step).unwrap_or(i32::MAX).saturating_add(1);
        let correction = |beta: f64| (1.0 / (1.0 - beta.powi(done))) as f32;
        match *self {
            Self::SgdMomentum { momentum } => Rule::SgdMomentum { momentum: momentum as f32 },
            Self::AdamW { beta1, beta2, epsilon } => Rule::AdamW {
                beta1: beta1 as f32,
                beta2: beta2 as f32,
                correction1: correction(beta1),
                correction2: correction(beta2),
                epsilon: epsilon as f32,
            },
        }
    }
}

impl Rule {
    /// Slots of memory for each parameter.
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::SgdMomentum { .. } => 1,
            Self::AdamW { .. } => 2,
        }
    }
}

impl Update {
    /// The update of a step, counted from 0, when the schedule is at `factor` of the highest
    /// learning rate.
    pub fn of_step(config: &TrainConfig, step: u64, factor: f64) -> Self {
        Self { rate: (config.learning_rate * factor) as f32, rule: config.optimiser.rule(step) }
    }

    /// Moves parameters of one kind. `gradient` is by their integers.
    pub(crate) fn apply(&self, slots: Slots<'_>, gradient: &[f32], scale: &Scale) {
        match self.rule {
            Rule::SgdMomentum { momentum } => self.descend(slots, gradient, scale, momentum),
            Rule::AdamW { .. } => self.adapt(slots, gradient, scale),
        }
    }

    fn descend(&self, slots: Slots<'_>, gradient: &[f32], scale: &Scale, momentum: f32) {
        let values = slots.parameters.iter_mut().zip(slots.integers);
        for (((parameter, integer), velocity), gradient) in values.zip(slots.first).zip(gradient) {
            let gradient = gradient * scale.unit + *parameter * scale.decay;
            *velocity = flushed(*velocity * momentum + gradient);
            let moved = *parameter - *velocity * self.rate;
            *parameter = moved.clamp(scale.low, scale.high);
            *integer = scale.round(*parameter);
        }
    }

    fn adapt(&self, slots: Slots<'_>, gradient: &[f32], scale: &Scale) {
        let Rule::AdamW { beta1, beta2, correction1, correction2, epsilon } = self.rule else {
            return;
        };
        let kept = 1.0 - self.rate * scale.decay;
        let values = slots.parameters.iter_mut().zip(slots.integers);
        let memory = slots.first.iter_mut().zip(slots.second);
        for (((parameter, integer), (mean, square)), gradient) in values.zip(memory).zip(gradient) {
            let gradient = gradient * scale.unit;
            *mean = flushed(*mean * beta1 + gradient * (1.0 - beta1));
            *square = flushed(*square * beta2 + gradient * gradient * (1.0 - beta2));
            let size = (*square * correction2).sqrt() + epsilon;
            let moved = *parameter * kept - *mean * correction1 / size * self.rate;
            *parameter = moved.clamp(scale.low, scale.high);
            *integer = scale.round(*parameter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::ROUNDING;

    #[test]
    fn the_first_step_of_adamw_moves_by_the_learning_rate_against_the_gradient() {
        let scale = Scale { unit: 1.0, low: -9.0, high: 9.0, decay: 0.0, rounding: ROUNDING };
        let config = TrainConfig { learning_rate: 0.5, ..TrainConfig::default() };
        let update = Update::of_step(&config, 0, 1.0);
        let mut parameters = [1.0, 1.0, 1.0];
        let [mut integers, mut first, mut second] = [[0.0; 3]; 3];
        let slots = Slots {
            parameters: &mut parameters,
            integers: &mut integers,
            first: &mut first,
            second: &mut second,
        };
        update.apply(slots, &[3.0, -0.25, 0.0], &scale);
        for (found, expected) in parameters.into_iter().zip([0.5, 1.5, 1.0]) {
            assert!((found - expected).abs() < 1e-4, "{found}");
        }
        assert!(first[0] > 0.0 && second[0] > 0.0 && first[2] == 0.0);
    }

    #[test]
    fn the_schedule_scales_the_rate() {
        let config = TrainConfig { learning_rate: 0.5, ..TrainConfig::default() };
        assert_eq!(Update::of_step(&config, 3, 0.25).rate, 0.125);
    }
}
