//! What owners of experiments, tasks and models do, on one chain, with tokens that were earned on
//! it before.
//!
//! Everything that costs something stands in one test, with a short form for every day: a chain has
//! no token until a worker has been paid for a task of the curriculum, and that takes longer than
//! all the rest.

use crate::{
    chain::DIGITS_TASK,
    exports, models,
    people::{event, units, People, NNK},
    workers::Worker,
    wtm,
};
use serde_json::{json, Value};
use std::path::Path;

/// An offer with which real workers keep up on a slow machine. All periods but that of the
/// commitments end early, when everybody has acted.
const OFFER: [&str; 14] = [
    "--min-score",
    "50%",
    "--publish-period",
    "240",
    "--commit-period",
    "40",
    "--reveal-period",
    "240",
    "--claim-period",
    "240",
    "--prove-period",
    "600",
    "--deliver-period",
    "400",
];

/// The part of [`the_whole_story`] that fits into every run of the tests: the first tokens, and
/// what owners of experiments do with them. `scripts/demo` has the competition for a reward.
#[test]
fn earned_tokens_are_spent_on_experiments_and_come_back() {
    let home = tempfile::tempdir().unwrap();
    let people = People::of_a_new_chain(home.path());
    earn(&people, home.path());
    lend(&people);
    a_worker_may_stand_for_election(&people);
    let experiment = create(&people);
    a_task_is_cancelled_before_its_draw(&people, &experiment);
    an_experiment_is_described_anew(&people, &experiment);
    an_experiment_changes_its_owner(&people, &experiment);
    an_experiment_is_archived(&people, &experiment);
    a_worker_ends_its_registration(&people, home.path());
}

/// Earned tokens are spent on everything that the program can do.
pub(crate) fn the_whole_story() {
    let home = tempfile::tempdir().unwrap();
    let people = People::of_a_new_chain(home.path());
    let published = nobody_joins_a_task(&people);
    let for_all = earn(&people, home.path());
    rows_that_were_public_before_cost_the_provider_its_part(&people, &for_all, &published);
    models::anybody_fetches_and_verifies_those_of_the_curriculum(&people, &for_all, home.path());
    lend(&people);
    a_worker_may_stand_for_election(&people);
    let experiment = create(&people);
    a_task_is_cancelled_before_its_draw(&people, &experiment);
    wtm::facts_are_decided_and_bonds_paid_out(&people);
    let followed = two_workers_share_a_reward(&people, &experiment, home.path());
    models::only_the_requester_opens_those_of_a_sponsor(&people, &followed, home.path());
    a_model_is_put_aside_and_given_away(&people, &experiment);
    an_experiment_is_described_anew(&people, &experiment);
    an_experiment_changes_its_owner(&people, &experiment);
    an_experiment_is_archived(&people, &experiment);
    a_worker_ends_its_registration(&people, home.path());
    let removed = wtm::a_mistake_is_retracted(&people);
    exports::everything_is_exported(&people, &removed, home.path());
}

/// Bob registers and is paid for a task of the curriculum. Gives what following the task has told.
fn earn(people: &People, home: &Path) -> Value {
    let bob = Worker::new(home, "bob", &people.chain.services(), "epochs = 60");
    bob.run(&["register"]).text();
    let task = number(&people.ask("alice", &offer(&["--experiment", "0"])), "task");
    let follower = people.spawn("alice", &["follow", &task], &home.join("first-follow"));
    bob.run(&["run", "--task", &task]).text();
    let followed = follower.finish().json();
    assert_eq!(followed["outcome"], "ranked");
    let status = people.ask("bob", &["status"]);
    let (free, minted) = (units(&status["account"]["free"]), units(&status["emission"]["minted"]));
    assert_eq!(status["emission"]["issuance"], status["emission"]["minted"]);
    assert!(minted / 100 * 75 <= free && free < minted, "{status}");
    assert!(free > 70 * NNK, "{status}");
    followed
}

