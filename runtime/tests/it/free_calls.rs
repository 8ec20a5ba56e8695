//! What workers without tokens may make the chain do for nothing.

use crate::world::{
    list, models,
    task::{data, spec, Task},
    worker::Worker,
    Refused, World, CANNOT_PAY,
};
use frame_support::dispatch::DispatchClass;
use nocknock_primitives::{
    circuit::ProofBytes,
    ids::TaskId,
    limits::{FREE_PROOFS_OF_A_NEWCOMER, MAX_TEST_BLOCKS},
    model::names::named,
    task::{BlockScore, ProvedScore, Split},
};
use nocknock_runtime::{
    configs::RuntimeBlockWeights, genesis_presets::DIGITS_EXPERIMENT, Allowance, Rewards, Runtime,
    RuntimeOrigin, Tasks,
};
use pallet_tasks::Error;
use sp_keyring::Sr25519Keyring::{Alice, Bob};

/// Two more than a newcomer proves in a free call.
const TESTS: u16 = 6;

/// A task of the curriculum with six test blocks, to which Bob has committed, in its prove phase.
/// That lasts longer than a session.
fn provable(world: &mut World, bob: &Worker) -> Task {
    world.register(bob);
    let blocks = [data(1), data(2)].concat();
    let mut spec = spec(&blocks, 0);
    spec.split = Split::Drawn { test_blocks: TESTS };
    spec.terms.periods.prove = 25;
    let task = world.create_from(Alice, DIGITS_EXPERIMENT, spec, blocks).expect("a task");
    world.open_task(&task);
    world.commit(bob, task.id).expect("a commitment");
    world.reveal_all(&task);
    task
}

fn is_known(world: &mut World) -> bool {
    world.run(|| Allowance::is_known(Bob.to_account_id()))
}

#[test]
fn a_newcomer_sends_four_proofs_for_nothing_and_more_once_some_were_accepted() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::perfect());
    let task = provable(&mut world, &bob);
    let scores = world.scores(&bob, &task);
    let (few, rest) = scores.split_at(1);
    assert!(rest.len() > 4);
    assert_eq!(world.submit(Bob, task.id, rest.to_vec()), Err(CANNOT_PAY));
    assert!(!is_known(&mut world));
    assert_eq!(world.submit(Bob, task.id, few.to_vec()), Ok(()));
    assert!(is_known(&mut world));
    assert_eq!(world.submit(Bob, task.id, rest.to_vec()), Ok(()));
}

#[test]
fn who_registers_anew_is_a_newcomer_again() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::perfect());
    let task = provable(&mut world, &bob);
    let score = world.scores(&bob, &task).swap_remove(0);
    assert_eq!(world.submit(Bob, task.id, vec![score]), Ok(()));
    assert!(is_known(&mut world));
    let left = world.run(|| Rewards::unregister(RuntimeOrigin::signed(Bob.to_account_id())));
    left.expect("Bob was registered");
    assert!(is_known(&mut world));
    let again = world.registration(&bob, 1);
    world.send_bare(again).expect("Bob registers again");
    assert!(!is_known(&mut world));
}

/// Scores of so many test blocks that were proved for others.
fn bad(scores: &[BlockScore], count: usize) -> Vec<BlockScore> {
    let proof = scores.last().expect("there are scores").score;
    scores.iter().take(count).map(|entry| BlockScore { score: proof, ..*entry }).collect()
}

/// Before, four more such calls were free.
#[test]
fn a_bad_proof_ends_the_free_calls_of_its_sender_until_the_next_session() {
    let mut world = World::new();
    let bob = Worker::new(Bob, models::perfect());
    let task = provable(&mut world, &bob);
    let scores = world.scores(&bob, &task);
    let refused = Err(Refused::Failed(Error::<Runtime>::ProofRefused.into()));
    assert_eq!(world.submit(Bob, task.id, bad(&scores, 4)), refused);
    assert_eq!(world.submit(Bob, task.id, bad(&scores, 4)), Err(CANNOT_PAY));
    assert_eq!(world.submit(Bob, task.id, scores[..4].to_vec()), Err(CANNOT_PAY));
    assert!(!is_known(&mut world));
    world.until("the next session", || !Allowance::has_ended(Bob.to_account_id()));
    assert_eq!(world.submit(Bob, task.id, scores[..4].to_vec()), Ok(()));
}

/// A task of the digits: its proofs are what the presets' curriculum asks for.
fn task_of_digits(world: &mut World) -> TaskId {
    let digits = named("digits-64x32x10").expect("the architecture has this name");
    let circuit = world.run(|| {
        let mut circuits = pallet_verifier::Circuits::<Runtime>::iter();
        circuits.find(|(_, record)| record.info.kind.architecture() == Some(&digits))
    });
    let (circuit, _) = circuit.expect("the preset has a circuit of the digits");
    let blocks = data(3);
    let mut spec = spec(&blocks, 0);
    spec.terms.score_circuit = circuit;
    let created = world.create_from(Alice, DIGITS_EXPERIMENT, spec, blocks);
    created.expect("nobody looks into roots").id
}

/// A call with so many proofs that prove nothing.
fn unproved(task: TaskId, proofs: u32) -> pallet_tasks::Call<Runtime> {
    let proof = ProofBytes([0; 256]);
    let score = ProvedScore { points: 1, sums: [0; 32], inputs: [0; 32], proof };
    let block = |place| u16::try_from(place).expect("few blocks");
    let scores = (0..proofs).map(|place| BlockScore { block: block(place), score });
    pallet_tasks::Call::submit_scores { task, scores: list(scores) }
}

/// How many blocks so many calls of this task with so many proofs fill.
fn blocks_filled(world: &mut World, task: TaskId, calls: u64, proofs: u32) -> u64 {
    let all = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total;
    let all = all.expect("calls may not fill a whole block").ref_time();
    let each = world.charged(Bob, unproved(task, proofs)).ref_time();
    calls.div_ceil(all / each)
}

/// One call of each is free, as the tests above show, and in 40 to 45 blocks all of them have
/// failed. Before, each account had five of them with up to 32 proofs, which are 1,000 full blocks.
#[test]
fn bad_proofs_of_400_accounts_fill_no_more_than_45_blocks() {
    let mut world = World::new();
    let task = task_of_digits(&mut world);
    let filled = blocks_filled(&mut world, task, 400, FREE_PROOFS_OF_A_NEWCOMER);
    assert!(filled <= 45, "{filled}");
    let before = blocks_filled(&mut world, task, 5 * 400, MAX_TEST_BLOCKS);
    assert!(before >= 1_000, "{before}");
    let phase = world.run(|| Tasks::phase(task));
    assert!(phase.is_some(), "the weight of a call depends on its task");
}
