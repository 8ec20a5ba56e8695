use super::*;
use crate::{
    blobs::{BlobError, Blobs, Listener},
    chain::{
        fake::{FakeChain, Fuse, Pace, TASK},
        Chain, Depth, Message,
    },
    config::Retry,
    notice::{Audience, Notices},
    stages::{
        rig::{circuits, perfect_model, workshop, FakeStore, ReadyTrainer},
        LearnError, Lesson, Trainer,
    },
    state::ModelFact,
    train::TrainError,
};
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_client::NNK;
use nocknock_primitives::{
    ids::{BlobId, ModelCommitment},
    task::Outcome,
};
use std::sync::{
    atomic::{AtomicBool, Ordering},
    Mutex, PoisonError,
};

/// Remembers everything, and tells the chain's clock when somebody works.
#[derive(Debug)]
struct Minutes {
    told: Mutex<Vec<Notice>>,
    pace: Arc<Pace>,
}

impl Audience for Minutes {
    fn hear(&self, notice: &Notice) {
        self.lock().push(notice.clone());
        match notice {
            Notice::Began { .. } => self.pace.set_busy(true),
            Notice::Done { .. } | Notice::Failed { .. } | Notice::Ended { .. } => {
                self.pace.set_busy(false);
            }
            _ => {}
        }
    }
}

impl Minutes {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Notice>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has(&self, wanted: impl Fn(&Notice) -> bool) -> bool {
        self.lock().iter().any(wanted)
    }
}

/// Time between two blocks of the fake chain.
const SLOT: Duration = Duration::from_secs(1);

/// Pauses that are told apart.
const PATIENT: Retry = Retry { first_seconds: 10, longest_seconds: 40, attempts: 20 };

struct Rig {
    chain: FakeChain,
    folder: tempfile::TempDir,
    minutes: Arc<Minutes>,
    stop: Stop,
}

impl Rig {
    fn new() -> Self {
        let chain = FakeChain::new(circuits());
        let minutes = Minutes { told: Mutex::default(), pace: chain.pace() };
        Self {
            chain,
            folder: tempfile::tempdir().unwrap(),
            minutes: Arc::new(minutes),
            stop: Stop::new(),
        }
    }

    fn shop(&self) -> Workshop {
        let mut shop = workshop(&self.chain, &Fuse::endless());
        shop.notices = Notices::to(vec![self.minutes.clone()]);
        shop
    }

    fn foreman(&self, shop: Workshop, scope: Scope) -> Foreman {
        let state = StateDir::open(self.folder.path()).unwrap();
        Foreman::new(Arc::new(shop), state, scope, self.stop.clone()).unwrap()
    }

    async fn run(&self, shop: Workshop) -> Summary {
        let scope = Scope::Only(BTreeSet::from([TASK]));
        self.foreman(shop, scope).run().await
    }

    fn ending(&self) -> Option<Ending> {
        let state = StateDir::open(self.folder.path()).unwrap();
        let progress = state.journal(TASK)?.progress().unwrap();
        progress.ending.map(|fact| fact.ending)
    }
}

#[tokio::test]
async fn the_loop_finds_a_task_and_is_paid() {
    let rig = Rig::new();
    let summary = rig.run(rig.shop()).await;
    assert_eq!((summary.paid, summary.unpaid, summary.open), (1, 0, 0));
    assert_eq!(rig.ending(), Some(Ending::Paid));
    assert!(rig.minutes.has(|notice| matches!(notice, Notice::Chosen { task: TASK, .. })));
    assert!(rig.minutes.has(|notice| matches!(notice, Notice::Proved { rows: 32, .. })));
}

