//! Commands that need no node.

use crate::{
    model_files::{write, write_first},
    support::{command, run},
};
use nocknock_client::{Keys, Password};
use nocknock_primitives::ids::ContentHash;
use serde_json::{json, Value};
use std::fs;

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
    write(&home.path().join("model.safetensors"), |_| {});
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
    let words = ["other.csv: the table does not have the columns b"];
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
    let names = |about: &mut Value, names: &[&str]| {
        about["encoding"]["target"]["names"] = json!(names);
    };
    let cases: [(&dyn Fn(&mut Value), &str); 8] = [
        (&|about| about["architecture"]["inputs"] = json!(5), "tensor layers.0.weight"),
        (&|about| about["encoding"]["inputBits"] = json!(16), "not that of its architecture"),
        (&|about| about["encoding"]["inputs"] = json!(100), "not that of its architecture"),
        (&|about| about["encoding_hash"] = json!(ContentHash([9; 32])), "its names of classes"),
        (&|about| names(about, &["no", "yes", "perhaps"]), "names 3 classes"),
        (&|about| names(about, &["no", "no"]), "is there twice"),
        (
            &|about| about["encoding"]["columns"][0]["how"]["at"] = json!(["2", "1"]),
            "thresholds must rise",
        ),
        (&|about| about["origin"]["score"] = json!({ "correct": 3, "total": 2 }), "not possible"),
    ];
    for (change, words) in cases {
        write(&model, change);
        run(home.path(), &predict("plain.csv", &[])).fails(2, &["model.safetensors", words]);
    }
}

/// A name that nobody could have published makes the whole file unusable.
#[test]
fn names_of_classes_do_not_steer_the_terminal() {
    let home = home();
    let model = home.path().join("model.safetensors");
    let hostile = "\u{1b}[31myes\u{1b}[2J\u{202e}\n1 no";
    let this_release = || {
        write(&model, |about| about["encoding"]["target"]["names"] = json!(["no", hostile]));
    };
    let first_release = || write_first(&model, |about| about["classes"] = json!(["no", hostile]));
    let releases: [&dyn Fn(); 2] = [&this_release, &first_release];
    for write_model in releases {
        write_model();
        for output in ["table", "json"] {
            let finished = run(home.path(), &predict("plain.csv", &["--output", output]));
            assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
            let told = finished.stderr;
            let hidden = ['\u{1b}', '\u{202e}'].map(|c| told.contains(c));
            assert_eq!(hidden, [false; 2], "{told:?}");
            assert!(told.contains("model.safetensors"), "{told}");
        }
    }
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