/// The training data of a task is public, although nobody has joined it. Gives its number.
fn nobody_joins_a_task(people: &People) -> String {
    let task = number(&people.ask("alice", &offer(&["--experiment", "0"])), "task");
    let ended = people.ask("alice", &["follow", &task]);
    assert_eq!(ended["outcome"], "no-commitments");
    task
}

/// Alice has used the same digits again. Bob shows it, and gets a fifth of what was waiting for
/// her.
fn rows_that_were_public_before_cost_the_provider_its_part(
    people: &People,
    followed: &Value,
    published: &str,
) {
    let task = followed["task"].to_string();
    let show = ["show-equal-rows", &task, published];
    let looked = people.ask("bob", &[show.as_slice(), &["--dry-run"]].concat());
    assert!(looked["equal_rows"].as_u64() > Some(200), "{looked}");
    let part = units(&looked["providers_part"]);
    let before = people.money("bob");
    let shown = people.ask("bob", &show);
    let sent = shown["transactions"].as_array().unwrap();
    assert_eq!(sent.len(), 1, "the first pair of blocks has enough equal rows");
    assert_eq!(units(&event(&sent[0], "ProviderLiable")["amount"]), part);
    let after = people.money("bob");
    assert_eq!(after.free, before.free + part / 5 - units(&sent[0]["fee"]));
    let rewards = people.chain.run(&["rewards"]).json();
    assert_eq!(rewards["overview"]["curriculum"][0]["custodian"], Value::Null);
}

/// The task that Bob was paid for is the only one in his state directory, and is over.
fn a_worker_ends_its_registration(people: &People, home: &Path) {
    let registered =
        |people: &People| people.ask("bob", &["status"])["account"]["registered"].clone();
    assert_eq!(registered(people), true);
    let bob = Worker::new(home, "bob", &people.chain.services(), "epochs = 60");
    let left = bob.run(&["unregister"]).json();
    assert_eq!(left["registered"], false, "{left}");
    assert_eq!(registered(people), false);
    bob.run(&["unregister"]).fails(6, &["is not registered"]);
}

fn lend(people: &People) {
    for (to, amount) in [("charlie", "8"), ("dave", "5"), ("eve", "10"), ("ferdie", "10")] {
        let account = people.account(to);
        people.act("bob", &["transfer", &account, amount]);
        let has = people.money(to);
        assert_eq!(has.free, amount.parse::<u128>().unwrap() * NNK);
    }
}

/// Applying is only rehearsed: if a second account were elected, the one node of this chain could
/// not vote for both.
fn a_worker_may_stand_for_election(people: &People) {
    let apply = ["validator", "apply"];
    people.are_refused("bob", &apply, "NoSessionKeys");
    let first = people.act("bob", &["validator", "set-keys"]);
    let second = people.act("bob", &["validator", "set-keys"]);
    assert_ne!(first["keys"], second["keys"], "keys were not made anew");
    let cost = people.ask("bob", &["validator", "apply", "--dry-run"]);
    assert_eq!(cost["call"], "Rewards.apply_as_candidate");
    assert!(units(&cost["fee"]) > 0, "{cost}");
    people.are_refused("bob", &["validator", "leave"], "NotCandidate");

    people.act("eve", &["validator", "set-keys"]);
    people.are_refused("eve", &apply, "TooFewPoints");
}

fn create(people: &People) -> String {
    let before = people.purse("bob");
    let create = ["create-experiment", "--name", "Digits", "--tag", "images"];
    let cost = people.ask("bob", &[create.as_slice(), &["--dry-run"]].concat());
    let report = people.act("bob", &create);
    let created = event(&report, "ExperimentCreated");
    assert_eq!(cost["deposit"], created["deposit"]);
    before.holds_more(people, units(&created["deposit"]));
    number(&report, "experiment")
}

