//! Ways to earn more than the work is worth.

use super::{
    claimable, failed, is_at_work, outcome, provable, wait_for, with_a_rich_bob, worker, DIGITS,
};
use crate::world::{
    bytes, list,
    models::{self, TINY},
    task::{data, spec, Block, Task, TESTS, TRAIN_DATA},
    worker::Worker,
    World, CANNOT_PAY,
};
use nocknock_primitives::{
    ids::BlockIndex,
    model::Weights,
    phase::Phase,
    task::{EqualRows, OtherBlock, Outcome, RevealedBlock, Split},
    traits::Curriculum,
};
use nocknock_runtime::{
    AccountId, Balance, BlockNumber, Experiments, Rewards, Runtime, RuntimeEvent, RuntimeOrigin,
    Tasks, NNK,
};
use pallet_tasks::{Call, Error, Event};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave, Eve};

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

/// A registered worker does all it can in a task of the curriculum, and is paid if it wins.
fn compete(world: &mut World, worker: &Worker, seed: u64) -> Outcome {
    let task = claimable(world, &[worker], seed);
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
        let expected = match place {
            0 => Outcome::Ranked,
            _ => Outcome::NoWinner,
        };
        assert_eq!(compete(&mut world, &worker, 26), expected, "{who}");
    }
    (owned(&mut world, accounts.iter().copied()), world)
}

/// With real proofs for four accounts; the tests of the rewards pallet do the same with a hundred.
#[test]
fn a_success_split_over_accounts_earns_no_more() {
    let (whole, _) = earned_by(&[Bob]);
    let (split, mut world) = earned_by(&[Bob, Charlie, Dave, Eve]);
    assert_eq!(split, whole);

    // There was something left to earn, but for a better model only.
    assert_eq!(compete(&mut world, &worker(Bob), 26), Outcome::Ranked);
    assert!(owned(&mut world, [Bob]) > split);
}

/// F3. The champion is everybody's, and whoever handed it in again was paid for its luck on new
/// rows.
#[test]
fn copies_of_the_champion_earn_nothing() {
    let mut world = with_a_rich_bob(27);
    let copies = [Charlie, Dave].map(|who| Worker::new(who, models::short_sighted()));
    let issued = world.issuance();
    let task = provable(&mut world, &[&copies[0], &copies[1]], 29);
    for copy in &copies {
        world.prove_all(copy, &task);
    }
    assert_eq!(outcome(&mut world, task.id), Outcome::NoWinner);
    assert_eq!(world.issuance(), issued);
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));
    assert!([Charlie, Dave].into_iter().all(|who| world.run(|| is_at_work(who))));
}

/// In one task, too, copies are paid once: the first commitment wins.
#[test]
fn of_two_copies_in_a_task_one_is_paid() {
    let mut world = World::new();
    let (bob, dave) = (worker(Bob), worker(Dave));
    let task = provable(&mut world, &[&bob, &dave], 30);
    world.prove_all(&bob, &task);
    world.prove_all(&dave, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&bob, task.id).expect("the payment");
    assert!(world.free(Bob) > 0);
    assert!(world.deliver(&dave, task.id).is_err());
    assert_eq!(world.free(Dave), 0);
}

#[test]
fn a_custodian_that_trains_on_its_test_rows_is_paid_once() {
    let mut world = World::new();
    let bob = worker(Bob);
    assert_eq!(compete(&mut world, &bob, 31), Outcome::Ranked);
    let issued = world.issuance();
    assert_eq!(compete(&mut world, &bob, 31), Outcome::NoWinner);
    assert_eq!(world.issuance(), issued);
}

/// F1. The custodian chose rows on which its own model is right.
#[test]
fn a_custodian_does_not_choose_the_test_blocks() {
    let mut world = World::new();
    let blocks = data(32);
    let mut spec = spec(&blocks, 0);
    spec.split = Split::Fixed { test_blocks: list(0..TESTS), train_data: TRAIN_DATA };
    let refused = world.create_from(Alice, DIGITS, spec, blocks).map(|_| ());
    assert_eq!(refused, failed(Error::CurriculumIsDrawn));
}

