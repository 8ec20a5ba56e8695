//! Pairs: for each rule an input that breaks it. The predicate refuses it, and of the circuit's
//! sections those that state the rule are violated and no others.

use super::{circuit, random_scalar, violated, Sealing};
use crate::support::{computed, rng};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{
    seal::{Private, Public, Refusal, SealKey},
    Statement,
};
use nocknock_primitives::model::recipient::{
    places, Point, PointError, RecipientKey, ScalarError, SealInputs,
};

type Verdict = (Result<(), Refusal>, Vec<&'static str>);

fn judge(public: &Public, private: &Private) -> Verdict {
    (SealKey::check(&(), public, private), violated(public, private))
}

/// Changes one or more parts of a sealing.
fn change(change: impl FnOnce(&mut Public, &mut Private)) -> Verdict {
    let Sealing { mut public, mut private, .. } = Sealing::seeded(70);
    change(&mut public, &mut private);
    judge(&public, &private)
}

/// The same, and then lets the circuit compute hash, point and sealed key, so that nothing but the
/// change can be what is refused.
fn forge(change: impl FnOnce(&mut Public, &mut Private)) -> Verdict {
    let Sealing { mut public, mut private, .. } = Sealing::seeded(70);
    change(&mut public, &mut private);
    let output = |place: usize| computed(circuit(), &public, &private, 1 + place);
    let public = Public {
        key_hash: output(places::KEY_HASH),
        ephemeral_x: output(places::EPHEMERAL_X),
        ephemeral_y: output(places::EPHEMERAL_Y),
        masked_key: output(places::MASKED_KEY),
        ..public
    };
    judge(&public, &private)
}

fn set_recipient(public: &mut Public, (x, y): (Fr, Fr)) {
    (public.recipient_x, public.recipient_y) = (x, y);
}

/// `2^250`, the first number that is no scalar.
fn bound() -> Fr {
    Fr::from(2u8).pow([250])
}

#[test]
fn the_example_breaks_no_rule() {
    assert_eq!(change(|_, _| ()), (Ok(()), vec![]));
    assert_eq!(forge(|_, _| ()), (Ok(()), vec![]));
}

#[test]
fn the_sections_have_the_documented_numbers_of_rows() {
    let sections = [
        ("context", 1),
        ("recipient key", 3),
        ("key hash", 507),
        ("published key hash", 1),
        ("ephemeral scalar bits", 250),
        ("ephemeral scalar not zero", 1),
        ("ephemeral multiple", 869),
        ("ephemeral point", 2),
        ("shared point", 3239),
        ("mask", 507),
        ("masked key", 1),
    ];
    assert_eq!(circuit().matrices().rows_by_section(), sections);
    assert_eq!(circuit().matrices().constraints(), 5381);
    assert_eq!(circuit().matrices().domain_size(), 1 << 13);
    assert_eq!(circuit().matrices().public(), places::COUNT as usize);
}

#[test]
fn rule_the_key_is_the_hashed_one() {
    let refused = Err(Refusal::Key);
    let hash = change(|public, _| public.key_hash += Fr::ONE);
    assert_eq!(hash, (refused, vec!["published key hash"]));
    // Another key is sealed differently, too.
    let key = change(|_, private| private.key += Fr::ONE);
    assert_eq!(key, (refused, vec!["published key hash", "masked key"]));
}

#[test]
fn rule_the_number_gives_the_published_point() {
    let refused = Err(Refusal::EphemeralPoint);
    let changes: [fn(&mut Public); 4] = [
        |public| public.ephemeral_x += Fr::ONE,
        |public| public.ephemeral_y += Fr::ONE,
        |public| public.ephemeral_x = -public.ephemeral_x,
        |public| (public.ephemeral_x, public.ephemeral_y) = Point::generator().coordinates(),
    ];
    for change_point in changes {
        let point = change(|public, _| change_point(public));
        assert_eq!(point, (refused, vec!["ephemeral point"]));
    }
}

#[test]
fn rule_the_sealed_number_is_the_one_of_the_point() {
    let other = random_scalar(&mut rng(71)).element();
    let number = change(|_, private| private.ephemeral = other);
    assert_eq!(number, (Err(Refusal::EphemeralPoint), vec!["ephemeral point", "masked key"]));
}

#[test]
fn rule_the_key_is_sealed_for_the_recipient() {
    let other = Sealing::seeded(72).secret.key();
    let recipient = change(|public, _| set_recipient(public, other.0.coordinates()));
    assert_eq!(recipient, (Err(Refusal::MaskedKey), vec!["masked key"]));
    let negative = change(|public, _| public.recipient_x = -public.recipient_x);
    assert_eq!(negative, (Err(Refusal::MaskedKey), vec!["masked key"]));
}

#[test]
fn rule_the_context_is_part_of_the_mask() {
    let context = change(|public, _| public.context += Fr::ONE);
    assert_eq!(context, (Err(Refusal::MaskedKey), vec!["masked key"]));
}

#[test]
fn rule_the_sealed_key_is_the_published_one() {
    let masked = change(|public, _| public.masked_key += Fr::ONE);
    assert_eq!(masked, (Err(Refusal::MaskedKey), vec!["masked key"]));
}

#[test]
fn rule_the_context_is_bound_by_a_row_of_its_own() {
    let Sealing { public, private, .. } = Sealing::seeded(70);
    let mut assignment = circuit().assign(&public, &private);
    assignment[1] += Fr::ONE;
    let sections = circuit().matrices().violated_sections(&assignment);
    assert_eq!(sections, ["context", "mask"]);
}

#[test]
fn rule_the_number_has_250_bits() {
    let refused = Err(Refusal::Ephemeral(ScalarError));
    for number in [bound(), bound() + Fr::from(12_345u32), bound().double(), -Fr::ONE] {
        let forged = forge(|_, private| private.ephemeral = number);
        assert_eq!(forged, (refused, vec!["ephemeral scalar bits"]), "{number}");
    }
    let largest = bound() - Fr::ONE;
    assert_eq!(forge(|_, private| private.ephemeral = largest), (Ok(()), vec![]));
}

#[test]
fn rule_the_number_is_not_zero() {
    let forged = forge(|_, private| private.ephemeral = Fr::ZERO);
    let refused = Err(Refusal::Ephemeral(ScalarError));
    assert_eq!(forged, (refused, vec!["ephemeral scalar not zero"]));
    assert_eq!(forge(|_, private| private.ephemeral = Fr::ONE), (Ok(()), vec![]));
}

#[test]
fn rule_the_recipients_key_is_on_the_curve() {
    for (x, y) in [(Fr::from(5u8), Fr::from(7u8)), (Fr::ZERO, Fr::from(2u8))] {
        let forged = forge(|public, _| set_recipient(public, (x, y)));
        let refused = Err(Refusal::Recipient(PointError::OffCurve));
        assert_eq!(forged, (refused, vec!["recipient key"]));
    }
}

/// What the documentation leaves to the chain: the predicate refuses, the circuit does not. If this
/// test fails because the circuit has learnt it, the documentation has to change.
#[test]
fn small_orders_and_the_identity_are_for_the_chain_to_refuse() {
    let (zero, one) = (Fr::ZERO, Fr::ONE);
    for (point, fault) in [
        ((zero, one), PointError::Identity),
        ((zero, -one), PointError::OutsideSubgroup),
        ((one, zero), PointError::OutsideSubgroup),
    ] {
        assert_eq!(RecipientKey::new(point.0, point.1), Err(fault));
        let forged = forge(|public, _| set_recipient(public, point));
        assert_eq!(forged, (Err(Refusal::Recipient(fault)), vec![]));
    }
}

#[test]
fn secrets_do_not_reach_debug_output() {
    let Sealing { private, .. } = Sealing::seeded(70);
    assert_eq!(format!("{private:?}"), "Private(hidden)");
}

/// The order of the verifier is the order of the wires.
#[test]
fn each_public_input_is_the_wire_of_its_place() {
    let Sealing { public, private, .. } = Sealing::seeded(70);
    let assignment = circuit().assign(&public, &private);
    assert_eq!(assignment[1..=7], SealInputs::in_order(&public));
}
