//! Accounts that cannot pay a stake, and their registration.

use super::{
    hand::{goes_on_and_commits, hear, is_about, model_by_hand, start, Diagnosis, Settings},
    world::{shared, Offer},
};
use nocknock_client::NNK;

/// More than any account of the chain owns, and what is missing when the fees are paid too.
const TOO_MUCH: u128 = 1_000_100 * NNK;
const MISSING: &str = "300";

#[test]
fn a_stake_that_the_account_cannot_pay_is_told_and_paid_once_it_can() {
    const WORDS: &str = "send it tokens";
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let offered = world.offer(Offer { stake: TOO_MUCH, ..Offer::default() });
    let worker = Settings::new(world.services()).worker(home.path(), "ferdie");

    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("tasks", "warning", WORDS);
    diagnosis.is_well();
    let model = model_by_hand(&worker, home.path());
    let joining = ["submit", &offered.id, "--model", &model];
    worker.run(&joining).fails(6, &[WORDS]);

    let mut running = start(&worker, &offered);
    let declined = hear(&mut running, "the task is left alone", |event| {
        is_about(event, "declined", offered.task)
    });
    assert_eq!(declined["actionable"], true, "{declined}");
    let reason = declined["reason"].as_str().unwrap();
    assert!(reason.contains(WORDS), "{reason}");
    assert_eq!(worker.standing(offered.task), None, "the task was begun");

    let account = worker.account();
    // Of an account that signs nothing else at the same time.
    let from = "//Alice//stash";
    let transfer = ["transfer", &account, MISSING, "--dev-account", from];
    world.ask(&transfer).json();
    goes_on_and_commits(&worker, running, &world, &offered);
    let status = world.ask(&["status", "--account", &account]).json();
    let held = status["account"]["held"].as_str().unwrap();
    assert!(held.starts_with("10001"), "the stake is not held: {status}");
}

#[test]
fn a_registration_tells_the_score_that_was_proved_once() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let worker = Settings::new(world.services()).worker(home.path(), "bob");
    let registered = worker.run(&["register"]).json();
    assert_eq!(registered["registered_before"], false);
    assert_eq!(registered["account"], worker.account().as_str());
    let score = &registered["score"];
    assert_eq!(score["total"], 195, "{registered}");
    let correct = score["correct"].as_u64().unwrap();
    assert!((156..=195).contains(&correct), "{registered}");

    let again = worker.run(&["register"]).json();
    assert_eq!(again["registered_before"], true);
    assert!(again["score"].is_null(), "{again}");
}

#[test]
fn a_registration_ends_on_request_and_comes_back_by_a_new_proof() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let worker = Settings::new(world.services()).worker(home.path(), "charlie");
    let leave = ["unregister"];
    worker.run(&leave).fails(6, &["is not registered"]);
    for _ in 0..2 {
        let registered = worker.run(&["register"]).json();
        assert_eq!(registered["registered_before"], false, "{registered}");
        let left = worker.run(&leave).json();
        assert_eq!(left["account"], registered["account"]);
        assert_eq!(left["registered"], false, "{left}");
        worker.run(&leave).fails(6, &["is not registered"]);
    }
}
