//! What workers without tokens may make the chain do for nothing.

use crate::{
    chain::genesis_json,
    world::{
        list, models,
        task::{data, spec, Task},
        worker::{submission, Worker},
        Refused, World, CANNOT_PAY,
    },
};
use frame_support::dispatch::DispatchClass;
use nocknock_primitives::{
    circuit::ProofBytes,
    claim::places,
    ids::TaskId,
    limits::{FREE_PROOFS_OF_A_NEWCOMER, MAX_ASKED, MAX_ROUNDS, MAX_TEST_BLOCKS},
    model::names::named,
    task::{BlockScore, ProvedScore, Split},
};
use nocknock_runtime::{
    configs::RuntimeBlockWeights,
    genesis_presets::{DIGITS_ENCODING, DIGITS_EXPERIMENT, PRACTICE_ARCHITECTURE},
    Allowance, Rewards, Runtime, RuntimeCall, RuntimeOrigin, System, Tasks,
};
use pallet_tasks::{Error, WeightInfo};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};

type TaskWeights = <Runtime as pallet_tasks::Config>::WeightInfo;

/// Two more than a newcomer proves in a free call.
const TESTS: u16 = 6;

/// A task of the curriculum with six test blocks, in which Bob is asked for his proofs. He has more
/// time for them than a session.
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
    world.claim_all(&[bob], &task);
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

/// They do not depend on who sends them, so anybody could take them from another call.
#[test]
fn proofs_of_the_champion_make_nobody_known() {
    let mut world = World::new();
    let charlie = Worker::new(Charlie, models::short_sighted());
    world.register(&charlie);
    world.win_curriculum(&charlie, 5);
    let bob = Worker::new(Bob, models::perfect());
    world.register(&bob);
    let task = world.open_curriculum(&bob, 6);
    world.claim_all(&[&bob], &task);
    let mut scores = world.champion_scores(&task);
    let one = scores.split_off(scores.len() - 1);
    assert_eq!(world.submit_champion(Bob, task.id, scores), Ok(()));
    assert!(!is_known(&mut world));
    let own = world.scores(&bob, &task).split_off(1);
    let both = submission(task.id, own, one);
    assert_eq!(world.send(Bob, both), Ok(()));
    assert!(is_known(&mut world));
}

