//! Every call is encoded for the runtime that the committed metadata describes. That checks the
//! names of pallet, call and arguments, and that each argument has the type that the runtime
//! declares.

use super::*;
use crate::{
    rpc::Version,
    runtime::Runtime,
    types::{AccountId, Hash, SessionKeys, TaskSpec},
};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, KeyOrigin, ProofBytes},
    experiment::{Description, Stage},
    fact::{Source, Statement},
    ids::{BlobId, BlockRoot, CircuitId, ContentHash, KeyCommitment, KeyId, ModelCommitment},
    model::shape::TINY_4X3X2,
    reward::PracticeSpec,
    score::Score,
    task::{Attestation, BlockScore, Periods, RevealedBlock, Split, Terms},
};
use sp_runtime::Permill;

const BOB: AccountId = subxt::utils::AccountId32([2; 32]);
const PROOF: ProofBytes = ProofBytes([3; 256]);

fn runtime() -> Runtime {
    let version = Version { spec_name: "nocknock".into(), spec_version: 1, transaction_version: 1 };
    let metadata = include_bytes!("../../metadata/nocknock.scale");
    Runtime::new(Hash::zero(), version, metadata).expect("metadata")
}

fn list<T: std::fmt::Debug, const N: u32>(
    entries: Vec<T>,
) -> nocknock_primitives::limits::List<T, N> {
    entries.try_into().expect("a short list")
}

fn spec() -> TaskSpec {
    TaskSpec {
        terms: Terms {
            score_circuit: CircuitId([1; 32]),
            delivery_circuit: CircuitId([2; 32]),
            min_score: Score::new(9, 10),
            min_test_rows: 5,
            reward: 1_000,
            shares: list(vec![10_000]),
            bond: 50,
            stake: 7,
            periods: Periods { publish: 1, commit: 2, reveal: 3, prove: 4, deliver: 5 },
        },
        roots: list(vec![BlockRoot([4; 32]); 3]),
        split: Split::Fixed { test_blocks: list(vec![1, 2]), train_data: BlobId([5; 32]) },
    }
}

fn score() -> BlockScore {
    BlockScore { block: 1, score: 2, rows: 3, proof: PROOF }
}

fn revealed() -> RevealedBlock {
    RevealedBlock { salt: [6; 32], rows: list(vec![1, 2, 3]) }
}

fn info() -> CircuitInfo {
    CircuitInfo {
        kind: CircuitKind::Score,
        shape: TINY_4X3X2,
        constraints: 7,
        matrix_hash: ContentHash([1; 32]),
        key: KeyId([2; 32]),
    }
}

fn statement() -> Statement {
    Statement {
        domain: list(b"physics".to_vec()),
        subject: list(b"light".to_vec()),
        predicate: list(b"speed".to_vec()),
        object: list(b"299792458 m/s".to_vec()),
    }
}

fn task_calls() -> Vec<Call> {
    let attestation = Attestation { image: Some(ContentHash([9; 32])), ..Attestation::default() };
    let key = KeyCommitment([1; 32]);
    vec![
        tasks::create(1, &spec()),
        tasks::cancel(1),
        tasks::draw(1),
        tasks::publish(1, BlobId([1; 32])),
        tasks::commit(1, ModelCommitment([1; 32])),
        tasks::withdraw(1),
        tasks::reveal(1, 2, &revealed()),
        tasks::submit_scores(1, &[score(), score()]).expect("two scores"),
        tasks::settle(1),
        tasks::deliver(1, &list(vec![[1; 32]]), key, &PROOF, &attestation),
        tasks::reveal_key(1, [1; 32]),
        tasks::close(1, &BOB),
        tasks::finish(1),
        tasks::remove(1),
    ]
}

fn experiment_calls() -> Vec<Call> {
    let description = Description { name: list(b"digits".to_vec()), ..Description::default() };
    vec![
        experiments::create(&description),
        experiments::describe(1, &description),
        experiments::transfer(1, &BOB),
        experiments::accept_transfer(1),
        experiments::cancel_transfer(1),
        experiments::archive(1),
        experiments::set_stage(1, 2, Stage::Archived),
        experiments::transfer_model(1, 2, &BOB),
    ]
}

