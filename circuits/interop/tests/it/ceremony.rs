//! A whole ceremony in small: the steps of docs/ceremony.md, powers of tau included, with a circuit
//! of six constraints.

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

use ark_bn254::{Bn254, Fr};
use ark_groth16::Groth16;
use ark_std::{
    rand::{rngs::StdRng, SeedableRng},
    UniformRand,
};
use nocknock_circuits::{keys::verifying_key, reduction::CircomReduction};
use nocknock_circuits_interop::{
    r1cs::{read_r1cs, R1cs},
    snarkjs::{proof_to_json, public_inputs_to_json, verifying_key_to_json},
    wtns::read_wtns,
    zkey::{read_zkey, Zkey},
};

use super::snarkjs::{must, snarkjs};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/snarkjs");
const BEACON: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

fn open(path: &Path) -> BufReader<File> {
    BufReader::new(File::open(path).expect("the file exists"))
}

fn chain() -> (R1cs, Vec<Fr>) {
    let folder = Path::new(DATA);
    let system = read_r1cs(open(&folder.join("chain.r1cs"))).unwrap();
    let assignment = read_wtns(open(&folder.join("chain.wtns"))).unwrap();
    (system, assignment)
}

/// Powers of tau, set-up, two contributions and the beacon, each by its command.
fn hold_ceremony(folder: &Path) {
    let run = |command: &str| must(folder, command);
    let source = Path::new(DATA).join("chain.r1cs");
    fs::copy(source, folder.join("circuit.r1cs")).unwrap();

    run("powersoftau new bn128 4 pot_0.ptau");
    run("powersoftau contribute pot_0.ptau pot_1.ptau --name=first");
    run(&format!("powersoftau beacon pot_1.ptau pot_beacon.ptau {BEACON} 10"));
    run("powersoftau prepare phase2 pot_beacon.ptau pot_final.ptau");
    run("powersoftau verify pot_final.ptau");

    run("groth16 setup circuit.r1cs pot_final.ptau circuit_0.zkey");
    run("zkey contribute circuit_0.zkey circuit_1.zkey --name=first");
    run("zkey verify circuit.r1cs pot_final.ptau circuit_1.zkey");
    run("zkey contribute circuit_1.zkey circuit_2.zkey --name=second");
    for name in ["circuit_final.zkey", "again.zkey"] {
        run(&format!("zkey beacon circuit_2.zkey {name} {BEACON} 10 --name=last"));
    }
    let bytes = |name| fs::read(folder.join(name)).unwrap();
    assert!(bytes("circuit_final.zkey") == bytes("again.zkey"));
    let transcript = run("zkey verify circuit.r1cs pot_final.ptau circuit_final.zkey");
    assert!(transcript.contains("ZKey Ok!"), "{transcript}");
}

fn write_claim(folder: &Path, zkey: &Zkey, public: &[Fr]) {
    let (system, assignment) = chain();
    let rng = &mut StdRng::seed_from_u64(1);
    let proof = Groth16::<Bn254, CircomReduction>::create_proof_with_reduction_and_matrices(
        &zkey.proving_key,
        Fr::rand(rng),
        Fr::rand(rng),
        &[system.a, system.b],
        system.public + 1,
        system.c.len(),
        &assignment,
    )
    .unwrap();
    let key = &zkey.proving_key.vk;
    let prepared = verifying_key(key).prepare(public.len()).unwrap();
    let points = nocknock_groth16::Proof { a: proof.a, b: proof.b, c: proof.c };
    nocknock_groth16::verify(&prepared, public, &points).unwrap();

    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write("verification_key.json", verifying_key_to_json(key).unwrap());
    write("proof.json", proof_to_json(&proof).unwrap());
    write("public.json", public_inputs_to_json(public).unwrap());
}

#[test]
fn a_key_from_a_ceremony_proves_for_our_verifier_and_for_snarkjs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    hold_ceremony(folder);
    let zkey = read_zkey(open(&folder.join("circuit_final.zkey"))).unwrap();
    let (system, assignment) = chain();
    zkey.check_ceremony().unwrap();
    zkey.check_circuit(&system.view()).unwrap();

    write_claim(folder, &zkey, &assignment[1..3]);
    let verify = "groth16 verify verification_key.json public.json proof.json";
    must(folder, verify);

    let wrong = public_inputs_to_json(&[assignment[1], assignment[2] + Fr::from(1u8)]).unwrap();
    fs::write(folder.join("public.json"), wrong).unwrap();
    let outcome = snarkjs(folder, verify);
    assert!(!outcome.success && outcome.output.contains("Invalid proof"), "{outcome:?}");
}

#[test]
fn a_key_of_an_unfinished_ceremony_is_refused() {
    for (name, reason) in [("untouched.zkey", "nobody has"), ("open.zkey", "not finished")] {
        let zkey = read_zkey(open(&Path::new(DATA).join(name))).unwrap();
        let error = zkey.check_ceremony().unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
