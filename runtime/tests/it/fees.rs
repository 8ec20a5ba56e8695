//! What a transaction costs, and what is free for validators that own nothing.

use crate::chain::{account, keys_handed_to, next_session, on};
use codec::Encode;
use frame_support::{dispatch::GetDispatchInfo, weights::Weight};
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::PointBytes,
    task::{Attestation, SealedKeyBytes},
};
use nocknock_runtime::{
    configs::MaxProposalWeight,
    fees::{FreeCalls, BASE_FEE, MAX_FREE_MOTION, MOTION_PRICE, VALIDATOR_ALLOWANCE},
    AccountId, Balances, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Session, TransactionPayment,
    NNK,
};
use pallet_allowance::{WaiveOrCharge, WaiverPolicy};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

const CANNOT_PAY: TransactionValidityError =
    TransactionValidityError::Invalid(InvalidTransaction::Payment);

/// Sends `call` from `who` through the extension that charges.
fn send(who: Sr25519Keyring, call: RuntimeCall) -> Result<(), TransactionValidityError> {
    let info = call.get_dispatch_info();
    let length = call.encoded_size();
    WaiveOrCharge::<Runtime>::from(ChargeTransactionPayment::from(0))
        .dispatch_transaction(RuntimeOrigin::signed(account(who)), call, &info, length, 0)
        .map(|_| ())
}

fn remark() -> RuntimeCall {
    frame_system::Call::remark { remark: vec![] }.into()
}

/// Alice's call that takes over the keys of Ferdie.
fn set_keys() -> RuntimeCall {
    let (keys, proof) = keys_handed_to(&account(Sr25519Keyring::Alice));
    pallet_session::Call::set_keys { keys, proof }.into()
}

#[test]
fn a_validator_without_tokens_rotates_its_keys() {
    on("local_testnet", || {
        assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
        let (keys, _) = keys_handed_to(&account(Sr25519Keyring::Alice));
        assert_eq!(Session::load_keys(&account(Sr25519Keyring::Alice)), Some(keys));
        assert_eq!(Balances::total_issuance(), 0);
    });
}

#[test]
fn the_allowance_of_a_validator_ends_and_returns_with_the_next_session() {
    on("local_testnet", || {
        for _ in 0..VALIDATOR_ALLOWANCE {
            assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
        }
        assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Err(CANNOT_PAY));
        next_session();
        assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
    });
}

/// A motion about nothing that is said to be `length` bytes long. It fails if it is longer.
fn motion(length_bound: u32) -> RuntimeCall {
    let remark = length_bound.encode();
    let proposal = Box::new(frame_system::Call::remark { remark }.into());
    RuntimeCall::Council(pallet_collective::Call::propose { threshold: 3, proposal, length_bound })
}

/// Alice's vote on a motion that does not exist, which fails.
fn failing_vote() -> RuntimeCall {
    RuntimeCall::Council(pallet_collective::Call::vote {
        proposal: Default::default(),
        index: 0,
        approve: true,
    })
}

#[test]
fn a_motion_is_free_if_it_is_short_and_the_allowance_covers_its_price() {
    on("local_testnet", || {
        assert_eq!(send(Sr25519Keyring::Alice, motion(MAX_FREE_MOTION + 1)), Err(CANNOT_PAY));
        assert_eq!(send(Sr25519Keyring::Alice, motion(100)), Ok(()));
        for _ in 0..VALIDATOR_ALLOWANCE - 2 * MOTION_PRICE + 1 {
            assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
        }
        assert_eq!(send(Sr25519Keyring::Alice, motion(100)), Err(CANNOT_PAY));
        assert_eq!(send(Sr25519Keyring::Bob, motion(MAX_FREE_MOTION)), Ok(()));
    });
}

/// A motion of this many bytes that is said to be shorter.
fn long_motion(length: u32) -> RuntimeCall {
    let remark = vec![0; usize::try_from(length).expect("a short motion")];
    let proposal = Box::new(frame_system::Call::remark { remark }.into());
    RuntimeCall::Council(pallet_collective::Call::propose {
        threshold: 3,
        proposal,
        length_bound: 100,
    })
}

