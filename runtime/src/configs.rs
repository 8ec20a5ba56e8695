//! How every pallet is configured.

use crate::{
    fees::{CurrentSession, FeesToAuthor, FreeCalls, WeightToFee, BYTE_FEE},
    protocol::{BurnDust, NothingBurntUnseen},
    validators::{
        AccountIdentifies, CountAuthors, DisableOffenders, FullIdentification, KeysInForce,
        ValidatorManager, SESSIONS_REMEMBERED,
    },
    weights, AccountId, Babe, Balance, Balances, Block, BlockNumber, Hash, Nonce, Offences,
    OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason,
    RuntimeHoldReason, RuntimeOrigin, RuntimeTask, Session, SessionKeys, Signature, System,
    UncheckedExtrinsic, MILLI_NNK, VERSION,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU8, InstanceFilter, KeyOwnerProofSystem, VariantCountOf},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
        Weight,
    },
};
use frame_system::limits::{BlockLength, BlockWeights};
use pallet_network::{EpochSlots, MinimumPeriod, SlotMillis};
use pallet_transaction_payment::{FungibleAdapter, Multiplier, TargetedFeeAdjustment};
use scale_info::TypeInfo;
use sp_consensus_babe::AuthorityId as BabeId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
    traits::{BlakeTwo256, Get, OpaqueKeys},
    FixedPointNumber, Perbill, Perquintill,
};
use sp_version::RuntimeVersion;

/// The most validators that can author and finalise blocks.
pub const MAX_AUTHORITIES: u32 = 100;

/// The share of a block's time that transactions other than operational ones may use. Operational
/// ones may use the rest and no more, so they never shut out the others.
const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// The execution time of a full block: half of the shortest slot of a network that people use. The
/// slots of the `test` preset are shorter; its authors stop filling a block when half of the slot
/// is over, as all authors do, and each call of the protocol fits into that.
const MAXIMUM_BLOCK_WEIGHT: Weight = Weight::from_parts(500 * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX);

/// The size of a full block in bytes.
const MAX_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// How many of those bytes transactions other than operational ones may use.
const MAX_NORMAL_LENGTH: u32 = 4 * 1024 * 1024;

parameter_types! {
    pub const BlockHashCount: BlockNumber = 2400;
    pub const Version: RuntimeVersion = VERSION;
    pub const SS58Prefix: u8 = 42;
    pub RuntimeBlockWeights: BlockWeights = block_weights();
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(MAX_BLOCK_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |max| {
            *max = MAX_NORMAL_LENGTH;
        })
        .build();
}

/// The SDK's defaults let operational transactions fill the whole block. Here they have what is
/// reserved for them, whatever opening the block has cost.
fn block_weights() -> BlockWeights {
    let mut weights =
        BlockWeights::with_sensible_defaults(MAXIMUM_BLOCK_WEIGHT, NORMAL_DISPATCH_RATIO);
    let operational = weights.per_class.get_mut(DispatchClass::Operational);
    let base = operational.base_extrinsic;
    operational.max_total = operational.reserved;
    operational.max_extrinsic = operational.reserved.map(|share| share.saturating_sub(base));
    weights
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BaseCallFilter = NothingBurntUnseen;
    type BlockWeights = RuntimeBlockWeights;
    type BlockLength = RuntimeBlockLength;
    type AccountId = AccountId;
    type Nonce = Nonce;
    type Hash = Hash;
    type BlockHashCount = BlockHashCount;
    type DbWeight = ParityDbWeight;
    type Version = Version;
    type AccountData = pallet_balances::AccountData<Balance>;
    type OnKilledAccount = crate::Allowance;
    type SystemWeightInfo = weights::system::WithSmallerCode;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type SS58Prefix = SS58Prefix;
    type MaxConsumers = ConstU32<64>;
}

impl pallet_network::Config for Runtime {
    type UpgradeOrigin = pallet_council::EnsureEnacted;
    type WeightInfo = weights::network::Measured;
}

impl pallet_utility::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type PalletsOrigin = OriginCaller;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

