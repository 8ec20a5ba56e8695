//! One test for each way to cheat, on the whole runtime with real proofs.

mod claims;
mod earnings;
mod malformed_blocks;
mod sealed_models;

use crate::world::{
    models::{self, S3, TINY},
    task::{data, spec, Block, Task, SAMPLES},
    worker::{context, registration_of, Worker},
    Refused, World, BAD_PROOF, CANNOT_PAY,
};
use nocknock_primitives::{
    circuit::KeyOrigin,
    ids::{BlockIndex, CircuitId, TaskId},
    model::{ContextDomain, RecipientSecret},
    phase::Phase,
    task::{BlockScore, Outcome},
};
use nocknock_runtime::{
    genesis_presets::DIGITS_EXPERIMENT as DIGITS, AccountId, Rewards, Runtime, RuntimeOrigin,
    Tasks, Verifier,
};
use pallet_tasks::{Call, Error};
use pallet_verifier::Candidate;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Dave, Eve};
use sp_runtime::DispatchError;

fn failed(error: Error<Runtime>) -> Result<(), Refused> {
    Err(Refused::Failed(error.into()))
}

fn worker(who: Sr25519Keyring) -> Worker {
    Worker::new(who, models::perfect())
}

/// A curriculum task that is open for commitments of the registered workers.
fn open(world: &mut World, workers: &[&Worker], seed: u64) -> Task {
    for worker in workers {
        if world.run(|| Rewards::worker(worker.who.to_account_id()).is_none()) {
            world.register(worker);
        }
    }
    let task = world.create(Alice, DIGITS, 0, seed).expect("a task");
    world.open_task(&task);
    task
}

/// A task whose committed workers may claim.
fn claimable(world: &mut World, workers: &[&Worker], seed: u64) -> Task {
    let task = open(world, workers, seed);
    for worker in workers {
        world.commit(worker, task.id).expect("a commitment");
    }
    world.reveal_all(&task);
    task
}

/// A task whose committed workers have claimed their true scores. Up to two may prove them.
fn provable(world: &mut World, workers: &[&Worker], seed: u64) -> Task {
    let task = claimable(world, workers, seed);
    world.claim_all(workers, &task);
    task
}

fn wait_for(world: &mut World, id: TaskId, phase: Phase) {
    world.until("the phase", || Tasks::phase(id).is_some_and(|(now, _)| now == phase));
}

fn outcome(world: &mut World, id: TaskId) -> Outcome {
    world.until("the settlement", || Tasks::task(id).is_some_and(|task| task.settlement.is_some()));
    world.run(|| Tasks::task(id).and_then(|task| task.settlement)).expect("settled").outcome
}

#[test]
fn a_proof_copied_from_another_account_is_refused() {
    let mut world = World::new();
    let (bob, mut eve) = (worker(Bob), worker(Eve));
    // The same model under the same key.
    eve.seed = bob.seed;
    let task = provable(&mut world, &[&bob, &eve], 1);
    let copied = world.scores(&bob, &task);
    assert_eq!(world.submit(Eve, task.id, copied.clone()), failed(Error::ProofRefused));
    assert_eq!(world.submit(Bob, task.id, copied), Ok(()));
}

