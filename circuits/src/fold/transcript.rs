//! What the challenges are made from, and the block as the verifier sees it.
//!
//! `C_Y` is a hash over packed bits and free elements. Packed elements are below `2^252` and the
//! number of all elements is fixed by the architecture, so the hash determines each bit and each
//! free element, as long as no collision of Poseidon is found. It determines them *before* `ρ`,
//! which is a hash over it. Sums are hashed with all of their bits, those that a shift drops too:
//! a bit that could still be chosen under a known `ρ` would be one with which to forge.
//!
//! `u` has no salt, because it is a function of the block and of `ρ`, which everybody knows.

use super::{
    circuit::{EVALUATION, INPUTS, SUMS, THETA},
    commitment::constant,
    witness,
};
use crate::{
    gadgets::{scaled, sponge, Stream, Wire},
    r1cs::{wire, Synthesizer, Term},
};
use ark_bn254::Fr;
use ark_ff::Field;
use nocknock_primitives::model::{architecture::Architecture, fold::INPUTS_TAG};

/// `C_Y = Poseidon(A, salt, packed bits, free elements)`: gives the value that the circuit computes
/// for it.
pub(super) fn commit_sums(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    salt: Fr,
    bits: impl Iterator<Item = usize>,
    elements: &[Wire],
) -> Fr {
    cs.section("sums salt");
    let salt = cs.witness(salt);
    let mut stream = Stream::new();
    bits.for_each(|bit| stream.push(wire(bit), 1));
    let head = [constant(architecture.digest()), wire(salt).to_vec()];
    let inputs = head.into_iter().chain(stream.finish()).chain(elements.iter().map(to_vec));
    cs.section("sums hash");
    let digest = sponge(cs, witness::SUMS, inputs.collect());
    cs.section("sums commitment");
    publish(cs, digest, SUMS)
}

/// `C_u = Poseidon(A, u_1, …, u_D)`: gives the value that the circuit computes for it.
pub(super) fn commit_inputs(
    cs: &mut Synthesizer,
    architecture: &Architecture,
    inputs: &[Wire],
) -> Fr {
    cs.section("inputs hash");
    let head = [constant(architecture.digest())];
    let inputs = head.into_iter().chain(inputs.iter().map(to_vec)).collect();
    let digest = sponge(cs, INPUTS_TAG, inputs);
    cs.section("inputs commitment");
    publish(cs, digest, INPUTS)
}

/// `E = Σ_d θ^d·u_(d+1) + θ^D·Σ_j θ^j·Λ_j`, from the last coefficient down: one row for each but
/// the last.
pub(super) fn evaluate(cs: &mut Synthesizer, inputs: &[Wire], labels: Vec<Vec<Term>>) {
    cs.section("evaluation");
    let theta = Wire::at(cs, THETA);
    let mut coefficients = inputs.iter().map(to_vec).chain(labels);
    let first = coefficients.next().unwrap_or_default();
    let mut coefficients = coefficients.rev();
    let mut sum = coefficients.next().unwrap_or_default();
    for coefficient in coefficients {
        let value = cs.evaluate(sum.iter().copied()) * theta.value
            + cs.evaluate(coefficient.iter().copied());
        let next = Wire::allocate(cs, value);
        cs.enforce(sum, theta.terms(), less(&next.terms(), &coefficient));
        sum = next.terms().to_vec();
    }
    cs.enforce(sum, theta.terms(), less(&wire(EVALUATION), &first));
}

/// Demands that a digest is a public input; gives the digest.
pub(super) fn publish(cs: &mut Synthesizer, digest: Vec<Term>, input: usize) -> Fr {
    let value = cs.evaluate(digest.iter().copied());
    cs.enforce_equal(digest, wire(input));
    value
}

/// A combination less another.
fn less<'a>(terms: &'a [Term], other: &'a [Term]) -> impl Iterator<Item = Term> + 'a {
    terms.iter().copied().chain(scaled(other.iter().copied(), -Fr::ONE))
}

fn to_vec(wire: &Wire) -> Vec<Term> {
    wire.terms().to_vec()
}
