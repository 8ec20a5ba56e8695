//! The council: who sits in it and what it may do.

use crate::chain::{account, next_session, on};
use frame_support::{assert_noop, assert_ok, traits::ChangeMembers};
use nocknock_runtime::{
    configs::CouncilInstance, AccountId, Council, Network, Runtime, RuntimeCall, RuntimeOrigin,
    Session, System,
};
use pallet_collective::RawOrigin;
use sp_core::{Hasher, H256};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve};
use sp_runtime::{
    traits::{Dispatchable, Hash as _},
    DispatchError,
};

fn members() -> Vec<AccountId> {
    pallet_collective::Members::<Runtime, CouncilInstance>::get()
}

fn sorted(mut accounts: Vec<AccountId>) -> Vec<AccountId> {
    accounts.sort();
    accounts
}

/// The origin of a motion that `ayes` of four members carried.
fn motion(ayes: u32) -> RuntimeOrigin {
    RawOrigin::<AccountId, CouncilInstance>::Members(ayes, 4).into()
}

#[test]
fn the_validators_are_the_council_from_the_first_block() {
    on("local_testnet", || {
        assert_eq!(members(), sorted([Alice, Bob, Charlie, Dave].map(account).to_vec()));
    });
}

#[test]
fn the_council_follows_the_validators() {
    on("local_testnet", || {
        let strangers = [account(Eve)];
        Council::set_members_sorted(&strangers, &members());
        next_session();
        assert_eq!(members(), sorted(Session::validators()));
    });
}

#[test]
fn two_thirds_authorise_a_runtime() {
    on("local_testnet", || {
        let code_hash = sp_core::Blake2Hasher::hash(b"new code");
        assert_ok!(Network::authorize_upgrade(motion(3), code_hash));
        let authorised = System::authorized_upgrade().expect("the upgrade is authorised");
        assert_eq!(*authorised.code_hash(), code_hash);
    });
}

#[test]
fn half_of_the_council_is_not_enough() {
    on("local_testnet", || {
        assert_noop!(Network::authorize_upgrade(motion(2), H256::zero()), DispatchError::BadOrigin);
    });
}

#[test]
fn the_whole_council_can_neither_mint_nor_set_code_directly() {
    on("local_testnet", || {
        let mint = pallet_balances::Call::force_set_balance {
            who: account(Alice).into(),
            new_free: 1_000_000,
        };
        let set_code = frame_system::Call::set_code { code: vec![] };
        let set_storage = frame_system::Call::set_storage { items: vec![] };
        for call in [RuntimeCall::from(mint), set_code.into(), set_storage.into()] {
            let result = call.dispatch(motion(4));
            assert_eq!(result.expect_err("root only").error, DispatchError::BadOrigin);
        }
    });
}

#[test]
fn a_motion_of_three_of_four_runs_from_proposal_to_event() {
    on("local_testnet", || {
        let code_hash = sp_core::Blake2Hasher::hash(b"new code");
        let call = RuntimeCall::Network(pallet_network::Call::authorize_upgrade { code_hash });
        let hash = <Runtime as frame_system::Config>::Hashing::hash_of(&call);
        let length = codec::Encode::encoded_size(&call) as u32;
        let by = |who| RuntimeOrigin::signed(account(who));
        assert_ok!(Council::propose(by(Alice), 3, Box::new(call.clone()), length));
        for who in [Alice, Bob, Charlie] {
            assert_ok!(Council::vote(by(who), hash, 0, true));
        }
        let weight = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call).call_weight;
        assert_ok!(Council::close(by(Dave), hash, 0, weight, length));
        assert!(System::authorized_upgrade().is_some());
    });
}
