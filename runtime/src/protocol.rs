//! How the six pallets of the protocol are configured, and how they are connected.
//!
//! All amounts, periods and bounds are set here; `docs/protocol.md` explains what they protect.

use crate::{
    configs::deposit,
    development_circuits::DevelopmentKeys,
    validators::{VotersInForce, SESSIONS_REMEMBERED},
    weights, AccountId, Balance, Balances, BlockNumber, Experiments, Network, Provenance, Rewards,
    Runtime, RuntimeHoldReason, Session, Tasks, Verifier, Wtm, MILLI_NNK, NNK,
};
use frame_support::{
    parameter_types,
    traits::{fungible::Credit, ConstU128, ConstU32, Get, Imbalance, OnUnbalanced},
};
use nocknock_primitives::{
    decay::Decay,
    traits::{BurnLog, EpochRandomness},
};
use pallet_council::{EnsureEnacted, EnsureEnactedAtOnce};
use pallet_network::{EpochSlots, NetworkKind};
use sp_runtime::{traits::UniqueSaturatedInto, Permill};

/// The number of blocks in a day on a network with slots of 2 s.
pub(crate) const DAYS: BlockNumber = 43_200;

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
    type RegisterOrigin = EnsureEnacted;
    type DisableOrigin = EnsureEnactedAtOnce;
    type AllowsDevelopmentKeys = NothingAtStake;
    type DevelopmentKeys = DevelopmentKeys;
    type MaxCircuits = ConstU32<256>;
    type WeightInfo = weights::verifier::Measured;
}

impl pallet_experiments::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Curriculum = Rewards;
    type RetireOrigin = EnsureEnacted;
    type BaseDeposit = ConstU128<{ deposit(3, 0) }>;
    type ByteDeposit = ConstU128<{ deposit(0, 1) }>;
    type WeightInfo = weights::experiments::Measured;
}

/// How many blocks a session has if every slot has one: a session is an epoch of BABE.
#[derive(Debug)]
pub struct SessionBlocks;

impl Get<BlockNumber> for SessionBlocks {
    fn get() -> BlockNumber {
        EpochSlots::<Runtime>::get().unique_saturated_into()
    }
}

/// The draw needs the randomness of the second epoch after the creation of a task. Two more epochs
/// leave time to call it.
#[derive(Debug)]
pub struct DrawPeriod;

impl Get<BlockNumber> for DrawPeriod {
    fn get() -> BlockNumber {
        SessionBlocks::get().saturating_mul(5)
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
    /// The fraction of each payment from an escrow that goes to the validators.
    pub const ValidatorShare: Permill = Permill::from_percent(2);
    /// The fraction of all work points that must have voted on a disputed fact.
    pub const Quorum: Permill = Permill::from_percent(20);
    /// The fraction of the bonds lost in a dispute that goes to the voters of the winning side.
    pub const VoterShare: Permill = Permill::from_percent(20);
}

/// The account of the validators' pot.
#[derive(Debug)]
pub struct ValidatorsPot;

impl Get<AccountId> for ValidatorsPot {
    fn get() -> AccountId {
        Rewards::pot_account()
    }
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
    type ValidatorsPot = ValidatorsPot;
    type Randomness = BabeSeeds;
    type MinReward = ConstU128<NNK>;
    type MinBond = ConstU128<NNK>;
    type BondPerBlock = ConstU128<{ NNK / 10 }>;
    type MinStake = ConstU128<{ NNK / 10 }>;
    type DepositPerItem = ConstU128<{ deposit(1, 0) }>;
    type DepositPerByte = ConstU128<{ deposit(0, 1) }>;
    type ValidatorShare = ValidatorShare;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type MinPeriod = PerNetwork<3, 30>;
    type MaxPeriod = PerNetwork<DAYS, LONGEST_PERIOD>;
    type DrawPeriod = DrawPeriod;
    type Retention = PerNetwork<DAYS, { 7 * DAYS }>;
    type SweepSteps = ConstU32<4>;
    type WeightInfo = weights::tasks::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}

/// The session keys that accounts have set.
#[derive(Debug)]
pub struct SessionKeysSet;

impl pallet_rewards::types::ValidatorKeys<AccountId> for SessionKeysSet {
    fn has_keys(who: &AccountId) -> bool {
        Session::load_keys(who).is_some()
    }

