//! From a ceremony's key to the prover, through the program.

use std::{fs, path::Path, process::Command};

use tempfile::tempdir;

use super::{
    powers::write_powers,
    program::{done, fails},
    snarkjs::must,
};

const CIRCUIT: &str = "--statement d2";
const BEACON: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

/// Writes circuit_0.zkey, circuit_1.zkey and circuit_final.zkey; gives snarkjs' transcript.
fn hold_second_phase(folder: &Path) -> String {
    let run = |command: &str| must(folder, command);
    done(folder, &format!("export r1cs {CIRCUIT} --out circuit.r1cs"));
    write_powers(&folder.join("pot_final.ptau"), 13);
    run("groth16 setup circuit.r1cs pot_final.ptau circuit_0.zkey");
    run("groth16 setup circuit.r1cs pot_final.ptau again.zkey");
    let bytes = |name| fs::read(folder.join(name)).unwrap();
    assert!(bytes("circuit_0.zkey") == bytes("again.zkey"));
    run("zkey contribute circuit_0.zkey circuit_1.zkey --name=first");
    run(&format!("zkey beacon circuit_1.zkey circuit_final.zkey {BEACON} 10 --name=last"));
    run("zkey export verificationkey circuit_final.zkey theirs.json");
    run("zkey verify circuit.r1cs pot_final.ptau circuit_final.zkey")
}

fn json(folder: &Path, name: &str) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
}

fn prove_and_let_snarkjs_verify(folder: &Path, key: &str) {
    done(folder, &format!("sample {CIRCUIT} --out inputs.json"));
    done(folder, &format!("prove --inputs inputs.json --key {key} --out ."));
    done(folder, "export proof --proof proof.bin --public public.bin --out .");
    done(folder, &format!("export vk {key} --out ours.json"));
    assert_eq!(json(folder, "ours.json"), json(folder, "theirs.json"));
    must(folder, "groth16 verify theirs.json public.json proof.json");
}

fn assert_registration_holds_the_key(folder: &Path, key: &str, id: &str) {
    done(folder, &format!("export vk {key} --format canonical --out circuit.vk"));
    done(folder, &format!("export vk {key} --format registration --out registration.json"));
    let bytes = fs::read(folder.join("circuit.vk")).unwrap();
    let registration = json(folder, "registration.json");
    assert_eq!(registration["key"], format!("0x{}", hex::encode(&bytes)));
    assert_eq!(registration["info"]["key"], id);
    let hash = registration["origin"]["Ceremony"].as_str().unwrap();
    assert_eq!(hash.trim_start_matches("0x"), b2sum(folder, "circuit_final.zkey"));
}

/// blake2b-256 of a file by the system's own program.
fn b2sum(folder: &Path, name: &str) -> String {
    let mut command = Command::new("b2sum");
    command.args(["--length=256", name]).current_dir(folder);
    let output = command.output().expect("b2sum of the GNU coreutils is needed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(' ').next().unwrap().into()
}

#[test]
fn the_key_of_a_ceremony_is_imported_checked_and_proves() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let transcript: String = hold_second_phase(folder).split_whitespace().collect();

    let import = done(folder, &format!("keys import-zkey {CIRCUIT} circuit_final.zkey"));
    assert!(import.value("origin").starts_with("ceremony"), "{import:?}");
    assert!(transcript.contains(import.value("circuit hash")), "{import:?}");
    for step in ["step 1", "step 2"] {
        let hash = import.value(step).rsplit(' ').next().unwrap();
        assert!(hash.len() == 128 && transcript.contains(hash), "{import:?}");
    }

    let key = import.value("file");
    let check = done(folder, &format!("keys check {key}"));
    assert_eq!(check.value("key id"), import.value("key id"));
    assert!(!check.messages.contains("WARNING"), "{check:?}");
    assert_registration_holds_the_key(folder, key, import.value("key id"));
    prove_and_let_snarkjs_verify(folder, key);

    let refused = |circuit, zkey, message| {
        let command = format!("keys import-zkey {circuit} {zkey}");
        fails(folder, &command, 3, message);
    };
    refused(CIRCUIT, "circuit_0.zkey", "nobody has contributed");
    refused(CIRCUIT, "circuit_1.zkey", "not finished");
    refused("--shape tiny-4x3x2", "circuit_final.zkey", "another circuit");

    let bytes = fs::read(folder.join("circuit_final.zkey")).unwrap();
    fs::write(folder.join("short.zkey"), &bytes[..bytes.len() - 1]).unwrap();
    fails(folder, &format!("keys import-zkey {CIRCUIT} short.zkey"), 1, "truncated");
}
