use super::builders::*;
use crate::{mock::*, types::Life, Call, Error, Event, Liveness};
use codec::{Decode, Encode};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::{Hooks, UnfilteredDispatchable},
    weights::Weight,
};
use nocknock_primitives::life;
use sp_core::{
    crypto::key_types,
    offchain::{
        testing::{TestOffchainExt, TestTransactionPoolExt},
        OffchainDbExt, TransactionPoolExt,
    },
    sr25519::Pair,
    Pair as _,
};
use sp_runtime::{
    traits::BadOrigin,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity},
};

/// The call with a signature of these bytes by this key.
fn signed(who: &AccountId, session: u32, key: &Pair, message: &[u8]) -> Call<Test> {
    Call::sign_of_life { who: who.clone(), session, signature: key.sign(message) }
}

/// The sign of life of an account's node.
fn sign(who: &AccountId, session: u32) -> Call<Test> {
    signed(who, session, &babe_pair(who), &Rewards::life_message(who, session))
}

fn last_sign(who: &AccountId) -> Option<u32> {
    Liveness::<Test>::get(who).and_then(|life| life.last_sign)
}

fn validity(call: &Call<Test>) -> TransactionValidity {
    #[allow(deprecated)]
    use frame_support::unsigned::ValidateUnsigned;
    #[allow(deprecated)]
    Rewards::validate_unsigned(TransactionSource::External, call)
}

/// Neither the pool nor a block takes the call.
fn assert_refused(call: Call<Test>, error: Error<Test>) {
    assert!(validity(&call).is_err(), "{call:?}");
    assert!(apply_bare(call.clone()).is_err());
    assert_noop!(dispatch_bare(call), error);
}

/// Bob's seat begins with this session, for as long as the test runs.
fn with_seat_of_bob(first: u32, test: impl FnOnce()) {
    let before = Liveness::<Test>::get(bob()).unwrap();
    Liveness::<Test>::insert(bob(), Life { entered: Some(first), ..before });
    test();
    let entered = before.entered;
    Liveness::<Test>::mutate(bob(), |life| life.as_mut().unwrap().entered = entered);
}

/// In session 1, with Bob and Dave as candidates that do not validate.
fn with_candidates(test: impl FnOnce()) {
    build_and_execute(|| {
        candidate(&bob(), 800);
        candidate(&dave(), 800);
        go_to_session(1);
        test();
    });
}

#[test]
fn the_sign_of_a_candidate_is_noted() {
    with_candidates(|| {
        assert_ne!(last_sign(&bob()), Some(1));
        assert_ok!(apply_bare(sign(&bob(), 1)));
        assert_eq!(last_sign(&bob()), Some(1));
        assert_ne!(last_sign(&dave()), Some(1));
        System::assert_last_event(Event::SignOfLife { who: bob(), session: 1 }.into());
    });
}

#[test]
fn it_costs_nothing() {
    with_candidates(|| {
        let before = Balances::free_balance(bob());
        assert_ok!(apply_bare(sign(&bob(), 1)));
        assert_eq!(Balances::free_balance(bob()), before);
    });
}

#[test]
fn each_session_takes_one_sign_of_an_account() {
    with_candidates(|| {
        assert_ok!(apply_bare(sign(&bob(), 1)));
        // Another signature of the same message: Sr25519 signatures are never the same.
        let again = sign(&bob(), 1);
        assert_eq!(validity(&again), InvalidTransaction::Stale.into());
        assert_refused(again, Error::AlreadySigned);
        assert_ok!(apply_bare(sign(&dave(), 1)));
        go_to_session(2);
        assert_ok!(apply_bare(sign(&bob(), 2)));
        assert_eq!(last_sign(&bob()), Some(2));
    });
}

#[test]
fn a_sign_counts_in_its_own_session_only() {
    with_candidates(|| {
        let (past, present, future) = (sign(&bob(), 0), sign(&bob(), 1), sign(&bob(), 2));
        assert_refused(past, Error::AnotherSession);
        assert_refused(future, Error::AnotherSession);
        go_to_session(2);
        assert_refused(present, Error::AnotherSession);
    });
}