#[test]
fn a_copied_commitment_cannot_be_proved() {
    let mut world = World::new();
    let bob = worker(Bob);
    let thief = Worker::new(Eve, models::short_sighted());
    let task = open(&mut world, &[&bob, &thief], 2);
    assert_eq!(world.send(Eve, bob.commit_call(task.id)), Ok(()));
    assert_eq!(world.send(Bob, bob.commit_call(task.id)), Ok(()));
    let [copied, own] = [Eve, Bob].map(|who| {
        let stored = world.run(|| Tasks::commitment(task.id, who.to_account_id()));
        stored.expect("a commitment").model
    });
    assert_ne!(copied, own, "it names the account");
    world.reveal_all(&task);
    world.claim_all(&[&thief, &bob], &task);
    let guessed = world.scores(&thief, &task);
    assert_eq!(world.submit(Eve, task.id, guessed), failed(Error::ProofRefused));
    world.prove_all(&bob, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    let ranking = world.run(|| Tasks::ranking(task.id));
    assert_eq!(ranking.len(), 1);
}

#[test]
fn a_proof_of_another_task_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let first = open(&mut world, &[&bob], 3);
    let second = provable(&mut world, &[&bob], 103);
    let bind = world.bind(second.id, Bob);
    let scores: Vec<_> = world
        .tests(second.id)
        .into_iter()
        .map(|index| {
            let context = world.score_context(first.id, Bob, index).to_field();
            let block = &second.blocks[usize::from(index)];
            let score = bob.prove((context, bind), second.id, index, block);
            BlockScore { block: index, score }
        })
        .collect();
    assert_eq!(world.submit(Bob, second.id, scores), failed(Error::ProofRefused));
}

#[test]
fn a_proof_of_another_block_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 4);
    let mut scores = world.scores(&bob, &task);
    scores[1].score = scores[0].score;
    assert_eq!(world.submit(Bob, task.id, scores), failed(Error::ProofRefused));
}

#[test]
fn a_proof_with_the_sums_or_inputs_of_another_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 18);
    let scores = world.scores(&bob, &task);
    let (mut sums, mut inputs) = (scores.clone(), scores.clone());
    sums[1].score.sums = scores[0].score.sums;
    inputs[1].score.inputs = scores[0].score.inputs;
    assert_eq!(world.submit(Bob, task.id, sums), failed(Error::ProofRefused));
    // What fails ends the free calls of the session.
    assert_eq!(submit_for_a_fee(&mut world, Bob, task.id, inputs), failed(Error::ProofRefused));
    assert_eq!(submit_for_a_fee(&mut world, Bob, task.id, scores), Ok(()));
}

#[test]
fn a_proof_for_another_chain_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 5);
    let (circuit, bind) = (S3.info().id(), world.bind(task.id, Bob));
    let scores: Vec<_> = world
        .tests(task.id)
        .into_iter()
        .map(|index| {
            let other = context(ContextDomain::Score, [9; 32], circuit, task.id, Bob, index);
            let block = &task.blocks[usize::from(index)];
            let score = bob.prove((other.to_field(), bind), task.id, index, block);
            BlockScore { block: index, score }
        })
        .collect();
    assert_eq!(world.submit(Bob, task.id, scores), failed(Error::ProofRefused));
}

/// Commits a worker without tokens as if it could pay.
fn commit_for_a_fee(world: &mut World, worker: &Worker, id: TaskId) -> Result<(), Refused> {
    let origin = RuntimeOrigin::signed(worker.who.to_account_id());
    let (key, ciphertext) = worker.hashes(id);
    let committed = world.run(|| Tasks::commit_model(origin, id, key, ciphertext, 0));
    committed.map_err(Refused::Failed)
}

#[test]
fn a_late_commitment_and_a_late_replacement_are_refused() {
    let mut world = World::new();
    let (bob, eve) = (worker(Bob), worker(Eve));
    let task = open(&mut world, &[&bob, &eve], 6);
    world.commit(&bob, task.id).expect("in time");
    wait_for(&mut world, task.id, Phase::Reveal);
    for late in [&bob, &eve] {
        assert_eq!(commit_for_a_fee(&mut world, late, task.id), failed(Error::WrongPhase));
        assert!(world.commit(late, task.id).is_err());
    }
}

#[test]
fn a_late_proof_is_refused_and_the_worker_suspended() {
    let mut world = World::new();
    let (bob, eve) = (worker(Bob), worker(Eve));
    let task = provable(&mut world, &[&bob, &eve], 7);
    let late = world.scores(&eve, &task);
    world.prove_all(&bob, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    assert_eq!(submit_for_a_fee(&mut world, Eve, task.id, late), failed(Error::WrongPhase));
    world.deliver(&bob, task.id).expect("a delivery");
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));
    let next = world.create(Alice, DIGITS, 0, 70).expect("a task");
    world.open_task(&next);
    assert!(world.commit(&eve, next.id).is_err());
}

