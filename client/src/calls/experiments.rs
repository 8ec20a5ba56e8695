//! Calls about experiments and their models.

use super::{Call, Hold};
use crate::types::AccountId;
use nocknock_primitives::{
    experiment::{Description, Stage},
    ids::{ExperimentId, ModelVersionNumber},
};

const PALLET: &str = "Experiments";

/// Creates an experiment that the sender owns. Holds a deposit that grows with the description.
pub fn create(description: &Description) -> Call {
    Call::new(PALLET, "create_experiment")
        .with("description", description)
        .holding(Hold::of_new(description))
}

/// Replaces the description of an experiment and adjusts its deposit.
pub fn describe(experiment: ExperimentId, description: &Description) -> Call {
    about("describe_experiment", experiment)
        .with("description", description)
        .holding(Hold::of_change(experiment, description))
}

/// Offers an experiment to another account, which has to accept it.
pub fn transfer(experiment: ExperimentId, to: &AccountId) -> Call {
    about("offer_transfer", experiment).with("to", to)
}

/// Accepts an experiment that is offered to the sender. Holds its deposit.
pub fn accept_transfer(experiment: ExperimentId) -> Call {
    about("accept_transfer", experiment).holding(Hold::Experiment(experiment))
}

/// Takes back the offer of an experiment.
pub fn cancel_transfer(experiment: ExperimentId) -> Call {
    about("cancel_transfer", experiment)
}

/// Archives an experiment for ever.
pub fn archive(experiment: ExperimentId) -> Call {
    about("archive_experiment", experiment)
}

/// Puts a model version aside, or takes it up again.
pub fn set_stage(experiment: ExperimentId, version: ModelVersionNumber, stage: Stage) -> Call {
    about("set_stage", experiment).with("version", version).with("stage", stage)
}

/// Gives a model version to another account at once.
pub fn transfer_model(
    experiment: ExperimentId,
    version: ModelVersionNumber,
    to: &AccountId,
) -> Call {
    about("transfer_model", experiment).with("version", version).with("to", to)
}

fn about(call: &'static str, experiment: ExperimentId) -> Call {
    Call::new(PALLET, call).with("experiment", experiment)
}
