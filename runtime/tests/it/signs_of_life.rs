//! Signs of life, by the BABE keys that accounts have set.

use crate::chain::{account, next_session, on};
use frame_support::{assert_err, assert_ok, dispatch::DispatchResult};
use nocknock_primitives::life;
use nocknock_runtime::{AccountId, Rewards, Runtime, RuntimeOrigin, Session, SessionKeys, System};
use pallet_rewards::{types::Life, Error, Liveness};
use sp_core::Pair;
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Eve, Ferdie},
};

/// Gives an account session keys of this owner.
fn set_keys(who: Sr25519Keyring, owner: Sr25519Keyring) {
    let grandpa = Ed25519Keyring::Ferdie.public().into();
    let keys = SessionKeys { babe: owner.public().into(), grandpa };
    pallet_session::NextKeys::<Runtime>::insert(account(who), keys);
}

/// On the chain of the four authorities, with Ferdie as somebody who may be elected.
fn on_a_chain_with_ferdie(test: impl FnOnce()) {
    on("local_testnet", || {
        set_keys(Ferdie, Ferdie);
        Liveness::<Runtime>::insert(account(Ferdie), Life::default());
        test();
    });
}

/// Sends the sign of an account for a session, made with this key.
fn send(who: AccountId, session: u32, key: Sr25519Keyring) -> DispatchResult {
    let message = life::message(&System::block_hash(0).0, session, who.as_ref());
    Rewards::sign_of_life(RuntimeOrigin::none(), who, session, key.pair().sign(&message))
}

fn last_sign(who: Sr25519Keyring) -> Option<u32> {
    Liveness::<Runtime>::get(account(who)).and_then(|life| life.last_sign)
}

#[test]
fn a_sign_by_the_key_that_was_set_is_noted_once_in_a_session() {
    on_a_chain_with_ferdie(|| {
        assert_eq!(last_sign(Ferdie), None);
        assert_ok!(send(account(Ferdie), 0, Ferdie));
        assert_eq!(last_sign(Ferdie), Some(0));
        let again = send(account(Ferdie), 0, Ferdie);
        assert_err!(again, Error::<Runtime>::AlreadySigned);
        next_session();
        assert_ok!(send(account(Ferdie), Session::current_index(), Ferdie));
    });
}

#[test]
fn the_key_that_was_set_last_signs() {
    on_a_chain_with_ferdie(|| {
        set_keys(Ferdie, Eve);
        let old = send(account(Ferdie), 0, Ferdie);
        assert_err!(old, Error::<Runtime>::BadSignature);
        assert_ok!(send(account(Ferdie), 0, Eve));
    });
}

#[test]
fn validators_and_strangers_have_nothing_to_sign() {
    on_a_chain_with_ferdie(|| {
        for who in [Alice, Eve] {
            assert_err!(send(account(who), 0, who), Error::<Runtime>::NoSignWanted);
        }
    });
}
