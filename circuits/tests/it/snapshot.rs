//! Counts, matrix hashes and development keys of every named circuit are pinned in
//! `circuits/keys`. Whoever changes a circuit on purpose runs the example `pin-keys`.

use nocknock_circuits::{
    delivery::DeliverModel,
    keys::{generate, pinned, write_key},
    score::ScoreBlock,
    Circuit, OnChain,
};
use nocknock_primitives::{
    ids::ContentHash,
    model::{
        shape::{DIGITS_64X32X10, SHAPES, TABULAR_32X16X2, TEST_SHAPES},
        MlpShape,
    },
};
use std::{fs, io, path::Path};

fn assert_pinned<S: OnChain>(shape: &MlpShape) {
    let circuit = Circuit::<S>::compile(shape);
    let pinned = pinned::<S>(shape).unwrap();
    let found = circuit.info(pinned.key);
    assert_eq!(found, pinned.info::<S>(shape), "{shape} {}", S::NAME);
    let domain = circuit.matrices().constraints() + circuit.matrices().public() + 1;
    assert!(domain <= circuit.matrices().domain_size());
}

fn assert_key_is_committed<S: OnChain>(shape: &MlpShape) {
    let key = generate(&Circuit::<S>::compile(shape)).unwrap();
    let pinned = pinned::<S>(shape).unwrap();
    assert_eq!(key.id(), pinned.key, "{shape} {}", S::NAME);
    assert_eq!(pinned.verifying_key().as_ref(), Ok(key.verifying_key()));
    let name = format!("keys/{}.{}.development.vk", shape.name(), S::NAME);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    assert_eq!(fs::read(path).unwrap(), key.verifying_key().to_bytes());
    let digest = write_key(&key, io::sink()).unwrap();
    assert_eq!(ContentHash(digest), pinned.proving_key_digest);
    let public = S::blank(shape).0;
    let inputs = nocknock_circuits::PublicInputs::to_fields(&public).len();
    assert_eq!(key.verifying_key().validate(inputs), Ok(()));
}

#[test]
fn no_circuit_has_changed_its_constraint_count_or_matrix_hash() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        assert_pinned::<ScoreBlock>(shape);
        assert_pinned::<DeliverModel>(shape);
    }
}

#[test]
fn the_committed_development_keys_are_those_of_the_circuits() {
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        assert_key_is_committed::<DeliverModel>(shape);
    }
    for shape in &TEST_SHAPES {
        assert_key_is_committed::<ScoreBlock>(shape);
    }
}

#[test]
fn the_committed_score_keys_of_the_large_shapes_are_those_of_the_circuits() {
    for shape in &SHAPES {
        assert_key_is_committed::<ScoreBlock>(shape);
    }
}

#[test]
fn the_digits_circuit_fits_2_to_the_18_with_195_rows() {
    let circuit = Circuit::<ScoreBlock>::compile(&DIGITS_64X32X10);
    assert_eq!(circuit.matrices().domain_size(), 1 << 18);
    assert_eq!(DIGITS_64X32X10.block_rows, 195);
    let circuit = Circuit::<DeliverModel>::compile(&DIGITS_64X32X10);
    assert_eq!(circuit.matrices().domain_size(), 1 << 13);
}

#[test]
fn the_tabular_circuit_fits_2_to_the_17() {
    let circuit = Circuit::<ScoreBlock>::compile(&TABULAR_32X16X2);
    assert_eq!(circuit.matrices().domain_size(), 1 << 17);
}

/// The tables of the book and the README name every circuit's number of constraints.
#[test]
fn the_documents_name_the_pinned_counts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let book = fs::read_to_string(root.join("../docs/circuits.md")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    for shape in SHAPES.iter().chain(&TEST_SHAPES) {
        for pinned in [pinned::<ScoreBlock>(shape), pinned::<DeliverModel>(shape)] {
            let count = pinned.unwrap().constraints;
            assert!(book.contains(&format!("**{count}**")), "{shape}: {count}");
            assert!(readme.contains(&format!(" {count} ")), "{shape}: {count}");
        }
    }
}