/// The draw is decided two epochs after the creation, so there is time if an epoch has just begun.
fn a_task_is_cancelled_before_its_draw(people: &People, experiment: &str) {
    let before = people.purse("bob");
    people.wait_for_an_epoch();
    let terms = ["--experiment", experiment, "--reward", "20"];
    let offered = people.ask("bob", &offer(&terms));
    let task = number(&offered, "task");
    let record = record_of(&offered);
    let held = 20 * NNK + units(&offered["offer"]["bond"]) + record;
    // Asked once, because each command takes a part of the time before the draw.
    let during = people.money("bob");
    assert_eq!(during.held, before.on_hold() + held);

    let report = people.act("bob", &["cancel-task", &task]);
    assert_eq!(event(&report, "TaskSettled")["outcome"], "cancelled");
    assert_eq!(event(&report, "TaskFinished")["returned"], "20");
    // The chain keeps the task for a while, and so what is held for that.
    before.holds_more(people, record);
    let after = people.money("bob");
    assert_eq!(after.free, during.free + held - record - units(&report["fee"]));

    let shown = people.ask("bob", &["task", &task]);
    assert_eq!(shown["phase"], "done");
    let ended = people.ask("bob", &["follow", &task]);
    assert_eq!(ended["outcome"], "cancelled");
    people.are_refused("bob", &["cancel-task", &task], "WrongPhase");
    people.are_refused("eve", &["cancel-task", &task], "NotRequester");
    people.run("bob", &["cancel-task", "77"]).fails(5, &["no task 77"]);
}

/// What is held for the storage that a task takes until the chain removes it.
fn record_of(offered: &Value) -> u128 {
    units(&offered["offer"]["held"]["for_storage_until_the_chain_removes_the_task"])
}