#[test]
fn the_zero_model_and_the_constant_model_win_nothing() {
    let mut world = World::new();
    let zero = Worker { weights: Weights::zero(&TINY), ..worker(Bob) };
    let constant = Worker { weights: models::constant(), ..worker(Dave) };
    world.register(&worker(Bob));
    world.register(&worker(Dave));
    let task = claimable(&mut world, &[&zero, &constant], 28);
    for bad in [&zero, &constant] {
        let points = world.points(bad, &task);
        assert_eq!(world.claim(bad, &task), Err(CANNOT_PAY));
        let origin = RuntimeOrigin::signed(bad.who.to_account_id());
        let refused = world.run(|| Tasks::claim(origin, task.id, points));
        let refused = refused.map(|_| ()).map_err(|refused| refused.error);
        assert_eq!(refused, Err(Error::<Runtime>::NotEligible.into()));
    }
    assert_eq!(outcome(&mut world, task.id), Outcome::NoWinner);
}

/// A block as the chain hashes it.
fn revealed(block: &Block) -> RevealedBlock {
    RevealedBlock { salt: block.salt, rows: list(models::wire(&block.rows)) }
}

/// Which rows of a block have the same inputs as rows of another one, each of them once.
fn equal_rows(block: &Block, other: &Block) -> Vec<(u16, u16)> {
    let others = other.rows.samples();
    let numbered = (0..).zip(block.rows.samples());
    let pairs = numbered.filter_map(|(row, sample)| {
        let place = others.iter().position(|other| other.inputs == sample.inputs)?;
        Some((row, u16::try_from(place).expect("few rows")))
    });
    pairs.collect()
}

/// The call that shows all rows of a test block that a block of training data has as well.
fn shown(task: &Task, block: BlockIndex, other: BlockIndex) -> Call<Runtime> {
    let [this, that] = [block, other].map(|index| &task.blocks[usize::from(index)]);
    let pairs = list(equal_rows(this, that));
    let other = OtherBlock { task: task.id, block: other, past: None, revealed: revealed(that) };
    let shown = EqualRows { block, revealed: revealed(this), other, pairs };
    Call::show_equal_rows { task: task.id, shown: Box::new(shown) }
}

/// F1. Its own accounts knew the rows of the test set. Now whoever finds them gets a fifth of what
/// it earned, and the role is gone.
#[test]
fn a_custodian_with_rows_that_were_known_before_loses_its_part_and_the_role() {
    type Vesting = pallet_rewards::Vesting<Runtime>;
    let mut world = World::new();
    let bob = worker(Bob);
    let task = provable(&mut world, &[&bob], 34);
    world.prove_all(&bob, &task);
    wait_for(&mut world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&bob, task.id).expect("the payment");
    let part = world.run(|| Vesting::get(task.id)).expect("the provider's part").part.amount;
    world.transfer(Bob, Dave, 3 * NNK).expect("the winner can pay");
    let (before, tests) = (world.free(Dave), world.tests(task.id));
    let known = (0..).take(task.blocks.len()).find(|index| !tests.contains(index));
    let known = known.expect("not all blocks are tests");
    for test in tests {
        if world.run(|| Vesting::contains_key(task.id)) {
            world.send(Dave, shown(&task, test, known)).expect("the rows are equal");
        }
    }
    assert!(!world.run(|| Vesting::contains_key(task.id)), "3 of 144 rows suffice");
    let gained = world.free(Dave) - before;
    assert!(gained > part / 5 - NNK && gained <= part / 5, "{gained} of {part}");
    let alice = AccountId::from(bytes(Alice));
    assert!(!world.run(|| {
        <Rewards as Curriculum<AccountId, Balance, BlockNumber>>::is_custodian(DIGITS, &alice)
    }));
}
