use super::*;
use crate::{ids::PointBytes, model::field::to_bytes};
use alloc::{format, string::ToString};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;

/// The smallest bound that every [`Scalar`] is below, `2^250`.
fn bound() -> Fr {
    Fr::from(1u128 << 125) * Fr::from(1u128 << 125)
}

fn scalar(number: u8) -> Scalar {
    Scalar::new(Fr::from(number)).unwrap()
}

fn secret(byte: u8) -> RecipientSecret {
    RecipientSecret::from_bytes([byte; 32])
}

fn zero_one() -> (Fr, Fr) {
    (Fr::from(0u8), Fr::from(1u8))
}

#[test]
fn the_secret_opens_what_was_sealed_for_it_and_another_does_not() {
    let (key, context) = (Fr::from(1234u32), Fr::from(77u8));
    for (recipient, r) in [(1, 1), (2, 200), (3, 7)] {
        let sealed = seal_key(&secret(recipient).key(), context, key, &scalar(r));
        let open =
            |secret: u8, context| open_key(&self::secret(secret), context, key_hash(key), &sealed);
        assert_eq!(open(recipient, context), Ok(key));
        assert_eq!(open(9, context), Err(WrongSecret));
        assert_eq!(open(recipient, key), Err(WrongSecret));
    }
}

#[test]
fn a_sealing_under_other_numbers_or_of_other_parts_does_not_open() {
    let (key, context) = (Fr::from(1234u32), Fr::from(77u8));
    let sealed = seal_key(&secret(1).key(), context, key, &scalar(5));
    let other = seal_key(&secret(1).key(), context, key, &scalar(6));
    assert!(sealed.ephemeral != other.ephemeral && sealed.masked_key != other.masked_key);
    let mixed = SealedKey { ephemeral: other.ephemeral, ..sealed };
    assert_eq!(open_key(&secret(1), context, key_hash(key), &mixed), Err(WrongSecret));
    let changed = SealedKey { masked_key: sealed.masked_key + key, ..sealed };
    assert_eq!(open_key(&secret(1), context, key_hash(key), &changed), Err(WrongSecret));
}

#[test]
fn both_sides_compute_the_documented_mask() {
    let (key, context) = (Fr::from(1234u32), Fr::from(77u8));
    let sealed = seal_key(&secret(1).key(), context, key, &scalar(5));
    let (x, y) = sealed.ephemeral.times(&secret(1).number()).coordinates();
    assert_eq!((x, y), secret(1).key().0.times(&scalar(5)).coordinates());
    let mask = sponge_hash(DomainTag::new(b"nn/seal/mask/v1_"), &[x, y, context]);
    assert_eq!(sealed.masked_key, key + mask);
    assert_eq!(sealed.ephemeral, Point::generator().times(&scalar(5)));
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let (x, y) = Point::generator().coordinates();
    for (x, y) in [(y, x + x), (x, y + y), (Fr::from(0u8), Fr::from(0u8)), (x, x)] {
        assert_eq!(RecipientKey::new(x, y), Err(PointError::OffCurve));
    }
}

#[test]
fn points_of_small_order_are_refused() {
    let (zero, one) = zero_one();
    // Orders 2, 4 and 4.
    for (x, y) in [(zero, -one), (one, zero), (-one, zero)] {
        assert!(EdwardsAffine::new_unchecked(x, y).is_on_curve());
        assert_eq!(RecipientKey::new(x, y), Err(PointError::OutsideSubgroup));
    }
}

#[test]
fn a_point_with_a_part_of_small_order_is_refused() {
    let (zero, one) = zero_one();
    let small = EdwardsAffine::new_unchecked(zero, -one);
    let sum = EdwardsAffine::from(EdwardsAffine::generator() + small);
    assert!(sum.is_on_curve());
    assert_eq!(RecipientKey::new(sum.x, sum.y), Err(PointError::OutsideSubgroup));
}

#[test]
fn the_identity_is_refused() {
    let (zero, one) = zero_one();
    assert_eq!(RecipientKey::new(zero, one), Err(PointError::Identity));
}