/// For how many blocks an equivocation can be reported: for as long as the validators of its
/// session are remembered.
#[derive(Debug)]
pub struct ReportLongevity;

impl Get<u64> for ReportLongevity {
    fn get() -> u64 {
        u64::from(SESSIONS_REMEMBERED).saturating_mul(EpochSlots::<Runtime>::get())
    }
}

type KeyProof = <KeysInForce as KeyOwnerProofSystem<(KeyTypeId, BabeId)>>::Proof;

impl pallet_babe::Config for Runtime {
    type EpochDuration = EpochSlots<Runtime>;
    type ExpectedBlockTime = SlotMillis<Runtime>;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type DisabledValidators = Session;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type KeyOwnerProof = KeyProof;
    type EquivocationReportSystem =
        pallet_babe::EquivocationReportSystem<Self, Offences, KeysInForce, ReportLongevity>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Babe;
    type MinimumPeriod = MinimumPeriod<Runtime>;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type Balance = Balance;
    type DustRemoval = BurnDust;
    type ExistentialDeposit = ConstU128<{ MILLI_NNK }>;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<50>;
    type ReserveIdentifier = [u8; 8];
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Blocks that are a quarter full on average leave the fees as they are.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
    pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
    pub MaximumMultiplier: Multiplier = Multiplier::saturating_from_integer(10_000);
}

#[derive_impl(pallet_transaction_payment::config_preludes::TestDefaultConfig)]
impl pallet_transaction_payment::Config for Runtime {
    type OnChargeTransaction = FungibleAdapter<Balances, FeesToAuthor>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightToFee = WeightToFee;
    type LengthToFee = frame_support::weights::ConstantMultiplier<Balance, ConstU128<{ BYTE_FEE }>>;
    type FeeMultiplierUpdate = TargetedFeeAdjustment<
        Self,
        TargetBlockFullness,
        AdjustmentVariable,
        MinimumMultiplier,
        MaximumMultiplier,
    >;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

impl pallet_allowance::Config for Runtime {
    type Policy = FreeCalls;
    type Period = CurrentSession;
    type MaxPerPeriod = ConstU32<100>;
    type WeightInfo = weights::allowance::Measured;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
    type EventHandler = CountAuthors;
}

impl pallet_offences::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type IdentificationTuple = pallet_session::historical::IdentificationTuple<Self>;
    type OnOffenceHandler = DisableOffenders;
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = sp_runtime::traits::ConvertInto;
    type ShouldEndSession = Babe;
    type NextSessionRotation = Babe;
    type SessionManager = ValidatorManager;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances;
    // A validator of the first hour owns nothing, so its keys cannot cost a deposit.
    type KeyDeposit = ConstU128<0>;
}

impl pallet_session::historical::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type FullIdentification = FullIdentification;
    type FullIdentificationOf = AccountIdentifies;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = MaxSetIdSessionEntries;
    type KeyOwnerProof = <KeysInForce as KeyOwnerProofSystem<(KeyTypeId, GrandpaId)>>::Proof;
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, KeysInForce, ReportLongevity>;
}

parameter_types! {
    pub const MaxSetIdSessionEntries: u64 = SESSIONS_REMEMBERED as u64;
}

/// The deposit for one storage entry.
const ITEM_DEPOSIT: Balance = 20 * MILLI_NNK;

/// The deposit for one byte in storage.
const BYTE_DEPOSIT: Balance = MILLI_NNK / 10;

/// The deposit for `items` storage entries that together hold `bytes` bytes.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    let for_items = ITEM_DEPOSIT.saturating_mul(items as Balance);
    let for_bytes = BYTE_DEPOSIT.saturating_mul(bytes as Balance);
    for_items.saturating_add(for_bytes)
}

