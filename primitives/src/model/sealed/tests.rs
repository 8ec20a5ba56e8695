use super::*;
use crate::model::names::named;
use alloc::{format, string::ToString, vec};
use nocknock_poseidon::DomainTag;

fn architecture() -> Architecture {
    named("tiny-5x4x3x3").unwrap()
}

fn other_architecture() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

fn model() -> Weights {
    let mut weights = Weights::zero(&architecture());
    weights.layers[0].weights[0] = 3;
    weights.layers[0].biases[3] = -8;
    weights.layers[2].weights[8] = -4;
    weights
}

fn elements(count: u32) -> Vec<Fr> {
    (0..count).map(|place| Fr::from(1000 + place)).collect()
}

#[test]
fn the_key_opens_what_was_sealed() {
    let key = Fr::from(11u8);
    let sealed = seal(&architecture(), key, &model()).unwrap();
    assert_eq!(sealed.key, key);
    let plain = model().pack(&architecture()).unwrap();
    assert!(plain.iter().zip(&sealed.ciphertext).all(|(plain, cipher)| plain != cipher));
    let opened = open(&architecture(), key, key_hash(key), &sealed.ciphertext);
    assert_eq!(opened, Ok(model()));
}

#[test]
fn weights_of_another_architecture_are_not_sealed() {
    assert!(seal(&other_architecture(), Fr::from(11u8), &model()).is_err());
}

#[test]
fn another_key_is_refused_as_such() {
    let (key, other) = (Fr::from(11u8), Fr::from(12u8));
    let sealed = seal(&architecture(), key, &model()).unwrap();
    let open = |key, hash| open(&architecture(), key, hash, &sealed.ciphertext);
    assert_eq!(open(other, key_hash(key)), Err(OpenError::Key));
    assert_eq!(open(key, key_hash(other)), Err(OpenError::Key));
    // With its own hash a wrong key gets further, and ends at what is no model.
    assert!(matches!(open(other, key_hash(other)), Err(OpenError::Packing(_))));
}

#[test]
fn a_ciphertext_of_another_length_is_refused() {
    let key = Fr::from(11u8);
    let mut ciphertext = seal(&architecture(), key, &model()).unwrap().ciphertext.clone();
    let expected = ciphertext.len();
    assert_eq!(expected, architecture().weight_elements());
    ciphertext.push(key);
    for ciphertext in [&ciphertext[..], &ciphertext[..expected - 1], &[]] {
        let refused = OpenError::Length { expected, found: ciphertext.len() };
        let opened = open(&architecture(), key, key_hash(key), ciphertext);
        assert_eq!(opened, Err(refused));
    }
}

#[test]
fn a_ciphertext_of_something_else_is_refused() {
    let key = Fr::from(11u8);
    let ciphertext = vec![Fr::from(0u8); architecture().weight_elements()];
    let opened = open(&architecture(), key, key_hash(key), &ciphertext);
    assert!(matches!(opened, Err(OpenError::Packing(PackingError::LeftoverBits { .. }))));
}

#[test]
fn every_chunk_has_a_keystream_of_its_own() {
    let (digest, key) = (architecture().digest(), Fr::from(11u8));
    let plain = elements(1100);
    let mut sealed = plain.clone();
    apply_keystream(&architecture(), key, &mut sealed, add);
    let mut first = Vec::new();
    for (index, range) in [(0u32, 0..504), (1, 504..1008), (2, 1008..1100)] {
        let inputs = [digest, key, Fr::from(index)];
        let stream = Keystream::new(tags::KEYSTREAM, &inputs).take(range.len());
        let expected: Vec<Fr> =
            plain[range.clone()].iter().zip(stream).map(|(plain, mask)| *plain + mask).collect();
        assert_eq!(sealed[range.clone()], expected, "chunk {index}");
        first.push(sealed[range.start] - plain[range.start]);
    }
    assert!(first[0] != first[1] && first[1] != first[2] && first[0] != first[2]);
    apply_keystream(&architecture(), key, &mut sealed, subtract);
    assert_eq!(sealed, plain);
}

#[test]
fn architecture_key_and_index_change_the_keystream() {
    let first = |architecture: &Architecture, key: u8, index| {
        keystream(architecture, Fr::from(key), index).next_element()
    };
    let streams = [
        first(&architecture(), 1, 0),
        first(&other_architecture(), 1, 0),
        first(&architecture(), 2, 0),
        first(&architecture(), 1, 1),
    ];
    for (place, stream) in streams.iter().enumerate() {
        assert!(!streams[..place].contains(stream), "stream {place}");
    }
}

