use super::builders::*;
use crate::{mock::*, types::VoterSet, Call, Error, Event, LastFinality, VotersOfSession};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    inherent::{InherentData, ProvideInherent},
    traits::UnfilteredDispatchable,
    BoundedVec,
};
use nocknock_primitives::finality::{FinalityVote, INHERENT_IDENTIFIER};
use sp_consensus_grandpa::{localized_payload, AuthorityId, AuthoritySignature};
use sp_core::{ed25519::Pair, Pair as _, H256};
use sp_runtime::{
    traits::BadOrigin,
    transaction_validity::{InvalidTransaction, TransactionSource},
};

/// The set and the round in which everybody votes, unless a test says otherwise.
const SET: u64 = 3;
const ROUND: u64 = 17;

/// The first block, unless a test says otherwise. A session has 40 blocks, an eighth of it 5.
const NOW: u64 = 100;

/// The GRANDPA key of the voter at this place.
fn pair(place: u32) -> Pair {
    Pair::from_seed(&[u8::try_from(place).unwrap() + 1; 32])
}

/// The account of the voter at this place.
fn voter(place: u32) -> AccountId {
    account(u8::try_from(place).unwrap() + 100)
}

fn hash(block: u64) -> H256 {
    H256::from_low_u64_be(1_000 + block)
}

/// Makes this block the present one.
fn go_to(block: u64) {
    for number in System::block_number()..block {
        frame_system::BlockHash::<Test>::insert(number, hash(number));
    }
    System::set_block_number(block);
}

/// With so many voters.
fn with_voters(voters: u32, test: impl FnOnce()) {
    build_and_execute(|| {
        let key = |place| AuthorityId::from(pair(place).public());
        let voters = (0..voters).map(|place| (key(place), voter(place))).collect();
        neighbours(|neighbours| neighbours.voters = Some(VoterSet { id: SET, voters }));
        go_to(NOW);
        test();
    });
}

/// The signature of a vote for a block with this hash.
fn signature(place: u32, block: u64, hash: H256, round: u64, set: u64) -> [u8; 64] {
    let payload = localized_payload(round, set, &Rewards::precommit(hash, block));
    pair(place).sign(&payload).0
}

fn vote(voter: u32, block: u64) -> FinalityVote<u64> {
    let signature = signature(voter, block, hash(block), ROUND, SET);
    FinalityVote { voter, block, signature }
}

fn note_in(round: u64, votes: Vec<FinalityVote<u64>>) -> Call<Test> {
    let votes = BoundedVec::try_from(votes).expect("not more votes than validators");
    Call::note_finality { round, votes }
}

fn note(votes: Vec<FinalityVote<u64>>) -> Call<Test> {
    note_in(ROUND, votes)
}

/// The votes of the first three voters for a block.
fn votes(block: u64) -> Vec<FinalityVote<u64>> {
    (0..3).map(|place| vote(place, block)).collect()
}

/// Everything by which votes leave a trace.
fn noted() -> Option<(u64, u64)> {
    LastFinality::<Test>::get().map(|last| (last.block, last.noted_at))
}

fn was_seen(place: u32) -> bool {
    VotersOfSession::<Test>::contains_key(voter(place))
}

fn assert_refused(call: Call<Test>, error: Error<Test>) {
    assert_noop!(dispatch_bare(call), error);
}

#[test]
fn who_voted_is_noted() {
    with_voters(3, || {
        assert_ok!(apply_bare(note(votes(97))));
        assert_eq!(noted(), Some((97, NOW)));
        assert!((0..3).all(was_seen));
        System::assert_last_event(Event::FinalityNoted { block: 97, votes: 3 }.into());
    });
}

#[test]
fn more_than_two_thirds_are_enough_whoever_they_are() {
    for missing in 0..4 {
        with_voters(4, || {
            let some = (0..4).filter(|place| *place != missing).map(|place| vote(place, 97));
            assert_ok!(apply_bare(note(some.collect())));
            assert!((0..4).all(|place| was_seen(place) == (place != missing)));
        });
    }
}

