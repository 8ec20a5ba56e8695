//! Ways to earn more than the work is worth.

use super::{outcome, provable, wait_for, with_a_rich_bob, worker, DIGITS};
use crate::world::{
    list,
    models::{self, TINY},
    task::{data, spec, Task, TESTS, TRAIN_DATA},
    worker::Worker,
    World,
};
use nocknock_primitives::{
    model::Weights,
    phase::Phase,
    score::Score,
    task::{Outcome, Split},
};
use nocknock_runtime::{Balance, Experiments, Rewards, RuntimeEvent, NNK};
use pallet_tasks::Event;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve, Ferdie, One, Two};

#[test]
fn sponsoring_oneself_mints_nothing() {
    let mut world = with_a_rich_bob(22);
    world.transfer(Bob, Eve, 3 * NNK).expect("a transfer");
    let experiment = world.create_experiment(Bob, "Mine alone");
    let issued = world.issuance();
    let task = world.create(Bob, experiment, 10 * NNK, 23).expect("a sponsored task");
    world.open_task(&task);
    let eve = worker(Eve);
    world.commit(&eve, task.id).expect("a stake");
    world.reveal_all(&task);
    world.prove_all(&eve, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&eve, task.id).expect("the payment");
    assert!(world.issuance() <= issued, "nothing is minted");
    assert!(world.saw(|event| matches!(
        event,
        RuntimeEvent::Tasks(Event::WinnerPaid { fee, .. }) if *fee == NNK / 5
    )));
    let points = world.run(|| Rewards::work_points(Eve.to_account_id()));
    assert_eq!(points, 0);
}

#[test]
fn nobody_sponsors_a_task_of_the_curriculum() {
    let mut world = with_a_rich_bob(24);
    let refused = world.create(Bob, DIGITS, 10 * NNK, 25).map(|_| ());
    assert!(refused.is_err());
    assert_eq!(world.run(|| Experiments::experiment(DIGITS).map(|it| it.archived)), Some(false));
}

/// A curriculum task whose custodian chose the test blocks: of the same data a model has the same
/// score each time.
fn with_chosen_test_blocks(world: &mut World, seed: u64) -> Task {
    let blocks = data(seed);
    let mut spec = spec(&blocks, 0);
    spec.split = Split::Fixed { test_blocks: list(0..TESTS), train_data: TRAIN_DATA };
    world.create_from(Alice, DIGITS, spec, blocks).expect("a fixed split")
}

/// A registered worker does all it can in such a task, and is paid if it wins.
fn compete(world: &mut World, worker: &Worker, seed: u64) -> Outcome {
    let task = with_chosen_test_blocks(world, seed);
    world.commit(worker, task.id).expect("a commitment");
    world.reveal_all(&task);
    world.prove_all(worker, &task);
    let outcome = outcome(world, task.id);
    if outcome == Outcome::Ranked {
        world.deliver(worker, task.id).expect("the payment");
    }
    outcome
}

/// What accounts own, free and on hold.
fn owned(world: &mut World, accounts: impl IntoIterator<Item = Sr25519Keyring>) -> Balance {
    accounts.into_iter().map(|who| world.free(who) + world.held(who)).sum()
}

/// What accounts with one and the same imperfect model earn in as many curriculum tasks, and the
/// chain after that.
fn earned_by(accounts: &[Sr25519Keyring]) -> (Balance, World) {
    let mut world = World::new();
    for (place, who) in accounts.iter().enumerate() {
        let worker = Worker::new(*who, models::short_sighted());
        world.register(&worker);
        let expected = match place {
            0 => Outcome::Ranked,
            _ => Outcome::NoWinner,
        };
        assert_eq!(compete(&mut world, &worker, 26), expected, "{who}");
    }
    (owned(&mut world, accounts.iter().copied()), world)
}

/// With real proofs for seven accounts; the tests of the rewards pallet do the same with a hundred.
#[test]
fn a_success_split_over_accounts_earns_no_more() {
    let (whole, _) = earned_by(&[Bob]);
    let (split, mut world) = earned_by(&[Bob, Charlie, Dave, Eve, Ferdie, One, Two]);
    assert_eq!(split, whole);

    // There was something left to earn, but for a better model only.
    assert_eq!(compete(&mut world, &worker(Bob), 26), Outcome::Ranked);
    assert!(owned(&mut world, [Bob]) > split);
}

#[test]
fn a_custodian_that_chose_its_test_blocks_gains_nothing_after_the_first_time() {
    let mut world = World::new();
    let bob = worker(Bob);
    world.register(&bob);
    assert_eq!(compete(&mut world, &bob, 31), Outcome::Ranked);
    let issued = world.issuance();
    assert_eq!(compete(&mut world, &bob, 31), Outcome::NoWinner);
    assert_eq!(world.issuance(), issued);
}

#[test]
fn the_zero_model_and_the_constant_model_win_nothing() {
    let mut world = World::new();
    let zero = Worker { weights: Weights::zero(&TINY), ..worker(Bob) };
    let constant = Worker { weights: models::constant(), ..worker(Dave) };
    world.register(&worker(Bob));
    world.register(&worker(Dave));
    let task = provable(&mut world, &[&zero, &constant], 28);
    assert_eq!(world.prove_all(&zero, &task), Score::new(0, 40));
    world.prove_all(&constant, &task);
    assert_eq!(outcome(&mut world, task.id), Outcome::NoWinner);
}
