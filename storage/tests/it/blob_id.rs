//! Blob ids against Walrus's own encoder and against the slow second implementation.

use std::io::{Read, Write};

use nocknock_storage::{
    blob_id::{blob_id, blob_id_of_file, blob_id_of_reader, BlobIdError, ShardCount},
    BlobId,
};
use proptest::{collection::vec, prelude::*};
use rand::{rngs::StdRng, RngCore, SeedableRng};
use serde::Deserialize;

use crate::slow_blob_id::slow_blob_id;

/// An entry of `blob_id_vectors.json`.
#[derive(Deserialize)]
struct Vector {
    n_shards: u16,
    name: String,
    len: usize,
    blob_id: BlobId,
    blob_id_hex: String,
}

impl Vector {
    fn input(&self) -> Vec<u8> {
        match self.name.as_str() {
            "empty" => Vec::new(),
            "a" => b"a".to_vec(),
            "hello" => b"hello".to_vec(),
            "hello-world" => b"Hello, world!".to_vec(),
            name if name.starts_with("zeros-") => vec![0; self.len],
            name if name.starts_with("pat-") => pattern(self.len),
            name => panic!("unknown input {name}"),
        }
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("blob_id_vectors.json")).unwrap()
}

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

fn random(len: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; len];
    StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

fn shards(count: u16) -> ShardCount {
    ShardCount::new(count).unwrap()
}

fn hex(id: &BlobId) -> String {
    id.as_bytes().iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn ids_equal_those_of_walrus_at_every_shard_count() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 39);
    for vector in vectors {
        let input = vector.input();
        assert_eq!(input.len(), vector.len);
        let id = blob_id(&input, shards(vector.n_shards)).unwrap();
        let case = format!("{} at {} shards", vector.name, vector.n_shards);
        assert_eq!(id, vector.blob_id, "{case}");
        assert_eq!(hex(&id), vector.blob_id_hex, "{case}");
    }
}

#[test]
fn the_slow_implementation_equals_walrus_at_small_shard_counts() {
    for vector in vectors().iter().filter(|v| v.n_shards <= 100) {
        let id = slow_blob_id(&vector.input(), vector.n_shards.into());
        assert_eq!(id, vector.blob_id.0, "{} at {}", vector.name, vector.n_shards);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn ids_equal_the_slow_implementation(bytes in vec(any::<u8>(), 0..6000), count in 4u16..=70) {
        let id = blob_id(&bytes, shards(count)).unwrap();
        prop_assert_eq!(id.0, slow_blob_id(&bytes, count.into()));
    }

    #[test]
    fn files_and_readers_give_the_id_of_their_bytes(
        bytes in vec(any::<u8>(), 0..3000),
        count in 4u16..=40,
    ) {
        let id = blob_id(&bytes, shards(count)).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        prop_assert_eq!(blob_id_of_file(&file, shards(count)).unwrap(), id);
        let read = blob_id_of_reader(bytes.as_slice(), bytes.len() as u64, shards(count));
        prop_assert_eq!(read.unwrap(), id);
    }
}

#[test]
fn ids_equal_the_slow_implementation_at_a_thousand_shards() {
    let bytes = random(334 * 667 * 2 - 5, 1);
    let id = blob_id(&bytes, ShardCount::WALRUS).unwrap();
    assert_eq!(id.0, slow_blob_id(&bytes, 1000));
}

/// Symbols of 70 and 600 bytes are full blocks of the code and a partial one; 8 MB at 33 shards
/// need several passes over the repair columns.
#[test]
fn ids_of_long_symbols_equal_the_slow_implementation() {
    for (len, count) in [(70 * 35, 10), (600 * 35, 10), (8_000_000, 33), (900_001, 33)] {
        let bytes = random(len, 2);
        let id = blob_id(&bytes, shards(count)).unwrap();
        let expected = slow_blob_id(&bytes, count.into());
        assert_eq!(id.0, expected, "{len} bytes, {count} shards");
    }
}

#[test]
fn changing_any_byte_changes_the_id() {
    let mut bytes = random(600, 3);
    let id = blob_id(&bytes, shards(7)).unwrap();
    for position in 0..bytes.len() {
        bytes[position] ^= 1 << (position % 8);
        assert_ne!(blob_id(&bytes, shards(7)).unwrap(), id, "byte {position}");
        bytes[position] ^= 1 << (position % 8);
    }
}

#[test]
fn zero_bytes_at_the_end_count() {
    let id = |len: usize| blob_id(&vec![0; len], shards(7)).unwrap();
    assert_ne!(id(0), id(1));
    assert_ne!(id(1), id(2));
}

#[test]
fn a_reader_that_breaks_its_promise_is_refused() {
    let given = |announced| blob_id_of_reader(&b"four"[..], announced, shards(7)).unwrap_err();
    assert!(matches!(given(5), BlobIdError::Length { given: "fewer", .. }));
    assert!(matches!(given(3), BlobIdError::Length { given: "more", .. }));
}

#[test]
fn an_oversized_blob_is_refused_before_it_is_read() {
    let max = shards(7).max_blob_len();
    assert_eq!(max, 3 * 5 * 65_534);
    let error = blob_id(&vec![0; max as usize + 1], shards(7)).unwrap_err();
    assert!(matches!(error, BlobIdError::TooLarge(e) if e.max == max && e.len == max + 1));
    let unread = std::io::repeat(0).take(u64::MAX);
    let error = blob_id_of_reader(unread, u64::MAX, ShardCount::WALRUS).unwrap_err();
    assert!(error.to_string().contains("14599533452"), "{error}");
}

#[test]
fn the_longest_blob_has_an_id() {
    let bytes = pattern(shards(4).max_blob_len() as usize);
    let id = blob_id(&bytes, shards(4)).unwrap();
    assert_eq!(id.0, slow_blob_id(&bytes, 4));
}
