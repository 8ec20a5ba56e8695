//! Requesters that commit to blocks that nobody can prove anything about.

use super::{failed, outcome, wait_for, with_a_rich_bob, worker};
use crate::world::{
    list,
    models::{self, TINY},
    task::{data, root_of_bytes, spec, Block, Task},
    World,
};
use nocknock_primitives::{
    ids::{BlockIndex, ExperimentId},
    phase::Phase,
    task::Outcome,
};
use nocknock_runtime::{Balance, Tasks, NNK};
use pallet_tasks::Error;
use sp_keyring::Sr25519Keyring::{Bob, Dave};

const REWARD: Balance = 10 * NNK;

/// A sponsored task of Bob whose blocks all hash from malformed bytes: whatever is drawn, it cannot
/// be revealed. Its requester keeps the blocks without the fault.
fn task_with_malformed_blocks(
    world: &mut World,
    experiment: ExperimentId,
    malformed: fn(&Block) -> Vec<u8>,
) -> Task {
    let blocks = data(10);
    let mut spec = spec(&blocks, REWARD);
    let root = |(index, block): (BlockIndex, _)| root_of_bytes(block, index, &malformed(block));
    spec.roots = list((0..).zip(&blocks).map(root));
    world.create_from(Bob, experiment, spec, blocks).expect("roots are opaque")
}

/// The requester tries the very bytes that it committed to, those without the fault, and a byte too
/// many.
fn nothing_reveals_it(world: &mut World, task: &Task, malformed: fn(&Block) -> Vec<u8>) {
    let index = world.tests(task.id)[0];
    let block = task.blocks[usize::from(index)].clone();
    let closest = models::wire(&block.rows);
    let mut longer = closest.clone();
    longer.push(1);
    for (bytes, error) in [
        (malformed(&block), Error::MalformedRows),
        (closest, Error::RootMismatch),
        (longer, Error::MalformedRows),
    ] {
        assert_eq!(world.reveal_bytes(task, index, &block.salt, bytes), failed(error));
        world.next_block();
    }
}

fn committed_malformed_block(malformed: fn(&Block) -> Vec<u8>) {
    let mut world = with_a_rich_bob(32);
    world.transfer(Bob, Dave, 3 * NNK).expect("a transfer");
    let experiment = world.create_experiment(Bob, "Malformed");
    let deposit = world.held(Bob);
    let task = task_with_malformed_blocks(&mut world, experiment, malformed);
    let bond = spec(&task.blocks, REWARD).terms.bond;
    let record = world.held(Bob) - deposit - REWARD - bond;
    world.open_task(&task);
    world.commit(&worker(Dave), task.id).expect("a stake");
    let (left, stake) = (world.free(Dave), world.held(Dave));
    assert!(bond > 0 && record > 0 && stake > 0);

    wait_for(&mut world, task.id, Phase::Reveal);
    nothing_reveals_it(&mut world, &task, malformed);
    assert_eq!(outcome(&mut world, task.id), Outcome::RevealFailed);
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));

    // The worker has its stake back, and the bond for its trouble. The rest of the requester's
    // money is free again, but for the price of what stays on the chain.
    assert_eq!(world.held(Dave), 0);
    assert_eq!(world.free(Dave), left + stake + bond);
    assert_eq!(world.held(Bob), deposit + record);
}

#[test]
fn workers_lose_nothing_to_a_committed_block_with_an_unknown_class() {
    committed_malformed_block(|block| {
        let mut bytes = models::wire(&block.rows);
        bytes[2] = 2;
        bytes
    });
}

/// The most rows of a block and one more.
#[test]
fn workers_lose_nothing_to_a_committed_block_with_too_many_rows() {
    committed_malformed_block(|block| {
        let [label, inputs] = [2, 3].map(|place| models::wire(&block.rows)[place]);
        let rows = TINY.samples + 1;
        let body = [label, inputs].repeat(rows.into());
        [&rows.to_le_bytes()[..], &body[..]].concat()
    });
}

/// Its root is that of a well-formed block, but there is nothing to prove about it.
#[test]
fn workers_lose_nothing_to_a_committed_block_without_rows() {
    committed_malformed_block(|_| vec![0, 0]);
}
