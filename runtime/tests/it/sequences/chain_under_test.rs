//! A chain on which random actions are carried out.

use super::{
    actions::{due_call, experiment_call, fact_call, standing_call, Action},
    WORKERS,
};
use crate::world::{
    models,
    task::{Task, TRAIN_DATA},
    worker::Worker,
    World,
};
use frame_support::traits::fungible::InspectHold;
use nocknock_primitives::{claim::ClaimState, phase::Phase};
use nocknock_runtime::{
    AccountId, Balance, Balances, Experiments, Rewards, Runtime, RuntimeCall, RuntimeHoldReason,
    RuntimeOrigin, Tasks, Wtm, NNK,
};
use pallet_rewards::HoldReason;
use sp_keyring::Sr25519Keyring::{self, Alice};

/// The reward of a sponsored task.
const REWARD: Balance = 5 * NNK;

/// What its requester must own: the reward, the bond, the deposit of an experiment, and fees.
const ENOUGH_TO_SPONSOR: Balance = 8 * NNK;

/// Blocks after which every task and every vote that is running is over.
const ALL_OVER: u32 = 160;

/// A chain, its tasks and its workers.
pub(super) struct ChainUnderTest {
    world: World,
    tasks: Vec<Task>,
    workers: [Worker; 3],
}

impl ChainUnderTest {
    /// All workers are registered. The second one has won a curriculum task, with a model that can
    /// be improved on, and has shared what it earned.
    pub(super) fn new() -> Self {
        let weights = [models::perfect(), models::short_sighted(), models::perfect()];
        let mut workers = WORKERS.into_iter().zip(weights);
        let mut chain = Self {
            world: World::new(),
            tasks: Vec::new(),
            workers: std::array::from_fn(|_| {
                let (who, weights) = workers.next().expect("three workers");
                Worker::new(who, weights)
            }),
        };
        for worker in &chain.workers {
            chain.world.register(worker);
            chain.world.next_block();
        }
        chain.begin_with_a_win();
        chain
    }

    fn begin_with_a_win(&mut self) {
        let [first, second, third] = WORKERS;
        self.world.win_curriculum(&self.workers[1], 104);
        let share = self.world.free(second) / 3;
        for other in [first, third] {
            let shared = self.world.transfer(second, other, share);
            shared.expect("the winner can pay");
        }
        self.world.next_block();
    }

    /// Whether an account owns free tokens.
    pub(super) fn can_spend(&mut self, who: Sr25519Keyring) -> bool {
        self.world.free(who) >= ENOUGH_TO_SPONSOR
    }

    /// Whether an account has votes.
    pub(super) fn has_points(&mut self, who: Sr25519Keyring) -> bool {
        self.world.run(|| Rewards::work_points(who.to_account_id()) > 0)
    }

