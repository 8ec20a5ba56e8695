//! Decoding of proofs.

use crate::trapdoor::Trapdoor;
use ark_bn254::{Fq, Fq2};
use ark_ff::{BigInteger, PrimeField};
use nocknock_groth16::{verify, G2Affine, PointError, Proof, ProofDecodeError, ProofPart};

/// Where the eight coordinates of a proof belong.
const PARTS: [ProofPart; 8] = [
    ProofPart::A,
    ProofPart::A,
    ProofPart::B,
    ProofPart::B,
    ProofPart::B,
    ProofPart::B,
    ProofPart::C,
    ProofPart::C,
];

fn valid() -> [u8; 256] {
    Trapdoor::new(3, 1).statement(1).proof.to_evm_bytes()
}

fn word(number: impl BigInteger) -> [u8; 32] {
    number.to_bytes_be().try_into().unwrap()
}

fn with_word(place: usize, word: [u8; 32]) -> [u8; 256] {
    let mut bytes = valid();
    bytes[32 * place..32 * place + 32].copy_from_slice(&word);
    bytes
}

fn refused(part: ProofPart, source: PointError) -> Result<Proof, ProofDecodeError> {
    Err(ProofDecodeError::Point { part, source })
}

#[test]
fn encoding_and_decoding_are_inverse() {
    let proof = Trapdoor::new(3, 1).statement(1).proof;
    assert_eq!(Proof::from_evm_bytes(&proof.to_evm_bytes()), Ok(proof));
}

#[test]
fn words_have_the_order_of_the_evm() {
    let proof = Trapdoor::new(3, 1).statement(1).proof;
    let words = [
        proof.a.x,
        proof.a.y,
        proof.b.x.c1,
        proof.b.x.c0,
        proof.b.y.c1,
        proof.b.y.c0,
        proof.c.x,
        proof.c.y,
    ];
    let expected: Vec<u8> =
        words.iter().flat_map(|coordinate| word(coordinate.into_bigint())).collect();
    assert_eq!(proof.to_evm_bytes().as_slice(), expected);
}

#[test]
fn every_flipped_bit_is_refused() {
    let trapdoor = Trapdoor::new(3, 1);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(1));
    let bytes = statement.proof.to_evm_bytes();
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes;
        flipped[bit / 8] ^= 1 << (bit % 8);
        let accepted = Proof::from_evm_bytes(&flipped)
            .is_ok_and(|proof| verify(&key, &statement.inputs, &proof).is_ok());
        assert!(!accepted, "bit {bit}");
    }
}

#[test]
fn every_replaced_byte_is_refused() {
    let trapdoor = Trapdoor::new(3, 1);
    let (key, statement) = (trapdoor.prepared(), trapdoor.statement(1));
    let bytes = statement.proof.to_evm_bytes();
    for place in 0..bytes.len() {
        let mut replaced = bytes;
        replaced[place] = !replaced[place];
        let accepted = Proof::from_evm_bytes(&replaced)
            .is_ok_and(|proof| verify(&key, &statement.inputs, &proof).is_ok());
        assert!(!accepted, "byte {place}");
    }
}

#[test]
fn other_lengths_are_refused() {
    let bytes = valid();
    let longer = |extra: usize| [bytes.as_slice(), &vec![0; extra]].concat();
    for length in [0, 1, 31, 32, 224, 255] {
        assert_eq!(
            Proof::from_evm_bytes(&bytes[..length]),
            Err(ProofDecodeError::Length { actual: length })
        );
    }
    for extra in [1, 32, 256] {
        assert_eq!(
            Proof::from_evm_bytes(&longer(extra)),
            Err(ProofDecodeError::Length { actual: 256 + extra })
        );
    }
}

#[test]
fn coordinates_of_q_and_more_are_refused() {
    for (place, part) in PARTS.into_iter().enumerate() {
        for number in [word(Fq::MODULUS), [0xff; 32]] {
            let bytes = with_word(place, number);
            assert_eq!(
                Proof::from_evm_bytes(&bytes),
                refused(part, PointError::CoordinateTooLarge),
                "word {place}"
            );
        }
    }
}

/// The same coordinate written as x + q must not be a second encoding.
#[test]
fn a_coordinate_plus_q_is_refused() {
    for (place, part) in PARTS.into_iter().enumerate() {
        let bytes = valid();
        let mut shifted = num(&bytes[32 * place..32 * place + 32]);
        let overflow = shifted.add_with_carry(&Fq::MODULUS);
        assert!(!overflow, "x + q fits 32 bytes");
        let bytes = with_word(place, word(shifted));
        assert_eq!(
            Proof::from_evm_bytes(&bytes),
            refused(part, PointError::CoordinateTooLarge),
            "word {place}"
        );
    }
}

fn num(bytes: &[u8]) -> <Fq as PrimeField>::BigInt {
    Fq::from_be_bytes_mod_order(bytes).into_bigint()
}

#[test]
fn infinity_is_refused() {
    let cases = [(0..64, ProofPart::A), (64..192, ProofPart::B), (192..256, ProofPart::C)];
    for (range, part) in cases {
        let mut bytes = valid();
        bytes[range].fill(0);
        assert_eq!(Proof::from_evm_bytes(&bytes), refused(part, PointError::Infinity));
    }
}

#[test]
fn points_off_the_curve_are_refused() {
    for (place, part) in PARTS.into_iter().enumerate() {
        let bytes = with_word(place, word(Fq::from(12345u64).into_bigint()));
        assert_eq!(
            Proof::from_evm_bytes(&bytes),
            refused(part, PointError::NotOnCurve),
            "word {place}"
        );
    }
}

/// A point of the twist that is not in the subgroup: the first x from 1 upwards that has a y.
fn outside_the_subgroup() -> G2Affine {
    let candidates = (1u64..).map(|x| Fq2::new(Fq::from(x), Fq::from(0u64)));
    let mut points = candidates.filter_map(|x| G2Affine::get_point_from_x_unchecked(x, false));
    points.find(|point| !point.is_in_correct_subgroup_assuming_on_curve()).unwrap()
}

#[test]
fn a_point_of_the_twist_outside_the_subgroup_is_refused() {
    let point = outside_the_subgroup();
    assert!(point.is_on_curve());
    let mut proof = Trapdoor::new(3, 1).statement(1).proof;
    proof.b = point;
    assert_eq!(
        Proof::from_evm_bytes(&proof.to_evm_bytes()),
        refused(ProofPart::B, PointError::NotInSubgroup)
    );
}

#[test]
fn a_twist_point_with_swapped_halves_is_refused() {
    let mut proof = Trapdoor::new(3, 1).statement(1).proof;
    proof.b.x = Fq2::new(proof.b.x.c1, proof.b.x.c0);
    proof.b.y = Fq2::new(proof.b.y.c1, proof.b.y.c0);
    assert_eq!(
        Proof::from_evm_bytes(&proof.to_evm_bytes()),
        refused(ProofPart::B, PointError::NotOnCurve)
    );
}

#[test]
fn errors_say_what_is_wrong() {
    let error = Proof::from_evm_bytes(&[0; 10]).unwrap_err();
    assert_eq!(error.to_string(), "a proof has 256 bytes, not 10");
    let error = Proof::from_evm_bytes(&[0; 256]).unwrap_err();
    assert_eq!(error.to_string(), "point A of the proof: the point at infinity is not allowed");
}
