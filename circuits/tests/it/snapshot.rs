//! Counts, matrix hashes and development keys of all circuits are pinned in
//! `circuits/keys/development.json`. Whoever changes a circuit on purpose runs the example
//! `pin-keys`.
//!
//! The small circuits and the digits are made anew here, all others by `marathon`.

use crate::fold::named;
use nocknock_circuits::{
    fold::FoldedScore,
    keys::{generate, pinned, write_key, Pinned},
    seal::SealKey,
    Circuit, OnChain, PublicInputs, Statement,
};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{ContentHash, KeyId},
    model::{names, Architecture},
};
use std::{fs, io, path::Path};

const DIGITS: &str = "digits-64x32x10";

fn pin<S: OnChain>(shape: &S::Shape) -> &'static Pinned {
    let name = S::file_name(shape);
    pinned(&S::kind(shape)).unwrap_or_else(|| panic!("{name} is not pinned: run pin-keys"))
}

/// Demands that a circuit is the one that is pinned.
pub(crate) fn assert_circuit_is_pinned<S: OnChain>(shape: &S::Shape) -> Circuit<S> {
    let (circuit, pin) = (Circuit::<S>::compile(shape), pin::<S>(shape));
    assert_eq!(circuit.info(pin.key), pin.info(), "{}", S::file_name(shape));
    let domain = circuit.matrices().constraints() + circuit.matrices().public() + 1;
    assert!(domain <= circuit.matrices().domain_size());
    circuit
}

/// Makes the development key of a circuit and demands that it is the one that is pinned.
pub(crate) fn assert_key_is_pinned<S: OnChain>(shape: &S::Shape) {
    let circuit = assert_circuit_is_pinned::<S>(shape);
    let (key, pin) = (generate(&circuit).unwrap(), pin::<S>(shape));
    assert_eq!(key.id(), pin.key, "{}", S::file_name(shape));
    assert_eq!(pin.verifying_key().as_ref(), Ok(key.verifying_key()));
    let digest = write_key(&key, io::sink()).unwrap();
    assert_eq!(ContentHash(digest), pin.proving_key_digest);
    let inputs = S::blank(shape).0.to_fields().len();
    assert_eq!(key.verifying_key().validate(inputs), Ok(()));
}

/// The architectures whose keys take long to make.
pub(crate) fn large() -> impl Iterator<Item = (&'static str, Architecture)> {
    names::offered().into_iter().filter(|(name, _)| *name != DIGITS)
}

#[test]
fn the_committed_development_keys_are_those_of_the_circuits() {
    assert_key_is_pinned::<SealKey>(&());
    for (_, architecture) in names::for_tests() {
        assert_key_is_pinned::<FoldedScore>(&architecture);
    }
}

#[test]
fn the_committed_development_key_of_the_digits_is_that_of_the_circuit() {
    assert_key_is_pinned::<FoldedScore>(&named(DIGITS));
}

/// What can be said without making a circuit.
#[test]
fn every_circuit_is_pinned_under_its_name_with_a_key() {
    let scores = names::offered().into_iter().chain(names::for_tests());
    let scores = scores.map(|(name, architecture)| (name, CircuitKind::Score(architecture)));
    for (name, kind) in scores.chain([("seal", CircuitKind::Delivery)]) {
        let pin = pinned(&kind).unwrap_or_else(|| panic!("{name} is not pinned: run pin-keys"));
        let statement = if kind.is_delivery() { SealKey::NAME } else { FoldedScore::NAME };
        assert_eq!((pin.name.as_str(), pin.statement.as_str()), (name, statement));
        assert_eq!(pin.info().kind, kind);
        let key = pin.verifying_key().unwrap();
        assert_eq!(KeyId(key.id().0), pin.key, "{name}");
        assert_eq!(key.validate(kind.public_inputs() as usize), Ok(()), "{name}");
    }
}

#[test]
fn keys_and_circuits_are_pinned_once_and_no_others() {
    let file: Vec<Pinned> = serde_json::from_str(&document("keys/development.json")).unwrap();
    let scores = names::offered().into_iter().chain(names::for_tests());
    let names: Vec<&str> = scores.map(|(name, _)| name).chain(["seal"]).collect();
    assert_eq!(file.iter().map(|pin| pin.name.as_str()).collect::<Vec<_>>(), names);
    let mut keys: Vec<KeyId> = file.iter().map(|pin| pin.key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), names.len());
}

/// A number as the documents write it: `206,395`.
fn with_commas(number: u32) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<&str> = groups.map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The table of the models has every circuit's number of constraints, the book and the README those
/// of the digits and of D2.
#[test]
fn the_documents_name_the_pinned_counts() {
    let models = document("../docs/models.md");
    for (name, architecture) in names::offered() {
        let count = with_commas(pin::<FoldedScore>(&architecture).constraints);
        let line = models.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap();
        assert!(line.contains(&format!(" {count} ")), "{name}: {count}");
    }
    let [digits, seal] =
        [pin::<FoldedScore>(&named(DIGITS)), pin::<SealKey>(&())].map(|pin| pin.constraints);
    for (name, text) in ["../docs/circuits.md", "README.md"].map(|name| (name, document(name))) {
        for count in [digits, seal] {
            let is_there = text.contains(&format!(" {count} "));
            assert!(is_there, "{name}: {count}");
        }
    }
}

#[test]
fn the_description_in_the_documents_is_that_of_the_digits() {
    let models = document("../docs/models.md");
    let (_, json) = models.split_once("```json\n").unwrap();
    let (json, _) = json.split_once("```").unwrap();
    assert_eq!(serde_json::from_str::<Architecture>(json).unwrap(), named(DIGITS));
}

/// Chain specifications and files hold architectures as JSON.
#[test]
fn an_architecture_out_of_bounds_is_not_read() {
    let json = serde_json::to_string(&named(DIGITS)).unwrap();
    assert_eq!(serde_json::from_str::<Architecture>(&json).unwrap(), named(DIGITS));
    let empty = json.replace(r#""samples":195"#, r#""samples":0"#);
    assert_ne!(empty, json);
    let refused = serde_json::from_str::<Architecture>(&empty).unwrap_err().to_string();
    assert!(refused.contains("must be 1 to 4096 each"), "{refused}");
}
