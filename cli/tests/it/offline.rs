//! Commands that need no node.

use crate::support::{command, run};
use nocknock_client::{Keys, Password};
use nocknock_dataset::{encoding_hash, Quantiser};
use nocknock_primitives::{ids::ContentHash, model::names::named};
use safetensors::{tensor::TensorView, Dtype};
use serde_json::{json, Value};
use std::{collections::HashMap, fs, path::Path};

/// A model of the shape for tests that always answers `yes`.
fn write_model(path: &Path) {
    write_changed_model(path, |_| {});
}

/// The same model, beside whose weights something else stands.
fn write_changed_model(path: &Path, change: impl FnOnce(&mut Value)) {
    let bytes = |values: &[i32]| -> Vec<u8> {
        values.iter().flat_map(|value| value.to_le_bytes()).collect()
    };
    let parts = [
        ("layers.0.weight", vec![3, 4], bytes(&[0; 12])),
        ("layers.0.bias", vec![3], bytes(&[0; 3])),
        ("layers.1.weight", vec![2, 3], bytes(&[0; 6])),
        ("layers.1.bias", vec![2], bytes(&[0, 7])),
    ];
    let views = parts.iter().map(|(name, shape, data)| {
        let view = TensorView::new(Dtype::I32, shape.clone(), data).unwrap();
        (*name, view)
    });
    let zeros = "0".repeat(64);
    let column = |name| json!({ "name": name, "low": "0", "high": "3" });
    let mut about = json!({
        "version": 2,
        "architecture": named("tiny-4x3x2"),
        "commitment": format!("0x{zeros}"),
        "key": zeros,
        "classes": ["no", "yes"],
        "quantiser": {
            "inputs": 4, "inputBits": 2, "named": true,
            "columns": [column("a"), column("b")],
        },
        "origin": {
            "genesis": format!("0x{zeros}"), "experiment": 0, "task": 0, "version": 1,
            "worker": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            "score": { "correct": 1, "total": 2 },
        },
    });
    change(&mut about);
    if about["encoding"].is_null() {
        about["encoding"] = json!(encoding(&about));
    }
    let metadata = HashMap::from([("nocknock".to_owned(), about.to_string())]);
    fs::write(path, safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
}

/// The hash of names and scaling. Any will do where they cannot be read.
fn encoding(about: &Value) -> ContentHash {
    let classes: Vec<String> = serde_json::from_value(about["classes"].clone()).unwrap();
    let quantiser = serde_json::from_value::<Quantiser>(about["quantiser"].clone());
    quantiser.map_or(ContentHash([0; 32]), |quantiser| encoding_hash(&classes, &quantiser))
}

#[test]
fn a_reader_that_has_gone_changes_no_exit_code() {
    let home = home();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command(home.path());
    command.args(predict("missing.csv", &[])).stderr(writer);
    assert_eq!(command.status().unwrap().code(), Some(2));
}

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    write_model(&home.path().join("model.safetensors"));
    fs::write(home.path().join("labelled.csv"), "a,b,class\n1,2,yes\n3,0,no\n0,1,yes\n").unwrap();
    fs::write(home.path().join("plain.csv"), "a,b\n1,2\n3,0\n").unwrap();
    home
}

fn predict<'a>(data: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let first = ["predict", "--model", "model.safetensors", "--data", data];
    first.iter().chain(more).copied().collect()
}

#[test]
fn predictions_come_with_their_accuracy_if_the_file_has_the_classes() {
    let home = home();
    let value = run(home.path(), &predict("labelled.csv", &["--output", "json"])).json();
    assert_eq!(value["predictions"], json!(["yes", "yes", "yes"]));
    assert_eq!(value["correct"], 2);
    assert_eq!(value["labelled"], 3);
    let text = run(home.path(), &predict("labelled.csv", &[])).text();
    assert!(text.contains("2 of 3 rows are right: 66.67 %"), "{text}");
}

#[test]
fn a_file_without_classes_is_classified_as_well() {
    let home = home();
    let value = run(home.path(), &predict("plain.csv", &["--output", "json"])).json();
    assert_eq!(value["predictions"], json!(["yes", "yes"]));
    assert_eq!(value["accuracy"], json!(null));
}

