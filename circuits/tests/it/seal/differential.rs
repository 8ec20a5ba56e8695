//! Predicate and circuit agree on random sealings, and so does the recipient, who opens with the
//! native arithmetic what the circuit accepts.

use super::{circuit, random_scalar, violated, Sealing};
use crate::support::rng;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, UniformRand};
use ark_std::rand::{rngs::StdRng, Rng};
use nocknock_circuits::{
    seal::{Private, Public, SealKey},
    Statement,
};
use nocknock_primitives::model::recipient::{
    open_key, Point, RecipientSecret, Scalar, SealedKey, WrongSecret,
};

fn accepted(public: &Public, private: &Private) -> bool {
    let check = SealKey::check(&(), public, private);
    let satisfied = violated(public, private).is_empty();
    assert_eq!(check.is_ok(), satisfied, "{check:?}");
    satisfied
}

/// The published part of a sealing.
fn sealed(public: &Public) -> SealedKey {
    let ephemeral = Point::new(public.ephemeral_x, public.ephemeral_y).unwrap();
    SealedKey { ephemeral, masked_key: public.masked_key }
}

#[test]
fn random_sealings_are_accepted_and_open() {
    let mut rng = rng(80);
    for _ in 0..100 {
        let Sealing { secret, public, private } = Sealing::random(&mut rng);
        assert!(accepted(&public, &private));
        let open = |secret, context| open_key(secret, context, public.key_hash, &sealed(&public));
        assert_eq!(open(&secret, public.context), Ok(private.key));
        let other = RecipientSecret::from_bytes(rng.gen());
        assert_eq!(open(&other, public.context), Err(WrongSecret));
        assert_eq!(open(&secret, public.context + Fr::ONE), Err(WrongSecret));
    }
}

#[test]
fn extreme_numbers_and_keys_are_no_exception() {
    let recipient = RecipientSecret::curriculum().key();
    let largest = Fr::from(2u8).pow([250]) - Fr::ONE;
    for number in [Fr::ONE, Fr::from(2u8), Fr::from(3u8), largest - Fr::ONE, largest] {
        for key in [Fr::ZERO, Fr::ONE, -Fr::ONE] {
            let private = Private::new(key, &Scalar::new(number).unwrap());
            let public = private.public_inputs(&recipient, key).unwrap();
            assert!(accepted(&public, &private));
        }
    }
}

/// Replaces one part of a sealing by that of another one, or by a random element.
fn break_something(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
    let other = Sealing::random(rng).public;
    match rng.gen_range(0..9) {
        0 => public.context = other.context,
        1 => public.key_hash = other.key_hash,
        2 => {
            public.recipient_x = other.recipient_x;
            public.recipient_y = other.recipient_y;
        }
        3 => public.recipient_x = Fr::rand(rng),
        4 => public.ephemeral_x = other.ephemeral_x,
        5 => public.ephemeral_y = other.ephemeral_y,
        6 => public.masked_key = other.masked_key,
        7 => private.key = Fr::rand(rng),
        _ => private.ephemeral = random_scalar(rng).element(),
    }
}

#[test]
fn broken_sealings_are_refused_by_both() {
    let mut rng = rng(81);
    for _ in 0..150 {
        let Sealing { mut public, mut private, .. } = Sealing::random(&mut rng);
        break_something(&mut public, &mut private, &mut rng);
        assert!(!accepted(&public, &private));
    }
}

#[test]
fn the_matrices_do_not_depend_on_the_inputs() {
    let again = nocknock_circuits::seal::Circuit::compile(&());
    assert_eq!(again.matrices(), circuit().matrices());
    let Sealing { public, private, .. } = Sealing::seeded(82);
    assert_eq!(circuit().assign(&public, &private).len(), circuit().matrices().wires());
}