/// An author cannot show its own vote alone, and so keep the others from being seen until an eighth
/// of a session has passed.
#[test]
fn fewer_votes_than_finality_takes_are_refused() {
    with_voters(4, || {
        for count in 0..3 {
            let few = (0..count).map(|place| vote(place, 97)).collect();
            assert_refused(note(few), Error::TooFewVotes);
        }
    });
    with_voters(3, || assert_refused(note(votes(97)[1..].to_vec()), Error::TooFewVotes));
    with_voters(1, || {
        assert_ok!(apply_bare(note(vec![vote(0, 97)])));
    });
}

#[test]
fn how_many_are_needed_is_what_grandpa_needs() {
    for (voters, needed) in [(1, 1), (2, 2), (3, 3), (4, 3), (6, 5), (7, 5), (100, 67)] {
        let voters = (0..voters).map(|place| (pair(place).public().into(), place)).collect();
        assert_eq!(VoterSet { id: SET, voters }.needed(), needed);
    }
}

/// Each of these differs from a list that is accepted in one vote, and there in one thing.
#[test]
fn one_wrong_vote_is_enough_to_refuse_all() {
    with_voters(4, || {
        let with = |signature| {
            let mut list = votes(97);
            list[1].signature = signature;
            note(list)
        };
        let right = signature(1, 97, hash(97), ROUND, SET);
        assert_ok!(with_rollback(with(right)));
        for wrong in [
            signature(2, 97, hash(97), ROUND, SET),
            signature(1, 97, hash(97), ROUND + 1, SET),
            signature(1, 97, hash(97), ROUND, SET - 1),
            signature(1, 97, hash(97), ROUND, SET + 1),
            signature(1, 97, hash(96), ROUND, SET),
            signature(1, 97, H256::zero(), ROUND, SET),
            signature(1, 96, hash(97), ROUND, SET),
            [0; 64],
        ] {
            assert_refused(with(wrong), Error::BadVote);
        }
        for byte in 0..64 {
            let mut changed = right;
            changed[byte] ^= 1;
            assert_refused(with(changed), Error::BadVote);
        }
    });
}

/// Applies a call and forgets what it did.
fn with_rollback(call: Call<Test>) -> sp_runtime::DispatchResult {
    use frame_support::storage::{with_transaction, TransactionOutcome};
    with_transaction(|| TransactionOutcome::Rollback(apply_bare(call)))
}

#[test]
fn a_prevote_is_no_vote() {
    with_voters(3, || {
        // Prevotes have the same content under another index.
        let mut payload = localized_payload(ROUND, SET, &Rewards::precommit(hash(97), 97));
        payload[0] = 0;
        let mut list = votes(97);
        list[0].signature = pair(0).sign(&payload).0;
        assert_refused(note(list), Error::BadVote);
    });
}

#[test]
fn the_votes_of_another_round_are_refused() {
    with_voters(3, || assert_refused(note_in(ROUND + 1, votes(97)), Error::BadVote));
}

#[test]
fn votes_for_blocks_of_another_chain_are_refused() {
    with_voters(3, || {
        let elsewhere = |place| FinalityVote {
            signature: signature(place, 97, H256::repeat_byte(9), ROUND, SET),
            ..vote(place, 97)
        };
        assert_refused(note((0..3).map(elsewhere).collect()), Error::BadVote);
    });
}

/// Blocks that are not there have no hash, and a signature of none does not help.
#[test]
fn votes_for_the_present_block_and_later_ones_are_refused() {
    with_voters(3, || {
        for block in [NOW, NOW + 1, u64::MAX] {
            for of in [hash(block.min(NOW)), H256::zero()] {
                let early = |place| FinalityVote {
                    voter: place,
                    block,
                    signature: signature(place, block, of, ROUND, SET),
                };
                assert_refused(note((0..3).map(early).collect()), Error::BadVote);
            }
        }
    });
}

#[test]
fn nobody_votes_twice_and_the_order_is_that_of_the_set() {
    with_voters(4, || {
        let list = |places: [u32; 3]| note(places.map(|place| vote(place, 97)).to_vec());
        for places in [[0, 0, 1], [0, 1, 1], [1, 0, 2], [2, 1, 0]] {
            assert_refused(list(places), Error::VotesOutOfOrder);
        }
        let twice = vec![vote(0, 96), vote(0, 97), vote(1, 97)];
        assert_refused(note(twice), Error::VotesOutOfOrder);
        assert_ok!(apply_bare(list([0, 2, 3])));
    });
}

