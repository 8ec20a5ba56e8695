//! Tests of the pallet.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{traits::Hash as _, BuildStorage, DispatchError};

fn code_hash() -> <Test as frame_system::Config>::Hash {
    <Test as frame_system::Config>::Hashing::hash(b"code")
}

#[test]
fn genesis_fixes_the_parameters() {
    build_and_execute(|| {
        assert_eq!(SlotMillis::<Test>::get(), 1_000);
        assert_eq!(MinimumPeriod::<Test>::get(), 500);
        assert_eq!(EpochSlots::<Test>::get(), 10);
        assert_eq!(Network::kind(), NetworkKind::Production);
    });
}

#[test]
fn a_slot_may_be_a_quarter_of_a_second() {
    let storage = network(250, 16).build_storage().expect("a valid genesis");
    sp_io::TestExternalities::from(storage).execute_with(|| {
        assert_eq!(SlotMillis::<Test>::get(), 250);
        assert_eq!(MinimumPeriod::<Test>::get(), 125);
        assert_eq!(EpochSlots::<Test>::get(), 16);
        Network::do_try_state().expect("the invariants hold");
    });
}

#[test]
#[should_panic(expected = "network.slotDurationMillis is 198")]
fn a_slot_too_short_to_author_a_block_is_refused() {
    let _ = network(198, 10).build_storage();
}

#[test]
#[should_panic(expected = "network.slotDurationMillis is 1001")]
fn an_odd_slot_is_refused() {
    let _ = network(1_001, 10).build_storage();
}

#[test]
#[should_panic(expected = "network.epochLengthSlots is 3")]
fn a_short_epoch_is_refused() {
    let _ = network(1_000, 3).build_storage();
}

#[test]
fn the_upgrade_origin_authorises_a_runtime() {
    build_and_execute(|| {
        assert_ok!(Network::authorize_upgrade(RuntimeOrigin::root(), code_hash()));
        let authorised = System::authorized_upgrade().expect("an upgrade was authorised");
        assert_eq!(*authorised.code_hash(), code_hash());
        System::assert_last_event(Event::UpgradeApproved { code_hash: code_hash() }.into());
    });
}

#[test]
fn nobody_else_authorises_a_runtime() {
    build_and_execute(|| {
        assert_noop!(
            Network::authorize_upgrade(RuntimeOrigin::signed(1), code_hash()),
            DispatchError::BadOrigin
        );
    });
}

#[test]
fn only_a_production_network_refuses_development_keys() {
    assert!(!NetworkKind::Production.allows_development_keys());
    assert!(NetworkKind::Test.allows_development_keys());
    assert!(NetworkKind::Development.allows_development_keys());
}