#[test]
fn a_wrong_reveal_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = open(&mut world, &[&bob], 8);
    world.commit(&bob, task.id).expect("a commitment");
    wait_for(&mut world, task.id, Phase::Reveal);
    let index = world.tests(task.id)[0];
    let honest = task.blocks[usize::from(index)].clone();
    let mut other_salt = honest.clone();
    other_salt.salt[0] ^= 1;
    let other_rows = Block { rows: models::block(4_242, SAMPLES), ..honest.clone() };
    assert_eq!(world.reveal(&task, index, &other_salt), failed(Error::RootMismatch));
    // What fails ends the free calls of the session, and the custodian owns nothing.
    assert_eq!(world.reveal(&task, index, &honest), Err(CANNOT_PAY));
    for (block, answer) in [(&other_rows, failed(Error::RootMismatch)), (&honest, Ok(()))] {
        assert_eq!(reveal_for_a_fee(&mut world, &task, index, block), answer);
    }
}

/// Reveals a block as if the custodian could pay.
fn reveal_for_a_fee(
    world: &mut World,
    task: &Task,
    index: BlockIndex,
    block: &Block,
) -> Result<(), Refused> {
    let origin = RuntimeOrigin::signed(task.requester.to_account_id());
    let rows = crate::world::list(models::wire(&block.rows));
    let revealed = world.run(|| Tasks::reveal_block(origin, task.id, index, block.salt, rows));
    revealed.map(|_| ()).map_err(|refused| Refused::Failed(refused.error))
}

#[test]
fn a_missing_reveal_costs_the_custodian_its_role_and_no_worker_anything() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = open(&mut world, &[&bob], 9);
    world.commit(&bob, task.id).expect("a commitment");
    assert_eq!(outcome(&mut world, task.id), Outcome::RevealFailed);
    let id = task.id;
    world.until("the end", || {
        Tasks::task(id).is_none_or(|task| task.open_commitments == 0 && is_finished(&task))
    });
    assert!(world.create(Alice, DIGITS, 0, 90).is_err());
    assert!(world.run(|| is_at_work(Bob)));
}

fn is_finished(task: &pallet_tasks::types::TaskOf<Runtime>) -> bool {
    task.settlement.is_some_and(|settlement| settlement.finished_at.is_some())
}

fn is_at_work(who: Sr25519Keyring) -> bool {
    use nocknock_primitives::traits::WorkerRegistry;
    <Rewards as WorkerRegistry<AccountId>>::may_work(&who.to_account_id())
}

#[test]
fn a_winner_that_does_not_deliver_is_passed_over_and_suspended() {
    let mut world = World::new();
    let (bob, dave) = (worker(Bob), Worker::new(Dave, models::short_sighted()));
    let task = provable(&mut world, &[&bob, &dave], 11);
    world.prove_all(&bob, &task);
    world.prove_all(&dave, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 1 });
    world.deliver(&dave, task.id).expect("the next rank moves up");
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));
    assert!(world.free(Dave) > 0);
    assert_eq!(world.free(Bob), 0);
    assert!(!world.run(|| is_at_work(Bob)));
}

/// A task in which it is the worker's turn to deliver.
fn deliverable(world: &mut World, worker: &Worker, seed: u64) -> Task {
    let task = provable(world, &[worker], seed);
    world.prove_all(worker, &task);
    wait_for(world, task.id, Phase::Deliver { rank: 0 });
    task
}

#[test]
fn a_wrong_ciphertext_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 12);
    let (chunks, hashes) = bob.chunks(task.id);
    let mut chunk = Box::new(chunks[0].clone());
    chunk[0][31] ^= 1;
    let hashes = Box::new(hashes);
    let call = Call::upload_chunk { task: task.id, index: 0, chunk, hashes };
    assert_eq!(world.send(Bob, call), failed(Error::BadChunk));
}

