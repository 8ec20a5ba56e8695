//! Requesters that commit to blocks that nobody can prove anything about.

use super::{failed, outcome, wait_for, with_a_rich_bob, worker};
use crate::world::{
    field, list,
    models::{self, SHAPE},
    task::{data, roots, spec, Block, Task},
    Refused, World,
};
use nocknock_poseidon::{packing::PACKED_BITS, sponge_hash};
use nocknock_primitives::{
    ids::{BlockIndex, BlockRoot, ExperimentId},
    model::{commit::Purpose, Fr, Row},
    phase::Phase,
    task::Outcome,
};
use nocknock_runtime::{Balance, Tasks, NNK};
use pallet_tasks::{Call, Error};
use sp_keyring::Sr25519Keyring::{Bob, Dave};

const REWARD: Balance = 10 * NNK;

/// The values of a row with their widths, in the order in which they are packed.
fn values(row: &Row) -> impl Iterator<Item = (u64, u32)> + '_ {
    let width = u32::from(SHAPE.input_bits);
    let inputs = row.inputs.iter().map(move |value| (u64::from(*value), width));
    let label = row.one_hot.iter().map(|value| (u64::from(*value), 1));
    inputs.chain(label).chain([(u64::from(row.real), 1)])
}

/// The elements of rows as the chain packs them, but without its checks: a value that is too wide
/// runs over into the next one.
fn packed(rows: &[Row]) -> Vec<Fr> {
    let (mut full, mut current) = (Vec::new(), Fr::from(0u64));
    let (mut used, mut place) = (0, Fr::from(1u64));
    for (value, bits) in rows.iter().flat_map(values) {
        if used + bits > PACKED_BITS {
            full.push(current);
            (current, used, place) = (Fr::from(0u64), 0, Fr::from(1u64));
        }
        current += Fr::from(value) * place;
        place *= Fr::from(1u64 << bits);
        used += bits;
    }
    full.push(current);
    full
}

/// The salted hash of rows that no check would let through.
fn unchecked_root(block: &Block, index: BlockIndex) -> BlockRoot {
    let mut inputs = vec![block.salt, Fr::from(index)];
    inputs.extend(packed(&block.rows));
    BlockRoot(field(&sponge_hash(Purpose::Block.tag(&SHAPE), &inputs)))
}

/// The roots of blocks that no check would let through.
fn unchecked_roots(blocks: &[Block]) -> Vec<BlockRoot> {
    let numbered = (0..).zip(blocks);
    numbered.map(|(index, block)| unchecked_root(block, index)).collect()
}

#[test]
fn without_a_fault_the_unchecked_roots_are_those_of_the_chain() {
    let blocks = data(10);
    assert_eq!(unchecked_roots(&blocks), roots(&blocks));
}

/// A sponsored task of Bob whose blocks all hold a malformed row: whatever is drawn, it cannot be
/// revealed. Its requester keeps the blocks without the fault, which are as close to what it
/// committed to as bytes can be.
fn task_with_malformed_blocks(
    world: &mut World,
    experiment: ExperimentId,
    break_row: impl Fn(&mut Row),
) -> Task {
    let blocks = data(10);
    let mut broken = blocks.clone();
    for block in &mut broken {
        break_row(&mut block.rows[0]);
    }
    let mut spec = spec(&blocks, REWARD);
    spec.roots = list(unchecked_roots(&broken));
    world.create_from(Bob, experiment, spec, blocks).expect("roots are opaque")
}

/// What comes of revealing a block by these bytes.
fn reveal_bytes(
    world: &mut World,
    task: &Task,
    block: BlockIndex,
    rows: &[u8],
) -> Result<(), Refused> {
    let call = Call::reveal_block {
        task: task.id,
        block,
        salt: field(&task.blocks[usize::from(block)].salt),
        rows: list(rows.iter().copied()),
    };
    world.send(task.requester, call)
}

/// The requester tries the bytes without the fault, a class that does not exist, and a byte too
/// many.
fn nothing_reveals_it(world: &mut World, task: &Task) {
    let index = world.tests(task.id)[0];
    let closest = models::wire(&task.blocks[usize::from(index)].rows);
    let mut two_classes = closest.clone();
    two_classes[2] = 0b11;
    let mut longer = closest.clone();
    longer.push(1);
    for (bytes, error) in [
        (closest, Error::RootMismatch),
        (two_classes, Error::MalformedRows),
        (longer, Error::MalformedRows),
    ] {
        assert_eq!(reveal_bytes(world, task, index, &bytes), failed(error));
        world.next_block();
    }
}

fn committed_malformed_block(break_row: impl Fn(&mut Row)) {
    let mut world = with_a_rich_bob(32);
    world.transfer(Bob, Dave, 3 * NNK).expect("a transfer");
    let experiment = world.create_experiment(Bob, "Malformed");
    let deposit = world.held(Bob);
    let task = task_with_malformed_blocks(&mut world, experiment, break_row);
    let bond = world.held(Bob) - deposit - REWARD;
    world.open_task(&task);
    world.commit(&worker(Dave), task.id).expect("a stake");
    let (left, stake) = (world.free(Dave), world.held(Dave));
    assert!(bond > 0 && stake > 0);

    wait_for(&mut world, task.id, Phase::Reveal);
    nothing_reveals_it(&mut world, &task);
    assert_eq!(outcome(&mut world, task.id), Outcome::RevealFailed);
    let id = task.id;
    world.until("the end", || Tasks::task(id).is_none_or(|task| task.open_commitments == 0));

    // The worker has its stake back, and the bond for its trouble. The rest of the requester's
    // money is free again.
    assert_eq!(world.held(Dave), 0);
    assert_eq!(world.free(Dave), left + stake + bond);
    assert_eq!(world.held(Bob), deposit);
}

#[test]
fn workers_lose_nothing_to_a_committed_block_with_a_two_hot_label() {
    committed_malformed_block(|row| row.one_hot = vec![1, 1]);
}

/// The third bit of the last input falls on the label, so no reading of the packed row is well
/// formed.
#[test]
fn workers_lose_nothing_to_a_committed_block_with_an_input_out_of_range() {
    committed_malformed_block(|row| {
        row.inputs = vec![0, 1, 0, 7];
        row.one_hot = vec![0, 1];
    });
}
