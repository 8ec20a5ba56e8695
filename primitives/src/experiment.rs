//! Experiments: what they are about, their best scores and their models.

use crate::{
    ids::{
        BlobId, CircuitId, ContentHash, ExperimentId, KeyCommitment, ModelCommitment,
        ModelVersionNumber, TaskId,
    },
    limits::{List, Text, MAX_DESCRIPTION, MAX_LEADERBOARD, MAX_NAME, MAX_TAG, MAX_TAGS},
    score::Score,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What an owner says about an experiment.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Description {
    /// Name for people, UTF-8.
    pub name: Text<MAX_NAME>,
    /// What is to be learnt from what, UTF-8.
    pub text: Text<MAX_DESCRIPTION>,
    /// Words to find it by, UTF-8.
    pub tags: List<Text<MAX_TAG>, MAX_TAGS>,
    /// Hash of a longer document outside the chain.
    pub metadata: Option<ContentHash>,
}

/// The best model that an experiment has seen delivered.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Champion {
    /// Its version.
    pub version: ModelVersionNumber,
    /// Its proved score.
    pub score: Score,
}

/// An experiment.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Experiment<AccountId, BlockNumber> {
    /// Who may describe, transfer and archive it and sponsor tasks in it.
    pub owner: AccountId,
    /// What the owner says about it.
    pub description: Description,
    /// When it was created.
    pub created_at: BlockNumber,
    /// It takes no new tasks.
    pub archived: bool,
    /// Its best delivered model.
    pub champion: Option<Champion>,
    /// Model versions registered so far.
    pub versions: ModelVersionNumber,
}

/// A complete proved score.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LeaderboardEntry<AccountId, BlockNumber> {
    /// Who proved it.
    pub worker: AccountId,
    /// In which task.
    pub task: TaskId,
    /// About which model.
    pub model: ModelCommitment,
    /// The score on all of the task's test blocks.
    pub score: Score,
    /// When the last block was proved.
    pub at: BlockNumber,
}

/// The best entries, best first; of equal scores the earlier one.
pub type Leaderboard<AccountId, BlockNumber> =
    List<LeaderboardEntry<AccountId, BlockNumber>, MAX_LEADERBOARD>;

/// What a model is used for.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Stage {
    /// Delivered, not the best.
    Candidate,
    /// The best so far.
    Champion,
    /// Put aside.
    Archived,
}

/// A model that was delivered and paid for.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeliveredModel<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// Who trained it.
    pub worker: AccountId,
    /// Who asked for it.
    pub requester: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// Its proved score.
    pub score: Score,
    /// The circuit under which the score was proved.
    pub circuit: CircuitId,
    /// Commitment to the key of its ciphertext.
    pub key_commitment: KeyCommitment,
    /// A copy of the ciphertext outside the chain.
    pub blob: Option<BlobId>,
}

/// A version in the model registry.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ModelVersion<AccountId, BlockNumber> {
    /// The model.
    pub delivered: DeliveredModel<AccountId>,
    /// What it is used for.
    pub stage: Stage,
    /// Who may change its stage.
    pub owner: AccountId,
    /// When it was registered.
    pub at: BlockNumber,
}
