//! `keys check` believes nothing that a key file says about itself, and no point of it.

use std::{fs, path::Path};

use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_groth16::Groth16;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use nocknock_circuits::{
    fold,
    keys::{generate, store, ProvingKey, Reduction},
    seal, Circuit, OnChain,
};
use nocknock_primitives::{
    circuit::KeyOrigin,
    ids::ContentHash,
    model::{names::named, Architecture},
};
use tempfile::tempdir;

use super::{
    commands::DESCRIPTION,
    program::{done, fails},
};

type Points = ark_groth16::ProvingKey<Bn254>;

const CEREMONY: KeyOrigin = KeyOrigin::Ceremony(ContentHash([1; 32]));

/// Writes a key of D2 that is no development key, with a checksum that fits its points.
fn write(path: &Path, origin: KeyOrigin, change: impl FnOnce(&mut Points)) {
    write_of(&seal::Circuit::compile(&()), path, origin, change);
}

fn write_of<S: OnChain>(
    circuit: &Circuit<S>,
    path: &Path,
    origin: KeyOrigin,
    change: impl FnOnce(&mut Points),
) {
    let points = Groth16::<Bn254>::generate_random_parameters_with_reduction(
        circuit.matrices(),
        &mut StdRng::seed_from_u64(7),
    );
    let mut points = points.unwrap();
    change(&mut points);
    store(&ProvingKey::new(circuit, origin, Reduction::Libsnark, points), path).unwrap();
}

/// Writes a key with changed points and demands that the check refuses it.
fn assert_refused(message: &str, change: impl FnOnce(&mut Points)) {
    let folder = tempdir().unwrap();
    write(&folder.path().join("key.pkey"), CEREMONY, change);
    fails(folder.path(), "keys check key.pkey", 3, message);
}

fn shift(point: &mut G1Affine) {
    *point = (*point + G1Affine::generator()).into();
}

#[test]
fn an_honest_key_passes() {
    let folder = tempdir().unwrap();
    write(&folder.path().join("key.pkey"), CEREMONY, |_| ());
    let checked = done(folder.path(), "keys check key.pkey");
    assert!(checked.value("origin").starts_with("ceremony"), "{checked:?}");
    assert!(!checked.messages.contains("WARNING"), "{checked:?}");
}

#[test]
fn a_replaced_beta_is_refused() {
    assert_refused("beta and delta in G1", |points| shift(&mut points.beta_g1));
}

#[test]
fn a_replaced_delta_is_refused() {
    assert_refused("beta and delta in G1", |points| shift(&mut points.delta_g1));
}

#[test]
fn a_key_without_its_blinding_points_is_refused() {
    assert_refused("beta and delta in G1", |points| {
        points.beta_g1 = G1Affine::zero();
        points.delta_g1 = G1Affine::zero();
        points.b_g1_query.fill(G1Affine::zero());
    });
}

#[test]
fn a_replaced_point_of_a_is_refused() {
    assert_refused("withheld", |points| shift(&mut points.a_query[0]));
}

#[test]
fn a_replaced_point_of_b_in_g1_is_refused() {
    assert_refused("differ between G1 and G2", |points| shift(&mut points.b_g1_query[9]));
}

#[test]
fn a_replaced_point_of_b_in_g2_is_refused() {
    assert_refused("differ between G1 and G2", |points| {
        let point = &mut points.b_g2_query[9];
        *point = (*point + G2Affine::generator()).into();
    });
}

#[test]
fn the_same_change_of_b_in_both_groups_is_refused() {
    assert_refused("withheld", |points| {
        // By the same multiple of delta, which the two groups have in common.
        let in_g1 = &mut points.b_g1_query[0];
        *in_g1 = (*in_g1 + points.delta_g1).into();
        let in_g2 = &mut points.b_g2_query[0];
        *in_g2 = (*in_g2 + points.vk.delta_g2).into();
    });
}

