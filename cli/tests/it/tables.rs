//! Tables as people have them: what programs write, with the mistakes that people make.

mod files;

use crate::{
    model_files::{write, write_first},
    processes::program,
    support::{run, Finished},
    workers::{clean, SHAPE},
};
use serde_json::{json, Value};
use std::{fs, path::Path};
use tempfile::TempDir;

/// Four rows of two classes below names that are numbers.
const NUMERIC_NAMES: &str = "0,1,label\n0.1,0.2,cat\n0.9,0.8,dog\n0.2,0.1,cat\n0.8,0.9,dog\n";

/// The same with classes that are numbers, as pandas writes a frame without names.
const PANDAS_NAMES: &str = "0,1,2\n0.1,0.2,0\n0.9,0.8,1\n0.2,0.1,0\n0.8,0.9,1\n";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(home.path().join(name), content).unwrap();
    }
    home
}

/// A model of an earlier release with these columns and classes, each number from 0 to 3.
fn earlier_model(home: &Path, columns: &[&str], classes: &[&str]) {
    let column = |name: &&str| json!({ "name": name, "low": "0", "high": "3" });
    write_first(&home.join("model.safetensors"), |about| {
        about["classes"] = json!(classes);
        about["quantiser"]["columns"] = columns.iter().map(column).collect();
    });
}

fn predict(home: &Path, data: &str, more: &[&str]) -> Finished {
    let arguments = ["predict", "--model", "model.safetensors", "--data", data];
    run(home, &[arguments.as_slice(), more].concat())
}

fn predict_json(home: &Path, data: &str, more: &[&str]) -> Value {
    predict(home, data, &[more, &["--output", "json"]].concat()).json()
}

/// Trains for two epochs, without rows for validation.
fn train(home: &Path, data: &str, shape: &str, more: &[&str]) -> Finished {
    let settings =
        "[training]\ndevice = \"cpu\"\nsearch = \"off\"\n[training.settings]\nepochs = 2\n\
                    validation_share = 0.0\n";
    fs::write(home.join("worker.toml"), settings).unwrap();
    fs::remove_dir_all(home.join("out")).ok();
    let mut command = clean(&program("nocknock-worker"), home);
    command.args(["--state", ".", "train", "--data", data, "--shape", shape, "--out", "out"]);
    let finished = Finished::from(command.args(more).output().unwrap());
    assert!(!finished.stderr.contains("panicked at"), "{}", finished.stderr);
    finished
}

/// What the training has reported.
#[track_caller]
fn report(home: &Path) -> Value {
    let folders = fs::read_dir(home.join("out")).unwrap();
    let mut reports = folders.map(|entry| entry.unwrap().path().join("report.json"));
    let report = reports.find(|path| path.is_file()).expect("the training has a report");
    serde_json::from_slice(&fs::read(report).unwrap()).unwrap()
}

/// Rows that a training has learned from.
#[track_caller]
fn trained_rows(home: &Path) -> Value {
    report(home)["training"]["rows"].clone()
}

/// Classes that have rows.
#[track_caller]
fn trained_classes(home: &Path) -> usize {
    let report = report(home);
    let counts = &report["training"]["errors"]["classes"]["counts"];
    let rows =
        |line: &Value| line.as_array().unwrap().iter().filter_map(Value::as_u64).sum::<u64>();
    counts.as_array().unwrap().iter().filter(|line| rows(line) > 0).count()
}

/// A file of NumPy.
fn npy(kind: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    let header = format!("{header:<117}\n");
    [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), header.as_bytes(), data].concat()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    hex::decode(hexadecimal).expect("the file is written in hexadecimal digits")
}

#[test]
fn names_of_columns_that_are_numbers_are_no_row() {
    let home =
        folder(&[("named.csv", NUMERIC_NAMES.as_bytes()), ("pandas.csv", PANDAS_NAMES.as_bytes())]);
    for data in ["named.csv", "pandas.csv"] {
        let trained = train(home.path(), data, SHAPE, &[]);
        assert!(trained.stderr.contains("header"), "{data}: {}", trained.stderr);
        trained.text();
        assert_eq!(trained_rows(home.path()), 4, "{data}");
    }
    earlier_model(home.path(), &["0", "1"], &["cat", "dog"]);
    let value = predict_json(home.path(), "named.csv", &[]);
    assert_eq!((&value["rows"], &value["labelled"]), (&json!(4), &json!(4)));
}