#[test]
fn who_is_no_voter_has_no_vote() {
    with_voters(4, || {
        for place in [4, u32::MAX] {
            let mut list = votes(97);
            list[2].voter = place;
            assert_refused(note(list), Error::UnknownVoter);
        }
    });
}

/// Voters vote for the best block that they know. On one chain a vote for a later block is one for
/// each earlier block too.
#[test]
fn votes_for_several_blocks_finalise_the_lowest() {
    with_voters(3, || {
        assert_ok!(apply_bare(note(vec![vote(0, 98), vote(1, 96), vote(2, 97)])));
        assert_eq!(noted(), Some((96, NOW)));
    });
}

#[test]
fn the_next_list_is_for_a_block_an_eighth_of_a_session_later() {
    with_voters(3, || {
        assert_ok!(apply_bare(note(votes(90))));
        go_to(NOW + 1);
        assert_refused(note(votes(90)), Error::NotedRecently);
        assert_refused(note(votes(94)), Error::NotedRecently);
        assert_refused(note(vec![vote(0, 99), vote(1, 94), vote(2, 99)]), Error::NotedRecently);
        assert_ok!(apply_bare(note(votes(95))));
        assert_eq!(noted(), Some((95, NOW + 1)));
    });
}

#[test]
fn a_block_has_one_list() {
    with_voters(3, || {
        assert_ok!(apply_bare(note(votes(80))));
        assert_refused(note(votes(80)), Error::NotedRecently);
        assert_refused(note(votes(95)), Error::NotedRecently);
        go_to(NOW + 1);
        assert_ok!(apply_bare(note(votes(95))));
    });
}

#[test]
fn sessions_of_a_few_blocks_have_a_list_in_each_at_most() {
    with_voters(3, || {
        SessionBlocks::set(4);
        for block in NOW..NOW + 6 {
            go_to(block);
            assert_ok!(apply_bare(note(votes(block - 1))));
            assert_refused(note(votes(block - 1)), Error::NotedRecently);
        }
    });
}

/// What was signed long ago does not show that somebody runs a node now.
#[test]
fn votes_of_more_than_a_session_ago_are_refused() {
    with_voters(3, || {
        assert_refused(note(votes(NOW - 41)), Error::VotesTooOld);
        assert_refused(note(vec![vote(0, 97), vote(1, NOW - 41), vote(2, 97)]), Error::VotesTooOld);
        assert_ok!(apply_bare(note(votes(NOW - 40))));
    });
}

#[test]
fn nothing_is_noted_while_the_set_changes() {
    with_voters(3, || {
        neighbours(|neighbours| neighbours.voters = None);
        assert_refused(note(votes(97)), Error::VotersChange);
    });
}

#[test]
fn the_votes_of_the_set_before_are_refused() {
    with_voters(3, || {
        neighbours(|neighbours| neighbours.voters.as_mut().unwrap().id += 1);
        assert_refused(note(votes(97)), Error::BadVote);
    });
}

#[test]
fn only_an_author_can_add_votes() {
    with_voters(3, || {
        #[allow(deprecated)]
        use frame_support::unsigned::ValidateUnsigned;
        let call = note(votes(97));
        #[allow(deprecated)]
        let in_pool = Rewards::validate_unsigned(TransactionSource::External, &call);
        assert_eq!(in_pool, InvalidTransaction::Call.into());
        let signed = call.clone().dispatch_bypass_filter(RuntimeOrigin::signed(bob()));
        assert_eq!(signed.unwrap_err().error, BadOrigin.into());
        assert!(Rewards::is_inherent(&call));
        assert!(!Rewards::is_inherent(&Call::unregister {}));
        assert_eq!(call.get_dispatch_info().class, DispatchClass::Mandatory);
    });
}

#[test]
fn each_vote_is_charged() {
    with_voters(3, || {
        let weight = |count: usize| {
            let votes = votes(97)[..count].to_vec();
            note(votes).get_dispatch_info().call_weight
        };
        assert!(weight(3).ref_time() > weight(1).ref_time() + 100_000_000);
    });
}