#[test]
fn coordinates_that_are_not_reduced_are_refused() {
    let honest = secret(1).key().to_bytes();
    assert_eq!(RecipientKey::from_bytes(&honest), Ok(secret(1).key()));
    for (place, coordinate) in [(0, 'x'), (32, 'y')] {
        let mut bytes = honest;
        add_order(&mut bytes[place..place + 32]);
        let refused = RecipientKey::from_bytes(&bytes);
        assert_eq!(refused, Err(PointError::NotReduced { coordinate }));
    }
}

/// Adds the order of the field to a number of 32 bytes, big endian.
fn add_order(number: &mut [u8]) {
    let order = Fr::MODULUS.0.iter().flat_map(|limb| limb.to_le_bytes());
    let mut carry = 0;
    for (byte, addend) in number.iter_mut().rev().zip(order) {
        let sum = u16::from(*byte) + u16::from(addend) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
}

#[test]
fn a_key_is_its_bytes_and_its_text() {
    for byte in 1..20 {
        let key = secret(byte).key();
        assert_eq!(RecipientKey::from_bytes(&key.to_bytes()), Ok(key));
        let text = key.to_string();
        assert_eq!(text.len(), 130);
        assert_eq!(text.parse(), Ok(key));
        assert_eq!(text.trim_start_matches("0x").parse(), Ok(key));
        let (x, y) = key.0.coordinates();
        assert_eq!(RecipientKey::new(x, y), Ok(key));
        assert_eq!(key.to_bytes()[..32], to_bytes(&x));
    }
}

#[test]
fn a_text_of_the_wrong_form_is_refused() {
    let text = secret(1).key().to_string();
    for text in ["", "0x", &text[..129], &format!("{text}00"), &text.replace('0', "g")] {
        assert_eq!(text.parse::<RecipientKey>(), Err(PointError::Text), "{text}");
    }
    let zeros = "0".repeat(128);
    assert_eq!(zeros.parse::<RecipientKey>(), Err(PointError::OffCurve));
}

#[test]
fn a_secret_is_its_bytes_and_its_text() {
    let secret = RecipientSecret::from_bytes(core::array::from_fn(|place| place as u8));
    let text = secret.to_text();
    assert!(text.starts_with("00010203") && text.ends_with("1d1e1f") && text.len() == 64);
    let read: RecipientSecret = text.parse().unwrap();
    assert_eq!(*read.to_bytes(), *secret.to_bytes());
    let read: RecipientSecret = format!("0x{}", *text).parse().unwrap();
    assert_eq!(read.key(), secret.key());
    for wrong in ["", "0x", &text[..62], &"g".repeat(64)] {
        assert!(wrong.parse::<RecipientSecret>().is_err(), "{wrong}");
    }
}

#[test]
fn every_bit_of_a_secret_changes_the_key() {
    let honest = secret(0).key();
    for bit in 0..256 {
        let mut bytes = [0; 32];
        bytes[bit / 8] = 1 << (bit % 8);
        assert_ne!(RecipientSecret::from_bytes(bytes).key(), honest, "bit {bit}");
    }
}

/// Secret and key were computed by another implementation of Keccak-256 and of the curve.
#[test]
fn the_pair_of_the_curriculum_is_the_known_one() {
    let secret = RecipientSecret::curriculum();
    let bytes = "545ff418c20c1e2ee274e94f490e85bb5895076073199ceb71d332f5ba1c7698";
    assert_eq!(*secret.to_text(), bytes);
    let key = "0x0296b795925fd7382fdb95349eec4caef0e3c59f3e3cebd8ede9f52bfd31de96\
               17c001cfbd5ffed0aa6a1196ee572c378302a005ddd49b3f227aabde45ba4ace";
    assert_eq!(secret.key().to_string(), key);
}

#[test]
fn numbers_are_1_to_2_to_the_250() {
    let one = Fr::from(1u8);
    for element in [one, Fr::from(u128::MAX), bound() - one] {
        assert_eq!(Scalar::new(element).map(|number| number.element()), Ok(element));
    }
    for element in [Fr::from(0u8), bound(), bound() + one, bound() + bound(), -one] {
        assert_eq!(Scalar::new(element).map(|number| number.element()), Err(ScalarError));
    }
}

#[test]
fn uniform_bytes_lose_their_top_six_bits() {
    let largest = Scalar::from_uniform_bytes([0xff; 32]).element();
    assert_eq!(largest, bound() - Fr::from(1u8));
    let mut bytes = [0; 32];
    bytes[0] = 0xfc;
    bytes[31] = 7;
    assert_eq!(Scalar::from_uniform_bytes(bytes).element(), Fr::from(7u8));
    assert_eq!(Scalar::from_uniform_bytes([0; 32]).element(), Fr::from(1u8));
}

#[test]
fn no_multiple_leaves_the_checked_points() {
    for element in [Fr::from(1u8), Fr::from(2u8), bound() - Fr::from(1u8)] {
        let (x, y) = Point::generator().times(&Scalar::new(element).unwrap()).coordinates();
        assert!(Point::new(x, y).is_ok());
    }
}

#[test]
fn each_input_is_at_its_place() {
    let fields: [Fr; 7] = core::array::from_fn(|place| Fr::from(100 + place as u32));
    let [context, key_hash, recipient_x, recipient_y, ephemeral_x, ephemeral_y, masked_key] =
        fields;
    let inputs = SealInputs {
        context,
        key_hash,
        recipient_x,
        recipient_y,
        ephemeral_x,
        ephemeral_y,
        masked_key,
    };
    let ordered = inputs.in_order();
    assert_eq!(ordered[places::CONTEXT], context);
    assert_eq!(ordered[places::KEY_HASH], key_hash);
    assert_eq!(ordered[places::RECIPIENT_X], recipient_x);
    assert_eq!(ordered[places::RECIPIENT_Y], recipient_y);
    assert_eq!(ordered[places::EPHEMERAL_X], ephemeral_x);
    assert_eq!(ordered[places::EPHEMERAL_Y], ephemeral_y);
    assert_eq!(ordered[places::MASKED_KEY], masked_key);
    // Circuits under registered keys will rely on these very places.
    assert_eq!(ordered, fields);
}

#[test]
fn the_inputs_are_those_of_the_sealing() {
    let (key, context) = (Fr::from(1234u32), Fr::from(77u8));
    let recipient = secret(1).key();
    let sealed = seal_key(&recipient, context, key, &scalar(5));
    let inputs = SealInputs::new(&recipient, context, key_hash(key), &sealed);
    assert_eq!(RecipientKey::new(inputs.recipient_x, inputs.recipient_y), Ok(recipient));
    assert_eq!(Point::new(inputs.ephemeral_x, inputs.ephemeral_y), Ok(sealed.ephemeral));
    assert_eq!((inputs.context, inputs.key_hash), (context, key_hash(key)));
    assert_eq!(inputs.masked_key, sealed.masked_key);
}

#[test]
fn the_chain_and_the_prover_have_the_same_inputs() {
    let (key, context) = (Fr::from(1234u32), Fr::from(77u8));
    let recipient = secret(1).key();
    let sealed = seal_key(&recipient, context, key, &scalar(5));
    let proved = SealInputs::new(&recipient, context, key_hash(key), &sealed);
    let given = SealInputs::from_bytes(
        &PointBytes(recipient.to_bytes()),
        to_bytes(&context),
        to_bytes(&key_hash(key)),
        &PointBytes(sealed.ephemeral.to_bytes()),
        to_bytes(&sealed.masked_key),
    );
    assert_eq!(given, proved.to_bytes());
    assert_eq!(given.in_order(), proved.in_order().map(|input| to_bytes(&input)));
}

#[test]
fn secrets_are_not_printed() {
    assert_eq!(format!("{:?}", secret(0xab)), "RecipientSecret(hidden)");
    assert_eq!(format!("{:?}", scalar(123)), "Scalar(hidden)");
    assert_eq!(format!("{:?}", secret(1).key()), format!("RecipientKey({})", secret(1).key()));
}
