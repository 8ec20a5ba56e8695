//! Canonical bytes, validation and preparation of verifying keys.

use crate::trapdoor::{g1, g2, scalar, Trapdoor};
use ark_bn254::{Bn254, Fq, G1Projective};
use ark_ec::{pairing::Pairing, AffineRepr};
use nocknock_groth16::{
    verify, Fr, G1Affine, G2Affine, KeyDecodeError, KeyError, KeyPart, PointError,
    PreparedDecodeError, PreparedVerifyingKey, Proof, VerifyingKey,
};

/// Where the number of input points stands.
const COUNT: usize = 448;

fn key() -> VerifyingKey {
    Trapdoor::new(5, 1).key()
}

fn changed(change: impl FnOnce(&mut VerifyingKey)) -> VerifyingKey {
    let mut key = key();
    change(&mut key);
    key
}

#[test]
fn encoding_and_decoding_are_inverse() {
    for inputs in [0, 1, 5] {
        let key = Trapdoor::new(inputs, 2).key();
        let bytes = key.to_bytes();
        assert_eq!(bytes.len(), 452 + 64 * (inputs + 1));
        assert_eq!(VerifyingKey::from_bytes(&bytes), Ok(key));
    }
}

#[test]
fn other_lengths_are_refused() {
    let bytes = key().to_bytes();
    for length in [0, 1, 64, COUNT + 3] {
        let refused = KeyDecodeError::Length { expected: 452, actual: length };
        assert_eq!(VerifyingKey::from_bytes(&bytes[..length]), Err(refused));
    }
    for length in [452, 453, bytes.len() - 1] {
        let refused = KeyDecodeError::Length { expected: bytes.len(), actual: length };
        assert_eq!(VerifyingKey::from_bytes(&bytes[..length]), Err(refused));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    let refused = KeyDecodeError::Length { expected: bytes.len(), actual: bytes.len() + 1 };
    assert_eq!(VerifyingKey::from_bytes(&longer), Err(refused));
}

#[test]
fn impossible_numbers_of_input_points_are_refused() {
    for count in [0, 258, u32::MAX] {
        let mut bytes = key().to_bytes();
        bytes[COUNT..COUNT + 4].copy_from_slice(&count.to_be_bytes());
        assert_eq!(VerifyingKey::from_bytes(&bytes), Err(KeyDecodeError::Count { count }));
    }
}

#[test]
fn bad_points_are_refused_and_named() {
    let places = [
        (0, 64, KeyPart::Alpha),
        (64, 128, KeyPart::Beta),
        (192, 128, KeyPart::Gamma),
        (320, 128, KeyPart::Delta),
        (452, 64, KeyPart::Ic(0)),
        (452 + 64 * 5, 64, KeyPart::Ic(5)),
    ];
    for (start, length, part) in places {
        for (fill, source) in [
            (0x00, PointError::Infinity),
            (0xff, PointError::CoordinateTooLarge),
            (1, PointError::NotOnCurve),
        ] {
            let mut bytes = key().to_bytes();
            bytes[start..start + length].fill(fill);
            assert_eq!(
                VerifyingKey::from_bytes(&bytes),
                Err(KeyDecodeError::Point { part, source })
            );
        }
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let key = key();
    let bytes = key.to_bytes();
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let decoded = VerifyingKey::from_bytes(&flipped);
        assert!(decoded.is_err_and(|error| !error.to_string().is_empty()), "bit {bit}");
    }
}

#[test]
fn the_id_depends_on_every_point() {
    let id = key().id();
    assert_eq!(id, key().id());
    let others = [
        changed(|key| key.alpha_g1 = g1(scalar(1))),
        changed(|key| key.beta_g2 = g2(scalar(1))),
        changed(|key| key.gamma_g2 = g2(scalar(1))),
        changed(|key| key.delta_g2 = g2(scalar(1))),
        changed(|key| key.ic[3] = g1(scalar(1))),
        changed(|key| _ = key.ic.pop()),
    ];
    assert!(others.iter().all(|other| other.id() != id));
}

#[test]
fn a_sound_key_is_valid() {
    assert_eq!(key().validate(5), Ok(()));
    // snarkjs uses the generator as gamma.
    assert_eq!(changed(|key| key.gamma_g2 = G2Affine::generator()).validate(5), Ok(()));
}

#[test]
fn a_wrong_number_of_inputs_is_refused() {
    for expected in [0, 4, 6] {
        assert_eq!(key().validate(expected), Err(KeyError::InputCount { expected, actual: 5 }));
    }
    let empty = changed(|key| key.ic.clear());
    assert_eq!(empty.validate(0), Err(KeyError::InputCount { expected: 0, actual: 0 }));
    assert_eq!(key().validate(257), Err(KeyError::TooManyInputs { count: 257 }));
}

#[test]
fn identity_points_are_refused() {
    let cases = [
        (changed(|key| key.alpha_g1 = G1Affine::zero()), KeyPart::Alpha),
        (changed(|key| key.beta_g2 = G2Affine::zero()), KeyPart::Beta),
        (changed(|key| key.gamma_g2 = G2Affine::zero()), KeyPart::Gamma),
        (changed(|key| key.delta_g2 = G2Affine::zero()), KeyPart::Delta),
        (changed(|key| key.ic[0] = G1Affine::zero()), KeyPart::Ic(0)),
        (changed(|key| key.ic[5] = G1Affine::zero()), KeyPart::Ic(5)),
    ];
    for (key, part) in cases {
        assert_eq!(key.validate(5), Err(KeyError::Point { part, source: PointError::Infinity }));
    }
}

#[test]
fn points_off_the_curve_are_refused() {
    let point = G1Affine::new_unchecked(Fq::from(5u64), Fq::from(5u64));
    let refused = KeyError::Point { part: KeyPart::Ic(2), source: PointError::NotOnCurve };
    assert_eq!(changed(|key| key.ic[2] = point).validate(5), Err(refused));
}

#[test]
fn generators_are_refused() {
    let cases = [
        (changed(|key| key.alpha_g1 = G1Affine::generator()), KeyPart::Alpha),
        (changed(|key| key.alpha_g1 = -G1Affine::generator()), KeyPart::Alpha),
        (changed(|key| key.beta_g2 = G2Affine::generator()), KeyPart::Beta),
        (changed(|key| key.delta_g2 = G2Affine::generator()), KeyPart::Delta),
        (changed(|key| key.delta_g2 = -G2Affine::generator()), KeyPart::Delta),
    ];
    for (key, part) in cases {
        assert_eq!(key.validate(5), Err(KeyError::Generator { part }));
    }
}

#[test]
fn points_that_repeat_up_to_sign_are_refused() {
    use KeyPart::{Beta, Delta, Gamma, Ic};
    let cases = [
        (changed(|key| key.delta_g2 = key.gamma_g2), Gamma, Delta),
        (changed(|key| key.delta_g2 = -key.gamma_g2), Gamma, Delta),
        (changed(|key| key.gamma_g2 = key.beta_g2), Beta, Gamma),
        (changed(|key| key.delta_g2 = -key.beta_g2), Beta, Delta),
        (changed(|key| key.ic[4] = key.ic[1]), Ic(1), Ic(4)),
        (changed(|key| key.ic[3] = -key.ic[0]), Ic(0), Ic(3)),
    ];
    for (key, first, second) in cases {
        assert_eq!(key.validate(5), Err(KeyError::Equal { first, second }));
    }
}

/// Why delta must differ from gamma: with A = alpha, B = beta and C = -L anybody proves anything.
#[test]
fn a_key_with_equal_gamma_and_delta_would_be_forgeable_by_anyone() {
    let key = changed(|key| key.delta_g2 = key.gamma_g2);
    let inputs = [1u64, 2, 3, 4, 5].map(Fr::from);
    let statement = key.ic[1..]
        .iter()
        .zip(inputs)
        .fold(key.ic[0].into(), |sum: G1Projective, (ic, x)| sum + *ic * x);
    let forged = Proof { a: key.alpha_g1, b: key.beta_g2, c: (-statement).into() };
    let right = [key.beta_g2, key.gamma_g2, key.delta_g2];
    let expected = Bn254::multi_pairing([key.alpha_g1, statement.into(), forged.c], right);
    assert_eq!(Bn254::pairing(forged.a, forged.b), expected);
    assert!(key.prepare(5).is_err());
}

#[test]
fn preparing_validates() {
    assert_eq!(key().prepare(4), Err(KeyError::InputCount { expected: 4, actual: 5 }));
    let weak = changed(|key| key.delta_g2 = key.gamma_g2);
    assert!(matches!(weak.prepare(5), Err(KeyError::Equal { .. })));
}

#[test]
fn a_prepared_key_survives_its_bytes() {
    for inputs in [0, 1, 5] {
        let trapdoor = Trapdoor::new(inputs, 4);
        let prepared = trapdoor.prepared();
        let restored =
            PreparedVerifyingKey::from_trusted_bytes(&prepared.to_trusted_bytes()).unwrap();
        assert_eq!(restored, prepared);
        assert_eq!((restored.id(), restored.input_count()), (trapdoor.key().id(), inputs));
        let statement = trapdoor.statement(1);
        assert_eq!(verify(&restored, &statement.inputs, &statement.proof), Ok(()));
    }
}

#[test]
fn damaged_prepared_keys_are_refused_where_that_can_be_seen() {
    let bytes = Trapdoor::new(2, 5).prepared().to_trusted_bytes();
    for length in [0, 1, 20, 33, 1000, bytes.len() - 1] {
        assert_eq!(
            PreparedVerifyingKey::from_trusted_bytes(&bytes[..length]),
            Err(PreparedDecodeError::Length)
        );
    }
    let mut other_version = bytes.clone();
    other_version[0] = 9;
    let refused = Err(PreparedDecodeError::Version { version: 9 });
    assert_eq!(PreparedVerifyingKey::from_trusted_bytes(&other_version), refused);
    let mut too_large = bytes;
    too_large[33..65].fill(0xff);
    assert_eq!(
        PreparedVerifyingKey::from_trusted_bytes(&too_large),
        Err(PreparedDecodeError::NotReduced)
    );
}