#[test]
fn columns_that_the_model_does_not_know_are_refused() {
    let home = home();
    fs::write(home.path().join("other.csv"), "a,x,class\n1,2,yes\n3,0,no\n").unwrap();
    let words = ["column 2 is `x`", "`b`"];
    run(home.path(), &predict("other.csv", &[])).fails(2, &words);
}

#[test]
fn a_file_that_is_no_model_is_named() {
    let home = home();
    fs::write(home.path().join("model.safetensors"), "hello").unwrap();
    let words = ["model.safetensors", "not a safetensors file"];
    run(home.path(), &predict("plain.csv", &[])).fails(2, &words);
}

#[test]
fn a_model_file_is_believed_in_nothing_that_its_shape_contradicts() {
    let home = home();
    let model = home.path().join("model.safetensors");
    let cases: [(fn(&mut Value), &str); 7] = [
        (|about| about["architecture"]["inputs"] = json!(5), "tensor layers.0.weight"),
        (|about| about["quantiser"]["inputBits"] = json!(16), "not that of its architecture"),
        (|about| about["quantiser"]["inputs"] = json!(100), "not that of its architecture"),
        (|about| about["encoding"] = json!(ContentHash([9; 32])), "its names of classes"),
        (|about| about["classes"] = json!(["no", "yes", "perhaps"]), "names 3 classes"),
        (|about| about["classes"] = json!(["no", "no"]), "that of another class"),
        (|about| about["origin"]["score"] = json!({ "correct": 3, "total": 2 }), "not possible"),
    ];
    for (change, words) in cases {
        write_changed_model(&model, change);
        run(home.path(), &predict("plain.csv", &[])).fails(2, &["model.safetensors", words]);
    }
}

#[test]
fn names_of_classes_do_not_steer_the_terminal() {
    let home = home();
    let hostile = "\u{1b}[31myes\u{1b}[2J\u{202e}\n1 no";
    write_changed_model(&home.path().join("model.safetensors"), |about| {
        about["classes"] = json!(["no", hostile]);
    });
    for output in ["table", "json"] {
        let shown = run(home.path(), &predict("plain.csv", &["--output", output])).text();
        let hidden = ['\u{1b}', '\u{202e}'].map(|c| shown.contains(c));
        assert_eq!(hidden, [false; 2], "{shown:?}");
    }
    let value = run(home.path(), &predict("plain.csv", &["--output", "json"])).json();
    assert_eq!(value["predictions"], json!([hostile, hostile]));
}

#[test]
fn a_folder_for_a_model_that_nobody_waits_for_is_refused() {
    let home = home();
    let offer = ["propose-task", "--experiment", "0", "--data", "plain.csv"];
    let arguments = [offer.as_slice(), &["--out", "models"]].concat();
    run(home.path(), &arguments).fails(2, &["--follow"]);
}

#[test]
fn a_model_that_is_not_there_is_named_once() {
    let home = home();
    let arguments = ["predict", "--model", "nowhere", "--data", "plain.csv"];
    run(home.path(), &arguments).fails(2, &["error: nowhere: cannot be read"]);
}

#[test]
fn the_configuration_is_written_once_and_read_back() {
    let home = home();
    let path = run(home.path(), &["config", "path"]).text();
    assert!(path.trim_end().ends_with("cli.toml"), "{path}");
    let before = run(home.path(), &["config", "show", "--output", "json"]).json();
    run(home.path(), &["config", "init"]).text();
    let after = run(home.path(), &["config", "show", "--output", "json"]).json();
    assert_eq!(before, after);
    run(home.path(), &["config", "init"]).fails(1, &["cli.toml", "there already"]);
}

#[test]
fn arguments_go_before_the_environment_and_that_before_the_file() {
    let home = home();
    let file = home.path().join("own.toml");
    fs::write(&file, "[chain]\nurls = [\"ws://file\"]\n").unwrap();
    let show = |more: &[&str], variable: Option<&str>| {
        let mut command = crate::support::command(home.path());
        command.args(["config", "show", "--output", "json", "--config"]);
        command.arg(&file).args(more);
        if let Some(url) = variable {
            command.env("NOCKNOCK_URL", url);
        }
        let finished = crate::support::Finished::from(command.output().unwrap());
        finished.json()["chain"]["urls"].clone()
    };
    assert_eq!(show(&[], None), json!(["ws://file"]));
    assert_eq!(show(&[], Some("ws://variable")), json!(["ws://variable"]));
    let both = show(&["--url", "ws://argument"], Some("ws://variable"));
    assert_eq!(both, json!(["ws://argument"]));
}

