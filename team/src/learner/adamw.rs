//! AdamW (Loshchilov and Hutter, 2019), whose memory can be saved: candle's own hides it.

use super::{
    flat::{check_finite, check_length, join, split},
    require, InnerState, LearnError,
};
use crate::Layout;
use candle_core::{Tensor, Var};
use serde::{Deserialize, Serialize};

/// Settings of AdamW. The learning rate is given with each step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdamWSettings {
    /// How much of the mean gradient is kept in a step, 0 up to but not including 1.
    pub beta1: f64,
    /// How much of the mean squared gradient is kept in a step, 0 up to but not including 1.
    pub beta2: f64,
    /// What keeps the divisor from zero, above 0.
    pub epsilon: f64,
    /// Share of a number that is taken off per step and unit of the learning rate, 0 to 1. Tensors
    /// of less than two dimensions do not decay.
    pub weight_decay: f64,
}

impl Default for AdamWSettings {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weight_decay: 0.1 }
    }
}

impl AdamWSettings {
    pub(super) fn check(&self) -> Result<(), LearnError> {
        let share = "0 or more and below 1";
        require("beta1", share, (0.0..1.0).contains(&self.beta1))?;
        require("beta2", share, (0.0..1.0).contains(&self.beta2))?;
        let is_small = self.epsilon > 0.0 && self.epsilon < 1.0;
        require("epsilon", "above 0 and below 1", is_small)?;
        let decays = (0.0..=1.0).contains(&self.weight_decay);
        require("weight_decay", "0 or more, at most 1", decays)
    }
}

/// What is remembered of the gradients of a tensor, with its extents.
#[derive(Debug)]
struct Moments {
    mean: Tensor,
    square: Tensor,
}

/// Moves the tensors of a model, in the order of its layout.
#[derive(Debug)]
pub(super) struct AdamW {
    settings: AdamWSettings,
    steps: u64,
    moments: Vec<Moments>,
}

impl AdamW {
    /// An optimiser that remembers nothing yet.
    pub(super) fn new(settings: AdamWSettings, variables: &[Var]) -> candle_core::Result<Self> {
        let moments = variables.iter().map(Moments::none).collect::<candle_core::Result<_>>()?;
        Ok(Self { settings, steps: 0, moments })
    }

    /// Moves each tensor against its gradient.
    pub(super) fn step(
        &mut self,
        variables: &[Var],
        gradients: &[Tensor],
        rate: f64,
    ) -> candle_core::Result<()> {
        let settings = self.settings;
        self.steps = self.steps.saturating_add(1);
        // The means begin at zero, and are too small by these factors at first.
        let grown = [settings.beta1, settings.beta2].map(|beta| 1.0 - beta.powf(self.steps as f64));
        for ((variable, gradient), moments) in
            variables.iter().zip(gradients).zip(&mut self.moments)
        {
            *moments = moments.next(gradient, &settings)?;
            let direction = moments.direction(grown, settings.epsilon)?;
            let decay = if variable.rank() < 2 { 0.0 } else { settings.weight_decay };
            let kept = variable.as_detached_tensor().affine(1.0 - rate * decay, 0.0)?;
            variable.set(&(kept - direction.affine(rate, 0.0)?)?)?;
        }
        Ok(())
    }

    /// See [`super::Learner::inner_state`].
    pub(super) fn state(&self) -> Result<InnerState, LearnError> {
        Ok(InnerState {
            steps: self.steps,
            mean: join(self.moments.iter().map(|moments| &moments.mean))?,
            square: join(self.moments.iter().map(|moments| &moments.square))?,
        })
    }

