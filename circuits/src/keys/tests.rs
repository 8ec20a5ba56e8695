use super::*;
use crate::{
    fold::{self, FoldedScore},
    r1cs::{one, Synthesizer},
    seal::{self, Circuit, SealKey},
    Statement,
};
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use nocknock_primitives::{
    circuit::CircuitKind,
    ids::{CircuitId, ContentHash},
    model::{names::named, Architecture, Description},
};
use std::{fs, sync::OnceLock};

fn tiny() -> Architecture {
    named("tiny-4x3x2").unwrap()
}

fn key() -> &'static ProvingKey {
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    KEY.get_or_init(|| generate(&Circuit::compile(&())).unwrap())
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
    for place in (0..honest.len()).step_by(2999).chain([8, 12, honest.len() - 1]) {
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
    newer[8] = 3;
    assert!(matches!(refused(&newer), KeyFileError::Version(3)));
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

/// What loading says about the key with changed points, under a checksum that fits.
fn with_points(change: impl FnOnce(&mut ark_groth16::ProvingKey<Bn254>)) -> KeyFault {
    let mut changed = key().clone();
    change(&mut changed.points);
    assert_ne!(changed.points, key().points);
    let mut bytes = Vec::new();
    write_key(&changed, &mut bytes).unwrap();
    match refused(&bytes) {
        KeyFileError::Fault(fault) => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn a_replaced_blinding_point_is_found() {
    for foreign in [G1Affine::zero(), G1Affine::generator()] {
        let beta = with_points(|points| points.beta_g1 = foreign);
        let delta = with_points(|points| points.delta_g1 = foreign);
        let both = with_points(|points| {
            points.beta_g1 = foreign;
            points.delta_g1 = foreign;
        });
        for found in [beta, delta, both] {
            assert_eq!(found, KeyFault::Blinding);
        }
    }
    let exchanged = with_points(|points| {
        std::mem::swap(&mut points.beta_g1, &mut points.delta_g1);
    });
    assert_eq!(exchanged, KeyFault::Blinding);
}

#[test]
fn a_replaced_point_of_b_is_found_in_either_group_wherever_it_is() {
    let count = key().points.b_g1_query.len();
    for place in [0, 1, count / 2, count - 1] {
        let in_g1 = with_points(|points| {
            points.b_g1_query[place] = (points.b_g1_query[place] + G1Affine::generator()).into();
        });
        let in_g2 = with_points(|points| {
            points.b_g2_query[place] = (points.b_g2_query[place] + G2Affine::generator()).into();
        });
        assert_eq!([in_g1, in_g2], [KeyFault::Twins, KeyFault::Twins], "point {place}");
    }
    let exchanged = with_points(|points| points.b_g1_query.reverse());
    assert_eq!(exchanged, KeyFault::Twins);
}

#[test]
fn points_of_b_that_cancel_each_other_are_found() {
    let opposite = with_points(|points| {
        let shift = G1Affine::generator();
        points.b_g1_query[1] = (points.b_g1_query[1] + shift).into();
        points.b_g1_query[2] = (points.b_g1_query[2] - shift).into();
    });
    assert_eq!(opposite, KeyFault::Twins);
}

#[test]
fn a_missing_point_of_b_is_found() {
    let missing = with_points(|points| {
        points.b_g1_query.pop();
    });
    assert!(matches!(missing, KeyFault::Count { list: "B in G1", .. }), "{missing}");
    let missing = with_points(|points| {
        points.a_query.clear();
    });
    assert!(matches!(missing, KeyFault::Count { list: "B in G1", expected: 0, .. }), "{missing}");
}

/// Otherwise a prover would read behind the end of an empty list.
#[test]
fn a_prover_takes_no_key_with_a_wrong_number_of_points() {
    let circuit = Circuit::compile(&());
    let changes: [(&str, fn(&mut ark_groth16::ProvingKey<Bn254>)); 5] = [
        ("A", |points| points.a_query.clear()),
        ("B in G1", |points| points.b_g1_query.clear()),
        ("B in G2", |points| points.b_g2_query.clear()),
        ("H", |points| points.h_query.clear()),
        ("L", |points| points.l_query.push(G1Affine::zero())),
    ];
    for (name, change) in changes {
        let mut changed = key().clone();
        change(&mut changed.points);
        let refused = changed.check_counts(circuit.matrices()).unwrap_err();
        assert!(matches!(refused, KeyFault::Count { list, .. } if list == name), "{refused}");
    }
    assert_eq!(key().check_counts(circuit.matrices()), Ok(()));
}

/// Replaces a point of A and one of L of each of some wires that C does not name: bits of weights
/// and inputs, which a trial proof may leave at zero.
#[test]
fn a_replaced_point_of_a_or_l_is_found_where_c_does_not_name_the_wire() {
    let circuit = fold::Circuit::compile(&tiny());
    let matrices = circuit.matrices();
    let honest = generate(&circuit).unwrap();
    assert_eq!(honest.check_derived(matrices), Ok(()));
    let first = matrices.public() + 1;
    let [_, _, c] = matrices.abc();
    let named = |wire: usize| c.iter().flatten().any(|(_, other)| *other == wire);
    let free: Vec<usize> = (first..matrices.wires()).filter(|wire| !named(*wire)).collect();
    for wire in free.iter().step_by(free.len() / 5) {
        let shifted = |point: G1Affine| (point + G1Affine::generator()).into();
        let mut changed = honest.clone();
        changed.points.a_query[*wire] = shifted(changed.points.a_query[*wire]);
        assert_eq!(changed.check_derived(matrices), Err(KeyFault::Derived), "A of wire {wire}");
        let mut changed = honest.clone();
        let place = wire - first;
        changed.points.l_query[place] = shifted(changed.points.l_query[place]);
        assert_eq!(changed.check_derived(matrices), Err(KeyFault::Derived), "L of wire {wire}");
    }
}

/// The bits of weights are most of what a worker sells.
#[test]
fn c_names_no_bit_of_a_hidden_weight() {
    let circuit = fold::Circuit::compile(&tiny());
    let matrices = circuit.matrices();
    let [_, _, c] = matrices.abc();
    let bits = matrices.wires_of("weight bits");
    assert_eq!(bits.len(), 12 * 3 + 3 * 4 + 6 * 3 + 2 * 4);
    let named = c.iter().flatten().filter(|(_, wire)| bits.contains(wire));
    assert_eq!(named.count(), 0);
}

#[test]
fn a_development_key_that_pretends_to_come_from_a_ceremony_is_refused() {
    let mut pretended = key().clone();
    pretended.header.origin = KeyOrigin::Ceremony(ContentHash([1; 32]));
    let mut bytes = Vec::new();
    write_key(&pretended, &mut bytes).unwrap();
    assert!(matches!(refused(&bytes), KeyFileError::Pretended));
}

/// A key that no digest is pinned for, so that all checks are made.
#[test]
fn an_honest_key_of_a_ceremony_is_loaded() {
    let circuit = Circuit::compile(&());
    let points = ark_groth16::Groth16::<Bn254>::generate_random_parameters_with_reduction(
        circuit.matrices(),
        &mut StdRng::seed_from_u64(5),
    );
    let origin = KeyOrigin::Ceremony(ContentHash([1; 32]));
    let made = ProvingKey::new(&circuit, origin, Reduction::Libsnark, points.unwrap());
    let mut bytes = Vec::new();
    write_key(&made, &mut bytes).unwrap();
    let (read, _) = read_key(&bytes[..]).unwrap();
    assert_eq!(read.points, made.points);
    assert_eq!(read.check(), Ok(()));
    assert_eq!(read.warning(), None);
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
    let path = store.store(key()).unwrap();
    let id = key().info().id();
    assert_eq!(path, store.path::<SealKey>(&(), &id));
    let loaded = store.load::<SealKey>(&(), &id).unwrap();
    assert_eq!(loaded.points, key().points);
    // Nothing but the key is left behind.
    assert_eq!(fs::read_dir(store.folder()).unwrap().count(), 1);
}

#[test]
fn files_are_named_after_the_architecture_or_its_digest() {
    let store = KeyStore::at("keys");
    let id = CircuitId([0xab; 32]);
    let name = |path: std::path::PathBuf| path.to_str().unwrap().to_owned();
    let score = name(store.path::<FoldedScore>(&tiny(), &id));
    assert_eq!(score, "keys/tiny-4x3x2.s3.abababababababab.pkey");
    let delivery = name(store.path::<SealKey>(&(), &id));
    assert_eq!(delivery, "keys/seal.d2.abababababababab.pkey");
    let description = Description { samples: 41, ..tiny().into() };
    let unnamed = Architecture::new(description).unwrap();
    let digest = file_name(&CircuitKind::Score(unnamed.clone()));
    assert_eq!(digest, FoldedScore::file_name(&unnamed));
    let (digest, statement) = digest.split_once('.').unwrap();
    assert_eq!((digest.len(), statement), (16, "s3"));
    assert!(digest.chars().all(|digit| digit.is_ascii_hexdigit()));
}

#[test]
fn a_missing_key_and_the_key_of_another_circuit_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let other = CircuitId([9; 32]);
    let missing = store.load::<SealKey>(&(), &other);
    assert!(matches!(missing, Err(KeyStoreError::File { .. })));
    let path = store.store(key()).unwrap();
    fs::rename(path, store.path::<SealKey>(&(), &other)).unwrap();
    let misplaced = store.load::<SealKey>(&(), &other);
    assert!(matches!(misplaced, Err(KeyStoreError::OtherCircuit { .. })));
}

#[test]
fn a_development_key_is_made_once_and_made_anew_when_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path());
    let circuit = Circuit::compile(&());
    let made = store.development(&circuit).unwrap();
    let path = store.path::<SealKey>(&(), &made.info().id());
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
    store.store(&foreign).unwrap();
    let used = store.development(&Circuit::compile(&())).unwrap();
    assert_eq!(used.points, key().points);
}

