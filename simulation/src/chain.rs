//! The chain: the real pallets in a runtime without nodes. Whoever steps its blocks says who
//! authors them, who votes and whose node runs.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "the runtime macros generate such items"
)]

use crate::{
    model::{architecture, wire, TEST_BLOCKS},
    oracle::Oracle,
};
use codec::Encode;
use core::cell::Cell;
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{Credit, Inspect},
        ConstU128, ConstU32, ConstU64, Get, Hooks, Imbalance, OnUnbalanced,
    },
    weights::{constants::ParityDbWeight, Weight},
};
use nocknock_primitives::{
    decay::Decay,
    format::DataFormat,
    ids::{CircuitId, ContentHash, ExperimentId},
    reward::CurriculumRules,
    score::Score,
    task::Periods,
    traits::{BurnLog, EpochRandomness},
};
use pallet_experiments::{GenesisDescription, GenesisExperiment};
use pallet_rewards::types::{
    FinalityVoters, GenesisCurriculum, GenesisPractice, ValidatorKeys, VoterSet,
};
use sp_core::sr25519::Public;
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, Permill};
use std::collections::BTreeSet;

type Block = frame_system::mocking::MockBlock<Runtime>;
pub type UncheckedExtrinsic = frame_system::mocking::MockUncheckedExtrinsic<Runtime>;

/// Accounts.
pub type AccountId = AccountId32;
/// Amounts, in 10^-12 of a token.
pub type Balance = u128;
/// A task as the chain stores it.
pub type TaskOf = pallet_tasks::types::TaskOf<Runtime>;
/// A commitment as the chain stores it.
pub type CommitmentOf = pallet_tasks::types::CommitmentOf<Runtime>;

/// One token.
pub const NNK: Balance = 1_000_000_000_000;
/// Blocks of an epoch of the draw. On the real chain that is a session; here several epochs make
/// one, so that tasks do not wait for long.
pub const EPOCH: u64 = 4;
/// Blocks of a session.
pub const SESSION: u64 = 24;
/// Blocks of each phase of a task.
pub const PERIOD: u64 = 6;
/// The points that a candidate needs.
pub const CANDIDATE_POINTS: u128 = 1_000 * NNK;
/// The bond of a candidate.
pub const SEAT_BOND: Balance = 1_000 * NNK;
/// The score circuit.
pub const SCORE: CircuitId = CircuitId([1; 32]);
/// The delivery circuit.
pub const DELIVERY: CircuitId = CircuitId([2; 32]);
/// How rows are written as numbers.
pub const ENCODING: ContentHash = ContentHash([11; 32]);
/// Rows of the practice block.
const PRACTICE_ROWS: u32 = 8;

frame_support::construct_runtime!(
    pub enum Runtime {
        System: frame_system,
        Balances: pallet_balances,
        Experiments: pallet_experiments,
        Tasks: pallet_tasks,
        Rewards: pallet_rewards,
        Wtm: pallet_wtm,
        Provenance: pallet_provenance,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
    type DbWeight = ParityDbWeight;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type Balance = Balance;
    type AccountStore = System;
    type ExistentialDeposit = ConstU128<{ NNK / 1_000 }>;
    type DustRemoval = BurntDust;
}

/// Dust is burnt and booked.
pub struct BurntDust;
impl OnUnbalanced<Credit<AccountId, Balances>> for BurntDust {
    fn on_nonzero_unbalanced(dust: Credit<AccountId, Balances>) {
        <Rewards as BurnLog<Balance>>::burnt(dust.peek());
    }
}

impl pallet_experiments::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Curriculum = Rewards;
    type RetireOrigin = frame_system::EnsureRoot<AccountId>;
    type BaseDeposit = ConstU128<{ NNK / 10 }>;
    type ByteDeposit = ConstU128<{ NNK / 10_000 }>;
    type WeightInfo = ();
}

parameter_types! {
    pub const ValidatorShare: Permill = Permill::from_percent(2);
    pub const Quorum: Permill = Permill::from_percent(20);
    pub const VoterShare: Permill = Permill::from_percent(20);
    pub const PointsDecay: Decay = Decay::HALF_IN_720;
}

/// The account of the validators' pot.
pub struct Pot;
impl Get<AccountId> for Pot {
    fn get() -> AccountId {
        Rewards::pot_account()
    }
}

