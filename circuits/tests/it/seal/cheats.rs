//! A cheat for each rule of the circuit, as for the score: see `fold::cheats`. What it gains is
//! that it is paid for a sealed key which the recipient cannot open.

use super::{circuit, random_scalar, Sealing};
use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{
    r1cs::Synthesizer,
    seal::{Private, Public, SealKey},
    PublicInputs, Statement,
};
use nocknock_poseidon::{sponge_hash, Parameters, SPONGE_WIDTH};
use nocknock_primitives::model::{
    recipient::{open_key, Point, RecipientKey, RecipientSecret, Scalar, SealedKey, MASK_TAG},
    sealed::key_hash,
};
use std::collections::BTreeMap;

/// Wires and the values that a cheat gives them.
type Choices = BTreeMap<usize, Fr>;

type Cheat = fn() -> Forgery;

/// A proof of a sealing that is none.
struct Forgery {
    secret: RecipientSecret,
    public: Public,
    assignment: Vec<Fr>,
}

/// A table of cheats, each with the rule that it breaks; and a test for each, which says in its
/// name what would be gained.
macro_rules! cheats {
    ($($label:literal: $cheat:ident,)*) => {
        const CHEATS: &[(&str, Cheat)] = &[$(($label, $cheat)),*];

        mod without_the_rule {
            $(
                #[test]
                fn $cheat() {
                    super::check($label, super::$cheat);
                }
            )*
        }
    };
}

cheats! {
    "key hash": another_key_is_sealed_and_hashes_to_the_model_s,
    "published key hash": another_key_is_sealed_than_the_model_s,
    "ephemeral scalar bits": a_number_of_two_readings_gives_two_shared_points,
    "ephemeral scalar not zero": everybody_opens_the_key_and_the_recipient_has_no_point,
    "ephemeral multiple": the_multiple_is_a_point_of_the_cheat_s_choice,
    "ephemeral point": the_published_point_is_that_of_another_number,
    "shared point": the_shared_point_is_one_of_the_cheat_s_choice,
    "mask": the_mask_is_no_hash_of_the_shared_point,
    "masked key": the_key_is_published_under_another_mask,
}

/// Rules that cannot be broken alone, so that nobody gains if they are dropped, and why.
const REDUNDANT: &[(&str, &str)] = &[
    ("context", "the context is hashed into the mask, whose rows would be violated as well"),
    ("recipient key", "the chain takes keys only that it has found on the curve"),
];

/// A cheat violates its rule and no other. The chain has checked the recipient's key, and the hash
/// is the one in `C_W`; but what is published does not open.
fn check(label: &str, cheat: Cheat) {
    let Forgery { secret, public, assignment } = cheat();
    assert_eq!(circuit().matrices().violated_sections(&assignment), [label]);
    let inputs: Vec<Fr> = std::iter::once(Fr::ONE).chain(public.to_fields()).collect();
    assert_eq!(assignment[..inputs.len()], inputs);
    let recipient = RecipientKey::new(public.recipient_x, public.recipient_y);
    assert_eq!(recipient, Ok(secret.key()));
    assert_eq!(open(&secret, &public), None);
}

/// What a recipient finds in a published sealing.
fn open(secret: &RecipientSecret, public: &Public) -> Option<Fr> {
    let ephemeral = Point::new(public.ephemeral_x, public.ephemeral_y).ok()?;
    let sealed = SealedKey { ephemeral, masked_key: public.masked_key };
    open_key(secret, public.context, public.key_hash, &sealed).ok()
}

#[test]
fn every_rule_has_a_cheat_or_a_reason_to_have_none() {
    let rules = circuit().matrices().rows_by_section().into_iter();
    let mut stated: Vec<&str> = rules.map(|(label, _)| label).collect();
    stated.sort_unstable();
    let redundant = REDUNDANT.iter().map(|(label, _)| *label);
    let mut known: Vec<&str> = CHEATS.iter().map(|(label, _)| *label).chain(redundant).collect();
    known.sort_unstable();
    assert_eq!(known, stated);
}