    /// Carries out the action, or is refused: both are fine as long as the invariants hold.
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::CreateCurriculum(seed) => {
                let created = self.world.create(Alice, 0, 0, seed);
                self.tasks.extend(created);
            }
            Action::CreateSponsored(who, seed) => self.sponsor(WORKERS[who], seed),
            Action::Lend(from, to) => {
                let _refused = self.world.transfer(WORKERS[from], WORKERS[to], 5 * NNK);
            }
            Action::Register(who) => self.register(who),
            Action::Wait(blocks) => self.world.blocks(blocks),
            Action::OnFact(step, place, who) => {
                let next = self.world.run(pallet_wtm::NextFact::<Runtime>::get);
                if let Some(fact) = counted_back(next, place) {
                    self.try_send(who, fact_call(step, fact, WORKERS[who]));
                }
            }
            Action::OnExperiment(step, place, who) => {
                let counter = pallet_experiments::NextExperiment::<Runtime>::get;
                let next = self.world.run(counter);
                if let Some(experiment) = counted_back(next.into(), place) {
                    let experiment = u32::try_from(experiment).expect("few experiments");
                    self.try_send(who, experiment_call(step, experiment, who));
                }
            }
            Action::OnStanding(step, who) => self.try_send(who, standing_call(step, who)),
            Action::Publish(task) => self.with_task(task, |world, task| {
                let call = pallet_tasks::Call::publish_training_data {
                    task: task.id,
                    train_data: TRAIN_DATA,
                };
                let _refused = world.send(task.requester, call);
            }),
            Action::Reveal(task) => self.with_task(task, reveal_some),
            Action::Cancel(task) => self.with_task(task, |world, task| {
                let call = pallet_tasks::Call::cancel_task { task: task.id };
                let _refused = world.send(task.requester, call);
            }),
            Action::Hasten(due, task, who) => self.with_task(task, |world, task| {
                let _refused = world.send(WORKERS[who], due_call(due, task.id, WORKERS[who]));
            }),
            Action::Commit(task, who) => self.with_worker(task, who, |world, task, worker| {
                let _refused = world.commit(worker, task.id);
            }),
            Action::Withdraw(task, who) => self.with_worker(task, who, |world, task, worker| {
                let call = pallet_tasks::Call::withdraw_commitment { task: task.id };
                let _refused = world.send(worker.who, call);
            }),
            Action::Claim(task, who, lie) => self.with_worker(task, who, |world, task, worker| {
                claim_if_due(world, task, worker, lie);
            }),
            Action::Prove(task, who) => self.with_worker(task, who, prove_if_due),
            Action::ProveChampion(task, who) => self.with_worker(task, who, prove_champion_if_due),
            Action::Upload(task, who) => self.with_worker(task, who, |world, task, worker| {
                let _refused = world.upload(worker, task.id);
            }),
            Action::Deliver(task, who) => self.with_worker(task, who, deliver_if_due),
        }
    }

    fn try_send(&mut self, who: usize, call: RuntimeCall) {
        let _refused = self.world.send(WORKERS[who], call);
    }

    fn sponsor(&mut self, owner: Sr25519Keyring, seed: u64) {
        // A block of its own, so that there is room for the experiment.
        self.world.next_block();
        if self.world.free(owner) < ENOUGH_TO_SPONSOR {
            return;
        }
        let experiment = self.world.create_experiment(owner, "Own");
        let created = self.world.create(owner, experiment, REWARD, seed);
        self.tasks.extend(created);
    }

    fn register(&mut self, who: usize) {
        let round = self.world.run(|| Rewards::registration_round(WORKERS[who].to_account_id()));
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

    /// Waits until everything is over, and settles every fact.
    pub(super) fn drain(&mut self) {
        self.world.blocks(ALL_OVER);
        self.world.run(|| {
            for fact in 0..pallet_wtm::NextFact::<Runtime>::get() {
                settle_fact(fact);
            }
        });
        self.world.check();
    }

    /// How much of the workers' tokens is held for anything but their experiments, the records of
    /// their tasks, and their bonds as candidates.
    pub(super) fn stuck(&mut self) -> Balance {
        let beyond_deposits = |who: Sr25519Keyring| {
            let account = who.to_account_id();
            let kept = self.world.run(|| {
                let records = held_for_records(&account);
                Experiments::held(&account)
                    + Rewards::held(HoldReason::SeatBond, &account)
                    + records
            });
            self.world.held(who) - kept
        };
        WORKERS.into_iter().map(beyond_deposits).sum()
    }

    /// How much is set aside for curriculum tasks, beside what has been earned and has not vested.
    pub(super) fn set_aside(&mut self) -> u128 {
        self.world.run(|| {
            let vesting = pallet_rewards::Vesting::<Runtime>::iter_values();
            let vesting: u128 = vesting.map(|entry| entry.part.amount).sum();
            Rewards::emission().reserved - vesting
        })
    }
}

/// The number that is so many places before the newest one.
fn counted_back(next: u64, place: usize) -> Option<u64> {
    let place = u64::try_from(place).ok()?;
    next.checked_sub(1)?.checked_sub(place)
}

/// Decides a fact, and everybody claims: the losers first, because winners share in what those
/// lose.
fn settle_fact(fact: u64) {
    let _decided_before = Wtm::resolve(RuntimeOrigin::signed(Alice.to_account_id()), fact);
    for _round in 0..2 {
        for who in WORKERS.map(|who| who.to_account_id()) {
            let _claimed_before = Wtm::claim(RuntimeOrigin::signed(who.clone()), fact, who);
        }
    }
}

fn reveal_some(world: &mut World, task: &Task) {
    if world.phase(task.id) == Some(Phase::Reveal) {
        for index in world.tests(task.id) {
            let block = task.blocks[usize::from(index)].clone();
            let _refused = world.reveal(task, index, &block);
        }
    }
}

/// What is held of an account for tasks that can still be read.
fn held_for_records(who: &AccountId) -> Balance {
    let reason = RuntimeHoldReason::from(pallet_tasks::HoldReason::Record);
    Balances::balance_on_hold(&reason, who)
}

fn claim_if_due(world: &mut World, task: &Task, worker: &Worker, lie: u32) {
    if world.phase(task.id) == Some(Phase::Claim) {
        let points = world.points(worker, task) + lie;
        let _refused = world.claim_points(worker.who, task.id, points);
    }
}

/// Proving costs time, so it is tried only where it can succeed.
fn prove_if_due(world: &mut World, task: &Task, worker: &Worker) {
    let commitment = world.run(|| Tasks::commitment(task.id, worker.who.to_account_id()));
    let is_asked =
        commitment.is_some_and(|commitment| matches!(commitment.claim, ClaimState::Asked(_)));
    if is_asked && world.phase(task.id) == Some(Phase::Prove) {
        let scores = world.scores(worker, task);
        let _refused = world.submit(worker.who, task.id, scores);
    }
}

fn prove_champion_if_due(world: &mut World, task: &Task, worker: &Worker) {
    let stored = world.run(|| Tasks::task(task.id));
    let is_open = stored.is_some_and(|task| task.reference_is_open());
    if is_open && world.phase(task.id) == Some(Phase::Prove) {
        let scores = world.champion_scores(task);
        let _refused = world.submit_champion(worker.who, task.id, scores);
    }
}

fn deliver_if_due(world: &mut World, task: &Task, worker: &Worker) {
    let phase = world.run(|| Tasks::phase(task.id));
    if matches!(phase, Some((Phase::Deliver { .. }, _))) {
        let _refused = world.deliver_key(worker, task.id);
    }
}