#[test]
fn nobody_else_can_sign() {
    with_candidates(|| {
        let message = Rewards::life_message(&bob(), 1);
        let of_dave = signed(&bob(), 1, &babe_pair(&dave()), &message);
        assert_eq!(validity(&of_dave), InvalidTransaction::BadProof.into());
        assert_refused(of_dave, Error::BadSignature);
    });
}

#[test]
fn a_signature_of_anything_else_is_refused() {
    with_candidates(|| {
        let (genesis, bytes) = (System::block_hash(0).0, bob().into());
        assert_eq!(life::message(&genesis, 1, &bytes), Rewards::life_message(&bob(), 1));
        for message in [
            life::message(&[9; 32], 1, &bytes),
            life::message(&genesis, 2, &bytes),
            life::message(&genesis, 1, &dave().into()),
            Rewards::life_message(&bob(), 1)[1..].to_vec(),
            Vec::new(),
        ] {
            let call = signed(&bob(), 1, &babe_pair(&bob()), &message);
            assert_refused(call, Error::BadSignature);
        }
    });
}

#[test]
fn the_sign_of_one_account_is_none_of_another() {
    with_candidates(|| {
        let Call::sign_of_life { session, signature, .. } = sign(&bob(), 1) else {
            unreachable!("it is a sign of life");
        };
        let moved = Call::sign_of_life { who: dave(), session, signature };
        assert_refused(moved, Error::BadSignature);
    });
}

/// Otherwise anybody could fill the blocks with signs of accounts of their own, for nothing.
#[test]
fn no_sign_is_wanted_of_an_account_that_cannot_be_elected() {
    with_candidates(|| {
        assert_refused(sign(&eve(), 1), Error::NoSignWanted);
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        assert_refused(sign(&bob(), 1), Error::NoSignWanted);
    });
}

/// A validator without a node could otherwise seem alive by signatures that were made elsewhere.
#[test]
fn no_sign_is_wanted_of_a_validator() {
    with_candidates(|| {
        with_seat_of_bob(1, || assert_refused(sign(&bob(), 1), Error::NoSignWanted));
    });
}

#[test]
fn whoever_is_elected_signs_until_its_first_session_begins() {
    with_candidates(|| {
        with_seat_of_bob(2, || {
            assert_ok!(apply_bare(sign(&bob(), 1)));
        });
        assert_eq!(last_sign(&bob()), Some(1));
    });
}

#[test]
fn an_account_without_session_keys_cannot_sign() {
    with_candidates(|| {
        let call = sign(&bob(), 1);
        neighbours(|neighbours| neighbours.without_keys.push(bob()));
        assert_refused(call, Error::NoSessionKeys);
    });
}

#[test]
fn the_key_is_the_one_that_was_set_last() {
    with_candidates(|| {
        let (other, _) = Pair::generate();
        neighbours(|neighbours| neighbours.babe_keys.push((bob(), other.public())));
        assert_refused(sign(&bob(), 1), Error::BadSignature);
        let message = Rewards::life_message(&bob(), 1);
        assert_ok!(apply_bare(signed(&bob(), 1, &other, &message)));
    });
}

#[test]
fn a_signed_sign_of_life_is_refused() {
    with_candidates(|| {
        let result = sign(&bob(), 1).dispatch_bypass_filter(RuntimeOrigin::signed(bob()));
        assert_eq!(result.unwrap_err().error, BadOrigin.into());
    });
}

#[test]
fn the_pool_takes_one_of_an_account_and_session_before_paying_transactions() {
    with_candidates(|| {
        let valid = validity(&sign(&bob(), 1)).unwrap();
        assert_eq!(valid.provides.len(), 1);
        assert!(valid.requires.is_empty() && valid.propagate);
        assert!(valid.priority > u64::MAX / 4, "paying calls and free ones of a turn are below");
        assert!(valid.longevity <= 64);
        assert_eq!(validity(&sign(&bob(), 1)).unwrap().provides, valid.provides);
        assert_ne!(validity(&sign(&dave(), 1)).unwrap().provides, valid.provides);
        go_to_session(2);
        assert_ne!(validity(&sign(&bob(), 2)).unwrap().provides, valid.provides);
    });
}

