//! What a training has come to.

use super::{config::TrainConfig, evaluate::Evaluation, observer::EpochMetrics};
use nocknock_primitives::model::{architecture::Architecture, names::name_of, weights::Weights};
use serde::{Deserialize, Serialize};

/// A model and how it came about.
#[derive(Clone, Debug)]
pub struct TrainedModel {
    /// The integers, within the ranges of the architecture, and safe.
    pub weights: Weights,
    /// How they came about.
    pub report: TrainReport,
}

/// How a model came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainReport {
    /// Name of the architecture, or its sizes.
    pub shape: String,
    /// The settings.
    pub config: TrainConfig,
    /// Where tensors were computed: `cpu`, `cuda` or `metal`.
    pub device: String,
    /// Steps that were done.
    pub steps: u64,
    /// Why there were no more.
    pub stopped: StopReason,
    /// The epoch whose integers were kept, from 0. If none is complete, it is the first, as far as
    /// it came.
    pub best_epoch: u32,
    /// Each complete epoch.
    pub history: Vec<EpochMetrics>,
    /// The kept integers on the training samples.
    pub training: Evaluation,
    /// The kept integers on the validation samples, if there are any.
    pub validation: Option<Evaluation>,
    /// Seconds since the last start, everything included.
    pub seconds: f64,
    /// Samples learned per second, over the epochs since the last start; 0 if there were none.
    pub samples_per_second: f64,
}

/// Why a training ended with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// All epochs are done.
    AllEpochs,
    /// The validation result did not grow for as many epochs as `patience` says.
    NoProgress,
    /// The observer had no more time.
    TimeUp,
}

impl TrainReport {
    /// The samples by which the model is judged, and the result: the validation samples if there
    /// are any, else the samples that the model was trained on.
    pub fn judged(&self) -> (&'static str, &Evaluation) {
        match &self.validation {
            Some(validation) => ("validation", validation),
            None => ("training", &self.training),
        }
    }
}

/// What people call an architecture: its name, or the sizes of its layers.
pub(crate) fn title(architecture: &Architecture) -> String {
    name_of(architecture).map_or_else(|| sizes(architecture), str::to_owned)
}

/// Inputs, units of each hidden layer and outputs.
fn sizes(architecture: &Architecture) -> String {
    let inputs = usize::from(architecture.inputs);
    let units = architecture.layers().map(|layer| layer.units);
    let sizes: Vec<String> =
        std::iter::once(inputs).chain(units).map(|size| size.to_string()).collect();
    sizes.join("x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{labels_head, narrow};
    use nocknock_primitives::model::names::named;

    #[test]
    fn an_architecture_is_called_by_its_name_or_its_sizes() {
        let digits = named("digits-64x32x10").unwrap();
        assert_eq!(title(&digits), "digits-64x32x10");
        assert_eq!(title(&narrow(labels_head(4))), "10x12x7x4");
    }
}