#[test]
fn a_broken_configuration_is_named() {
    let home = home();
    fs::write(home.path().join("bad.toml"), "[chain]\nurl = 3\n").unwrap();
    let arguments = ["config", "show", "--config", "bad.toml"];
    run(home.path(), &arguments).fails(2, &["bad.toml", "url"]);
}

#[test]
fn every_shell_gets_a_completion_script() {
    let home = home();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(home.path(), &["completions", shell]).text();
        assert!(script.contains("propose-task"), "{shell}");
    }
}

#[test]
fn wrong_arguments_and_unknown_commands_end_with_code_2() {
    let home = home();
    run(home.path(), &["no-such-command"]).fails(2, &["no-such-command"]);
    run(home.path(), &["transfer", "5Grw", "1"]).fails(2, &["SS58"]);
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    run(home.path(), &["transfer", alice, "1,5"]).fails(2, &["number of NNK"]);
    run(home.path(), &["status", "--url", "http://127.0.0.1:1"]).fails(2, &["ws://"]);
    run(home.path(), &["describe-experiment", "0"]).fails(2, &["--name"]);
    run(home.path(), &["set-stage", "0", "1", "champion"]).fails(2, &["candidate", "archived"]);
}

#[test]
fn errors_are_json_for_programs() {
    let home = home();
    let finished = run(home.path(), &predict("none.csv", &["--output", "json"]));
    let error: serde_json::Value = serde_json::from_str(&finished.stderr).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
    assert_eq!(error["error"]["code"], 2);
    assert_eq!(finished.code, Some(2));
}

#[test]
fn a_seed_file_that_others_can_read_is_refused_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    let seed = home.path().join("seed");
    fs::write(&seed, format!("0x{}", "11".repeat(32))).unwrap();
    fs::set_permissions(&seed, fs::Permissions::from_mode(0o644)).unwrap();
    let finished = run(home.path(), &["status", "--seed-file", "seed"]);
    assert!(!finished.stderr.contains("1111"), "{}", finished.stderr);
    finished.fails(6, &["chmod 600"]);
}

/// Each of these ends before a node is asked.
#[test]
fn a_keystore_that_cannot_be_used_is_refused_with_a_sentence_of_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let home = home();
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write("text", "hello");
    write("password", "right\n");
    write("other", "wrong");
    let password = Password::new("right".to_owned());
    let keys = Keys::development("alice").unwrap();
    keys.write_keystore(&home.path().join("sealed"), Some(&password)).unwrap();
    keys.write_keystore(&home.path().join("open"), None).unwrap();
    fs::set_permissions(home.path().join("open"), fs::Permissions::from_mode(0o644)).unwrap();

    let refuse = |arguments: &[&str], code: i32, words: &[&str]| {
        let arguments = [&["status"], arguments].concat();
        let finished = run(home.path(), &arguments);
        assert!(!finished.stderr.contains("right"), "{}", finished.stderr);
        finished.fails(code, words);
    };
    refuse(&["--keystore", "missing"], 6, &["missing"]);
    refuse(&["--keystore", "text"], 6, &["text", "not a keystore"]);
    refuse(&["--seed-file", "sealed"], 6, &["sealed is not"]);
    refuse(&["--keystore", "open"], 6, &["open", "chmod 600"]);
    refuse(&["--keystore", "sealed"], 6, &["sealed", "password"]);
    let wrong = ["--keystore", "sealed", "--password-file", "other"];
    refuse(&wrong, 6, &["the password does not open", "sealed"]);
    let no_password = ["--keystore", "sealed", "--password-file", "nowhere"];
    refuse(&no_password, 6, &["nowhere"]);
    let no_keystore = ["--password-file", "password"];
    refuse(&no_keystore, 2, &["--password-file", "no keystore signs"]);
    let two = ["--keystore", "sealed", "--seed-file", "text"];
    refuse(&two, 2, &["--keystore", "--seed-file", "two accounts"]);
    // With its password the keystore opens, and only then is the address looked at.
    let usable = ["--keystore", "sealed", "--password-file", "password", "--url", "http://node"];
    refuse(&usable, 2, &["ws://"]);
}
