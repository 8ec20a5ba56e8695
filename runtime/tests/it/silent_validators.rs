//! Validators that author no blocks.

use crate::{
    chain::{account, next_session, on},
    world::World,
};
use frame_support::assert_ok;
use nocknock_primitives::reward::Points;
use nocknock_runtime::{Authorship, Rewards, Runtime, RuntimeOrigin, Session, SessionKeys, NNK};
use pallet_rewards::{AuthorsOfSession, Candidates, CurrentSession, WorkersPoints};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Ferdie},
};

/// Silent sessions that end a candidacy.
const TOO_MANY: usize = 8;

fn is_noted(author: Sr25519Keyring) -> bool {
    AuthorsOfSession::<Runtime>::contains_key(account(author))
}

#[test]
fn what_is_noted_of_authors_ends_with_their_session() {
    on("local_testnet", || {
        Rewards::note_author(&account(Alice));
        assert!(is_noted(Alice));
        next_session();
        assert!(!is_noted(Alice));
    });
}

#[test]
fn the_author_of_the_first_block_of_a_session_is_noted_for_that_session() {
    let mut world = World::new();
    world.until("the next session", || CurrentSession::<Runtime>::get() > 0);
    assert!(world.run(|| is_noted(Alice)));
}

/// Each block of the world is authored by the first validator, which is Alice until Ferdie joins.
#[test]
fn the_author_of_the_first_block_of_new_validators_is_one_of_them() {
    let mut world = World::new();
    world.run(|| stand(Ferdie));
    let mut joined = false;
    while !joined {
        assert_eq!(world.run(Authorship::author), Some(account(Alice)));
        world.close_block();
        world.open_block();
        joined = world.run(|| Session::validators().len() > 1);
    }
    assert_eq!(world.run(Session::validators)[0], account(Ferdie));
    assert_eq!(world.run(Authorship::author), Some(account(Ferdie)));
}

/// Makes an account a candidate with session keys and enough points.
fn stand(key: Sr25519Keyring) {
    let keys =
        SessionKeys { babe: key.public().into(), grandpa: Ed25519Keyring::Ferdie.public().into() };
    pallet_session::NextKeys::<Runtime>::insert(account(key), keys);
    let points = Points::default().plus(100 * NNK, 0);
    WorkersPoints::<Runtime>::insert(account(key), points);
    let origin = RuntimeOrigin::signed(account(key));
    assert_ok!(Rewards::apply_as_candidate(origin));
}

#[test]
fn a_validator_that_authors_nothing_for_too_long_makes_room() {
    on("local_testnet", || {
        stand(Ferdie);
        (0..2).for_each(|_| next_session());
        assert_eq!(Session::validators().len(), 5);
        (1..TOO_MANY).for_each(|_| next_session());
        assert!(Candidates::<Runtime>::get().contains(&account(Ferdie)));
        (0..3).for_each(|_| next_session());
        assert!(Candidates::<Runtime>::get().is_empty());
        assert_eq!(Session::validators().len(), 4, "the genesis authorities");
    });
}