#[test]
fn another_model_cannot_be_delivered() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 13);
    let other = Worker { weights: models::constant(), ..worker(Bob) };
    assert_eq!(world.deliver(&other, task.id), failed(Error::BadChunk));
}

#[test]
fn a_key_without_its_ciphertext_pays_nothing() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 33);
    assert_eq!(world.deliver_key(&bob, task.id), failed(Error::CiphertextIncomplete));
    assert_eq!(world.free(Bob), 0);
}

#[test]
fn a_wrong_key_pays_nothing() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 14);
    world.upload(&bob, task.id).expect("the ciphertext");
    let wrong = Worker { seed: bob.seed + 1, ..worker(Bob) };
    assert_eq!(world.deliver_key(&wrong, task.id), failed(Error::ProofRefused));
    assert_eq!(world.free(Bob), 0);
}

#[test]
fn a_key_sealed_for_somebody_else_pays_nothing() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 34);
    world.upload(&bob, task.id).expect("the ciphertext");
    let own = RecipientSecret::from_bytes([1; 32]).key();
    let call = world.delivery_to(&bob, task.id, &own);
    assert_eq!(world.send(Bob, call), failed(Error::ProofRefused));
    assert_eq!(world.free(Bob), 0);
}

#[test]
fn a_sealed_key_that_was_changed_pays_nothing() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 35);
    world.upload(&bob, task.id).expect("the ciphertext");
    let mut call = world.delivery(&bob, task.id);
    let Call::deliver { key, .. } = &mut call else {
        unreachable!("a delivery is a delivery");
    };
    key.masked_key[31] ^= 1;
    assert_eq!(world.send(Bob, call), failed(Error::ProofRefused));
    assert_eq!(world.free(Bob), 0);
}

/// Hands in scores of a worker without tokens as if it could pay: the fee is not waived for scores
/// that could not be noted, whatever their proofs, and not after a free call that failed.
fn submit_for_a_fee(
    world: &mut World,
    who: Sr25519Keyring,
    id: TaskId,
    scores: Vec<BlockScore>,
) -> Result<(), Refused> {
    assert_eq!(world.submit(who, id, scores.clone()), Err(CANNOT_PAY));
    let origin = RuntimeOrigin::signed(who.to_account_id());
    let (scores, none) = (crate::world::list(scores), Default::default());
    let submitted = world.run(|| Tasks::submit_scores(origin, id, scores, none));
    submitted.map(|_| ()).map_err(|refused| Refused::Failed(refused.error))
}

#[test]
fn a_score_above_the_real_rows_is_refused() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 15);
    let mut scores = world.scores(&bob, &task);
    let rows = u32::try_from(SAMPLES).expect("few rows");
    scores[0].score.points = rows + 1;
    assert_eq!(submit_for_a_fee(&mut world, Bob, task.id, scores), failed(Error::ScoreTooHigh));
}

#[test]
fn padding_rows_count_for_nothing() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 16);
    let mut scores = world.scores(&bob, &task);
    assert!(SAMPLES < usize::from(TINY.samples), "the block has padding");
    scores[0].score.points = u32::from(TINY.samples);
    assert_eq!(submit_for_a_fee(&mut world, Bob, task.id, scores), failed(Error::ScoreTooHigh));
}

#[test]
fn a_task_cannot_name_a_key_of_its_own() {
    let mut world = World::new();
    let blocks = data(17);
    let mut own = spec(&blocks, 0);
    own.terms.score_circuit = CircuitId([0xee; 32]);
    let refused = world.create_from(Alice, DIGITS, own, blocks).map(|_| ());
    assert_eq!(refused, failed(Error::CircuitNotActive));
}

