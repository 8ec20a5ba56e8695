//! How the six pallets of the protocol are configured, and how they are connected.
//!
//! All amounts, periods and bounds are set here; `docs/protocol.md` explains what they protect.

use crate::{
    configs::{deposit, CouncilTwoThirds},
    development_circuits::DevelopmentKeys,
    weights, AccountId, Balance, Balances, BlockNumber, Experiments, Network, Provenance, Rewards,
    Runtime, RuntimeHoldReason, Session, Verifier, Wtm, MILLI_NNK, NNK,
};
use frame_support::{
    parameter_types,
    traits::{fungible::Credit, ConstU128, ConstU32, Get, Imbalance, OnUnbalanced},
};
use nocknock_primitives::traits::{BurnLog, EpochRandomness};
use pallet_network::{EpochSlots, NetworkKind};
use sp_runtime::{traits::UniqueSaturatedInto, Permill};

/// The number of blocks in a day on a network with slots of 2 s.
const DAYS: BlockNumber = 43_200;

/// The value of a parameter on a development chain, and its value on every other network. A
/// development chain shows in seconds what takes days elsewhere.
#[derive(Debug)]
pub struct PerNetwork<const DEVELOPMENT: BlockNumber, const OTHERWISE: BlockNumber>;

impl<const DEVELOPMENT: BlockNumber, const OTHERWISE: BlockNumber> Get<BlockNumber>
    for PerNetwork<DEVELOPMENT, OTHERWISE>
{
    fn get() -> BlockNumber {
        match Network::kind() {
            NetworkKind::Development => DEVELOPMENT,
            _ => OTHERWISE,
        }
    }
}

/// Whether nothing of value is at stake on the network.
#[derive(Debug)]
pub struct NothingAtStake;

impl Get<bool> for NothingAtStake {
    fn get() -> bool {
        Network::kind().allows_development_keys()
    }
}

/// The same as [`PerNetwork`], for an amount.
#[derive(Debug)]
pub struct AmountPerNetwork<const DEVELOPMENT: Balance, const OTHERWISE: Balance>;

impl<const DEVELOPMENT: Balance, const OTHERWISE: Balance> Get<Balance>
    for AmountPerNetwork<DEVELOPMENT, OTHERWISE>
{
    fn get() -> Balance {
        match Network::kind() {
            NetworkKind::Development => DEVELOPMENT,
            _ => OTHERWISE,
        }
    }
}

impl pallet_verifier::Config for Runtime {
    type RegisterOrigin = CouncilTwoThirds;
    type AllowsDevelopmentKeys = NothingAtStake;
    type DevelopmentKeys = DevelopmentKeys;
    type MaxCircuits = ConstU32<256>;
    type WeightInfo = weights::verifier::Measured;
}

impl pallet_experiments::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type BaseDeposit = ConstU128<{ deposit(3, 0) }>;
    type ByteDeposit = ConstU128<{ deposit(0, 1) }>;
    type WeightInfo = weights::experiments::Measured;
}

/// The draw needs the randomness of the second epoch after the creation of a task. Two more epochs
/// leave time to call it.
#[derive(Debug)]
pub struct DrawPeriod;

impl Get<BlockNumber> for DrawPeriod {
    fn get() -> BlockNumber {
        let epoch: BlockNumber = EpochSlots::<Runtime>::get().unique_saturated_into();
        epoch.saturating_mul(5)
    }
}

/// BABE's epochs, and the VRF output of the author of each block.
///
/// BABE's own randomness of an epoch does not serve the purpose: it takes up outputs only in whole
/// segments of 256 primary blocks, so an epoch with fewer of them adds nothing to it, and what a
/// longer one adds is known before its end.
#[derive(Debug)]
pub struct BabeSeeds;

impl EpochRandomness for BabeSeeds {
    fn epoch() -> u64 {
        pallet_babe::EpochIndex::<Runtime>::get()
    }

    /// BABE sets it at the end of each block, so this is the output of the previous block.
    fn output() -> Option<[u8; 32]> {
        pallet_babe::AuthorVrfRandomness::<Runtime>::get()
    }
}

parameter_types! {
    /// The fraction of each payment from an escrow that leaves the issuance.
    pub const BurnShare: Permill = Permill::from_percent(2);
    /// The fraction of all work points that must have voted on a disputed fact.
    pub const Quorum: Permill = Permill::from_percent(20);
}

