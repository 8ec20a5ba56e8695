//! What the heads say about answers, and what is claimed of them.

use super::case::{worth, Case, Forgery, PADDING};
use crate::fold::forgeries::write;
use ark_bn254::Fr;
use ark_ff::{AdditiveGroup, Field};
use nocknock_circuits::{fold::Circuit, reference::outputs};
use nocknock_primitives::model::{
    architecture::{Goal, Head},
    samples::{Label, Sample},
};

pub(super) fn the_outputs_are_those_of_other_samples(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let choices = case.head(&case.wanted_wires);
    Some(case.forgery(case.goal, choices))
}

/// The top bit says what the label says, and the lowest is no bit and makes up for it.
pub(super) fn outputs_below_zero_have_the_sign_of_those_above(
    circuit: &Circuit,
) -> Option<Forgery> {
    let Head::Labels { sum_bits, .. } = circuit.shape().head else { return None };
    let case = Case::any(circuit);
    let (bits, samples) = (usize::from(sum_bits), usize::from(circuit.shape().samples));
    let labels = circuit.shape().outputs();
    let claims = case.wires("claim bits");
    let mut choices = case.claims();
    for (number, sample) in case.honest.block.samples().iter().enumerate() {
        let Label::Labels(marks) = &sample.label else { return None };
        for (label, mark) in marks.iter().enumerate() {
            let output = case.number("output bits", bits, label * samples + number);
            let (low, top) = (output[0], output[bits - 1]);
            let sign = Fr::from(*mark);
            let missing = case.honest_wires[top] - sign;
            let low_value = case.honest_wires[low] + missing * Fr::from(1u64 << (bits - 1));
            choices.extend([(top, sign), (low, low_value)]);
            choices.insert(claims[number * labels + label], Fr::ONE);
        }
    }
    Some(case.forgery((case.honest.block.len() * labels) as u32, choices))
}

/// Bits of a distance, and what is scored, of a head that is a number.
fn number_head(circuit: &Circuit) -> Option<(usize, Goal)> {
    match circuit.shape().head {
        Head::Number { distance_bits, goal, .. } => Some((distance_bits.into(), goal)),
        _ => None,
    }
}

/// The distance of an output from its target.
fn error(case: &Case<'_>, sample: &Sample) -> i64 {
    let output = outputs(case.architecture(), &case.honest.weights, &sample.inputs)[0];
    let target = match sample.label {
        Label::Number(target) => i128::from(target),
        _ => 0,
    };
    (output - target).abs() as i64
}

/// Both distances are less by the same number, so that one of them is negative.
pub(super) fn an_error_is_less_than_the_distance_from_the_target(
    circuit: &Circuit,
) -> Option<Forgery> {
    let (width, goal) = number_head(circuit)?;
    let case = Case::any(circuit);
    // A sample that is claimed is worth one more; or one is claimed that is out of the tolerance.
    let (is_claimed, tolerance) = match goal {
        Goal::AbsoluteError { .. } => (true, None),
        Goal::Within { tolerance } => (false, Some(i64::from(tolerance))),
    };
    let claims = case.wires("claim bits");
    let mut samples = case.honest.block.samples().iter().zip(&claims).enumerate();
    let (number, (sample, claim)) = samples
        .find(|(_, (_, claim))| (case.honest_wires[**claim] == Fr::ONE) == is_claimed)
        .unwrap();
    let understated = tolerance.map_or(1, |tolerance| error(&case, sample) - tolerance);
    let mut choices = case.claims();
    choices.insert(*claim, Fr::ONE);
    for side in [2 * number, 2 * number + 1] {
        let bits = case.number("distance bits", width, side);
        let honest = bits
            .iter()
            .rev()
            .fold(0, |number, bit| 2 * number + i64::from(case.honest_wires[*bit] == Fr::ONE));
        write(&mut choices, &bits, honest - understated);
    }
    Some(case.forgery(case.truth + 1, choices))
}

pub(super) fn an_error_beyond_the_tolerance_leaves_a_negative_slack(
    circuit: &Circuit,
) -> Option<Forgery> {
    let (width, goal) = number_head(circuit)?;
    let Goal::Within { tolerance } = goal else { return None };
    let case = Case::any(circuit);
    let (number, claim) = unclaimed(&case);
    let slack = i64::from(tolerance) - error(&case, &case.honest.block.samples()[number]);
    let mut choices = case.claims();
    choices.insert(claim, Fr::ONE);
    write(&mut choices, &case.number("slack bits", width, number), slack);
    Some(case.forgery(case.truth + 1, choices))
}

/// The number and the wire of the first claim about a sample that is not made.
fn unclaimed(case: &Case<'_>) -> (usize, usize) {
    let mut claims = case.wires("claim bits").into_iter().enumerate();
    claims.find(|(_, claim)| case.honest_wires[*claim] == Fr::ZERO).unwrap()
}

pub(super) fn a_right_answer_is_claimed_more_than_once(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    let claims = case.wires("claim bits");
    let made = claims.iter().position(|claim| case.honest_wires[*claim] == Fr::ONE)?;
    let worth = match circuit.shape().head {
        Head::Number { .. } => {
            worth(circuit.shape(), &case.honest.weights, &case.honest.block.samples()[made])
        }
        _ => 1,
    };
    let mut choices = case.claims();
    choices.insert(claims[made], Fr::ONE + Fr::ONE / Fr::from(worth));
    Some(case.forgery(case.truth + 1, choices))
}

pub(super) fn a_wrong_answer_is_claimed(circuit: &Circuit) -> Option<Forgery> {
    if let Some((_, Goal::AbsoluteError { .. })) = number_head(circuit) {
        return None;
    }
    let case = Case::any(circuit);
    let mut choices = case.claims();
    choices.insert(unclaimed(&case).1, Fr::ONE);
    Some(case.forgery(case.truth + 1, choices))
}

/// The target of padding is 0, and the output on inputs of zero is near enough to be worth
/// something.
pub(super) fn padding_is_claimed(circuit: &Circuit) -> Option<Forgery> {
    number_head(circuit)?;
    Some(Case::find(circuit, |case| {
        let inputs = vec![0; circuit.shape().inputs.into()];
        let padding = Sample { inputs, label: Label::Number(0) };
        let worth = worth(circuit.shape(), &case.honest.weights, &padding);
        let full = circuit.shape().max_score(case.honest.block.len() as u32);
        if worth == 0 || u64::from(case.truth + worth) > full {
            return None;
        }
        let claims = case.wires("claim bits");
        let mut choices = case.claims();
        choices.insert(claims[claims.len() - PADDING], Fr::ONE);
        Some(case.forgery(case.truth + worth, choices))
    }))
}

pub(super) fn a_claim_is_worth_more_than_its_error_leaves(circuit: &Circuit) -> Option<Forgery> {
    let (_, Goal::AbsoluteError { .. }) = number_head(circuit)? else { return None };
    let case = Case::any(circuit);
    let product = case.wires("worth of claims")[0];
    let mut choices = case.claims();
    // Products are about twice the score.
    choices.insert(product, case.honest_wires[product] + Fr::from(2u8));
    Some(case.forgery(case.truth + 1, choices))
}

pub(super) fn the_score_is_more_than_the_claims(circuit: &Circuit) -> Option<Forgery> {
    let case = Case::any(circuit);
    Some(case.forgery(case.truth + 1, case.claims()))
}
