//! A runtime where account 1 may remark four times per period without a fee, and send a call that
//! always fails.

use crate as pallet_allowance;
use crate::WaiverPolicy;
use frame_support::{derive_impl, parameter_types, traits::ConstU32, weights::IdentityFee};
use sp_runtime::{transaction_validity::TransactionPriority, BuildStorage};

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        TransactionPayment: pallet_transaction_payment,
        Allowance: pallet_allowance,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type OnKilledAccount = Allowance;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
}

#[derive_impl(pallet_transaction_payment::config_preludes::TestDefaultConfig)]
impl pallet_transaction_payment::Config for Test {
    type OnChargeTransaction = pallet_transaction_payment::FungibleAdapter<Balances, ()>;
    type WeightToFee = IdentityFee<u64>;
    type LengthToFee = IdentityFee<u64>;
}

parameter_types! {
    pub static Period: u32 = 0;
    pub static Identity: u64 = 0;
}

/// Account 1 may send remarks, and says it may do so more often than the limit allows. Each byte of
/// a remark costs one of the quota. Setting heap pages is for root alone, so it fails; it stands at
/// priority 7. A remark of one byte makes known, as setting two heap pages would, and one of two
/// bytes is for known accounts only.
#[derive(Debug)]
pub struct RemarksOfOne;
impl WaiverPolicy<u64, RuntimeCall> for RemarksOfOne {
    fn quota(who: &u64, call: &RuntimeCall) -> u32 {
        let covered = matches!(
            call,
            RuntimeCall::System(
                frame_system::Call::remark { .. } | frame_system::Call::set_heap_pages { .. }
            )
        );
        if *who == 1 && covered {
            100
        } else {
            0
        }
    }

    fn price(call: &RuntimeCall) -> u32 {
        length(call).unwrap_or(1)
    }

    fn is_for_the_known(call: &RuntimeCall) -> bool {
        length(call) == Some(2)
    }

    fn makes_known(call: &RuntimeCall) -> bool {
        let heap_pages =
            matches!(call, RuntimeCall::System(frame_system::Call::set_heap_pages { pages: 2 }));
        length(call) == Some(1) || heap_pages
    }

    fn identity(_: &u64) -> u64 {
        Identity::get()
    }

    fn priority(call: &RuntimeCall) -> TransactionPriority {
        match call {
            RuntimeCall::System(frame_system::Call::set_heap_pages { .. }) => 7,
            _ => 0,
        }
    }
}

/// Bytes of a remark.
fn length(call: &RuntimeCall) -> Option<u32> {
    match call {
        RuntimeCall::System(frame_system::Call::remark { remark }) => {
            u32::try_from(remark.len()).ok()
        }
        _ => None,
    }
}

impl pallet_allowance::Config for Test {
    type Policy = RemarksOfOne;
    type Period = Period;
    type MaxPerPeriod = ConstU32<4>;
    type WeightInfo = ();
}

/// Account 2 owns a million units, nobody else owns anything. `try_state` runs after `test`.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Allowance::do_try_state().expect("the invariants hold after every test");
    });
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: vec![(2, 1_000_000_000_000)],
            ..Default::default()
        },
        ..Default::default()
    };
    let mut ext =
        sp_io::TestExternalities::from(genesis.build_storage().expect("the genesis is valid"));
    ext.execute_with(|| System::set_block_number(1));
    ext
}
