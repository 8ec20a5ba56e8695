//! Validators that author no blocks.

use crate::{
    chain::{account, next_session, on},
    world::World,
};
use frame_support::assert_ok;
use nocknock_primitives::reward::Points;
use nocknock_runtime::{Rewards, Runtime, RuntimeOrigin, Session, SessionKeys, NNK};
use pallet_rewards::{AuthorsOfSession, Candidates, CurrentSession, WorkersPoints};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Ferdie},
};

/// Silent sessions that end a candidacy.
const TOO_MANY: usize = 8;

#[test]
fn authors_are_noted_until_their_session_ends() {
    let mut world = World::new();
    let noted = || AuthorsOfSession::<Runtime>::contains_key(account(Alice));
    world.until("a block after the first of a session", noted);
    let session = world.run(CurrentSession::<Runtime>::get);
    world.until("the next session", || {
        let ended = CurrentSession::<Runtime>::get() > session;
        assert_eq!(noted(), !ended);
        ended
    });
}

/// Makes an account a candidate with session keys and enough points.
fn stand(key: Sr25519Keyring) {
    let keys = SessionKeys {
        babe: key.public().into(),
        grandpa: Ed25519Keyring::Ferdie.public().into(),
    };
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
