//! Finality votes that authors show to the chain, by the GRANDPA keys of its validators.

use crate::chain::{account, keys_handed_to, next_session, on};
use finality_grandpa::{Commit, Message, Precommit, SignedPrecommit};
use frame_support::{
    assert_err, assert_ok,
    inherent::{InherentData, ProvideInherent},
    traits::Hooks,
    BoundedVec,
};
use nocknock_primitives::finality::{FinalityVote, INHERENT_IDENTIFIER};
use nocknock_runtime::{
    Block, Executive, Grandpa, Hash, Header, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Session,
    System, UncheckedExtrinsic,
};
use pallet_rewards::{Call, Error, LastFinality, VotersOfSession};
use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
use sp_consensus_grandpa::{localized_payload, AuthorityId, GrandpaJustification};
use sp_core::Pair;
use sp_keyring::{
    Ed25519Keyring::{self, Alice, Bob, Charlie, Dave},
    Sr25519Keyring,
};
use sp_runtime::{
    traits::{Block as _, Header as _},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
    Digest, DigestItem, DispatchResult,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

const ROUND: u64 = 5;

/// The present block, and one that became final not long before. A session has 30 blocks.
const NOW: u32 = 40;
const FINAL: u32 = 37;

fn hash(block: u32) -> Hash {
    Hash::repeat_byte(u8::try_from(block).expect("the tests have few blocks"))
}

/// Makes this block the present one of the chain.
fn go_to(block: u32) {
    for number in System::block_number()..block {
        frame_system::BlockHash::<Runtime>::insert(number, hash(number));
    }
    System::set_block_number(block);
}

/// On the chain of Alice, Bob, Charlie and Dave.
fn on_a_chain_of_four(test: impl FnOnce()) {
    on("local_testnet", || {
        go_to(NOW);
        test();
    });
}

fn payload(block: u32, hash: Hash, round: u64, set: u64) -> Vec<u8> {
    let precommit = Precommit { target_hash: hash, target_number: block };
    localized_payload(round, set, &Message::Precommit(precommit))
}

/// The place of a voter in the present set.
fn place(voter: Ed25519Keyring) -> u32 {
    let key: AuthorityId = voter.public().into();
    let place = Grandpa::grandpa_authorities().iter().position(|(id, _)| *id == key);
    u32::try_from(place.expect("it is a voter")).expect("there are few")
}

fn vote_of(voter: Ed25519Keyring, block: u32, payload: &[u8]) -> FinalityVote<u32> {
    FinalityVote { voter: place(voter), block, signature: voter.pair().sign(payload).0 }
}

/// The votes of these voters for a block, in the order of the set.
fn votes(voters: &[Ed25519Keyring], block: u32) -> Vec<FinalityVote<u32>> {
    let payload = payload(block, hash(block), ROUND, Grandpa::current_set_id());
    let mut votes: Vec<_> = voters.iter().map(|voter| vote_of(*voter, block, &payload)).collect();
    votes.sort_by_key(|vote| vote.voter);
    votes
}

/// All of the present set, whose keys are well-known ones.
fn everybody() -> Vec<Ed25519Keyring> {
    let known = |id: AuthorityId| Ed25519Keyring::from_public(&id.into());
    let keys = Grandpa::grandpa_authorities().into_iter().map(|(id, _)| known(id));
    keys.collect::<Option<_>>().expect("the keys are well-known ones")
}

fn call(votes: Vec<FinalityVote<u32>>) -> Call<Runtime> {
    let votes = BoundedVec::try_from(votes).expect("there are few votes");
    Call::note_finality { round: ROUND, votes }
}

fn note(votes: Vec<FinalityVote<u32>>) -> DispatchResult {
    let votes = BoundedVec::try_from(votes).expect("there are few votes");
    Rewards::note_finality(RuntimeOrigin::none(), ROUND, votes)
}

fn was_seen(who: Sr25519Keyring) -> bool {
    VotersOfSession::<Runtime>::contains_key(account(who))
}

#[test]
fn the_accounts_of_those_who_voted_are_noted() {
    on_a_chain_of_four(|| {
        assert_ok!(note(votes(&[Alice, Charlie, Dave], FINAL)));
        let last = LastFinality::<Runtime>::get().expect("they were noted");
        assert_eq!((last.block, last.noted_at), (FINAL, NOW));
        for seen in [Sr25519Keyring::Alice, Sr25519Keyring::Charlie, Sr25519Keyring::Dave] {
            assert!(was_seen(seen), "{seen:?}");
        }
        assert!(!was_seen(Sr25519Keyring::Bob));
    });
}

/// What GRANDPA stores in a node when a block becomes final.
fn justification(voters: &[Ed25519Keyring], block: u32) -> GrandpaJustification<Header> {
    let payload = payload(block, hash(block), ROUND, Grandpa::current_set_id());
    let (target_hash, target_number) = (hash(block), block);
    let signed = voters.iter().map(|voter| SignedPrecommit {
        precommit: Precommit { target_hash, target_number },
        signature: voter.pair().sign(&payload).into(),
        id: voter.public().into(),
    });
    let commit = Commit { target_hash, target_number, precommits: signed.collect() };
    GrandpaJustification { round: ROUND, commit, votes_ancestries: Vec::new() }
}

fn given(justification: &GrandpaJustification<Header>) -> InherentData {
    let mut data = InherentData::new();
    data.put_data(INHERENT_IDENTIFIER, justification).expect("the data is empty");
    data
}

#[test]
fn what_grandpa_stores_in_a_node_is_what_its_blocks_show() {
    on_a_chain_of_four(|| {
        let data = given(&justification(&[Dave, Alice, Bob], FINAL));
        let inherent = Rewards::create_inherent(&data);
        assert_eq!(inherent, Some(call(votes(&[Alice, Bob, Dave], FINAL))));
        assert_ok!(note(votes(&[Alice, Bob, Dave], FINAL)));
        go_to(NOW + 1);
        assert_eq!(Rewards::create_inherent(&data), None, "it has been shown");
    });
}

#[test]
fn a_justification_that_does_not_suffice_is_left_out() {
    on_a_chain_of_four(|| {
        let too_few = given(&justification(&[Alice, Bob], FINAL));
        assert_eq!(Rewards::create_inherent(&too_few), None);
        let stranger = given(&justification(&[Alice, Bob, Ed25519Keyring::Eve], FINAL));
        assert_eq!(Rewards::create_inherent(&stranger), None);
        let future = given(&justification(&[Alice, Bob, Dave], NOW));
        assert_eq!(Rewards::create_inherent(&future), None);
    });
}

#[test]
fn a_wrong_signature_another_set_and_another_chain_are_refused() {
    on_a_chain_of_four(|| {
        let right = votes(&[Alice, Bob, Charlie], FINAL);
        for payload in [
            payload(FINAL, hash(FINAL), ROUND + 1, 0),
            payload(FINAL, hash(FINAL), ROUND, 1),
            payload(FINAL, hash(FINAL - 1), ROUND, 0),
            payload(FINAL - 1, hash(FINAL), ROUND, 0),
        ] {
            let mut votes = right.clone();
            votes[1] = vote_of(Bob, FINAL, &payload);
            assert_err!(note(votes), Error::<Runtime>::BadVote);
        }
        let mut exchanged = right.clone();
        exchanged[1].signature = exchanged[2].signature;
        assert_err!(note(exchanged), Error::<Runtime>::BadVote);
        assert_ok!(note(right));
    });
}

#[test]
fn votes_come_an_eighth_of_a_session_after_the_last_and_once_in_a_block() {
    on_a_chain_of_four(|| {
        let of = |block| votes(&[Alice, Bob, Charlie], block);
        assert_ok!(note(of(FINAL - 5)));
        assert_err!(note(of(FINAL)), Error::<Runtime>::NotedRecently);
        go_to(NOW + 1);
        // An eighth of 30 blocks, rounded down.
        assert_err!(note(of(FINAL - 3)), Error::<Runtime>::NotedRecently);
        assert_ok!(note(of(FINAL - 2)));
    });
}

/// Dave hands over to Ferdie's keys. Returns in the block in which the new set takes over, before
/// its end.
fn change_of_set() {
    let dave = account(Sr25519Keyring::Dave);
    let (keys, proof) = keys_handed_to(&dave);
    assert_ok!(Session::set_keys(RuntimeOrigin::signed(dave), keys, proof));
    for _ in 0..4 {
        if Grandpa::pending_change().is_some() {
            return;
        }
        let block = System::block_number();
        next_session();
        frame_system::BlockHash::<Runtime>::insert(block, hash(block));
    }
    panic!("the set did not change");
}

#[test]
fn each_set_votes_for_itself() {
    on_a_chain_of_four(|| {
        let old = votes(&[Alice, Bob, Charlie], FINAL);
        change_of_set();
        let changing = System::block_number();
        assert_err!(note(old.clone()), Error::<Runtime>::VotersChange);
        let data = given(&justification(&[Alice, Bob, Charlie], FINAL));
        assert_eq!(Rewards::create_inherent(&data), None);
        Grandpa::on_finalize(changing);
        go_to(changing + 1);
        assert_err!(note(old), Error::<Runtime>::BadVote);

        let new = everybody();
        assert_ok!(note(votes(&new, changing)));
        for who in Session::validators() {
            assert!(VotersOfSession::<Runtime>::contains_key(who));
        }
    });
}

/// A block with these transactions, as an author makes it that does not look at what becomes of
/// them.
fn block_with(transactions: Vec<UncheckedExtrinsic>) -> Block {
    let number = System::block_number() + 1;
    let slot = 1_000_000u64;
    let pre_digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
        authority_index: 0,
        slot: slot.into(),
    });
    let digest = Digest { logs: vec![DigestItem::babe_pre_digest(pre_digest)] };
    let parent = hash(number - 1);
    let header = Header::new(number, Default::default(), Default::default(), parent, digest);
    let time = pallet_timestamp::Call::set { now: slot * 2_000 };
    let mut all = vec![UncheckedExtrinsic::new_bare(time.into())];
    all.extend(transactions);
    // FRAME's own transactions leave their depth in the storage, and so in its root.
    sp_io::storage::start_transaction();
    Executive::initialize_block(&header);
    for transaction in &all {
        let _ignored = Executive::apply_extrinsic(transaction.clone());
    }
    let made = Executive::finalize_block();
    sp_io::storage::rollback_transaction();
    Block::new(made, all)
}

