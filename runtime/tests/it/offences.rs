//! Equivocations: what can be proved, when, and what follows.

use crate::chain::{account, keys_handed_to, next_session, on};
use frame_support::{
    assert_err, assert_ok,
    traits::{Hooks, KeyOwnerProofSystem},
};
use nocknock_runtime::{
    validators::KeysInForce, AccountId, Babe, Grandpa, Header, Historical, Runtime, RuntimeOrigin,
    Session, System,
};
use sp_consensus_babe::{
    digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
    EquivocationProof, Slot,
};
use sp_consensus_grandpa as grandpa;
use sp_core::{Pair as _, H256};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{traits::Header as _, Digest, DigestItem};

/// A header for `slot`, sealed by `author`, that differs from others by its state root.
fn sealed_header(author: Sr25519Keyring, index: u32, slot: u64, state_root: H256) -> Header {
    let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: index,
        slot: Slot::from(slot),
    });
    let digest = Digest { logs: vec![DigestItem::babe_pre_digest(pre_digest)] };
    let mut header = Header::new(1, H256::zero(), state_root, H256::zero(), digest);
    let signature = author.pair().sign(header.hash().as_ref()).into();
    header.digest_mut().push(DigestItem::babe_seal(signature));
    header
}

/// Two blocks of `author` in one slot.
fn two_blocks_in_one_slot(author: Sr25519Keyring, slot: u64) -> EquivocationProof<Header> {
    let index = authority_index(author);
    EquivocationProof {
        offender: author.public().into(),
        slot: Slot::from(slot),
        first_header: sealed_header(author, index, slot, H256::repeat_byte(1)),
        second_header: sealed_header(author, index, slot, H256::repeat_byte(2)),
    }
}

fn authority_index(author: Sr25519Keyring) -> u32 {
    let position = Babe::authorities().iter().position(|(id, _)| *id == author.public().into());
    position.expect("the author is an authority") as u32
}

type OwnerProof = sp_session::MembershipProof;

/// Proves that the BABE key of `author` belongs to a validator of the present session.
fn owner_of(author: Sr25519Keyring) -> OwnerProof {
    let key: sp_consensus_babe::AuthorityId = author.public().into();
    KeysInForce::prove((sp_consensus_babe::KEY_TYPE, key)).expect("the key belongs to a validator")
}

fn report(author: Sr25519Keyring, owner: OwnerProof) -> frame_support::dispatch::DispatchResult {
    let proof = Box::new(two_blocks_in_one_slot(author, 1));
    Babe::report_equivocation_unsigned(RuntimeOrigin::none(), proof, owner)
        .map(|_| ())
        .map_err(|error| error.error)
}

fn is_disabled(who: AccountId) -> bool {
    let index = Session::validator_id_to_index(&who).expect("a validator");
    Session::disabled_validators().contains(&index)
}

#[test]
fn an_author_of_two_blocks_in_a_slot_is_disabled() {
    on("local_testnet", || {
        assert_ok!(report(Sr25519Keyring::Bob, owner_of(Sr25519Keyring::Bob)));
        assert!(is_disabled(account(Sr25519Keyring::Bob)));
        assert!(!is_disabled(account(Sr25519Keyring::Alice)));
    });
}

#[test]
fn the_same_offence_is_reported_once() {
    on("local_testnet", || {
        assert_ok!(report(Sr25519Keyring::Bob, owner_of(Sr25519Keyring::Bob)));
        assert_err!(
            report(Sr25519Keyring::Bob, owner_of(Sr25519Keyring::Bob)),
            pallet_babe::Error::<Runtime>::DuplicateOffenceReport
        );
    });
}

#[test]
fn an_offence_of_the_first_session_can_be_reported_sessions_later() {
    on("local_testnet", || {
        let owner = owner_of(Sr25519Keyring::Charlie);
        for _ in 0..5 {
            next_session();
        }
        assert_ok!(report(Sr25519Keyring::Charlie, owner));
        assert!(is_disabled(account(Sr25519Keyring::Charlie)));
    });
}

#[test]
fn an_offence_under_keys_that_were_rotated_since_can_be_reported() {
    on("local_testnet", || {
        let old = owner_of(Sr25519Keyring::Dave);
        let dave = account(Sr25519Keyring::Dave);
        let (keys, holds_them) = keys_handed_to(&dave);
        let proof = two_blocks_in_one_slot(Sr25519Keyring::Dave, 1);
        assert_ok!(Session::set_keys(RuntimeOrigin::signed(dave), keys, holds_them));
        for _ in 0..3 {
            next_session();
            Grandpa::on_finalize(System::block_number());
        }
        assert!(Babe::authorities()
            .iter()
            .any(|(id, _)| *id == Sr25519Keyring::Ferdie.public().into()));
        assert_ok!(Babe::report_equivocation_unsigned(RuntimeOrigin::none(), Box::new(proof), old));
        let new = owner_of(Sr25519Keyring::Ferdie);
        next_session();
        let key: sp_consensus_babe::AuthorityId = Sr25519Keyring::Ferdie.public().into();
        let owner = Historical::check_proof((sp_consensus_babe::KEY_TYPE, key), new);
        assert_eq!(owner, Some((account(Sr25519Keyring::Dave), ())));
    });
}