#[test]
fn nobody_but_the_council_changes_the_circuits() {
    let mut world = World::new();
    let bob = || RuntimeOrigin::signed(Bob.to_account_id());
    let own = Candidate {
        info: S3.info().clone(),
        origin: KeyOrigin::Development,
        key: crate::world::list(S3.key().verifying_key().to_bytes()),
    };
    let circuit = own.info.id();
    world.run(|| {
        let refused = Err(DispatchError::BadOrigin);
        assert_eq!(Verifier::register_circuit(bob(), Box::new(own.clone())), refused);
        assert_eq!(Verifier::replace_circuit(bob(), circuit, Box::new(own)), refused);
        assert_eq!(Verifier::disable_circuit(bob(), circuit), refused);
    });
}

#[test]
fn a_disabled_circuit_accepts_no_proof_and_costs_nobody_anything() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 19);
    let scores = world.scores(&bob, &task);
    let council = pallet_council::Origin::EnactedAtOnce;
    world
        .run(|| Verifier::disable_circuit(council.into(), S3.info().id()))
        .expect("the council disables it");
    assert_eq!(world.submit(Bob, task.id, scores), failed(Error::CircuitDisabled));
    assert_eq!(outcome(&mut world, task.id), Outcome::Voided);
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));
    assert!(world.run(|| is_at_work(Bob)));
    assert_eq!(world.issuance(), 0);
}

#[test]
fn a_task_is_settled_once() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 20);
    let again = world.run(|| Tasks::settle(RuntimeOrigin::signed(Bob.to_account_id()), task.id));
    assert_eq!(again, Err(Error::<Runtime>::AlreadySettled.into()));
}

#[test]
fn a_winner_is_paid_once() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = deliverable(&mut world, &bob, 21);
    world.deliver(&bob, task.id).expect("the payment");
    let issued = world.issuance();
    assert!(world.deliver_key(&bob, task.id).is_err());
    assert!(world.upload(&bob, task.id).is_err());
    assert_eq!(world.issuance(), issued);
}

/// Bob wins the first curriculum task, so that somebody owns tokens, with a model that can be
/// improved on.
fn with_a_rich_bob(seed: u64) -> World {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::short_sighted());
    world.register(&bob);
    world.win_curriculum(&bob, seed);
    world
}

#[test]
fn a_registration_is_refused_twice_and_for_another_account() {
    let mut world = World::new();
    let bob = worker(Bob);
    let (terms, call) = (world.registration_terms(), world.registration(&bob, 0));
    let pallet_rewards::Call::register_worker { model, score, .. } = call.clone() else {
        unreachable!("a registration is a registration");
    };
    let stolen = registration_of(&terms, Eve.to_account_id().into(), model, *score);
    assert_eq!(world.send_bare(stolen), Err(BAD_PROOF));
    assert_eq!(world.send_bare(call.clone()), Ok(()));
    assert!(world.send_bare(call).is_err());
}

#[test]
fn of_equal_scores_the_earlier_commitment_wins() {
    let mut world = World::new();
    let (bob, dave) = (worker(Bob), worker(Dave));
    let task = provable(&mut world, &[&dave, &bob], 27);
    world.prove_all(&bob, &task);
    world.prove_all(&dave, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    let ranking = world.run(|| Tasks::ranking(task.id));
    assert_eq!(ranking[0].worker, Dave.to_account_id());
    assert_eq!(ranking[0].correct, ranking[1].correct);
}

#[test]
fn a_commitment_is_not_replaced_after_the_deadline() {
    let mut world = World::new();
    let bob = worker(Bob);
    let task = open(&mut world, &[&bob], 29);
    world.commit(&bob, task.id).expect("in time");
    wait_for(&mut world, task.id, Phase::Reveal);
    let better = Worker { seed: bob.seed + 1, ..worker(Bob) };
    assert_eq!(commit_for_a_fee(&mut world, &better, task.id), failed(Error::WrongPhase));
}

#[test]
fn a_requester_does_not_compete_in_its_own_task() {
    let mut world = World::new();
    let alice = worker(Alice);
    let task = open(&mut world, &[&alice], 30);
    assert_eq!(world.commit(&alice, task.id), failed(Error::RequesterMayNotCompete));
}