#[test]
fn without_a_choice_a_cheat_is_honest() {
    let Sealing { secret, public, private } = Sealing::seeded(200);
    let assignment = follow(&public, &private, Choices::new());
    assert!(circuit().matrices().is_satisfied_by(&assignment));
    assert_eq!(open(&secret, &public), Some(private.key));
}

/// The values of all wires if some of them are chosen and everything behind them follows.
fn follow(public: &Public, private: &Private, choices: Choices) -> Vec<Fr> {
    let mut cs = Synthesizer::overriding(&public.to_fields(), choices);
    SealKey::synthesize(&mut cs, &(), public, private);
    cs.into_assignment().to_vec()
}

/// Lets a section that hashes give a digest that is higher by this much: the output of its last
/// S-box, which then is no fifth power, makes up for the difference.
fn bend(public: &Public, private: &Private, section: &str, difference: Fr) -> Vec<Fr> {
    let sbox = *circuit().matrices().wires_of(section).last().unwrap();
    let honest = follow(public, private, Choices::new());
    let parameters = Parameters::derive(SPONGE_WIDTH).unwrap();
    let digest = parameters.mds().nth(1).unwrap();
    let moved = honest[sbox] + difference / digest[SPONGE_WIDTH - 1];
    follow(public, private, Choices::from([(sbox, moved)]))
}

/// `c` for a shared point.
fn masked(public: &Public, private: &Private, (x, y): (Fr, Fr)) -> Fr {
    private.key + sponge_hash(MASK_TAG, &[x, y, public.context])
}

/// The two wires of the point in which a section ends: its last two rows are quotients.
fn end_of(section: &str) -> [usize; 2] {
    let wires = circuit().matrices().wires_of(section);
    [wires[wires.len() - 2], wires[wires.len() - 1]]
}

/// A point that has nothing to do with any sealing.
fn other_point() -> (Fr, Fr) {
    Point::generator().times(&random_scalar(&mut rng(201))).coordinates()
}

/// A sealing of another key than the one with the published hash.
fn with_another_key() -> Sealing {
    let Sealing { secret, mut public, mut private } = Sealing::seeded(202);
    private.key += Fr::ONE;
    public.masked_key += Fr::ONE;
    Sealing { secret, public, private }
}

fn another_key_is_sealed_and_hashes_to_the_model_s() -> Forgery {
    let Sealing { secret, public, private } = with_another_key();
    let difference = public.key_hash - key_hash(private.key);
    let assignment = bend(&public, &private, "key hash", difference);
    Forgery { secret, public, assignment }
}

fn another_key_is_sealed_than_the_model_s() -> Forgery {
    let Sealing { secret, public, private } = with_another_key();
    let assignment = follow(&public, &private, Choices::new());
    Forgery { secret, public, assignment }
}

/// `R` is computed from pairs of bits and `S` from single ones. Two numbers that are no bits choose
/// the same multiple of `B` as 1 and 0 do, so `R` is what it should be, and `S` is no point at all.
fn a_number_of_two_readings_gives_two_shared_points() -> Forgery {
    let bits = circuit().matrices().wires_of("ephemeral scalar bits");
    let drawn = (203..).map(Sealing::seeded).find(|Sealing { public, private, .. }| {
        let honest = follow(public, private, Choices::new());
        (honest[bits[0]], honest[bits[1]]) == (Fr::ONE, Fr::ZERO)
    });
    let Sealing { secret, mut public, private } = drawn.unwrap();
    let (low, high) = second_reading();
    assert!(low != Fr::ONE && high != Fr::ZERO);
    let choices = Choices::from([(bits[0], low), (bits[1], high)]);
    let [x, y] = end_of("shared point");
    let assignment = follow(&public, &private, choices.clone());
    public.masked_key = masked(&public, &private, (assignment[x], assignment[y]));
    let assignment = follow(&public, &private, choices);
    Forgery { secret, public, assignment }
}