#[tokio::test]
async fn a_payment_is_waited_for_until_it_is_final_without_a_warning() {
    let rig = Rig::new();
    rig.chain.world().final_lag = 3;
    let summary = rig.run(rig.shop()).await;
    assert_eq!((summary.paid, summary.open), (1, 0));
    let told = rig.minutes.lock();
    let times = |wanted: fn(&Notice) -> bool| told.iter().filter(|n| wanted(n)).count();
    let waiting = |notice: &Notice| match notice {
        Notice::Waiting { what, .. } => what == "paid, waiting for finality",
        _ => false,
    };
    assert_eq!(times(waiting), 1, "it is said once");
    let began = |notice: &Notice| matches!(notice, Notice::Began { step: "end", .. });
    assert_eq!(times(began), 1, "it is not tried before it is final");
    let failed = |notice: &Notice| matches!(notice, Notice::Failed { step: "end", .. });
    assert_eq!(times(failed), 0);
}

#[tokio::test]
async fn a_step_that_the_chain_overtook_is_not_tried_again_in_the_same_block() {
    let rig = Rig::new();
    let mut foreman = rig.foreman(rig.shop(), Scope::Everything);
    foreman.tick().await.unwrap();
    let retry = foreman.shop.config.retry.clone();
    let crew = foreman.crews.get_mut(&TASK).unwrap();
    crew.seen = 100;
    assert!(crew.may_start());
    crew.fail(Remedy::Look, &retry, SLOT);
    assert!(!crew.may_start());
    crew.seen = 101;
    assert!(crew.may_start());
}

#[tokio::test]
async fn a_message_that_is_refused_again_and_again_is_sent_with_pauses() {
    let rig = Rig::new();
    let mut foreman = rig.foreman(rig.shop(), Scope::Everything);
    foreman.tick().await.unwrap();
    let crew = foreman.crews.get_mut(&TASK).unwrap();
    let mut refuse = || crew.fail(Remedy::Look, &PATIENT, SLOT).as_secs();
    let pauses: Vec<u64> = (0..6).map(|_| refuse()).collect();
    assert_eq!(pauses, [0, 0, 10, 20, 40, 40]);
    crew.succeed();
    assert!(crew.fail(Remedy::Look, &PATIENT, SLOT).is_zero());
}

#[tokio::test]
async fn a_pause_leaves_time_for_further_tries_while_a_stake_depends_on_the_phase() {
    let rig = Rig::new();
    let mut foreman = rig.foreman(rig.shop(), Scope::Everything);
    foreman.tick().await.unwrap();
    let crew = foreman.crews.get_mut(&TASK).unwrap();
    crew.see(&rig.chain.view(TASK, Depth::Best).await.unwrap());
    let pause = crew.fail(Remedy::Again, &PATIENT, SLOT);
    assert_eq!(pause, Duration::from_secs(10));
    let model = ModelCommitment([1; 32]);
    let commit = Message::Commit { task: TASK, model };
    rig.chain.send(commit).await.unwrap();
    // Ten blocks are left.
    crew.see(&rig.chain.view(TASK, Depth::Best).await.unwrap());
    let pause = crew.fail(Remedy::Again, &PATIENT, SLOT);
    assert_eq!(pause, Duration::from_millis(2500));
}

/// How many tasks a worker has that was just started and looks for more.
async fn chosen_after_a_start(rig: &Rig, shop: Workshop) -> usize {
    let mut foreman = rig.foreman(shop, Scope::Everything);
    let clock = rig.chain.clock().await.unwrap();
    foreman.choose(clock).await.unwrap();
    foreman.crews.len()
}

#[tokio::test]
async fn the_stakes_of_chosen_tasks_are_not_spent_on_others() {
    let rig = Rig::new();
    rig.chain.world().others = 2;
    // Two stakes and the reserve.
    rig.chain.world().free = 11 * NNK;
    assert_eq!(chosen_after_a_start(&rig, rig.shop()).await, 2);
    assert_eq!(chosen_after_a_start(&rig, rig.shop()).await, 2);
    rig.chain.world().free = 16 * NNK;
    assert_eq!(chosen_after_a_start(&rig, rig.shop()).await, 3);
}

