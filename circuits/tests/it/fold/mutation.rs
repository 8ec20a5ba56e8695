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
    samples::{Block, Label, Sample},
    weights::Weights,
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

/// Inputs of a block of some samples about which nothing is left to choose.
fn private(architecture: &Architecture, samples: usize, rng: &mut StdRng) -> Private {
    loop {
        let private = sample::private(architecture, samples, rng);
        if !has_choice(architecture, &private) {
            return private;
        }
    }
}

/// Whether there is a sample, or padding, of which a prover may say one thing or another without a
/// change of the score.
fn has_choice(architecture: &Architecture, private: &Private) -> bool {
    let padding = vec![0; architecture.inputs.into()];
    let real = private.block.samples().iter().map(|sample| (&sample.inputs, Some(&sample.label)));
    let samples = real.chain(std::iter::repeat((&padding, None)));
    samples.take(architecture.samples.into()).any(|(inputs, label)| {
        is_free_to_say(&architecture.head, &outputs(architecture, &private.weights, inputs), label)
    })
}

/// Whether several classes besides the own one have the largest output, so that any of them may be
/// selected; or an error is exactly the cap, so that its rest is as well positive as negative.
fn is_free_to_say(head: &Head, outputs: &[i128], label: Option<&Label>) -> bool {
    match head {
        Head::Classes { best: 1, .. } => {
            let own = match label {
                Some(Label::Class(class)) => Some(usize::from(*class)),
                _ => None,
            };
            let largest = outputs.iter().max();
            let classes = outputs.iter().enumerate();
            let rivals = classes.filter(|(class, _)| own != Some(*class));
            rivals.filter(|(_, output)| Some(*output) == largest).count() > 1
        }
        Head::Number { goal: Goal::AbsoluteError { cap }, .. } => {
            let target = match label {
                Some(Label::Number(target)) => i128::from(*target),
                _ => 0,
            };
            (outputs[0] - target).abs() == i128::from(*cap)
        }
        _ => false,
    }
}

#[test]
fn mutating_any_wire_of_a_small_circuit_breaks_a_row() {
    let mut rng = rng(131);
    for name in NAMES {
        let architecture = named(name);
        let circuit = Circuit::compile(&architecture);
        let private = private(&architecture, 30, &mut rng);
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
    let private = private(&architecture, 195, &mut rng);
    let public = sample::public(&architecture, &private, &mut rng);
    let assignment = circuit.assign(&public, &private).to_vec();
    let mut wires: Vec<usize> = (1..circuit.matrices().wires()).collect();
    wires.shuffle(&mut rng);
    let sample = wires.into_iter().take(5000).chain(1..=circuit.matrices().public());
    assert_each_is_bound(circuit.matrices(), assignment, sample, &mut rng);
}

/// Wires that a prover may choose: weights, key and owner, which are behind `C_W`, and the salt.
fn is_free(circuit: &Circuit, private: &Private, honest: &[Fr], wire: usize) -> bool {
    circuit.matrices().wires_of("weight bits").contains(&wire)
        || [private.key, private.bind, private.sums_salt].contains(&honest[wire])
}

/// The one thing that is left to choose where the best class counts: which of several largest
/// outputs is selected. It is not hashed and changes no score.
#[test]
fn of_several_largest_outputs_any_may_be_selected() {
    let architecture = named("tiny-6x3");
    let circuit = Circuit::compile(&architecture);
    let mut private = sample::private(&architecture, 0, &mut rng(135));
    private.weights = Weights::zero(&architecture);
    private.weights.layers[0].biases = vec![2, 2, 2];
    let wrong = Sample { inputs: vec![0; 6], label: Label::Class(0) };
    private.block = Block::new(&architecture, vec![wrong]).unwrap();
    assert!(has_choice(&architecture, &private));
    let run = |choices: &Choices| cheat(&architecture, &private, &private.block, 0, choices);
    let selectors = circuit.matrices().wires_of("selector bits");
    let select = |class| {
        let chosen = selectors.iter().take(2).enumerate();
        chosen.map(|(place, wire)| (*wire, Fr::from(place == class))).collect::<Choices>()
    };
    let ((first, honest), (second, other)) = (run(&select(1)), run(&select(2)));
    assert_eq!(first, second);
    assert_ne!(honest, other);
    assert!(circuit.matrices().is_satisfied_by(&honest));
    assert!(circuit.matrices().is_satisfied_by(&other));
    // Its own class is one of them, but the sample is not right about it.
    let (_, own) = run(&select(0));
    assert_eq!(circuit.matrices().violated_sections(&own), ["head", "score"]);
}

#[test]
fn no_wire_can_be_chosen_even_if_everything_behind_it_follows() {
    let mut rng = rng(132);
    for name in NAMES {
        let architecture = named(name);
        let circuit = Circuit::compile(&architecture);
        let private = private(&architecture, 30, &mut rng);
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
    let private = private(&architecture, 30, &mut rng);
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
