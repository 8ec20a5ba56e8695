//! What the program says and how it ends.

use std::fs;

use serde_json::Value;
use tempfile::tempdir;

use super::program::{done, fails, program};

const TINY: &str = "--shape tiny-4x3x2";
const D1: &str = "--shape tiny-4x3x2 --statement d1";

#[test]
fn all_shapes_are_listed_with_their_circuits() {
    let folder = tempdir().unwrap();
    let text = done(folder.path(), "shapes").output;
    for shape in ["digits-64x32x10", "tabular-32x16x2"] {
        assert!(text.contains(shape), "{text}");
    }
    let json = done(folder.path(), "shapes --json").output;
    let list: Vec<Value> = serde_json::from_str(&json).unwrap();
    let digits = list.iter().find(|line| line["shape"] == "digits-64x32x10");
    let circuits = &digits.unwrap()["circuits"];
    assert_eq!(circuits[0]["statement"], "s1");
    assert_eq!(circuits[0]["domain_size"], 1 << 18);
    assert_eq!(circuits[1]["statement"], "d1");
}

#[test]
fn a_benchmark_reports_every_figure() {
    let folder = tempdir().unwrap();
    let json = done(folder.path(), &format!("bench {TINY} --json --proofs 2")).output;
    let report: Value = serde_json::from_str(&json).unwrap();
    for name in [
        "key_load_seconds",
        "proving_seconds",
        "rows",
        "rows_per_second",
        "constraints",
        "domain_size",
        "peak_memory_bytes",
        "verification_seconds",
    ] {
        let value = report[name].as_f64();
        assert!(value.is_some_and(|value| value > 0.0), "{name} in {report}");
    }
    for name in ["shape", "statement", "date", "key", "warning"] {
        let text = report[name].as_str();
        assert!(text.is_some_and(|text| !text.is_empty()), "{name} in {report}");
    }
    assert!(report["machine"]["cores"].as_u64().is_some_and(|cores| cores > 0));
    assert_eq!(report["proving_seconds_each"].as_array().unwrap().len(), 2);
}

#[test]
fn development_keys_are_checked_and_always_called_insecure() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let made = done(folder, &format!("keys dev {D1}"));
    let checked = done(folder, &format!("keys check {}", made.value("file")));
    for outcome in [&made, &checked] {
        assert!(outcome.value("origin").contains("INSECURE"), "{outcome:?}");
        assert!(outcome.messages.contains("WARNING: insecure"), "{outcome:?}");
    }
    assert_eq!(made.value("circuit id"), checked.value("circuit id"));
}

#[test]
fn a_damaged_key_is_not_used() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let made = done(folder, &format!("keys dev {D1}"));
    let mut bytes = fs::read(made.value("file")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.join("damaged.pkey"), &bytes).unwrap();
    fails(folder, "keys check damaged.pkey", 1, "damaged.pkey");
    fails(folder, "keys check missing.pkey", 1, "missing.pkey");
}

#[test]
fn the_key_of_another_circuit_is_refused() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let key = done(folder, &format!("keys dev {D1}"));
    done(folder, &format!("sample {TINY} --out inputs.json"));
    let prove = format!("prove --inputs inputs.json --key {} --out .", key.value("file"));
    fails(folder, &prove, 3, "is for circuit");
}

#[test]
fn errors_about_private_inputs_do_not_show_them() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    done(folder, &format!("sample {D1} --out inputs.json"));
    let path = folder.join("inputs.json");
    let mut inputs: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let prove = "prove --inputs inputs.json --out .";

    inputs["d1"]["model"]["hidden"][0] = 424_242.into();
    fs::write(&path, inputs.to_string()).unwrap();
    let outcome = fails(folder, prove, 3, "the hidden weights");
    assert!(!outcome.messages.contains("424242"), "{outcome:?}");

    inputs["d1"]["model"]["hidden"][0] = "a secret of the wrong kind".into();
    fs::write(&path, inputs.to_string()).unwrap();
    let outcome = fails(folder, prove, 1, "line 1");
    assert!(!outcome.messages.contains("secret"), "{outcome:?}");
}

#[test]
fn a_wrong_command_line_ends_with_code_two_and_says_what_is_known() {
    let folder = tempdir().unwrap();
    let known = "known shapes are digits-64x32x10";
    fails(folder.path(), "bench --shape digits", 2, known);
    assert_eq!(program(folder.path(), "keys").code, Some(2));
}
