//! A runtime with nothing but this pallet.

use crate as pallet_network;
use frame_support::{derive_impl, traits::ConstU64};
use frame_system::EnsureRoot;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Network: pallet_network,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type BlockHashCount = ConstU64<250>;
}

impl pallet_network::Config for Test {
    type UpgradeOrigin = EnsureRoot<u64>;
    type WeightInfo = ();
}

/// A network with the given parameters.
pub(crate) fn network(slot_duration_millis: u64, epoch_length_slots: u64) -> RuntimeGenesisConfig {
    RuntimeGenesisConfig {
        network: pallet_network::GenesisConfig {
            slot_duration_millis,
            epoch_length_slots,
            ..Default::default()
        },
        ..Default::default()
    }
}

/// A network with 1 s slots and epochs of ten slots; `try_state` runs after `test`.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        Network::do_try_state().expect("the invariants hold after every test");
    });
}

pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
    let storage = network(1_000, 10).build_storage().expect("the genesis config is valid");
    let mut ext = sp_io::TestExternalities::from(storage);
    ext.execute_with(|| System::set_block_number(1));
    ext
}