#[tokio::test]
async fn a_task_is_chosen_when_there_is_time_for_its_proofs_beside_the_others() {
    let rig = Rig::new();
    rig.chain.world().others = 2;
    // Each task has two test blocks, and a prove phase of ten seconds.
    let shop = || {
        let mut shop = rig.shop();
        shop.config.proving.seconds_per_block = 2;
        shop
    };
    assert_eq!(chosen_after_a_start(&rig, shop()).await, 2);
    assert_eq!(chosen_after_a_start(&rig, shop()).await, 2);
    let state = StateDir::open(rig.folder.path()).unwrap();
    state.journal(TASK).unwrap().save_complete().unwrap();
    drop(state);
    assert_eq!(chosen_after_a_start(&rig, shop()).await, 3);
}

#[tokio::test]
async fn a_named_task_that_the_chain_does_not_have_is_warned_of_once_and_waited_for() {
    let rig = Rig::new();
    let scope = Scope::Only(BTreeSet::from([TASK + 1]));
    let mut foreman = rig.foreman(rig.shop(), scope);
    foreman.tick().await.unwrap();
    foreman.tick().await.unwrap();
    assert!(!foreman.is_finished());
    let told = rig.minutes.lock();
    let warnings = told.iter().filter_map(|notice| match notice {
        Notice::Warning { text } => Some(text),
        _ => None,
    });
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("has no task 8"), "{warnings:?}");
}

#[tokio::test]
async fn a_named_task_that_the_chain_has_removed_is_over() {
    let rig = Rig::new();
    let scope = Scope::Only(BTreeSet::from([TASK - 1]));
    let summary = rig.foreman(rig.shop(), scope).run().await;
    assert_eq!(summary, Summary::default());
    let declined =
        |notice: &Notice| matches!(notice, Notice::Declined { task, .. } if *task == TASK - 1);
    assert!(rig.minutes.has(declined));
}