impl pallet_tasks::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = Oracle;
    type Experiments = Experiments;
    type Curriculum = Rewards;
    type Workers = Rewards;
    type Facts = Wtm;
    type Provenance = Provenance;
    type Burns = Rewards;
    type ValidatorsPot = Pot;
    type Randomness = Epochs;
    type MinReward = ConstU128<NNK>;
    type MinBond = ConstU128<NNK>;
    type BondPerBlock = ConstU128<{ NNK / 10 }>;
    type MinStake = ConstU128<{ NNK / 10 }>;
    type DepositPerItem = ConstU128<{ NNK / 50 }>;
    type DepositPerByte = ConstU128<{ NNK / 10_000 }>;
    type ValidatorShare = ValidatorShare;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type MinPeriod = ConstU64<2>;
    type MaxPeriod = ConstU64<1_000>;
    type DrawPeriod = ConstU64<{ 25 * EPOCH }>;
    type Retention = ConstU64<PERIOD>;
    type SweepSteps = ConstU32<4>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Oracle;
}

impl frame_system::offchain::CreateTransactionBase<pallet_rewards::Call<Runtime>> for Runtime {
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl frame_system::offchain::CreateBare<pallet_rewards::Call<Runtime>> for Runtime {
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}

// The pot is large from the first session on, so it never decides what a task mints. How fast it
// fills is not what is asked here.
impl pallet_rewards::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Verifier = Oracle;
    type Experiments = Experiments;
    type CurriculumOrigin = frame_system::EnsureRoot<AccountId>;
    type Seeds = Tasks;
    type ValidatorKeys = Keys;
    type FinalityVoters = Voters;
    type SessionBlocks = ConstU64<SESSION>;
    type InitialRelease = ConstU128<{ 4_000_000 * NNK }>;
    type HalvingSessions = ConstU32<10_500>;
    type MaxSupply = ConstU128<{ 21_000_000 * NNK }>;
    type PointsDecay = PointsDecay;
    type VestingPeriod = ConstU32<20>;
    type MinCurriculumTestRows = ConstU32<100>;
    type MaxCurriculum = ConstU32<4>;
    type MaxOpenTasks = ConstU32<32>;
    type MaxCandidates = ConstU32<200>;
    type MaxValidators = ConstU32<24>;
    type MinValidators = ConstU32<16>;
    type MinCandidatePoints = ConstU128<CANDIDATE_POINTS>;
    type SeatBond = ConstU128<SEAT_BOND>;
    type BondPeriod = ConstU32<338>;
    type MaxSilentSessions = ConstU32<8>;
    type MaxRegistrationsPerSession = ConstU32<400>;
    type RegistrationSeeds = ConstU32<12>;
    type PuzzleBits = ConstU32<0>;
    type RegistrationLife = ConstU32<100_000>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Oracle;
}

impl pallet_wtm::Config for Runtime {
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Points = Rewards;
    type ValidatorsPot = Pot;
    type ProposalBond = ConstU128<NNK>;
    type AttestBond = ConstU128<{ NNK / 2 }>;
    type DisputeBond = ConstU128<{ 2 * NNK }>;
    type VoteDeposit = ConstU128<{ NNK / 10 }>;
    type RecordFee = ConstU128<{ NNK / 10 }>;
    type DisputeWindow = ConstU64<20>;
    type VotePeriod = ConstU64<20>;
    type Quorum = Quorum;
    type VoterShare = VoterShare;
    type MaturityPeriod = ConstU64<100>;
    type Retention = ConstU64<100>;
    type WeightInfo = ();
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Oracle;
}

impl pallet_provenance::Config for Runtime {
    type AnchorPeriod = ConstU64<300>;
    type MaxRecordsPerAnchor = ConstU32<256>;
    type WeightInfo = ();
}

/// Everybody has session keys.
pub struct Keys;
impl ValidatorKeys<AccountId> for Keys {
    fn has_keys(_: &AccountId) -> bool {
        true
    }

    fn babe_key(_: &AccountId) -> Option<Public> {
        None
    }
}

/// Votes are reported without signatures.
pub struct Voters;
impl FinalityVoters<AccountId> for Voters {
    fn voter_set() -> Option<VoterSet<AccountId>> {
        None
    }
}

thread_local! {
    static SEED: Cell<u64> = const { Cell::new(0) };
}

/// Epochs of the draw, in which each block contributes a hash of its number.
pub struct Epochs;
impl EpochRandomness for Epochs {
    fn epoch() -> u64 {
        System::block_number() / EPOCH
    }

    fn output() -> Option<[u8; 32]> {
        Some(blake2_256(&(SEED.get(), System::block_number()).encode()))
    }
}