#[test]
fn it_is_charged_to_the_block_as_an_ordinary_call() {
    with_candidates(|| {
        let info = sign(&bob(), 1).get_dispatch_info();
        assert_eq!(info.class, DispatchClass::Normal);
        // Two checks of a signature.
        assert!(info.call_weight.all_gte(Weight::from_parts(100_000_000, 0)));
    });
}

/// What the node has sent since it was asked last.
type Sent<'a> = &'a dyn Fn() -> Vec<Call<Test>>;

/// In a node that holds Bob's key, in session 1.
fn in_bobs_node(test: impl FnOnce(Sent<'_>)) {
    let mut ext = new_test_ext();
    let (pool, state) = TestTransactionPoolExt::new();
    ext.register_extension(TransactionPoolExt::new(pool));
    ext.register_extension(OffchainDbExt::new(TestOffchainExt::new().0));
    let sent = || -> Vec<Call<Test>> {
        let transactions = std::mem::take(&mut state.write().transactions);
        transactions.iter().map(|bytes| decoded(bytes)).collect()
    };
    ext.execute_with(|| {
        candidate(&bob(), 800);
        candidate(&dave(), 800);
        let key = sp_io::crypto::sr25519_generate(key_types::BABE, None);
        neighbours(|neighbours| neighbours.babe_keys.push((bob(), key)));
        go_to_session(1);
        test(&sent);
        check_state();
    });
}

fn decoded(bytes: &[u8]) -> Call<Test> {
    let transaction = UncheckedExtrinsic::decode(&mut &bytes[..]).expect("a transaction");
    match transaction.function {
        RuntimeCall::Rewards(call) => call,
        other => panic!("{other:?}"),
    }
}

/// The node's work after a block.
fn after_block(number: u64) {
    Rewards::offchain_worker(number);
}

#[test]
fn a_node_signs_for_the_accounts_whose_keys_it_holds() {
    in_bobs_node(|sent| {
        after_block(10);
        let calls = sent();
        assert_eq!(calls.len(), 1, "Dave's key is elsewhere");
        assert_ok!(apply_bare(calls[0].clone()));
        assert_eq!(last_sign(&bob()), Some(1));
    });
}

#[test]
fn a_node_sends_one_sign_in_each_session() {
    in_bobs_node(|sent| {
        for session in 1..4 {
            go_to_session(session);
            after_block(100 * u64::from(session));
            let calls = sent();
            assert_eq!(calls.len(), 1);
            assert_ok!(apply_bare(calls[0].clone()));
            (1..60).for_each(|block| after_block(100 * u64::from(session) + block));
            assert!(sent().is_empty());
        }
    });
}

#[test]
fn what_got_lost_is_sent_again_but_not_while_it_waits_in_the_pool() {
    in_bobs_node(|sent| {
        after_block(10);
        assert_eq!(sent().len(), 1);
        (11..26).for_each(after_block);
        assert!(sent().is_empty());
        after_block(26);
        assert_eq!(sent().len(), 1);
    });
}

#[test]
fn a_sign_that_missed_its_session_is_followed_by_one_of_the_next() {
    in_bobs_node(|sent| {
        after_block(10);
        let late = sent().remove(0);
        go_to_session(2);
        assert_refused(late, Error::AnotherSession);
        after_block(11);
        let calls = sent();
        assert_eq!(calls.len(), 1);
        assert_ok!(apply_bare(calls[0].clone()));
    });
}

#[test]
fn a_node_sends_nothing_for_a_validator() {
    in_bobs_node(|sent| {
        with_seat_of_bob(1, || after_block(10));
        assert!(sent().is_empty());
    });
}

#[test]
fn a_node_sends_nothing_for_who_cannot_be_elected() {
    in_bobs_node(|sent| {
        assert_ok!(Rewards::do_leave_candidates(&bob()));
        after_block(10);
        assert!(sent().is_empty());
    });
}

/// Most nodes hold no keys. They have no pool for this either: asking it would fail the test.
#[test]
fn a_node_without_keys_sends_nothing() {
    with_candidates(|| after_block(10));
}

#[test]
fn the_message_is_signed_with_its_encoding_as_the_chain_knows_it() {
    with_candidates(|| {
        let account: [u8; 32] = bob().into();
        let expected = (b"nn/life/v1", System::block_hash(0), 1u32, account).encode();
        assert_eq!(Rewards::life_message(&bob(), 1), expected);
    });
}