impl pallet_tasks::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = Verifier;
    type Experiments = Experiments;
    type Curriculum = Rewards;
    type Workers = Rewards;
    type Facts = Wtm;
    type Provenance = Provenance;
    type Burns = Rewards;
    type Randomness = BabeSeeds;
    type MinReward = ConstU128<NNK>;
    type MinBond = ConstU128<NNK>;
    type BondPerBlock = ConstU128<{ NNK / 10 }>;
    type MinStake = ConstU128<{ NNK / 10 }>;
    type BurnShare = BurnShare;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type MinCurriculumTestRows = PerNetwork<10, 300>;
    type MinPeriod = PerNetwork<3, 30>;
    type MaxPeriod = PerNetwork<DAYS, LONGEST_PERIOD>;
    type DrawPeriod = DrawPeriod;
    type Retention = PerNetwork<DAYS, { 7 * DAYS }>;
    type SweepSteps = ConstU32<4>;
    type WeightInfo = weights::tasks::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}

/// Whether an account has set session keys.
#[derive(Debug)]
pub struct SessionKeysSet;

impl pallet_rewards::types::ValidatorKeys<AccountId> for SessionKeysSet {
    fn has_keys(who: &AccountId) -> bool {
        Session::load_keys(who).is_some()
    }
}

/// The longest phase of a task, except on development chains.
const LONGEST_PERIOD: BlockNumber = 14 * DAYS;
/// The number of sessions for which a registration is valid: 120 days of sessions of the default
/// length.
const REGISTRATION_LIFE: u32 = 4_320;
/// The number of slots in a session of the default length.
const DEFAULT_SESSION: BlockNumber = 1_200;

// After a worker has committed, its account lasts for at least one `REGISTRATION_LIFE`. That is
// enough for the longest phases of committing, revealing and proving, and for the first five turns
// to deliver.
const _: () = assert!(8 * LONGEST_PERIOD <= REGISTRATION_LIFE * DEFAULT_SESSION);

/// How much the first session releases into the pot.
pub const INITIAL_RELEASE: Balance = 1_000 * NNK;
/// After this many sessions, the release of a session is half of what it was.
pub const HALVING_SESSIONS: u32 = 10_500;
/// No more than this is ever minted.
pub const MAX_SUPPLY: Balance = 21_000_000 * NNK;

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type Verifier = Verifier;
    type Experiments = Experiments;
    type CurriculumOrigin = CouncilTwoThirds;
    type ValidatorKeys = SessionKeysSet;
    type InitialRelease = ConstU128<INITIAL_RELEASE>;
    type HalvingSessions = ConstU32<HALVING_SESSIONS>;
    type MaxSupply = ConstU128<MAX_SUPPLY>;
    type PointsHalving = ConstU32<720>;
    type MaxCurriculum = ConstU32<64>;
    type MaxOpenTasks = ConstU32<32>;
    type MaxCandidates = ConstU32<200>;
    type MaxValidators = ConstU32<{ crate::configs::MAX_AUTHORITIES }>;
    type MinValidators = PerNetwork<4, 16>;
    type MinCandidatePoints = AmountPerNetwork<NNK, { 100 * NNK }>;
    type MaxSilentSessions = ConstU32<8>;
    type MaxRegistrationsPerSession = ConstU32<400>;
    type RegistrationLife = ConstU32<REGISTRATION_LIFE>;
    type WeightInfo = weights::rewards::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}

impl pallet_wtm::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Points = Rewards;
    type Burns = Rewards;
    type ProposalBond = ConstU128<NNK>;
    type AttestBond = ConstU128<{ NNK / 2 }>;
    type DisputeBond = ConstU128<{ 2 * NNK }>;
    type VoteDeposit = ConstU128<{ NNK / 10 }>;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type DisputeWindow = PerNetwork<20, { 3 * DAYS }>;
    type VotePeriod = PerNetwork<20, { 3 * DAYS }>;
    type Quorum = Quorum;
    type Retention = PerNetwork<100, { 30 * DAYS }>;
    type WeightInfo = weights::wtm::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}

impl pallet_provenance::Config for Runtime {
    type AnchorPeriod = PerNetwork<10, 300>;
    type MaxRecordsPerAnchor = ConstU32<256>;
    type WeightInfo = weights::provenance::Measured;
}

/// Burns what is left in an account that falls below the existential deposit, and records it in the
/// books.
#[derive(Debug)]
pub struct BurnDust;

impl OnUnbalanced<Credit<AccountId, Balances>> for BurnDust {
    fn on_nonzero_unbalanced(amount: Credit<AccountId, Balances>) {
        <Rewards as BurnLog<Balance>>::burnt(amount.peek());
    }
}

/// Blocks the one call with which anybody could burn tokens without an entry in the books of the
/// rewards pallet.
#[derive(Debug)]
pub struct NothingBurntUnseen;

impl frame_support::traits::Contains<crate::RuntimeCall> for NothingBurntUnseen {
    fn contains(call: &crate::RuntimeCall) -> bool {
        !matches!(call, crate::RuntimeCall::Balances(pallet_balances::Call::burn { .. }))
    }
}

/// The smallest amount that an account can hold.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_NNK;
