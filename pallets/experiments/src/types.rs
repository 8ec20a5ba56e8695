//! The shared records with the types of a runtime filled in, and what a chain specification holds.

use crate::Config;
use alloc::{string::String, vec::Vec};
use frame_support::traits::fungible;
use frame_system::pallet_prelude::BlockNumberFor;
use nocknock_primitives::{
    experiment::{
        Description, Experiment, Leaderboard, LeaderboardEntry, ModelVersion, NewDescriptionError,
    },
    ids::ContentHash,
};
use serde::{Deserialize, Serialize};

/// An amount of the currency.
pub type BalanceOf<T> =
    <<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// An experiment.
pub type ExperimentOf<T> = Experiment<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A complete proved score.
pub type EntryOf<T> = LeaderboardEntry<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// The best scores of an experiment.
pub type LeaderboardOf<T> = Leaderboard<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A version in the model registry.
pub type VersionOf<T> = ModelVersion<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// An experiment in a chain specification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisExperiment<AccountId> {
    /// Who owns it.
    pub owner: AccountId,
    /// What it is about.
    pub description: GenesisDescription,
}

/// A description in a chain specification, with the bounds of [`Description`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisDescription {
    /// Name for people.
    pub name: String,
    /// What is to be learnt from what.
    pub text: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Hash of a longer document outside the chain.
    #[serde(default)]
    pub metadata: Option<ContentHash>,
}

impl TryFrom<&GenesisDescription> for Description {
    type Error = NewDescriptionError;

    fn try_from(given: &GenesisDescription) -> Result<Self, Self::Error> {
        Self::new(&given.name, &given.text, &given.tags, given.metadata)
    }
}
