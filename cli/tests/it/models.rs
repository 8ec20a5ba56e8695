//! What a delivered model is to somebody who did not ask for it.

use crate::{model_files::hash_of, people::People};
use safetensors::SafeTensors;
use serde_json::{json, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The model card names the classes of the digits.
const CLASSES: &str = "Classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.";

/// The model card says that it cannot tell of each class.
const WITHOUT_ROWS: &str = "The test rows were not at hand.";

/// Eve has no private file of the task, so class names and encoding come from the published
/// training data. She gets the same file, byte for byte, that following the task has written for
/// the custodian, and `verify` tells it from a changed copy.
pub(crate) fn anybody_fetches_and_verifies_those_of_the_curriculum(
    people: &People,
    followed: &Value,
    home: &Path,
) {
    let task = followed["task"].to_string();
    let (data, out) = (home.join("data-of-eve"), home.join("models-of-eve"));
    let fetched =
        people.ask("eve", &["--data-dir", name(&data), "fetch-model", &task, "--out", name(&out)]);
    let (fetched, written) = (list(&fetched), list(&followed["models"]));
    assert_eq!(fetched.len(), written.len());
    for (fetched, written) in fetched.iter().zip(written) {
        is_the_same(fetched, written);
    }
    let model = file(&fetched[0], "file");
    a_changed_weight_is_found_out(people, &model);
    changed_names_and_thresholds_are_found_out(people, &model);
    without_the_published_data_nothing_is_called_verified(people, &model);
}

/// Eve cannot open the model, and can verify everything else that is said about it.
pub(crate) fn only_the_requester_opens_those_of_a_sponsor(
    people: &People,
    followed: &Value,
    home: &Path,
) {
    let task = followed["task"].to_string();
    let data = home.join("data-of-eve");
    let fetch = ["--data-dir", name(&data), "fetch-model", &task];
    let place = data.join("requests");
    people.run("eve", &fetch).fails(6, &["only the requester", name(&place)]);
    let model = file(&followed["models"][0], "file");
    for target in [&*task, name(&model)] {
        let findings = people.ask("eve", &["verify", target]);
        assert_eq!(findings[0]["holds"], true, "{findings}");
    }
}

fn is_the_same(fetched: &Value, written: &Value) {
    for field in ["task", "experiment", "version", "worker", "model", "score"] {
        assert_eq!(fetched[field], written[field], "{field}");
    }
    let [ours, theirs] = [fetched, written].map(|model| file(model, "file"));
    assert_ne!(ours, theirs);
    assert!(fs::read(ours).unwrap() == fs::read(theirs).unwrap(), "the file differs");
    let [ours, theirs] =
        [fetched, written].map(|model| fs::read_to_string(file(model, "card")).unwrap());
    assert!(ours.contains(CLASSES) && theirs.contains(CLASSES), "{ours}\n{theirs}");
    // The rows of the test blocks are in the private file alone.
    assert!(ours.contains(WITHOUT_ROWS) && !theirs.contains(WITHOUT_ROWS), "{ours}\n{theirs}");
}

fn a_changed_weight_is_found_out(people: &People, model: &Path) {
    let findings = people.ask("eve", &["verify", name(model)]);
    assert_eq!(findings[0]["holds"], true, "{findings}");
    assert_eq!(findings[0]["earlier"], json!([]), "{findings}");
    let mut bytes = fs::read(model).unwrap();
    // The file ends with a weight of four bytes, the lowest first, which the lowest bit changes by
    // one.
    let place = bytes.len() - 4;
    bytes[place] ^= 1;
    let changed = model.with_file_name("changed.safetensors");
    fs::write(&changed, bytes).unwrap();
    people.run("eve", &["verify", name(&changed)]).fails(7, &["the file was changed"]);
}

/// The commitment binds the encoding: a file that contradicts itself is no model, and one that does
/// not is another one.
fn changed_names_and_thresholds_are_found_out(people: &People, model: &Path) {
    let classes = ["1", "0", "2", "3", "4", "5", "6", "7", "8", "9"];
    let cases: [&dyn Fn(&mut Value); 3] = [
        &|encoding| encoding["target"]["names"] = json!(classes),
        &|encoding| encoding["columns"][0]["how"]["at"][0] = json!("0.25"),
        &|encoding| encoding["columns"][0]["name"] = json!("renamed"),
    ];
    for change in cases {
        let changed = with_metadata(model, |about| change(&mut about["encoding"]));
        people.run("eve", &["verify", name(&changed)]).fails(2, &["names of classes"]);
        let changed = with_metadata(model, |about| {
            change(&mut about["encoding"]);
            about["encoding_hash"] = json!(hash_of(&about["encoding"]));
        });
        people.run("eve", &["verify", name(&changed)]).fails(7, &["the file was changed"]);
    }
}

fn without_the_published_data_nothing_is_called_verified(people: &People, model: &Path) {
    let away = ["verify", name(model), "--with-data", "--store", "http://127.0.0.1:1"];
    let finished = people.run("eve", &away);
    assert_eq!(finished.code, Some(3), "{}\n{}", finished.stdout, finished.stderr);
    let findings: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(findings[0]["holds"], false, "{findings}");
    assert!(finished.stderr.contains("not everything is verified"), "{}", finished.stderr);
    let told = people.ask("eve", &["verify", name(model), "--with-data"]);
    assert_eq!(told[0]["holds"], true, "{told}");
}

/// A copy of a model file in which what stands beside the weights is changed.
fn with_metadata(model: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let bytes = fs::read(model).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let mut metadata = header.metadata().clone().expect("the model has metadata");
    let about = metadata.get_mut("nocknock").expect("the metadata is the program's");
    let mut value: Value = serde_json::from_str(about).unwrap();
    change(&mut value);
    *about = value.to_string();
    let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    let changed = model.with_file_name("renamed.safetensors");
    fs::write(&changed, safetensors::serialize(tensors, Some(metadata)).unwrap()).unwrap();
    changed
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[track_caller]
fn file(model: &Value, field: &str) -> PathBuf {
    PathBuf::from(model[field].as_str().expect("the name of a file"))
}

#[track_caller]
fn name(path: &Path) -> &str {
    path.to_str().expect("the path is text in UTF-8")
}
