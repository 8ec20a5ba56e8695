//! Settings of a training.

use super::{
    config_format::WrittenOptimiser,
    schedule::{is_share, Schedule},
};
use serde::{Deserialize, Serialize};

/// Settings of a training. [`TrainConfig::check`] and [`TrainConfig::check_for`] check each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainConfig {
    /// Everything random follows from it: split, first weights, order of samples, augmentation.
    pub seed: u64,
    /// Most passes over the training samples, 1 to 1,000,000.
    pub epochs: u32,
    /// Samples of a step, 1 to 65,536. The last step of an epoch may have fewer.
    pub batch_size: usize,
    /// How gradients become updates.
    pub optimiser: Optimiser,
    /// Highest learning rate, above 0.
    pub learning_rate: f64,
    /// How the learning rate moves.
    pub schedule: Schedule,
    /// Pull of the weights towards zero, 0 or more; biases are exempt.
    pub weight_decay: f64,
    /// Share of the target that is spread evenly over all classes, or over yes and no of each
    /// label, 0 up to but not including 1. A number has no use for it.
    pub label_smoothing: f64,
    /// Share of the samples that is kept for validation, of each class alike, 0 to 0.9.
    pub validation_share: f64,
    /// Stop after this many epochs without a better validation result; `None` never stops early.
    /// Nor does a training with so few samples that none is kept for validation.
    pub patience: Option<u32>,
    /// Largest weight that can be represented, in standard deviations of the first weights. More
    /// means wider and coarser. Weights of fewer than 6 bits have as many sixths of it.
    pub weight_range: f64,
    /// Moves some images by a pixel, if the inputs are images.
    pub image_shift: Option<ImageShift>,
    /// Steps between two checkpoints; `None` writes one only when the training ends or is stopped.
    pub checkpoint_every: Option<u64>,
    /// Threads on the CPU; `None` uses all cores.
    pub threads: Option<usize>,
}

/// How gradients become updates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenOptimiser", into = "WrittenOptimiser")]
pub enum Optimiser {
    /// Stochastic gradient descent with momentum; the decay is part of the gradient.
    SgdMomentum {
        /// Share of the last update that carries over, 0 up to but not including 1.
        momentum: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
    AdamW {
        /// Memory of the mean gradient, 0 up to but not including 1.
        beta1: f64,
        /// Memory of the squared gradient, 0 up to but not including 1.
        beta2: f64,
        /// Added to the root of the squared gradient, above 0.
        epsilon: f64,
    },
}

/// Images that samples hold, line by line, and how often they move by a pixel while they are
/// learned.
///
/// A little of it teaches a small network more than much: on the digits a chance of 0.1 gains half
/// a percent, always moving costs three.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageShift {
    /// Pixels of a line.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Share of the images that move sideways, and share of those that move up or down, 0 to 1.
    pub chance: f64,
}

/// Which setting cannot be used, and what it may be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A number is outside its range.
    #[error("{setting} must be {range}, not {found}")]
    Range {
        /// The setting.
        setting: &'static str,
        /// What it may be.
        range: &'static str,
        /// What it is.
        found: String,
    },
    /// Early stopping has nothing to look at.
    #[error(
        "patience needs validation samples: set validation_share above 0 or leave patience out"
    )]
    PatienceWithoutValidation,
    /// Images do not have as many pixels as samples have inputs.
    #[error(
        "an image of {width} x {height} pixels does not have the {inputs} inputs of the model"
    )]
    ImageSize {
        /// Pixels of a line.
        width: usize,
        /// Lines.
        height: usize,
        /// Inputs of the model.
        inputs: usize,
    },
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            epochs: 120,
            batch_size: 32,
            optimiser: Optimiser::default(),
            learning_rate: 0.02,
            schedule: Schedule::default(),
            weight_decay: 0.1,
            label_smoothing: 0.1,
            validation_share: 0.1,
            patience: None,
            weight_range: 4.0,
            image_shift: None,
            checkpoint_every: Some(2_000),
            threads: None,
        }
    }
}

impl Default for Optimiser {
    fn default() -> Self {
        Self::AdamW { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }
}

impl TrainConfig {
    /// Checks every setting by itself.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_counts()?;
        self.check_rates()?;
        self.optimiser.check()?;
        self.schedule.check()?;
        if self.patience.is_some() && self.validation_share == 0.0 {
            return Err(ConfigError::PatienceWithoutValidation);
        }
        match self.image_shift {
            Some(image) => image.check(),
            None => Ok(()),
        }
    }

    /// Checks every setting by itself, and those that depend on the number of inputs.
    pub fn check_for(&self, inputs: usize) -> Result<(), ConfigError> {
        self.check()?;
        match self.image_shift {
            Some(image) => image.check_for(inputs),
            None => Ok(()),
        }
    }

    fn check_counts(&self) -> Result<(), ConfigError> {
        let million = 1..=1_000_000;
        require("epochs", "1 to 1,000,000", self.epochs, |v| million.contains(v))?;
        let batch = 1..=65_536;
        require("batch_size", "1 to 65,536", self.batch_size, |v| batch.contains(v))?;
        let positive = "1 or more";
        require("patience", positive, self.patience.unwrap_or(1), |v| *v > 0)?;
        let every = self.checkpoint_every.unwrap_or(1);
        require("checkpoint_every", positive, every, |v| *v > 0)?;
        let threads = self.threads.unwrap_or(1);
        require("threads", "1 to 1,024", threads, |v| (1..=1024).contains(v))
    }