    /// See [`super::Learner::restore_inner`].
    pub(super) fn restore(
        &mut self,
        state: &InnerState,
        layout: &Layout,
        variables: &[Var],
    ) -> Result<(), LearnError> {
        check_length(layout, state.mean.len())?;
        check_length(layout, state.square.len())?;
        check_finite("running means", &state.mean)?;
        check_finite("running means of squares", &state.square)?;
        if state.square.iter().any(|square| *square < 0.0) {
            return Err(LearnError::NegativeSquare);
        }
        let Some(device) = variables.first().map(|variable| variable.device()) else {
            return Ok(());
        };
        let means = split(layout, &state.mean, device)?;
        let squares = split(layout, &state.square, device)?;
        let pairs = means.into_iter().zip(squares);
        self.moments = pairs.map(|(mean, square)| Moments { mean, square }).collect();
        self.steps = state.steps;
        Ok(())
    }
}

impl Moments {
    fn none(variable: &Var) -> candle_core::Result<Self> {
        let zeros = variable.zeros_like()?;
        Ok(Self { mean: zeros.clone(), square: zeros })
    }

    fn next(&self, gradient: &Tensor, settings: &AdamWSettings) -> candle_core::Result<Self> {
        let mix = |memory: &Tensor, new: &Tensor, beta: f64| {
            memory.affine(beta, 0.0)? + new.affine(1.0 - beta, 0.0)?
        };
        Ok(Self {
            mean: mix(&self.mean, gradient, settings.beta1)?,
            square: mix(&self.square, &gradient.sqr()?, settings.beta2)?,
        })
    }

    /// The mean gradient by its usual size.
    fn direction(&self, grown: [f64; 2], epsilon: f64) -> candle_core::Result<Tensor> {
        let [mean, square] = grown;
        let size = self.square.affine(1.0 / square, 0.0)?.sqrt()?.affine(1.0, epsilon)?;
        self.mean.affine(1.0 / mean, 0.0)? / size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn variable(numbers: &[f32], extents: &[usize]) -> Var {
        let tensor = Tensor::from_slice(numbers, extents, &Device::Cpu).unwrap();
        Var::from_tensor(&tensor).unwrap()
    }

    #[test]
    fn steps_are_those_of_the_formula_and_vectors_do_not_decay() {
        let settings = AdamWSettings::default();
        let variables = [variable(&[1.0], &[1]), variable(&[1.0], &[1, 1])];
        let mut adam = AdamW::new(settings, &variables).unwrap();
        let (mut mean, mut square) = (0.0, 0.0);
        let mut expected = [1.0f64, 1.0];
        for (step, gradient) in [(1, 0.5f64), (2, -0.25), (3, 0.125)] {
            let numbers = [gradient as f32];
            let gradients = [variable(&numbers, &[1]), variable(&numbers, &[1, 1])];
            let gradients = gradients.map(|gradient| gradient.as_detached_tensor());
            adam.step(&variables, &gradients, 0.1).unwrap();
            mean = 0.9 * mean + 0.1 * gradient;
            square = 0.95 * square + 0.05 * gradient * gradient;
            let size = (square / (1.0 - 0.95f64.powi(step))).sqrt() + 1e-8;
            let move_by = 0.1 * mean / (1.0 - 0.9f64.powi(step)) / size;
            expected = [expected[0] - move_by, expected[1] * (1.0 - 0.1 * 0.1) - move_by];
        }
        for (variable, expected) in variables.iter().zip(expected) {
            let found = join([variable.as_tensor()]).unwrap()[0];
            assert!((f64::from(found) - expected).abs() < 1e-5, "{found} instead of {expected}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let good = AdamWSettings::default();
        good.check().unwrap();
        let bad = [
            ("beta1", AdamWSettings { beta1: 1.0, ..good }),
            ("beta2", AdamWSettings { beta2: -0.1, ..good }),
            ("epsilon", AdamWSettings { epsilon: 0.0, ..good }),
            ("weight_decay", AdamWSettings { weight_decay: f64::NAN, ..good }),
        ];
        for (expected, settings) in bad {
            let refused = settings.check().unwrap_err();
            assert!(matches!(refused, LearnError::Setting { name, .. } if name == expected));
        }
    }
}