    fn babe_key(who: &AccountId) -> Option<sp_core::sr25519::Public> {
        Session::load_keys(who).map(|keys| keys.babe.into_inner())
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
// enough for the longest phases of committing, revealing and claiming, for four rounds of proofs,
// and for the first turn to deliver.
const _: () = assert!(8 * LONGEST_PERIOD <= REGISTRATION_LIFE * DEFAULT_SESSION);

/// The fewest rows by which a model of the curriculum is judged. With fewer than in production,
/// good steps are too small to be told from luck.
#[derive(Debug)]
pub struct MinTestRows;

impl MinTestRows {
    /// The rows on networks of this kind.
    pub(crate) const fn on(kind: NetworkKind) -> u32 {
        match kind {
            NetworkKind::Development => 10,
            NetworkKind::Test => 300,
            NetworkKind::Production => 3_000,
        }
    }
}

impl Get<u32> for MinTestRows {
    fn get() -> u32 {
        Self::on(Network::kind())
    }
}

/// How much the first session releases into the pot.
pub const INITIAL_RELEASE: Balance = 1_000 * NNK;
/// After this many sessions, the release of a session is half of what it was.
pub const HALVING_SESSIONS: u32 = 10_500;
/// No more than this is ever minted.
pub const MAX_SUPPLY: Balance = 21_000_000 * NNK;

parameter_types! {
    pub const PointsDecay: Decay = Decay::HALF_IN_720;
}

impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = Verifier;
    type Experiments = Experiments;
    type CurriculumOrigin = EnsureEnacted;
    type Seeds = Tasks;
    type ValidatorKeys = SessionKeysSet;
    type FinalityVoters = VotersInForce;
    type SessionBlocks = SessionBlocks;
    type InitialRelease = ConstU128<INITIAL_RELEASE>;
    type HalvingSessions = ConstU32<HALVING_SESSIONS>;
    type MaxSupply = ConstU128<MAX_SUPPLY>;
    type PointsDecay = PointsDecay;
    type VestingPeriod = PerNetwork<20, 1_080>;
    type MinCurriculumTestRows = MinTestRows;
    type MaxCurriculum = ConstU32<64>;
    type MaxOpenTasks = ConstU32<32>;
    type MaxCandidates = ConstU32<200>;
    type MaxValidators = ConstU32<{ crate::configs::MAX_AUTHORITIES }>;
    type MinValidators = PerNetwork<4, 16>;
    type MinCandidatePoints = AmountPerNetwork<NNK, { 1_000 * NNK }>;
    type SeatBond = AmountPerNetwork<NNK, { 1_000 * NNK }>;
    // Whoever loses its seat validates on in the session that has just begun. That one is
    // remembered for as many sessions, and forgotten at the end of the next one.
    type BondPeriod = ConstU32<{ SESSIONS_REMEMBERED + 2 }>;
    type MaxSilentSessions = ConstU32<8>;
    type MaxRegistrationsPerSession = ConstU32<400>;
    type RegistrationSeeds = PerNetwork<12, 2>;
    type PuzzleBits = PerNetwork<8, 22>;
    type RegistrationLife = ConstU32<REGISTRATION_LIFE>;
    type WeightInfo = weights::rewards::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}

impl pallet_wtm::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Points = Rewards;
    type ValidatorsPot = ValidatorsPot;
    type ProposalBond = ConstU128<NNK>;
    type AttestBond = ConstU128<{ NNK / 2 }>;
    type DisputeBond = ConstU128<{ 2 * NNK }>;
    type VoteDeposit = ConstU128<{ NNK / 10 }>;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type DisputeWindow = PerNetwork<20, { 3 * DAYS }>;
    type VotePeriod = PerNetwork<20, { 3 * DAYS }>;
    type Quorum = Quorum;
    type VoterShare = VoterShare;
    type MaturityPeriod = PerNetwork<100, { 30 * DAYS }>;
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