#[tokio::test]
async fn a_task_that_the_policy_refuses_is_left_alone_with_a_reason() {
    let rig = Rig::new();
    let mut shop = rig.shop();
    shop.config.policy.sponsored = false;
    let summary = rig.run(shop).await;
    assert_eq!(summary, Summary::default());
    assert!(rig.minutes.has(|notice| matches!(notice, Notice::Declined { .. })));
    assert!(rig.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn wrong_data_ends_the_task_without_a_commitment() {
    let rig = Rig::new();
    let mut shop = rig.shop();
    shop.blobs = Arc::new(FakeStore {
        blob: Some(b"something else".to_vec()),
        stores: true,
        fuse: Fuse::endless(),
    });
    let summary = rig.run(shop).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    assert!(matches!(rig.ending(), Some(Ending::Refused { .. })));
    assert!(rig.chain.world().accepted.is_empty());
}

/// Trains until it is asked to stop, while time passes.
#[derive(Debug)]
struct EndlessTrainer(Arc<Pace>);

impl Trainer for EndlessTrainer {
    fn train(&self, lesson: &Lesson) -> Result<ModelFact, LearnError> {
        self.0.hurry();
        while !lesson.stop.is_asked() {
            std::thread::yield_now();
        }
        let (step, saved) = (1, true);
        Err(TrainError::Interrupted { step, saved }.into())
    }
}

#[tokio::test]
async fn a_task_that_ends_while_it_trains_ends_the_training() {
    let rig = Rig::new();
    let mut shop = rig.shop();
    shop.trainer = Arc::new(EndlessTrainer(rig.chain.pace()));
    let summary = rig.run(shop).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    assert_eq!(rig.ending(), Some(Ending::TooLate));
}

#[tokio::test]
async fn a_worker_that_is_stopped_while_it_trains_goes_on_with_the_next_start() {
    let rig = Rig::new();
    let mut shop = rig.shop();
    shop.trainer = Arc::new(StoppingTrainer(rig.stop.clone()));
    let summary = rig.run(shop).await;
    assert_eq!((summary.paid, summary.open), (0, 1));
    assert_eq!(rig.ending(), None);
    rig.chain.pace().set_busy(false);
    let rig = Rig { stop: Stop::new(), ..rig };
    assert_eq!(rig.run(rig.shop()).await.paid, 1);
}

/// Asks the whole worker to stop, as Ctrl-C does, and gives its model all the same.
#[derive(Debug)]
struct StoppingTrainer(Stop);

impl Trainer for StoppingTrainer {
    fn train(&self, lesson: &Lesson) -> Result<ModelFact, LearnError> {
        self.0.ask();
        assert!(lesson.stop.is_asked());
        ReadyTrainer(perfect_model()).train(lesson)
    }
}

/// A store whose code panics the first time that a copy of a delivery is to be stored.
#[derive(Debug)]
struct FaultyStore {
    store: FakeStore,
    is_mended: AtomicBool,
}

#[async_trait]
impl Blobs for FaultyStore {
    async fn get(&self, id: &BlobId, largest: u64, tell: Listener) -> Result<Bytes, BlobError> {
        self.store.get(id, largest, tell).await
    }

    async fn put(&self, bytes: Vec<u8>) -> Result<Option<BlobId>, BlobError> {
        assert!(self.is_mended.swap(true, Ordering::SeqCst), "a fault");
        self.store.put(bytes).await
    }
}

#[tokio::test]
async fn a_panic_is_a_failure_of_its_step_and_the_loop_goes_on() {
    let rig = Rig::new();
    let mut shop = rig.shop();
    shop.config.retry.first_seconds = 0;
    shop.blobs = Arc::new(FaultyStore {
        store: FakeStore { blob: Some(rig.chain.blob()), stores: true, fuse: Fuse::endless() },
        is_mended: AtomicBool::new(false),
    });
    assert_eq!(rig.run(shop).await.paid, 1);
    let told = rig.minutes.lock();
    let failures = told.iter().filter_map(|notice| match notice {
        Notice::Failed { step, error, .. } => Some((*step, error)),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].0, "upload");
    assert!(failures[0].1.contains("bug"), "{failures:?}");
}

#[tokio::test]
async fn an_account_without_money_is_told_and_waits() {
    let rig = Rig::new();
    rig.chain.world().free = 0;
    let shop = Arc::new(rig.shop());
    let state = StateDir::open(rig.folder.path()).unwrap();
    let mut foreman = Foreman::new(shop, state, Scope::Everything, rig.stop.clone()).unwrap();
    foreman.tick().await.unwrap();
    foreman.tick().await.unwrap();
    let told = rig.minutes.lock();
    let funds = |notice: &&Notice| matches!(notice, Notice::Declined { actionable: true, .. });
    assert_eq!(told.iter().filter(funds).count(), 1, "it is said once");
    assert!(rig.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn a_failed_reveal_is_an_ending_without_loss() {
    let rig = Rig::new();
    rig.chain.world().honest = false;
    let summary = rig.run(rig.shop()).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    let ending = rig.ending();
    let failed = Ending::Over { outcome: Outcome::RevealFailed, complete: false };
    assert_eq!(ending, Some(failed));
}

#[tokio::test]
async fn a_node_that_is_lost_is_told_of_once_and_found_again() {
    let rig = Rig::new();
    let mut foreman = rig.foreman(rig.shop(), Scope::Everything);
    foreman.lose_node("gone".into());
    foreman.lose_node("gone".into());
    foreman.tick().await.unwrap();
    let told = rig.minutes.lock();
    let count = |wanted: fn(&Notice) -> bool| told.iter().filter(|n| wanted(n)).count();
    assert_eq!(count(|notice| matches!(notice, Notice::NodeLost { .. })), 1);
    assert_eq!(count(|notice| matches!(notice, Notice::NodeBack)), 1);
}