/// Of two models one becomes champion, so that there is another one that can be put aside. Gives
/// what following the task has told.
fn two_workers_share_a_reward(people: &People, experiment: &str, home: &Path) -> Value {
    let services = people.chain.services();
    let settings =
        [("charlie", "epochs = 60\nthreads = 1"), ("dave", "seed = 1\nepochs = 30\nthreads = 1")];
    let workers = settings.map(|(name, training)| Worker::new(home, name, &services, training));
    let before = people.purse("bob");
    let terms = ["--experiment", experiment, "--reward", "20", "--shares", "70,30"];
    let offered = people.ask("bob", &offer(&terms));
    let task = number(&offered, "task");
    let follower = people.spawn("bob", &["follow", &task], &home.join("second-follow"));
    let running = workers.each_ref().map(|worker| worker.spawn(&["run", "--task", &task]));
    let ended = follower.finish().json();
    for worker in running {
        worker.finish().text();
    }
    assert_eq!(ended["outcome"], "ranked");
    assert_eq!(ended["models"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        payments(&people.ask("bob", &["task", &task])),
        json!([["13.72", "0.28"], ["5.88", "0.12"]])
    );
    before.holds_more(people, record_of(&offered));
    ended
}

/// What each rank was paid, and what the validators got.
fn payments(task: &Value) -> Value {
    let timeline = task["timeline"].as_array().unwrap();
    timeline
        .iter()
        .filter(|event| event["event"] == "WinnerPaid")
        .map(|event| json!([event["fields"]["paid"], event["fields"]["fee"]]))
        .collect()
}

fn a_model_is_put_aside_and_given_away(people: &People, experiment: &str) {
    assert_eq!(stages(people, experiment), ["champion", "candidate"]);
    let champion = ["set-stage", experiment, "1", "archived"];
    people.are_refused("bob", &champion, "IsChampion");
    let put_aside = ["set-stage", experiment, "2", "archived"];
    let report = people.act("bob", &put_aside);
    assert_eq!(event(&report, "ModelStageChanged")["stage"], "archived");
    assert_eq!(stages(people, experiment), ["champion", "archived"]);
    people.act("bob", &["set-stage", experiment, "2", "candidate"]);
    assert_eq!(stages(people, experiment), ["champion", "candidate"]);

    let eve = people.account("eve");
    let report = people.act("bob", &["transfer-model", experiment, "2", &eve]);
    assert_eq!(event(&report, "ModelTransferred")["to"], eve);
    people.are_refused("bob", &put_aside, "NotModelOwner");
    people.act("eve", &put_aside);
    assert_eq!(stages(people, experiment), ["champion", "archived"]);
    let unknown = ["set-stage", experiment, "9", "archived"];
    people.run("eve", &unknown).fails(5, &["no model of version 9"]);
}

fn stages(people: &People, experiment: &str) -> Vec<String> {
    let models = people.chain.run(&["models", experiment]).json();
    let models = models.as_array().unwrap();
    let stage = |model: &Value| model["stage"].as_str().unwrap().to_owned();
    models.iter().map(stage).collect()
}

/// The deposit grows by 0.0001 NNK for each byte.
fn an_experiment_is_described_anew(people: &People, experiment: &str) {
    let before = people.purse("bob");
    let text = "Which digit is it?";
    let describe = ["describe-experiment", experiment, "--description", text];
    people.act("bob", &describe);
    before.holds_more(people, NNK / 10_000 * 18);
    let shown = shown(people, experiment);
    assert_eq!(shown["name"], "Digits");
    assert_eq!(shown["description"], text);
    assert_eq!(shown["tags"], json!(["images"]));
    people.are_refused("eve", &describe, "NotOwner");
}

fn an_experiment_changes_its_owner(people: &People, experiment: &str) {
    let (bob, eve) = (people.purse("bob"), people.purse("eve"));
    let account = people.account("eve");
    let offer = ["offer-experiment", experiment, &account];
    let accept = ["accept-experiment", experiment];
    let report = people.act("bob", &offer);
    assert_eq!(event(&report, "TransferOffered")["to"], account);
    people.are_refused("charlie", &accept, "NotOffered");
    assert_eq!(shown(people, experiment)["offered_to"], account);
    people.act("bob", &["cancel-offer", experiment]);
    assert_eq!(shown(people, experiment)["offered_to"], Value::Null);
    people.are_refused("eve", &accept, "NotOffered");
    people.are_refused("bob", &["cancel-offer", experiment], "NothingOffered");
    people.act("bob", &offer);
    let report = people.act("eve", &accept);
    let deposit = units(&event(&report, "ExperimentTransferred")["deposit"]);
    eve.holds_more(people, deposit);
    assert_eq!(bob.on_hold() - people.money("bob").held, deposit);
    assert_eq!(shown(people, experiment)["owner"], account);
}

fn an_experiment_is_archived(people: &People, experiment: &str) {
    let archive = ["archive-experiment", experiment];
    people.are_refused("bob", &archive, "NotOwner");
    let before = people.money("eve");
    let report = people.act("eve", &archive);
    let archived = event(&report, "ExperimentArchived");
    let after = people.money("eve");
    assert_eq!(after.held, units(&archived["deposit"]));
    assert!(after.held < before.held, "{archived}");
    let back = before.held - after.held;
    assert_eq!(after.free, before.free + back - units(&report["fee"]));
    let shown = shown(people, experiment);
    assert_eq!(shown["archived"], true);
    assert_eq!(shown["description"], "");
    assert_eq!(shown["tags"], json!([]));
    let terms = ["--experiment", experiment, "--reward", "1"];
    people.are_refused("eve", &offer(&terms), "Archived");
    people.run("eve", &["archive-experiment", "77"]).fails(5, &["no experiment 77"]);
}

fn shown(people: &People, experiment: &str) -> Value {
    let all = people.chain.run(&["experiments"]).json();
    let all = all.as_array().unwrap();
    let found = all.iter().find(|one| number(one, "experiment") == experiment);
    found.unwrap().clone()
}

fn offer<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let data = ["propose-task"].into_iter().chain(DIGITS_TASK);
    data.chain(OFFER).chain(more.iter().copied()).collect()
}

/// A number of an answer, as an argument.
fn number(answer: &Value, name: &str) -> String {
    answer[name].to_string()
}
