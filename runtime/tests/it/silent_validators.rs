//! Who gets a seat, and validators that author no blocks.

use crate::{
    chain::{account, next_session, on},
    world::World,
};
use frame_support::{assert_ok, traits::fungible::Mutate};
use nocknock_primitives::reward::AccountPoints;
use nocknock_runtime::{
    protocol::PointsDecay, AccountId, Authorship, Balances, Rewards, Runtime, RuntimeOrigin,
    Session, SessionKeys, NNK,
};
use pallet_rewards::{AuthorsOfSession, Candidates, CurrentSession, WorkersPoints};
use sp_keyring::{
    Ed25519Keyring,
    Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie},
};

/// The genesis authorities of a local network.
const AUTHORITIES: [Sr25519Keyring; 4] = [Alice, Bob, Charlie, Dave];

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
    world.run(|| stand(Ferdie, 1));
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

/// Makes an account a candidate with session keys, enough tokens, and enough points of an
/// experiment, whose node gave a sign of life.
fn stand(key: Sr25519Keyring, experiment: u32) {
    let keys =
        SessionKeys { babe: key.public().into(), grandpa: Ed25519Keyring::Ferdie.public().into() };
    pallet_session::NextKeys::<Runtime>::insert(account(key), keys);
    let session = CurrentSession::<Runtime>::get();
    let earned = 2_000 * NNK;
    let points = AccountPoints::default().plus(experiment, earned, session, PointsDecay::get());
    WorkersPoints::<Runtime>::insert(account(key), points);
    Balances::mint_into(&account(key), earned).expect("the account can hold it");
    assert_ok!(Rewards::apply_as_candidate(RuntimeOrigin::signed(account(key))));
    Rewards::note_sign(&account(key));
}

/// A session ends in which these authored.
fn session_of(authors: &[Sr25519Keyring]) {
    for author in authors {
        for _ in 0..5 {
            Rewards::note_author(&account(*author));
        }
    }
    next_session();
}

fn validators() -> Vec<AccountId> {
    let mut validators = Session::validators();
    validators.sort();
    validators
}

fn sorted(keys: &[Sr25519Keyring]) -> Vec<AccountId> {
    let mut accounts: Vec<_> = keys.iter().copied().map(account).collect();
    accounts.sort();
    accounts
}

fn is_candidate(key: Sr25519Keyring) -> bool {
    Candidates::<Runtime>::get().contains(&account(key))
}

/// Under the old rule it validated for eight sessions.
#[test]
fn a_candidate_without_a_node_is_seen_in_its_first_session() {
    on("local_testnet", || {
        stand(Ferdie, 1);
        session_of(&AUTHORITIES);
        session_of(&AUTHORITIES);
        assert_eq!(validators(), sorted(&[Alice, Bob, Charlie, Dave, Ferdie]));
        session_of(&AUTHORITIES);
        assert!(!is_candidate(Ferdie));
        let bond = Rewards::seat_bond(account(Ferdie)).expect("it is kept for a while");
        assert_eq!(bond.amount, 950 * NNK);
        session_of(&AUTHORITIES);
        assert_eq!(validators(), sorted(&AUTHORITIES));
    });
}

/// Under the old rule both entered at once.
#[test]
fn of_several_candidates_one_enters_at_a_time() {
    on("local_testnet", || {
        stand(Ferdie, 1);
        stand(Eve, 2);
        session_of(&AUTHORITIES);
        assert_eq!(Rewards::seats().len(), 5);
        session_of(&AUTHORITIES);
        assert_eq!(Rewards::seats().len(), 5, "the first one has not authored yet");
        let first = [Eve, Ferdie].into_iter().find(|key| Rewards::seats().contains(&account(*key)));
        let all = [AUTHORITIES.as_slice(), &[first.expect("one of them")]].concat();
        Rewards::note_sign(&account(Eve));
        Rewards::note_sign(&account(Ferdie));
        session_of(&all);
        assert_eq!(Rewards::seats().len(), 5, "two of six would be a third");
    });
}

/// Under the old rule dead authorities stayed.
#[test]
fn a_dead_authority_makes_room_and_comes_back() {
    on("local_testnet", || {
        let live = [Alice, Bob, Charlie];
        for _ in 0..2 {
            session_of(&live);
        }
        assert_eq!(validators(), sorted(&live));
        Rewards::note_sign(&account(Dave));
        session_of(&live);
        session_of(&live);
        assert_eq!(validators(), sorted(&AUTHORITIES));
    });
}

#[test]
fn a_chain_on_which_nobody_works_keeps_its_validators() {
    on("local_testnet", || {
        for _ in 0..20 {
            next_session();
            assert_eq!(validators(), sorted(&AUTHORITIES));
        }
    });
}