/// Hands Ferdie's keys to a validator; until two sessions have passed its present ones stay in
/// force.
fn set_other_keys(key: Sr25519Keyring) {
    let (keys, holds_them) = keys_handed_to(&account(key));
    let origin = RuntimeOrigin::signed(account(key));
    assert_ok!(Session::set_keys(origin, keys.clone(), holds_them));
    assert_eq!(Session::load_keys(&account(key)), Some(keys));
}

#[test]
fn who_sets_other_keys_first_is_held_to_those_in_force() {
    on("local_testnet", || {
        set_other_keys(Sr25519Keyring::Bob);
        assert_ok!(report(Sr25519Keyring::Bob, owner_of(Sr25519Keyring::Bob)));
        assert!(is_disabled(account(Sr25519Keyring::Bob)));
        let (keys, _) = keys_handed_to(&account(Sr25519Keyring::Bob));
        assert_eq!(
            Session::load_keys(&account(Sr25519Keyring::Bob)),
            Some(keys),
            "a report changes no keys"
        );
    });
}

#[test]
fn a_report_holds_although_another_validator_set_keys_since() {
    on("local_testnet", || {
        let owner = owner_of(Sr25519Keyring::Bob);
        set_other_keys(Sr25519Keyring::Alice);
        assert_ok!(report(Sr25519Keyring::Bob, owner));
        assert!(is_disabled(account(Sr25519Keyring::Bob)));
    });
}

#[test]
fn a_report_made_after_keys_were_set_holds_in_the_sessions_after() {
    on("local_testnet", || {
        set_other_keys(Sr25519Keyring::Bob);
        let owner = owner_of(Sr25519Keyring::Bob);
        next_session();
        assert_ok!(report(Sr25519Keyring::Bob, owner));
        assert!(is_disabled(account(Sr25519Keyring::Bob)));
    });
}

#[test]
fn a_proof_for_another_key_is_refused() {
    on("local_testnet", || {
        let result = report(Sr25519Keyring::Bob, owner_of(Sr25519Keyring::Alice));
        assert_err!(result, pallet_babe::Error::<Runtime>::InvalidKeyOwnershipProof);
    });
}

/// A prevote of `voter` for the block with `hash`, signed.
fn prevote(
    voter: Ed25519Keyring,
    hash: H256,
) -> (grandpa_types::Prevote, grandpa::AuthoritySignature) {
    let vote = finality_grandpa::Prevote { target_hash: hash, target_number: 1u32 };
    let message = finality_grandpa::Message::Prevote(vote.clone());
    let payload = grandpa::localized_payload(1, 0, &message);
    (vote, voter.pair().sign(&payload).into())
}

mod grandpa_types {
    pub(super) type Prevote = finality_grandpa::Prevote<sp_core::H256, u32>;
}

#[test]
fn a_voter_for_two_blocks_in_a_round_is_disabled() {
    on("local_testnet", || {
        let voter = Ed25519Keyring::Bob;
        let id: grandpa::AuthorityId = voter.public().into();
        let equivocation = grandpa::Equivocation::Prevote(finality_grandpa::Equivocation {
            round_number: 1,
            identity: id.clone(),
            first: prevote(voter, H256::repeat_byte(1)),
            second: prevote(voter, H256::repeat_byte(2)),
        });
        let owner = KeysInForce::prove((grandpa::KEY_TYPE, id)).expect("a validator's key");
        let proof = Box::new(grandpa::EquivocationProof::new(0, equivocation));
        assert_ok!(Grandpa::report_equivocation_unsigned(RuntimeOrigin::none(), proof, owner));
        assert!(is_disabled(account(Sr25519Keyring::Bob)));
    });
}

#[test]
fn old_sessions_are_forgotten() {
    on("local_testnet", || {
        for _ in 0..nocknock_runtime::validators::SESSIONS_REMEMBERED + 3 {
            next_session();
        }
        assert!(Historical::historical_root(0).is_none());
        let newest = Session::current_index();
        assert!(Historical::historical_root(newest).is_some());
        assert!(System::block_number() > 1);
    });
}