#[test]
fn predict_and_train_can_be_told_what_propose_task_was_told() {
    let home = folder(&[("data.csv", NUMERIC_NAMES.as_bytes())]);
    earlier_model(home.path(), &["0", "1"], &["cat", "dog"]);
    for (header, rows) in [("present", 4), ("absent", 5)] {
        let value = predict_json(home.path(), "data.csv", &["--header", header]);
        assert_eq!(value["rows"], rows, "{header}");
        train(home.path(), "data.csv", SHAPE, &["--header", header]).text();
        assert_eq!(trained_rows(home.path()), rows, "{header}");
    }
    fs::write(home.path().join("table.toml"), "version = 1\n[read]\nheader = \"absent\"\n")
        .unwrap();
    let value = predict_json(home.path(), "data.csv", &["--table", "table.toml"]);
    assert_eq!(value["rows"], 5);
    train(home.path(), "data.csv", SHAPE, &["--table", "table.toml"]).text();
    assert_eq!(trained_rows(home.path()), 5);
}

#[test]
fn one_name_that_is_a_number_is_a_matter_of_the_header() {
    let home = folder(&[("data.csv", "age,2019,label\n1,2,x\n3,4,y\n".as_bytes())]);
    let trained = train(home.path(), "data.csv", "tiny-4x3x2", &[]);
    assert!(trained.stderr.contains("header"), "{}", trained.stderr);
}

#[test]
fn an_index_that_pandas_has_written_is_told() {
    let home = folder(&[("data.csv", ",a,b,label\n0,1,2,x\n1,3,4,y\n".as_bytes())]);
    let trained = train(home.path(), "data.csv", "tiny-4x3x2", &[]);
    assert!(trained.stderr.contains("column 1 has no name"), "{}", trained.stderr);
}

#[test]
fn three_and_three_point_zero_are_one_class() {
    let home = folder(&[("data.csv", "a,label\n1,3\n2,3.0\n3,5\n".as_bytes())]);
    train(home.path(), "data.csv", SHAPE, &[]).text();
    assert_eq!(trained_classes(home.path()), 2);
}

#[test]
fn what_polars_writes_by_default_is_read() {
    let home = folder(&[("data.parquet", bytes(files::POLARS).as_slice())]);
    earlier_model(home.path(), &["a"], &["cat", "dog"]);
    let value = predict_json(home.path(), "data.parquet", &[]);
    assert!(value["rows"].as_u64() > Some(0), "{value}");
}

/// The classes are 9007199254740992, 9007199254740993 and 5.
#[test]
fn labels_beyond_two_to_the_53_stay_apart() {
    let big = 1i64 << 53;
    let rows = [[0, big], [1, big + 1], [2, 5], [3, 5]];
    let rows: Vec<u8> = rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    let home = folder(&[
        ("ids.npy", npy("<i8", "4, 2", &rows).as_slice()),
        ("ids.parquet", bytes(files::IDS).as_slice()),
    ]);
    for data in ["ids.npy", "ids.parquet"] {
        train(home.path(), data, SHAPE, &[]).text();
        assert_eq!(trained_classes(home.path()), 3, "{data}");
        earlier_model(home.path(), &["a"], &["9007199254740992", "9007199254740993"]);
        let value = predict_json(home.path(), data, &[]);
        assert_eq!((&value["correct"], &value["labelled"]), (&json!(1), &json!(4)), "{value}");
    }
}

#[test]
fn a_promise_of_columns_allocates_nothing() {
    let home = folder(&[("promise.npy", npy("<f8", "0, 99999999999", &[]).as_slice())]);
    let refused = train(home.path(), "promise.npy", "tiny-4x3x2", &[]);
    assert!(matches!(refused.code, Some(1 | 2)), "{:?}: {}", refused.code, refused.stderr);
    assert!(!refused.stderr.contains("memory allocation"), "{}", refused.stderr);
}

#[test]
fn half_floats_are_numbers_in_every_format() {
    let rows = [[0, 0], [0x3c00, 0x3c00], [0x4000, 0], [0x4200, 0x3c00u16]];
    let rows: Vec<u8> = rows.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    let home = folder(&[("half.npy", npy("<f2", "4, 2", &rows).as_slice())]);
    train(home.path(), "half.npy", "tiny-4x3x2", &[]).text();
    assert_eq!(trained_rows(home.path()), 4);
    assert_eq!(trained_classes(home.path()), 2);
}

#[test]
fn earlier_model_files_are_read_for_predictions_and_checked() {
    let home = folder(&[("two.csv", "a,b\n0.5,2\n0.1,8\n".as_bytes())]);
    let model = home.path().join("model.safetensors");
    write_first(&model, |_| {});
    assert_eq!(predict_json(home.path(), "two.csv", &[])["predictions"], json!(["yes", "yes"]));
    for (field, value) in [("inputBits", 16), ("inputs", 100)] {
        write_first(&model, |about| about["quantiser"][field] = json!(value));
        predict(home.path(), "two.csv", &[]).fails(2, &["model.safetensors", "scaling"]);
    }
}

