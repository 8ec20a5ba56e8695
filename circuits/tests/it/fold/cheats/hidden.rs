//! The hidden layers say something else about a sample than the model does.

use super::case::{copied, worth, Case, Forgery};
use crate::fold::forgeries::{Choices, Sent};
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::fold::Circuit;
use nocknock_primitives::model::{
    architecture::{Activation, Head, Layer},
    fold::fold_inputs,
    samples::{Block, Sample},
};

/// The last hidden layer and what follows its sums.
fn last_hidden(circuit: &Circuit) -> Option<Activation> {
    circuit.shape().layers().rev().nth(1)?.activation
}

/// A bit below the shift that is no bit makes up for others: the sum is the true one, and the bits
/// above the shift are those of another sample.
pub(super) fn true_sums_have_the_activations_of_other_samples(
    circuit: &Circuit,
) -> Option<Forgery> {
    activations_of_others(Case::any(circuit))
}

pub(super) fn true_sums_have_the_activations_of_worse_samples(
    circuit: &Circuit,
) -> Option<Forgery> {
    activations_of_others(Case::turned(circuit)?)
}

fn activations_of_others(case: Case<'_>) -> Option<Forgery> {
    let activation = last_hidden(case.circuit)?;
    let mut choices = case.head(&case.wanted_wires);
    let sums = case.last_wires("sum bits");
    let sums = sums.chunks(activation.sum_bits as usize);
    for (sum, wire) in sums.zip(case.last_wires("activation")) {
        if case.honest_wires[wire] != case.wanted_wires[wire] {
            choices.extend(disguised(&case, sum, activation.shift as usize));
        }
    }
    Some(case.forgery(case.goal, choices))
}

/// The true value of a sum in bits of which those from the shift on, the top bit above all, let the
/// activation be that of the other sample.
fn disguised(case: &Case<'_>, sum: &[usize], shift: usize) -> Choices {
    let powers = std::iter::successors(Some(Fr::ONE), |power| Some(power.double()));
    let value = |bits: &Choices| -> Fr {
        powers.clone().zip(sum).map(|(power, bit)| power * bits[bit]).sum()
    };
    let top = sum[sum.len() - 1];
    let mut bits = Choices::new();
    for (place, bit) in sum.iter().enumerate() {
        let kept = if place >= shift { case.wanted_wires[*bit] } else { Fr::ZERO };
        bits.insert(*bit, kept * case.wanted_wires[top]);
    }
    bits.insert(top, Fr::ONE);
    let missing = value(&copied(sum.iter().copied(), &case.honest_wires)) - value(&bits);
    bits.insert(sum[0], missing);
    bits
}

pub(super) fn activations_are_those_of_other_samples(circuit: &Circuit) -> Option<Forgery> {
    other_activations(Case::any(circuit))
}

pub(super) fn activations_are_those_of_worse_samples(circuit: &Circuit) -> Option<Forgery> {
    other_activations(Case::turned(circuit)?)
}

fn other_activations(case: Case<'_>) -> Option<Forgery> {
    last_hidden(case.circuit)?;
    let mut choices = case.head(&case.wanted_wires);
    choices.extend(copied(case.last_wires("activation"), &case.wanted_wires));
    Some(case.forgery(case.goal, choices))
}

pub(super) fn sums_are_those_of_other_samples(circuit: &Circuit) -> Option<Forgery> {
    other_sums(Case::any(circuit))
}

pub(super) fn sums_are_those_of_worse_samples(circuit: &Circuit) -> Option<Forgery> {
    other_sums(Case::turned(circuit)?)
}

/// The prover folds the block that the chain knows, and has the sums of another.
fn other_sums(case: Case<'_>) -> Option<Forgery> {
    last_hidden(case.circuit)?;
    let claim = case.claim(&case.wanted, case.goal);
    Some(case.finish(claim.forge(Sent::default(), |public| {
        let folded = fold_inputs(case.architecture(), &case.honest.block, public.rho);
        case.wires("folded inputs").into_iter().zip(folded).collect()
    })))
}

pub(super) fn the_head_sees_the_activations_of_other_samples(circuit: &Circuit) -> Option<Forgery> {
    other_folded_activations(Case::any(circuit))
}

pub(super) fn the_head_sees_the_activations_of_worse_samples(circuit: &Circuit) -> Option<Forgery> {
    other_folded_activations(Case::turned(circuit)?)
}

fn other_folded_activations(case: Case<'_>) -> Option<Forgery> {
    last_hidden(case.circuit)?;
    let claim = case.claim(&case.honest, case.goal);
    Some(case.finish(claim.forge(Sent::default(), |public| {
        let wanted = case.circuit.assign(public, &case.wanted);
        let mut choices = case.head(&case.wanted_wires);
        choices.extend(copied(case.last_wires("folded activations"), &wanted));
        choices
    })))
}

/// With zero for `ρ²` and what follows it, the head's equation says nothing about the third and
/// the later groups of samples.
///
/// Where the head has two groups no row but its own knows `ρ²`, and there is nothing to gain.
pub(super) fn samples_whose_power_is_zero_have_any_output(circuit: &Circuit) -> Option<Forgery> {
    let architecture = circuit.shape();
    let groups = |layer: &Layer| usize::from(architecture.samples).div_ceil(layer.pack);
    let head = architecture.layers().next_back()?;
    if groups(&head) < 3 {
        return None;
    }
    assert!(matches!(architecture.head, Head::Number { .. }));
    assert!(architecture.layers().rev().skip(1).all(|layer| groups(&layer) < 3));
    let case = Case::find(circuit, |case| {
        let (honest, wanted) = (case.honest.block.samples(), case.wanted.block.samples());
        let start = 2 * head.pack;
        let samples: Vec<Sample> = [&honest[..start], &wanted[start..]].concat();
        let gains = honest[start..].iter().zip(&wanted[start..]).any(|(known, other)| {
            let weights = &case.honest.weights;
            worth(architecture, weights, known) < worth(architecture, weights, other)
        });
        let block = Block::new(architecture, samples).unwrap();
        gains.then(|| Case::new(circuit, case.honest.clone(), block))
    });
    let mut choices = case.head(&case.wanted_wires);
    choices.insert(case.wires("powers")[0], Fr::ZERO);
    Some(case.forgery(case.goal, choices))
}