/// What a proxy may do.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Calls that neither pay nor hold nor give away anything of the account: no transfers, no
    /// deposits, bonds, stakes or escrows, no claims, with which a stake can be lost, no
    /// experiments or models for others. Calls that return what is held are allowed.
    NonTransfer,
    /// What a member of the council does, except for proposing motions, for which a deposit is
    /// held; and rotation of session keys.
    Governance,
    /// Rejection of announced calls of other proxies.
    CancelProxy,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::NonTransfer => spends_nothing(call),
            Self::Governance => {
                matches!(call, RuntimeCall::Council(call) if !is_proposal(call))
                    || matches!(call, RuntimeCall::Session(_))
            }
            Self::CancelProxy => {
                matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }))
            }
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::NonTransfer, _) => true,
            (one, two) => one == two,
        }
    }
}

/// Whether a call holds the deposit for a motion, which can be lost.
const fn is_proposal(call: &pallet_council::Call<Runtime>) -> bool {
    matches!(call, pallet_council::Call::propose { .. })
}

/// Whether a call leaves the account everything that it has. Calls that dispatch other calls are
/// allowed if those pass through the same filter. A proxy of a proxy and a multisig dispatch with
/// the rights of another account, so they are not allowed. Calls that are not listed are refused,
/// and so are calls that are added later.
fn spends_nothing(call: &RuntimeCall) -> bool {
    use {
        pallet_council::Call as Motion, pallet_experiments::Call as Experiment,
        pallet_proxy::Call as Proxy, pallet_rewards::Call as Reward, pallet_tasks::Call as Task,
        pallet_wtm::Call as Fact,
    };
    matches!(
        call,
        RuntimeCall::System(_)
            | RuntimeCall::Utility(_)
            | RuntimeCall::Babe(_)
            | RuntimeCall::Grandpa(_)
            | RuntimeCall::Session(_)
            | RuntimeCall::Council(
                Motion::vote { .. }
                    | Motion::close { .. }
                    | Motion::object { .. }
                    | Motion::enact { .. }
            )
            | RuntimeCall::Rewards(
                Reward::unregister { .. }
                    | Reward::remove_worker { .. }
                    | Reward::leave_candidates { .. }
            )
            | RuntimeCall::Proxy(
                Proxy::remove_proxy { .. }
                    | Proxy::remove_announcement { .. }
                    | Proxy::reject_announcement { .. }
            )
            | RuntimeCall::Experiments(
                Experiment::cancel_transfer { .. }
                    | Experiment::archive_experiment { .. }
                    | Experiment::set_stage { .. }
            )
            | RuntimeCall::Tasks(
                Task::cancel_task { .. }
                    | Task::draw_split { .. }
                    | Task::publish_training_data { .. }
                    | Task::withdraw_commitment { .. }
                    | Task::reveal_block { .. }
                    | Task::ask { .. }
                    | Task::submit_scores { .. }
                    | Task::prove_champion { .. }
                    | Task::settle { .. }
                    | Task::upload_chunk { .. }
                    | Task::deliver { .. }
                    | Task::close_commitment { .. }
                    | Task::finish_task { .. }
                    | Task::remove_task { .. }
                    | Task::show_equal_rows { .. }
            )
            | RuntimeCall::Wtm(
                Fact::resolve { .. }
                    | Fact::claim { .. }
                    | Fact::retract { .. }
                    | Fact::remove { .. }
            )
    )
}

impl pallet_proxy::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type ProxyType = ProxyType;
    type ProxyDepositBase = ConstU128<{ deposit(1, 8) }>;
    type ProxyDepositFactor = ConstU128<{ deposit(0, 33) }>;
    type MaxProxies = ConstU32<32>;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
    type MaxPending = ConstU32<32>;
    type CallHasher = BlakeTwo256;
    type AnnouncementDepositBase = ConstU128<{ deposit(1, 8) }>;
    type AnnouncementDepositFactor = ConstU128<{ deposit(0, 66) }>;
    type BlockNumberProvider = System;
}

impl pallet_multisig::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type Currency = Balances;
    type DepositBase = ConstU128<{ deposit(1, 88) }>;
    type DepositFactor = ConstU128<{ deposit(0, 32) }>;
    type MaxSignatories = ConstU32<100>;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
    type BlockNumberProvider = System;
}

impl frame_system::offchain::SigningTypes for Runtime {
    type Public = <Signature as sp_runtime::traits::Verify>::Signer;
    type Signature = Signature;
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