/// What a chain starts with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Genesis {
    /// Decides the draws.
    pub(crate) seed: u64,
    /// The custodians of the experiments of the curriculum, which are the first ones.
    pub(crate) custodians: Vec<AccountId>,
    /// Who owns the experiment after those, if anybody.
    pub(crate) sponsor: Option<AccountId>,
    /// Test rows of a task.
    pub(crate) rows: u32,
    /// Who validates at first.
    pub(crate) authorities: Vec<AccountId>,
    /// Who owns how much.
    pub(crate) endowed: Vec<(AccountId, Balance)>,
}

/// The account of this kind and number.
pub(crate) fn account(kind: u8, number: u32) -> AccountId {
    let mut bytes = [kind; 32];
    bytes[28..].copy_from_slice(&number.to_be_bytes());
    AccountId::new(bytes)
}

/// How long each phase lasts.
pub(crate) const fn periods(each: u64) -> Periods<u64> {
    Periods { publish: each, commit: each, reveal: each, claim: each, prove: each, deliver: each }
}

/// The rules of each experiment of the curriculum.
pub(crate) fn rules(rows: u32) -> CurriculumRules<u64> {
    CurriculumRules {
        format: DataFormat::of(architecture()),
        encoding: ENCODING,
        min_test_rows: rows,
        min_periods: periods(PERIOD),
    }
}

/// A chain that starts like this.
pub(crate) fn start(genesis: &Genesis) -> TestExternalities {
    SEED.set(genesis.seed);
    let storage = storage_of(genesis).build_storage().expect("the genesis is valid");
    TestExternalities::from(storage)
}

fn storage_of(genesis: &Genesis) -> RuntimeGenesisConfig {
    let owners = genesis.custodians.iter().chain(&genesis.sponsor);
    let curriculum = (0..)
        .zip(&genesis.custodians)
        .map(|(experiment, custodian)| curriculum_of(experiment, custodian.clone(), genesis.rows));
    RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: genesis.endowed.clone(),
            ..Default::default()
        },
        experiments: pallet_experiments::GenesisConfig {
            experiments: owners.map(experiment_of).collect(),
        },
        rewards: pallet_rewards::GenesisConfig {
            curriculum: curriculum.collect(),
            practice: Some(practice()),
            authorities: genesis.authorities.clone(),
        },
        ..Default::default()
    }
}

fn experiment_of(owner: &AccountId) -> GenesisExperiment<AccountId> {
    let description = GenesisDescription {
        name: "simulated".into(),
        text: String::new(),
        tags: Vec::new(),
        metadata: None,
    };
    GenesisExperiment { owner: owner.clone(), description }
}

fn curriculum_of(
    experiment: ExperimentId,
    custodian: AccountId,
    rows: u32,
) -> GenesisCurriculum<AccountId, u64> {
    GenesisCurriculum {
        experiment,
        custodian: Some(custodian),
        weight: 1_000,
        rules: rules(rows),
        max_open: 32,
    }
}

fn practice() -> GenesisPractice {
    GenesisPractice {
        circuit: SCORE,
        salt: vec![7; 32],
        rows: wire(&crate::model::rows(7, PRACTICE_ROWS)),
        min_score: Score::new(1, 2),
    }
}

/// The number of test rows of each block.
pub(crate) fn rows_of_block(rows: u32) -> u32 {
    rows / u32::from(TEST_BLOCKS)
}

/// Begins this block.
pub(crate) fn begin_block(number: u64) {
    System::set_block_number(number);
    System::reset_events();
    <Tasks as Hooks<u64>>::on_initialize(number);
    <Provenance as Hooks<u64>>::on_initialize(number);
}

/// Ends it. There is always time left for what nobody pays for.
pub(crate) fn end_block(number: u64) {
    <Tasks as Hooks<u64>>::on_idle(number, Weight::MAX);
    <Rewards as Hooks<u64>>::on_idle(number, Weight::MAX);
    <Wtm as Hooks<u64>>::on_idle(number, Weight::MAX);
}

/// What an account owns, be it on hold or not.
pub(crate) fn balance(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

/// What these accounts have earned by providing data and has not vested.
pub(crate) fn unvested(accounts: &BTreeSet<AccountId>) -> Balance {
    let parts = pallet_rewards::Vesting::<Runtime>::iter_values().map(|entry| entry.part);
    parts.filter(|part| accounts.contains(&part.provider)).map(|part| part.amount).sum()
}

/// Checks the invariants of the pallets.
#[cfg(test)]
pub(crate) fn check_state() {
    Tasks::do_try_state().expect("the invariants of tasks hold");
    Rewards::do_try_state().expect("the invariants of rewards hold");
}
