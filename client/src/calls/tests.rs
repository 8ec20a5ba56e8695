//! Calls are encoded for the runtime that the committed metadata describes, and refused for any
//! other one.

use super::*;
use crate::{
    rpc::Version,
    runtime::Runtime,
    types::{Hash, TaskSpec},
};
use nocknock_primitives::{
    circuit::{CircuitInfo, CircuitKind, KeyOrigin, ProofBytes},
    experiment::{Description, Stage},
    fact::Statement,
    format::DataFormat,
    ids::{
        BlobId, BlockRoot, CiphertextHash, CircuitId, ContentHash, KeyCommitment, KeyId,
        ModelCommitment, PointBytes,
    },
    model::names::named,
    reward::{CurriculumRules, PracticeSpec},
    score::Score,
    task::{
        Attestation, OtherBlock, PastBlocks, Periods, ProvedScore, SealedKeyBytes, Split, Terms,
    },
};

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

const PERIODS: Periods<u32> =
    Periods { publish: 1, commit: 2, reveal: 3, claim: 4, prove: 5, deliver: 6 };

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
            periods: PERIODS,
        },
        roots: list(vec![BlockRoot([4; 32]); 3]),
        split: Split::Fixed { test_blocks: list(vec![1, 2]), train_data: BlobId([5; 32]) },
        recipient: PointBytes([6; 64]),
        encoding: ContentHash([7; 32]),
    }
}

fn proved() -> ProvedScore {
    ProvedScore { points: 2, sums: [3; 32], inputs: [4; 32], proof: PROOF }
}

fn score() -> BlockScore {
    BlockScore { block: 1, score: proved() }
}

fn create() -> Call {
    Tasks::create_task { experiment: 1, spec: Box::new(spec()) }.into()
}

fn info() -> CircuitInfo {
    CircuitInfo {
        kind: CircuitKind::Score(named("tiny-4x3x2").expect("an architecture")),
        constraints: 7,
        matrix_hash: ContentHash([1; 32]),
        key: KeyId([2; 32]),
    }
}

fn revealed() -> RevealedBlock {
    RevealedBlock { salt: [6; 32], rows: list(vec![1, 2, 3]) }
}

/// Calls about tasks in which every type of the primitives stands that such calls have.
fn task_calls() -> Vec<Call> {
    let attestation = Attestation { image: Some(ContentHash([9; 32])), ..Attestation::default() };
    let commit = Tasks::commit_model {
        task: 1,
        key: KeyCommitment([1; 32]),
        ciphertext: CiphertextHash([2; 32]),
        least: 5,
    };
    let key = SealedKeyBytes { ephemeral: PointBytes([1; 64]), masked_key: [2; 32] };
    let last = LastChunk { index: 1, chunk: list(vec![[1; 32]; 2]), hashes: list(vec![[2; 32]]) };
    let deliver = |last| Tasks::delivery(1, last, key, PROOF, attestation);
    vec![
        create(),
        Tasks::publish_training_data { task: 1, train_data: BlobId([1; 32]) }.into(),
        commit.into(),
        Tasks::reveal(1, 2, revealed()).into(),
        Tasks::claim { task: 1, points: 7 }.into(),
        Tasks::ask { task: 1 }.into(),
        Tasks::scores(1, vec![score(), score()], vec![score()]).expect("two scores").into(),
        Tasks::champion_scores(1, vec![score()]).expect("a score").into(),
        Tasks::chunk(1, 0, list(vec![[1; 32]; 2]), list(vec![[2; 32]])).into(),
        deliver(Some(last)).into(),
        deliver(None).into(),
        Tasks::close_commitment { task: 1, worker: BOB }.into(),
        Tasks::equal_rows(1, equal_rows()).into(),
    ]
}

fn equal_rows() -> EqualRows {
    let architecture = named("tiny-4x3x2").expect("an architecture");
    let roots = list(vec![BlockRoot([4; 32]); 3]);
    let past = Some(PastBlocks { architecture, encoding: ContentHash([7; 32]), roots });
    let other = OtherBlock { task: 0, block: 2, past, revealed: revealed() };
    EqualRows { block: 1, revealed: revealed(), other, pairs: list(vec![(0, 1), (2, 3)]) }
}

fn rules() -> CurriculumRules<u32> {
    CurriculumRules {
        format: DataFormat::of(&named("tiny-4x3x2").expect("an architecture")),
        encoding: ContentHash([7; 32]),
        min_test_rows: 10,
        min_periods: PERIODS,
    }
}

fn calls_about_models_and_workers() -> Vec<Call> {
    let description = Description { name: list(b"digits".to_vec()), ..Description::default() };
    let (circuit, min_score) = (CircuitId([1; 32]), Score::new(1, 2));
    let practice = PracticeSpec { circuit, block: revealed(), min_score };
    let register = Rewards::register_worker {
        worker: BOB,
        model: ModelCommitment([1; 32]),
        score: Box::new(proved()),
        seed: 5,
        nonce: 6,
    };
    let curriculum = Rewards::set_curriculum {
        experiment: 1,
        custodian: Some(BOB),
        weight: 10,
        rules: Box::new(rules()),
        max_open: 3,
    };
    vec![
        Experiments::create_experiment { description, encoding: Some(ContentHash([8; 32])) }.into(),
        Experiments::offer_transfer { experiment: 1, to: BOB }.into(),
        Experiments::set_stage { experiment: 1, version: 2, stage: Stage::Archived }.into(),
        Experiments::retire_champion { experiment: 1 }.into(),
        register.into(),
        curriculum.into(),
        Rewards::set_practice { practice: Box::new(practice) }.into(),
        Rewards::apply_as_candidate.into(),
    ]
}

