//! A task that ends while the worker trains for it.

use super::{
    hand::{
        goes_on_and_commits, hear, is_about, start, summary, Diagnosis, Settings, LONG_TRAINING,
    },
    world::{shared, Offer},
};
use crate::processes::{signal, until};
use rustix::process::Signal;

/// Blocks that are enough to begin a training on a busy machine, and soon over.
const SOON: u32 = 75;

/// The machine sleeps while the task goes on: a training that only takes long is ended in time.
#[test]
fn a_task_that_ends_during_the_training_is_told_and_the_next_one_taken() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let settings = Settings { training: LONG_TRAINING, ..Settings::new(world.services()) };
    let worker = settings.worker(home.path(), "charlie");

    let short = world.offer(Offer { commit: SOON, ..Offer::default() });
    let mut running = start(&worker, &short);
    hear(&mut running, "the training goes on", |event| is_about(event, "epoch", short.task));
    signal(running.pid(), Signal::STOP);
    until("the task takes no commitments", || {
        (world.task(&short.id)["phase"] != "open").then_some(())
    });
    signal(running.pid(), Signal::CONT);
    let ended =
        hear(&mut running, "the task is over", |event| is_about(event, "ended", short.task));
    assert_eq!(ended["ending"], "too-late", "{ended}");
    assert_eq!(ended["stake_lost"], false, "{ended}");
    let text = ended["text"].as_str().unwrap();
    assert!(text.contains("nothing is at stake"), "{text}");
    let summary = summary(running);
    assert_eq!(summary["unpaid"], 1, "{summary}");
    assert_eq!(summary["stakes_lost"], 0, "{summary}");
    let standing = worker.standing(short.task).unwrap();
    assert_eq!(standing["ending"], "too-late", "{standing}");

    let next = world.offer(Offer::default());
    Settings::new(world.services()).write(&worker);
    let running = start(&worker, &next);
    goes_on_and_commits(&worker, running, &world, &next);
}

#[test]
fn a_task_without_time_for_a_training_is_found_in_advance() {
    let (home, world) = (tempfile::tempdir().unwrap(), shared());
    let settings = Settings { least_training_seconds: 500, ..Settings::new(world.services()) };
    let worker = settings.worker(home.path(), "charlie");
    let short = world.offer(Offer { commit: 400, ..Offer::default() });
    let left_alone = format!("task {} would be left alone", short.id);
    let diagnosis = Diagnosis::of(&worker);
    diagnosis.finds("tasks", "good", &left_alone);
    diagnosis.finds("tasks", "good", "less than limits.least_training_seconds");
    diagnosis.is_well();
    let text = start(&worker, &short).finish().text();
    assert!(text.contains("less than limits.least_training_seconds"), "{text}");
    assert_eq!(worker.standing(short.task), None);
}