#[test]
fn a_chunk_is_hashed_with_architecture_and_index() {
    let chunk = elements(3);
    let digest = architecture().digest();
    let inputs = [digest, Fr::from(7u8), chunk[0], chunk[1], chunk[2]];
    let hash = chunk_hash(&architecture(), 7, &chunk);
    assert_eq!(hash, sponge_hash(DomainTag::new(b"nn/model/chnk/v1"), &inputs));
    assert_ne!(hash, chunk_hash(&architecture(), 8, &chunk));
    assert_ne!(hash, chunk_hash(&other_architecture(), 7, &chunk));
    assert_ne!(hash, chunk_hash(&architecture(), 7, &chunk[..2]));
}

#[test]
fn a_ciphertext_is_hashed_chunk_by_chunk() {
    let ciphertext = elements(1009);
    for (length, chunks) in [(1, 1), (503, 1), (504, 1), (505, 2), (1008, 2), (1009, 3)] {
        let ciphertext = &ciphertext[..length];
        let parts = ciphertext.chunks(504).enumerate();
        let hashes: Vec<Fr> =
            parts.map(|(t, chunk)| chunk_hash(&architecture(), t as u32, chunk)).collect();
        assert_eq!(hashes.len(), chunks);
        let joined = join_chunk_hashes(&architecture(), &hashes);
        assert_eq!(ciphertext_hash(&architecture(), ciphertext), joined, "{length} elements");
        let inputs = [&[architecture().digest()], &hashes[..]].concat();
        assert_eq!(joined, sponge_hash(DomainTag::new(b"nn/model/ciph/v1"), &inputs));
    }
}

#[test]
fn every_element_of_a_ciphertext_and_its_place_change_the_hash() {
    let ciphertext = elements(510);
    let hash = |ciphertext: &[Fr]| ciphertext_hash(&architecture(), ciphertext);
    for place in [0, 503, 504, 509] {
        let mut changed = ciphertext.clone();
        changed[place] = Fr::from(1u8);
        assert_ne!(hash(&changed), hash(&ciphertext), "element {place}");
    }
    let mut swapped = ciphertext.clone();
    swapped.swap(503, 504);
    assert_ne!(hash(&swapped), hash(&ciphertext));
    assert_ne!(hash(&ciphertext), ciphertext_hash(&other_architecture(), &ciphertext));
}

#[test]
fn every_part_changes_the_commitment() {
    let [bind, key_hash, ciphertext_hash, other] = [1u8, 2, 3, 4].map(Fr::from);
    let commit = |bind, key_hash, ciphertext_hash| {
        commitment(&architecture(), bind, key_hash, ciphertext_hash)
    };
    let honest = commit(bind, key_hash, ciphertext_hash);
    let changed = [
        commitment(&other_architecture(), bind, key_hash, ciphertext_hash),
        commit(other, key_hash, ciphertext_hash),
        commit(bind, other, ciphertext_hash),
        commit(bind, key_hash, other),
        commit(bind, ciphertext_hash, key_hash),
        commit(key_hash, bind, ciphertext_hash),
    ];
    for (change, commitment) in changed.into_iter().enumerate() {
        assert_ne!(commitment, honest, "change {change}");
    }
    let inputs = [architecture().digest(), bind, key_hash, ciphertext_hash];
    assert_eq!(honest, sponge_hash(DomainTag::new(b"nn/model/cmit/v1"), &inputs));
}

const OWNER_OF_EXAMPLE: ModelOwner =
    ModelOwner { genesis_hash: [1; 32], task: 3, worker: [4; 32], encoding: [5; 32] };

#[test]
fn every_part_changes_the_owner() {
    let changed = [
        ModelOwner { genesis_hash: [9; 32], ..OWNER_OF_EXAMPLE },
        ModelOwner { task: 9, ..OWNER_OF_EXAMPLE },
        ModelOwner { worker: [9; 32], ..OWNER_OF_EXAMPLE },
        ModelOwner { encoding: [9; 32], ..OWNER_OF_EXAMPLE },
        ModelOwner { worker: [5; 32], encoding: [4; 32], ..OWNER_OF_EXAMPLE },
    ];
    for owner in changed {
        assert_ne!(owner.to_field(), OWNER_OF_EXAMPLE.to_field(), "{owner:?}");
    }
}

/// Computed by another implementation of Keccak-256, from the layout in the documentation.
#[test]
fn an_owner_is_the_known_element() {
    let expected = "0x1c0aeda1afe64649cbeda0607159749e9a3c40af8444c8f8bba3add26bb35917";
    let found = crate::model::field::to_bytes(&OWNER_OF_EXAMPLE.to_field());
    assert_eq!(crate::ids::ContentHash(found).to_string(), expected);
}

#[test]
fn a_key_has_a_hash_of_its_own() {
    let key = Fr::from(11u8);
    assert_eq!(key_hash(key), sponge_hash(DomainTag::new(b"nn/model/key/v1_"), &[key]));
    assert_ne!(key_hash(key), key_hash(Fr::from(12u8)));
}

#[test]
fn the_key_is_not_printed() {
    let key = Fr::from(424_242u32);
    let sealed = seal(&architecture(), key, &model()).unwrap();
    assert!(!format!("{sealed:?}").contains("424242"));
}
