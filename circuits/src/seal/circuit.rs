//! The rows of D2.

use super::Private;
use crate::{
    gadgets::{sponge, Point},
    r1cs::{input, one, wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ec::AffineRepr;
use ark_ed_on_bn254::EdwardsAffine;
use ark_ff::{AdditiveGroup, BigInteger, Field, PrimeField};
use nocknock_primitives::model::{
    recipient::{places, MASK_TAG, SCALAR_BITS},
    sealed::tags,
};
use zeroize::Zeroizing;

/// Wires of the public inputs.
const CONTEXT: usize = input(places::CONTEXT);
const KEY_HASH: usize = input(places::KEY_HASH);
const RECIPIENT_X: usize = input(places::RECIPIENT_X);
const RECIPIENT_Y: usize = input(places::RECIPIENT_Y);
const EPHEMERAL_X: usize = input(places::EPHEMERAL_X);
const EPHEMERAL_Y: usize = input(places::EPHEMERAL_Y);
const MASKED_KEY: usize = input(places::MASKED_KEY);

/// Allocates all private wires and writes all rows.
pub(super) fn synthesize(cs: &mut Synthesizer, private: &Private) {
    bind_context(cs);
    let recipient = recipient_key(cs);
    let key = hash_key(cs, private.key);
    let bits = ephemeral_bits(cs, private.ephemeral);
    enforce_not_zero(cs, &bits);
    enforce_ephemeral_point(cs, &bits);
    cs.section("shared point");
    let shared = recipient.times(cs, &bits);
    mask_key(cs, key, shared);
}

/// `ctx · ctx = w` makes the context part of the system by a row of its own.
fn bind_context(cs: &mut Synthesizer) {
    cs.section("context");
    let square = cs.witness(cs.value(CONTEXT).square());
    cs.enforce(wire(CONTEXT), wire(CONTEXT), wire(square));
}

/// `PK`, a point of the curve, where the addition law has no exceptions. That it is in the subgroup
/// of prime order, and not the identity, is for the chain to check.
fn recipient_key(cs: &mut Synthesizer) -> Point {
    cs.section("recipient key");
    let recipient = Point::from_wires(RECIPIENT_X, RECIPIENT_Y);
    recipient.enforce_on_curve(cs);
    recipient
}

/// `h_k = Poseidon(tag, k)`; gives the wire of `k`.
fn hash_key(cs: &mut Synthesizer, key: Fr) -> usize {
    cs.section("key hash");
    let key = cs.witness(key);
    let digest = sponge(cs, tags::KEY, vec![wire(key).into()]);
    cs.section("published key hash");
    cs.enforce_equal(digest, wire(KEY_HASH));
    key
}

/// The bits of `r`, the lowest first.
///
/// What a number has above its 250 bits stays in the last wire, so that this wire's row alone is
/// violated.
fn ephemeral_bits(cs: &mut Synthesizer, number: Fr) -> Vec<usize> {
    cs.section("ephemeral scalar bits");
    let number = Zeroizing::new(number.into_bigint());
    let bit = |place: u32| Fr::from(number.get_bit(place as usize));
    let last = SCALAR_BITS - 1;
    let rest = (last..Fr::MODULUS_BIT_SIZE).rev();
    let rest = rest.fold(Fr::ZERO, |sum, place| sum.double() + bit(place));
    (0..last).map(bit).chain([rest]).map(|value| boolean(cs, value)).collect()
}

/// A wire that is 0 or 1.
fn boolean(cs: &mut Synthesizer, value: Fr) -> usize {
    let bit = cs.witness(value);
    cs.enforce_boolean(|| wire(bit));
    bit
}

/// `r · w = 1`: with `r = 0` everybody could take the mask off.
fn enforce_not_zero(cs: &mut Synthesizer, bits: &[usize]) {
    cs.section("ephemeral scalar not zero");
    let powers = std::iter::successors(Some(Fr::ONE), |power| Some(power.double()));
    let number: Vec<Term> = powers.zip(bits.iter().copied()).collect();
    let inverse = cs.evaluate(number.iter().copied()).inverse().unwrap_or_default();
    let inverse = cs.witness(inverse);
    cs.enforce(number, wire(inverse), one());
}

/// `R = r·B`.
fn enforce_ephemeral_point(cs: &mut Synthesizer, bits: &[usize]) {
    cs.section("ephemeral multiple");
    let point = Point::constant_times(cs, EdwardsAffine::generator(), bits);
    cs.section("ephemeral point");
    cs.enforce_equal(point.x, wire(EPHEMERAL_X));
    cs.enforce_equal(point.y, wire(EPHEMERAL_Y));
}

/// `c = k + Poseidon(tag, S.x, S.y, ctx)`.
fn mask_key(cs: &mut Synthesizer, key: usize, shared: Point) {
    cs.section("mask");
    let mut masked = sponge(cs, MASK_TAG, vec![shared.x, shared.y, wire(CONTEXT).into()]);
    masked.extend(wire(key));
    cs.section("masked key");
    cs.enforce_equal(masked, wire(MASKED_KEY));
}
