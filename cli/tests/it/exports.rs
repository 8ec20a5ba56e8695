//! What `nocknock export` writes, held against what the commands say that read one kind each.

use crate::{chain::Chain, people::People};
use serde_json::{json, Value};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The files, in the order in which the command names them.
const KINDS: [&str; 6] = ["blocks", "experiments", "tasks", "models", "facts", "provenance"];

/// Blocks that are exported unless others are asked for.
const LAST_BLOCKS: u64 = 100;

/// A folder that was exported to.
#[derive(Debug)]
pub(crate) struct Export {
    folder: PathBuf,
    /// The finalised block whose state the files tell.
    block: u64,
}

impl Export {
    /// Exports everything, and checks that each file holds as many values as the command says.
    #[track_caller]
    pub(crate) fn of(chain: &Chain, folder: &Path, more: &[&str]) -> Self {
        let out = folder.to_str().expect("the folder has a name in UTF-8");
        let arguments = [["export", "--out", out].as_slice(), more].concat();
        let report = chain.run(&arguments).json();
        let export = Self {
            folder: folder.to_owned(),
            block: report["block"].as_u64().expect("the number of a block"),
        };
        let files = KINDS.map(|kind| {
            let file = export.file(kind).display().to_string();
            json!({ "file": file, "records": export.read(kind).len() })
        });
        assert_eq!(report["files"], json!(files));
        export
    }

    fn file(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{kind}.jsonl"))
    }

    /// The values of a file, one in each line.
    #[track_caller]
    pub(crate) fn read(&self, kind: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.file(kind)).expect("the file was written");
        let value = |line: &str| -> Value { serde_json::from_str(line).expect("a JSON value") };
        text.lines().map(value).collect()
    }

    /// The blocks from this one up to the exported state are there, each once and in order, and
    /// time passes in them.
    #[track_caller]
    pub(crate) fn has_blocks_from(&self, first: u64) {
        let blocks = self.read("blocks");
        let numbers = |name: &str| -> Vec<u64> {
            let number = |block: &Value| block[name].as_u64().expect("a number");
            blocks.iter().map(number).collect()
        };
        let expected: Vec<u64> = (first..=self.block).collect();
        assert_eq!(numbers("number"), expected);
        let times = numbers("timestamp_millis");
        assert!(times.windows(2).all(|two| two[0] < two[1]), "{times:?}");
        let hashes: BTreeSet<&str> =
            blocks.iter().filter_map(|block| block["hash"].as_str()).collect();
        assert_eq!(hashes.len(), blocks.len(), "a hash is missing or repeated");
    }
}

/// Everything on a chain that has some of each kind, and has just removed a fact.
pub(crate) fn everything_is_exported(people: &People, removed: &str, home: &Path) {
    let chain = &people.chain;
    let export = Export::of(chain, &home.join("export"), &[]);
    export.has_blocks_from((export.block + 1).saturating_sub(LAST_BLOCKS));
    blocks_tell_of_the_removal(&export, removed);
    experiments_are_those_that_are_listed(chain, &export);
    tasks_are_those_that_are_shown(chain, &export);
    models_are_those_of_all_experiments(chain, &export);
    let facts = chain.run(&["wtm", "list", "--limit", "1000"]).json();
    assert_eq!(some(&export, "facts"), list(&facts));
    records_are_those_that_are_verified(chain, &export);
}

fn blocks_tell_of_the_removal(export: &Export, fact: &str) {
    let blocks = export.read("blocks");
    let mut events = blocks.iter().flat_map(|block| {
        let events = list(&block["events"]).iter();
        events.map(move |event| (block, event))
    });
    let removal = events.find(|(_, event)| {
        let number = event["fields"]["fact"].to_string();
        event["event"] == "FactRemoved" && number == fact
    });
    let (block, event) = removal.expect("the removal was exported");
    assert_eq!(event["block"], block["number"]);
}

fn experiments_are_those_that_are_listed(chain: &Chain, export: &Export) {
    let exported = some(export, "experiments");
    let listed = chain.run(&["experiments"]).json();
    let listed = list(&listed);
    assert_eq!(exported.len(), listed.len());
    for (exported, listed) in exported.iter().zip(listed) {
        let number = exported["experiment"].to_string();
        let board = chain.run(&["leaderboard", &number]).json();
        let mut shown = listed.clone();
        shown["leaderboard"] = board;
        shows(&shown, exported);
    }
    let boards = exported.iter().map(|one| list(&one["leaderboard"]).len());
    assert!(boards.sum::<usize>() > 0, "nobody is on a leaderboard");
}

fn tasks_are_those_that_are_shown(chain: &Chain, export: &Export) {
    let exported = some(export, "tasks");
    let listed = chain.run(&["tasks"]).json();
    let numbers = |tasks: &[Value]| -> Vec<Value> {
        let number = |task: &Value| task["task"].clone();
        tasks.iter().map(number).collect()
    };
    assert_eq!(numbers(&exported), numbers(list(&listed)));
    for task in &exported {
        let number = task["task"].to_string();
        shows(&chain.run(&["task", &number, "--no-timeline"]).json(), task);
    }
    let ranked = exported.iter().map(|task| list(&task["ranking"]).len());
    assert!(ranked.sum::<usize>() > 0, "nobody is in a ranking");
}

fn models_are_those_of_all_experiments(chain: &Chain, export: &Export) {
    let mut shown: Vec<Value> = Vec::new();
    for experiment in export.read("experiments") {
        let number = experiment["experiment"].to_string();
        let models = chain.run(&["models", &number]).json();
        shown.extend_from_slice(list(&models));
    }
    assert_eq!(some(export, "models"), shown);
}

/// No command lists provenance records. Those of a task's models are told by `verify`.
fn records_are_those_that_are_verified(chain: &Chain, export: &Export) {
    let models = export.read("models");
    let tasks: BTreeSet<u64> = models.iter().filter_map(|model| model["task"].as_u64()).collect();
    let mut verified: Vec<Value> = Vec::new();
    for task in tasks {
        let findings = chain.run(&["verify", &task.to_string()]).json();
        let records = list(&findings).iter();
        verified.extend(records.map(|finding| finding["record"].clone()));
    }
    verified.sort_by_key(|record| record["record"].as_u64());
    let exported = some(export, "provenance");
    assert_eq!(exported.len(), verified.len());
    for (exported, mut shown) in exported.iter().zip(verified) {
        // Each anchor was closed long ago.
        assert_eq!(exported["closed_anchor"]["anchor"], exported["anchor"]);
        shown["closed_anchor"] = exported["closed_anchor"].clone();
        shows(&shown, exported);
    }
}

/// The values of a file that must not be empty.
#[track_caller]
fn some(export: &Export, kind: &str) -> Vec<Value> {
    let values = export.read(kind);
    assert!(!values.is_empty(), "no {kind} were exported");
    values
}

/// Every field of an exported value is shown, and says the same.
#[track_caller]
fn shows(shown: &Value, exported: &Value) {
    let fields = exported.as_object().expect("an object");
    for (name, value) in fields {
        assert_eq!(shown.get(name), Some(value), "{name} of {exported}");
    }
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}
