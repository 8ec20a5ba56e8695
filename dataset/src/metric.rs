//! What the points of a model say.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What the share of all points is that a model reaches on the test rows.
///
/// It is part of the encoding, so the task is bound to it, and so is each model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// The share of rows that the model is right about. Each row is in the data once.
    #[default]
    Accuracy,
    /// The mean of the shares of all classes. Rows of rarer classes are in their block as copies,
    /// so that each block has as many samples of each class, and copies are counted.
    BalancedAccuracy,
}

impl Metric {
    /// Whether each row is in the data once.
    pub const fn is_accuracy(&self) -> bool {
        matches!(self, Self::Accuracy)
    }

    /// The one beside which it is shown.
    pub const fn other(&self) -> Self {
        match self {
            Self::Accuracy => Self::BalancedAccuracy,
            Self::BalancedAccuracy => Self::Accuracy,
        }
    }

    /// Whether copies of rows make each class count the same.
    pub const fn is_balanced(&self) -> bool {
        matches!(self, Self::BalancedAccuracy)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced accuracy",
        })
    }
}