#[test]
fn a_motion_that_is_longer_than_it_says_is_not_free() {
    on("local_testnet", || {
        let alice = Sr25519Keyring::Alice;
        assert_eq!(send(alice, long_motion(MAX_FREE_MOTION)), Err(CANNOT_PAY));
        assert_eq!(send(alice, long_motion(MAX_FREE_MOTION / 2)), Ok(()));
    });
}

/// Closes a motion that does not exist, which fails and is charged in full.
fn close(proposal_weight_bound: Weight) -> RuntimeCall {
    RuntimeCall::Council(pallet_collective::Call::close {
        proposal_hash: Default::default(),
        index: 0,
        proposal_weight_bound,
        length_bound: 100,
    })
}

#[test]
fn closing_a_motion_is_free_up_to_the_weight_that_a_motion_may_have() {
    on("local_testnet", || {
        let most = MaxProposalWeight::get();
        let beyond = most.saturating_add(Weight::from_parts(1, 0));
        let alice = Sr25519Keyring::Alice;
        assert_eq!(send(alice, close(beyond)), Err(CANNOT_PAY));
        assert_eq!(send(alice, close(most)), Ok(()));
    });
}

#[test]
fn a_few_free_calls_that_fail_end_the_allowance_of_the_session() {
    on("local_testnet", || {
        for _ in 0..4 {
            assert_eq!(send(Sr25519Keyring::Alice, failing_vote()), Ok(()));
        }
        assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Err(CANNOT_PAY));
        next_session();
        assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
    });
}

/// A chunk of a delivery.
fn upload_chunk() -> pallet_tasks::Call<Runtime> {
    let (chunk, hashes) = (Box::default(), Box::default());
    pallet_tasks::Call::upload_chunk { task: 0, index: 0, chunk, hashes }
}

/// The end of a delivery.
fn deliver() -> pallet_tasks::Call<Runtime> {
    let key = SealedKeyBytes { ephemeral: PointBytes([0; 64]), masked_key: [0; 32] };
    let proof = Box::new(ProofBytes([0; 256]));
    let attestation = Attestation::default();
    pallet_tasks::Call::deliver { task: 0, key: Box::new(key), proof, attestation }
}

#[test]
fn what_one_account_has_to_do_in_time_goes_before_paying_calls_and_other_free_ones_behind() {
    on("bench", || {
        let free = |call: pallet_tasks::Call<Runtime>| {
            <FreeCalls as WaiverPolicy<AccountId, RuntimeCall>>::priority(&call.into())
        };
        let (task, block, tip) = (0, 0, 10 * NNK);
        let info = remark().get_dispatch_info();
        let paying = ChargeTransactionPayment::<Runtime>::get_priority(&info, 100, tip, tip);
        let (salt, rows) = ([0; 32], Default::default());
        let reveal_block = pallet_tasks::Call::reveal_block { task, block, salt, rows };
        assert!(free(reveal_block) > paying);
        assert!(free(upload_chunk()) > paying);
        assert!(free(deliver()) > paying);
        assert_eq!(free(pallet_tasks::Call::withdraw_commitment { task }), 0, "many may send it");
    });
}

#[test]
fn other_calls_and_other_accounts_pay() {
    on("local_testnet", || {
        assert_eq!(send(Sr25519Keyring::Alice, remark()), Err(CANNOT_PAY));
        assert_eq!(send(Sr25519Keyring::Eve, set_keys()), Err(CANNOT_PAY));
    });
}

#[test]
fn a_remark_on_bench_costs_about_the_base_fee_and_its_bytes() {
    on("bench", || {
        let call = remark();
        let fee = TransactionPayment::compute_fee(100, &call.get_dispatch_info(), 0);
        assert!(fee >= BASE_FEE, "{fee}");
        assert!(fee < 3 * BASE_FEE, "{fee}");
    });
}

#[test]
fn a_fee_without_an_author_is_burnt_and_counted() {
    on("bench", || {
        let counted = || Rewards::emission().burnt;
        let (issued, burnt) = (Balances::total_issuance(), counted());
        assert_eq!(send(Sr25519Keyring::Bob, remark()), Ok(()));
        let fee = issued - Balances::total_issuance();
        assert!(fee > 0);
        assert_eq!(counted() - burnt, fee);
    });
}
