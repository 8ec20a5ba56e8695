//! What the program says and how it ends.

use std::{fs, path::Path};

use nocknock_primitives::model::names;
use serde_json::Value;
use tempfile::tempdir;

use super::program::{done, fails, program};

const TINY: &str = "--shape tiny-4x3x2";
const D2: &str = "--statement d2";
/// `tiny-4x3x2` with one row more.
pub(super) const DESCRIPTION: &str = r#"{
    "inputs": 4,
    "input_bits": 2,
    "hidden": [{ "units": 3, "weight_bits": 3, "bias_bits": 4, "sum_bits": 7, "shift": 1 }],
    "head": {
        "classes": { "classes": 2, "best": 1, "weight_bits": 3, "bias_bits": 4, "distance_bits": 9 }
    },
    "samples": 41
}"#;

/// The lines of `shapes`.
fn shapes(folder: &Path, options: &str) -> Vec<Value> {
    let json = done(folder, &format!("shapes --json {options}")).output;
    serde_json::from_str(&json).unwrap()
}

#[test]
fn all_shapes_are_listed_with_their_circuits() {
    let folder = tempdir().unwrap();
    let text = done(folder.path(), "shapes").output;
    let list = shapes(folder.path(), "");
    for (name, _) in names::offered() {
        assert!(text.contains(name), "{name}: {text}");
        assert!(list.iter().any(|line| line["shape"] == name && line["statement"] == "s3"));
    }
    let digits = list.iter().find(|line| line["shape"] == "digits-64x32x10").unwrap();
    for (name, figure) in [
        ("parameters", 2410),
        ("rows", 195),
        ("block_bytes", 6437),
        ("constraints", 206_395),
        ("domain_size", 1 << 18),
    ] {
        assert_eq!(digits[name], figure, "{name}");
    }
    // What performance.md says of its key.
    let bytes = digits["key_bytes"].as_u64().unwrap();
    assert!((81_000_000..83_000_000).contains(&bytes), "{bytes}");
    assert_eq!(list.last().unwrap()["statement"], "d2");
}

#[test]
fn the_list_tells_which_keys_are_there() {
    let folder = tempdir().unwrap();
    let keys = |line: &Value| line["keys"].as_array().unwrap().len();
    assert!(shapes(folder.path(), "").iter().all(|line| keys(line) == 0));
    done(folder.path(), &format!("keys dev {D2}"));
    let list = shapes(folder.path(), "");
    let (seal, scores) = list.split_last().unwrap();
    assert_eq!(keys(seal), 1);
    assert!(scores.iter().all(|line| keys(line) == 0));
}

/// Whoever registers a further architecture needs no change of the code.
#[test]
fn an_architecture_without_a_name_has_everything_that_others_have() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("mine.json"), DESCRIPTION).unwrap();
    let mine = "--architecture mine.json";
    let list = shapes(folder, mine);
    let [line] = &list[..] else { panic!("one line for one architecture: {list:?}") };
    assert_eq!(line["rows"], 41);
    assert_eq!(line["parameters"], 12 + 3 + 6 + 2);

    let made = done(folder, &format!("keys dev {mine}"));
    let file = made.value("file");
    assert!(file.contains(&format!("{}.s3.", line["shape"].as_str().unwrap())), "{file}");
    fails(folder, &format!("keys check {file}"), 3, "has no name in this release");
    let checked = done(folder, &format!("keys check {file} {mine}"));
    assert_eq!(checked.value("circuit id"), made.value("circuit id"));

    done(folder, &format!("export r1cs {mine} --out mine.r1cs"));
    done(folder, &format!("sample {mine} --out inputs.json"));
    done(folder, &format!("prove --inputs inputs.json --key {file} --out ."));
    done(folder, &format!("bench {mine} --proofs 1"));
    done(folder, &format!("export vk {file} --format registration --out registration.json"));
    let text = fs::read_to_string(folder.join("registration.json")).unwrap();
    let registration: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(registration["info"]["kind"]["Score"]["samples"], 41);
}

#[test]
fn a_description_out_of_bounds_is_refused() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let wide = DESCRIPTION.replace("\"sum_bits\": 7", "\"sum_bits\": 57");
    fs::write(folder.join("wide.json"), wide).unwrap();
    fails(folder, "keys dev --architecture wide.json", 3, "wide.json");
    fs::write(folder.join("cut.json"), &DESCRIPTION[..40]).unwrap();
    fails(folder, "keys dev --architecture cut.json", 1, "cut.json");
    fails(folder, "keys dev --architecture missing.json", 1, "missing.json");
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
    let made = done(folder, &format!("keys dev {D2}"));
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
    let made = done(folder, &format!("keys dev {D2}"));
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
    let key = done(folder, &format!("keys dev {D2}"));
    done(folder, &format!("sample {TINY} --out inputs.json"));
    let prove = format!("prove --inputs inputs.json --key {} --out .", key.value("file"));
    fails(folder, &prove, 3, "is for circuit");
}

#[test]
fn errors_about_private_inputs_do_not_show_them() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    done(folder, &format!("sample {TINY} --out inputs.json"));
    let path = folder.join("inputs.json");
    let mut inputs: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let prove = "prove --inputs inputs.json --out .";

    inputs["s3"]["model"]["layers"][0]["weights"][0] = 424_242.into();
    fs::write(&path, inputs.to_string()).unwrap();
    let outcome = fails(folder, prove, 3, "number 0 of the weights of layer 0");
    assert!(!outcome.messages.contains("424242"), "{outcome:?}");

    inputs["s3"]["model"]["layers"][0]["weights"][0] = "a secret of the wrong kind".into();
    fs::write(&path, inputs.to_string()).unwrap();
    let outcome = fails(folder, prove, 1, "line 1");
    assert!(!outcome.messages.contains("secret"), "{outcome:?}");
}

/// The generator `Base8` of circomlib in circomlib's coordinates, where the curve has another
/// equation.
const BASE8: &str = "0bb77a6ad63e739b4eacb2e09d6277c12ab8d8010534e0b62893f3f6bb957051\
    25797203f7a0b24925572e1cd16bf9edfce0051fb9e133774b3c257a872d7d8b";

#[test]
fn a_recipient_in_the_coordinates_of_circomlib_is_refused() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    done(folder, &format!("sample {D2} --out inputs.json"));
    let path = folder.join("inputs.json");
    let mut inputs: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    inputs["d2"]["recipient"] = BASE8.into();
    fs::write(&path, inputs.to_string()).unwrap();
    fails(folder, "prove --inputs inputs.json --out .", 3, "not on the curve Baby Jubjub");
}

#[test]
fn a_wrong_command_line_ends_with_code_two_and_says_what_is_known() {
    let folder = tempdir().unwrap();
    let known = "known shapes are digits-64x32x10";
    fails(folder.path(), "bench --shape digits", 2, known);
    fails(folder.path(), "bench", 2, "name the models with --shape");
    let both = "bench --shape tiny-4x3x2 --architecture mine.json";
    assert_eq!(program(folder.path(), both).code, Some(2));
    assert_eq!(program(folder.path(), "keys").code, Some(2));
}
