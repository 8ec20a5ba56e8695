//! snarkjs reads what the program exports and agrees with it.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use ark_bn254::Fr;
use nocknock_circuits_interop::{
    snarkjs::{public_inputs_from_json, public_inputs_to_json},
    wtns::{read_wtns, write_wtns},
};
use tempfile::tempdir;

use super::{
    program::done,
    snarkjs::{must, snarkjs},
};

const S3: &str = "--shape tiny-4x3x2 --statement s3";
const D2: &str = "--statement d2";

fn assert_same_counts(circuit: &str) {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let ours = done(folder, &format!("export r1cs {circuit} --out circuit.r1cs"));
    let theirs = must(folder, "r1cs info circuit.r1cs");
    let count = |name: &str| ours.value(name).parse::<usize>().unwrap();
    let private = count("wires") - count("public") - 1;
    for line in [
        "Curve: bn-128".to_owned(),
        format!("# of Wires: {}", count("wires")),
        format!("# of Constraints: {}", count("constraints")),
        format!("# of Private Inputs: {private}"),
        format!("# of Public Inputs: {}", count("public")),
        format!("# of Labels: {}", count("wires")),
        "# of Outputs: 0".to_owned(),
    ] {
        let found = theirs.lines().any(|text| text.ends_with(&line));
        assert!(found, "{line:?} not in\n{theirs}");
    }
}

#[test]
fn snarkjs_counts_the_constraints_of_s3_as_we_do() {
    assert_same_counts(S3);
}

#[test]
fn snarkjs_counts_the_constraints_of_d2_as_we_do() {
    assert_same_counts(D2);
}

/// Writes inputs.json, circuit.r1cs and circuit.wtns.
fn export(folder: &Path, circuit: &str) {
    done(folder, &format!("sample {circuit} --out inputs.json"));
    done(folder, &format!("export r1cs {circuit} --out circuit.r1cs"));
    done(folder, "export wtns --inputs inputs.json --out circuit.wtns");
}

fn assert_witness_checked(circuit: &str) {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    export(folder, circuit);
    must(folder, "wtns check circuit.r1cs circuit.wtns");

    let path = folder.join("circuit.wtns");
    let mut values = read_wtns(fs::File::open(&path).unwrap()).unwrap();
    let last = values.last_mut().unwrap();
    *last += Fr::from(1u8);
    write_wtns(fs::File::create(&path).unwrap(), &values).unwrap();
    let outcome = snarkjs(folder, "wtns check circuit.r1cs circuit.wtns");
    assert!(!outcome.success && outcome.output.contains("NOT CORRECT"), "{outcome:?}");
}

#[test]
fn snarkjs_accepts_the_witness_of_s3_and_refuses_a_changed_one() {
    assert_witness_checked(S3);
}

#[test]
fn snarkjs_accepts_the_witness_of_d2_and_refuses_a_changed_one() {
    assert_witness_checked(D2);
}

#[test]
fn files_with_secrets_are_for_their_owner_alone() {
    let folder = tempdir().unwrap();
    export(folder.path(), D2);
    for name in ["inputs.json", "circuit.wtns"] {
        let metadata = fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn snarkjs_accepts_a_proof_and_refuses_a_changed_input() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    done(folder, &format!("sample {S3} --out inputs.json"));
    let key = done(folder, &format!("keys dev {S3}"));
    assert!(key.messages.contains("anyone can forge proofs"), "{key:?}");
    done(folder, "prove --inputs inputs.json --out .");
    done(folder, &format!("export vk {} --out verification_key.json", key.value("file")));
    done(folder, "export proof --proof proof.bin --public public.bin --out .");
    let verify = "groth16 verify verification_key.json public.json proof.json";
    must(folder, verify);

    let path = folder.join("public.json");
    let mut inputs = public_inputs_from_json(&fs::read_to_string(&path).unwrap()).unwrap();
    inputs[3] += Fr::from(1u8);
    fs::write(&path, public_inputs_to_json(&inputs).unwrap()).unwrap();
    let outcome = snarkjs(folder, verify);
    assert!(!outcome.success && outcome.output.contains("Invalid proof"), "{outcome:?}");
}
