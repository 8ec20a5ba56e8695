//! Readers of models that were sold to somebody else.

use super::{wait_for, with_a_rich_bob, worker};
use crate::world::{
    bytes,
    models::{self, TINY},
    task::Task,
    worker::{Delivered, Worker},
    World,
};
use nocknock_primitives::{
    model::{
        field,
        sealed::{self, OpenError},
        Fr, RecipientSecret, Weights,
    },
    phase::Phase,
};
use nocknock_runtime::{Tasks, NNK};
use sp_keyring::Sr25519Keyring::{Bob, Dave};

/// Dave sells his model to Bob.
fn sold_model(world: &mut World, seed: u64) -> (Worker, Task, Delivered) {
    world.transfer(Bob, Dave, 3 * NNK).expect("a transfer");
    let experiment = world.create_experiment(Bob, "Sold");
    let task = world.create(Bob, experiment, 10 * NNK, seed).expect("a sponsored task");
    world.open_task(&task);
    let dave = worker(Dave);
    world.commit(&dave, task.id).expect("a stake");
    world.reveal_all(&task);
    world.prove_all(&dave, &task);
    wait_for(world, task.id, Phase::Deliver { rank: 0 });
    world.deliver(&dave, task.id).expect("the payment");
    let delivered = world.delivered(task.id, Dave);
    (dave, task, delivered)
}

/// All 32 bytes that the chain stores about the task and its model, or anybody can compute.
fn public_values(world: &mut World, task: &Task, delivered: &Delivered) -> Vec<[u8; 32]> {
    let (stored, delivery) =
        world.run(|| (Tasks::task(task.id), Tasks::delivery(task.id, Dave.to_account_id())));
    let (stored, delivery) = (stored.expect("a task"), delivery.expect("a delivery"));
    let sealed = delivery.sealed.expect("delivered").key;
    let points = [stored.recipient.0, sealed.ephemeral.0];
    let halves = points.iter().flat_map(|point| point.as_chunks::<32>().0.to_vec());
    let elements = [delivered.context, delivered.key_hash, TINY.digest()].into_iter();
    let elements = elements.chain(delivered.ciphertext.iter().copied());
    let hashes = [delivery.model.0, delivery.key.0, delivery.ciphertext.0, sealed.masked_key];
    let others = [stored.encoding.0, world.genesis_hash(), bytes(Bob), bytes(Dave), [0; 32]];
    halves
        .chain(elements.map(|element| field::to_bytes(&element)))
        .chain(hashes)
        .chain(others)
        .chain([*RecipientSecret::curriculum().to_bytes()])
        .collect()
}

/// What a key opens of a delivered model.
fn opened(delivered: &Delivered, key: Fr) -> Result<Weights, OpenError> {
    sealed::open(&TINY, key, delivered.key_hash, &delivered.ciphertext)
}

#[test]
fn everything_on_the_chain_does_not_open_a_sponsored_model() {
    let mut world = with_a_rich_bob(36);
    let (dave, task, delivered) = sold_model(&mut world, 37);
    let known = public_values(&mut world, &task, &delivered);
    assert!(known.len() > 15);
    for bytes in known {
        let secret = RecipientSecret::from_bytes(bytes);
        assert!(delivered.open(&secret).is_none(), "{bytes:02x?} as a secret");
        if let Ok(key) = field::from_bytes(&bytes) {
            assert_eq!(opened(&delivered, key), Err(OpenError::Key), "{bytes:02x?} as a key");
            let unmasked = delivered.key.masked_key - key;
            assert_eq!(opened(&delivered, unmasked), Err(OpenError::Key), "{bytes:02x?} as a mask");
        }
    }
    assert!(delivered.open(&task.secret).is_some_and(|model| model == dave.weights));
}

/// The model of the curriculum is for everybody, and so is its key. That of another model of the
/// same worker is another one.
#[test]
fn keys_of_other_models_do_not_open_a_sponsored_one() {
    let mut world = with_a_rich_bob(38);
    let published = world.delivered(0, Bob);
    let curriculum = RecipientSecret::curriculum();
    let everybodys = published.open(&curriculum).expect("it is published");
    assert!(everybodys == models::short_sighted());
    let (dave, task, delivered) = sold_model(&mut world, 39);
    let bob = Worker::new(Bob, models::short_sighted());
    for other in [bob.key(0), bob.key(task.id), dave.key(task.id + 1), dave.key(0)] {
        assert_eq!(opened(&delivered, other), Err(OpenError::Key));
    }
    assert!(opened(&delivered, dave.key(task.id)).is_ok());
}

/// A copy of the sealed key in the copier's own delivery is sealed under another context.
#[test]
fn the_requester_reads_the_model_under_its_own_context_only() {
    let mut world = with_a_rich_bob(40);
    let (_, task, delivered) = sold_model(&mut world, 41);
    let moved = Delivered { context: world.delivery_context(task.id, Bob).to_field(), ..delivered };
    assert!(moved.open(&task.secret).is_none());
}
