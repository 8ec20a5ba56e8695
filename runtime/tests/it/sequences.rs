//! Random calls of random people over many blocks of the whole runtime, with real proofs.
//!
//! Every block is followed by the invariants of every pallet; see `World::check`. At the end, when all tasks have
//! expired, nobody's money is held for a task any more.

use crate::world::{models, task::Task, worker::Worker, World};
use nocknock_primitives::phase::Phase;
use nocknock_runtime::{Balances, Rewards, RuntimeHoldReason, Tasks, NNK};
use pallet_tasks::HoldReason;
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring::{self, Alice, Bob, Charlie, Dave};

const WORKERS: [Sr25519Keyring; 3] = [Bob, Charlie, Dave];

/// Something that somebody does.
#[derive(Clone, Copy, Debug)]
enum Action {
    CreateCurriculum(u64),
    CreateSponsored(usize, u64),
    Publish(usize),
    Commit(usize, usize),
    Withdraw(usize, usize),
    Reveal(usize),
    Prove(usize, usize),
    Deliver(usize, usize),
    RevealKey(usize, usize),
    Cancel(usize),
    Lend(usize, usize),
    Register(usize),
    Wait(u32),
}

fn action() -> impl Strategy<Value = Action> {
    let task = || 0..3usize;
    let worker = || 0..WORKERS.len();
    prop_oneof![
        2 => (0..50u64).prop_map(Action::CreateCurriculum),
        2 => (worker(), 50..99u64).prop_map(|(who, seed)| Action::CreateSponsored(who, seed)),
        4 => task().prop_map(Action::Publish),
        8 => (task(), worker()).prop_map(|(task, who)| Action::Commit(task, who)),
        1 => (task(), worker()).prop_map(|(task, who)| Action::Withdraw(task, who)),
        6 => task().prop_map(Action::Reveal),
        8 => (task(), worker()).prop_map(|(task, who)| Action::Prove(task, who)),
        6 => (task(), worker()).prop_map(|(task, who)| Action::Deliver(task, who)),
        6 => (task(), worker()).prop_map(|(task, who)| Action::RevealKey(task, who)),
        1 => task().prop_map(Action::Cancel),
        2 => (worker(), worker()).prop_map(|(from, to)| Action::Lend(from, to)),
        3 => worker().prop_map(Action::Register),
        9 => (1..12u32).prop_map(Action::Wait),
    ]
}

/// A chain, its tasks and its workers.
struct Story {
    world: World,
    tasks: Vec<Task>,
    workers: [Worker; 3],
}

impl Story {
    fn new() -> Self {
        let weights = [
            models::perfect(),
            models::short_sighted(),
            models::perfect(),
        ];
        let mut workers = WORKERS.into_iter().zip(weights);
        Self {
            world: World::new(),
            tasks: Vec::new(),
            workers: std::array::from_fn(|_| {
                let (who, weights) = workers.next().expect("three workers");
                Worker::new(who, weights)
            }),
        }
    }

    /// Does it, or is refused: both are fine as long as the invariants hold.
    fn act(&mut self, action: Action) {
        match action {
            Action::CreateCurriculum(seed) => {
                let created = self.world.create(Alice, 0, 0, seed);
                self.tasks.extend(created);
            }
            Action::CreateSponsored(who, seed) => self.sponsor(who, seed),
            Action::Publish(task) => self.with_task(task, |world, task| {
                let call = pallet_tasks::Call::publish_training_data {
                    task: task.id,
                    train_data: crate::world::task::TRAIN_DATA,
                };
                let _refused = world.send(task.requester, call);
            }),
            Action::Reveal(task) => self.with_task(task, reveal_some),
            Action::Cancel(task) => self.with_task(task, |world, task| {
                let call = pallet_tasks::Call::cancel_task { task: task.id };
                let _refused = world.send(task.requester, call);
            }),
            Action::Commit(task, who) => self.with_worker(task, who, |world, task, worker| {
                let _refused = world.commit(worker, task.id);
            }),
            Action::Withdraw(task, who) => self.with_worker(task, who, |world, task, worker| {
                let call = pallet_tasks::Call::withdraw_commitment { task: task.id };
                let _refused = world.send(worker.who, call);
            }),
            Action::Prove(task, who) => self.with_worker(task, who, prove_if_due),
            Action::Deliver(task, who) => self.with_worker(task, who, deliver_if_due),
            Action::RevealKey(task, who) => self.with_worker(task, who, |world, task, worker| {
                let _refused = world.reveal_key(worker, task.id);
            }),
            Action::Lend(from, to) => {
                let call = pallet_balances::Call::transfer_keep_alive {
                    dest: WORKERS[to].to_account_id().into(),
                    value: 5 * NNK,
                };
                let _refused = self.world.send(WORKERS[from], call);
            }
            Action::Register(who) => self.register(who),
            Action::Wait(blocks) => self.world.blocks(blocks),
        }
    }

