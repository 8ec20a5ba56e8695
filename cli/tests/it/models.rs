//! What a delivered model is to somebody who did not ask for it.

use crate::people::People;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The model card names the classes of the digits.
const CLASSES: &str = "Classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.";

/// Eve has no private file of the task, so class names and scaling come from the published training
/// data. She gets, byte for byte, what following the task has written for the requester, and
/// `verify` tells it from a changed copy.
pub(crate) fn anybody_fetches_and_verifies_them(people: &People, followed: &Value, home: &Path) {
    let task = followed["task"].to_string();
    let (data, out) = (home.join("data-of-eve"), home.join("models-of-eve"));
    let fetched =
        people.ask("eve", &["--data-dir", name(&data), "fetch-model", &task, "--out", name(&out)]);
    let (fetched, written) = (list(&fetched), list(&followed["models"]));
    assert_eq!(fetched.len(), written.len());
    for (fetched, written) in fetched.iter().zip(written) {
        is_the_same(fetched, written);
    }
    a_changed_weight_is_found_out(people, &file(&fetched[0], "file"));
}

fn is_the_same(fetched: &Value, written: &Value) {
    for field in ["task", "experiment", "version", "worker", "model", "score"] {
        assert_eq!(fetched[field], written[field], "{field}");
    }
    for field in ["file", "card"] {
        let [fetched, written] = [fetched, written].map(|model| file(model, field));
        assert_ne!(fetched, written);
        let [fetched, written] = [fetched, written].map(|path| fs::read(path).unwrap());
        assert!(fetched == written, "the {field} differs");
    }
    let card = fs::read_to_string(file(fetched, "card")).unwrap();
    assert!(card.contains(CLASSES), "{card}");
}

fn a_changed_weight_is_found_out(people: &People, model: &Path) {
    let findings = people.ask("eve", &["verify", name(model)]);
    assert_eq!(findings[0]["holds"], true, "{findings}");
    let mut bytes = fs::read(model).unwrap();
    // The file ends with a bias of four bytes, the lowest first, which the lowest bit changes by
    // one.
    let place = bytes.len() - 4;
    bytes[place] ^= 1;
    let changed = model.with_file_name("changed.safetensors");
    fs::write(&changed, bytes).unwrap();
    people.run("eve", &["verify", name(&changed)]).fails(7, &["the file was changed"]);
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
