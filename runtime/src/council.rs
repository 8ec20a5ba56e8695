//! Who sits in the council, what its motions may carry, and how long they wait.

use crate::{
    protocol::{AmountPerNetwork, PerNetwork, DAYS},
    weights, AccountId, Balances, Rewards, Runtime, RuntimeCall, RuntimeHoldReason, Session, NNK,
};
use alloc::vec::Vec;
use frame_support::{
    parameter_types,
    traits::{ConstU32, Contains, SortedMembers},
    weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight},
};
use pallet_experiments::Call as Experiment;
use pallet_network::Call as Network;
use pallet_rewards::{Call as Curriculum, GenesisAuthorities};
use pallet_verifier::Call as Circuits;

// Otherwise there would be no room for the votes of all.
const _: () = assert!(crate::configs::MAX_AUTHORITIES <= pallet_council::types::MAX_MEMBERS);

/// The members are the validators of the session.
#[derive(Debug)]
pub struct Validators;

impl SortedMembers<AccountId> for Validators {
    fn sorted_members() -> Vec<AccountId> {
        let mut validators = Session::validators();
        validators.sort();
        validators
    }

    fn contains(who: &AccountId) -> bool {
        Session::validators().contains(who)
    }

    fn count() -> usize {
        Session::validators().len()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn add(who: &AccountId) {
        pallet_session::Validators::<Runtime>::mutate(|validators| validators.push(who.clone()));
    }
}

/// Whoever validates from the first block on owns nothing, so it needs no deposit for a motion.
#[derive(Debug)]
pub struct Authorities;

impl Contains<AccountId> for Authorities {
    fn contains(who: &AccountId) -> bool {
        GenesisAuthorities::<Runtime>::get().contains(who)
    }
}

/// The calls that need the origin of a motion.
#[derive(Debug)]
pub struct Privileged;

impl Contains<RuntimeCall> for Privileged {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(
            call,
            RuntimeCall::Network(Network::authorize_upgrade { .. })
                | RuntimeCall::Verifier(
                    Circuits::register_circuit { .. }
                        | Circuits::replace_circuit { .. }
                        | Circuits::disable_circuit { .. }
                )
                | RuntimeCall::Experiments(Experiment::retire_champion { .. })
                | RuntimeCall::Rewards(
                    Curriculum::set_curriculum { .. }
                        | Curriculum::remove_curriculum { .. }
                        | Curriculum::set_practice { .. }
                )
        )
    }
}

/// Disabling a circuit takes nothing from anybody, and while a circuit is unsound every block
/// counts.
#[derive(Debug)]
pub struct AtOnce;

impl Contains<RuntimeCall> for AtOnce {
    fn contains(call: &RuntimeCall) -> bool {
        matches!(call, RuntimeCall::Verifier(Circuits::disable_circuit { .. }))
    }
}

/// The most that the call of a motion may weigh: more than the largest practice block, and three of
/// them fit into the calls of a block.
const MAX_MOTION_WEIGHT: Weight = Weight::from_parts(100 * WEIGHT_REF_TIME_PER_MILLIS, 1024 * 1024);

parameter_types! {
    pub const MaxMotionWeight: Weight = MAX_MOTION_WEIGHT;
}

impl pallet_council::Config for Runtime {
    type Proposal = RuntimeCall;
    type Currency = Balances;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Burns = Rewards;
    type Members = Validators;
    type WithoutDeposit = Authorities;
    type Privileged = Privileged;
    type AtOnce = AtOnce;
    type Deposit = AmountPerNetwork<NNK, { 10 * NNK }>;
    type VotingPeriod = ConstU32<DAYS>;
    type Delay = PerNetwork<10, { 7 * DAYS }>;
    type EnactmentPeriod = ConstU32<DAYS>;
    type MaxWeight = MaxMotionWeight;
    type WeightInfo = weights::council::Measured;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
}