    fn sponsor(&mut self, who: usize, seed: u64) {
        let owner = WORKERS[who];
        if self.world.free(owner) < 30 * NNK {
            return;
        }
        let experiment = self.world.create_experiment(owner, "Own");
        let created = self.world.create(owner, experiment, 20 * NNK, seed);
        self.tasks.extend(created);
    }

    fn register(&mut self, who: usize) {
        let round = self
            .world
            .run(|| Rewards::registration_round(WORKERS[who].to_account_id()));
        let call = self.world.registration(&self.workers[who], round);
        let _refused = self.world.send_bare(call);
    }

    fn with_task(&mut self, place: usize, act: impl FnOnce(&mut World, &Task)) {
        let newest = self.tasks.iter().rev().nth(place);
        if let Some(task) = newest {
            act(&mut self.world, task);
        }
    }

    fn with_worker(
        &mut self,
        place: usize,
        who: usize,
        act: impl FnOnce(&mut World, &Task, &Worker),
    ) {
        let newest = self.tasks.iter().rev().nth(place);
        if let Some(task) = newest {
            act(&mut self.world, task, &self.workers[who]);
        }
    }

    /// Waits until every task is over and says what is still held for tasks.
    fn drain(&mut self) -> u128 {
        self.world.blocks(140);
        self.world.run(|| {
            let reasons = [HoldReason::Escrow, HoldReason::Bond, HoldReason::Stake];
            reasons
                .into_iter()
                .flat_map(|reason| WORKERS.map(|who| held(reason, who)))
                .sum()
        })
    }
}

fn held(reason: HoldReason, who: Sr25519Keyring) -> u128 {
    use frame_support::traits::fungible::InspectHold;
    Balances::balance_on_hold(&RuntimeHoldReason::from(reason), &who.to_account_id())
}

fn reveal_some(world: &mut World, task: &Task) {
    if world.phase(task.id) == Some(Phase::Reveal) {
        for index in world.tests(task.id) {
            let block = task.blocks[usize::from(index)].clone();
            let _refused = world.reveal(task, index, &block);
        }
    }
}

/// Proving costs time, so it is tried only where it can succeed or fails for another reason than the phase.
fn prove_if_due(world: &mut World, task: &Task, worker: &Worker) {
    if world.phase(task.id) == Some(Phase::Prove) {
        let scores = world.scores(worker, task);
        let _refused = world.submit(worker.who, task.id, scores);
    }
}

fn deliver_if_due(world: &mut World, task: &Task, worker: &Worker) {
    let phase = world.run(|| Tasks::phase(task.id));
    if matches!(phase, Some((Phase::Deliver { .. }, _))) {
        let _refused = world.deliver(worker, task.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_and_no_money_is_stuck(actions in prop::collection::vec(action(), 40..80)) {
        let mut story = Story::new();
        for who in 0..WORKERS.len() {
            story.register(who);
        }
        for action in actions {
            story.act(action);
        }
        prop_assert_eq!(story.drain(), 0);
        story.world.check();
    }
}
