//! What heads say about answers, and what is counted.

use super::case::{worth, Case, Forgery, PADDING};
use crate::fold::forgeries::Choices;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{fold::Circuit, reference::outputs};
use nocknock_primitives::model::{
    architecture::{Goal, Head},
    samples::Label,
};

pub(super) fn the_outputs_are_those_of_other_samples(circuit: &Circuit) -> Option<Forgery> {
    other_outputs(Case::any(circuit))
}

pub(super) fn the_outputs_are_those_of_worse_samples(circuit: &Circuit) -> Option<Forgery> {
    other_outputs(Case::turned(circuit)?)
}

fn other_outputs(case: Case<'_>) -> Option<Forgery> {
    let choices = case.head(&case.wanted_wires);
    Some(case.forgery(case.goal, choices))
}

pub(super) fn outputs_have_the_signs_that_suit_their_labels(circuit: &Circuit) -> Option<Forgery> {
    with_signs(circuit, true)
}

pub(super) fn outputs_have_the_signs_that_contradict_their_labels(
    circuit: &Circuit,
) -> Option<Forgery> {
    with_signs(circuit, false)
}

/// The top bit says what the label says, or the opposite, and the lowest is no bit and makes up for
/// it.
fn with_signs(circuit: &Circuit, suit: bool) -> Option<Forgery> {
    let Head::Labels { sum_bits, .. } = circuit.shape().head else { return None };
    let case = Case::any(circuit);
    let (bits, samples) = (usize::from(sum_bits), usize::from(circuit.shape().samples));
    let labels = circuit.shape().outputs();
    let mut choices = Choices::new();
    for (number, sample) in case.honest.block.samples().iter().enumerate() {
        let Label::Labels(marks) = &sample.label else { return None };
        for (label, mark) in marks.iter().enumerate() {
            let output = case.number("output bits", bits, label * samples + number);
            let (low, top) = (output[0], output[bits - 1]);
            let sign = Fr::from(*mark == suit);
            let missing = case.honest_wires[top] - sign;
            let low_value = case.honest_wires[low] + missing * Fr::from(1u64 << (bits - 1));
            choices.extend([(top, sign), (low, low_value)]);
        }
    }
    let right = if suit { case.honest.block.len() * labels } else { 0 };
    Some(case.forgery(right as u32, choices))
}

/// The first answer that is right, or the first that is wrong, of a head of labels: the wire of the
/// product of both bits, and what the label says.
fn answer(case: &Case<'_>, right: bool) -> (usize, bool) {
    let answers = case.honest.block.samples().iter().flat_map(|sample| {
        let outputs = outputs(case.architecture(), &case.honest.weights, &sample.inputs);
        let Label::Labels(marks) = &sample.label else { panic!("the head is one of labels") };
        let answers = outputs.into_iter().zip(marks.clone());
        answers.map(|(output, holds)| ((output >= 0) == holds, holds)).collect::<Vec<_>>()
    });
    let mut answers = case.wires("named labels").into_iter().zip(answers);
    let (wire, (_, holds)) = answers.find(|(_, (is_right, _))| *is_right == right).unwrap();
    (wire, holds)
}

/// The product of two bits that differ is one half: so they count as if they were the same.
pub(super) fn a_wrong_label_counts(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let (product, _) = answer(&case, false);
    let half = Fr::from(2u8).inverse().unwrap();
    Some(case.forgery(case.truth + 1, Choices::from([(product, half)])))
}

/// The product of two bits that are the same is one half less.
pub(super) fn a_right_label_does_not_count(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let (product, holds) = answer(&case, true);
    let half = Fr::from(2u8).inverse().unwrap();
    Some(case.forgery(case.truth - 1, Choices::from([(product, Fr::from(holds) - half)])))
}

/// By how much a sample counts more where the score is one higher.
fn unit(circuit: &Circuit) -> Fr {
    match circuit.shape().head {
        Head::Number { goal: Goal::AbsoluteError { .. }, .. } => Fr::from(4u8),
        _ => Fr::ONE,
    }
}

pub(super) fn padding_is_worth_something(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let worth = case.wires("worth");
    let padding = worth[worth.len() - PADDING];
    assert_eq!(case.honest_wires[padding], Fr::ZERO);
    Some(case.forgery(case.truth + 1, Choices::from([(padding, unit(circuit))])))
}

pub(super) fn a_sample_counts_less_than_it_is_worth(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let mut samples = case.honest.block.samples().iter().zip(case.wires("worth"));
    let (_, wire) = samples
        .find(|(sample, _)| worth(circuit.shape(), &case.honest.weights, sample) > 0)
        .unwrap();
    let less = case.honest_wires[wire] - unit(circuit);
    Some(case.forgery(case.truth - 1, Choices::from([(wire, less)])))
}

pub(super) fn the_score_is_more_than_the_answers_are_worth(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    Some(case.forgery(case.truth + 1, case.claims()))
}

pub(super) fn the_score_is_less_than_the_answers_are_worth(circuit: &Circuit) -> Option<Forgery> {
    if !circuit.shape().head.is_scored_exactly() {
        return None;
    }
    let case = Case::any(circuit);
    Some(case.forgery(case.truth - 1, Choices::new()))
}
