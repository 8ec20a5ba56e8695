//! How the learning rate moves over a training.

use super::{
    config::{require, ConfigError},
    config_format::WrittenSchedule,
};
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// How the learning rate moves over a training, as a factor of the highest rate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenSchedule", into = "WrittenSchedule")]
pub enum Schedule {
    /// The highest rate throughout.
    Constant,
    /// Rises evenly over the warm-up, then falls to zero along half a cosine.
    Cosine {
        /// Share of all steps that the warm-up takes, 0 up to but not including 1.
        warm_up: f64,
    },
    /// Multiplied by a factor from time to time.
    Step {
        /// Epochs between two multiplications, 1 or more.
        every_epochs: u32,
        /// The factor, above 0, at most 1.
        factor: f64,
    },
}

/// Where in a training a step lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Number of the step, from 0.
    pub(crate) step: u64,
    /// Steps of all epochs.
    pub(crate) steps: u64,
    /// Number of the epoch, from 0.
    pub(crate) epoch: u32,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Cosine { warm_up: 0.05 }
    }
}

impl Schedule {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        match *self {
            Self::Constant => Ok(()),
            Self::Cosine { warm_up } => {
                require("warm_up", "0 or more and below 1", warm_up, is_share)
            }
            Self::Step { every_epochs, factor } => {
                require("every_epochs", "1 or more", every_epochs, |v| *v > 0)?;
                require("factor", "above 0, at most 1", factor, |v| *v > 0.0 && *v <= 1.0)
            }
        }
    }

    /// The factor of a step, 0 to 1.
    pub(crate) fn factor(&self, at: Position) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Cosine { warm_up } => cosine(at.step as f64, at.steps as f64, warm_up),
            Self::Step { every_epochs, factor } => {
                factor.powf(f64::from(at.epoch / every_epochs.max(1)))
            }
        }
    }
}

fn cosine(step: f64, steps: f64, warm_up: f64) -> f64 {
    let rise = (steps * warm_up).floor();
    if step < rise {
        return (step + 1.0) / rise;
    }
    0.5 * (1.0 + (PI * (step - rise) / (steps - rise)).cos())
}

/// Whether a number is 0 or more and below 1.
pub(crate) fn is_share(value: &f64) -> bool {
    (0.0..1.0).contains(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(step: u64) -> Position {
        Position { step, steps: 100, epoch: (step / 10) as u32 }
    }

    #[test]
    fn a_cosine_rises_to_one_and_falls_to_nearly_zero() {
        let schedule = Schedule::Cosine { warm_up: 0.1 };
        let factors: Vec<f64> = (0..100).map(|step| schedule.factor(at(step))).collect();
        assert_eq!(factors[0], 0.1);
        assert_eq!(factors[9], 1.0);
        assert_eq!(factors[10], 1.0);
        assert!(factors[10..].windows(2).all(|pair| pair[1] < pair[0]));
        assert!(factors[99] > 0.0 && factors[99] < 0.001);
    }

    #[test]
    fn steps_multiply_at_their_epochs() {
        let schedule = Schedule::Step { every_epochs: 3, factor: 0.5 };
        assert_eq!(schedule.factor(at(29)), 1.0);
        assert_eq!(schedule.factor(at(30)), 0.5);
        assert_eq!(schedule.factor(at(60)), 0.25);
    }

    #[test]
    fn a_schedule_without_movement_stays_at_one() {
        assert_eq!(Schedule::Constant.factor(at(57)), 1.0);
    }
}
