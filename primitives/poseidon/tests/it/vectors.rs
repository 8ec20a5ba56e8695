//! The test vectors of the README.

use nocknock_poseidon::{
    hash,
    packing::{pack, unpack},
    sponge_hash, DomainTag, Fr, Keystream,
};

const README: &str = include_str!("../../README.md");
const TAG: DomainTag = DomainTag::new(b"nocknock/test");

fn numbers(count: u64) -> Vec<Fr> {
    (1..=count).map(Fr::from).collect()
}

/// The result of a row of the table.
fn row(name: &str) -> String {
    let start = format!("| {name} | ");
    let row = README
        .lines()
        .find_map(|line| line.strip_prefix(&start))
        .unwrap_or_else(|| panic!("no row {name}"));
    row.trim_end_matches(" |").to_owned()
}

#[test]
fn fixed_length_vectors() {
    for count in [1, 2, 12] {
        assert_eq!(
            row(&format!("`hash(1..={count})`")),
            hash(&numbers(count)).unwrap().to_string()
        );
    }
}

#[test]
fn sponge_vectors() {
    assert!(README.contains(&TAG.value().to_string()));
    assert_eq!(row("`sponge_hash` of nothing"), sponge_hash(TAG, &[]).to_string());
    for count in [1, 12, 13, 25] {
        assert_eq!(
            row(&format!("`sponge_hash(1..={count})`")),
            sponge_hash(TAG, &numbers(count)).to_string()
        );
    }
}

#[test]
fn keystream_vectors() {
    let stream: Vec<Fr> = Keystream::new(TAG, &numbers(2)).take(13).collect();
    for place in [0, 11, 12] {
        assert_eq!(row(&format!("`Keystream(1..=2)`, element {place}")), stream[place].to_string());
    }
}

#[test]
fn packing_vector() {
    let values: Vec<u64> = (0..64).collect();
    let elements = pack(&values, 6).unwrap();
    let lines: Vec<String> = elements.iter().map(Fr::to_string).collect();
    assert!(README.contains(&lines.join("\n")));
    assert_eq!(unpack(&elements, 6, 64), Ok(values));
}