/// Both coordinates of what bits `l` and `h` choose are `c0 + c1·l + c2·h + c3·l·h`. With
/// `l = 1 + s` they are those of `B` if `c1·s + (c2 + c3)·h + c3·s·h = 0` for both: if `s` and `h`
/// are zero, and for one other pair.
fn second_reading() -> (Fr, Fr) {
    let multiple = |number: u8| {
        let number = Scalar::new(Fr::from(number)).unwrap();
        Point::generator().times(&number).coordinates()
    };
    let identity = (Fr::ZERO, Fr::ONE);
    let points = [identity, multiple(1), multiple(2), multiple(3)];
    let coefficients = |[zero, once, twice, thrice]: [Fr; 4]| {
        let both = thrice - twice - once + zero;
        [once - zero, twice - zero + both, both]
    };
    let [a, b, c] = coefficients(points.map(|(x, _)| x));
    let [d, e, f] = coefficients(points.map(|(_, y)| y));
    // Without the products s·h both equations give h = ratio·s.
    let ratio = (d * c - a * f) / (b * f - e * c);
    let s = -(a + b * ratio) / (c * ratio);
    (Fr::ONE + s, ratio * s)
}

/// With `r = 0` both points are the identity, which nobody takes for `R`; and everybody knows the
/// mask.
fn everybody_opens_the_key_and_the_recipient_has_no_point() -> Forgery {
    let Sealing { secret, mut public, mut private } = Sealing::seeded(204);
    private.ephemeral = Fr::ZERO;
    let identity = (Fr::ZERO, Fr::ONE);
    (public.ephemeral_x, public.ephemeral_y) = identity;
    public.masked_key = masked(&public, &private, identity);
    let taken_off = public.masked_key - sponge_hash(MASK_TAG, &[Fr::ZERO, Fr::ONE, public.context]);
    assert_eq!(key_hash(taken_off), public.key_hash);
    let assignment = follow(&public, &private, Choices::new());
    Forgery { secret, public, assignment }
}

fn the_multiple_is_a_point_of_the_cheat_s_choice() -> Forgery {
    let Sealing { secret, mut public, private } = Sealing::seeded(205);
    let point = other_point();
    (public.ephemeral_x, public.ephemeral_y) = point;
    let [x, y] = end_of("ephemeral multiple");
    let assignment = follow(&public, &private, Choices::from([(x, point.0), (y, point.1)]));
    Forgery { secret, public, assignment }
}

fn the_published_point_is_that_of_another_number() -> Forgery {
    let Sealing { secret, mut public, private } = Sealing::seeded(206);
    (public.ephemeral_x, public.ephemeral_y) = other_point();
    let assignment = follow(&public, &private, Choices::new());
    Forgery { secret, public, assignment }
}

fn the_shared_point_is_one_of_the_cheat_s_choice() -> Forgery {
    let Sealing { secret, mut public, private } = Sealing::seeded(207);
    let point = other_point();
    public.masked_key = masked(&public, &private, point);
    let [x, y] = end_of("shared point");
    let assignment = follow(&public, &private, Choices::from([(x, point.0), (y, point.1)]));
    Forgery { secret, public, assignment }
}

fn the_mask_is_no_hash_of_the_shared_point() -> Forgery {
    let Sealing { secret, mut public, private } = Sealing::seeded(208);
    public.masked_key += Fr::ONE;
    let assignment = bend(&public, &private, "mask", Fr::ONE);
    Forgery { secret, public, assignment }
}

fn the_key_is_published_under_another_mask() -> Forgery {
    let Sealing { secret, mut public, private } = Sealing::seeded(209);
    public.masked_key += Fr::ONE;
    let assignment = follow(&public, &private, Choices::new());
    Forgery { secret, public, assignment }
}
