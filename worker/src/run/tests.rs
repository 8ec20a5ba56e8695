use super::*;
use crate::{
    blobs::{BlobError, Blobs, Listener},
    chain::{
        fake::{FakeChain, Fuse, Pace, TASK},
        Chain, Depth, Message,
    },
    config::Retry,
    notice::{NoticeSink, Notices},
    plan::{Concession, Waiting},
    stages::{
        test_services::{circuits, perfect_model, services_on, FakeStore, ReadyTrainer},
        LearnError, Trainer, TrainingJob,
    },
    state::{ClaimStage, ModelFact},
};
use async_trait::async_trait;
use bytes::Bytes;
use nocknock_client::NNK;
use nocknock_primitives::{
    ids::{BlobId, CiphertextHash, KeyCommitment},
    phase::Phase,
    task::{Funding, Outcome},
};
use nocknock_training::TrainError;
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

impl NoticeSink for Minutes {
    fn receive(&self, notice: &Notice) {
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

struct Setup {
    chain: FakeChain,
    folder: tempfile::TempDir,
    minutes: Arc<Minutes>,
    stop: CancellationToken,
}

impl Setup {
    fn new() -> Self {
        let chain = FakeChain::new(circuits());
        let minutes = Minutes { told: Mutex::default(), pace: chain.pace() };
        Self {
            chain,
            folder: tempfile::tempdir().unwrap(),
            minutes: Arc::new(minutes),
            stop: CancellationToken::new(),
        }
    }

    fn services(&self) -> Services {
        let mut services = services_on(&self.chain, &Fuse::endless());
        services.notices = Notices::to(vec![self.minutes.clone()]);
        services
    }

    fn task_loop(&self, services: Services, scope: Scope) -> TaskLoop {
        let state = StateDir::open(self.folder.path()).unwrap();
        TaskLoop::new(Arc::new(services), state, scope, self.stop.clone()).unwrap()
    }

    async fn run(&self, services: Services) -> Summary {
        let scope = Scope::Only(BTreeSet::from([TASK]));
        self.task_loop(services, scope).run().await.unwrap()
    }

    fn ending(&self) -> Option<Ending> {
        let state = StateDir::open(self.folder.path()).unwrap();
        let progress = state.journal(TASK)?.progress().unwrap();
        progress.ending.map(|fact| fact.ending)
    }
}

#[tokio::test]
async fn the_loop_finds_a_task_and_is_paid() {
    let setup = Setup::new();
    let summary = setup.run(setup.services()).await;
    assert_eq!((summary.paid, summary.unpaid, summary.open), (1, 0, 0));
    assert_eq!(summary.earned, 1000 * NNK);
    assert_eq!(setup.ending(), Some(Ending::Paid));
    assert!(setup.minutes.has(|notice| matches!(notice, Notice::Chosen { task: TASK, .. })));
    assert!(setup.minutes.has(|notice| matches!(notice, Notice::Proved { rows: 32, .. })));
}

#[tokio::test]
async fn a_proving_key_is_forgotten_when_no_task_needs_it() {
    let setup = Setup::new();
    let (services, circuit) = (setup.services(), circuits().score.info().id());
    let provers = services.provers.clone();
    let mut task_loop = setup.task_loop(services, Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    assert!(provers.has_score(&circuit), "the task was just chosen");
    let state = task_loop.tasks.values().next().unwrap();
    state.journal.save_claim(ClaimStage::Proved).unwrap();
    task_loop.tick().await.unwrap().unwrap();
    assert!(!provers.has_score(&circuit));
}

#[tokio::test]
async fn a_payment_is_waited_for_until_it_is_final_without_a_warning() {
    let setup = Setup::new();
    setup.chain.world().final_lag = 3;
    let summary = setup.run(setup.services()).await;
    assert_eq!((summary.paid, summary.open), (1, 0));
    let told = setup.minutes.lock();
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
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    let retry = task_loop.services.config.retry.clone();
    let state = task_loop.tasks.get_mut(&TASK).unwrap();
    state.seen = 100;
    assert!(state.may_start());
    state.fail(Remedy::Look, &retry, SLOT);
    assert!(!state.may_start());
    state.seen = 101;
    assert!(state.may_start());
}

#[tokio::test]
async fn a_message_that_is_refused_again_and_again_is_sent_with_pauses() {
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    let state = task_loop.tasks.get_mut(&TASK).unwrap();
    let mut refuse = || state.fail(Remedy::Look, &PATIENT, SLOT).as_secs();
    let pauses: Vec<u64> = (0..6).map(|_| refuse()).collect();
    assert_eq!(pauses, [0, 0, 10, 20, 40, 40]);
    state.succeed();
    assert!(state.fail(Remedy::Look, &PATIENT, SLOT).is_zero());
}

#[tokio::test]
async fn a_pause_leaves_time_for_further_tries_while_a_stake_depends_on_the_phase() {
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    let state = task_loop.tasks.get_mut(&TASK).unwrap();
    state.see(&setup.chain.view(TASK, Depth::Best).await.unwrap());
    let pause = state.fail(Remedy::Again, &PATIENT, SLOT);
    assert_eq!(pause, Duration::from_secs(10));
    let (key, ciphertext) = (KeyCommitment([1; 32]), CiphertextHash([2; 32]));
    let commit = Message::Commit { task: TASK, key, ciphertext, least: 0 };
    setup.chain.send(commit).await.unwrap();
    // Ten blocks are left.
    state.see(&setup.chain.view(TASK, Depth::Best).await.unwrap());
    let pause = state.fail(Remedy::Again, &PATIENT, SLOT);
    assert_eq!(pause, Duration::from_millis(2500));
}

/// Somebody else may ask or settle at any time, and then a round or a turn begins.
#[tokio::test]
async fn a_pause_before_a_round_or_a_turn_leaves_time_for_tries_in_it() {
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    let (key, ciphertext) = (KeyCommitment([1; 32]), CiphertextHash([2; 32]));
    let commit = Message::Commit { task: TASK, key, ciphertext, least: 0 };
    setup.chain.send(commit).await.unwrap();
    let mut view = setup.chain.view(TASK, Depth::Best).await.unwrap();
    view.now = 115;
    let state = task_loop.tasks.get_mut(&TASK).unwrap();
    // A round has ten blocks of a second, and a turn thirty.
    for (waiting, phase, longest) in [(1, Phase::Ask, 2500), (0, Phase::Settle, 7500)] {
        let task = view.task.as_mut().unwrap();
        task.terms.min_test_rows = 0;
        (task.revealed_at, task.claimed, task.waiting) = (Some(112), 1, waiting);
        assert_eq!(task.phase(115), phase);
        state.see(&view);
        let pause = state.fail(Remedy::Again, &PATIENT, SLOT);
        assert_eq!(pause, Duration::from_millis(longest), "{phase:?}");
    }
}

/// How many tasks a worker has that was just started and looks for more.
async fn chosen_after_a_start(setup: &Setup, services: Services) -> usize {
    let mut task_loop = setup.task_loop(services, Scope::Everything);
    let clock = setup.chain.clock().await.unwrap();
    task_loop.choose(clock).await.unwrap();
    task_loop.tasks.len()
}

#[tokio::test]
async fn the_stakes_of_chosen_tasks_are_not_spent_on_others() {
    let setup = Setup::new();
    setup.chain.world().others = 2;
    // Two stakes and the reserve.
    setup.chain.world().free = 11 * NNK;
    assert_eq!(chosen_after_a_start(&setup, setup.services()).await, 2);
    assert_eq!(chosen_after_a_start(&setup, setup.services()).await, 2);
    setup.chain.world().free = 16 * NNK;
    assert_eq!(chosen_after_a_start(&setup, setup.services()).await, 3);
}

#[tokio::test]
async fn a_task_is_chosen_when_there_is_time_for_its_proofs_beside_the_others() {
    let setup = Setup::new();
    setup.chain.world().others = 2;
    // Each task has two test blocks, and rounds of ten seconds.
    let services = || {
        let mut services = setup.services();
        services.config.proving.seconds_per_block = 2;
        services
    };
    assert_eq!(chosen_after_a_start(&setup, services()).await, 2);
    assert_eq!(chosen_after_a_start(&setup, services()).await, 2);
    let state = StateDir::open(setup.folder.path()).unwrap();
    state.journal(TASK).unwrap().save_claim(ClaimStage::Proved).unwrap();
    drop(state);
    assert_eq!(chosen_after_a_start(&setup, services()).await, 3);
}

#[tokio::test]
async fn a_named_task_that_the_chain_does_not_have_is_warned_of_once_and_waited_for() {
    let setup = Setup::new();
    let scope = Scope::Only(BTreeSet::from([TASK + 1]));
    let mut task_loop = setup.task_loop(setup.services(), scope);
    task_loop.tick().await.unwrap().unwrap();
    task_loop.tick().await.unwrap().unwrap();
    assert!(!task_loop.is_finished());
    let told = setup.minutes.lock();
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
    let setup = Setup::new();
    let scope = Scope::Only(BTreeSet::from([TASK - 1]));
    let summary = setup.task_loop(setup.services(), scope).run().await.unwrap();
    assert_eq!(summary, Summary::default());
    let declined =
        |notice: &Notice| matches!(notice, Notice::Declined { task, .. } if *task == TASK - 1);
    assert!(setup.minutes.has(declined));
}

#[tokio::test]
async fn a_task_that_the_policy_refuses_is_left_alone_with_a_reason() {
    let setup = Setup::new();
    let mut services = setup.services();
    services.config.policy.sponsored = false;
    let summary = setup.run(services).await;
    assert_eq!(summary, Summary::default());
    assert!(setup.minutes.has(|notice| matches!(notice, Notice::Declined { .. })));
    assert!(setup.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn a_curriculum_task_that_would_pay_nothing_is_left_alone() {
    let setup = Setup::new();
    setup.chain.world().task.funding = Funding::Curriculum;
    setup.chain.world().budget = 0;
    let summary = setup.run(setup.services()).await;
    assert_eq!(summary, Summary::default());
    assert!(setup.minutes.has(|notice| matches!(notice, Notice::Declined { .. })));
    assert!(setup.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn wrong_data_ends_the_task_without_a_commitment() {
    let setup = Setup::new();
    let mut services = setup.services();
    services.blobs = Arc::new(FakeStore {
        blob: Some(b"something else".to_vec()),
        stores: true,
        fuse: Fuse::endless(),
    });
    let summary = setup.run(services).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    assert!(matches!(setup.ending(), Some(Ending::Refused { .. })));
    assert!(setup.chain.world().accepted.is_empty());
}

/// Trains until it is asked to stop, while time passes.
#[derive(Debug)]
struct EndlessTrainer(Arc<Pace>);

impl Trainer for EndlessTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        self.0.hurry();
        while !job.stop.is_cancelled() {
            std::thread::yield_now();
        }
        let (step, saved) = (1, true);
        Err(TrainError::Interrupted { step, saved }.into())
    }
}

#[tokio::test]
async fn a_task_that_ends_while_it_trains_ends_the_training() {
    let setup = Setup::new();
    let mut services = setup.services();
    services.trainer = Arc::new(EndlessTrainer(setup.chain.pace()));
    let summary = setup.run(services).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    assert_eq!(setup.ending(), Some(Ending::TooLate));
}

#[tokio::test]
async fn a_worker_that_is_stopped_while_it_trains_goes_on_with_the_next_start() {
    let setup = Setup::new();
    let mut services = setup.services();
    services.trainer = Arc::new(StoppingTrainer(setup.stop.clone()));
    let summary = setup.run(services).await;
    assert_eq!((summary.paid, summary.open), (0, 1));
    assert_eq!(setup.ending(), None);
    setup.chain.pace().set_busy(false);
    let setup = Setup { stop: CancellationToken::new(), ..setup };
    assert_eq!(setup.run(setup.services()).await.paid, 1);
}

/// Asks the whole worker to stop, as Ctrl-C does, and gives its model all the same.
#[derive(Debug)]
struct StoppingTrainer(CancellationToken);

impl Trainer for StoppingTrainer {
    fn train(&self, job: &TrainingJob) -> Result<ModelFact, LearnError> {
        self.0.cancel();
        assert!(job.stop.is_cancelled());
        ReadyTrainer(perfect_model()).train(job)
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
    let setup = Setup::new();
    let mut services = setup.services();
    services.config.retry.first_seconds = 0;
    services.blobs = Arc::new(FaultyStore {
        store: FakeStore { blob: Some(setup.chain.blob()), stores: true, fuse: Fuse::endless() },
        is_mended: AtomicBool::new(false),
    });
    assert_eq!(setup.run(services).await.paid, 1);
    let told = setup.minutes.lock();
    let failures = told.iter().filter_map(|notice| match notice {
        Notice::Failed { step, error, .. } => Some((*step, error)),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].0, "store-copy");
    assert!(failures[0].1.contains("bug"), "{failures:?}");
}

#[tokio::test]
async fn an_account_without_money_is_told_and_waits() {
    let setup = Setup::new();
    setup.chain.world().free = 0;
    let services = Arc::new(setup.services());
    let state = StateDir::open(setup.folder.path()).unwrap();
    let mut task_loop =
        TaskLoop::new(services, state, Scope::Everything, setup.stop.clone()).unwrap();
    task_loop.tick().await.unwrap().unwrap();
    task_loop.tick().await.unwrap().unwrap();
    let told = setup.minutes.lock();
    let funds = |notice: &&Notice| matches!(notice, Notice::Declined { actionable: true, .. });
    assert_eq!(told.iter().filter(funds).count(), 1, "it is said once");
    assert!(setup.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn a_failed_reveal_is_an_ending_without_loss() {
    let setup = Setup::new();
    setup.chain.world().honest = false;
    let summary = setup.run(setup.services()).await;
    assert_eq!((summary.unpaid, summary.stakes_lost), (1, 0));
    let ending = setup.ending();
    let (outcome, claim) = (Outcome::RevealFailed, ClaimStage::Silent);
    let failed = Ending::Over { outcome, claim };
    assert_eq!(ending, Some(failed));
}

#[tokio::test]
async fn a_node_that_is_lost_is_told_of_once_and_found_again() {
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.lose_node("gone".into());
    task_loop.lose_node("gone".into());
    task_loop.tick().await.unwrap().unwrap();
    let told = setup.minutes.lock();
    let count = |wanted: fn(&Notice) -> bool| told.iter().filter(|n| wanted(n)).count();
    assert_eq!(count(|notice| matches!(notice, Notice::NodeLost { .. })), 1);
    assert_eq!(count(|notice| matches!(notice, Notice::NodeBack)), 1);
}

#[tokio::test]
async fn a_task_of_a_chain_begun_anew_is_not_taken_for_one_that_was_paid() {
    let setup = Setup::new();
    assert_eq!(setup.run(setup.services()).await.paid, 1);
    let mut anew = Setup { chain: FakeChain::new(circuits()), ..setup };
    anew.chain.world().hash = nocknock_client::Hash::repeat_byte(2);
    for scope in [Scope::Everything, Scope::Only(BTreeSet::from([TASK]))] {
        anew.stop = CancellationToken::new();
        let ended = anew.task_loop(anew.services(), scope).run().await;
        let error = ended.unwrap_err();
        assert!(matches!(error, StateError::OtherChain { .. }), "{error}");
    }
    assert_eq!(anew.ending(), Some(Ending::Paid), "what was kept is still there");
    assert!(anew.chain.world().accepted.is_empty());
}

#[tokio::test]
async fn nothing_is_planned_while_the_node_is_behind_what_was_seen() {
    let setup = Setup::new();
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    assert_eq!(task_loop.tasks.len(), 1);
    drop(task_loop);
    setup.chain.world().now = 50;
    let mut task_loop = setup.task_loop(setup.services(), Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    task_loop.tick().await.unwrap().unwrap();
    assert!(task_loop.jobs.is_empty());
    let warned = |notice: &&Notice| match notice {
        Notice::Warning { text } => text.contains("has come to block 50"),
        _ => false,
    };
    assert_eq!(setup.minutes.lock().iter().filter(warned).count(), 1, "it is said once");
    setup.chain.world().now = 100;
    task_loop.tick().await.unwrap().unwrap();
    assert!(!task_loop.jobs.is_empty());
}

#[tokio::test]
async fn a_model_that_earns_nothing_beside_the_champion_is_not_claimed() {
    let setup = Setup::new();
    setup.chain.world().task.funding = Funding::Curriculum;
    setup.chain.crown(&perfect_model());
    let summary = setup.run(setup.services()).await;
    assert_eq!((summary.paid, summary.unpaid, summary.stakes_lost), (0, 1, 0));
    assert_eq!(setup.ending(), Some(Ending::Conceded));
    assert_eq!(setup.chain.world().accepted, ["commit", "withdraw"]);
    let conceded = |notice: &Notice| match notice {
        Notice::Conceded { reason, .. } => reason.contains("would earn nothing"),
        _ => false,
    };
    assert!(setup.minutes.has(conceded));
    let scored = |notice: &Notice| {
        matches!(notice, Notice::Scored { points: 64, most: 64, champion: Some(64), .. })
    };
    assert!(setup.minutes.has(scored));
}

#[tokio::test]
async fn a_conceded_task_makes_room_for_others() {
    let setup = Setup::new();
    let mut services = setup.services();
    services.config.limits.tasks = 1;
    setup.chain.world().task.funding = Funding::Curriculum;
    setup.chain.crown(&perfect_model());
    let mut task_loop = setup.task_loop(services, Scope::Everything);
    task_loop.tick().await.unwrap().unwrap();
    assert_eq!(task_loop.active(), 1);
    let state = task_loop.tasks.get_mut(&TASK).unwrap();
    state.begin_waiting(Waiting::Conceded(Concession::TooLittle));
    assert_eq!(task_loop.active(), 0);
}