#[test]
fn truth_values_are_one_class_however_they_are_written() {
    let home = folder(&[
        ("truth.csv", "a,label\n0,False\n1,False\n2,True\n3,True\n".as_bytes()),
        ("truth.parquet", bytes(files::TRUTH).as_slice()),
        ("feature.csv", "flag,label\nTrue,x\nFalse,y\n".as_bytes()),
    ]);
    earlier_model(home.path(), &["a"], &["False", "True"]);
    for data in ["truth.csv", "truth.parquet"] {
        let value = predict_json(home.path(), data, &[]);
        assert_eq!((&value["correct"], &value["labelled"]), (&json!(2), &json!(4)), "{value}");
        assert_eq!(value["warnings"], json!([]), "{data}");
    }
    train(home.path(), "feature.csv", "tiny-4x3x2", &[]).text();
    assert_eq!(trained_classes(home.path()), 2);
}

/// Whatever a file holds where its labels are said to be, none of it is shown.
#[test]
fn labels_that_name_no_class_are_told() {
    let home = folder(&[("data.csv", "a,b,class\n1,2,yes\n3,0,secret\n0,1,secret\n".as_bytes())]);
    write(&home.path().join("model.safetensors"), |_| {});
    let told = predict(home.path(), "data.csv", &[]);
    for words in ["warning: 2 rows have a label that names no class", "row 2"] {
        assert!(told.stderr.contains(words), "{}", told.stderr);
    }
    assert!(!format!("{}{}", told.stdout, told.stderr).contains("secret"), "{}", told.stdout);
    assert!(told.stdout.contains("1 of 3 rows are right"), "{}", told.stdout);
    let value = predict_json(home.path(), "data.csv", &[]);
    assert_eq!(value["warnings"].as_array().map(Vec::len), Some(1), "{value}");
}

#[test]
fn columns_may_stand_in_any_order_with_others_between_them() {
    let home = folder(&[("data.csv", "note;b;class;a\nx;2;yes;1\ny;0;no;3\n".as_bytes())]);
    write(&home.path().join("model.safetensors"), |_| {});
    let value = predict_json(home.path(), "data.csv", &[]);
    assert_eq!((&value["correct"], &value["labelled"]), (&json!(1), &json!(2)), "{value}");
    let warnings = value["warnings"].to_string();
    assert_eq!(warnings.matches("note").count(), 1, "{warnings}");
}

/// More rows than are read at a time.
#[test]
fn the_class_of_every_row_of_a_long_file_is_written() {
    let rows: String = (0..5_000).map(|row| format!("{},{}\n", row % 4, row % 3)).collect();
    let home = folder(&[("data.csv", format!("a,b\n{rows}").as_bytes())]);
    write(&home.path().join("model.safetensors"), |_| {});
    let value = predict_json(home.path(), "data.csv", &["--to", "classes.csv"]);
    assert_eq!((&value["rows"], &value["file"]), (&json!(5_000), &json!("classes.csv")));
    let written = fs::read_to_string(home.path().join("classes.csv")).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!((lines.len(), lines[0]), (5_001, "row,class,true class"));
    assert_eq!(lines[5_000], "5000,yes,");
    predict(home.path(), "data.csv", &["--to", "classes.jsonl"]).text();
    let written = fs::read_to_string(home.path().join("classes.jsonl")).unwrap();
    assert_eq!(written.lines().count(), 5_000);
    predict(home.path(), "data.csv", &["--to", "classes.txt"]).fails(2, &[".csv or .jsonl"]);
    assert_eq!(predict_json(home.path(), "data.csv", &[])["predictions"][4_999], "yes");
}

#[test]
fn check_data_tells_all_problems_of_a_file_at_once() {
    let home = folder(&[("data.csv", "empty,kind\n,x\n,x\n,x\n".as_bytes())]);
    let refused = run(home.path(), &["check-data", "data.csv"]);
    refused.fails(2, &["data.csv", "no column to learn from", "class"]);
    let rows: String = (0..40).map(|row| format!("{row},same,{},\n", row % 2)).collect();
    let text = format!("id,same,copy,gap,kind\n{rows}").replace(",\n", ",,yes\n");
    let text = text.replacen(",,yes", ",,no", 20);
    fs::write(home.path().join("data.csv"), text).unwrap();
    let checked = run(home.path(), &["check-data", "data.csv"]);
    let told = format!("{}{}", checked.stdout, checked.stderr);
    assert_eq!(checked.code, Some(0), "{told}");
    for words in ["identifier", "constant", "empty", "propose-task"] {
        assert!(told.contains(words), "no {words} in {told}");
    }
}