/// D2 with a row more, as if the circuit had changed and its pin had not.
#[derive(Clone, Copy, Debug)]
struct Changed;

impl Statement for Changed {
    type Shape = ();
    type Public = seal::Public;
    type Private = seal::Private;
    type Refusal = seal::Refusal;
    const NAME: &'static str = SealKey::NAME;

    fn check(
        shape: &(),
        public: &seal::Public,
        private: &seal::Private,
    ) -> Result<(), seal::Refusal> {
        SealKey::check(shape, public, private)
    }

    fn synthesize(
        cs: &mut Synthesizer,
        shape: &(),
        public: &seal::Public,
        private: &seal::Private,
    ) {
        SealKey::synthesize(cs, shape, public, private);
        cs.enforce(one(), one(), one());
    }

    fn blank(shape: &()) -> (seal::Public, seal::Private) {
        SealKey::blank(shape)
    }
}

impl OnChain for Changed {
    fn kind(shape: &()) -> CircuitKind {
        SealKey::kind(shape)
    }
}

#[test]
fn a_development_key_other_than_the_pinned_one_is_neither_used_nor_stored() {
    let folder = tempfile::tempdir().unwrap();
    let store = KeyStore::at(folder.path().join("keys"));
    let refused = store.development(&crate::Circuit::<Changed>::compile(&()));
    let expected = key().id();
    match refused.unwrap_err() {
        KeyStoreError::NotPinned { expected: pinned, found } => {
            assert_eq!(pinned, expected);
            assert_ne!(found, expected);
        }
        other => panic!("{other}"),
    }
    assert!(!store.folder().exists());
}

/// Neither the statement nor the architecture leaves the seed as it is.
#[test]
fn keys_of_different_circuits_differ() {
    let alpha = |name: &str| {
        let circuit = fold::Circuit::compile(&named(name).unwrap());
        generate(&circuit).unwrap().points.vk.alpha_g1
    };
    let [first, second] = ["tiny-4x3x2", "tiny-6x3"].map(alpha);
    assert_ne!(first, second);
    assert_ne!(first, key().points.vk.alpha_g1);
}
