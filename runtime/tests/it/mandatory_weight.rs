//! What every block has to do does not grow with the number of workers or of their commitments.

use crate::world::World;
use nocknock_primitives::{
    claim::ClaimState,
    ids::{CiphertextHash, KeyCommitment, ModelCommitment},
    reward::{Registration, Standing},
    task::Commitment,
};
use nocknock_runtime::{AccountId, Runtime};
use sp_keyring::Sr25519Keyring::Alice;

/// More than an epoch, so that an election is among the blocks.
const BLOCKS: usize = 12;

/// Weight and reads of opening each block while a task is open, on a state that `fill` has changed.
fn openings(fill: impl FnOnce(u64)) -> Vec<(u64, usize)> {
    let mut world = World::new();
    let task = world.create(Alice, 0, 0, 1).expect("a task");
    world.open_task(&task);
    world.run(|| fill(task.id));
    (0..BLOCKS)
        .map(|_| {
            world.close_block();
            world.measured_opening()
        })
        .collect()
}

fn account(number: u32) -> AccountId {
    sp_io::hashing::blake2_256(&number.to_le_bytes()).into()
}

fn register(number: u32) {
    let (standing, expires) = (Standing::Active, 1_000);
    let registration = Registration { standing, next_round: 1, expires, known: false };
    pallet_rewards::Registrations::<Runtime>::insert(account(number), registration);
}

fn commit(task: u64, number: u32) {
    let commitment = Commitment {
        model: ModelCommitment([1; 32]),
        key: KeyCommitment([2; 32]),
        ciphertext: CiphertextHash([3; 32]),
        at: 1,
        sequence: number,
        least: 0,
        claim: ClaimState::Silent,
        proved: 0,
        correct: 0,
    };
    pallet_tasks::Commitments::<Runtime>::insert(task, account(number), commitment);
}

#[test]
fn ten_thousand_workers_and_a_thousand_commitments_add_nothing_to_a_block() {
    let quiet = openings(|_| ());
    let busy = openings(|task| {
        (0..10_000).for_each(register);
        (0..1_000).for_each(|number| commit(task, number));
    });
    for ((weight, reads), (busy_weight, busy_reads)) in quiet.into_iter().zip(busy) {
        assert_eq!(weight, busy_weight);
        // A larger tree is a little deeper, but nothing visits its leaves.
        assert!(busy_reads < reads + 64, "{reads} nodes, then {busy_reads}");
    }
}