fn reward_calls() -> Vec<Call> {
    let practice = PracticeSpec {
        circuit: CircuitId([1; 32]),
        block: revealed(),
        min_score: Score::new(1, 2),
    };
    vec![
        rewards::register_worker(&BOB, ModelCommitment([1; 32]), 5, &PROOF),
        rewards::unregister(),
        rewards::remove_worker(&BOB),
        rewards::apply_as_candidate(),
        rewards::leave_candidates(),
        rewards::set_curriculum(1, Some(BOB), Permill::from_percent(5), 3),
        rewards::remove_curriculum(1),
        rewards::set_practice(&practice),
    ]
}

fn wtm_calls() -> Vec<Call> {
    vec![
        wtm::propose(&statement(), &Source::Attested),
        wtm::import(&statement(), list(b"https://a.b/c".to_vec()), BlobId([1; 32])),
        wtm::attest(1),
        wtm::dispute(1),
        wtm::vote(1, true),
        wtm::resolve(1),
        wtm::claim(1, &BOB),
        wtm::supersede(1, &list(b"new".to_vec()), &Source::Attested),
        wtm::retract(1),
        wtm::remove(1),
    ]
}

fn other_calls() -> Vec<Call> {
    let origin = KeyOrigin::Ceremony(ContentHash([1; 32]));
    let key = list(vec![1, 2, 3]);
    let batch = [balances::transfer(&BOB, 5), tasks::settle(3)];
    let made = SessionKeys { keys: vec![1; 64], proof: vec![2; 128] };
    vec![
        verifier::register(&info(), origin, &key),
        verifier::replace(CircuitId([1; 32]), &info(), KeyOrigin::Development, &key),
        verifier::disable(CircuitId([1; 32])),
        balances::transfer(&BOB, 1 << 70),
        session::set_keys(&made),
        utility::batch_all(&batch).expect("a short batch"),
    ]
}

fn ensure_encodable(calls: &[Call]) {
    let runtime = runtime();
    for call in calls {
        let encoded = runtime.call_data(call);
        assert!(encoded.is_ok(), "{}", encoded.expect_err("an error"));
    }
}

#[test]
fn the_runtime_takes_every_call_about_tasks() {
    ensure_encodable(&task_calls());
}

#[test]
fn the_runtime_takes_every_call_about_experiments() {
    ensure_encodable(&experiment_calls());
}

#[test]
fn the_runtime_takes_every_call_about_rewards() {
    ensure_encodable(&reward_calls());
}

#[test]
fn the_runtime_takes_every_call_about_facts() {
    ensure_encodable(&wtm_calls());
}

#[test]
fn the_runtime_takes_every_other_call() {
    ensure_encodable(&other_calls());
}

#[test]
fn an_argument_of_another_name_or_type_is_refused_before_it_is_signed() {
    let runtime = runtime();
    let to = subxt::utils::MultiAddress::<AccountId, ()>::Id(BOB);
    let transfer = || Call::new("Balances", "transfer_keep_alive").with("dest", to.clone());
    assert!(runtime.call_data(&transfer().with("value", codec::Compact(1_u128))).is_ok());
    let wrong = [
        transfer(),
        transfer().with("amount", codec::Compact(1_u128)),
        transfer().with("value", [1_u8; 40]),
        transfer().with("value", codec::Compact(1_u128)).with("more", 1_u8),
        Call::new("Balances", "steal"),
        Call::new("Nothing", "at_all"),
    ];
    for call in wrong {
        assert!(runtime.call_data(&call).is_err(), "{call}");
    }
}

#[test]
fn the_debug_form_of_a_call_has_no_arguments() {
    let call = tasks::reveal_key(1, [0xab; 32]);
    assert_eq!(format!("{call:?}"), "Call(Tasks.reveal_key)");
}

#[test]
fn a_task_holds_its_reward_and_bond() {
    let held = [1_000, 50].map(Hold::Amount);
    assert_eq!(tasks::create(1, &spec()).holds(), held);
    assert!(tasks::cancel(1).holds().is_empty());
}

#[test]
fn too_many_scores_are_refused_with_the_limit() {
    let error = tasks::submit_scores(1, &[score(); 33]).expect_err("33 scores");
    assert_eq!((error.given, error.limit), (33, 32));
}
