//! `kill -9` of worker, requester and node in every stage, with real programs and real proofs: each
//! goes on with the same command, the tasks end as they should, nothing is paid twice and no stake
//! is lost.

mod books;
mod hunt;
mod requester;
mod site;
mod stages;

use crate::{
    chain::DIGITS_TASK,
    processes::{until, Running, PATIENCE},
    support::Finished,
    workers::Worker,
};
use books::Books;
use hunt::{kill_everywhere, Ledger};
use nocknock_client::{AccountId, NNK};
use nocknock_primitives::{ids::TaskId, phase::Phase};
use requester::{create_at_the_second_try, create_without_answer, Requester};
use serde_json::Value;
use site::Site;
use stages::{phase_name, Actor, PHASES};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// What the sponsor pays, and lends to each competitor, in NNK.
const REWARD: u32 = 5;
const LOAN: u32 = 3;

/// Long enough for everybody to be killed in every stage of a phase, and to act after all. Phases
/// end early when everybody has acted, but for that of the commitments.
const TERMS: [&str; 14] = [
    "--min-score",
    "80%",
    "--publish-period",
    "240",
    "--commit-period",
    "120",
    "--reveal-period",
    "240",
    "--claim-period",
    "240",
    "--prove-period",
    "600",
    "--deliver-period",
    "400",
];

/// How workers train: with checkpoints, the first of them in the second epoch.
const TRAINING: &str = "epochs = 80\ncheckpoint_every = 50\nthreads = 1";
const OTHER_TRAINING: &str = "epochs = 80\ncheckpoint_every = 50\nthreads = 1\nseed = 1";

/// What the worker that is let through first waits for, and the other one for it.
const PROVED: &str = "waiting for settlement";

/// The stage between the proofs and that wait: it writes one small file, which is there afterwards.
const NOTE_CLAIM: &str = "note-claim";
const MARK: &str = "proved.json";

/// The stages in which money or a task hangs on what a program remembers. They last long enough for
/// a kill to hit them on one task.
const AT_STAKE: [(Actor, &[&str]); 3] = [
    (Actor::Worker, &["train", "commit", "claim", "prove", "submit-scores", "seal-key", "deliver"]),
    (Actor::Requester, &["AwaitCreation", "Create", "Draw", "Publish", "Reveal"]),
    (Actor::Node, &["prove", "deliver"]),
];

/// The half of [`the_whole_walk`] that fits into every run of the tests: one worker, one requester
/// and the node, on one task.
#[test]
fn killed_in_the_stages_of_one_task_everybody_goes_on_and_is_paid_once() {
    let home = fresh_folder("kills");
    let site = Site::start(&home);
    let ledger = Ledger::default();
    let (alice, bob) = (Requester::new(&site, "alice"), bob(&site));
    let task = first_task(&site, &ledger, &alice, &bob);

    for (actor, stages) in AT_STAKE {
        let missed: Vec<_> = stages.iter().filter(|stage| ledger.misses(actor, stage)).collect();
        assert!(missed.is_empty(), "no {actor:?} was killed in {missed:?}: {ledger:?}");
    }
    check_first_task(&site, &Books::of(&site), task, &alice, &bob);
    no_program_of_the_walk_panicked(&home);
}

/// Kills everybody in every stage, in a task of the curriculum and in a sponsored one.
pub(crate) fn the_whole_walk() {
    let home = fresh_folder("kills-marathon");
    let site = Site::start(&home);
    let ledger = Ledger::default();
    let (alice, bob) = (Requester::new(&site, "alice"), bob(&site));
    let first = first_task(&site, &ledger, &alice, &bob);

    let sponsor = Requester::new(&site, "bob");
    let experiment = create_experiment(&sponsor);
    let deposit = site.balance(account(&bob)).held;
    let worker = |name, training| Worker::new(&home, name, &site.services(), training);
    let competitors = [worker("charlie", TRAINING), worker("dave", OTHER_TRAINING)];
    lend(&sponsor, &competitors);
    let second = sponsor_task(&sponsor, &ledger, &experiment);
    let [charlie, dave] = &competitors;
    play(&site, &ledger, second, &sponsor, &[charlie, dave]);

    every_stage_was_hit(&ledger);
    let books = Books::of(&site);
    check_first_task(&site, &books, first, &alice, &bob);
    let record = books::check_end(&site, second);
    books.check_task(second);
    check_competitors(&site, &books, second, &competitors);
    let held = site.balance(account(&bob)).held;
    assert_eq!(held, deposit + record, "more than for the experiment and the task's record");
    no_program_of_the_walk_panicked(&home);
}

fn bob(site: &Site) -> Worker {
    Worker::new(site.home(), "bob", &site.services(), TRAINING)
}

/// The task of the curriculum, from its creation to its end.
#[track_caller]
fn first_task(site: &Site, ledger: &Ledger, alice: &Requester<'_>, bob: &Worker) -> TaskId {
    register(site, bob);
    let task = create_at_the_second_try(alice, ledger, &offer("0", &[]));
    play(site, ledger, task, alice, &[bob]);
    assert!(was_resumed(bob), "no training went on from a checkpoint");
    task
}

