//! The shared records, with the types of the NockNock runtime filled in.

use nocknock_primitives as primitives;

/// An account. Its text form is SS58 with prefix 42.
pub type AccountId = subxt::utils::AccountId32;
/// An amount of tokens in the smallest unit, 10^-12 NNK.
pub type Balance = u128;
/// The height of a block.
pub type BlockNumber = u32;
/// The hash of a block, of a transaction or of the chain's genesis.
pub type Hash = subxt::utils::H256;

/// A task.
pub type Task = primitives::task::Task<AccountId, Balance, BlockNumber>;
/// What creates a task.
pub type TaskSpec = primitives::task::TaskSpec<Balance, BlockNumber>;
/// A worker's entry in a task.
pub type Commitment = primitives::task::Commitment<Balance, BlockNumber>;
/// The champion that the models of a task are measured against.
pub type Reference = primitives::task::Reference<AccountId>;
/// A submission that may deliver, and what it gets at most.
pub type Ranked = primitives::task::Ranked<AccountId, Balance>;
/// The submissions of a task that may deliver, best first.
pub type Ranking = primitives::task::Ranking<AccountId, Balance>;
/// A model that is being delivered, or was.
pub type Delivery = primitives::task::Delivery<BlockNumber>;
/// An open task of the curriculum.
pub type CurriculumTask = primitives::reward::CurriculumTask<AccountId>;
/// What whoever provided the data of a task has earned and not got yet.
pub type VestingPart = primitives::reward::VestingPart<AccountId>;
/// What the tasks of an experiment of the curriculum have to be like.
pub type CurriculumRules = primitives::reward::CurriculumRules<BlockNumber>;
/// An experiment.
pub type Experiment = primitives::experiment::Experiment<AccountId, BlockNumber>;
/// The best scores of an experiment, best first.
pub type Leaderboard = primitives::experiment::Leaderboard<AccountId, BlockNumber>;
/// One of the best scores of an experiment.
pub type LeaderboardEntry = primitives::experiment::LeaderboardEntry<AccountId, BlockNumber>;
/// A version in the model registry.
pub type ModelVersion = primitives::experiment::ModelVersion<AccountId, BlockNumber>;
/// A fact of the World Truth Model.
pub type Fact = primitives::fact::Fact<AccountId, BlockNumber>;
/// Bonds and votes about a fact.
pub type Case = primitives::fact::Case<AccountId, Balance, BlockNumber>;
/// What an account has on hold for a fact.
pub type Stake = primitives::fact::Stake<Balance, BlockNumber>;
/// A provenance record.
pub type Recorded = primitives::provenance::Recorded<AccountId>;
/// A closed range of provenance records and the root of their tree.
pub type Anchor = primitives::provenance::Anchor<BlockNumber>;
/// A registered circuit.
pub type CircuitRecord = primitives::circuit::CircuitRecord<BlockNumber>;

/// The public keys with which a validator authors and finalises.
pub type PublicSessionKeys = crate::generated::types::nocknock_runtime::SessionKeys;

/// One token in the smallest unit.
pub const NNK: Balance = 1_000_000_000_000;

/// A block by height and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRef {
    /// Its height.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: Hash,
}

/// New keys of a validator, whose secret parts a node keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionKeys {
    /// The public keys, for BABE and GRANDPA.
    pub keys: PublicSessionKeys,
    /// That the node has their secret parts and made them for a certain account.
    pub proof: Vec<u8>,
}

/// Which end of the chain to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// The newest block. It may still be abandoned for another one.
    Best,
    /// The newest block that can never be abandoned.
    Finalised,
}
