//! Stores that are not there, go away or lie, and requesters who publish other data than they
//! committed to.

use super::{
    hand::{
        goes_on_and_commits, hear, hear_failure, is_about, model_by_hand, nothing_is_at_stake,
        start, Diagnosis, Settings,
    },
    world::{shared, Offer, World},
};
use crate::{chain::Services, processes::free_port};
use nocknock_dev_store::{Fault, Requests};

/// The settings of a worker whose store is at this port.
fn with_store(world: &World, port: u16) -> Settings {
    Settings::new(Services { store: format!("http://127.0.0.1:{port}"), ..world.services() })
}

#[test]
fn a_store_that_cannot_be_reached_is_asked_again_until_it_is_back() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let port = free_port();
    let worker = with_store(&world, port).worker(home.path(), "bob");

    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("storage", "bad", "cannot be connected to");
    diagnosis.is_ill();
    let model = model_by_hand(&worker, home.path());
    let joining = ["submit", &offered.id, "--model", &model];
    let words = ["could not be fetched", "cannot be connected to"];
    worker.run(&joining).fails(4, &words);
    nothing_is_at_stake(&worker, &world, &offered);

    let mut running = start(&worker, &offered);
    hear_failure(&mut running, "fetch", "cannot be connected to");
    nothing_is_at_stake(&worker, &world, &offered);

    let _store = world.other_store(&home.path().join("store"), port, &offered.data);
    goes_on_and_commits(&worker, running, &world, &offered);
    Diagnosis::of(&worker).is_well();
}

#[test]
fn a_store_that_goes_away_during_the_fetch_is_asked_again_until_it_is_back() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let port = free_port();
    let store = world.other_store(&home.path().join("store"), port, &offered.data);
    let worker = with_store(&world, port).worker(home.path(), "charlie");

    store.faults().next(Fault::BrokenConnection, u32::MAX, Requests::Reads);
    let mut running = start(&worker, &offered);
    hear_failure(&mut running, "fetch", "broke the connection off");
    nothing_is_at_stake(&worker, &world, &offered);

    store.faults().clear();
    goes_on_and_commits(&worker, running, &world, &offered);
}

#[test]
fn bytes_that_are_not_the_blob_are_refused_until_the_store_gives_the_right_ones() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer::default());
    let port = free_port();
    let store = world.other_store(&home.path().join("store"), port, &offered.data);
    let worker = with_store(&world, port).worker(home.path(), "dave");

    store.faults().next(Fault::WrongBytes, u32::MAX, Requests::Reads);
    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("storage", "bad", "sent wrong bytes");
    diagnosis.is_ill();
    let mut running = start(&worker, &offered);
    hear_failure(&mut running, "fetch", "sent wrong bytes");
    nothing_is_at_stake(&worker, &world, &offered);
    let kept = worker.journal(offered.task).join("train.blob");
    assert!(!kept.exists(), "wrong bytes are kept");

    store.faults().clear();
    goes_on_and_commits(&worker, running, &world, &offered);
}

#[test]
fn data_that_the_requester_did_not_commit_to_is_refused_and_the_next_task_taken() {
    const WORDS: [&str; 2] = ["its root differs", "Do not join"];
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let honest = world.offer(Offer::default());
    let wrong = world.offer(Offer { honest: false, ..Offer::default() });
    let worker = Settings::new(world.services()).worker(home.path(), "eve");

    let model = model_by_hand(&worker, home.path());
    let joining = ["submit", &wrong.id, "--model", &model];
    worker.run(&joining).fails(3, &WORDS);
    nothing_is_at_stake(&worker, &world, &wrong);

    let tasks = ["run", "--task", &wrong.id, "--task", &honest.id];
    let mut running = worker.spawn(&tasks);
    let ended =
        hear(&mut running, "the task is refused", |event| is_about(event, "ended", wrong.task));
    assert_eq!(ended["ending"], "refused", "{ended}");
    assert_eq!(ended["stake_lost"], false, "{ended}");
    let text = ended["text"].as_str().unwrap();
    assert!(text.contains("nothing is at stake"), "{text}");
    assert!(WORDS.iter().all(|words| text.contains(words)), "{text}");

    goes_on_and_commits(&worker, running, &world, &honest);
    let standing = worker.standing(wrong.task).unwrap();
    assert_eq!(standing["ending"], "refused", "{standing}");
    let task = world.task(&wrong.id);
    assert_eq!(task["commitments"], serde_json::json!([]));
}
