//! The program with a real development chain, which it starts itself.

use crate::{
    chain::{propose, Chain},
    exports::Export,
    processes::until,
    support::run,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

#[test]
fn a_requester_is_killed_and_goes_on_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start(home.path());

    let status = chain.run(&["status", "--dev-account", "alice"]).json();
    assert_eq!(status["emission"]["issuance"], "0");
    assert_eq!(status["account"]["free"], "0");

    let mut follower = chain
        .command(&propose(&["--follow"]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let id = until("the task exists", || {
        let tasks = chain.run(&["tasks"]).json();
        tasks[0]["task"].as_u64()
    });
    follower.kill().unwrap();
    follower.wait().unwrap();

    let id = id.to_string();
    let ended = chain.run(&["follow", &id, "--dev-account", "alice"]).json();
    assert_eq!(ended["outcome"], "no-commitments");

    let task = chain.run(&["task", &id]).json();
    assert_eq!(task["phase"], "done");
    assert_eq!(task["shape"], "digits-64x32x10");
    assert_eq!(task["blocks"], 10);
    assert!(task["train_data"].is_string());
    let events: Vec<&str> = task["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["event"].as_str())
        .collect();
    for name in ["TaskCreated", "SplitDrawn", "TaskOpened", "TaskSettled", "TaskFinished"] {
        assert!(events.contains(&name), "{name} is not in {events:?}");
    }
    let tasks = chain.run(&["tasks"]).json();
    assert_eq!(tasks.as_array().unwrap().len(), 1);

    chain.run(&["fetch-model", &id]).fails(5, &["no model"]);
    chain.run(&["verify", &id]).fails(5, &["no model"]);

    drop(chain);
    the_next_chain_is_not_taken_for_this_one(home.path(), &id);
}

/// A development chain that is begun anew has the same genesis, and none of the tasks.
fn the_next_chain_is_not_taken_for_this_one(home: &Path, task: &str) {
    let next = Chain::start(home);
    let files = private_files(home);
    let follow = ["follow", task, "--dev-account", "alice"];
    next.run(&follow).fails(2, &["another chain than before", "private file stays as it is"]);
    assert_eq!(private_files(home), files);
}

/// The private files in the data folder, with what they hold.
fn private_files(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let requests = home.join("data").join("nocknock").join("requests");
    let chains = requests.read_dir().unwrap().map(|chain| chain.unwrap().path());
    let files = chains.flat_map(|chain| chain.read_dir().unwrap().map(|file| file.unwrap().path()));
    let mut files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    assert!(!files.is_empty());
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

#[test]
fn reading_commands_answer_and_refusals_have_their_codes() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start(home.path());

    let experiments = chain.run(&["experiments", "--tag", "digits"]).json();
    assert_eq!(experiments[0]["name"], "Handwritten digits");
    assert_eq!(experiments[0]["level"], 0.0);
    let circuits = chain.run(&["verify", "circuits"]).json();
    assert!(circuits.as_array().unwrap().len() >= 4);
    let rewards = chain.run(&["rewards"]).json();
    let entry = &rewards["overview"]["curriculum"][0];
    assert_eq!(entry["experiment"], 0);
    assert_eq!(entry["rules"]["format"]["inputs"], 64);
    assert!(entry["rules"]["min_periods"]["claim"].is_u64(), "{entry}");
    assert_eq!(rewards["practice"]["rows"], 195);
    assert_eq!(chain.run(&["query-wtm", "nocknock/score"]).json(), serde_json::json!([]));
    assert_eq!(chain.run(&["leaderboard", "0"]).json(), serde_json::json!([]));

    chain.run(&["leaderboard", "77"]).fails(5, &["no experiment 77"]);
    chain.run(&["task", "77"]).fails(5, &["no task 77"]);
    chain.run(&["create-experiment", "--name", "x"]).fails(6, &["needs keys"]);
    let poor = ["create-experiment", "--name", "x", "--dev-account", "bob"];
    chain.run(&poor).fails(4, &["fee"]);
    let offer = chain.run(&propose(&["--dry-run"])).json();
    assert_eq!(offer["offer"]["blocks"], 10);
    assert_eq!(offer["offer"]["reward"], "0");
    assert!(offer["offer"]["test_blocks"].is_u64(), "{offer}");
    assert!(offer["offer"]["periods"]["commit"].is_u64(), "{offer}");
    let record = &offer["offer"]["held"]["for_storage_until_the_chain_removes_the_task"];
    assert_eq!(*record, "0", "nothing is held in the curriculum");
    let scaled = propose(&["--dry-run"]).into_iter();
    let scaled = scaled.map(|word| if word == "fixed:0:15" { "fixed:0:16" } else { word });
    chain.run(&scaled.collect::<Vec<_>>()).fails(2, &["experiment 0", "--range"]);
    chain.run(&["show-equal-rows", "77"]).fails(5, &["no task 77"]);

    let export = Export::of(&chain, &home.path().join("export"), &["--from", "0"]);
    export.has_blocks_from(0);
    let genesis = &chain.run(&["status"]).json()["chain"]["genesis"];
    assert_eq!(export.read("blocks")[0]["hash"], *genesis);
    assert_eq!(export.read("tasks"), Vec::<Value>::new());
}

#[test]
fn stopping_ends_the_node_and_removes_what_was_temporary() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start(home.path());
    let node = chain.session["node"]["pid"].as_u64().unwrap();
    let folder = PathBuf::from(chain.session["folder"].as_str().unwrap());
    assert!(folder.is_dir());
    drop(chain);
    assert!(!folder.exists());
    assert!(!home.path().join("session.json").exists());
    let alive = Path::new("/proc").join(node.to_string()).exists();
    assert!(!alive, "the node still runs");
    run(home.path(), &["status", "--url", "ws://127.0.0.1:1"]).fails(3, &["127.0.0.1:1"]);
}