#[track_caller]
fn check_first_task(site: &Site, books: &Books, task: TaskId, alice: &Requester<'_>, bob: &Worker) {
    books.check_workers();
    books.check_emission(site, task);
    assert_eq!(books::check_end(site, task), 0);
    books.check_task(task);
    assert_eq!(books.payment(task).worker, account(bob));
    assert_eq!(ending_of(bob, task), "paid");
    assert_eq!(alice.run(&["status"]).json()["account"]["held"], "0");
}

#[track_caller]
fn no_program_of_the_walk_panicked(home: &Path) {
    for folder in ["node", "requesters", "workers"] {
        no_program_panicked(&home.join(folder));
    }
}

/// A folder that stays until the next run, so that what was printed and logged can be read after a
/// failure.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{error}"),
        _ => fs::create_dir_all(&folder).expect("the folder can be made"),
    }
    folder
}

/// The winner has the whole reward but for the validators' share, the other one has its stake
/// again.
#[track_caller]
fn check_competitors(site: &Site, books: &Books, task: TaskId, competitors: &[Worker]) {
    let payment = books.payment(task);
    assert_eq!(payment.paid + payment.fee, u128::from(REWARD) * NNK);
    for competitor in competitors {
        let account = account(competitor);
        let (paid, ending) =
            if account == payment.worker { (payment.paid, "paid") } else { (0, "over") };
        books::check_competitor(site, account, u128::from(LOAN) * NNK, paid);
        assert_eq!(ending_of(competitor, task), ending);
    }
}

#[track_caller]
fn every_stage_was_hit(ledger: &Ledger) {
    for actor in [Actor::Worker, Actor::Requester, Actor::Node] {
        let missing = ledger.missing(actor);
        assert!(missing.is_empty(), "no {actor:?} was killed in {missing:?}: {ledger:?}");
    }
}

/// A newcomer is killed while it computes, and registers when it is started again.
#[track_caller]
fn register(site: &Site, worker: &Worker) {
    let program = worker.spawn(&["register"]);
    until("the newcomer trains or proves", || {
        (computed(&program)? >= Duration::from_millis(500)).then_some(())
    });
    assert!(program.kill(), "the newcomer was registered too fast to be killed");
    let account = account(worker);
    let registration = || site.ask(|best| async move { best.worker(&account).await });
    let before = until("the registration is known", registration);
    assert!(before.is_none(), "the newcomer is registered already");
    worker.run(&["register"]).text();
    // The site looks for new blocks in its own time.
    until("the newcomer is registered", || registration().flatten());
    let again = worker.run(&["register"]).json();
    assert_eq!(again["registered_before"], true);
}

/// The time that a program has spent on a processor.
fn computed(program: &Running) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", program.pid())).ok()?;
    // Behind the name, which may hold anything, the twelfth field is the time in hundredths of a
    // second.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks: u64 = fields.split_whitespace().nth(11)?.parse().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

fn offer<'a>(experiment: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let first = ["propose-task", "--experiment", experiment];
    let data = first.iter().chain(&DIGITS_TASK);
    data.chain(&TERMS).chain(more).copied().collect()
}

#[track_caller]
fn create_experiment(sponsor: &Requester<'_>) -> String {
    let named = ["create-experiment", "--name", "Digits for bob"];
    let created = sponsor.run(&named).json();
    created["experiment"].to_string()
}

/// A competitor needs its stake, and a little for fees.
#[track_caller]
fn lend(sponsor: &Requester<'_>, competitors: &[Worker]) {
    let loan = LOAN.to_string();
    for competitor in competitors {
        let account = competitor.account();
        sponsor.run(&["transfer", &account, &loan]).json();
    }
}

#[track_caller]
fn sponsor_task(sponsor: &Requester<'_>, ledger: &Ledger, experiment: &str) -> TaskId {
    let reward = REWARD.to_string();
    let offer = offer(experiment, &["--reward", &reward, "--stake", "1"]);
    create_without_answer(sponsor, ledger, || sponsor.spawn(&offer))
}

/// Plays a task to its end, while requester, workers and node are killed. In the end the requester
/// has the model.
#[track_caller]
fn play(
    site: &Site,
    ledger: &Ledger,
    task: TaskId,
    requester: &Requester<'_>,
    workers: &[&Worker],
) {
    let followed = thread::scope(|scope| {
        let following = scope.spawn(|| follow(ledger, requester));
        scope.spawn(|| kill_node(site, ledger, task));
        for worker in workers {
            scope.spawn(move || work(ledger, worker, task, workers));
        }
        following.join().expect("the requester has done its part")
    });
    // The site looks for new blocks in its own time.
    until("the end of the task is seen", || (site.phase(task)? == Phase::Done).then_some(()));
    let books = Books::of(site);
    let model = books.model(task, books.payment(task).worker);
    books::check_model(requester, &followed.json(), model);
}

