use super::*;
use crate::{
    delivery::{Circuit, DeliverModel},
    score,
};
use nocknock_primitives::{
    ids::{CircuitId, ContentHash},
    model::shape::{MlpShape, TINY_4X3X2},
};
use std::{fs, sync::OnceLock};

const SHAPE: &MlpShape = &TINY_4X3X2;

fn key() -> &'static ProvingKey {
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    KEY.get_or_init(|| generate(&Circuit::compile(SHAPE)).unwrap())
}

fn bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    write_key(key(), &mut bytes).unwrap();
    bytes
}

/// The same bytes with a checksum that fits, so that other checks are reached.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 32;
    let digest = blake3::hash(&bytes[..end]);
    bytes[end..].copy_from_slice(digest.as_bytes());
    bytes
}

fn refused(bytes: &[u8]) -> KeyFileError {
    read_key(bytes).unwrap_err()
}

#[test]
fn a_key_comes_back_from_its_bytes() {
    let (read, digest) = read_key(&bytes()[..]).unwrap();
    assert_eq!(read.header, key().header);
    assert_eq!(read.verifying_key, key().verifying_key);
    assert_eq!(read.points, key().points);
    assert_eq!(digest[..], bytes()[bytes().len() - 32..]);
}

#[test]
fn a_development_key_says_so() {
    assert_eq!(key().warning(), Some(DEVELOPMENT_WARNING));
    assert!(DEVELOPMENT_WARNING.contains("anyone can forge proofs under this key"));
    let mut other = key().clone();
    other.header.origin = KeyOrigin::Ceremony(ContentHash([1; 32]));
    assert_eq!(other.warning(), None);
}

#[test]
fn a_changed_byte_anywhere_is_noticed() {
    let honest = bytes();
    for place in (0..honest.len()).step_by(997).chain([8, 12, honest.len() - 1]) {
        let mut changed = honest.clone();
        changed[place] ^= 1;
        assert!(read_key(&changed[..]).is_err(), "byte {place}");
    }
}

#[test]
fn a_file_that_ends_early_or_late_is_refused() {
    let honest = bytes();
    for length in [0, 7, 8, 11, 12, 100, 900, honest.len() / 2, honest.len() - 1] {
        assert!(matches!(refused(&honest[..length]), KeyFileError::Io(_)), "{length} bytes");
    }
    let longer = [&honest[..], &[0]].concat();
    assert!(matches!(refused(&longer), KeyFileError::Trailing));
}

#[test]
fn foreign_files_and_other_versions_are_refused() {
    let mut foreign = bytes();
    foreign[0] ^= 1;
    assert!(matches!(refused(&foreign), KeyFileError::Magic));
    let mut newer = bytes();
    newer[8] = 2;
    assert!(matches!(refused(&newer), KeyFileError::Version(2)));
}

#[test]
fn an_announced_length_beyond_the_file_is_not_allocated() {
    let mut bytes = bytes();
    let header = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let key_at = 16 + header;
    let key_bytes = u32::from_le_bytes(bytes[key_at..key_at + 4].try_into().unwrap()) as usize;
    let points_at = key_at + 4 + key_bytes;
    bytes[points_at..points_at + 8].copy_from_slice(&(1u64 << 50).to_le_bytes());
    assert!(matches!(refused(&bytes), KeyFileError::Io(_)));
    bytes[points_at..points_at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(refused(&bytes), KeyFileError::Header));
    bytes[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(refused(&bytes), KeyFileError::Header));
}

#[test]
fn a_point_off_its_curve_is_refused_even_under_a_fitting_checksum() {
    let mut bytes = bytes();
    let end = bytes.len() - 32;
    bytes[end - 64] ^= 1;
    assert!(matches!(refused(&resealed(bytes)), KeyFileError::Point { section: "B in G2", .. }));
}

#[test]
fn another_verifying_key_under_the_same_id_is_refused() {
    let mut other = key().clone();
    other.verifying_key.ic.swap(0, 1);
    let mut bytes = Vec::new();
    write_key(&other, &mut bytes).unwrap();
    assert!(matches!(refused(&bytes), KeyFileError::KeyId { .. }));
}

#[test]
fn a_store_gives_back_what_it_was_given() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path().join("keys"));
    let path = store.store::<DeliverModel>(key()).unwrap();
    let id = key().info().id();
    assert_eq!(path, store.path::<DeliverModel>(SHAPE, &id));
    let loaded = store.load::<DeliverModel>(SHAPE, &id).unwrap();
    assert_eq!(loaded.points, key().points);
    // Nothing but the key is left behind.
    assert_eq!(fs::read_dir(store.folder()).unwrap().count(), 1);
}

#[test]
fn a_missing_key_and_the_key_of_another_circuit_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let other = CircuitId([9; 32]);
    let missing = store.load::<DeliverModel>(SHAPE, &other);
    assert!(matches!(missing, Err(KeyStoreError::File { .. })));
    let path = store.store::<DeliverModel>(key()).unwrap();
    fs::rename(path, store.path::<DeliverModel>(SHAPE, &other)).unwrap();
    let misplaced = store.load::<DeliverModel>(SHAPE, &other);
    assert!(matches!(misplaced, Err(KeyStoreError::OtherCircuit { .. })));
}

#[test]
fn a_development_key_is_made_once_and_made_anew_when_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let circuit = Circuit::compile(SHAPE);
    let made = store.development(&circuit).unwrap();
    let path = store.path::<DeliverModel>(SHAPE, &made.info().id());
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    store.development(&circuit).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
    let mut damaged = fs::read(&path).unwrap();
    damaged.truncate(1000);
    fs::write(&path, &damaged).unwrap();
    store.development(&circuit).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes());
}

/// A file with a fitting checksum of its own is no development key if its digest is not pinned.
#[test]
fn a_stored_key_with_another_digest_is_not_taken_for_the_development_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let mut foreign = key().clone();
    foreign.points.a_query.swap(0, 1);
    store.store::<DeliverModel>(&foreign).unwrap();
    let used = store.development(&Circuit::compile(SHAPE)).unwrap();
    assert_eq!(used.points, key().points);
}

#[test]
fn keys_of_different_statements_differ() {
    let score = generate(&score::Circuit::compile(SHAPE)).unwrap();
    assert_ne!(score.points.vk.alpha_g1, key().points.vk.alpha_g1);
}
