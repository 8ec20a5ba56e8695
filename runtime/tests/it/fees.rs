//! What a transaction costs, and what is free for validators that own nothing.

use crate::{
    chain::{account, keys_handed_to, next_session, on},
    world::list,
};
use codec::Encode;
use frame_support::dispatch::GetDispatchInfo;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::{CircuitId, PointBytes},
    limits::{MAX_BLOCK_BYTES, MAX_MOTION_BYTES},
    reward::PracticeSpec,
    score::Score,
    task::{Attestation, RevealedBlock, SealedKeyBytes},
};
use nocknock_runtime::{
    fees::{FreeCalls, BASE_FEE, MOTION_PRICE, VALIDATOR_ALLOWANCE},
    AccountId, Balances, Council, Rewards, Runtime, RuntimeCall, RuntimeOrigin, Session,
    TransactionPayment, NNK,
};
use pallet_allowance::{WaiveOrCharge, WaiverPolicy};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::DispatchTransaction,
    transaction_validity::{InvalidTransaction, TransactionPriority, TransactionValidityError},
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

/// A motion with this call.
fn motion(call: impl Into<RuntimeCall>) -> RuntimeCall {
    pallet_council::Call::<Runtime>::propose { call: Box::new(call.into()) }.into()
}

/// A short call that a motion may carry.
fn upgrade() -> RuntimeCall {
    pallet_network::Call::<Runtime>::authorize_upgrade { code_hash: Default::default() }.into()
}

/// The longest call that a motion may carry.
fn largest_practice() -> RuntimeCall {
    let rows = list(std::iter::repeat_n(0, MAX_BLOCK_BYTES as usize));
    let practice = PracticeSpec {
        circuit: CircuitId([0; 32]),
        block: RevealedBlock { salt: [0; 32], rows },
        min_score: Score::ZERO,
    };
    pallet_rewards::Call::<Runtime>::set_practice { practice: Box::new(practice) }.into()
}

/// Alice's vote on a motion that does not exist, which fails.
fn failing_vote() -> RuntimeCall {
    pallet_council::Call::<Runtime>::vote { motion: 0, aye: true }.into()
}

#[test]
fn a_motion_is_free_if_the_allowance_covers_its_price() {
    on("local_testnet", || {
        assert_eq!(send(Sr25519Keyring::Alice, motion(upgrade())), Ok(()));
        for _ in 0..VALIDATOR_ALLOWANCE - 2 * MOTION_PRICE + 1 {
            assert_eq!(send(Sr25519Keyring::Alice, set_keys()), Ok(()));
        }
        assert_eq!(send(Sr25519Keyring::Alice, motion(upgrade())), Err(CANNOT_PAY));
        assert_eq!(send(Sr25519Keyring::Eve, motion(upgrade())), Err(CANNOT_PAY));
        assert_eq!(Council::motions(None, 64).len(), 1);
    });
}

#[test]
fn what_no_motion_may_carry_is_not_transmitted_for_nothing() {
    on("local_testnet", || {
        let alice = Sr25519Keyring::Alice;
        assert_eq!(send(alice, motion(remark())), Err(CANNOT_PAY));
        let remark = vec![0; MAX_MOTION_BYTES as usize];
        let long = frame_system::Call::<Runtime>::remark { remark };
        assert_eq!(send(alice, motion(long)), Err(CANNOT_PAY));
        let longest = largest_practice();
        assert!(longest.encoded_size() <= MAX_MOTION_BYTES as usize);
        assert_eq!(send(alice, motion(longest)), Ok(()));
        assert_eq!(Council::motions(None, 64).len(), 1);
    });
}

/// These fail, because there is no such motion, but nobody is asked for a fee.
#[test]
fn members_close_object_and_enact_for_nothing_and_others_do_not() {
    type Call = pallet_council::Call<Runtime>;
    on("local_testnet", || {
        let motion = 0;
        let calls = [Call::close { motion }, Call::object { motion }, Call::enact { motion }];
        let members = [Sr25519Keyring::Alice, Sr25519Keyring::Bob, Sr25519Keyring::Charlie];
        for (call, member) in calls.into_iter().zip(members) {
            assert_eq!(send(Sr25519Keyring::Eve, call.clone().into()), Err(CANNOT_PAY));
            assert_eq!(send(member, call.into()), Ok(()));
        }
    });
}

/// Before, four of them could fail.
#[test]
fn a_free_call_that_fails_ends_the_allowance_of_the_session() {
    on("local_testnet", || {
        assert_eq!(send(Sr25519Keyring::Alice, failing_vote()), Ok(()));
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
    pallet_tasks::Call::deliver { task: 0, last: None, key: Box::new(key), proof, attestation }
}

/// Where a free call stands in the pool.
fn priority_of(call: RuntimeCall) -> TransactionPriority {
    <FreeCalls as WaiverPolicy<AccountId, RuntimeCall>>::priority(&call)
}

/// The council's calls are normal ones. If they waited behind paying ones, whoever fills the blocks
/// could keep members from objecting in time.
#[test]
fn votes_and_objections_go_before_paying_calls_and_long_motions_behind() {
    type Call = pallet_council::Call<Runtime>;
    on("bench", || {
        let number = 0;
        let in_time: [Call; 4] = [
            Call::vote { motion: number, aye: false },
            Call::close { motion: number },
            Call::object { motion: number },
            Call::enact { motion: number },
        ];
        let tip = 10 * NNK;
        let info = remark().get_dispatch_info();
        let paying = ChargeTransactionPayment::<Runtime>::get_priority(&info, 100, tip, tip);
        for call in in_time {
            assert!(priority_of(call.clone().into()) > paying, "{call:?}");
        }
        assert_eq!(priority_of(motion(upgrade())), 0);
    });
}

#[test]
fn what_few_accounts_have_to_do_in_time_goes_before_paying_calls_and_other_free_ones_behind() {
    on("bench", || {
        let free = |call: pallet_tasks::Call<Runtime>| priority_of(call.into());
        let (task, block, tip) = (0, 0, 10 * NNK);
        let info = remark().get_dispatch_info();
        let paying = ChargeTransactionPayment::<Runtime>::get_priority(&info, 100, tip, tip);
        let (salt, rows) = ([0; 32], Default::default());
        let reveal_block = pallet_tasks::Call::reveal_block { task, block, salt, rows };
        let (scores, champion) = (list([]), list([]));
        for in_time in [
            reveal_block,
            pallet_tasks::Call::claim { task, points: 1 },
            pallet_tasks::Call::ask { task },
            pallet_tasks::Call::submit_scores { task, scores, champion },
            pallet_tasks::Call::prove_champion { task, scores: list([]) },
            pallet_tasks::Call::settle { task },
            upload_chunk(),
            deliver(),
        ] {
            assert!(free(in_time.clone()) > paying, "{in_time:?}");
        }
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