fn follow(ledger: &Ledger, requester: &Requester<'_>) -> Finished {
    // The sponsor is killed when the data is stored and not yet published.
    let ready = |stage: &str| {
        let is_stored = || {
            let progress = requester.progress();
            progress.is_some_and(|progress| !progress["train_data"].is_null())
        };
        stage != "Publish" || requester.name == "alice" || is_stored()
    };
    kill_everywhere(
        (requester.name, Actor::Requester),
        ledger,
        || requester.go_on(),
        ready,
        |_| false,
        // Without a node at the start the command ends soon, and is called again.
        |ended| match ended.code {
            Some(0) => true,
            Some(3) => false,
            _ => panic!("the requester failed: {ended:?}"),
        },
    )
}

fn work(ledger: &Ledger, worker: &Worker, task: TaskId, all: &[&Worker]) {
    let number = task.to_string();
    let journal = worker.journal(task);
    // Dead in the middle of its proofs, the last worker lets the first one come to the end of them.
    let (is_first, is_last) = match all {
        [first, .., last] => (first.name() == worker.name(), last.name() == worker.name()),
        _ => (false, false),
    };
    let was_too_fast =
        || ledger.has(worker.name(), PROVED) && !ledger.has(worker.name(), NOTE_CLAIM);
    let start = || {
        if is_first && was_too_fast() {
            // The disk is as if the worker had died in that stage. It comes to it once more. Where
            // the mark is missing, it does so anyway.
            fs::remove_file(journal.join(MARK)).ok();
        }
        if is_last && ledger.has(worker.name(), "prove") {
            let first = all.first().map_or("", |first| first.name());
            until("the other worker has proved", || {
                (ledger.has(first, PROVED) && ledger.has(first, NOTE_CLAIM)).then_some(())
            });
        }
        worker.spawn(&["run", "--task", &number])
    };
    let ready = |stage: &str| match stage {
        "train" => has_checkpoint(&journal),
        "prove" => count(&journal.join("proofs")) > 0,
        _ => true,
    };
    kill_everywhere(
        (worker.name(), Actor::Worker),
        ledger,
        start,
        ready,
        |stage| is_first && stage == PROVED && was_too_fast(),
        |ended| {
            assert_eq!(ended.code, Some(0), "the worker failed: {ended:?}");
            true
        },
    );
}

/// Kills the node in each phase of a task in which no node was killed yet, and in those in which
/// most is at stake.
fn kill_node(site: &Site, ledger: &Ledger, task: TaskId) {
    let missing = ledger.missing(Actor::Node);
    for wanted in PHASES {
        if missing.contains(wanted) || ["prove", "deliver"].contains(&wanted) {
            while comes_to(site, task, wanted) {
                site.kill_node();
                let left = site.start_node();
                let phase = site.phase_in(left, task).map(phase_name);
                ledger.note("node", Actor::Node, phase.unwrap_or_default());
                if phase == Some(wanted) {
                    break;
                }
            }
        }
    }
}

/// Waits for a phase. False if it has passed.
#[track_caller]
fn comes_to(site: &Site, task: TaskId, wanted: &str) -> bool {
    let place = |name: &str| PHASES.iter().position(|phase| *phase == name);
    let deadline = Instant::now() + 2 * PATIENCE;
    while Instant::now() < deadline {
        let phase = site.phase(task).map(phase_name);
        if phase.and_then(place) >= place(wanted) {
            return phase == Some(wanted);
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("task {task} does not come to the phase {wanted}");
}

fn has_checkpoint(journal: &Path) -> bool {
    let Ok(trainings) = journal.join("training").read_dir() else {
        return false;
    };
    let mut folders = trainings.filter_map(|folder| Some(folder.ok()?.path()));
    folders.any(|folder| folder.join("checkpoint.safetensors").is_file())
}

fn count(folder: &Path) -> usize {
    folder.read_dir().map_or(0, Iterator::count)
}

/// A later run of the worker began its training behind the first epoch.
fn was_resumed(worker: &Worker) -> bool {
    let first_epoch = |path: PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find(|line| line["event"] == "epoch")?["epoch"].as_u64()
    };
    let runs = worker.outputs();
    runs.into_iter().filter_map(first_epoch).any(|epoch| epoch > 0)
}

#[track_caller]
fn account(worker: &Worker) -> AccountId {
    worker.account().parse().expect("an account in SS58")
}

#[track_caller]
fn ending_of(worker: &Worker, task: TaskId) -> Value {
    let standing = worker.standing(task).expect("the worker knows the task");
    standing["ending"].clone()
}

/// Looks through everything that any program of the test has printed or logged.
#[track_caller]
fn no_program_panicked(folder: &Path) {
    for entry in folder.read_dir().expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            no_program_panicked(&path);
        } else if matches!(ending, Some("out" | "err" | "log")) {
            let text = fs::read(&path).expect("the file can be read");
            let text = String::from_utf8_lossy(&text);
            assert!(!text.contains("panicked at"), "{}: {text}", path.display());
        }
    }
}
