//! Experiments that name the encoding of their tasks.

use crate::{chain::Chain, support::Finished};
use serde_json::Value;
use std::{fs, path::Path};

/// Writes a table of people, whose ages begin here.
fn write_people(home: &Path, file: &str, first: usize, towns: [&str; 2]) {
    let line = |row: usize| {
        let (age, town) = (first + row * 37 % 61, towns[row % 2]);
        let class = if age > first + 30 { "old" } else { "young" };
        format!("{age},{town},{class}\n")
    };
    let lines: String = (0..60).map(line).collect();
    fs::write(home.join(file), format!("age,town,class\n{lines}")).unwrap();
}

/// What an offer of Bob's with this file would be.
fn offer(chain: &Chain, experiment: &str, file: &str, more: &[&str]) -> Finished {
    let offer = [
        "propose-task",
        "--dev-account",
        "bob",
        "--experiment",
        experiment,
        "--data",
        file,
        "--reward",
        "20",
        "--dry-run",
    ];
    chain.run(&[offer.as_slice(), more].concat())
}

#[test]
fn an_experiment_that_names_an_encoding_takes_other_tables_in_it_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let chain = Chain::start_with(home.path(), &["--endowed"]);
    write_people(home.path(), "first.csv", 20, ["Bonn", "Jena"]);
    write_people(home.path(), "later.csv", 25, ["Jena", "Ulm"]);
    fs::write(home.path().join("other.csv"), "age,class\n1,old\n2,young\n").unwrap();
    let check = ["check-data", "first.csv", "--write-encoding", "people.json"];
    let encoding = chain.run(&check).json()["encoding_hash"].clone();

    let create = ["create-experiment", "--dev-account", "bob", "--name", "People"];
    let create = [create.as_slice(), &["--encoding", "people.json"]].concat();
    let created = chain.run(&create).json();
    assert_eq!(created["encoding"], encoding);
    let experiment = created["experiment"].to_string();
    let all = chain.run(&["experiments"]).json();
    let named = |one: &Value| one["experiment"] == created["experiment"];
    let shown = all.as_array().unwrap().iter().find(|one| named(one)).unwrap();
    assert_eq!(shown["encoding"], encoding);

    offer(&chain, &experiment, "first.csv", &[]).json();
    offer(&chain, &experiment, "later.csv", &[]).json();
    let other = offer(&chain, &experiment, "other.csv", &[]);
    other.fails(2, &["does not have the columns town"]);
    for more in [["--label", "town"], ["--range", "levels"], ["--tolerance", "1"]] {
        let refused = offer(&chain, &experiment, "first.csv", &more);
        refused.fails(2, &[more[0], "contradicts the encoding"]);
    }

    // Another machine has no copy, and no task of the experiment tells it.
    fs::remove_dir_all(home.path().join("data/nocknock/encodings")).unwrap();
    offer(&chain, &experiment, "first.csv", &[]).json();
    let later = offer(&chain, &experiment, "later.csv", &[]);
    later.fails(2, &["all tasks of experiment", "--encoding"]);
    offer(&chain, &experiment, "later.csv", &["--encoding", "people.json"]).json();
}