/// What the node of an author hands over: the signed precommits of a round, in any order.
fn justification(signed: &[(u32, u64, H256)]) -> InherentData {
    let precommits: Vec<_> = signed
        .iter()
        .map(|(place, block, hash)| {
            let signature = signature(*place, *block, *hash, ROUND, SET);
            ((*hash, *block), signature, AuthorityId::from(pair(*place).public()))
        })
        .collect();
    let (_, block, hash) = signed[0];
    data(&(ROUND, (hash, block, precommits), Vec::<()>::new()))
}

fn data(justification: &impl codec::Encode) -> InherentData {
    let mut data = InherentData::new();
    data.put_data(INHERENT_IDENTIFIER, justification).expect("the data is empty");
    data
}

#[test]
fn the_author_adds_what_its_node_knows() {
    with_voters(3, || {
        let data = justification(&[2, 0, 1].map(|place| (place, 97, hash(97))));
        let call = Rewards::create_inherent(&data);
        assert_eq!(call, Some(note(votes(97))));
        assert_ok!(apply_bare(call.unwrap()));
    });
}

/// A vote for a block that is not on the author's chain proves nothing to it. The others do, if
/// there are enough of them.
#[test]
fn the_author_leaves_out_what_is_not_for_its_chain() {
    with_voters(4, || {
        let foreign = (1, 98, H256::repeat_byte(9));
        let data =
            justification(&[(3, 97, hash(97)), foreign, (0, 97, hash(97)), (2, 98, hash(98))]);
        let expected = vec![vote(0, 97), vote(2, 98), vote(3, 97)];
        assert_eq!(Rewards::create_inherent(&data), Some(note(expected)));
        let too_few = justification(&[(3, 97, hash(97)), foreign, (0, 97, hash(97))]);
        assert_eq!(Rewards::create_inherent(&too_few), None);
    });
}

/// A round in which somebody voted for two blocks is a right one; the votes of this voter count
/// once.
#[test]
fn the_author_adds_one_vote_of_each_voter() {
    with_voters(3, || {
        let data = justification(&[(0, 96, hash(96)), (0, 97, hash(97)), (1, 97, hash(97))]);
        assert_eq!(Rewards::create_inherent(&data), None);
        let data = justification(&[0, 0, 1, 2].map(|place| (place, 97, hash(97))));
        assert_eq!(Rewards::create_inherent(&data), Some(note(votes(97))));
    });
}

/// An author whose node knows nothing, or nothing that would be accepted, makes a block without
/// votes and not an invalid one.
#[test]
fn the_author_adds_nothing_that_would_be_refused() {
    with_voters(3, || {
        let right = justification(&[0, 1, 2].map(|place| (place, 97, hash(97))));
        assert_eq!(Rewards::create_inherent(&InherentData::new()), None);
        assert_eq!(Rewards::create_inherent(&data(&"no justification")), None);
        let bad: AuthoritySignature = pair(2).sign(b"something else").into();
        let precommits: Vec<_> = [0, 1, 2]
            .map(|place| {
                let key = AuthorityId::from(pair(place).public());
                ((hash(97), 97u64), bad.clone(), key)
            })
            .to_vec();
        let forged = data(&(ROUND, (hash(97), 97u64, precommits), Vec::<()>::new()));
        assert_eq!(Rewards::create_inherent(&forged), None);
        neighbours(|neighbours| neighbours.voters.as_mut().unwrap().id += 1);
        assert_eq!(Rewards::create_inherent(&right), None, "the set is another one now");
        neighbours(|neighbours| neighbours.voters.as_mut().unwrap().id -= 1);
        assert_ok!(apply_bare(Rewards::create_inherent(&right).unwrap()));
        go_to(NOW + 1);
        assert_eq!(Rewards::create_inherent(&right), None, "it is noted already");
    });
}

#[test]
fn no_block_needs_votes() {
    with_voters(3, || {
        let data = justification(&[0, 1, 2].map(|place| (place, 97, hash(97))));
        assert!(matches!(Rewards::is_inherent_required(&data), Ok(None)));
    });
}