fn other_calls() -> Vec<Call> {
    let statement = Statement {
        domain: list(b"physics".to_vec()),
        subject: list(b"light".to_vec()),
        predicate: list(b"speed".to_vec()),
        object: list(b"299792458 m/s".to_vec()),
    };
    let uri = list(b"https://a.b/c".to_vec());
    let source = Source::Imported { uri, blob: BlobId([1; 32]) };
    let origin = KeyOrigin::Ceremony(ContentHash([1; 32]));
    let candidate = Box::new(Candidate { info: info(), origin, key: vec![1, 2, 3] });
    let keys = Decode::decode(&mut &[1; 64][..]).expect("two keys");
    vec![
        Wtm::propose { statement: Box::new(statement), source }.into(),
        Wtm::replacement(1, list(b"new".to_vec()), Source::Attested).into(),
        Wtm::vote { fact: 1, support: true }.into(),
        Verifier::register_circuit { candidate }.into(),
        Verifier::disable_circuit { circuit: CircuitId([1; 32]) }.into(),
        Balances::transfer(&BOB, 1 << 70).into(),
        Session::from(SessionKeys { keys, proof: vec![2; 128] }).into(),
    ]
}

fn some_calls() -> Vec<Call> {
    [task_calls(), calls_about_models_and_workers(), other_calls()].concat()
}

#[test]
fn the_runtime_takes_the_calls_alone_and_in_a_batch() {
    let runtime = runtime();
    let calls = some_calls();
    let batch = Call::batch_all(calls.clone()).expect("a short batch");
    for call in calls.iter().chain([&batch]) {
        assert_eq!(runtime.call_data(call).expect("a call of the runtime"), call.encoded());
    }
}

#[test]
fn a_call_has_the_names_of_the_chain() {
    let names: Vec<String> = other_calls().iter().map(Call::to_string).collect();
    let expected = [
        "Wtm.propose",
        "Wtm.supersede",
        "Wtm.vote",
        "Verifier.register_circuit",
        "Verifier.disable_circuit",
        "Balances.transfer_keep_alive",
        "Session.set_keys",
    ];
    assert_eq!(names, expected);
    let batch = Call::batch_all(some_calls()).expect("a short batch");
    assert_eq!((batch.pallet(), batch.name()), ("Utility", "batch_all"));
}

#[test]
fn the_debug_form_of_a_call_has_no_arguments() {
    let call = Call::from(Tasks::reveal(1, 2, revealed()));
    assert_eq!(format!("{call:?}"), "Call(Tasks.reveal_block)");
}

#[test]
fn a_sponsored_task_holds_its_reward_its_bond_and_the_price_of_its_record() {
    let record = Hold::Record { circuit: CircuitId([1; 32]), roots: 3, shares: 1 };
    assert_eq!(create().holds(), [Hold::Amount(1_000), Hold::Amount(50), record]);
    assert!(Call::from(Tasks::cancel_task { task: 1 }).holds().is_empty());
}

#[test]
fn a_task_of_the_curriculum_holds_nothing_for_its_record() {
    let mut spec = spec();
    (spec.terms.reward, spec.terms.bond) = (0, 0);
    let create = Tasks::create_task { experiment: 1, spec: Box::new(spec) };
    assert_eq!(Call::from(create).holds(), [Hold::Amount(0)]);
}

#[test]
fn too_many_scores_are_refused_with_the_limit() {
    let many = || vec![score(); 33];
    let refused = [
        Tasks::scores(1, many(), Vec::new()),
        Tasks::scores(1, Vec::new(), many()),
        Tasks::champion_scores(1, many()),
    ];
    for call in refused {
        let error = call.expect_err("33 scores");
        assert_eq!((error.given, error.limit), (33, 32));
    }
}

#[test]
fn the_blocks_of_a_task_are_found_wherever_in_a_transaction_they_are_revealed() {
    let reveal = |task, block| Call::from(Tasks::reveal(task, block, revealed()));
    let alone = reveal(5, 1).encoded();
    assert_eq!(Tasks::reveals(&alone, 5), [(1, revealed())]);
    assert_eq!(Tasks::reveals(&alone, 6), []);
    let calls = [reveal(5, 1), reveal(6, 2), reveal(5, 3)];
    let batch = Call::batch_all(calls).expect("a short batch").encoded();
    let signed = [vec![0x84; 99], batch].concat();
    assert_eq!(Tasks::reveals(&signed, 5), [(1, revealed()), (3, revealed())]);
    let cut = alone.split_last().expect("some bytes").1;
    assert_eq!(Tasks::reveals(cut, 5), []);
    assert_eq!(Tasks::reveals(&[], 5), []);
}

#[test]
fn too_many_calls_in_a_batch_are_refused_with_the_limit() {
    let calls = vec![Call::from(Rewards::unregister); 1001];
    let error = Call::batch_all(calls).expect_err("1001 calls");
    assert_eq!((error.given, error.limit), (1001, 1000));
}