#[test]
fn a_replaced_point_of_h_is_refused() {
    assert_refused("withheld", |points| shift(&mut points.h_query[0]));
}

/// The last wire is a state of a hash, which is never zero.
#[test]
fn a_replaced_point_of_l_is_refused() {
    assert_refused("withheld", |points| shift(points.l_query.last_mut().unwrap()));
}

#[test]
fn a_missing_point_is_refused() {
    assert_refused("points L where", |points| {
        points.l_query.pop();
    });
}

#[test]
fn a_key_that_claims_to_be_a_development_key_is_refused() {
    let folder = tempdir().unwrap();
    write(&folder.path().join("key.pkey"), KeyOrigin::Development, |_| ());
    fails(folder.path(), "keys check key.pkey", 3, "not the one of this release");
}

/// For an architecture without a name no key is pinned, so the real one is made.
#[test]
fn a_key_that_claims_to_be_the_development_key_of_an_unnamed_architecture_is_refused() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("mine.json"), DESCRIPTION).unwrap();
    let mine: Architecture = serde_json::from_str(DESCRIPTION).unwrap();
    let circuit = fold::Circuit::compile(&mine);
    write_of(&circuit, &folder.join("key.pkey"), KeyOrigin::Development, |_| ());
    let check = "keys check key.pkey --architecture";
    fails(folder, &format!("{check} mine.json"), 3, "not the one of this release");

    let other = DESCRIPTION.replace("\"samples\": 41", "\"samples\": 42");
    assert_ne!(other, DESCRIPTION);
    fs::write(folder.join("other.json"), other).unwrap();
    fails(folder, &format!("{check} other.json"), 3, "has no name in this release");
}

/// The bytes with a checksum that fits.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 32;
    let digest = blake3::hash(&bytes[..end]);
    bytes[end..].copy_from_slice(digest.as_bytes());
    bytes
}

/// Bytes of a header behind the circuit's kind: number of constraints, hash of the matrices, id of
/// the key, origin and reduction.
const BEHIND_KIND: usize = 4 + 32 + 32 + 33 + 1;

/// The circuit's kind in the header, which starts at byte 16.
fn kind(bytes: &[u8]) -> &[u8] {
    let header = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    &bytes[16..16 + header - BEHIND_KIND]
}

/// The same file for a circuit of another kind.
fn with_kind(bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let length = u32::try_from(other.len() + BEHIND_KIND).unwrap();
    let rest = &bytes[16 + kind(bytes).len()..];
    [&bytes[..12], &length.to_le_bytes(), other, rest].concat()
}

#[test]
fn a_header_that_names_another_circuit_is_refused() {
    let folder = tempdir().unwrap();
    let [path, other] = ["key.pkey", "other.pkey"].map(|name| folder.path().join(name));
    write(&path, CEREMONY, |_| ());
    let honest = fs::read(&path).unwrap();
    write_of(&fold::Circuit::compile(&named("tiny-4x3x2").unwrap()), &other, CEREMONY, |_| ());
    let other = fs::read(other).unwrap();
    let constraints = 16 + kind(&honest).len();
    let flipped = |place: usize| {
        let mut changed = honest.clone();
        changed[place] ^= 1;
        changed
    };
    let matrix_hash = constraints + 4;
    for changed in [with_kind(&honest, kind(&other)), flipped(constraints), flipped(matrix_hash)] {
        fs::write(&path, resealed(changed)).unwrap();
        fails(folder.path(), "keys check key.pkey", 3, "is for circuit");
    }
}

#[test]
fn a_development_key_cannot_pretend_to_come_from_a_ceremony() {
    let folder = tempdir().unwrap();
    let circuit = seal::Circuit::compile(&());
    let points = generate(&circuit).unwrap().points().clone();
    let key = ProvingKey::new(&circuit, CEREMONY, Reduction::Libsnark, points);
    store(&key, &folder.path().join("key.pkey")).unwrap();
    fails(folder.path(), "keys check key.pkey", 3, "it holds a development key");
}
