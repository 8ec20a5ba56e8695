#![doc = include_str!("../README.md")]

use nocknock_groth16::{decode_input, encode_input, PreparedVerifyingKey, Proof, VerifyingKey};
use nocknock_poseidon::{
    from_be_bytes,
    packing::{pack, packed_len, unpack as unpack_values},
    to_be_bytes, Fr,
};

mod tables;

pub use tables::{is_table, let_readers_panic, table_input, tables, ENDINGS};

/// A name for each target, as the binaries and the corpus folders have it.
pub const TARGETS: [(&str, fn(&[u8])); 6] = [
    ("proof_decode", proof_decode),
    ("key_decode", key_decode),
    ("prepared_key_decode", prepared_key_decode),
    ("input_decode", input_decode),
    ("unpack", unpack),
    ("tables", tables),
];

/// Accepted bytes are the one encoding of a proof with points that the verifier may work with.
pub fn proof_decode(data: &[u8]) {
    let Ok(proof) = Proof::from_evm_bytes(data) else {
        return;
    };
    assert_eq!(proof.to_evm_bytes().as_slice(), data, "a proof has one encoding");
    assert!(proof.a.is_on_curve() && proof.b.is_on_curve() && proof.c.is_on_curve());
    let points = [&data[..64], &data[64..192], &data[192..]];
    assert!(
        points.iter().all(|point| point.iter().any(|byte| *byte != 0)),
        "zeros would be infinity"
    );
    assert!(proof.b.is_in_correct_subgroup_assuming_on_curve());
}

/// Accepted bytes are the one encoding of a key; validating and preparing it never panics.
pub fn key_decode(data: &[u8]) {
    let Ok(key) = VerifyingKey::from_bytes(data) else {
        return;
    };
    assert_eq!(key.to_bytes(), data, "a key has one encoding");
    let inputs = key.input_count();
    assert_eq!(key.validate(inputs).is_ok(), key.prepare(inputs).is_ok());
    assert!(key.validate(inputs + 1).is_err());
}

/// Accepted bytes are what the prepared key writes again.
pub fn prepared_key_decode(data: &[u8]) {
    let Ok(key) = PreparedVerifyingKey::from_trusted_bytes(data) else {
        return;
    };
    assert_eq!(key.to_trusted_bytes(), data, "a prepared key has one encoding");
}

/// Every 32 bytes are accepted exactly when their number is below r, by both decoders.
pub fn input_decode(data: &[u8]) {
    let largest = to_be_bytes(&-Fr::from(1u32));
    for bytes in data.as_chunks::<32>().0 {
        let decoded = decode_input(bytes).ok();
        assert_eq!(decoded.is_some(), bytes <= &largest, "accepted exactly below r");
        assert_eq!(decoded, from_be_bytes(bytes), "both decoders agree");
        if let Some(input) = decoded {
            assert_eq!(&encode_input(&input), bytes, "an input has one encoding");
        }
    }
}

/// Byte 0: bits of a value; byte 1: how many values; then elements. What is accepted packs to the
/// same elements.
pub fn unpack(data: &[u8]) {
    let [bits, count, elements @ ..] = data else {
        return;
    };
    let (bits, count) = (u32::from(*bits), usize::from(*count));
    let elements: Vec<Fr> = elements.as_chunks().0.iter().filter_map(from_be_bytes).collect();
    let Ok(values) = unpack_values(&elements, bits, count) else {
        return;
    };
    assert_eq!(values.len(), count);
    assert_eq!(packed_len(count, bits), Ok(elements.len()));
    assert_eq!(pack(&values, bits), Ok(elements), "values have one packing");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::PathBuf};

    /// Corpus files of a target by name.
    fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
    }

    #[test]
    fn the_seed_corpus_of_every_target_passes() {
        for (target, check) in TARGETS {
            let seeds = corpus(target);
            assert!(seeds.len() >= 4, "{target} has only {} seeds", seeds.len());
            seeds.iter().for_each(|(_, data)| check(data));
        }
    }

    #[test]
    fn every_prefix_and_every_flipped_bit_of_the_short_seeds_passes() {
        for (target, check) in TARGETS {
            for (_, data) in corpus(target).into_iter().filter(|(_, data)| data.len() <= 300) {
                (0..data.len()).for_each(|length| check(&data[..length]));
                for bit in 0..8 * data.len() {
                    let mut flipped = data.clone();
                    flipped[bit / 8] ^= 1 << (bit % 8);
                    check(&flipped);
                }
            }
        }
    }

    /// Without accepted seeds the fuzzer would hardly ever get past the first check.
    #[test]
    fn every_target_has_accepted_seeds() {
        let accepted = |target, accepts: fn(&[u8]) -> bool| {
            corpus(target).iter().any(|(_, data)| accepts(data))
        };
        assert!(accepted("proof_decode", |data| Proof::from_evm_bytes(data).is_ok()));
        assert!(accepted("key_decode", |data| VerifyingKey::from_bytes(data).is_ok()));
        assert!(accepted("prepared_key_decode", |data| {
            PreparedVerifyingKey::from_trusted_bytes(data).is_ok()
        }));
        assert!(accepted("input_decode", |data| data
            .as_chunks()
            .0
            .iter()
            .any(|bytes| decode_input(bytes).is_ok())));
        for (ending, first) in ENDINGS.iter().zip(0..) {
            let is_read = corpus("tables")
                .iter()
                .any(|(_, data)| data.first() == Some(&first) && is_table(data));
            assert!(is_read, "no seed with the ending {ending} is read");
        }
    }

    #[test]
    fn every_target_has_a_binary() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
        let mut binaries: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        let mut targets = TARGETS.map(|(target, _)| target.to_owned()).to_vec();
        binaries.sort();
        targets.sort();
        assert_eq!(binaries, targets);
    }
}
