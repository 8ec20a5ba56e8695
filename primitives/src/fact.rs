//! Facts of the World Truth Model and their evidence.

use crate::{
    ids::{BlobId, CircuitId, ExperimentId, FactId, ModelCommitment, ModelVersionNumber, TaskId},
    limits::{Text, MAX_DOMAIN, MAX_OBJECT, MAX_PREDICATE, MAX_SUBJECT, MAX_URI},
    score::Score,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a fact says. All texts are UTF-8; `domain`, `subject` and `predicate` are normalised keys.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Statement {
    /// Field of knowledge.
    pub domain: Text<MAX_DOMAIN>,
    /// What it is about.
    pub subject: Text<MAX_SUBJECT>,
    /// Which property.
    pub predicate: Text<MAX_PREDICATE>,
    /// The value of the property.
    pub object: Text<MAX_OBJECT>,
}

/// Why a fact is believed.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Evidence {
    /// A proof that the chain verified.
    Proven {
        /// The task in which it was verified.
        task: TaskId,
        /// The circuit under which it was verified.
        circuit: CircuitId,
        /// The model that it is about.
        model: ModelCommitment,
    },
    /// A bonded proposer, and nobody who disputed it with success.
    Attested,
    /// A source outside the chain.
    Imported {
        /// Where it comes from, UTF-8.
        uri: Text<MAX_URI>,
        /// A copy of the source.
        blob: BlobId,
    },
}

/// Where a fact stands.
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
pub enum FactStatus {
    /// Open to dispute.
    Proposed,
    /// Disputed and being voted on.
    Disputed,
    /// Believed.
    Accepted,
    /// Voted down.
    Rejected,
    /// Taken back by its proposer.
    Retracted,
    /// A newer fact takes its place.
    Superseded {
        /// That fact.
        by: FactId,
    },
}

/// A score that the chain has verified and paid for, to be written as a proven fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreFact<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// Version of the model in the experiment's registry.
    pub version: ModelVersionNumber,
    /// Who trained it.
    pub worker: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// The proved score.
    pub score: Score,
    /// The circuit under which it was proved.
    pub circuit: CircuitId,
}