/// They cost the chain as much. Two of each fill a newcomer's call, and five of either, or of both
/// together, are too many.
#[test]
fn proofs_of_the_champion_count_as_those_of_the_workers_own_model() {
    let mut world = World::new();
    let charlie = Worker::new(Charlie, models::short_sighted());
    world.register(&charlie);
    world.win_curriculum(&charlie, 5);
    let bob = Worker::new(Bob, models::perfect());
    let task = provable(&mut world, &bob);
    let (own, champion) = (world.scores(&bob, &task), world.champion_scores(&task));
    let call = |proofs: usize, champions: usize| {
        submission(task.id, own[..proofs].to_vec(), champion[..champions].to_vec())
    };
    for (proofs, champions) in [(2, 3), (3, 2), (1, 4), (5, 0)] {
        assert_eq!(world.send(Bob, call(proofs, champions)), Err(CANNOT_PAY));
    }
    let alone = world.submit_champion(Bob, task.id, champion[..5].to_vec());
    assert_eq!(alone, Err(CANNOT_PAY));
    assert!(!is_known(&mut world));
    assert_eq!(world.send(Bob, call(2, 2)), Ok(()));
    assert!(is_known(&mut world));
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

/// A chain with the curriculum of the presets, and a task of it.
fn digits() -> (World, TaskId) {
    let mut world = World::from_genesis(&genesis_json("development"));
    let digits = named(PRACTICE_ARCHITECTURE).expect("the architecture has this name");
    let circuit = world.run(|| {
        let mut circuits = pallet_verifier::Circuits::<Runtime>::iter();
        circuits.find(|(_, record)| record.info.kind.architecture() == Some(&digits))
    });
    let (circuit, _) = circuit.expect("the preset has a circuit of the digits");
    let blocks = data(3);
    let mut spec = spec(&blocks, 0);
    spec.terms.score_circuit = circuit;
    spec.encoding = DIGITS_ENCODING;
    let created = world.create_from(Alice, DIGITS_EXPERIMENT, spec, blocks);
    let task = created.expect("nobody looks into roots").id;
    (world, task)
}

/// So many scores that prove nothing.
fn unproved(proofs: u32) -> Vec<BlockScore> {
    let proof = ProofBytes([0; 256]);
    let score = ProvedScore { points: 1, sums: [0; 32], inputs: [0; 32], proof };
    let block = |place| u16::try_from(place).expect("few blocks");
    (0..proofs).map(|place| BlockScore { block: block(place), score }).collect()
}

/// What all calls of a block may weigh together.
fn of_a_block() -> u64 {
    let all = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_total;
    all.expect("calls may not fill a whole block").ref_time()
}

/// How many blocks so many calls like this fill.
fn blocks_filled(world: &mut World, calls: u32, call: impl Into<RuntimeCall>) -> u64 {
    let each = world.charged(Bob, call).ref_time();
    u64::from(calls).div_ceil(of_a_block() / each)
}

/// F7. Of 400 accounts that have claimed no more than 64 are asked at a time, and nobody else sends
/// proofs for nothing. One call of each is free, as the tests above show. Before, each of the 400
/// had five of them with up to 32 proofs, which are 1,000 full blocks.
#[test]
fn bad_proofs_of_400_accounts_fill_no_more_than_six_blocks() {
    let (mut world, task) = digits();
    let asked = (1..=MAX_ROUNDS).map(|round| places(1, 0, round)).max();
    assert_eq!(asked, Some(MAX_ASKED));
    for own in 0..=FREE_PROOFS_OF_A_NEWCOMER {
        let champion = FREE_PROOFS_OF_A_NEWCOMER - own;
        let call = submission(task, unproved(own), unproved(champion));
        let filled = blocks_filled(&mut world, MAX_ASKED, call);
        assert!(filled <= 6, "{own} and {champion} proofs fill {filled}");
    }
    let scores = list(unproved(FREE_PROOFS_OF_A_NEWCOMER));
    let call = pallet_tasks::Call::prove_champion { task, scores };
    let filled = blocks_filled(&mut world, MAX_ASKED, call);
    assert!(filled <= 6, "{filled}");
    let call = submission(task, unproved(MAX_TEST_BLOCKS), vec![]);
    let before = blocks_filled(&mut world, 5 * 400, call);
    assert!(before >= 1_000, "{before}");
    let phase = world.run(|| Tasks::phase(task));
    assert!(phase.is_some(), "the weight of a call depends on its task");
}

/// Claims go before paying calls, so blocks full of those delay them by one. All claims of ten
/// thousand workers at once take no more than forty blocks: of a claim that begins no round, the
/// weight of a round is given back.
#[test]
fn ten_thousand_claims_fill_no_more_than_forty_blocks() {
    let (mut world, task) = digits();
    let claim = world.charged(Bob, pallet_tasks::Call::claim { task, points: 1 }).ref_time();
    let each = claim - TaskWeights::ask().ref_time();
    let filled = 10_000_u64.div_ceil(of_a_block() / each);
    assert!(filled <= 40, "{filled}");
}

/// The weight of the open block that calls have used so far.
fn used(world: &mut World) -> u64 {
    world.run(|| System::block_weight().get(DispatchClass::Normal).ref_time())
}

/// Waits for a block with room: the first of a session has none.
fn wait_for_room(world: &mut World) {
    world.until("a block with room", || {
        let opening = System::block_weight().get(DispatchClass::Mandatory).ref_time();
        opening < RuntimeBlockWeights::get().max_block.ref_time() / 10
    });
}

/// Each of three workers claims in a block of its own. Only the last claim asks, and only that one
/// takes of its block what asking weighs.
#[test]
fn a_claim_that_asks_nobody_is_not_charged_for_asking() {
    let mut world = World::new();
    let workers = [Bob, Charlie, Dave].map(|who| Worker::new(who, models::perfect()));
    for worker in &workers {
        world.register(worker);
    }
    let blocks = data(4);
    let mut spec = spec(&blocks, 0);
    spec.terms.periods.claim = 25;
    let task = world.create_from(Alice, DIGITS_EXPERIMENT, spec, blocks).expect("a task");
    world.open_task(&task);
    for worker in &workers {
        world.commit(worker, task.id).expect("a commitment");
    }
    world.reveal_all(&task);
    let asking = TaskWeights::ask().ref_time();
    for (place, worker) in workers.iter().enumerate() {
        wait_for_room(&mut world);
        let before = used(&mut world);
        let points = world.points(worker, &task);
        let call = pallet_tasks::Call::claim { task: task.id, points };
        assert_eq!(world.send_now(worker.who, call), Ok(()));
        let claimed = used(&mut world) - before;
        let asks = place + 1 == workers.len();
        assert_eq!(claimed > asking, asks, "{claimed}");
        world.next_block();
    }
}
