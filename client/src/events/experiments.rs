//! Events about experiments and their models.

use super::domain::events;
use crate::types::{AccountId, Balance};
use nocknock_primitives::{
    experiment::{Champion, Stage},
    ids::{ExperimentId, ModelVersionNumber, TaskId},
    score::Score,
};

events! {
    /// What the pallet `Experiments` reports.
    ExperimentsEvent in "Experiments" {
        /// An experiment was created.
        ExperimentCreated {
            /// The experiment.
            experiment: ExperimentId,
            /// Who owns it.
            owner: AccountId,
            /// What is held for it.
            deposit: Balance,
        },
        /// An experiment got a new description.
        ExperimentDescribed {
            /// The experiment.
            experiment: ExperimentId,
            /// What is held for it now.
            deposit: Balance,
        },
        /// The owner offered an experiment to another account.
        TransferOffered {
            /// The experiment.
            experiment: ExperimentId,
            /// Who may accept it.
            to: AccountId,
        },
        /// The owner took back its offer.
        TransferCancelled {
            /// The experiment.
            experiment: ExperimentId,
        },
        /// An experiment has a new owner.
        ExperimentTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// Who owned it. Its deposit was released.
            from: AccountId,
            /// Who owns it.
            to: AccountId,
            /// What is held from the new owner.
            deposit: Balance,
        },
        /// An experiment was archived: it takes no new tasks.
        ExperimentArchived {
            /// The experiment.
            experiment: ExperimentId,
            /// What stays on hold for what stays stored.
            deposit: Balance,
        },
        /// A proved score entered a leaderboard.
        LeaderboardEntered {
            /// The experiment.
            experiment: ExperimentId,
            /// The worker.
            worker: AccountId,
            /// The task.
            task: TaskId,
            /// Its place, from 0.
            place: u32,
        },
        /// A delivered model was registered.
        ModelRegistered {
            /// The experiment.
            experiment: ExperimentId,
            /// Its version.
            version: ModelVersionNumber,
            /// The task.
            task: TaskId,
            /// Who trained it.
            worker: AccountId,
            /// Its proved score.
            score: Score,
        },
        /// A model beat the champion of its experiment and is champion now.
        ChampionChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The champion.
            champion: Champion,
        },
        /// The owner of a model changed its stage.
        ModelStageChanged {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// The new stage.
            stage: Stage,
        },
        /// A model version has a new owner.
        ModelTransferred {
            /// The experiment.
            experiment: ExperimentId,
            /// The version.
            version: ModelVersionNumber,
            /// Who owned it.
            from: AccountId,
            /// Who owns it.
            to: AccountId,
        },
    }
}