    fn check_rates(&self) -> Result<(), ConfigError> {
        let rate = self.learning_rate;
        require("learning_rate", "above 0, at most 1,000", rate, |v| *v > 0.0 && *v <= 1000.0)?;
        require("weight_decay", "0 to 10", self.weight_decay, |v| (0.0..=10.0).contains(v))?;
        require("label_smoothing", BELOW_ONE, self.label_smoothing, is_share)?;
        require("validation_share", "0 to 0.9", self.validation_share, |v| {
            (0.0..=0.9).contains(v)
        })?;
        require("weight_range", "0.1 to 100", self.weight_range, |v| (0.1..=100.0).contains(v))
    }
}

impl Optimiser {
    fn check(&self) -> Result<(), ConfigError> {
        match *self {
            Self::SgdMomentum { momentum } => require("momentum", BELOW_ONE, momentum, is_share),
            Self::AdamW { beta1, beta2, epsilon } => {
                require("beta1", BELOW_ONE, beta1, is_share)?;
                require("beta2", BELOW_ONE, beta2, is_share)?;
                // Smaller ones vanish in f32 and leave 0/0 where a gradient is always zero.
                require("epsilon", "1e-30 to 1", epsilon, |v| (1e-30..=1.0).contains(v))
            }
        }
    }
}

impl ImageShift {
    fn check(&self) -> Result<(), ConfigError> {
        require("chance", "0 to 1", self.chance, |v| (0.0..=1.0).contains(v))
    }

    fn check_for(&self, inputs: usize) -> Result<(), ConfigError> {
        let Self { width, height, .. } = *self;
        if width.checked_mul(height) == Some(inputs) {
            Ok(())
        } else {
            Err(ConfigError::ImageSize { width, height, inputs })
        }
    }
}

const BELOW_ONE: &str = "0 or more and below 1";

/// The value if it passes, or an error that names the setting. Not-a-number passes no test.
pub(crate) fn require<T: ToString>(
    setting: &'static str,
    range: &'static str,
    value: T,
    passes: impl FnOnce(&T) -> bool,
) -> Result<(), ConfigError> {
    if passes(&value) {
        Ok(())
    } else {
        Err(ConfigError::Range { setting, range, found: value.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut TrainConfig)) -> String {
        let mut config = TrainConfig::default();
        change(&mut config);
        config.check_for(64).unwrap_err().to_string()
    }

    #[test]
    fn the_default_can_be_used() {
        assert_eq!(TrainConfig::default().check(), Ok(()));
    }

    #[test]
    fn each_setting_out_of_range_is_named() {
        assert!(refusal(|c| c.epochs = 0).starts_with("epochs must be 1 to"));
        assert!(refusal(|c| c.batch_size = 0).starts_with("batch_size"));
        assert!(refusal(|c| c.learning_rate = f64::NAN).starts_with("learning_rate"));
        assert!(refusal(|c| c.learning_rate = 0.0).contains("not 0"));
        assert!(refusal(|c| c.weight_decay = -1.0).starts_with("weight_decay"));
        assert!(refusal(|c| c.label_smoothing = 1.0).starts_with("label_smoothing"));
        assert!(refusal(|c| c.validation_share = 0.95).starts_with("validation_share"));
        assert!(refusal(|c| c.weight_range = 0.0).starts_with("weight_range"));
        assert!(refusal(|c| c.threads = Some(0)).starts_with("threads"));
        assert!(refusal(|c| c.patience = Some(0)).starts_with("patience"));
        assert!(refusal(|c| c.checkpoint_every = Some(0)).starts_with("checkpoint_every"));
        let momentum = Optimiser::SgdMomentum { momentum: 1.0 };
        assert!(refusal(|c| c.optimiser = momentum).starts_with("momentum"));
    }

    #[test]
    fn patience_needs_validation_samples() {
        let refused = refusal(|c| {
            c.patience = Some(3);
            c.validation_share = 0.0;
        });
        assert!(refused.contains("patience needs validation samples"));
    }

    #[test]
    fn images_must_have_the_size_of_a_sample() {
        let image = ImageShift { width: 8, height: 7, chance: 0.1 };
        assert!(refusal(|c| c.image_shift = Some(image)).contains("8 x 7"));
        let config = TrainConfig { image_shift: Some(image), ..TrainConfig::default() };
        assert_eq!(config.check(), Ok(()));
        assert_eq!(config.check_for(56), Ok(()));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        let parsed = serde_json::from_str::<TrainConfig>(r#"{"epoch": 3}"#);
        assert!(parsed.unwrap_err().to_string().contains("unknown field"));
    }

    #[test]
    fn settings_survive_json() {
        let config = TrainConfig {
            optimiser: Optimiser::SgdMomentum { momentum: 0.9 },
            schedule: Schedule::Step { every_epochs: 10, factor: 0.5 },
            ..TrainConfig::default()
        };
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<TrainConfig>(&text).unwrap(), config);
    }
}