fn inherent(votes: Vec<FinalityVote<u32>>) -> UncheckedExtrinsic {
    UncheckedExtrinsic::new_bare(RuntimeCall::Rewards(call(votes)))
}

/// What a node says that cannot execute the block.
fn refusal(block: Block) -> String {
    let executed = catch_unwind(AssertUnwindSafe(|| Executive::execute_block(block.into())));
    let panic = executed.expect_err("the block is valid");
    *panic.downcast::<String>().expect("a panic with a text")
}

#[test]
fn a_block_with_right_votes_is_executed() {
    on_a_chain_of_four(|| {
        let block = block_with(vec![inherent(votes(&[Alice, Bob, Charlie], FINAL))]);
        Executive::execute_block(block.into());
        let last = LastFinality::<Runtime>::get().expect("they were noted");
        assert_eq!((last.block, last.noted_at), (FINAL, NOW + 1));
    });
}

/// The whole block is invalid, in every node that executes it: an author that shows a bad vote
/// loses the block.
#[test]
fn a_block_with_a_bad_vote_is_invalid() {
    on_a_chain_of_four(|| {
        let mut bad = votes(&[Alice, Bob, Charlie], FINAL);
        bad[2].signature[0] ^= 1;
        let text = refusal(block_with(vec![inherent(bad)]));
        assert!(text.contains("mandatory"), "{text}");
    });
}

#[test]
fn a_block_with_two_lists_of_votes_is_invalid() {
    on_a_chain_of_four(|| {
        let lists = [FINAL - 6, FINAL].map(|block| inherent(votes(&[Alice, Bob, Charlie], block)));
        let text = refusal(block_with(lists.to_vec()));
        assert!(text.contains("mandatory"), "{text}");
    });
}

#[test]
fn the_pool_takes_no_votes() {
    on_a_chain_of_four(|| {
        let transaction = inherent(votes(&[Alice, Bob, Charlie], FINAL));
        let answer = Executive::validate_transaction(
            TransactionSource::External,
            transaction,
            System::parent_hash(),
        );
        let refused = TransactionValidityError::Invalid(InvalidTransaction::MandatoryValidation);
        assert_eq!(answer, Err(refused));
    });
}
