//! Provenance of delivered models, how far each part of it can be trusted, and how it is shown to
//! a contract on another chain.
//!
//! Records are closed into anchors. An anchor's root is that of a Merkle tree over the leaves of
//! its records, with Keccak-256, the hash of the EVM. The README of `pallet-provenance` describes
//! leaf and tree for those who write contracts.

mod anchor;
mod leaf;
mod merkle;
#[cfg(test)]
mod tests;

pub use anchor::{Anchor, AnchorNumber, InclusionError, InclusionProof};
pub use leaf::{Leaf, LEAF_TAG, LEAF_WORDS};
pub use merkle::{keccak_256, siblings, Frontier, Keccak, Node, MAX_DEPTH};

use crate::{
    ids::{
        BlobId, CiphertextHash, CircuitId, ContentHash, ExperimentId, KeyCommitment,
        ModelCommitment, ModelVersionNumber, TaskId,
    },
    score::Score,
    task::Attestation,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How far a statement can be trusted.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Assurance {
    /// Its submitter says so.
    Attested,
    /// The chain itself has observed it.
    Checked,
    /// A proof that the chain has verified states it.
    Proved,
}

/// Where a delivered model comes from.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Provenance<AccountId> {
    /// The experiment.
    pub experiment: ExperimentId,
    /// The task.
    pub task: TaskId,
    /// The version of the model in the experiment's registry.
    pub version: ModelVersionNumber,
    /// Who delivered it.
    pub submitter: AccountId,
    /// `C_W`.
    pub model: ModelCommitment,
    /// The circuit under which the score was proved.
    pub circuit: CircuitId,
    /// The score.
    pub score: Score,
    /// `blake2b-256` of the SCALE-encoded list of the task's block roots.
    pub data_roots: ContentHash,
    /// Where the training data was published.
    pub train_data: Option<BlobId>,
    /// What the worker attests about the model.
    pub attestation: Attestation,
}

/// What a delivered model is sealed with. Both are the same whoever sells the model, unless it was
/// encrypted again under another key. `C_W` covers both, and with it the leaf of the record.
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
pub struct Seal {
    /// `h_k`, the hash of its key.
    pub key: KeyCommitment,
    /// `q`, the hash of its ciphertext.
    pub ciphertext: CiphertextHash,
}

/// What records of the same model have in common.
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
pub enum Mark {
    /// `C_W`: the same model of the same worker in the same task.
    Model(ModelCommitment),
    /// `q`: the same weights under the same key, whoever sells them.
    Ciphertext(CiphertextHash),
    /// `h_k`: the same key, and so somebody who knew it.
    Key(KeyCommitment),
}

/// A provenance record as the chain stores it.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Recorded<AccountId> {
    /// What was recorded.
    pub provenance: Provenance<AccountId>,
    /// What the model was sealed with.
    pub seal: Seal,
    /// The anchor that contains the record, or will contain it once that anchor is closed.
    pub anchor: AnchorNumber,
}

impl<AccountId> Recorded<AccountId> {
    /// The marks under which the record is found.
    pub const fn marks(&self) -> [Mark; 3] {
        [
            Mark::Model(self.provenance.model),
            Mark::Ciphertext(self.seal.ciphertext),
            Mark::Key(self.seal.key),
        ]
    }
}

/// A part of a provenance record.
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
pub enum ProvenanceField {
    /// Experiment, task and version.
    Task,
    /// Who delivered it.
    Submitter,
    /// The model's commitment.
    Model,
    /// The circuit.
    Circuit,
    /// The score.
    Score,
    /// The roots of the data blocks.
    DataRoots,
    /// Where the training data was published.
    TrainData,
    /// The image of the machine.
    Image,
    /// The program that trained it.
    Code,
    /// The hyperparameters.
    Hyperparameters,
    /// The encrypted copy outside the chain.
    ModelBlob,
}

impl ProvenanceField {
    /// Every field, in the order of the record.
    pub const ALL: [Self; 11] = [
        Self::Task,
        Self::Submitter,
        Self::Model,
        Self::Circuit,
        Self::Score,
        Self::DataRoots,
        Self::TrainData,
        Self::Image,
        Self::Code,
        Self::Hyperparameters,
        Self::ModelBlob,
    ];

    /// How far this field can be trusted in any record.
    ///
    /// Score and model are inputs of verified proofs; other inputs are computed from the test
    /// blocks, whose roots the chain has compared. Task, submitter and circuit are what the chain
    /// itself observed. Which data the model was *trained* on, where that data is stored, and how
    /// the model was trained is only claimed by those who did it.
    pub const fn assurance(self) -> Assurance {
        match self {
            Self::Model | Self::Score | Self::DataRoots => Assurance::Proved,
            Self::Task | Self::Submitter | Self::Circuit => Assurance::Checked,
            Self::TrainData
            | Self::Image
            | Self::Code
            | Self::Hyperparameters
            | Self::ModelBlob => Assurance::Attested,
        }
    }
}
