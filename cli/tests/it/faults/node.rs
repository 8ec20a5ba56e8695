//! A node that is killed and started again.

use super::{
    hand::{goes_on_and_commits, hear, is_about, start, Diagnosis, Settings, LONG_TRAINING},
    world::{Offer, World},
};

#[test]
fn a_node_that_restarts_during_the_training_interrupts_nothing() {
    let (home, world) = (tempfile::tempdir().unwrap(), World::start());
    let settings = Settings {
        training: LONG_TRAINING,
        training_seconds: 45,
        ..Settings::new(world.services())
    };
    let worker = settings.worker(home.path(), "bob");
    let offered = world.offer(Offer::default());

    let mut running = start(&worker, &offered);
    hear(&mut running, "the training goes on", |event| is_about(event, "epoch", offered.task));
    world.kill_node();
    let lost = hear(&mut running, "the node is missed", |event| event["event"] == "node-lost");
    let error = lost["error"].as_str().unwrap();
    assert!(error.contains("no node answers"), "{error}");
    assert!(error.contains("chain.urls"), "{error}");
    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("node", "bad", "no node answers");
    diagnosis.is_ill();
    worker.run(&["register"]).fails(4, &["no node answers"]);

    world.restart_node();
    hear(&mut running, "the node is found again", |event| event["event"] == "node-back");
    let trainings = |running: &crate::processes::Running| {
        let events = running.events();
        let began = |event: &&serde_json::Value| {
            is_about(event, "began", offered.task) && event["step"] == "train"
        };
        events.iter().filter(began).count()
    };
    assert_eq!(trainings(&running), 1, "the training was begun anew");
    goes_on_and_commits(&worker, running, &world, &offered);
}
