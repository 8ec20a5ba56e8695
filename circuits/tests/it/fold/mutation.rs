//! No wire can take another value, neither alone nor with everything behind it.

use super::{
    forgeries::{cheat, Choices},
    named, sample,
};
use crate::support::{assert_each_is_bound, rng};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field, UniformRand};
use ark_std::rand::{rngs::StdRng, seq::SliceRandom};
use nocknock_circuits::{
    fold::{Circuit, Private},
    reference::outputs,
};
use nocknock_primitives::model::{
    architecture::{Architecture, Goal, Head},
    samples::Label,
};

/// One for each head, those without hidden layers and with two among them.
const NAMES: [&str; 7] = [
    "tiny-4x3x2",
    "tiny-5x4x3x3",
    "tiny-6x3",
    "tiny-4x3x4-best2",
    "tiny-4x3x3-labels",
    "tiny-4x3-error",
    "tiny-4x3-within",
];

/// Inputs of a block with some padding, in which each claim matters: an error of exactly the cap
/// may be claimed or not.
fn private(architecture: &Architecture, rng: &mut StdRng) -> Private {
    loop {
        let private = sample::private(architecture, 30, rng);
        if !has_worthless_claim(architecture, &private) {
            return private;
        }
    }
}

fn has_worthless_claim(architecture: &Architecture, private: &Private) -> bool {
    let Head::Number { goal: Goal::AbsoluteError { cap }, .. } = architecture.head else {
        return false;
    };
    private.block.samples().iter().any(|sample| {
        let outputs = outputs(architecture, &private.weights, &sample.inputs);
        let Label::Number(target) = sample.label else { return false };
        (outputs[0] - i128::from(target)).abs() == i128::from(cap)
    })
}

#[test]
fn mutating_any_wire_of_a_small_circuit_breaks_a_row() {
    let mut rng = rng(131);
    for name in NAMES {
        let architecture = named(name);
        let circuit = Circuit::compile(&architecture);
        let private = private(&architecture, &mut rng);
        let public = sample::public(&architecture, &private, &mut rng);
        let assignment = circuit.assign(&public, &private).to_vec();
        let wires = 1..circuit.matrices().wires();
        assert_each_is_bound(circuit.matrices(), assignment, wires, &mut rng);
    }
}

#[test]
fn mutating_a_sample_of_the_full_circuit_breaks_a_row() {
    let mut rng = rng(134);
    let architecture = named("digits-64x32x10");
    let circuit = Circuit::compile(&architecture);
    let private = sample::private(&architecture, 195, &mut rng);
    let public = sample::public(&architecture, &private, &mut rng);
    let assignment = circuit.assign(&public, &private).to_vec();
    let mut wires: Vec<usize> = (1..circuit.matrices().wires()).collect();
    wires.shuffle(&mut rng);
    let sample = wires.into_iter().take(5000).chain(1..=circuit.matrices().public());
    assert_each_is_bound(circuit.matrices(), assignment, sample, &mut rng);
}

/// Wires that a prover may choose: weights, key and owner, which are behind `C_W`, the salt, and,
/// where there is a tolerance, what is left of it, which counts for samples that are claimed.
fn is_free(circuit: &Circuit, private: &Private, honest: &[Fr], wire: usize) -> bool {
    let bits = ["weight bits", "slack bits"].map(|section| circuit.matrices().wires_of(section));
    bits.concat().contains(&wire)
        || [private.key, private.bind, private.sums_salt].contains(&honest[wire])
}

#[test]
fn no_wire_can_be_chosen_even_if_everything_behind_it_follows() {
    let mut rng = rng(132);
    for name in NAMES {
        let architecture = named(name);
        let circuit = Circuit::compile(&architecture);
        let private = private(&architecture, &mut rng);
        let score = sample::public(&architecture, &private, &mut rng).score;
        let known = &private.block;
        let (_, honest) = cheat(&architecture, &private, known, score, &Choices::new());
        let first = circuit.matrices().public() + 1;
        let mut wires: Vec<usize> = (first..honest.len())
            .filter(|wire| !is_free(&circuit, &private, &honest, *wire))
            .collect();
        wires.shuffle(&mut rng);
        for wire in wires.into_iter().take(60) {
            let value = honest[wire];
            let is_bit = value == Fr::ZERO || value == Fr::ONE;
            let other = if is_bit { Fr::ONE - value } else { Fr::rand(&mut rng) };
            let choices = Choices::from([(wire, other)]);
            let (_, assignment) = cheat(&architecture, &private, known, score, &choices);
            let caught = circuit.matrices().violated_rows(&assignment).next().is_some();
            assert!(caught, "{name}: wire {wire} can be {other} instead of {value}");
        }
    }
}

#[test]
fn what_may_be_chosen_leads_to_another_commitment_and_nothing_else() {
    let mut rng = rng(133);
    let architecture = named("tiny-4x3x2");
    let circuit = Circuit::compile(&architecture);
    let private = private(&architecture, &mut rng);
    let score = sample::public(&architecture, &private, &mut rng).score;
    let run = |choices: &Choices| cheat(&architecture, &private, &private.block, score, choices);
    let (public, honest) = run(&Choices::new());
    for secret in [private.key, private.bind, private.sums_salt] {
        let wire = honest.iter().position(|value| *value == secret).unwrap();
        let (other, assignment) = run(&Choices::from([(wire, Fr::rand(&mut rng))]));
        assert!(circuit.matrices().is_satisfied_by(&assignment));
        let changed = [other.commitment != public.commitment, other.sums != public.sums];
        assert_eq!(changed, [secret != private.sums_salt, secret == private.sums_salt]);
    }
}
