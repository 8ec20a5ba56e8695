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
    /// Everything random follows from it: split, first weights, order of samples, augmentation,
    /// what is left out.
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
    /// Nor does a training with so few samples that none is kept for validation. Does not go with
    /// keeping the last epoch.
    pub patience: Option<u32>,
    /// Largest weight that can be represented, in standard deviations of the first weights. More
    /// means wider and coarser. Weights of fewer than 6 bits have as many sixths of it.
    pub weight_range: f64,
    /// Moves some images by a pixel, if the inputs are images.
    pub image_shift: Option<ImageShift>,
    /// One of several parts of the samples is kept for validation, in the place of
    /// `validation_share`.
    pub fold: Option<Fold>,
    /// Which epoch's integers are kept.
    pub keep: Keep,
    /// Leaves out inputs and hidden units while the model learns.
    pub dropout: Dropout,
    /// Memory of a running mean of the parameters, above 0 and below 1, whose integers are judged
    /// and kept in the place of the latest; `None` keeps the latest.
    pub average: Option<f64>,
    /// How much the samples of each class count. Labels and numbers have no use for it.
    pub class_weights: ClassWeights,
    /// Share of a teacher in the target of a sample, 0 to 1; see [`Lesson`](super::Lesson).
    pub teacher_share: f64,
    /// Draws the shares of a teacher together, if above 1, or apart, 0.1 to 10.
    pub temperature: f64,
    /// Share of rows in a step that a teacher alone has labelled, 0 to 0.9. They come on top of
    /// `batch_size`.
    pub synthetic_share: f64,
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

/// One of several parts into which all samples are dealt, class by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// Number of the part, from 0.
    pub number: u8,
    /// How many parts there are, 2 or more.
    pub of: u8,
}

/// Which epoch's integers are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// That with the best validation result. Of equal results, and without validation samples, the
    /// latest.
    #[default]
    Best,
    /// The last. Validation samples then judge the model alone and no epoch, so that their result
    /// is none that was chosen for being high.
    Last,
}

/// What is left out of a model while it learns (Srivastava et al., 2014). Judging leaves out
/// nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Dropout {
    /// Share of the inputs, 0 to 0.9. Those of one column are left out together.
    pub inputs: f64,
    /// Share of the hidden units, 0 to 0.9.
    pub hidden: f64,
}

/// How much the samples of each class count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassWeights {
    /// Each sample as much as any other.
    #[default]
    Equal,
    /// All classes alike: the more samples a class has, the less each counts.
    Balanced,
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
    /// Early stopping has nothing to choose.
    #[error("patience looks for the best epoch, and keep is `last`: leave one of them out")]
    PatienceForTheLast,
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
            fold: None,
            keep: Keep::default(),
            dropout: Dropout::default(),
            average: None,
            class_weights: ClassWeights::default(),
            teacher_share: 0.0,
            temperature: 1.0,
            synthetic_share: 0.0,
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
        self.check_regularisation()?;
        self.check_patience()?;
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

    fn check_regularisation(&self) -> Result<(), ConfigError> {
        let most = |v: &f64| (0.0..=0.9).contains(v);
        require("dropout.inputs", "0 to 0.9", self.dropout.inputs, most)?;
        require("dropout.hidden", "0 to 0.9", self.dropout.hidden, most)?;
        require("synthetic_share", "0 to 0.9", self.synthetic_share, most)?;
        require("teacher_share", "0 to 1", self.teacher_share, |v| (0.0..=1.0).contains(v))?;
        require("temperature", "0.1 to 10", self.temperature, |v| (0.1..=10.0).contains(v))?;
        let average = self.average.unwrap_or(0.5);
        require("average", "above 0 and below 1", average, |v| *v > 0.0 && *v < 1.0)?;
        match self.fold {
            Some(fold) => fold.check(),
            None => Ok(()),
        }
    }

    fn check_patience(&self) -> Result<(), ConfigError> {
        if self.patience.is_none() {
            Ok(())
        } else if self.keep == Keep::Last {
            Err(ConfigError::PatienceForTheLast)
        } else if self.fold.is_none() && self.validation_share == 0.0 {
            Err(ConfigError::PatienceWithoutValidation)
        } else {
            Ok(())
        }
    }
}

impl Fold {
    fn check(&self) -> Result<(), ConfigError> {
        require("fold.of", "2 or more", self.of, |v| *v > 1)?;
        require("fold.number", "below fold.of", self.number, |v| *v < self.of)
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
    fn each_regularisation_out_of_range_is_named() {
        assert!(refusal(|c| c.dropout.inputs = 1.0).starts_with("dropout.inputs"));
        assert!(refusal(|c| c.dropout.hidden = -0.1).starts_with("dropout.hidden"));
        assert!(refusal(|c| c.synthetic_share = 0.95).starts_with("synthetic_share"));
        assert!(refusal(|c| c.teacher_share = 1.1).starts_with("teacher_share"));
        assert!(refusal(|c| c.temperature = 0.0).starts_with("temperature"));
        for average in [0.0, 1.0, f64::NAN] {
            assert!(refusal(|c| c.average = Some(average)).starts_with("average"));
        }
        assert!(refusal(|c| c.fold = Some(Fold { number: 0, of: 1 })).starts_with("fold.of"));
        assert!(refusal(|c| c.fold = Some(Fold { number: 5, of: 5 })).starts_with("fold.number"));
    }

    #[test]
    fn patience_needs_validation_samples() {
        let refused = refusal(|c| {
            c.patience = Some(3);
            c.validation_share = 0.0;
        });
        assert!(refused.contains("patience needs validation samples"));
        let fold = Some(Fold { number: 0, of: 5 });
        let validation_share = 0.0;
        let config =
            TrainConfig { patience: Some(3), validation_share, fold, ..TrainConfig::default() };
        assert_eq!(config.check(), Ok(()));
    }

    #[test]
    fn patience_and_the_last_epoch_do_not_go_together() {
        let refused = refusal(|c| {
            c.patience = Some(3);
            c.keep = Keep::Last;
        });
        assert!(refused.contains("keep is `last`"), "{refused}");
    }

    #[test]
    fn settings_of_before_mean_what_they_meant() {
        let config: TrainConfig = serde_json::from_str(r#"{"epochs": 3}"#).unwrap();
        assert_eq!(config, TrainConfig { epochs: 3, ..TrainConfig::default() });
        assert_eq!((config.fold, config.keep, config.average), (None, Keep::Best, None));
        assert_eq!(config.dropout, Dropout { inputs: 0.0, hidden: 0.0 });
        assert_eq!(config.class_weights, ClassWeights::Equal);
        assert_eq!((config.teacher_share, config.synthetic_share), (0.0, 0.0));
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
            fold: Some(Fold { number: 1, of: 5 }),
            keep: Keep::Last,
            dropout: Dropout { inputs: 0.25, hidden: 0.5 },
            average: Some(0.75),
            class_weights: ClassWeights::Balanced,
            ..TrainConfig::default()
        };
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<TrainConfig>(&text).unwrap(), config);
    }
}
